/* Body lines and raw body pieces as SpamAssassin makes them. What is expected here was printed by SpamAssassin 4.0.1 itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/buf.h"
#include "spamassassin/view_private.h"

#define T(s) { "" s, sizeof(s) - 1 }

/* Lines with "|" between them. */
static const struct {
	struct span message, body, rawbody;
} cases[] = {
	{ T("Subject: s\n\none\ntwo\n\nthree\n"),
	  T("s\n|one two\n|three "), T("one\ntwo\n\nthree\n") },
	{ T("Subject: =?utf-8?q?a=C3=A4?=\n\n  x  y \n \n\n z"),
	  T("a\303\244\n| x y \n| z"), T("  x  y \n \n\n z") },
	{ T("\nno subject"),
	  T("\n|no subject"), T("no subject") },
	{ T("Subject: s\nContent-Type: text/html\n\n<p>a<br>b</p><p>c"),
	  T("s\n|\n|a b\n|c"), T("<p>a<br>b</p><p>c") },
	{ T("Subject: s\nContent-Type: text/html\n\ncaf&eacute;&#160;x"),
	  T("s\n|caf\351\240x"), T("caf&eacute;&#160;x") },
	{ T("Subject: s\nContent-Type: text/html; charset=utf-8\n\ncaf\303\251&#160;x"),
	  T("s\n|caf\303\251 x"), T("caf\303\251&#160;x") },
	{ T("Subject: s\nContent-Type: text/plain; charset=iso-8859-1\n\ncaf\351\240x"),
	  T("s\n|caf\303\251 x"), T("caf\351\240x") },
	{ T("Subject: s\nContent-Type: text/plain; charset=utf-8\n\ncaf\351 x\200y"),
	  T("s\n|caf\303\251 x\342\202\254y"), T("caf\351 x\200y") },
	{ T("Subject: s\n\n\000a\000b"),
	  T("s\n|\n|a\n|b"), T("\000a\000b") },
	{ T("Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: text/html\n\n<b>html</b>\n--b--\n"),
	  T("s\n|plain html"), T("plain|<b>html</b>") },
	{ T("Subject: s\nContent-Transfer-Encoding: quoted-printable\n\na=\nb=3D=20 \nc=zz"),
	  T("s\n|ab= c=zz"), T("ab= \nc=zz") },
	{ T("Subject: s\nContent-Transfer-Encoding: base64\n\naGVsbG8NCndvcmxkIQ==\n"),
	  T("s\n|hello world!"), T("hello\nworld!") },
	{ T("Subject: s\nContent-Transfer-Encoding: base64\n\naGVs bG8*x\n"),
	  T("s\n|hello1"), T("hello1") },
	{ T("Subject: s\nContent-Type: application/pdf\n\nx"),
	  T("s\n"), T("") },
	{ T("Subject: s\nContent-Type: text/plain; charset=koi8-r\n\n\360\322\311"),
	  T("s\n|\320\237\321\200\320\270"), T("\360\322\311") },
	{ T("Subject: a\nSubject: b\n\nx"),
	  T("b\n|x"), T("x") },
	{ T("Subject: s\n\na\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nb"),
	  T("s\n|a\n|b"), T("a\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nb") },
	{ T("Content-Type: multipart/mixed; boundary=b\nSubject: s\n\n"),
	  T(""), T("") },
	{ T("Subject: s\nContent-Type: text/plain; charset=utf-16\n\n\000h\000i\000 \000x"),
	  T("s\n|hi x"), T("\000h\000i\000 \000x") },
	{ T("Subject: s\r\n\r\na\r\n\r\nb\r\n"),
	  T("s\n|a\n|b "), T("a\n\nb\n") },
};

static struct sa_view *view_of(struct arena *arena, struct transaction *tx, struct span raw)
{
	*tx = (struct transaction){ .arena = arena, .raw = raw };
	return sa_view_new(NULL, NULL, tx, NULL);
}

static struct span with_bars(struct arena *arena, const struct sa_lines *l)
{
	struct buf b = BUF_INIT(arena);

	for (size_t i = 0; i < l->n; i++) {
		if (i != 0)
			buf_char(&b, '|');
		buf_add(&b, l->v[i]);
	}
	return buf_span(&b);
}

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena *arena = arena_new(0);
		struct transaction tx;
		struct sa_view *v = view_of(arena, &tx, cases[i].message);
		struct span body = with_bars(arena, sa_body(v)), raw = with_bars(arena, sa_rawbody(v));

		if (!span_eq(body, cases[i].body) || !span_eq(raw, cases[i].rawbody))
			fail_msg("%.*s\nbody \"%.*s\"\nraw  \"%.*s\"", SPAN_ARG(cases[i].message), SPAN_ARG(body), SPAN_ARG(raw));
		arena_free(&arena);
	}
}

/* n times the unit behind a header. */
static struct span repeated(struct arena *arena, const char *head, const char *unit, size_t n)
{
	struct buf b = BUF_INIT(arena);

	buf_str(&b, head);
	while (n-- > 0)
		buf_str(&b, unit);
	return buf_span(&b);
}

/* Lines of at most 2048 bytes, cut behind blanks where there are some; raw pieces of up to 4096. */
static void test_long_lines(void **state)
{
	struct arena *arena = arena_new(0);
	struct transaction tx;
	struct sa_view *v = view_of(arena, &tx, repeated(arena, "Subject: s\n\n", "w ", 1500));

	(void)state;
	assert_int_equal(sa_body(v)->n, 3);
	assert_int_equal(sa_body(v)->v[1].len, 2048);
	assert_int_equal(sa_body(v)->v[2].len, 952);
	assert_int_equal(sa_rawbody(v)->n, 1);
	v = view_of(arena, &tx, repeated(arena, "Subject: s\n\n", "x", 2100));
	assert_int_equal(sa_body(v)->v[1].len, 2048);
	assert_int_equal(sa_body(v)->v[2].len, 52);
	v = view_of(arena, &tx, repeated(arena, "Subject: s\n\n", "0123456789\n", 1000));
	assert_int_equal(sa_rawbody(v)->v[0].len, 2057);
	assert_true(span_ends(sa_rawbody(v)->v[0], SPAN_LIT("\n")));
	arena_free(&arena);
}

/* 50000 characters of a part, up to the next line end or blank if that is near. */
static void test_limits(void **state)
{
	struct arena *arena = arena_new(0);
	struct transaction tx;
	struct sa_view *v = view_of(arena, &tx, repeated(arena, "Subject: s\n\n", "word ", 20000));
	size_t len = 0;

	(void)state;
	for (size_t i = 1; i < sa_body(v)->n; i++)
		len += sa_body(v)->v[i].len;
	assert_int_equal(len, 50005);
	v = view_of(arena, &tx, repeated(arena, "Subject: s\nContent-Type: text/plain; charset=utf-8\n\n", "\303\244", 60000));
	assert_int_equal(sa_body(v)->joined.len, 2 + 100000 + sa_body(v)->n - 1);
	v = view_of(arena, &tx, repeated(arena, "Subject: s\n\n", "x", 600000));
	for (size_t i = len = 0; i < sa_rawbody(v)->n; i++)
		len += sa_rawbody(v)->v[i].len;
	assert_int_equal(len, 500000);
	arena_free(&arena);
}

static void test_joined(void **state)
{
	struct arena *arena = arena_new(0);
	struct transaction tx;
	struct sa_view *v = view_of(arena, &tx, SPAN_LIT("Subject: s\n\na\n\nb"));

	(void)state;
	assert_true(span_eq(sa_body(v)->joined, SPAN_LIT("s\na\nb\n")));
	sa_body_edit(v, 1, SPAN_LIT("edited\n"));
	sa_body_edit(v, 9, SPAN_LIT("not there"));
	assert_true(span_eq(sa_body(v)->v[1], SPAN_LIT("edited\n")));
	assert_true(span_eq(sa_body(v)->joined, SPAN_LIT("s\nedited\nb\n")));
	arena_free(&arena);
}

static void test_visibility(void **state)
{
	struct arena *arena = arena_new(0);
	struct transaction tx;
	struct sa_view *v = view_of(arena, &tx, SPAN_LIT("Subject: s\nContent-Type: text/html\n\nseen <font color=white>hidden</font> too"));

	(void)state;
	assert_true(span_eq(with_bars(arena, sa_body(v)), SPAN_LIT("s\n|seen hidden too")));
	assert_true(span_eq(with_bars(arena, sa_body_visible(v)), SPAN_LIT("s\n|seen too")));
	assert_true(span_eq(with_bars(arena, sa_body_invisible(v)), SPAN_LIT("hidden")));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines), cmocka_unit_test(test_long_lines), cmocka_unit_test(test_limits), cmocka_unit_test(test_joined), cmocka_unit_test(test_visibility),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
