#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "mail/header.h"

static const struct {
	const char *text;
	bool ok;
	int64_t time;
	int zone;
} rows[] = {
	{ "Fri, 21 Nov 1997 09:55:06 -0600", true, 880127706, -360 },
	{ "21 Nov 97 09:55:06 GMT", true, 880106106, 0 },
	{ "Thu, 1 Jan 1970 00:00:00 +0000", true, 0, 0 },
	{ "Wed, 31 Dec 1969 23:59:59 +0000", true, -1, 0 },
	{ "Thu, 29 Feb 2024 12:00:00 +0530", true, 1709188200, 330 },
	{ "29 Feb 2023 12:00:00 +0000", false, 0, 0 },
	{ "29 Feb 1900 12:00:00 +0000", false, 0, 0 },
	{ "29 Feb 2000 00:00:00 +0000", true, 951782400, 0 },
	{ "Tue, 1 Jul 2003 10:52:37 +0200 (CEST)", true, 1057049557, 120 },
	{ "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)", true, -27723480, -210 },
	{ "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", true, 880127706, -360 },
	{ "(a (nested \\) one)) 21 Nov 1997 09:55:06 -0600", true, 880127706, -360 },
	{ "21 Nov 1997 09:55 EST", true, 880124100, -300 },
	{ "21 Nov 1997 09:55:06 PDT", true, 880131306, -420 },
	{ "21 Nov 1997 09:55:06 X", true, 880106106, 0 },
	{ "21 Nov 1997 09:55:06", true, 880106106, 0 },
	{ "Friday, 21-November-97 09:55:06 UT", true, 880106106, 0 },
	{ "21 Nov 1997 23:59:60 +0000", true, 880156800, 0 },
	{ "21 Nov 49 00:00:00 +0000", true, 2521065600, 0 },
	{ "21 Nov 50 00:00:00 +0000", true, -603158400, 0 },
	{ "21 Nov 103 00:00:00 +0000", true, 1069372800, 0 },
	{ "31 Dec 9999 23:59:59 +0000", true, 253402300799, 0 },
	{ "", false, 0, 0 },
	{ "yesterday", false, 0, 0 },
	{ "Foo, 21 Nov 1997 09:55:06 +0000", false, 0, 0 },
	{ "21 Foo 1997 09:55:06 +0000", false, 0, 0 },
	{ "0 Nov 1997 09:55:06 +0000", false, 0, 0 },
	{ "31 Nov 1997 09:55:06 +0000", false, 0, 0 },
	{ "21 Nov 1997 24:00:00 +0000", false, 0, 0 },
	{ "21 Nov 1997 09:60:00 +0000", false, 0, 0 },
	{ "21 Nov 1997 09:55:61 +0000", false, 0, 0 },
	{ "21 Nov 1997 09:55:06 +00", false, 0, 0 },
	{ "21 Nov 1997 09:55:06 +0099", false, 0, 0 },
	{ "21 Nov 1997 09:55:06 +9900", false, 0, 0 },
	{ "21 Nov 1997 09:55:06 +0000 more", false, 0, 0 },
	{ "21 Nov 19970 09:55:06 +0000", false, 0, 0 },
	{ "021 Nov 1997 09:55:06 +0000", false, 0, 0 },
	{ "21 Nov 1997", false, 0, 0 },
	{ "(unclosed 21 Nov 1997 09:55:06 +0000", false, 0, 0 },
	{ "1997-11-21T09:55:06Z", false, 0, 0 },
};

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t t;
		int zone;
		bool ok = header_parse_date(span_of(rows[i].text), &t, &zone);

		if (ok != rows[i].ok || t != rows[i].time || zone != rows[i].zone)
			fail_msg("%s: %d %lld %d", rows[i].text, ok, (long long)t, zone);
	}
}

/* Every day of 200 years once: the calendar goes forward by one day each. */
static void test_calendar(void **state)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int64_t last = 0;
	bool first = true;
	size_t days = 0;

	(void)state;
	for (int i = 0; i < 200 * 12 * 31; i++) {
		char text[64];
		int64_t t;
		int zone;

		snprintf(text, sizeof(text), "%d %.3s %d 00:00:00 +0000", i % 31 + 1, months + i / 31 % 12 * 3, 1900 + i / 372);
		if (!header_parse_date(span_of(text), &t, &zone))
			continue;
		if (!first && t != last + 86400)
			fail_msg("%s", text);
		first = false;
		last = t;
		days++;
	}
	assert_int_equal(days, 73049);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_calendar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
