/* The scanner's side of the inspector, with the test as the worker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inspect/inspector.h"

struct fixture {
	int queue[2];
	struct arena *arena;
	struct loop *loop;
	struct inspect_status_page status;
	struct inspector *in;
	struct inspect_taken taken;
	unsigned deaths, told;
	uint64_t dead;
};

struct waiting {
	unsigned calls;
	enum op_status status;
	struct inspect_answer answer;
	char name[64];
};

static unsigned deaths(void *ctx, uint64_t content)
{
	const struct fixture *f = ctx;

	return content == f->dead ? f->deaths : 0;
}

static void died(void *ctx, uint64_t content, bool hung)
{
	struct fixture *f = ctx;

	f->dead = content;
	f->deaths += hung ? 2 : 1;
	f->told++;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct inspector_options o = { .status = &f->status, .cache = 100, .deaths = deaths, .died = died, .ctx = f };

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, f->queue), 0);
	f->arena = arena_new(0);
	f->loop = loop_new();
	f->status.phase = INSPECT_READY;
	f->status.generation = 1;
	o.loop = f->loop;
	o.queue = f->queue[1];
	f->in = inspector_new(&o);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	inspector_free(&f->in);
	loop_free(&f->loop);
	close(f->queue[0]);
	close(f->queue[1]);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static void done(void *ctx, enum op_status status, const void *result)
{
	const struct inspect_answer *a = result;
	struct waiting *w = ctx;

	w->calls++;
	w->status = status;
	if (a == NULL)
		return;
	w->answer = *a;
	if (a->nnames != 0)
		snprintf(w->name, sizeof(w->name), "%.*s", SPAN_ARG(a->names[0]));
}

static struct op *ask(struct fixture *f, const char *content, struct waiting *w, struct inspect_answer *known)
{
	struct inspect_job job = { .content = span_of(content), .flags = INSPECT_VIRUSES };

	*w = (struct waiting){ .calls = 0 };
	return inspect_start(f->in, &job, 10000000, f->arena, known, done, w);
}

static void work(struct fixture *f, const struct inspect_answer *a)
{
	assert_int_equal(inspect_job_take(f->queue[0], &f->taken), 1);
	if (a != NULL)
		inspect_job_answer(&f->taken, a);
	inspect_job_end(&f->taken);
}

static void poll_until(struct fixture *f, const struct waiting *w)
{
	for (int i = 0; i < 1000 && w->calls == 0; i++)
		loop_poll(f->loop);
	assert_int_equal(w->calls, 1);
}

static bool idle(struct fixture *f)
{
	return inspect_job_take(f->queue[0], &f->taken) == 0;
}

static void test_answer_is_remembered_until_signatures_change(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer known, found = { .status = INSPECT_FOUND, .generation = 1, .names = { SPAN_LIT("X-1") }, .nnames = 1 };
	struct waiting w;

	assert_non_null(ask(f, "one", &w, &known));
	assert_int_equal(w.calls, 0);
	work(f, &found);
	poll_until(f, &w);
	assert_int_equal(w.answer.status, INSPECT_FOUND);
	assert_string_equal(w.name, "X-1");
	assert_null(ask(f, "one", &w, &known));
	assert_int_equal(known.status, INSPECT_FOUND);
	assert_true(span_eq(known.names[0], SPAN_LIT("X-1")));
	assert_true(idle(f));
	f->status.generation = 2;
	assert_non_null(ask(f, "one", &w, &known));
	found.generation = 2;
	work(f, &found);
	poll_until(f, &w);
}

/* A worker that claims to have signatures nobody has yet is not believed for longer than those in use. */
static void test_generation_to_come_is_not_remembered(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer known, clean = { .status = INSPECT_CLEAN, .generation = UINT64_MAX };
	struct waiting w;

	assert_non_null(ask(f, "one", &w, &known));
	work(f, &clean);
	poll_until(f, &w);
	assert_null(ask(f, "one", &w, &known));
	f->status.generation = 2;
	assert_non_null(ask(f, "one", &w, &known));
	work(f, &clean);
	poll_until(f, &w);
}

static void test_equal_jobs_are_sent_once(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer known, clean = { .status = INSPECT_CLEAN, .generation = 1 };
	struct waiting v[3];
	struct op *second;

	assert_non_null(ask(f, "one", &v[0], &known));
	second = ask(f, "one", &v[1], &known);
	assert_non_null(ask(f, "one", &v[2], &known));
	op_cancel(&second);
	work(f, &clean);
	poll_until(f, &v[0]);
	poll_until(f, &v[2]);
	assert_int_equal(v[1].calls, 0);
	assert_true(idle(f));
}

static void test_second_death_is_the_last(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer known;
	struct waiting w;

	assert_non_null(ask(f, "deadly", &w, &known));
	work(f, NULL);
	for (int i = 0; i < 100 && f->told == 0; i++)
		loop_poll(f->loop);
	assert_int_equal(f->told, 1);
	assert_int_equal(w.calls, 0);
	loop_poll(f->loop);
	work(f, NULL);
	poll_until(f, &w);
	assert_int_equal(w.answer.status, INSPECT_ERROR);
	assert_int_equal(f->deaths, 2);
	/* Known from now on. */
	assert_null(ask(f, "deadly", &w, &known));
	assert_int_equal(known.status, INSPECT_ERROR);
	assert_true(idle(f));
}

static void test_first_death_may_be_chance(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer known, clean = { .status = INSPECT_CLEAN, .generation = 1 };
	struct waiting w;

	assert_non_null(ask(f, "unlucky", &w, &known));
	work(f, NULL);
	for (int i = 0; i < 100 && f->told == 0; i++)
		loop_poll(f->loop);
	loop_poll(f->loop);
	work(f, &clean);
	poll_until(f, &w);
	assert_int_equal(w.answer.status, INSPECT_CLEAN);
}

static void test_hang_counts_at_once(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer known, hung = { .status = INSPECT_ERROR, .flags = INSPECT_TIMEOUT };
	struct waiting w;

	assert_non_null(ask(f, "slow", &w, &known));
	work(f, &hung);
	poll_until(f, &w);
	assert_int_equal(w.answer.status, INSPECT_ERROR);
	assert_null(ask(f, "slow", &w, &known));
}

static void test_expired_is_tried_again(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer known, expired = { .status = INSPECT_UNAVAILABLE, .flags = INSPECT_EXPIRED }, clean = { .status = INSPECT_CLEAN, .generation = 1 };
	struct waiting w;

	assert_non_null(ask(f, "late", &w, &known));
	work(f, &expired);
	for (int i = 0; i < 100; i++)
		loop_poll(f->loop);
	work(f, &clean);
	poll_until(f, &w);
	assert_int_equal(w.answer.status, INSPECT_CLEAN);
}

static void test_at_most_so_many_fly(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer known, clean = { .status = INSPECT_CLEAN, .generation = 1 };
	struct waiting v[40];
	struct op *ops[40];
	char content[40][16];
	unsigned taken = 0;

	for (size_t i = 0; i < 40; i++) {
		snprintf(content[i], sizeof(content[i]), "file %zu", i);
		ops[i] = ask(f, content[i], &v[i], &known);
		assert_non_null(ops[i]);
	}
	op_cancel(&ops[39]); /* never sent */
	for (int turn = 0; turn < 1000 && taken < 39; turn++) {
		if (inspect_job_take(f->queue[0], &f->taken) == 1) {
			inspect_job_answer(&f->taken, &clean);
			inspect_job_end(&f->taken);
			taken++;
		}
		loop_poll(f->loop);
	}
	assert_int_equal(taken, 39);
	for (size_t i = 0; i < 39; i++)
		poll_until(f, &v[i]);
	assert_int_equal(v[39].calls, 0);
}

static void test_states_without_workers(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer known;
	struct waiting w;

	f->status.phase = INSPECT_NO_SIGNATURES;
	assert_null(ask(f, "a", &w, &known));
	assert_int_equal(known.status, INSPECT_NOT_SCANNED);
	f->status.phase = INSPECT_BROKEN;
	assert_null(ask(f, "a", &w, &known));
	assert_int_equal(known.status, INSPECT_UNAVAILABLE);
}

static void test_deadline(void **state)
{
	struct fixture *f = *state;
	struct inspect_job job = { .content = SPAN_LIT("x"), .flags = INSPECT_VIRUSES };
	struct inspect_answer known;
	struct waiting w = { .calls = 0 };

	f->status.phase = INSPECT_DOWN;
	assert_non_null(inspect_start(f->in, &job, 1000, f->arena, &known, done, &w));
	while (w.calls == 0)
		loop_poll(f->loop);
	assert_int_equal(w.status, OP_DEADLINE);
	assert_int_equal(w.calls, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answer_is_remembered_until_signatures_change),
		TEST(test_generation_to_come_is_not_remembered),
		TEST(test_equal_jobs_are_sent_once),
		TEST(test_second_death_is_the_last),
		TEST(test_first_death_may_be_chance),
		TEST(test_hang_counts_at_once),
		TEST(test_expired_is_tried_again),
		TEST(test_at_most_so_many_fly),
		TEST(test_states_without_workers),
		TEST(test_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
