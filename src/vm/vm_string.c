/* The string library's functions that could run unbounded, bounded: pattern matching by steps, rep and format by size. */
#include "vm/pattern.h"
#include "vm/vm_int.h"

#define REP_MAX ((size_t)1024 * 1024)
#define FORMAT_MAX ((size_t)64 * 1024)

static struct span arg_span(lua_State *L, int arg)
{
	struct span s;

	s.p = luaL_checklstring(L, arg, &s.len);
	return s;
}

/* Argument "init": an offset from 0, negative ones from the end; may lie behind the end. */
static size_t arg_init(lua_State *L, int arg, size_t len)
{
	lua_Integer init = luaL_optinteger(L, arg, 1);

	if (init > 0)
		return (lua_Unsigned)init - 1 > len ? len + 1 : (size_t)init - 1;
	if (init == 0 || (lua_Unsigned)-(init + 1) >= len)
		return 0;
	return len - (size_t)-(init + 1) - 1;
}

static void compile(lua_State *L, struct pattern *p, struct span text, bool anchors)
{
	const char *wrong = pattern_compile(p, text, anchors);

	if (wrong != NULL)
		luaL_error(L, "%s", wrong);
}

static bool matched(lua_State *L, enum pattern_status status)
{
	if (status == PATTERN_BUDGET)
		vm_raise(L, "pattern matching limit reached");
	return status == PATTERN_YES;
}

/* Capture i, or the whole match where the pattern has none. */
static void push_capture(lua_State *L, const struct pattern *p, const struct pattern_match *m, unsigned i)
{
	struct span s = p->ncaptures == 0 ? span_range(m->begin, m->end) : m->captures[i];

	if (s.len == CAPTURE_POSITION)
		lua_pushinteger(L, (lua_Integer)(s.p - m->subject.p) + 1);
	else
		lua_pushlstring(L, s.p, s.len);
}

static int push_captures(lua_State *L, const struct pattern *p, const struct pattern_match *m, bool whole_if_none)
{
	unsigned n = p->ncaptures == 0 && whole_if_none ? 1 : p->ncaptures;

	luaL_checkstack(L, (int)n, "too many captures");
	for (unsigned i = 0; i < n; i++)
		push_capture(L, p, m, i);
	return (int)n;
}

static int push_nothing(lua_State *L)
{
	lua_pushnil(L);
	return 1;
}

static int push_range(lua_State *L, size_t from, size_t to)
{
	lua_pushinteger(L, (lua_Integer)from + 1);
	lua_pushinteger(L, (lua_Integer)to);
	return 2;
}

static bool has_specials(struct span pattern)
{
	for (size_t i = 0; i < pattern.len; i++) {
		if (span_chr(SPAN_LIT("^$*+?.([%-"), pattern.p[i]) != SPAN_NPOS)
			return true;
	}
	return false;
}

static int find_plain(lua_State *L, struct span s, struct span needle, size_t init)
{
	struct span rest = span_from(s, init);
	const char *at = needle.len == 0 ? s.p + init : memmem(rest.len != 0 ? rest.p : s.p, rest.len, needle.p, needle.len);
	size_t read = at != NULL ? (size_t)(at - s.p) - init : rest.len;
	struct vm *vm = vm_of(L);

	matched(L, vm->steps < read / 4 ? PATTERN_BUDGET : PATTERN_YES);
	vm->steps -= read / 4;
	if (at == NULL)
		return push_nothing(L);
	return push_range(L, (size_t)(at - s.p), (size_t)(at - s.p) + needle.len);
}

static int find_or_match(lua_State *L, bool find)
{
	struct span s = arg_span(L, 1), text = arg_span(L, 2);
	struct pattern_match m = { .subject = s, .budget = &vm_of(L)->steps };
	size_t init = arg_init(L, 3, s.len);
	struct pattern p;

	if (init > s.len)
		return push_nothing(L);
	if (find && (lua_toboolean(L, 4) || !has_specials(text)))
		return find_plain(L, s, text, init);
	compile(L, &p, text, true);
	if (!matched(L, pattern_search(&p, &m, s.p + init)))
		return push_nothing(L);
	if (!find)
		return push_captures(L, &p, &m, true);
	push_range(L, (size_t)(m.begin - s.p), (size_t)(m.end - s.p));
	return push_captures(L, &p, &m, false) + 2;
}

static int string_find(lua_State *L)
{
	return find_or_match(L, true);
}

static int string_match(lua_State *L)
{
	return find_or_match(L, false);
}

/* Upvalues: subject, pattern, where to go on, where the last match ended (0: none yet; both offsets + 1). */
static int gmatch_next(lua_State *L)
{
	struct span s = arg_span(L, lua_upvalueindex(1)), text = arg_span(L, lua_upvalueindex(2));
	size_t at = (size_t)lua_tointeger(L, lua_upvalueindex(3)) - 1;
	lua_Integer last = lua_tointeger(L, lua_upvalueindex(4));
	struct pattern_match m = { .subject = s, .budget = &vm_of(L)->steps };
	struct pattern p;

	compile(L, &p, text, false);
	for (; at <= s.len; at = (size_t)(m.begin - s.p) + 1) {
		if (!matched(L, pattern_search(&p, &m, s.p + at)))
			return push_nothing(L);
		if ((m.end - s.p) + 1 == last)
			continue;
		lua_pushinteger(L, (m.end - s.p) + 1);
		lua_copy(L, -1, lua_upvalueindex(3));
		lua_replace(L, lua_upvalueindex(4));
		return push_captures(L, &p, &m, true);
	}
	return push_nothing(L);
}

static int string_gmatch(lua_State *L)
{
	struct span s = arg_span(L, 1);
	size_t init = arg_init(L, 3, s.len);

	arg_span(L, 2);
	lua_settop(L, 2);
	lua_pushinteger(L, (lua_Integer)init + 1);
	lua_pushinteger(L, 0);
	lua_pushcclosure(L, gmatch_next, 4);
	return 1;
}

struct gsub {
	lua_State *L;
	luaL_Buffer out;
	struct pattern p;
	struct pattern_match m;
};

static void add_template(struct gsub *g, struct span text)
{
	lua_State *L = g->L;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (c != '%') {
			luaL_addchar(&g->out, c);
			continue;
		}
		c = '.';
		if (++i < text.len)
			c = text.p[i];
		if (c == '%') {
			luaL_addchar(&g->out, '%');
		} else if (c == '0') {
			luaL_addlstring(&g->out, g->m.begin, (size_t)(g->m.end - g->m.begin));
		} else if (c >= '1' && c <= '9') {
			if ((unsigned)(c - '1') >= (g->p.ncaptures != 0 ? g->p.ncaptures : 1))
				luaL_error(L, "invalid capture index %%%c in replacement string", c);
			push_capture(L, &g->p, &g->m, (unsigned)(c - '1'));
			luaL_addvalue(&g->out);
		} else {
			luaL_error(L, "invalid use of '%%' in replacement string");
		}
	}
}

static void add_replacement(struct gsub *g, int type)
{
	lua_State *L = g->L;

	if (type == LUA_TFUNCTION) {
		lua_pushvalue(L, 3);
		lua_call(L, push_captures(L, &g->p, &g->m, true), 1);
	} else if (type == LUA_TTABLE) {
		push_capture(L, &g->p, &g->m, 0);
		lua_gettable(L, 3);
	} else {
		add_template(g, arg_span(L, 3));
		return;
	}
	if (!lua_toboolean(L, -1)) {
		lua_pop(L, 1);
		luaL_addlstring(&g->out, g->m.begin, (size_t)(g->m.end - g->m.begin));
	} else if (lua_isstring(L, -1)) {
		luaL_addvalue(&g->out);
	} else {
		luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
	}
}

static int string_gsub(lua_State *L)
{
	struct span s = arg_span(L, 1), text = arg_span(L, 2);
	int type = lua_type(L, 3);
	lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)s.len + 1), n = 0;
	const char *at = s.p, *last = NULL, *end = s.p + s.len;
	struct gsub g;

	if (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TFUNCTION && type != LUA_TTABLE)
		return luaL_typeerror(L, 3, "string/function/table");
	g.L = L;
	g.m.subject = s;
	g.m.budget = &vm_of(L)->steps;
	compile(L, &g.p, text, true);
	luaL_buffinit(L, &g.out);
	while (n < most && matched(L, pattern_search(&g.p, &g.m, at))) {
		if (g.m.end == last) { /* an empty match where the one before ended */
			if (at == end || g.p.anchored)
				break;
			luaL_addchar(&g.out, *at++);
			last = NULL;
			continue;
		}
		luaL_addlstring(&g.out, at, (size_t)(g.m.begin - at));
		add_replacement(&g, type);
		n++;
		at = last = g.m.end;
		if (g.p.anchored)
			break;
	}
	luaL_addlstring(&g.out, at, (size_t)(end - at));
	luaL_pushresult(&g.out);
	lua_pushinteger(L, n);
	return 2;
}

static int string_rep(lua_State *L)
{
	struct span s = arg_span(L, 1);
	lua_Integer n = luaL_checkinteger(L, 2);
	size_t nsep, total;
	const char *sep = luaL_optlstring(L, 3, "", &nsep);
	luaL_Buffer b;

	if (n <= 0 || s.len + nsep == 0) {
		lua_pushliteral(L, "");
		return 1;
	}
	if (__builtin_mul_overflow((size_t)n, s.len + nsep, &total) || total - nsep > REP_MAX)
		return luaL_error(L, "resulting string too large");
	vm_charge(L, (uint64_t)n);
	luaL_buffinitsize(L, &b, total);
	for (; n > 1; n--) {
		luaL_addlstring(&b, s.p, s.len);
		luaL_addlstring(&b, sep, nsep);
	}
	luaL_addlstring(&b, s.p, s.len);
	luaL_pushresult(&b);
	return 1;
}

/* Upvalue: Lua's own. */
static int string_format(lua_State *L)
{
	const char *text;

	luaL_argcheck(L, arg_span(L, 1).len <= FORMAT_MAX, 1, "format too long");
	lua_pushvalue(L, lua_upvalueindex(1));
	lua_insert(L, 1);
	if (lua_pcall(L, lua_gettop(L) - 1, 1, 0) == LUA_OK)
		return 1;
	/* Lua's own names the wrong place, which is here, or none. */
	text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
	if (vm_of(L)->over || text == NULL || strstr(text, "'?'") == NULL)
		return lua_error(L);
	luaL_where(L, 1);
	luaL_gsub(L, text, "'?'", "'format'");
	lua_concat(L, 2);
	return lua_error(L);
}

void vm_open_string(lua_State *L)
{
	static const luaL_Reg ours[] = {
		{ "find", string_find }, { "match", string_match }, { "gmatch", string_gmatch },
		{ "gsub", string_gsub }, { "rep", string_rep }, { NULL, NULL },
	};

	luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
	luaL_setfuncs(L, ours, 0);
	lua_pushnil(L);
	lua_setfield(L, -2, "dump");
	lua_getfield(L, -1, "format");
	lua_pushcclosure(L, string_format, 1);
	lua_setfield(L, -2, "format");
	lua_pushliteral(L, "");
	lua_getmetatable(L, -1);
	lua_pushboolean(L, 0);
	lua_setfield(L, -2, "__metatable");
	lua_settop(L, 0);
}
