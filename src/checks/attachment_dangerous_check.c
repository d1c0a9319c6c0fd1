/* Files that do something when they are opened, by name or by content, in attached messages too. */
#include "checks/attachments.h"
#include "checks/extension.h"
#include "scan/check.h"

enum { EXECUTABLE, SCRIPT, SHORTCUT };

static const struct symbol symbols[] = {
	[EXECUTABLE] = { "ATTACHMENT_EXECUTABLE", "content", 4000, "A program is attached.", ACTION_NONE },
	[SCRIPT] = { "ATTACHMENT_SCRIPT", "content", 4000, "A script that runs on a double click is attached.", ACTION_NONE },
	[SHORTCUT] = { "ATTACHMENT_SHORTCUT", "content", 3000, "A shortcut to a program or an address is attached.", ACTION_NONE },
};

static bool is_program(enum file_type type)
{
	switch (type) {
	case FILE_EXE: case FILE_MACHO: case FILE_DEX: case FILE_CLASS: case FILE_JAR: case FILE_CHM: case FILE_ELF:
		return true;
	default:
		return false;
	}
}

/* "logo@example.com" is no DOS program, and a picture stays one whatever its name. */
static bool name_is_meant(const struct part *p, struct span extension)
{
	if (span_case_eq(extension, SPAN_LIT("com")))
		return p->detected == FILE_UNKNOWN || is_program(p->detected);
	return p->detected != FILE_JPEG && p->detected != FILE_PNG && p->detected != FILE_GIF && p->detected != FILE_PDF;
}

static bool seen(void *ctx, const struct part *p)
{
	struct task *t = ctx;
	struct span extension = extension_of(p->name);
	enum extension_class cls = name_is_meant(p, extension) ? extension_class_of(extension) : EXTENSION_OTHER;

	if (cls == EXTENSION_EXECUTABLE || is_program(p->detected))
		hit_add(t, EXECUTABLE, attachment_label(p));
	else if (cls == EXTENSION_SCRIPT)
		hit_add(t, SCRIPT, attachment_label(p));
	else if (cls == EXTENSION_SHORTCUT || p->detected == FILE_LNK)
		hit_add(t, SHORTCUT, attachment_label(p));
	else
		return true;
	return false;
}

static void run(struct task *t, const void *state)
{
	(void)state;
	attachments_each_deep(task_msg(t), seen, t);
}

const struct check check_attachment_dangerous = {
	.name = "attachment_dangerous", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
