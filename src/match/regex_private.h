/* What the match layer's own files know of a compiled pattern. */
#ifndef WINNOW_MATCH_REGEX_PRIVATE_H
#define WINNOW_MATCH_REGEX_PRIVATE_H

#include "match/regex.h"

/* The pattern in the syntax of PCRE2, where Perl's of today differs; lives as long as the regex. */
struct span regex_text(const struct regex *);
/* Anchored, or with \G or verbs: searched as a whole, from where the caller says. */
bool regex_one_start(const struct regex *);
/* Whether an empty match is possible (pcre2: it may say so of patterns that have none). */
bool regex_may_be_empty(const struct regex *);
/* Behind the class "[...]" that begins at "begin" ("]" as its first member, escapes, quotings, POSIX names); the pattern's length when it has no end. */
size_t regex_class_end(struct span pattern, size_t begin);

#endif
