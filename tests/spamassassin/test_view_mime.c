/* Parts as SpamAssassin's own MIME parser sees them. What is expected here was printed by SpamAssassin 4.0.1 itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/buf.h"
#include "spamassassin/view_private.h"

static const struct {
	const char *message, *parts;
	unsigned flags; /* enum sa_parse_flag */
} cases[] = {
	{ "",
	  "text/plain effective=text/plain charset=us-ascii name= leaf", 0 },
	{ "\n",
	  "text/plain effective=text/plain charset=us-ascii name= leaf", 0 },
	{ "Subject: x",
	  "text/plain effective=text/plain charset=us-ascii name= leaf", 1 },
	{ "Subject: x\n\nbody\n",
	  "text/plain effective=text/plain charset=us-ascii name= leaf", 0 },
	{ "From x\nSubject: y\n\nb",
	  "text/plain effective=text/plain charset=us-ascii name= leaf", 128 },
	{ "Subject: x\n--b\ntext",
	  "text/plain effective=text/plain charset=us-ascii name= leaf", 1 },
	{ "bad one\nbad two\nbad three\nbad four\nSubject: x\n\nb",
	  "text/plain effective=text/plain charset=us-ascii name= leaf", 1 },
	{ "Content-Type: multipart/mixed; boundary=\"b\"\n\npre\n--b\n\none\n--b\nContent-Type: text/html\n\n<p>two\n--b--\nepi\n",
	  "multipart/mixed effective=multipart/mixed charset= name= multipart | text/plain effective=text/plain charset=us-ascii name= leaf | text/html effective=text/html charset= name= leaf", 10 },
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n",
	  "multipart/mixed effective=multipart/mixed charset= name= multipart | text/plain effective=text/plain charset=us-ascii name= leaf", 66 },
	{ "Content-Type: multipart/mixed\n\n--b\n\none\n",
	  "text/plain effective=text/plain charset= name= leaf", 0 },
	{ "Content-Type: multipart/mixed; boundary=b\n\nnone\n",
	  "multipart/mixed effective=multipart/mixed charset= name= multipart | text/plain effective=text/plain charset=us-ascii name= leaf", 0 },
	{ "Content-Type: multipart/mixed; boundary=b\n\n",
	  "multipart/mixed effective=multipart/mixed charset= name= multipart", 0 },
	{ "Content-Type: multipart/mixed; boundary=b\nno header\n\nx: y\nz\n",
	  "multipart/mixed effective=multipart/mixed charset= name= multipart | text/plain effective=text/plain charset=us-ascii name= leaf", 0 },
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nx\n--c--\n--b--\n",
	  "multipart/mixed effective=multipart/mixed charset= name= multipart | multipart/alternative effective=multipart/alternative charset= name= multipart | text/plain effective=text/plain charset=us-ascii name= leaf", 2 },
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nx\n--b--\n--b\n\ny\n--b--\n",
	  "multipart/mixed effective=multipart/mixed charset= name= multipart | multipart/alternative effective=multipart/alternative charset= name= multipart | text/plain effective=text/plain charset=us-ascii name= leaf | text/plain effective=text/plain charset=us-ascii name= leaf", 2 },
	{ "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: inner\n\ntext\n--b--\n",
	  "multipart/digest effective=multipart/digest charset= name= multipart | message/rfc822 effective=message/rfc822 charset=us-ascii name= multipart | text/plain effective=text/plain charset=us-ascii name= leaf", 2 },
	{ "Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: text/html\n\n<p>x",
	  "message/rfc822 effective=message/rfc822 charset= name= multipart | text/html effective=text/html charset= name= leaf", 0 },
	{ "Content-Type: message/delivery-status\n\nx: y\n",
	  "message/delivery-status effective=message/delivery-status charset= name= leaf", 0 },
	{ "Content-Type: multipart/mixed; boundary=b\n\n--b\ntext without header\n--b\nContent-Type: image/png; name=\"a b.png\"\nContent-Transfer-Encoding: BASE64\n\niVBORw0K\n--b--\n",
	  "multipart/mixed effective=multipart/mixed charset= name= multipart | text/plain effective=text/plain charset=us-ascii name= leaf | image/png effective=image/png charset= name=a b.png leaf", 6 },
	{ "Content-Type: application/octet-stream; name=x.HTML\n\n<p>y",
	  "application/octet-stream effective=text/html charset= name=x.HTML leaf", 0 },
	{ "Content-Type: text/x-vcard\n\nx",
	  "text/x-vcard effective=text/x-vcard charset= name= leaf", 0 },
	{ "Content-Type: text/calendar\n\nx",
	  "text/calendar effective=text/calendar charset= name= leaf", 0 },
	{ "Content-Type: TEXT/Enriched; charset=\"x y\"; filename='q.txt'\n\nx",
	  "text/plain effective=text/plain charset=x y name=q.txt leaf", 0 },
	{ "Content-Type: text\n\nx",
	  "text/plain effective=text/plain charset= name= leaf", 0 },
	{ "Content-Type: text/html; charset=a; charset=b; name*0=fo; name*1=\"o.txt\"\nContent-Disposition: inline; filename = \"z;y\"\n\nx",
	  "text/html effective=text/html charset=a name=foo.txt leaf", 0 },
	{ "Content-Type: text/plain; charset=\"utf-8\" ; x\n\nx",
	  "text/plain effective=text/plain charset=utf-8\"  name= leaf", 0 },
	{ "Content-Type: multipart/mixed; boundary=\"b\n\n--b\n\nx\n--b--",
	  "multipart/mixed effective=multipart/mixed charset= name= multipart | text/plain effective=text/plain charset=us-ascii name= leaf", 2 },
	{ "Content-Type: text/plain\r\nX: y\r\n\r\na\r\nb\r\n",
	  "text/plain effective=text/plain charset= name= leaf", 0 },
	{ "Content-Type : text/html\n\n<p>z",
	  "text/html effective=text/html charset= name= leaf", 0 },
};

static struct sa_view *view_of(struct arena *arena, struct transaction *tx, struct span raw)
{
	*tx = (struct transaction){ .arena = arena, .raw = raw };
	return sa_view_new(NULL, NULL, tx, NULL);
}

static void add_part(struct buf *b, const struct sa_part *p)
{
	if (b->len != 0)
		buf_str(b, " | ");
	buf_printf(b, "%.*s effective=%.*s charset=%.*s name=%.*s %s", SPAN_ARG(p->type), SPAN_ARG(p->effective_type), SPAN_ARG(p->charset), SPAN_ARG(p->name),
		p->leaf ? "leaf" : "multipart");
}

static void test_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena *arena = arena_new(0);
		struct transaction tx;
		struct sa_view *v = view_of(arena, &tx, span_of(cases[i].message));
		struct buf b = BUF_INIT(arena);
		size_t n;
		const struct sa_part *parts = sa_parts(v, &n);

		for (size_t k = 0; k < n; k++)
			add_part(&b, &parts[k]);
		if (!span_eq(buf_span(&b), span_of(cases[i].parts)) || sa_parse_flags(v) != cases[i].flags)
			fail_msg("%s\n%.*s, flags %u,\nnot %s, flags %u", cases[i].message, SPAN_ARG(buf_span(&b)), sa_parse_flags(v), cases[i].parts, cases[i].flags);
		arena_free(&arena);
	}
}

static const struct {
	const char *raw, *name, *value;
} field_cases[] = {
	{ "Subject: a\n b\n", "subject", "a b\n" }, { "Subject:\n\tx\n", "Subject", "x\n" }, { "Subject: =?utf-8?q?a_b?= =?UTF-8?B?Yw==?= d\n", "subject", "a bc d\n" },
	{ "Subject: =?iso-8859-1?q?=E4?=x\n", "subject", "\303\244x\n" }, { "Subject: =?utf-8?q?=C3?= =?utf-8?q?=A4?=\n", "subject", "\303\244\n" },
	{ "Subject: =?us-ascii?q?=E4?=\n", "subject", "\357\277\275\n" }, { "Subject: =?x?q?a\n", "subject", "=?x?q?a\n" }, { "Received: =?utf-8?q?a?=\n", "received", "=?utf-8?q?a?=\n" },
	{ "Subject: caf\351\n", "subject", "caf\303\251\n" }, { "Subject: 1\nSubject: 2\n", "subject", "2\n" }, { "Subject : x\n", "subject", "x\n" }, { "X:\n", "x", "\n" },
};

static void test_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(field_cases) / sizeof(*field_cases); i++) {
		struct arena *arena = arena_new(0);
		struct transaction tx;
		struct sa_view *v = view_of(arena, &tx, span_of(field_cases[i].raw));
		struct span value;
		size_t n;

		assert_true(sa_part_header(v, sa_parts(v, &n), span_of(field_cases[i].name), false, &value));
		if (!span_eq(value, span_of(field_cases[i].value)))
			fail_msg("%s is \"%.*s\", not \"%s\"", field_cases[i].raw, SPAN_ARG(value), field_cases[i].value);
		arena_free(&arena);
	}
}

static void test_header_sections(void **state)
{
	struct arena *arena = arena_new(0);
	struct transaction tx;
	struct sa_view *v = view_of(arena, &tx, SPAN_LIT("From x\nA: b\r\nC: d\n\r\nbody\r\n"));
	struct span value;
	size_t n;

	(void)state;
	assert_true(span_eq(sa_pristine_headers(v), SPAN_LIT("A: b\r\nC: d\r\n\r\n")));
	assert_true(span_eq(sa_pristine_body(v), SPAN_LIT("body\r\n")));
	assert_true(span_eq(sa_full(v), SPAN_LIT("A: b\r\nC: d\r\n\r\nbody\r\n")));
	assert_true(sa_part_header(v, sa_parts(v, &n), SPAN_LIT("a"), true, &value));
	assert_true(span_eq(value, SPAN_LIT(" b\n")));
	assert_false(sa_part_header(v, sa_parts(v, &n), SPAN_LIT("b"), true, &value));
	arena_free(&arena);
}

/* Many parts, deep nesting, long lines: everything is bounded. */
static void test_hostile(void **state)
{
	static const struct {
		const char *head, *unit;
	} hostile[] = {
		{ "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n" },
		{ "Content-Type: multipart/mixed; boundary=b\n\n", "--b\nContent-Type: multipart/mixed; boundary=b\n\n" },
		{ "Content-Type: message/rfc822\n\n", "Content-Type: message/rfc822\n\n" },
		{ "X: y\n\n", "\n" }, { "", "a: b\n" }, { "", "Subject: =?utf-8?q?x?= " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(*hostile); i++) {
		struct arena *source = arena_new(0), *arena = arena_new(0);
		struct buf b = BUF_INIT(source);
		struct transaction tx;
		size_t n;

		buf_str(&b, hostile[i].head);
		while (b.len < 300000)
			buf_str(&b, hostile[i].unit);
		sa_body(view_of(arena, &tx, buf_span(&b)));
		sa_parts(view_of(arena, &tx, buf_span(&b)), &n);
		assert_true(n <= 10001);
		assert_true(arena_used(arena) < 300 * b.len);
		arena_free(&arena);
		arena_free(&source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parts), cmocka_unit_test(test_fields), cmocka_unit_test(test_header_sections), cmocka_unit_test(test_hostile) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
