/* pattern("/.../i") of rule files: PCRE2 patterns for functions, bounded like those of conditions. */
#include "rules/function_private.h"

#define PATTERN_TYPE "winnow.pattern"
#define COUNT_MAX 10000
/* A pattern costs instructions by what it reads. */
#define BYTES_PER_INSTRUCTION 8

struct lua_pattern {
	const struct regex *regex; /* in the generation's arena */
};

static void free_regex(void *ctx)
{
	struct regex *re = ctx;

	regex_free(&re);
}

static int pattern_new(lua_State *L)
{
	struct functions *all = functions_of(L);
	size_t len;
	const char *written = luaL_checklstring(L, 1, &len);
	struct lua_pattern *p;
	struct span text;
	struct regex *re;
	struct err err;
	unsigned flags;

	if (all->current != NULL)
		return luaL_error(L, "pattern() is for outside of functions: make it once, use it often");
	p = lua_newuserdatauv(L, sizeof(*p), 0);
	if (!regex_split(span_make(written, len), &text, &flags, &err) || (re = regex_new(text, flags, &err)) == NULL)
		return luaL_error(L, "%s", err.text);
	arena_cleanup(all->arena, free_regex, re);
	p->regex = re;
	luaL_setmetatable(L, PATTERN_TYPE);
	return 1;
}

static enum regex_result search(lua_State *L, struct span text, size_t from, struct span *captures, size_t n)
{
	const struct lua_pattern *p = luaL_checkudata(L, 1, PATTERN_TYPE);
	enum regex_result r;

	vm_charge(L, 10 + (text.len - from) / BYTES_PER_INSTRUCTION);
	r = regex_match(p->regex, functions_of(L)->memory, text, from, captures, n);
	if (r == REGEX_LIMIT)
		luaL_error(L, "the pattern reached its limits");
	return r;
}

static struct span subject(lua_State *L)
{
	size_t len;
	const char *text = luaL_checklstring(L, 2, &len);

	return span_make(text, len);
}

/* p:match(text): the captures, or the whole match; nil. */
static int pattern_match(lua_State *L)
{
	const struct lua_pattern *p = luaL_checkudata(L, 1, PATTERN_TYPE);
	struct span captures[REGEX_CAPTURES];
	unsigned n = regex_groups(p->regex) + 1;

	if (n > REGEX_CAPTURES)
		n = REGEX_CAPTURES;
	if (search(L, subject(L), 0, captures, n) == REGEX_NO) {
		lua_pushnil(L);
		return 1;
	}
	luaL_checkstack(L, (int)n, "captures");
	for (unsigned i = n > 1 ? 1 : 0; i < n; i++) {
		if (captures[i].p != NULL)
			lua_pushlstring(L, captures[i].p, captures[i].len);
		else
			lua_pushboolean(L, 0);
	}
	return n > 1 ? (int)n - 1 : 1;
}

/* p:count(text): how many matches do not overlap. */
static int pattern_count(lua_State *L)
{
	struct span text = subject(L), match;
	size_t from = 0;
	int n = 0;

	while (n < COUNT_MAX && from <= text.len && search(L, text, from, &match, 1) == REGEX_YES) {
		size_t end = (size_t)(span_end(match) - text.p);

		n++;
		from = match.len != 0 ? end : end + 1;
	}
	lua_pushinteger(L, n);
	return 1;
}

void function_pattern_open(struct functions *all)
{
	static const luaL_Reg methods[] = { { "match", pattern_match }, { "count", pattern_count }, { NULL, NULL } };
	lua_State *L = vm_state(all->vm);

	luaL_newmetatable(L, PATTERN_TYPE);
	luaL_newlib(L, methods);
	lua_setfield(L, -2, "__index");
	lua_pushliteral(L, "pattern");
	lua_setfield(L, -2, "__metatable");
	lua_pop(L, 1);
	lua_pushcfunction(L, pattern_new);
	lua_setglobal(L, "pattern");
}
