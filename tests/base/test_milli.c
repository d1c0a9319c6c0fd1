#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/milli.h"

static void test_rows(void **state)
{
	static const struct {
		int32_t milli;
		unsigned min, max;
		const char *text;
	} rows[] = {
		{ 0, 0, 3, "0" },          { 7200, 0, 3, "7.2" },     { 7200, 2, 2, "7.20" },      { 7299, 2, 2, "7.29" },
		{ -50, 0, 3, "-0.05" },    { -5, 2, 2, "0.00" },      { -1005, 3, 3, "-1.005" },   { 15000, 0, 3, "15" },
		{ 1, 0, 3, "0.001" },      { 999, 0, 0, "0" },        { INT32_MAX, 0, 3, "2147483.647" }, { INT32_MIN, 0, 3, "-2147483.648" },
	};
	char buf[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(milli_text(rows[i].milli, rows[i].min, rows[i].max, buf), rows[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
