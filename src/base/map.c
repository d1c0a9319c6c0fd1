#include "base/map.h"

#include <assert.h>

void map_init(struct map *m, struct arena *arena, bool fold)
{
	*m = (struct map){ .arena = arena, .fold = fold };
	hash_key_random(&m->key);
}

static uint64_t key_hash(const struct map *m, struct span key)
{
	return m->fold ? hash_span_lower(&m->key, key) : hash_span(&m->key, key);
}

/* The slot that holds the key, or the free one where it would go. */
static struct map_entry *slot_of(const struct map *m, struct span key, uint64_t hash)
{
	for (size_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		struct map_entry *e = &m->slots[i];

		if (e->value == NULL)
			return e;
		if (e->hash == hash && (m->fold ? span_case_eq(e->key, key) : span_eq(e->key, key)))
			return e;
	}
}

void *map_get(const struct map *m, struct span key)
{
	return m->n == 0 ? NULL : slot_of(m, key, key_hash(m, key))->value;
}

static void map_rehash(struct map *m, size_t cap)
{
	struct map_entry *old = m->slots;
	size_t nold = m->cap;

	m->slots = ARENA_ARRAY(m->arena, cap, struct map_entry);
	m->cap = cap;
	for (size_t i = 0; i < nold; i++) {
		if (old[i].value != NULL)
			*slot_of(m, old[i].key, old[i].hash) = old[i];
	}
}

void *map_put(struct map *m, struct span key, void *value)
{
	uint64_t hash = key_hash(m, key);
	struct map_entry *e;
	void *before;

	assert(value != NULL);
	if ((m->n + 1) * 4 > m->cap * 3)
		map_rehash(m, m->cap != 0 ? m->cap * 2 : 16);
	e = slot_of(m, key, hash);
	before = e->value;
	if (before == NULL) {
		m->n++;
		e->key = key;
		e->hash = hash;
	}
	e->value = value;
	return before;
}
