/* X-Winnow-ID: what it proves, what it hides, how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "learn/scan_id.h"
#include "report_support.h"

#define LOG_ID "01JNABCDEFGHJ"
#define NOW INT64_C(1741258800)
#define MAIL "From: a@b.example\nDate: Thu, 6 Mar 2025 12:00:00 +0100\nMessage-ID: <1@b.example>\nSubject: hello\n\nbuy this\n"

struct fixture {
	struct arena *arena;
	struct scan_id_keys keys;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_new(0);
	scan_id_key_derive(SPAN_LIT("the secret of this site"), &f->keys.current);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->arena);
	free(f);
	return 0;
}

static struct span make(struct fixture *f, const char *mail, size_t nrcpt)
{
	struct span *rcpt = ARENA_ARRAY(f->arena, nrcpt, struct span);
	struct scan_id_input in = { .log_id = SPAN_LIT(LOG_ID), .now = NOW, .message = support_parse(f->arena, span_of(mail)), .rcpt = rcpt, .nrcpt = nrcpt, .recipient_delimiter = '+' };

	for (size_t i = 0; i < nrcpt; i++)
		rcpt[i] = arena_printf(f->arena, "user%zu@Example.net", i);
	return scan_id_make(f->arena, &f->keys.current, &in);
}

static bool verify(struct fixture *f, struct span value, const char *mail, const char *reporter, int64_t now, struct scan_id *id_r)
{
	struct span who = span_of(reporter);
	struct scan_id_question q = { .value = value, .message = mail != NULL ? support_parse(f->arena, span_of(mail)) : NULL, .reporter = &who, .nreporter = 1, .recipient_delimiter = '+', .now = now };

	return scan_id_verify(&f->keys, &q, id_r);
}

static void is_short_and_plain(void **state)
{
	struct fixture *f = *state;
	struct span value = make(f, MAIL, 1);

	assert_int_equal(value.len, SCAN_ID_BYTES);
	assert_true(value.len + strlen(SCAN_ID_HEADER ": ") <= 120);
	for (size_t i = 0; i < value.len; i++)
		assert_true((value.p[i] >= '0' && value.p[i] <= '9') || (value.p[i] >= 'A' && value.p[i] <= 'Z') || value.p[i] == '.');
	assert_true(span_has(value, SPAN_LIT(LOG_ID)));
	assert_true(span_eq(value, make(f, MAIL, 1)));
}

static void knows_recipients(void **state)
{
	static const struct {
		size_t nrcpt;
		const char *reporter;
		enum scan_id_recipient want;
	} rows[] = {
		{ 1, "user0@example.net", SCAN_ID_RECIPIENT_YES },
		{ 1, "USER0@EXAMPLE.NET", SCAN_ID_RECIPIENT_YES },
		{ 1, "<user0+folder@example.net>", SCAN_ID_RECIPIENT_YES },
		{ 1, "user1@example.net", SCAN_ID_RECIPIENT_NO },
		{ 1, "", SCAN_ID_RECIPIENT_NO },
		{ 8, "user7@example.net", SCAN_ID_RECIPIENT_YES },
		{ 8, "user8@example.net", SCAN_ID_RECIPIENT_NO },
		{ 9, "user7@example.net", SCAN_ID_RECIPIENT_YES },
		{ 9, "user8@example.net", SCAN_ID_RECIPIENT_ASK },
		{ 500, "stranger@example.org", SCAN_ID_RECIPIENT_ASK },
	};
	struct fixture *f = *state;
	struct scan_id id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(verify(f, make(f, MAIL, rows[i].nrcpt), MAIL, rows[i].reporter, NOW + 60, &id));
		if (id.recipient != rows[i].want)
			fail_msg("row %zu: %d", i, id.recipient);
		assert_int_equal(id.status, SCAN_ID_VALID);
		assert_string_equal(id.log_id, LOG_ID);
		assert_int_equal(id.scanned, NOW);
		assert_true(id.headers_same && id.text_same && !id.previous);
	}
}

/* Nothing of the value depends on the number of recipients, and a recipient's tag stands nowhere else. */
static void hides_recipients(void **state)
{
	struct fixture *f = *state;
	struct span one = make(f, MAIL, 1), two = make(f, MAIL, 2), many = make(f, MAIL, 300);
	struct scan_id_input in = { .log_id = SPAN_LIT("01JNABCDEFGHK"), .now = NOW, .message = support_parse(f->arena, SPAN_LIT(MAIL)) };
	struct span who = SPAN_LIT("user0@example.net"), other;
	unsigned shared = 0;

	in.rcpt = &who;
	in.nrcpt = 1;
	other = scan_id_make(f->arena, &f->keys.current, &in);
	assert_int_equal(one.len, two.len);
	assert_int_equal(one.len, many.len);
	for (size_t a = 39; a < 39 + 48; a += 6) {
		for (size_t b = 39; b < 39 + 48; b += 6)
			shared += memcmp(one.p + a, other.p + b, 6) == 0;
	}
	assert_int_equal(shared, 0); /* of two mails to the same recipient */
	for (size_t a = 39; a + 6 < 39 + 48; a += 6)
		assert_true(memcmp(one.p + a, one.p + a + 6, 6) <= 0); /* sorted: the order tells nothing */
}

/* Every change of every byte is noticed. */
static void cannot_be_forged(void **state)
{
	struct fixture *f = *state;
	struct span value = make(f, MAIL, 2);
	struct scan_id id;

	for (size_t i = 0; i < value.len; i++) {
		char copy[SCAN_ID_BYTES];

		memcpy(copy, value.p, value.len);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		assert_false(verify(f, span_make(copy, value.len), MAIL, "user0@example.net", NOW, &id));
		assert_true(id.status == SCAN_ID_FORGED || id.status == SCAN_ID_MALFORMED);
		assert_int_equal(id.recipient, SCAN_ID_RECIPIENT_NO);
	}
	scan_id_key_derive(SPAN_LIT("the secret of another site"), &f->keys.current);
	assert_false(verify(f, value, MAIL, "user0@example.net", NOW, &id));
	assert_int_equal(id.status, SCAN_ID_FORGED);
}

static void is_malformed(void **state)
{
	static const char *const rows[] = { "", ".", "1", "1.01JNABCDEFGHJ", "2.01JNABCDEFGHJ.0", "a\0b" };
	struct fixture *f = *state;
	struct span value = make(f, MAIL, 1);
	struct buf longer = BUF_INIT(f->arena);
	struct scan_id id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_false(verify(f, span_of(rows[i]), MAIL, "user0@example.net", NOW, &id));
		assert_int_equal(id.status, SCAN_ID_MALFORMED);
	}
	buf_add(&longer, value);
	buf_char(&longer, 'A');
	assert_false(verify(f, buf_span(&longer), MAIL, "user0@example.net", NOW, &id));
	assert_int_equal(id.status, SCAN_ID_MALFORMED);
}

static void survives_folding(void **state)
{
	struct fixture *f = *state;
	struct span value = make(f, MAIL, 1);
	struct scan_id id;
	struct span folded = arena_printf(f->arena, " %.*s\r\n\t%.*s \r\n", 70, value.p, (int)value.len - 70, value.p + 70);

	assert_true(verify(f, folded, MAIL, "user0@example.net", NOW, &id));
}

static void lasts_for_its_time(void **state)
{
	static const struct {
		int64_t after;
		bool valid;
	} rows[] = { { 0, true }, { SCAN_ID_AGE, true }, { SCAN_ID_AGE + 1, false }, { -3600, true }, { -3601, false } };
	struct fixture *f = *state;
	struct scan_id id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(verify(f, make(f, MAIL, 1), MAIL, "user0@example.net", NOW + rows[i].after, &id), rows[i].valid);
		assert_int_equal(id.status, rows[i].valid ? SCAN_ID_VALID : SCAN_ID_EXPIRED);
		assert_string_equal(id.log_id, LOG_ID); /* it is genuine */
	}
}

static void rotates_keys(void **state)
{
	struct fixture *f = *state;
	struct span value = make(f, MAIL, 1);
	struct scan_id id;

	f->keys.previous = f->keys.current;
	scan_id_key_derive(SPAN_LIT("the secret of the next year"), &f->keys.current);
	assert_true(verify(f, value, MAIL, "user0@example.net", NOW, &id));
	assert_true(id.previous && id.headers_same && id.recipient == SCAN_ID_RECIPIENT_YES);
	assert_true(verify(f, make(f, MAIL, 1), MAIL, "user0@example.net", NOW, &id));
	assert_false(id.previous);
	f->keys.previous.set = false;
	assert_false(verify(f, value, MAIL, "user0@example.net", NOW, &id));
}

static void is_bound_to_its_mail(void **state)
{
	static const struct {
		const char *mail;
		bool headers, text;
	} rows[] = {
		{ MAIL, true, true },
		/* lines and blanks are no matter */
		{ "Received: x\nSubject:  hello\nFrom: A <a@b.example>\nDate: Thu, 6 Mar 2025\n 12:00:00 +0100\nMessage-ID: <1@b.example>\n\nbuy\n  this", true, true },
		{ "From: a@b.example\nDate: Thu, 6 Mar 2025 12:00:00 +0100\nMessage-ID: <1@b.example>\nSubject: hello\n\nyour invoice\n", true, false },
		{ "From: a@b.example\nDate: Thu, 6 Mar 2025 12:00:00 +0100\nMessage-ID: <1@b.example>\nSubject: invoice\n\nbuy this\n", false, true },
		{ "From: bank@b.example\nDate: Thu, 6 Mar 2025 12:00:00 +0100\nMessage-ID: <1@b.example>\nSubject: hello\n\nbuy this\n", false, true },
		{ NULL, false, false },
	};
	struct fixture *f = *state;
	struct span value = make(f, MAIL, 1);
	struct scan_id id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(verify(f, value, rows[i].mail, "user0@example.net", NOW, &id));
		if (id.headers_same != rows[i].headers || id.text_same != rows[i].text)
			fail_msg("row %zu: %d %d", i, id.headers_same, id.text_same);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(is_short_and_plain), TEST(knows_recipients), TEST(hides_recipients), TEST(cannot_be_forged), TEST(is_malformed), TEST(survives_folding),
		TEST(lasts_for_its_time), TEST(rotates_keys), TEST(is_bound_to_its_mail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
