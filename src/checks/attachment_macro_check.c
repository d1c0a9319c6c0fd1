/* Office formats that exist to carry macros. Macros under harmless names are for the inspector to find. */
#include "checks/attachments.h"
#include "checks/extension.h"
#include "scan/check.h"

enum { MACRO_NAME };

static const struct symbol symbols[] = {
	[MACRO_NAME] = { "ATTACHMENT_MACRO_NAME", "content", 1000, "An office file of a format with macros is attached.", ACTION_NONE },
};

static bool seen(void *ctx, const struct part *p)
{
	if (extension_class_of(extension_of(p->name)) != EXTENSION_MACRO)
		return true;
	hit_add(ctx, MACRO_NAME, attachment_label(p));
	return false;
}

static void run(struct task *t, const void *state)
{
	(void)state;
	attachments_each(task_msg(t), seen, t);
}

const struct check check_attachment_macro = {
	.name = "attachment_macro", .stages = STAGE_MESSAGE, .needs = NEED_ATTACHMENTS, .symbols = symbols, .nsymbols = 1, .run = run,
};
