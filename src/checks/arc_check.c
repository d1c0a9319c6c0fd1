/* The chain of ARC seals (RFC 8617) of mail from outside: what forwarders say of the authentication before them. Worth as much as the forwarder is; see who trusts it (DMARC). */
#include "auth/arc.h"
#include "checks/authentication.h"
#include "checks/signatures.h"
#include "scan/services.h"

enum { PASS, FAIL, UNAVAILABLE };

static const struct symbol symbols[] = {
	[PASS] = { "ARC_PASS", "authentication", 0, "The chain of ARC seals is valid; anybody can make one, so that only trusted sealers count.", ACTION_NONE },
	[FAIL] = { "ARC_FAIL", "authentication", 300, "The chain of ARC seals is broken.", ACTION_NONE },
	[UNAVAILABLE] = { "ARC_UNAVAILABLE", "authentication", 0, "A key of the chain of ARC seals could not be looked up.", ACTION_NONE },
};

#define F(field) offsetof(struct arc_settings, field)
static const struct setting rows[] = {
	{ "max_sets", SET_INT, F(max_sets), "50", 1, ARC_SETS_MAX, NULL, 0, "Seals of one message; a chain with more fails." },
	{ "min_key_bits", SET_INT, F(min_key_bits), "1024", 512, 8192, NULL, 0, "Seals by shorter RSA keys are not valid." },
	{ "timeout", SET_DURATION, F(timeout_us), "\"0s\"", 0, 60000000, NULL, 0, "How long the look-up of a key may take; 0: as long as the resolver waits." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static const struct setting_set set = {
	.name = "arc", .kind = SET_ONE, .doc = "Validating ARC chains.", .size = sizeof(struct arc_settings), .rows = rows,
};

struct state {
	const struct arc_settings *set;
	struct dkim_crypto *crypto;
};

/* Of one message. */
struct work {
	struct task *task;
	struct arc_result result;
	struct await *await;
};

static void tell(struct work *w)
{
	struct task *t = w->task;
	const struct arc_result *r = &w->result;
	struct span text = r->problem.len == 0 ? r->sealer : arena_printf(task_arena(t), "%.*s: %.*s", SPAN_ARG(r->sealer), SPAN_ARG(r->problem));

	authentication_of(t)->arc = r;
	if (r->result == AUTH_PASS)
		hit_add(t, PASS, text);
	else if (r->result == AUTH_FAIL)
		hit_add(t, FAIL, text);
	else if (r->result == AUTH_TEMPERROR)
		hit_add(t, UNAVAILABLE, text);
}

static void verified(void *ctx, enum op_status status, const void *result)
{
	(void)status; /* at the deadline the result says that keys are missing */
	(void)result;
	tell(ctx);
}

static bool has_fields(const struct message *msg)
{
	const struct header_list *h = &msg->headers;

	return header_first(h, HDR_ARC_SEAL) != NULL || header_first(h, HDR_ARC_MESSAGE_SIGNATURE) != NULL || header_first(h, HDR_ARC_AUTHENTICATION_RESULTS) != NULL;
}

static void run(struct task *t, const void *state_)
{
	const struct state *state = state_;
	struct work *w;
	struct op *op;

	if (!signatures_wanted(t))
		return;
	w = ARENA_NEW(task_arena(t), struct work);
	w->task = t;
	if (!has_fields(task_msg(t))) {
		authentication_of(t)->arc = &w->result;
		return;
	}
	w->await = task_await(t, verified, w);
	op = arc_verify(task_services(t)->dns, signatures_message(t, state->crypto), state->set, &w->result, await_done, w->await);
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

const struct check check_arc = {
	.name = "arc", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .set = &set, .init = init, .run = run,
};
