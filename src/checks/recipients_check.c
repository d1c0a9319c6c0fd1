/* Who the message says it is for, and who gets it. */
#include "base/ascii.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { SORTED, TO_EQUALS_FROM, NOT_IN_TO };

static const struct symbol symbols[] = {
	[SORTED] = { "RECIPIENTS_SORTED", "content", 1000, "To and Cc hold a long list of addresses in alphabetical order, as taken from a harvested list.", ACTION_NONE },
	[TO_EQUALS_FROM] = { "TO_EQUALS_FROM", "content", 700, "To is the sender's own address, while others get the message.", ACTION_NONE },
	[NOT_IN_TO] = { "RCPT_NOT_IN_TO", "policy", 0, "No recipient of the envelope stands in To or Cc (lists, aliases, blind copies).", ACTION_NONE },
};

#define SORTED_MIN 10
#define READ_MAX 200

static int compare_folded(struct span a, struct span b)
{
	size_t n = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < n; i++) {
		int d = (unsigned char)ascii_tolower(a.p[i]) - (unsigned char)ascii_tolower(b.p[i]);

		if (d != 0)
			return d;
	}
	return (a.len > b.len) - (a.len < b.len);
}

/* Address books sort by name; sorted by address without names is what programs do. People of one company are often listed that way. */
static bool is_sorted(const struct address_list *list)
{
	size_t domains = 0;

	if (list->n < SORTED_MIN)
		return false;
	for (size_t i = 1; i < list->n && i < READ_MAX; i++) {
		if (list->v[i].name.len != 0 || compare_folded(list->v[i - 1].spec, list->v[i].spec) > 0)
			return false;
		domains += !span_case_eq(list->v[i - 1].domain, list->v[i].domain);
	}
	return domains >= 3;
}

static bool is_named(const struct address_list *list, struct span address)
{
	for (size_t i = 0; i < list->n && i < READ_MAX; i++) {
		if (span_case_eq(list->v[i].spec, address))
			return true;
	}
	return false;
}

/* Whether one of the first recipients of the envelope is the address, or stands in To or Cc. */
static bool has_recipient(const struct task *t, struct span address)
{
	const struct envelope *env = &task_tx(t)->env;
	const struct message *m = task_msg(t);

	for (size_t i = 0; i < env->nrcpt && i < SENDER_RCPT_MAX; i++) {
		struct span rcpt = env->rcpt[i].address;

		if (address.p != NULL ? span_case_eq(rcpt, address) : is_named(&m->to, rcpt) || is_named(&m->cc, rcpt))
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct address *from = sender_from(m);

	(void)state;
	if (is_sorted(&m->to) || is_sorted(&m->cc))
		hit_add(t, SORTED, arena_printf(task_arena(t), "%zu addresses", m->to.n > m->cc.n ? m->to.n : m->cc.n));
	/* Notes to oneself are what this is otherwise. */
	if (from != NULL && m->to.n == 1 && m->cc.n == 0 && span_case_eq(m->to.v[0].spec, from->spec) && !sender_is_list(m) &&
	    !sender_is_recipient_domain(t, from->domain) && task_tx(t)->dir == DIR_INBOUND)
		hit_add(t, TO_EQUALS_FROM, from->spec);
	if (task_tx(t)->env.nrcpt != 0 && !has_recipient(t, SPAN_NONE))
		hit_add(t, NOT_IN_TO, task_tx(t)->env.rcpt[0].address);
}

const struct check check_recipients = {
	.name = "recipients", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
