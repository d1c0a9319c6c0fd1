/*
 * Hits: what was found in one message, for all or for a set of recipients. Hits and profiles recorded together replay a verdict.
 */
#ifndef WINNOW_SCAN_HIT_H
#define WINNOW_SCAN_HIT_H

#include "scan/symbol.h"

/* An interned set of recipients; 0 is everybody. */
typedef uint16_t rcptset;
#define RCPT_ALL 0

struct rcptsets {
	struct arena *arena;
	size_t nrcpt;
	uint64_t **bits; /* [0] unused */
	size_t n, cap;
};

void rcptsets_init(struct rcptsets *, struct arena *, size_t nrcpt);
/* The set of these recipients (indexes); equal sets get equal numbers. All of them: RCPT_ALL. When 65,535 sets are exhausted: assert. */
rcptset rcptset_make(struct rcptsets *, const size_t *rcpt, size_t n);
bool rcptset_has(const struct rcptsets *, rcptset, size_t rcpt);

struct hit {
	uint16_t sym;
	rcptset to;
	int32_t permille;     /* of the symbol's weight: 1000 is once; a symbol that hits twice may count 2000 */
	struct span evidence; /* what was seen, for explanations; may be empty; at most 200 bytes are kept */
};

struct hits {
	const struct symbol_table *symbols;
	struct rcptsets *sets;
	struct hit *v;
	size_t n, cap;
};

#endif
