/* Nothing to read and nothing to open: probes for valid addresses, and spam whose template failed. */
#include "checks/words.h"
#include "scan/check.h"

enum { EMPTY };

static const struct symbol symbols[] = {
	[EMPTY] = { "TEXT_EMPTY", "content", 800, "The mail has no text, no picture and no file.", ACTION_NONE },
};

/* Signatures and cards are no content. */
static bool is_content(const struct part *p)
{
	if (p->kind == PART_MESSAGE)
		return true;
	if (p->kind != PART_ATTACHMENT || p->body.len == 0)
		return false;
	return !span_ends(p->type, SPAN_LIT("-signature")) && !span_eq(p->type, SPAN_LIT("text/vcard")) && !span_eq(p->type, SPAN_LIT("text/x-vcard"));
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	if (words_count(m->text, 1) != 0 || m->nlinks != 0)
		return;
	for (size_t i = 0; i < m->nparts; i++) {
		if (is_content(&m->parts[i]) || (m->parts[i].html != NULL && m->parts[i].html->nimages != 0))
			return;
	}
	hit_add(t, EMPTY, SPAN_NONE);
}

const struct check check_text_empty = {
	.name = "text_empty", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 1, .run = run,
};
