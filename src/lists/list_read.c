/* What list files see, and their running. */
#include "lists/list_read.h"

#include <stdarg.h>
#include <stdio.h>

#include "lists/list_read_private.h"

static const char reader_key = 'r'; /* its address names the reader in Lua's registry */

static const struct vm_limits limits = { .memory = (size_t)32 << 20, .instructions = 5000000, .match_steps = 1000000 };

static struct list_reader *reader_of(lua_State *L)
{
	struct list_reader *r;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &reader_key);
	r = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return r;
}

/* The line of the file that is running. */
static unsigned here(lua_State *L)
{
	lua_Debug ar;

	for (int level = 0; lua_getstack(L, level, &ar) != 0; level++) {
		lua_getinfo(L, "Sl", &ar);
		if (ar.currentline > 0)
			return (unsigned)ar.currentline;
	}
	return 0;
}

static int stop(lua_State *L)
{
	lua_pushliteral(L, "error in a list file");
	return lua_error(L);
}

static int fail(lua_State *L, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int fail(lua_State *L, const char *fmt, ...)
{
	struct list_reader *r = reader_of(L);
	char text[sizeof(r->err.text)];
	va_list ap;

	if (!r->failed) {
		r->failed = true;
		va_start(ap, fmt);
		vsnprintf(text, sizeof(text), fmt, ap);
		va_end(ap);
		err_set(&r->err, "%s:%u: %s", r->file, here(L), text);
	}
	return stop(L);
}

/* Upvalue: the name. */
static int call_with_table(lua_State *L)
{
	struct list_reader *r = reader_of(L);
	struct span name;

	r->pending = NULL;
	if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TTABLE)
		return fail(L, "list needs a name and a table: list \"NAME\" { ... }");
	name.p = lua_tolstring(L, lua_upvalueindex(1), &name.len);
	return list_make(r, L, name, here(L)) ? 0 : stop(L);
}

static int call_list(lua_State *L)
{
	struct list_reader *r = reader_of(L);

	if (r->pending != NULL)
		return fail(L, "list \"%s\" without a table { ... }", r->pending);
	if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TSTRING)
		return fail(L, "list needs a name and a table: list \"NAME\" { ... }");
	r->pending = arena_str(r->arena, span_sub(span_of(lua_tostring(L, 1)), 0, 80));
	lua_pushcclosure(L, call_with_table, 1);
	return 1;
}

/* __index of the globals: (table, name). */
static int read_global(lua_State *L)
{
	const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";

	lua_pushglobaltable(L);
	lua_pushvalue(L, 2);
	if (lua_rawget(L, -2) != LUA_TNIL)
		return 1;
	return fail(L, "unknown name '%s'", name);
}

/* __newindex of the globals: (table, name, value). */
static int write_global(lua_State *L)
{
	return fail(L, "'%s' is assigned but no local variable: write local NAME = ...", lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?");
}

/* What files see as their globals: an empty table in front of the real one. Argument: the reader. Leaves that table. */
static int open_globals(lua_State *L)
{
	lua_rawsetp(L, LUA_REGISTRYINDEX, &reader_key);
	lua_pushnil(L);
	lua_setglobal(L, LUA_COLIBNAME);
	lua_pushnil(L);
	lua_setglobal(L, LUA_GNAME);
	lua_pushcfunction(L, call_list);
	lua_setglobal(L, "list");
	lua_newtable(L);
	lua_createtable(L, 0, 3);
	lua_pushcfunction(L, read_global);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, write_global);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	return 1;
}

static bool run(struct list_reader *r, struct vm *vm, struct err *err_r)
{
	lua_State *L = vm_state(vm);

	lua_pushcfunction(L, open_globals);
	lua_pushlightuserdata(L, r);
	if (!vm_call(vm, 1, 1, err_r) || !vm_load(vm, r->text, r->file, err_r))
		return false;
	lua_insert(L, -2);
	if (lua_setupvalue(L, -2, 1) == NULL)
		return err_set(err_r, "%s: a chunk without globals", r->file);
	return vm_call(vm, 0, 0, err_r);
}

void list_reader_init(struct list_reader *r, struct arena *arena)
{
	*r = (struct list_reader){ .arena = arena };
	map_init(&r->by_name, arena, false);
}

bool list_reader_add(struct list_reader *r, const char *file, struct span text, bool shipped, struct err *err_r)
{
	struct vm *vm = vm_new(&limits);
	struct err err;
	bool ok;

	r->file = arena_str(r->arena, span_of(file));
	r->text = span_starts(text, SPAN_LIT("\xef\xbb\xbf")) ? span_from(text, 3) : text;
	r->shipped = shipped;
	r->pending = NULL;
	ok = run(r, vm, &err);
	if (ok && r->pending != NULL && !r->failed)
		ok = err_set(&err, "%s: list \"%s\" without a table { ... }", r->file, r->pending);
	/* An error that a pcall swallowed still counts. */
	if (r->failed)
		err = r->err;
	vm_free(&vm);
	if ((!ok || r->failed) && err_r != NULL)
		*err_r = err;
	return ok && !r->failed;
}

const char *list_reader_nearest(const struct list_reader *r, struct span name)
{
	struct list_nearest near = { .word = NULL };

	for (size_t i = 0; i < r->n; i++)
		list_nearest_offer(&near, name, r->v[i]->name);
	return near.word;
}
