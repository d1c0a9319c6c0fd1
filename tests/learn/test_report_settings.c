/* Which recipients are report addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "learn/report_settings.h"

static const struct span spam[] = { SPAN_LIT("report-spam@*"), SPAN_LIT("Junk@example.com"), SPAN_LIT("spam") };
static const struct span ham[] = { SPAN_LIT("report-ham@*") };
static const struct span domains[] = { SPAN_LIT("example.com"), SPAN_LIT(".example.org") };

static struct report_settings settings(void)
{
	return (struct report_settings){ .spam = { spam, 3 }, .ham = { ham, 1 }, .domains = { domains, 2 }, .per_hour = 10, .per_day = 10 };
}

static void tells_classes(void **state)
{
	static const struct {
		const char *address;
		int class; /* -1: none */
	} rows[] = {
		{ "report-spam@example.com", LEARN_SPAM }, { "REPORT-SPAM@Example.ORG", LEARN_SPAM }, { "report-ham@x", LEARN_HAM }, { "junk@EXAMPLE.com", LEARN_SPAM },
		{ "junk@example.org", -1 }, { "spam@anything", LEARN_SPAM }, { "spam", LEARN_SPAM }, { "no-report-spam@example.com", -1 }, { "report-spam+x@example.com", -1 },
		{ "", -1 }, { "@", -1 }, { "@example.com", -1 },
	};
	struct report_settings s = settings();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		enum learn_class class = LEARN_CLASSES;
		bool is = report_address_class(&s, span_of(rows[i].address), &class);

		if (is != (rows[i].class >= 0) || (is && (int)class != rows[i].class))
			fail_msg("%s: %d %d", rows[i].address, is, class);
	}
}

static void knows_own_domains(void **state)
{
	static const struct {
		const char *address;
		bool local;
	} rows[] = { { "a@example.com", true }, { "a@EXAMPLE.com", true }, { "a@sub.example.com", false }, { "a@sub.example.org", true }, { "a@example.org", false }, { "a@evil-example.com", false }, { "a", false }, { "", false }, { "a@", false } };
	struct report_settings s = settings();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (report_sender_is_local(&s, span_of(rows[i].address)) != rows[i].local)
			fail_msg("%s", rows[i].address);
	}
}

static void refuses_nonsense(void **state)
{
	static const struct {
		struct span address;
		bool good;
	} rows[] = { { SPAN_LIT("a@b"), true }, { SPAN_LIT("a@*"), true }, { SPAN_LIT("a"), true }, { SPAN_LIT("@b"), false }, { SPAN_LIT("a@"), false }, { SPAN_LIT("a@*.b"), false }, { SPAN_LIT(""), false }, { SPAN_LIT("report-ham@c"), false } };
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct report_settings s = settings();

		s.spam = (struct span_list){ &rows[i].address, 1 };
		if (report_setting_set.check(&s, &err) != rows[i].good)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(tells_classes), cmocka_unit_test(knows_own_domains), cmocka_unit_test(refuses_nonsense) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
