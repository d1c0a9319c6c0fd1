/* The plain form of texts and patterns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "mail/fold.h"

struct row {
	const char *text, *want;
};

static const struct row texts[] = {
	{ "", "" }, { "plain text.\nline", "plain text.\nline" }, { "a  b", "a b" }, { "a \t b", "a b" }, { "a\tb", "a b" }, { "a \n b", "a\nb" }, { "a\r\n\r\nb", "a\nb" },
	{ "a\xc2\xa0 b", "a b" }, { "a \xc2\xa0" "b", "a b" }, { "a \xe2\x80\x8b b", "a b" }, { "a\xe2\x80\xa8" "b", "a\nb" }, { " a ", " a " }, { "a\x01  b", "a\x01 b" },
	{ "Überweisung für Größe", "Uberweisung fur Grosse" }, { "U\xcc\x88" "ber", "Uber" }, { "œuvre Ærø Łódź", "oeuvre AEro Lodz" }, { "v\xc2\xadi\xe2\x80\x8b" "agra", "viagra" },
	{ "\xe2\x80\xae" "abc\xe2\x80\xac", "abc" }, { "❤\xef\xb8\x8f", "❤" },
	{ "РауРаl", "PayPal" },         /* Cyrillic but for the last letter */
	{ "pаypаl", "paypal" },         /* Cyrillic а */
	{ "Αmazοn", "Amazon" },         /* Greek */
	{ "Привет мир", "Привет мир" }, /* words of another script stay */
	{ "оса и рост", "оса и рост" }, /* also those of look-alikes alone, where such a script is written */
	{ "раураl сосо", "paypal coco" },
	{ "ёжик и\xcc\x86 й", "ежик и и" }, { "Ελλάδα", "Ελλαδα" }, { "ᎪᎡᎡᏞᎬ ID", "ARRLE ID" },
	{ "ＦＵＬＬ　ｗｉｄｔｈ", "FULL width" }, { "𝐁𝐨𝐥𝐝 𝓼𝓬𝓻𝓲𝓹𝓽 𝟙𝟚", "Bold script 12" }, { "ⓐⒷ① 🅰🅿 🄿", "aB1 AP P" }, { "x²ⁿ ₁ ½", "x2n 1 1/2" }, { "ᴘᴀʏ ɴᴏᴡ ꜰʀᴇᴇ", "pay now free" }, { "ﬁne ™ №", "fine TM No" },
	{ "“a” ‘b’ „c“ – — • … «d»", "\"a\" 'b' \"c\" - - * ... \"d\"" }, { "日本語 テスト", "日本語 テスト" }, { "1€ £5", "1€ £5" }, { "가나다", "가나다" },
	{ "naïve café", "naive cafe" }, { "đ ħ ŧ ƒ ɨ", "d h t f i" },
};

static const struct row patterns[] = {
	{ "über", "uber" }, { "\\bÜ", "\\bU" }, { "[äöü]", "[aou]" }, { "[ßx]", "[sx]" }, { "Stra[ßs]e", "Stra[ss]e" }, { "ß?", "(?:ss)?" }, { "ß", "ss" }, { "a  b", "a  b" },
	{ "a\xc2\xa0" "b", "a\\ b" }, { "…", "\\.\\.\\." }, { "•+", "\\*+" }, { "[–x]", "[\\-x]" }, { "[a–z]", "[a\\-z]" }, { "€?", "(?:€)?" }, { "€", "€" }, { "\\bрау", "\\bрау" },
	{ "pаy", "pay" }, { "\\xe4раy", "\\xe4pay" }, { "мир", "мир" }, { "рос", "рос" }, { "[[:alpha:]ß]", "[[:alpha:]s]" }, { "[]ß]", "[]s]" }, { "e\xcc\x81?", "e?" }, { "plain [x]", "plain [x]" },
};

static void check(struct span (*fold)(struct arena *, struct span), const struct row *rows, size_t n)
{
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < n; i++) {
		struct span text = span_of(rows[i].text), got = fold(arena, text);

		if (!span_eq(got, span_of(rows[i].want)))
			fail_msg("\"%s\": \"%.*s\" instead of \"%s\"", rows[i].text, SPAN_ARG(got), rows[i].want);
		assert_true(utf8_valid(got));
	}
	arena_free(&arena);
}

static void test_text(void **state)
{
	(void)state;
	check(fold_text, texts, sizeof(texts) / sizeof(*texts));
}

static void test_pattern(void **state)
{
	(void)state;
	check(fold_pattern, patterns, sizeof(patterns) / sizeof(*patterns));
}

static void test_no_copy(void **state)
{
	struct arena *arena = arena_new(0);
	struct span text = SPAN_LIT("Plain text, in lines.\nNothing to do.\n");

	(void)state;
	assert_ptr_equal(fold_text(arena, text).p, text.p);
	assert_ptr_equal(fold_pattern(arena, text).p, text.p);
	arena_free(&arena);
}

/* Every character alone: valid, no more than three times as long, and what came out stays as it is. */
static void test_all(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (uint32_t cp = 0; cp < 0x110000; cp++) {
		struct buf b = BUF_INIT(arena);
		struct span once, twice;

		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		buf_char(&b, 'x');
		utf8_add(&b, cp);
		buf_char(&b, 'x');
		once = fold_text(arena, buf_span(&b));
		twice = fold_text(arena, once);
		if (!utf8_valid(once) || once.len - 2 > 3 * (b.len - 2) || !span_eq(once, twice))
			fail_msg("U+%04X: \"%.*s\", then \"%.*s\"", cp, SPAN_ARG(once), SPAN_ARG(twice));
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_text), cmocka_unit_test(test_pattern), cmocka_unit_test(test_no_copy), cmocka_unit_test(test_all) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
