/*
 * The log: one logfmt line per event, one write() per line, to stderr, a file or syslog. The sink is the one process-wide state of the program
 * (set once after start, replaced on reload). Every value is escaped: control characters, quotes, backslashes and what is no UTF-8 come out as
 * \xHH, so that no untrusted text forges a line; values with blanks or quotes stand in quotes; values are cut at 1,024 bytes.
 * A log that cannot be written (disk full) never stops mail: the line is dropped, counted, and the count is told in the next line that can be written.
 */
#ifndef WINNOW_IO_LOG_H
#define WINNOW_IO_LOG_H

#include "base/buf.h"
#include "base/setting.h"
#include "base/err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* target: "stderr", "syslog", "file:/path". */
bool log_open(struct span target, enum log_level level, struct err *err_r) MUST_USE;
/* Opens the file again (after rotation). */
void log_reopen(void);
/* A process without the right to open the file is given it: the descriptor of the log's file (-1: no file), and the way to hand in a newly opened one
 * (taken over; closed when the target is no file). */
int log_fd(void);
void log_take(int fd);
/* Closes the sink; what is logged afterwards goes to stderr. */
void log_close(void);
/* Stands as role=... in each line ("master", "scanner-1"); copied. */
void log_role(const char *role);
bool log_wants(enum log_level);

struct log_line {
	struct buf text; /* on the heap, freed by log_end */
	bool off;        /* below the level: nothing is built */
	enum log_level level;
};

/* log_begin(&l, LOG_LEVEL_INFO, "scan"); log_str(&l, "id", id); ...; log_end(&l); */
void log_begin(struct log_line *, enum log_level, const char *msg);
void log_str(struct log_line *, const char *key, struct span value);
void log_cstr(struct log_line *, const char *key, const char *value);
void log_int(struct log_line *, const char *key, int64_t value);
void log_end(struct log_line *);

/* A line with only a message. */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Settings rows of block "log". */
struct log_settings {
	struct span target;
	int level;
};
extern const struct setting_set log_setting_set;

#endif
