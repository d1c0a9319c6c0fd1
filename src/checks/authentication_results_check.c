/*
 * Authentication-Results fields that came with the message (RFC 8601, 5): those with our own identifier are forged, or of an earlier way through our hosts, and are removed; those of trusted hops are kept in mind.
 */
#include <unistd.h>

#include "checks/trusted_results.h"
#include "scan/engine.h"

enum { FORGED };

static const struct symbol symbols[] = {
	[FORGED] = { "AUTH_RESULTS_FORGED", "authentication", 500, "An Authentication-Results field with our own name came from outside; it was removed.", ACTION_NONE },
};

#define F(field) offsetof(struct authentication_settings, field)
static const struct setting rows[] = {
	{ "header", SET_BOOL, F(header), "true", 0, 0, NULL, 0,
	  "Insert an Authentication-Results field (RFC 8601) with our results into mail from outside." },
	{ "authserv_id", SET_STRING, F(authserv_id), "\"\"", 0, 0, NULL, 0,
	  "The name under which we write Authentication-Results; fields from outside with this name are removed. Empty: the MTA's own name, else the host's; with header = false none: "
	  "then fields with such a name are another filter's." },
	{ "trusted_authserv_ids", SET_STRINGS, F(trusted_authserv_ids), "{}", 0, 0, NULL, 0,
	  "Names under which trusted relays write Authentication-Results. In mail that comes from networks.own or networks.trusted_relays, what they found counts where "
	  "the author's domain cannot be authenticated any more. They must remove forged fields with their name." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static const struct setting_set set = {
	.name = "authentication", .kind = SET_ONE, .doc = "Authentication-Results.", .size = sizeof(struct authentication_settings), .rows = rows,
};

struct state {
	const struct authentication_settings *set;
	struct span host;
};

static bool init(const struct engine *engine, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	struct state *s = ARENA_NEW(arena, struct state);
	char name[256] = "";

	(void)engine;
	(void)err_r;
	s->set = cfg;
	if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0')
		s->host = SPAN_LIT("localhost");
	else
		s->host = arena_copy(arena, span_of(name));
	*state_r = s;
	return true;
}

static bool is_listed(const struct span_list *list, struct span id)
{
	for (size_t i = 0; i < list->n; i++) {
		if (span_case_eq(list->v[i], id))
			return true;
	}
	return false;
}

/* Our own machines may hand over what they have checked before; logged-in users and everybody else may not. */
static bool may_use_our_name(const struct task *t, const struct authentication_settings *settings)
{
	const struct transaction *tx = task_tx(t);

	if (!settings->header && settings->authserv_id.len == 0)
		return true; /* nothing is written under that name, or not by us */
	return tx->dir == DIR_LOCAL || (tx->dir == DIR_OUTBOUND && tx->client.auth_user.len == 0);
}

/* A field above all Received fields was written by the client itself; one below may have come round: from us through a list or a forwarder back to us. */
static bool is_above_received(const struct message *m, const struct header *h)
{
	const struct header *received = header_first(&m->headers, HDR_RECEIVED);

	return received == NULL || h < received;
}

static void keep_in_mind(struct task *t, struct trusted_results *r, const struct header *h)
{
	if (r->n < TRUSTED_RESULTS_MAX && auth_results_parse(task_arena(t), h->raw, &r->v[r->n]))
		r->n++;
}

static void remove_all(struct task *t, const uint32_t *forged, size_t n)
{
	/* From the last to the first, so that no deletion moves the number of another. */
	while (n-- > 0)
		edit_add(t, &(struct edit){ .kind = EDIT_DELETE_HEADER, .name = SPAN_LIT("Authentication-Results"), .index = forged[n] });
}

static void run(struct task *t, const void *state)
{
	const struct state *s = state;
	const struct message *m = task_msg(t);
	const struct transaction *tx = task_tx(t);
	struct trusted_results *r = trusted_results_of(t);
	bool client_is_trusted = engine_trusts(task_scan(t)->engine, &tx->client.ip);
	uint32_t *forged = ARENA_ARRAY(task_arena(t), header_count(&m->headers, HDR_AUTHENTICATION_RESULTS), uint32_t), number = 0;
	size_t n = 0;

	r->set = s->set;
	r->authserv_id = s->set->authserv_id.len != 0 ? s->set->authserv_id : tx->mta.len != 0 ? tx->mta : s->host;
	/* All of them: a forged one must not survive behind others. */
	for (const struct header *h = header_first(&m->headers, HDR_AUTHENTICATION_RESULTS); h != NULL; h = header_next(&m->headers, h)) {
		struct span id = auth_results_id(task_arena(t), h->raw);

		number++;
		if (id.len == 0)
			continue;
		if (client_is_trusted && is_listed(&s->set->trusted_authserv_ids, id)) {
			keep_in_mind(t, r, h);
			continue;
		}
		if (!span_case_eq(id, r->authserv_id) || may_use_our_name(t, s->set))
			continue;
		forged[n++] = number;
		if (tx->dir == DIR_INBOUND && is_above_received(m, h))
			hit_add(t, FORGED, id);
	}
	remove_all(t, forged, n);
}

const struct check check_authentication_results = {
	.name = "authentication_results", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .set = &set, .init = init, .run = run,
};
