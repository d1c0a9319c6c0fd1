/* The spool: the suite through it; then events while the store behind fails, dies, or did what it says it did not; crashes; a broken file. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "store/spool_record.h"
#include "store/store_lmdb.h"
#include "store/store_op.h"
#include "store/store_spool.h"
#include "suite.h"

/* A store in front of another that fails when told so. */

enum mode { WORKS, FAILS, LIES /* does it, and says that it failed */ };

struct gate {
	struct store store; /* first */
	struct store *behind;
	struct loop *loop;
	enum mode *mode;    /* the test's */
};

struct gate_op {
	struct store_op o; /* first */
	struct op *behind;
	struct timer timer;
	bool lies;
};

static void gate_end(struct gate_op *op, enum op_status status, const void *result)
{
	op_done *done = op->o.done;
	void *ctx = op->o.ctx;

	timer_stop(&op->timer);
	free(op);
	done(ctx, status, result);
}

static void gate_fails(void *ctx)
{
	gate_end(ctx, OP_FAIL, NULL);
}

static void gate_done(void *ctx, enum op_status status, const void *result)
{
	struct gate_op *op = ctx;

	op->behind = NULL;
	if (op->lies)
		gate_end(op, OP_FAIL, NULL);
	else
		gate_end(op, status, result);
}

static void gate_cancel(struct op *o)
{
	struct gate_op *op = (struct gate_op *)o;

	op_cancel(&op->behind);
	timer_stop(&op->timer);
	free(op);
}

static struct op *gate_start(struct store *store, const struct store_request *r, int64_t deadline_us, op_done *done, void *ctx)
{
	struct gate *g = (struct gate *)store;
	struct gate_op *op = store_op_new(sizeof(*op), r, deadline_us, done, ctx);

	op->o.op.cancel = gate_cancel;
	op->lies = *g->mode == LIES;
	timer_init(&op->timer, g->loop, gate_fails, op);
	if (*g->mode == FAILS)
		timer_set(&op->timer, 0);
	else
		op->behind = store_start(g->behind, r, deadline_us, gate_done, op);
	return &op->o.op;
}

static void gate_free(struct store *store)
{
	struct gate *g = (struct gate *)store;

	store_free(&g->behind);
	free(g);
}

static struct store *stack_new(struct loop *loop, const char *store_path, const char *spool_path, enum mode *mode, int64_t max)
{
	struct store_lmdb_options lmdb = { .loop = loop, .path = store_path, .size = 64 << 20, .quiet = true };
	struct store_spool_options o = { .loop = loop, .path = spool_path, .max = max, .quiet = true };
	struct gate *g = calloc(1, sizeof(*g));
	struct err err = { "" };
	struct store *spool;

	*g = (struct gate){ { gate_start, gate_free }, store_lmdb_open(&lmdb, &err), loop, mode };
	spool = g->behind != NULL ? store_spool_new(&o, &g->store, &err) : NULL;
	if (spool == NULL)
		fprintf(stderr, "%s\n", err.text);
	return spool;
}

static enum mode mode;

static void open_stack(struct world *w, int64_t max)
{
	w->store = stack_new(w->loop, world_path(w, "store"), world_path(w, "spool"), &mode, max);
	assert_non_null(w->store);
}

static int setup(void **state)
{
	struct world *w = world_new();

	mode = WORKS;
	open_stack(w, 1 << 20);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* Appends event "i" of the test. */
static enum op_status event(struct world *w, unsigned i, uint64_t *position_r)
{
	struct result r;
	char name[16];
	enum op_status status;

	snprintf(name, sizeof(name), "e%u", i);
	begin(w, &r, APPEND(STORE_LOG_LEARN, name, span_of(name)));
	await(&r);
	status = r.status;
	if (position_r != NULL)
		*position_r = r.a.number;
	result_free(&r);
	return status;
}

static void wait_handed_over(struct world *w)
{
	while (store_spool_waiting(w->store) != 0)
		pass(w, 10000);
}

/* All of n events are there, once, whole. */
static void expect_events(struct world *w, unsigned n)
{
	unsigned char *seen = calloc(n, 1);
	const struct store_answer *a;
	unsigned total = 0, i;
	uint64_t from = 1;
	char name[32];

	do {
		a = ask(w, RANGE(STORE_LOG_LEARN, from, 1000));
		for (size_t at = 0; at < a->n; at++, total++) {
			snprintf(name, sizeof(name), "%.*s", SPAN_ARG(a->v[at].key));
			assert_int_equal(sscanf(name, "e%u", &i), 1);
			assert_true(i < n && seen[i]++ == 0 && span_eq(a->v[at].key, a->v[at].bytes));
			from = a->v[at].position + 1;
		}
	} while (a->more);
	assert_int_equal(total, n);
	free(seen);
}

static void test_events_survive_the_store(void **state)
{
	struct world *w = world_new();
	uint64_t position;
	struct stat st;

	(void)state;
	mode = WORKS;
	open_stack(w, 1 << 20);
	assert_int_equal(event(w, 0, &position), OP_OK);
	assert_int_equal(position, 1);
	mode = FAILS;
	for (unsigned i = 1; i < 100; i++) {
		assert_int_equal(event(w, i, &position), OP_OK);
		assert_int_equal(position, 0);
	}
	assert_int_equal(event(w, 99, &position), OP_OK); /* twice while away */
	assert_int_equal(try(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "", "k")), OP_FAIL);
	assert_int_equal(try(w, APPEND(STORE_LOG_AUDIT, "", SPAN_LIT("without a key"))), OP_FAIL);
	mode = WORKS;
	assert_int_equal(event(w, 50, &position), OP_OK); /* again, and first this time */
	assert_true(position > 0);
	wait_handed_over(w);
	expect_events(w, 100);
	assert_int_equal(stat(world_path(w, "spool"), &st), 0);
	assert_int_equal(st.st_size, 0);
	/* And once more. */
	mode = LIES;
	for (unsigned i = 100; i < 110; i++)
		assert_int_equal(event(w, i, NULL), OP_OK);
	pass(w, 400000); /* handed over, without being told so */
	mode = WORKS;
	wait_handed_over(w);
	expect_events(w, 110);
	world_free(w);
}

static void test_kept_over_a_restart(void **state)
{
	struct world *w = world_new();

	(void)state;
	mode = FAILS;
	open_stack(w, 1 << 20);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(event(w, i, NULL), OP_OK);
	store_free(&w->store);
	open_stack(w, 1 << 20);
	for (unsigned i = 40; i < 60; i++)
		assert_int_equal(event(w, i, NULL), OP_OK);
	store_free(&w->store);
	mode = WORKS;
	open_stack(w, 1 << 20);
	wait_handed_over(w);
	expect_events(w, 60);
	world_free(w);
}

static void test_full_spool(void **state)
{
	struct world *w = world_new();
	unsigned n = 0;

	(void)state;
	mode = FAILS;
	open_stack(w, SPOOL_RECORD_MAX + 2000);
	while (event(w, n, NULL) == OP_OK)
		n++;
	assert_in_range(n, 30, 100);
	assert_int_equal(event(w, n, NULL), OP_FAIL);
	mode = WORKS;
	wait_handed_over(w);
	expect_events(w, n);
	assert_int_equal(event(w, n, NULL), OP_OK);
	world_free(w);
}

/* The file, changed while nobody has it open. */
static void with_file(const char *path, void (*change)(FILE *f, long size))
{
	FILE *f = fopen(path, "r+b");

	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	change(f, ftell(f));
	fclose(f);
}

static void cut(FILE *f, long size)
{
	assert_int_equal(ftruncate(fileno(f), size - 5), 0);
}

static void add_garbage(FILE *f, long size)
{
	static const char garbage[] = "WSP\001\001\001xxxxWSWSP and more";

	(void)size;
	fwrite(garbage, 1, sizeof(garbage), f);
}

static void flip(FILE *f, long size)
{
	int c;

	fseek(f, size / 2, SEEK_SET);
	c = fgetc(f);
	fseek(f, size / 2, SEEK_SET);
	fputc(c ^ 0x10, f);
}

static void test_broken_file(void **state)
{
	static const struct {
		void (*change)(FILE *, long);
		unsigned lost;
	} cases[] = { { cut, 1 }, { add_garbage, 0 }, { flip, 1 } };

	(void)state;
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct world *w = world_new();
		const struct store_answer *a;

		mode = FAILS;
		open_stack(w, 1 << 20);
		for (unsigned i = 0; i < 20; i++)
			assert_int_equal(event(w, i, NULL), OP_OK);
		store_free(&w->store);
		with_file(world_path(w, "spool"), cases[c].change);
		open_stack(w, 1 << 20);
		assert_int_equal(event(w, 20, NULL), OP_OK); /* behind what is broken */
		mode = WORKS;
		wait_handed_over(w);
		a = ask(w, RANGE(STORE_LOG_LEARN, 1, 1000));
		assert_int_equal(a->n, 21 - cases[c].lost);
		assert_true(span_eq(a->v[a->n - 1].bytes, SPAN_LIT("e20")));
		world_free(w);
	}
}

/* Killed at any point: with a store that fails every other moment. */

struct writer {
	struct store *store;
	struct loop *loop;
	struct timer timer;
	unsigned next;
	int pipe;
	enum mode mode;
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

	(void)result;
	if (status != OP_OK || write(of->pipe, &one->number, sizeof(one->number)) != sizeof(one->number))
		_exit(9);
	free(one);
	start_one(of);
}

static void start_one(struct writer *of)
{
	struct write_one *one = malloc(sizeof(*one));
	char name[16];

	*one = (struct write_one){ of, of->next++ };
	snprintf(name, sizeof(name), "e%u", one->number);
	store_append_once(of->store, STORE_LOG_LEARN, span_of(name), span_of(name), 0, written, one);
}

static void toggle(void *ctx)
{
	struct writer *of = ctx;

	of->mode = (enum mode)((of->mode + 1) % 3);
	timer_set(&of->timer, 4000);
}

_Noreturn static void write_until_killed(const char *store, const char *spool, unsigned from, int fd)
{
	struct writer of = { .next = from, .pipe = fd, .mode = (enum mode)(from % 3), .loop = loop_new() };

	of.store = stack_new(of.loop, store, spool, &of.mode, 16 << 20);
	if (of.store == NULL)
		_exit(8);
	timer_init(&of.timer, of.loop, toggle, &of);
	toggle(&of);
	for (unsigned i = 0; i < 8; i++)
		start_one(&of);
	loop_run(of.loop);
	_exit(7);
}

static unsigned live_once(const char *store, const char *spool, unsigned from, unsigned char *acks, unsigned max)
{
	unsigned number, highest = from;
	uint16_t random;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		write_until_killed(store, spool, from, fds[1]);
	close(fds[1]);
	random_bytes(&random, sizeof(random));
	usleep(5000 + random % 40000);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status));
	while (read(fds[0], &number, sizeof(number)) == sizeof(number)) {
		assert_true(number < max);
		acks[number] = 1;
		highest = number > highest ? number : highest;
	}
	close(fds[0]);
	return highest + 20; /* what was under way may be there, too */
}

static void test_killed_at_any_point(void **state)
{
	enum { RUNS = 50, MAX = 200000 };
	struct world *w = world_new();
	unsigned char *acks = calloc(MAX, 1), *seen = calloc(MAX, 1);
	char store[256], spool[256];
	const struct store_answer *a;
	unsigned next = 0, n = 0, i;
	uint64_t from = 1;

	(void)state;
	snprintf(store, sizeof(store), "%s", world_path(w, "store"));
	snprintf(spool, sizeof(spool), "%s", world_path(w, "spool"));
	for (unsigned run = 0; run < RUNS; run++)
		next = live_once(store, spool, next, acks, MAX);
	mode = WORKS;
	open_stack(w, 16 << 20);
	wait_handed_over(w);
	do {
		a = ask(w, RANGE(STORE_LOG_LEARN, from, 1000));
		for (size_t at = 0; at < a->n; at++) {
			char name[32];

			snprintf(name, sizeof(name), "%.*s", SPAN_ARG(a->v[at].key));
			assert_int_equal(sscanf(name, "e%u", &i), 1);
			assert_true(i < MAX && seen[i]++ == 0);
			from = a->v[at].position + 1;
		}
	} while (a->more);
	for (i = 0; i < MAX; i++) {
		assert_false(acks[i] && !seen[i]);
		n += acks[i];
	}
	assert_true(n > 0);
	print_message("%u acknowledged\n", n);
	free(acks);
	free(seen);
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_survive_the_store), cmocka_unit_test(test_kept_over_a_restart), cmocka_unit_test(test_full_spool), cmocka_unit_test(test_broken_file),
		cmocka_unit_test(test_killed_at_any_point),
	};
	int failed = _cmocka_run_group_tests("suite", suite_tests, suite_count, setup, teardown);

	return failed + cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
