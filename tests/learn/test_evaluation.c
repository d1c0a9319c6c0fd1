/* Measures of the TREC spam track on lists whose answers are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learn/evaluation.h"

static void near(double got, double want)
{
	if (got < want - 1e-9 || got > want + 1e-9)
		fail_msg("%.9f instead of %.9f", got, want);
}

static void test_areas(void **state)
{
	static const struct {
		const char *classes; /* by falling score; capital letters: the score of the one before */
		double area_above, recall_0;
	} rows[] = {
		{ "ssshhh", 0, 1 }, { "hhhsss", 1, 0 }, { "shsh", 0.25, 0.5 }, { "sH", 0.5, 0 }, { "sSHH", 0.5, 0 }, { "ssHh", 0.125, 0.5 }, { "s", 0, 0 }, { "h", 0, 0 }, { "", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct scored v[8];
		struct evaluation e;
		size_t n = 0;
		double score = 10;

		for (const char *c = rows[i].classes; *c != '\0'; c++) {
			score -= *c >= 'a';
			/* From the back: order must not matter. */
			v[strlen(rows[i].classes) - 1 - n++] = (struct scored){ score, (*c | 32) == 's' };
		}
		evaluation_measure(v, n, &e);
		near(e.area_above, rows[i].area_above);
		near(e.recall[0], rows[i].recall_0);
	}
}

static void test_recall(void **state)
{
	struct scored *v = malloc(2000 * sizeof(*v));
	struct roc_point *points = malloc(2000 * sizeof(*points));
	struct evaluation e;
	size_t n;

	(void)state;
	/* 1,000 ham at 0..999; spam: one below each of the best ham. */
	for (int i = 0; i < 1000; i++) {
		v[2 * i] = (struct scored){ i, false };
		v[2 * i + 1] = (struct scored){ i - 0.5, true };
	}
	evaluation_measure(v, 2000, &e);
	assert_int_equal(e.ham, 1000);
	near(e.recall[0], 0);
	near(e.recall[1], 0.001);
	near(e.recall[2], 0.005);
	near(e.recall[3], 0.01);
	assert_int_equal(e.ham_wrong, 1000);
	assert_int_equal(e.spam_wrong, 1);
	n = evaluation_roc(v, 2000, points);
	assert_int_equal(n, 2000);
	near(points[0].ham_wrong, 0.001);
	near(points[0].spam_missed, 1);
	near(points[n - 1].ham_wrong, 1);
	near(points[n - 1].spam_missed, 0);
	free(v);
	free(points);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_areas), cmocka_unit_test(test_recall) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
