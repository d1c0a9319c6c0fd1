/* Canonicalisation, as tables: RFC 6376, 3.4, with line ends of both kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "auth/canon.h"
#include "base/buf.h"
#include "dkim_fixture.h"

static void collect(void *ctx, const char *p, size_t n)
{
	buf_add(ctx, span_make(p, n));
}

static const struct {
	const char *field, *simple, *relaxed;
} fields[] = {
	{ "A: X", "A: X", "a:X" }, /* 3.4.5 */
	{ "B : Y\t\n\tZ  ", "B : Y\t\r\n\tZ  ", "b:Y Z" },
	{ "Subject:", "Subject:", "subject:" },
	{ "Subject: ", "Subject: ", "subject:" },
	{ "Subject:\n one\n  two", "Subject:\r\n one\r\n  two", "subject:one two" },
	{ "Subject: one\r\n\ttwo", "Subject: one\r\n\ttwo", "subject:one two" },
	{ "X-Y: a:b \t c", "X-Y: a:b \t c", "x-y:a:b c" },
	{ "X: a\n \n b", "X: a\r\n \r\n b", "x:a b" },
	{ "X: a\rb", "X: a\rb", "x:a\rb" },
	{ "X: \xc3\xa9  \xc3\xa9", "X: \xc3\xa9  \xc3\xa9", "x:\xc3\xa9 \xc3\xa9" },
};

static struct span field_of(struct dkim_fixture *f, struct span field, struct span hole, enum canon canon, bool crlf)
{
	struct buf b = BUF_INIT(f->arena);
	struct canon_sink sink;

	canon_sink_init(&sink, collect, &b);
	canon_field(&sink, field, hole, canon, crlf);
	canon_flush(&sink);
	return buf_span(&b);
}

static void expect(struct span got, const char *expected, const char *what)
{
	if (!span_eq(got, span_of(expected)))
		fail_msg("%s: '%.*s' instead of '%s'", what, SPAN_ARG(got), expected);
}

static void test_fields(void **state)
{
	struct dkim_fixture *f = *state;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct span field = span_of(fields[i].field);

		expect(field_of(f, field, SPAN_NONE, CANON_SIMPLE, false), fields[i].simple, fields[i].field);
		expect(field_of(f, field, SPAN_NONE, CANON_RELAXED, false), fields[i].relaxed, fields[i].field);
		expect(field_of(f, fixture_crlf(f, field), SPAN_NONE, CANON_SIMPLE, false), fields[i].simple, fields[i].field);
		expect(field_of(f, field, SPAN_NONE, CANON_RELAXED, true), arena_str(f->arena, arena_printf(f->arena, "%s\r\n", fields[i].relaxed)), fields[i].field);
	}
}

/* The value of b= goes, with the white space around it; what stands before and behind meets. */
static void test_hole(void **state)
{
	static const struct {
		const char *field, *hole, *simple, *relaxed;
	} rows[] = {
		{ "S: a=1; b= AB\n CD ; c=2", " AB\n CD ", "S: a=1; b=; c=2", "s:a=1; b=; c=2" },
		{ "S: a=1;\n b=ABCD", "ABCD", "S: a=1;\r\n b=", "s:a=1; b=" },
		{ "S: a=1; b =AB; \n c=2", "AB", "S: a=1; b =; \r\n c=2", "s:a=1; b =; c=2" },
		{ "S: b=", "", "S: b=", "s:b=" },
	};
	struct dkim_fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span field = span_of(rows[i].field);
		size_t at = rows[i].hole[0] != '\0' ? span_find(field, span_of(rows[i].hole)) : field.len;
		struct span hole = span_make(field.p + at, strlen(rows[i].hole));

		expect(field_of(f, field, hole, CANON_SIMPLE, false), rows[i].simple, rows[i].field);
		expect(field_of(f, field, hole, CANON_RELAXED, false), rows[i].relaxed, rows[i].field);
	}
}

static const struct {
	const char *body, *simple, *relaxed;
} bodies[] = {
	{ " C \nD \t E\n\n\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n" }, /* 3.4.5 */
	{ "", "\r\n", "" },
	{ "\n", "\r\n", "" },
	{ "\r\n\r\n", "\r\n", "" },
	{ " \t\n", " \t\r\n", "" },
	{ "a", "a\r\n", "a\r\n" },
	{ "a\n", "a\r\n", "a\r\n" },
	{ "a\n\nb\n", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n" },
	{ "a\n \nb", "a\r\n \r\nb\r\n", "a\r\n\r\nb\r\n" },
	{ "a \t", "a \t\r\n", "a\r\n" },
	{ "\ta  b\t\tc d", "\ta  b\t\tc d\r\n", " a b c d\r\n" },
	{ "a\r", "a\r\r\n", "a\r\r\n" },
	{ "a\r\n\r", "a\r\n\r\r\n", "a\r\n\r\r\n" },
	{ "a\n\n \n\t\n", "a\r\n\r\n \r\n\t\r\n", "a\r\n" },
};

static struct span body_of(struct dkim_fixture *f, struct span body, enum canon canon, uint64_t limit, uint64_t *total_r)
{
	struct buf b = BUF_INIT(f->arena);
	struct canon_sink sink;

	canon_sink_init(&sink, collect, &b);
	*total_r = canon_body(&sink, body, canon, limit);
	return buf_span(&b);
}

static void test_bodies(void **state)
{
	struct dkim_fixture *f = *state;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct span body = span_of(bodies[i].body);
		uint64_t total;

		expect(body_of(f, body, CANON_SIMPLE, CANON_NO_LIMIT, &total), bodies[i].simple, bodies[i].body);
		assert_int_equal(total, strlen(bodies[i].simple));
		expect(body_of(f, body, CANON_RELAXED, CANON_NO_LIMIT, &total), bodies[i].relaxed, bodies[i].body);
		assert_int_equal(total, strlen(bodies[i].relaxed));
		expect(body_of(f, fixture_crlf(f, body), CANON_RELAXED, CANON_NO_LIMIT, &total), bodies[i].relaxed, bodies[i].body);
	}
}

static void test_limit(void **state)
{
	struct dkim_fixture *f = *state;
	struct span body = SPAN_LIT("one  two\nthree\n\nfour\n");

	for (uint64_t limit = 0; limit < 40; limit++) {
		uint64_t total;
		struct span all = SPAN_LIT("one two\r\nthree\r\n\r\nfour\r\n"), got = body_of(f, body, CANON_RELAXED, limit, &total);

		assert_int_equal(total, all.len);
		assert_true(span_eq(got, span_sub(all, 0, limit)));
	}
}

/* Long lines go past the buffer of the sink. */
static void test_long(void **state)
{
	struct dkim_fixture *f = *state;
	struct buf b = BUF_INIT(f->arena);
	uint64_t total;
	struct span got;

	for (int i = 0; i < 5000; i++)
		buf_str(&b, i % 1500 == 0 ? " \t" : "x");
	got = body_of(f, buf_span(&b), CANON_RELAXED, CANON_NO_LIMIT, &total);
	assert_int_equal(got.len, 5000 + 2);
	assert_true(span_ends(got, SPAN_LIT("xx\r\n")));
	got = body_of(f, buf_span(&b), CANON_SIMPLE, CANON_NO_LIMIT, &total);
	assert_true(span_eq(span_sub(got, 0, b.len), buf_span(&b)));
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, dkim_fixture_setup, dkim_fixture_teardown)
	const struct CMUnitTest tests[] = { T(test_fields), T(test_hole), T(test_bodies), T(test_limit), T(test_long) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
