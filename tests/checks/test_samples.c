/* Every symbol of every check has at least one sample that hits and one that misses, and they do. */
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

struct fixture {
	struct arena *arena;
	struct conf *conf;
	struct engine *engine;
	struct loop *loop;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err err;

	message_init();
	f->arena = arena_new(0);
	f->conf = conf_load(NULL, engine_setting_sets(f->arena, checks_all), &err);
	assert_non_null(f->conf);
	f->engine = engine_new(f->conf, checks_all, &err);
	if (f->engine == NULL)
		fail_msg("%s", err.text);
	f->loop = loop_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	loop_free(&f->loop);
	engine_free(&f->engine);
	conf_free(&f->conf);
	arena_free(&f->arena);
	free(f);
	return 0;
}

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

static int run_samples(struct fixture *f, const char *folder, const char *symbol, const char *kind, bool expected)
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
		tx = sample_load(path);
		arena = tx->arena;
		if (sample_hits(sample_scan(f->engine, f->loop, tx), symbol) != expected)
			fail_msg("%s: %s should %s", path, symbol, expected ? "hit" : "miss");
		arena_free(&arena);
		n++;
	}
	if (dir != NULL)
		closedir(dir);
	return n;
}

static void test_samples(void **state)
{
	int missing = 0;

	for (const struct check *const *c = checks_all; *c != NULL; c++) {
		char folder[256];

		snprintf(folder, sizeof(folder), "%s/corpus/%s", WINNOW_SOURCE, (*c)->name);
		for (size_t i = 0; i < (*c)->nsymbols; i++) {
			const char *symbol = (*c)->symbols[i].name;

			if (run_samples(*state, folder, symbol, "hit-", true) == 0 || run_samples(*state, folder, symbol, "miss-", false) == 0) {
				print_error("%s (check %s) lacks a hit or a miss sample\n", symbol, (*c)->name);
				missing++;
			}
		}
	}
	assert_int_equal(missing, 0);
}

static void test_symbols_are_documented(void **state)
{
	(void)state;
	for (const struct check *const *c = checks_all; *c != NULL; c++) {
		for (size_t i = 0; i < (*c)->nsymbols; i++) {
			assert_true(strlen((*c)->symbols[i].doc) > 10);
			assert_true(span_ends(span_of((*c)->symbols[i].doc), SPAN_LIT(".")));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_samples, setup, teardown),
		cmocka_unit_test(test_symbols_are_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
