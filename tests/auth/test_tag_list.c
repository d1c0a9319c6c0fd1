/* Lists of tag=value, and base64 in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "auth/base64.h"
#include "auth/tag_list.h"
#include "base/buf.h"
#include "dkim_fixture.h"

static void test_lists(void **state)
{
	static const struct {
		const char *text;
		size_t n; /* 0: it is none */
		const char *b;
	} rows[] = {
		{ "a=1; b=2", 2, "2" },
		{ "a=1;b=2;", 2, "2" },
		{ " a = 1 ;\r\n\tb =  x y\r\n z ; ", 2, "x y\r\n z" },
		{ "b=", 1, "" },
		{ "b=a=b==;c=1", 2, "a=b==" },
		{ "B=1; b=2", 2, "2" },
		{ "b_1=1; b=\xc3\xa9", 2, "\xc3\xa9" },
		{ "b=1; b=2", 0, NULL },
		{ "a=1;; b=2", 0, NULL },
		{ ";", 0, NULL },
		{ "", 0, NULL },
		{ "a", 0, NULL },
		{ "a=1; b", 0, NULL },
		{ "=1", 0, NULL },
		{ "1a=1", 0, NULL },
		{ "a b=1", 0, NULL },
		{ "a=\x01", 0, NULL },
		{ "a=\x7f", 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tag_list list;
		bool ok = tag_list_parse(span_of(rows[i].text), &list);

		if (ok != (rows[i].n != 0) || (ok && (list.n != rows[i].n || !span_eq(tag_list_value(&list, "b"), span_of(rows[i].b)))))
			fail_msg("'%s'", rows[i].text);
	}
}

static void test_raw(void **state)
{
	struct span text = SPAN_LIT("a=1; b= AB\n CD ; c=;d=");
	struct tag_list list;

	(void)state;
	assert_true(tag_list_parse(text, &list));
	assert_true(span_eq(tag_list_find(&list, "b")->raw, SPAN_LIT(" AB\n CD ")));
	assert_ptr_equal(tag_list_find(&list, "c")->raw.p, text.p + span_find(text, SPAN_LIT("c=")) + 2);
	assert_ptr_equal(tag_list_find(&list, "d")->raw.p, text.p + text.len);
	assert_null(tag_list_find(&list, "e"));
	assert_int_equal(tag_list_value(&list, "e").len, 0);
}

static void test_many(void **state)
{
	struct dkim_fixture *f = *state;
	struct buf b = BUF_INIT(f->arena);
	struct tag_list list;

	for (int i = 0; i < TAG_LIST_MAX; i++)
		buf_printf(&b, "a%d=%d;", i, i);
	assert_true(tag_list_parse(buf_span(&b), &list));
	assert_int_equal(list.n, TAG_LIST_MAX);
	buf_str(&b, "z=1");
	assert_false(tag_list_parse(buf_span(&b), &list));
}

static void test_items(void **state)
{
	(void)state;
	assert_true(tag_items_have(SPAN_LIT("From : To:\r\n Subject"), SPAN_LIT("subject")));
	assert_true(tag_items_have(SPAN_LIT("y"), SPAN_LIT("y")));
	assert_false(tag_items_have(SPAN_LIT("Fromm:XFrom"), SPAN_LIT("From")));
	assert_false(tag_items_have(SPAN_NONE, SPAN_LIT("From")));
}

static void test_base64(void **state)
{
	static const struct {
		const char *text, *bytes; /* NULL: it is none */
	} rows[] = {
		{ "QQ==", "A" }, { "QUI=", "AB" }, { "QUJD", "ABC" }, { "Q U\r\n\tJD REVG", "ABCDEF" }, { "Q Q = =", "A" }, { "", NULL }, { " ", NULL }, { "Q", NULL }, { "QQ", NULL },
		{ "QQ=", NULL }, { "QQ==QQ==", NULL }, { "QUJDR", NULL }, { "QQ===", NULL }, { "QU-D", NULL }, { "====", NULL }, { "QUJDQUJDQUJDQUJDQUJDQUJD", NULL /* longer than 16 */ },
	};
	struct dkim_fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span bytes;
		bool ok = base64_decode(f->arena, span_of(rows[i].text), 16, &bytes);

		if (ok != (rows[i].bytes != NULL) || (ok && !span_eq(bytes, span_of(rows[i].bytes))))
			fail_msg("'%s'", rows[i].text);
	}
	for (size_t n = 1; n <= 16; n++) {
		struct span bytes = span_sub(SPAN_LIT("\xff\x00\x80 0123456789abcdef"), 0, n), again;
		struct buf b = BUF_INIT(f->arena);

		base64_add(&b, bytes);
		assert_true(base64_decode(f->arena, buf_span(&b), 16, &again));
		assert_true(span_eq(bytes, again));
	}
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, dkim_fixture_setup, dkim_fixture_teardown)
	const struct CMUnitTest tests[] = { T(test_lists), T(test_raw), T(test_many), T(test_items), T(test_base64) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
