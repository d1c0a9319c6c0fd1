/* Advance-fee and romance spam has no web site: the only way to answer is a free mailbox, and not the one it came from. */
#include "checks/freemail.h"
#include "checks/links.h"

enum { MAILTO };

static const struct symbol symbols[] = {
	[MAILTO] = { "LINK_MAILTO_FREEMAIL", "content", 1000, "The only contact in the text is a free mail address other than the sender's.", ACTION_NONE },
};

/* user@host of a mailto: link, without its query; the path holds it. */
static struct span mail_address(const struct url *u)
{
	struct span raw = u->raw;

	if (span_case_starts(raw, SPAN_LIT("mailto:")))
		raw = span_from(raw, 7);
	return span_sub(raw, 0, span_chr(raw, '?') == SPAN_NPOS ? raw.len : span_chr(raw, '?'));
}

static bool is_participant(const struct address_list *list, struct span address)
{
	for (size_t i = 0; i < list->n && i < 20; i++) {
		if (span_case_eq(list->v[i].spec, address))
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct link *found = NULL;

	(void)state;
	if (header_first(&m->headers, HDR_IN_REPLY_TO) != NULL || header_first(&m->headers, HDR_LIST_ID) != NULL)
		return;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];
		struct span address;

		if (l->source == LINK_HTML_IMG || l->source == LINK_HTML_OTHER)
			continue;
		if ((l->url.flags & URL_MAILTO) == 0)
			return;
		address = mail_address(&l->url);
		if (is_participant(&m->from, address) || is_participant(&m->to, address) || is_participant(&m->cc, address))
			return;
		if (freemail_is(l->url.host))
			found = l;
		else
			return;
	}
	if (found != NULL)
		hit_add(t, MAILTO, found->url.raw);
}

const struct check check_link_mailto_freemail = {
	.name = "link_mailto_freemail", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 1, .run = run,
};
