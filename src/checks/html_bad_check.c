/* Elements that HTML does not know, in bulk: made up to split words and to make each copy of a mail different. */
#include "scan/check.h"

enum { BAD_TAGS };

static const struct symbol symbols[] = {
	[BAD_TAGS] = { "HTML_BAD_TAGS", "content", 1000, "Much of the HTML is elements that do not exist.", ACTION_NONE },
};

#define BAD_MIN 10
#define BAD_PERCENT 10

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	for (size_t i = 0; i < m->nparts; i++) {
		const struct html *h = m->parts[i].html;

		if (m->parts[i].kind == PART_HTML && h != NULL && h->nbad_tags >= BAD_MIN && (uint64_t)h->nbad_tags * 100 > (uint64_t)h->ntags * BAD_PERCENT) {
			hit_add(t, BAD_TAGS, arena_printf(task_arena(t), "%u of %u", h->nbad_tags, h->ntags));
			return;
		}
	}
}

const struct check check_html_bad = {
	.name = "html_bad", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 1, .run = run,
};
