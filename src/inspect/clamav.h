/* libclamav behind a few functions: one engine per process, built once, shared by the forked workers copy-on-write. Not reentrant. */
#ifndef WINNOW_INSPECT_CLAMAV_H
#define WINNOW_INSPECT_CLAMAV_H

#include "inspect/antivirus.h"
#include "inspect/database.h"

struct clamav;

/* Once per process, before everything else; the library's messages go to the log. */
bool clamav_init(struct err *err_r) MUST_USE;

/*
 * Reads the files in their order and compiles. Temporary files go to the working directory. NULL on error, which names the file. Takes seconds, and a few times the size
 * of the files in memory.
 */
struct clamav *clamav_new(const struct antivirus_settings *, const struct database_files *, struct err *err_r) MUST_USE;
void clamav_free(struct clamav **);
uint64_t clamav_signatures(const struct clamav *);

enum clamav_result { CLAMAV_CLEAN, CLAMAV_FOUND, CLAMAV_LIMITS, CLAMAV_ERROR };
enum clamav_flags { CLAMAV_MAIL = 1 /* messages are taken apart too */ };

/* name_r: until the next call; set when found. max_us: the longest it may take. */
enum clamav_result clamav_scan(struct clamav *, struct span content, unsigned flags, int64_t max_us, struct span *name_r, struct err *err_r);

#endif
