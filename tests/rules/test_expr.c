/* Expressions over symbols: values, precedence as in Perl, errors, bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buf.h"
#include "rules/expr.h"

static const struct {
	const char *name;
	double value;
} symbols[] = { { "ZERO", 0 }, { "ONE", 1 }, { "TWO", 2 }, { "THREE", 3 }, { "HALF", 0.5 }, { "__SUB", 1 }, { "lower_9", 9 }, { "ns::X", 4 } };

static int resolve(void *ctx, struct span name)
{
	(void)ctx;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		if (span_eq(name, span_of(symbols[i].name)))
			return (int)i;
	}
	return -1;
}

static double value(void *ctx, unsigned number)
{
	(void)ctx;
	return symbols[number].value;
}

static const struct {
	const char *text;
	double value;
} good[] = {
	{ "ONE", 1 }, { "ZERO", 0 }, { "17", 17 }, { "0.25", 0.25 }, { " ( ONE ) ", 1 }, { "lower_9", 9 }, { "ns::X", 4 },
	/* Perl's operators give one of their operands. */
	{ "TWO && THREE", 3 }, { "ZERO && THREE", 0 }, { "TWO || THREE", 2 }, { "ZERO || THREE", 3 }, { "ONE and TWO", 2 }, { "ZERO or TWO", 2 }, { "TWO and ZERO", 0 },
	{ "!ONE", 0 }, { "!ZERO", 1 }, { "!!TWO", 1 }, { "not TWO", 0 }, { "not not TWO", 1 }, { "-TWO", -2 }, { "- -TWO", 2 }, { "+TWO", 2 }, { "!-TWO", 0 }, { "-!TWO", 0 },
	{ "ONE + TWO * THREE", 7 }, { "(ONE + TWO) * THREE", 9 }, { "TWO - ONE - ONE", 0 }, { "THREE / TWO / TWO", 0.75 }, { "THREE-TWO", 1 }, { "ONE+ONE+__SUB", 3 },
	{ "ONE / ZERO", 0 }, { "ZERO / ZERO", 0 },
	{ "TWO > 1", 1 }, { "TWO > 2", 0 }, { "TWO >= 2", 1 }, { "TWO < 2", 0 }, { "TWO <= 2", 1 }, { "TWO == 2", 1 }, { "TWO != 2", 0 }, { "HALF < ONE", 1 },
	{ "TWO > 1 == 1", 1 }, { "1 == TWO > 1", 1 }, { "ONE + ONE > ONE", 1 }, { "(ONE > 1) + (TWO == 2)", 1 },
	{ "!ONE > ZERO", 0 }, { "!(ONE > TWO)", 1 }, { "!ZERO + 1", 2 },
	{ "ONE || ZERO && ZERO", 1 }, { "(ONE || ZERO) && ZERO", 0 }, { "not ONE || ONE", 0 }, { "!ONE || ONE", 1 }, { "ZERO and ONE or TWO", 2 }, { "ONE or ONE and ZERO", 1 },
	{ "ONE && not ZERO", 1 }, { "ONE and (ZERO or not TWO)", 0 }, { "not ONE and ZERO", 0 }, { "ONE&&!ZERO", 1 }, { "ONE&&TWO||ZERO", 2 },
	{ "1 < TWO < 3", 1 }, { "1 < TWO < 2", 0 }, { "3 > TWO > 1 > 0", 1 }, { "3 > TWO > 2 > 0", 0 }, { "1 == 1 == 1", 1 }, { "2 == 2 == 1", 0 }, { "(1 < TWO < 3) + 1", 2 },
	{ "ONE ? TWO : THREE", 2 }, { "ZERO ? TWO : THREE", 3 }, { "ZERO ? 1 : ZERO ? 2 : 3", 3 }, { "ONE ? ZERO ? 1 : 2 : 3", 2 }, { "ONE ? TWO: THREE", 2 },
	{ "ONE ^ ONE", 0 }, { "ONE ^ TWO", 3 }, { "ZERO ^ ONE && TWO", 2 },
	{ "ONE + TWO + THREE >= 6", 1 }, { "ONE + 2 * TWO >= 6", 0 }, { "\tONE\n&&\r\nONE ", 1 }, { "(((((ONE)))))", 1 },
};

static const struct {
	const char *text;
	const char *error;
} bad[] = {
	{ "", "a name or number expected at the end" },
	{ "( )", "a name or number expected at ')' (byte 3)" },
	{ "ONE TWO", "an operator expected at 'TWO' (byte 5)" },
	{ "ONE &&", "a name or number expected at the end" },
	{ "&& ONE", "a name or number expected at '&&' (byte 1)" },
	{ "(ONE", "')' expected at the end" },
	{ "ONE)", "an operator expected at ')' (byte 4)" },
	{ "ONE & TWO", "an operator expected at '&' (byte 5)" },
	{ "ONE | TWO", "an operator expected at '|' (byte 5)" },
	{ "ONE = 1", "an operator expected at '=' (byte 5)" },
	{ "MISSING + 1", "unknown symbol 'MISSING'" },
	{ "ONE ? TWO", "':' expected at the end" },
	{ "2ONE", "an operator expected at 'ONE' (byte 2)" },
	{ "ONE; TWO", "an operator expected at ';' (byte 4)" },
	{ "$x", "a name or number expected at '$' (byte 1)" },
	{ "1.", "an operator expected at '.' (byte 2)" },
};

static void values(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct err err = { "" };
		struct expr *e = expr_new(arena, span_of(good[i].text), resolve, NULL, &err);

		if (e == NULL || expr_eval(e, value, NULL) != good[i].value)
			fail_msg("%s: %s %g, not %g", good[i].text, err.text, e == NULL ? 0 : expr_eval(e, value, NULL), good[i].value);
	}
	arena_free(&arena);
}

static void errors(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = { "" };

		if (expr_new(arena, span_of(bad[i].text), resolve, NULL, &err) != NULL)
			fail_msg("taken: %s", bad[i].text);
		assert_string_equal(err.text, bad[i].error);
	}
	arena_free(&arena);
}

static void uses(void **state)
{
	struct arena *arena = arena_new(0);
	struct err err;
	struct expr *e = expr_new(arena, SPAN_LIT("TWO + ONE * TWO && (ZERO || ONE)"), resolve, NULL, &err);
	size_t n = 0;
	const unsigned *v;

	(void)state;
	assert_non_null(e);
	v = expr_uses(e, &n);
	assert_int_equal(n, 3);
	assert_int_equal(v[0], 2);
	assert_int_equal(v[1], 1);
	assert_int_equal(v[2], 0);
	e = expr_new(arena, SPAN_LIT("1 + 1"), resolve, NULL, &err);
	assert_non_null(e);
	expr_uses(e, &n);
	assert_int_equal(n, 0);
	arena_free(&arena);
}

/* n times before, ONE, n times after. */
static struct expr *repeated(struct arena *arena, const char *before, const char *after, size_t n, struct err *err_r)
{
	struct buf b = BUF_INIT(arena);

	for (size_t i = 0; i < n; i++)
		buf_str(&b, before);
	buf_str(&b, "ONE");
	for (size_t i = 0; i < n; i++)
		buf_str(&b, after);
	return expr_new(arena, buf_span(&b), resolve, NULL, err_r);
}

static void bounds(void **state)
{
	struct arena *arena = arena_new(0);
	struct err err;
	struct expr *e;

	(void)state;
	e = repeated(arena, "(", ")", EXPR_DEPTH_MAX, &err);
	assert_non_null(e);
	assert_true(expr_eval(e, value, NULL) == 1);
	assert_null(repeated(arena, "(", ")", EXPR_DEPTH_MAX + 1, &err));
	assert_null(repeated(arena, "!", "", 100000, &err));
	assert_null(repeated(arena, "ONE ? ", " : TWO", 5000, &err));
	e = repeated(arena, "", " + ONE", EXPR_OPS_MAX / 2 - 1, &err);
	assert_non_null(e);
	assert_true(expr_eval(e, value, NULL) == EXPR_OPS_MAX / 2);
	assert_null(repeated(arena, "", " + ONE", EXPR_OPS_MAX / 2, &err));
	/* Much on the stack: every parenthesis leaves several operands waiting. */
	assert_null(repeated(arena, "ONE || ONE && ONE == ONE < ONE + ONE * (", ")", EXPR_DEPTH_MAX, &err));
	assert_non_null(repeated(arena, "ONE || ONE && ONE == ONE < ONE + ONE * (", ")", EXPR_DEPTH_MAX / 2, &err));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(values), cmocka_unit_test(errors), cmocka_unit_test(uses), cmocka_unit_test(bounds) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
