/* The list of free mail domains: its order, and the look-up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "checks/freemail.h"

static void test_sorted(void **state)
{
	size_t n;
	const char *const *v = freemail_list(&n);

	(void)state;
	for (size_t i = 1; i < n; i++) {
		if (span_cmp(span_of(v[i - 1]), span_of(v[i])) >= 0)
			fail_msg("%s stands before %s", v[i - 1], v[i]);
	}
}

static void test_every_entry_is_found(void **state)
{
	size_t n;
	const char *const *v = freemail_list(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_true(freemail_is(span_of(v[i])));
}

static void test_lookup(void **state)
{
	static const struct {
		const char *domain;
		bool free;
	} rows[] = {
		{ "gmail.com", true }, { "GMail.Com", true }, { "gmx.de.", true }, { "126.com", true }, { "zoho.eu", true }, { "gmail.co", false },
		{ "gmail.com.example.org", false }, { "mail.gmail.com", false }, { "", false }, { ".", false }, { "gmai", false }, { "gmail.comm", false },
		{ "example.com", false }, { "zzz", false }, { "0", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (freemail_is(span_of(rows[i].domain)) != rows[i].free)
			fail_msg("%s", rows[i].domain);
	}
	assert_false(freemail_is(SPAN_NONE));
	assert_false(freemail_is(SPAN_LIT("gmail.com\0")));
	assert_false(freemail_is(SPAN_LIT("gmail\0com")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_every_entry_is_found),
		cmocka_unit_test(test_lookup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
