/* When everything was read: rules get what lines say about them by name. */
#include "base/ascii.h"
#include "spamassassin/cf_private.h"
#include "spamassassin/plugin.h"

static const struct {
	const char *word;
	unsigned flag;
} flags[] = {
	{ "multiple", CF_MULTIPLE }, { "nosubject", CF_NOSUBJECT }, { "nice", CF_NICE }, { "net", CF_NET }, { "learn", CF_LEARN },
	{ "userconf", CF_USERCONF }, { "concat", CF_CONCAT }, { "publish", CF_PUBLISH },
};

static void read_flags(struct cf_rule *r)
{
	struct span rest = r->tflags;

	while (rest.len != 0) {
		struct span word = cf_word(&rest);
		uint64_t hits = 0;

		for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
			if (span_eq(word, span_of(flags[i].word)))
				r->flags |= flags[i].flag;
		}
		if (span_starts(word, SPAN_LIT("maxhits=")) && span_uint(span_from(word, 8), 1000000, &hits))
			r->maxhits = (unsigned)hits;
	}
}

static void join(struct cf_parser *p, struct cf_rule *r)
{
	const struct cf_attr *a = map_get(&p->attrs, r->name);

	if (a != NULL) {
		r->describe = a->describe;
		r->tflags = a->tflags;
		r->priority = a->priority;
		r->shortcircuit = a->shortcircuit;
		r->scored = a->scored;
		r->score = a->scores[p->context->score_set & 3];
	}
	read_flags(r);
	r->sub = span_starts(r->name, SPAN_LIT("__"));
	if (!r->scored) {
		r->score = span_starts(r->name, SPAN_LIT("T_")) ? 0.01 : 1;
		if (r->flags & CF_NICE)
			r->score = -r->score;
	}
	if (r->score == 0)
		r->dead = true;
}

static void check_call(struct cf_parser *p, struct cf_rule *r)
{
	const struct cf_context *cx = p->context;
	struct cf_call call;

	if (!cf_call_read(p->arena, r->text, &call)) {
		r->why = SPAN_LIT("the arguments of the eval function are not understood");
		cf_problem_add(p->cf, r->from, r->name, false, "%.*s", SPAN_ARG(r->why));
	} else if (cx->has_eval == NULL || !cx->has_eval(cx->ctx, call.function)) {
		r->why = arena_printf(p->arena, "eval function %.*s is not there", SPAN_ARG(span_sub(call.function, 0, 100)));
		cf_problem_add(p->cf, r->from, r->name, true, "%.*s", SPAN_ARG(r->why));
	} else {
		return;
	}
	r->dead = true;
}

void cf_finish(struct cf_parser *p)
{
	for (size_t i = 0; i < p->cf->nrules; i++) {
		struct cf_rule *r = &p->cf->rules[i];

		join(p, r);
		if (r->kind == CF_EVAL)
			check_call(p, r);
	}
}
