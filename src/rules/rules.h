/*
 * Rules: what administrators write (docs/rules.md), compiled into checks of the engine: one check "rules" for all declarative rules, one check "rule NAME" for every function,
 * one check "meta" for all meta rules, which runs last. They add RULE_ERROR, which the check rule_error owns (rules/function.h).
 */
#ifndef WINNOW_RULES_RULES_H
#define WINNOW_RULES_RULES_H

#include "match/pattern_set.h"
#include "scan/check.h"

/* Block "rules": rows in rules_settings.c. */
struct rules_settings {
	bool shipped;               /* Winnow's own */
	struct span_list files;     /* patterns of file names */
	struct span_list disabled;  /* names of rules that are left out */
	bool prefilter;
	struct span cache;          /* folder; empty: below the state folder */
};
extern const struct setting_set rules_setting_set;

struct rules;

/* Lives in the arena. NULL on error: file, line, and what is wrong. */
struct rules *rules_load(struct arena *, const struct rules_settings *, struct err *err_r) MUST_USE;
/* The same from one text, without shipped rules, for tests and tools; list files lie beside "name". */
struct rules *rules_load_text(struct arena *, const char *name, struct span text, struct err *err_r) MUST_USE;
/* NULL-terminated. */
const struct check *const *rules_checks(const struct rules *);
struct pattern_set *const *rules_patterns(const struct rules *, size_t *n_r);
/* Files whose change asks for a reload: list files. NULL-terminated. */
const char *const *rules_watched(const struct rules *);
/* What functions run in; for functions_lookup(). */
struct functions;
struct functions *rules_functions(const struct rules *);

enum rule_kind { RULE_CONDITIONS, RULE_META, RULE_FUNCTION };

struct rule_info {
	const struct symbol *symbol; /* name, group, score, doc, force; also of parts, which have no symbol in the engine */
	const char *where;           /* "FILE:LINE" */
	enum rule_kind kind;
	bool part;                   /* "__NAME" */
	bool shipped;
	/* Measured since rules_time_begin(), of declarative and meta rules. */
	uint64_t runs, hits;
	int64_t ns;
};

/* The administrator's first, then the shipped ones, in the order of their files. Made anew by each call, in the rules' arena. */
const struct rule_info *rules_info(const struct rules *, size_t *n_r);
/* Measures the time of every rule from now on. What texts cost is counted for itself: they are made before the first rule. */
void rules_time_begin(struct rules *);
/* Time and number of scans spent on making texts and their candidates. */
void rules_time_texts(const struct rules *, uint64_t *runs_r, int64_t *ns_r);

/* How often a rule hit in a scan, parts included; for tools and tests. */
unsigned rules_count(const struct rules *, const struct scan *, const char *name);

#endif
