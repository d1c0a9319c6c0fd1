/* Outlook messages in compound files: any bytes give a message whose spans lie in memory. */
#include "mail/msg.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned touch(struct span s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum += (uint8_t)s.p[i];
	return sum;
}

static unsigned look(const struct outlook_message *m, unsigned depth)
{
	unsigned sum = touch(m->subject) + touch(m->text) + touch(m->html) + touch(m->rtf) + touch(m->headers);

	if (depth > 8)
		abort();
	for (size_t i = 0; i < m->nattachments; i++) {
		sum += touch(m->attachments[i].name) + touch(m->attachments[i].data);
		if (m->attachments[i].message != NULL)
			sum += look(m->attachments[i].message, depth + 1);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct outlook_limits limits = { .attachments = 100, .depth = 8, .text = 65536 };
	struct arena *arena = arena_new(0);
	struct span source = arena_copy(arena, span_make((const char *)data, size));
	struct outlook_message m;
	volatile unsigned sum = 0;

	if (msg_read_file(arena, source, &limits, &m)) {
		sum += look(&m, 0);
		if (outlook_compose(arena, &m, 100000).len > 100000)
			abort();
	}
	arena_free(&arena);
	return 0;
}
