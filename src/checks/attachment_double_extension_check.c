/* "invoice.pdf.exe": where the system hides known extensions, a reader sees invoice.pdf. */
#include "checks/attachments.h"
#include "checks/extension.h"
#include "scan/check.h"

enum { DOUBLE };

static const struct symbol symbols[] = {
	[DOUBLE] = { "ATTACHMENT_DOUBLE_EXTENSION", "content", 2500, "A file name hides what it is behind a harmless extension (invoice.pdf.exe).", ACTION_NONE },
};

static bool seen(void *ctx, const struct part *p)
{
	enum extension_class first, last = extension_class_of(extension_of(p->name));

	if (last == EXTENSION_OTHER || last == EXTENSION_DOCUMENT || last == EXTENSION_ARCHIVE || last == EXTENSION_MACRO)
		return true;
	first = extension_class_of(extension_of(extension_strip(p->name)));
	if (first != EXTENSION_DOCUMENT && !(first == EXTENSION_HTML && last != EXTENSION_HTML))
		return true;
	hit_add(ctx, DOUBLE, p->name);
	return false;
}

static void run(struct task *t, const void *state)
{
	(void)state;
	attachments_each(task_msg(t), seen, t);
}

const struct check check_attachment_double_extension = {
	.name = "attachment_double_extension", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 1, .run = run,
};
