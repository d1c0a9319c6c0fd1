#include "match/literal_index.h"

#include <assert.h>

#include "base/ascii.h"

/*
 * Keys are four bytes of the text (or three, with the fourth left out) with the bit set that tells lower case from upper: what is not a letter may become something else by it, and is told apart by the comparison.
 */
#define CASE_BITS 0x20202020u
#define THREE 0x00ffffffu
#define BITS_LEAST 12
#define BITS_MOST 19 /* 64 KiB of bitmap */
#define SPREAD 32    /* bits of the bitmap for each literal */

struct entry {
	uint32_t key;
	uint32_t literal;
	uint16_t offset; /* of the key in the literal */
	bool word, word_end;
	uint32_t next;   /* number + 1 of the next entry in the same bucket; 0: none */
};

/* Literals with keys of one length. */
struct keys {
	size_t n;
	unsigned shift;      /* of a hash to a bit's number */
	uint64_t *bitmap;
	uint32_t *buckets;   /* by hash: number + 1 of the first entry */
	unsigned bucket_shift;
	struct entry *entries;
};

struct literal_index {
	const struct literal *literals;
	struct keys four, three;
};

static uint32_t hash(uint32_t key)
{
	return key * 0x9e3779b1u;
}

static uint32_t load_four(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v | CASE_BITS;
}

static uint32_t load_three(const char *p)
{
	return ((uint32_t)(uint8_t)p[0] | (uint32_t)(uint8_t)p[1] << 8 | (uint32_t)(uint8_t)p[2] << 16) | (CASE_BITS & THREE);
}

/* How often a byte stands in text, roughly, by the logarithm. */
static unsigned frequency(char c)
{
	static const char often[] = " etaoinsrhldcumfpgwybv", *at;

	at = c != '\0' ? strchr(often, c) : NULL;
	return at != NULL ? 24 - (unsigned)(at - often) : 1;
}

/* How many literals hold four bytes, by their hash. */
#define SHARE_BITS 14
struct shares {
	uint16_t n[1u << SHARE_BITS];
};

static uint16_t *share(struct shares *s, const char *p)
{
	return &s->n[hash(load_four(p)) >> (32 - SHARE_BITS)];
}

static struct shares *count_shares(struct arena *arena, const struct literal *literals, size_t n)
{
	struct shares *s = ARENA_NEW(arena, struct shares);

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k + 4 <= literals[i].text.len; k++) {
			uint16_t *count = share(s, literals[i].text.p + k);

			*count = *count < UINT16_MAX ? (uint16_t)(*count + 1) : *count;
		}
	}
	return s;
}

/* Where the four bytes begin that are the rarest in texts and in other literals. */
static size_t rarest(struct shares *s, struct span literal)
{
	size_t best = 0;
	unsigned least = UINT32_MAX;

	for (size_t i = 0; i + 4 <= literal.len; i++) {
		unsigned sum = *share(s, literal.p + i);

		sum = sum < 40 ? sum : 40;
		for (size_t k = 0; k < 4; k++)
			sum += frequency(literal.p[i + k]);
		if (sum < least) {
			least = sum;
			best = i;
		}
	}
	return best;
}

static unsigned bits_for(size_t n, size_t spread)
{
	unsigned bits = BITS_LEAST;

	while (bits < BITS_MOST && ((size_t)1 << bits) < n * spread)
		bits++;
	return bits;
}

static void keys_init(struct keys *k, struct arena *arena, size_t n)
{
	unsigned bits = bits_for(n, SPREAD), bucket_bits = bits_for(n, 2);

	if (n == 0)
		return;
	k->shift = 32 - bits;
	k->bitmap = ARENA_ARRAY(arena, ((size_t)1 << bits) / 64, uint64_t);
	k->bucket_shift = 32 - bucket_bits;
	k->buckets = ARENA_ARRAY(arena, (size_t)1 << bucket_bits, uint32_t);
	k->entries = ARENA_ARRAY(arena, n, struct entry);
}

static bool is_word(char c)
{
	return ascii_isalnum(c) || c == '_';
}

static void keys_add(struct keys *k, uint32_t key, uint32_t number, const struct literal *literal, size_t offset)
{
	uint32_t h = hash(key), bit = h >> k->shift, *bucket = &k->buckets[h >> k->bucket_shift];

	k->bitmap[bit / 64] |= (uint64_t)1 << (bit % 64);
	k->entries[k->n] = (struct entry){
		.key = key, .literal = number, .offset = (uint16_t)offset, .next = *bucket,
		.word = literal->word && is_word(literal->text.p[0]), .word_end = literal->word_end && is_word(literal->text.p[literal->text.len - 1]),
	};
	*bucket = (uint32_t)++k->n;
}

struct literal_index *literal_index_new(struct arena *arena, const struct literal *literals, size_t n)
{
	struct literal_index *x = ARENA_NEW(arena, struct literal_index);
	struct arena *scratch = arena_new(0);
	struct shares *shares = count_shares(scratch, literals, n);
	size_t threes = 0;

	x->literals = literals;
	for (size_t i = 0; i < n; i++)
		threes += literals[i].text.len == 3;
	keys_init(&x->three, arena, threes);
	keys_init(&x->four, arena, n - threes);
	for (uint32_t i = 0; i < n; i++) {
		struct span text = literals[i].text;
		size_t at;

		assert(text.len >= LITERAL_SHORTEST && text.len <= UINT16_MAX);
		if (text.len == 3) {
			keys_add(&x->three, load_three(text.p), i, &literals[i], 0);
			continue;
		}
		at = rarest(shares, text);
		keys_add(&x->four, load_four(text.p + at), i, &literals[i], at);
	}
	arena_free(&scratch);
	return x;
}

static bool is_here(struct span text, size_t begin, struct span literal)
{
	const char *p = text.p + begin;

	if (literal.len > text.len - begin)
		return false;
	for (size_t i = 0; i < literal.len; i++) {
		if (ascii_tolower(p[i]) != literal.p[i])
			return false;
	}
	return true;
}

static void look(const struct literal_index *x, const struct keys *k, struct span text, size_t at, uint32_t key, literal_found *found, void *ctx)
{
	for (uint32_t i = k->buckets[hash(key) >> k->bucket_shift]; i != 0; i = k->entries[i - 1].next) {
		const struct entry *e = &k->entries[i - 1];
		struct span literal;
		size_t end;

		if (e->key != key || e->offset > at || (e->word && at > e->offset && is_word(text.p[at - e->offset - 1])))
			continue;
		literal = x->literals[e->literal].text;
		end = at - e->offset + literal.len;
		if (is_here(text, at - e->offset, literal) && !(e->word_end && end < text.len && is_word(text.p[end])))
			found(ctx, e->literal, at - e->offset);
	}
}

static bool may_be(const struct keys *k, uint32_t key)
{
	uint32_t bit = hash(key) >> k->shift;

	return (k->bitmap[bit / 64] >> (bit % 64)) & 1;
}

void literal_index_scan(const struct literal_index *x, struct span text, literal_found *found, void *ctx)
{
	for (size_t i = 0; x->four.n != 0 && i + 4 <= text.len; i++) {
		uint32_t key = load_four(text.p + i);

		if (may_be(&x->four, key))
			look(x, &x->four, text, i, key, found, ctx);
	}
	for (size_t i = 0; x->three.n != 0 && i + 3 <= text.len; i++) {
		uint32_t key = load_three(text.p + i);

		if (may_be(&x->three, key))
			look(x, &x->three, text, i, key, found, ctx);
	}
}
