/*
 * What name servers said, by name and type: bounded in entries and bytes, the longest unused goes first. Expired entries stay until they are pushed out: they say how often a question has failed, and may serve
 * while no server answers. Pure but for random keys; times are given by the caller (microseconds of one clock).
 */
#ifndef WINNOW_NET_DNS_CACHE_H
#define WINNOW_NET_DNS_CACHE_H

#include "base/hash.h"
#include "net/dns.h"

struct dns_key {
	struct span name; /* as dns_name_read gives it */
	enum dns_type type;
	uint64_t hash;    /* dns_key_make */
};

struct dns_entry {
	struct dns_entry *next;           /* of the same slot */
	struct dns_entry *newer, *older;
	struct dns_key key;
	size_t size;                      /* bytes */
	unsigned refs;                    /* the cache's own included */
	int64_t expires_us;               /* of the answer */
	int64_t failed_until_us;          /* 0, or how long the question is not asked again */
	unsigned failures;                /* in a row */
	enum op_status failure;           /* how it failed last */
	bool answered;                    /* answer is set; false: it has only ever failed */
	struct dns_answer answer;         /* ttl: as it came */
};

struct dns_cache;

struct dns_cache *dns_cache_new(size_t entries_max, size_t bytes_max);
void dns_cache_free(struct dns_cache **);

struct dns_key dns_key_make(const struct dns_cache *, struct span name, enum dns_type);
/* The entry, expired or not, or NULL; it becomes the last to go. */
struct dns_entry *dns_cache_get(struct dns_cache *, const struct dns_key *);
/* A copy of the answer in the place of what was there; answer NULL: an entry without one. One entry may exceed the bytes when it is alone (it is at most 200 KB). */
struct dns_entry *dns_cache_put(struct dns_cache *, const struct dns_key *, const struct dns_answer *);

/* An entry that is referred to outlives its place in the cache. */
struct dns_entry *dns_entry_ref(struct dns_entry *);
void dns_entry_unref(struct dns_entry **);

size_t dns_cache_entries(const struct dns_cache *);
size_t dns_cache_bytes(const struct dns_cache *);
uint64_t dns_cache_evicted(const struct dns_cache *);

#endif
