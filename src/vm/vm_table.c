/*
 * The table library, bounded: Lua's own loops in C as long as a metamethod or an argument tells it to, without passing the hook. Here every element is
 * charged, and tables whose length or elements come from metamethods are refused.
 */
#include "vm/vm_int.h"

#define UNPACK_MAX 10000

static void check_plain(lua_State *L, int arg)
{
	static const char *const fields[] = { "__index", "__newindex", "__len" };

	luaL_checktype(L, arg, LUA_TTABLE);
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (luaL_getmetafield(L, arg, fields[i]) != LUA_TNIL)
			luaL_argerror(L, arg, "a table without metamethods is needed");
	}
}

static lua_Integer plain_len(lua_State *L, int arg)
{
	check_plain(L, arg);
	return (lua_Integer)lua_rawlen(L, arg);
}

/* Charges first, so that the loops below are bounded by the budget. */
static lua_Integer charge_range(lua_State *L, lua_Integer from, lua_Integer to)
{
	lua_Unsigned n = from > to ? 0 : (lua_Unsigned)to - (lua_Unsigned)from + 1;

	if (from <= to && n == 0)
		n = (lua_Unsigned)LUA_MAXINTEGER;
	vm_charge(L, n);
	return n > (lua_Unsigned)LUA_MAXINTEGER ? LUA_MAXINTEGER : (lua_Integer)n;
}

static int table_insert(lua_State *L)
{
	lua_Integer end = plain_len(L, 1) + 1, at = end;

	if (lua_gettop(L) == 3) {
		at = luaL_checkinteger(L, 2);
		luaL_argcheck(L, at >= 1 && at <= end, 2, "position out of bounds");
		charge_range(L, at, end - 1);
		for (lua_Integer i = end; i > at; i--) {
			lua_rawgeti(L, 1, i - 1);
			lua_rawseti(L, 1, i);
		}
	} else if (lua_gettop(L) != 2) {
		return luaL_error(L, "wrong number of arguments to 'insert'");
	}
	lua_rawseti(L, 1, at);
	return 0;
}

static int table_remove(lua_State *L)
{
	lua_Integer len = plain_len(L, 1), at = luaL_optinteger(L, 2, len);

	if (lua_gettop(L) > 1)
		luaL_argcheck(L, (at >= 1 && at <= len + 1) || (len == 0 && at == 0), 2, "position out of bounds");
	charge_range(L, at, len);
	lua_rawgeti(L, 1, at);
	for (; at < len; at++) {
		lua_rawgeti(L, 1, at + 1);
		lua_rawseti(L, 1, at);
	}
	if (at <= len) {
		lua_pushnil(L);
		lua_rawseti(L, 1, at);
	}
	return 1;
}

static int table_move(lua_State *L)
{
	lua_Integer from = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4), n;
	int target = lua_isnoneornil(L, 5) ? 1 : 5;
	bool backwards;

	check_plain(L, 1);
	check_plain(L, target);
	n = charge_range(L, from, last);
	luaL_argcheck(L, n == 0 || from > 0 || last < LUA_MAXINTEGER + from, 3, "too many elements to move");
	luaL_argcheck(L, n == 0 || to <= LUA_MAXINTEGER - n + 1, 4, "destination wrap around");
	/* Within one table, elements that overlap are taken from the end, so that none is overwritten before it was read. */
	backwards = to > from && to <= last && (target == 1 || lua_rawequal(L, 1, target));
	for (lua_Integer k = 0; k < n; k++) {
		lua_Integer i = backwards ? n - 1 - k : k;

		lua_rawgeti(L, 1, from + i);
		lua_rawseti(L, target, to + i);
	}
	lua_pushvalue(L, target);
	return 1;
}

static void add_element(lua_State *L, luaL_Buffer *b, lua_Integer i)
{
	lua_rawgeti(L, 1, i);
	if (!lua_isstring(L, -1))
		luaL_error(L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1), (LUAI_UACINT)i);
	luaL_addvalue(b);
}

static int table_concat(lua_State *L)
{
	lua_Integer len = plain_len(L, 1), i, last;
	size_t nsep;
	const char *sep = luaL_optlstring(L, 2, "", &nsep);
	luaL_Buffer b;

	i = luaL_optinteger(L, 3, 1);
	last = luaL_optinteger(L, 4, len);
	lua_settop(L, 4);
	charge_range(L, i, last);
	luaL_buffinit(L, &b);
	for (; i < last; i++) {
		add_element(L, &b, i);
		luaL_addlstring(&b, sep, nsep);
	}
	if (i == last)
		add_element(L, &b, i);
	luaL_pushresult(&b);
	return 1;
}

static int table_unpack(lua_State *L)
{
	lua_Integer len = plain_len(L, 1), i = luaL_optinteger(L, 2, 1), last = luaL_optinteger(L, 3, len), n;

	n = charge_range(L, i, last);
	if (n > UNPACK_MAX || !lua_checkstack(L, (int)n))
		return luaL_error(L, "too many results to unpack");
	for (lua_Integer k = 0; k < n; k++)
		lua_rawgeti(L, 1, i + k);
	return (int)n;
}

/* Upvalue: Lua's own. */
static int table_sort(lua_State *L)
{
	lua_Integer n = plain_len(L, 1);
	lua_Unsigned cost = 1;

	for (lua_Integer left = n; left > 0; left /= 2)
		cost += (lua_Unsigned)n;
	vm_charge(L, cost);
	lua_settop(L, 2);
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	lua_call(L, 2, 0);
	return 0;
}

void vm_open_table(lua_State *L)
{
	static const luaL_Reg ours[] = {
		{ "insert", table_insert }, { "remove", table_remove }, { "move", table_move },
		{ "concat", table_concat }, { "unpack", table_unpack }, { NULL, NULL },
	};

	luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
	luaL_setfuncs(L, ours, 0);
	lua_getfield(L, -1, "sort");
	lua_pushcclosure(L, table_sort, 1);
	lua_setfield(L, -2, "sort");
	lua_settop(L, 0);
}
