#include "checks/words.h"

#include "base/ascii.h"

/* Bytes that the character at i takes when it is a letter, else 0; *alone_r: an ideograph or kana. *skip_r: bytes to pass over when it is none. */
static size_t letter_at(struct span s, size_t i, bool *alone_r, size_t *skip_r)
{
	uint8_t c = (uint8_t)s.p[i], next = i + 1 < s.len ? (uint8_t)s.p[i + 1] : 0;

	*alone_r = false;
	*skip_r = 1;
	if (c < 0x80)
		return ascii_isalnum(s.p[i]) ? 1 : 0;
	if (c == 0xc2 || (c == 0xcd && next == 0x8f)) { /* U+0080..00BF: no-break space, soft hyphen, signs; U+034F */
		*skip_r = 2;
		return 0;
	}
	if ((c == 0xe2 && next <= 0xaf) || (c == 0xe3 && next == 0x80) || (c == 0xef && next >= 0xb8)) { /* punctuation, symbols, forms */
		*skip_r = 3;
		return 0;
	}
	if (c == 0xf0 && next == 0x9f) { /* emoji */
		*skip_r = 4;
		return 0;
	}
	*alone_r = c >= 0xe3 && c <= 0xe9 && i + 3 <= s.len;
	return *alone_r ? 3 : 1;
}

bool words_next(struct span *text_r, struct span *word_r)
{
	struct span s = *text_r;
	size_t i = 0, begin, n, skip = 0;
	bool alone = false;

	while (i < s.len && letter_at(s, i, &alone, &skip) == 0)
		i += skip;
	if (i >= s.len) {
		*text_r = SPAN_NONE;
		return false;
	}
	begin = i;
	for (;;) {
		while (i < s.len && ascii_isalnum(s.p[i]))
			i++;
		if (i >= s.len || (uint8_t)s.p[i] < 0x80)
			break;
		n = letter_at(s, i, &alone, &skip);
		if (n == 0 || (alone && i != begin))
			break;
		i += n;
		if (alone)
			break;
	}
	*word_r = span_sub(s, begin, i - begin);
	*text_r = span_from(s, i);
	return true;
}

/* Whether a URL begins with this word; then *rest_r is moved behind its end. */
static bool skip_url(struct span *rest_r, struct span word)
{
	struct span rest = *rest_r;
	size_t i = 0;

	if (rest.len == 0 || (rest.p[0] != ':' && rest.p[0] != '.'))
		return false;
	if (!span_starts(rest, SPAN_LIT("://")) && !(span_case_eq(word, SPAN_LIT("www")) && span_starts(rest, SPAN_LIT("."))))
		return false;
	while (i < rest.len && !ascii_isspace(rest.p[i]) && rest.p[i] != '>' && rest.p[i] != '<')
		i++;
	*rest_r = span_from(rest, i);
	return true;
}

bool words_next_plain(struct span *text_r, struct span *word_r)
{
	while (words_next(text_r, word_r)) {
		if (!skip_url(text_r, *word_r))
			return true;
	}
	return false;
}

size_t words_count(struct span text, size_t max)
{
	struct span word;
	size_t n = 0;

	while (n < max && words_next_plain(&text, &word))
		n++;
	return n;
}

static unsigned bit_of(struct span word)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < word.len; i++)
		h = (h ^ (uint8_t)ascii_tolower(word.p[i])) * 16777619u;
	return (h ^ h >> 15) % WORDSET_BITS;
}

void wordset_init(struct wordset *set)
{
	memset(set, 0, sizeof(*set));
}

bool wordset_add(struct wordset *set, struct span word)
{
	unsigned bit = bit_of(word);
	uint64_t mask = UINT64_C(1) << bit % 64;

	if ((set->bits[bit / 64] & mask) != 0)
		return false;
	set->bits[bit / 64] |= mask;
	set->n++;
	return true;
}

bool wordset_has(const struct wordset *set, struct span word)
{
	unsigned bit = bit_of(word);

	return (set->bits[bit / 64] >> bit % 64 & 1) != 0;
}

void wordset_add_text(struct wordset *set, struct span text, size_t min, size_t max)
{
	struct span word;

	for (size_t n = 0; n < max && words_next_plain(&text, &word); n++) {
		if (word.len >= min)
			wordset_add(set, word);
	}
}
