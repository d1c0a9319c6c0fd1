#include "auth/base64.h"

#include "base/ascii.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 0 to 63, or -1. */
static int value_of(char c)
{
	if (ascii_isupper(c))
		return c - 'A';
	if (ascii_islower(c))
		return c - 'a' + 26;
	if (ascii_isdigit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(struct arena *arena, struct span text, size_t max, struct span *bytes_r)
{
	size_t room = text.len / 4 * 3 + 3, n = 0, ndigits = 0, npads = 0;
	unsigned char *out = (unsigned char *)arena_bytes(arena, room < max ? room : max);
	uint32_t bits = 0;

	*bytes_r = SPAN_NONE;
	for (size_t i = 0; i < text.len; i++) {
		int v = value_of(text.p[i]);

		if (ascii_isspace(text.p[i]))
			continue;
		if (text.p[i] == '=' && ++npads <= 2)
			continue;
		if (v < 0 || npads != 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		if (ndigits++ % 4 == 0)
			continue;
		if (n == max)
			return false;
		out[n++] = (unsigned char)(bits >> (6 - 2 * ((ndigits - 1) % 4)));
	}
	if (n == 0 || ndigits % 4 == 1 || (ndigits + npads) % 4 != 0)
		return false;
	*bytes_r = span_make((const char *)out, n);
	return true;
}

void base64_add(struct buf *b, struct span bytes)
{
	const unsigned char *p = (const unsigned char *)bytes.p;

	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
		uint32_t v = (uint32_t)p[i] << 16 | (n > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (n > 2 ? p[i + 2] : 0);

		for (size_t k = 0; k < 4; k++) {
			if (k <= n)
				buf_char(b, digits[v >> (18 - 6 * k) & 63]);
			else
				buf_char(b, '=');
		}
	}
}
