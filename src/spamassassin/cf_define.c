/* What defines rules and says something about them by name. */
#include "base/ascii.h"
#include "base/buf.h"
#include "match/regex.h"
#include "spamassassin/cf_private.h"
#include "spamassassin/plugin.h"

#define NAME_MAX_LEN 100
#define VERSION "4.000001"

bool cf_name_valid(struct span name)
{
	if (name.len == 0 || name.len > NAME_MAX_LEN || ascii_isdigit(name.p[0]))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (!ascii_isalnum(name.p[i]) && name.p[i] != '_')
			return false;
	}
	return true;
}

struct cf_attr *cf_attr(struct cf_parser *p, struct span name)
{
	struct cf_attr *a = map_get(&p->attrs, name);

	if (a == NULL) {
		a = ARENA_NEW(p->arena, struct cf_attr);
		a->name = name;
		map_put(&p->attrs, name, a);
	}
	return a;
}

/* A new rule, or the one of that name to be filled anew: the last definition counts. */
static void add_rule(struct cf_parser *p, struct span name, enum cf_kind kind, enum cf_kind eval_kind, struct span text)
{
	struct cf *cf = p->cf;
	void *known = map_get(&cf->by_name, name);
	struct cf_rule *r;

	if (known == NULL) {
		r = ARRAY_ADD(cf->arena, cf->rules, cf->nrules, cf->cap_rules);
		map_put(&cf->by_name, name, (void *)(uintptr_t)cf->nrules); /* NOLINT(performance-no-int-to-ptr): a number in a map of pointers */
	} else {
		r = &cf->rules[(uintptr_t)known - 1];
	}
	*r = (struct cf_rule){ .name = name, .kind = kind, .eval_kind = eval_kind, .text = text, .from = p->at };
}

/* "eval:f(args)" gives "f(args)". */
static bool eval_text(struct span text, struct span *call_r)
{
	size_t n = 0;
	struct span s = text;

	if (span_starts(s, SPAN_LIT("rbleval:")))
		s = span_from(s, 8);
	else if (span_starts(s, SPAN_LIT("eval:")))
		s = span_from(s, 5);
	else
		return false;
	while (n < s.len && (ascii_isalnum(s.p[n]) || s.p[n] == '_'))
		n++;
	*call_r = n != 0 && n < s.len && s.p[n] == '(' && s.p[s.len - 1] == ')' ? s : SPAN_NONE;
	return true;
}

/* A pattern that replaces one is compiled at once: a broken one leaves the rule as it was. */
static bool compiles(const struct cf_pattern *pattern, struct err *err_r)
{
	struct regex *r = pattern->exists ? NULL : regex_new(pattern->pattern, pattern->flags, err_r);
	bool ok = pattern->exists || r != NULL;

	regex_free(&r);
	return ok;
}

static void define_pattern(struct cf_parser *p, enum cf_kind kind, struct span name, struct span text)
{
	struct cf_pattern pattern;
	struct err err;
	struct span call;

	if (kind != CF_URI && kind != CF_MIMEHEADER && eval_text(text, &call)) {
		if (call.len == 0)
			cf_mistake(p, name, "'eval:FUNCTION(ARGUMENTS)' expected");
		else
			add_rule(p, name, CF_EVAL, kind, call);
	} else if (!cf_pattern_read(p->arena, kind, text, &pattern, &err) || (map_get(&p->cf->by_name, name) != NULL && !compiles(&pattern, &err))) {
		cf_mistake(p, name, "%s", err.text);
	} else {
		add_rule(p, name, kind, CF_NONE, text);
	}
}

static void define_rule(struct cf_parser *p, enum cf_kind kind, struct span value)
{
	struct span name = cf_word(&value);
	struct cf_criterion criteria[CF_CRITERIA_MAX];
	struct err err;

	if (!cf_name_valid(name)) {
		cf_mistake(p, SPAN_NONE, "'%.*s' is no name for a rule", SPAN_ARG(span_sub(name, 0, 120)));
	} else if (value.len == 0) {
		cf_mistake(p, name, "nothing stands behind the rule's name");
	} else if (kind == CF_URI_DETAIL) {
		if (cf_criteria_read(p->arena, value, criteria, &err) == 0)
			cf_mistake(p, name, "%s", err.text);
		else
			add_rule(p, name, kind, CF_NONE, value);
	} else if (kind == CF_META) {
		add_rule(p, name, kind, CF_NONE, value);
	} else {
		define_pattern(p, kind, name, value);
	}
}

static void define_score(struct cf_parser *p, struct span value)
{
	struct span name = cf_word(&value);
	struct cf_attr *a;
	double scores[4];
	bool relative = false;
	size_t n = 0;

	for (; n < 4 && value.len != 0; n++) {
		struct span word = cf_word(&value);

		if (word.len > 2 && word.p[0] == '(' && word.p[word.len - 1] == ')') {
			relative = true;
			word = span_sub(word, 1, word.len - 2);
		}
		if (!cf_number(word, &scores[n])) {
			cf_mistake(p, name, "the score '%.*s' is no number", SPAN_ARG(span_sub(word, 0, 40)));
			return;
		}
	}
	if (name.len == 0 || value.len != 0 || (n != 1 && n != 4)) {
		cf_mistake(p, name, "a score has 1 or 4 numbers");
		return;
	}
	a = cf_attr(p, name);
	if (relative && !a->scored) {
		cf_mistake(p, name, "a relative score, but there is none before");
		return;
	}
	for (size_t i = 0; i < 4; i++)
		a->scores[i] = (relative ? a->scores[i] : 0) + scores[n == 1 ? 0 : i];
	a->scored = true;
}

static void define_priority(struct cf_parser *p, struct span value)
{
	struct span name = cf_word(&value);
	double priority = 0;

	if (!cf_name_valid(name) || !cf_number(value, &priority) || span_chr(value, '.') != SPAN_NPOS || priority < -1e6 || priority > 1e6)
		cf_mistake(p, name, "a rule's name and a whole number expected");
	else
		cf_attr(p, name)->priority = (int)priority;
}

static void define_shortcircuit(struct cf_parser *p, struct span value)
{
	static const char *const words[] = { "off", "on", "ham", "spam" };
	struct span name = cf_word(&value);
	struct cf_attr *a;
	size_t i = 0;

	while (i < 4 && !span_eq(value, span_of(words[i])))
		i++;
	if (!cf_name_valid(name) || i == 4) {
		cf_mistake(p, name, "a rule's name and on, off, ham or spam expected");
		return;
	}
	a = cf_attr(p, name);
	a->shortcircuit = (enum cf_shortcircuit)i;
	if (a->shortcircuit == CF_SHORTCIRCUIT_HAM || a->shortcircuit == CF_SHORTCIRCUIT_SPAM) {
		if (a->priority == 0)
			a->priority = -200;
		if (a->shortcircuit == CF_SHORTCIRCUIT_HAM)
			a->tflags = arena_printf(p->arena, "%.*s nice", SPAN_ARG(a->tflags));
	}
}

/* describe and tflags: a text behind a name. */
static void define_text(struct cf_parser *p, bool describe, struct span value)
{
	struct span name = cf_word(&value);

	if (name.len == 0 || value.len == 0)
		cf_mistake(p, name, "a rule's name and a text expected");
	else if (describe)
		cf_attr(p, name)->describe = value;
	else
		cf_attr(p, name)->tflags = value;
}

static void load_plugin(struct cf_parser *p, struct span value, bool must)
{
	struct span name = cf_word(&value);
	const struct cf_context *cx = p->context;
	bool known = cf_plugin_loaded(p, name);

	if (name.len == 0)
		cf_mistake(p, SPAN_NONE, "the name of a plugin is missing");
	else if (!known && must && !(cx->knows_plugin != NULL && cx->knows_plugin(cx->ctx, name)))
		cf_problem_add(p->cf, p->at, SPAN_NONE, true, "plugin %.*s is not there", SPAN_ARG(span_sub(name, 0, 200)));
	if (name.len != 0)
		map_put(&p->plugins, name, p);
}

static void require_version(struct cf_parser *p, struct span value)
{
	if (span_eq(value, SPAN_LIT("@@VERSION@@")) || span_eq(value, SPAN_LIT(VERSION)))
		return;
	cf_mistake(p, SPAN_NONE, "the file requires version %.*s, not " VERSION ": its rest is passed over", SPAN_ARG(span_sub(value, 0, 40)));
	p->skip = true;
}

static void enable_compat(struct cf_parser *p, struct span value)
{
	if (value.len == 0)
		cf_mistake(p, SPAN_NONE, "the name of a compatibility flag is missing");
	else
		map_put(&p->compat, value, p);
}

static const struct {
	const char *keyword;
	enum cf_kind kind;
} kinds[] = {
	{ "meta", CF_META }, { "header", CF_HEADER }, { "body", CF_BODY }, { "rawbody", CF_RAWBODY }, { "full", CF_FULL }, { "uri", CF_URI },
	{ "uri_detail", CF_URI_DETAIL }, { "mimeheader", CF_MIMEHEADER },
};

bool cf_define(struct cf_parser *p, struct span keyword, struct span value)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (span_eq(keyword, span_of(kinds[i].keyword))) {
			define_rule(p, kinds[i].kind, value);
			return true;
		}
	}
	if (span_eq(keyword, SPAN_LIT("score")))
		define_score(p, value);
	else if (span_eq(keyword, SPAN_LIT("describe")) || span_eq(keyword, SPAN_LIT("tflags")))
		define_text(p, keyword.p[0] == 'd', value);
	else if (span_eq(keyword, SPAN_LIT("priority")))
		define_priority(p, value);
	else if (span_eq(keyword, SPAN_LIT("shortcircuit")) && cf_plugin_loaded(p, SPAN_LIT("Mail::SpamAssassin::Plugin::Shortcircuit")))
		define_shortcircuit(p, value);
	else if (span_eq(keyword, SPAN_LIT("loadplugin")) || span_eq(keyword, SPAN_LIT("tryplugin")))
		load_plugin(p, value, keyword.p[0] == 'l');
	else if (span_eq(keyword, SPAN_LIT("require_version")))
		require_version(p, value);
	else if (span_eq(keyword, SPAN_LIT("enable_compat")))
		enable_compat(p, value);
	else
		return span_eq(keyword, SPAN_LIT("test")); /* examples for the rules' authors */
	return true;
}
