/* Whether a stranger's HELO name is in the DNS, and with his address (RFC 5321, 2.3.5: names used in SMTP can be resolved). One look-up; none where the name is the client's own, which has been confirmed. */
#include "checks/sender.h"
#include "checks/stranger.h"
#include "net/dns.h"
#include "scan/services.h"

enum { UNRESOLVED, NOT_CLIENT };

static const struct symbol symbols[] = {
	[UNRESOLVED] = { "HELO_UNRESOLVED", "content", 700, "The client greeted with a name that does not exist in the DNS.", ACTION_NONE },
	[NOT_CLIENT] = { "HELO_NOT_CLIENT", "content", 200, "The client greeted with a name whose addresses are far from its own.", ACTION_NONE },
};

struct helo {
	struct task *task;
	struct span name;
	struct ip ip;
};

/* The same /24, or /48: outgoing servers behind one name have neighbouring addresses. */
static bool is_near(const struct ip *a, const struct ip *b)
{
	return ip_is_v4(a) == ip_is_v4(b) && memcmp(a->b, b->b, ip_is_v4(a) ? 15 : 6) == 0;
}

static void done(void *ctx, enum op_status status, const void *result)
{
	const struct helo *h = ctx;
	const struct dns_answer *answer = result;

	if (status != OP_OK || answer->result == DNS_NODATA)
		return;
	if (answer->result == DNS_NXDOMAIN) {
		if (!task_services(h->task)->dns->lies)
			hit_add(h->task, UNRESOLVED, h->name);
		return;
	}
	for (size_t i = 0; i < answer->n; i++) {
		if (is_near(&answer->v[i].ip, &h->ip))
			return;
	}
	hit_add(h->task, NOT_CLIENT, h->name);
}

static void run(struct task *t, const void *state)
{
	struct dns *dns = task_services(t)->dns;
	const struct origin *o = dns != NULL ? stranger_of(t) : NULL;
	struct span name;
	struct helo *h;
	struct await *a;
	struct op *op;
	struct ip ip;

	(void)state;
	if (o == NULL)
		return;
	name = span_trim(o->helo);
	if (name.len != 0 && name.p[name.len - 1] == '.')
		name.len--;
	if (name.len == 0 || name.len > DNS_NAME_MAX || ip_parse(name, &ip) || !sender_domain_plausible(name) || span_case_eq(name, o->name))
		return;
	h = ARENA_NEW(task_arena(t), struct helo);
	*h = (struct helo){ t, name, o->ip };
	a = task_await(t, done, h);
	op = dns_query(dns, name, ip_is_v4(&o->ip) ? DNS_A : DNS_AAAA, 0, await_done, a);
	if (op != NULL)
		await_bind(a, op);
	else
		await_drop(a);
}

const struct check check_helo_dns = {
	.name = "helo_dns", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
