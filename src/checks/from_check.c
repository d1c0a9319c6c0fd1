/* The From field: there, readable, one address, with a domain (RFC 5322, 3.6.2). */
#include "checks/sender.h"
#include "scan/check.h"

enum { MISSING, BAD, MULTIPLE, NO_DOMAIN };

static const struct symbol symbols[] = {
	[MISSING] = { "MISSING_FROM", "content", 2000, "The message has no From field.", ACTION_NONE },
	[BAD] = { "FROM_BAD", "content", 1500, "The From field is not an address as RFC 5322 wants it.", ACTION_NONE },
	[MULTIPLE] = { "FROM_MULTIPLE", "content", 800, "From holds several addresses, and no Sender field tells who sent the message.", ACTION_NONE },
	[NO_DOMAIN] = { "FROM_NO_DOMAIN", "content", 2000, "The From address has no domain, or one that cannot exist in the Internet.", ACTION_NONE },
};

static bool is_local_mail(const struct task *t)
{
	return task_tx(t)->dir == DIR_OUTBOUND;
}

static size_t count_addresses(const struct address_list *from)
{
	size_t n = 0;

	for (size_t i = 0; i < from->n; i++)
		n += from->v[i].domain.len != 0;
	return n;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct header *h = header_first(&m->headers, HDR_FROM);
	const struct address *from = sender_from(m);

	(void)state;
	if (h == NULL) {
		hit_add(t, MISSING, SPAN_NONE);
		return;
	}
	if (from == NULL || !sender_domain_plausible(from->domain)) {
		/* Cron and the like on our own machines write "root". */
		if (!is_local_mail(t))
			hit_add(t, NO_DOMAIN, h->value);
	} else if (m->from.malformed || (m->from.n > 1 && count_addresses(&m->from) != m->from.n)) {
		hit_add(t, BAD, h->value);
	} else if (m->from.n > 1 && m->sender.n == 0) {
		hit_add(t, MULTIPLE, h->value);
	}
}

const struct check check_from = {
	.name = "from", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
