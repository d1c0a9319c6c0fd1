/* To and Cc: whether anybody is named. */
#include "scan/check.h"

enum { MISSING, UNDISCLOSED, BAD };

static const struct symbol symbols[] = {
	[MISSING] = { "MISSING_TO", "content", 500, "The message names no recipient: neither To nor Cc.", ACTION_NONE },
	[UNDISCLOSED] = { "TO_UNDISCLOSED", "content", 400, "To says \"undisclosed recipients\" or the like.", ACTION_NONE },
	[BAD] = { "TO_BAD", "content", 800, "To is there but holds no address, as when a bulk mailer's template was not filled in.", ACTION_NONE },
};

static bool has_address(const struct address_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].domain.len != 0)
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct header *to = header_first(&m->headers, HDR_TO);
	bool cc = has_address(&m->cc);

	(void)state;
	if (to == NULL || to->value.len == 0) {
		if (!cc && header_first(&m->headers, HDR_RESENT_TO) == NULL)
			hit_add(t, MISSING, SPAN_NONE);
		return;
	}
	if (has_address(&m->to))
		return;
	if (m->to.group || span_case_has(to->value, SPAN_LIT("undisclosed")))
		hit_add(t, UNDISCLOSED, to->value);
	else if (!cc && task_tx(t)->dir != DIR_OUTBOUND)
		hit_add(t, BAD, to->value);
}

const struct check check_to = {
	.name = "to", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
