#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buf.h"
#include "mail/message.h"
#include "mail/prescan.h"
#include "mail/prescan_copy.h"

#define A10 "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define A990 A100 A100 A100 A100 A100 A100 A100 A100 A100 A10 A10 A10 A10 A10 A10 A10 A10 A10

static const struct {
	struct span raw;
	unsigned bare_lf, bare_cr, nul, long_line;
} lines[] = {
	{ SPAN_LIT(""), 0, 0, 0, 0 },
	{ SPAN_LIT("a\r\nb\r\n"), 0, 0, 0, 0 },
	{ SPAN_LIT("a\nb\nc"), 0, 0, 0, 0 }, /* LF throughout is a choice */
	{ SPAN_LIT("a\r\nb\nc\n"), 2, 0, 0, 0 },
	{ SPAN_LIT("\n\r\n"), 1, 0, 0, 0 },
	{ SPAN_LIT("a\rb\r"), 0, 2, 0, 0 },
	{ SPAN_LIT("\r\r\n"), 0, 1, 0, 0 },
	{ SPAN_LIT("a\0b\0"), 0, 0, 2, 0 },
	{ SPAN_LIT(A990 "aaaaaaaa"), 0, 0, 0, 0 },
	{ SPAN_LIT(A990 "aaaaaaaaa"), 0, 0, 0, 1 },
	{ SPAN_LIT(A990 "aaaaaaaa\r\n"), 0, 0, 0, 0 },
	{ SPAN_LIT("x\r\n" A990 "aaaaaaaa\r\ny\r\n"), 0, 0, 0, 0 },
	{ SPAN_LIT("x\r\n" A990 A10 "\r\ny\r\n" A990 A10 "\r\n"), 0, 0, 0, 2 },
};

static void test_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct facts f = { 0 };

		prescan_lines(lines[i].raw, &f);
		if (fact_has(&f, FACT_BARE_LF) != lines[i].bare_lf || fact_has(&f, FACT_BARE_CR) != lines[i].bare_cr ||
		    fact_has(&f, FACT_NUL_BYTE) != lines[i].nul || fact_has(&f, FACT_LONG_LINE) != lines[i].long_line)
			fail_msg("row %zu: %u %u %u %u", i, fact_has(&f, FACT_BARE_LF), fact_has(&f, FACT_BARE_CR),
			         fact_has(&f, FACT_NUL_BYTE), fact_has(&f, FACT_LONG_LINE));
	}
}

/* CR, LF and NUL at every place of a chunk and over its end: the same as counted byte by byte. */
static void test_lines_every_offset(void **state)
{
	static const char bytes[] = { '\r', '\n', '\0', 'a', '\r', '\n' };
	char text[200];

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		struct facts f = { 0 };
		unsigned crlf = 0, lf = 0, cr = 0, nul = 0;

		for (size_t i = 0; i < len; i++)
			text[i] = bytes[(i * i + len) % 6];
		for (size_t i = 0; i < len; i++) {
			lf += text[i] == '\n';
			cr += text[i] == '\r';
			nul += text[i] == '\0';
			crlf += text[i] == '\n' && i > 0 && text[i - 1] == '\r';
		}
		prescan_lines(span_make(text, len), &f);
		assert_int_equal(fact_has(&f, FACT_BARE_LF), crlf != 0 ? lf - crlf : 0);
		assert_int_equal(fact_has(&f, FACT_BARE_CR), cr - crlf);
		assert_int_equal(fact_has(&f, FACT_NUL_BYTE), nul);
		assert_int_equal(fact_has(&f, FACT_LONG_LINE), 0);
	}
}

static const struct {
	const char *raw, *fields; /* "Name=value|" of each */
	size_t body;
	int fact1, fact2; /* FACT_N: none */
} sections[] = {
	{ "A: b\r\nC: d\r\n\r\nbody", "A=b|C=d|", 14, FACT_N, FACT_N },
	{ "A: b\nC: d\n\nbody", "A=b|C=d|", 11, FACT_N, FACT_N },
	{ "\r\nbody", "", 2, FACT_N, FACT_N },
	{ "A: b\r\n c\r\n\td\r\n\r\n", "A=b c\td|", 16, FACT_N, FACT_N },
	{ "A:b\n\n", "A=b|", 5, FACT_N, FACT_N },
	{ "A:\n\n", "A=|", 4, FACT_N, FACT_N },
	{ "A: b\n", "A=b|", 5, FACT_NO_HEADER_END, FACT_N },
	{ "A: b", "A=b|", 4, FACT_NO_HEADER_END, FACT_N },
	{ "", "", 0, FACT_NO_HEADER_END, FACT_N },
	{ "From a@b Mon\nA: b\n\n", "A=b|", 19, FACT_MBOX_FROM_LINE, FACT_N },
	{ ">From a@b Mon\nA: b\n\n", "A=b|", 20, FACT_MBOX_FROM_LINE, FACT_N },
	{ "A: b\njunk\nC: d\n\nx", "A=b|C=d|", 16, FACT_HEADER_MALFORMED_LINE, FACT_N },
	{ "A: b\njunk\n\nx", "A=b|", 11, FACT_HEADER_MALFORMED_LINE, FACT_N },
	{ "A: b\nsome text\nmore text", "A=b|", 5, FACT_HEADER_MALFORMED_LINE, FACT_NO_HEADER_END },
	{ "just text\n\nmore", "", 0, FACT_HEADER_MALFORMED_LINE, FACT_N },
	{ "this is: text\n\nmore", "", 0, FACT_HEADER_MALFORMED_LINE, FACT_N },
	{ " first line\nA: b\n\n", "A=b|", 18, FACT_HEADER_MALFORMED_LINE, FACT_N },
	{ ": no name\nA: b\n\n", "A=b|", 16, FACT_HEADER_MALFORMED_LINE, FACT_N },
	{ "A : b\n\n", "A=b|", 7, FACT_HEADER_NAME_BAD, FACT_N },
	{ "A\x80" "b: c\n\n", "A\x80" "b=c|", 8, FACT_HEADER_NAME_BAD, FACT_N },
	{ "A: b\n \n c\n\n", "A=b  c|", 11, FACT_HEADER_EMPTY_FOLD, FACT_N },
	{ "Subject: \xe4\n\n", "Subject=\xc3\xa4|", 12, FACT_HEADER_RAW_8BIT, FACT_N },
};

static void check_facts(const struct facts *f, size_t row, int fact1, int fact2)
{
	for (int i = 0; i < FACT_N; i++) {
		if ((f->count[i] != 0) != (i == fact1 || i == fact2))
			fail_msg("row %zu: %s", row, fact_name((enum fact)i));
	}
}

static void test_sections(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		struct buf fields = BUF_INIT(arena);
		struct header_list list;
		struct facts f = { 0 };
		size_t body = prescan_section(arena, span_of(sections[i].raw), &message_limits_default, &f, &list);

		for (size_t j = 0; j < list.n; j++)
			buf_printf(&fields, "%.*s=%.*s|", SPAN_ARG(list.v[j].name), SPAN_ARG(list.v[j].value));
		if (!span_eq(buf_span(&fields), span_of(sections[i].fields)) || body != sections[i].body)
			fail_msg("row %zu: %.*s body %zu", i, SPAN_ARG(buf_span(&fields)), body);
		check_facts(&f, i, sections[i].fact1, sections[i].fact2);
	}
	arena_free(&arena);
}

static void test_index(void **state)
{
	struct span raw = SPAN_LIT("Received: 1\nX-A: 2\nReceived: 3\nSubject: 4\nRECEIVED: 5\nx-a: 6\n\n");
	struct arena *arena = arena_new(0);
	struct header_list list;
	struct facts f = { 0 };
	const struct header *h;

	(void)state;
	prescan_section(arena, raw, &message_limits_default, &f, &list);
	assert_int_equal(header_count(&list, HDR_RECEIVED), 3);
	h = header_first(&list, HDR_RECEIVED);
	assert_true(span_eq(h->value, SPAN_LIT("1")));
	h = header_next(&list, h);
	assert_true(span_eq(h->value, SPAN_LIT("3")));
	h = header_next(&list, h);
	assert_true(span_eq(h->value, SPAN_LIT("5")));
	assert_null(header_next(&list, h));
	assert_true(span_eq(header_value(&list, HDR_SUBJECT), SPAN_LIT("4")));
	assert_null(header_first(&list, HDR_FROM));
	assert_null(header_first(&list, HDR_OTHER));
	assert_int_equal(header_value(&list, HDR_FROM).len, 0);
	assert_true(span_eq(header_find(&list, SPAN_LIT("X-A"))->value, SPAN_LIT("2")));
	assert_null(header_find(&list, SPAN_LIT("X-B")));
	arena_free(&arena);
}

/* What gmime gets to see: NUL is '.', LF is '/', CR is '~'. */
static const struct {
	const char *raw;
	size_t body;
	const char *copy; /* with the lead */
} copies[] = {
	{ "", 0, "X://" },
	{ "To: a:a:a:\n\nbody\n", 12, "X://................." },
	{ "To: a\nContent-Type: text/plain\n\nbody", 32, "Content-Type: text/plain//.............." },
	{ "Content-Type: Multipart/mixed;\r\n boundary=b\r\n\r\npre\r\n--b\r\n\r\nx\r\n--b--\r\n", 47,
	  "Content-Type: Multipart/mixed; boundary=b//............/--b~/~/../--b--~/" },
	/* the fields of a part are not there, but its type is, in front */
	{ "A: b\n\n--b\nTo: a:a\nContent-type : text/html\n\n<p>\n--c\nContent-ID: 1\n\nx\n", 6,
	  "X://...../--b/Content-type : text/html........//.../--c/X:...........//.." },
	/* attached messages are not opened */
	{ "A: b\n\n--b\nContent-Type: message/rfc822\n\n--b\nContent-Type: multipart/digest; boundary=x\n\n", 6,
	  "X://...../--b/Content-Type: xessage/rfc822//--b/Content-Type: multipart/xigest; boundary=x//" },
	/* a multipart is preferred */
	{ "A: b\n\n--b\nContent-Type: text/plain\nContent-Type: multipart/mixed; boundary=x\n\n", 6,
	  "X://...../--b/Content-Type: multipart/mixed; boundary=x.........................//" },
	/* comments, an open quote, a missing semicolon, white space in quotes, encoded words and 8-bit bytes */
	{ "A: b\n\n--b\nContent-Type: multipart/mixed (c (d)) boundary=\"x\n\n", 6,
	  "X://...../--b/Content-Type: multipart/mixed;        boundary= x//" },
	{ "A: b\n\n--=?\xe4 \v\nContent-Type: multipart/mixed; boundary=\"=?\xe4 \"\n\n", 6,
	  "X://...../--=!!  /Content-Type: multipart/mixed; boundary=\"=!!\" //" },
	/* no empty line, no end */
	{ "A: b\n\n--b\nab", 6, "X://...../--b/X:" },
	{ "A: b\n\n--b\nabc\n--b--", 6, "X://...../--b/X:./--b--" },
};

static void test_copy(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
		struct buf shown = BUF_INIT(arena);
		struct prescan_copy copy;

		prescan_copy_make(arena, span_of(copies[i].raw), copies[i].body, &message_limits_default, 10, &copy);
		for (size_t k = 0; k < copy.len; k++) {
			char c = copy.p[k];

			buf_char(&shown, c == '\0' ? '.' : c == '\n' ? '/' : c == '\r' ? '~' : c);
		}
		if (!span_eq(buf_span(&shown), span_of(copies[i].copy)))
			fail_msg("row %zu: %.*s", i, SPAN_ARG(buf_span(&shown)));
		prescan_copy_free(&copy);
	}
	arena_free(&arena);
}

static void test_copy_limits(void **state)
{
	struct arena *arena = arena_new(0);
	struct message_limits limits = message_limits_default;
	struct buf raw = BUF_INIT(arena);
	struct prescan_copy copy;

	(void)state;
	limits.params = 2;
	prescan_copy_make(arena, SPAN_LIT("Content-Type: a/b; c=d; e=f; g=h\n\n--1\n--2\n--3\n"), 34, &limits, 2, &copy);
	assert_true(span_eq(span_of(copy.p), SPAN_LIT("Content-Type: a/b; c=d; e=f\n\n")));
	assert_int_equal(copy.nmarks, 2);
	assert_int_equal(copy.marks[0], 34);
	assert_int_equal(copy.marks[1], 38);
	assert_true(copy.full);
	assert_true(span_eq(prescan_copy_at(&copy, 42, 45), span_make("\0\0\0", 3)));
	/* a line too long to delimit, and a large message: mapped */
	buf_str(&raw, "A: b\n\n--");
	for (int i = 0; i < 70000; i++)
		buf_char(&raw, '-');
	buf_str(&raw, "\n--b\n");
	prescan_copy_make(arena, buf_span(&raw), 6, &limits, 2, &copy);
	assert_true(copy.mapped != 0);
	assert_int_equal(copy.nmarks, 1);
	assert_int_equal(copy.marks[0], raw.len - 4);
	prescan_copy_free(&copy);
	assert_null(copy.p);
	arena_free(&arena);
}

static void test_limits(void **state)
{
	const struct message_limits limits = { .headers = 3, .header_bytes = 10, .header_section = 30 };
	struct arena *arena = arena_new(0);
	struct header_list list;
	struct facts f = { 0 };

	(void)state;
	prescan_section(arena, SPAN_LIT("A: 1\nB: 2\nC: 3\nD: 4\nE: 5\n\n"), &limits, &f, &list);
	assert_int_equal(list.n, 3);
	check_facts(&f, 0, FACT_HEADER_TOO_MANY, FACT_N);
	assert_int_equal(fact_has(&f, FACT_HEADER_TOO_MANY), 2);

	/* authors, the subject and what claims to be ours count beyond the limit */
	prescan_section(arena, SPAN_LIT("A: 1\nB: 2\nFrom: a\nD: 4\nX-Spam: No\nSubject: s\nx-winnow-a: 1\nFrom: b\nAuthentication-Results: c\nauthentication-results: d\n\n"), &limits, &f,
	                &list);
	assert_int_equal(list.n, 9);
	assert_int_equal(header_count(&list, HDR_FROM), 2);
	assert_int_equal(header_count(&list, HDR_AUTHENTICATION_RESULTS), 2);
	assert_true(span_eq(header_value(&list, HDR_SUBJECT), SPAN_LIT("s")));

	f = (struct facts){ 0 };
	prescan_section(arena, SPAN_LIT("A: 0123456789abcdef\n\n"), &limits, &f, &list);
	assert_true(span_eq(list.v[0].value, SPAN_LIT("012345678")));
	assert_int_equal(list.v[0].raw.len, 17);
	check_facts(&f, 1, FACT_HEADER_TOO_LONG, FACT_N);

	f = (struct facts){ 0 };
	prescan_section(arena, SPAN_LIT("A: 01234567890123456789\nB: 1\n\n"),
	                &(struct message_limits){ .headers = 3, .header_bytes = 100, .header_section = 22 }, &f, &list);
	assert_int_equal(list.n, 0);
	check_facts(&f, 2, FACT_HEADER_SECTION_TOO_LONG, FACT_N);
	arena_free(&arena);
}

/* Filler hides neither what mail programs show nor what they obey. */
static void test_filler(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf raw = BUF_INIT(arena);
	struct header_list list;
	struct facts f = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_str(&raw, i < 200 ? "X-A: =?utf-8?q?a?=\n" : i == 200 ? "X-B: =?utf-8?q?b?= \xe4\n" : "X-C: \xe4\n");
	buf_str(&raw, "X-D: no\nSubject: =?utf-8?q?s?=\nFrom: a@b\nContent-Transfer-Encoding: base64\nFrom: c@d\n\n");
	prescan_section(arena, buf_span(&raw), &message_limits_default, &f, &list);
	assert_int_equal(list.n, 1004);
	assert_true(span_eq(list.v[199].value, SPAN_LIT("a")));
	assert_true(span_eq(list.v[200].value, SPAN_LIT("=?utf-8?q?b?= \xef\xbf\xbd")));
	assert_true(span_eq(list.v[201].value, SPAN_LIT("\xc3\xa4")));
	assert_true(span_eq(header_value(&list, HDR_SUBJECT), SPAN_LIT("s")));
	assert_true(span_eq(header_value(&list, HDR_FROM), SPAN_LIT("a@b")));
	assert_int_equal(header_count(&list, HDR_FROM), 2);
	assert_true(span_eq(header_value(&list, HDR_CONTENT_TRANSFER_ENCODING), SPAN_LIT("base64")));
	assert_int_equal(fact_has(&f, FACT_HEADER_BAD_ENCODED_WORD), 1);
	assert_int_equal(fact_has(&f, FACT_HEADER_TOO_MANY), 5);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),   cmocka_unit_test(test_lines_every_offset),
		cmocka_unit_test(test_sections), cmocka_unit_test(test_index),
		cmocka_unit_test(test_copy),    cmocka_unit_test(test_copy_limits),
		cmocka_unit_test(test_limits),  cmocka_unit_test(test_filler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
