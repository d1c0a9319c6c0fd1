/* The daemon's engine in the process of the command line: configuration, rules, loop; for "winnow scan --local" and "winnow rules". */
#ifndef WINNOW_CLI_LOCAL_H
#define WINNOW_CLI_LOCAL_H

#include "io/loop.h"
#include "net/resolver.h"
#include "proc/ruleset.h"

struct local_engine {
	struct arena *arena;
	struct conf *conf;
	struct ruleset ruleset;
	struct loop *loop;
	struct resolver *resolver; /* NULL: no look-ups */
	struct services services;
};

/* config NULL: the usual file. rule_files: besides those of the configuration (may be NULL). Prefilters are used where the daemon has compiled them, else PCRE2 does without. */
bool local_engine_open(struct local_engine *, const char *config, const struct span_list *rule_files, struct err *err_r) MUST_USE;
/* Lets scans ask the name servers of the configuration; what an unreachable one costs is dns.timeout at most, once. */
void local_engine_ask_dns(struct local_engine *);
void local_engine_close(struct local_engine *);

/* The whole file, "-" for standard input. */
bool local_read(struct arena *, const char *path, struct span *raw_r, struct err *err_r) MUST_USE;

/* Files named on the command line: folders give the files in them, sorted. */
struct file_list {
	struct arena *arena;
	const char **v;
	size_t n, cap;
};
void file_list_add(struct file_list *, const char *path);

#endif
