/* Which files are signatures, in which order, and when they count as changed; and the memory of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inspect/answers.h"
#include "inspect/database.h"

struct folder {
	struct arena *arena;
	char path[64];
};

static int setup(void **state)
{
	struct folder *f = calloc(1, sizeof(*f));

	f->arena = arena_new(0);
	snprintf(f->path, sizeof(f->path), "/tmp/winnow-database-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	*state = f;
	return 0;
}

static const char *const names[] = { "b.ndb", "a.ndb", "local.ign2", "main.cvd", "readme.txt", ".hidden.ndb", "x.yara" };
#define NAMES (sizeof(names) / sizeof(names[0]))

static void write_file(const struct folder *f, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int teardown(void **state)
{
	struct folder *f = *state;

	for (size_t i = 0; i < NAMES; i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", f->path, names[i]);
		unlink(path);
	}
	rmdir(f->path);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static void list(const struct folder *f, struct database_files *files)
{
	const struct span path = span_of(f->path);
	const struct span_list paths = { &path, 1 };
	struct err err;

	assert_true(database_list(f->arena, &paths, files, &err));
}

static void test_order_and_digest(void **state)
{
	static const char *const order[] = { "local.ign2", "main.cvd", "a.ndb", "b.ndb", "x.yara" };
	const struct folder *f = *state;
	struct database_files files, again;

	list(f, &files);
	assert_int_equal(files.n, 0);
	assert_int_equal(files.digest, 0);
	for (size_t i = 0; i < NAMES; i++)
		write_file(f, names[i], "x");
	list(f, &files);
	assert_int_equal(files.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(files.v[i] + strlen(f->path) + 1, order[i]);
	list(f, &again);
	assert_true(files.digest != 0 && files.digest == again.digest);
	write_file(f, "readme.txt", "other");
	list(f, &again);
	assert_true(files.digest == again.digest);
	write_file(f, "b.ndb", "other");
	list(f, &again);
	assert_true(files.digest != again.digest);
}

static void test_paths(void **state)
{
	const struct folder *f = *state;
	const struct span gone = SPAN_LIT("/nonexistent/folder"), text = arena_printf(f->arena, "%s/readme.txt", f->path);
	struct database_files files;
	struct err err;

	write_file(f, "readme.txt", "x");
	assert_true(database_list(f->arena, &(struct span_list){ &gone, 1 }, &files, &err));
	assert_int_equal(files.n, 0);
	assert_false(database_list(f->arena, &(struct span_list){ &text, 1 }, &files, &err));
	assert_true(database_name_is(SPAN_LIT("DAILY.CLD")));
	assert_false(database_name_is(SPAN_LIT("ndb")));
}

static void test_answers_are_bounded(void **state)
{
	const struct folder *f = *state;
	struct answers *a = answers_new(3);
	struct inspect_answer answer = { .status = INSPECT_CLEAN, .generation = 5 }, got;

	for (uint64_t key = 1; key <= 3; key++)
		answers_put(a, key, &answer);
	assert_true(answers_get(a, 1, 5, f->arena, &got)); /* now the youngest */
	answers_put(a, 4, &answer);
	assert_false(answers_get(a, 2, 5, f->arena, &got));
	assert_true(answers_get(a, 1, 5, f->arena, &got));
	assert_true(answers_get(a, 4, 5, f->arena, &got));
	assert_false(answers_get(a, 1, 6, f->arena, &got)); /* the signatures changed */
	assert_false(answers_get(a, 1, 5, f->arena, &got)); /* and it is gone */
	answer.contents = span_make(arena_bytes(f->arena, 5 << 20), 5 << 20);
	answers_put(a, 7, &answer);
	assert_false(answers_get(a, 7, 5, f->arena, &got)); /* one must not fill it all */
	answers_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_and_digest, setup, teardown),
		cmocka_unit_test_setup_teardown(test_paths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answers_are_bounded, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
