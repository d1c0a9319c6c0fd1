#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/loop.h"

struct seen {
	struct loop *loop;
	struct timer timer, other;
	int fired;
	char order[8];
};

static void fire(void *ctx)
{
	struct seen *s = ctx;

	s->order[s->fired++] = 'a';
}

static void fire_other(void *ctx)
{
	struct seen *s = ctx;

	s->order[s->fired++] = 'b';
	loop_stop(s->loop);
}

static void test_timers(void **state)
{
	struct seen s = { .loop = loop_new() };

	(void)state;
	timer_init(&s.timer, s.loop, fire, &s);
	timer_init(&s.other, s.loop, fire_other, &s);
	timer_set(&s.timer, 0);
	assert_int_equal(s.fired, 0); /* never inside */
	loop_poll(s.loop);
	assert_int_equal(s.fired, 1);
	loop_poll(s.loop);
	assert_int_equal(s.fired, 1); /* once */
	timer_set(&s.timer, 3600000000);
	timer_set(&s.timer, 1000); /* replaces */
	timer_set(&s.other, 20000);
	loop_run(s.loop);
	assert_string_equal(s.order, "aab");
	timer_set(&s.timer, -5);
	timer_stop(&s.timer);
	timer_stop(&s.timer);
	loop_poll(s.loop);
	assert_int_equal(s.fired, 3);
	loop_free(&s.loop);
	assert_null(s.loop);
}

static void test_stopping_what_was_never_set(void **state)
{
	struct timer t = { .fn = NULL };
	struct loop_signal s = { .fn = NULL };

	(void)state;
	timer_stop(&t);
	loop_signal_stop(&s);
	assert_null(t.fn);
}

static void again(void *ctx)
{
	struct seen *s = ctx;

	s->fired++;
	timer_set(&s->timer, 0);
}

static void test_rearmed_from_its_own_callback_runs_in_the_next_turn(void **state)
{
	struct seen s = { .loop = loop_new() };

	(void)state;
	timer_init(&s.timer, s.loop, again, &s);
	timer_set(&s.timer, 0);
	loop_poll(s.loop);
	assert_int_equal(s.fired, 1);
	loop_poll(s.loop);
	assert_int_equal(s.fired, 2);
	timer_stop(&s.timer);
	loop_free(&s.loop);
}

static void test_signals(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct loop_signal sig;

	(void)state;
	loop_signal_init(&sig, s.loop, SIGUSR2, fire, &s);
	raise(SIGUSR2);
	assert_int_equal(s.fired, 0);
	loop_poll(s.loop);
	loop_poll(s.loop);
	assert_int_equal(s.fired, 1);
	loop_signal_stop(&sig);
	loop_free(&s.loop);
}

/* A child that takes the inherited loop down leaves the parent's events where they are. */
static void test_forked(void **state)
{
	struct seen s = { .loop = loop_new() };
	struct loop_signal sig;
	sigset_t all, before;
	int status;
	pid_t pid;

	(void)state;
	loop_signal_init(&sig, s.loop, SIGUSR2, fire, &s);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0) {
		loop_forked(s.loop);
		loop_signal_stop(&sig);
		loop_free(&s.loop);
		_exit(0);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	raise(SIGUSR2);
	loop_poll(s.loop);
	loop_poll(s.loop);
	assert_int_equal(s.fired, 1);
	loop_signal_stop(&sig);
	loop_free(&s.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_stopping_what_was_never_set),
		cmocka_unit_test(test_rearmed_from_its_own_callback_runs_in_the_next_turn),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_forked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
