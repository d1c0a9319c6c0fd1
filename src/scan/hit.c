#include "scan/hit.h"

#include <assert.h>

#include "base/array.h"

static size_t nwords(const struct rcptsets *s)
{
	return (s->nrcpt + 63) / 64;
}

void rcptsets_init(struct rcptsets *s, struct arena *arena, size_t nrcpt)
{
	*s = (struct rcptsets){ .arena = arena, .nrcpt = nrcpt };
	*ARRAY_ADD(arena, s->bits, s->n, s->cap) = NULL; /* RCPT_ALL */
}

rcptset rcptset_make(struct rcptsets *s, const size_t *rcpt, size_t n)
{
	size_t size = nwords(s) * sizeof(uint64_t), members = 0;
	uint64_t *bits = arena_alloc(s->arena, size);

	for (size_t i = 0; i < n; i++) {
		uint64_t bit = (uint64_t)1 << (rcpt[i] % 64);

		assert(rcpt[i] < s->nrcpt);
		members += (bits[rcpt[i] / 64] & bit) == 0;
		bits[rcpt[i] / 64] |= bit;
	}
	if (members == s->nrcpt)
		return RCPT_ALL;
	for (size_t i = 1; i < s->n; i++) {
		if (memcmp(s->bits[i], bits, size) == 0)
			return (rcptset)i;
	}
	assert(s->n < UINT16_MAX);
	*ARRAY_ADD(s->arena, s->bits, s->n, s->cap) = bits;
	return (rcptset)(s->n - 1);
}

bool rcptset_has(const struct rcptsets *s, rcptset set, size_t rcpt)
{
	if (set == RCPT_ALL)
		return true;
	assert(set < s->n && rcpt < s->nrcpt);
	return s->bits[set][rcpt / 64] >> (rcpt % 64) & 1;
}
