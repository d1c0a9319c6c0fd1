#include "base/hash.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/ascii.h"

static inline uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static inline void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static inline void absorb(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	v[0] ^= m;
}

static inline uint64_t load_le64(const unsigned char *p)
{
	uint64_t m;

	memcpy(&m, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	m = __builtin_bswap64(m);
#endif
	return m;
}

void hash_begin(struct hash_state *h, const struct hash_key *key)
{
	h->v[0] = key->k0 ^ 0x736f6d6570736575u;
	h->v[1] = key->k1 ^ 0x646f72616e646f6du;
	h->v[2] = key->k0 ^ 0x6c7967656e657261u;
	h->v[3] = key->k1 ^ 0x7465646279746573u;
	h->total = 0;
	h->ntail = 0;
}

void hash_add(struct hash_state *h, struct span s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n = s.len;

	h->total += n;
	if (h->ntail != 0) {
		while (n > 0 && h->ntail < 8) {
			h->tail[h->ntail++] = *p++;
			n--;
		}
		if (h->ntail < 8)
			return;
		absorb(h->v, load_le64(h->tail));
		h->ntail = 0;
	}
	for (; n >= 8; n -= 8, p += 8)
		absorb(h->v, load_le64(p));
	for (; n > 0; n--)
		h->tail[h->ntail++] = *p++;
}

uint64_t hash_end(struct hash_state *h)
{
	uint64_t last = h->total << 56;

	for (unsigned i = 0; i < h->ntail; i++)
		last |= (uint64_t)h->tail[i] << (8 * i);
	absorb(h->v, last);
	h->v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(h->v);
	return h->v[0] ^ h->v[1] ^ h->v[2] ^ h->v[3];
}

uint64_t hash_span(const struct hash_key *key, struct span s)
{
	struct hash_state h;

	hash_begin(&h, key);
	hash_add(&h, s);
	return hash_end(&h);
}

uint64_t hash_span_lower(const struct hash_key *key, struct span s)
{
	struct hash_state h;
	char part[64];

	hash_begin(&h, key);
	for (size_t at = 0; at < s.len; at += sizeof(part)) {
		size_t n = s.len - at < sizeof(part) ? s.len - at : sizeof(part);

		for (size_t i = 0; i < n; i++)
			part[i] = ascii_tolower(s.p[at + i]);
		hash_add(&h, span_make(part, n));
	}
	return hash_end(&h);
}

void random_bytes(void *p, size_t n)
{
	char *at = p;

	while (n > 0) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0)
			abort();
		at += got;
		n -= (size_t)got;
	}
}

void hash_key_random(struct hash_key *key_r)
{
	random_bytes(key_r, sizeof(*key_r));
}
