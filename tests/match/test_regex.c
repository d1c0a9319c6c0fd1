/* Patterns: Perl's syntax and semantics, captures, limits, "/pattern/flags". */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "match/regex.h"

static struct regex_memory *memory;

#define NOTHING NULL

struct row {
	const char *pattern;
	unsigned flags;
	const char *text;
	const char *match; /* NULL: none */
};

static const struct row rows[] = {
	{ "foo", 0, "a foo", "foo" },
	{ "FOO", REGEX_CASELESS, "a foo", "foo" },
	{ "\xc4", REGEX_CASELESS, "\xe4", NOTHING }, /* case is ASCII */
	{ "foo$", 0, "foo\n", "foo" },               /* before a last line end */
	{ "foo$", 0, "foo\nbar", NOTHING },
	{ "foo$", REGEX_MULTILINE, "foo\nbar", "foo" },
	{ "foo\\z", 0, "foo\n", NOTHING },
	{ "^bar", REGEX_MULTILINE, "foo\nbar", "bar" },
	{ "a.b", 0, "a\nb", NOTHING },
	{ "a.b", REGEX_DOTALL, "a\nb", "a\nb" },
	{ "a b # c", REGEX_EXTENDED, "ab", "ab" },
	{ "\\h", 0, "\xa0", "\xa0" },
	{ "\\s", 0, "\x0b", "\x0b" },
	{ "\\s", 0, "\xa0", NOTHING },
	{ "\\w", 0, "\xe4", NOTHING },
	{ "[[:alpha:]]+", 0, "1ab2", "ab" },
	{ "[[:^alpha:]]+", 0, "a12b", "12" },
	{ "\\x{41}\\x42", 0, "AB", "AB" },
	{ "\\x{e4}", 0, "\xe4", "\xe4" },
	{ "a{,2}b", 0, "aaab", "aab" },   /* as Perl 5.34 has it */
	{ "[{,2}]+", 0, "2,2", "2,2" },
	{ "\\Q{,2}\\E", 0, "a{,2}", "{,2}" },
	{ "\\{,2}", 0, "a{,2}", "{,2}" },
	{ "x{,}", 0, "x{,}", "x{,}" },
	{ "a\\yb", 0, "ayb", "ayb" },     /* a needless backslash */
	{ "(a+)+b", 0, "aab", "aab" },
	{ "a++a", 0, "aaa", NOTHING },
	{ "(?>a+)b", 0, "aab", "aab" },
	{ "(\\w)\\1", 0, "abccd", "cc" },
	{ "(?<=a)b(?!c)", 0, "abc ab", "b" },
	{ "foo\\Kbar", 0, "foobar", "bar" },
	{ "(\\((?:[^()]|(?1))*\\))", 0, "a(b(c)d)e", "(b(c)d)" },
	{ "x*", 0, "aaa", "" },
	{ "", 0, "", "" },
	{ "[\\x{456}i]t", 0, "it", "it" },  /* what is no byte matches nothing */
	{ "\\x{456}t|b", 0, "ab", "b" },
	{ "[^\\x{456}]", 0, "a", "a" },
	{ "[\\x{456}]|c", 0, "abc", "c" },
	{ "[\\xf0-\\x{456}]", 0, "a\xfa", "\xfa" },
};

static void test_match(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		struct err err = { "" };
		struct regex *re = regex_new(span_of(r->pattern), r->flags, &err);
		struct span m = SPAN_NONE;
		enum regex_result got;

		if (re == NULL)
			fail_msg("%s: %s", r->pattern, err.text);
		got = regex_match(re, memory, span_of(r->text), 0, &m, 1);
		if (got != (r->match != NULL ? REGEX_YES : REGEX_NO) || (r->match != NULL && !span_eq(m, span_of(r->match))))
			fail_msg("%s on \"%s\": %d \"%.*s\"", r->pattern, r->text, got, SPAN_ARG(m));
		regex_free(&re);
		assert_null(re);
	}
}

static void test_broken(void **state)
{
	static const char *const broken[] = { "(", "a)", "[a", "*a", "(?<n>a)(?<n>b)", "\\x{zz", "(*UTF)a", "(?1", "a{2,1}", "(?<=a+)b" };

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		struct err err = { "" };
		struct regex *re = regex_new(span_of(broken[i]), 0, &err);

		if (re != NULL || strstr(err.text, "at byte") == NULL)
			fail_msg("%s: \"%s\"", broken[i], err.text);
	}
}

static void test_captures(void **state)
{
	struct span text = SPAN_LIT("x=1; key=value"), c[5];
	struct regex *re = regex_new(SPAN_LIT("(?<name>[a-z]{2,})(-)?=(\\w*)"), 0, NULL);

	(void)state;
	assert_int_equal(regex_groups(re), 3);
	assert_int_equal(regex_group_named(re, "name"), 1);
	assert_int_equal(regex_group_named(re, "other"), 0);
	assert_int_equal(regex_match(re, memory, text, 0, c, 5), REGEX_YES);
	assert_true(span_eq(c[0], SPAN_LIT("key=value")) && c[0].p == text.p + 5);
	assert_true(span_eq(c[1], SPAN_LIT("key")));
	assert_null(c[2].p);
	assert_true(span_eq(c[3], SPAN_LIT("value")));
	assert_null(c[4].p);
	assert_int_equal(regex_match(re, memory, text, 8, NULL, 0), REGEX_NO);
	assert_int_equal(regex_match(re, memory, text, text.len + 1, NULL, 0), REGEX_NO);
	regex_free(&re);
}

/* Patterns that would take ages end; long texts in which they find something at once do not. */
static void test_limits(void **state)
{
	static const char *const bad[] = { "(a+)+$", "(a|aa)+$", "(a*)*\\1x", "(?:a?){300}a{300}c", ".*a.*a.*a.*a.*a.*bx", "(?:.*a){9}x" };
	size_t n = 300000;
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	memset(text, 'a', n);
	memcpy(text + n - 4, "bcnx", 4);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct regex *re = regex_new(span_of(bad[i]), 0, NULL);

		assert_non_null(re);
		if (regex_match(re, memory, span_make(text, n), 0, NULL, 0) != REGEX_LIMIT)
			fail_msg("%s", bad[i]);
		regex_free(&re);
	}
	free(text);
}

/* In long texts, starts are tried in pieces: the same is found as in one go. */
static void test_long(void **state)
{
	static const struct {
		const char *pattern;
		bool match;
	} long_rows[] = {
		{ "nee+dle", true }, { "(?<=x )needle", true }, { "\\bneedle\\b", true }, { "needle\\z", false }, { "^needle", false }, { "\\Gneedle", false },
		{ "(?:y|\\G)x needle", false }, { "x*(*COMMIT)needle", false }, { "end$", true }, { "e.d\\n\\z", true }, { "[^ -~]", true }, { "x{40} needle", true },
	};
	size_t n = 70000;
	char *text = malloc(n);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', n);
	memcpy(text + 50000, " needle ", 8);
	memcpy(text + n - 4, "end\n", 4);
	for (size_t i = 0; i < sizeof(long_rows) / sizeof(*long_rows); i++) {
		struct regex *re = regex_new(span_of(long_rows[i].pattern), 0, NULL);

		assert_non_null(re);
		if (regex_match(re, memory, span_make(text, n), 0, NULL, 0) != (long_rows[i].match ? REGEX_YES : REGEX_NO))
			fail_msg("%s", long_rows[i].pattern);
		regex_free(&re);
	}
	free(text);
}

static void test_split(void **state)
{
	static const struct {
		const char *written, *pattern; /* NULL: refused */
		unsigned flags;
	} split_rows[] = {
		{ "/foo/", "foo", 0 }, { "/foo/i", "foo", REGEX_CASELESS }, { "/a\\/b/imsx", "a\\/b", REGEX_CASELESS | REGEX_MULTILINE | REGEX_DOTALL | REGEX_EXTENDED },
		{ "m{a}i", "a", REGEX_CASELESS }, { "m(a(b)c)", "a(b)c", 0 }, { "m!/a/!", "/a/", 0 }, { "m,a,", "a", 0 }, { "qr#a#", "a", 0 }, { "m|a\\|b|", "a\\|b", 0 },
		{ "/foo/aoug", "foo", 0 }, { "//", "", 0 }, { "/foo", NULL, 0 }, { "foo", NULL, 0 }, { "/foo/q", NULL, 0 }, { "/a/b/", NULL, 0 }, { "mfoom", NULL, 0 },
		{ "m", NULL, 0 }, { "", NULL, 0 }, { "/foo/i x", NULL, 0 }, { "m\\a\\", NULL, 0 }, { "!a!", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(split_rows) / sizeof(*split_rows); i++) {
		struct span pattern = SPAN_NONE;
		unsigned flags = 0;
		struct err err = { "" };
		bool ok = regex_split(span_of(split_rows[i].written), &pattern, &flags, &err);

		if (ok != (split_rows[i].pattern != NULL) || (ok && (!span_eq(pattern, span_of(split_rows[i].pattern)) || flags != split_rows[i].flags)) ||
		    (!ok && err.text[0] == '\0'))
			fail_msg("%s: %d \"%.*s\" %u %s", split_rows[i].written, ok, SPAN_ARG(pattern), flags, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match), cmocka_unit_test(test_broken), cmocka_unit_test(test_captures), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_long), cmocka_unit_test(test_split),
	};
	int failed;

	memory = regex_memory_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	regex_memory_free(&memory);
	return failed;
}
