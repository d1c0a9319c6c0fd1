#include "scan/verdict.h"

/* An evidence group counts as a kind of evidence from one point on. */
#define KIND_MIN 1000

static const char *const reason_names[WHY_N] = {
	[WHY_SCORE] = "score",       [WHY_FORCED] = "forced", [WHY_ONE_KIND] = "one_kind_of_evidence",
	[WHY_ROLE] = "role_address", [WHY_OUTBOUND] = "outbound", [WHY_RELAY] = "relayed",
	[WHY_MIXED] = "mixed",       [WHY_NOT_ENFORCED] = "not_enforced",
};

const char *verdict_reason_name(enum verdict_reason why)
{
	return reason_names[why];
}

static score_t clamp(int64_t v, int64_t limit)
{
	if (v > limit)
		v = limit;
	return (score_t)(v < -limit ? -limit : v);
}

void score_make(const struct hits *hits, const struct profile *p, size_t rcpt, struct score *s)
{
	int64_t sum[SYMBOL_GROUPS_MAX] = { 0 }, total = 0;
	const struct symbol_table *t = hits->symbols;

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < hits->n; i++) {
		const struct hit *h = &hits->v[i];

		if (!rcptset_has(hits->sets, h->to, rcpt))
			continue;
		sum[t->group_of[h->sym]] += (int64_t)p->weights[h->sym] * h->permille / 1000;
		if (p->force[h->sym] > s->force) {
			s->force = (enum action)p->force[h->sym];
			s->forced_by = h->sym;
		}
		if (t->v[h->sym]->force == ACTION_REJECT && !s->refuses) {
			s->refuses = true;
			s->refused_by = h->sym;
		}
	}
	for (size_t g = 0; g < t->ngroups; g++) {
		s->group[g] = clamp(sum[g], t->groups[g].cap != 0 ? t->groups[g].cap : 1000000000);
		s->kinds += t->groups[g].evidence && s->group[g] >= KIND_MIN;
		total += s->group[g];
	}
	s->total = clamp(total, 1000000000);
}

/* The action with the highest threshold reached; of equal thresholds the more severe. Actions in "without" (bits) do not count. */
static enum action action_by_score(const struct profile *p, score_t total, unsigned without)
{
	enum action best = ACTION_NONE;

	for (int a = ACTION_TAG; a < ACTION_N; a++) {
		if (p->at[a] == SCORE_OFF || p->at[a] > total || (without >> a & 1) != 0)
			continue;
		if (best == ACTION_NONE || p->at[a] >= p->at[best])
			best = (enum action)a;
	}
	return best;
}

static score_t lowest_threshold(const struct profile *p)
{
	score_t low = SCORE_OFF;

	for (int a = ACTION_TAG; a < ACTION_N; a++) {
		if (p->at[a] < low)
			low = p->at[a];
	}
	return low;
}

#define BIT(action) (1u << (action))

/* What the score gives when it may not refuse (or drop): the next action by threshold, at least junk. */
static enum action next_best(const struct profile *p, score_t total, unsigned without)
{
	enum action a = action_by_score(p, total, without);

	return a < ACTION_JUNK ? ACTION_JUNK : a;
}

/* Spam never gets better: deferring it for its score is refusing it after some days. */
static bool loses_mail(enum action a)
{
	return a == ACTION_REJECT || a == ACTION_DISCARD || a == ACTION_DEFER;
}

/* postmaster@ and abuse@ are where people complain about refused mail: RFC 2142, RFC 5321, 4.5.1. */
static bool is_role_account(struct span address)
{
	size_t at = span_rchr(address, '@');
	struct span local = at == SPAN_NPOS ? address : span_sub(address, 0, at);

	return span_case_eq(local, SPAN_LIT("postmaster")) || span_case_eq(local, SPAN_LIT("abuse"));
}

static void lower(struct verdict *v, enum action to, enum verdict_reason why)
{
	v->action = to;
	v->why = why;
}

static void force(struct verdict *v, enum action to, uint16_t symbol)
{
	v->action = to;
	v->why = WHY_FORCED;
	v->forced = true;
	v->forced_by = symbol;
}

static void apply_direction(struct verdict *v, enum direction dir)
{
	if (dir == DIR_OUTBOUND && (v->action == ACTION_TAG || v->action == ACTION_JUNK))
		lower(v, ACTION_NONE, WHY_OUTBOUND);
	else if ((dir == DIR_RELAY || dir == DIR_LOCAL) && v->action == ACTION_REJECT)
		lower(v, v->forced ? ACTION_HOLD : ACTION_JUNK, WHY_RELAY);
	else if ((dir == DIR_RELAY || dir == DIR_LOCAL) && v->action == ACTION_DEFER && !v->forced)
		lower(v, ACTION_JUNK, WHY_RELAY);
}

void verdict_make(const struct score *s, const struct profile *p, enum direction dir, struct span rcpt, struct verdict *v)
{
	enum action by_score = action_by_score(p, s->total, 0);

	*v = (struct verdict){ .action = by_score, .score = s->total, .why = WHY_SCORE };
	if (by_score == ACTION_REJECT && s->kinds < 2)
		lower(v, next_best(p, s->total, BIT(ACTION_REJECT)), WHY_ONE_KIND);
	if (loses_mail(v->action) && is_role_account(rcpt))
		lower(v, next_best(p, s->total, BIT(ACTION_REJECT) | BIT(ACTION_DISCARD) | BIT(ACTION_DEFER)), WHY_ROLE);
	if (dir == DIR_OUTBOUND && s->refuses)
		force(v, ACTION_REJECT, s->refused_by);
	else if (s->force != ACTION_NONE && s->force >= v->action)
		force(v, s->force, s->forced_by);
	v->would = v->action;
	v->required = by_score != ACTION_NONE ? p->at[by_score] : lowest_threshold(p);
	apply_direction(v, dir);
	/* Marking by header alone is what a trial week is for; everything else is only told. */
	if (!p->set->enforce && v->action != ACTION_NONE)
		lower(v, ACTION_NONE, WHY_NOT_ENFORCED);
}
