#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/milli.h"
#include "base/setting.h"

static void test_size(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = {
		{ "0", true, 0 }, { "1024", true, 1024 }, { "50M", true, 52428800 }, { "64KiB", true, 65536 }, { "64 kb", true, 65536 },
		{ " 1G ", true, 1073741824 }, { "1.5K", true, 1536 }, { "0.001K", true, 1 }, { ".5K", true, 512 },
		{ "", false, 0 }, { "M", false, 0 }, { ".", false, 0 }, { "-1", false, 0 }, { "1T", false, 0 }, { "1 M x", false, 0 },
		{ "1.2.3", false, 0 }, { "0x10", false, 0 }, { "99999999999999999999", false, 0 }, { "9999999999999G", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t v = -1;

		assert_int_equal(setting_parse_size(span_of(rows[i].text), &v), rows[i].ok);
		assert_true(v == (rows[i].ok ? rows[i].value : -1));
	}
}

static void test_duration(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t value;
	} rows[] = {
		{ "30s", true, 30000000 }, { "30", true, 30000000 }, { "5m", true, 300000000 }, { "5min", true, 300000000 },
		{ "1h", true, 3600000000 }, { "2d", true, 172800000000 }, { "250ms", true, 250000 }, { "7us", true, 7 }, { "0.25s", true, 250000 },
		{ "", false, 0 }, { "s", false, 0 }, { "5w", false, 0 }, { "-5s", false, 0 }, { "1e3", false, 0 }, { "0.0001s", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t v = -1;

		assert_int_equal(setting_parse_duration(span_of(rows[i].text), &v), rows[i].ok);
		assert_true(v == (rows[i].ok ? rows[i].value : -1));
	}
}

static void test_score(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		int32_t value;
		const char *again;
	} rows[] = {
		{ "6.25", true, 6250, "6.25" }, { "-0.05", true, -50, "-0.05" }, { "0", true, 0, "0" }, { "-1", true, -1000, "-1" },
		{ "7.200", true, 7200, "7.2" }, { "1000000", true, 1000000000, "1000000" }, { "10", true, 10000, "10" },
		{ "1000001", false, 0, NULL }, { "", false, 0, NULL }, { "-", false, 0, NULL }, { "--1", false, 0, NULL }, { "1.2345", false, 0, NULL },
		{ "1x", false, 0, NULL }, { "off", false, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int32_t v = 0;
		char text[16];

		assert_int_equal(setting_parse_score(span_of(rows[i].text), &v), rows[i].ok);
		assert_int_equal(v, rows[i].value);
		if (rows[i].ok)
			assert_string_equal(milli_text(v, 0, 3, text), rows[i].again);
	}
}

static void test_nearest(void **state)
{
	static const struct setting rows[] = { { .key = "tag" }, { .key = "reject" }, { .key = "redirect" }, { .key = NULL } };
	static const struct setting_set set = { .name = "profile", .rows = rows };

	(void)state;
	assert_ptr_equal(setting_find(&set, SPAN_LIT("reject")), &rows[1]);
	assert_null(setting_find(&set, SPAN_LIT("Reject")));
	assert_ptr_equal(setting_nearest(&set, SPAN_LIT("rejct")), &rows[1]);
	assert_ptr_equal(setting_nearest(&set, SPAN_LIT("TAG")), &rows[0]);
	assert_ptr_equal(setting_nearest(&set, SPAN_LIT("redirekt")), &rows[2]);
	assert_null(setting_nearest(&set, SPAN_LIT("something")));
	assert_int_equal(edit_distance(SPAN_LIT("kitten"), SPAN_LIT("sitting"), 9), 3);
	assert_int_equal(edit_distance(SPAN_LIT("abc"), SPAN_NONE, 9), 3);
	assert_int_equal(edit_distance(SPAN_LIT("abcdef"), SPAN_LIT("uvwxyz"), 2), 3);
	assert_int_equal(edit_distance(SPAN_LIT("Abc"), SPAN_LIT("aBC"), 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_size), cmocka_unit_test(test_duration), cmocka_unit_test(test_score), cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
