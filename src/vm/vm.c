#include <assert.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "vm/vm_int.h"

#define HOOK_COUNT 1000
#define MEMORY_MIN ((size_t)256 << 10)
#define ARGUMENTS_MAX 20000
#define BYTES_PER_INSTRUCTION 16
/* A full collection, forced by the allocator's refusal, reads the whole heap. */
#define GC_BYTES_PER_INSTRUCTION 64

static const char over_instructions[] = "instruction limit reached (an endless loop?)";
static const char over_memory[] = "memory limit reached";

static int64_t cpu_now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* The first limit reached gives the text. Allocates nothing in Lua, so that the allocator may call it. */
static void mark_over(struct vm *vm, lua_State *L, const char *what)
{
	lua_Debug ar;

	if (vm->over)
		return;
	vm->over = true;
	for (int level = 0; lua_getstack(L, level, &ar) != 0; level++) {
		lua_getinfo(L, "Sl", &ar);
		if (ar.currentline > 0) {
			err_set(&vm->err, "%s:%d: %s", ar.source + (*ar.source == '@'), ar.currentline, what);
			return;
		}
	}
	err_set(&vm->err, "%s", what);
}

_Noreturn void vm_raise(lua_State *L, const char *what)
{
	mark_over(vm_of(L), L, what);
	lua_pushliteral(L, "limit reached");
	lua_error(L);
	abort();
}

static bool spend(struct vm *vm, uint64_t n)
{
	if (vm->depth == 0)
		return true;
	if (vm->instructions < n) {
		vm->instructions = 0;
		return false;
	}
	vm->instructions -= n;
	return true;
}


/* Lua asks a second time after a full collection; only then the limit is reached. */
static void *refuse(struct vm *vm, const void *old, size_t size)
{
	lua_State *L = vm->thread != NULL ? vm->thread->L : vm->L;

	if (vm->refused_size == size && vm->refused == old)
		mark_over(vm, L, over_memory);
	else if (!spend(vm, vm->used / GC_BYTES_PER_INSTRUCTION))
		mark_over(vm, L, over_instructions);
	vm->refused = old;
	vm->refused_size = size;
	return NULL;
}

/* What a thread has allocated since it began, less what was collected meanwhile. */
static bool above_call_limit(const struct vm *vm, size_t more)
{
	return vm->thread != NULL && vm->limits.thread_memory != 0 && vm->used + more > vm->thread->base && vm->used + more - vm->thread->base > vm->limits.thread_memory;
}

static void *vm_alloc(void *ctx, void *old, size_t old_size, size_t size)
{
	struct vm *vm = ctx;
	size_t before = old != NULL ? old_size : 0;
	void *p;

	if (size == 0) {
		free(old);
		vm->used -= before;
		return NULL;
	}
	if (size > before && vm->depth != 0) {
		bool too_long = old == NULL && old_size == LUA_TSTRING && size > VM_STRING_MAX;

		if (vm->over || too_long || vm->used + (size - before) > vm->limits.memory || above_call_limit(vm, size - before))
			return refuse(vm, old, size);
		if (!spend(vm, size / BYTES_PER_INSTRUCTION)) {
			mark_over(vm, vm->thread != NULL ? vm->thread->L : vm->L, over_instructions);
			return NULL;
		}
	}
	p = realloc(old, size);
	if (p == NULL)
		abort();
	if (size > before)
		vm->refused_size = 0;
	vm->used = vm->used - before + size;
	return p;
}

/* Processor time is a system call; the monotonic clock, which is not, tells when it is worth one. */
static bool out_of_time(struct vm *vm)
{
	int64_t now = clock_mono_us(), left;

	if (now < vm->clock_us)
		return false;
	left = vm->cpu_us - cpu_now_us();
	vm->clock_us = now + left;
	return left <= 0;
}

void vm_charge(lua_State *L, uint64_t n)
{
	struct vm *vm = vm_of(L);

	if (!spend(vm, n) || (vm->depth != 0 && out_of_time(vm)))
		vm_raise(L, over_instructions);
}

static void hook(lua_State *L, lua_Debug *ar)
{
	struct vm *vm = vm_of(L);

	if (!vm->over) {
		if (lua_gethookcount(L) != HOOK_COUNT)
			lua_sethook(L, hook, LUA_MASKCOUNT, HOOK_COUNT);
		if (lua_getlocal(L, ar, -ARGUMENTS_MAX) != NULL)
			vm_raise(L, "too many arguments");
		if (spend(vm, HOOK_COUNT) && !out_of_time(vm))
			return;
	}
	/* What pcall or __close let run after this ends at its first instruction. */
	lua_sethook(L, hook, LUA_MASKCOUNT, 1);
	vm_raise(L, over_instructions);
}

static int open_libs(lua_State *L)
{
	vm_open_base(L);
	vm_open_table(L);
	vm_open_string(L);
	return 0;
}

struct vm *vm_new(const struct vm_limits *limits)
{
	struct vm *vm = calloc(1, sizeof(*vm));
	lua_State *L;

	assert(limits->memory >= MEMORY_MIN);
	if (vm == NULL)
		abort();
	vm->limits = *limits;
	L = lua_newstate(vm_alloc, vm);
	if (L == NULL)
		abort();
	*(struct vm **)lua_getextraspace(L) = vm;
	vm->L = L;
	lua_pushcfunction(L, open_libs);
	if (lua_pcall(L, 0, 0, 0) != LUA_OK)
		abort();
	return vm;
}

void vm_free(struct vm **vm_r)
{
	struct vm *vm = *vm_r;

	if (vm == NULL)
		return;
	*vm_r = NULL;
	lua_close(vm->L);
	free(vm);
}

lua_State *vm_state(struct vm *vm)
{
	return vm->L;
}

/* Pops the error value. */
static bool take_error(struct vm *vm, struct err *err_r)
{
	lua_State *L = vm->L;
	const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

	if (vm->over)
		err_set(err_r, "%s", vm->err.text);
	else if (text != NULL)
		err_set(err_r, "%s", text);
	else
		err_set(err_r, "error value is a %s", luaL_typename(L, -1));
	lua_pop(L, 1);
	return false;
}

static const char *read_source(lua_State *L, void *ctx, size_t *size_r)
{
	struct span *source = ctx;
	const char *p = source->p;

	(void)L;
	*size_r = source->len;
	*source = SPAN_NONE;
	return p;
}

static void end_call(struct vm *vm)
{
	if (--vm->depth == 0)
		vm->over = false;
}

bool vm_load(struct vm *vm, struct span source, const char *name, struct err *err_r)
{
	char chunk[4096 + 2] = "@";
	size_t len = strlen(name);
	bool ok;

	if (len > sizeof(chunk) - 2)
		len = sizeof(chunk) - 2;
	memcpy(chunk + 1, name, len);
	/* Inside of a depth of its own, so that a limit reached here is forgotten after it; the budget is not touched when outermost. */
	if (vm->depth++ == 0)
		vm->instructions = UINT64_MAX;
	ok = lua_load(vm->L, read_source, &source, chunk, "t") == LUA_OK;
	if (!ok) {
		take_error(vm, err_r);
		if (vm->over)
			err_prefix(err_r, "%s", name);
	}
	end_call(vm);
	return ok;
}

/* The processor time that a call may take: 200 ns for each of its instructions, at least 100 ms. */
static int64_t time_budget(uint64_t instructions)
{
	return instructions > 500000 ? (int64_t)(instructions / 5) : 100000;
}

/* From here on work is charged, to what is left of a budget. */
static void begin_work(struct vm *vm, uint64_t instructions, uint64_t steps)
{
	int64_t budget = time_budget(instructions);

	vm->instructions = instructions;
	vm->steps = steps;
	vm->refused_size = 0;
	vm->cpu_us = cpu_now_us() + budget;
	vm->clock_us = clock_mono_us() + budget;
}

static void begin_call(struct vm *vm)
{
	if (vm->depth++ != 0)
		return;
	begin_work(vm, vm->limits.instructions, vm->limits.match_steps);
	lua_sethook(vm->L, hook, LUA_MASKCOUNT, HOOK_COUNT);
}

bool vm_call(struct vm *vm, int nargs, int nresults, struct err *err_r)
{
	int base = lua_gettop(vm->L) - nargs - 1;
	bool ok;

	begin_call(vm);
	ok = lua_pcall(vm->L, nargs, nresults, 0) == LUA_OK;
	if (!ok) {
		take_error(vm, err_r);
	} else if (vm->over) {
		lua_settop(vm->L, base);
		ok = err_set(err_r, "%s", vm->err.text);
	}
	end_call(vm);
	return ok;
}

/* Threads. */

struct vm_thread *vm_thread_new(struct vm *vm, int nargs)
{
	struct vm_thread *t = calloc(1, sizeof(*t));

	if (t == NULL)
		abort();
	assert(vm->depth == 0);
	t->vm = vm;
	t->instructions = vm->limits.instructions;
	t->steps = vm->limits.match_steps;
	t->L = lua_newthread(vm->L);
	lua_insert(vm->L, -(nargs + 2));
	lua_xmove(vm->L, t->L, nargs + 1);
	lua_sethook(t->L, hook, LUA_MASKCOUNT, HOOK_COUNT); /* once: it counts on from piece to piece */
	t->ref = luaL_ref(vm->L, LUA_REGISTRYINDEX);
	return t;
}

lua_State *vm_thread_state(struct vm_thread *t)
{
	return t->L;
}

static bool thread_failed(struct vm_thread *t, struct err *err_r)
{
	lua_State *L = t->L;
	const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

	if (t->vm->over)
		err_set(err_r, "%s", t->vm->err.text);
	else if (text != NULL)
		err_set(err_r, "%s", text);
	else
		err_set(err_r, "error value is a %s", luaL_typename(L, -1));
	return false;
}

bool vm_thread_resume(struct vm_thread *t, int nargs, bool *waits_r, struct err *err_r)
{
	struct vm *vm = t->vm;
	int nresults, status;
	bool ok;

	assert(vm->depth == 0);
	vm->depth++;
	vm->thread = t;
	t->base = vm->used > t->grown ? vm->used - t->grown : 0;
	begin_work(vm, t->instructions, t->steps);
	status = lua_resume(t->L, NULL, nargs, &nresults);
	*waits_r = status == LUA_YIELD && !vm->over;
	if (status == LUA_YIELD)
		lua_pop(t->L, nresults);
	ok = (status == LUA_OK || status == LUA_YIELD) && !vm->over;
	if (!ok)
		thread_failed(t, err_r);
	t->instructions = vm->instructions;
	t->steps = vm->steps;
	t->grown = vm->used > t->base ? vm->used - t->base : 0;
	vm->thread = NULL;
	end_call(vm);
	return ok;
}

void vm_thread_traceback(struct vm_thread *t, struct buf *out)
{
	lua_Debug ar;

	for (int level = 0; level < VM_TRACE_MAX && lua_getstack(t->L, level, &ar) != 0; level++) {
		lua_getinfo(t->L, "Sln", &ar);
		if (ar.currentline <= 0)
			continue;
		buf_printf(out, "%s%s:%d", out->len != 0 ? " < " : "", ar.source + (*ar.source == '@'), ar.currentline);
		if (ar.name != NULL)
			buf_printf(out, " %s()", ar.name);
	}
}

void vm_thread_free(struct vm_thread **t_r)
{
	struct vm_thread *t = *t_r;

	*t_r = NULL;
	if (t == NULL)
		return;
	luaL_unref(t->vm->L, LUA_REGISTRYINDEX, t->ref);
	free(t);
}
