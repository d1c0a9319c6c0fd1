/* Markup whose only purpose is to keep words from filters. */
#include "checks/html_flags.h"

enum { ENTITIES, COMMENTS };

static const struct symbol symbols[] = {
	[ENTITIES] = { "HTML_ENTITY_OBFUSCATION", "content", 1500, "Plain letters are written as numeric entities.", ACTION_NONE },
	[COMMENTS] = { "HTML_COMMENT_SPLIT", "content", 1500, "Words are split by comments or empty elements.", ACTION_NONE },
};

static const struct html_flag rows[] = {
	{ HTML_ENTITY_OBFUSCATION, ENTITIES },
	{ HTML_COMMENT_SPLIT, COMMENTS },
};

static void run(struct task *t, const void *state)
{
	(void)state;
	html_flags_tell(t, rows, sizeof(rows) / sizeof(rows[0]));
}

const struct check check_html_obfuscation = {
	.name = "html_obfuscation", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .symbols = symbols, .nsymbols = 2, .run = run,
};
