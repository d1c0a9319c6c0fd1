/* One scan: rules by stage, their counts, and metas over them. */
#include "base/array.h"
#include "spamassassin/ruleset_private.h"

#define MATCHES_MOST 100000 /* of one rule in one scan */

struct sa_run *sa_run_new(const struct sa_ruleset *rs, struct arena *arena, struct sa_view *view)
{
	struct sa_run *run = ARENA_NEW(arena, struct sa_run);

	run->rs = rs;
	run->arena = arena;
	run->view = view;
	run->counts = ARENA_ARRAY(arena, rs->nrules + 2, double);
	run->counts[SA_VALUE_LOCAL(rs)] = !(rs->score_set & 1);
	run->touched = ARENA_ARRAY(arena, rs->nrules + 1, uint8_t);
	run->headers = ARENA_ARRAY(arena, rs->nheaders + 1, struct sa_header_value);
	run->tags = ARENA_ARRAY(arena, rs->ntags + 1, struct sa_tag_values);
	return run;
}

bool sa_run_matches(struct sa_run *run, const struct sa_rule *rule, const struct regex *re, struct span text, size_t from, struct span *captures_r, size_t n)
{
	enum regex_result result = regex_match(re, run->rs->memory, text, from, captures_r, n);

	if (result == REGEX_LIMIT && run->limit.len == 0)
		run->limit = rule->cf->name;
	return result == REGEX_YES;
}

static void keep_captures(struct sa_run *run, const struct sa_rule *rule, const struct span *captures)
{
	for (size_t i = 0; i < rule->ncaptures; i++) {
		struct sa_tag_values *values = &run->tags[rule->captures[i].tag];
		struct span value = captures[rule->captures[i].group];
		size_t k = 0;

		if (value.len == 0)
			continue;
		while (k < values->n && !span_eq(values->v[k], value))
			k++;
		if (k == values->n && k < 64)
			*ARRAY_ADD(run->arena, values->v, values->n, values->cap) = value;
	}
}

unsigned sa_run_count(struct sa_run *run, const struct sa_rule *rule, const struct regex *re, struct span text, unsigned most, struct span *evidence_r)
{
	struct span captures[REGEX_CAPTURES];
	size_t ncaptures = rule->ncaptures != 0 ? REGEX_CAPTURES : 1;
	size_t from = 0;
	unsigned n = 0;

	if (most == 0 || most > MATCHES_MOST)
		most = MATCHES_MOST;
	while (n < most && from <= text.len && sa_run_matches(run, rule, re, text, from, captures, ncaptures)) {
		size_t end = (size_t)(span_end(captures[0]) - text.p);

		if (n++ == 0)
			*evidence_r = captures[0];
		keep_captures(run, rule, captures);
		from = captures[0].len != 0 ? end : end + 1;
	}
	return n;
}

static void maybe_stop(struct sa_run *run, unsigned rule)
{
	const struct sa_ruleset *rs = run->rs;

	if (!rs->shortcircuit || run->stopped)
		return;
	run->stopped_by = -1;
	if (rs->rules[rule].cf->shortcircuit != CF_SHORTCIRCUIT_NONE) {
		run->stopped = true;
		run->stopped_by = (int)rule;
	} else if ((rs->has_min_ham && run->score < rs->min_ham_score) || (rs->has_max_spam && run->score > rs->max_spam_score)) {
		run->stopped = true;
	}
	if (run->stopped && rs->shortcircuit_rule >= 0)
		run->counts[rs->shortcircuit_rule] = 1;
}

void sa_run_hit(struct sa_run *run, unsigned rule, double value, unsigned times, struct span evidence)
{
	const struct sa_rule *r = &run->rs->rules[rule];

	run->counts[rule] = value > 0 ? value : 1;
	*ARRAY_ADD(run->arena, run->hits, run->nhits, run->cap_hits) = (struct sa_hit){ .rule = rule, .times = times, .evidence = evidence };
	for (size_t i = 0; i < r->ndependents; i++)
		run->touched[r->dependents[i]] = 1;
	maybe_stop(run, rule);
	if (!r->cf->sub)
		run->score += r->cf->score * times;
}

static void run_eval(struct sa_run *run, unsigned number)
{
	const struct sa_rule *rule = &run->rs->rules[number];
	struct sa_call call = { .view = run->view, .state = run->rs->states[rule->plugin], .memory = run->rs->memory, .rule = rule->cf->name, .args = rule->args,
		.nargs = rule->nargs, .kind = rule->cf->eval_kind };
	int n = rule->eval->run(&call);

	if (n != 0)
		sa_run_hit(run, number, n, 1, call.evidence);
}

static void run_rule(struct sa_run *run, unsigned number)
{
	const struct sa_rule *rule = &run->rs->rules[number];

	switch (rule->cf->kind) {
	case CF_EVAL: run_eval(run, number); break;
	case CF_MIMEHEADER: sa_run_mimeheader(run, number); break;
	case CF_URI_DETAIL: sa_run_uri_detail(run, number); break;
	default: sa_run_text(run, number); break;
	}
}

static double value_of(void *ctx, unsigned number)
{
	return ((const double *)ctx)[number];
}

static void run_metas(struct sa_run *run, const struct sa_stage *stage)
{
	for (size_t i = 0; i < stage->nmetas; i++) {
		unsigned number = stage->metas[i];
		const struct sa_rule *rule = &run->rs->rules[number];
		double value;

		if (!run->touched[number] && !rule->always)
			continue;
		value = expr_eval(rule->meta, value_of, run->counts);
		if (value != 0)
			sa_run_hit(run, number, value, 1, SPAN_NONE);
	}
}

void sa_run_all(struct sa_run *run)
{
	for (size_t s = 0; s < run->rs->nstages && !run->stopped; s++) {
		const struct sa_stage *stage = &run->rs->stages[s];

		for (size_t i = 0; i < stage->nrules; i++) {
			/* A hit that ends the scan lets the rules of its own kind go on. */
			if (run->stopped && run->rs->rules[stage->rules[i]].order != run->rs->rules[stage->rules[i - 1]].order)
				return;
			run_rule(run, stage->rules[i]);
		}
		if (run->stopped)
			return;
		run_metas(run, stage);
	}
}
