/* Every symbol of every check and of every shipped rule has at least one sample that hits and one that misses, and they do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "checks/registry.h"
#include "sample.h"

/* "MISSING_DATE" -> "missing-date" */
static void file_stem(const char *symbol, char *stem, size_t size)
{
	size_t i = 0;

	for (; symbol[i] != '\0' && i + 1 < size; i++)
		stem[i] = symbol[i] == '_' ? '-' : ascii_tolower(symbol[i]);
	stem[i] = '\0';
}

static bool is_sample(const char *file, const char *kind, const char *stem)
{
	struct span s = span_of(file);

	if (!span_starts(s, span_of(kind)) || !span_ends(s, SPAN_LIT(".eml")))
		return false;
	s = span_from(s, strlen(kind));
	return span_starts(s, span_of(stem)) && s.len > strlen(stem) && s.p[strlen(stem)] == '.';
}

static int run_samples(struct sample_engine *f, const char *folder, const char *symbol, const char *kind, bool expected)
{
	char path[512], stem[128];
	DIR *dir = opendir(folder);
	int n = 0;

	file_stem(symbol, stem, sizeof(stem));
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
		struct transaction *tx;
		struct arena *arena;

		if (!is_sample(e->d_name, kind, stem))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		tx = sample_load(f, path);
		arena = tx->arena;
		if (sample_hits(sample_scan(f, tx), symbol) != expected)
			fail_msg("%s: %s should %s", path, symbol, expected ? "hit" : "miss");
		arena_free(&arena);
		n++;
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

static bool has_samples(struct sample_engine *f, const char *folder, const char *symbol, const char *of)
{
	if (run_samples(f, folder, symbol, "hit-", true) != 0 && run_samples(f, folder, symbol, "miss-", false) != 0)
		return true;
	print_error("%s (%s) lacks a hit or a miss sample in %s\n", symbol, of, folder);
	return false;
}

static void test_samples(void **state)
{
	int missing = 0;

	for (const struct check *const *c = checks_all; *c != NULL; c++) {
		char folder[256];

		snprintf(folder, sizeof(folder), "%s/corpus/%s", WINNOW_SOURCE, (*c)->name);
		for (size_t i = 0; i < (*c)->nsymbols; i++)
			missing += !has_samples(*state, folder, (*c)->symbols[i].name, (*c)->name);
	}
	assert_int_equal(missing, 0);
}

/* Rules of rules/TOPIC.lua have theirs in corpus/TOPIC/. */
static void test_rule_samples(void **state)
{
	struct sample_engine *f = *state;
	size_t n;
	const struct rule_info *v = rules_info(f->ruleset.rules, &n);
	int missing = 0;

	for (size_t i = 0; i < n; i++) {
		struct span rest = span_of(v[i].where), file = span_split(&rest, ':');
		size_t slash = span_rchr(file, '/');
		char folder[256];

		if (v[i].part)
			continue;
		file = span_from(file, slash != SPAN_NPOS ? slash + 1 : 0);
		assert_true(span_ends(file, SPAN_LIT(".lua")));
		snprintf(folder, sizeof(folder), "%s/corpus/%.*s", WINNOW_SOURCE, (int)file.len - 4, file.p);
		missing += !has_samples(f, folder, v[i].symbol->name, v[i].where);
	}
	assert_int_equal(missing, 0);
}

static void test_symbols_are_documented(void **state)
{
	struct sample_engine *f = *state;

	for (const struct check *const *c = f->ruleset.checks; *c != NULL; c++) {
		for (size_t i = 0; i < (*c)->nsymbols; i++) {
			assert_true(strlen((*c)->symbols[i].doc) > 10);
			assert_true(span_ends(span_of((*c)->symbols[i].doc), SPAN_LIT(".")));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_samples, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(test_rule_samples, sample_setup, sample_teardown),
		cmocka_unit_test_setup_teardown(test_symbols_are_documented, sample_setup, sample_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
