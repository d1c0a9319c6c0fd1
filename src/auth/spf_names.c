/* Addresses of several names at once (mx), and the client's own names (ptr, %{p}). */
#include "auth/spf_eval.h"

bool spf_has_client(const struct spf_eval *e, const struct dns_answer *answer, uint8_t bits)
{
	struct cidr net = { .ip = e->query->ip, .bits = bits };

	for (size_t i = 0; i < answer->n; i++) {
		if (cidr_has(&net, &answer->v[i].ip))
			return true;
	}
	return false;
}

void spf_names_cancel(struct spf_eval *e)
{
	for (unsigned i = 0; i < e->names.n; i++)
		op_cancel(&e->names.v[i].op);
	e->names.open = 0;
}

static void name_answered(void *ctx, enum op_status status, const void *result)
{
	struct spf_name *name = ctx;
	struct spf_eval *e = name->eval;
	struct spf_names *all = &e->names;
	const struct dns_answer *answer = result;

	name->op = NULL;
	all->open--;
	if (status != OP_OK) {
		all->failed = true;
	} else if (answer->result == DNS_FOUND) {
		all->found++;
		name->has_client = spf_has_client(e, answer, all->bits);
		all->matched = all->matched || name->has_client;
	}
	if (all->any && all->matched)
		spf_names_cancel(e);
	if (all->open == 0)
		all->go(e);
}

void spf_names_ask(struct spf_eval *e, spf_go *go)
{
	struct spf_names *all = &e->names;
	int64_t left = spf_time_left(e);

	all->found = all->open = 0;
	all->failed = all->matched = false;
	all->go = go;
	for (unsigned i = 0; i < all->n; i++) {
		struct spf_name *name = &all->v[i];

		name->eval = e;
		name->has_client = false;
		name->op = NULL;
		if (left > 0 && spf_name_valid(name->name))
			name->op = dns_query(e->dns, name->name, ip_is_v4(&e->query->ip) ? DNS_A : DNS_AAAA, left, name_answered, name);
		if (name->op != NULL)
			all->open++;
		else if (spf_name_valid(name->name))
			all->failed = true;
	}
	if (all->open == 0)
		go(e);
}

bool spf_is_below(struct span name, struct span domain)
{
	return span_case_ends(name, domain) && (name.len == domain.len || name.p[name.len - domain.len - 1] == '.');
}

struct span spf_validated_for(const struct spf_eval *e, struct span domain)
{
	struct span best = SPAN_NONE;

	for (unsigned i = 0; i < e->nvalidated; i++) {
		if (span_case_eq(e->validated[i], domain))
			return e->validated[i];
		if (best.len == 0 || (!spf_is_below(best, domain) && spf_is_below(e->validated[i], domain)))
			best = e->validated[i];
	}
	return best;
}

static void validated(struct spf_eval *e)
{
	for (unsigned i = 0; i < e->names.n; i++) {
		if (e->names.v[i].has_client)
			e->validated[e->nvalidated++] = e->names.v[i].name;
	}
	e->has_validated = true;
	e->after_validation(e);
}

/* An error is as good as no name: nothing the sender could do about it (5.5). */
static void ptr_answered(struct spf_eval *e, enum op_status status, const struct dns_answer *answer)
{
	struct spf_names *names = &e->names;

	names->n = 0;
	for (size_t i = 0; status == OP_OK && i < answer->n && names->n < SPF_NAMES_MAX; i++)
		names->v[names->n++].name = arena_copy(e->arena, answer->v[i].name);
	names->any = false;
	e->nameless = status == OP_OK && names->n == 0;
	names->bits = 128;
	spf_names_ask(e, validated);
}

bool spf_validate(struct spf_eval *e, spf_go *go)
{
	static const struct span reversed = { "%{ir}.%{v}.arpa", 15 };
	struct spf_expanded out;

	if (e->has_validated)
		return true;
	e->after_validation = go;
	if (!spf_macro_expand(&e->macros, reversed, &out)) {
		e->has_validated = true;
		return true;
	}
	spf_ask(e, span_make(out.p, out.len), DNS_PTR, ptr_answered);
	return false;
}
