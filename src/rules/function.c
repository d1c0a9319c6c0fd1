#include "rules/function.h"

#include <math.h>

#include "base/array.h"
#include "base/clock.h"
#include "io/log.h"
#include "rules/function_private.h"
#include "scan/engine.h"

#define FAILURES_MAX 5
#define REST_US (300 * (int64_t)1000000)
#define LOG_EVERY_US (60 * (int64_t)1000000)
#define TIMES_MAX 3

const struct vm_limits function_limits = { .memory = (size_t)128 << 20, .thread_memory = (size_t)16 << 20, .instructions = 2000000, .match_steps = 2000000 };

/* What a rule's failures have led to in this process. */
struct health {
	unsigned failures;    /* in a row */
	int64_t rests_until;  /* clock_mono_us; 0: it works */
	int64_t logged;       /* the last line; 0: none */
	unsigned unlogged;    /* failures since */
};

struct function {
	struct check check;
	struct functions *all;
	struct function_rule rule;
	int ref;              /* of the Lua function */
	int error_symbol;
	int *after;           /* global numbers of rule.after */
	size_t nafter;
	struct health *health;
};

struct functions *functions_new(struct arena *arena, struct vm *vm, const struct view_plan *plan)
{
	struct functions *all = ARENA_NEW(arena, struct functions);

	all->arena = arena;
	all->vm = vm;
	all->plan = plan;
	all->memory = regex_memory_new();
	arena_cleanup(arena, functions_free_memory, all);
	*(struct functions **)lua_newuserdatauv(vm_state(vm), sizeof(struct functions *), 0) = all;
	lua_setfield(vm_state(vm), LUA_REGISTRYINDEX, FUNCTIONS_KEY);
	function_message_open(all);
	function_pattern_open(all);
	return all;
}

void functions_free_memory(void *ctx)
{
	struct functions *all = ctx;

	regex_memory_free(&all->memory);
}

struct functions *functions_of(lua_State *L)
{
	struct functions **all;

	lua_getfield(L, LUA_REGISTRYINDEX, FUNCTIONS_KEY);
	all = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return *all;
}

/* Failing. */

static void log_failure(const struct function *f, struct function_run *run, const char *what)
{
	struct health *h = f->health;
	int64_t now = clock_mono_us();
	struct buf trace = BUF_INIT(task_arena(run->task));

	h->unlogged++;
	if (h->logged != 0 && now - h->logged < LOG_EVERY_US)
		return;
	vm_thread_traceback(run->thread, &trace);
	log_warn("rule %s (%s): %s; traceback: %.*s; %u failure(s) since the last line", f->rule.symbol->name, f->rule.where, what, SPAN_ARG(buf_span(&trace)), h->unlogged);
	h->logged = now;
	h->unlogged = 0;
}

static void failed(const struct function *f, struct function_run *run, const char *what)
{
	struct health *h = f->health;

	hit_add_symbol(run->task, f->error_symbol, span_of(f->rule.symbol->name));
	log_failure(f, run, what);
	if (++h->failures < FAILURES_MAX)
		return;
	h->failures = 0;
	h->rests_until = clock_mono_us() + REST_US;
	log_warn("rule %s (%s): failed %d times in a row and rests for %d s", f->rule.symbol->name, f->rule.where, FAILURES_MAX, (int)(REST_US / 1000000));
}

static bool rests(const struct function *f)
{
	struct health *h = f->health;

	if (h->rests_until == 0)
		return false;
	if (clock_mono_us() < h->rests_until)
		return true;
	h->rests_until = 0;
	return false;
}

/* Running. */

static void run_end(struct function_run *run)
{
	if (run->message != NULL) {
		*run->message = NULL;
		luaL_unref(vm_state(run->function->all->vm), LUA_REGISTRYINDEX, run->message_ref);
	}
	run->message = NULL;
	vm_thread_free(&run->thread);
}

static void run_cleanup(void *ctx)
{
	run_end(ctx);
}

/* How often the value that the function returned says it hit; a string is evidence as well. */
static int32_t result(lua_State *L, struct arena *arena, struct span *evidence_r)
{
	size_t len;
	const char *text;

	if (lua_gettop(L) == 0)
		return 0;
	lua_settop(L, 1);
	switch (lua_type(L, 1)) {
	case LUA_TBOOLEAN:
		return lua_toboolean(L, 1) != 0 ? 1000 : 0;
	case LUA_TNUMBER: {
		double times = lua_tonumber(L, 1);

		return times > 0 ? (int32_t)lround(fmin(times, TIMES_MAX) * 1000) : 0;
	}
	case LUA_TSTRING:
		text = lua_tolstring(L, 1, &len);
		*evidence_r = arena_copy(arena, span_make(text, len));
		return 1000;
	default:
		return 0;
	}
}

static void ended(const struct function *f, struct function_run *run)
{
	struct span evidence = SPAN_NONE;
	int32_t permille = result(vm_thread_state(run->thread), task_arena(run->task), &evidence);

	f->health->failures = 0;
	if (permille != 0)
		hit_add_to(run->task, 0, permille, run->to, evidence);
}

static void go_on(struct function_run *run, int nargs)
{
	const struct function *f = run->function;
	struct err err;
	bool waits;

	f->all->current = run;
	if (!vm_thread_resume(run->thread, nargs, &waits, &err)) {
		failed(f, run, err.text);
		waits = false;
	} else if (!waits) {
		ended(f, run);
	}
	f->all->current = NULL;
	if (!waits)
		run_end(run);
}

static void call(const struct function *f, struct task *t, rcptset to)
{
	struct arena *arena = task_arena(t);
	struct function_run *run = ARENA_NEW(arena, struct function_run);
	lua_State *L = vm_state(f->all->vm);

	run->function = f;
	run->task = t;
	run->to = to;
	run->after = f->rule.after;
	run->after_symbols = f->after;
	run->nafter = f->nafter;
	lua_rawgeti(L, LUA_REGISTRYINDEX, f->ref);
	function_message_push(L, run);
	run->thread = vm_thread_new(f->all->vm, 1);
	arena_cleanup(arena, run_cleanup, run);
	go_on(run, 1);
}

static void run(struct task *t, const void *state)
{
	const struct function *f = state;
	struct rule_view *view = rule_view_of(t, f->all->plan);
	rcptset to = RCPT_ALL;

	view_begin(view, f->rule.symbol->name);
	if (f->rule.scope != NULL && !scope_rcptset(f->rule.scope, view, t, &to))
		return;
	if (f->rule.when != NULL && !condition_holds(f->rule.when, view, NULL))
		return;
	if (rests(f))
		hit_add_symbol(t, f->error_symbol, span_of(f->rule.symbol->name));
	else
		call(f, t, to);
}

/* Waiting. */

static void looked_up(void *ctx, enum op_status status, const void *value)
{
	struct function_run *run = ctx;
	lua_State *L;
	int n = 2;

	if (run->thread == NULL)
		return;
	L = vm_thread_state(run->thread);
	if (status == OP_OK) {
		n = run->waits_for->push(L, value);
	} else {
		lua_pushnil(L);
		lua_pushstring(L, status == OP_DEADLINE ? "deadline" : "failed");
	}
	go_on(run, n);
}

static int after_wait(lua_State *L, int status, lua_KContext before)
{
	(void)status;
	return lua_gettop(L) - (int)before; /* what looked_up pushed */
}

/* The function that Lua sees of a look-up. Upvalues: struct lookup, provider. */
static int lookup_call(lua_State *L)
{
	const struct lookup *lookup = lua_touserdata(L, lua_upvalueindex(1));
	void *provider = lua_touserdata(L, lua_upvalueindex(2));
	struct function_run *run = functions_of(L)->current;
	int before = lua_gettop(L);
	struct await *await;
	struct op *op;
	void *query;

	if (run == NULL)
		return luaL_error(L, "%s.%s can only be called while a message is looked at", lookup->table, lookup->name);
	/* What was started could not be waited for. */
	if (!lua_isyieldable(L))
		return luaL_error(L, "%s.%s cannot wait inside of a function that Lua calls back", lookup->table, lookup->name);
	query = arena_alloc(task_arena(run->task), lookup->query_size);
	lookup->read(L, task_arena(run->task), query);
	await = task_await(run->task, looked_up, run);
	op = lookup->start(provider, query, run->task, await_done, await);
	if (op == NULL) {
		await_drop(await);
		lua_pushnil(L);
		lua_pushliteral(L, "unavailable");
		return 2;
	}
	run->waits_for = lookup;
	await_bind(await, op);
	return lua_yieldk(L, 0, before, after_wait);
}

void functions_lookup(struct functions *all, const struct lookup *lookup, void *provider)
{
	lua_State *L = vm_state(all->vm);

	if (lua_getglobal(L, lookup->table) != LUA_TTABLE) {
		lua_pop(L, 1);
		lua_newtable(L);
		lua_pushvalue(L, -1);
		lua_setglobal(L, lookup->table);
	}
	lua_pushlightuserdata(L, (void *)(uintptr_t)lookup); /* NOLINT(performance-no-int-to-ptr): only to drop const */
	lua_pushlightuserdata(L, provider);
	lua_pushcclosure(L, lookup_call, 2);
	lua_setfield(L, -2, lookup->name);
	lua_pop(L, 1);
}

/* Making. */

static bool init(const struct engine *e, struct arena *arena, const void *cfg, void **state_r, struct err *err_r)
{
	const struct function *made = cfg;
	struct function *f = ARENA_NEW(arena, struct function);

	(void)err_r;
	*f = *made;
	f->error_symbol = engine_symbol(e, RULE_ERROR_SYMBOL);
	while (f->rule.after != NULL && f->rule.after[f->nafter] != NULL)
		f->nafter++;
	f->after = ARENA_ARRAY(arena, f->nafter + 1, int);
	for (size_t i = 0; i < f->nafter; i++)
		f->after[i] = engine_symbol(e, f->rule.after[i]);
	*state_r = f;
	return true;
}

const struct check *functions_add(struct functions *all, lua_State *L, const struct function_rule *rule)
{
	struct function *f = ARENA_NEW(all->arena, struct function);

	f->all = all;
	f->rule = *rule;
	f->ref = luaL_ref(L, LUA_REGISTRYINDEX);
	f->health = ARENA_NEW(all->arena, struct health);
	f->check.name = arena_printf(all->arena, "rule %s%c", rule->symbol->name, '\0').p;
	f->check.where = rule->where;
	f->check.stages = STAGE_MESSAGE;
	f->check.after = rule->waits_for;
	f->check.symbols = rule->symbol;
	f->check.nsymbols = 1;
	f->check.ctx = f;
	f->check.init = init;
	f->check.run = run;
	return &f->check;
}
