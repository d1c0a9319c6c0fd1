/* The globals that scripts see: Lua's own without what reaches outside, and what could swallow or switch off a limit replaced. */
#include "vm/vm_int.h"

/* Starting a coroutine is charged as much as it may run before the hook counts it for the first time. */
#define COROUTINE_COST 1000

static int finish_pcall(lua_State *L, int status, lua_KContext ctx)
{
	(void)ctx;
	if (status == LUA_OK || status == LUA_YIELD) {
		lua_pushboolean(L, 1);
		lua_replace(L, 1);
		return lua_gettop(L);
	}
	if (vm_of(L)->over)
		return lua_error(L);
	lua_pushboolean(L, 0);
	lua_insert(L, -2);
	return 2;
}

/* The first slot is kept for the "true" in front of the results. */
static int vm_pcall(lua_State *L)
{
	luaL_checkany(L, 1);
	lua_pushnil(L);
	lua_insert(L, 1);
	return finish_pcall(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall), 0);
}

static int finish_handler(lua_State *L, int status, lua_KContext ctx)
{
	(void)status;
	(void)ctx;
	lua_pushboolean(L, 0);
	lua_replace(L, 1);
	return lua_gettop(L);
}

/* Slot 1: for the "true" or "false", 2: the handler. */
static int finish_xpcall(lua_State *L, int status, lua_KContext ctx)
{
	(void)ctx;
	if (status == LUA_OK || status == LUA_YIELD) {
		lua_remove(L, 2);
		lua_pushboolean(L, 1);
		lua_replace(L, 1);
		return lua_gettop(L);
	}
	if (vm_of(L)->over)
		return lua_error(L);
	/* what stands there now is slot, handler, message */
	lua_callk(L, 1, LUA_MULTRET, 0, finish_handler);
	return finish_handler(L, LUA_OK, 0);
}

static int vm_xpcall(lua_State *L)
{
	int nargs = lua_gettop(L) - 2;

	luaL_checktype(L, 2, LUA_TFUNCTION);
	lua_pushnil(L);
	lua_insert(L, 1);
	/* slot, function, handler, arguments -> slot, handler, function, arguments */
	lua_pushvalue(L, 2);
	lua_copy(L, 3, 2);
	lua_replace(L, 3);
	return finish_xpcall(L, lua_pcallk(L, nargs, LUA_MULTRET, 0, 0, finish_xpcall), 0);
}

static int vm_setmetatable(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TTABLE);
	if (!lua_isnoneornil(L, 2)) {
		luaL_checktype(L, 2, LUA_TTABLE);
		lua_pushliteral(L, "__gc");
		if (lua_rawget(L, 2) != LUA_TNIL)
			return luaL_error(L, "a metatable must not have __gc");
	}
	if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
		return luaL_error(L, "cannot change a protected metatable");
	lua_settop(L, 2);
	lua_setmetatable(L, 1);
	return 1;
}

/* coroutine.create and coroutine.wrap; upvalue: Lua's own. */
static int vm_start(lua_State *L)
{
	luaL_checktype(L, 1, LUA_TFUNCTION);
	vm_charge(L, COROUTINE_COST);
	lua_settop(L, 1);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, 1, 1);
	return 1;
}

/* coroutine.resume and coroutine.close, which turn errors into results; upvalue: Lua's own. */
static int vm_resume(lua_State *L)
{
	if (lua_type(L, 1) != LUA_TTHREAD)
		return luaL_typeerror(L, 1, "coroutine");
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
	if (vm_of(L)->over) {
		lua_pushliteral(L, "limit reached");
		return lua_error(L);
	}
	return lua_gettop(L);
}

static void wrap(lua_State *L, const char *name, lua_CFunction f)
{
	lua_getfield(L, -1, name);
	lua_pushcclosure(L, f, 1);
	lua_setfield(L, -2, name);
}

static void drop(lua_State *L, const char *const *names)
{
	for (; *names != NULL; names++) {
		lua_pushnil(L);
		lua_setfield(L, -2, *names);
	}
}

void vm_open_base(lua_State *L)
{
	static const char *const no_base[] = { "load", "loadfile", "dofile", "collectgarbage", "print", "warn", NULL };
	static const char *const no_math[] = { "random", "randomseed", NULL };
	static const luaL_Reg ours[] = {
		{ "pcall", vm_pcall }, { "xpcall", vm_xpcall }, { "setmetatable", vm_setmetatable }, { NULL, NULL },
	};

	luaL_requiref(L, LUA_GNAME, luaopen_base, 1);
	drop(L, no_base);
	luaL_setfuncs(L, ours, 0);
	luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
	drop(L, no_math);
	luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
	luaL_requiref(L, LUA_COLIBNAME, luaopen_coroutine, 1);
	wrap(L, "create", vm_start);
	wrap(L, "wrap", vm_start);
	wrap(L, "resume", vm_resume);
	wrap(L, "close", vm_resume);
	lua_settop(L, 0);
}
