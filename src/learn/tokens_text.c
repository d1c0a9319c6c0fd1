/* Words, pairs of words, sequences of characters. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "learn/tokens_private.h"

#define PAIR_WINDOW 4

enum { SEPARATOR, LETTER, INNER, SIGN, HIGH };

/* Letters and digits make words; INNER ones when they stand between two of these ("don't", "mail.example"); SIGN is a word of its own. */
static const uint8_t word_class[256] = {
	['0' ... '9'] = LETTER, ['A' ... 'Z'] = LETTER, ['a' ... 'z'] = LETTER, ['_'] = LETTER,
	['\''] = INNER, ['-'] = INNER, ['.'] = INNER, ['@'] = INNER, [','] = INNER,
	['!'] = SIGN, ['$'] = SIGN, ['%'] = SIGN, ['#'] = SIGN, ['*'] = SIGN, ['?'] = SIGN, ['+'] = SIGN, ['='] = SIGN,
	[128 ... 255] = HIGH,
};

struct range {
	uint32_t first, last;
};

static bool in_ranges(const struct range *v, size_t n, uint32_t cp)
{
	for (size_t i = 0; i < n && v[i].first <= cp; i++) {
		if (cp <= v[i].last)
			return true;
	}
	return false;
}

/* Scripts without spaces between words, in order. Hangul has spaces. */
static bool is_spaceless(uint32_t cp)
{
	static const struct range v[] = {
		{ 0x0e00, 0x0eff }, { 0x1000, 0x109f }, { 0x1780, 0x17ff }, { 0x2e80, 0x2fdf }, { 0x3005, 0x3007 }, { 0x3041, 0x30fa }, { 0x30fc, 0x312f }, { 0x31a0, 0x31bf },
		{ 0x31f0, 0x31ff }, { 0x3400, 0x9fff }, { 0xa9e0, 0xaa7f }, { 0xf900, 0xfaff }, { 0x20000, 0x3ffff },
	};

	return cp >= 0x0e00 && in_ranges(v, sizeof(v) / sizeof(*v), cp);
}

/* Punctuation and blanks beyond ASCII; the rest of it is letters, or symbols worth a word. */
static bool is_separator(uint32_t cp)
{
	static const struct range v[] = {
		{ 0x0080, 0x00a0 }, { 0x00ab, 0x00ad }, { 0x00b7, 0x00b8 }, { 0x00bb, 0x00bb }, { 0x00bf, 0x00bf }, { 0x060c, 0x060c }, { 0x061b, 0x061b }, { 0x061f, 0x061f },
		{ 0x0964, 0x0965 }, { 0x1680, 0x1680 }, { 0x2000, 0x206f }, { 0x2e00, 0x2e7f }, { 0x3000, 0x3004 }, { 0x3008, 0x3020 }, { 0x3030, 0x3030 }, { 0x303d, 0x303d }, { 0x30fb, 0x30fb },
		{ 0xfe10, 0xfe1f }, { 0xfe30, 0xfe6f }, { 0xff01, 0xff0f }, { 0xff1a, 0xff20 }, { 0xff3b, 0xff40 }, { 0xff5b, 0xff65 }, { 0xfffd, 0xfffd },
	};

	return in_ranges(v, sizeof(v) / sizeof(*v), cp);
}

/* Lower case of the scripts that have two, as far as a fixed distance goes; Latin letters with marks are base letters already. */
static uint32_t lower(uint32_t cp)
{
	if ((cp >= 0x410 && cp <= 0x42f) || (cp >= 0x391 && cp <= 0x3a9))
		return cp + 32;
	if (cp >= 0x400 && cp <= 0x40f)
		return cp + 80;
	if (cp >= 0x531 && cp <= 0x556)
		return cp + 48;
	return cp;
}

static inline uint64_t load64(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

/* p: n bytes, and zeros up to a multiple of eight. */
static uint64_t hash_padded(const struct tokens *t, const unsigned char *p, size_t n)
{
	uint64_t h = t->k0 + n;

	for (size_t i = 0; i < n; i += 8)
		h = mix(h ^ load64(p + i), t->k1);
	return h;
}

uint64_t token_hash(const struct tokens *t, struct span s)
{
	unsigned char tail[8] = { 0 };
	uint64_t h = t->k0 + s.len;
	size_t whole = s.len & ~(size_t)7;

	for (size_t i = 0; i < whole; i += 8)
		h = mix(h ^ load64((const unsigned char *)s.p + i), t->k1);
	if (whole == s.len)
		return h;
	memcpy(tail, s.p + whole, s.len - whole);
	return mix(h ^ load64(tail), t->k1);
}

uint64_t token_hash_lower(const struct tokens *t, struct span s)
{
	unsigned char word[WORD_BYTES + 8] = { 0 };
	size_t n = s.len < WORD_BYTES ? s.len : WORD_BYTES;

	for (size_t i = 0; i < n; i++)
		word[i] = ascii_lower[(uint8_t)s.p[i]];
	return hash_padded(t, word, n);
}

uint64_t token_hash_shape(const struct tokens *t, struct span s)
{
	unsigned char shape[40] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < 32; i++) {
		char c = s.p[i];

		if (ascii_isdigit(c))
			c = '9';
		else if (ascii_isalpha(c))
			c = ascii_isupper(c) ? 'A' : 'a';
		if (n == 0 || (unsigned char)c != shape[n - 1])
			shape[n++] = (unsigned char)c;
	}
	return hash_padded(t, shape, n);
}

/* A character of a script without spaces: with the one before it, or alone when nothing of its kind follows it either. */
static bool spaceless_next(const struct tokens *t, struct token_words *w, uint32_t cp, uint64_t *hash_r)
{
	uint32_t before = w->before;
	size_t taken;

	w->before = cp;
	if (before != 0) {
		*hash_r = mix(((uint64_t)before << 32 | cp) ^ t->k0, t->k1);
		return true;
	}
	if (w->p < w->end && *w->p >= 128 && is_spaceless(utf8_next(span_range((const char *)w->p, (const char *)w->end), &taken)))
		return false;
	*hash_r = mix(cp ^ t->k0, t->k1);
	return true;
}

/* Puts one character of a word behind it, in lower case; false: no more of this word. */
static bool word_take(struct token_words *w, unsigned char *word, size_t *n)
{
	unsigned char c = *w->p;
	uint32_t cp;
	size_t taken;

	if (c < 128) {
		if (word_class[c] != LETTER && !(word_class[c] == INNER && w->p + 1 < w->end && (word_class[w->p[1]] == LETTER || word_class[w->p[1]] == HIGH)))
			return false;
		if (*n < WORD_BYTES)
			word[*n] = ascii_lower[c];
		*n += 1;
		w->p++;
		return true;
	}
	cp = utf8_next(span_range((const char *)w->p, (const char *)w->end), &taken);
	if (cp == UTF8_BAD || is_separator(cp) || is_spaceless(cp))
		return false;
	cp = lower(cp);
	for (size_t i = 0; i < taken; i++) {
		if (*n + i < WORD_BYTES)
			word[*n + i] = (unsigned char)(i < 3 ? cp >> (8 * i) : 0);
	}
	*n += taken;
	w->p += taken;
	return true;
}

static bool word_at(const struct tokens *t, struct token_words *w, uint64_t *hash_r)
{
	unsigned char word[WORD_BYTES + 8] = { 0 };
	size_t n = 0;

	while (w->p < w->end && word_take(w, word, &n))
		;
	if (n <= WORD_BYTES)
		*hash_r = hash_padded(t, word, n);
	else
		*hash_r = hash_join(t, TOKEN_NAME(t, "long"), (uint64_t)(64 - __builtin_clzll(n)));
	return n > 0;
}

bool token_words_next(const struct tokens *t, struct token_words *w, uint64_t *hash_r)
{
	while (w->p < w->end) {
		uint32_t cp;
		size_t taken;

		switch (word_class[*w->p]) {
		case LETTER:
			w->before = 0;
			return word_at(t, w, hash_r);
		case SIGN:
			w->before = 0;
			*hash_r = mix(*w->p++ ^ t->k0, t->k1);
			return true;
		case HIGH:
			cp = utf8_next(span_range((const char *)w->p, (const char *)w->end), &taken);
			if (cp != UTF8_BAD && !is_separator(cp) && !is_spaceless(cp)) {
				w->before = 0;
				return word_at(t, w, hash_r);
			}
			w->p += taken;
			if (cp == UTF8_BAD || is_separator(cp))
				w->before = 0;
			else if (spaceless_next(t, w, cp, hash_r))
				return true;
			break;
		default:
			w->before = 0;
			w->p++;
		}
	}
	return false;
}

void tokens_text(struct tokens *t, struct span text, enum token_space word, enum token_space pair)
{
	struct token_words w = token_words_of(text);
	uint64_t last[PAIR_WINDOW] = { 0 }, hash = 0;

	for (unsigned i = 0; t->n < t->limit && token_words_next(t, &w, &hash); i++) {
		token_add(t, word, hash);
		for (unsigned d = 1; d <= PAIR_WINDOW && d <= i; d++)
			token_add(t, pair, mix(last[(i - d) % PAIR_WINDOW] + d, hash ^ t->k1));
		last[i % PAIR_WINDOW] = hash;
	}
}

void tokens_words(struct tokens *t, enum token_space space, uint64_t owner, struct span text, unsigned limit)
{
	struct token_words w = token_words_of(text);
	uint64_t hash = 0;

	for (unsigned i = 0; i < limit && token_words_next(t, &w, &hash); i++)
		token_add(t, space, hash_join(t, owner, hash));
}

void tokens_grams(struct tokens *t, enum token_space space, struct span s)
{
	uint64_t gram = 0; /* the last four characters, 16 bits each */
	bool blank = false;

	for (size_t i = 0, taken; i < s.len && t->n < t->limit; i += taken) {
		uint32_t cp = (uint8_t)s.p[i];

		taken = 1;
		if (cp >= 128)
			cp = utf8_next(span_from(s, i), &taken);
		else if (cp <= ' ') {
			if (blank)
				continue;
			cp = ' ';
		}
		blank = cp == ' ';
		gram = gram << 16 | ((cp ^ cp >> 16) & 0xffff);
		if (is_spaceless(cp))
			token_add(t, space, mix((gram & 0xffffffff) ^ t->k1, t->k0));
		else if (gram >> 48 != 0)
			token_add(t, space, mix(gram ^ t->k1, t->k0));
	}
}
