#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "proto/envelope.h"
#include "proto/milter_wire.h"

#define BYTES(s) SPAN_LIT(s)

static void assert_bytes(const struct buf *b, struct span want)
{
	assert_int_equal(b->len, want.len);
	assert_memory_equal(b->p, want.p, want.len);
}

static void test_frames(void **state)
{
	static const struct {
		struct span in;
		int result;
		char command;
		size_t data, taken;
	} rows[] = {
		{ BYTES(""), 0, 0, 0, 0 },
		{ BYTES("\0\0\0"), 0, 0, 0, 0 },
		{ BYTES("\0\0\0\1"), 0, 0, 0, 0 },
		{ BYTES("\0\0\0\1Q"), 1, 'Q', 0, 5 },
		{ BYTES("\0\0\0\4Babc\0"), 1, 'B', 3, 8 },
		{ BYTES("\0\0\0\5Babc"), 0, 0, 0, 0 },
		{ BYTES("\0\0\0\0Q"), -1, 0, 0, 0 },
		{ BYTES("\xff\xff\xff\xffQ"), -1, 0, 0, 0 },
		{ BYTES("\0\x11\0\1Q"), -1, 0, 0, 0 },
		{ BYTES("\0\x11\0\0Q"), 0, 0, 0, 0 },
		{ BYTES("GET / HTTP/1.1\r\n"), -1, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct milter_frame frame;
		size_t taken = 0;

		assert_int_equal(milter_frame_next(rows[i].in, &frame, &taken), rows[i].result);
		if (rows[i].result != 1)
			continue;
		assert_int_equal(frame.command, rows[i].command);
		assert_int_equal(frame.data.len, rows[i].data);
		assert_int_equal(taken, rows[i].taken);
	}
}

static void test_options(void **state)
{
	static const struct {
		struct milter_options offer, want;
		bool ok;
	} rows[] = {
		/* What Postfix and Sendmail offer. */
		{ { 6, 0x1ff, 0x1fffff }, { 6, 0x17d, 0x1f7480 }, true },
		{ { 2, 0x3f, 0x7f }, { 2, 0x3d, 0 }, true },
		{ { 6, 0, 0 }, { 6, 0, 0 }, true },
		{ { 7, 0xffffffff, 0xffffffff }, { 6, 0x17d, 0x1f7480 }, true },
		{ { 1, 0x1ff, 0x1fffff }, { 0, 0, 0 }, false },
		{ { 0, 0, 0 }, { 0, 0, 0 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct milter_options got;

		assert_int_equal(milter_options_choose(&rows[i].offer, &got), rows[i].ok);
		if (!rows[i].ok)
			continue;
		assert_int_equal(got.version, rows[i].want.version);
		assert_int_equal(got.actions, rows[i].want.actions);
		assert_int_equal(got.steps, rows[i].want.steps);
	}
}

static void test_options_wire(void **state)
{
	struct milter_options o;
	struct buf b = BUF_INIT(NULL);

	(void)state;
	assert_true(milter_options_read(BYTES("\0\0\0\6\0\0\1\xff\0\x1f\xff\xff"), &o));
	assert_int_equal(o.version, 6);
	assert_int_equal(o.actions, 0x1ff);
	assert_int_equal(o.steps, 0x1fffff);
	assert_false(milter_options_read(BYTES("\0\0\0\6\0\0\1\xff\0\x1f\xff"), &o));

	o = (struct milter_options){ 2, 0x3d, 0 };
	milter_put_options(&b, &o);
	assert_bytes(&b, BYTES("\0\0\0\x0dO\0\0\0\2\0\0\0\x3d\0\0\0\0"));
	buf_clear(&b);
	/* A peer that lets us choose macros gets lists: stage number, names, NUL. */
	o = (struct milter_options){ 6, SMFIF_SETSYMLIST, 0 };
	milter_put_options(&b, &o);
	assert_true(span_has(buf_span(&b), BYTES("\0\0\0\4i\0")));
	assert_true(span_has(buf_span(&b), BYTES("{auth_authen}")));
	assert_int_equal(b.len, 4 + (size_t)((uint8_t)b.p[2] << 8 | (uint8_t)b.p[3]));
	buf_free(&b);
}

static void test_connect(void **state)
{
	static const struct {
		struct span in;
		bool ok;
		const char *name, *ip;
		uint16_t port;
		bool by_smtp;
	} rows[] = {
		{ BYTES("mx.example.com\0" "4\x9c\x40" "192.0.2.1\0"), true, "mx.example.com", "192.0.2.1", 40000, true },
		{ BYTES("[192.0.2.1]\0" "4\0\x19" "192.0.2.1\0"), true, "", "192.0.2.1", 25, true },
		{ BYTES("unknown\0" "6\0\x19" "IPv6:2001:db8::1\0"), true, "", "2001:db8::1", 25, true },
		{ BYTES("unknown\0" "6\0\x19" "2001:db8::1\0"), true, "", "2001:db8::1", 25, true },
		{ BYTES("localhost\0L\0\0/run/x\0"), true, "localhost", "", 0, false },
		{ BYTES("localhost\0U"), true, "localhost", "", 0, false },
		/* what Postfix plays for local programs */
		{ BYTES("localhost\0" "4\0\0" "127.0.0.1\0"), true, "localhost", "127.0.0.1", 0, false },
		{ BYTES("localhost\0" "4\x9c\x40" "127.0.0.1\0"), true, "localhost", "127.0.0.1", 40000, true },
		{ BYTES("x\0" "4\0\x19" "no address\0"), true, "x", "", 25, true },
		{ BYTES("x\0" "4\0"), false, NULL, NULL, 0, false },
		{ BYTES("x\0" "4\0\x19" "192.0.2.1"), false, NULL, NULL, 0, false },
		{ BYTES("x\0"), false, NULL, NULL, 0, false },
		{ BYTES("x\0X"), false, NULL, NULL, 0, false },
		{ BYTES("x"), false, NULL, NULL, 0, false },
		{ BYTES(""), false, NULL, NULL, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct milter_connect c;
		char ip[IP_TEXT_MAX];

		assert_int_equal(milter_connect_read(rows[i].in, &c), rows[i].ok);
		if (!rows[i].ok)
			continue;
		assert_true(span_eq(c.name, span_of(rows[i].name)));
		assert_string_equal(ip_text(&c.ip, ip), rows[i].ip);
		assert_int_equal(c.port, rows[i].port);
		assert_int_equal(c.by_smtp, rows[i].by_smtp);
	}
}

static void test_address(void **state)
{
	static const struct {
		const char *raw, *address;
	} rows[] = {
		{ "<a@example.com>", "a@example.com" },
		{ "a@example.com", "a@example.com" },
		{ "<>", "" },
		{ "", "" },
		{ "<@relay.example,@b.example:a@example.com>", "a@example.com" },
		{ " < a@example.com > ", "a@example.com" },
		{ "<a@example.com", "a@example.com" },
		{ "<\"a b\"@example.com>", "\"a b\"@example.com" },
		{ "@", "@" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(span_eq(envelope_address(span_of(rows[i].raw)), span_of(rows[i].address)));
}

static void test_edits(void **state)
{
	static const struct {
		struct edit edit;
		bool leadspc;
		struct span want;
	} rows[] = {
		{ { .kind = EDIT_ADD_HEADER, .name = BYTES("X-A"), .value = BYTES("b") }, false, BYTES("\0\0\0\7hX-A\0b\0") },
		{ { .kind = EDIT_ADD_HEADER, .name = BYTES("X-A"), .value = BYTES("b") }, true, BYTES("\0\0\0\x08hX-A\0 b\0") },
		{ { .kind = EDIT_ADD_HEADER, .name = BYTES("X-A"), .value = BYTES(" b") }, true, BYTES("\0\0\0\x08hX-A\0 b\0") },
		{ { .kind = EDIT_INSERT_HEADER, .name = BYTES("X-A"), .value = BYTES("b"), .index = 1 }, false, BYTES("\0\0\0\x0bi\0\0\0\1X-A\0b\0") },
		{ { .kind = EDIT_CHANGE_HEADER, .name = BYTES("X-A"), .value = BYTES("b"), .index = 2 }, false, BYTES("\0\0\0\x0bm\0\0\0\2X-A\0b\0") },
		/* A deletion is a change to nothing: no blank either. */
		{ { .kind = EDIT_DELETE_HEADER, .name = BYTES("X-A"), .value = BYTES("b"), .index = 3 }, true, BYTES("\0\0\0\x0am\0\0\0\3X-A\0\0") },
		/* Folds are LF; what would begin another field does not. */
		{ { .kind = EDIT_ADD_HEADER, .name = BYTES("X"), .value = BYTES("a\r\n\tb\0c") }, false, BYTES("\0\0\0\x09hX\0a\n\tbc\0") },
		{ { .kind = EDIT_ADD_HEADER, .name = BYTES("X"), .value = BYTES("a\nY:b\n") }, false, BYTES("\0\0\0\x0chX\0a\n\tY:b\n\t\0") },
		{ { .kind = EDIT_ADD_HEADER, .name = BYTES("X\nY"), .value = BYTES("") }, false, BYTES("\0\0\0\6hX Y\0\0") },
		{ { .kind = EDIT_ADD_RCPT, .name = BYTES("a@b") }, false, BYTES("\0\0\0\7+<a@b>\0") },
		{ { .kind = EDIT_ADD_RCPT, .name = BYTES("<a@b>") }, false, BYTES("\0\0\0\7+<a@b>\0") },
		/* As RCPT gave it. */
		{ { .kind = EDIT_DELETE_RCPT, .name = BYTES("a@b") }, false, BYTES("\0\0\0\5-a@b\0") },
		{ { .kind = EDIT_DELETE_RCPT, .name = BYTES("<a@b>") }, false, BYTES("\0\0\0\7-<a@b>\0") },
		{ { .kind = EDIT_CHANGE_FROM, .name = BYTES("") }, false, BYTES("\0\0\0\4e<>\0") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT(NULL);

		milter_put_edit(&b, &rows[i].edit, rows[i].leadspc);
		assert_bytes(&b, rows[i].want);
		buf_free(&b);
	}
}

static void test_replies(void **state)
{
	struct edit edit = { .kind = EDIT_DELETE_RCPT, .name = BYTES("<a@b>") };
	const struct {
		struct reply reply;
		struct span want;
	} rows[] = {
		{ { .code = REPLY_ACCEPT }, BYTES("\0\0\0\1a") },
		{ { .code = REPLY_ACCEPT, .edits = { &edit, 1, 1 } }, BYTES("\0\0\0\7-<a@b>\0\0\0\0\1a") },
		{ { .code = REPLY_ACCEPT, .edits = { &edit, 1, 1 }, .quarantine = true },
		  BYTES("\0\0\0\7-<a@b>\0\0\0\0\x14qheld as suspicious\0\0\0\0\1a") },
		{ { .code = REPLY_DISCARD }, BYTES("\0\0\0\1d") },
		{ { .code = REPLY_TEMPFAIL, .text = BYTES("4.7.1 later") }, BYTES("\0\0\0\x11y451 4.7.1 later\0") },
		{ { .code = REPLY_REJECT, .text = BYTES("5.7.1 100% spam\r\n\xe9") }, BYTES("\0\0\0\x19y550 5.7.1 100%% spam???\0") },
		/* Edits of a refused mail would be applied before the refusal. */
		{ { .code = REPLY_REJECT, .text = BYTES("5.7.1 no"), .edits = { &edit, 1, 1 } }, BYTES("\0\0\0\x0ey550 5.7.1 no\0") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT(NULL);

		milter_put_reply(&b, &rows[i].reply, true);
		assert_bytes(&b, rows[i].want);
		buf_free(&b);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),  cmocka_unit_test(test_options), cmocka_unit_test(test_options_wire), cmocka_unit_test(test_connect),
		cmocka_unit_test(test_address), cmocka_unit_test(test_edits),   cmocka_unit_test(test_replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
