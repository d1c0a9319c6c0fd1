/* Meta rules: order, counts, recipients, evidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "judge.h"

#define MAIL "From: a@b.example\nSubject: one two three\n"

static const char parts[] =
	"rule '__ONE' { subject = 'one' }\n"
	"rule '__TWO' { subject = 'two' }\n"
	"rule '__NINE' { subject = 'nine' }\n"
	"rule '__E' { subject = '/e/', multiple = 10 }\n"
	"rule '__MINE' { subject = 'one', rcpt = '@mine.example' }\n";

static const struct {
	const char *rules, *mail, *env, *hits;
} rows[] = {
	{ "meta = '__ONE and __TWO'", MAIL "\n", NULL, "M[__ONE, __TWO]" },
	{ "meta = '__ONE and __NINE'", MAIL "\n", NULL, "" },
	{ "meta = '__ONE and (__NINE or not __NINE)'", MAIL "\n", NULL, "M[__ONE]" },
	{ "meta = 'not __NINE'", MAIL "\n", NULL, "M" },
	{ "meta = '__ONE + __TWO + __NINE >= 2'", MAIL "\n", NULL, "M[__ONE, __TWO]" },
	{ "meta = '__ONE + __TWO + __NINE >= 3'", MAIL "\n", NULL, "" },
	{ "meta = '__E == 3'", MAIL "\n", NULL, "M[__E]" },
	{ "meta = '__E > 3'", MAIL "\n", NULL, "" },
	/* symbols of others */
	{ "meta = 'FOUND'", MAIL "X-Found: 1\n\n", NULL, "FOUND M[FOUND]" },
	{ "meta = 'FOUND == 3'", MAIL "X-Found: 3\n\n", NULL, "FOUND=3 M[FOUND]" },
	{ "meta = 'FOUND == 3'", MAIL "X-Found: 2\n\n", NULL, "FOUND=2" },
	/* recipients */
	{ "meta = 'PICKED'", MAIL "\n", "rcpt=picked@a\nrcpt=other@a", "PICKED{picked@a} M[PICKED]{picked@a}" },
	{ "meta = 'not PICKED'", MAIL "\n", "rcpt=picked@a\nrcpt=other@a", "PICKED{picked@a} M{other@a}" },
	{ "meta = 'PICKED or FOUND'", MAIL "X-Found: 1\n\n", "rcpt=picked@a\nrcpt=other@a", "FOUND PICKED{picked@a} M[PICKED, FOUND]" },
	{ "meta = '__MINE'", MAIL "\n", "rcpt=x@mine.example\nrcpt=other@a", "M[__MINE]{x@mine.example}" },
	{ "meta = '__MINE and PICKED'", MAIL "\n", "rcpt=x@mine.example\nrcpt=picked@a\nrcpt=picked@mine.example",
	  "PICKED{picked@a,picked@mine.example} M[__MINE, PICKED]{picked@mine.example}" },
	{ "meta = '__ONE', rcpt = '@mine.example'", MAIL "\n", "rcpt=x@mine.example\nrcpt=other@a", "M[__ONE]{x@mine.example}" },
	{ "meta = 'not PICKED', rcpt = '@mine.example'", MAIL "\n", "rcpt=x@mine.example\nrcpt=other@a\nrcpt=picked@a", "PICKED{picked@a} M{x@mine.example}" },
	/* direction */
	{ "meta = 'not __NINE'", MAIL "\n", "user=joe", "" },
	{ "meta = 'not __NINE', direction = 'any'", MAIL "\n", "user=joe", "M" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[1024];
		struct judge j;
		struct err err = { "" };
		bool loaded;
		const char *hits;

		snprintf(text, sizeof(text), "%srule 'M' { doc = 'd', %s }", parts, rows[i].rules);
		loaded = judge_load(&j, "f.lua", text, &err);
		hits = loaded ? judge_mail(&j, rows[i].mail, rows[i].env) : err.text;
		if (!loaded || strcmp(hits, rows[i].hits) != 0)
			fail_msg("%s: got \"%s\", not \"%s\"", rows[i].rules, hits, rows[i].hits);
		judge_end(&j);
	}
}

/* Whatever the order in which they stand. */
static void test_order(void **state)
{
	static const char rules[] =
		"rule 'A' { doc = 'd', meta = 'B and not __D' }\n"
		"rule 'B' { doc = 'd', meta = 'C' }\n"
		"rule '__D' { meta = 'B and FOUND' }\n"
		"rule 'C' { doc = 'd', subject = 'one' }\n";
	struct judge j;
	struct err err = { "" };

	(void)state;
	if (!judge_load(&j, "f.lua", rules, &err))
		fail_msg("%s", err.text);
	assert_string_equal(judge_mail(&j, MAIL "\n", NULL), "C[one] A[B] B[C]");
	assert_string_equal(judge_mail(&j, MAIL "X-Found: 1\n\n", NULL), "FOUND C[one] B[C]");
	judge_end(&j);
}

/* A chain of thousands is put in order without recursion. */
static void test_long_chain(void **state)
{
	static const char rules[] =
		"for i = 1, 3000 do rule('M' .. i) { doc = 'd', meta = 'M' .. (i + 1) } end\n"
		"rule 'M3001' { doc = 'd', subject = 'one' }\n";
	struct judge j;
	struct err err = { "" };
	const char *hits;

	(void)state;
	if (!judge_load(&j, "f.lua", rules, &err))
		fail_msg("%s", err.text);
	hits = judge_mail(&j, MAIL "\n", NULL);
	assert_non_null(strstr(hits, "M3001[one]"));
	assert_non_null(strstr(hits, "M1[M2]"));
	judge_end(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_long_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
