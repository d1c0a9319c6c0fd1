/*
 * A mail in the name of a brand that leads nowhere near it: the text begins with the brand as the one who writes ("PayPal Support"), but neither the sender
 * nor a single link or picture belongs to it.
 */
#include "checks/brands.h"
#include "checks/links.h"

enum { ABSENT };

static const struct symbol symbols[] = {
	[ABSENT] = { "LINK_BRAND_ABSENT", "content", 1200, "The text begins in the name of a brand, but no link leads to the brand.", ACTION_NONE },
};

#define LINKS_READ 200
#define HEAD 300 /* bytes of the text: who writes stands at the top; how one paid and who delivers, further down */

static bool belongs(const struct message *m, const struct brand *brand)
{
	if (m->from.n != 0 && brand_owns(brand, m->from.v[0].domain))
		return true;
	for (size_t i = 0; i < m->nlinks && i < LINKS_READ; i++) {
		struct span host = m->links[i].url.host_ascii;

		if ((i == 0 || !span_eq(host, m->links[i - 1].url.host_ascii)) && brand_owns(brand, host))
			return true;
	}
	return false;
}

static bool has_web_link(const struct message *m)
{
	for (size_t i = 0; i < m->nlinks && i < LINKS_READ; i++) {
		if (link_is_web(&m->links[i]))
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct brand_match match;

	(void)state;
	if (header_first(&m->headers, HDR_LIST_ID) != NULL || header_first(&m->headers, HDR_IN_REPLY_TO) != NULL || !has_web_link(m))
		return;
	if (brand_find(span_sub(m->text, 0, HEAD), &match, 1) == 0 || !match.service || match.disguised ||
	    (match.brand->flags & BRAND_FEDERATED) != 0 || belongs(m, match.brand))
		return;
	hit_add_to(t, ABSENT, header_first(&m->headers, HDR_LIST_UNSUBSCRIBE) != NULL ? 500 : 1000, RCPT_ALL, match.word);
}

const struct check check_link_brand_absent = {
	.name = "link_brand_absent", .stages = STAGE_MESSAGE, .needs = NEED_LINKS | NEED_TEXT | NEED_HTML, .symbols = symbols, .nsymbols = 1, .run = run,
};
