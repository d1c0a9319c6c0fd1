/* TNEF: any bytes give a message whose spans lie in memory, within the limits; the message composed of it is bounded. */
#include "mail/tnef.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* Reads every byte, so that the sanitizers see a span that lies elsewhere. */
static unsigned touch(struct span s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum += (uint8_t)s.p[i];
	return sum;
}

static unsigned look(const struct outlook_message *m, unsigned depth, size_t *attachments)
{
	unsigned sum = touch(m->subject) + touch(m->text) + touch(m->html) + touch(m->rtf) + touch(m->rtf_text) + touch(m->from_name) + touch(m->from_address);

	must(depth <= 8);
	*attachments += m->nattachments;
	for (size_t i = 0; i < m->nattachments; i++) {
		sum += touch(m->attachments[i].name) + touch(m->attachments[i].data) + touch(m->attachments[i].type);
		if (m->attachments[i].message != NULL)
			sum += look(m->attachments[i].message, depth + 1, attachments);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct outlook_limits limits = { .attachments = 100, .depth = 8, .text = 65536 };
	struct arena *arena = arena_new(0);
	struct span source = arena_copy(arena, span_make((const char *)data, size));
	struct outlook_message m;
	size_t attachments = 0;
	volatile unsigned sum = 0;

	if (tnef_read(arena, source, &limits, &m)) {
		sum += look(&m, 0, &attachments);
		must(attachments <= limits.attachments);
		must(outlook_compose(arena, &m, 100000).len <= 100000);
	}
	arena_free(&arena);
	return 0;
}
