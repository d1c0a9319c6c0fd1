/* File names that show other than they are. */
#include "base/ascii.h"
#include "checks/attachments.h"
#include "checks/extension.h"
#include "scan/check.h"

enum { BIDI, ODD };

static const struct symbol symbols[] = {
	[BIDI] = { "ATTACHMENT_NAME_BIDI", "content", 3000, "A file name is shown in another order by a bidirectional override (exe.fdp).", ACTION_NONE },
	[ODD] = { "ATTACHMENT_NAME_ODD", "content", 1000, "A file name has control characters, many blanks before its extension, or is very long.", ACTION_NONE },
};

#define NAME_LONG 255 /* bytes: more than file systems take */
#define BLANKS 5      /* push the extension out of sight */

/* Whether a run of blanks stands before the extension or at the end. */
static bool has_blank_run(struct span name)
{
	unsigned run = 0;

	for (size_t i = 0; i < name.len; i++) {
		run = ascii_isspace(name.p[i]) ? run + 1 : 0;
		if (run >= BLANKS)
			return true;
	}
	return false;
}

static bool seen(void *ctx, const struct part *p)
{
	struct task *t = ctx;

	if (fact_has(&p->facts, FACT_NAME_BIDI_OVERRIDE))
		hit_add(t, BIDI, p->name);
	else if (fact_has(&p->facts, FACT_NAME_CONTROL_CHAR) || p->name.len > NAME_LONG || has_blank_run(p->name))
		hit_add(t, ODD, p->name);
	else
		return true;
	return false;
}

static void run(struct task *t, const void *state)
{
	(void)state;
	attachments_each(task_msg(t), seen, t);
}

const struct check check_attachment_name = {
	.name = "attachment_name", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 2, .run = run,
};
