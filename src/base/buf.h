/*
 * A growing byte buffer. Its bytes live in an arena when one is given, else on the heap (then buf_free is the owner's
 * duty). Appending never fails; buf_span stays valid until the next append. With "max" set, what would exceed it is
 * dropped and "full" is set: the bound of everything that is built from hostile input.
 */
#ifndef WINNOW_BASE_BUF_H
#define WINNOW_BASE_BUF_H

#include "base/arena.h"

struct buf {
	struct arena *arena; /* NULL: heap */
	char *p;
	size_t len, cap;
	size_t max; /* 0: no limit */
	bool full;
};

#define BUF_INIT(arena_) ((struct buf){ .arena = (arena_) })

void buf_free(struct buf *);
/* Makes room for n more bytes and returns where they go; NULL when the limit forbids it. Add to len what was written. */
char *buf_reserve(struct buf *, size_t n);
void buf_grow(struct buf *, size_t n); /* slow path of the inline functions */
void buf_add(struct buf *, struct span);
void buf_printf(struct buf *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static inline void buf_char(struct buf *b, char c)
{
	if (b->len == b->cap)
		buf_grow(b, 1);
	if (b->len < b->cap)
		b->p[b->len++] = c;
}

static inline void buf_str(struct buf *b, const char *s)
{
	buf_add(b, span_of(s));
}

static inline struct span buf_span(const struct buf *b)
{
	return (struct span){ b->p, b->len };
}

/* Drops the first n bytes (n <= len): for stream input. */
void buf_drop(struct buf *, size_t n);

static inline void buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
}

#endif
