/* A message above scan.max_size, or with more text than is matched: only its first part was seen. */
#include "scan/check.h"

enum { TRUNCATED };

static const struct symbol symbols[] = {
	[TRUNCATED] = { "MESSAGE_TRUNCATED_SCAN", "policy", 0, "The message, or its text, is larger than what is scanned; only the first part was.", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct transaction *tx = task_tx(t);

	(void)state;
	if (fact_has(&task_msg(t)->facts, FACT_TEXT_TRUNCATED))
		hit_add(t, TRUNCATED, SPAN_LIT("text"));
	else if (tx->raw_size > tx->raw.len)
		hit_add(t, TRUNCATED, arena_printf(task_arena(t), "%llu of %llu bytes", (unsigned long long)tx->raw.len, (unsigned long long)tx->raw_size));
}

const struct check check_truncated = {
	.name = "truncated", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 1, .run = run,
};
