/* list "FILE" of rule files: names a list file; it is read when a condition uses it. */
#include "base/array.h"
#include "rules/rule_file.h"
#include "rules/rule_read_private.h"

/* A relative name lies beside the rule file. */
static const char *list_path(struct arena *arena, const char *rule_file, struct span name)
{
	struct span file = span_of(rule_file);
	size_t slash = span_rchr(file, '/');

	if (name.p[0] == '/' || slash == SPAN_NPOS)
		return arena_str(arena, name);
	return arena_str(arena, arena_printf(arena, "%.*s/%.*s", (int)slash, file.p, SPAN_ARG(name)));
}

int rule_list_call(lua_State *L)
{
	struct rule_reader *r = rule_reader_of(L);
	struct span name = SPAN_NONE;
	const struct rule_source *source;
	unsigned line = 0;

	if (r == NULL)
		return luaL_error(L, "list can only be called while rule files are read");
	source = rule_here(r, L, &line);
	if (lua_gettop(L) == 1 && lua_type(L, 1) == LUA_TSTRING)
		name.p = lua_tolstring(L, 1, &name.len);
	if (name.len == 0 || span_chr(name, '\0') != SPAN_NPOS) {
		rule_fail_at(r, source, line, "list needs the name of a file: list \"file.txt\"");
		return rule_stop(L);
	}
	*(const char **)lua_newuserdatauv(L, sizeof(const char *), 0) = list_path(r->arena, source != NULL ? source->name : "", name);
	luaL_setmetatable(L, LIST_TYPE);
	return 1;
}

void rule_list_open(lua_State *L)
{
	luaL_newmetatable(L, LIST_TYPE);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
}

static bool read_shipped(const char *path, struct span *text_r)
{
	for (const struct shipped_file *f = shipped_files; f->name != NULL; f++) {
		if (strcmp(f->name, path) == 0) {
			*text_r = span_make((const char *)f->text, f->len);
			return true;
		}
	}
	return false;
}

struct matcher_list *rule_list_get(struct rule_reading *rd)
{
	struct rule_reader *r = rd->r;
	const char *const *path = luaL_testudata(rd->L, -1, LIST_TYPE);
	struct matcher_list *list;
	struct err err = { "" };

	if (path == NULL || *path == NULL)
		return NULL;
	list = map_get(&r->lists, span_of(*path));
	if (list != NULL)
		return list;
	list = ARENA_NEW(r->arena, struct matcher_list);
	list->name = *path;
	if (r->shipped) {
		if (!read_shipped(*path, &list->text))
			err_set(&err, "there is no list file %s", *path);
	} else if (rule_file_read(r->arena, *path, LIST_FILE_MAX, &list->text, &err)) {
		*ARRAY_ADD(r->arena, r->watched, r->nwatched, r->cap_watched) = *path;
	}
	if (err.text[0] != '\0') {
		rule_fail(rd, "%s", err.text);
		return NULL;
	}
	map_put(&r->lists, span_of(*path), list);
	return list;
}
