#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "conf/conf.h"

struct server {
	struct span user;
	int64_t scanners, max_size, deadline;
	int level;
	bool fast;
	struct span_list listen;
};

static const char *const levels[] = { "debug", "info", "warn", "error", NULL };

#define F(field) offsetof(struct server, field)
static const struct setting server_rows[] = {
	{ "user", SET_STRING, F(user), "\"winnow\"", 0, 0, NULL, 0, "Who runs it." },
	{ "scanners", SET_INT, F(scanners), "0", 0, 64, NULL, 0, "Processes; 0: one per core." },
	{ "max_size", SET_SIZE, F(max_size), "\"50M\"", 1024, INT64_MAX, NULL, 0, "Bytes." },
	{ "deadline", SET_DURATION, F(deadline), "\"30s\"", 1000000, 600000000, NULL, 0, "The longest a scan takes." },
	{ "level", SET_ENUM, F(level), "\"info\"", 0, 0, levels, 0, "How much is logged: a | b." },
	{ "fast", SET_BOOL, F(fast), "true", 0, 0, NULL, 0, "Speed." },
	{ "listen", SET_STRINGS, F(listen), "{ \"inet:127.0.0.1:1\" }", 0, 0, NULL, 0, "Sockets." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

struct group {
	int32_t cap;
};
static const struct setting group_rows[] = {
	{ "cap", SET_SCORE, offsetof(struct group, cap), "10", 0, 100000, NULL, 0, "The most." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};

struct profile {
	int32_t tag, reject;
	bool enforce;
	struct span prefix;
	struct score_list scores;
};

static bool profile_check(const void *values, struct err *err_r)
{
	const struct profile *p = values;

	return p->tag <= p->reject || err_set(err_r, "tag must not be above reject");
}

#define F(field) offsetof(struct profile, field)
static const struct setting profile_rows[] = {
	{ "tag", SET_SCORE, F(tag), "6", -1000000, 1000000, NULL, SET_OFF_OK, "Points." },
	{ "reject", SET_SCORE, F(reject), "\"off\"", -1000000, 1000000, NULL, SET_OFF_OK, "Points." },
	{ "enforce", SET_BOOL, F(enforce), "true", 0, 0, NULL, 0, "Act." },
	{ "prefix", SET_STRING, F(prefix), "\"\"", 0, 0, NULL, 0, "Subject." },
	{ "scores", SET_SCORES, F(scores), "{}", 0, 0, NULL, 0, "Weights." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static const struct setting_set server_set = { "server", SET_ONE, "The server.", sizeof(struct server), server_rows, NULL };
static const struct setting_set group_set = { "group", SET_NAMED, "Groups.", sizeof(struct group), group_rows, NULL };
static const struct setting_set profile_set = { "profile", SET_LAYERED, "Profiles.", sizeof(struct profile), profile_rows, profile_check };
static const struct setting_set *const sets[] = { &server_set, &group_set, &profile_set, NULL };

static struct conf *load(const char *text)
{
	struct err err = { "" };
	struct conf *c = conf_load_text(span_of(text), "winnow.lua", sets, &err);

	if (c == NULL)
		fail_msg("%s: %s", text, err.text);
	return c;
}

static void assert_span(struct span got, const char *want)
{
	if (!span_eq(got, span_of(want)))
		fail_msg("'%.*s' is not '%s'", SPAN_ARG(got), want);
}

static void test_defaults(void **state)
{
	struct err err = { "" };
	struct conf *c = conf_load(NULL, sets, &err);
	const struct server *s;
	const struct profile *p;

	(void)state;
	assert_non_null(c);
	s = conf_get(c, &server_set);
	assert_span(s->user, "winnow");
	assert_int_equal(s->scanners, 0);
	assert_int_equal(s->max_size, 50 * 1024 * 1024);
	assert_int_equal(s->deadline, 30000000);
	assert_int_equal(s->level, 1);
	assert_true(s->fast);
	assert_int_equal(s->listen.n, 1);
	assert_span(s->listen.v[0], "inet:127.0.0.1:1");
	p = conf_get(c, &profile_set);
	assert_int_equal(p->tag, 6000);
	assert_int_equal(p->reject, SCORE_OFF);
	assert_int_equal(p->scores.n, 0);
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("a@b"), '+'), p);
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_NONE, '+'), p);
	assert_null(conf_get_named(c, &group_set, SPAN_LIT("content")));
	conf_free(&c);
	assert_null(c);
	conf_free(&c);
}

static void test_values(void **state)
{
	struct conf *c = load("local base = 'inet:127.0.0.1:'\n"
			      "local l = {}\n"
			      "for i = 1, 3 do l[i] = base .. i end\n"
			      "server { user = 'x' .. 1, scanners = '4', max_size = 4096, deadline = 1.5, level = \"error\", fast = false, listen = l }\n"
			      "server { scanners = 5 }\n"
			      "profile { tag = '6.25', reject = 2 * 10, scores = { B = -1, A = '0.5' } }\n"
			      "profile { scores = { C = 1 / 3, A = 2 } }\n");
	const struct server *s = conf_get(c, &server_set);
	const struct profile *p = conf_get(c, &profile_set);

	(void)state;
	assert_span(s->user, "x1");
	assert_int_equal(s->scanners, 5);
	assert_int_equal(s->max_size, 4096);
	assert_int_equal(s->deadline, 1500000);
	assert_int_equal(s->level, 3);
	assert_false(s->fast);
	assert_int_equal(s->listen.n, 3);
	assert_span(s->listen.v[2], "inet:127.0.0.1:3");
	assert_int_equal(p->tag, 6250);
	assert_int_equal(p->reject, 20000);
	assert_int_equal(p->scores.n, 3);
	assert_span(p->scores.v[0].name, "A");
	assert_int_equal(p->scores.v[0].score, 2000);
	assert_int_equal(p->scores.v[1].score, -1000);
	assert_int_equal(p->scores.v[2].score, 333);
	conf_free(&c);
}

static void count(void *ctx, struct span name, const void *values)
{
	struct buf *b = ctx;

	(void)values;
	buf_add(b, name);
	buf_char(b, ';');
}

static void test_layers(void **state)
{
	struct conf *c = load("profile { tag = 5, scores = { A = 1 } }\n"
			      "address 'Me@Example.com' { prefix = '[SPAM]' }\n"
			      "domain 'example.com' { tag = 4, scores = { B = 2 } }\n"
			      "address 'you@example.COM' { prefix = '[SPAM]' }\n"
			      "address 'far@example.org' { tag = 5 }\n"
			      "domain { 'a.example', 'b.example' } { reject = 9 }\n"
			      "for _, n in ipairs { 'x', 'y' } do address(n .. '@c.example') { tag = 'off', reject = 'off' } end\n"
			      "group 'content' { cap = 12 } group 'lists' {} group 'content' { cap = 7 }\n");
	const struct profile *base = conf_get(c, &profile_set), *me, *p;
	struct buf names = BUF_INIT(NULL);

	(void)state;
	me = conf_get_for(c, &profile_set, SPAN_LIT("ME@example.COM"), '+');
	assert_int_equal(me->tag, 4000);
	assert_span(me->prefix, "[SPAM]");
	assert_int_equal(me->scores.n, 2);
	/* Equal values are one pointer, and all of them are what conf_each gives. */
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("you@example.com"), '+'), me);
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("far@example.org"), '+'), base);
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("q@a.example"), 0), conf_get_for(c, &profile_set, SPAN_LIT("q@b.example"), 0));
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("x@c.example"), 0), conf_get_for(c, &profile_set, SPAN_LIT("y@c.example"), 0));
	conf_each(c, &profile_set, count, &names);
	assert_span(buf_span(&names), ";example.com;a.example;Me@Example.com;x@c.example;");
	/* Extensions, with the delimiter asked for only. */
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("me+junk+x@example.com"), '+'), me);
	p = conf_get_for(c, &profile_set, SPAN_LIT("me+junk@example.com"), 0);
	assert_ptr_not_equal(p, me);
	assert_int_equal(p->tag, 4000);
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("me-junk@example.com"), '-'), me);
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("+me@example.com"), '+'), p);
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("me@sub.example.com"), '+'), base);
	/* Named blocks. */
	assert_int_equal(((const struct group *)conf_get_named(c, &group_set, SPAN_LIT("content")))->cap, 7000);
	assert_int_equal(((const struct group *)conf_get_named(c, &group_set, SPAN_LIT("lists")))->cap, 10000);
	buf_clear(&names);
	conf_each(c, &group_set, count, &names);
	assert_span(buf_span(&names), "content;lists;");
	buf_free(&names);
	conf_free(&c);
}

static void test_errors(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		/* Keys. */
		{ "profile {\n  tag = 5,\n  rejct = 9,\n}", "winnow.lua:3: unknown key 'rejct' in profile (did you mean 'reject'?)" },
		{ "server { zzzzzzzz = 1 }", "winnow.lua:1: unknown key 'zzzzzzzz' in server" },
		{ "domain 'x' {\n  -- tga = 1\n  prefix = 'tga = 1',\n  tga = 1 }", "winnow.lua:4: unknown key 'tga' in domain (did you mean 'tag'?)" },
		{ "server {\n  --[[ usr = 1\n ]] user = [[\nusr = 1]],\n  [\"usr\"] = 'x'\n}",
		  "winnow.lua:5: unknown key 'usr' in server (did you mean 'user'?)" },
		{ "server { 5 }", "winnow.lua:1: a value without a key in server" },
		{ "\nlocal t = {\n rejct = 1\n}\nprofile(t)", "winnow.lua:5: unknown key 'rejct' in profile (did you mean 'reject'?)" },
		{ "profile(\n{\n a = 1, tga = 2 })", "winnow.lua:3: unknown key 'a' in profile" },
		{ "address\n'a@b'\n{\n\n tga = 2 }", "winnow.lua:5: unknown key 'tga' in address (did you mean 'tag'?)" },
		{ "domain { 'a', 'b' } {\n tga = 2 }", "winnow.lua:2: unknown key 'tga' in domain (did you mean 'tag'?)" },
		{ "domain('a' .. '.b') {\n tga = 2 }", "winnow.lua:2: unknown key 'tga' in domain (did you mean 'tag'?)" },
		{ "local p = profile\r\np {\r\n tag = 1 == 1 and 5,\r\n tga = 2 }", "winnow.lua:4: unknown key 'tga' in profile (did you mean 'tag'?)" },
		/* The error that stands first is told, in whatever order Lua keeps the keys. */
		{ "server {\n scanners = 'a',\n level = 'b',\n fast = 1,\n deadline = {} }",
		  "winnow.lua:2: 'scanners' in server must be a whole number, not \"a\"" },
		/* Types. */
		{ "server { fast = 1 }", "winnow.lua:1: 'fast' in server must be true or false, not 1" },
		{ "server { fast = 'true' }", "winnow.lua:1: 'fast' in server must be true or false, not \"true\"" },
		{ "server { scanners = 1.5 }", "winnow.lua:1: 'scanners' in server must be a whole number, not 1.5" },
		{ "server { scanners = true }", "winnow.lua:1: 'scanners' in server must be a whole number, not true" },
		{ "server { scanners = 0/0 }", "winnow.lua:1: 'scanners' in server must be a whole number, not -nan" },
		{ "server { user = 5 }", "winnow.lua:1: 'user' in server must be a string, not 5" },
		{ "server { user = 'a\\nb' }", "winnow.lua:1: 'user' in server must not have control characters" },
		{ "server { user = '\\xff' }", "winnow.lua:1: 'user' in server must be UTF-8" },
		{ "server { max_size = '5X' }", "winnow.lua:1: 'max_size' in server must be a size like \"50M\", not \"5X\"" },
		{ "server { max_size = -5 }", "winnow.lua:1: 'max_size' in server must be a size like \"50M\", not -5" },
		{ "server { deadline = {} }", "winnow.lua:1: 'deadline' in server must be a duration like \"30s\", not a table" },
		{ "server { deadline = 1e300 }", "winnow.lua:1: 'deadline' in server must be a duration like \"30s\", not 1e+300" },
		{ "server { listen = 'x' }", "winnow.lua:1: 'listen' in server must be a list of strings, not \"x\"" },
		{ "server { listen = { 'x', 5 } }", "winnow.lua:1: 'listen' in server must be a list of strings, not 5" },
		{ "server { listen = { a = 'x' } }", "winnow.lua:1: 'listen' in server must be a list of strings, without keys and holes" },
		{ "profile { tag = 'of' }", "winnow.lua:1: 'tag' in profile must be a number of points or \"off\", not \"of\"" },
		{ "profile { tag = print }", "winnow.lua:1: unknown block 'print'" },
		{ "profile { tag = pairs }", "winnow.lua:1: 'tag' in profile must be a number of points or \"off\", not a function" },
		{ "group 'g' { cap = 'off' }", "winnow.lua:1: 'cap' in group \"g\" must be a number of points, not \"off\"" },
		{ "profile {\n scores = {\n  A = 1,\n  B = 'x' } }",
		  "winnow.lua:4: 'scores' in profile must have a number of points for 'B', not \"x\"" },
		{ "profile { scores = { 'A' } }", "winnow.lua:1: 'scores' in profile must be a table of NAME = points" },
		{ "profile { scores = 1 }", "winnow.lua:1: 'scores' in profile must be a table of NAME = points, not 1" },
		/* Words. */
		{ "server { level = 'inof' }",
		  "winnow.lua:1: 'level' in server must be one of \"debug\", \"info\", \"warn\", \"error\", not \"inof\" (did you mean \"info\"?)" },
		{ "server { level = 3 }", "winnow.lua:1: 'level' in server must be one of \"debug\", \"info\", \"warn\", \"error\", not 3" },
		/* Ranges. */
		{ "server { scanners = 65 }", "winnow.lua:1: 'scanners' in server must be between 0 and 64, not 65" },
		{ "server { scanners = '-1' }", "winnow.lua:1: 'scanners' in server must be between 0 and 64, not \"-1\"" },
		{ "server { max_size = 1 }", "winnow.lua:1: 'max_size' in server must be at least \"1K\", not 1" },
		{ "server { deadline = '1h' }", "winnow.lua:1: 'deadline' in server must be between \"1s\" and \"10m\", not \"1h\"" },
		{ "profile { tag = 1001 }", "winnow.lua:1: 'tag' in profile must be between -1000 and 1000, not 1001" },
		{ "profile { tag = 1e9 }", "winnow.lua:1: 'tag' in profile must be between -1000000 and 1000000" },
		/* Checks over several keys, on merged values. */
		{ "profile { tag = 9,\n reject = 8 }", "winnow.lua:1: profile: tag must not be above reject" },
		{ "profile { reject = 8 }\ndomain 'd' { tag = 9 }", "winnow.lua:2: domain \"d\": tag must not be above reject" },
		{ "domain 'd' { tag = 9 }\n\naddress 'a@d' { reject = 7 }", "winnow.lua:3: address \"a@d\": tag must not be above reject" },
		/* Blocks. */
		{ "profil { }", "winnow.lua:1: unknown block 'profil' (did you mean 'profile'?)" },
		{ "\nserverr = 5", "winnow.lua:2: unknown block 'serverr' (did you mean 'server'?)" },
		{ "count_of_things = 5", "winnow.lua:1: unknown block 'count_of_things' (a variable needs 'local')" },
		{ "profile = { tag = 5 }", "winnow.lua:1: 'profile' is a block: write it without '='" },
		{ "server 'x'", "winnow.lua:1: server needs a table: server { ... }" },
		{ "group { }", "winnow.lua:1: group needs a name and a table: group \"...\" { ... }" },
		{ "group 'a' 'b'", "winnow.lua:1: group needs a name and a table: group \"...\" { ... }" },
		{ "group 'a'\n\nserver {}", "winnow.lua:1: group \"a\" without a table { ... }" },
		{ "\ndomain 'a.b'", "winnow.lua:2: domain \"a.b\" without a table { ... }" },
		{ "domain 'a@b' {}", "winnow.lua:1: domain needs a domain like \"example.com\", not \"a@b\"" },
		{ "address 'b' {}", "winnow.lua:1: address needs an address like \"user@example.com\", not \"b\"" },
		{ "domain '' {}", "winnow.lua:1: domain needs a name of 1 to 512 bytes, not \"\"" },
		{ "domain 'a b' {}", "winnow.lua:1: domain needs a name without spaces and control characters, not \"a b\"" },
		{ "domain { 'a', 5 } {}", "winnow.lua:1: domain needs a name and a table: domain \"...\" { ... }" },
		/* Lua's own. */
		{ "server {\n user = 'x'\n", "winnow.lua:3: '}' expected (to close '{' at line 1) near <eof>" },
		{ "local x = nil\nserver { user = x.y }", "winnow.lua:2: attempt to index a nil value (local 'x')" },
		{ "while true do end", "winnow.lua:1: instruction limit reached (an endless loop?)" },
		{ "error('stop', 0)", "stop" },
		/* A pcall does not hide an error. */
		{ "pcall(function() server { usr = 'x' } end)", "winnow.lua:1: unknown key 'usr' in server (did you mean 'user'?)" },
		{ "pcall(profile, 5)", "winnow.lua:1: profile needs a table: profile { ... }" },
		{ "coroutine.wrap(profile) {}", "winnow.lua:1: unknown block 'coroutine'" },
		{ "include 'x.lua'", "winnow.lua:1: include works only in files" },
		{ "include(5, 6)", "winnow.lua:1: include needs a file name or a pattern: include \"conf.d/*.lua\"" },
	};
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { "no error" };
		struct conf *c = conf_load_text(span_of(rows[i].text), "winnow.lua", sets, &err);

		if (c != NULL || strcmp(err.text, rows[i].want) != 0) {
			print_error("%s\n  gives  %s\n  wanted %s\n", rows[i].text, err.text, rows[i].want);
			wrong++;
		}
		conf_free(&c);
	}
	assert_int_equal(wrong, 0);
}

/* A dump is a configuration with the same values. */
static void test_dump(void **state)
{
	struct conf *c = load("server { user = 'a\"\\\\b', max_size = '64K', deadline = '90s', listen = { 'x', 'y' } }\n"
			      "profile {\n  tag = 5.25, scores = { ['odd name'] = 1, ['end'] = 2, OK = -0.05 } }\n"
			      "group 'content' { cap = 12 }\n"
			      "domain 'example.com' { tag = 5 }\n"
			      "address 'a@example.com' {\n scores = { OK = 1 },\n reject = 'off' }\n");
	static const char want[] =
		"server {\n"
		"\tuser = \"a\\\"\\\\b\", -- winnow.lua:1\n"
		"\tscanners = 0,\n"
		"\tmax_size = \"64K\", -- winnow.lua:1\n"
		"\tdeadline = \"90s\", -- winnow.lua:1\n"
		"\tlevel = \"info\",\n"
		"\tfast = true,\n"
		"\tlisten = { \"x\", \"y\" }, -- winnow.lua:1\n"
		"}\n"
		"group \"content\" {\n"
		"\tcap = 12, -- winnow.lua:4\n"
		"}\n"
		"profile {\n"
		"\ttag = 5.25, -- winnow.lua:3\n"
		"\treject = \"off\",\n"
		"\tenforce = true,\n"
		"\tprefix = \"\",\n"
		"\tscores = { OK = -0.05, [\"end\"] = 2, [\"odd name\"] = 1 }, -- winnow.lua:3\n"
		"}\n"
		"domain \"example.com\" {\n"
		"\ttag = 5, -- winnow.lua:5\n"
		"}\n"
		"address \"a@example.com\" {\n"
		"\treject = \"off\", -- winnow.lua:8\n"
		"\tscores = { OK = 1 }, -- winnow.lua:7\n"
		"}\n";
	struct buf first = BUF_INIT(NULL), again = BUF_INIT(NULL);
	struct conf *c2;

	(void)state;
	conf_dump(c, &first);
	buf_char(&first, '\0');
	assert_string_equal(first.p, want);
	c2 = load(first.p);
	assert_int_equal(((const struct profile *)conf_get_for(c2, &profile_set, SPAN_LIT("a@example.com"), 0))->scores.v[0].score, 1000);
	assert_int_equal(((const struct server *)conf_get(c2, &server_set))->deadline, 90000000);
	assert_span(((const struct server *)conf_get(c2, &server_set))->user, "a\"\\b");
	conf_dump(c2, &again);
	/* Only the comments differ: now every value comes from the dump. */
	assert_true(again.len > first.len);
	conf_free(&c2);
	conf_free(&c);
	buf_free(&first);
	buf_free(&again);
}

static void test_explain(void **state)
{
	static const struct {
		const char *key, *address, *want;
	} rows[] = {
		{ "profile.tag", "a@example.com",
		  "profile.tag = 5 (for a@example.com)\n"
		  "  default  6    built in\n"
		  "  profile  6.5  winnow.lua:2\n"
		  "  domain   5    winnow.lua:3   example.com   <- in force\n" },
		{ "profile.tag", "", "profile.tag = 6.5\n  default  6    built in\n  profile  6.5  winnow.lua:2   <- in force\n" },
		{ "profile.prefix", "me+x@example.com",
		  "profile.prefix = \"[S]\" (for me+x@example.com)\n"
		  "  default  \"\"     built in\n"
		  "  address  \"[S]\"  winnow.lua:4   me@example.com   <- in force\n" },
		{ "profile.enforce", "x@y", "profile.enforce = true (for x@y)\n  default  true  built in   <- in force\n" },
		{ "profile.scores", "me@example.com",
		  "profile.scores = { A = 1, B = 3 } (for me@example.com)\n"
		  "  default  {}                built in\n"
		  "  profile  { A = 1, B = 2 }  winnow.lua:2\n"
		  "  address  { B = 3 }         winnow.lua:4   me@example.com   <- in force\n" },
		{ "profile.scores.A", "me@example.com",
		  "profile.scores.A = 1 (for me@example.com)\n  profile  1  winnow.lua:2   <- in force\n" },
		{ "profile.scores.NO", "", "profile.scores.NO = not set\n" },
		{ "server.scanners", "me@example.com", "server.scanners = 0\n  default  0  built in   <- in force\n" },
		{ "group.a.b.cap", "", "group.a.b.cap = 3\n  default  10  built in\n  group    3   winnow.lua:5   a.b   <- in force\n" },
		{ "profile.tga", "", "! no such key 'profile.tga' (did you mean 'profile.tag'?)" },
		{ "profle.tag", "", "! no such key 'profle.tag' (did you mean 'profile.tag'?)" },
		{ "group.x.cpa", "", "! no such key 'group.x.cpa' (did you mean 'group.cap'?)" },
		{ "group.x.cap", "", "! no group \"x\" in the configuration" },
		{ "group.cap", "", "! group has one block per name: group.NAME.KEY" },
		{ "profile.tag.x", "", "! no such key 'profile.tag.x'" },
		{ "", "", "! no such key ''" },
		{ "profile", "", "! 'profile' is a block: profile.KEY" },
	};
	struct conf *c = load("\nprofile { tag = 6.5, scores = { A = 1, B = 2 } }\n"
			      "domain 'example.com' { tag = 5 }\n"
			      "address 'me@example.com' { prefix = '[S]', scores = { B = 3 } }\n"
			      "group 'a.b' { cap = 3 }\n");
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = BUF_INIT(NULL);
		struct err err = { "" };

		if (!conf_explain(c, span_of(rows[i].key), span_of(rows[i].address), &out, &err))
			buf_printf(&out, "! %s", err.text);
		buf_char(&out, '\0');
		if (strcmp(out.p, rows[i].want) != 0) {
			print_error("%s gives\n%s\nwanted\n%s\n", rows[i].key, out.p, rows[i].want);
			wrong++;
		}
		buf_free(&out);
	}
	assert_int_equal(wrong, 0);
	conf_free(&c);
}

static void test_reference(void **state)
{
	struct buf out = BUF_INIT(NULL);

	(void)state;
	conf_reference(sets, &out);
	assert_true(span_has(buf_span(&out), SPAN_LIT("## server\n\nThe server.\n\n`server { ... }`\n")));
	assert_true(span_has(buf_span(&out), SPAN_LIT("| `level` | one of `\"debug\"`, `\"info\"`, `\"warn\"`, `\"error\"` | `\"info\"` |  | How much is logged: a \\| b. |\n")));
	assert_true(span_has(buf_span(&out), SPAN_LIT("| `max_size` | a size like \"50M\" | `\"50M\"` | at least \"1K\" | Bytes. |\n")));
	assert_true(span_has(buf_span(&out), SPAN_LIT("| `deadline` | a duration like \"30s\" | `\"30s\"` | \"1s\" to \"10m\" |")));
	assert_true(span_has(buf_span(&out), SPAN_LIT("`domain \"example.com\" { ... }`")));
	buf_free(&out);
}

/* Files. */
static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	strncpy(folder, "/tmp/winnow-conf-XXXXXX", sizeof(folder) - 1);
	return mkdtemp(folder) == NULL;
}

static const char *path_of(const char *name)
{
	static char path[2][512];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "main.lua", "d/1.lua", "d/2.lua", "d/10.lua", "d/deep.lua", "loop.lua", "big.lua", "many.lua" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(path_of(names[i]));
	rmdir(path_of("d"));
	return rmdir(folder);
}

/* In want, '@' stands for the folder. */
static void check_file(const char *text, const char *want)
{
	struct err err = { "loaded" };
	struct buf full = BUF_INIT(NULL);
	struct conf *c;

	put("main.lua", text);
	c = conf_load(path_of("main.lua"), sets, &err);
	assert_null(c);
	for (; *want != '\0'; want++) {
		if (*want == '@')
			buf_str(&full, folder);
		else
			buf_char(&full, *want);
	}
	buf_char(&full, '\0');
	assert_string_equal(err.text, full.p);
	buf_free(&full);
}

static void test_include(void **state)
{
	struct err err = { "" };
	struct conf *c;
	struct buf out = BUF_INIT(NULL);

	(void)state;
	assert_int_equal(mkdir(path_of("d"), 0700), 0);
	put("d/1.lua", "profile { tag = 1 }\n");
	put("d/10.lua", "profile { tag = 10 }\n");
	put("d/2.lua", "include 'deep.lua' profile { tag = 2 }\n");
	put("d/deep.lua", "\nserver { user = 'deep' }\n");
	put("main.lua", "include 'none/*.lua'\ninclude('d/' .. '[0-9]*.lua')\n");
	c = conf_load(path_of("main.lua"), sets, &err);
	assert_string_equal(err.text, "");
	assert_non_null(c);
	/* Sorted by name, the later one wins. */
	assert_int_equal(((const struct profile *)conf_get(c, &profile_set))->tag, 2000);
	assert_span(((const struct server *)conf_get(c, &server_set))->user, "deep");
	assert_true(conf_explain(c, SPAN_LIT("server.user"), SPAN_NONE, &out, &err));
	assert_true(span_has(buf_span(&out), SPAN_LIT("/d/deep.lua:2   <- in force")));
	buf_free(&out);
	conf_free(&c);

	check_file("\ninclude 'missing.lua'", "@/main.lua:2: cannot read @/missing.lua: No such file or directory");
	check_file("include 'd'", "@/main.lua:1: cannot read @/d: not a file");
	check_file("include '/dev/zero'", "@/main.lua:1: cannot read /dev/zero: not a file");
	put("d/deep.lua", "\nserver { usr = 'deep' }\n");
	check_file("include 'd/deep.lua'", "@/d/deep.lua:2: unknown key 'usr' in server (did you mean 'user'?)");
	put("d/deep.lua", "server {");
	check_file("include 'd/deep.lua'", "@/d/deep.lua:1: unexpected symbol near <eof>");
	put("loop.lua", "include 'loop.lua'");
	check_file("include 'loop.lua'", "@/loop.lua:1: more than 16 levels of include");
	put("loop.lua", "pcall(include, 'loop.lua')");
	check_file("include 'loop.lua'", "@/loop.lua:1: more than 16 levels of include");
	assert_int_equal(truncate(path_of("loop.lua"), 16 * 1024 * 1024 + 1), 0);
	check_file("include 'loop.lua'", "@/main.lua:1: cannot read @/loop.lua: larger than 16 MiB");
	assert_null(conf_load("/nonexistent/winnow.lua", sets, &err));
	assert_string_equal(err.text, "cannot read /nonexistent/winnow.lua: No such file or directory");
}

/* Who uses a value can say where it stands. */
static void test_where(void **state)
{
	static const struct {
		const struct setting_set *set;
		const char *key, *block, *want;
	} rows[] = {
		{ &profile_set, "tag", "", "w.lua:2" },
		{ &profile_set, "scores", "", "w.lua:14" },                  /* given twice: the later one */
		{ &profile_set, "reject", "", "w.lua:13" },                  /* not given: the block, where it was given last */
		{ &profile_set, "", "", "w.lua:13" },
		{ &profile_set, "tag", "example.com", "w.lua:5" },
		{ &profile_set, "prefix", "example.com", "w.lua:3" },        /* from the layer below */
		{ &profile_set, "tag", "a@example.com", "w.lua:5" },
		{ &profile_set, "enforce", "a@example.com", "w.lua:8" },
		{ &profile_set, "reject", "a@example.com", "w.lua:7" },
		{ &profile_set, "scores", "b@example.org", "w.lua:14" },     /* no such block */
		{ &group_set, "cap", "content", "w.lua:11" },
		{ &group_set, "", "content", "w.lua:10" },
		{ &group_set, "cap", "lists", "" },
		{ &server_set, "user", "", "" },
	};
	struct err err = { "" };
	struct conf *c = conf_load_text(SPAN_LIT("profile {\n tag = 1,\n prefix = 'x', scores = { A = 1 } }\n"
						 "domain 'example.com' {\n tag = 2\n}\n"
						 "address 'a@example.com' {\n enforce = false\n}\n"
						 "group 'content' {\n cap = 5\n}\n"
						 "profile {\n scores = { B = 1 } }\n"), "w.lua", sets, &err);
	char buf[64], small[4];

	(void)state;
	assert_string_equal(err.text, "");
	assert_non_null(c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_ptr_equal(conf_where(c, rows[i].set, span_of(rows[i].key), span_of(rows[i].block), buf, sizeof(buf)), buf);
		if (strcmp(buf, rows[i].want) != 0)
			fail_msg("%s.%s of '%s': '%s' is not '%s'", rows[i].set->name, rows[i].key, rows[i].block, buf, rows[i].want);
	}
	assert_string_equal(conf_where(c, &profile_set, SPAN_LIT("tag"), SPAN_NONE, small, sizeof(small)), "w.l");
	conf_free(&c);
}

/* 100,000 addresses: written one by one, and made by a loop. */
static void test_many(void **state)
{
	FILE *f = fopen(path_of("many.lua"), "w");
	struct err err = { "" };
	struct conf *c;

	(void)state;
	for (int i = 0; i < 100000; i++)
		fprintf(f, "address \"user%d@example%d.com\" {\n\ttag = %d,\n\tprefix = \"[SPAM]\",\n}\n", i, i % 1000, i % 10);
	fclose(f);
	c = conf_load(path_of("many.lua"), sets, &err);
	assert_string_equal(err.text, "");
	assert_int_equal(((const struct profile *)conf_get_for(c, &profile_set, SPAN_LIT("user99999@example999.com"), '+'))->tag, 9000);
	assert_ptr_equal(conf_get_for(c, &profile_set, SPAN_LIT("user7@example7.com"), '+'),
			 conf_get_for(c, &profile_set, SPAN_LIT("user17@example17.com"), '+'));
	conf_free(&c);
	c = load("for i = 1, 100000 do address('u' .. i .. '@example.com') { tag = i % 100 } end");
	assert_int_equal(((const struct profile *)conf_get_for(c, &profile_set, SPAN_LIT("u99999@example.com"), '+'))->tag, 99000);
	conf_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults), cmocka_unit_test(test_values), cmocka_unit_test(test_layers), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_dump), cmocka_unit_test(test_explain), cmocka_unit_test(test_reference), cmocka_unit_test(test_include),
		cmocka_unit_test(test_where), cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
