/*
 * A hash map from spans to pointers, in an arena: open addressing, keyed hash, no removal. Keys are not copied: they must
 * live as long as the map. With fold = true, keys are compared without ASCII case.
 */
#ifndef WINNOW_BASE_MAP_H
#define WINNOW_BASE_MAP_H

#include "base/arena.h"
#include "base/hash.h"

struct map_entry {
	struct span key;
	uint64_t hash;
	void *value;
};

struct map {
	struct arena *arena;
	struct hash_key key;
	struct map_entry *slots;
	size_t n, cap;
	bool fold;
};

void map_init(struct map *, struct arena *, bool fold);
/* The value, NULL when absent. */
void *map_get(const struct map *, struct span key);
/* Adds or replaces; value must not be NULL. Returns the value that was there before, or NULL. */
void *map_put(struct map *, struct span key, void *value);

#endif
