/* Charsets to UTF-8: labels, decoders, limits and facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "mail/charset.h"

#define ROW(label, in, out, facts) { label, in, sizeof(in) - 1, out, facts }
#define FFFD "\xef\xbf\xbd"

/* facts: u unknown, b bad bytes, m missing, 7 UTF-7 */
static const struct {
	const char *label, *in;
	size_t len;
	const char *out, *facts;
} rows[] = {
	ROW("", "", "", ""),
	ROW("", "plain", "plain", ""),
	ROW("utf-8", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", ""),
	ROW("UTF8", "\xef\xbb\xbf" "abc\xc3\xbc", "abc\xc3\xbc", ""),
	ROW("utf-8", "a\xffz", "a" FFFD "z", "b"),
	ROW("utf-8", "a\xc3", "a" FFFD, "b"),
	ROW("us-ascii", "abc", "abc", ""),
	ROW("us-ascii", "a\xc3\xbc", "a\xc3\xbc", "b"),
	ROW("ascii", "a\xfc", "a\xc3\xbc", "b"),
	ROW("ANSI_X3.4-1968", "a\xfc", "a\xc3\xbc", "b"),
	ROW("", "a\xc3\xbc", "a\xc3\xbc", "m"),
	ROW("", "Gr\xfc\xdf" "e aus M\xfcnchen", "Gr\xc3\xbc\xc3\x9f" "e aus M\xc3\xbcnchen", "m"),
	ROW("", "\xff\xfeh\0\xfc\0", "h\xc3\xbc", "m"),
	ROW("", "\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82, \xd0\xba\xd0\xb0\xd0\xba \xd0\xb4\xd0\xb5\xd0\xbb\xd0\xb0", "m"),
	ROW("", "\x1b$B$3\x1b(B", "\xe3\x81\x93", ""),
	ROW("iso-8859-1", "a\xfc\x80", "a\xc3\xbc\xe2\x82\xac", ""),
	ROW("ISO_8859-1:1987", "\xe9", "\xc3\xa9", ""),
	ROW("latin1", "\x81", "\xc2\x81", ""),
	ROW("\"windows-1252\"", "\x93", "\xe2\x80\x9c", ""),
	ROW("cp1252", "\x96", "\xe2\x80\x93", ""),
	ROW("utf-8*en", "\xc3\xbc", "\xc3\xbc", ""),
	ROW("iso-8859-2", "\xb1\xe6", "\xc4\x85\xc4\x87", ""),
	ROW("iso-8859-9", "\xfd", "\xc4\xb1", ""),
	ROW("iso-8859-15", "\xa4", "\xe2\x82\xac", ""),
	ROW("iso-8859-7", "\xff", FFFD, "b"),
	ROW("windows-1251", "\xcf\xf0", "\xd0\x9f\xd1\x80", ""),
	ROW("koi8-r", "\xf0\xd2", "\xd0\x9f\xd1\x80", ""),
	ROW("koi8-u", "\xa4", "\xd1\x94", ""),
	ROW("ibm866", "\x8f", "\xd0\x9f", ""),
	ROW("tis-620", "\xa1", "\xe0\xb8\x81", ""),
	ROW("macintosh", "\x8a", "\xc3\xa4", ""),
	ROW("gb2312", "\xc4\xe3\xba\xc3", "\xe4\xbd\xa0\xe5\xa5\xbd", ""),
	ROW("gbk", "\x81\x40", "\xe4\xb8\x82", ""),
	ROW("gb18030", "\x81\x30\x81\x30", "\xc2\x80", ""),
	ROW("gb2312", "\xc4", FFFD, "b"),
	ROW("big5", "\xa7\x41", "\xe4\xbd\xa0", ""),
	ROW("ks_c_5601-1987", "\xb0\xa1\x81\x41", "\xea\xb0\x80\xea\xb0\x82", ""),
	ROW("euc-kr", "\xb0\xa1", "\xea\xb0\x80", ""),
	ROW("shift_jis", "\x82\xa0\x87\x40", "\xe3\x81\x82\xe2\x91\xa0", ""),
	ROW("euc-jp", "\xa4\xa2", "\xe3\x81\x82", ""),
	ROW("iso-2022-jp", "a\x1b$B$\"\x1b(Bz", "a\xe3\x81\x82z", ""),
	ROW("iso-2022-jp", "plain", "plain", ""),
	ROW("iso-2022-kr", "\x1b$)C\x0e" "0!\x0f", "\xea\xb0\x80", ""),
	ROW("utf-16", "\xff\xfe" "a\0\xfc\0", "a\xc3\xbc", ""),
	ROW("utf-16", "\xfe\xff\0a\0\xfc", "a\xc3\xbc", ""),
	ROW("utf-16", "\0a\0b", "ab", ""),
	ROW("utf-16", "a\0b\0", "ab", ""),
	ROW("utf-16le", "\x3d\xd8\x00\xde", "\xf0\x9f\x98\x80", ""),
	ROW("utf-16be", "\xd8\x3d\xde\x00", "\xf0\x9f\x98\x80", ""),
	ROW("utf-16be", "\xd8\x3d\0a", FFFD "a", "b"),
	ROW("utf-16be", "\xde\x00\0a", FFFD "a", "b"),
	ROW("utf-16be", "\0a\0", "a" FFFD, "b"),
	ROW("utf-32be", "\0\0\0a\0\1\xf6\0", "a\xf0\x9f\x98\x80", ""),
	ROW("utf-32le", "a\0\0\0\xff\xff\xff\xff", "a" FFFD, "b"),
	ROW("utf-7", "a+AOQ-b+-c", "a\xc3\xa4" "b+c", "7"),
	ROW("utf-7", "+2D3eAA-", "\xf0\x9f\x98\x80", "7"),
	ROW("utf-7", "+ADw-script+AD4-", "<script>", "7"),
	ROW("utf-7", "+2D0-x", FFFD "x", "b7"),
	ROW("utf-7", "plain", "plain", "7"),
	ROW("x-nonsense", "abc", "abc", "u"),
	ROW("x-nonsense", "a\xfc", "a\xc3\xbc", "u"),
	ROW("utf-8//IGNORE", "\xc3\xbc", "\xc3\xbc", "u"),
	ROW("../../etc/x", "abc", "abc", "u"),
	ROW("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abc", "abc", "u"),
};

static void render(char out[8], const struct facts *f)
{
	snprintf(out, 8, "%s%s%s%s%s", fact_has(f, FACT_CHARSET_UNKNOWN) ? "u" : "", fact_has(f, FACT_CHARSET_BAD_BYTES) ? "b" : "",
		fact_has(f, FACT_CHARSET_MISSING_8BIT) ? "m" : "", fact_has(f, FACT_CHARSET_UTF7) ? "7" : "", fact_has(f, FACT_TEXT_TRUNCATED) ? "t" : "");
}

static void test_rows(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena *arena = arena_new(0);
		struct facts facts = { { 0 } };
		char *in = malloc(rows[i].len + (rows[i].len == 0)), got_facts[8];
		struct span got;

		memcpy(in, rows[i].in, rows[i].len);
		got = charset_to_utf8(arena, span_of(rows[i].label), span_make(in, rows[i].len), 1000, &facts);
		render(got_facts, &facts);
		if (!span_eq(got, span_of(rows[i].out)) || strcmp(got_facts, rows[i].facts) != 0) {
			print_error("row %zu %s: got \"%.*s\" %s, want \"%s\" %s\n", i, rows[i].label, SPAN_ARG(got), got_facts, rows[i].out, rows[i].facts);
			bad++;
		}
		free(in);
		arena_free(&arena);
	}
	assert_int_equal(bad, 0);
}

static void test_no_copy(void **state)
{
	struct arena *arena = arena_new(0);
	struct facts facts = { { 0 } };
	struct span ascii = SPAN_LIT("plain ascii"), utf8 = SPAN_LIT("gr\xc3\xbc\xc3\x9f");

	(void)state;
	assert_ptr_equal(charset_to_utf8(arena, SPAN_LIT("koi8-r"), ascii, 100, &facts).p, ascii.p);
	assert_ptr_equal(charset_to_utf8(arena, SPAN_LIT("utf-8"), utf8, 100, &facts).p, utf8.p);
	assert_ptr_equal(charset_to_utf8(arena, SPAN_NONE, utf8, 100, &facts).p, utf8.p);
	arena_free(&arena);
}

/* The limit holds, is told, and never cuts a character. */
static void test_limit(void **state)
{
	static const char *const labels[] = { "utf-8", "iso-8859-1", "gb18030", "shift_jis", "utf-16le", "utf-32le", "utf-7", "", "us-ascii", "big5", "iso-2022-jp" };
	char in[400];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (char)(i % 3 == 0 ? 'a' : 0x80 + i * 7 % 128);
	for (size_t k = 0; k < sizeof(labels) / sizeof(*labels); k++) {
		struct arena *arena = arena_new(0);
		struct facts whole = { { 0 } };
		struct span all = charset_to_utf8(arena, span_of(labels[k]), span_make(in, sizeof(in)), 10000, &whole);

		assert_false(fact_has(&whole, FACT_TEXT_TRUNCATED));
		assert_true(all.len > 100);
		for (size_t max = 0; max <= all.len + 20; max++) {
			struct facts facts = { { 0 } };
			struct span got = charset_to_utf8(arena, span_of(labels[k]), span_make(in, sizeof(in)), max, &facts);

			assert_true(got.len <= max && utf8_valid(got));
			if (max >= all.len)
				assert_true(span_eq(got, all));
			else
				assert_true(fact_has(&facts, FACT_TEXT_TRUNCATED) && got.len + 4 > max);
		}
		arena_free(&arena);
	}
}

static void test_init_twice(void **state)
{
	struct arena *arena = arena_new(0);
	struct facts facts = { { 0 } };

	(void)state;
	charset_init();
	charset_init();
	assert_true(span_eq(charset_to_utf8(arena, SPAN_LIT("gb2312"), SPAN_LIT("\xc4\xe3"), 100, &facts), SPAN_LIT("\xe4\xbd\xa0")));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_copy),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_init_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
