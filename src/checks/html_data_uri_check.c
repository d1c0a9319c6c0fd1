/* Links that carry their page with them, or run a script. */
#include "checks/html_flags.h"

enum { DATA, JAVASCRIPT };

static const struct symbol symbols[] = {
	[DATA] = { "HTML_DATA_URI", "content", 2500, "A link holds a whole page (data:text/html).", ACTION_NONE },
	[JAVASCRIPT] = { "HTML_JAVASCRIPT_LINK", "content", 1500, "A link runs a script (javascript:).", ACTION_NONE },
};

static const struct html_flag rows[] = {
	{ HTML_DATA_HTML_URI, DATA },
	{ HTML_JAVASCRIPT_URI, JAVASCRIPT },
};

static void run(struct task *t, const void *state)
{
	(void)state;
	html_flags_tell(t, rows, sizeof(rows) / sizeof(rows[0]));
}

const struct check check_html_data_uri = {
	.name = "html_data_uri", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 2, .run = run,
};
