/* What the sender checks share: random words, domains, roles; look-alikes of letters; punycode. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "checks/punycode.h"
#include "checks/script.h"
#include "checks/sender.h"

static void test_random_words(void **state)
{
	static const char *const ordinary[] = {
		"example", "microsoft", "stayfriends", "schwarzkopf", "rechtsanwalt", "web2print", "1und1", "christmas", "hauptversammlung", "sparkassenversicherung",
		"pkwteile", "obsthof", "fachbuchhandlung", "acquired", "mcdonalds", "wordpress", "holzzentrum", "knutschfleck", "angstschweiss", "jfkairport",
		"karl.schwarzkopf1978", "max_mustermann", "a", "", "123456789", "2026", "mailserver12", "szczecin", "krzysztof",
	};
	static const char *const random[] = { "q60ve61v7g", "js1cqvupqn", "m9odprh1v7", "9x4uoqb4gy", "xq7zk2vbw9", "hjqxvzkw" };

	(void)state;
	for (size_t i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++) {
		if (sender_randomness(span_of(ordinary[i])) >= 3)
			fail_msg("%s: %u", ordinary[i], sender_randomness(span_of(ordinary[i])));
	}
	for (size_t i = 0; i < sizeof(random) / sizeof(random[0]); i++) {
		if (sender_randomness(span_of(random[i])) < 3)
			fail_msg("%s: %u", random[i], sender_randomness(span_of(random[i])));
	}
}

static void test_domains(void **state)
{
	static const struct {
		const char *domain;
		bool plausible;
	} rows[] = {
		{ "example.com", true }, { "example.com.", true }, { "b\xc3\xbc" "cher.example", true }, { "[192.0.2.1]", true }, { "xn--a.example", true },
		{ "example", false }, { "", false }, { ".", false }, { "..", false }, { "a..example", false }, { "%a.example", false }, { "a b.example", false },
		{ "example.c", false }, { "[", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (sender_domain_plausible(span_of(rows[i].domain)) != rows[i].plausible)
			fail_msg("%s", rows[i].domain);
	}
	assert_true(span_eq(sender_domain_of(SPAN_LIT("\"a@b\"@example.com")), SPAN_LIT("example.com")));
	assert_true(span_eq(sender_local_of(SPAN_LIT("anna@example.com")), SPAN_LIT("anna")));
	assert_int_equal(sender_domain_of(SPAN_LIT("anna")).len, 0);
}

static void test_roles(void **state)
{
	(void)state;
	assert_true(sender_tables_sorted());
	assert_true(sender_is_role(SPAN_LIT("NoReply")));
	assert_true(sender_is_role(SPAN_LIT("abuse")));
	assert_true(sender_is_role(SPAN_LIT("www-data")));
	assert_false(sender_is_role(SPAN_LIT("anna")));
	assert_false(sender_is_role(SPAN_NONE));
}

static void test_letters(void **state)
{
	static const struct {
		uint32_t cp;
		enum script script;
		char fold;
	} rows[] = {
		{ 'A', SCRIPT_LATIN, 'a' }, { '7', SCRIPT_COMMON, '7' }, { '-', SCRIPT_COMMON, 0 }, { 0xe4, SCRIPT_LATIN, 'a' }, { 0xdf, SCRIPT_LATIN, 's' },
		{ 0x17e, SCRIPT_LATIN, 'z' }, { 0x430, SCRIPT_CYRILLIC, 'a' }, { 0x438, SCRIPT_CYRILLIC, 0 }, { 0x3bf, SCRIPT_GREEK, 'o' },
		{ 0x1d5d4, SCRIPT_STYLED, 'a' }, { 0x1d7ce, SCRIPT_STYLED, '0' }, { 0x24d0, SCRIPT_STYLED, 'a' }, { 0xff21, SCRIPT_LATIN, 'a' },
		{ 0x200b, SCRIPT_COMMON, SCRIPT_SKIP }, { 0x301, SCRIPT_COMMON, SCRIPT_SKIP }, { 0x5d0, SCRIPT_OTHER, 0 }, { 0x4e00, SCRIPT_OTHER, 0 },
		{ 0x10ffff, SCRIPT_COMMON, 0 }, { 0x13a0, SCRIPT_CHEROKEE, 'd' }, { 0xd7, SCRIPT_COMMON, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (script_of(rows[i].cp) != rows[i].script || script_fold(rows[i].cp) != rows[i].fold)
			fail_msg("U+%04X: %d %d", rows[i].cp, (int)script_of(rows[i].cp), script_fold(rows[i].cp));
	}
	assert_true(script_tables_sorted());
}

static void test_mixed_words(void **state)
{
	static const struct {
		const char *text, *word;
	} rows[] = {
		{ "plain ASCII", NULL }, { "B\xc3\xa4" "ckerei M\xc3\xbcller", NULL }, { "P\xd0\xb0yPal", "P\xd0\xb0yPal" }, { "my P\xd0\xb0yPal account", "P\xd0\xb0yPal" },
		{ "\xd0\x94\xd0\xbe\xd0\xba\xd0\xbb\xd0\xb0\xd0\xb4 Anna", NULL }, { "\xce\xb2-Test", NULL }, { "", NULL }, { "\xff\xff", NULL },
	};
	struct span word;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool mixed = script_mixed_word(span_of(rows[i].text), &word);

		if (mixed != (rows[i].word != NULL) || (mixed && !span_eq(word, span_of(rows[i].word))))
			fail_msg("%s: %.*s", rows[i].text, SPAN_ARG(word));
	}
}

static void test_punycode(void **state)
{
	static const struct {
		const char *label, *text; /* NULL: none */
	} rows[] = {
		{ "xn--bcher-kva", "b\xc3\xbc" "cher" }, { "XN--Bcher-KVA", "b\xc3\xbc" "cher" }, { "xn--mnchen-3ya", "m\xc3\xbcnchen" },
		{ "xn--p1ai", "\xd1\x80\xd1\x84" }, { "xn--pypal-4ve", "p\xd0\xb0ypal" }, { "example", NULL }, { "xn--", NULL }, { "xn--99999999999", NULL },
		{ "xn--a!", NULL }, { "", NULL },
	};
	uint32_t cps[PUNYCODE_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = punycode_decode(span_of(rows[i].label), cps);
		struct buf b = BUF_INIT(NULL);

		for (size_t k = 0; k < n; k++)
			utf8_add(&b, cps[k]);
		if ((n != 0) != (rows[i].text != NULL) || (n != 0 && !span_eq(buf_span(&b), span_of(rows[i].text))))
			fail_msg("%s: %.*s", rows[i].label, SPAN_ARG(buf_span(&b)));
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_words),
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_mixed_words),
		cmocka_unit_test(test_punycode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
