/* http://www.bank.example@evil.example/: what stands before the @ is a user name, and looks like the host. */
#include "checks/links.h"

enum { USERINFO };

static const struct symbol symbols[] = {
	[USERINFO] = { "LINK_USERINFO", "content", 2000, "A web link has a user name before its host (http://bank@host/).", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if (!link_is_web(l) || (l->url.flags & URL_USERINFO) == 0 || links_is_private(&l->url))
			continue;
		/* "user:password@" is what manuals and administrators write */
		hit_add_to(t, USERINFO, span_chr(l->url.user, ':') != SPAN_NPOS ? 300 : 1000, RCPT_ALL, l->url.raw);
		return;
	}
}

const struct check check_link_userinfo = {
	.name = "link_userinfo", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 1, .run = run,
};
