/* The set as its files share it. */
#ifndef WINNOW_MATCH_PATTERN_SET_PRIVATE_H
#define WINNOW_MATCH_PATTERN_SET_PRIVATE_H

#include "base/map.h"
#include "match/pattern_set.h"

struct pattern_entry {
	struct regex *regex;
	struct span key; /* one byte of flags, then the pattern */
};

struct prefilter;

struct pattern_set {
	struct arena *arena;
	const char *name;
	struct map ids; /* key: pointer to its place in v, plus one */
	struct pattern_entry *v;
	size_t n, cap;
	struct prefilter *prefilter; /* NULL: every pattern is a candidate */
};

/* Sets the bits of the patterns that vectorscan finds, and of those that it was not given. */
void prefilter_scan(struct prefilter *, struct span text, uint64_t *bits, struct pattern_places *places);
void pattern_bits_all(uint64_t *bits, size_t n);
static inline void places_all(struct pattern_places *p)
{
	memset(p, 0xff, sizeof(*p));
}
/* Pieces are 1 << places_shift() bytes. */
#define PLACES_SHIFT_LEAST 4
unsigned places_shift(size_t len);

#endif
