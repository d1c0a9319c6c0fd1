/* clamd's commands, as they are framed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "proto/clamd.h"

#define S(text) { text, sizeof(text) - 1 }

static void test_commands(void **state)
{
	static const struct {
		struct span input, name, rest;
		char delimiter;
		size_t taken;
	} rows[] = {
		{ S("zPING\0"), S("PING"), S(""), '\0', 6 },
		{ S("nVERSION\n"), S("VERSION"), S(""), '\n', 9 },
		{ S("PING\nnext"), S("PING"), S(""), '\n', 5 },
		{ S("PING\r\n"), S("PING"), S(""), '\n', 6 },
		{ S("zSCAN /a b\0x"), S("SCAN"), S("/a b"), '\0', 11 },
		{ S("zINSTREAM\0\0\0\0\5"), S("INSTREAM"), S(""), '\0', 10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct clamd_command c;

		assert_int_equal(clamd_command_read(rows[i].input, &c), 1);
		assert_true(span_eq(c.name, rows[i].name));
		assert_true(span_eq(c.rest, rows[i].rest));
		assert_int_equal(c.delimiter, rows[i].delimiter);
		assert_int_equal(c.taken, rows[i].taken);
		/* Not before its last byte. */
		for (size_t len = 0; len < rows[i].taken; len++)
			assert_int_equal(clamd_command_read(span_sub(rows[i].input, 0, len), &c), 0);
	}
}

static void test_no_commands(void **state)
{
	static const char junk[3000] = { 'z', 'A' };
	char endless[3000];
	struct clamd_command c;

	(void)state;
	memset(endless, 'A', sizeof(endless));
	assert_int_equal(clamd_command_read(span_make(endless, sizeof(endless)), &c), -1);
	assert_int_equal(clamd_command_read(span_make(endless, 1000), &c), 0);
	assert_int_equal(clamd_command_read(span_make(junk, sizeof(junk)), &c), 1);
	assert_int_equal(clamd_command_read(span_make("\n", 1), &c), -1);
	assert_int_equal(clamd_command_read(span_make("z\0", 2), &c), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_commands), cmocka_unit_test(test_no_commands) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
