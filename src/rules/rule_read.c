/* What rule files see, and their running. */
#include "rules/rule_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "rules/lookup_dns.h"
#include "rules/rule_read_private.h"

static const char reader_key = 'r'; /* its address names the reader in Lua's registry */

struct rule_reader *rule_reader_of(lua_State *L)
{
	struct rule_reader *r;

	lua_rawgetp(L, LUA_REGISTRYINDEX, &reader_key);
	r = lua_touserdata(L, -1);
	lua_pop(L, 1);
	return r;
}

int rule_stop(lua_State *L)
{
	lua_pushliteral(L, "error in a rule file");
	return lua_error(L);
}

const struct rule_source *rule_here(struct rule_reader *r, lua_State *L, unsigned *line_r)
{
	lua_Debug ar;

	*line_r = 0;
	for (int level = 0; lua_getstack(L, level, &ar) != 0; level++) {
		const struct rule_source *source;

		lua_getinfo(L, "Sl", &ar);
		if (ar.currentline <= 0 || ar.source[0] != '@')
			continue;
		source = map_get(&r->sources, span_of(ar.source + 1));
		if (source == NULL)
			continue;
		*line_r = (unsigned)ar.currentline;
		return source;
	}
	return NULL;
}

static bool check_pending(struct rule_reader *r)
{
	if (r->pending == NULL)
		return true;
	return rule_fail_at(r, r->pending_source, r->pending_line, "rule \"%s\" without a table { ... }", r->pending);
}

static int usage(struct rule_reader *r, lua_State *L)
{
	unsigned line;
	const struct rule_source *source = rule_here(r, L, &line);

	rule_fail_at(r, source, line, "rule needs a name and a table: rule \"NAME\" { ... }");
	return rule_stop(L);
}

/* Upvalue: the name. */
static int call_with_table(lua_State *L)
{
	struct rule_reader *r = rule_reader_of(L);
	const struct rule_source *source;
	struct span name;
	unsigned line;

	if (r == NULL)
		return luaL_error(L, "rule can only be called while rule files are read");
	r->pending = NULL;
	if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TTABLE)
		return usage(r, L);
	source = rule_here(r, L, &line);
	name.p = lua_tolstring(L, lua_upvalueindex(1), &name.len);
	return rule_make(r, L, name, source, line) ? 0 : rule_stop(L);
}

static int call_rule(lua_State *L)
{
	struct rule_reader *r = rule_reader_of(L);
	const struct rule_source *source;
	struct span name = SPAN_NONE;
	unsigned line;

	if (r == NULL)
		return luaL_error(L, "rule can only be called while rule files are read");
	if (!check_pending(r))
		return rule_stop(L);
	source = rule_here(r, L, &line);
	if (lua_gettop(L) == 1 && lua_type(L, 1) == LUA_TSTRING) {
		r->pending = arena_str(r->arena, span_sub(span_of(lua_tostring(L, 1)), 0, 80));
		r->pending_source = source;
		r->pending_line = line;
		lua_pushcclosure(L, call_with_table, 1);
		return 1;
	}
	if (lua_gettop(L) != 1 || lua_type(L, 1) != LUA_TTABLE)
		return usage(r, L);
	lua_pushliteral(L, "name");
	if (lua_rawget(L, 1) != LUA_TSTRING)
		return usage(r, L);
	name.p = lua_tolstring(L, -1, &name.len);
	lua_insert(L, 1); /* the name stays alive below its table */
	return rule_make(r, L, name, source, line) ? 0 : rule_stop(L);
}

/* __index of the globals: (table, name). */
static int read_global(lua_State *L)
{
	struct rule_reader *r = rule_reader_of(L);
	const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
	const struct rule_source *source;
	unsigned line;

	lua_pushglobaltable(L);
	lua_pushvalue(L, 2);
	if (lua_rawget(L, -2) != LUA_TNIL)
		return 1;
	if (r == NULL)
		return luaL_error(L, "unknown name '%s'", name);
	source = rule_here(r, L, &line);
	rule_fail_at(r, source, line, "unknown name '%s'", name);
	return rule_stop(L);
}

/* __newindex of the globals: (table, name, value). */
static int write_global(lua_State *L)
{
	struct rule_reader *r = rule_reader_of(L);
	const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "?";
	const struct rule_source *source;
	unsigned line;

	if (r == NULL)
		return luaL_error(L, "'%s' is assigned but no local variable", name);
	source = rule_here(r, L, &line);
	rule_fail_at(r, source, line, "'%s' is assigned but no local variable: write local %s = ...", name, name);
	return rule_stop(L);
}

/* What files see as their globals: an empty table in front of the real one. Argument: the reader. */
static int open_globals(lua_State *L)
{
	lua_rawsetp(L, LUA_REGISTRYINDEX, &reader_key);
	lua_pushnil(L);
	lua_setglobal(L, LUA_COLIBNAME);
	lua_pushnil(L);
	lua_setglobal(L, LUA_GNAME);
	lua_pushcfunction(L, call_rule);
	lua_setglobal(L, "rule");
	lua_pushcfunction(L, rule_list_call);
	lua_setglobal(L, "list");
	lua_pushcfunction(L, rule_text_call);
	lua_setglobal(L, "text");
	lua_pushcfunction(L, rule_said_call);
	lua_setglobal(L, "said");
	rule_list_open(L);
	lua_newtable(L);
	lua_createtable(L, 0, 3);
	lua_pushcfunction(L, read_global);
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, write_global);
	lua_setfield(L, -2, "__newindex");
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_setmetatable(L, -2);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &function_limits);
	return 0;
}

static void free_vm(void *ctx)
{
	struct rule_reader *r = ctx;

	vm_free(&r->vm);
}

struct rule_reader *rule_reader_new(struct arena *arena, struct view_plan *plan)
{
	struct rule_reader *r = ARENA_NEW(arena, struct rule_reader);
	struct err err;

	r->arena = arena;
	r->plan = plan;
	map_init(&r->by_name, arena, false);
	map_init(&r->left_out, arena, false);
	map_init(&r->sources, arena, false);
	map_init(&r->lists, arena, false);
	r->vm = vm_new(&function_limits);
	arena_cleanup(arena, free_vm, r);
	r->functions = functions_new(arena, r->vm, plan);
	lookup_dns_open(r->functions);
	lua_pushcfunction(vm_state(r->vm), open_globals);
	lua_pushlightuserdata(vm_state(r->vm), r);
	if (!vm_call(r->vm, 1, 0, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return r;
}

void rule_reader_leave_out(struct rule_reader *r, struct span name)
{
	map_put(&r->left_out, arena_copy(r->arena, name), ARENA_NEW(r->arena, bool));
}

bool rule_reader_met(const struct rule_reader *r, struct span name, const char **near_r)
{
	const bool *met = map_get(&r->left_out, name);
	struct rule_nearest near = { .word = NULL };

	*near_r = NULL;
	if (met != NULL && *met)
		return true;
	for (size_t i = 0; i < r->nrules; i++)
		rule_nearest_offer(&near, name, r->rules[i]->symbol.name);
	*near_r = near.word;
	return map_get(&r->by_name, name) != NULL;
}

static bool run_file(struct rule_reader *r, const struct rule_source *source)
{
	lua_State *L = vm_state(r->vm);
	struct err err;

	if (!vm_load(r->vm, source->text, source->name, &err))
		return rule_fail_at(r, NULL, 0, "%s", err.text);
	lua_rawgetp(L, LUA_REGISTRYINDEX, &function_limits);
	if (lua_setupvalue(L, -2, 1) == NULL)
		abort(); /* a chunk has its globals as the first upvalue */
	/* A limit ends everything; any other error that a pcall swallowed still counts. */
	if (!vm_call(r->vm, 0, 0, &err))
		return rule_fail_at(r, NULL, 0, "%s", err.text);
	return !r->failed && check_pending(r);
}

bool rule_reader_add(struct rule_reader *r, const char *name, struct span text, bool shipped, struct err *err_r)
{
	struct rule_source *source = ARENA_NEW(r->arena, struct rule_source);

	source->name = arena_str(r->arena, span_of(name));
	source->text = span_starts(text, SPAN_LIT("\xef\xbb\xbf")) ? span_from(text, 3) : text;
	map_put(&r->sources, span_of(source->name), source);
	r->shipped = shipped;
	if (run_file(r, source))
		return true;
	if (err_r != NULL)
		*err_r = r->err;
	return false;
}

void rule_reader_done(struct rule_reader *r)
{
	lua_State *L = vm_state(r->vm);

	lua_pushlightuserdata(L, NULL);
	lua_rawsetp(L, LUA_REGISTRYINDEX, &reader_key);
}
