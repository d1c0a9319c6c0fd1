/* A link in hidden content to a domain that no visible link has: bait for reputation filters. Hidden copies of visible links are usual. */
#include "checks/links.h"

enum { HIDDEN };

static const struct symbol symbols[] = {
	[HIDDEN] = { "LINK_HIDDEN", "content", 400, "A link that nobody sees leads elsewhere than all visible links.", ACTION_NONE },
};

#define LINKS_READ 200

static bool is_shown(const struct message *m, struct span domain)
{
	for (size_t i = 0; i < m->nlinks && i < LINKS_READ; i++) {
		const struct link *l = &m->links[i];

		if (!l->hidden && l->source != LINK_HTML_OTHER && span_eq(l->url.domain, domain))
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct span last = SPAN_NONE;

	(void)state;
	for (size_t i = 0; i < m->nlinks && i < LINKS_READ; i++) {
		const struct link *l = &m->links[i];

		if (!l->hidden || !link_is_web(l) || l->url.domain.len == 0 || span_eq(l->url.domain, last))
			continue;
		last = l->url.domain;
		if (!is_shown(m, last) && !links_same_organisation(last, links_sender_domain(t))) {
			hit_add(t, HIDDEN, l->url.raw);
			return;
		}
	}
}

const struct check check_link_hidden = {
	.name = "link_hidden", .stages = STAGE_MESSAGE, .needs = NEED_LINKS | NEED_HTML, .symbols = symbols, .nsymbols = 1, .run = run,
};
