/*
 * Public keys as they stand in the DNS (RFC 6376, 3.6.1; RFC 8463), made ready once and kept: signatures of one domain follow one another. And the hashing and verifying that goes with them (OpenSSL).
 *
 * The crypto object belongs to one process (it is made before the fork; each child goes on with its own copy) and is not shared between threads. All of OpenSSL's own loading happens when it is made: nothing
 * is opened later, inside of the sandbox.
 */
#ifndef WINNOW_AUTH_DKIM_KEY_H
#define WINNOW_AUTH_DKIM_KEY_H

#include "auth/canon.h"
#include "base/err.h"

#define DKIM_HASH_LEN 32
#define DKIM_RECORD_MAX 4096     /* bytes of a key record; longer ones are none */
#define DKIM_RSA_BITS_MAX 8192
#define DKIM_KEYS_CACHED 1024

enum dkim_key_type { DKIM_RSA, DKIM_ED25519 };

struct dkim_key {
	const char *problem; /* why it cannot be used; NULL: it can */
	bool revoked;        /* p= is empty */
	enum dkim_key_type type;
	unsigned bits;
	bool testing;        /* t=y */
	bool strict;         /* t=s: i= must not be of a subdomain */
};

struct dkim_crypto;

struct dkim_crypto *dkim_crypto_new(void);
void dkim_crypto_free(struct dkim_crypto **);

/* Reads a key record; never fails: what is wrong stands in problem. Lives until the next call. */
const struct dkim_key *dkim_key_get(struct dkim_crypto *, struct span record);
/* Whether the key made this signature of the hash. key: of the last dkim_key_get(), usable. */
bool dkim_key_verify(struct dkim_crypto *, const struct dkim_key *, const unsigned char hash[static DKIM_HASH_LEN], struct span signature);
/* Records read so far that were not in the cache: for tests and statistics. */
uint64_t dkim_crypto_keys_made(const struct dkim_crypto *);

/* SHA-256 of what is written to the sink between begin and end; one at a time. */
struct canon_sink *dkim_hash_begin(struct dkim_crypto *);
void dkim_hash_end(struct dkim_crypto *, unsigned char hash_r[static DKIM_HASH_LEN]);

#endif
