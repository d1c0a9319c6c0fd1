#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "mail/header.h"

static void test_intern(void **state)
{
	(void)state;
	for (unsigned id = 1; id < HDR_N; id++) {
		const char *name = header_name((enum header_id)id);
		char other[64];
		size_t n = strlen(name);

		assert_int_equal(header_intern(span_of(name)), id);
		for (size_t i = 0; i <= n; i++)
			other[i] = (char)(name[i] >= 'a' && name[i] <= 'z' ? name[i] - 32 : name[i]);
		assert_int_equal(header_intern(span_make(other, n)), id);
		other[n - 1] = '~';
		assert_int_equal(header_intern(span_make(other, n)), HDR_OTHER);
		assert_int_not_equal(header_intern(span_make(name, n - 1)), id);
	}
	assert_int_equal(header_intern(SPAN_LIT("")), HDR_OTHER);
	assert_int_equal(header_intern(SPAN_NONE), HDR_OTHER);
	assert_int_equal(header_intern(SPAN_LIT("X-Unheard-Of")), HDR_OTHER);
}

static const struct {
	const char *raw, *value;
} unfolds[] = {
	{ " plain ", "plain" },
	{ " a\r\n b", "a b" },
	{ " a\n\tb\n", "a\tb" },
	{ "\r\n a\r\n", "a" },
	{ " a\rb", "a\rb" },
	{ "", "" },
	{ "\r\n \r\n ", "" },
};

static void test_unfold(void **state)
{
	struct arena *arena = arena_new(0);
	struct span plain = SPAN_LIT("as it stands");

	(void)state;
	for (size_t i = 0; i < sizeof(unfolds) / sizeof(unfolds[0]); i++) {
		struct span got = header_unfold(arena, span_of(unfolds[i].raw));

		if (!span_eq(got, span_of(unfolds[i].value)))
			fail_msg("%zu: %.*s", i, SPAN_ARG(got));
	}
	assert_ptr_equal(header_unfold(arena, plain).p, plain.p);
	arena_free(&arena);
}

static const struct {
	const char *in, *out;
	bool encoded;
	int fact; /* FACT_N: none */
} decodes[] = {
	{ "plain text", "plain text", false, FACT_N },
	{ "a = b? c", "a = b? c", false, FACT_N },
	{ "=?ISO-8859-1?Q?a?=", "a", true, FACT_N },
	{ "=?ISO-8859-1?Q?a?= b", "a b", true, FACT_N },
	{ "=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab", true, FACT_N },
	{ "=?ISO-8859-1?Q?a?=\t  =?ISO-8859-1?Q?b?=", "ab", true, FACT_N },
	{ "=?ISO-8859-1?Q?a_b?=", "a b", true, FACT_N },
	{ "=?iso-8859-1?q?this=20is=20some=20text?=", "this is some text", true, FACT_N },
	{ "=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>", true, FACT_N },
	{ "=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld J\xc3\xb8rn Simonsen", true, FACT_N },
	{ "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
	  "If you can read this you understand the example.", true, FACT_HEADER_CONTROL_CHAR },
	/* a character split over two words */
	{ "=?utf-8?B?w6TD?= =?UTF-8?B?tg==?=", "\xc3\xa4\xc3\xb6", true, FACT_N },
	{ "=?utf-8?q?=C3?= =?utf-8?q?=A4?=", "\xc3\xa4", true, FACT_N },
	{ "=?utf-8*en?q?x?=", "x", true, FACT_N },
	{ "x=?utf-8?q?y?=z", "xyz", true, FACT_N },
	{ "=?utf-8?q?with space?=", "with space", true, FACT_N },
	{ "=?utf-8?b?" "?=", "", true, FACT_N },
	{ "=?utf-8?q?a", "=?utf-8?q?a", false, FACT_HEADER_BAD_ENCODED_WORD },
	{ "=?utf-8?x?a?=", "=?utf-8?x?a?=", false, FACT_HEADER_BAD_ENCODED_WORD },
	{ "=??q?a?=", "=??q?a?=", false, FACT_HEADER_BAD_ENCODED_WORD },
	{ "=?utf-8?q?a=4?=", "a=4", true, FACT_HEADER_BAD_ENCODED_WORD },
	{ "=?utf-8?q?a=zz?=", "a=zz", true, FACT_HEADER_BAD_ENCODED_WORD },
	{ "=?utf-8?b?YQ#==?=", "a", true, FACT_HEADER_BAD_ENCODED_WORD },
	{ "=?utf-8?b?Y?=", "", true, FACT_HEADER_BAD_ENCODED_WORD },
	{ "=?x-unheard-of?q?abc?=", "abc", true, FACT_HEADER_BAD_ENCODED_WORD },
	{ "\xc3\xa4", "\xc3\xa4", false, FACT_HEADER_UTF8 },
	{ "\xe4 gr\xfc\xdf", "\xc3\xa4 gr\xc3\xbc\xc3\x9f", false, FACT_HEADER_RAW_8BIT },
	{ "\x80 5", "\xe2\x82\xac 5", false, FACT_HEADER_RAW_8BIT },
	{ "a\x01" "b", "a\x01" "b", false, FACT_HEADER_CONTROL_CHAR },
	{ "a\rb", "a\rb", false, FACT_HEADER_CONTROL_CHAR },
	{ "a\tb", "a\tb", false, FACT_N },
	{ "", "", false, FACT_N },
};

static void test_decode(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(decodes) / sizeof(decodes[0]); i++) {
		struct facts facts = { 0 };
		bool encoded;
		struct span got = header_decode(arena, span_of(decodes[i].in), &facts, &encoded);

		if (!span_eq(got, span_of(decodes[i].out)) || encoded != decodes[i].encoded)
			fail_msg("%s: %.*s %d", decodes[i].in, SPAN_ARG(got), encoded);
		for (int f = 0; f < FACT_N; f++) {
			if ((facts.count[f] != 0) != (f == decodes[i].fact))
				fail_msg("%s: %s", decodes[i].in, fact_name((enum fact)f));
		}
	}
	arena_free(&arena);
}

/* Words that never end, many conversions: the output stays in proportion and is valid. */
static void test_decode_hostile(void **state)
{
	static const char *const pieces[] = { "=?utf-8?q?a", "=?", "=?a?q?b?= ", "=?iso-8859-2?q?=E4?= x ", "????", "=?utf-8?b?",
		                              "\xff\xfe", "=?utf-7?q?+AGE?= " };

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct arena *arena = arena_new(0);
		struct buf b = BUF_INIT(arena);
		struct facts facts = { 0 };
		struct span got;
		bool encoded;

		while (b.len < 400 * 1024)
			buf_str(&b, pieces[i]);
		got = header_decode(arena, buf_span(&b), &facts, &encoded);
		assert_true(utf8_valid(got));
		assert_true(arena_used(arena) < 16 * b.len);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intern),
		cmocka_unit_test(test_unfold),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_decode_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
