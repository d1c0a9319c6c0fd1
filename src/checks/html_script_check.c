/* Scripts in mail: no mail program runs them, honest senders know. */
#include "checks/html_flags.h"

enum { SCRIPT, EVENT_HANDLER };

static const struct symbol symbols[] = {
	[SCRIPT] = { "HTML_SCRIPT", "content", 800, "The HTML has a script.", ACTION_NONE },
	[EVENT_HANDLER] = { "HTML_EVENT_HANDLER", "content", 300, "The HTML has attributes that run scripts (onload, onclick).", ACTION_NONE },
};

static const struct html_flag rows[] = {
	{ HTML_SCRIPT, SCRIPT },
	{ HTML_EVENT_HANDLER, EVENT_HANDLER },
};

static void run(struct task *t, const void *state)
{
	(void)state;
	html_flags_tell(t, rows, sizeof(rows) / sizeof(rows[0]));
}

const struct check check_html_script = {
	.name = "html_script", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 2, .run = run,
};
