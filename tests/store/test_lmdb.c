/* The embedded store: the suite, then what only it can do. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "store/store_lmdb.h"
#include "suite.h"

static int64_t clock_us;

static int64_t told_clock(void)
{
	return clock_us;
}

static void open_store(struct world *w, int64_t size, int64_t (*wall_us)(void))
{
	struct store_lmdb_options o = { .loop = w->loop, .path = world_path(w, "store"), .size = size, .wall_us = wall_us, .quiet = true };
	struct err err = { "" };

	w->store = store_lmdb_open(&o, &err);
	if (w->store == NULL)
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	struct world *w = world_new();

	open_store(w, 64 << 20, NULL);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static void test_opened_again(void **state)
{
	struct world *w = world_new();
	const struct store_answer *a;
	struct store *kept;

	(void)state;
	open_store(w, 4 << 20, NULL);
	ask(w, PUT(SPAN_LIT("value"), HOUR_US, STORE_NODE, "", "k"));
	ask(w, COUNT(7, STORE_EXPIRY_MAX_US, STORE_RATE, "", "c"));
	ask(w, APPEND(STORE_LOG_LEARN, "event", SPAN_LIT("record")));
	/* Nobody else may. */
	kept = w->store;
	{
		struct store_lmdb_options o = { .loop = w->loop, .path = world_path(w, "store"), .size = 4 << 20, .quiet = true };
		struct err err = { "" };

		assert_null(store_lmdb_open(&o, &err));
		assert_non_null(strstr(err.text, "in use"));
	}
	w->store = kept;
	store_free(&w->store);
	open_store(w, 1 << 20, NULL); /* smaller now */
	assert_true(ask(w, GET(STORE_NODE, "", "k"))->yes);
	assert_int_equal(ask(w, COUNT(0, STORE_EXPIRY_MAX_US, STORE_RATE, "", "c"))->number, 7);
	a = ask(w, RANGE(STORE_LOG_LEARN, 1, 10));
	assert_int_equal(a->n, 1);
	assert_false(ask(w, APPEND(STORE_LOG_LEARN, "event", SPAN_LIT("record")))->yes);
	world_free(w);
}

static void expect_refused(const char *bytes, size_t len)
{
	struct world *w = world_new();
	struct store_lmdb_options o = { .loop = w->loop, .path = world_path(w, "store"), .size = 4 << 20, .quiet = true };
	struct err err = { "" };
	FILE *f = fopen(o.path, "wb");

	fwrite(bytes, 1, len, f);
	fclose(f);
	assert_null(store_lmdb_open(&o, &err));
	assert_non_null(strstr(err.text, o.path));
	world_free(w);
}

static void test_no_store(void **state)
{
	struct err err = { "" };
	struct world *w = world_new();
	struct store_lmdb_options o = { .loop = w->loop, .path = "/nowhere/at/all", .size = 4 << 20, .quiet = true };
	char bytes[8192];

	(void)state;
	assert_null(store_lmdb_open(&o, &err));
	assert_non_null(strstr(err.text, "/nowhere/at/all"));
	world_free(w);
	memset(bytes, 'x', sizeof(bytes));
	expect_refused(bytes, sizeof(bytes));
	expect_refused(bytes, 10);
}

static void test_window_slides(void **state)
{
	struct world *w = world_new();

	(void)state;
	clock_us = 1000 * HOUR_US;
	open_store(w, 4 << 20, told_clock);
	assert_int_equal(ask(w, COUNT(100, HOUR_US, STORE_RATE, "", "c"))->number, 100);
	clock_us += HOUR_US - 1;
	assert_int_equal(ask(w, COUNT(0, HOUR_US, STORE_RATE, "", "c"))->number, 100);
	clock_us += 1 + HOUR_US / 4;
	assert_int_equal(ask(w, COUNT(0, HOUR_US, STORE_RATE, "", "c"))->number, 75);
	assert_int_equal(ask(w, COUNT(10, HOUR_US, STORE_RATE, "", "c"))->number, 85);
	clock_us += HOUR_US / 2;
	assert_int_equal(ask(w, COUNT(0, HOUR_US, STORE_RATE, "", "c"))->number, 35);
	clock_us += HOUR_US / 2; /* a quarter into the next */
	assert_int_equal(ask(w, COUNT(0, HOUR_US, STORE_RATE, "", "c"))->number, 7);
	clock_us -= 2 * HOUR_US; /* a clock that was set back */
	assert_true(ask(w, COUNT(1, HOUR_US, STORE_RATE, "", "c"))->number >= 1);
	clock_us += 5 * HOUR_US;
	assert_int_equal(ask(w, COUNT(1, HOUR_US, STORE_RATE, "", "c"))->number, 1);
	world_free(w);
}

static uint64_t keys_stored(struct world *w)
{
	struct store_lmdb_stats stats;

	store_lmdb_stats(w->store, &stats);
	return stats.keys;
}

static void test_expired_is_swept(void **state)
{
	enum { N = 3000 };
	struct world *w = world_new();
	struct result *r = calloc(N, sizeof(*r));
	char name[16];

	(void)state;
	clock_us = 1000 * HOUR_US;
	open_store(w, 16 << 20, told_clock);
	for (unsigned i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "%u", i);
		begin(w, &r[i], PUT(SPAN_LIT("x"), i % 10 == 0 ? 2 * HOUR_US : HOUR_US, STORE_SCAN, "", name));
	}
	for (unsigned i = 0; i < N; i++) {
		await(&r[i]);
		result_free(&r[i]);
	}
	assert_int_equal(keys_stored(w), N);
	clock_us += HOUR_US;
	assert_false(ask(w, GET(STORE_SCAN, "", "1"))->yes);
	while (keys_stored(w) > N / 10)
		pass(w, 20000);
	assert_int_equal(keys_stored(w), N / 10);
	assert_true(ask(w, GET(STORE_SCAN, "", "10"))->yes);
	free(r);
	world_free(w);
}

static void test_full(void **state)
{
	struct world *w = world_new();
	char bytes[20000], name[16];
	struct store_lmdb_stats stats;
	struct stat st;
	unsigned n = 0, refused = 0;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	open_store(w, 2 << 20, NULL);
	/* More than there is room for, and on after the first refusals. */
	while (refused < 300) {
		snprintf(name, sizeof(name), "%u", n);
		if (try(w, PUT(span_make(bytes, sizeof(bytes)), HOUR_US, STORE_SCAN, "who", name)) == OP_OK)
			n++;
		else
			refused++;
		assert_true(n < 200);
	}
	assert_true(n > 60);
	store_lmdb_stats(w->store, &stats);
	assert_true(stats.full);
	assert_int_equal(stats.keys, n);
	assert_int_equal(stat(world_path(w, "store"), &st), 0);
	assert_true(st.st_size <= (2 << 20) + (2 << 20) / 4 + 65536);
	/* Reading and deleting go on; then there is room again. */
	assert_true(ask(w, GET(STORE_SCAN, "who", "0"))->yes);
	while (ask(w, FORGET(STORE_SCAN, "who", 10))->more)
		;
	while (try(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_SCAN, "", "again")) != OP_OK)
		pass(w, 50000);
	/* Written over and over, nothing grows. */
	for (unsigned i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "%u", i % 30);
		assert_int_equal(try(w, PUT(span_make(bytes, sizeof(bytes)), HOUR_US, STORE_SCAN, "who", name)), OP_OK);
	}
	world_free(w);
}

/* The disk takes no more; later it does. */
static void test_disk_errors(void **state)
{
	struct world *w = world_new();
	struct rlimit before, small;
	char bytes[60000];
	struct stat st;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	open_store(w, 64 << 20, NULL);
	ask(w, APPEND(STORE_LOG_LEARN, "before", SPAN_LIT("x")));
	assert_int_equal(stat(world_path(w, "store"), &st), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = (rlim_t)st.st_size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(try(w, APPEND(STORE_LOG_LEARN, "while", span_make(bytes, sizeof(bytes)))), OP_FAIL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	while (try(w, APPEND(STORE_LOG_LEARN, "after", span_make(bytes, sizeof(bytes)))) != OP_OK)
		pass(w, 50000);
	assert_int_equal(ask(w, RANGE(STORE_LOG_LEARN, 1, 10))->n, 2);
	world_free(w);
}

/* A process that appends and tells each acknowledgement through a pipe is killed at any moment. */

struct writer {
	struct world *w;
	struct store *store;
	unsigned run, started;
	int pipe;
};

struct write_one {
	struct writer *of;
	unsigned number;
};

static void start_one(struct writer *);

static void written(void *ctx, enum op_status status, const void *result)
{
	struct write_one *one = ctx;
	struct writer *of = one->of;

	if (status != OP_OK || !((const struct store_answer *)result)->yes || write(of->pipe, &one->number, sizeof(one->number)) != sizeof(one->number))
		_exit(9);
	free(one);
	start_one(of);
}

static void start_one(struct writer *of)
{
	struct write_one *one = malloc(sizeof(*one));
	char name[32], record[600];

	*one = (struct write_one){ of, of->started++ };
	snprintf(name, sizeof(name), "%u-%u", of->run, one->number);
	memset(record, (int)one->number, sizeof(record));
	store_append_once(of->store, STORE_LOG_LEARN, span_of(name), span_make(record, sizeof(record)), 0, written, one);
	/* Beside it, what moves and expires. */
	store_put(of->store, key(STORE_SCAN, "", name), span_of(name), 20000, 0, NULL, NULL);
}

_Noreturn static void write_until_killed(const char *path, unsigned run, int fd)
{
	struct writer of = { .run = run, .pipe = fd };
	struct loop *loop = loop_new();
	struct store_lmdb_options o = { .loop = loop, .path = path, .size = 64 << 20, .quiet = true };
	struct err err;

	of.store = store_lmdb_open(&o, &err);
	if (of.store == NULL)
		_exit(8);
	for (unsigned i = 0; i < 8; i++)
		start_one(&of);
	loop_run(loop);
	_exit(7);
}

/* Acknowledgements of one life: numbers seen, in acks[]. */
static unsigned live_once(const char *path, unsigned run, unsigned char *acks, unsigned max)
{
	unsigned number, n = 0;
	uint16_t random;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		write_until_killed(path, run, fds[1]);
	close(fds[1]);
	random_bytes(&random, sizeof(random));
	usleep(3000 + random % 30000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	while (read(fds[0], &number, sizeof(number)) == sizeof(number)) {
		assert_true(number < max);
		acks[number] = 1;
		n++;
	}
	close(fds[0]);
	return n;
}

static void test_killed_at_any_point(void **state)
{
	enum { RUNS = 100, MAX = 20000 };
	struct world *w = world_new();
	unsigned char *acks = calloc(RUNS, MAX), *seen = calloc(RUNS, MAX);
	unsigned long acknowledged = 0, found = 0;
	const struct store_answer *a;
	char path[256];
	uint64_t from = 1;

	(void)state;
	snprintf(path, sizeof(path), "%s", world_path(w, "store"));
	for (unsigned run = 0; run < RUNS; run++)
		acknowledged += live_once(path, run, acks + (size_t)run * MAX, MAX);
	open_store(w, 64 << 20, NULL);
	do {
		a = ask(w, RANGE(STORE_LOG_LEARN, from, 1000));
		for (size_t i = 0; i < a->n; i++) {
			unsigned run, number;
			char name[32];

			snprintf(name, sizeof(name), "%.*s", SPAN_ARG(a->v[i].key));
			assert_int_equal(sscanf(name, "%u-%u", &run, &number), 2);
			assert_true(run < RUNS && number < MAX);
			assert_int_equal(seen[run * MAX + number]++, 0); /* once */
			assert_int_equal(a->v[i].bytes.len, 600);
			assert_int_equal((unsigned char)a->v[i].bytes.p[599], number & 255);
			from = a->v[i].position + 1;
			found++;
		}
	} while (a->more);
	for (size_t i = 0; i < (size_t)RUNS * MAX; i++)
		assert_false(acks[i] && !seen[i]);
	assert_true(acknowledged > 0 && found >= acknowledged);
	print_message("%lu acknowledged, %lu found\n", acknowledged, found);
	/* And it can be written on. */
	assert_true(ask(w, APPEND(STORE_LOG_LEARN, "after", SPAN_LIT("x")))->number >= from);
	free(acks);
	free(seen);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_opened_again), cmocka_unit_test(test_no_store), cmocka_unit_test(test_window_slides), cmocka_unit_test(test_expired_is_swept),
		cmocka_unit_test(test_full), cmocka_unit_test(test_disk_errors), cmocka_unit_test(test_killed_at_any_point),
	};
	int failed = _cmocka_run_group_tests("suite", suite_tests, suite_count, setup, teardown);

	return failed + cmocka_run_group_tests_name("lmdb", tests, NULL, NULL);
}
