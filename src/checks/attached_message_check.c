/* Attached messages: forwards and bounces; nothing bad, but other rules want to know. */
#include "scan/check.h"

enum { ATTACHED };

static const struct symbol symbols[] = {
	[ATTACHED] = { "ATTACHED_MESSAGE", "policy", 0, "Another message is attached.", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	for (size_t i = 0; i < m->nparts; i++) {
		if (m->parts[i].kind == PART_MESSAGE) {
			hit_add(t, ATTACHED, m->parts[i].inner != NULL ? m->parts[i].inner->subject : SPAN_NONE);
			return;
		}
	}
}

const struct check check_attached_message = {
	.name = "attached_message", .stages = STAGE_MESSAGE, .needs = NEED_ATTACHMENTS, .symbols = symbols, .nsymbols = 1, .run = run,
};
