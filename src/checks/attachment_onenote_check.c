/* OneNote sections: notebooks hardly travel by mail, but they may hold any file behind a picture of a button. */
#include "checks/attachments.h"
#include "checks/extension.h"
#include "scan/check.h"

enum { ONENOTE };

static const struct symbol symbols[] = {
	[ONENOTE] = { "ATTACHMENT_ONENOTE", "content", 2500, "A OneNote file is attached.", ACTION_NONE },
};

static bool seen(void *ctx, const struct part *p)
{
	if (extension_class_of(extension_of(p->name)) != EXTENSION_ONENOTE && p->detected != FILE_ONENOTE)
		return true;
	hit_add(ctx, ONENOTE, attachment_label(p));
	return false;
}

static void run(struct task *t, const void *state)
{
	(void)state;
	attachments_each(task_msg(t), seen, t);
}

const struct check check_attachment_onenote = {
	.name = "attachment_onenote", .stages = STAGE_MESSAGE, .needs = NEED_ATTACHMENTS, .symbols = symbols, .nsymbols = 1, .run = run,
};
