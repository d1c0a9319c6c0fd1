/* List files: what is read, and what errors say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "lists/list_file.h"
#include "lists/list_read.h"
#include "lists/lists.h"

static void test_octets(void **state)
{
	static const struct {
		const char *text;
		uint8_t ip[4];
		bool has;
	} rows[] = {
		{ "127.0.0.2", { 127, 0, 0, 2 }, true },      { "127.0.0.2", { 127, 0, 0, 3 }, false },    { "127.0.*.3", { 127, 0, 9, 3 }, true },
		{ "127.0.*.3", { 127, 0, 9, 2 }, false },     { "127.0.2.5-24", { 127, 0, 2, 24 }, true }, { "127.0.2.5-24", { 127, 0, 2, 25 }, false },
		{ "127.0.2.5-24", { 127, 0, 2, 4 }, false },  { "127.0.2-14.1", { 127, 0, 14, 1 }, true },
	};
	static const char *const bad[] = { "", "127.0.0", "127.0.0.2.1", "127.0.0.256", "192.0.2.1", "*.0.0.2", "127.0.0.5-2", "127.0.0.x", "127.0.0.", "127.0.0.2-", "::1" };
	struct list_octets o;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(list_octets_parse(span_of(rows[i].text), &o));
		assert_int_equal(list_octets_has(&o, rows[i].ip), rows[i].has);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(list_octets_parse(span_of(bad[i]), &o));
}

#define HEAD "list 'a' { zone = 'bl.example', look_up = 'client', "
#define CODE "{ code = '127.0.0.2', symbol = 'A', score = 1, doc = 'x' }"

static void test_errors(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ HEAD "codes = { " CODE " }, zon = 'x' }", "f.lua:1: 'zon' in list \"a\": unknown key (did you mean 'zone'?)" },
		{ "list 'a' {\n zone = 'bl.example',\n look_up = { 'clint' },\n codes = { " CODE " } }", "f.lua:3: 'look_up' in list \"a\": unknown word 'clint' (did you mean 'client'?)" },
		{ HEAD "\ncodes = { " CODE ",\n { code = '127.0.0.3', symbl = 'B' } } }", "f.lua:3: 'codes[2].symbl' in list \"a\": unknown key (did you mean 'symbol'?)" },
		{ HEAD "codes = { { code = '10.0.0.2', symbol = 'A', score = 1, doc = 'x' } } }",
		  "f.lua:1: 'codes[1].code' in list \"a\": must be an address like \"127.0.0.2\", \"127.0.*.3\" or \"127.0.2.5-24\", not \"10.0.0.2\"" },
		{ HEAD "codes = { { symbol = 'A', score = 1, doc = 'x' } } }", "f.lua:1: 'codes[1]' in list \"a\": needs either code or bit" },
		{ HEAD "codes = { { bit = 3, symbol = 'A', score = 1, doc = 'x' } } }", "f.lua:1: 'codes[1].bit' in list \"a\": must be one bit: 1, 2, 4, 8, 16, 32, 64 or 128" },
		{ HEAD "codes = { { code = '127.0.0.2', symbol = 'A' } } }", "f.lua:1: 'codes[1]' in list \"a\": needs score and doc for its symbol A" },
		{ HEAD "codes = { { code = '127.0.0.2', symbol = 'a', score = 1, doc = 'x' } } }", "f.lua:1: 'codes[1].symbol' in list \"a\": must be a name made of A-Z, 0-9 and _, at most 64 of them" },
		{ HEAD "codes = { " CODE ", " CODE " } }", "f.lua:1: 'codes[2]' in list \"a\": gives score or doc of symbol A again" },
		{ HEAD "codes = { { code = '127.0.0.2', look_up = 'from', symbol = 'A', score = 1, doc = 'x' } } }",
		  "f.lua:1: 'codes[1]' in list \"a\": has look_up for what the list itself does not look up" },
		{ "list 'a' { zone = 'bl.example', look_up = 'from', codes = { { code = '127.0.0.2', policy = true, symbol = 'A', score = 1, doc = 'x' } } }",
		  "f.lua:1: 'codes[1]' in list \"a\": is a policy code and counts for the client alone, whom the list does not look up" },
		{ HEAD "codes = {} }", "f.lua:1: 'codes' in list \"a\": must be a list, without keys and holes, and not empty" },
		{ "list 'a' { zone = 'bl.example', look_up = 'client' }", "f.lua:1: list \"a\": has no codes: what answers mean" },
		{ "list 'a' { look_up = 'client', codes = { " CODE " } }", "f.lua:1: list \"a\": needs one of zone, file and geo" },
		{ "list 'a' { zone = '{key}.bl.example', look_up = 'client', codes = { " CODE " } }", "f.lua:1: list \"a\": has {key} in its zone, but no key = \"NAME\" that tells which" },
		{ "list 'a' { zone = 'bl..example', look_up = 'client', codes = { " CODE " } }",
		  "f.lua:1: 'zone' in list \"a\": must be a domain name, with {key} as a label where a key belongs, not \"bl..example\"" },
		{ "list 'a' { zone = 'bl.example', look_up = 'attachment', codes = { " CODE " } }", "f.lua:1: list \"a\": looks up attachments and needs a hash" },
		{ HEAD "codes = { " CODE " }, refused = { ['x'] = 'y' } }", "f.lua:1: 'refused' in list \"a\": has a key that is no address like \"127.0.0.1\"" },
		{ HEAD "codes = { " CODE " }, test = { liste = '127.0.0.2' } }", "f.lua:1: 'test.liste' in list \"a\": unknown key (did you mean 'listed'?)" },
		{ HEAD "codes = { " CODE " } }\n" HEAD "codes = { " CODE " } }", "f.lua:2: list \"a\": stands already in f.lua:1" },
		{ "list 'A' { }", "f.lua:1: list \"A\": a list's name is made of a-z, 0-9 and -, at most 48 of them" },
		{ "list 'a'", "f.lua: list \"a\" without a table { ... }" },
		{ "list 'a' list 'b' { }", "f.lua:1: list \"a\" without a table { ... }" },
		{ "list { }", "f.lua:1: list needs a name and a table: list \"NAME\" { ... }" },
		{ "x = 1", "f.lua:1: 'x' is assigned but no local variable: write local NAME = ..." },
		{ "local y = x", "f.lua:1: unknown name 'x'" },
		{ "pcall(function() list 'a' { zon = 1 } end)", "f.lua:1: 'zon' in list \"a\": unknown key (did you mean 'zone'?)" },
		{ "list 'a' { zone = 'bl.example', geo = 'asn', look_up = 'client', codes = { { code = 1, symbol = 'A', score = 1, doc = 'x' } } }", "f.lua:1: list \"a\": needs one of zone, file and geo" },
		{ "list 'a' { geo = 'country', look_up = 'from', codes = { { code = 'DE', symbol = 'A', score = 1, doc = 'x' } } }",
		  "f.lua:1: list \"a\": is about addresses: look_up can be client, received, url_a, url_ns; and it needs codes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct list_reader r;
		struct err err = { "" };

		list_reader_init(&r, arena);
		assert_false(list_reader_add(&r, "f.lua", span_of(rows[i].text), false, &err));
		assert_string_equal(err.text, rows[i].error);
		arena_free(&arena);
	}
}

static void test_read(void **state)
{
	static const char text[] = "list 'some-list' { title = 'T', zone = 'Bl.Example.', look_up = { 'client', 'url_domain' }, names = 'whole', url_ips = true, max = 7,\n"
				   "  codes = { { code = { '127.0.0.2', '127.0.0.4' }, symbol = 'A', score = -1.5, doc = 'x' }, { bit = 8, look_up = 'client', policy = true, symbol = 'A' } },\n"
				   "  refused = { ['127.0.0.1'] = 'no' }, test = { listed = '127.0.0.2', unlisted = '127.0.0.1' } }";
	struct arena *arena = arena_new(0);
	const struct list_def *d;
	struct list_reader r;
	struct err err;

	(void)state;
	list_reader_init(&r, arena);
	assert_true(list_reader_add(&r, "f.lua", span_of(text), false, &err));
	assert_int_equal(r.n, 1);
	d = r.v[0];
	assert_string_equal(d->where, "f.lua:1");
	assert_true(span_eq(d->zone, SPAN_LIT("Bl.Example")));
	assert_int_equal(d->targets, 1u << LIST_CLIENT | 1u << LIST_URL_DOMAIN);
	assert_int_equal(d->max, 7);
	assert_int_equal(d->ncodes, 2);
	assert_int_equal(d->codes[0].n, 2);
	assert_int_equal(d->codes[0].symbol, d->codes[1].symbol);
	assert_int_equal(d->codes[1].targets, 1u << LIST_CLIENT);
	assert_int_equal(d->nsymbols, 2);
	assert_int_equal(d->symbols[0].score, -1500);
	assert_string_equal(d->symbols[0].group, "lists");
	assert_string_equal(d->symbols[1].name, "SOME_LIST_UNAVAILABLE");
	assert_string_equal(d->symbols[1].group, "policy");
	assert_string_equal(list_reader_nearest(&r, SPAN_LIT("some-lits")), "some-list");
	assert_null(list_reader_nearest(&r, SPAN_LIT("other")));
	arena_free(&arena);
}

/* What cannot be used together, or not at all. */
static void test_use(void **state)
{
	static const struct {
		struct span enable[2];
		struct span key, disabled;
		const char *error; /* NULL: works */
	} rows[] = {
		{ { SPAN_LIT("spamhaus-zen"), SPAN_LIT("surbl") }, { 0 }, { 0 }, NULL },
		{ { SPAN_LIT("spamhaus-zn") }, { 0 }, { 0 }, "lists.enable: there is no list 'spamhaus-zn' (did you mean 'spamhaus-zen'?)" },
		{ { SPAN_LIT("x") }, { 0 }, { 0 }, "lists.enable: there is no list 'x' (\"winnow lists\" shows them)" },
		{ { SPAN_LIT("spamhaus-dbl-dqs") }, { 0 }, { 0 }, "lists.enable: 'spamhaus-dbl-dqs' needs a key: lists { keys = { \"spamhaus-dqs=YOUR-KEY\" } }" },
		{ { SPAN_LIT("spamhaus-dbl-dqs") }, SPAN_LIT("spamhaus-dqs=abc"), { 0 }, NULL },
		{ { SPAN_LIT("spamhaus-zen"), SPAN_LIT("spamhaus-zen") }, { 0 }, { 0 }, NULL },
		{ { SPAN_LIT("surbl") }, { 0 }, SPAN_LIT("SURBL_PHISH"), NULL },
		{ { SPAN_LIT("surbl") }, { 0 }, SPAN_LIT("SURBL_FISH"), "lists.disabled: no list has a symbol 'SURBL_FISH'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lists_settings set = { .enable = { rows[i].enable, rows[i].enable[1].p != NULL ? 2 : 1 } };
		struct arena *arena = arena_new(0);
		struct err err = { "" };
		struct lists *l;

		set.keys = (struct span_list){ &rows[i].key, rows[i].key.p != NULL };
		set.disabled = (struct span_list){ &rows[i].disabled, rows[i].disabled.p != NULL };
		l = lists_load(arena, &set, &err);
		assert_string_equal(err.text, rows[i].error != NULL ? rows[i].error : "");
		assert_int_equal(l != NULL, rows[i].error == NULL);
		if (rows[i].key.p != NULL && l != NULL)
			assert_true(span_eq(l->v[0]->zone, SPAN_LIT("abc.dbl.dq.spamhaus.net")));
		arena_free(&arena);
	}
}

static void test_variants_and_closed(void **state)
{
	const struct span both[] = { SPAN_LIT("spamhaus-dbl"), SPAN_LIT("spamhaus-dbl-dqs") }, closed[] = { SPAN_LIT("sorbs") }, keys[] = { SPAN_LIT("spamhaus-dqs=k") };
	struct lists_settings set = { .enable = { both, 2 }, .keys = { keys, 1 } };
	struct arena *arena = arena_new(0);
	struct err err;

	(void)state;
	assert_null(lists_load(arena, &set, &err));
	assert_non_null(strstr(err.text, "lists 'spamhaus-dbl' and 'spamhaus-dbl-dqs' both have the symbol DBL_SPAM: use one of them"));
	set.enable = (struct span_list){ closed, 1 };
	assert_null(lists_load(arena, &set, &err));
	assert_non_null(strstr(err.text, "lists.enable: 'sorbs' is closed: Closed on 5 June 2024"));
	arena_free(&arena);
}

/* Every shipped list that is alive has a title, a site, its limits, and a test that can fail. */
static void test_shipped(void **state)
{
	struct lists_settings set = { .timeout_us = 1 };
	struct arena *arena = arena_new(0);
	struct err err;
	struct lists *l = lists_load(arena, &set, &err);

	(void)state;
	assert_non_null(l);
	assert_int_equal(l->n, 0);
	assert_null(lists_checks(l)[0]);
	assert_true(l->nall > 15);
	for (size_t i = 0; i < l->nall; i++) {
		const struct list_def *d = l->all[i];

		assert_true(d->shipped);
		assert_true(d->dead ? d->note != NULL : d->site != NULL && d->limits != NULL && d->unlisted.len != 0);
		for (size_t s = 0; s < d->nsymbols; s++)
			assert_true(d->symbols[s].score <= 7000 && d->symbols[s].score >= -2000);
	}
	arena_free(&arena);
}

/* Every block of docs/lists.md that has definitions is one. */
static void test_documentation(void **state)
{
	struct arena *arena = arena_new(0);
	struct list_reader r;
	struct span rest;
	struct err err;
	size_t at;

	(void)state;
	assert_true(list_file_read(arena, WINNOW_SOURCE "/docs/lists.md", 1 << 20, &rest, &err));
	list_reader_init(&r, arena);
	while ((at = span_find(rest, SPAN_LIT("```lua\n"))) != SPAN_NPOS) {
		struct span block = span_from(rest, at + 7);

		block = span_sub(block, 0, span_find(block, SPAN_LIT("```")));
		rest = span_from(rest, at + 7 + block.len);
		if (!span_has(block, SPAN_LIT("list \"")))
			continue;
		if (!list_reader_add(&r, "docs/lists.md", block, false, &err))
			print_error("%s\n", err.text);
		assert_false(r.failed);
	}
	assert_int_equal(r.n, 8);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_octets),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_variants_and_closed),
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_documentation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
