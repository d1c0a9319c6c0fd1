/* Sorted tables, and the tables of links.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "checks/links.h"
#include "checks/sorted.h"

static const char *const names[] = { "a", "ab", "b.example", "example", "sub.b.example", "z" };

static void test_index(void **state)
{
	static const struct {
		const char *key;
		size_t index;
	} cases[] = {
		{ "a", 0 }, { "AB", 1 }, { "b.Example", 2 }, { "z", 5 }, { "", SPAN_NPOS }, { "abc", SPAN_NPOS }, { "zz", SPAN_NPOS }, { "0", SPAN_NPOS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(SORTED_INDEX(names, span_of(cases[i].key)), cases[i].index);
	assert_int_equal(SORTED_INDEX(names, span_make("a\0", 2)), SPAN_NPOS);
}

static void test_domain_takes_the_longest(void **state)
{
	(void)state;
	assert_int_equal(SORTED_INDEX_DOMAIN(names, SPAN_LIT("x.sub.b.example")), 4);
	assert_int_equal(SORTED_INDEX_DOMAIN(names, SPAN_LIT("x.b.example")), 2);
	assert_int_equal(SORTED_INDEX_DOMAIN(names, SPAN_LIT("xb.example")), 3);
	assert_int_equal(SORTED_INDEX_DOMAIN(names, SPAN_LIT("example.net")), SPAN_NPOS);
	assert_int_equal(SORTED_INDEX_DOMAIN(names, SPAN_LIT("")), SPAN_NPOS);
}

static void test_order_is_told(void **state)
{
	static const char *const doubles[] = { "a", "a" }, *const unordered[] = { "b", "a" };

	(void)state;
	assert_true(sorted_is(names, SORTED_SIZES(names)));
	assert_false(sorted_is(doubles, SORTED_SIZES(doubles)));
	assert_false(sorted_is(unordered, SORTED_SIZES(unordered)));
}

static void test_link_tables(void **state)
{
	(void)state;
	assert_true(links_tables_sorted());
	assert_true(links_is_rewriter(SPAN_LIT("eur01.safelinks.protection.outlook.com")));
	assert_false(links_is_rewriter(SPAN_LIT("www.outlook.com")));
	assert_true(links_is_tracker(SPAN_LIT("u1.ct.sendgrid.net")));
	assert_false(links_is_tracker(SPAN_LIT("example.net")));
}

static void test_same_organisation(void **state)
{
	(void)state;
	assert_true(links_same_organisation(SPAN_LIT("example.de"), SPAN_LIT("EXAMPLE.co.uk")));
	assert_true(links_same_organisation(SPAN_LIT("ab.de"), SPAN_LIT("ab.de")));
	assert_false(links_same_organisation(SPAN_LIT("ab.de"), SPAN_LIT("ab.com")));
	assert_false(links_same_organisation(SPAN_LIT("example.de"), SPAN_LIT("examples.de")));
	assert_false(links_same_organisation(SPAN_LIT(""), SPAN_LIT("")));
}

static void test_private(void **state)
{
	static const struct {
		struct url url;
		bool is;
	} cases[] = {
		{ { .host_ascii = { "192.168.1.4", 11 }, .flags = URL_IP }, true },
		{ { .host_ascii = { "203.0.113.4", 11 }, .flags = URL_IP }, false },
		{ { .host_ascii = { "fe80::1", 7 }, .flags = URL_IP }, true },
		{ { .host_ascii = { "2001:db8::1", 11 }, .flags = URL_IP }, false },
		{ { .host_ascii = { "printer", 7 } }, true },
		{ { .host_ascii = { "nas.local", 9 } }, true },
		{ { .host_ascii = { "local.example", 13 } }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(links_is_private(&cases[i].url), cases[i].is);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_index),        cmocka_unit_test(test_domain_takes_the_longest), cmocka_unit_test(test_order_is_told),
		cmocka_unit_test(test_link_tables),  cmocka_unit_test(test_same_organisation),        cmocka_unit_test(test_private),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
