/* DMARC (RFC 7489): whether the author's domain is authenticated, and what its owner asks for when it is not. */
#include "checks/from_authentication.h"

enum { PASS, FAIL_NONE, FAIL_QUARANTINE, FAIL_REJECT, NONE, PERMERROR, UNAVAILABLE, ARC_OVERRIDE, TO_JUNK, TO_REJECT };

static const struct symbol symbols[] = {
	[PASS] = { "DMARC_PASS", "authentication", -200, "The sender's domain is authenticated as its DMARC record demands.", ACTION_NONE },
	[FAIL_NONE] = { "DMARC_FAIL_NONE", "authentication", 400, "The sender's domain is not authenticated; its DMARC record asks for nothing.", ACTION_NONE },
	[FAIL_QUARANTINE] = { "DMARC_FAIL_QUARANTINE", "authentication", 2500, "The sender's domain is not authenticated; its DMARC record asks for quarantine.", ACTION_NONE },
	[FAIL_REJECT] = { "DMARC_FAIL_REJECT", "authentication", 5000, "The sender's domain is not authenticated; its DMARC record asks for rejection.", ACTION_NONE },
	[NONE] = { "DMARC_NONE", "authentication", 0, "The sender's domain has no DMARC record.", ACTION_NONE },
	[PERMERROR] = { "DMARC_PERMERROR", "authentication", 300, "The DMARC record of the sender's domain cannot be used.", ACTION_NONE },
	[UNAVAILABLE] = { "DMARC_UNAVAILABLE", "authentication", 0, "DMARC could not be checked: no answer from DNS.", ACTION_NONE },
	[ARC_OVERRIDE] = { "DMARC_ARC_OVERRIDE", "authentication", 0, "DMARC failed, but a trusted ARC sealer found the sender's domain authenticated.", ACTION_NONE },
	[TO_JUNK] = { "DMARC_JUNK", "policy", 0, "DMARC failed, and the settings say that such mail is junk.", ACTION_JUNK },
	[TO_REJECT] = { "DMARC_REJECT", "policy", 0, "DMARC failed, and the settings say that such mail is refused.", ACTION_REJECT },
};

/* The strictest answer of all From domains; a vouched failure is none. */
static const struct dmarc_result *judge(struct task *t, struct from_authentication *f, struct span *by_r, bool *arc_r)
{
	struct dmarc_evidence evidence = from_evidence(t);
	struct dmarc_result *worst = NULL;

	for (size_t i = 0; i < f->n; i++) {
		struct dmarc_result r;
		struct span by = SPAN_NONE;
		bool arc = false;

		if (f->v[i].found == NULL)
			continue;
		r = dmarc_evaluate(task_urls(t), task_arena(t), f->v[i].found, &evidence);
		r.from_domain = f->v[i].domain;
		if (r.result == AUTH_FAIL && from_is_vouched(t, r.from_domain, &by, &arc))
			r.policy = DMARC_NO_POLICY;
		if (worst != NULL && !dmarc_stricter(&r, worst))
			continue;
		worst = worst != NULL ? worst : ARENA_NEW(task_arena(t), struct dmarc_result);
		*worst = r;
		*by_r = r.result == AUTH_FAIL && r.policy == DMARC_NO_POLICY ? by : SPAN_NONE;
		*arc_r = arc;
	}
	return worst;
}

static void tell_failure(struct task *t, const struct dmarc_settings *set, const struct dmarc_result *r, struct span evidence)
{
	int answer = r->policy == DMARC_REJECT ? set->reject : r->policy == DMARC_QUARANTINE ? set->quarantine : DMARC_BY_SCORE;

	hit_add(t, r->policy == DMARC_REJECT ? FAIL_REJECT : r->policy == DMARC_QUARANTINE ? FAIL_QUARANTINE : FAIL_NONE, evidence);
	if (answer == DMARC_BY_JUNK)
		hit_add(t, TO_JUNK, evidence);
	else if (answer == DMARC_BY_REJECT)
		hit_add(t, TO_REJECT, evidence);
}

/* A trusted relay is believed as if we had checked ourselves; of ARC it is told. */
static void tell_vouched(struct task *t, struct from_authentication *f, const struct dmarc_result *r, struct span by, bool arc)
{
	struct span evidence = arena_printf(task_arena(t), "%.*s by %.*s", SPAN_ARG(r->from_domain), SPAN_ARG(by));

	hit_add(t, arc ? ARC_OVERRIDE : PASS, evidence);
	f->note = arena_printf(task_arena(t), "passed at %.*s", SPAN_ARG(by));
}

static void tell(struct task *t, const struct dmarc_settings *set, const struct dmarc_result *r)
{
	struct arena *arena = task_arena(t);

	switch (r->result) {
	case AUTH_PASS:
		hit_add(t, PASS, arena_printf(arena, "%.*s %s%s%s", SPAN_ARG(r->from_domain), r->spf_aligned ? "spf" : "", r->spf_aligned && r->dkim_aligned ? "+" : "", r->dkim_aligned ? "dkim" : ""));
		break;
	case AUTH_FAIL:
		tell_failure(t, set, r, arena_printf(arena, "%.*s p=%s%s", SPAN_ARG(r->from_domain), dmarc_policy_name(r->published), r->policy != r->published ? " (not drawn by pct)" : ""));
		break;
	case AUTH_TEMPERROR:
		hit_add(t, UNAVAILABLE, r->problem);
		break;
	case AUTH_PERMERROR:
		hit_add(t, PERMERROR, r->problem);
		break;
	default:
		if (r->published == DMARC_NO_POLICY) /* else there is a record, but nothing can be said */
			hit_add(t, NONE, r->from_domain);
	}
}

static void run(struct task *t, const void *state)
{
	struct from_authentication *f = from_authentication_of(t);
	struct authentication *a = authentication_of(t);
	struct span by = SPAN_NONE;
	bool arc = false;

	(void)state;
	if (f->n == 0)
		return;
	a->dmarc = judge(t, f, &by, &arc);
	if (a->dmarc == NULL)
		return;
	if (by.len != 0)
		tell_vouched(t, f, a->dmarc, by, arc);
	else
		tell(t, f->set, a->dmarc);
	if (f->more)
		hit_add(t, PERMERROR, SPAN_LIT("too many From domains"));
}

static const char *const after[] = { "authentication_results", "dmarc_record", "spf", "dkim", "arc", NULL };

const struct check check_dmarc = {
	.name = "dmarc", .stages = STAGE_MESSAGE, .after = after, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
