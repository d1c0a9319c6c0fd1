/* A brand as the sender's display name, at an address that is not the brand's. */
#include "checks/brands.h"
#include "checks/freemail.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { BRAND };

static const struct symbol symbols[] = {
	[BRAND] = { "FROM_NAME_BRAND", "content", 2500, "The sender calls himself by a well-known brand, but his address is not of that brand.", ACTION_NONE },
};

#define BRANDS_MAX 4

/* How sure it is that the brand itself is meant, in thousandths. */
static int32_t weigh(struct task *t, const struct brand_match *m, struct span name, const struct address *from)
{
	struct span registered = sender_registered(t, from->domain);
	bool leads = m->whole || m->service || m->word.p == name.p;
	int32_t permille = leads ? 1000 : 400; /* "Anna Berger (Google)" works there */
	const struct brand *in_domain;

	if (brand_owns(m->brand, from->domain)) {
		/* A mailbox that the provider gives to anybody; its own mail comes from elsewhere. */
		return freemail_is(from->domain) && m->service && !sender_is_role(from->local) ? 500 : 0;
	}
	if (m->brand->flags & BRAND_FEDERATED) {
		if (brand_in_host(registered, registered, &in_domain) != BRAND_HOST_NONE)
			return 0; /* sparkasse-musterstadt.example is seldom a fraud */
		permille = permille * 4 / 10;
	}
	if (m->disguised)
		permille += 500;
	if (freemail_is(from->domain))
		permille += leads ? 500 : 0;
	return permille;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct address *from = sender_from(m);
	struct brand_match v[BRANDS_MAX];
	int32_t best = 0;
	struct span name;
	size_t n;

	(void)state;
	/* Exchange signs its delivery reports as "Microsoft Outlook" at the customer's domain. */
	if (from == NULL || sender_is_automatic(m) || sender_is_list(m) || task_tx(t)->dir == DIR_OUTBOUND)
		return;
	/* With an unquoted comma, the beginning of the name is an "address" of its own. */
	name = m->from.v[0].name.len != 0 ? m->from.v[0].name : m->from.v[0].domain.len == 0 ? m->from.v[0].local : from->name;
	name = span_trim(name);
	n = brand_find(name, v, BRANDS_MAX);
	for (size_t i = 0; i < n; i++) {
		int32_t permille = weigh(t, &v[i], name, from);

		if (brand_owns(v[i].brand, from->domain) && permille == 0)
			return; /* "Netflix and PayPal" at one of the two */
		best = permille > best ? permille : best;
	}
	if (best > 0)
		hit_add_to(t, BRAND, best, RCPT_ALL, arena_printf(task_arena(t), "%.*s <%.*s>", SPAN_ARG(name), SPAN_ARG(from->spec)));
}

const struct check check_from_name_brand = {
	.name = "from_name_brand", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 1, .run = run,
};
