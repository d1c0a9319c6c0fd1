/* Where answers go: to another domain than the sender's, above all to a free mailbox. */
#include "checks/freemail.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { OTHER_DOMAIN, FREEMAIL, BAD };

static const struct symbol symbols[] = {
	[OTHER_DOMAIN] = { "REPLY_TO_OTHER_DOMAIN", "content", 300, "Answers go to another domain than the sender's.", ACTION_NONE },
	[FREEMAIL] = { "REPLY_TO_FREEMAIL", "content", 1500, "Answers go to a free mailbox that is not the sender's.", ACTION_NONE },
	[BAD] = { "REPLY_TO_BAD", "content", 700, "The Reply-To field holds no address.", ACTION_NONE },
};

static const struct address *reply_address(const struct message *m)
{
	for (size_t i = 0; i < m->reply_to.n; i++) {
		if (m->reply_to.v[i].domain.len != 0)
			return &m->reply_to.v[i];
	}
	return NULL;
}

static bool is_named(const struct address_list *list, struct span spec)
{
	for (size_t i = 0; i < list->n && i < SENDER_RCPT_MAX; i++) {
		if (span_case_eq(list->v[i].spec, spec))
			return true;
	}
	return false;
}

/*
 * Forms on our own web site answer to whoever filled them in; lists and groups answer to the list or, where they had to replace From, to the
 * author, whose name then stands in From; a reply address that is in To or Cc as well hides nothing.
 */
static bool is_expected(struct task *t, const struct address *from, const struct address *reply)
{
	const struct message *m = task_msg(t);

	return sender_is_list(m) || sender_is_automatic(m) || sender_is_recipient_domain(t, from->domain) || is_named(&m->to, reply->spec) ||
	       is_named(&m->cc, reply->spec) || is_named(&m->from, reply->spec);
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct header *h = header_first(&m->headers, HDR_REPLY_TO);
	const struct address *from = sender_from(m), *reply = reply_address(m);

	(void)state;
	if (h == NULL)
		return;
	if (reply == NULL || !sender_domain_plausible(reply->domain)) {
		hit_add(t, BAD, h->value);
		return;
	}
	if (from == NULL || span_case_eq(from->spec, reply->spec) || is_expected(t, from, reply))
		return;
	if (freemail_is(reply->domain)) {
		/* From one free mailbox to another one of the same provider may be one person's; of another provider as well, but rarely. */
		if (span_case_eq(from->domain, reply->domain))
			hit_add_to(t, FREEMAIL, 500, RCPT_ALL, reply->spec);
		else
			hit_add(t, FREEMAIL, reply->spec);
	} else if (!sender_same_organisation(t, from->domain, reply->domain)) {
		hit_add(t, OTHER_DOMAIN, reply->spec);
	}
}

const struct check check_reply_to = {
	.name = "reply_to", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
