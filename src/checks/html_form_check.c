/* Forms in mail: most programs show them as links at best; those who ask for a password in a mail are not who they claim. */
#include "checks/html_flags.h"

enum { FORM, PASSWORD };

static const struct symbol symbols[] = {
	[FORM] = { "HTML_FORM", "content", 600, "The HTML has a form.", ACTION_NONE },
	[PASSWORD] = { "HTML_PASSWORD_FORM", "content", 2500, "The HTML asks for a password.", ACTION_NONE },
};

static const struct html_flag rows[] = {
	{ HTML_FORM, FORM },
	{ HTML_PASSWORD_INPUT, PASSWORD },
};

static void run(struct task *t, const void *state)
{
	(void)state;
	html_flags_tell(t, rows, sizeof(rows) / sizeof(rows[0]));
}

const struct check check_html_form = {
	.name = "html_form", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 2, .run = run,
};
