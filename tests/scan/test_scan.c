/* The scheduler: order, waiting, deadlines, cancellation; with checks and a provider of operations made for the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

#include "scan/engine.h"

/* A provider whose operations end after a while, or never. */
struct slow_op {
	struct op op;
	struct timer timer;
	op_done *done;
	void *ctx;
	int *cancelled;
};

static void slow_ended(void *ctx)
{
	struct slow_op *s = ctx;

	timer_stop(&s->timer);
	s->done(s->ctx, OP_OK, "answer");
}

static void slow_cancel(struct op *op)
{
	struct slow_op *s = (struct slow_op *)op;

	timer_stop(&s->timer);
	(*s->cancelled)++;
}

struct world {
	struct loop *loop;
	struct services services;
	int64_t delay_us;
	int cancelled, done, late, answers, deadlines;
	char order[16];
	size_t norder;
};

/* The checks reach their test's world through the transaction's queue ID, which holds its address. */
static struct world *world_of(const struct task *t)
{
	return *(struct world *const *)(const void *)task_tx(t)->queue_id.p;
}

static void note(const struct task *t, char c)
{
	struct world *w = world_of(t);

	w->order[w->norder++] = c;
}

enum { SLOW_HIT };
static const struct symbol slow_symbols[] = { { "SLOW_HIT", "content", 1000, "", ACTION_NONE } };
static const struct symbol late_symbols[] = { { "SAW_SLOW", "content", 1000, "", ACTION_NONE } };

static void slow_answer(void *ctx, enum op_status status, const void *result)
{
	struct task *t = ctx;

	if (status == OP_DEADLINE) {
		world_of(t)->deadlines++;
		return;
	}
	assert_string_equal((const char *)result, "answer");
	world_of(t)->answers++;
	note(t, 'a');
	hit_add(t, SLOW_HIT, SPAN_LIT("slow"));
}

static void run_slow(struct task *t, const void *state)
{
	struct world *w = world_of(t);
	struct slow_op *s = ARENA_NEW(task_arena(t), struct slow_op);
	struct await *a = task_await(t, slow_answer, t);

	(void)state;
	note(t, 's');
	s->op.cancel = slow_cancel;
	s->done = await_done;
	s->ctx = a;
	s->cancelled = &w->cancelled;
	timer_init(&s->timer, w->loop, slow_ended, s);
	timer_set(&s->timer, w->delay_us);
	await_bind(a, &s->op);
}

static void run_quick(struct task *t, const void *state)
{
	(void)state;
	note(t, 'q');
}

static void run_after(struct task *t, const void *state)
{
	note(t, 'l');
	if (task_has_hit(t, *(const int *)state))
		hit_add(t, 0, SPAN_NONE);
}

static bool init_after(const struct engine *e, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	int *sym = ARENA_NEW(arena, int);

	(void)cfg;
	(void)err_r;
	*sym = engine_symbol(e, "SLOW_HIT");
	*state_r = sym;
	return true;
}

static const char *const after_slow[] = { "slow", NULL };
static const struct check check_after = {
	.name = "after", .stages = STAGE_MESSAGE, .after = after_slow, .symbols = late_symbols, .nsymbols = 1, .init = init_after, .run = run_after,
};
static const struct check check_quick = { .name = "quick", .stages = STAGE_MESSAGE, .run = run_quick };
static const struct check check_slow = { .name = "slow", .stages = STAGE_MESSAGE, .symbols = slow_symbols, .nsymbols = 1, .run = run_slow };
static const struct check check_rcpt_stage = { .name = "rcpt_stage", .stages = STAGE_RCPT, .run = run_quick };
static const struct check check_needs_html = { .name = "needs_html", .stages = STAGE_MESSAGE, .needs = NEED_HTML, .run = run_quick };

static const struct check *const all_checks[] = { &check_after, &check_quick, &check_slow, &check_rcpt_stage, &check_needs_html, NULL };

struct fixture {
	struct arena *arena;
	struct conf *conf;
	struct engine *engine;
	struct world world, *world_pointer;
	struct transaction *tx;
};

static struct engine *engine_of(struct fixture *f, const struct check *const *checks, struct err *err)
{
	f->conf = conf_load(NULL, engine_setting_sets(f->arena, checks), err);
	assert_non_null(f->conf);
	return engine_new(f->conf, checks, err);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err err;

	message_init();
	f->arena = arena_new(0);
	f->engine = engine_of(f, all_checks, &err);
	assert_non_null(f->engine);
	f->world.loop = loop_new();
	f->world.services = (struct services){ .loop = f->world.loop };
	f->world_pointer = &f->world;
	f->tx = ARENA_NEW(f->arena, struct transaction);
	f->tx->arena = f->arena;
	f->tx->raw = SPAN_LIT("Subject: x\r\n\r\nhello\r\n");
	f->tx->queue_id = span_make((const char *)&f->world_pointer, sizeof(f->world_pointer));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	engine_free(&f->engine);
	conf_free(&f->conf);
	loop_free(&f->world.loop);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static void ended(void *ctx, const struct scan *scan)
{
	struct world *w = ctx;

	w->done++;
	w->late = scan->late;
	loop_stop(w->loop);
}

static void test_order_and_waiting(void **state)
{
	struct fixture *f = *state;
	struct scan *scan;

	f->world.delay_us = 1000;
	scan = scan_start(f->engine, &f->world.services, f->tx, STAGE_MESSAGE, 10000000, ended, &f->world);
	assert_int_equal(f->world.done, 0); /* never inside scan_start */
	loop_run(f->world.loop);
	assert_int_equal(f->world.done, 1);
	assert_false(f->world.late);
	assert_int_equal(f->world.answers, 1);
	/* quick ran while slow waited; after came last */
	assert_string_equal(f->world.order, "sqal");
	assert_int_equal(scan->hits.n, 2);
}

static void test_deadline(void **state)
{
	struct fixture *f = *state;

	f->world.delay_us = 3600000000;
	scan_start(f->engine, &f->world.services, f->tx, STAGE_MESSAGE, 1000, ended, &f->world);
	loop_run(f->world.loop);
	assert_int_equal(f->world.done, 1);
	assert_true(f->world.late);
	assert_int_equal(f->world.cancelled, 1);
	assert_int_equal(f->world.deadlines, 1);
	assert_int_equal(f->world.answers, 0);
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	struct scan *scan;

	f->world.delay_us = 0;
	scan = scan_start(f->engine, &f->world.services, f->tx, STAGE_MESSAGE, 1000, ended, &f->world);
	scan_cancel(&scan);
	assert_null(scan);
	scan_cancel(&scan);
	loop_poll(f->world.loop);
	assert_int_equal(f->world.done, 0);
	assert_int_equal(f->world.cancelled, 1);
}

static void test_bad_dependencies(void **state)
{
	static const char *const after_b[] = { "b", NULL }, *const after_a[] = { "a", NULL }, *const after_none[] = { "nobody", NULL };
	static const struct check a = { .name = "a", .after = after_b }, b = { .name = "b", .after = after_a }, c = { .name = "c", .after = after_none };
	static const struct check *const cycle[] = { &a, &b, NULL }, *const unknown[] = { &c, NULL }, *const twice[] = { &check_slow, &check_slow, NULL };
	struct fixture *f = *state;
	struct err err;

	assert_null(engine_new(f->conf, cycle, &err));
	assert_string_equal(err.text, "check a comes after itself");
	assert_null(engine_new(f->conf, unknown, &err));
	assert_string_equal(err.text, "check c comes after nobody, which does not exist");
	assert_null(engine_new(f->conf, twice, &err));
	assert_string_equal(err.text, "check slow: two checks declare the symbol SLOW_HIT");
}

static void test_profiles_and_direction(void **state)
{
	static const char text[] = "networks { own = { '192.0.2.0/24' }, trusted_relays = { '198.51.100.7' } }\n"
				   "domain 'example.com' { tag = 3 }\n"
				   "address 'a@example.com' { tag = 2, scores = { SLOW_HIT = 9 } }\n";
	static const char unknown[] = "address 'a@example.com' { scores = { SLOW_HITT = 9 } }\n";
	struct fixture *f = *state;
	struct client client = { .ip = { .set = false } };
	struct engine *e;
	struct conf *conf;
	struct err err;

	conf = conf_load_text(span_of(text), "test", engine_setting_sets(f->arena, all_checks), &err);
	assert_non_null(conf);
	e = engine_new(conf, all_checks, &err);
	assert_non_null(e);
	assert_int_equal(engine_profile(e, SPAN_LIT("a@Example.com"))->at[ACTION_TAG], 2000);
	assert_int_equal(engine_profile(e, SPAN_LIT("a+list@example.com"))->at[ACTION_TAG], 2000);
	assert_int_equal(engine_profile(e, SPAN_LIT("b@example.com"))->at[ACTION_TAG], 3000);
	assert_int_equal(engine_profile(e, SPAN_LIT("b@example.net"))->at[ACTION_TAG], 6000);
	assert_int_equal(engine_profile(e, SPAN_NONE)->at[ACTION_JUNK], 8000);
	assert_int_equal(engine_profile(e, SPAN_LIT("a@example.com"))->weights[engine_symbol(e, "SLOW_HIT")], 9000);
	assert_int_equal(engine_direction(e, &client, true), DIR_INBOUND);
	assert_int_equal(engine_direction(e, &client, false), DIR_LOCAL);
	assert_true(ip_parse(SPAN_LIT("192.0.2.9"), &client.ip));
	assert_int_equal(engine_direction(e, &client, true), DIR_OUTBOUND);
	assert_true(ip_parse(SPAN_LIT("198.51.100.7"), &client.ip));
	assert_int_equal(engine_direction(e, &client, true), DIR_RELAY);
	client.auth_user = SPAN_LIT("joe");
	assert_int_equal(engine_direction(e, &client, true), DIR_OUTBOUND);
	engine_free(&e);
	conf_free(&conf);
	conf = conf_load_text(span_of(unknown), "test", engine_setting_sets(f->arena, all_checks), &err);
	assert_non_null(conf);
	assert_null(engine_new(conf, all_checks, &err));
	assert_string_equal(err.text, "test:1: a@example.com: unknown symbol 'SLOW_HITT' in profile.scores (did you mean 'SLOW_HIT'?)");
	conf_free(&conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order_and_waiting, setup, teardown),
		cmocka_unit_test_setup_teardown(test_deadline, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cancel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_dependencies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_profiles_and_direction, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
