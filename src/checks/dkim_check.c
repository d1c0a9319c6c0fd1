/* DKIM signatures (RFC 6376) of mail from outside. What counts is whether one passes; how the others fail is told only where none does. */
#include "auth/dkim_verify.h"
#include "checks/authentication.h"
#include "checks/signatures.h"
#include "scan/services.h"

enum { SIGNED, PASS, FAIL, PERMERROR, UNAVAILABLE, WEAK_KEY, BODY_CUT, REVOKED, EXPIRED };

static const struct symbol symbols[] = {
	[SIGNED] = { "DKIM_SIGNED", "authentication", 0, "The message has a DKIM signature.", ACTION_NONE },
	[PASS] = { "DKIM_PASS", "authentication", -200, "A DKIM signature is valid.", ACTION_NONE },
	[FAIL] = { "DKIM_FAIL", "authentication", 800, "The message is not what its DKIM signature signed, and no other signature is valid.", ACTION_NONE },
	[PERMERROR] = { "DKIM_PERMERROR", "authentication", 400, "A DKIM signature cannot be valid (bad syntax, no key), and no other one is.", ACTION_NONE },
	[UNAVAILABLE] = { "DKIM_UNAVAILABLE", "authentication", 0, "The key of a DKIM signature could not be looked up, and no other signature is valid.", ACTION_NONE },
	[WEAK_KEY] = { "DKIM_WEAK_KEY", "authentication", 500, "A DKIM signature was made with too short a key or with SHA-1 (RFC 8301), and no other one is valid.", ACTION_NONE },
	[BODY_CUT] = { "DKIM_BODY_CUT", "authentication", 700, "A DKIM signature leaves a part of the body unsigned (l=).", ACTION_NONE },
	[REVOKED] = { "DKIM_REVOKED", "authentication", 1000, "The key of a DKIM signature has been revoked, and no other signature is valid.", ACTION_NONE },
	[EXPIRED] = { "DKIM_EXPIRED", "authentication", 300, "A DKIM signature has expired, and no other one is valid.", ACTION_NONE },
};

#define F(field) offsetof(struct dkim_settings, field)
static const char *const cut_words[] = { "policy", "pass", NULL };
static const struct setting rows[] = {
	{ "max_signatures", SET_INT, F(max_signatures), "8", 1, 100, NULL, 0, "DKIM signatures of one message that are verified, from the top." },
	{ "min_key_bits", SET_INT, F(min_key_bits), "1024", 512, 8192, NULL, 0, "Signatures by shorter RSA keys are not valid (RFC 8301: 1024)." },
	{ "body_cut", SET_ENUM, F(body_cut), "\"policy\"", 0, 0, cut_words, 0,
	  "What a signature is worth that leaves a part of the body unsigned (l=): \"policy\": it does not pass, as anybody may have added that part; \"pass\"." },
	{ "timeout", SET_DURATION, F(timeout_us), "\"0s\"", 0, 60000000, NULL, 0, "How long the look-up of a key may take; 0: as long as the resolver waits." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static const struct setting_set set = {
	.name = "dkim", .kind = SET_ONE, .doc = "Verifying DKIM signatures.", .size = sizeof(struct dkim_settings), .rows = rows,
};

struct state {
	const struct dkim_settings *set;
	struct dkim_crypto *crypto;
};

/* Of one message. */
struct work {
	struct task *task;
	const struct state *state;
	struct dkim_results results;
	struct await *await;
};

static unsigned symbol_for(const struct state *state, const struct dkim_result *r)
{
	bool weak = r->key_bits != 0 && r->key_bits < (unsigned)state->set->min_key_bits;

	switch (r->result) {
	case AUTH_FAIL:
		return FAIL;
	case AUTH_TEMPERROR:
		return UNAVAILABLE;
	case AUTH_POLICY:
		return r->expired ? EXPIRED : r->body_cut && !weak ? BODY_CUT : WEAK_KEY;
	default:
		return r->revoked ? REVOKED : PERMERROR;
	}
}

static struct span evidence(struct task *t, const struct dkim_result *r)
{
	return arena_printf(task_arena(t), "%.*s:%.*s%s%.*s", SPAN_ARG(r->domain), SPAN_ARG(r->selector), r->problem.len != 0 ? " " : "", SPAN_ARG(r->problem));
}

static void tell(struct work *w)
{
	struct task *t = w->task;
	struct authentication *a = authentication_of(t);
	bool told[sizeof(symbols) / sizeof(symbols[0])] = { false }, pass = false;

	a->dkim = w->results.v;
	a->ndkim = w->results.n;
	a->dkim_done = true;
	for (size_t i = 0; i < w->results.n; i++) {
		const struct dkim_result *r = &w->results.v[i];

		if (r->result == AUTH_PASS && !pass)
			hit_add(t, PASS, evidence(t, r));
		if (r->body_cut && !told[BODY_CUT])
			hit_add(t, BODY_CUT, evidence(t, r));
		pass = pass || r->result == AUTH_PASS;
		told[BODY_CUT] = told[BODY_CUT] || r->body_cut;
	}
	for (size_t i = 0; i < w->results.n && !pass; i++) {
		unsigned symbol = symbol_for(w->state, &w->results.v[i]);

		if (w->results.v[i].testing)
			continue; /* RFC 6376, 3.6.1: not otherwise than an unsigned message */
		/* A message that was cut at the size limit says nothing against its signer. */
		if (!told[symbol] && !(task_tx(t)->raw_size > task_tx(t)->raw.len && symbol == PERMERROR))
			hit_add(t, symbol, evidence(t, &w->results.v[i]));
		told[symbol] = true;
	}
}

static void verified(void *ctx, enum op_status status, const void *results)
{
	(void)status; /* at the deadline: what is not known is marked so */
	(void)results;
	tell(ctx);
}

static void run(struct task *t, const void *state_)
{
	const struct state *state = state_;
	struct work *w;
	struct op *op;

	if (!signatures_wanted(t))
		return;
	if (header_first(&task_msg(t)->headers, HDR_DKIM_SIGNATURE) == NULL) {
		authentication_of(t)->dkim_done = true;
		return;
	}
	hit_add(t, SIGNED, SPAN_NONE);
	w = ARENA_NEW(task_arena(t), struct work);
	*w = (struct work){ .task = t, .state = state };
	w->await = task_await(t, verified, w);
	op = dkim_verify(task_services(t)->dns, signatures_message(t, state->crypto), state->set, task_tx(t)->received_us / 1000000, &w->results, await_done, w->await);
	if (op != NULL) {
		await_bind(w->await, op);
		return;
	}
	await_drop(w->await);
	tell(w);
}

static bool init(const struct engine *engine, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	struct state *state = ARENA_NEW(arena, struct state);

	(void)engine;
	(void)err_r;
	*state = (struct state){ .set = cfg, .crypto = signatures_crypto(arena) };
	*state_r = state;
	return true;
}

const struct check check_dkim = {
	.name = "dkim", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .set = &set, .init = init, .run = run,
};
