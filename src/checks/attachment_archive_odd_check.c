/* Archive formats that people hardly make any more, but that unpackers still open and scanners may not. */
#include "checks/attachments.h"
#include "checks/extension.h"
#include "scan/check.h"

enum { ARCHIVE_ODD };

static const struct symbol symbols[] = {
	[ARCHIVE_ODD] = { "ATTACHMENT_ARCHIVE_ODD", "content", 1500, "An archive of an unusual format is attached (ace, arj, lzh, cab, ...).", ACTION_NONE },
};

static bool seen(void *ctx, const struct part *p)
{
	if (extension_class_of(extension_of(p->name)) != EXTENSION_ARCHIVE_ODD && p->detected != FILE_ACE &&
	    p->detected != FILE_ARJ && p->detected != FILE_LZH && p->detected != FILE_CAB)
		return true;
	hit_add(ctx, ARCHIVE_ODD, attachment_label(p));
	return false;
}

static void run(struct task *t, const void *state)
{
	(void)state;
	attachments_each(task_msg(t), seen, t);
}

const struct check check_attachment_archive_odd = {
	.name = "attachment_archive_odd", .stages = STAGE_MESSAGE, .needs = NEED_ATTACHMENTS, .symbols = symbols, .nsymbols = 1, .run = run,
};
