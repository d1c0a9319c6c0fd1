#include "base/utf8.h"

size_t utf8_ascii_len(struct span s)
{
	size_t i = 0;
	uint64_t w;

	for (; i + 8 <= s.len; i += 8) {
		memcpy(&w, s.p + i, 8);
		if (w & 0x8080808080808080u)
			break;
	}
	while (i < s.len && (uint8_t)s.p[i] < 0x80)
		i++;
	return i;
}

static bool is_tail(uint8_t c)
{
	return (c & 0xc0) == 0x80;
}

uint32_t utf8_next(struct span s, size_t *taken_r)
{
	const uint8_t *p = (const uint8_t *)s.p;
	uint32_t cp;

	*taken_r = 1;
	if (p[0] < 0x80)
		return p[0];
	if (p[0] >= 0xc2 && p[0] <= 0xdf && s.len >= 2 && is_tail(p[1])) {
		*taken_r = 2;
		return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
	}
	if ((p[0] & 0xf0) == 0xe0 && s.len >= 3 && is_tail(p[1]) && is_tail(p[2])) {
		cp = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
		if (cp < 0x800 || (cp >= 0xd800 && cp <= 0xdfff))
			return UTF8_BAD;
		*taken_r = 3;
		return cp;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4 && s.len >= 4 && is_tail(p[1]) && is_tail(p[2]) && is_tail(p[3])) {
		cp = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 | (uint32_t)(p[2] & 0x3f) << 6 |
		     (p[3] & 0x3f);
		if (cp < 0x10000 || cp > 0x10ffff)
			return UTF8_BAD;
		*taken_r = 4;
		return cp;
	}
	return UTF8_BAD;
}

/* Offset of the first malformed byte, or s.len. */
static size_t valid_len(struct span s)
{
	size_t i = 0, taken;

	for (;;) {
		i += utf8_ascii_len(span_from(s, i));
		if (i >= s.len)
			return s.len;
		if (utf8_next(span_from(s, i), &taken) == UTF8_BAD)
			return i;
		i += taken;
	}
}

bool utf8_valid(struct span s)
{
	return valid_len(s) == s.len;
}

void utf8_add(struct buf *b, uint32_t cp)
{
	char t[4];
	size_t n;

	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		cp = 0xfffd;
	if (cp < 0x80) {
		buf_char(b, (char)cp);
		return;
	}
	if (cp < 0x800) {
		t[0] = (char)(0xc0 | cp >> 6);
		n = 2;
	} else if (cp < 0x10000) {
		t[0] = (char)(0xe0 | cp >> 12);
		n = 3;
	} else {
		t[0] = (char)(0xf0 | cp >> 18);
		n = 4;
	}
	for (size_t i = 1; i < n; i++)
		t[i] = (char)(0x80 | (cp >> (6 * (n - 1 - i)) & 0x3f));
	buf_add(b, span_make(t, n));
}

struct span utf8_repair(struct arena *arena, struct span s)
{
	size_t good = valid_len(s);
	struct buf b = BUF_INIT(arena);

	if (good == s.len)
		return s;
	while (s.len > 0) {
		good = valid_len(s);
		buf_add(&b, span_sub(s, 0, good));
		s = span_from(s, good);
		if (s.len > 0) {
			utf8_add(&b, 0xfffd);
			s = span_from(s, 1);
		}
	}
	return buf_span(&b);
}
