/* Which domains can be taken for which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "checks/domain_likeness.h"

static const struct {
	const char *a, *b;
	enum domain_likeness want;
} rows[] = {
	{ "example.com", "example.com", DOMAIN_UNLIKE },
	{ "examp1e.com", "example.com", DOMAIN_LIKE_LOOKS },
	{ "exarnple.com", "example.com", DOMAIN_LIKE_LOOKS },
	{ "examp1e.net", "example.com", DOMAIN_LIKE_LOOKS },
	{ "g00dname.com", "goodname.com", DOMAIN_LIKE_LOOKS },
	{ "paypai.com", "paypal.com", DOMAIN_LIKE_LOOKS },
	{ "vvinter.de", "winter.de", DOMAIN_LIKE_LOOKS },
	{ "xn--exmple-4nf.com", "example.com", DOMAIN_LIKE_LOOKS }, /* Cyrillic a */
	{ "xn--broken-\xff.com", "example.com", DOMAIN_UNLIKE },
	{ "xn--fiqs8s.com", "example.com", DOMAIN_UNLIKE },
	{ "exmaple.com", "example.com", DOMAIN_LIKE_EDIT },
	{ "exampl.com", "example.com", DOMAIN_UNLIKE }, /* too short */
	{ "examplle.com", "example.com", DOMAIN_LIKE_EDIT },
	{ "examples.com", "example.com", DOMAIN_LIKE_EDIT },
	{ "exanple.com", "example.com", DOMAIN_LIKE_EDIT },
	{ "my-example.com", "myexample.com", DOMAIN_LIKE_EDIT },
	{ "exanple.net", "example.com", DOMAIN_UNLIKE },
	{ "exampel2.com", "example.com", DOMAIN_UNLIKE },
	{ "service24.com", "service25.com", DOMAIN_UNLIKE },
	{ "service2.com", "service.com", DOMAIN_UNLIKE },
	{ "mayer.de", "maier.de", DOMAIN_UNLIKE },
	{ "example.co", "example.com", DOMAIN_LIKE_SUFFIX },
	{ "example.cm", "example.com", DOMAIN_LIKE_SUFFIX },
	{ "example.con", "example.com", DOMAIN_LIKE_SUFFIX },
	{ "example.de", "example.com", DOMAIN_UNLIKE },
	{ "example.com", "example.co", DOMAIN_UNLIKE }, /* the imitation has the lesser suffix */
	{ "example.co.uk", "example.com", DOMAIN_UNLIKE },
	{ "abc.co", "abc.com", DOMAIN_UNLIKE },
	{ "com", "example.com", DOMAIN_UNLIKE },
	{ "", "example.com", DOMAIN_UNLIKE },
	{ "example.com", "", DOMAIN_UNLIKE },
	{ "entirely.com", "different.com", DOMAIN_UNLIKE },
};

static void test_likeness(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (domain_likeness(span_of(rows[i].a), span_of(rows[i].b)) != rows[i].want)
			fail_msg("%s and %s: %d", rows[i].a, rows[i].b, (int)domain_likeness(span_of(rows[i].a), span_of(rows[i].b)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_likeness) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
