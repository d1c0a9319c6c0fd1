/*
 * Growing arrays in an arena, for structs that hold { type *v; size_t n, cap; } with names of their own:
 *   struct part *p = ARRAY_ADD(arena, m->parts, m->nparts, m->cap_parts);
 * gives the zeroed next element. Elements move when the array grows: keep indexes, not pointers, while building.
 */
#ifndef WINNOW_BASE_ARRAY_H
#define WINNOW_BASE_ARRAY_H

#include "base/arena.h"

#define ARRAY_ADD(arena, v, n, cap) \
	((n) == (cap) ? (void)((v) = array_grow((arena), (v), (n), &(cap), sizeof(*(v)))) : (void)0, &(v)[(n)++])

static inline void *array_grow(struct arena *arena, const void *old, size_t n, size_t *cap, size_t size)
{
	size_t want = *cap != 0 ? *cap * 2 : 8;
	void *v = arena_array(arena, want, size);

	if (n != 0)
		memcpy(v, old, n * size);
	*cap = want;
	return v;
}

#endif
