/* Finding a From domain's record: RFC 7489, 6.6.3; whether the domain exists at all: RFC 9091, 2.7. */
#include "auth/dmarc.h"

enum step { STEP_FROM, STEP_ORGANISATION, STEP_A, STEP_AAAA, STEP_MX };

struct discovery_op {
	struct op op; /* first */
	struct op *query;
	struct dns *dns;
	struct arena *arena;
	enum step step;
	int64_t deadline_us;
	struct span organisation;
	struct dmarc_discovery found;
	op_done *done;
	void *ctx;
};

static void answered(void *ctx, enum op_status, const void *result);

static void cancel(struct op *op)
{
	struct discovery_op *d = (struct discovery_op *)op;

	op_cancel(&d->query);
}

static bool ask(struct discovery_op *d, enum step step, struct span name, enum dns_type type)
{
	d->step = step;
	d->query = dns_query(d->dns, name, type, d->deadline_us, answered, d);
	return d->query != NULL;
}

static bool ask_record(struct discovery_op *d, enum step step, struct span domain)
{
	d->found.record_domain = domain;
	return ask(d, step, arena_printf(d->arena, "_dmarc.%.*s", SPAN_ARG(domain)), DNS_TXT);
}

static void finish(struct discovery_op *d, enum auth_result result, const char *problem)
{
	d->found.result = result;
	if (problem != NULL)
		d->found.problem = arena_printf(d->arena, "%s (_dmarc.%.*s)", problem, SPAN_ARG(d->found.record_domain));
	d->done(d->ctx, OP_OK, &d->found);
}

/* With a record: np= is asked for where it would change the answer. */
static void found(struct discovery_op *d)
{
	const struct dmarc_record *r = &d->found.record;

	d->found.subdomain = !span_eq(d->found.from_domain, d->found.record_domain);
	if (d->found.subdomain && r->np != r->sp && ask(d, STEP_A, d->found.from_domain, DNS_A))
		return;
	finish(d, AUTH_PASS, NULL);
}

/* Records that are none are left out; then there must be one and no more. */
static void read_answer(struct discovery_op *d, const struct dns_answer *a)
{
	unsigned good = 0, bad = 0;

	for (size_t i = 0; i < a->n; i++) {
		struct dmarc_record r;
		enum dmarc_syntax syntax = dmarc_record_parse(arena_copy(d->arena, a->v[i].text), &r);

		good += syntax == DMARC_GOOD;
		bad += syntax == DMARC_BAD;
		if (syntax == DMARC_GOOD)
			d->found.record = r;
	}
	if (good + bad > 1)
		finish(d, AUTH_PERMERROR, "several DMARC records");
	else if (bad != 0)
		finish(d, AUTH_PERMERROR, "DMARC record without a usable policy");
	else if (good != 0)
		found(d);
	else if (d->step == STEP_FROM && !span_eq(d->organisation, d->found.from_domain)) {
		if (!ask_record(d, STEP_ORGANISATION, d->organisation))
			finish(d, AUTH_TEMPERROR, "no answer from DNS");
	} else {
		finish(d, AUTH_NONE, NULL);
	}
}

/* A domain exists, for np=, when it has addresses or mail hosts; also when nobody knows. */
static void read_existence(struct discovery_op *d, enum op_status status, const struct dns_answer *a)
{
	static const enum dns_type next[] = { [STEP_A] = DNS_AAAA, [STEP_AAAA] = DNS_MX };

	if (status == OP_OK && a->result != DNS_FOUND) {
		if (d->step != STEP_MX && a->result != DNS_NXDOMAIN) {
			if (ask(d, d->step + 1, d->found.from_domain, next[d->step]))
				return;
		} else {
			d->found.nonexistent = true;
		}
	}
	finish(d, AUTH_PASS, NULL);
}

static void answered(void *ctx, enum op_status status, const void *result)
{
	struct discovery_op *d = ctx;

	d->query = NULL;
	if (d->step >= STEP_A)
		read_existence(d, status, result);
	else if (status != OP_OK)
		finish(d, AUTH_TEMPERROR, "no answer from DNS");
	else
		read_answer(d, result);
}

struct op *dmarc_discover(struct dns *dns, const struct url_context *urls, struct arena *arena, struct span from_domain, int64_t deadline_us, op_done *done, void *ctx)
{
	struct discovery_op *d = ARENA_NEW(arena, struct discovery_op);

	*d = (struct discovery_op){ .op = { cancel }, .dns = dns, .arena = arena, .deadline_us = deadline_us, .done = done, .ctx = ctx };
	d->found.from_domain = arena_copy(arena, from_domain);
	d->organisation = url_registered_domain(urls, d->found.from_domain);
	return ask_record(d, STEP_FROM, d->found.from_domain) ? &d->op : NULL;
}
