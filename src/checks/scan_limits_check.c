/* More of something than is looked at: honest mail has no use for it, hiding behind the limit does. */
#include "scan/check.h"

enum { LINKS, DEPTH };

static const struct symbol symbols[] = {
	[LINKS] = { "LINK_LIMIT_REACHED", "content", 1000, "The message has more links than are looked at.", ACTION_NONE },
	[DEPTH] = { "HTML_TOO_DEEP", "content", 1000, "HTML elements are nested deeper than any mail program makes them.", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct facts *f = &task_msg(t)->facts;

	(void)state;
	if (fact_has(f, FACT_LINK_TOO_MANY))
		hit_add(t, LINKS, SPAN_NONE);
	if (fact_has(f, FACT_HTML_TOO_DEEP))
		hit_add(t, DEPTH, SPAN_NONE);
}

const struct check check_scan_limits = {
	.name = "scan_limits", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
