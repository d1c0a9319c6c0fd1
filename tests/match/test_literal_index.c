/* The literal index finds what a plain search finds: every place, without case, word borders where they are asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/ascii.h"
#include "match/literal_index.h"

#define LITERAL(s, w, e) { SPAN_LIT(s), w, e }

struct seen {
	struct arena *arena;
	struct place {
		uint32_t literal;
		size_t begin;
	} *v;
	size_t n, cap;
};

static void note(void *ctx, uint32_t literal, size_t begin)
{
	struct seen *s = ctx;

	*ARRAY_ADD(s->arena, s->v, s->n, s->cap) = (struct place){ literal, begin };
}

static bool is_word(char c)
{
	return ascii_isalnum(c) || c == '_';
}

static bool plain(struct span text, size_t at, const struct literal *l)
{
	size_t end = at + l->text.len;

	if (end > text.len || !span_case_eq(span_sub(text, at, l->text.len), l->text))
		return false;
	if (l->word && is_word(l->text.p[0]) && at > 0 && is_word(text.p[at - 1]))
		return false;
	return !(l->word_end && is_word(l->text.p[l->text.len - 1]) && end < text.len && is_word(text.p[end]));
}

static void compare(const struct literal *literals, size_t n, struct span text)
{
	struct arena *arena = arena_new(0);
	struct seen seen = { .arena = arena };
	size_t expected = 0;

	literal_index_scan(literal_index_new(arena, literals, n), text, note, &seen);
	for (size_t i = 0; i < n; i++) {
		for (size_t at = 0; at < text.len; at++)
			expected += plain(text, at, &literals[i]);
	}
	assert_int_equal(seen.n, expected);
	for (size_t i = 0; i < seen.n; i++)
		assert_true(plain(text, seen.v[i].begin, &literals[seen.v[i].literal]));
	arena_free(&arena);
}

static void test_table(void **state)
{
	static const struct literal literals[] = {
		LITERAL("won", false, false), LITERAL("won", true, false), LITERAL("won", true, true), LITERAL("account", false, false), LITERAL("account", true, true),
		LITERAL("your account", true, false), LITERAL(" to ", true, true), LITERAL("%%x%%", true, true), LITERAL("\xc3\xa4hnlich", true, false), LITERAL("a\0b", false, false),
		LITERAL("aaaa", false, false), LITERAL("[@]`", false, false),
	};
	static const struct span texts[] = {
		SPAN_LIT(""), SPAN_LIT("wo"), SPAN_LIT("won"), SPAN_LIT("WON wonder swON won_"), SPAN_LIT("Your ACCOUNT accounts discount"), SPAN_LIT("go to it to  to"), SPAN_LIT("a%%X%%b"),
		SPAN_LIT("un\xc3\xa4hnlich \xc3\xa4hnlichkeit"), SPAN_LIT("A\0B a\0"), SPAN_LIT("aaaaaaa"), SPAN_LIT("{@}` [@]` ;@=@"), SPAN_LIT("\x57\x4f\x4e\x17\x0f\x0e"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		compare(literals, sizeof(literals) / sizeof(*literals), texts[i]);
}

/* Few letters, so that much is found. */
static void test_random(void **state)
{
	static const char letters[] = "abAB _1";
	struct literal literals[300];
	char bytes[300][8], text[5000];
	unsigned seed = 7;

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		size_t len = 3 + (size_t)rand_r(&seed) % 6;

		for (size_t k = 0; k < len; k++)
			bytes[i][k] = ascii_tolower(letters[(size_t)rand_r(&seed) % 7]);
		literals[i] = (struct literal){ span_make(bytes[i], len), rand_r(&seed) % 2 == 0, rand_r(&seed) % 2 == 0 };
	}
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = letters[(size_t)rand_r(&seed) % 7];
	compare(literals, 300, span_make(text, sizeof(text)));
	for (size_t len = 0; len < 40; len++)
		compare(literals, 300, span_make(text, len));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_random) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
