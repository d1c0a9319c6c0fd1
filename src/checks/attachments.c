#include "checks/attachments.h"

static bool is_file(const struct part *p)
{
	return p->kind == PART_ATTACHMENT || ((p->kind == PART_TEXT || p->kind == PART_HTML) && p->name.len != 0);
}

static bool walk(const struct message *m, bool deep, attachment_seen *seen, void *ctx)
{
	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];

		if (is_file(p) && !seen(ctx, p))
			return false;
		if (deep && p->kind == PART_MESSAGE && p->inner != NULL && !walk(p->inner, deep, seen, ctx))
			return false;
	}
	return true;
}

void attachments_each(const struct message *m, attachment_seen *seen, void *ctx)
{
	walk(m, false, seen, ctx);
}

void attachments_each_deep(const struct message *m, attachment_seen *seen, void *ctx)
{
	walk(m, true, seen, ctx);
}

struct span attachment_label(const struct part *p)
{
	return p->name.len != 0 ? p->name : p->type;
}
