/*
 * SPF (RFC 7208): whether the domains of MAIL FROM and HELO allow the client to send for them. Forwarding breaks SPF without anybody's fault, so a fail is evidence and no verdict; what it means for the author's domain is DMARC's
 * business.
 */
#include "auth/spf.h"
#include "checks/authentication.h"
#include "checks/stranger.h"
#include "scan/services.h"

enum { PASS, PASS_ALL, FAIL, SOFTFAIL, NEUTRAL, NONE, PERMERROR, UNAVAILABLE, HELO_PASS, HELO_FAIL, HELO_SOFTFAIL };

static const struct symbol symbols[] = {
	[PASS] = { "SPF_PASS", "authentication", 0, "The sender's domain allows the client (SPF).", ACTION_NONE },
	[PASS_ALL] = { "SPF_PASS_ALL", "authentication", 2000, "The sender's domain allows the whole world to send for it (SPF with \"+all\").", ACTION_NONE },
	[FAIL] = { "SPF_FAIL", "authentication", 1500, "The sender's domain forbids the client (SPF); a forwarder, or a forged sender.", ACTION_NONE },
	[SOFTFAIL] = { "SPF_SOFTFAIL", "authentication", 500, "The sender's domain thinks that the client is not its own (SPF).", ACTION_NONE },
	[NEUTRAL] = { "SPF_NEUTRAL", "authentication", 0, "The sender's domain says nothing about the client (SPF).", ACTION_NONE },
	[NONE] = { "SPF_NONE", "authentication", 100, "The sender's domain has no SPF record.", ACTION_NONE },
	[PERMERROR] = { "SPF_PERMERROR", "authentication", 300, "The SPF record of the sender's domain cannot be used; the evidence says why.", ACTION_NONE },
	[UNAVAILABLE] = { "SPF_UNAVAILABLE", "authentication", 0, "SPF could not be checked: the DNS did not answer.", ACTION_NONE },
	[HELO_PASS] = { "SPF_HELO_PASS", "authentication", 0, "The domain of the client's HELO allows it (SPF).", ACTION_NONE },
	[HELO_FAIL] = { "SPF_HELO_FAIL", "authentication", 1500, "The domain of the client's HELO forbids it: the name is another's (SPF).", ACTION_NONE },
	[HELO_SOFTFAIL] = { "SPF_HELO_SOFTFAIL", "authentication", 400, "The domain of the client's HELO thinks that the client is not its own (SPF).", ACTION_NONE },
};

struct spf_settings {
	bool enabled, helo;
	int64_t deadline_us;
};

#define F(field) offsetof(struct spf_settings, field)
static const struct setting rows[] = {
	{ "enabled", SET_BOOL, F(enabled), "true", 0, 0, NULL, 0, "Whether the sender's domain is asked for its SPF record." },
	{ "helo", SET_BOOL, F(helo), "true", 0, 0, NULL, 0, "Whether the domain of the client's HELO is asked as well." },
	{ "deadline", SET_DURATION, F(deadline_us), "\"10s\"", 100000, 60000000, NULL, 0,
	  "The longest that one evaluation may wait for the DNS; past it SPF_UNAVAILABLE hits." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static const struct setting_set spf_setting_set = {
	.name = "spf", .kind = SET_ONE, .doc = "Sender Policy Framework (RFC 7208) of inbound mail and of what trusted relays bring.", .size = sizeof(struct spf_settings), .rows = rows,
};

struct side {
	struct task *task;
	bool helo;
};

static bool init(const struct engine *e, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	(void)e;
	(void)arena;
	(void)err_r;
	*state_r = (void *)(uintptr_t)cfg; /* NOLINT(performance-no-int-to-ptr): only to drop const */
	return true;
}

static struct span evidence(struct task *t, const struct spf_result *r)
{
	struct span what = r->problem.len != 0 ? r->problem : r->mechanism;

	return what.len != 0 ? arena_printf(task_arena(t), "%.*s: %.*s", SPAN_ARG(r->domain), SPAN_ARG(what)) : r->domain;
}

static void add_mail(struct task *t, const struct spf_result *r)
{
	static const uint8_t symbol_of[] = {
		[AUTH_NONE] = NONE, [AUTH_PASS] = PASS, [AUTH_FAIL] = FAIL, [AUTH_SOFTFAIL] = SOFTFAIL,
		[AUTH_NEUTRAL] = NEUTRAL, [AUTH_POLICY] = NONE, [AUTH_TEMPERROR] = UNAVAILABLE, [AUTH_PERMERROR] = PERMERROR,
	};
	bool anybody = r->result == AUTH_PASS && (span_case_eq(r->mechanism, SPAN_LIT("all")) || span_case_eq(r->mechanism, SPAN_LIT("+all")));

	hit_add(t, anybody ? PASS_ALL : symbol_of[r->result], evidence(t, r));
}

static void add_helo(struct task *t, const struct spf_result *r)
{
	if (r->result == AUTH_PASS)
		hit_add(t, HELO_PASS, r->domain);
	else if (r->result == AUTH_FAIL)
		hit_add(t, HELO_FAIL, evidence(t, r));
	else if (r->result == AUTH_SOFTFAIL)
		hit_add(t, HELO_SOFTFAIL, evidence(t, r));
}

static bool is_null_sender(const struct transaction *tx)
{
	return tx->env.from_set && tx->env.from.len == 0;
}

static void done(void *ctx, enum op_status status, const void *result)
{
	struct side *s = ctx;
	struct authentication *a = authentication_of(s->task);

	if (status != OP_OK) {
		if (!s->helo || is_null_sender(task_tx(s->task)))
			hit_add(s->task, UNAVAILABLE, SPAN_NONE);
		return;
	}
	if (s->helo)
		a->spf_helo = result;
	else
		a->spf_mail = result;
	if (s->helo && !is_null_sender(task_tx(s->task)))
		add_helo(s->task, result);
	else
		add_mail(s->task, result); /* the null sender is postmaster at the HELO domain */
}

static void start(struct task *t, const struct spf_settings *set, const struct origin *o, bool helo)
{
	const struct services *services = task_services(t);
	const struct transaction *tx = task_tx(t);
	struct side *s = ARENA_NEW(task_arena(t), struct side);
	struct spf_query q = {
		.loop = services->loop, .ip = o->ip, .helo = o->helo, .from = tx->env.from, .helo_identity = helo,
		.receiver = tx->mta, .time = tx->received_us / 1000000, .deadline_us = set->deadline_us,
	};
	struct await *a;

	s->task = t;
	s->helo = helo;
	a = task_await(t, done, s);
	await_bind(a, spf_check(services->dns, task_arena(t), &q, await_done, a));
}

static void run(struct task *t, const void *state)
{
	const struct spf_settings *set = state;
	const struct transaction *tx = task_tx(t);
	const struct origin *o;
	bool helo;

	if (!set->enabled || task_services(t)->dns == NULL)
		return;
	o = stranger_of(t);
	if (o == NULL)
		return;
	authentication_of(t)->spf_asked = true;
	helo = o->helo.len != 0 && o->helo.p[0] != '[';
	if (tx->env.from.len != 0)
		start(t, set, o, false);
	if (helo && (is_null_sender(tx) || set->helo))
		start(t, set, o, true);
}

const struct check check_spf = {
	.name = "spf", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]),
	.set = &spf_setting_set, .init = init, .run = run,
};
