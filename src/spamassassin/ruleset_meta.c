/* Meta rules: expressions over counts of other rules, and in which order they can be evaluated. */
#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "spamassassin/cf_private.h"
#include "spamassassin/ruleset_private.h"

#define CHAIN_MOST 1000 /* metas that name metas that name metas ... */
#define EXPANDED_MAX (1u << 20)

struct resolving {
	struct sa_ruleset *rs;
	unsigned rule;
};

static int resolve(void *ctx, struct span name)
{
	struct resolving *r = ctx;
	struct sa_ruleset *rs = r->rs;
	void *known = map_get(&rs->cf->by_name, name);

	if (known != NULL)
		return (int)(uintptr_t)known - 1;
	if (span_eq(name, SPAN_LIT("local_tests_only")))
		return (int)SA_VALUE_LOCAL(rs);
	if (map_get(&rs->cf->elsewhere, name) == NULL)
		cf_problem_add(rs->cf, rs->rules[r->rule].cf->from, rs->rules[r->rule].cf->name, false, "unknown symbol '%.*s', which never hits", SPAN_ARG(span_sub(name, 0, 100)));
	return (int)SA_VALUE_UNKNOWN(rs);
}

/* '*' stands for anything, '?' for one byte. */
static bool glob_matches(struct span glob, struct span name)
{
	size_t g = 0, n = 0, star = SPAN_NPOS, star_n = 0;

	while (n < name.len) {
		if (g < glob.len && (glob.p[g] == '?' || glob.p[g] == name.p[n])) {
			g++;
			n++;
		} else if (g < glob.len && glob.p[g] == '*') {
			star = g++;
			star_n = n;
		} else if (star != SPAN_NPOS) {
			g = star + 1;
			n = ++star_n;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.p[g] == '*')
		g++;
	return g == glob.len;
}

/* "(A + B)" of the rules whose names match; "0" when none does. */
static void add_matching(const struct sa_ruleset *rs, unsigned rule, struct span glob, struct buf *out)
{
	size_t n = 0;

	buf_str(out, " (");
	for (size_t i = 0; i < rs->nrules; i++) {
		if (i == rule || !glob_matches(glob, rs->rules[i].cf->name))
			continue;
		buf_str(out, n++ != 0 ? " + " : "");
		buf_add(out, rs->rules[i].cf->name);
	}
	buf_str(out, n == 0 ? "0) " : ") ");
}

/* "rules_matching(GLOB)" replaced. */
static struct span expand(const struct sa_ruleset *rs, unsigned rule, struct span text)
{
	const struct span word = SPAN_LIT("rules_matching(");
	struct buf out = { .arena = rs->arena, .max = EXPANDED_MAX };
	size_t at = span_find(text, word);

	if (at == SPAN_NPOS)
		return text;
	while (at != SPAN_NPOS) {
		size_t end = span_chr(span_from(text, at), ')');

		buf_add(&out, span_sub(text, 0, at));
		if (end == SPAN_NPOS)
			break;
		add_matching(rs, rule, span_trim(span_sub(text, at + word.len, end - word.len)), &out);
		text = span_from(text, at + end + 1);
		at = span_find(text, word);
	}
	buf_add(&out, text);
	return buf_span(&out);
}

/* What SpamAssassin takes for no meta at all, though we would. */
static const char *forbidden(struct span text)
{
	static const char *const signs[] = { "::", "->", "$", "@", "%", ";", "{", "}", NULL };

	for (size_t i = 0; signs[i] != NULL; i++) {
		if (span_has(text, span_of(signs[i])))
			return signs[i];
	}
	return NULL;
}

/* The words of our own rules' expressions are names of rules there, and two names in a row are a mistake. */
static bool has_words(struct span text)
{
	for (size_t i = 0; i < text.len;) {
		size_t n = 0;

		while (i + n < text.len && (ascii_isalnum(text.p[i + n]) || text.p[i + n] == '_'))
			n++;
		if (span_eq(span_sub(text, i, n), SPAN_LIT("and")) || span_eq(span_sub(text, i, n), SPAN_LIT("or")) || span_eq(span_sub(text, i, n), SPAN_LIT("not")))
			return true;
		i += n != 0 ? n : 1;
	}
	return false;
}

/* "()": a rule that only others make hit. */
static bool is_empty(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_isspace(text.p[i]) && text.p[i] != '(' && text.p[i] != ')')
			return false;
	}
	return true;
}

static double none(void *ctx, unsigned number)
{
	const struct sa_ruleset *rs = ctx;

	return number == SA_VALUE_LOCAL(rs) && !(rs->score_set & 1);
}

static void compile(struct sa_ruleset *rs, unsigned number)
{
	struct sa_rule *rule = &rs->rules[number];
	struct resolving r = { rs, number };
	struct err err;
	const char *sign = forbidden(rule->cf->text);

	if (is_empty(rule->cf->text))
		return;
	if (sign != NULL) {
		sa_rule_refuse(rs, number, false, "'%s' means nothing in a meta rule", sign);
		return;
	}
	if (has_words(rule->cf->text)) {
		sa_rule_refuse(rs, number, false, "'and', 'or' and 'not' are written '&&', '||' and '!' in a meta rule");
		return;
	}
	rule->meta = expr_new(rs->arena, expand(rs, number, rule->cf->text), resolve, &r, &err);
	if (rule->meta == NULL) {
		sa_rule_refuse(rs, number, false, "%s", err.text);
		return;
	}
	rule->runs = !rule->cf->dead;
	rule->always = expr_eval(rule->meta, none, rs) != 0;
}

enum mark { MARK_NEW, MARK_OPEN, MARK_DONE };

struct ordering {
	const struct sa_ruleset *rs;
	uint8_t *mark;
	uint8_t *bad; /* metas of circles, and those that depend on them */
	unsigned *v;
	size_t n;
};

/* False: the rule is part of a circle, or leads into one, or is the end of too long a chain. */
static bool visit(struct ordering *o, unsigned number, unsigned depth)
{
	const struct sa_rule *rule = &o->rs->rules[number];
	const unsigned *uses;
	size_t n = 0;
	bool ok = true;

	if (rule->meta == NULL)
		return true;
	if (o->mark[number] == MARK_DONE)
		return !o->bad[number];
	if (o->mark[number] == MARK_OPEN || depth == CHAIN_MOST)
		return false;
	o->mark[number] = MARK_OPEN;
	uses = expr_uses(rule->meta, &n);
	for (size_t i = 0; i < n; i++) {
		if (uses[i] < o->rs->nrules)
			ok &= visit(o, uses[i], depth + 1);
	}
	o->mark[number] = MARK_DONE;
	o->bad[number] = !ok;
	if (ok)
		o->v[o->n++] = number;
	return ok;
}

static struct ordering order_all(const struct sa_ruleset *rs, unsigned *v)
{
	struct ordering o = { .rs = rs, .mark = ARENA_ARRAY(rs->arena, rs->nrules + 1, uint8_t), .bad = ARENA_ARRAY(rs->arena, rs->nrules + 1, uint8_t), .v = v };

	for (unsigned i = 0; i < rs->nrules; i++)
		visit(&o, i, 0);
	return o;
}

/* Rules of circles never hit, nor does what depends on them: SpamAssassin leaves them all out. */
static void refuse_cycles(struct sa_ruleset *rs)
{
	struct ordering o = order_all(rs, ARENA_ARRAY(rs->arena, rs->nrules + 1, unsigned));

	for (unsigned i = 0; i < rs->nrules; i++) {
		if (rs->rules[i].meta == NULL || !o.bad[i])
			continue;
		rs->rules[i].meta = NULL;
		rs->rules[i].runs = false;
		sa_rule_refuse(rs, i, false, "the rule depends on itself, on a circle of rules, or on too long a chain of them");
	}
}

size_t sa_metas_order(const struct sa_ruleset *rs, unsigned *v)
{
	return order_all(rs, v).n;
}

/* A meta that names a meta which is never evaluated (score 0) is never evaluated either: SpamAssassin waits for it until the end. */
static void stop_waiting(struct sa_ruleset *rs)
{
	unsigned *v = ARENA_ARRAY(rs->arena, rs->nrules + 1, unsigned);
	size_t nmetas = sa_metas_order(rs, v);

	for (size_t i = 0; i < nmetas; i++) {
		struct sa_rule *rule = &rs->rules[v[i]];
		size_t n = 0;
		const unsigned *uses = expr_uses(rule->meta, &n);

		for (size_t k = 0; k < n; k++) {
			if (uses[k] < rs->nrules && rs->rules[uses[k]].meta != NULL && !rs->rules[uses[k]].runs)
				rule->runs = false;
		}
	}
}

static void collect_dependents(struct sa_ruleset *rs)
{
	unsigned *first = ARENA_ARRAY(rs->arena, rs->nrules + 1, unsigned);
	unsigned *all, total = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < rs->nrules; i++) {
			size_t n = 0;
			const unsigned *uses = rs->rules[i].runs && rs->rules[i].meta != NULL ? expr_uses(rs->rules[i].meta, &n) : NULL;

			for (size_t k = 0; k < n; k++) {
				if (uses[k] >= rs->nrules)
					continue;
				if (pass == 1)
					rs->rules[uses[k]].dependents[rs->rules[uses[k]].ndependents++] = i;
				else
					first[uses[k]]++;
			}
		}
		if (pass == 1)
			break;
		for (size_t i = 0; i < rs->nrules; i++)
			total += first[i];
		all = ARENA_ARRAY(rs->arena, total + 1, unsigned);
		for (size_t i = 0; i < rs->nrules; i++) {
			rs->rules[i].dependents = all;
			all += first[i];
		}
	}
}

void sa_metas_compile(struct sa_ruleset *rs)
{
	for (unsigned i = 0; i < rs->nrules; i++) {
		if (rs->rules[i].order == SA_ORDER_META)
			compile(rs, i);
	}
	refuse_cycles(rs);
	stop_waiting(rs);
	collect_dependents(rs);
}
