/*
 * check_host() (RFC 7208, 4) as a chain of functions: each evaluates until it must ask, and the answer calls the next. Errors end the whole evaluation wherever they occur; other results of an included record go back to the
 * term that included it.
 */
#include <assert.h>

#include "auth/spf_eval.h"
#include "base/clock.h"

static void host_begin(struct spf_eval *e);
static void terms_go(struct spf_eval *e);

int64_t spf_time_left(const struct spf_eval *e)
{
	return e->until_us - clock_mono_us();
}

static void deliver(void *ctx)
{
	struct spf_eval *e = ctx;

	timer_stop(&e->timer);
	e->done(e->ctx, OP_OK, &e->result);
}

void spf_finish(struct spf_eval *e, enum auth_result result)
{
	assert(!e->over);
	e->over = true;
	e->result.result = result;
	e->result.lookups = e->lookups;
	if (e->starting)
		timer_set(&e->timer, 0);
	else
		e->done(e->ctx, OP_OK, &e->result);
}

void spf_fail(struct spf_eval *e, enum auth_result result, const char *problem, struct span about)
{
	e->result.mechanism = SPAN_NONE;
	e->result.problem = about.len != 0 ? arena_printf(e->arena, "%s: %.*s", problem, (int)(about.len < 200 ? about.len : 200), about.p) : span_of(problem);
	spf_finish(e, result);
}

static void answered(void *ctx, enum op_status status, const void *result)
{
	struct spf_eval *e = ctx;

	e->asked = NULL;
	e->answered(e, status, result);
}

void spf_ask(struct spf_eval *e, struct span name, enum dns_type type, spf_answered *next)
{
	int64_t left = spf_time_left(e);

	e->answered = next;
	e->asked = left > 0 ? dns_query(e->dns, name, type, left, answered, e) : NULL;
	if (e->asked == NULL)
		next(e, OP_FAIL, NULL);
}

static struct spf_frame *frame_of(struct spf_eval *e)
{
	return e->frame[e->depth];
}

/* What a domain-spec stands for here; empty: the current domain. */
enum target { TARGET_KNOWN, TARGET_WAITING, TARGET_IMPOSSIBLE };

static enum target target_of(struct spf_eval *e, struct span spec, spf_go *again, struct spf_expanded *out, struct span *name_r)
{
	struct span domain = frame_of(e)->domain;

	*name_r = domain;
	if (spec.len == 0)
		return TARGET_KNOWN;
	e->macros.domain = domain;
	if (spf_macro_needs_name(spec)) {
		if (!spf_validate(e, again))
			return TARGET_WAITING;
		e->macros.validated = spf_validated_for(e, domain);
	}
	return spf_macro_target(&e->macros, spec, out, name_r) && spf_name_valid(*name_r) ? TARGET_KNOWN : TARGET_IMPOSSIBLE;
}

/* The explanation (6.2) */

static void explanation_go(struct spf_eval *e)
{
	struct spf_expanded out;
	bool printable;

	e->macros.domain = frame_of(e)->domain;
	if (spf_macro_needs_name(e->explanation)) {
		if (!spf_validate(e, explanation_go))
			return;
		e->macros.validated = spf_validated_for(e, e->macros.domain);
	}
	printable = spf_macro_expand(&e->macros, e->explanation, &out);
	for (size_t i = 0; printable && i < out.len; i++)
		printable = out.p[i] >= ' ' && out.p[i] <= '~';
	if (printable)
		e->result.explanation = arena_copy(e->arena, span_make(out.p, out.len));
	spf_finish(e, AUTH_FAIL);
}

static void explanation_answered(struct spf_eval *e, enum op_status status, const struct dns_answer *answer)
{
	if (status != OP_OK || answer->n != 1 || !spf_macro_string_valid(answer->v[0].text, true)) {
		spf_finish(e, AUTH_FAIL);
		return;
	}
	e->explanation = arena_copy(e->arena, answer->v[0].text);
	explanation_go(e);
}

static void fail_go(struct spf_eval *e)
{
	struct spf_expanded out;
	struct span name, exp = frame_of(e)->record.exp;

	if (!e->query->explain || exp.len == 0) {
		spf_finish(e, AUTH_FAIL);
		return;
	}
	switch (target_of(e, exp, fail_go, &out, &name)) {
	case TARGET_KNOWN:
		spf_ask(e, name, DNS_TXT, explanation_answered);
		break;
	case TARGET_IMPOSSIBLE:
		spf_finish(e, AUTH_FAIL);
		break;
	case TARGET_WAITING:
		break;
	}
}

/* Terms */

static void no_match(struct spf_eval *e)
{
	frame_of(e)->at++;
	frame_of(e)->counted = false;
	terms_go(e);
}

/* The record says so. Of an include it is what the term that included it makes of it (5.2). */
static void record_says(struct spf_eval *e, enum auth_result result)
{
	while (e->depth != 0) {
		e->depth--;
		if (result != AUTH_PASS) {
			no_match(e);
			return;
		}
		result = frame_of(e)->record.term[frame_of(e)->at].result;
	}
	if (result == AUTH_FAIL)
		fail_go(e);
	else
		spf_finish(e, result);
}

static void match(struct spf_eval *e)
{
	const struct spf_term *term = &frame_of(e)->record.term[frame_of(e)->at];

	e->result.mechanism = term->text;
	record_says(e, term->result);
}

static void void_lookup(struct spf_eval *e)
{
	if (++e->voids > SPF_VOIDS_MAX)
		spf_fail(e, AUTH_PERMERROR, "more than 2 void look-ups", SPAN_NONE);
	else
		no_match(e);
}

static uint8_t bits_of(const struct spf_eval *e, const struct spf_term *term)
{
	return ip_is_v4(&e->query->ip) ? (uint8_t)(96 + term->bits4) : term->bits6;
}

static void term_failed(struct spf_eval *e)
{
	spf_fail(e, AUTH_TEMPERROR, "no answer from the DNS", frame_of(e)->record.term[frame_of(e)->at].text);
}

static void a_answered(struct spf_eval *e, enum op_status status, const struct dns_answer *answer)
{
	const struct spf_term *term = &frame_of(e)->record.term[frame_of(e)->at];

	if (status != OP_OK)
		term_failed(e);
	else if (answer->result != DNS_FOUND)
		void_lookup(e);
	else if (term->kind == SPF_EXISTS || spf_has_client(e, answer, bits_of(e, term)))
		match(e);
	else
		no_match(e);
}

static void mx_known(struct spf_eval *e)
{
	const struct spf_names *names = &e->names;

	if (names->matched)
		match(e);
	else if (e->too_many)
		spf_fail(e, AUTH_PERMERROR, "more than 10 MX records", frame_of(e)->record.term[frame_of(e)->at].text);
	else if (names->failed)
		term_failed(e);
	else if (names->found == 0)
		void_lookup(e);
	else
		no_match(e);
}

static void mx_answered(struct spf_eval *e, enum op_status status, const struct dns_answer *answer)
{
	struct spf_names *names = &e->names;

	if (status != OP_OK) {
		term_failed(e);
		return;
	}
	names->n = 0;
	e->too_many = answer->n > SPF_NAMES_MAX;
	for (size_t i = 0; i < answer->n && i < SPF_NAMES_MAX; i++) {
		if (answer->v[i].name.len != 0)
			names->v[names->n++].name = arena_copy(e->arena, answer->v[i].name);
	}
	names->any = true;
	names->bits = bits_of(e, &frame_of(e)->record.term[frame_of(e)->at]);
	spf_names_ask(e, mx_known);
}

static void ptr_go(struct spf_eval *e, struct span target)
{
	if (!spf_validate(e, terms_go))
		return;
	for (unsigned i = 0; i < e->nvalidated; i++) {
		if (spf_is_below(e->validated[i], target)) {
			match(e);
			return;
		}
	}
	if (e->nameless)
		void_lookup(e);
	else
		no_match(e);
}

static void include(struct spf_eval *e, struct span target)
{
	struct spf_frame **place = &e->frame[e->depth + 1];
	struct span domain = arena_copy(e->arena, target);

	assert(e->depth + 1 < sizeof(e->frame) / sizeof(e->frame[0]));
	if (*place == NULL)
		*place = ARENA_NEW(e->arena, struct spf_frame);
	e->depth++;
	(*place)->domain = domain;
	(*place)->redirected = false;
	host_begin(e);
}

static bool count_lookup(struct spf_eval *e, struct span about)
{
	if (++e->lookups <= SPF_LOOKUPS_MAX)
		return true;
	e->lookups = SPF_LOOKUPS_MAX;
	spf_fail(e, AUTH_PERMERROR, "more than 10 look-ups", about);
	return false;
}

static void term_ask(struct spf_eval *e, const struct spf_term *term, struct span target)
{
	switch (term->kind) {
	case SPF_INCLUDE:
		include(e, target);
		break;
	case SPF_A:
		spf_ask(e, target, ip_is_v4(&e->query->ip) ? DNS_A : DNS_AAAA, a_answered);
		break;
	case SPF_EXISTS:
		spf_ask(e, target, DNS_A, a_answered);
		break;
	case SPF_MX:
		spf_ask(e, target, DNS_MX, mx_answered);
		break;
	default:
		ptr_go(e, target);
	}
}

static void redirect_go(struct spf_eval *e)
{
	struct spf_frame *f = frame_of(e);
	struct spf_expanded out;
	struct span target;

	if (!f->counted && !count_lookup(e, f->record.redirect))
		return;
	f->counted = true;
	switch (target_of(e, f->record.redirect, redirect_go, &out, &target)) {
	case TARGET_KNOWN:
		f->domain = arena_copy(e->arena, target);
		f->redirected = true;
		host_begin(e);
		break;
	case TARGET_IMPOSSIBLE:
		spf_fail(e, AUTH_PERMERROR, "redirect to a name that cannot exist", f->record.redirect);
		break;
	case TARGET_WAITING:
		break;
	}
}

/* Evaluates the term that is at hand, again after its %{p} became known. */
static void terms_go(struct spf_eval *e)
{
	struct spf_frame *f = frame_of(e);
	const struct spf_term *term = &f->record.term[f->at];
	struct spf_expanded out;
	struct span target;

	if (f->at == f->record.n) {
		if (f->record.redirect.len != 0) {
			redirect_go(e);
			return;
		}
		e->result.mechanism = SPAN_NONE;
		record_says(e, AUTH_NEUTRAL);
		return;
	}
	if (term->kind == SPF_ALL || term->kind == SPF_IP4 || term->kind == SPF_IP6) {
		match(e);
		return;
	}
	if (!f->counted && !count_lookup(e, term->text))
		return;
	f->counted = true;
	switch (target_of(e, term->domain, terms_go, &out, &target)) {
	case TARGET_KNOWN:
		term_ask(e, term, target);
		break;
	case TARGET_IMPOSSIBLE:
		if (term->kind == SPF_INCLUDE)
			spf_fail(e, AUTH_PERMERROR, "include of a name that cannot exist", term->text);
		else
			no_match(e);
		break;
	case TARGET_WAITING:
		break;
	}
}

/* Records */

static void no_record(struct spf_eval *e)
{
	const struct spf_frame *f = frame_of(e);

	if (e->depth == 0 && !f->redirected)
		spf_finish(e, AUTH_NONE);
	else
		spf_fail(e, AUTH_PERMERROR, "no SPF record", f->domain);
}

static void txt_answered(struct spf_eval *e, enum op_status status, const struct dns_answer *answer)
{
	struct spf_frame *f = frame_of(e);
	const struct dns_record *found = NULL;

	if (status != OP_OK) {
		spf_fail(e, AUTH_TEMPERROR, "no answer from the DNS", f->domain);
		return;
	}
	for (size_t i = 0; i < answer->n; i++) {
		if (!spf_record_is(answer->v[i].text))
			continue;
		if (found != NULL) {
			spf_fail(e, AUTH_PERMERROR, "several SPF records", f->domain);
			return;
		}
		found = &answer->v[i];
	}
	if (found == NULL) {
		no_record(e);
		return;
	}
	f->at = 0;
	f->counted = false;
	if (!spf_record_parse(arena_copy(e->arena, found->text), &e->query->ip, &f->record))
		spf_fail(e, AUTH_PERMERROR, f->record.problem, f->record.bad);
	else
		terms_go(e);
}

static void host_begin(struct spf_eval *e)
{
	spf_ask(e, frame_of(e)->domain, DNS_TXT, txt_answered);
}

static void cancel(struct op *op)
{
	struct spf_eval *e = (struct spf_eval *)op;

	op_cancel(&e->asked);
	spf_names_cancel(e);
	timer_stop(&e->timer);
}

/* Local-part and domain of the identity (4.3); false: the domain can have no record. */
static bool identity(struct spf_eval *e)
{
	const struct spf_query *q = e->query;
	struct span from = q->helo_identity ? SPAN_NONE : q->from, local = SPAN_LIT("postmaster"), domain = from;
	size_t at = span_rchr(from, '@');
	struct spf_result *r = &e->result;
	bool ok;

	if (from.len == 0)
		domain = span_trim(q->helo);
	else if (at != SPAN_NPOS)
		domain = span_from(from, at + 1);
	if (at != SPAN_NPOS && at != 0)
		local = span_sub(from, 0, at);
	ok = spf_domain_read(e->arena, domain, &domain);
	r->helo = q->helo_identity;
	r->domain = domain;
	r->sender = from.len != 0 && at != SPAN_NPOS && at != 0 && ok && span_ends(from, domain) ? from : arena_printf(e->arena, "%.*s@%.*s", SPAN_ARG(local), SPAN_ARG(domain));
	e->macros = (struct spf_macros){ .local = local, .origin = domain, .domain = domain, .helo = q->helo, .receiver = q->receiver, .ip = q->ip, .time = q->time };
	return ok;
}

struct op *spf_check(struct dns *dns, struct arena *arena, const struct spf_query *query, op_done *done, void *ctx)
{
	struct spf_eval *e = ARENA_NEW(arena, struct spf_eval);
	struct spf_query *q = ARENA_NEW(arena, struct spf_query);

	*q = *query;
	e->op.cancel = cancel;
	e->dns = dns;
	e->arena = arena;
	e->query = q;
	e->done = done;
	e->ctx = ctx;
	e->until_us = clock_mono_us() + (q->deadline_us != 0 ? q->deadline_us : SPF_DEADLINE_US);
	e->frame[0] = &e->first;
	timer_init(&e->timer, q->loop, deliver, e);
	e->starting = true;
	if (!identity(e) || !q->ip.set) {
		spf_finish(e, AUTH_NONE);
	} else {
		e->first.domain = e->result.domain;
		host_begin(e);
	}
	e->starting = false;
	return &e->op;
}
