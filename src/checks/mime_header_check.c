/* The fields that make a message MIME (RFC 2045, 4 and 5): programs write them right, throw-away scripts do not. */
#include "scan/check.h"

enum { VERSION_MISSING, CONTENT_TYPE_BAD };

static const struct symbol symbols[] = {
	[VERSION_MISSING] = { "MIME_VERSION_MISSING", "content", 300, "There are MIME fields but no MIME-Version.", ACTION_NONE },
	[CONTENT_TYPE_BAD] = { "MIME_CONTENT_TYPE_BAD", "content", 800, "A Content-Type field cannot be read.", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	if (fact_has(&m->facts, FACT_MIME_VERSION_MISSING))
		hit_add(t, VERSION_MISSING, header_value(&m->headers, HDR_CONTENT_TYPE));
	if (!fact_has(&m->facts, FACT_CONTENT_TYPE_BAD))
		return;
	for (size_t i = 0; i < m->nparts; i++) {
		if (fact_has(&m->parts[i].facts, FACT_CONTENT_TYPE_BAD)) {
			hit_add(t, CONTENT_TYPE_BAD, header_value(&m->parts[i].headers, HDR_CONTENT_TYPE));
			return;
		}
	}
	hit_add(t, CONTENT_TYPE_BAD, SPAN_NONE);
}

const struct check check_mime_header = {
	.name = "mime_header", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 2, .run = run,
};
