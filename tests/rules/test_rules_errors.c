/* What is wrong in a rule file: file, line, rule, key, and what was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "judge.h"

struct row {
	const char *rules;
	const char *error;
};

static const struct row rows[] = {
	/* Lua */
	{ "rule 'A' {\n\tdoc = 'd'\n\tbody = 'x',\n}", "f.lua:3: '}' expected (to close '{' at line 1) near 'body'" },
	{ "\nx = 1", "f.lua:2: 'x' is assigned but no local variable: write local x = ..." },
	{ "\nlocal a = ruel", "f.lua:2: unknown name 'ruel'" },
	{ "io.open('x')", "f.lua:1: unknown name 'io'" },
	{ "\nerror('mine')", "f.lua:2: mine" },
	{ "while true do end", "f.lua:1: instruction limit reached (an endless loop?)" },
	{ "pcall(function() rule 'a' {} end)", "f.lua:1: a rule's name is made of A-Z, 0-9 and _, at most 64 of them, not \"a\"" },
	/* the call */
	{ "rule 'A'", "f.lua:1: rule \"A\" without a table { ... }" },
	{ "rule 'A'\nrule 'B' { doc = 'd', body = 'x' }", "f.lua:1: rule \"A\" without a table { ... }" },
	{ "\nrule(1)", "f.lua:2: rule needs a name and a table: rule \"NAME\" { ... }" },
	{ "rule { doc = 'd', body = 'x' }", "f.lua:1: rule needs a name and a table: rule \"NAME\" { ... }" },
	{ "rule '' { doc = 'd', body = 'x' }", "f.lua:1: a rule's name is made of A-Z, 0-9 and _, at most 64 of them, not \"\"" },
	{ "rule 'A' { doc = 'd', body = 'x' }\n\nrule 'A' { doc = 'd', body = 'y' }", "f.lua:3: rule \"A\" stands already in f.lua:1" },
	{ "list(1)", "f.lua:1: list needs the name of a file: list \"file.txt\"" },
	/* keys */
	{ "rule 'A' {\n\tdoc = 'd',\n\tscroe = 1,\n\tbody = 'x',\n}", "f.lua:3: rule \"A\": unknown key 'scroe' (did you mean 'score'?)" },
	{ "rule 'A' {\n\tdoc = 'd',\n\tbdoy = 'x',\n}", "f.lua:3: rule \"A\": unknown key 'bdoy' (did you mean 'body'?)" },
	{ "rule 'A' { doc = 'd', 'x' }", "f.lua:1: rule \"A\": has a value without a key" },
	{ "rule 'A' {\n\tbody = 'x' }", "f.lua:1: rule \"A\": has no doc: one sentence about what it finds" },
	{ "rule 'A' { doc = 'd' }", "f.lua:1: rule \"A\": has no condition" },
	{ "rule 'A' { doc = '', body = 'x' }", "f.lua:1: 'doc' in rule \"A\": must be a sentence, not \"\"" },
	{ "rule 'A' { doc = 'd', body = 'x',\n\tscore = '5 points' }", "f.lua:2: 'score' in rule \"A\": must be a number of points, not \"5 points\"" },
	{ "rule 'A' { doc = 'd', body = 'x', score = 1001 }", "f.lua:1: 'score' in rule \"A\": must be between -1000 and 1000" },
	{ "rule 'A' { doc = 'd', body = 'x', group = 5 }", "f.lua:1: 'group' in rule \"A\": must be the name of an evidence group, not 5" },
	{ "rule 'A' { doc = 'd', body = 'x', force = 'rejct' }", "f.lua:1: 'force' in rule \"A\": unknown action 'rejct' (did you mean 'reject'?)" },
	{ "rule 'A' { doc = 'd', body = 'x', direction = 'in' }", "f.lua:1: 'direction' in rule \"A\": unknown direction 'in'" },
	{ "rule 'A' { doc = 'd', body = 'x', direction = 'inbund' }", "f.lua:1: 'direction' in rule \"A\": unknown direction 'inbund' (did you mean 'inbound'?)" },
	{ "rule 'A' { doc = 'd', body = 'x', multiple = 1 }", "f.lua:1: 'multiple' in rule \"A\": must be between 2 and 1000, not 1" },
	{ "rule 'A' { doc = 'd', body = 'x', subject = 'y', multiple = 2 }",
	  "f.lua:1: rule \"A\": counts multiple matches and needs one condition on a text, links or attachments for it, and no other" },
	{ "rule '__A' { body = 'x',\nscore = 1 }", "f.lua:2: 'score' in rule \"__A\": means nothing for a part of meta rules (a name with \"__\")" },
	{ "rule 'A' { doc = 'd', meta = 'B', body = 'x' }", "f.lua:1: 'body' in rule \"A\": is a condition and cannot stand beside 'meta'" },
	{ "rule 'A' { doc = 'd', check = function() end, body = 'x' }",
	  "f.lua:1: 'body' in rule \"A\": is a condition and cannot stand beside 'check': put it into when = { ... }" },
	{ "rule 'A' { doc = 'd', body = 'x', when = { body = 'x' } }", "f.lua:1: 'when' in rule \"A\": belongs to a rule with check = function(m) ... end" },
	{ "rule 'A' { doc = 'd', check = 5 }", "f.lua:1: 'check' in rule \"A\": must be a function, not 5" },
	{ "rule '__A' { check = function() end }", "f.lua:1: rule \"__A\": is a function and cannot be a part of meta rules (a name with \"__\")" },
	{ "rule 'A' { doc = 'd', check = function() end, after = 'M' } rule 'M' { doc = 'd', meta = 'B' } rule 'B' { doc = 'd', body = 'x' }",
	  "f.lua:1: 'after' in rule \"A\": M is a meta rule, and these come last" },
	/* conditions */
	{ "rule 'A' { doc = 'd', body = 5 }", "f.lua:1: 'body' in rule \"A\": must be a pattern \"/.../\", a literal, a list file, or a list of them, not 5" },
	{ "rule 'A' { doc = 'd', body = {} }", "f.lua:1: 'body' in rule \"A\": is an empty list" },
	{ "rule 'A' { doc = 'd', body = { 'x', y = 'z' } }", "f.lua:1: 'body' in rule \"A\": must be a list, without keys and holes" },
	{ "rule 'A' { doc = 'd', body = '' }", "f.lua:1: 'body' in rule \"A\": '': an empty literal" },
	{ "rule 'A' {\n\tdoc = 'd',\n\tbody = {\n\t\t'x',\n\t\t'/y/q',\n\t},\n}", "f.lua:5: 'body[2]' in rule \"A\": broken pattern /y/q: unknown flag 'q' behind a pattern" },
	{ "rule 'A' { doc = 'd', body = '/x' }", "f.lua:1: 'body' in rule \"A\": broken pattern /x: the pattern has no end (/)" },
	{ "rule 'A' {\n\tdoc = 'd', -- {\n\tany = {\n\t\t{ body = 'x' }, { subject = [[y]] },\n\t\t{ url = {\n\t\t\thots = 'x' } },\n\t},\n}",
	  "f.lua:6: 'any[3].url.hots' in rule \"A\": unknown key 'hots' (did you mean 'host'?)" },
	{ "rule 'A' {\n\tdoc = 'd',\n\theader = {\n\t\t['X-A'] = true,\n\t\t['From:adr'] = 'x',\n\t},\n}", "f.lua:5: 'header.From:adr' in rule \"A\": 'From:adr': ':adr' is none of :raw, :addr, :name, :domain" },
	{ "rule 'A' { doc = 'd', header = { ['X A'] = true } }", "f.lua:1: 'header.X A' in rule \"A\": 'X A' is no header field name" },
	{ "rule 'A' { doc = 'd', header = '/x/' }", "f.lua:1: 'header' in rule \"A\": must be a table, not \"/x/\"" },
	{ "rule 'A' { doc = 'd', attachment = 'x' }", "f.lua:1: 'attachment' in rule \"A\": must be true, false, or a table of name, extension, type and size, not \"x\"" },
	{ "rule 'A' { doc = 'd', attachment = { size = 'big' } }", "f.lua:1: 'attachment.size' in rule \"A\": must be a size like \"10K\", not \"big\"" },
	{ "rule 'A' { doc = 'd', envelope = { fro = 'x' } }", "f.lua:1: 'envelope.fro' in rule \"A\": unknown key 'fro' (did you mean 'from'?)" },
	{ "rule 'A' { doc = 'd', envelope = { nrcpt = 1.5 } }", "f.lua:1: 'envelope.nrcpt' in rule \"A\": must be a whole number, not 1.5" },
	{ "rule 'A' { doc = 'd', client = { tls = 1 } }", "f.lua:1: 'client.tls' in rule \"A\": must be true or false, not 1" },
	{ "rule 'A' { doc = 'd', fact = 'BARE_LV' }", "f.lua:1: 'fact' in rule \"A\": unknown fact 'BARE_LV' (did you mean 'BARE_LF'?)" },
	{ "rule 'A' { doc = 'd', size = { mn = 1 } }", "f.lua:1: 'size.mn' in rule \"A\": unknown key 'mn' (did you mean 'min'?)" },
	{ "rule 'A' { doc = 'd', any = { body = 'x' } }", "f.lua:1: 'any' in rule \"A\": must be a list of condition tables: { { ... }, { ... } }, not a table" },
	{ "rule 'A' { doc = 'd', any = { 'x' } }", "f.lua:1: 'any[1]' in rule \"A\": must be a table of conditions, not \"x\"" },
	{ "rule 'A' { doc = 'd', any = { {} } }", "f.lua:1: 'any[1]' in rule \"A\": has no condition" },
	{ "local c = { body = 'x' } for i = 1, 20 do c = { any = { c } } end\nrule 'A' { doc = 'd', any = { c } }", "conditions stand inside of each other more than 16 times" },
	{ "rule 'A' { doc = 'd', body = list 'no-such-file' }", "f.lua:1: 'body' in rule \"A\": cannot read no-such-file: No such file or directory" },
	/* functions */
	{ "\nrule 'A' { doc = 'd', check = function() end, after = 'NOBODY' }", "f.lua:2: check rule A comes after NOBODY, which does not exist" },
	{ "rule 'A' { doc = 'd', check = function() end, after = 'B' }\nrule 'B' { doc = 'd', check = function() end, after = 'A' }", "f.lua:1: check rule A comes after itself" },
	/* metas */
	{ "rule 'A' { doc = 'd', meta = '' }", "f.lua:1: 'meta' in rule \"A\": must be an expression over symbols, not \"\"" },
	{ "\nrule 'A' { doc = 'd', meta = 'FOUND or FUOND' }", "check meta: f.lua:2: 'meta' in rule \"A\": unknown symbol 'FUOND' (did you mean 'FOUND'?)" },
	{ "rule 'A' { doc = 'd', meta = 'B' }\nrule 'B' { doc = 'd', meta = 'FOUND + C' }\nrule 'C' { doc = 'd', meta = '!B' }",
	  "f.lua:2: 'meta' in rule \"B\": it depends on itself: B > C > B" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct judge j;
		struct err err = { "" };

		if (judge_load(&j, "f.lua", rows[i].rules, &err))
			fail_msg("no error: %s", rows[i].rules);
		if (strstr(err.text, rows[i].error) == NULL)
			fail_msg("%s\ngot \"%s\",\nnot \"%s\"", rows[i].rules, err.text, rows[i].error);
		judge_end(&j);
	}
}

/* A broken pattern is shown with what PCRE2 says of it. */
static void test_pattern(void **state)
{
	struct judge j;
	struct err err = { "" };

	(void)state;
	assert_false(judge_load(&j, "f.lua", "\nrule 'A' { doc = 'd',\n\tbody = '/a(b/' }", &err));
	assert_non_null(strstr(err.text, "f.lua:3: 'body' in rule \"A\": broken pattern /a(b/: "));
	assert_non_null(strstr(err.text, "missing"));
	judge_end(&j);
}

static void test_list(void **state)
{
	char path[] = "/tmp/winnow-test-list-XXXXXX", rules[160], expected[160];
	int fd = mkstemp(path);
	FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
	struct judge j;
	struct err err = { "" };

	(void)state;
	assert_non_null(f);
	assert_true(fputs("good\n# comment\n/broken(/\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	snprintf(rules, sizeof(rules), "rule 'A' { doc = 'd', body = list '%s' }", path);
	snprintf(expected, sizeof(expected), "%s:3: ", path);
	assert_false(judge_load(&j, "f.lua", rules, &err));
	if (strstr(err.text, expected) != err.text)
		fail_msg("%s", err.text);
	judge_end(&j);
	snprintf(rules, sizeof(rules), "rule 'A' { doc = 'd', from = list '%s' }", path);
	assert_false(judge_load(&j, "f.lua", rules, &err));
	if (strstr(err.text, expected) != err.text)
		fail_msg("%s", err.text);
	judge_end(&j);
	remove(path);
}

/* Settings that name what is not there. */
static void test_settings(void **state)
{
	static const struct {
		const char *file, *off, *error;
	} cases[] = {
		{ "/no/such/file.lua", NULL, "cannot read /no/such/file.lua: No such file or directory" },
		{ "/no/such/folder/*.lua", "NOBODY", "rules.disabled: there is no rule 'NOBODY'" },
		{ "/tmp", NULL, "cannot read /tmp: not a file" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(0);
		struct span file = span_of(cases[i].file), off = span_of(cases[i].off);
		struct rules_settings set = { .files = { &file, 1 }, .disabled = { &off, off.len != 0 } };
		struct err err = { "" };

		assert_null(rules_load(arena, &set, &err));
		assert_string_equal(err.text, cases[i].error);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_pattern),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
