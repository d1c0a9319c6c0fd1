/* A page that leads on to another without a click. */
#include "checks/html_flags.h"

enum { REFRESH };

static const struct symbol symbols[] = {
	[REFRESH] = { "HTML_META_REFRESH", "content", 1500, "The HTML leads on to another page by itself (meta refresh).", ACTION_NONE },
};

static const struct html_flag rows[] = {
	{ HTML_META_REFRESH, REFRESH },
};

static void run(struct task *t, const void *state)
{
	(void)state;
	html_flags_tell(t, rows, sizeof(rows) / sizeof(rows[0]));
}

const struct check check_html_refresh = {
	.name = "html_refresh", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 1, .run = run,
};
