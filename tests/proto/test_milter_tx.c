#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "proto/milter_tx.h"

static void assert_span(struct span got, const char *want)
{
	assert_int_equal(got.len, strlen(want));
	if (got.len != 0)
		assert_memory_equal(got.p, want, got.len);
}

static void begin(struct milter_tx *t)
{
	milter_tx_init(t, 1000, 3);
	assert_true(milter_tx_macro(t, SPAN_LIT("Cj\0mx.test\0{daemon_name}\0smtpd\0")));
	assert_true(milter_tx_connect(t, SPAN_LIT("c.example\0" "4\0\x19" "192.0.2.1\0")));
	assert_true(milter_tx_macro(t, SPAN_LIT("H{tls_version}\0TLSv1.3\0{cipher}\0AES\0")));
	assert_true(milter_tx_helo(t, SPAN_LIT("helo.example\0")));
}

static void test_whole_transaction(void **state)
{
	struct milter_tx t;
	struct transaction *tx;

	(void)state;
	begin(&t);
	t.leadspc = true;
	assert_true(milter_tx_macro(&t, SPAN_LIT("M{auth_authen}\0joe\0unknown\0x\0")));
	assert_true(milter_tx_mail(&t, SPAN_LIT("<s@example.com>\0SIZE=10\0BODY=8BITMIME\0")));
	assert_int_equal(milter_tx_rcpt(&t, SPAN_LIT("<A@test.local>\0NOTIFY=NEVER\0")), MILTER_RCPT_OK);
	assert_int_equal(milter_tx_rcpt(&t, SPAN_LIT("<@r:b@test.local>\0")), MILTER_RCPT_OK);
	assert_true(milter_tx_macro(&t, SPAN_LIT("Ti\0" "4Q\0")));
	assert_true(milter_tx_header(&t, SPAN_LIT("Subject\0 hello\n\tworld\0")));
	assert_true(milter_tx_header(&t, SPAN_LIT("X\0tight\0")));
	milter_tx_end_header(&t);
	milter_tx_body(&t, SPAN_LIT("one\r\n"));
	milter_tx_body(&t, SPAN_LIT("two\r\n"));
	tx = milter_tx_finish(&t);
	assert_span(tx->raw, "Subject: hello\r\n\tworld\r\nX:tight\r\n\r\none\r\ntwo\r\n");
	assert_int_equal(tx->raw_size, tx->raw.len);
	assert_span(tx->queue_id, "4Q");
	assert_span(tx->mta, "mx.test");
	assert_span(tx->client.name, "c.example");
	assert_span(tx->client.helo, "helo.example");
	assert_span(tx->client.auth_user, "joe");
	assert_span(tx->client.tls_version, "TLSv1.3");
	assert_span(tx->client.tls_cipher, "AES");
	assert_span(tx->client.daemon, "smtpd");
	assert_int_equal(tx->client.port, 25);
	assert_true(tx->client.ip.set);
	assert_true(tx->env.from_set);
	assert_span(tx->env.from, "s@example.com");
	assert_span(tx->env.from_args, "SIZE=10 BODY=8BITMIME");
	assert_int_equal(tx->env.nrcpt, 2);
	assert_span(tx->env.rcpt[0].raw, "<A@test.local>");
	assert_span(tx->env.rcpt[0].address, "A@test.local");
	assert_span(tx->env.rcpt[0].args, "NOTIFY=NEVER");
	assert_span(tx->env.rcpt[1].raw, "<@r:b@test.local>");
	assert_span(tx->env.rcpt[1].address, "b@test.local");
	milter_tx_reset(&t);
}

static void test_without_leading_space(void **state)
{
	struct milter_tx t;

	(void)state;
	begin(&t);
	assert_true(milter_tx_mail(&t, SPAN_LIT("<>\0")));
	assert_true(milter_tx_header(&t, SPAN_LIT("A\0b\r\n c\0")));
	/* No end of header, no body: the empty line is there all the same. */
	assert_span(milter_tx_finish(&t)->raw, "A: b\r\n c\r\n\r\n");
	assert_true(t.tx->env.from_set);
	assert_int_equal(t.tx->env.from.len, 0);
	milter_tx_reset(&t);
}

/* What belongs to one message must not reach the next; what belongs to the session must. */
static void test_next_message(void **state)
{
	struct milter_tx t;
	struct transaction *tx;

	(void)state;
	begin(&t);
	assert_true(milter_tx_macro(&t, SPAN_LIT("M{auth_authen}\0joe\0i\0Q1\0")));
	assert_true(milter_tx_mail(&t, SPAN_LIT("<a@b>\0")));
	assert_int_equal(milter_tx_rcpt(&t, SPAN_LIT("<c@d>\0")), MILTER_RCPT_OK);
	milter_tx_body(&t, SPAN_LIT("x"));
	/* No abort: a new MAIL and its macros are enough. */
	assert_true(milter_tx_macro(&t, SPAN_LIT("M{mail_addr}\0z\0")));
	assert_true(milter_tx_mail(&t, SPAN_LIT("<e@f>\0")));
	tx = milter_tx_finish(&t);
	assert_span(tx->raw, "\r\n");
	assert_int_equal(tx->env.nrcpt, 0);
	assert_int_equal(tx->client.auth_user.len, 0);
	assert_int_equal(tx->queue_id.len, 0);
	assert_span(tx->client.helo, "helo.example");
	assert_span(tx->mta, "mx.test");
	milter_tx_reset_session(&t);
	assert_true(milter_tx_mail(&t, SPAN_LIT("<e@f>\0")));
	tx = milter_tx_finish(&t);
	assert_int_equal(tx->client.helo.len, 0);
	assert_int_equal(tx->mta.len, 0);
	assert_false(tx->client.ip.set);
	assert_false(t.by_smtp);
	milter_tx_reset(&t);
}

static void test_limits(void **state)
{
	struct milter_tx t;
	char big[9000];

	(void)state;
	memset(big, 'x', sizeof(big));
	begin(&t);
	assert_true(milter_tx_mail(&t, SPAN_LIT("<a@b>\0")));
	for (int i = 0; i < 3; i++)
		assert_int_equal(milter_tx_rcpt(&t, SPAN_LIT("<c@d>\0")), MILTER_RCPT_OK);
	assert_int_equal(milter_tx_rcpt(&t, SPAN_LIT("<c@d>\0")), MILTER_RCPT_TOO_MANY);
	assert_int_equal(t.nrcpt, 3);
	milter_tx_body(&t, span_make(big, 990));
	assert_false(milter_tx_is_full(&t));
	milter_tx_body(&t, span_make(big, sizeof(big)));
	assert_true(milter_tx_is_full(&t));
	assert_int_equal(milter_tx_finish(&t)->raw.len, 1000);
	assert_int_equal(t.tx->raw_size, 2 + 990 + sizeof(big));
	big[sizeof(big) - 1] = '\0';
	assert_false(milter_tx_mail(&t, span_make(big, sizeof(big))));
	milter_tx_reset(&t);
	/* Facts are cut, not refused. */
	assert_true(milter_tx_helo(&t, span_make(big, sizeof(big))));
	assert_int_equal(t.helo.len, sizeof(t.helo.bytes));
}

static void test_malformed(void **state)
{
	struct milter_tx t;

	(void)state;
	begin(&t);
	assert_false(milter_tx_macro(&t, SPAN_LIT("")));
	assert_false(milter_tx_macro(&t, SPAN_LIT("Mi")));
	assert_false(milter_tx_macro(&t, SPAN_LIT("Mi\0")));
	assert_false(milter_tx_macro(&t, SPAN_LIT("Mi\0x")));
	assert_false(milter_tx_helo(&t, SPAN_LIT("x")));
	assert_false(milter_tx_mail(&t, SPAN_LIT("")));
	assert_false(milter_tx_mail(&t, SPAN_LIT("<a@b>\0SIZE")));
	assert_int_equal(milter_tx_rcpt(&t, SPAN_LIT("<a@b>")), MILTER_RCPT_BAD);
	assert_false(milter_tx_header(&t, SPAN_LIT("A\0b")));
	assert_false(milter_tx_header(&t, SPAN_LIT("A")));
	milter_tx_reset(&t);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_transaction), cmocka_unit_test(test_without_leading_space), cmocka_unit_test(test_next_message),
		cmocka_unit_test(test_limits),            cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
