/* Inside of gates: classes of bytes, and what is known of a part of a pattern. */
#ifndef WINNOW_SPAMASSASSIN_GATE_PRIVATE_H
#define WINNOW_SPAMASSASSIN_GATE_PRIVATE_H

#include "spamassassin/gate.h"

#define GATE_UNITS 8     /* of a factor */
#define GATE_FACTORS 128 /* of a gate */

struct bytes {
	uint64_t w[4];
};

static inline void bytes_add(struct bytes *s, unsigned char c)
{
	s->w[c / 64] |= (uint64_t)1 << (c % 64);
}

static inline bool bytes_has(const struct bytes *s, unsigned char c)
{
	return (s->w[c / 64] >> (c % 64)) & 1;
}

static inline void bytes_join(struct bytes *s, const struct bytes *other)
{
	for (int i = 0; i < 4; i++)
		s->w[i] |= other->w[i];
}

static inline void bytes_turn(struct bytes *s)
{
	for (int i = 0; i < 4; i++)
		s->w[i] = ~s->w[i];
}

/* A byte of first, then any number of bytes of rest. */
struct unit {
	struct bytes first, rest;
};

struct factor {
	struct unit units[GATE_UNITS];
	size_t n;
};

struct start_row;

/* Rows of which one begins every match: gate_start.h. */
struct start_rows {
	struct start_row *v;
	size_t n;
};

/* Factors of which one occurs in every match; n == 0: none are known. */
struct factors {
	struct factor *v;
	size_t n;
	unsigned times; /* so often, one behind the other; 0 is 1 */
	double cost;    /* how often one is expected, per byte of text */
	struct start_rows rows; /* v == NULL: nothing is known */
};

/* gate_pattern.c: the factors of a pattern. */
struct factors gate_factors(struct arena *, struct span pattern, unsigned flags);

/* How often a byte of the class is expected in text, at most 1. */
double gate_weight(const struct bytes *);

#endif
