/* SpamAssassin's configuration files: rules, what lines say about them, conditions, and problems with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "match/regex.h"
#include "spamassassin/cf.h"

static bool has_plugin(void *ctx, struct span name)
{
	(void)ctx;
	return span_eq(name, SPAN_LIT("Mail::SpamAssassin::Plugin::FreeMail")) || span_eq(name, SPAN_LIT("Mail::SpamAssassin::Plugin::MIMEHeader"));
}

static bool has_eval(void *ctx, struct span function)
{
	(void)ctx;
	return span_starts(function, SPAN_LIT("check_"));
}

static bool has_directive(void *ctx, struct span keyword)
{
	(void)ctx;
	return span_starts(keyword, SPAN_LIT("freemail_"));
}

static struct cf *load_set(struct arena *arena, const char *text, int score_set)
{
	static struct cf_context context = { .has_plugin = has_plugin, .knows_plugin = has_plugin, .has_eval = has_eval, .has_directive = has_directive };

	context.score_set = score_set;
	return cf_load_text(arena, span_of(text), "test.cf", &context);
}

static struct cf *load(struct arena *arena, const char *text)
{
	return load_set(arena, text, 0);
}

static const struct cf_rule *rule(const struct cf *cf, const char *name)
{
	void *number = map_get(&cf->by_name, span_of(name));

	if (number == NULL)
		fail_msg("no rule %s", name);
	return &cf->rules[(uintptr_t)number - 1];
}

static void assert_span(struct span s, const char *text)
{
	if (!span_eq(s, span_of(text)))
		fail_msg("'%.*s', not '%s'", SPAN_ARG(s), text);
}

static const struct {
	const char *line;
	enum cf_kind kind, eval_kind;
	const char *text;
} kinds[] = {
	{ "header X Subject =~ /a/i", CF_HEADER, CF_NONE, "Subject =~ /a/i" },
	{ "  header\tX   Subject =~ /a/i  ", CF_HEADER, CF_NONE, "Subject =~ /a/i" },
	{ "HEADER X exists:X-Foo", CF_HEADER, CF_NONE, "exists:X-Foo" },
	{ "header X eval:check_it('a', 2)", CF_EVAL, CF_HEADER, "check_it('a', 2)" },
	{ "header X rbleval:check_rbl('a')", CF_EVAL, CF_HEADER, "check_rbl('a')" },
	{ "body X /a b/", CF_BODY, CF_NONE, "/a b/" },
	{ "body X eval:check_it()", CF_EVAL, CF_BODY, "check_it()" },
	{ "rawbody X m{a}s", CF_RAWBODY, CF_NONE, "m{a}s" },
	{ "rawbody X eval:check_it()", CF_EVAL, CF_RAWBODY, "check_it()" },
	{ "full X m,a,", CF_FULL, CF_NONE, "m,a," },
	{ "full X eval:check_it()", CF_EVAL, CF_FULL, "check_it()" },
	{ "uri X /a/ # comment", CF_URI, CF_NONE, "/a/" },
	{ "uri X /a\\#b/ # comment", CF_URI, CF_NONE, "/a#b/" },
	{ "uri_detail X raw =~ /a/ domain !~ /b/i", CF_URI_DETAIL, CF_NONE, "raw =~ /a/ domain !~ /b/i" },
	{ "mimeheader X Content-Type:raw =~ /a/", CF_MIMEHEADER, CF_NONE, "Content-Type:raw =~ /a/" },
	{ "meta X (A && !B) > 1", CF_META, CF_NONE, "(A && !B) > 1" },
	{ "lang en body X /a/", CF_BODY, CF_NONE, "/a/" },
	{ "body X /\xe4\xf6/", CF_BODY, CF_NONE, "/\xe4\xf6/" },
};

static void defines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct arena *arena = arena_new(0);
		struct cf *cf = load(arena, kinds[i].line);
		const struct cf_rule *r;

		if (cf->nproblems != 0)
			fail_msg("%s: %.*s", kinds[i].line, SPAN_ARG(cf->problems[0].text));
		r = rule(cf, "X");
		assert_int_equal(r->kind, kinds[i].kind);
		assert_int_equal(r->eval_kind, kinds[i].eval_kind);
		assert_span(r->text, kinds[i].text);
		assert_false(r->dead);
		arena_free(&arena);
	}
}

static const struct {
	const char *text;
	unsigned line;
	const char *rule, *problem;
	bool unsupported;
} mistakes[] = {
	{ "\nfoo bar\n", 2, "", "unknown directive 'foo'", false },
	{ "header 2X Subject =~ /a/", 1, "", "'2X' is no name for a rule", false },
	{ "header X-Y Subject =~ /a/", 1, "", "'X-Y' is no name for a rule", false },
	{ "header X", 1, "X", "nothing stands behind the rule's name", false },
	{ "header X Subject = /a/", 1, "X", "'HEADER =~ /PATTERN/' expected", false },
	{ "header X Subject:foo =~ /a/", 1, "X", "unknown modifier in 'Subject:foo'", false },
	{ "header X From:addr:host:first =~ /./", 1, "X", "unknown modifier in 'From:addr:host:first'", false },
	{ "body X /a/\nheader X Subject =~ /(/", 2, "X", "missing closing parenthesis at byte 1 of the pattern", false },
	{ "header X exists:a b", 1, "X", "'exists:a b': no name of a header", false },
	{ "body X abc", 1, "X", "a pattern between delimiters expected, as /PATTERN/", false },
	{ "body X /abc", 1, "X", "the pattern has no end", false },
	{ "body X /abc/g", 1, "X", "the flag 'g' means nothing here", false },
	{ "body X /a/b/", 1, "X", "the delimiter '/' stands in the pattern", false },
	{ "body X m\\a\\", 1, "X", "a pattern between delimiters expected, as /PATTERN/", false },
	{ "body X /a(?{1})/", 1, "X", "code in a pattern is not taken", false },
	{ "body X eval:check_it", 1, "X", "'eval:FUNCTION(ARGUMENTS)' expected", false },
	{ "body X eval:check_it(a b)", 1, "X", "the arguments of the eval function are not understood", false },
	{ "body X eval:other()", 1, "X", "eval function other is not there", true },
	{ "uri_detail X foo =~ /a/", 1, "X", "'raw|type|cleaned|text|domain|host =~ /PATTERN/' expected at 'foo'", false },
	{ "body X /a/\nscore X abc", 2, "X", "the score 'abc' is no number", false },
	{ "score X 1 2", 1, "X", "a score has 1 or 4 numbers", false },
	{ "score X 1 2 3 4 5", 1, "X", "a score has 1 or 4 numbers", false },
	{ "score X", 1, "X", "a score has 1 or 4 numbers", false },
	{ "score X (1)", 1, "X", "a relative score, but there is none before", false },
	{ "priority X high", 1, "X", "a rule's name and a whole number expected", false },
	{ "describe X", 1, "X", "a rule's name and a text expected", false },
	{ "endif", 1, "", "'endif' without 'if'", false },
	{ "else", 1, "", "'else' without 'if'", false },
	{ "\nif (version > 3)\nbody X /a/\n", 2, "", "'if' without 'endif'", false },
	{ "if\nendif", 1, "", "a condition is missing", false },
	{ "if (version >\nendif", 1, "", "the condition is not understood: a name or number expected at the end", false },
	{ "if foo(1)\nendif", 1, "", "the condition is not understood at 'foo'", false },
	{ "if can(foo)\nendif", 1, "", "no '::' in 'foo'", false },
	{ "require_version 3.0\nbody X /a/", 1, "", "the file requires version 3.0, not 4.000001: its rest is passed over", false },
	{ "loadplugin Mail::SpamAssassin::Plugin::Foo", 1, "", "plugin Mail::SpamAssassin::Plugin::Foo is not there", true },
	{ "include other.cf", 1, "", "nothing can be included here", false },
};

static void problems(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct arena *arena = arena_new(0);
		struct cf *cf = load(arena, mistakes[i].text);
		const struct cf_problem *p = cf->problems;

		if (cf->nproblems == 0 || !span_eq(p->text, span_of(mistakes[i].problem)))
			fail_msg("%s: '%s', not '%s'", mistakes[i].text, cf->nproblems != 0 ? p->text.p : "", mistakes[i].problem);
		assert_string_equal(p->from.file, "test.cf");
		assert_int_equal(p->from.line, mistakes[i].line);
		assert_span(p->rule, mistakes[i].rule);
		assert_int_equal(p->unsupported, mistakes[i].unsupported);
		arena_free(&arena);
	}
}

/* The line "body X /a/" stands between; whether it counts. */
static const struct {
	const char *before, *after;
	bool there;
} blocks[] = {
	{ "if (version >= 3.004000)\n", "endif", true },
	{ "if (version >= 4.000001)\n", "endif", true },
	{ "if (version > 4.000001)\n", "endif", false },
	{ "if !(version > 4.000001)\n", "endif", true },
	{ "if (version >= 3.2) && (version < 5)\n", "endif", true },
	{ "if perl_version >= 5.010\n", "endif", true },
	{ "if local_tests_only\n", "endif", true },
	{ "ifplugin Mail::SpamAssassin::Plugin::FreeMail\n", "endif", true },
	{ "ifplugin Mail::SpamAssassin::Plugin::DCC\n", "endif # x", false },
	{ "if plugin(Mail::SpamAssassin::Plugin::FreeMail)\n", "endif", true },
	{ "if !plugin ( Mail::SpamAssassin::Plugin::FreeMail )\n", "endif", false },
	{ "if plugin(A::B) || plugin(Mail::SpamAssassin::Plugin::FreeMail)\n", "endif", true },
	{ "tryplugin A::B\nifplugin A::B\n", "endif", true },
	{ "if can(Mail::SpamAssassin::Conf::feature_bug6558_free)\n", "endif", true },
	{ "if can(Mail::SpamAssassin::Conf::feature_of_tomorrow)\n", "endif", false },
	{ "if has(Mail::SpamAssassin::Conf::perl_min_version_5010000)\n", "endif", true },
	{ "if can(Mail::SpamAssassin::Conf::compat_welcomelist_blocklist)\n", "endif", true },
	{ "if can(Mail::SpamAssassin::Conf::compat_foo)\n", "endif", false },
	{ "enable_compat foo\nif can(Mail::SpamAssassin::Conf::compat_foo)\n", "endif", true },
	{ "if can(Mail::SpamAssassin::Plugin::MIMEHeader::has_tflags_range)\n", "endif", true },
	{ "if can(Mail::SpamAssassin::Plugin::FreeMail::check_freemail_from)\n", "endif", true },
	{ "if can(Mail::SpamAssassin::Plugin::SPF::has_check_for_spf_errors)\n", "endif", false },
	{ "if (version > 5)\nelse\n", "endif", true },
	{ "if (version < 5)\nelse\n", "endif", false },
	{ "if (version > 5)\nif (version < 5)\nelse\n", "endif\nendif", false },
	{ "if (version > 5)\nelse\nif (version < 5)\n", "endif\nendif", true },
	{ "if (version > 5)\nif (version < 5)\n", "endif\nendif", false },
	{ "if (version > 5)\nendif\n", "", true },
	{ "require_version @@VERSION@@\n", "", true },
	{ "require_version 4.000001\n", "", true },
	{ "lang de\n", "", true },
};

static void conditions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct arena *arena = arena_new(0);
		struct span text = arena_printf(arena, "%sbody X /a/\n%s\n", blocks[i].before, blocks[i].after);
		struct cf *cf = load(arena, text.p);

		if ((map_get(&cf->by_name, SPAN_LIT("X")) != NULL) != blocks[i].there)
			fail_msg("%s", blocks[i].before);
		/* Metas may name a rule that a condition left out. */
		assert_int_equal(map_get(&cf->elsewhere, SPAN_LIT("X")) != NULL, !blocks[i].there);
		arena_free(&arena);
	}
}

static void scores(void **state)
{
	static const char text[] =
		"body A /a/\nbody B /b/\nbody T_C /c/\nbody D /d/\nbody __E /e/\nbody F /f/\nbody G /g/\nbody H /h/\n"
		"score A 1 2 3 4\nscore B -0.5\ntflags D nice\nscore F 0\nscore G 1.25\nscore G (-0.5)\nscore H 1\nscore H 2 # last\n";
	struct arena *arena = arena_new(0);
	struct cf *cf = load(arena, text), *bayes = load_set(arena, text, 2);

	(void)state;
	assert_int_equal(cf->nproblems, 0);
	assert_true(rule(cf, "A")->score == 1 && rule(bayes, "A")->score == 3);
	assert_true(rule(cf, "B")->score == -0.5);
	assert_true(rule(cf, "T_C")->score == 0.01 && !rule(cf, "T_C")->scored);
	assert_true(rule(cf, "D")->score == -1);
	assert_true(rule(cf, "__E")->score == 1 && rule(cf, "__E")->sub);
	assert_true(rule(cf, "F")->dead && rule(cf, "F")->why.len == 0);
	assert_true(rule(cf, "G")->score == 0.75);
	assert_true(rule(cf, "H")->score == 2);
	arena_free(&arena);
}

static void attributes(void **state)
{
	static const char text[] =
		"tflags A multiple maxhits=5 nosubject\n" /* before the rule */
		"body A /a/\ndescribe A Old\ndescribe A  New  text \npriority A -900\n"
		"tflags B net userconf noautolearn range=1-2 concat\nmimeheader B Content-Type =~ /x/\n"
		"header C Subject =~ /c/\nbody C /later/\n" /* redefined */
		"body D /fine/\nbody D broken\n"            /* the broken one does not count */
		"shortcircuit A on\n";
	struct arena *arena = arena_new(0);
	struct cf *cf = load(arena, text);

	(void)state;
	assert_int_equal(cf->nrules, 4);
	assert_int_equal(rule(cf, "A")->flags, CF_MULTIPLE | CF_NOSUBJECT);
	assert_int_equal(rule(cf, "A")->maxhits, 5);
	assert_int_equal(rule(cf, "A")->priority, -900);
	assert_span(rule(cf, "A")->describe, "New  text");
	assert_int_equal(rule(cf, "B")->flags, CF_NET | CF_USERCONF | CF_CONCAT);
	assert_span(rule(cf, "B")->tflags, "net userconf noautolearn range=1-2 concat");
	assert_int_equal(rule(cf, "C")->kind, CF_BODY);
	assert_int_equal(rule(cf, "C")->from.line, 9);
	assert_span(rule(cf, "D")->text, "/fine/");
	/* The plugin Shortcircuit is not loaded: its directive is unknown. */
	assert_int_equal(rule(cf, "A")->shortcircuit, CF_SHORTCIRCUIT_NONE);
	assert_int_equal(cf->nproblems, 2);
	assert_int_equal(cf->problems[1].from.line, 12);
	cf = load(arena, "loadplugin Mail::SpamAssassin::Plugin::Shortcircuit\nbody A /a/\nshortcircuit A ham\n");
	assert_int_equal(rule(cf, "A")->shortcircuit, CF_SHORTCIRCUIT_HAM);
	assert_int_equal(rule(cf, "A")->priority, -200);
	assert_int_equal(rule(cf, "A")->flags, CF_NICE);
	arena_free(&arena);
}

static void directives(void **state)
{
	struct arena *arena = arena_new(0);
	struct cf *cf = load(arena, "freemail_domains a.com b.com\nwhitelist_from *@a.com\nWhitelist-From *@b.com\nunblacklist_from x@y # no\nclear_headers\nfreemail_domains c.com\n"
				    "test X ok foo\nreuse Y\n");
	const struct cf_directive *d;

	(void)state;
	assert_int_equal(cf->nproblems, 0);
	d = cf_directive_next(cf, SPAN_LIT("freemail_domains"), NULL);
	assert_non_null(d);
	assert_span(d->args, "a.com b.com");
	d = cf_directive_next(cf, SPAN_LIT("freemail_domains"), d);
	assert_non_null(d);
	assert_int_equal(d->from.line, 6);
	assert_null(cf_directive_next(cf, SPAN_LIT("freemail_domains"), d));
	d = cf_directive_next(cf, SPAN_LIT("welcomelist_from"), NULL);
	assert_non_null(d);
	d = cf_directive_next(cf, SPAN_LIT("welcomelist_from"), d);
	assert_non_null(d);
	assert_span(d->args, "*@b.com");
	assert_non_null(cf_directive_next(cf, SPAN_LIT("unblocklist_from"), NULL));
	assert_non_null(cf_directive_next(cf, SPAN_LIT("clear_headers"), NULL));
	assert_non_null(map_get(&cf->elsewhere, SPAN_LIT("Y")));
	arena_free(&arena);
}

static const struct {
	enum cf_kind kind;
	const char *text, *header, *pattern, *unset;
	unsigned flags;
	bool negated, exists;
} patterns[] = {
	{ CF_HEADER, "Subject =~ /a b/i", "Subject", "a b", NULL, REGEX_CASELESS, false, false },
	{ CF_HEADER, "Subject: !~ /a/", "Subject", "a", NULL, 0, true, false },
	{ CF_HEADER, "From:addr=~m'x'", "From:addr", "x", NULL, 0, false, false },
	{ CF_HEADER, "X-A.b:raw:first =~ /a/ [if-unset: none at all]", "X-A.b:raw:first", "a", "none at all", 0, false, false },
	{ CF_HEADER, "Subject =~ /a [if-unset: b]/", "Subject", "a [if-unset: b]", NULL, 0, false, false },
	{ CF_HEADER, "exists:X-Foo:", "X-Foo", "", NULL, 0, false, true },
	{ CF_BODY, "m{a{1,2}}xs", "", "a{1,2}", NULL, REGEX_EXTENDED | REGEX_DOTALL, false, false },
	{ CF_BODY, "m<a>m", "", "a", NULL, REGEX_MULTILINE, false, false },
	{ CF_BODY, "m#a#", "", "a", NULL, 0, false, false },
	{ CF_BODY, "/a\\/b\\\\/", "", "a\\/b\\\\", NULL, 0, false, false },
	{ CF_BODY, "qr/a/i", "", "a", NULL, REGEX_CASELESS, false, false },
	{ CF_BODY, "/(a)/n", "", "(?n)(a)", NULL, 0, false, false },
	{ CF_MIMEHEADER, "Content-Type:raw =~ /a/ [if-unset: x]", "Content-Type:raw", "a", "x", 0, false, false },
};

static void taken_apart(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct cf_pattern p;
		struct err err;

		if (!cf_pattern_read(arena, patterns[i].kind, span_of(patterns[i].text), &p, &err))
			fail_msg("%s: %s", patterns[i].text, err.text);
		assert_span(p.header, patterns[i].header);
		assert_span(p.pattern, patterns[i].pattern);
		assert_int_equal(p.flags, patterns[i].flags);
		assert_int_equal(p.negated, patterns[i].negated);
		assert_int_equal(p.exists, patterns[i].exists);
		assert_int_equal(p.has_unset, patterns[i].unset != NULL);
		if (patterns[i].unset != NULL)
			assert_span(p.if_unset, patterns[i].unset);
	}
	arena_free(&arena);
}

static const struct {
	const char *text;
	int n; /* -1: not understood */
	const char *args[5];
} calls[] = {
	{ "f()", 0, { NULL } }, { "f( )", 0, { NULL } }, { "f('a')", 1, { "a" } }, { "f(\"a b\", 'c,d',5)", 3, { "a b", "c,d", "5" } },
	{ "f('it''s')", 1, { "it''s" } }, { "f('it's', x)", 2, { "it's", "x" } }, { "f(1.5, -3 , 127.0.0.1,a.b-c, ::1)", 5, { "1.5", "-3", "127.0.0.1", "a.b-c", "::1" } },
	{ "f(1.5, -3 , 127.0.0.1)", 3, { "1.5", "-3", "127.0.0.1" } }, { "f('')", 1, { "" } }, { "f(a_b)", -1, { NULL } }, { "f('a' 'b')", 1, { "a' 'b" } },
	{ "f(a", -1, { NULL } }, { "(a)", -1, { NULL } }, { "f('a)", -1, { NULL } }, { "f(,a)", -1, { NULL } },
};

static void arguments(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct cf_call call;
		bool ok = cf_call_read(arena, span_of(calls[i].text), &call);

		if (ok != (calls[i].n >= 0) || (ok && (int)call.nargs != calls[i].n))
			fail_msg("%s: %d, %zu arguments", calls[i].text, ok, call.nargs);
		for (int k = 0; k < calls[i].n; k++)
			assert_span(call.args[k], calls[i].args[k]);
	}
	arena_free(&arena);
}

static void criteria(void **state)
{
	struct arena *arena = arena_new(0);
	struct cf_criterion c[CF_CRITERIA_MAX];
	struct err err;

	(void)state;
	assert_int_equal(cf_criteria_read(arena, SPAN_LIT("raw =~ /a\\/b c/i  domain !~ m!x/y!  raw =~ /z/"), c, &err), 2);
	assert_span(c[0].key, "raw");
	assert_span(c[0].pattern, "z");
	assert_int_equal(c[0].flags, 0);
	assert_true(c[1].negated);
	assert_span(c[1].pattern, "x/y");
	assert_int_equal(cf_criteria_read(arena, SPAN_LIT("raw =~ /a"), c, &err), 0);
	arena_free(&arena);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static struct cf *load_files(struct arena *arena, const char *dir, const char *pattern, struct err *err_r)
{
	static const struct cf_context context = { .has_eval = has_eval };
	struct span v = arena_printf(arena, "%s/%s", dir, pattern);

	return cf_load(arena, &v, 1, &context, err_r);
}

static void files(void **state)
{
	char dir[] = "/tmp/winnow-cf-XXXXXX";
	char command[100];
	struct arena *arena = arena_new(0);
	struct err err;
	struct cf *cf;

	(void)state;
	assert_non_null(mkdtemp(dir));
	write_file(dir, "20_b.cf", "score A 2\nifplugin A::B\nbody P /p/\nendif\nif (version > 9)\n");
	write_file(dir, "10_a.cf", "body A /a/\ninclude sub/x.inc\ninclude 10_a.cf\n");
	write_file(dir, "z.pre", "tryplugin A::B\n");
	snprintf(command, sizeof(command), "mkdir %s/sub", dir);
	assert_int_equal(system(command), 0);
	write_file(dir, "sub/x.inc", "body I /i/\nscore A 1\nbad\n");
	cf = load_files(arena, dir, "*", &err); /* plugins first; folders among the names are passed over */
	assert_non_null(cf);
	assert_int_equal(cf->nrules, 3);
	assert_true(rule(cf, "A")->score == 2);
	assert_string_equal(strrchr(rule(cf, "I")->from.file, '/'), "/x.inc");
	assert_int_equal(cf->nproblems, 2);
	assert_int_equal(cf->problems[0].from.line, 3);
	assert_int_equal(cf->problems[1].from.line, 5);
	assert_non_null(load_files(arena, dir, "nothing*", &err));
	assert_null(load_files(arena, dir, "missing.cf", &err));
	assert_non_null(strstr(err.text, "missing.cf: No such file"));
	assert_int_equal(load_files(arena, dir, "", &err)->nrules, 2); /* the folder: its *.cf, without the plugin */
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defines), cmocka_unit_test(problems), cmocka_unit_test(conditions), cmocka_unit_test(scores), cmocka_unit_test(attributes),
		cmocka_unit_test(directives), cmocka_unit_test(taken_apart), cmocka_unit_test(arguments), cmocka_unit_test(criteria), cmocka_unit_test(files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
