#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proc/board.h"

static void test_fingerprint(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "Subject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbody\r\n", true },
		{ "Subject: x\r\n\r\nbody\r\n", "Subject: y\r\n\r\nbody\r\n", false },
		{ "Subject: x\r\n\r\nbody\r\n", "Subject: x\r\n\r\nbodY\r\n", false },
		{ "Received: a\r\n\tb\r\nSubject: x\r\n\r\nbody", "received: other\r\nSubject: x\r\n\r\nbody", true },
		{ "Subject: x\r\nReceived: a\r\n b\r\n c\r\n\r\nbody", "Subject: x\r\n\r\nbody", true },
		{ "X-Spam: Yes\nX-Spam-Score: 5\nX-Winnow: id=1;\n more\nFrom: a\n\nb", "From: a\n\nb", true },
		{ "Received-SPF: pass\nDate: 1\nMessage-ID: <m>\nAuthentication-Results: x\nFrom: a\n\nb", "Date: 2\nFrom: a\n\nb", true },
		{ "X-Received-By: me\nFrom: a\n\nb", "From: a\n\nb", false },
		{ "From: a\n\nReceived: in the body\n", "From: a\n\n", false },
		{ "From: a\r\n\r\nX-Spam: in the body\r\n", "From: a\r\n\r\n", false },
		{ "From: a\nReceived: last line", "From: a\n", true },
		{ "", "", true },
		{ "\n", "", false },
		{ "Received: a", "", true },
		{ " continued without a field\nFrom: a\n", "From: a\n", false },
	};
	struct hash_key key = { 1, 2 }, other = { 3, 4 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t a = message_fingerprint(&key, span_of(cases[i].a)), b = message_fingerprint(&key, span_of(cases[i].b));

		if ((a == b) != cases[i].same)
			fail_msg("case %zu", i);
		assert_true(a != 0);
	}
	assert_true(message_fingerprint(&key, SPAN_LIT("x")) != message_fingerprint(&other, SPAN_LIT("x")));
}

static void test_notes(void **state)
{
	struct board b;
	struct board_note note;
	struct board_page *own;
	struct err err;

	(void)state;
	assert_true(board_new(&b, 3, &err));
	own = board_map(b.fd, 1); /* as a scanner does */
	assert_non_null(own);
	board_take(board_at(&b, 1), &note);
	assert_false(note.working);
	board_begin(own, 0xfeed, "0123456789ABC", 1000);
	board_take(board_at(&b, 0), &note);
	assert_false(note.working);
	board_take(board_at(&b, 1), &note);
	assert_true(note.working);
	assert_true(note.message == 0xfeed);
	assert_string_equal(note.id, "0123456789ABC");
	board_take(board_at(&b, 1), &note);
	assert_false(note.working); /* taken once */
	board_begin(own, 1, "A", 1000);
	board_end(own);
	board_take(board_at(&b, 1), &note);
	assert_false(note.working);
	memset(own->id, 'x', sizeof(own->id)); /* a scanner may write anything */
	board_take(board_at(&b, 1), &note);
	assert_int_equal(strlen(note.id), sizeof(note.id) - 1);
	munmap(own, b.stride);
	board_free(&b);
	board_free(&b);
}

static void test_scanner_cannot_shrink_the_board(void **state)
{
	struct board b;
	struct err err;

	(void)state;
	assert_true(board_new(&b, 1, &err));
	assert_int_not_equal(ftruncate(b.fd, 0), 0);
	board_free(&b);
}

static void test_overdue(void **state)
{
	static const struct {
		bool working;
		int64_t start, beat;
		bool overdue;
	} cases[] = {
		{ false, 0, 0, false },
		{ true, 100000000, 0, false },
		{ true, 40000001, 0, false },
		{ true, 39999999, 0, true },
		{ false, 39999999, 0, false },
		{ false, 0, 99000000, false },
		{ false, 0, 10000001, false },
		{ false, 0, 9999999, true },
		{ true, INT64_MIN, 0, true },
		{ true, INT64_MAX, INT64_MAX, false },
		{ false, 0, INT64_MIN, true },
	};
	struct board b;
	struct err err;

	(void)state;
	assert_true(board_new(&b, 1, &err));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct board_page *p = board_at(&b, 0);

		p->working = cases[i].working;
		p->start_us = cases[i].start;
		p->beat_us = cases[i].beat;
		if (board_overdue(p, 100000000, 60000000) != cases[i].overdue)
			fail_msg("case %zu", i);
	}
	board_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_scanner_cannot_shrink_the_board),
		cmocka_unit_test(test_overdue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
