/* Words of texts in several scripts, and sets of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "checks/words.h"

/* The words of text joined by '|'. */
static void assert_words(const char *text, const char *expected, bool plain)
{
	struct arena *arena = arena_new(0);
	struct buf out = BUF_INIT(arena);
	struct span rest = span_of(text), word;

	while (plain ? words_next_plain(&rest, &word) : words_next(&rest, &word)) {
		if (out.len != 0)
			buf_add(&out, SPAN_LIT("|"));
		buf_add(&out, word);
	}
	assert_string_equal(arena_str(arena, buf_span(&out)), expected);
	arena_free(&arena);
}

static void test_words(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "", "" },
		{ " \n-", "" },
		{ "One, two3 (three)", "One|two3|three" },
		{ "für Käse", "für|Käse" },
		{ "no\u00a0break\u200bzero", "no|break|zero" },
		{ "a\u2014b \u20ac5", "a|b|5" },
		{ "привет мир", "привет|мир" },
		{ "abc漢字def", "abc|漢|字|def" },
		{ "x\U0001f600y", "x|y" },
		{ "end\xc2", "end" },
		{ "\xe3", "\xe3" },
		{ "\xf0", "\xf0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_words(cases[i].text, cases[i].words, false);
}

static void test_urls_are_passed_over(void **state)
{
	(void)state;
	assert_words("see https://www.example.com/a/b?c=d here", "see|here", true);
	assert_words("see <www.example.com/a> here", "see|here", true);
	assert_words("www is a word, example.com two", "www|is|a|word|example|com|two", true);
	assert_words("https://example.com", "", true);
}

static void test_count_stops(void **state)
{
	(void)state;
	assert_int_equal(words_count(SPAN_LIT("a b c d"), 10), 4);
	assert_int_equal(words_count(SPAN_LIT("a b c d"), 2), 2);
	assert_int_equal(words_count(SPAN_LIT(""), 2), 0);
}

static void test_set(void **state)
{
	static struct wordset set;

	(void)state;
	wordset_init(&set);
	wordset_add_text(&set, SPAN_LIT("The quick brown fox at http://example.com/hidden"), 3, 100);
	assert_int_equal(set.n, 4);
	assert_true(wordset_has(&set, SPAN_LIT("QUICK")));
	assert_false(wordset_has(&set, SPAN_LIT("at")));
	assert_false(wordset_has(&set, SPAN_LIT("hidden")));
	assert_false(wordset_add(&set, SPAN_LIT("Fox")));
	assert_true(wordset_add(&set, SPAN_LIT("dog")));
	wordset_init(&set);
	wordset_add_text(&set, SPAN_LIT("one two three"), 1, 2);
	assert_int_equal(set.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_urls_are_passed_over),
		cmocka_unit_test(test_count_stops),
		cmocka_unit_test(test_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
