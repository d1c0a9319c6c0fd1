/* Foreign content inside the HTML. */
#include "checks/html_flags.h"

enum { IFRAME, OBJECT };

static const struct symbol symbols[] = {
	[IFRAME] = { "HTML_IFRAME", "content", 1000, "The HTML has an iframe.", ACTION_NONE },
	[OBJECT] = { "HTML_OBJECT", "content", 800, "The HTML embeds an object or applet.", ACTION_NONE },
};

static const struct html_flag rows[] = {
	{ HTML_IFRAME, IFRAME },
	{ HTML_OBJECT, OBJECT },
};

static void run(struct task *t, const void *state)
{
	(void)state;
	html_flags_tell(t, rows, sizeof(rows) / sizeof(rows[0]));
}

const struct check check_html_embed = {
	.name = "html_embed", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 2, .run = run,
};
