/* antivirus.names: rows are read, patterns match whole names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "checks/virus_names.h"

static void test_patterns(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
		{ "Win.*", "Win.Test-1", true },     { "Win.*", "win.Test", false },   { "*.UNOFFICIAL", "A.B.UNOFFICIAL", true },
		{ "*.UNOFFICIAL", "A.UNOFFICIAL.B", false }, { "A?C", "ABC", true }, { "A?C", "AC", false },
		{ "*a*b*", "xxaxxbxx", true },       { "*a*b*", "xxbxxaxx", false },   { "", "", true },
		{ "*", "", true },                   { "exact", "exactly", false },    { "*aaaaaaaab", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(virus_name_matches(span_of(rows[i].pattern), span_of(rows[i].text)), rows[i].matches);
}

static void test_rows(void **state)
{
	static const struct span bad[] = {
		SPAN_LIT("Win.*"), SPAN_LIT("= SYMBOL"), SPAN_LIT("Win.* = lower"), SPAN_LIT("Win.* = SYMBOL sometimes"), SPAN_LIT("Win.* ="),
	};
	static const struct span good[] = { SPAN_LIT("Win.* = EXPLOIT hold 8.5"), SPAN_LIT("*=ANY") };
	struct arena *arena = arena_new(0);
	struct virus_names names;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(virus_names_parse(arena, &(struct span_list){ &bad[i], 1 }, &names, &err));
	assert_true(virus_names_parse(arena, &(struct span_list){ good, 2 }, &names, &err));
	assert_string_equal(virus_name_find(&names, SPAN_LIT("Win.X"))->symbol.name, "EXPLOIT");
	assert_int_equal(names.v[0].symbol.force, ACTION_HOLD);
	assert_int_equal(names.v[0].symbol.score, 8500);
	assert_string_equal(virus_name_find(&names, SPAN_LIT("Mac.X"))->symbol.name, "ANY");
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_patterns), cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
