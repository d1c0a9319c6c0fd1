/* What the files of the tokenizer share. */
#ifndef WINNOW_LEARN_TOKENS_PRIVATE_H
#define WINNOW_LEARN_TOKENS_PRIVATE_H

#include "learn/tokens.h"

#define TOKEN_SLOTS 4096 /* of the set of features seen; a power of two, more than three times the largest group */
#define WORD_BYTES 48    /* longer words are told by their length alone */

struct tokens {
	uint64_t k0, k1;
	uint64_t space[TOKEN_SPACES];
	uint32_t without;
	struct features *out;
	uint32_t *list;      /* the group that is written, */
	unsigned room;       /* and what it holds at most */
	unsigned n, limit;   /* limit: of what is written now, a share of the group's room */
	uint32_t slots[TOKEN_SLOTS];
};

/* Folds the 128-bit product: every bit of the result depends on every bit of both factors. */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* Two hashes, in this order. */
static inline uint64_t hash_join(const struct tokens *t, uint64_t a, uint64_t b)
{
	return mix(a ^ t->k1, b + t->k0);
}

/* One feature: the token's hash in its space. */
static inline void token_add(struct tokens *t, enum token_space space, uint64_t hash)
{
	uint32_t f = (uint32_t)(mix(hash ^ t->k0, t->space[space]) >> 32), at;

	if (t->n >= t->limit || (t->without >> space & 1) != 0)
		return;
	f += f == 0;
	for (at = f & (TOKEN_SLOTS - 1); t->slots[at] != 0; at = (at + 1) & (TOKEN_SLOTS - 1)) {
		if (t->slots[at] == f)
			return;
	}
	t->slots[at] = f;
	t->list[t->n++] = f;
}

/* Room for so many more features, at most what the group has. */
void tokens_share(struct tokens *, unsigned more);

uint64_t token_hash(const struct tokens *, struct span);
uint64_t token_hash_lower(const struct tokens *, struct span); /* ASCII; the first WORD_BYTES bytes */
/* Runs of digits become 9, of letters a, of upper-case letters A; the first 32 runs. */
uint64_t token_hash_shape(const struct tokens *, struct span);
/* A named number: "links", magnitude. */
void token_add_count(struct tokens *, enum token_space, uint64_t what, uint64_t count);
/* Short names of what is counted or told; hashed when the scratch space is made would save little: they are of eight bytes at most. */
static inline uint64_t token_name(const struct tokens *t, const char *name, size_t len)
{
	uint64_t v = 0;

	memcpy(&v, name, len < 8 ? len : 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return mix(v ^ t->k1, t->k0);
}
#define TOKEN_NAME(t, literal) token_name((t), "" literal, sizeof(literal) - 1)

/* Words of valid UTF-8, in order. */
struct token_words {
	const unsigned char *p, *end;
	uint32_t before; /* the character before, in a script without spaces */
};
bool token_words_next(const struct tokens *, struct token_words *, uint64_t *hash_r);
static inline struct token_words token_words_of(struct span s)
{
	return (struct token_words){ (const unsigned char *)s.p, (const unsigned char *)span_end(s), 0 };
}

void tokens_text(struct tokens *, struct span text, enum token_space word, enum token_space pair);
/* Words joined with what they belong to, at most "limit" of them. */
void tokens_words(struct tokens *, enum token_space, uint64_t owner, struct span text, unsigned limit);
/* Sequences of characters, from the beginning of the text. */
void tokens_grams(struct tokens *, enum token_space, struct span text);
/* A host name: itself, its registered domain when known, its last labels; an IPv4 address as networks. */
void tokens_host(struct tokens *, enum token_space, uint64_t owner, struct span host);
void tokens_address(struct tokens *, enum token_space, uint64_t owner, struct span spec);

void tokens_headers(struct tokens *, struct arena *, const struct message *);
void tokens_header_grams(struct tokens *, const struct message *);
void tokens_html(struct tokens *, struct span source);
void tokens_links(struct tokens *, const struct message *);
void tokens_parts(struct tokens *, const struct message *);

#endif
