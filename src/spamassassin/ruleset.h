/*
 * SpamAssassin's rule sets as one check of the engine: "spamassassin", evidence group "spamassassin". Its symbols are the rules' names; a name that a check of our own has
 * already gets the prefix "SA_".
 */
#ifndef WINNOW_SPAMASSASSIN_RULESET_H
#define WINNOW_SPAMASSASSIN_RULESET_H

#include "match/pattern_set.h"
#include "scan/check.h"
#include "spamassassin/cf.h"

/* Block "spamassassin": rows in ruleset.c. */
struct spamassassin_settings {
	struct span_list files;
	int64_t score_set;
};
extern const struct setting_set spamassassin_setting_set;

struct sa_ruleset;

/* taken: names that checks of our own have (NULL-terminated list of checks). NULL on error (a file that cannot be read). */
struct sa_ruleset *sa_ruleset_load(struct arena *, const struct spamassassin_settings *, const struct check *const *taken, struct err *err_r) MUST_USE;
const struct cf *sa_ruleset_cf(const struct sa_ruleset *);
const struct check *sa_ruleset_check(const struct sa_ruleset *);
/* The sets to be given prefilters before the first scan; n_r of them. */
struct pattern_set *const *sa_ruleset_patterns(const struct sa_ruleset *, size_t *n_r);

/* How often every rule hit in one scan, sub-rules included (for comparisons and "winnow rules test"): task's scan only. */
typedef void sa_rule_hit(void *ctx, struct span rule, unsigned count);
void sa_ruleset_each_hit(const struct sa_ruleset *, const struct scan *, sa_rule_hit *fn, void *ctx);

#endif
