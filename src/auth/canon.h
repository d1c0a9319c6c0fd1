/*
 * Canonicalisation of header fields and bodies (RFC 6376, 3.4), streaming: what is signed goes straight from the raw message into a sink, nothing is built in memory. A line ends with CRLF or with a bare LF, which
 * counts as CRLF. Pure; linear.
 */
#ifndef WINNOW_AUTH_CANON_H
#define WINNOW_AUTH_CANON_H

#include "base/span.h"

enum canon { CANON_SIMPLE, CANON_RELAXED };

#define CANON_NO_LIMIT UINT64_MAX

/* Where canonical bytes go: small pieces are gathered, large ones passed on as they lie. */
struct canon_sink {
	void (*write)(void *ctx, const char *p, size_t n);
	void *ctx;
	size_t n;
	char gathered[1024];
};

static inline void canon_sink_init(struct canon_sink *s, void (*write)(void *ctx, const char *p, size_t n), void *ctx)
{
	s->write = write;
	s->ctx = ctx;
	s->n = 0;
}

void canon_write(struct canon_sink *, struct span);
/* What was gathered; at the end. */
void canon_flush(struct canon_sink *);

/*
 * A header field. field: all of it from the first byte of its name, without the final line end; must hold a colon. hole: a part of field that is left out (the value of a signature's own b=), or empty.
 * The final CRLF is written when crlf is set: a signature's own field goes without.
 */
void canon_field(struct canon_sink *, struct span field, struct span hole, enum canon, bool crlf);

/* Writes the first "limit" bytes of the canonical body; returns the length of all of it. */
uint64_t canon_body(struct canon_sink *, struct span body, enum canon, uint64_t limit);

#endif
