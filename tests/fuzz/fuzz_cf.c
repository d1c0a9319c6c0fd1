/* SpamAssassin's configuration files: whatever is read, what is kept of it can be taken apart again, and what is wrong has a place. */
#include <stdlib.h>

#include "spamassassin/cf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool by_first(void *ctx, struct span name)
{
	(void)ctx;
	return name.len != 0 && name.p[0] != 'z';
}

static void check_rule(struct arena *arena, const struct cf *cf, const struct cf_rule *r)
{
	struct cf_criterion criteria[CF_CRITERIA_MAX];
	struct cf_pattern pattern;
	struct cf_call call;
	struct err err;

	require(r->name.len != 0 && r->text.len != 0 && r->from.line != 0);
	require(r->kind != CF_NONE && (r->kind == CF_EVAL) == (r->eval_kind != CF_NONE));
	require(map_get(&cf->by_name, r->name) == (void *)(uintptr_t)(r - cf->rules + 1));
	require(r->dead || r->score != 0);
	if (r->kind == CF_EVAL)
		require(cf_call_read(arena, r->text, &call) || r->dead);
	else if (r->kind == CF_URI_DETAIL)
		require(cf_criteria_read(arena, r->text, criteria, &err) != 0);
	else if (r->kind != CF_META)
		require(cf_pattern_read(arena, r->kind, r->text, &pattern, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct cf_context context = { .score_set = 1, .has_plugin = by_first, .knows_plugin = by_first, .has_eval = by_first, .has_directive = by_first };
	struct arena *arena = arena_new(0);
	struct cf *cf = cf_load_text(arena, span_make((const char *)data, size), "fuzz.cf", &context);

	for (size_t i = 0; i < cf->nrules; i++)
		check_rule(arena, cf, &cf->rules[i]);
	for (size_t i = 0; i < cf->nproblems; i++)
		require(cf->problems[i].from.line != 0 && cf->problems[i].text.len != 0);
	arena_free(&arena);
	return 0;
}
