/* Sets of patterns with and without prefilter: the same hits; numbers, bits, compiled bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "match/pattern_set.h"

struct row {
	const char *pattern;
	unsigned flags;
};

static const struct row rows[] = {
	{ "viagra", REGEX_CASELESS }, { "\\bfoo\\b", 0 }, { "\\Afoo", 0 }, { "foo\\z", 0 }, { "foo\\Z", 0 }, { "^foo$", 0 }, { "^bar", REGEX_MULTILINE },
	{ "foo$", REGEX_MULTILINE }, { "foo\\s$", 0 }, { "foo\\n\\z", 0 }, { "[^x]$", 0 }, { "\\W\\z", 0 }, { "(?:a|\\n)$", 0 }, { "o\\s*$", 0 }, { "\\Gfoo", 0 },
	{ "foo\\n\\B", 0 }, { "\\Bo", 0 }, { "(?<!x)foo(?=bar)", 0 }, { "(?!a)b", 0 }, { "foo(?!bar)", 0 }, { "(?<=o)b", 0 }, { "foo(?=\\s*\\z)", 0 },
	{ "(?=foo)\\w+b", 0 }, { "(\\w)\\1", 0 }, { "(?<n>o)\\k<n>b", 0 }, { "a\\Kb", 0 }, { "foo\\Kbar", 0 }, { "(?i)FOO(?-i)bar", 0 }, { "x(?i:Y)z", 0 },
	{ "foo(?-i:bar)", REGEX_CASELESS }, { "(?i:[^a])b", 0 }, { "f o o # c", REGEX_EXTENDED }, { "(?x: b a r )", 0 }, { "a+ +b", REGEX_EXTENDED }, { "a*", 0 },
	{ "^$", 0 }, { "", 0 }, { "(?:)", 0 }, { "a?b?", 0 }, { "x|", 0 }, { "$", 0 }, { "\\b", 0 }, { "a++b", 0 }, { "(?>a+)b", 0 }, { "a*+b", 0 }, { "(?:ab)?+c", 0 },
	{ "(\\((?:[^()]|(?1))*\\))", 0 }, { "(a(?1)?b)", 0 }, { "(?R)?x", 0 }, { "(?(?=a)ab|cd)", 0 }, { "(a)?(?(1)b|c)", 0 }, { "\xc3\xbc" "ber", REGEX_CASELESS },
	{ "[\xc3\xa4\xc3\xb6]", 0 }, { "\\xe2\\x82\\xac", 0 }, { "\xc4\xd6", REGEX_CASELESS }, { "\xa0", 0 }, { "\\h\\S", 0 }, { "[[:alpha:]]{5}", 0 }, { "[[:^print:]]", 0 },
	{ "[\\Q]\\E]", 0 }, { "\\Qa.b\\E", 0 }, { "\\Q", 0 }, { "a{3}", 0 }, { "a{2,3}b", 0 }, { "a{,2}b", 0 }, { "(?:foo ?){40,}", 0 }, { "x.{2000}y", 0 },
	{ "(?:\\w{1,60000} ){2}", 0 }, { "[a-z]{65000}", 0 }, { "x{0}foo", 0 }, { "\\R", 0 }, { "\\X{3}", 0 }, { "\\N+b", 0 }, { "\\C{4}", 0 }, { "\\p{Lu}", 0 },
	{ "\\cA", 0 }, { "\\e|\\0", 0 }, { "\\101", 0 }, { "[\\101-\\103]", 0 }, { "\\x{42}", 0 }, { "(?s).\\n.", 0 }, { "foo.bar", REGEX_DOTALL }, { "foo.bar", 0 },
	{ "(?|a(b)|c(d))", 0 }, { "(?#no)foo", 0 }, { "(*SKIP)foo", 0 }, { "foo(*ACCEPT)x", 0 }, { "(?m)^b", 0 }, { "(?:^|\\s)bar", 0 }, { "bar(?:\\s|$)", 0 },
	{ "\\n", 0 }, { "\\n\\n", 0 }, { "o\\nb", 0 }, { "[^a-z]{2}", 0 }, { "\\D\\d\\D", 0 }, { "[[:<:]]foo[[:>:]]", 0 }, { "{a}", 0 }, { "a{b", 0 }, { "]", 0 },
	{ "(?:some |one )?words? of", 0 }, { "[a-z ]{0,9}(?:nothing|three) to", 0 }, { "(?:a\\s+|some\\s)?(?:text|words) (?:that|of)\\b", 0 }, { ".{3}nothing", 0 },
	{ "(?:many|times|hundred){1,2}", REGEX_CASELESS }, { "(?<=with )any", 0 }, { "\\w+ of them", 0 }, { "(of) (them|text|kind)", 0 }, { "x?y?z? has", 0 },
	{ "(?^i:QQ)", 0 }, { "\\x{456}|foo", 0 }, { ".*foo.*bar", 0 }, { "https?://[^/\\s]+/\\S*\\.exe", REGEX_CASELESS },
};

static const char *const texts[] = {
	"", "foo", "foo\n", "a foo", "foobar", "foo bar", "foo\nbar", "bar", "bar\n", "\n", "\n\n", "a", "ab", "aab", "aaab", "aaabc", "abab", "abb", "b", "x", "xyz xYz",
	"FOObar fooBAR", "VIAGRA", "viaGra now", "o", "oo", "oob", "ob", "foo\t", "foo\r\n", "foo \n", "(a(b)c)", "aabb", "cd", "c", "\xc3\xbc" "ber \xc3\x9c" "BER",
	"\xe2\x82\xac 5", "\xc4\xd6 \xe4\xf6", "a\xa0z", "\x01\x02", "\x1b", "]", "a.b", "A1B", "q", "qq QQ", "{a}", "a{b", "A B C", "http://h/x.exe HTTPS://h/Y.EXE",
	"foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo foo ",
	"some words of a text that has nothing to do with any of them, 100 times", "\r", "x\ny", "a\n\nb", " ", "  ", "one two three",
};

#define EMPTY 34 /* the number of "a*" */

static struct pattern_set *make(struct arena *arena)
{
	struct pattern_set *set = pattern_set_new(arena, "test");

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err;
		unsigned id;

		if (!pattern_set_add(set, span_of(rows[i].pattern), rows[i].flags, &id, &err))
			fail_msg("%s: %s", rows[i].pattern, err.text);
		assert_int_equal(id, i);
	}
	return set;
}

static void attach(struct pattern_set *set, const uint64_t *left_out)
{
	struct buf bytes = BUF_INIT(NULL);
	struct err err;

	if (!prefilter_compile(set, left_out, &bytes, &err) || !prefilter_attach(set, buf_span(&bytes), &err))
		fail_msg("%s", err.text);
	buf_free(&bytes);
}

/* Looked for at its places alone, every pattern finds what it finds in the whole text; from every offset. */
static void compare_places(const struct pattern_set *set, struct regex_memory *memory, struct span text)
{
	struct pattern_places *places = calloc(pattern_set_count(set), sizeof(*places));
	uint64_t bits[8] = { 0 };

	assert_non_null(places);
	pattern_set_candidates(set, text, bits, places);
	for (unsigned id = 0; id < pattern_set_count(set); id++) {
		for (size_t from = 0; from <= text.len; from = from * 2 + 1) {
			struct span a[2] = { { NULL, 0 } }, b[2] = { { NULL, 0 } };
			enum regex_result whole = regex_match(pattern_set_regex(set, id), memory, text, from, a, 2);

			if (!pattern_bit(bits, id) ? whole != REGEX_NO : pattern_set_match(set, id, memory, text, &places[id], from, b, 2) != whole)
				fail_msg("%.*s differs in \"%.*s\" from %zu", SPAN_ARG(pattern_set_text(set, id, NULL)), SPAN_ARG(text), from);
			if (pattern_bit(bits, id) && whole == REGEX_YES)
				assert_true(a[0].p == b[0].p && a[0].len == b[0].len && a[1].p == b[1].p && a[1].len == b[1].len);
		}
	}
	free(places);
}

/* Every pattern that matches a line is a candidate in "text"; returns how many are candidates. */
static size_t compare(const struct pattern_set *set, struct regex_memory *memory, struct span line, struct span text)
{
	uint64_t bits[8] = { 0 };
	size_t n = 0;

	pattern_set_candidates(set, text, bits, NULL);
	for (unsigned id = 0; id < pattern_set_count(set); id++) {
		n += pattern_bit(bits, id);
		if (!pattern_bit(bits, id) && regex_match(pattern_set_regex(set, id), memory, line, 0, NULL, 0) != REGEX_NO)
			fail_msg("missed: %.*s in \"%.*s\"", SPAN_ARG(pattern_set_text(set, id, NULL)), SPAN_ARG(text));
	}
	return n;
}

static void test_both_ways(void **state)
{
	size_t count = sizeof(rows) / sizeof(*rows), ntexts = sizeof(texts) / sizeof(*texts), candidates = 0;
	struct arena *arena = arena_new(0);
	struct pattern_set *set = make(arena);
	struct regex_memory *memory = regex_memory_new();
	struct buf all = BUF_INIT(arena);

	(void)state;
	assert_true(pattern_set_words(set) <= 8);
	if (prefilter_available())
		attach(set, NULL);
	else
		print_message("no vectorscan here\n");
	for (size_t i = 0; i < ntexts; i++) {
		struct span text = span_of(texts[i]);
		struct buf joined = BUF_INIT(arena);

		candidates += compare(set, memory, text, text);
		compare_places(set, memory, text);
		buf_printf(&joined, "word\n%s%sword\n", texts[i], span_ends(text, SPAN_LIT("\n")) ? "" : "\n");
		compare(set, memory, text, buf_span(&joined));
		buf_printf(&all, "%s%s", texts[i], span_ends(text, SPAN_LIT("\n")) ? "" : "\n");
	}
	for (size_t i = 0; i < ntexts; i++)
		compare(set, memory, span_of(texts[i]), buf_span(&all));
	compare_places(set, memory, buf_span(&all));
	/* Long enough that its pieces are more than the fewest bytes. */
	for (size_t len = all.len; all.len < 20000;)
		buf_add(&all, span_sub(buf_span(&all), 0, len));
	compare_places(set, memory, buf_span(&all));
	/* And it does filter. */
	if (prefilter_available())
		assert_true(candidates < ntexts * count / 2);
	else
		assert_int_equal(candidates, ntexts * count);
	regex_memory_free(&memory);
	arena_free(&arena);
}

static void test_numbers(void **state)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *set = pattern_set_new(arena, "numbers");
	unsigned a = 9, b = 9, c = 9, flags = 9;
	struct err err = { "" };
	uint64_t bits[1] = { 0 };

	(void)state;
	assert_true(pattern_set_add(set, SPAN_LIT("a"), 0, &a, &err) && pattern_set_add(set, SPAN_LIT("a"), REGEX_CASELESS, &b, &err));
	assert_true(pattern_set_add(set, SPAN_LIT("a"), 0, &c, &err));
	assert_true(a == 0 && b == 1 && c == 0);
	assert_false(pattern_set_add(set, SPAN_LIT("("), 0, &c, &err));
	assert_true(err.text[0] != '\0');
	assert_int_equal(pattern_set_count(set), 2);
	assert_string_equal(pattern_set_name(set), "numbers");
	assert_true(span_eq(pattern_set_text(set, 1, &flags), SPAN_LIT("a")) && flags == REGEX_CASELESS);
	assert_int_equal(pattern_set_words(set), 1);
	pattern_set_candidates(set, SPAN_LIT("x"), bits, NULL);
	assert_int_equal(bits[0], 3); /* without prefilter, all */
	arena_free(&arena);
}

static void test_left_out(void **state)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *set = make(arena);
	uint64_t left_out[8] = { 0 }, bits[8] = { 0 };

	(void)state;
	if (prefilter_available()) {
		left_out[0] = 3; /* "viagra", "foo" */
		attach(set, left_out);
		pattern_set_candidates(set, SPAN_LIT("zzz"), bits, NULL);
		assert_true(pattern_bit(bits, 0) && pattern_bit(bits, 1) && !pattern_bit(bits, 2));
		assert_true(prefilter_takes(set, 0));
		assert_true(span_eq(pattern_set_text(set, EMPTY, NULL), SPAN_LIT("a*")));
		assert_false(prefilter_takes(set, EMPTY)); /* it matches in an empty text */
	}
	arena_free(&arena);
}

/* Bytes that are damaged, cut, or of another set are refused, and all patterns are candidates as before. */
static void test_foreign_bytes(void **state)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *set = make(arena), *other = pattern_set_new(arena, "other");
	struct buf bytes = BUF_INIT(arena);
	struct err err = { "" };
	uint64_t bits[1] = { 0 };
	unsigned id;

	(void)state;
	assert_true(pattern_set_add(other, SPAN_LIT("abc"), 0, &id, &err));
	if (prefilter_available()) {
		assert_true(prefilter_compile(set, NULL, &bytes, &err));
		assert_false(prefilter_attach(other, buf_span(&bytes), &err));
		for (size_t len = 0; len < bytes.len; len += len < 200 ? 1 : bytes.len / 50)
			assert_false(prefilter_attach(set, span_sub(buf_span(&bytes), 0, len), &err));
		for (size_t i = 0; i < 32; i++) {
			bytes.p[i] ^= 0x40;
			assert_false(prefilter_attach(set, buf_span(&bytes), &err));
			bytes.p[i] ^= 0x40;
		}
		bytes.p[bytes.len / 2] ^= 1;
		assert_false(prefilter_attach(set, buf_span(&bytes), &err));
	}
	pattern_set_candidates(other, SPAN_LIT("x"), bits, NULL);
	assert_int_equal(bits[0], 1);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways), cmocka_unit_test(test_numbers), cmocka_unit_test(test_left_out), cmocka_unit_test(test_foreign_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
