#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_free(struct buf *b)
{
	if (b->arena == NULL)
		free(b->p);
	b->p = NULL;
	b->len = b->cap = 0;
}

static void set_capacity(struct buf *b, size_t cap)
{
	if (b->arena != NULL) {
		b->p = arena_extend(b->arena, b->p, b->cap, cap);
	} else {
		b->p = realloc(b->p, cap);
		if (b->p == NULL)
			abort();
	}
	b->cap = cap;
}

void buf_grow(struct buf *b, size_t n)
{
	size_t want, cap = b->cap != 0 ? b->cap : 128;

	if (b->cap - b->len >= n)
		return;
	if (__builtin_add_overflow(b->len, n, &want))
		abort();
	if (b->max != 0 && want > b->max) {
		b->full = true;
		want = b->max;
	}
	while (cap < want)
		cap = cap > SIZE_MAX / 2 ? want : cap * 2;
	if (b->max != 0 && cap > b->max)
		cap = b->max;
	if (cap > b->cap)
		set_capacity(b, cap);
}

char *buf_reserve(struct buf *b, size_t n)
{
	buf_grow(b, n);
	return b->cap - b->len >= n ? b->p + b->len : NULL;
}

void buf_add(struct buf *b, struct span s)
{
	size_t room;

	if (s.len == 0)
		return;
	buf_grow(b, s.len);
	room = b->cap - b->len;
	if (s.len > room)
		s.len = room;
	if (s.len != 0)
		memcpy(b->p + b->len, s.p, s.len);
	b->len += s.len;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof(text)) {
		buf_add(b, span_make(text, (size_t)n));
		return;
	}
	if (buf_reserve(b, (size_t)n + 1) == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(b->p + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void buf_drop(struct buf *b, size_t n)
{
	assert(n <= b->len);
	b->len -= n;
	if (b->len != 0 && n != 0)
		memmove(b->p, b->p + n, b->len);
}
