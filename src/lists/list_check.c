/* The check of one list: asks for what it looks up, and turns answers into hits. */
#include "lists/list_health.h"
#include "lists/list_geo.h"
#include "lists/list_name.h"
#include "scan/engine.h"
#include "scan/origin.h"

#define RESOLVED_MAX 4     /* addresses looked up per host, and name servers per domain */
#define QUESTIONS_MAX 200  /* of one list for one message, resolving included */

/* One list at work on one message. */
struct list_run {
	struct task *t;
	const struct list_use *use;
	struct list_states *states; /* NULL: nobody keeps them */
	rcptset to;
	bool *hit;                  /* by symbol */
	bool unavailable;
	unsigned questions;
};

/* One question: of the list, or of a host's address, or of a domain's name servers. */
struct list_question {
	struct list_run *run;
	enum list_target target;
	struct span label;          /* evidence */
};

/* Hits. */

static void hit(struct list_run *r, uint32_t symbol, enum list_target target, struct span label)
{
	struct span evidence;

	if (symbol == LIST_SYMBOL_NONE || r->hit[symbol])
		return;
	r->hit[symbol] = true;
	evidence = arena_printf(task_arena(r->t), "%.*s:%s", SPAN_ARG(span_sub(label, 0, 180)), list_target_name(target));
	hit_add_to(r->t, symbol, 1000, r->to, evidence);
}

static void unavailable(struct list_run *r)
{
	const struct list_def *d = r->use->def;

	if (!r->unavailable)
		hit_add_to(r->t, (unsigned)d->nsymbols - 1, 1000, r->to, SPAN_NONE);
	r->unavailable = true;
}

static void count(const struct list_run *r, uint64_t asked, uint64_t listed, uint64_t failed)
{
	struct list_counters *c;

	if (r->states == NULL)
		return;
	c = list_states_counters(r->states, r->use->def->number);
	c->asked += asked;
	c->listed += listed;
	c->failed += failed;
}

static void take_codes(struct list_run *r, const struct dns_answer *a, enum list_target target, struct span label)
{
	const struct list_def *d = r->use->def;

	for (size_t i = 0; i < a->n; i++) {
		for (size_t c = 0; c < d->ncodes; c++) {
			if ((d->codes[c].targets & 1u << target) != 0 && list_code_covers(&d->codes[c], a->v[i].ip.b + 12))
				hit(r, d->codes[c].symbol, target, label);
		}
	}
}

/* Between question and answer the list may have been switched off: then the answer is worth nothing. */
static bool is_off(const struct list_run *r)
{
	return r->states != NULL && list_states_health(r->states, r->use->def->number) != LIST_WORKS;
}

static void switch_off(struct list_run *r, enum list_health health, const char *why)
{
	if (r->states != NULL)
		list_states_off(r->states, r->use->def->number, health, why);
	unavailable(r);
}

static void list_answered(void *ctx, enum op_status status, const void *result)
{
	const struct dns_answer *a = result;
	struct list_question *q = ctx;
	struct list_run *r = q->run;
	const char *text;

	if (status != OP_OK || is_off(r)) {
		count(r, 0, 0, 1);
		unavailable(r);
		return;
	}
	switch (list_answer_judge(r->use->def, a, &text)) {
	case LIST_LISTED:
		count(r, 0, 1, 0);
		take_codes(r, a, q->target, q->label);
		break;
	case LIST_REFUSED:
		switch_off(r, LIST_REFUSES, text);
		break;
	case LIST_NONSENSE:
		switch_off(r, LIST_ASTRAY, "it answers with an address outside of 127.0.0.0/8");
		break;
	case LIST_NOTHING:
		break;
	}
}

/* Questions. */

static bool ask(struct list_run *r, struct span name, enum dns_type type, op_done *done, const struct list_question *question)
{
	struct list_question *q;
	struct await *await;
	struct op *op;

	if (name.len == 0 || r->questions >= QUESTIONS_MAX)
		return false;
	r->questions++;
	q = ARENA_NEW(task_arena(r->t), struct list_question);
	*q = *question;
	await = task_await(r->t, done, q);
	op = dns_query(task_services(r->t)->dns, name, type, r->use->lists->set->timeout_us, await_done, await);
	if (op != NULL)
		await_bind(await, op);
	else
		await_drop(await);
	return op != NULL;
}

static void ask_list(struct list_run *r, struct span name, const struct list_question *q)
{
	if (ask(r, name, DNS_A, list_answered, q))
		count(r, 1, 0, 0);
}

static bool ip_is_exempt(const struct list_run *r, const struct ip *ip)
{
	return r->use->def->exempt && list_has_ip(r->use->lists->exempt, ip, NULL);
}

/* Lists without network. */

static void look_up_file(struct list_run *r, enum list_target target, const struct list_item *item)
{
	const struct list_def *d = r->use->def;
	bool has = item->ip.set ? list_has_ip(d->entries, &item->ip, NULL) : list_has(d->entries, r->use->lists->memory, item->value, NULL);

	if (has)
		hit(r, d->codes[0].symbol, target, item->label.len != 0 ? item->label : item->value);
}

static void look_up_geo(struct list_run *r, enum list_target target, const struct list_item *item)
{
	const struct list_def *d = r->use->def;
	struct span is = list_geo_country(r->use->lists->geo, &item->ip), label;
	uint32_t asn;

	if (d->source == LIST_ASN) {
		asn = list_geo_asn(r->use->lists->geo, &item->ip);
		is = asn != 0 ? arena_printf(task_arena(r->t), "%u", asn) : SPAN_NONE;
	}
	if (is.len == 0)
		return;
	label = arena_printf(task_arena(r->t), "%.*s %.*s", SPAN_ARG(is), SPAN_ARG(item->label.len != 0 ? item->label : item->value));
	for (size_t c = 0; c < d->ncodes; c++) {
		for (size_t i = 0; (d->codes[c].targets & 1u << target) != 0 && i < d->codes[c].ntexts; i++) {
			if (span_case_eq(d->codes[c].texts[i], is))
				hit(r, d->codes[c].symbol, target, label);
		}
	}
}

/* Items. */

static void look_up_item(struct list_run *r, enum list_target target, const struct list_item *item)
{
	struct list_question q = { r, target, item->label.len != 0 ? item->label : item->value };

	switch (r->use->def->source) {
	case LIST_ZONE:
		ask_list(r, list_name_item(task_arena(r->t), r->use->def, target, item), &q);
		break;
	case LIST_FILE:
		look_up_file(r, target, item);
		break;
	case LIST_COUNTRY:
	case LIST_ASN:
		if (item->ip.set)
			look_up_geo(r, target, item);
	}
}

/* Addresses of a host. A look-up of names that fails is no failure of the list. */
static void resolved(void *ctx, enum op_status status, const void *result)
{
	const struct dns_answer *a = result;
	const struct list_question *q = ctx;
	struct list_run *r = q->run;

	for (size_t i = 0; status == OP_OK && i < a->n && i < RESOLVED_MAX; i++) {
		struct list_item item = { .ip = a->v[i].ip };
		char text[IP_TEXT_MAX];

		if (ip_is_exempt(r, &item.ip))
			continue;
		item.value = arena_copy(task_arena(r->t), span_of(ip_text(&item.ip, text)));
		item.label = arena_printf(task_arena(r->t), "%s %.*s", text, SPAN_ARG(q->label));
		look_up_item(r, q->target, &item);
	}
}

static void name_servers(void *ctx, enum op_status status, const void *result)
{
	const struct dns_answer *a = result;
	const struct list_question *q = ctx;

	for (size_t i = 0; status == OP_OK && i < a->n && i < RESOLVED_MAX; i++)
		ask(q->run, a->v[i].name, DNS_A, resolved, q);
}

/* Where addresses are looked up, those of names come first. */
static void resolve_item(struct list_run *r, enum list_target target, const struct list_item *item)
{
	struct list_question q = { r, target, item->value };

	if (item->ip.set || (target != LIST_URL_A && target != LIST_URL_NS))
		look_up_item(r, target, item);
	else if (target == LIST_URL_A)
		ask(r, item->value, DNS_A, resolved, &q);
	else
		ask(r, item->value, DNS_NS, name_servers, &q);
}

/* The whole message. */

/* What nobody should be asked about. Hashes are of single addresses and contents: a domain that is exempt does not cover them. */
static bool is_exempt(const struct list_run *r, enum list_target target, const struct list_item *item)
{
	struct span entry;

	if (!r->use->def->exempt || target == LIST_ATTACHMENT || target == LIST_URL)
		return false;
	if (item->ip.set)
		return ip_is_exempt(r, &item->ip);
	if (!list_has(r->use->lists->exempt, r->use->lists->memory, item->value, &entry))
		return false;
	return target != LIST_EMAIL || span_chr(entry, '@') != SPAN_NPOS;
}

static void look_up(struct list_run *r, enum list_target target)
{
	const struct list_items *items = list_items_of(r->t, target);
	const struct list_def *d = r->use->def;
	size_t n = list_items_chosen(items, d->max);

	for (size_t i = 0; i < n; i++) {
		const struct list_item *item = list_item_choose(items, d->max, i);

		if (!is_exempt(r, target, item))
			resolve_item(r, target, item);
	}
}

static void look_up_all(struct list_run *r)
{
	for (unsigned target = 0; target < LIST_TARGETS; target++) {
		if ((r->use->def->targets & 1u << target) != 0)
			look_up(r, target);
	}
}

static void tested(void *ctx, enum op_status status, const void *result)
{
	struct list_run *r = ctx;

	(void)result;
	if (status == OP_OK && !is_off(r))
		look_up_all(r);
	else
		unavailable(r);
}

/* The first test of the list is under way: its outcome decides. */
static void wait_for_test(struct list_run *r)
{
	struct await *await = task_await(r->t, tested, r);
	struct op *op = list_states_wait(r->states, r->use->def->number, await_done, await);

	if (op != NULL)
		await_bind(await, op);
	else
		await_drop(await);
}

/* Recipients for whom the list counts; false: nobody. */
static bool recipients(struct task *t, const struct lists *l, rcptset *to_r)
{
	const struct envelope *env = &task_tx(t)->env;
	size_t *v, n = 0;

	*to_r = RCPT_ALL;
	if (list_count(l->recipients) == 0 || env->nrcpt == 0)
		return true;
	v = ARENA_ARRAY(task_arena(t), env->nrcpt, size_t);
	for (size_t i = 0; i < env->nrcpt; i++) {
		if (!list_has(l->recipients, l->memory, env->rcpt[i].address, NULL))
			v[n++] = i;
	}
	if (n != 0 && n != env->nrcpt)
		*to_r = task_rcptset(t, v, n);
	return n != 0;
}

static void run(struct task *t, const void *state)
{
	const struct list_use *use = state;
	const struct list_def *d = use->def;
	const struct services *services = task_services(t);
	struct list_run *r;
	rcptset to;

	if (task_tx(t)->dir == DIR_OUTBOUND && !d->outbound)
		return;
	if ((d->source == LIST_ZONE && services->dns == NULL) || !recipients(t, use->lists, &to))
		return;
	r = ARENA_NEW(task_arena(t), struct list_run);
	*r = (struct list_run){ .t = t, .use = use, .states = d->source == LIST_ZONE ? services->lists : NULL, .to = to };
	r->hit = ARENA_ARRAY(task_arena(t), d->nsymbols, bool);
	if (r->states != NULL && list_states_health(r->states, d->number) == LIST_UNTESTED)
		wait_for_test(r);
	else if (is_off(r))
		unavailable(r);
	else
		look_up_all(r);
}

void list_check_make(struct arena *arena, const struct list_use *use, struct check *check_r)
{
	const struct list_def *d = use->def;

	*check_r = (struct check){
		.name = arena_str(arena, arena_printf(arena, "list %s", d->name)), .where = d->where, .stages = STAGE_MESSAGE,
		.symbols = d->symbols, .nsymbols = d->nsymbols, .ctx = use, .run = run,
	};
}
