#include "net/dns_cache.h"

#include <assert.h>
#include <stdlib.h>

#define SLOTS_MIN 1024
#define OVERHEAD 32 /* of malloc and the slot, per entry */

struct dns_cache {
	struct hash_key key;
	struct dns_entry **slots;
	size_t nslots; /* a power of two */
	struct dns_entry *newest, *oldest;
	size_t entries, entries_max, bytes, bytes_max;
	uint64_t evicted;
};

struct dns_cache *dns_cache_new(size_t entries_max, size_t bytes_max)
{
	struct dns_cache *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	hash_key_random(&c->key);
	c->nslots = SLOTS_MIN;
	c->slots = calloc(c->nslots, sizeof(struct dns_entry *));
	if (c->slots == NULL)
		abort();
	c->entries_max = entries_max;
	c->bytes_max = bytes_max;
	return c;
}

struct dns_key dns_key_make(const struct dns_cache *c, struct span name, enum dns_type type)
{
	return (struct dns_key){ name, type, hash_span(&c->key, name) + (uint64_t)type * 0x9e3779b97f4a7c15ULL };
}

static bool same_key(const struct dns_key *a, const struct dns_key *b)
{
	return a->hash == b->hash && a->type == b->type && a->name.len == b->name.len && memcmp(a->name.p, b->name.p, a->name.len) == 0;
}

/* The list by use. */

static void unlink_use(struct dns_cache *c, struct dns_entry *e)
{
	*(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
	*(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_newest(struct dns_cache *c, struct dns_entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	*(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
	c->newest = e;
}

/* Slots. */

static struct dns_entry **find(struct dns_cache *c, const struct dns_key *key)
{
	struct dns_entry **at = &c->slots[key->hash & (c->nslots - 1)];

	while (*at != NULL && !same_key(&(*at)->key, key))
		at = &(*at)->next;
	return at;
}

static void grow(struct dns_cache *c)
{
	size_t n = c->nslots * 2;
	struct dns_entry **slots = calloc(n, sizeof(struct dns_entry *));

	if (slots == NULL)
		abort();
	for (size_t i = 0; i < c->nslots; i++) {
		for (struct dns_entry *e = c->slots[i], *next; e != NULL; e = next) {
			struct dns_entry **to = &slots[e->key.hash & (n - 1)];

			next = e->next;
			e->next = *to;
			*to = e;
		}
	}
	free(c->slots);
	c->slots = slots;
	c->nslots = n;
}

static void remove_at(struct dns_cache *c, struct dns_entry **at)
{
	struct dns_entry *e = *at;

	assert(e != NULL);
	*at = e->next;
	unlink_use(c, e);
	c->entries--;
	c->bytes -= e->size;
	dns_entry_unref(&e);
}

struct dns_entry *dns_cache_get(struct dns_cache *c, const struct dns_key *key)
{
	struct dns_entry *e = *find(c, key);

	if (e != NULL && c->newest != e) {
		unlink_use(c, e);
		link_newest(c, e);
	}
	return e;
}

/* Entries: one block each, records behind the structure, then all bytes. */

static size_t text_size(const struct dns_answer *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		n += a->v[i].name.len + a->v[i].text.len;
	return n;
}

static struct span copy(char **at, struct span s)
{
	struct span copied = { *at, s.len };

	if (s.len != 0)
		memcpy(*at, s.p, s.len);
	*at += s.len;
	return copied;
}

static struct dns_entry *entry_new(const struct dns_key *key, const struct dns_answer *a)
{
	static const struct dns_answer none = { .n = 0 };
	const struct dns_answer *from = a != NULL ? a : &none;
	size_t size = sizeof(struct dns_entry) + from->n * sizeof(struct dns_record) + text_size(from) + key->name.len;
	struct dns_entry *e = malloc(size);
	struct dns_record *v;
	char *bytes;

	if (e == NULL)
		abort();
	v = (struct dns_record *)(e + 1);
	bytes = (char *)(v + from->n);
	*e = (struct dns_entry){ .key = *key, .size = size + OVERHEAD, .refs = 1, .answered = a != NULL, .answer = *from };
	e->answer.v = v;
	e->key.name = copy(&bytes, key->name);
	for (size_t i = 0; i < from->n; i++) {
		v[i] = from->v[i];
		v[i].name = copy(&bytes, from->v[i].name);
		v[i].text = copy(&bytes, from->v[i].text);
	}
	return e;
}

static void make_room(struct dns_cache *c, size_t size)
{
	while (c->oldest != NULL && (c->entries >= c->entries_max || c->bytes + size > c->bytes_max)) {
		struct dns_key key = c->oldest->key;

		remove_at(c, find(c, &key));
		c->evicted++;
	}
}

struct dns_entry *dns_cache_put(struct dns_cache *c, const struct dns_key *key, const struct dns_answer *a)
{
	struct dns_entry *e = entry_new(key, a), **at = find(c, key);

	if (*at != NULL)
		remove_at(c, at);
	make_room(c, e->size);
	if (c->entries == c->nslots)
		grow(c);
	at = &c->slots[key->hash & (c->nslots - 1)];
	e->next = *at;
	*at = e;
	link_newest(c, e);
	c->entries++;
	c->bytes += e->size;
	return e;
}

struct dns_entry *dns_entry_ref(struct dns_entry *e)
{
	e->refs++;
	return e;
}

void dns_entry_unref(struct dns_entry **e_r)
{
	struct dns_entry *e = *e_r;

	*e_r = NULL;
	if (e == NULL)
		return;
	assert(e->refs > 0);
	if (--e->refs == 0)
		free(e);
}

void dns_cache_free(struct dns_cache **c_r)
{
	struct dns_cache *c = *c_r;

	*c_r = NULL;
	if (c == NULL)
		return;
	while (c->oldest != NULL)
		remove_at(c, find(c, &c->oldest->key));
	free(c->slots);
	free(c);
}

size_t dns_cache_entries(const struct dns_cache *c)
{
	return c->entries;
}

size_t dns_cache_bytes(const struct dns_cache *c)
{
	return c->bytes;
}

uint64_t dns_cache_evicted(const struct dns_cache *c)
{
	return c->evicted;
}
