/* The block "antivirus": which signatures, what libclamav may spend on one file, and what happens without it. Read by the inspector's processes and by the checks. */
#ifndef WINNOW_INSPECT_ANTIVIRUS_H
#define WINNOW_INSPECT_ANTIVIRUS_H

#include "base/setting.h"

enum antivirus_action { ANTIVIRUS_DELIVER, ANTIVIRUS_DEFER, ANTIVIRUS_DISCARD, ANTIVIRUS_HOLD, ANTIVIRUS_REJECT };
enum antivirus_memory { ANTIVIRUS_STOP_OLD, ANTIVIRUS_KEEP_OLD };
enum antivirus_html { ANTIVIRUS_HTML_SUSPICIOUS, ANTIVIRUS_HTML_ALL, ANTIVIRUS_HTML_NEVER };

struct antivirus_settings {
	struct span_list databases; /* absolute paths of folders and files */
	struct span_list clamd;     /* addresses of external scanners */
	struct span_list names;     /* "PATTERN = SYMBOL [ACTION] [SCORE]" */
	int action;                 /* of VIRUS: enum antivirus_action */
	int on_unavailable, on_error;
	int low_memory;             /* enum antivirus_memory */
	int html;                   /* enum antivirus_html */
	bool pua, phishing, broken;
	int64_t workers;            /* 0: one per CPU */
	int64_t wait_us;            /* of a message for its files, all in all */
	int64_t max_time_us;        /* for one file */
	int64_t max_file, max_scan; /* bytes */
	int64_t max_files, max_recursion;
	int64_t memory_limit;       /* of a worker, beyond the engine */
	int64_t temporary;          /* bytes */
	int64_t cache;              /* answers a scanner remembers */
};
extern const struct setting_set antivirus_setting_set;

/* A number that changes with anything that the inspector's processes are built from. Never 0. */
uint64_t antivirus_digest(const struct antivirus_settings *);

#endif
