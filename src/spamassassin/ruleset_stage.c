/* Priorities: which rules run together and after which of them a meta knows all it needs. Without Shortcircuit the order decides nothing, but that captures come first. */
#include <stdlib.h>

#include "base/array.h"
#include "spamassassin/ruleset_private.h"

#define CAPTURE_PRIORITY (-10000)
#define NET_PRIORITY (-100)

struct place {
	int priority;
	unsigned order;
	unsigned rule;
};

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* What a meta of an early priority needs moves there with it. */
static void move_dependencies(struct sa_ruleset *rs)
{
	struct place *v = ARENA_ARRAY(rs->arena, rs->nrules + 1, struct place);
	size_t nmetas = 0;

	for (unsigned i = 0; i < rs->nrules; i++) {
		if (rs->rules[i].meta != NULL)
			v[nmetas++] = (struct place){ .priority = rs->rules[i].cf->priority, .rule = i };
	}
	qsort(v, nmetas, sizeof(*v), compare_places);
	for (size_t i = 0; i < nmetas; i++) {
		struct sa_rule *meta = &rs->rules[v[i].rule];
		int base = meta->cf->priority;
		size_t n = 0;
		const unsigned *uses = expr_uses(meta->meta, &n);

		for (size_t k = 0; k < n; k++) {
			struct cf_rule *r = uses[k] < rs->nrules ? rs->rules[uses[k]].cf : NULL;

			if (r != NULL && r->priority > base)
				r->priority = base < NET_PRIORITY && (r->flags & CF_NET) ? NET_PRIORITY : base;
		}
	}
}

static int priority_of(const struct sa_ruleset *rs, const struct sa_rule *rule)
{
	if (rule->ncaptures != 0)
		return CAPTURE_PRIORITY;
	if (!rs->shortcircuit)
		return 0;
	return rule->cf->priority == 0 && (rule->cf->flags & CF_NET) ? NET_PRIORITY : rule->cf->priority;
}

/* Cuts the sorted rules into stages; an empty one for what comes last. */
static void cut(struct sa_ruleset *rs, const struct place *v, size_t n)
{
	unsigned *rules = ARENA_ARRAY(rs->arena, n + 1, unsigned);
	size_t cap = 0;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || v[i].priority != v[i - 1].priority)
			*ARRAY_ADD(rs->arena, rs->stages, rs->nstages, cap) = (struct sa_stage){ .priority = v[i].priority, .rules = rules + i };
		rules[i] = v[i].rule;
		rs->stages[rs->nstages - 1].nrules++;
		rs->rules[v[i].rule].stage = (unsigned)rs->nstages - 1;
	}
	*ARRAY_ADD(rs->arena, rs->stages, rs->nstages, cap) = (struct sa_stage){ .rules = rules + n };
}

/* The stage after which everything is known that a meta names; what never runs is known at the end. */
static unsigned meta_stage(const struct sa_ruleset *rs, const struct sa_rule *meta)
{
	unsigned stage = 0;
	size_t n = 0;
	const unsigned *uses = expr_uses(meta->meta, &n);

	for (size_t i = 0; i < n; i++) {
		unsigned s;

		if (uses[i] == SA_VALUE_LOCAL(rs))
			continue;
		s = uses[i] < rs->nrules && rs->rules[uses[i]].runs ? rs->rules[uses[i]].stage : (unsigned)rs->nstages - 1;
		if (s > stage)
			stage = s;
	}
	return stage;
}

static void place_metas(struct sa_ruleset *rs)
{
	unsigned *order = ARENA_ARRAY(rs->arena, rs->nrules + 1, unsigned);
	size_t n = sa_metas_order(rs, order);
	unsigned *metas = ARENA_ARRAY(rs->arena, n + 1, unsigned);
	size_t used = 0;

	for (size_t i = 0; i < n; i++)
		rs->rules[order[i]].stage = meta_stage(rs, &rs->rules[order[i]]);
	for (size_t s = 0; s < rs->nstages; s++) {
		rs->stages[s].metas = metas + used;
		for (size_t i = 0; i < n; i++) {
			if (rs->rules[order[i]].stage != s || !rs->rules[order[i]].runs)
				continue;
			metas[used++] = order[i];
			rs->stages[s].nmetas++;
		}
	}
}

void sa_stages_make(struct sa_ruleset *rs)
{
	struct place *v = ARENA_ARRAY(rs->arena, rs->nrules + 1, struct place);
	size_t n = 0;

	move_dependencies(rs);
	for (unsigned i = 0; i < rs->nrules; i++) {
		const struct sa_rule *rule = &rs->rules[i];

		if (rule->runs && rule->order != SA_ORDER_META)
			v[n++] = (struct place){ priority_of(rs, rule), rule->order, i };
	}
	qsort(v, n, sizeof(*v), compare_places);
	cut(rs, v, n);
	place_metas(rs);
}
