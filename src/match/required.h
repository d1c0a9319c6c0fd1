/*
 * What a text must hold for a pattern to match in it: literals combined by "and" and "or", as Russ Cox's FilteredRE2 does it. Looking for literals alone is many times quicker than for
 * patterns; what it lets pass, PCRE2 judges. Pure.
 *
 * Read from a pattern in the syntax that prefilter_translate() writes. Literals are in lower case and are to be looked for without ASCII case; they have REQUIRED_MIN to REQUIRED_MAX bytes.
 */
#ifndef WINNOW_MATCH_REQUIRED_H
#define WINNOW_MATCH_REQUIRED_H

#include "base/array.h"

#define REQUIRED_MIN 3
#define REQUIRED_MAX 32

enum required_kind { REQUIRED_ANYTHING, REQUIRED_LITERAL, REQUIRED_ALL, REQUIRED_ONE };

struct required {
	enum required_kind kind;
	struct span literal;
	const struct required **v; /* of ALL and ONE; never ANYTHING */
	size_t n, cap;
};

/* In the arena; never NULL. ANYTHING: nothing is known, or the text is not of that syntax. */
const struct required *required_of(struct arena *, struct span translated);

#endif
