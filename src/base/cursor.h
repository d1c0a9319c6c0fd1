/*
 * A cursor reads wire data. Every getter fails when the data is short, moves nothing then, and sets "bad", which stays:
 * a decoder may read a whole structure and ask once at the end with cursor_done().
 */
#ifndef WINNOW_BASE_CURSOR_H
#define WINNOW_BASE_CURSOR_H

#include "base/span.h"

struct cursor {
	struct span rest;
	bool bad;
};

#define CURSOR(span_) ((struct cursor){ .rest = (span_) })

static inline bool cursor_bytes(struct cursor *c, size_t n, struct span *bytes_r)
{
	*bytes_r = SPAN_NONE;
	if (c->bad || n > c->rest.len) {
		c->bad = true;
		return false;
	}
	*bytes_r = span_make(c->rest.p, n);
	c->rest = span_from(c->rest, n);
	return true;
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	struct span b;

	return cursor_bytes(c, 1, &b) ? (uint8_t)b.p[0] : 0;
}

static inline uint16_t cursor_be16(struct cursor *c)
{
	struct span b;

	if (!cursor_bytes(c, 2, &b))
		return 0;
	return (uint16_t)((uint8_t)b.p[0] << 8 | (uint8_t)b.p[1]);
}

static inline uint32_t cursor_be32(struct cursor *c)
{
	struct span b;

	if (!cursor_bytes(c, 4, &b))
		return 0;
	return (uint32_t)(uint8_t)b.p[0] << 24 | (uint32_t)(uint8_t)b.p[1] << 16 | (uint32_t)(uint8_t)b.p[2] << 8 |
	       (uint32_t)(uint8_t)b.p[3];
}

/* A NUL-terminated string; the NUL is consumed and is not part of the span. */
static inline struct span cursor_cstr(struct cursor *c)
{
	size_t n = c->bad ? SPAN_NPOS : span_chr(c->rest, '\0');
	struct span s;

	if (n == SPAN_NPOS) {
		c->bad = true;
		return SPAN_NONE;
	}
	cursor_bytes(c, n, &s);
	c->rest = span_from(c->rest, 1);
	return s;
}

/* True when everything was read and nothing was short. */
static inline bool cursor_done(const struct cursor *c)
{
	return !c->bad && c->rest.len == 0;
}

#endif
