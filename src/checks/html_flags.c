#include "checks/html_flags.h"

void html_flags_tell(struct task *t, const struct html_flag *rows, size_t n)
{
	const struct message *m = task_msg(t);
	unsigned flags = 0;

	for (size_t i = 0; i < m->nparts; i++) {
		if (m->parts[i].kind == PART_HTML && m->parts[i].html != NULL)
			flags |= m->parts[i].html->flags;
	}
	for (size_t i = 0; i < n; i++) {
		if ((flags & rows[i].flags) != 0)
			hit_add(t, rows[i].sym, SPAN_NONE);
	}
}
