/* What is learned of a report is what was scanned: bytes and features, whatever delivery and mail programs added. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>

#include "learn/report_clean.h"
#include "learn/scan_id.h"
#include "learn/tokens.h"
#include "report_layouts.h"

static const struct hash_key key = { 1, 2 };

static const struct span prefixes[] = { SPAN_LIT("[SPAM] "), SPAN_LIT("***SPAM*** "), SPAN_LIT("[W\xc3\xbc" "rfel] ") };
static const struct span hosts[] = { SPAN_LIT("imap.example.net"), SPAN_LIT(".mail.example.net") };

static struct report_clean_options options(void)
{
	return (struct report_clean_options){ .prefixes = { prefixes, 3 }, .own_hosts = { hosts, 2 } };
}

static struct span cleaned(struct arena *arena, const char *raw)
{
	struct report_clean_options o = options();
	struct report_cleaned r;

	report_clean(arena, span_of(raw), &o, &r);
	return r.bytes;
}

static void takes_off_what_was_added(void **state)
{
	static const struct {
		const char *raw, *want;
	} rows[] = {
		{ "From: a\n\nb", "From: a\n\nb" },
		{ "", "" },
		{ "no header", "no header" },
		{ "From x@y Mon\n>From z\n\nFrom: a\n\nb", "From: a\n\nb" },
		/* ours, anywhere and folded */
		{ "X-Winnow-ID: 1\nFrom: a\nX-Winnow: id=1;\n score=7\nX-Spam: Yes\nX-Spam-Status: x\nX-Spamassassin: x\n\nX-Spam: body", "From: a\nX-Spamassassin: x\n\nX-Spam: body" },
		/* delivery and mailboxes */
		{ "Return-Path: <a@b>\nDelivered-To: x\nX-Original-To: y\nStatus: RO\nX-Mozilla-Status: 0001\nX-Zimbra-Forwarded: a\nX-Account-Key: k\nFrom: a\n\nb", "From: a\n\nb" },
		/* hops: above our identifier all, below it none */
		{ "Received: from lmtp by imap\n\twith LMTP id 1\nReceived: from x by y\nX-Winnow-ID: 1\nReceived: from stranger by mx\nFrom: a\n\nb", "Received: from stranger by mx\nFrom: a\n\nb" },
		/* an identifier behind the sender's fields says nothing of hops */
		{ "Received: from stranger by mx\nFrom: a\nX-Winnow-ID: 1\n\nb", "Received: from stranger by mx\nFrom: a\n\nb" },
		/* without one: our own hosts and LMTP, at the top */
		{ "Received: from x by imap.example.net; d\nReceived: by a with LMTP id 1\nReceived: from s by a.mail.example.net\nReceived: from s by t\nReceived: from s by imap.example.net\nFrom: a\n\nb",
		  "Received: from s by t\nReceived: from s by imap.example.net\nFrom: a\n\nb" },
		/* marks */
		{ "Subject: [SPAM] hello\nFrom: a\n\nb", "Subject: hello\nFrom: a\n\nb" },
		{ "Subject: [SPAM] [SPAM] hello\n\nb", "Subject: [SPAM] hello\n\nb" },
		{ "Subject: about [SPAM] hello\n\nb", "Subject: about [SPAM] hello\n\nb" },
		{ "Subject:\n ***SPAM*** =?utf-8?q?h=C3=A4?=\n more\n\nb", "Subject: =?utf-8?q?h=C3=A4?=\n more\n\nb" },
		{ "Subject: =?utf-8?q?[W=C3=BCrfel]=20?= hello\n\nb", "Subject: hello\n\nb" },
		{ "From: a\nSubject: [SPAM] \n\nb", "From: a\n\nb" },
		{ "From: a\r\nX-Spam: Yes\r\n\r\nb\r\n", "From: a\r\n\r\nb\r\n" },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct span got = cleaned(arena, rows[i].raw);

		if (!span_eq(got, span_of(rows[i].want)))
			fail_msg("row %zu:\n%.*s\nwanted:\n%s", i, SPAN_ARG(got), rows[i].want);
	}
	arena_free(&arena);
}

static void gives_identifiers(void **state)
{
	struct arena *arena = arena_new(0);
	struct report_clean_options o = { 0 };
	struct report_cleaned r;

	(void)state;
	report_clean(arena, SPAN_LIT("X-Winnow-ID: one\nFrom: a\nx-winnow-id:\n two\n\nX-Winnow-ID: three"), &o, &r);
	assert_int_equal(r.nids, 2);
	assert_true(span_eq(r.ids[0], SPAN_LIT("one")) && span_eq(r.ids[1], SPAN_LIT("two")));
	assert_int_equal(r.removed, 2);
	assert_false(r.marked);
	arena_free(&arena);
}

/* The mail as it lies in a mailbox: Postfix with a milter (identifier on top of what was scanned, the verdict at its end), Dovecot's LMTP, and what the program adds. */
static struct span deliver(struct arena *arena, struct span raw, bool mark)
{
	struct buf out = BUF_INIT(arena);
	struct span log_id = SPAN_LIT("01JNABCDEFGHJ"), rcpt = SPAN_LIT("anna@example.net");
	struct scan_id_input in = { .log_id = log_id, .now = 1741258800, .message = support_parse(arena, raw), .rcpt = &rcpt, .nrcpt = 1 };
	struct scan_id_key id_key;
	struct span end = span_has(raw, SPAN_LIT("\r\n\r\n")) ? SPAN_LIT("\r\n\r\n") : SPAN_LIT("\n\n"), nl = span_sub(end, 0, end.len / 2);
	size_t body = span_find(raw, end), subject = span_case_starts(raw, SPAN_LIT("Subject: ")) ? 0 : span_case_find(span_sub(raw, 0, body), SPAN_LIT("\nSubject: "));
	static const char *const top[] = {
		"Return-Path: <bounce@promo.example>", "Delivered-To: anna@example.net", "X-Original-To: anna@example.net",
		"Received: from mx.example.net\n\tby imap.example.net with LMTP id abc", "Received: from mx.example.net (localhost [127.0.0.1])\n\tby mx.example.net (Postfix) with ESMTP id 4Z",
	};

	scan_id_key_derive(SPAN_LIT("0123456789abcdef"), &id_key);
	for (size_t i = 0; i < sizeof(top) / sizeof(*top); i++)
		buf_printf(&out, "%s%.*s", top[i], SPAN_ARG(nl));
	buf_str(&out, "X-Winnow-ID: ");
	buf_add(&out, scan_id_make(arena, &id_key, &in));
	buf_add(&out, nl);
	if (mark && subject != SPAN_NPOS) {
		subject += subject == 0 ? 9 : 10;
		buf_add(&out, span_sub(raw, 0, subject));
		buf_str(&out, "[SPAM] ");
		buf_add(&out, span_sub(raw, subject, body + nl.len - subject));
	} else {
		buf_add(&out, span_sub(raw, 0, body + nl.len));
	}
	buf_printf(&out, "X-Spam: Yes; id=1; score=7%.*sX-Winnow: id=1; action=tag;%.*s symbols=A=1.5%.*sX-Mozilla-Status: 0001%.*sX-Zimbra-Received: 1%.*s", SPAN_ARG(nl), SPAN_ARG(nl),
	           SPAN_ARG(nl), SPAN_ARG(nl), SPAN_ARG(nl));
	buf_add(&out, span_from(raw, body + nl.len));
	return buf_span(&out);
}

struct comparison {
	struct tokens *tokens;
	int mails, bytes_same;
};

static void features_of(struct comparison *c, struct arena *arena, struct span raw, struct features *f)
{
	struct token_input in = { .message = support_parse(arena, raw) };

	memset(f, 0, sizeof(*f));
	tokens_read(c->tokens, arena, &in, f);
}

/* Delivered, marked, reported as .eml in base64, found, cleaned. */
static void compare(void *ctx, const char *path, struct span raw)
{
	static struct features want, got;
	struct comparison *c = ctx;
	struct arena *arena = arena_new(0);
	struct report_limits limits = support_limits();
	struct report_clean_options o = options();
	struct report_cleaned clean;
	struct report r;
	struct span delivered;

	if (!span_ends(span_of(path), SPAN_LIT(".eml")) || (!span_has(raw, SPAN_LIT("\n\n")) && !span_has(raw, SPAN_LIT("\r\n\r\n")))) {
		arena_free(&arena);
		return;
	}
	delivered = deliver(arena, raw, c->mails % 2 == 0);
	for (size_t i = 0; i < nlayouts && i < 8; i++) {
		if (layouts[i].client == REPORT_CLIENT_GMAIL) /* base64: not a byte is changed on the way */
			report_read(arena, support_parse(arena, layouts[i].write(arena, &delivered, 1)), &limits, NULL, 0, &r);
	}
	assert_true(r.noriginals >= 1);
	report_clean(arena, r.originals[0].bytes, &o, &clean);
	features_of(c, arena, raw, &want);
	features_of(c, arena, clean.bytes, &got);
	c->mails++;
	c->bytes_same += span_eq(clean.bytes, raw);
	if (memcmp(&want, &got, sizeof(want)) != 0 && want.n[0] != 0)
		fail_msg("%s: features differ (%u, %u): %.*s", path, features_count(&want), features_count(&got), SPAN_ARG(span_sub(clean.bytes, 0, 600)));
	arena_free(&arena);
}

static void learns_what_was_scanned(void **state)
{
	static const char *const folders[] = { "ham", "reports", "bank", "parcel", "shape", "subject_form", "received", "mime_structure", "header_form", "bounce", "tax", "bulk", "prize" };
	struct comparison c = { .tokens = tokens_new(&key) };
	char path[512];

	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), WINNOW_SOURCE "/corpus/%s", folders[i]);
		(void)support_walk(path, compare, &c);
	}
	print_message("%d mails, %d to the byte\n", c.mails, c.bytes_same);
	assert_true(c.mails > 200);
	assert_true(c.bytes_same >= c.mails * 95 / 100);
	tokens_free(&c.tokens);
}

static void learns_the_same_from_every_program(void **state)
{
	static struct features want, got;
	struct comparison c = { .tokens = tokens_new(&key) };
	struct report_clean_options o = options();
	struct report_limits limits = support_limits();

	(void)state;
	for (size_t i = 0; i < nlayouts; i++) {
		struct arena *arena = arena_new(0);
		struct span raw = support_read(arena, WINNOW_SOURCE "/corpus/reports/original-outlet.eml"), delivered = deliver(arena, raw, true);
		struct report_cleaned clean;
		struct report r;

		report_read(arena, support_parse(arena, layouts[i].write(arena, &delivered, 1)), &limits, NULL, 0, &r);
		if (!layouts[i].zip && !layouts[i].headers_only) {
			report_clean(arena, r.originals[r.noriginals - 1].bytes, &o, &clean);
			features_of(&c, arena, raw, &want);
			features_of(&c, arena, clean.bytes, &got);
			if (memcmp(&want, &got, sizeof(want)) != 0)
				fail_msg("%s: features differ\n%.*s", layouts[i].name, SPAN_ARG(clean.bytes));
		}
		arena_free(&arena);
	}
	tokens_free(&c.tokens);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_off_what_was_added), cmocka_unit_test(gives_identifiers), cmocka_unit_test(learns_what_was_scanned),
		cmocka_unit_test(learns_the_same_from_every_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
