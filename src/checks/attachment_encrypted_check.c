/* A zip file whose first entries are encrypted: scanners cannot look inside, and the password stands in the text. */
#include "checks/attachments.h"
#include "scan/check.h"

enum { ENCRYPTED };

static const struct symbol symbols[] = {
	[ENCRYPTED] = { "ATTACHMENT_ENCRYPTED_ZIP", "content", 1000, "An attached zip file is encrypted.", ACTION_NONE },
};

/* APPNOTE.TXT, 4.3.7: local file header; general purpose bit 0: encrypted. */
static bool is_encrypted_zip(struct span s)
{
	return s.len >= 30 && memcmp(s.p, "PK\3\4", 4) == 0 && (s.p[6] & 1) != 0;
}

static bool seen(void *ctx, const struct part *p)
{
	if (!is_encrypted_zip(p->body))
		return true;
	hit_add(ctx, ENCRYPTED, attachment_label(p));
	return false;
}

static void run(struct task *t, const void *state)
{
	(void)state;
	attachments_each(task_msg(t), seen, t);
}

const struct check check_attachment_encrypted = {
	.name = "attachment_encrypted", .stages = STAGE_MESSAGE, .needs = NEED_ATTACHMENTS, .symbols = symbols, .nsymbols = 1, .run = run,
};
