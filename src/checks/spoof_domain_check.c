/*
 * Mail from outside that passes itself off as mail from within: with one of our own domains as its sender, but not authenticated; or with a domain that looks like one of ours. Ours are the domains of the
 * message's recipients, and those of the settings.
 */
#include "checks/domain_likeness.h"
#include "checks/freemail.h"
#include "checks/from_authentication.h"
#include "checks/sender.h"

enum { OWN, LOOKALIKE, REPLY_TO };

static const struct symbol symbols[] = {
	[OWN] = { "SPOOF_OWN_DOMAIN", "authentication", 2500, "The sender's domain is the recipient's own, but the mail comes from outside and is not authenticated.", ACTION_NONE },
	[LOOKALIKE] = { "SPOOF_DOMAIN_LOOKALIKE", "content", 3000, "The sender's domain looks like the recipient's own, but is another one.", ACTION_NONE },
	[REPLY_TO] = { "SPOOF_REPLY_TO_LOOKALIKE", "content", 3000, "Answers go to a domain that looks like the recipient's own, but is another one.", ACTION_NONE },
};

struct spoofing_settings {
	struct span_list domains;
};

static const struct setting rows[] = {
	{ "domains", SET_STRINGS, offsetof(struct spoofing_settings, domains), "{}", 0, 0, NULL, 0,
	  "Further domains of ours, besides those of a message's recipients: strangers who use them, or a look-alike, as their own are told by SPOOF_OWN_DOMAIN and SPOOF_DOMAIN_LOOKALIKE." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};

static const struct setting_set set = {
	.name = "spoofing", .kind = SET_ONE, .doc = "Mail from outside in our name.", .size = sizeof(struct spoofing_settings), .rows = rows,
};

static bool init(const struct engine *engine, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	(void)engine;
	(void)arena;
	(void)err_r;
	*state_r = (void *)(uintptr_t)cfg; /* NOLINT(performance-no-int-to-ptr): only to drop const */
	return true;
}

/* The i-th domain of ours, registered; false: no more. It may be empty. */
static bool own_domain(struct task *t, const struct spoofing_settings *s, size_t i, struct span *domain_r)
{
	if (i < s->domains.n) {
		*domain_r = sender_registered(t, s->domains.v[i]);
		return true;
	}
	i -= s->domains.n;
	if (i >= task_tx(t)->env.nrcpt || i >= SENDER_RCPT_MAX)
		return false;
	*domain_r = sender_registered(t, sender_domain_of(task_tx(t)->env.rcpt[i].address));
	return true;
}

static bool is_own(struct task *t, const struct spoofing_settings *s, struct span registered)
{
	struct span own;

	for (size_t i = 0; own_domain(t, s, i, &own); i++) {
		if (own.len != 0 && span_eq(own, registered))
			return true;
	}
	return false;
}

/* By SPF or DKIM in the way of DMARC, whether the domain has a record or not. */
static bool is_unauthenticated(struct task *t, struct span domain)
{
	const struct dmarc_discovery relaxed = { .result = AUTH_PASS, .record = { .pct = 100, .p = DMARC_MONITOR, .sp = DMARC_MONITOR, .np = DMARC_MONITOR }, .from_domain = domain };
	struct dmarc_evidence evidence = from_evidence(t);
	struct span by;
	bool arc;

	return dmarc_evaluate(task_urls(t), task_arena(t), &relaxed, &evidence).result == AUTH_FAIL && !from_is_vouched(t, domain, &by, &arc);
}

static bool is_recipient(const struct task *t, struct span spec)
{
	const struct envelope *env = &task_tx(t)->env;

	for (size_t i = 0; i < env->nrcpt && i < SENDER_RCPT_MAX; i++) {
		if (span_case_eq(env->rcpt[i].address, spec))
			return true;
	}
	return false;
}

static void look_for_own(struct task *t, const struct spoofing_settings *s)
{
	const struct from_authentication *f = from_authentication_of(t);
	const struct message *m = task_msg(t);
	const struct address *from = sender_from(m);

	for (size_t i = 0; i < f->n; i++) {
		int32_t permille = 1000;

		if (!is_own(t, s, url_registered_domain(task_urls(t), f->v[i].domain)) || !is_unauthenticated(t, f->v[i].domain))
			continue;
		if (from != NULL && is_recipient(t, from->spec))
			permille = 1400; /* "I write from your own account" */
		if (sender_is_list(m))
			permille = 300; /* what our own people wrote to a list comes back like this */
		hit_add_to(t, OWN, permille, RCPT_ALL, from != NULL ? from->spec : f->v[i].domain);
		return;
	}
}

static void look_for_likeness(struct task *t, const struct spoofing_settings *s, unsigned symbol, const struct address *address)
{
	static const int32_t weights[] = { [DOMAIN_UNLIKE] = 0, [DOMAIN_LIKE_SUFFIX] = 300, [DOMAIN_LIKE_EDIT] = 500, [DOMAIN_LIKE_LOOKS] = 1000 };
	struct span registered = address != NULL ? sender_registered(t, address->domain) : SPAN_NONE, own;

	if (registered.len == 0 || freemail_is(registered) || is_own(t, s, registered))
		return;
	for (size_t i = 0; own_domain(t, s, i, &own); i++) {
		enum domain_likeness likeness = freemail_is(own) ? DOMAIN_UNLIKE : domain_likeness(registered, own);

		if (likeness == DOMAIN_UNLIKE)
			continue;
		hit_add_to(t, symbol, weights[likeness], RCPT_ALL, arena_printf(task_arena(t), "%.*s: %.*s", SPAN_ARG(registered), SPAN_ARG(own)));
		return;
	}
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	look_for_own(t, state);
	look_for_likeness(t, state, LOOKALIKE, sender_from(m));
	look_for_likeness(t, state, REPLY_TO, m->reply_to.n != 0 ? &m->reply_to.v[0] : NULL);
}

static const char *const after[] = { "authentication_results", "dmarc_record", "spf", "dkim", "arc", NULL };

const struct check check_spoof_domain = {
	.name = "spoof_domain", .stages = STAGE_MESSAGE, .needs = NEED_INBOUND | NEED_RCPT, .after = after, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .set = &set,
	.init = init, .run = run,
};
