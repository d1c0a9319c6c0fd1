/* Lists: words, domains, addresses, networks, patterns; files with comments and mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "match/list.h"

static struct regex_memory *memory;

static const char text[] =
	"# our own\n"
	"Word\n"
	"  two words  # and a comment\r\n"
	"a#b\n"
	"\n"
	".example.com\n"
	"@example.org\n"
	"user@example.net\n"
	"192.0.2.0/24\n"
	"2001:db8::/32\n"
	"198.51.100.7\n"
	"10.0.0.0/8 # wide\n"
	"10.1.0.0/16\n"
	"/^spam\\d+$/i\n"
	"1/2 price\n"
	".\n"
	"word";

static void test_values(void **state)
{
	static const struct {
		const char *value, *entry; /* NULL: not in the list */
	} rows[] = {
		{ "word", "Word" }, { "WORD", "Word" }, { "words", NULL }, { "two words", "two words" }, { "a#b", "a#b" }, { "example.com", ".example.com" },
		{ "a.b.EXAMPLE.com", ".example.com" }, { "badexample.com", NULL }, { "example.com.", NULL }, { "u@example.com", ".example.com" },
		{ "u@mail.example.com", ".example.com" }, { "u@example.org", "@example.org" }, { "U@EXAMPLE.ORG", "@example.org" }, { "example.org", NULL },
		{ "u@sub.example.org", NULL }, { "user@example.net", "user@example.net" }, { "other@example.net", NULL }, { "example.net", NULL }, { "Spam12", "/^spam\\d+$/i" },
		{ "a spam12", NULL }, { "198.51.100.7", "198.51.100.7" }, { "192.0.2.1", NULL }, { "1/2 Price", "1/2 price" }, { "", NULL }, { ".", "." }, { "@", NULL },
		{ "# our own", NULL },
	};
	struct arena *arena = arena_new(0);
	struct list *list = list_new(arena);
	struct err err = { "" };

	(void)state;
	if (!list_add_text(list, span_of(text), "file", &err))
		fail_msg("%s", err.text);
	assert_int_equal(list_count(list), 14); /* "word" stands there twice */
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct span entry = SPAN_NONE;
		bool has = list_has(list, memory, span_of(rows[i].value), &entry);

		if (has != (rows[i].entry != NULL) || (has && !span_eq(entry, span_of(rows[i].entry))))
			fail_msg("%s: %d \"%.*s\"", rows[i].value, has, SPAN_ARG(entry));
		assert_int_equal(list_has(list, memory, span_of(rows[i].value), NULL), has);
	}
	arena_free(&arena);
}

static void test_networks(void **state)
{
	static const struct {
		const char *ip, *entry;
	} rows[] = {
		{ "192.0.2.0", "192.0.2.0/24" }, { "192.0.2.255", "192.0.2.0/24" }, { "192.0.3.0", NULL }, { "2001:db8:1::5", "2001:db8::/32" }, { "2001:db9::1", NULL },
		{ "198.51.100.7", "198.51.100.7" }, { "198.51.100.8", NULL }, { "10.1.2.3", "10.1.0.0/16" }, { "10.2.2.3", "10.0.0.0/8 " },
	};
	struct arena *arena = arena_new(0);
	struct list *list = list_new(arena), *all = list_new(arena);
	struct ip ip = { .set = false };
	struct span entry;

	(void)state;
	assert_true(list_add_text(list, span_of(text), "file", NULL));
	assert_false(list_has_ip(list, &ip, NULL));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool has;

		assert_true(ip_parse(span_of(rows[i].ip), &ip));
		entry = SPAN_NONE;
		has = list_has_ip(list, &ip, &entry);
		if (has != (rows[i].entry != NULL) || (has && !span_eq(entry, span_trim(span_of(rows[i].entry)))))
			fail_msg("%s: %d \"%.*s\"", rows[i].ip, has, SPAN_ARG(entry));
	}
	assert_true(list_add(all, SPAN_LIT("::/0"), NULL) && list_has_ip(all, &ip, NULL));
	arena_free(&arena);
}

static void test_mistakes(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "a\n/(/\n", "file:2: " }, { "a\n\n# x\n192.0.2.1/24\n", "file:4: " }, { "300.0.0.0/8", "file:1: " }, { "/a", "file:1: " }, { "/a/y", "file:1: " },
		{ "192.0.2.0/33", "file:1: " }, { "2001:db8::/129", "file:1: " },
	};
	struct arena *arena = arena_new(0);
	struct list *list = list_new(arena);
	struct err err;
	char *line;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		err.text[0] = '\0';
		if (list_add_text(list, span_of(rows[i].text), "file", &err) || strncmp(err.text, rows[i].error, strlen(rows[i].error)) != 0)
			fail_msg("%s: \"%s\"", rows[i].text, err.text);
	}
	assert_false(list_add(list, SPAN_NONE, &err));
	line = calloc(1, LIST_LINE_MAX + 2);
	assert_non_null(line);
	memset(line, 'x', LIST_LINE_MAX + 1);
	assert_false(list_add_text(list, span_make(line, LIST_LINE_MAX + 1), "file", &err));
	assert_true(list_add_text(list, span_make(line, LIST_LINE_MAX), "file", &err));
	free(line);
	arena_free(&arena);
}

static void test_many(void **state)
{
	struct arena *arena = arena_new(0);
	struct list *list = list_new(arena);
	struct buf b = BUF_INIT(arena);
	struct span entry;

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		buf_printf(&b, "%s%u.example\n", i % 2 ? "." : "", i);
	assert_true(list_add_text(list, buf_span(&b), "file", NULL));
	assert_int_equal(list_count(list), 100000);
	assert_true(list_has(list, memory, SPAN_LIT("99998.example"), NULL));
	assert_true(list_has(list, memory, SPAN_LIT("x.99999.Example"), &entry));
	assert_true(span_eq(entry, SPAN_LIT(".99999.example")));
	assert_false(list_has(list, memory, SPAN_LIT("x.99998.example"), NULL));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_values), cmocka_unit_test(test_networks), cmocka_unit_test(test_mistakes), cmocka_unit_test(test_many) };
	int failed;

	memory = regex_memory_new();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	regex_memory_free(&memory);
	return failed;
}
