/* Where the links lead as a whole: all of them to one foreign domain, or to a crowd of domains. */
#include "checks/links.h"

enum { ONE_FOREIGN, MANY };

static const struct symbol symbols[] = {
	[ONE_FOREIGN] = { "LINK_ONE_FOREIGN_DOMAIN", "content", 300, "All links lead to one domain that is not the sender's.", ACTION_NONE },
	[MANY] = { "LINK_MANY_DOMAINS", "content", 300, "The links lead to more than 25 different domains.", ACTION_NONE },
};

#define DOMAINS_MAX 25

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct span seen[DOMAINS_MAX + 1], own;
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < m->nlinks && n <= DOMAINS_MAX; i++) {
		const struct link *l = &m->links[i];
		size_t k = 0;

		if (!link_is_web(l) || l->url.domain.len == 0)
			continue;
		while (k < n && !span_eq(seen[k], l->url.domain))
			k++;
		if (k < n)
			continue;
		seen[n++] = l->url.domain;
	}
	if (n > DOMAINS_MAX)
		hit_add(t, MANY, SPAN_NONE);
	if (n != 1 || header_first(&m->headers, HDR_LIST_ID) != NULL || header_first(&m->headers, HDR_IN_REPLY_TO) != NULL)
		return;
	own = links_sender_domain(t);
	if (own.len != 0 && !links_same_organisation(seen[0], own))
		hit_add(t, ONE_FOREIGN, seen[0]);
}

const struct check check_link_domains = {
	.name = "link_domains", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 2, .run = run,
};
