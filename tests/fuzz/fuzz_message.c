/* The whole message parser: header sections, the MIME tree, decoding, text, links, attached messages. */
#include <stdlib.h>

#include "base/utf8.h"
#include "mail/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Also where NDEBUG is set. */
static void require(bool condition)
{
	if (!condition)
		abort();
}

static bool lies_in(struct span inner, struct span outer)
{
	return inner.len == 0 || (inner.p >= outer.p && inner.p + inner.len <= outer.p + outer.len);
}

static unsigned check(const struct message *m, unsigned level)
{
	unsigned n = (unsigned)m->nparts;

	require(m->depth == level && m->body_offset <= m->raw.len && m->nparts >= 1);
	require(utf8_valid(m->text) && utf8_valid(m->hidden_text) && utf8_valid(m->subject));
	require(m->nlinks <= message_limits_default.links && m->headers.n <= message_limits_default.headers);
	for (size_t i = 0; i < m->headers.n; i++)
		require(lies_in(m->headers.v[i].raw, m->raw) && utf8_valid(m->headers.v[i].value));
	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];

		require(p->parent < (int32_t)i && (p->parent >= 0) == (i > 0));
		require(i == 0 || p->depth == m->parts[p->parent].depth + 1);
		require(utf8_valid(p->text) && utf8_valid(p->name));
		require(lies_in(p->raw, m->raw) || lies_in(p->raw, m->parts[p->parent].body));
		if (p->inner != NULL)
			n += check(p->inner, level + 1);
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct url_context *urls;
	struct arena *arena = arena_new(0);

	if (urls == NULL) {
		message_init();
		urls = url_context_new();
	}
	require(check(message_parse(arena, span_make((const char *)data, size), &message_limits_default, urls), 0) <=
	       message_limits_default.parts);
	arena_free(&arena);
	return 0;
}
