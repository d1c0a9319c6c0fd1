/* Ordinary mail of all kinds, as it comes to companies and homes: checks and shipped rules together must not come near to tagging any of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/milli.h"
#include "sample.h"
#include "scan/verdict.h"

#define SCORE_MAX 6000 /* the default threshold of tag */

static void print_hits(const char *path, score_t total, const struct scan *scan)
{
	char text[16];

	print_error("%s: %s\n", path, milli_text(total, 1, 3, text));
	for (size_t i = 0; i < scan->hits.n; i++)
		print_error("\t%s\n", scan->hits.symbols->v[scan->hits.v[i].sym]->name);
}

/* Whether the verdict is to do nothing, by the default profile. */
static bool passes(struct sample_engine *f, const char *path)
{
	struct transaction *tx = sample_load(f, path);
	struct arena *arena = tx->arena;
	const struct scan *scan = sample_scan(f, tx);
	const struct profile *profile = engine_profile(f->ruleset.engine, SPAN_LIT("user@example.org"));
	struct score score;
	struct verdict verdict;
	bool ok;

	score_make(&scan->hits, profile, 0, &score);
	verdict_make(&score, profile, tx->dir, SPAN_LIT("user@example.org"), &verdict);
	ok = score.total < SCORE_MAX && verdict.action == ACTION_NONE && verdict.would == ACTION_NONE;
	if (!ok)
		print_hits(path, score.total, scan);
	arena_free(&arena);
	return ok;
}

static void test_ham(void **state)
{
	DIR *dir = opendir(WINNOW_SOURCE "/corpus/ham");
	int n = 0, bad = 0;

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		char path[512];

		if (!span_ends(span_of(e->d_name), SPAN_LIT(".eml")))
			continue;
		snprintf(path, sizeof(path), "%s/corpus/ham/%s", WINNOW_SOURCE, e->d_name);
		bad += !passes(*state, path);
		n++;
	}
	closedir(dir);
	assert_true(n >= 200);
	assert_int_equal(bad, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(test_ham, sample_setup, sample_teardown) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
