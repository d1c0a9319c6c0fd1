/* Gates: what they are open for, and that no pattern matches where its gate is shut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "match/regex.h"
#include "spamassassin/gate.h"

static const struct {
	const char *pattern;
	unsigned flags;
	const char *text;
	bool open, matches; /* a gate that is open says nothing; where it is shut nothing may match */
} cases[] = {
	{ "viagra", 0, "buy viagra now", true, true }, { "viagra", 0, "buy nothing", false, false }, { "viagra", 0, "VIAGRA", false, false }, { "viagra", REGEX_CASELESS, "VIAGRA", true, true },
	{ "(?i)viagra", 0, "ViAgRa", true, true }, { "(?i:via)gra", 0, "VIAgra", true, true }, { "(?i:via)gra", 0, "VIAGRA", false, false },
	{ "[v\\x56][i1!|][a@\xe4](?:g|\xc4[\x9c\x9d])ra", 0, "V1@\xc4\x9dra", true, true }, { "[v\\x56][i1!|][a@\xe4](?:g|\xc4[\x9c\x9d])ra", 0, "via ra", false, false },
	{ "v\\W{0,2}i\\W{0,2}a\\W{0,2}g", 0, "v. i-a--g", true, true }, { "v\\W{0,2}i\\W{0,2}a\\W{0,2}g", 0, "vxiag", false, false },
	{ "(?:^|\\s)secret(?:\\s|$)", 0, "a secret", true, true }, { "(?=.*foo)bar\\b(?!baz)quux", 0, "foo barquux", true, false },
	{ "bitcoin|monero", 0, "some monero", true, true }, { "bitcoin|monero", 0, "some euros", false, false }, { "(?:bit|lite)coin", 0, "litecoins", true, true },
	{ "(?:bit|lite)?wallet", 0, "a wallet", true, true }, { "(?:bit|lite)?wallet", 0, "bitcoin", false, false }, { "qu+x{2,}z", 0, "quuuxxxxz", true, true },
	{ "(\\w)zyx\\1", 0, "azyxa", true, true }, { "a\\Rzyxw", 0, "a\r\nzyxw", true, true }, { "z y x # c\nw", REGEX_EXTENDED, "zyxw", true, true },
	{ "(?<n>zyx)(?>wv)(?P<m>uu)", 0, "zyxwvuu", true, true }, { "zyx(?:)wvu", 0, "zyxwvu", true, true }, { "zyx\\d+wvu", 0, "zyx2026wvu", true, true },
	{ "[^\\w]zyxwv", 0, "-zyxwv", true, true }, { "\\x{7a}yxwv\\.", 0, "zyxwv.", true, true }, { "zyx(?|:|;)wv", 0, "zyx:wv", true, true }, { "(?:zyx){2}wv", 0, "zyxzyxwv", true, true },
	{ "[[:alpha:]]zyxwv", 0, "azyxwv", true, true }, { "zyx[]a]wv", 0, "zyx]wv", true, true }, { "zyx(?#no)wv", 0, "zyxwv", true, true }, { "zyx{0}wvuts", 0, "zywvuts", true, true },
};

/* Whether a match begins at one of the starts. */
static bool begins(const struct regex *re, struct regex_memory *memory, const struct starts *starts, const char *text)
{
	for (size_t at = 0; (at = starts_next(starts, span_of(text), at)) != SPAN_NPOS; at++) {
		if (regex_match_at(re, memory, span_of(text), at) == REGEX_YES)
			return true;
	}
	return false;
}

/* Parts in front that may be missing are left off, but not behind an assertion nor where that could change the match. */
static void beginnings(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool known;
		size_t at[3]; /* starts, SPAN_NPOS behind the last one */
	} rows[] = {
		{ "(?:your\\s)?(?:zname|zphone)", "my your zname, zphone", true, { 8, 15, SPAN_NPOS } },
		{ "(?:(?:a\\s)?b?zname\\W*){2}", "a bzname zname", true, { 3, 9, SPAN_NPOS } },
		{ "z+x?y+w", "zzyw zq", true, { 0, 1, 5 } },
		{ "zx?yw", "zxyw zyw", true, { 0, 5, SPAN_NPOS } },
		{ "\\ba?zyxw", "azyxw zyxw", true, { 0, 1, 6 } },
		{ "(?>a?zyx|zy)w", "azyxw", false, { 0, 0, 0 } },
		{ "a?+zyxw", "azyxw", false, { 0, 0, 0 } },
		{ "(a)?zyx\\1", "azyxa", false, { 0, 0, 0 } },
		{ "a?\\Gzyxw", "azyxw", false, { 0, 0, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		const struct starts *starts;
		unsigned times;
		size_t at = 0;

		assert_int_equal(gates_add(gates_new(arena), span_of(rows[i].pattern), 0, &times, &starts), 0);
		if ((starts != NULL) != rows[i].known)
			fail_msg("%s: starts", rows[i].pattern);
		for (size_t k = 0; starts != NULL && k < 3; k++) {
			size_t next = starts_next(starts, span_of(rows[i].text), at);

			if (next != rows[i].at[k])
				fail_msg("%s: start %zu at %zu", rows[i].pattern, k, next);
			if (next == SPAN_NPOS)
				break;
			at = next + 1;
		}
		arena_free(&arena);
	}
}

static void doors(void **state)
{
	struct regex_memory *memory = regex_memory_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new(0);
		struct gates *gates = gates_new(arena);
		struct err err;
		struct regex *re = regex_new(span_of(cases[i].pattern), cases[i].flags, &err);
		unsigned times;
		const struct starts *starts;
		int gate = gates_add(gates, span_of(cases[i].pattern), cases[i].flags, &times, &starts);
		uint64_t open[2] = { 0, 0 };
		bool is_open;

		assert_non_null(re);
		gates_build(gates);
		gates_scan(gates, span_of(cases[i].text), open);
		is_open = gate < 0 || (open[0] & 1) != 0;
		if (is_open != cases[i].open)
			fail_msg("%s on %s: %s", cases[i].pattern, cases[i].text, is_open ? "open" : "shut");
		if (gate >= 0 && cases[i].open)
			assert_true(gates_count(gates, (unsigned)gate, span_of(cases[i].text)) >= (cases[i].matches ? times : 1));
		assert_int_equal(regex_match(re, memory, span_of(cases[i].text), 0, NULL, 0) == REGEX_YES, cases[i].matches);
		if (starts != NULL && cases[i].matches)
			assert_true(begins(re, memory, starts, cases[i].text));
		regex_free(&re);
		arena_free(&arena);
	}
	regex_memory_free(&memory);
}

static void counting(void **state)
{
	struct arena *arena = arena_new(0);
	struct gates *gates = gates_new(arena);
	unsigned times;
	int gate, same;

	(void)state;
	gate = gates_add(gates, SPAN_LIT("(?:xylo(?:phone)?[\\s,]*){3}"), 0, &times, NULL);
	assert_int_equal(times, 3);
	same = gates_add(gates, SPAN_LIT("(?:xylo(?:phone)?[\\s,]*){5}"), 0, &times, NULL);
	assert_int_equal(times, 5);
	assert_true(gate >= 0 && same == gate);
	gates_build(gates);
	assert_int_equal(gates_count(gates, (unsigned)gate, SPAN_LIT("xylophone")), 1);
	assert_true(gates_count(gates, (unsigned)gate, SPAN_LIT("xylo, xylophone xylo")) >= 3);
	/* Nothing useful is known of these. */
	assert_int_equal(gates_add(gates_new(arena), SPAN_LIT("e"), 0, &times, NULL), -1);
	assert_int_equal(gates_add(gates_new(arena), SPAN_LIT("(?:viagra)?"), 0, &times, NULL), -1);
	assert_int_equal(gates_add(gates_new(arena), SPAN_LIT("viagra|\\s"), 0, &times, NULL), -1);
	assert_int_equal(gates_add(gates_new(arena), SPAN_LIT("via\\pLgra"), 0, &times, NULL), -1);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(doors), cmocka_unit_test(beginnings), cmocka_unit_test(counting) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
