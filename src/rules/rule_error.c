/* The symbol of rules that fail, for whoever runs rules: one, so that it can be watched. */
#include "rules/function.h"

static const struct symbol symbols[] = {
	{ RULE_ERROR_SYMBOL, "policy", 0, "A rule failed or reached its limits; the evidence names it, the log tells more.", ACTION_NONE },
};

/* Its hits are added by others. */
static void run(struct task *t, const void *state)
{
	(void)t;
	(void)state;
}

const struct check check_rule_error = {
	.name = "rule_error", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
