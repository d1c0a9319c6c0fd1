#include <assert.h>

#include "base/array.h"
#include "base/clock.h"
#include "scan/engine_private.h"

#define EVIDENCE_MAX 200
#define PERMILLE_MAX 3000

struct scan_shared {
	struct scan_shared *next;
	const void *key;
	void *value;
};

enum task_state { TASK_WAITING, TASK_OPEN, TASK_SETTLED };

struct task {
	struct run *run;
	const struct engine_check *check;
	enum task_state state;
	unsigned pending; /* awaits that are open */
	bool running;     /* inside run() */
};

struct await {
	struct await *next; /* all awaits of the run */
	struct task *task;
	struct op *op;
	op_done *done;
	void *ctx;
	bool open;
};

/* The inside of a scan; "pub" comes first. */
struct run {
	struct scan pub;
	struct task *tasks; /* one per check of the engine */
	struct await *awaits;
	unsigned have; /* needs that this message meets */
	size_t settled;
	struct timer timer; /* the deadline, or the deferred end */
	scan_done *done;
	void *ctx;
	const struct services *services;
};

static struct run *run_of(struct scan *s)
{
	return (struct run *)s;
}

static bool has_html(const struct message *m)
{
	for (size_t i = 0; i < m->nparts; i++) {
		if (m->parts[i].kind == PART_HTML)
			return true;
	}
	return false;
}

static unsigned needs_met(const struct scan *s)
{
	const struct transaction *tx = s->tx;
	const struct message *m = s->msg;
	unsigned have = 0;

	have |= tx->client.ip.set ? NEED_CLIENT : 0;
	have |= tx->env.nrcpt != 0 ? NEED_RCPT : 0;
	have |= tx->dir == DIR_INBOUND ? NEED_INBOUND : 0;
	if (m != NULL) {
		have |= m->nlinks != 0 ? NEED_LINKS : 0;
		have |= m->nattachments != 0 ? NEED_ATTACHMENTS : 0;
		have |= m->text.len != 0 ? NEED_TEXT : 0;
		have |= has_html(m) ? NEED_HTML : 0;
	}
	return have;
}

static bool may_run(const struct run *r, const struct task *t)
{
	for (size_t i = 0; i < t->check->nafter; i++) {
		if (r->tasks[t->check->after[i]].state != TASK_SETTLED)
			return false;
	}
	return true;
}

static void settle_if_done(struct run *r, struct task *t)
{
	if (t->running || t->pending != 0 || t->state != TASK_OPEN)
		return;
	t->state = TASK_SETTLED;
	r->settled++;
}

static void task_start(struct run *r, struct task *t)
{
	const struct check *c = t->check->check;

	t->state = TASK_OPEN;
	if ((c->stages & r->pub.stage) != 0 && (c->needs & ~r->have) == 0) {
		t->running = true;
		c->run(t, t->check->state);
		t->running = false;
	}
	settle_if_done(r, t);
}

/* Starts everything whose dependencies are settled; the order makes one pass enough as long as nothing waits. */
static void run_ready(struct run *r)
{
	const struct engine *e = r->pub.engine;

	for (size_t i = 0; i < e->norder; i++) {
		struct task *t = &r->tasks[e->order[i]];

		if (t->state == TASK_WAITING && may_run(r, t))
			task_start(r, t);
	}
}

static bool finished(const struct run *r)
{
	return r->settled == r->pub.engine->nchecks;
}

static void end_now(void *ctx)
{
	struct run *r = ctx;

	timer_stop(&r->timer);
	r->done(r->ctx, &r->pub);
}

/* From here to work_off() this message is to blame when the process dies. */
static void work_on(struct run *r)
{
	const struct work_hooks *w = &r->services->work;

	if (w->resume != NULL)
		w->resume(w->ctx, r->pub.tx->mark, r->pub.tx->id);
}

static void work_off(struct run *r)
{
	if (r->services->work.end != NULL)
		r->services->work.end(r->services->work.ctx);
}

/* Cancels what is open and tells its owners; they may add hits, but nothing new is waited for. */
static void expire(void *ctx)
{
	struct run *r = ctx;

	if (finished(r)) {
		end_now(r);
		return;
	}
	r->pub.late = true;
	work_on(r);
	for (struct await *a = r->awaits; a != NULL; a = a->next) {
		if (!a->open)
			continue;
		a->open = false;
		op_cancel(&a->op);
		a->done(a->ctx, OP_DEADLINE, NULL);
		a->task->pending--;
		settle_if_done(r, a->task);
	}
	run_ready(r); /* what came after them sees what there is; it cannot wait any more */
	work_off(r);
	end_now(r);
}

static void run_init(struct run *r, const struct engine *e, const struct transaction *tx, enum stage stage)
{
	struct scan *s = &r->pub;

	s->engine = e;
	s->arena = tx->arena;
	s->tx = tx;
	s->stage = stage;
	s->hits.symbols = &e->symbols;
	s->hits.sets = ARENA_NEW(tx->arena, struct rcptsets);
	rcptsets_init(s->hits.sets, tx->arena, tx->env.nrcpt != 0 ? tx->env.nrcpt : 1);
	r->tasks = ARENA_ARRAY(tx->arena, e->nchecks + 1, struct task);
	for (size_t i = 0; i < e->nchecks; i++) {
		r->tasks[i].run = r;
		r->tasks[i].check = &e->checks[i];
	}
}

struct scan *scan_start(const struct engine *e, const struct services *services, const struct transaction *tx, enum stage stage, int64_t deadline_us, scan_done *done, void *ctx)
{
	struct run *r = ARENA_NEW(tx->arena, struct run);
	int64_t begin = clock_mono_us(), parsed = begin;

	run_init(r, e, tx, stage);
	r->done = done;
	r->ctx = ctx;
	timer_init(&r->timer, services->loop, expire, r);
	r->services = services;
	if (stage == STAGE_MESSAGE) {
		r->pub.msg = message_parse(tx->arena, tx->raw, &message_limits_default, e->urls);
		parsed = clock_mono_us();
		r->pub.parse_us = parsed - begin;
	}
	r->have = needs_met(&r->pub);
	run_ready(r);
	r->pub.checks_us = clock_mono_us() - parsed;
	timer_set(&r->timer, finished(r) ? 0 : deadline_us);
	return &r->pub;
}

void scan_cancel(struct scan **scan_r)
{
	struct run *r;

	if (*scan_r == NULL)
		return;
	r = run_of(*scan_r);
	*scan_r = NULL;
	timer_stop(&r->timer);
	for (struct await *a = r->awaits; a != NULL; a = a->next) {
		if (a->open)
			op_cancel(&a->op);
		a->open = false;
	}
}

struct await *task_await(struct task *t, op_done *done, void *ctx)
{
	struct await *a = ARENA_NEW(t->run->pub.arena, struct await);

	a->task = t;
	a->done = done;
	a->ctx = ctx;
	if (t->run->pub.late)
		return a; /* closed from the start: what is bound to it is cancelled */
	a->open = true;
	a->next = t->run->awaits;
	t->run->awaits = a;
	t->pending++;
	return a;
}

void await_bind(struct await *a, struct op *op)
{
	assert(a->op == NULL);
	if (!a->open) {
		op_cancel(&op);
		return;
	}
	a->op = op;
}

void await_drop(struct await *a)
{
	assert(a->op == NULL);
	if (a->open)
		a->task->pending--;
	a->open = false;
}

void await_done(void *ctx, enum op_status status, const void *result)
{
	struct await *a = ctx;
	struct run *r = a->task->run;

	assert(a->open);
	a->open = false;
	a->op = NULL;
	work_on(r);
	a->done(a->ctx, status, result);
	a->task->pending--;
	settle_if_done(r, a->task);
	run_ready(r);
	if (finished(r))
		timer_set(&r->timer, 0);
	work_off(r);
}

const struct scan *task_scan(const struct task *t)
{
	return &t->run->pub;
}

const struct transaction *task_tx(const struct task *t)
{
	return t->run->pub.tx;
}

const struct message *task_msg(const struct task *t)
{
	return t->run->pub.msg;
}

struct arena *task_arena(struct task *t)
{
	return t->run->pub.arena;
}

const struct services *task_services(const struct task *t)
{
	return t->run->services;
}

const struct url_context *task_urls(const struct task *t)
{
	return t->run->pub.engine->urls;
}

void **task_shared(struct task *t, const void *key)
{
	struct scan *s = &t->run->pub;
	struct scan_shared *sh;

	for (sh = s->shared; sh != NULL; sh = sh->next) {
		if (sh->key == key)
			return &sh->value;
	}
	sh = ARENA_NEW(s->arena, struct scan_shared);
	sh->key = key;
	sh->next = s->shared;
	s->shared = sh;
	return &sh->value;
}

void *scan_shared(const struct scan *s, const void *key)
{
	for (const struct scan_shared *sh = s->shared; sh != NULL; sh = sh->next) {
		if (sh->key == key)
			return sh->value;
	}
	return NULL;
}

void hit_add(struct task *t, unsigned sym, struct span evidence)
{
	hit_add_to(t, sym, 1000, RCPT_ALL, evidence);
}

static void add(struct scan *s, unsigned global, int32_t permille, rcptset to, struct span evidence)
{
	struct hit *h;

	for (size_t i = 0; i < s->hits.n; i++) {
		h = &s->hits.v[i];
		if (h->sym == global && h->to == to) {
			h->permille = h->permille + permille > PERMILLE_MAX ? PERMILLE_MAX : h->permille + permille;
			return;
		}
	}
	h = ARRAY_ADD(s->arena, s->hits.v, s->hits.n, s->hits.cap);
	h->sym = (uint16_t)global;
	h->to = to;
	h->permille = permille > PERMILLE_MAX ? PERMILLE_MAX : permille;
	h->evidence = arena_copy(s->arena, span_sub(evidence, 0, EVIDENCE_MAX));
}

void hit_add_to(struct task *t, unsigned sym, int32_t permille, rcptset to, struct span evidence)
{
	assert(sym < t->check->check->nsymbols);
	add(&t->run->pub, t->check->first_symbol + sym, permille, to, evidence);
}

void hit_add_symbol(struct task *t, int symbol, struct span evidence)
{
	assert(symbol >= 0 && (size_t)symbol < t->run->pub.hits.symbols->n);
	add(&t->run->pub, (unsigned)symbol, 1000, RCPT_ALL, evidence);
}

rcptset task_rcptset(struct task *t, const size_t *rcpt, size_t n)
{
	return rcptset_make(t->run->pub.hits.sets, rcpt, n);
}

bool task_has_hit(const struct task *t, int symbol)
{
	const struct hits *hits = &t->run->pub.hits;

	for (size_t i = 0; i < hits->n; i++) {
		if (hits->v[i].sym == symbol)
			return true;
	}
	return false;
}

void edit_add(struct task *t, const struct edit *edit)
{
	struct scan *s = &t->run->pub;
	struct edit *e = ARRAY_ADD(s->arena, s->edits.v, s->edits.n, s->edits.cap);

	*e = *edit;
	e->name = arena_copy(s->arena, edit->name);
	e->value = arena_copy(s->arena, edit->value);
}
