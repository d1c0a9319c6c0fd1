/*
 * What a text must hold for a pattern to match in it: literals combined by "and" and "or", as Russ Cox's FilteredRE2 does it. Looking for literals alone is many times quicker than for
 * patterns; what it lets pass, PCRE2 judges. Pure.
 *
 * Read from a pattern in the syntax that prefilter_translate() writes. Literals are in lower case and are to be looked for without ASCII case; they have REQUIRED_MIN to REQUIRED_MAX bytes.
 */
#ifndef WINNOW_MATCH_REQUIRED_H
#define WINNOW_MATCH_REQUIRED_H

#include "base/array.h"
#include "match/literal_index.h"

#define REQUIRED_MIN 3
#define REQUIRED_MAX 32

enum required_kind { REQUIRED_ANYTHING, REQUIRED_LITERAL, REQUIRED_ALL, REQUIRED_ONE };

struct required {
	enum required_kind kind;
	struct literal literal;
	const struct required **v; /* of ALL and ONE; never ANYTHING */
	size_t n, cap;
};

/* Literals of which every match holds one, beginning at most "before" bytes behind the begin of the match: they tell where to look. */
struct required_near {
	struct literal literal;
	uint32_t before;
};

#define REQUIRED_NEAR 512 /* the largest "before" */

struct required_place {
	const struct required_near *v;
	size_t n; /* 0: nothing is known */
};

/* In the arena; never NULL. ANYTHING: nothing is known, or the text is not of that syntax. */
const struct required *required_of(struct arena *, struct span translated, struct required_place *place_r);

#endif
