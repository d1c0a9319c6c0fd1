/*
 * Keyed hashing: SipHash-1-3 (Aumasson, Bernstein, "SipHash: a fast short-input PRF", 2012). A table keyed by hostile
 * input uses a key drawn at process start, so that nobody can choose collisions.
 */
#ifndef WINNOW_BASE_HASH_H
#define WINNOW_BASE_HASH_H

#include "base/span.h"

struct hash_key {
	uint64_t k0, k1;
};

/* Incremental state; feed with hash_add, read with hash_end (once). */
struct hash_state {
	uint64_t v[4];
	uint64_t total;
	unsigned char tail[8];
	unsigned ntail;
};

void hash_begin(struct hash_state *, const struct hash_key *);
void hash_add(struct hash_state *, struct span);
uint64_t hash_end(struct hash_state *);

uint64_t hash_span(const struct hash_key *, struct span);
/* The same of the ASCII-lowered bytes. */
uint64_t hash_span_lower(const struct hash_key *, struct span);

/* Random bytes from the kernel; ends the process when there are none. */
void random_bytes(void *p, size_t n);
void hash_key_random(struct hash_key *key_r);

#endif
