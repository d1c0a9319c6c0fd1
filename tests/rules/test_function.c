/* Function rules: results, what "m" offers, waiting for look-ups, failures and their limits. The rules are functions of Lua text, without the reader of rule files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdlib.h>

#include "io/log.h"
#include "rules/function.h"
#include "scan/engine.h"

static const char mail[] =
	"From: \"A. Sender\" <a@example.com>\r\nReply-To: b@example.net\r\nReceived: one\r\nReceived: two\r\nSubject: =?utf-8?q?H=C3=A4llo?=\r\n"
	"Date: Thu, 15 Jan 2026 09:12:44 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	"--b\r\nContent-Type: text/plain\r\n\r\nSee https://www.example.org/path?q=1 now\r\n"
	"--b\r\nContent-Type: application/pdf; name=\"bill.pdf\"\r\nContent-Disposition: attachment\r\n\r\nPDF\r\n--b--\r\n";

/* Look-ups for the test: slow.echo(text, ms) gives the text back after a while; slow.fail() and slow.none(). */
struct query {
	struct span text;
	lua_Integer ms;
};

struct slow_op {
	struct op op;
	struct timer timer;
	op_done *done;
	void *ctx;
	struct span text;
	enum op_status status;
};

struct world {
	struct loop *loop;
	struct services services;
	unsigned started, cancelled;
};

static void read_echo(lua_State *L, struct arena *arena, void *query)
{
	struct query *q = query;
	size_t len;
	const char *text = luaL_checklstring(L, 1, &len);

	q->text = arena_copy(arena, span_make(text, len));
	q->ms = luaL_optinteger(L, 2, 0);
}

static void slow_ended(void *ctx)
{
	struct slow_op *s = ctx;

	s->done(s->ctx, s->status, &s->text);
}

static struct world *test_world;

static void slow_cancel(struct op *op)
{
	timer_stop(&((struct slow_op *)op)->timer);
	test_world->cancelled++;
}

static struct op *start(void *provider, const struct query *q, const struct task *t, op_done *done, void *ctx, enum op_status status)
{
	struct world *w = provider;
	struct slow_op *s = arena_alloc(task_scan(t)->arena, sizeof(*s));

	w->started++;
	*s = (struct slow_op){ .op = { slow_cancel }, .done = done, .ctx = ctx, .status = status };
	s->text = q->text;
	timer_init(&s->timer, w->loop, slow_ended, s);
	timer_set(&s->timer, q->ms * 1000);
	return &s->op;
}

static struct op *start_echo(void *provider, const void *query, const struct task *t, op_done *done, void *ctx)
{
	return start(provider, query, t, done, ctx, OP_OK);
}

static struct op *start_fail(void *provider, const void *query, const struct task *t, op_done *done, void *ctx)
{
	return start(provider, query, t, done, ctx, OP_FAIL);
}

static struct op *start_none(void *provider, const void *query, const struct task *t, op_done *done, void *ctx)
{
	(void)provider;
	(void)query;
	(void)t;
	(void)done;
	(void)ctx;
	return NULL;
}

static int push_echo(lua_State *L, const void *result)
{
	const struct span *text = result;

	lua_pushlstring(L, text->p, text->len);
	return 1;
}

static const struct lookup echo = { "slow", "echo", sizeof(struct query), read_echo, start_echo, push_echo };
static const struct lookup fail_lookup = { "slow", "fail", sizeof(struct query), read_echo, start_fail, push_echo };
static const struct lookup none = { "slow", "none", sizeof(struct query), read_echo, start_none, push_echo };

#define RULES_MAX 4

struct fixture {
	struct arena *arena;
	struct vm *vm;
	struct functions *functions;
	const struct check *checks[RULES_MAX + 2];
	size_t n;
	struct conf *conf;
	struct engine *engine;
	struct world world;
	int64_t deadline_us;
	const struct scan *done;
};

static struct fixture *fixture_new(void)
{
	struct fixture *f = calloc(1, sizeof(*f));

	message_init();
	f->arena = arena_new(0);
	f->vm = vm_new(&function_limits);
	f->functions = functions_new(f->arena, f->vm, view_plan_new(f->arena));
	f->world.loop = loop_new();
	f->world.services = (struct services){ .loop = f->world.loop };
	f->deadline_us = 5000000;
	test_world = &f->world;
	functions_lookup(f->functions, &echo, &f->world);
	functions_lookup(f->functions, &fail_lookup, &f->world);
	functions_lookup(f->functions, &none, &f->world);
	f->checks[f->n++] = &check_rule_error;
	return f;
}

static void fixture_free(struct fixture *f)
{
	engine_free(&f->engine);
	conf_free(&f->conf);
	loop_free(&f->world.loop);
	vm_free(&f->vm);
	arena_free(&f->arena);
	free(f);
}

/* source: a chunk that returns the function. */
static void add_rule(struct fixture *f, const char *name, const char *source, const char *const *after)
{
	struct symbol *s = ARENA_NEW(f->arena, struct symbol);
	struct function_rule rule = { .symbol = s, .after = after, .waits_for = after, .where = "test.lua:1" };
	struct err err = { "" };

	*s = (struct symbol){ name, "content", 1000, "", ACTION_NONE };
	if (!vm_load(f->vm, span_of(source), "test.lua", &err) || !vm_call(f->vm, 0, 1, &err))
		fail_msg("%s", err.text);
	f->checks[f->n++] = functions_add(f->functions, vm_state(f->vm), &rule);
}

static void ended(void *ctx, const struct scan *scan)
{
	struct fixture *f = ctx;

	f->done = scan;
	loop_stop(f->world.loop);
}

static void ready(struct fixture *f)
{
	struct err err = { "" };

	f->conf = conf_load(NULL, engine_setting_sets(f->arena, f->checks), &err);
	f->engine = engine_new(f->conf, f->checks, &err);
	if (f->engine == NULL)
		fail_msg("%s", err.text);
}

static struct transaction *transaction(void)
{
	static const struct rcpt rcpt[] = { { SPAN_LIT("<r@example.com>"), SPAN_LIT("r@example.com"), SPAN_NONE } };
	struct arena *arena = arena_new(0);
	struct transaction *tx = ARENA_NEW(arena, struct transaction);

	tx->arena = arena;
	tx->raw = span_of(mail);
	tx->raw_size = tx->raw.len;
	tx->client.helo = SPAN_LIT("mx.example.com");
	assert_true(ip_parse(SPAN_LIT("192.0.2.1"), &tx->client.ip));
	tx->env.from = SPAN_LIT("a@example.com");
	tx->env.from_set = true;
	tx->env.rcpt = rcpt;
	tx->env.nrcpt = 1;
	return tx;
}

static const struct hit *find_hit(const struct fixture *f, const char *name)
{
	int sym = engine_symbol(f->engine, name);

	for (size_t i = 0; i < f->done->hits.n; i++) {
		if (f->done->hits.v[i].sym == sym)
			return &f->done->hits.v[i];
	}
	return NULL;
}

static struct transaction *run(struct fixture *f)
{
	struct transaction *tx = transaction();

	if (f->engine == NULL)
		ready(f);
	scan_start(f->engine, &f->world.services, tx, STAGE_MESSAGE, f->deadline_us, ended, f);
	loop_run(f->world.loop);
	return tx;
}

/* permille 0: no hit; -1: RULE_ERROR. */
static const struct {
	const char *source;
	int permille;
	const char *evidence;
} rows[] = {
	{ "return function(m) end", 0, "" },
	{ "return function(m) return false end", 0, "" },
	{ "return function(m) return true end", 1000, "" },
	{ "return function(m) return 'seen' end", 1000, "seen" },
	{ "return function(m) return 2 end", 2000, "" },
	{ "return function(m) return 0.5 end", 500, "" },
	{ "return function(m) return 1e300 end", 3000, "" },
	{ "return function(m) return 0/0 end", 0, "" },
	{ "return function(m) return -1 end", 0, "" },
	{ "return function(m) return {} end", 0, "" },
	{ "return function(m) return m.subject end", 1000, "H\xc3\xa4llo" },
	{ "return function(m) return m:header('Reply-To:domain') end", 1000, "example.net" },
	{ "return function(m) return m:header('From:name') end", 1000, "A. Sender" },
	{ "return function(m) return m:header('X-None') end", 0, "" },
	{ "return function(m) return table.concat(m:headers('Received'), ',') end", 1000, "one,two" },
	{ "return function(m) return m.urls[1].host .. ' ' .. m.urls[1].domain .. ' ' .. m.urls[1].path end", 1000, "www.example.org example.org path" },
	{ "return function(m) return m.attachments[1].name .. ' ' .. m.attachments[1].extension .. ' ' .. m.attachments[1].size end", 1000, "bill.pdf pdf 3" },
	{ "return function(m) return m.client.ip .. ' ' .. m.client.helo .. ' ' .. tostring(m.client.tls) end", 1000, "192.0.2.1 mx.example.com nil" },
	{ "return function(m) return m.envelope.from .. ' ' .. m.envelope.rcpt[1] end", 1000, "a@example.com r@example.com" },
	{ "return function(m) return m.direction end", 1000, "inbound" },
	{ "return function(m) return m.date == 1768468364 end", 1000, "" },
	{ "return function(m) return m.size > 100 and m.text:find('See', 1, true) == 1 end", 1000, "" },
	{ "return function(m) return m:fact('NUL_BYTE') == 0 end", 1000, "" },
	{ "local p = pattern('/(\\\\w+)@(\\\\w+)/i') return function(m) local a, b = p:match(m.envelope.from) return a .. '+' .. b end", 1000, "a+example" },
	{ "local p = pattern('/e/') return function(m) return p:count('eee') == 3 and p:match('x') == nil end", 1000, "" },
	/* failures */
	{ "return function(m) return m.nothing end", -1, "" },
	{ "return function(m) return m:header('bad name') end", -1, "" },
	{ "return function(m) return m:fact('NO_SUCH') end", -1, "" },
	{ "return function(m) return pattern('/x/') end", -1, "" },
	{ "local p = pattern('/(a+)+$/') return function(m) return p:match(('a'):rep(1000) .. 'b') end", -1, "" },
	{ "return function(m) for i = 1, 60000 do m:header('From:name') end return true end", -1, "" }, /* parses addresses each time */
	{ "local p = pattern('/(?:a+)+b|./') return function(m) return p:count((('a'):rep(21) .. 'c'):rep(200)) end", -1, "" }, /* hard, below its limit, many times */
	{ "return function(m) error('mine') end", -1, "" },
	{ "return function(m) while true do end end", -1, "" },
	{ "return function(m) pcall(function() while true do end end) return true end", -1, "" },
	{ "return function(m) local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000000) .. i end end", -1, "" },
	/* waiting */
	{ "return function(m) return slow.echo('a', 5) .. slow.echo('b', 1) end", 1000, "ab" },
	{ "return function(m) local v, why = slow.fail('a') return why end", 1000, "failed" },
	{ "return function(m) local v, why = slow.none('a') return why end", 1000, "unavailable" },
	{ "return function(m) local ok, v = pcall(slow.echo, 'in pcall', 1) return v end", 1000, "in pcall" },
	{ "return function(m) slow.echo() return true end", -1, "" },
	{ "return function(m) slow.echo('a') error('after') end", -1, "" },
	{ "return function(m) slow.echo('a', 1) while true do end end", -1, "" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture *f = fixture_new();
		struct transaction *tx;
		const struct hit *hit, *error;

		add_rule(f, "RULE", rows[i].source, NULL);
		tx = run(f);
		hit = find_hit(f, "RULE");
		error = find_hit(f, "RULE_ERROR");
		if ((hit != NULL ? hit->permille : 0) != (rows[i].permille > 0 ? rows[i].permille : 0) || (error != NULL) != (rows[i].permille < 0) ||
		    (hit != NULL && !span_eq(hit->evidence, span_of(rows[i].evidence))) || (error != NULL && !span_eq(error->evidence, SPAN_LIT("RULE"))))
			fail_msg("%s: %d '%.*s' error %d", rows[i].source, hit != NULL ? hit->permille : 0, SPAN_ARG(hit != NULL ? hit->evidence : SPAN_NONE), error != NULL);
		arena_free(&tx->arena);
		fixture_free(f);
	}
}

/* Two functions wait at the same time, each for its own answer; a third that reads their hits comes after both. */
static void test_together(void **state)
{
	static const char *const after[] = { "ONE", "TWO", NULL };
	struct fixture *f = fixture_new();
	struct transaction *tx;

	(void)state;
	add_rule(f, "SUM", "return function(m) return m.hits.ONE .. ' ' .. m.hits.TWO end", after);
	add_rule(f, "ONE", "return function(m) return slow.echo('one', 20) end", NULL);
	add_rule(f, "TWO", "return function(m) return slow.echo('two', 1) and 2 end", NULL);
	tx = run(f);
	assert_true(span_eq(find_hit(f, "ONE")->evidence, SPAN_LIT("one")));
	assert_int_equal(find_hit(f, "TWO")->permille, 2000);
	assert_true(span_eq(find_hit(f, "SUM")->evidence, SPAN_LIT("1.0 2.0")));
	arena_free(&tx->arena);
	fixture_free(f);
}

static void test_deadline_and_cancel(void **state)
{
	struct fixture *f = fixture_new();
	struct transaction *tx;
	struct scan *scan;

	(void)state;
	add_rule(f, "RULE", "return function(m) local v, why = slow.echo('x', 3600000) slow.echo('y', 3600000) return why end", NULL);
	f->deadline_us = 2000;
	tx = run(f);
	assert_true(f->done->late);
	assert_null(find_hit(f, "RULE")); /* it wanted to wait again */
	assert_int_equal(f->world.cancelled, 2);
	arena_free(&tx->arena);
	tx = transaction();
	scan = scan_start(f->engine, &f->world.services, tx, STAGE_MESSAGE, 60000000, ended, f);
	scan_cancel(&scan);
	assert_int_equal(f->world.cancelled, 3);
	arena_free(&tx->arena);
	fixture_free(f);
}

/* A function that keeps failing rests: it is not called any more. */
static void test_rests(void **state)
{
	struct fixture *f = fixture_new();

	(void)state;
	add_rule(f, "RULE", "return function(m) slow.echo('x') error('broken') end", NULL);
	for (int i = 0; i < 8; i++) {
		struct transaction *tx = run(f);

		assert_non_null(find_hit(f, "RULE_ERROR"));
		arena_free(&tx->arena);
	}
	assert_int_equal(f->world.started, 5);
	fixture_free(f);
}

/* m kept beyond its time is empty. */
static void test_kept(void **state)
{
	struct fixture *f = fixture_new();
	struct transaction *tx;

	(void)state;
	add_rule(f, "RULE", "local kept return function(m) if kept then return kept.subject end kept = m end", NULL);
	tx = run(f);
	assert_null(find_hit(f, "RULE_ERROR"));
	arena_free(&tx->arena);
	tx = run(f);
	assert_non_null(find_hit(f, "RULE_ERROR"));
	arena_free(&tx->arena);
	fixture_free(f);
}

/* m is not needed any more while its function still runs, and Lua collects it. */
static void test_let_go(void **state)
{
	struct fixture *f = fixture_new();
	struct transaction *tx;

	(void)state;
	add_rule(f, "TAIL", "local function work(n) local t for i = 1, n do t = { i } end return n == 50000 end return function(m) return work(50000) end", NULL);
	add_rule(f, "DROPPED", "return function(m) m = nil local t for i = 1, 50000 do t = { i } end slow.echo('x') return true end", NULL);
	tx = run(f);
	assert_non_null(find_hit(f, "TAIL"));
	assert_non_null(find_hit(f, "DROPPED"));
	assert_null(find_hit(f, "RULE_ERROR"));
	arena_free(&tx->arena);
	fixture_free(f);
}

/* Where Lua cannot wait, nothing is started: its answer would be taken for that of a later look-up. */
static void test_cannot_wait(void **state)
{
	struct fixture *f = fixture_new();
	struct transaction *tx;

	(void)state;
	add_rule(f, "RULE", "return function(m) local ok, why = pcall(table.sort, { 1, 2, 3 }, function() slow.echo('wrong', 1) end)"
		 " return slow.echo('right', 20) .. ' ' .. tostring(ok) .. why end", NULL);
	tx = run(f);
	assert_non_null(find_hit(f, "RULE"));
	assert_true(span_eq(find_hit(f, "RULE")->evidence, SPAN_LIT("right falsetest.lua:1: slow.echo cannot wait inside of a function that Lua calls back")));
	assert_int_equal(f->world.started, 1);
	arena_free(&tx->arena);
	fixture_free(f);
}

/* Many short pieces cost what one long one costs. */
static void test_pieces_are_counted(void **state)
{
	struct fixture *f = fixture_new();
	struct transaction *tx;

	(void)state;
	add_rule(f, "RULE", "return function(m) for i = 1, 10000 do slow.echo('') for k = 1, 400 do end end return true end", NULL);
	tx = run(f);
	assert_null(find_hit(f, "RULE"));
	assert_non_null(find_hit(f, "RULE_ERROR"));
	arena_free(&tx->arena);
	fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows), cmocka_unit_test(test_together), cmocka_unit_test(test_deadline_and_cancel),
		cmocka_unit_test(test_rests), cmocka_unit_test(test_kept), cmocka_unit_test(test_let_go), cmocka_unit_test(test_cannot_wait),
		cmocka_unit_test(test_pieces_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
