/* text(...) and said(...) of rule files: patterns of sentences, as most rules need them. */
#include "rules/rule_read_private.h"

int rule_text_call(lua_State *L)
{
	int n = lua_gettop(L);

	lua_createtable(L, n, 0);
	for (int i = 1; i <= n; i++) {
		luaL_gsub(L, luaL_checkstring(L, i), " ", "\\s");
		lua_rawseti(L, -2, i);
	}
	return 1;
}

static void add_condition(lua_State *L, const char *key, int patterns, int number)
{
	lua_createtable(L, 0, 1);
	lua_pushvalue(L, patterns);
	lua_setfield(L, -2, key);
	lua_rawseti(L, -2, number);
}

int rule_said_call(lua_State *L)
{
	int patterns;

	rule_text_call(L);
	patterns = lua_gettop(L);
	lua_createtable(L, 2, 0);
	add_condition(L, "subject", patterns, 1);
	add_condition(L, "body", patterns, 2);
	return 1;
}
