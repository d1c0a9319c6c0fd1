#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/span.h"

static void test_find(void **state)
{
	(void)state;
	assert_int_equal(span_find(SPAN_LIT("abcabc"), SPAN_LIT("ca")), 2);
	assert_true(span_find(SPAN_LIT("abc"), SPAN_LIT("abcd")) == SPAN_NPOS);
	assert_int_equal(span_case_find(SPAN_LIT("Hello World"), SPAN_LIT("wORLD")), 6);
	assert_true(span_case_find(SPAN_NONE, SPAN_LIT("x")) == SPAN_NPOS);
	assert_int_equal(span_chr(SPAN_LIT("a:b:c"), ':'), 1);
	assert_int_equal(span_rchr(SPAN_LIT("a:b:c"), ':'), 3);
}

static void test_compare(void **state)
{
	(void)state;
	assert_true(span_case_eq(SPAN_LIT("FROM"), SPAN_LIT("from")));
	assert_false(span_eq(SPAN_LIT("FROM"), SPAN_LIT("from")));
	assert_true(span_eq(SPAN_NONE, SPAN_LIT("")));
	assert_true(span_cmp(SPAN_LIT("a"), SPAN_LIT("ab")) < 0);
	assert_true(span_cmp(SPAN_LIT("\xff"), SPAN_LIT("a")) > 0);
	assert_true(span_case_starts(SPAN_LIT("Content-Type"), SPAN_LIT("content-")));
	assert_false(span_case_ends(SPAN_LIT("x"), SPAN_LIT("xx")));
}

static void test_split(void **state)
{
	struct span rest = SPAN_LIT("a,,b");

	(void)state;
	assert_true(span_eq(span_split(&rest, ','), SPAN_LIT("a")));
	assert_true(span_eq(span_split(&rest, ','), SPAN_LIT("")));
	assert_non_null(rest.p);
	assert_true(span_eq(span_split(&rest, ','), SPAN_LIT("b")));
	assert_null(rest.p);
}

static void test_uint(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool ok;
		uint64_t value;
	} rows[] = {
		{ "0", 10, true, 0 },
		{ "10", 10, true, 10 },
		{ "11", 10, false, 0 },
		{ "", 10, false, 0 },
		{ "-1", 10, false, 0 },
		{ "1x", 10, false, 0 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "9", 5, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t v = 0;

		assert_int_equal(span_uint(span_of(rows[i].text), rows[i].max, &v), rows[i].ok);
		if (rows[i].ok)
			assert_true(v == rows[i].value);
	}
}

static void test_sub(void **state)
{
	(void)state;
	assert_true(span_eq(span_sub(SPAN_LIT("abcdef"), 2, 2), SPAN_LIT("cd")));
	assert_true(span_eq(span_sub(SPAN_LIT("abc"), 1, SIZE_MAX), SPAN_LIT("bc")));
	assert_int_equal(span_from(SPAN_LIT("abc"), 9).len, 0);
	assert_true(span_eq(span_trim(SPAN_LIT(" \t a b\r\n")), SPAN_LIT("a b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find), cmocka_unit_test(test_compare), cmocka_unit_test(test_split),
		cmocka_unit_test(test_uint), cmocka_unit_test(test_sub),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
