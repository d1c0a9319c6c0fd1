/* HTML without a text alternative: allowed, and today usual with machines, but what people's mail programs send has both. */
#include "scan/check.h"

enum { HTML_ONLY };

static const struct symbol symbols[] = {
	[HTML_ONLY] = { "MIME_HTML_ONLY", "content", 300, "The text is HTML alone, without a plain text part.", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	bool html = false;

	(void)state;
	for (size_t i = 0; i < m->nparts; i++) {
		if (m->parts[i].kind == PART_TEXT)
			return;
		html |= m->parts[i].kind == PART_HTML && m->parts[i].text.len != 0;
	}
	if (html)
		hit_add(t, HTML_ONLY, SPAN_NONE);
}

const struct check check_mime_html_only = {
	.name = "mime_html_only", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 1, .run = run,
};
