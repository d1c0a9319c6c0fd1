/* Brands in texts and host names, and whose domain is whose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "checks/brands_table.h"

static char letter(char c)
{
	static const char digits[] = "ol2eas6789";

	return ascii_isdigit(c) ? digits[c - '0'] : c == 'i' ? 'l' : c;
}

static void skeleton_of(const char *phrase, char *out)
{
	for (; *phrase != '\0'; phrase++) {
		if (*phrase != ' ')
			*out++ = letter(*phrase);
	}
	*out = '\0';
}

static void test_phrases_are_sorted(void **state)
{
	char before[64] = "", now[64];

	(void)state;
	for (size_t i = 0; i < brand_nphrases; i++) {
		assert_true(strlen(brand_phrases[i].text) < 48);
		skeleton_of(brand_phrases[i].text, now);
		if (strcmp(before, now) >= 0)
			fail_msg("%s", brand_phrases[i].text);
		memcpy(before, now, sizeof(now));
	}
}

static void test_every_brand_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < BRAND_N; i++) {
		assert_non_null(brand_table[i].name);
		assert_true(strlen(brand_table[i].domains) > 0);
	}
}

static void test_every_phrase_is_found(void **state)
{
	struct brand_match m[4];
	char text[80];

	(void)state;
	for (size_t i = 0; i < brand_nphrases; i++) {
		size_t n;

		snprintf(text, sizeof(text), "%s: Support", brand_phrases[i].text);
		n = brand_find(span_of(text), m, 4);
		if (n == 0 || m[0].brand != &brand_table[brand_phrases[i].brand])
			fail_msg("%s", text);
	}
}

/* brand: NULL when none may be found. */
static void test_texts(void **state)
{
	static const struct {
		const char *text, *brand;
		bool disguised;
	} rows[] = {
		{ "PayPal", "PayPal", false },
		{ "Ihr PayPal-Konto", "PayPal", false },
		{ "PAYPAL SERVICE", "PayPal", false },
		{ "PayPaI Kundenservice", "PayPal", true },
		{ "P\xd0\xb0yPal", "PayPal", true },
		{ "Paypa1", "PayPal", true },
		{ "Pay\xe2\x80\x8bPal", "PayPal", true },
		{ "P a y P a l", "PayPal", true },
		{ "\xf0\x9d\x97\xa3\xf0\x9d\x97\xae\xf0\x9d\x98\x86\xf0\x9d\x97\xa3\xf0\x9d\x97\xae\xf0\x9d\x97\xb9", "PayPal", true },
		{ "Pay Pal", "PayPal", false },
		{ "Micr0soft account team", "Microsoft", true },
		{ "Wells-Fargo Online", "Wells Fargo", false },
		{ "WellsFargo", "Wells Fargo", false },
		{ "Société Générale", "Société Générale", false },
		{ "Soci\xc3\xa9t\xc3\xa9 G\xc3\xa9n\xc3\xa9rale", "Société Générale", false },
		{ "Apple", "Apple", false },
		{ "Apple Support", "Apple", false },
		{ "Apple Tree Farm", NULL, false },
		{ "Fiona Apple", NULL, false },
		{ "Chase", NULL, false },
		{ "Chase Mortimer", NULL, false },
		{ "Chase Alerts", "Chase", false },
		{ "Purchase Department", NULL, false },
		{ "Meeting at T. Meier", NULL, false },
		{ "AT&T", "AT&T", false },
		{ "Lowe's", "Lowe's", false },
		{ "DHL Express", "DHL", false },
		{ "Sendhl", NULL, false },
		{ "O2", "O2", false },
		{ "Peter (O2)", NULL, false },
		{ "Papal Visit", NULL, false },
		{ "", NULL, false },
		{ "   ", NULL, false },
		{ "\xff\xfe", NULL, false },
		{ "Anna Berger", NULL, false },
		/* Ordinary words of other languages. */
		{ "Uber Support", "Uber", false },
		{ "\xc3\x9c" "ber Support", NULL, false },
		{ "Bestellung \xc3\xbc" "ber Konto", NULL, false },
		{ "Bestellung u\xcc\x88" "ber Konto", NULL, false },
		{ "Bestellung ueber Konto", NULL, false },
		{ "Pa\xc3\xbdpal", "PayPal", false },
		{ "Apple \xc3\xa0 la carte: service", NULL, false },
		{ "Discover our new online shop", NULL, false },
		{ "Orange juice and your order", NULL, false },
		{ "Ein Visum, ein Visa und unser Service", NULL, false },
		{ "Otto Meier, Kundendienst", NULL, false },
		{ "Visa Card Services", "Visa", false },
		{ "Kleinanzeigen", "Kleinanzeigen", false },
		{ "Kram & Co. Kleinanzeigen", NULL, false },
		{ "Finanzamt Musterstadt", NULL, false },
		{ "Finanzamt", "Finanzamt", false },
		{ "Kristina Elster", NULL, false },
		{ "Ameli Huber", NULL, false },
		{ "Allianz der Gartenfreunde", NULL, false },
		{ "Nuestro sitio web de noticias", NULL, false },
		{ "New post at our blog", NULL, false },
		{ "Correos de la semana", NULL, false },
	};
	struct brand_match m[4];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = brand_find(span_of(rows[i].text), m, 4);

		if ((n != 0) != (rows[i].brand != NULL) || (n != 0 && strcmp(m[0].brand->name, rows[i].brand) != 0))
			fail_msg("\"%s\": %s", rows[i].text, n != 0 ? m[0].brand->name : "none");
		if (n != 0 && m[0].disguised != rows[i].disguised)
			fail_msg("\"%s\": disguised %d", rows[i].text, m[0].disguised);
	}
}

static void test_several(void **state)
{
	struct brand_match m[2];
	char *longtext = malloc(100000);

	(void)state;
	assert_int_equal(brand_find(SPAN_LIT("PayPal, Netflix, PayPal and DHL"), m, 2), 2);
	assert_string_equal(m[0].brand->name, "PayPal");
	assert_true(span_eq(m[1].word, SPAN_LIT("Netflix")));
	assert_int_equal(brand_find(SPAN_LIT("DHL"), m, 2), 1);
	assert_true(m[0].whole);
	memset(longtext, 'p', 100000);
	assert_int_equal(brand_find(span_make(longtext, 100000), m, 2), 0);
	free(longtext);
}

static void test_owners(void **state)
{
	static const struct {
		const char *brand, *host;
		bool owns;
	} rows[] = {
		{ "PayPal", "paypal.com", true }, { "PayPal", "mail.PayPal.de", true }, { "PayPal", "paypal.co.uk", true }, { "PayPal", "paypal.com.br", true },
		{ "PayPal", "paypal.com.", true }, { "PayPal", "notpaypal.com", false }, { "PayPal", "paypal.com.example.org", false }, { "PayPal", "paypal.xyz", false },
		{ "PayPal", "paypal-communication.com", true }, { "PayPal", "", false }, { "PayPal", "com", false }, { "PayPal", "paypal", false },
		{ "Google", "mail.google", true }, { "Google", "google.co.jp", true }, { "Crédit Agricole", "ca-paris.fr", true },
		{ "Crédit Agricole", "mail.ca-paris.fr", true }, { "Crédit Agricole", "ca-paris.example", false }, { "GOV.UK", "tax.service.gov.uk", true },
		{ "Microsoft", "tenant.onmicrosoft.com", false }, { "USPS", "usps.com", true }, { "USPS", "usps.com.co", false }, { "USPS", "x-usps.com", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct brand *brand = NULL;

		for (size_t b = 0; b < BRAND_N; b++) {
			if (strcmp(brand_table[b].name, rows[i].brand) == 0)
				brand = &brand_table[b];
		}
		assert_non_null(brand);
		if (brand_owns(brand, span_of(rows[i].host)) != rows[i].owns)
			fail_msg("%s: %s", rows[i].brand, rows[i].host);
	}
}

static void test_hosts(void **state)
{
	static const struct {
		const char *host, *registered;
		enum brand_likeness likeness;
	} rows[] = {
		{ "paypal.com", "paypal.com", BRAND_HOST_NONE },
		{ "www.paypal.de", "paypal.de", BRAND_HOST_NONE },
		{ "facebookmail.com", "facebookmail.com", BRAND_HOST_NONE },
		{ "example.com", "example.com", BRAND_HOST_NONE },
		{ "paypal.example", "paypal.example", BRAND_HOST_SAME_NAME },
		{ "paypal-security.example", "paypal-security.example", BRAND_HOST_WORD },
		{ "secure-paypal.example", "secure-paypal.example", BRAND_HOST_WORD },
		{ "mypaypalverify.example", "mypaypalverify.example", BRAND_HOST_WORD },
		{ "deutschebank-login.example", "deutschebank-login.example", BRAND_HOST_WORD },
		{ "dhl.example", "dhl.example", BRAND_HOST_NONE },
		{ "dhl-paket.example", "dhl-paket.example", BRAND_HOST_WORD },
		{ "paypa1.example", "paypa1.example", BRAND_HOST_SIMILAR },
		{ "paypall.example", "paypall.example", BRAND_HOST_SIMILAR },
		{ "payapl.example", "payapl.example", BRAND_HOST_SIMILAR },
		{ "arnazon.example", "arnazon.example", BRAND_HOST_SIMILAR },
		{ "rnicrosoft-login.example", "rnicrosoft-login.example", BRAND_HOST_SIMILAR },
		{ "micorsoft.example", "micorsoft.example", BRAND_HOST_SIMILAR },
		{ "xn--pypal-4ve.example", "xn--pypal-4ve.example", BRAND_HOST_SIMILAR },
		{ "paypal.com.example.org", "example.org", BRAND_HOST_SUBDOMAIN },
		{ "paypal.evil.example", "evil.example", BRAND_HOST_SUBDOMAIN },
		{ "apple-support.example", "apple-support.example", BRAND_HOST_WORD },
		{ "support-apple.example", "support-apple.example", BRAND_HOST_WORD },
		{ "appletree.example", "appletree.example", BRAND_HOST_NONE },
		{ "finanzamt-musterstadt.example", "finanzamt-musterstadt.example", BRAND_HOST_NONE },
		{ "finanzamt-konto.example", "finanzamt-konto.example", BRAND_HOST_WORD },
		{ "xn--ber-service-shb.example", "xn--ber-service-shb.example", BRAND_HOST_NONE },
		{ "kruse-kleinanzeigen.example", "kruse-kleinanzeigen.example", BRAND_HOST_NONE },
		{ "pineapple.example", "pineapple.example", BRAND_HOST_NONE },
		{ "purchase.example", "purchase.example", BRAND_HOST_NONE },
		{ "papal.example", "papal.example", BRAND_HOST_NONE },
		{ "amazone.example", "amazone.example", BRAND_HOST_NONE },
		{ "goggle.example", "goggle.example", BRAND_HOST_NONE },
		{ "sendhl.example", "sendhl.example", BRAND_HOST_NONE },
		{ "tenant.onmicrosoft.com", "onmicrosoft.com", BRAND_HOST_NONE },
		{ "suportemercadolivre", "suportemercadolivre", BRAND_HOST_WORD },
		{ "xn--.example", "xn--.example", BRAND_HOST_NONE },
		{ "", "", BRAND_HOST_NONE },
		{ "a", "a", BRAND_HOST_NONE },
		{ "a.example", "b.example", BRAND_HOST_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct brand *brand;
		enum brand_likeness likeness = brand_in_host(span_of(rows[i].host), span_of(rows[i].registered), &brand);

		if (likeness != rows[i].likeness || (brand != NULL) != (likeness != BRAND_HOST_NONE))
			fail_msg("%s: %d instead of %d", rows[i].host, (int)likeness, (int)rows[i].likeness);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_phrases_are_sorted),
		cmocka_unit_test(test_every_brand_is_complete),
		cmocka_unit_test(test_every_phrase_is_found),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
