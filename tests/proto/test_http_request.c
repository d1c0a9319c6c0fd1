#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/buf.h"
#include "proto/http_request.h"
#include "proto/http_tx.h"

static int parse(struct arena *arena, const char *head, struct http_request *r)
{
	struct http_head_scan scan = { 0 };
	const char *why = NULL;
	size_t end = 0;
	int status = http_head_scan(&scan, span_of(head), &end);

	if (status != HTTP_OK)
		return status;
	status = http_request_parse(arena, span_sub(span_of(head), scan.start, end - scan.start), r, &why);
	if (status != HTTP_OK)
		assert_non_null(why);
	return status;
}

static void test_heads(void **state)
{
	static const struct {
		const char *head;
		int status;
	} rows[] = {
		{ "GET /ping HTTP/1.1\r\n\r\n", HTTP_OK },
		{ "GET /ping HTTP/1.0\n\n", HTTP_OK },
		{ "\r\n\r\nGET / HTTP/1.1\r\n\r\n", HTTP_OK },
		{ "GET /ping HTTP/1.1\r\n", HTTP_MORE },
		{ "GET /ping HTT", HTTP_MORE },
		{ "", HTTP_MORE },
		{ "POST /checkv2 HTTP/1.1\r\nContent-Length: 10\r\n\r\n", HTTP_OK },
		{ "POST /checkv2 HTTP/1.1\r\nContent-Length: 10\r\nContent-Length: 10\r\n\r\n", HTTP_OK },
		{ "CHECK RSPAMC/1.3\r\nContent-length: 338\r\n\r\n", HTTP_OK },
		/* What two readers could read differently. */
		{ "POST / HTTP/1.1\r\nContent-Length: 10\r\nContent-Length: 11\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nContent-Length : 10\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: 0x10\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nContent-Length:\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501 },
		{ "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 501 },
		{ "POST / HTTP/1.1\r\nExpect: 200-ok\r\n\r\n", 417 },
		{ "POST / HTTP/1.1\r\nno colon\r\n\r\n", 400 },
		{ "POST / HTTP/1.1\r\n: nothing\r\n\r\n", 400 },
		{ "POST / HTTP/2.0\r\n\r\n", 505 },
		{ "POST / FTP/1.0\r\n\r\n", 400 },
		{ "POST /\r\n\r\n", 400 },
		{ "POST  / HTTP/1.1\r\n\r\n", 400 },
		{ "POST / x HTTP/1.1\r\n\r\n", 400 },
		{ "PO/ST / HTTP/1.1\r\n\r\n", 400 },
		{ "CHECK SPAMC/1.2\r\n\r\n", 400 },
		{ "CHECK RSPAMC/1.33\r\n\r\n", 400 },
		{ " / HTTP/1.1\r\n\r\n", 400 },
		{ "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", 400 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct http_request r;
		int status = parse(arena, rows[i].head, &r);

		if (status != rows[i].status)
			print_error("row %zu\n", i);
		assert_int_equal(status, rows[i].status);
		arena_free(&arena);
	}
}

static void test_fields(void **state)
{
	struct arena *arena = arena_new(0);
	struct http_request r;

	(void)state;
	assert_int_equal(parse(arena,
			       "POST /checkv2?a=b HTTP/1.1\r\nFrom:  <a@b> \r\nEmpty:\r\nrcpt: x\r\nRcpt: y\r\nContent-Length: 5\r\n"
			       "Expect: 100-Continue\r\nConnection: foo, close\r\n\r\n",
			       &r),
			 HTTP_OK);
	assert_int_equal(r.protocol, HTTP_1_1);
	assert_true(span_eq(r.method, SPAN_LIT("POST")));
	assert_true(span_eq(r.path, SPAN_LIT("/checkv2")));
	assert_true(span_eq(r.query, SPAN_LIT("a=b")));
	assert_int_equal(r.nfields, 7);
	assert_true(r.has_length);
	assert_int_equal(r.length, 5);
	assert_true(r.expect_continue);
	assert_false(r.keep_alive);
	assert_true(span_eq(http_request_field(&r, SPAN_LIT("FROM")), SPAN_LIT("<a@b>")));
	assert_true(span_eq(http_request_field(&r, SPAN_LIT("Rcpt")), SPAN_LIT("x")));
	assert_non_null(http_request_field(&r, SPAN_LIT("Empty")).p);
	assert_null(http_request_field(&r, SPAN_LIT("To")).p);

	assert_int_equal(parse(arena, "GET / HTTP/1.0\r\n\r\n", &r), HTTP_OK);
	assert_false(r.keep_alive);
	assert_int_equal(parse(arena, "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", &r), HTTP_OK);
	assert_true(r.keep_alive);
	assert_int_equal(parse(arena, "GET / HTTP/1.1\r\n\r\n", &r), HTTP_OK);
	assert_true(r.keep_alive);
	assert_int_equal(parse(arena, "CHECK RSPAMC/1.3\r\n\r\n", &r), HTTP_OK);
	assert_int_equal(r.protocol, HTTP_RSPAMC);
	assert_false(r.keep_alive);
	arena_free(&arena);
}

/* Byte by byte: the same end, and no earlier. */
static void test_head_in_pieces(void **state)
{
	static const char head[] = "\r\nPOST / HTTP/1.1\r\nA: b\r\n\r\nbody\r\n\r\n";
	struct http_head_scan scan = { 0 };
	size_t end = 0, whole = strlen(head) - strlen("body\r\n\r\n");

	(void)state;
	for (size_t n = 1; n < whole; n++)
		assert_int_equal(http_head_scan(&scan, span_make(head, n), &end), HTTP_MORE);
	assert_int_equal(http_head_scan(&scan, span_make(head, strlen(head)), &end), HTTP_OK);
	assert_int_equal(end, whole);
	assert_int_equal(scan.start, 2);
}

static int scan_repeated(const char *first, const char *piece, size_t n)
{
	struct http_head_scan scan = { 0 };
	struct buf b = BUF_INIT(NULL);
	size_t end;
	int status;

	buf_str(&b, first);
	for (size_t i = 0; i < n; i++)
		buf_str(&b, piece);
	status = http_head_scan(&scan, buf_span(&b), &end);
	buf_free(&b);
	return status;
}

static void test_head_limits(void **state)
{
	(void)state;
	assert_int_equal(scan_repeated("GET /", "x", HTTP_LINE_MAX - 5), HTTP_MORE);
	assert_int_equal(scan_repeated("GET /", "x", HTTP_LINE_MAX), 414);
	assert_int_equal(scan_repeated("GET / HTTP/1.1\r\nA: ", "x", HTTP_LINE_MAX - 3), HTTP_MORE);
	assert_int_equal(scan_repeated("GET / HTTP/1.1\r\nA: ", "x", HTTP_LINE_MAX), 431);
	assert_int_equal(scan_repeated("GET / HTTP/1.1\r\n", "A: b\r\n", HTTP_FIELDS_MAX - 1), HTTP_MORE);
	assert_int_equal(scan_repeated("GET / HTTP/1.1\r\n", "A: b\r\n", HTTP_FIELDS_MAX + 1), 431);
	assert_int_equal(scan_repeated("", "\n", 100), 400);
}

static int dechunk(const char *wire, size_t step, struct buf *out, size_t *taken_r)
{
	struct http_chunks c = { 0 };
	struct span in = span_of(wire);
	size_t have = 0, at = 0, taken;
	int status = HTTP_MORE;

	while (status == HTTP_MORE) {
		struct span data;

		if (at == have) {
			if (have == in.len)
				break;
			have = have + step < in.len ? have + step : in.len;
		}
		status = http_chunks_next(&c, span_sub(in, at, have - at), &taken, &data);
		buf_add(out, data);
		at += taken;
	}
	*taken_r = at;
	return status;
}

static void test_chunks(void **state)
{
	static const struct {
		const char *wire;
		int status;
		const char *body;
	} rows[] = {
		{ "0\r\n\r\n", HTTP_OK, "" },
		{ "5\r\nhello\r\n0\r\n\r\n", HTTP_OK, "hello" },
		{ "5\r\nhello\r\nA;name=\"v\"\r\n0123456789\r\n000\r\nTrailer: x\r\n\r\nGET", HTTP_OK, "hello0123456789" },
		{ "5\nhello\n0\n\n", HTTP_OK, "hello" },
		{ "5\r\nhel", HTTP_MORE, "hel" },
		{ "", HTTP_MORE, "" },
		{ "5\r\nhelloX", 400, "hello" },
		{ "5\r\nhello\r\r\n", 400, "hello" },
		{ "x\r\n", 400, "" },
		{ "\r\n", 400, "" },
		{ "5 5\r\n", HTTP_MORE, "" },
		{ "5x\r\n", 400, "" },
		{ "5\rx", 400, "" },
		{ "-1\r\n", 400, "" },
		{ "fffffffffffffffff\r\n", 413, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t step = 1; step < 20; step++) {
			struct buf out = BUF_INIT(NULL);
			size_t taken;

			assert_int_equal(dechunk(rows[i].wire, step, &out, &taken), rows[i].status);
			assert_int_equal(out.len, strlen(rows[i].body));
			if (out.len != 0)
				assert_memory_equal(out.p, rows[i].body, out.len);
			if (rows[i].status == HTTP_OK && span_ends(span_of(rows[i].wire), SPAN_LIT("GET")))
				assert_int_equal(taken, strlen(rows[i].wire) - 3);
			buf_free(&out);
		}
	}
}

static void test_chunk_limits(void **state)
{
	struct buf wire = BUF_INIT(NULL), out = BUF_INIT(NULL);
	size_t taken;

	(void)state;
	buf_str(&wire, "5;");
	for (int i = 0; i < HTTP_LINE_MAX; i++)
		buf_char(&wire, 'x');
	buf_char(&wire, '\0');
	assert_int_equal(dechunk(wire.p, 1000, &out, &taken), 400);
	buf_clear(&wire);
	buf_str(&wire, "0\r\n");
	for (int i = 0; i < HTTP_LINE_MAX / 2; i++)
		buf_str(&wire, "A:b\r\n");
	buf_char(&wire, '\0');
	assert_int_equal(dechunk(wire.p, 1000, &out, &taken), 431);
	buf_free(&wire);
	buf_free(&out);
}

static int envelope(struct arena *arena, const char *fields, struct transaction *tx)
{
	struct span head = arena_printf(arena, "POST /checkv2 HTTP/1.1\r\n%s\r\n", fields);
	struct http_request r;
	const char *why;

	memset(tx, 0, sizeof(*tx));
	assert_int_equal(http_request_parse(arena, head, &r, &why), HTTP_OK);
	return http_tx_envelope(arena, &r, 3, tx, &why);
}

static void test_envelope(void **state)
{
	struct arena *arena = arena_new(0);
	struct transaction tx;
	char ip[IP_TEXT_MAX];

	(void)state;
	assert_int_equal(envelope(arena,
				  "from: <s@example.com>\r\nRcpt: <a@test.local>\r\nRcpt: b@test.local\r\nRcpt:\r\nIP: 192.0.2.1\r\nHelo: h.example\r\n"
				  "Hostname: c.example\r\nUser: joe\r\nQueue-ID: Q1\r\nMTA-Name: mx\r\nTLS-Cipher: AES\r\nTLS-Version: TLSv1.3\r\n"
				  "Deliver-To: z@test.local\r\nFlags: body_block\r\nSettings-ID: x\r\nPass: all\r\n",
				  &tx),
			 HTTP_OK);
	assert_true(tx.env.from_set);
	assert_true(span_eq(tx.env.from, SPAN_LIT("s@example.com")));
	assert_int_equal(tx.env.nrcpt, 2);
	assert_true(span_eq(tx.env.rcpt[0].address, SPAN_LIT("a@test.local")));
	assert_true(span_eq(tx.env.rcpt[0].raw, SPAN_LIT("a@test.local")));
	assert_true(span_eq(tx.env.rcpt[1].address, SPAN_LIT("b@test.local")));
	assert_string_equal(ip_text(&tx.client.ip, ip), "192.0.2.1");
	assert_true(span_eq(tx.client.helo, SPAN_LIT("h.example")));
	assert_true(span_eq(tx.client.name, SPAN_LIT("c.example")));
	assert_true(span_eq(tx.client.auth_user, SPAN_LIT("joe")));
	assert_true(span_eq(tx.queue_id, SPAN_LIT("Q1")));
	assert_true(span_eq(tx.mta, SPAN_LIT("mx")));
	assert_true(span_eq(tx.client.tls_cipher, SPAN_LIT("AES")));
	assert_true(span_eq(tx.client.tls_version, SPAN_LIT("TLSv1.3")));

	assert_int_equal(envelope(arena, "From: <>\r\nDeliver-To: z@test.local\r\nIP: unknown\r\nHostname: unknown\r\nCompression:\r\n", &tx), HTTP_OK);
	assert_true(tx.env.from_set);
	assert_int_equal(tx.env.from.len, 0);
	assert_int_equal(tx.env.nrcpt, 1);
	assert_true(span_eq(tx.env.rcpt[0].address, SPAN_LIT("z@test.local")));
	assert_false(tx.client.ip.set);
	assert_int_equal(tx.client.name.len, 0);

	assert_int_equal(envelope(arena, "", &tx), HTTP_OK);
	assert_false(tx.env.from_set);
	assert_int_equal(tx.env.nrcpt, 0);
	assert_int_equal(envelope(arena, "Rcpt: a\r\nRcpt: b\r\nRcpt: c\r\n", &tx), HTTP_OK);
	assert_int_equal(envelope(arena, "Rcpt: a\r\nRcpt: b\r\nRcpt: c\r\nRcpt: d\r\n", &tx), 400);
	assert_int_equal(envelope(arena, "Compression: zstd\r\n", &tx), 415);
	assert_int_equal(envelope(arena, "Content-Encoding: gzip\r\n", &tx), 415);
	assert_int_equal(envelope(arena, "Content-Encoding: identity\r\n", &tx), HTTP_OK);
	arena_free(&arena);
}

static void test_mbox(void **state)
{
	static const struct {
		const char *body, *want;
	} rows[] = {
		{ "From MAILER-DAEMON Sat\nX-Envelope-From: <a@b>\nX-Envelope-To: c@d\nReceived: x\n\nb", "Received: x\n\nb" },
		{ "From x\nSubject: y\n", "Subject: y\n" },
		{ "From: a@b\nX-Envelope-To: c@d\n", "From: a@b\nX-Envelope-To: c@d\n" },
		{ "From no line end", "From no line end" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(span_eq(http_tx_without_mbox(span_of(rows[i].body)), span_of(rows[i].want)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),  cmocka_unit_test(test_fields),       cmocka_unit_test(test_head_in_pieces), cmocka_unit_test(test_head_limits),
		cmocka_unit_test(test_chunks), cmocka_unit_test(test_chunk_limits), cmocka_unit_test(test_envelope),       cmocka_unit_test(test_mbox),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
