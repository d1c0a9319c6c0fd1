/* Disk images: opened by a double click, and what is inside does not carry the mark of a file from the Internet. */
#include "checks/attachments.h"
#include "checks/extension.h"
#include "scan/check.h"

enum { DISK_IMAGE };

static const struct symbol symbols[] = {
	[DISK_IMAGE] = { "ATTACHMENT_DISK_IMAGE", "content", 3000, "A disk image is attached.", ACTION_NONE },
};

static bool seen(void *ctx, const struct part *p)
{
	if (extension_class_of(extension_of(p->name)) != EXTENSION_DISK_IMAGE && p->detected != FILE_ISO && p->detected != FILE_VHD)
		return true;
	hit_add(ctx, DISK_IMAGE, attachment_label(p));
	return false;
}

static void run(struct task *t, const void *state)
{
	(void)state;
	attachments_each(task_msg(t), seen, t);
}

const struct check check_attachment_disk_image = {
	.name = "attachment_disk_image", .stages = STAGE_MESSAGE, .needs = NEED_ATTACHMENTS, .symbols = symbols, .nsymbols = 1, .run = run,
};
