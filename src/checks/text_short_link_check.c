/* A few words and a link to somewhere else: the form of mail from broken-into accounts. Answers, lists and the sender's own site are left out. */
#include "checks/links.h"
#include "checks/words.h"
#include "scan/check.h"

enum { SHORT_WITH_LINK };

static const struct symbol symbols[] = {
	[SHORT_WITH_LINK] = { "TEXT_SHORT_WITH_LINK", "content", 600, "A few words and a link that does not lead to the sender's domain.", ACTION_NONE },
};

#define WORDS_MAX 15

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct span own;

	(void)state;
	if (header_first(&m->headers, HDR_LIST_ID) != NULL || header_first(&m->headers, HDR_IN_REPLY_TO) != NULL || m->nattachments != 0)
		return;
	if (words_count(m->text, WORDS_MAX + 1) > WORDS_MAX)
		return;
	own = links_sender_domain(t);
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if (link_is_web(l) && !l->hidden && l->url.domain.len != 0 && !links_same_organisation(l->url.domain, own)) {
			hit_add(t, SHORT_WITH_LINK, l->url.raw);
			return;
		}
	}
}

const struct check check_text_short_link = {
	.name = "text_short_link", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 1, .run = run,
};
