/* Header fields with modifiers and made-up ones. What is expected is what SpamAssassin 4.0.1 gives for the same message. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "view_fixture.h"

static const struct {
	const char *header, *request, *value; /* NULL: there is none */
} cases[] = {
	{ "From: Ann Lee <ann@example.com>\n", "From", "Ann Lee <ann@example.com>\n" },
	{ "From: Ann Lee <ann@example.com>\n", "From:addr", "ann@example.com" },
	{ "From: Ann Lee <ann@example.com>\n", "From:name", "Ann Lee" },
	{ "From: Ann Lee <ann@example.com>\n", "From:raw", " Ann Lee <ann@example.com>\n" },
	{ "From: Ann Lee <ann@example.com>\n", "From:addr:host", "example.com" },
	{ "From: Ann Lee <ann@example.com>\n", "From:addr:domain", "example.com" },
	{ "From: Ann Lee <ann@example.com>\n", "from", "Ann Lee <ann@example.com>\n" },
	{ "From: Ann Lee <ann@example.com>\n", "FROM:addr", "ann@example.com" },
	{ "From: =?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= <j@mail.example.co.uk>\n", "From", "J\303\266rg M\303\274ller <j@mail.example.co.uk>\n" },
	{ "From: =?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= <j@mail.example.co.uk>\n", "From:name", "J\303\266rg M\303\274ller" },
	{ "From: =?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= <j@mail.example.co.uk>\n", "From:name:raw", "=?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= " },
	{ "From: =?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= <j@mail.example.co.uk>\n", "From:raw", " =?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= <j@mail.example.co.uk>\n" },
	{ "From: =?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= <j@mail.example.co.uk>\n", "From:addr:host", "mail.example.co.uk" },
	{ "From: =?UTF-8?Q?J=C3=B6rg_M=C3=BCller?= <j@mail.example.co.uk>\n", "From:addr:domain", "example.co.uk" },
	{ "From: \"Lee, Ann\" <ann@example.com>, bob@example.org (Bob B.)\n", "From:addr", "ann@example.com\nbob@example.org" },
	{ "From: \"Lee, Ann\" <ann@example.com>, bob@example.org (Bob B.)\n", "From:name", "Lee, Ann\nBob B." },
	{ "To: undisclosed-recipients:;\n", "To:addr", NULL },
	{ "To: undisclosed-recipients:;\n", "To:name", NULL },
	{ "To: undisclosed-recipients:;\n", "To", "undisclosed-recipients:;\n" },
	{ "To: 'Quoted Name' <q@example.com>\n", "To:name", "Quoted Name" },
	{ "To: 'Quoted Name' <q@example.com>\n", "To:addr", "q@example.com" },
	{ "To: \"a@example.com\" <a@example.com>\n", "To:name", "a@example.com" },
	{ "To: \"a@example.com\" <a@example.com>\n", "To:addr", "a@example.com" },
	{ "To: \"x@example.com\"\n", "To:name", NULL },
	{ "To: \"x@example.com\"\n", "To:addr", "x@example.com" },
	{ "To: Name without address\n", "To:name", "Name without address" },
	{ "To: Name without address\n", "To:addr", NULL },
	{ "To: a@example.com b@example.com\n", "To:name", "a@example.com b@example.com" },
	{ "To: a@example.com b@example.com\n", "To:addr", NULL },
	{ "To: <a@b@example.com>\n", "To:addr", "a@b" },
	{ "To: Team: a@example.com, b@example.com;\n", "To:addr", "a@example.com\nb@example.com" },
	{ "To: Team: a@example.com, b@example.com;\n", "To:name", NULL },
	{ "To: a@example.com; b@example.com\nCc: c@example.com\n", "To:addr", "a@example.com\nb@example.com" },
	{ "To: a@example.com; b@example.com\nCc: c@example.com\n", "ToCc", "a@example.com; b@example.com\nc@example.com\n" },
	{ "To: a@example.com; b@example.com\nCc: c@example.com\n", "ToCc:addr", "a@example.com\nb@example.com\nc@example.com" },
	{ "Reply-To: =?utf-8?Q?\"Foo\"_<foo@example.com>?=\n", "Reply-To:addr", "foo@example.com" },
	{ "Reply-To: =?utf-8?Q?\"Foo\"_<foo@example.com>?=\n", "Reply-To:name", NULL },
	{ "Subject: one\nSubject: two\n", "Subject", "one\ntwo\n" },
	{ "Subject: one\nSubject: two\n", "Subject:first", "one\n" },
	{ "Subject: one\nSubject: two\n", "Subject:last", "two\n" },
	{ "Subject: one\nSubject: two\n", "Subject:raw", " one\n two\n" },
	{ "Subject: folded\n line\n\tand tab\n", "Subject", "folded line and tab\n" },
	{ "Subject: folded\n line\n\tand tab\n", "Subject:raw", " folded\n line\n\tand tab\n" },
	{ "Subject: =?ISO-8859-1?B?5Pb8?= =?ISO-8859-1?Q?=DF?= end\n", "Subject", "\303\244\303\266\303\274\303\237 end\n" },
	{ "Subject: raw \344\366\n", "Subject", "raw \303\244\303\266\n" },
	{ "Subject: raw \344\366\n", "Subject:raw", " raw \344\366\n" },
	{ "Subject: =?unknown-x?Q?a=E4b?=\n", "Subject", "a\303\244b\n" },
	{ "Subject:\n", "Subject", "\n" },
	{ "Subject:\n", "Subject:raw", "\n" },
	{ "X-Foo : spaced\n", "X-Foo", "spaced\n" },
	{ "X-Foo : spaced\n", "X-Foo:raw", " spaced\n" },
	{ "Message-Id: <a@x.example.com>\nX-Message-Id: <b@y.example.org>\n", "MESSAGEID", "<b@y.example.org>\n<a@x.example.com>\n" },
	{ "Message-Id: <a@x.example.com>\nX-Message-Id: <b@y.example.org>\n", "Message-Id:host", "x.example.com" },
	{ "Message-Id: <a@x.example.com>\nX-Message-Id: <b@y.example.org>\n", "Message-Id:domain", "example.com" },
	{ "Message-Id: <a@x.example.com>\nX-Message-Id: <b@y.example.org>\n", "Message-ID", "<a@x.example.com>\n" },
	{ "X-Originating-IP: [192.0.2.7]\n", "X-Originating-IP:ip", "192.0.2.7" },
	{ "X-Originating-IP: [192.0.2.7]\n", "X-Originating-IP:revip", "7.2.0.192" },
	{ "X-IP: 2001:db8::1\n", "X-IP:ip", "2001:db8::1" },
	{ "X-IP: 2001:db8::1\n", "X-IP:revip", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2" },
	{ "X-IP: 1.2.3.4.5\n", "X-IP:ip", NULL },
	{ "X-Host: see www.example.com or mail@sub.example.org now\n", "X-Host:host", "sub.example.org" },
	{ "X-Host: see www.example.com or mail@sub.example.org now\n", "X-Host:domain", "example.org" },
	{ "X-Host: nothing.invalid here\n", "X-Host:host", NULL },
	{ "Return-Path: <bounce@example.org>\nFrom: a@example.com\n", "EnvelopeFrom", "bounce@example.org" },
	{ "Return-Path: <bounce@example.org>\nFrom: a@example.com\n", "EnvelopeFrom:addr", "bounce@example.org" },
	{ "Return-Path: <bounce@example.org>\nFrom: a@example.com\n", "EnvelopeFrom:addr:domain", "example.org" },
	{ "Return-Path: <>\nFrom: a@example.com\n", "EnvelopeFrom", NULL },
	{ "Received: from x (x.example.com [192.0.2.1]) by y.example.net (Postfix) with ESMTP id 1;\n\tMon, 1 Jan 2024 10:00:00 +0000\nReturn-Path: <late@example.org>\n", "EnvelopeFrom", NULL },
	{ "Received: from x (x.example.com [192.0.2.1]) by y.example.net (Postfix) with ESMTP id 1;\n\tMon, 1 Jan 2024 10:00:00 +0000\nReturn-Path: <late@example.org>\n", "Received:ip", "192.0.2.1" },
	{ "X-Envelope-From: <env@example.org>\nFrom: a@example.com\n", "EnvelopeFrom", "env@example.org" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "ALL", "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "ALL:raw", "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "ALL-TRUSTED", "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\n" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "ALL-UNTRUSTED", "Received: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "ALL-INTERNAL", "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\n" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "ALL-EXTERNAL", "Received: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "X-Spam-Relays-Trusted", "[ ip=10.0.0.1 rdns=x.example.com helo=x by=y.example.net ident= envfrom= intl=1 id= auth= msa=0 ]" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "X-Spam-Relays-Untrusted", "[ ip=192.0.2.1 rdns=z.example.com helo=z by=x.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "X-Spam-Relays-Internal", "[ ip=10.0.0.1 rdns=x.example.com helo=x by=y.example.net ident= envfrom= intl=1 id= auth= msa=0 ]" },
	{ "A: 1\nReceived: from x (x.example.com [10.0.0.1]) by y.example.net (Postfix) with ESMTP id 1; x\nB: 2\nReceived: from z (z.example.com [192.0.2.1]) by x.example.net (Postfix) with ESMTP id 2; x\nC: 3\n", "X-Spam-Relays-External", "[ ip=192.0.2.1 rdns=z.example.com helo=z by=x.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "From: a@example.com\nno colon\nTo: b@example.com\n", "ALL", "From: a@example.com\nTo: b@example.com\n" },
	{ "From: a@example.com\nno colon\nTo: b@example.com\n", "ALL:raw", "From: a@example.com\nno colon\nTo: b@example.com\n" },
	{ "From: a@example.com\nno colon\nTo: b@example.com\n", "To", "b@example.com\n" },
	{ "From: a@example.com\n", "Nonexistent", NULL },
	{ "From: a@example.com\n", "ToCc", NULL },
	{ "From: a@example.com\n", "MESSAGEID", NULL },
	{ "From: a@example.com\n", "X-AuthorDomain", "example.com" },
	{ "From: a@example.com\n", "Nonexistent:addr", NULL },
};

static void test_requests(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span message = arena_printf(f.arena, "%s\nBody\n", cases[i].header), value;
		struct sa_view *v = fixture_view(&f, arena_str(f.arena, message));

		if (sa_header(v, span_of(cases[i].request), &value) != (cases[i].value != NULL))
			fail_msg("%s in %s: %s", cases[i].request, cases[i].header, cases[i].value == NULL ? "is there" : "is not there");
		if (cases[i].value != NULL && !span_eq(value, span_of(cases[i].value)))
			fail_msg("%s in %s: '%.*s'", cases[i].request, cases[i].header, SPAN_ARG(value));
	}
	fixture_close(&f);
}

static void assert_text(struct sa_view *v, const char *request, const char *text)
{
	struct span value = sa_header_text(v, span_of(request));

	if (!span_eq(value, span_of(text)))
		fail_msg("%s: '%.*s'", request, SPAN_ARG(value));
}

/* Evals get the first value alone where a modifier takes something out. */
static void test_scalars(void **state)
{
	struct fixture f;
	struct sa_view *v;

	(void)state;
	fixture_open(&f, "");
	v = fixture_view(&f, "To: a@example.com, b@example.com\nTo: c@example.com\n\nx\n");
	assert_text(v, "To:addr", "a@example.com");
	assert_text(v, "To", "a@example.com, b@example.com\nc@example.com\n");
	assert_text(v, "Cc", "");
	assert_int_equal(sa_header_values(v, SPAN_LIT("To:addr"))->n, 3);
	fixture_close(&f);
}

/* The connection is the first relay, and its sender that of the envelope. */
static void test_transaction(void **state)
{
	struct fixture f;
	struct sa_view *v;

	(void)state;
	fixture_open(&f, "");
	assert_true(ip_parse(SPAN_LIT("192.0.2.8"), &f.tx.client.ip));
	f.tx.client.helo = SPAN_LIT("h.example.com");
	f.tx.client.name = SPAN_LIT("r.example.com");
	f.tx.mta = SPAN_LIT("mx.example.net");
	f.tx.queue_id = SPAN_LIT("QID");
	f.tx.env.from = SPAN_LIT("env@example.org");
	f.tx.env.from_set = true;
	v = fixture_view(&f, "Return-Path: <other@example.org>\nReceived: from a (b.example.com [192.0.2.9]) by r.example.com (Postfix) with ESMTP id 1; x\n\nx\n");
	assert_text(v, "EnvelopeFrom", "env@example.org");
	assert_text(v, "X-Spam-Relays-Untrusted",
	            "[ ip=192.0.2.8 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=QID auth= msa=0 ] "
	            "[ ip=192.0.2.9 rdns=b.example.com helo=a by=r.example.com ident= envfrom= intl=0 id= auth= msa=0 ]");
	f.tx.client.auth_user = SPAN_LIT("joe");
	v = fixture_view(&f, "Subject: x\n\nx\n");
	assert_text(v, "X-Spam-Relays-Trusted", "[ ip=192.0.2.8 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=1 id=QID auth=ESMTPA msa=0 ]");
	/* Words of the client cannot pretend to be others. */
	f.tx.client.auth_user = SPAN_NONE;
	f.tx.client.helo = SPAN_LIT("x) (a [10.0.0.1]) by y\n");
	v = fixture_view(&f, "Subject: x\n\nx\n");
	assert_int_equal(sa_relays(v)->n, 1);
	assert_true(span_eq(sa_relays(v)->v[0].ip, SPAN_LIT("192.0.2.8")));
	fixture_close(&f);
}

static void test_addresses(void **state)
{
	struct fixture f;
	struct sa_view *v;

	(void)state;
	fixture_open(&f, "");
	v = fixture_view(&f, "Return-Path: <r@example.com>\nFrom: a@example..com, a@example..com\nTo: b@example.com\nCc: b@example.com, c@example.com\n\nx\n");
	assert_int_equal(sa_from_addresses(v)->n, 2);
	assert_true(span_eq(sa_from_addresses(v)->v[0], SPAN_LIT("a@example.com")));
	assert_int_equal(sa_to_addresses(v)->n, 2);
	v = fixture_view(&f, "Resent-From: z@example.com\nFrom: a@example.com\n\nx\n");
	assert_int_equal(sa_from_addresses(v)->n, 1);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_transaction),
		cmocka_unit_test(test_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
