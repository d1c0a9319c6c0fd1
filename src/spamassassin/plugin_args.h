/* Arguments and texts of evals, as Perl would take them. */
#ifndef WINNOW_SPAMASSASSIN_PLUGIN_ARGS_H
#define WINNOW_SPAMASSASSIN_PLUGIN_ARGS_H

#include "base/map.h"
#include "spamassassin/plugin.h"

/* Empty with p == NULL when there is none. */
struct span sa_arg(const struct sa_call *, size_t i);
/* The number at the front of a string, 0 when there is none. */
double sa_number(struct span);
double sa_arg_number(const struct sa_call *, size_t i);
/* Whether min < value <= max holds for arguments i and i + 1; a missing maximum or "inf" is none. */
bool sa_arg_in_range(const struct sa_call *, size_t i, double value);

/* The array that an eval gets: rendered lines for "body" rules, pieces for "rawbody". */
const struct sa_lines *sa_call_lines(const struct sa_call *);

/* Patterns that stand as argument "index" of calls of the named functions (separated by blanks), compiled once per generation; broken ones are problems of the cf. */
struct sa_patterns {
	struct map by_text; /* -> struct regex */
};
void sa_patterns_init(struct sa_patterns *, struct arena *, struct cf *, const char *functions, size_t index);
const struct regex *sa_arg_pattern(const struct sa_patterns *, struct span text);
/* One of our own, which is sound; freed with the arena. */
struct regex *sa_pattern_own(struct arena *, const char *pattern, unsigned flags);

/* Locales that are welcome: the directive ok_locales. NULL: all. */
const char *sa_text_locales(struct arena *, const struct cf *);
bool sa_text_charset_ok(struct span charset, const char *locales);

#endif
