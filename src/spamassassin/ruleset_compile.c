/* From what the files say to what runs: patterns into sets, names of headers and captures to numbers, calls to functions. */
#include <stdarg.h>
#include <stdio.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "spamassassin/cf_private.h"
#include "spamassassin/eval_kind.h"
#include "spamassassin/plugin_list.h"
#include "spamassassin/ruleset_private.h"

#define MIME_HITS_MOST 1000
#define MIME_PARTS_MOST 1000
#define TAG_NAME_MAX 64

void sa_rule_refuse(struct sa_ruleset *rs, unsigned rule, bool unsupported, const char *fmt, ...)
{
	struct cf_rule *r = rs->rules[rule].cf;
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->why = arena_copy(rs->arena, span_of(text));
	r->dead = true;
	cf_problem_add(rs->cf, r->from, r->name, unsupported, "%s", text);
}

/* The number of a name, a new one when it is seen first. */
static unsigned number_of(struct arena *arena, struct map *names, struct span **v, size_t *n, size_t *cap, struct span name)
{
	void *known = map_get(names, name);

	if (known != NULL)
		return (unsigned)(uintptr_t)known - 1;
	*ARRAY_ADD(arena, *v, *n, *cap) = name;
	map_put(names, name, (void *)(uintptr_t)*n); /* NOLINT(performance-no-int-to-ptr): a number in a map of pointers */
	return (unsigned)*n - 1;
}

/* The length of a tag's name at the front of s: A-Z, digits, single '_' between. */
static size_t tag_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && n < TAG_NAME_MAX && (ascii_isupper(s.p[n]) || (n > 0 && (ascii_isdigit(s.p[n]) || (s.p[n] == '_' && s.p[n - 1] != '_')))))
		n++;
	return n;
}

/* "%{NAME}" at offset i: its length; 0 for anything else. */
static size_t tag_use(struct span s, size_t i, struct span *name_r)
{
	size_t n;

	if (!span_starts(span_from(s, i), SPAN_LIT("%{")) || (i > 0 && s.p[i - 1] == '\\'))
		return 0;
	n = tag_length(span_from(s, i + 2));
	*name_r = span_sub(s, i + 2, n);
	return n != 0 && i + 2 + n < s.len && s.p[i + 2 + n] == '}' ? n + 3 : 0;
}

/* Takes a pattern with tags to rule->template; pattern_r is what matches whatever the tags are. */
static void make_template(struct sa_ruleset *rs, struct sa_rule *rule, struct span pattern, unsigned flags, struct span *pattern_r)
{
	struct sa_template *t;
	struct buf any = BUF_INIT(rs->arena);
	unsigned *tags = NULL;
	size_t n = 0, cap = 0;

	if (!span_has(pattern, SPAN_LIT("%{")))
		return;
	for (size_t i = 0; i < pattern.len;) {
		struct span name;
		size_t len = tag_use(pattern, i, &name);

		if (len == 0) {
			buf_char(&any, pattern.p[i++]);
			continue;
		}
		buf_str(&any, "(?:[\\s\\S]*)");
		*ARRAY_ADD(rs->arena, tags, n, cap) = number_of(rs->arena, &rs->tag_names, &rs->tags, &rs->ntags, &rs->cap_tags, name);
		i += len;
	}
	if (n == 0)
		return;
	t = ARENA_NEW(rs->arena, struct sa_template);
	*t = (struct sa_template){ .text = pattern, .flags = flags, .tags = tags, .ntags = n };
	rule->template = t;
	*pattern_r = buf_span(&any);
}

/* Named groups whose names are those of tags. */
static void find_captures(struct sa_ruleset *rs, struct sa_rule *rule, struct span pattern, const struct regex *regex)
{
	struct sa_capture *v = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i + 4 < pattern.len; i++) {
		struct span rest = span_from(pattern, i);
		struct span name;
		unsigned group;

		if (!span_starts(rest, SPAN_LIT("(?")))
			continue;
		rest = span_from(rest, span_starts(rest, SPAN_LIT("(?P<")) ? 3 : 2);
		if (rest.len < 2 || (rest.p[0] != '<' && rest.p[0] != '\''))
			continue;
		name = span_sub(rest, 1, tag_length(span_from(rest, 1)));
		group = name.len != 0 ? regex_group_named(regex, arena_str(rs->arena, name)) : 0;
		if (group == 0 || group >= REGEX_CAPTURES)
			continue;
		*ARRAY_ADD(rs->arena, v, n, cap) =
			(struct sa_capture){ group, number_of(rs->arena, &rs->tag_names, &rs->tags, &rs->ntags, &rs->cap_tags, arena_copy(rs->arena, name)) };
	}
	rule->captures = v;
	rule->ncaptures = n;
}

static bool add_to_set(struct sa_ruleset *rs, struct sa_rule *rule, enum sa_text text, struct span pattern, unsigned flags, struct err *err_r)
{
	struct pattern_set *set = rule->gate >= 0 ? rs->gated[text] : rs->sets[text];
	struct span any = pattern;

	if (pattern.p == NULL)
		return err_set(err_r, "it is too long");
	rule->template = NULL;
	make_template(rs, rule, pattern, flags, &any);
	if (!pattern_set_add(set, any, flags, &rule->pattern, err_r))
		return false;
	rule->regex = pattern_set_regex(set, rule->pattern);
	find_captures(rs, rule, pattern, rule->regex);
	return true;
}

/* With the tags of ReplaceTags replaced. Where that breaks the pattern, it stays as it was written, as in SpamAssassin. */
static bool add_replaced(struct sa_ruleset *rs, struct sa_rule *rule, enum sa_text text, const struct cf_pattern *p)
{
	struct span replaced = replace_apply(rs->replace, rs->arena, p->pattern, p->flags != 0);
	struct err err = { "" }, ignored;

	if (replaced.p != NULL && !span_has(replaced, SPAN_LIT("%{")))
		rule->gate = gates_add(rs->gates[text], replaced, p->flags, &rule->gate_times, &rule->starts);
	if (add_to_set(rs, rule, text, replaced, p->flags, &err) ||
	    add_to_set(rs, rule, text, replace_apply_calls(rs->replace, rs->arena, p->pattern, p->flags != 0), p->flags, &ignored))
		return true;
	rule->gate = -1;
	rule->starts = NULL;
	cf_problem_add(rs->cf, rule->cf->from, rule->cf->name, false, "the pattern is broken with its tags replaced: %s", err.text);
	return false;
}

/* Into the set of its kind. */
static bool add_pattern(struct sa_ruleset *rs, unsigned number, enum sa_text text, const struct cf_pattern *p)
{
	struct sa_rule *rule = &rs->rules[number];
	struct err err = { "" };

	if (replace_wanted(rs->replace, rule->cf->name) && add_replaced(rs, rule, text, p))
		return true;
	if (add_to_set(rs, rule, text, p->pattern, p->flags, &err))
		return true;
	sa_rule_refuse(rs, number, false, "%s", err.text);
	return false;
}

/* What a header rule gives when there is no such header: "[if-unset: ]" or the empty text is matched. */
static unsigned absent_hits(struct sa_ruleset *rs, const struct sa_rule *rule, const struct cf_pattern *p)
{
	struct span text = p->has_unset ? p->if_unset : SPAN_LIT("");
	bool found;

	if (rule->exists)
		return 0;
	if (rule->template != NULL) /* nothing can be said before the tags are known */
		return p->negated;
	found = regex_match(rule->regex, rs->memory, text, 0, NULL, 0) == REGEX_YES;
	return found != p->negated;
}

bool sa_header_is_long(struct span name)
{
	return span_starts(name, SPAN_LIT("ALL")) || span_starts(name, SPAN_LIT("X-Spam-Relays-")) || span_case_starts(name, SPAN_LIT("Received"));
}

static bool compile_header(struct sa_ruleset *rs, unsigned number, const struct cf_pattern *p)
{
	struct sa_rule *rule = &rs->rules[number];

	rule->header = number_of(rs->arena, &rs->header_names, &rs->headers, &rs->nheaders, &rs->cap_headers, p->header);
	rule->negated = p->negated;
	rule->exists = p->exists;
	rule->text = sa_header_is_long(p->header) ? SA_TEXT_HEADERS : SA_TEXT_HEADER;
	if (!p->exists && !add_pattern(rs, number, rule->text, p))
		return false;
	if (p->negated)
		rule->multiple = false;
	rule->absent = absent_hits(rs, rule, p);
	return true;
}

/* tflags range=A-B of mimeheader rules. */
static void read_range(struct sa_mime_test *t, struct span tflags)
{
	struct span rest = tflags;

	t->last = MIME_PARTS_MOST;
	while (rest.len != 0) {
		struct span word = cf_word(&rest), low, high;
		uint64_t a = 0, b = MIME_PARTS_MOST;

		if (!span_starts(word, SPAN_LIT("range=")))
			continue;
		high = span_from(word, 6);
		low = span_split(&high, '-');
		if ((low.len != 0 && !span_uint(low, MIME_PARTS_MOST, &a)) || (high.len != 0 && !span_uint(high, MIME_PARTS_MOST, &b)))
			continue;
		t->first = (unsigned)a;
		t->last = high.p == NULL ? (unsigned)a : (unsigned)b;
	}
}

static void free_regex(void *ctx)
{
	struct regex *r = ctx;

	regex_free(&r);
}

/* A pattern of a kind that has no set. NULL: the rule is refused. */
static const struct regex *own_regex(struct sa_ruleset *rs, unsigned number, struct span pattern, unsigned flags)
{
	struct err err;
	struct regex *r = regex_new(pattern, flags, &err);

	if (r == NULL)
		sa_rule_refuse(rs, number, false, "%s", err.text);
	else
		arena_cleanup(rs->arena, free_regex, r);
	return r;
}

static bool compile_mimeheader(struct sa_ruleset *rs, unsigned number, const struct cf_pattern *p)
{
	struct sa_rule *rule = &rs->rules[number];
	struct sa_mime_test *t = ARENA_NEW(rs->arena, struct sa_mime_test);

	t->header = p->header;
	t->raw = span_ends(t->header, SPAN_LIT(":raw"));
	if (t->raw)
		t->header.len -= 4;
	t->negated = p->negated;
	t->if_unset = p->if_unset;
	t->regex = own_regex(rs, number, p->pattern, p->flags);
	read_range(t, rule->cf->tflags);
	if (rule->max == 0)
		rule->max = rule->multiple ? MIME_HITS_MOST : 1;
	rule->mime = t;
	if (t->regex == NULL)
		return false;
	find_captures(rs, rule, p->pattern, t->regex);
	return true;
}

static bool compile_uri_detail(struct sa_ruleset *rs, unsigned number)
{
	static const char *const keys[CF_CRITERIA_MAX] = { "raw", "type", "cleaned", "text", "domain", "host" };
	struct sa_rule *rule = &rs->rules[number];
	struct sa_uri_test *t = ARENA_NEW(rs->arena, struct sa_uri_test);
	struct cf_criterion criteria[CF_CRITERIA_MAX];
	struct err err;
	size_t n = cf_criteria_read(rs->arena, rule->cf->text, criteria, &err);

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (!span_eq(criteria[i].key, span_of(keys[k])))
			k++;
		t->of[k].negated = criteria[i].negated;
		t->of[k].regex = own_regex(rs, number, criteria[i].pattern, criteria[i].flags);
		if (t->of[k].regex == NULL)
			return false;
	}
	rule->uri = t;
	return n != 0;
}

static bool compile_eval(struct sa_ruleset *rs, unsigned number)
{
	struct sa_rule *rule = &rs->rules[number];
	const struct sa_waiting *w;
	enum cf_kind expected;
	struct cf_call call;

	if (!cf_call_read(rs->arena, rule->cf->text, &call))
		return false;
	if (!eval_kind_fits(call.function, rule->cf->eval_kind, &expected)) {
		sa_rule_refuse(rs, number, false, "%.*s is for %s rules", SPAN_ARG(call.function), expected == CF_HEADER ? "header" : expected == CF_BODY ? "body" : "full");
		return false;
	}
	rule->eval = sa_eval_find(call.function, &rule->plugin);
	rule->args = call.args;
	rule->nargs = call.nargs;
	w = rule->eval == NULL ? sa_waiting_eval(call.function) : NULL;
	if (w != NULL)
		sa_rule_refuse(rs, number, true, "%s", w->why);
	if (rule->eval == NULL)
		return false;
	/* Evals of the network and of learning do not run in score sets without them. */
	return !((rule->cf->flags & CF_NET) && !(rs->score_set & 1)) && !((rule->cf->flags & CF_LEARN) && !(rs->score_set & 2));
}

static enum sa_order order_of(const struct cf_rule *r)
{
	switch (r->kind) {
	case CF_HEADER: return SA_ORDER_HEADER;
	case CF_BODY: return SA_ORDER_BODY;
	case CF_URI: return SA_ORDER_URI;
	case CF_RAWBODY: return SA_ORDER_RAWBODY;
	case CF_FULL: return SA_ORDER_FULL;
	case CF_META: return SA_ORDER_META;
	case CF_EVAL:
		return r->eval_kind == CF_HEADER ? SA_ORDER_HEADER_EVAL : r->eval_kind == CF_RAWBODY ? SA_ORDER_RAWBODY_EVAL : r->eval_kind == CF_FULL ? SA_ORDER_FULL_EVAL
																	  : SA_ORDER_BODY_EVAL;
	default: return SA_ORDER_BODY_EVAL;
	}
}

void sa_rule_compile(struct sa_ruleset *rs, unsigned number)
{
	static const enum sa_text texts[] = { [CF_BODY] = SA_TEXT_BODY, [CF_RAWBODY] = SA_TEXT_RAWBODY, [CF_FULL] = SA_TEXT_FULL, [CF_URI] = SA_TEXT_URI };
	struct sa_rule *rule = &rs->rules[number];
	struct cf_rule *r = rule->cf;
	struct cf_pattern p;
	struct err err;
	bool ok;

	rule->order = order_of(r);
	rule->gate = -1;
	rule->multiple = (r->flags & CF_MULTIPLE) != 0;
	rule->max = r->maxhits;
	if (r->kind == CF_META || r->why.len != 0)
		return;
	if (r->kind == CF_EVAL)
		ok = compile_eval(rs, number);
	else if (r->kind == CF_URI_DETAIL)
		ok = compile_uri_detail(rs, number);
	else if (!cf_pattern_read(rs->arena, r->kind, r->text, &p, &err))
		ok = false; /* cannot be: it was read before */
	else if (r->kind == CF_HEADER)
		ok = compile_header(rs, number, &p);
	else if (r->kind == CF_MIMEHEADER)
		ok = compile_mimeheader(rs, number, &p);
	else
		ok = add_pattern(rs, number, texts[r->kind], &p);
	rule->runs = ok && !r->dead;
}

void sa_templates_check(struct sa_ruleset *rs)
{
	bool *captured = ARENA_ARRAY(rs->arena, rs->ntags + 1, bool);

	for (size_t i = 0; i < rs->nrules; i++) {
		for (size_t k = 0; k < rs->rules[i].ncaptures; k++)
			captured[rs->rules[i].captures[k].tag] = true;
	}
	for (size_t i = 0; i < rs->nrules; i++) {
		const struct sa_template *t = rs->rules[i].template;

		for (size_t k = 0; t != NULL && k < t->ntags; k++) {
			if (captured[t->tags[k]] || rs->rules[i].cf->why.len != 0)
				continue;
			sa_rule_refuse(rs, (unsigned)i, true, "the pattern needs %%{%.*s}, which no rule captures", SPAN_ARG(rs->tags[t->tags[k]]));
			rs->rules[i].runs = false;
		}
	}
}
