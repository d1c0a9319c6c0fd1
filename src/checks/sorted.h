/*
 * Sorted static tables of names, searched by bisection. An element is a const char * or a struct whose first member is one; names are ASCII lower
 * case in byte order. Keys are compared without ASCII case. Pure.
 */
#ifndef WINNOW_CHECKS_SORTED_H
#define WINNOW_CHECKS_SORTED_H

#include <assert.h>

#include "base/arena.h"
#include "base/err.h"

/* Index of the element of that name, SPAN_NPOS when there is none. size: bytes of an element. */
size_t sorted_index(const void *table, size_t n, size_t size, struct span key);
/* The same for the element whose name is host or a domain above it; the longest match. At most 32 labels are tried. */
size_t sorted_index_domain(const void *table, size_t n, size_t size, struct span host);
/* Whether the table is in order, without doubles. */
bool sorted_is(const void *table, size_t n, size_t size);

#define SORTED_SIZES(table) sizeof(table) / sizeof((table)[0]), sizeof((table)[0])
#define SORTED_INDEX(table, key) sorted_index((table), SORTED_SIZES(table), (key))
#define SORTED_INDEX_DOMAIN(table, host) sorted_index_domain((table), SORTED_SIZES(table), (host))
#define SORTED_HAS(table, key) (SORTED_INDEX(table, key) != SPAN_NPOS)
#define SORTED_HAS_DOMAIN(table, host) (SORTED_INDEX_DOMAIN(table, host) != SPAN_NPOS)

/* Defines the init() of a check with one such table: a table out of order is our bug and ends the program when it is loaded. */
#define SORTED_INIT(table) \
	static bool init(const struct engine *engine, struct arena *arena, const void *cfg, void **state_r, struct err *err_r) \
	{ \
		(void)engine; \
		(void)arena; \
		(void)cfg; \
		(void)err_r; \
		*state_r = NULL; \
		assert(sorted_is((table), SORTED_SIZES(table))); \
		return true; \
	}

#endif
