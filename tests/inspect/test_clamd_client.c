/* What an external scanner's answers say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "inspect/clamd_client.h"

static void test_answers(void **state)
{
	static const struct {
		const char *text, *name;
		bool valid;
		enum inspect_status status;
		unsigned flags;
	} rows[] = {
		{ "stream: OK", NULL, true, INSPECT_CLEAN, 0 },
		{ "stream: Win.Test.EICAR_HDB-1 FOUND", "Win.Test.EICAR_HDB-1", true, INSPECT_FOUND, 0 },
		{ "stream: Name: with colon FOUND", "Name: with colon", true, INSPECT_FOUND, 0 },
		{ "INSTREAM size limit exceeded. ERROR", NULL, true, INSPECT_CLEAN, INSPECT_LIMITS },
		{ "stream: Can't allocate memory ERROR", NULL, true, INSPECT_ERROR, 0 },
		{ "UNKNOWN COMMAND", NULL, false, INSPECT_CLEAN, 0 },
		{ "stream:  FOUND", NULL, false, INSPECT_CLEAN, 0 },
		{ "stream: OKAY", NULL, false, INSPECT_CLEAN, 0 },
		{ "", NULL, false, INSPECT_CLEAN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct inspect_answer a;

		assert_int_equal(clamd_answer_parse(span_of(rows[i].text), &a), rows[i].valid);
		if (!rows[i].valid)
			continue;
		assert_int_equal(a.status, rows[i].status);
		assert_int_equal(a.flags, rows[i].flags);
		assert_int_equal(a.nnames, rows[i].name != NULL);
		if (rows[i].name != NULL)
			assert_true(span_eq(a.names[0], span_of(rows[i].name)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_answers) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
