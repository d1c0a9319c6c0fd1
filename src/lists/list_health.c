#include "lists/list_health.h"

#include <stdio.h>
#include <stdlib.h>

#include "io/log.h"
#include "lists/list_name.h"

#define RETRY_FIRST_US 60000000LL
#define RETRY_MAX_US 3600000000LL
#define SECOND_LOOK_US 30000000LL
#define WHY_MAX 160

struct state;

/* One question of a test. */
struct probe {
	struct state *state;
	struct op *op;
	bool open, answered; /* answered: somebody knew, also that there is nothing */
	bool found;
	enum list_answer answer;
	const char *text;
};

/* One of our own addresses at one list. */
struct own {
	struct state *state;
	struct ip ip;
	struct op *op;
	bool listed;
};

struct waiter {
	struct op op; /* first */
	struct waiter *next, **at;
	op_done *done;
	void *ctx;
};

struct state {
	struct list_states *states;
	const struct list_def *def;
	enum list_health health;
	char why[WHY_MAX];
	struct probe listed, unlisted;
	struct timer timer;      /* the next test */
	int64_t retry_us;
	unsigned lost;           /* tests without answer in a row */
	struct waiter *waiters;
	struct own *own;
	size_t nown;
	struct list_counters counters;
};

struct list_states {
	struct loop *loop;
	struct dns *dns;
	const struct lists *lists;
	bool announce;
	unsigned own_listed;
	struct state *v;
	size_t n;
};

const char *list_health_name(enum list_health h)
{
	static const char *const names[] = {
		[LIST_UNTESTED] = "untested", [LIST_WORKS] = "works", [LIST_DEAD] = "dead", [LIST_WORLD] = "lists everything", [LIST_REFUSES] = "refuses", [LIST_ASTRAY] = "astray",
	};

	return names[h];
}

/* Changes. */

static const char *advice(enum list_health h)
{
	switch (h) {
	case LIST_DEAD:
		return "the list may be closed, or the resolver cannot reach it";
	case LIST_REFUSES:
		return "ask through a resolver of your own that asks the lists directly, or get a key (docs/lists.md)";
	case LIST_ASTRAY:
		return "the list's domain may have changed hands, or the resolver answers for names that do not exist";
	default:
		return "the list was closed in this way, or the resolver lies; take it out of lists.enable if it stays so";
	}
}

static void tell(const struct state *s)
{
	bool works = s->health == LIST_WORKS;
	struct log_line l;

	log_begin(&l, !s->states->announce ? LOG_LEVEL_DEBUG : works ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, works ? "list works again" : "list switched off");
	log_cstr(&l, "list", s->def->name);
	if (s->def->key == NULL) /* a key in the zone is a secret */
		log_str(&l, "zone", s->def->zone);
	if (!works) {
		log_cstr(&l, "state", list_health_name(s->health));
		log_cstr(&l, "why", s->why);
		log_cstr(&l, "advice", advice(s->health));
		log_int(&l, "again_in_s", s->retry_us / 1000000);
	}
	log_end(&l);
}

/* Everybody who waited for the first test. */
static void wake(struct state *s)
{
	while (s->waiters != NULL) {
		struct waiter *w = s->waiters;
		op_done *done = w->done;
		void *ctx = w->ctx;

		s->waiters = w->next;
		if (w->next != NULL)
			w->next->at = &s->waiters;
		free(w);
		done(ctx, OP_OK, NULL);
	}
}

static void change(struct state *s, enum list_health health, const char *why)
{
	enum list_health was = s->health;

	s->health = health;
	s->lost = 0;
	snprintf(s->why, sizeof(s->why), "%s", why);
	/* The pauses shrink only for a list that stayed well: one that refuses under load alone would else come and go every minute. */
	if (health == LIST_WORKS)
		s->retry_us = was == LIST_WORKS ? 0 : s->retry_us;
	else
		s->retry_us = s->retry_us == 0 ? RETRY_FIRST_US : s->retry_us * 2 < RETRY_MAX_US ? s->retry_us * 2 : RETRY_MAX_US;
	timer_set(&s->timer, health == LIST_WORKS ? s->states->lists->set->test_every_us : s->retry_us);
	if (was != health && !(was == LIST_UNTESTED && health == LIST_WORKS))
		tell(s);
	wake(s);
}

/* Our own addresses. */

static void tell_own(const struct own *o, const char *symbol)
{
	char text[IP_TEXT_MAX];
	struct log_line l;

	log_begin(&l, o->listed ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, o->listed ? "own address is listed" : "own address is not listed any more");
	log_cstr(&l, "ip", ip_text(&o->ip, text));
	log_cstr(&l, "list", o->state->def->name);
	if (symbol != NULL)
		log_cstr(&l, "symbol", symbol);
	log_cstr(&l, "site", o->state->def->site != NULL ? o->state->def->site : "");
	log_end(&l);
}

/* The first symbol against the client that the answer means; NULL: none. */
static const char *blame(const struct list_def *d, const struct dns_answer *a)
{
	for (size_t i = 0; i < a->n; i++) {
		for (size_t c = 0; c < d->ncodes; c++) {
			const struct list_code *code = &d->codes[c];

			if ((code->targets & 1u << LIST_CLIENT) != 0 && code->symbol != LIST_SYMBOL_NONE && d->symbols[code->symbol].score > 0 &&
			    list_code_covers(code, a->v[i].ip.b + 12))
				return d->symbols[code->symbol].name;
		}
	}
	return NULL;
}

static void own_answered(void *ctx, enum op_status status, const void *result)
{
	const struct dns_answer *a = result;
	struct own *o = ctx;
	const char *text, *symbol = NULL;
	bool listed;

	o->op = NULL;
	if (status != OP_OK || o->state->health != LIST_WORKS)
		return;
	if (list_answer_judge(o->state->def, a, &text) == LIST_LISTED)
		symbol = blame(o->state->def, a);
	listed = symbol != NULL;
	if (listed == o->listed)
		return;
	o->listed = listed;
	o->state->states->own_listed += listed ? 1u : (unsigned)-1;
	tell_own(o, symbol);
}

static void ask_own(struct state *s)
{
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < s->nown; i++) {
		struct span name = list_name_ip(arena, s->def, &s->own[i].ip);

		if (name.len != 0 && s->own[i].op == NULL)
			s->own[i].op = dns_query(s->states->dns, name, DNS_A, s->states->lists->set->timeout_us, own_answered, &s->own[i]);
	}
	arena_free(&arena);
}

/* The test. */

static void judge(struct state *s)
{
	const struct probe *listed = &s->listed, *unlisted = &s->unlisted;
	bool has_listed = s->def->listed.len != 0, has_unlisted = s->def->unlisted.len != 0;

	if (listed->answer == LIST_REFUSED || unlisted->answer == LIST_REFUSED) {
		change(s, LIST_REFUSES, listed->text != NULL ? listed->text : unlisted->text);
	} else if (listed->answer == LIST_NONSENSE || unlisted->answer == LIST_NONSENSE) {
		change(s, LIST_ASTRAY, "it answers with an address outside of 127.0.0.0/8");
	} else if (unlisted->found) {
		change(s, LIST_WORLD, "a name that is never listed is listed");
	} else if ((has_listed && !listed->answered) || (!has_listed && has_unlisted && !unlisted->answered)) {
		/* A lost answer of a list that worked is no death. */
		if (s->health == LIST_WORKS && s->lost++ == 0)
			timer_set(&s->timer, SECOND_LOOK_US);
		else
			change(s, LIST_DEAD, "no answer");
	} else if (has_listed && !listed->found) {
		change(s, LIST_DEAD, "its test point is not listed");
	} else {
		change(s, LIST_WORKS, "");
		if (s->states->announce)
			ask_own(s);
	}
}

static void probe_answered(void *ctx, enum op_status status, const void *result)
{
	const struct dns_answer *a = result;
	struct probe *p = ctx;
	struct state *s = p->state;

	p->op = NULL;
	p->open = false;
	p->answered = status == OP_OK;
	if (status == OP_OK) {
		p->found = a->result == DNS_FOUND;
		p->answer = list_answer_judge(s->def, a, &p->text);
	}
	if (!s->listed.open && !s->unlisted.open)
		judge(s);
}

static void ask(struct state *s, struct probe *p, struct span point)
{
	struct arena *arena = arena_new(0);
	struct span name = point.len != 0 ? list_name_test(arena, s->def, point) : SPAN_NONE;

	*p = (struct probe){ .state = s };
	if (name.len != 0)
		p->op = dns_query(s->states->dns, name, DNS_A, s->states->lists->set->timeout_us, probe_answered, p);
	p->open = p->op != NULL;
	arena_free(&arena);
}

static void test(void *ctx)
{
	struct state *s = ctx;

	if (s->listed.open || s->unlisted.open)
		return;
	ask(s, &s->listed, s->def->listed);
	ask(s, &s->unlisted, s->def->unlisted);
	if (!s->listed.open && !s->unlisted.open)
		judge(s); /* no test points; or no resolver */
}

/* What others ask. */

enum list_health list_states_health(const struct list_states *states, unsigned number)
{
	return states->v[number].health;
}

const char *list_states_why(const struct list_states *states, unsigned number)
{
	return states->v[number].why;
}

struct list_counters *list_states_counters(struct list_states *states, unsigned number)
{
	return &states->v[number].counters;
}

unsigned list_states_own_listed(const struct list_states *states)
{
	return states->own_listed;
}

void list_states_off(struct list_states *states, unsigned number, enum list_health health, const char *why)
{
	if (states->v[number].health == LIST_WORKS)
		change(&states->v[number], health, why);
}

void list_states_test(struct list_states *states, unsigned number)
{
	timer_set(&states->v[number].timer, 0);
}

static void cancel_waiter(struct op *op)
{
	struct waiter *w = (struct waiter *)op;

	*w->at = w->next;
	if (w->next != NULL)
		w->next->at = w->at;
	free(w);
}

struct op *list_states_wait(struct list_states *states, unsigned number, op_done *done, void *ctx)
{
	struct state *s = &states->v[number];
	struct waiter *w;

	if (s->health != LIST_UNTESTED)
		return NULL;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		abort();
	*w = (struct waiter){ .op = { cancel_waiter }, .next = s->waiters, .at = &s->waiters, .done = done, .ctx = ctx };
	if (w->next != NULL)
		w->next->at = &w->next;
	s->waiters = w;
	return &w->op;
}

/* Begin and end. */

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n != 0 ? n : 1, size);

	if (p == NULL)
		abort();
	return p;
}

static void init(struct list_states *states, struct state *s, const struct list_def *d)
{
	const struct span_list *watch = &states->lists->set->watch;

	s->states = states;
	s->def = d;
	timer_init(&s->timer, states->loop, test, s);
	if (d->source != LIST_ZONE) {
		s->health = LIST_WORKS;
		return;
	}
	timer_set(&s->timer, 0);
	if ((d->targets & 1u << LIST_CLIENT) == 0 || !states->announce)
		return;
	s->own = zeroed(watch->n, sizeof(*s->own));
	for (size_t i = 0; i < watch->n; i++) {
		s->own[s->nown].state = s;
		if (ip_parse(watch->v[i], &s->own[s->nown].ip))
			s->nown++;
	}
}

struct list_states *list_states_new(struct loop *loop, struct dns *dns, const struct lists *lists, bool announce)
{
	struct list_states *states = zeroed(1, sizeof(*states));

	*states = (struct list_states){ .loop = loop, .dns = dns, .lists = lists, .announce = announce, .n = lists->n };
	states->v = zeroed(lists->n, sizeof(*states->v));
	for (size_t i = 0; i < lists->n; i++)
		init(states, &states->v[i], lists->v[i]);
	return states;
}

void list_states_free(struct list_states **states_r)
{
	struct list_states *states = *states_r;

	*states_r = NULL;
	if (states == NULL)
		return;
	for (size_t i = 0; i < states->n; i++) {
		struct state *s = &states->v[i];

		timer_stop(&s->timer);
		op_cancel(&s->listed.op);
		op_cancel(&s->unlisted.op);
		for (size_t o = 0; o < s->nown; o++)
			op_cancel(&s->own[o].op);
		for (struct waiter *w = s->waiters, *next; w != NULL; w = next) {
			next = w->next;
			free(w);
		}
		free(s->own);
	}
	free(states->v);
	free(states);
}
