#include "rules/meta.h"

#include "base/array.h"
#include "rules/expr.h"
#include "rules/rule_time.h"
#include "scan/engine.h"

#define EVIDENCE_MAX 200

struct meta {
	const struct rule_def *def;
	struct expr *expr;
	unsigned symbol;      /* of the check; not of parts */
	unsigned mark;        /* ordering: 0 new, 1 open, 2 done */
};

/* A name that expressions use. */
struct meta_name {
	struct span name;
	const struct rule_def *first; /* the rule that uses it, for errors */
};

struct meta_rules {
	struct arena *arena;
	const struct view_plan *plan;
	struct meta *v;
	size_t n, cap;
	struct meta **order;
	size_t norder;
	struct meta_name *names;
	size_t nnames, cap_names;
	struct map by_name;   /* of rules: index + 1 */
	struct map numbers;   /* of names: index + 1 */
	struct map ignored;
	struct symbol *symbols;
	struct check check;
};

/* Making. */

struct meta_rules *meta_rules_new(struct arena *arena, const struct view_plan *plan)
{
	struct meta_rules *m = ARENA_NEW(arena, struct meta_rules);

	m->arena = arena;
	m->plan = plan;
	map_init(&m->by_name, arena, false);
	map_init(&m->numbers, arena, false);
	map_init(&m->ignored, arena, false);
	return m;
}

size_t meta_rules_count(const struct meta_rules *m)
{
	return m->n;
}

static void put_number(struct map *map, struct span name, size_t number)
{
	map_put(map, name, (void *)(number + 1)); /* NOLINT(performance-no-int-to-ptr): a number in the map's pointer */
}

static int get_number(const struct map *map, struct span name)
{
	return (int)(uintptr_t)map_get(map, name) - 1;
}

static int name_number(void *ctx, struct span name)
{
	struct meta_rules *m = ctx;
	int known = get_number(&m->numbers, name);
	struct meta_name *n;

	if (known >= 0)
		return known;
	n = ARRAY_ADD(m->arena, m->names, m->nnames, m->cap_names);
	n->name = arena_copy(m->arena, name);
	n->first = m->v[m->n - 1].def;
	put_number(&m->numbers, n->name, m->nnames - 1);
	return (int)m->nnames - 1;
}

bool meta_rules_add(struct meta_rules *m, const struct rule_def *def, struct err *err_r)
{
	struct meta *meta = ARRAY_ADD(m->arena, m->v, m->n, m->cap);

	meta->def = def;
	meta->expr = expr_new(m->arena, def->meta, name_number, m, err_r);
	if (meta->expr == NULL)
		return err_prefix(err_r, "%s: 'meta' in rule \"%s\"", def->where, def->symbol.name);
	put_number(&m->by_name, span_of(def->symbol.name), m->n - 1);
	return true;
}

void meta_rules_ignore(struct meta_rules *m, struct span name)
{
	put_number(&m->ignored, arena_copy(m->arena, name), 0);
}

/* Depth first: what a rule depends on comes before it. Expressions of a rule set may be chained deeply, so that this is a loop with a stack of its own. */
struct visit {
	struct meta *meta;
	size_t next; /* of what it uses */
};

static bool circle(struct meta_rules *m, const struct visit *stack, size_t n, const struct meta *to, struct err *err_r)
{
	struct buf b = BUF_INIT(m->arena);
	size_t from = 0;

	while (from < n && stack[from].meta != to)
		from++;
	for (size_t i = from; i < n; i++)
		buf_printf(&b, "%s > ", stack[i].meta->def->symbol.name);
	return err_set(err_r, "%s: 'meta' in rule \"%s\": it depends on itself: %.*s%s", to->def->where, to->def->symbol.name, SPAN_ARG(span_sub(buf_span(&b), 0, 120)),
		       to->def->symbol.name);
}

static struct meta *meta_named(const struct meta_rules *m, unsigned name)
{
	int i = get_number(&m->by_name, m->names[name].name);

	return i < 0 ? NULL : &m->v[i];
}

static bool visit(struct meta_rules *m, struct visit *stack, struct meta *first, struct err *err_r)
{
	size_t n = 0, nuses;

	stack[n++] = (struct visit){ first, 0 };
	first->mark = 1;
	while (n != 0) {
		struct visit *top = &stack[n - 1];
		const unsigned *uses = expr_uses(top->meta->expr, &nuses);
		struct meta *next;

		if (top->next == nuses) {
			top->meta->mark = 2;
			m->order[m->norder++] = top->meta;
			n--;
			continue;
		}
		next = meta_named(m, uses[top->next++]);
		if (next != NULL && next->mark == 1)
			return circle(m, stack, n, next, err_r);
		if (next != NULL && next->mark == 0) {
			next->mark = 1;
			stack[n++] = (struct visit){ next, 0 };
		}
	}
	return true;
}

static void make_symbols(struct meta_rules *m)
{
	size_t n = 0;

	m->symbols = ARENA_ARRAY(m->arena, m->n + 1, struct symbol);
	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].def->part)
			continue;
		m->v[i].symbol = (unsigned)n;
		m->symbols[n++] = m->v[i].def->symbol;
	}
	m->check.symbols = m->symbols;
	m->check.nsymbols = n;
}

bool meta_rules_done(struct meta_rules *m, struct err *err_r)
{
	struct visit *stack = ARENA_ARRAY(m->arena, m->n + 1, struct visit);

	m->order = ARENA_ARRAY(m->arena, m->n + 1, struct meta *);
	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].mark == 0 && !visit(m, stack, &m->v[i], err_r))
			return false;
	}
	make_symbols(m);
	return true;
}

/* For one engine: where the values of names come from. */

enum name_kind { NAME_RULE, NAME_SYMBOL, NAME_NOTHING };

struct name_place {
	enum name_kind kind;
	unsigned number;     /* of the rule; of the tally */
};

struct meta_state {
	const struct meta_rules *rules;
	struct name_place *places; /* by name */
	uint16_t *tally_of;        /* by global symbol: number of the tally + 1; 0: nobody asks */
	size_t ntallies;
};

static bool unknown(const struct engine *e, const struct meta_name *n, struct err *err_r)
{
	const char *near = symbol_nearest(engine_symbols(e), n->name);

	err_set(err_r, "unknown symbol '%.*s'", SPAN_ARG(span_sub(n->name, 0, RULE_NAME_MAX)));
	if (near != NULL)
		err_set(err_r, "unknown symbol '%.*s' (did you mean '%s'?)", SPAN_ARG(span_sub(n->name, 0, RULE_NAME_MAX)), near);
	return err_prefix(err_r, "%s: 'meta' in rule \"%s\"", n->first->where, n->first->symbol.name);
}

static bool place_of(const struct engine *e, struct meta_state *s, const struct meta_name *n, struct name_place *place_r, struct err *err_r)
{
	int rule = view_plan_find_rule(s->rules->plan, n->name), symbol;

	if (rule >= 0) {
		*place_r = (struct name_place){ NAME_RULE, (unsigned)rule };
		return true;
	}
	symbol = engine_symbol(e, arena_str(s->rules->arena, n->name));
	if (symbol >= 0) {
		if (s->tally_of[symbol] == 0)
			s->tally_of[symbol] = (uint16_t)++s->ntallies;
		*place_r = (struct name_place){ NAME_SYMBOL, s->tally_of[symbol] - 1u };
		return true;
	}
	*place_r = (struct name_place){ NAME_NOTHING, 0 };
	return map_get(&s->rules->ignored, n->name) != NULL || unknown(e, n, err_r);
}

static bool init(const struct engine *e, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	const struct meta_rules *m = cfg;
	struct meta_state *s = ARENA_NEW(arena, struct meta_state);

	s->rules = m;
	s->places = ARENA_ARRAY(arena, m->nnames + 1, struct name_place);
	s->tally_of = ARENA_ARRAY(arena, engine_symbols(e)->n + 1, uint16_t);
	for (size_t i = 0; i < m->nnames; i++) {
		if (!place_of(e, s, &m->names[i], &s->places[i], err_r))
			return false;
	}
	*state_r = s;
	return true;
}

/* Running. */

struct tally {
	double count;        /* of hits for everybody */
	uint32_t first;      /* hit for some recipients + 1; the rest of the chain is in "next" */
};

struct meta_run {
	const struct meta_state *state;
	struct rule_view *view;
	const struct hits *hits;
	struct tally *tallies;
	uint32_t *next;      /* by hit: the next one of the same symbol for some recipients */
	size_t rcpt;         /* the one that is evaluated; SIZE_MAX: everybody */
	bool scoped;         /* a value depended on the recipient */
};

static double hit_count(const struct hit *h)
{
	return h->permille < 1000 ? 1 : h->permille / 1000.0;
}

static void tally_hits(struct meta_run *r, struct arena *arena)
{
	r->tallies = ARENA_ARRAY(arena, r->state->ntallies + 1, struct tally);
	r->next = ARENA_ARRAY(arena, r->hits->n + 1, uint32_t);
	for (size_t i = 0; i < r->hits->n; i++) {
		const struct hit *h = &r->hits->v[i];
		unsigned number = r->state->tally_of[h->sym];

		if (number == 0)
			continue;
		if (h->to == RCPT_ALL) {
			r->tallies[number - 1].count += hit_count(h);
			continue;
		}
		r->next[i] = r->tallies[number - 1].first;
		r->tallies[number - 1].first = (uint32_t)i + 1;
	}
}

static bool for_rcpt(struct meta_run *r, rcptset to)
{
	if (to == RCPT_ALL)
		return true;
	r->scoped = true;
	return r->rcpt != SIZE_MAX && rcptset_has(r->hits->sets, to, r->rcpt);
}

static double symbol_value(struct meta_run *r, unsigned tally)
{
	double count = r->tallies[tally].count;

	for (uint32_t i = r->tallies[tally].first; i != 0; i = r->next[i - 1]) {
		if (for_rcpt(r, r->hits->v[i - 1].to))
			count += hit_count(&r->hits->v[i - 1]);
	}
	return count;
}

static double value(void *ctx, unsigned name)
{
	struct meta_run *r = ctx;
	const struct name_place *p = &r->state->places[name];

	switch (p->kind) {
	case NAME_RULE:
		if (view_count(r->view, p->number) == 0 || !for_rcpt(r, r->view->to[p->number]))
			return 0;
		return view_count(r->view, p->number);
	case NAME_SYMBOL:
		return symbol_value(r, p->number);
	default:
		return 0;
	}
}

/* The names that hit. */
static struct span evidence(struct meta_run *r, const struct meta *meta)
{
	struct buf b = { .arena = r->view->arena, .max = EVIDENCE_MAX };
	size_t n;
	const unsigned *uses = expr_uses(meta->expr, &n);

	for (size_t i = 0; i < n; i++) {
		if (value(r, uses[i]) == 0)
			continue;
		if (b.len != 0)
			buf_str(&b, ", ");
		buf_add(&b, r->state->rules->names[uses[i]].name);
	}
	return buf_span(&b);
}

static void add_hit(struct meta_run *r, const struct meta *meta, struct task *t, rcptset to)
{
	view_count_add(r->view, meta->def->number, 1, to);
	if (!meta->def->part)
		hit_add_to(t, meta->symbol, 1000, to, evidence(r, meta));
}

/* Some of what it asks for is for some recipients only. */
static void run_by_rcpt(struct meta_run *r, const struct meta *meta, struct task *t, rcptset scope)
{
	size_t n = 0, *rcpt = ARENA_ARRAY(r->view->arena, r->view->tx->env.nrcpt + 1, size_t);

	for (size_t i = 0; i < r->view->tx->env.nrcpt; i++) {
		r->rcpt = i;
		if (rcptset_has(r->hits->sets, scope, i) && expr_eval(meta->expr, value, r) != 0)
			rcpt[n++] = i;
	}
	if (n != 0) {
		r->rcpt = rcpt[0];
		add_hit(r, meta, t, task_rcptset(t, rcpt, n));
	}
	r->rcpt = SIZE_MAX;
}

static bool run_meta(struct meta_run *r, const struct meta *meta, struct task *t)
{
	rcptset to;
	double v;

	view_begin(r->view, meta->def->symbol.name);
	if (!scope_rcptset(&meta->def->scope, r->view, t, &to))
		return false;
	r->scoped = false;
	v = expr_eval(meta->expr, value, r);
	if (r->scoped)
		run_by_rcpt(r, meta, t, to);
	else if (v != 0)
		add_hit(r, meta, t, to);
	return v != 0;
}

static void run(struct task *t, const void *state)
{
	const struct meta_state *s = state;
	struct meta_run r = { .state = s, .view = rule_view_of(t, s->rules->plan), .hits = &task_scan(t)->hits, .rcpt = SIZE_MAX };

	tally_hits(&r, task_arena(t));
	for (size_t i = 0; i < s->rules->norder; i++) {
		const struct meta *meta = s->rules->order[i];
		int64_t begin = rule_time_begin(meta->def);
		bool hit = run_meta(&r, meta, t);

		rule_time_end(meta->def, begin, hit);
	}
}

const struct check *meta_rules_check(struct meta_rules *m)
{
	m->check.name = "meta";
	m->check.stages = STAGE_MESSAGE;
	m->check.last = true;
	m->check.ctx = m;
	m->check.init = init;
	m->check.run = run;
	return &m->check;
}
