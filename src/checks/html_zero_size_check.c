/* A picture too small to see tells its sender who opened the mail. Nearly all bulk mail has one: information, no evidence. */
#include "scan/check.h"

enum { TINY };

static const struct symbol symbols[] = {
	[TINY] = { "HTML_TINY_IMAGE", "policy", 0, "The HTML loads a picture too small to see (a tracking pixel).", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if (l->source == LINK_HTML_IMG && l->width >= 0 && l->width <= 1 && l->height >= 0 && l->height <= 1) {
			hit_add(t, TINY, l->url.host);
			return;
		}
	}
}

const struct check check_html_zero_size = {
	.name = "html_zero_size", .stages = STAGE_MESSAGE, .needs = NEED_HTML | NEED_LINKS, .symbols = symbols, .nsymbols = 1, .run = run,
};
