#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "vm/vm.h"

static const struct vm_limits limits = { .memory = 16 * 1024 * 1024, .instructions = 2000000, .match_steps = 1000000 };

/* Runs a script that returns a string (or nothing); gives that string or the error. */
static const char *run(struct vm *vm, const char *script)
{
	static char text[1024];
	struct err err = { "" };
	const char *s;

	if (!vm_load(vm, span_of(script), "t.lua", &err) || !vm_call(vm, 0, 1, &err)) {
		assert_int_equal(lua_gettop(vm_state(vm)), 0);
		snprintf(text, sizeof(text), "! %s", err.text);
		return text;
	}
	s = luaL_tolstring(vm_state(vm), -1, NULL);
	snprintf(text, sizeof(text), "%s", s);
	lua_settop(vm_state(vm), 0);
	return text;
}

struct row {
	const char *script, *want;
};

static void check_rows(const struct row *rows, size_t n)
{
	int wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct vm *vm = vm_new(&limits);
		const char *got = run(vm, rows[i].script);

		if (strcmp(got, rows[i].want) != 0)
			print_error("%s\n  gives  %s\n  wanted %s\n", rows[i].script, got, rows[i].want), wrong++;
		/* Whatever happened, the state is usable. */
		assert_string_equal(run(vm, "return 'alive'"), "alive");
		vm_free(&vm);
		assert_null(vm);
	}
	assert_int_equal(wrong, 0);
}
#define CHECK_ROWS(rows) check_rows(rows, sizeof(rows) / sizeof(rows[0]))

static void test_plain(void **state)
{
	static const struct row rows[] = {
		{ "return 1 + 1", "2" },
		{ "local t = {} for i = 1, 3 do t[i] = i end return table.concat(t, ',')", "1,2,3" },
		{ "return 1 +", "! t.lua:1: unexpected symbol near <eof>" },
		{ "\n\nlocal x = nil\nreturn x.y", "! t.lua:4: attempt to index a nil value (local 'x')" },
		{ "error('no', 0)", "! no" },
		{ "error({})", "! error value is a table" },
		{ "error()", "! error value is a nil" },
		{ "\x1bLua", "! attempt to load a binary chunk (mode is 't')" },
		{ "return tostring(load) .. tostring(dofile) .. tostring(loadfile) .. tostring(require) .. tostring(collectgarbage)", "nilnilnilnilnil" },
		{ "return tostring(io) .. tostring(os) .. tostring(debug) .. tostring(package) .. tostring(print) .. tostring(warn)", "nilnilnilnilnilnil" },
		{ "return tostring(string.dump) .. tostring(math.random) .. tostring(math.randomseed)", "nilnilnil" },
		{ "return utf8.char(8364)", "\xe2\x82\xac" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

#define LOOPS "! t.lua:1: instruction limit reached (an endless loop?)"
#define MEMORY "! t.lua:1: memory limit reached"
#define STEPS "! t.lua:1: pattern matching limit reached"

static void test_limits(void **state)
{
	static const struct row rows[] = {
		{ "while true do end", LOOPS },
		{ "\nlocal n = 0\nrepeat n = n + 1 until false", "! t.lua:3: instruction limit reached (an endless loop?)" },
		{ "goto a ::a:: goto a", LOOPS },
		/* Recursion: of Lua, without and with tail calls, of C. */
		{ "local function f() return 1 + f() end f()", MEMORY },
		{ "local function f() return f() end f()", LOOPS },
		{ "local function f(x) return string.gsub('a', 'a', f) end local ok, e = pcall(f) return e:match('C stack overflow')",
		  "C stack overflow" },
		{ "local t = setmetatable({}, {}) getmetatable(t).__index = function(s, k) return s[k .. 'x'] end local ok = pcall(function() return t.a end) "
		  "return ok", "false" },
		/* Memory. */
		{ "local s, t = string.rep('x', 9000), {} for i = 1, math.huge do t[i] = s .. i end", MEMORY },
		{ "local s = 'x' while true do s = s .. s end", MEMORY },
		{ "local s = 'x' pcall(function() while true do s = s .. s end end) return 'swallowed'", MEMORY },
		{ "local t = {} for i = 1, 12 do t[i] = string.rep('x', 1000000) .. i end while true do local u = string.rep('y', 900000) end", LOOPS },
		{ "local function f(...) return f(1, ...) end f()", "! t.lua:1: too many arguments" },
		{ "local s = '' while true do s = s .. 'xxxxxxxxxxxxxxxx' end", LOOPS },
		/* pcall, xpcall, coroutines, __close and error handlers do not swallow a limit. */
		{ "while true do pcall(function() while true do end end) end", LOOPS },
		{ "pcall(pcall, pcall, function() while true do end end) return 'swallowed'", LOOPS },
		{ "xpcall(function() while true do end end, function() while true do end end) return 'swallowed'", LOOPS },
		{ "local function f() pcall(f) f() end f()", LOOPS },
		{ "local co = coroutine.create(function() while true do end end) coroutine.resume(co) return 'swallowed'", LOOPS },
		{ "coroutine.wrap(function() while true do end end)() return 'swallowed'", LOOPS },
		{ "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end", LOOPS },
		{ "while true do coroutine.wrap(function() for i = 1, 900 do end end)() end", LOOPS },
		{ "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end", LOOPS },
		{ "local co = coroutine.create(function() local x <close> = setmetatable({}, { __close = function() while true do end end }) "
		  "coroutine.yield() end) coroutine.resume(co) coroutine.close(co) return 'swallowed'", LOOPS },
		/* Finalizers would run without the hook. */
		{ "setmetatable({}, { __gc = function() while true do end end })", "! t.lua:1: a metatable must not have __gc" },
		{ "local m = setmetatable({}, {}) local t = setmetatable({}, m) m.__gc = function() while true do end end t = nil "
		  "for i = 1, 20000 do local u = {} end return 'ran'", "ran" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_c_loops(void **state)
{
	static const struct row rows[] = {
		{ "string.rep('x', 1 << 40)", "! t.lua:1: resulting string too large" },
		{ "string.rep('x', math.maxinteger, 'yy')", "! t.lua:1: resulting string too large" },
		{ "while true do string.rep('x', 1000000) end", LOOPS },
		{ "('x'):rep(1 << 62)", "! t.lua:1: resulting string too large" },
		{ "return #string.rep('', 1 << 62)", "0" },
		{ "table.move({}, 1, math.maxinteger - 1, 2)", LOOPS },
		{ "table.concat({}, '', 1, math.maxinteger)", LOOPS },
		{ "table.unpack({}, 1, 1e6)", "! t.lua:1: too many results to unpack" },
		{ "while true do table.unpack({}, 1, 10000) end", LOOPS },
		{ "local t = {} for i = 1, 50000 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end", LOOPS },
		{ "local t = {} for i = 1, 50000 do t[i] = i end while true do table.sort(t) end", LOOPS },
		{ "table.sort(setmetatable({}, { __len = function() return 1 << 30 end, __index = rawlen, __newindex = rawlen }))",
		  "! t.lua:1: bad argument #1 to 'sort' (a table without metamethods is needed)" },
		{ "table.insert(setmetatable({}, { __len = function() return 1 << 40 end }), 1, 1)",
		  "! t.lua:1: bad argument #1 to 'insert' (a table without metamethods is needed)" },
		{ "string.format(string.rep('%d', 40000))", "! t.lua:1: bad argument #1 to 'format' (format too long)" },
		{ "string.format('%99.99f %99.99f', 1e308)", "! t.lua:1: bad argument #3 to 'format' (no value)" },
		{ "return string.format('%5.1f|%s|%q', 1.25, true, 'a\"')", "  1.2|true|\"a\\\"\"" },
		{ "string.format('%s', setmetatable({}, { __tostring = function() while true do end end }))", LOOPS },
		{ "string.format('%d', 'x')", "! t.lua:1: bad argument #2 to 'format' (number expected, got string)" },
		/* Patterns. */
		{ "string.find(string.rep('a', 100000), string.rep('a*', 30) .. 'b')", STEPS },
		{ "pcall(string.find, string.rep('a', 100000), '(a*)*b' .. string.rep('.-', 20) .. 'c') return 'swallowed'", STEPS },
		{ "string.match(string.rep('a', 50000), '.-.-.-b')", STEPS },
		{ "string.gsub(string.rep('a', 50000), 'a-b', '')", STEPS },
		{ "for _ in string.gmatch(string.rep('(', 5000), '%b()') do end", STEPS },
		{ "string.find(string.rep('a', 100000), string.rep('a?', 300) .. string.rep('a', 200) .. 'b')", STEPS },
		{ "string.find('x', string.rep('.', 600))", "! t.lua:1: pattern too complex" },
		{ "string.find(string.rep('a', 1000000), string.rep('[' .. string.rep('b', 10000) .. ']', 1))", STEPS },
		{ "local s = string.rep('a', 1000000) while true do s:find('aaab', 1, true) end", STEPS },
		{ "string.gsub('a', 'a', function() while true do end end)", LOOPS },
		{ "local n = 0 for _ = 1, 100 do n = n + select(2, string.gsub(string.rep('a', 100), 'a', 'bb')) end return n", "10000" },
		/* The string metatable and its methods are shared by all scripts. */
		{ "return tostring(getmetatable(''))", "false" },
		{ "getmetatable('').__index = nil", "! t.lua:1: attempt to index a boolean value" },
		{ "return #('x' .. 1) + '2'", "4" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

/* Our matcher against what the reference manual says; each row as Lua's own library gives it. */
static void test_patterns(void **state)
{
	static const struct row rows[] = {
		{ "return table.concat({ ('hello world'):find('o w') }, ' ')", "5 7" },
		{ "return table.concat({ ('hello'):find('l+') }, ' ')", "3 4" },
		{ "return table.concat({ ('hello'):find('') }, ' ')", "1 0" },
		{ "return table.concat({ ('hello'):find('', 6) }, ' ')", "6 5" },
		{ "return tostring(('hello'):find('', 7))", "nil" },
		{ "return table.concat({ ('a.b'):find('.', 1, true) }, ' ')", "2 2" },
		{ "return table.concat({ ('hello'):find('l', -2) }, ' ')", "4 4" },
		{ "return table.concat({ ('hello'):find('h', -20) }, ' ')", "1 1" },
		{ "return table.concat({ ('key = value'):match('^(%w+)%s*=%s*(%w+)$') }, '|')", "key|value" },
		{ "return table.concat({ ('abc'):match('()b()') }, ' ')", "2 3" },
		{ "return ('x(a(b)c)y'):match('%b()')", "(a(b)c)" },
		{ "return ('THE (quick) fox'):find('%f[%a]%a+%f[%A]')", "1" },
		{ "return ('abab'):match('(ab)%1')", "ab" },
		{ "return ('[[x]]'):match('%[%[(.-)%]%]')", "x" },
		{ "return ('a]b'):match('[]]')", "]" },
		{ "return ('a^b'):match('[%^]')", "^" },
		{ "return ('a-b'):match('[a-]+')", "a-" },
		{ "return ('x9'):match('[^%d]')", "x" },
		{ "return ('aXb'):match('%u')", "X" },
		{ "return tostring(('abc'):match('^b'))", "nil" },
		{ "return ('a$b'):match('a$b')", "a$b" },
		{ "return ('\\0a\\0'):find('%z') or 'none'", "none" },
		{ "return #('\\xe4\\xf6'):match('%W+')", "2" },
		{ "return (('hello world'):gsub('o', '0'))", "hell0 w0rld" },
		{ "return (('hello'):gsub('', '-'))", "-h-e-l-l-o-" },
		{ "return (('abc def'):gsub('%w+', '<%0>'))", "<abc> <def>" },
		{ "return (('abc'):gsub('(a)(b)', '%2%1%%'))", "ba%c" },
		{ "return (('$a $b'):gsub('%$(%w)', { a = 1 }))", "1 $b" },
		{ "return (('abc'):gsub('%w', function(c) if c ~= 'b' then return c:upper() end end))", "AbC" },
		{ "return (('aaa'):gsub('a', 'b', 2))", "bba" },
		{ "return (('aaa'):gsub('^a', 'b'))", "baa" },
		{ "return (('abc'):gsub('b*', '-'))", "-a-c-" },
		{ "local t = {} for k, v in ('a=1, b=2'):gmatch('(%w)=(%w)') do t[#t + 1] = k .. v end return table.concat(t)", "a1b2" },
		{ "local n = 0 for _ in ('abc'):gmatch('') do n = n + 1 end return n", "4" },
		{ "local t = {} for w in ('^a^b'):gmatch('^%a') do t[#t + 1] = w end return table.concat(t, ',')", "^a,^b" },
		{ "('x'):match('(')", "! t.lua:1: unfinished capture" },
		{ "('x'):match(')')", "! t.lua:1: invalid pattern capture" },
		{ "('x'):match('[a')", "! t.lua:1: malformed pattern (missing ']')" },
		{ "('x'):match('%')", "! t.lua:1: malformed pattern (ends with '%')" },
		{ "('x'):match('%1')", "! t.lua:1: invalid capture index in pattern" },
		{ "('x'):match('(%1)')", "! t.lua:1: invalid capture index in pattern" },
		{ "('x'):match('%b(')", "! t.lua:1: malformed pattern (missing arguments to '%b')" },
		{ "('x'):match('%fa')", "! t.lua:1: missing '[' after '%f' in pattern" },
		{ "('x'):match(string.rep('()', 33))", "! t.lua:1: too many captures" },
		{ "('x'):gsub('x', '%2')", "! t.lua:1: invalid capture index %2 in replacement string" },
		{ "('x'):gsub('x', '%')", "! t.lua:1: invalid use of '%' in replacement string" },
		{ "('x'):gsub('x', function() return {} end)", "! t.lua:1: invalid replacement value (a table)" },
		{ "('x'):gsub('x', true)", "! t.lua:1: bad argument #2 to 'gsub' (string/function/table expected, got boolean)" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static void test_library(void **state)
{
	static const struct row rows[] = {
		{ "return select('#', pcall(error, 'x'))", "2" },
		{ "local ok, e = pcall(error, 'x', 0) return tostring(ok) .. e", "falsex" },
		{ "return table.concat({ select(2, pcall(function(...) return ... end, 1, 2, 3)) }, ',')", "1,2,3" },
		{ "local a, b, c = xpcall(function(x) return x, 2 end, error, 1) return tostring(a) .. b .. c", "true12" },
		{ "local a, b = xpcall(error, function(m) return 'handled ' .. m end, 'x') return tostring(a) .. b", "falsehandled x" },
		{ "xpcall(1)", "! t.lua:1: bad argument #2 to 'xpcall' (function expected, got no value)" },
		{ "local co = coroutine.wrap(function() local ok, v = pcall(function() return coroutine.yield(1) + 1 end) return v end) co() return co(41)", "42" },
		{ "local co = coroutine.wrap(function() return xpcall(function() return coroutine.yield(1) + 1 end, error) end) co() return select(2, co(41))",
		  "42" },
		{ "local co = coroutine.wrap(function() return xpcall(function() coroutine.yield(1) error('e', 0) end, function(m) return m .. '!' end) end) "
		  "co() return select(2, co())", "e!" },
		{ "local co = coroutine.create(function() error('x', 0) end) local ok, e = coroutine.resume(co) return e", "x" },
		{ "coroutine.resume(1)", "! t.lua:1: bad argument #1 to 'resume' (coroutine expected, got number)" },
		{ "local t = { 1, 2, 3 } table.insert(t, 2, 9) table.insert(t, 8) return table.concat(t, ',')", "1,9,2,3,8" },
		{ "table.insert({}, 3, 1)", "! t.lua:1: bad argument #2 to 'insert' (position out of bounds)" },
		{ "table.insert({})", "! t.lua:1: wrong number of arguments to 'insert'" },
		{ "local t = { 1, 2, 3 } return table.remove(t, 1) .. table.remove(t) .. #t", "131" },
		{ "return tostring(table.remove({}))", "nil" },
		{ "local t = { 1, 2, 3 } table.move(t, 1, 3, 2) return table.concat(t, ',')", "1,1,2,3" },
		{ "local t = { 1, 2, 3 } table.move(t, 2, 3, 1) return table.concat(t, ',')", "2,3,3" },
		{ "return table.concat(table.move({ 1, 2 }, 1, 2, 3, { 7, 8 }), ',')", "7,8,1,2" },
		{ "table.move({}, -1, math.maxinteger, 2)", LOOPS },
		{ "return select('#', table.unpack({ 1, nil, 3 }, 1, 3))", "3" },
		{ "table.concat({ 1, {} })", "! t.lua:1: invalid value (table) at index 2 in table for 'concat'" },
		{ "return table.concat({ 1, 2, 3 }, ', ', 2, 3)", "2, 3" },
		{ "local t = { 3, 1, 2 } table.sort(t, function(a, b) return a > b end) return table.concat(t)", "321" },
		{ "setmetatable(setmetatable({}, { __metatable = 1 }), {})", "! t.lua:1: cannot change a protected metatable" },
		{ "return getmetatable(setmetatable({}, nil)) == nil", "true" },
	};

	(void)state;
	CHECK_ROWS(rows);
}

static int charge(lua_State *L)
{
	vm_charge(L, (uint64_t)luaL_checkinteger(L, 1));
	return 0;
}

static void test_budget(void **state)
{
	struct vm *vm = vm_new(&limits);
	struct err err;

	(void)state;
	lua_pushcfunction(vm_state(vm), charge);
	lua_setglobal(vm_state(vm), "charge");
	assert_string_equal(run(vm, "charge(1000000) return 1"), "1");
	/* Each call has a budget of its own, also for patterns. */
	assert_string_equal(run(vm, "charge(1900000) return 1"), "1");
	assert_string_equal(run(vm, "pcall(charge, 2000001) return 1"), LOOPS);
	for (int i = 0; i < 3; i++)
		assert_string_equal(run(vm, "return #string.rep('a', 600000):match('.*')"), "600000");
	/* Loading needs no budget, and has no memory beyond the limit. */
	assert_true(vm_load(vm, SPAN_LIT("return ..."), "x", &err));
	lua_pushinteger(vm_state(vm), 7);
	assert_true(vm_call(vm, 1, 1, &err));
	assert_int_equal(lua_tointeger(vm_state(vm), -1), 7);
	lua_settop(vm_state(vm), 0);
	vm_free(&vm);
	vm_free(&vm);
}

static void test_load_memory(void **state)
{
	size_t len = 5 * 1024 * 1024;
	char *text = malloc(len);
	struct vm *vm = vm_new(&limits);
	struct err err;

	(void)state;
	memset(text, 'x', len);
	memcpy(text, "return '", 8);
	text[len - 1] = '\'';
	assert_false(vm_load(vm, span_make(text, len), "big.lua", &err));
	assert_string_equal(err.text, "big.lua: memory limit reached");
	assert_string_equal(run(vm, "return 'alive'"), "alive");
	free(text);
	vm_free(&vm);
}

/* What C code puts there is not limited; calls that come after it have nothing left, rather than everything. */
static void test_memory_used_up(void **state)
{
	struct vm *vm = vm_new(&limits);
	lua_State *L = vm_state(vm);
	struct err err;

	(void)state;
	assert_true(vm_load(vm, SPAN_LIT("local t = {} for i = 1, 100 do t[i] = ('x'):rep(1000) .. i end return #t"), "u.lua", &err));
	lua_newuserdatauv(L, limits.memory + 4096, 0);
	lua_insert(L, 1);
	assert_false(vm_call(vm, 0, 1, &err));
	assert_string_equal(err.text, "u.lua:1: memory limit reached");
	lua_settop(L, 0);
	assert_string_equal(run(vm, "return 'alive'"), "alive");
	vm_free(&vm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain), cmocka_unit_test(test_limits), cmocka_unit_test(test_c_loops), cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_library), cmocka_unit_test(test_budget), cmocka_unit_test(test_load_memory),
		cmocka_unit_test(test_memory_used_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
