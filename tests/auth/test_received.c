/* Received fields as mail servers write them, and the client that counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "auth/received.h"
#include "base/buf.h"

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))
#define DATE "; Thu, 15 Jan 2026 12:00:00 +0000"

/* want: ip|helo|name|by|protocol, with |A where the client had logged in. */
static const struct {
	const char *value, *want;
} rows[] = {
	/* Postfix */
	{ "from mail.example.org (mail.example.org [192.0.2.1]) by mx.example.net (Postfix) with ESMTPS id 4C2 for <a@example.net>" DATE, "192.0.2.1|mail.example.org|mail.example.org|mx.example.net|ESMTPS" },
	{ "from mail.example.org (unknown [192.0.2.1]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519) (No client certificate requested) by mx.example.net (Postfix) with ESMTPS id 4C2" DATE, "192.0.2.1|mail.example.org||mx.example.net|ESMTPS" },
	{ "from [192.168.1.5] (dsl.example.org [192.0.2.1]) (Authenticated sender: anna@[10.0.0.1]) by mx.example.net (Postfix) with ESMTPSA id 4C2" DATE, "192.0.2.1|[192.168.1.5]|dsl.example.org|mx.example.net|ESMTPSA|A" },
	{ "from mail.example.org (mail.example.org [IPv6:2001:db8::1]) by mx.example.net (Postfix) with ESMTP id 4C2" DATE, "2001:db8::1|mail.example.org|mail.example.org|mx.example.net|ESMTP" },
	{ "from x (unknown [unknown]) by mx.example.net (Postfix) with SMTP id 4C2" DATE, "|x||mx.example.net|SMTP" },
	{ "from [10.0.0.1] (unknown [unknown]) by mx.example.net (Postfix) with SMTP id 4C2" DATE, "|[10.0.0.1]||mx.example.net|SMTP" },
	{ "by mx.example.net (Postfix, from userid 33) id 4C2" DATE, "|||mx.example.net|" },
	/* What a client may call itself */
	{ "from x(y[10.0.0.1] (host.example [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 4C2" DATE, "192.0.2.1|x||mx.example.net|ESMTP" },
	{ "from x) (host.example [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 4C2" DATE, "192.0.2.1|x)|host.example|mx.example.net|ESMTP" },
	{ "from a[10.0.0.1] (host.example [192.0.2.1]) by mx.example.net with ESMTP" DATE, "192.0.2.1|a[10.0.0.1]|host.example|mx.example.net|ESMTP" },
	{ "from host.example (HELO x) (10.0.0.1) (192.0.2.1) by mx.example.net with SMTP" DATE, "192.0.2.1|x|host.example|mx.example.net|SMTP" },
	{ "from host.example (HELO x [10.0.0.1]) (192.0.2.1) by mx.example.net with SMTP" DATE, "192.0.2.1|x|host.example|mx.example.net|SMTP" },
	{ "from host.example ([192.0.2.1] helo=[10.0.0.1]) by mx.example.net with esmtp (Exim 4.96)" DATE, "192.0.2.1|[10.0.0.1]|host.example|mx.example.net|ESMTP" },
	{ "from host.example (HELO x) (192.0.2.1) (envelope-sender <a@[10.0.0.1]>) by mx.example.net with SMTP" DATE, "192.0.2.1|x|host.example|mx.example.net|SMTP" },
	{ "from by (host.example [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 4C2" DATE, "192.0.2.1|by|host.example|mx.example.net|ESMTP" },
	{ "from by(host.example [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 4C2" DATE, "192.0.2.1|by|host.example|mx.example.net|ESMTP" },
	{ "from by mx.example.net with ESMTP id 4C2" DATE, "|by|||" },
	{ "from host.example ([192.0.2.1] helo=x ident=[10.0.0.1]) by mx.example.net with esmtp (Exim 4.96)" DATE, "192.0.2.1|x|host.example|mx.example.net|ESMTP" },
	{ "from x (authenticated.example [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id 4C2" DATE, "192.0.2.1|x|authenticated.example|mx.example.net|ESMTP" },
	{ "from x (authenticated [192.0.2.1] (may be forged)) by mx.example.net (8.17.1/8.17.1) with ESMTP id 60F" DATE, "192.0.2.1|x||mx.example.net|ESMTP" },
	{ "from x (account [192.0.2.1]) by mx.example.net (8.17.1/8.17.1) with ESMTP id 60F" DATE, "192.0.2.1|x|account|mx.example.net|ESMTP" },
	{ "from x ([192.0.2.1]) by mx.example.net with esmtp (Exim 4.96) (envelope-from <\"(authenticated as\"@example.org>) id 1r" DATE, "192.0.2.1|x|x|mx.example.net|ESMTP" },
	/* Sendmail */
	{ "from mail.example.org (root@mail.example.org [192.0.2.1]) by mx.example.net (8.17.1/8.17.1) with ESMTP id 60F" DATE, "192.0.2.1|mail.example.org|mail.example.org|mx.example.net|ESMTP" },
	{ "from mail.example.org (IDENT:qmailr@mail.example.org [192.0.2.1]) by mx.example.net (8.9.3/8.9.3) with SMTP id XAA" DATE, "192.0.2.1|mail.example.org|mail.example.org|mx.example.net|SMTP" },
	{ "from mail.example.org (host.example.org [192.0.2.1] (may be forged)) by mx.example.net (8.17.1/8.17.1) with ESMTP id 60F" DATE, "192.0.2.1|mail.example.org||mx.example.net|ESMTP" },
	{ "from mail.example.org ([192.0.2.1]) by mx.example.net (8.17.1/8.17.1) with ESMTP id 60F" DATE, "192.0.2.1|mail.example.org||mx.example.net|ESMTP" },
	{ "from pc (dsl.example.org [192.0.2.1]) (authenticated bits=0) by mx.example.net (8.17.1/8.17.1) with ESMTP id 60F" DATE, "192.0.2.1|pc|dsl.example.org|mx.example.net|ESMTP|A" },
	{ "(from root@localhost) by mx.example.net (8.17.1/8.17.1/Submit) id 60F" DATE, "|||mx.example.net|LOCAL" },
	/* Exim */
	{ "from mail.example.org ([192.0.2.1]) by mx.example.net with esmtps  (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96) (envelope-from <a@example.org>) id 1r for b@example.net" DATE, "192.0.2.1|mail.example.org|mail.example.org|mx.example.net|ESMTPS" },
	{ "from mail.example.org ([192.0.2.1] helo=helo.example.org) by mx.example.net with esmtp (Exim 4.96) id 1r" DATE, "192.0.2.1|helo.example.org|mail.example.org|mx.example.net|ESMTP" },
	{ "from [192.0.2.1] (helo=helo.example.org) by mx.example.net with esmtp (Exim 4.96) id 1r" DATE, "192.0.2.1|helo.example.org||mx.example.net|ESMTP" },
	{ "from [192.0.2.1] (port=4711 helo=pc) by mx.example.net with esmtpsa (TLS1.2:ECDHE:256) (Exim 4.96) id 1r" DATE, "192.0.2.1|pc||mx.example.net|ESMTPSA|A" },
	{ "from mail.example.org ([192.0.2.1]:4711) by mx.example.net with esmtp (Exim 4.96) id 1r" DATE, "192.0.2.1|mail.example.org|mail.example.org|mx.example.net|ESMTP" },
	{ "from www-data by mx.example.net with local (Exim 4.96) id 1r" DATE, "|www-data||mx.example.net|LOCAL" },
	/* qmail */
	{ "from unknown (HELO helo.example.org) (192.0.2.1) by mx.example.net with SMTP" DATE, "192.0.2.1|helo.example.org||mx.example.net|SMTP" },
	{ "from mail.example.org (HELO helo.example.org) (ident@192.0.2.1) by mx.example.net with ESMTPA" DATE, "192.0.2.1|helo.example.org|mail.example.org|mx.example.net|ESMTPA|A" },
	{ "from mail.example.org (192.0.2.1) by mx.example.net with SMTP" DATE, "192.0.2.1|mail.example.org|mail.example.org|mx.example.net|SMTP" },
	{ "(qmail 4711 invoked from network); 15 Jan 2026 12:00:00 -0000", "||||LOCAL" },
	{ "(qmail 4711 invoked by uid 89); 15 Jan 2026 12:00:00 -0000", "||||LOCAL" },
	/* Microsoft */
	{ "from helo.example.org (192.0.2.1) by AM1.mail.protection.outlook.com (10.152.1.1) with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE) id 15.20.1.1 via Frontend Transport" DATE, "192.0.2.1|helo.example.org||AM1.mail.protection.outlook.com|SMTP" },
	{ "from AM1.eurprd01.prod.outlook.com (2603:10a6:20b:1::15) by DB1.eurprd01.prod.outlook.com (2603:10a6:10:2::5) with Microsoft SMTP Server (version=TLS1_2) id 15.20.1.1" DATE, "2603:10a6:20b:1::15|AM1.eurprd01.prod.outlook.com||DB1.eurprd01.prod.outlook.com|SMTP" },
	{ "from EX1.corp.example ([fe80::1%15]) by EX1.corp.example ([fe80::1%15]) with mapi id 15.01.1" DATE, "fe80::1|EX1.corp.example||EX1.corp.example|MAPI" },
	{ "from mail.example.org ([192.0.2.1]) by mx.example.net with Microsoft SMTPSVC(6.0.3790.4675)" DATE, "192.0.2.1|mail.example.org||mx.example.net|SMTP" },
	/* Gmail */
	{ "from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41]) by mx.google.com with SMTPS id a1sor (Google Transport Security)" DATE, "209.85.220.41|mail-sor-f41.google.com|mail-sor-f41.google.com|mx.google.com|SMTPS" },
	{ "from helo.example.org ([192.0.2.1]) by mx.google.com with ESMTPS id x1 (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256)" DATE, "192.0.2.1|helo.example.org||mx.google.com|ESMTPS" },
	{ "by 2002:a05:6402:1 with SMTP id x1csp" DATE, "|||2002:a05:6402:1|SMTP" },
	/* Yahoo and other webmail */
	{ "from 192.0.2.1 (EHLO helo.example.org) (192.0.2.1) by 10.217.1.1 with SMTPs" DATE, "192.0.2.1|helo.example.org||10.217.1.1|SMTPS" },
	{ "from sonic.gate.mail.ne1.yahoo.com by sonic304.consmr.mail.ne1.yahoo.com with HTTP" DATE, "|sonic.gate.mail.ne1.yahoo.com||sonic304.consmr.mail.ne1.yahoo.com|HTTP" },
	{ "from [192.0.2.1] by web1.mail.yahoo.com via HTTP" DATE, "192.0.2.1|[192.0.2.1]||web1.mail.yahoo.com|HTTP" },
	{ "from 192.0.2.1 (SquirrelMail authenticated user anna) by webmail.example.net with HTTP" DATE, "192.0.2.1|192.0.2.1||webmail.example.net|HTTP|A" },
	/* Filters and stores */
	{ "from localhost (localhost [127.0.0.1]) by mx.example.net (amavisd-new, port 10024) with ESMTP id x" DATE, "127.0.0.1|localhost|localhost|mx.example.net|ESMTP" },
	{ "from mail.example.org (LHLO mail.example.org) (192.0.2.1) by zimbra.example.net with LMTP" DATE, "192.0.2.1|mail.example.org|mail.example.org|zimbra.example.net|LMTP" },
	{ "from mx.example.net ([192.0.2.1]) by imap.example.net (Dovecot) with LMTP id x" DATE, "192.0.2.1|mx.example.net||imap.example.net|LMTP" },
	/* fetchmail, getmail */
	{ "from pop.example.org [192.0.2.1] by home.example.net with POP3 (fetchmail-6.4.37) for <a@localhost> (single-drop)" DATE, "192.0.2.1|pop.example.org||home.example.net|POP3" },
	{ "from pop.example.org by home.example.net with IMAP4-SSL" DATE, "|pop.example.org||home.example.net|IMAP4-SSL" },
	/* Others */
	{ "from mail.example.org ([192.0.2.1] verified) by mx.example.net (CommuniGate Pro SMTP 6.1) with ESMTP id 1" DATE, "192.0.2.1|mail.example.org||mx.example.net|ESMTP" },
	{ "from [192.0.2.1] (account anna HELO pc.example.org) by mx.example.net (CommuniGate Pro SMTP 6.1) with ESMTP id 1" DATE, "192.0.2.1|pc.example.org||mx.example.net|ESMTP|A" },
	{ "from mail.example.org (HELO helo.example.org) ([192.0.2.1]) by ironport.example.net with ESMTP/TLS/ECDHE" DATE, "192.0.2.1|helo.example.org|mail.example.org|ironport.example.net|ESMTP/TLS/ECDHE" },
	{ "from mail.example.org (mail.example.org[192.0.2.1]) by mx.example.net with ESMTP" DATE, "192.0.2.1|mail.example.org|mail.example.org|mx.example.net|ESMTP" },
	{ "from pc (dsl.example.org [192.0.2.1]) (AUTH: LOGIN anna) by mx.example.net with ESMTP id x" DATE, "192.0.2.1|pc|dsl.example.org|mx.example.net|ESMTP|A" },
	{ "FROM mail.example.org (mail.example.org [192.0.2.1]) BY mx.example.net WITH SMTP ID x" DATE, "192.0.2.1|mail.example.org|mail.example.org|mx.example.net|SMTP" },
	{ "from\thelo.example.org\t(host.example.org\t[192.0.2.1])\tby\tmx.example.net\twith\tESMTP" DATE, "192.0.2.1|helo.example.org|host.example.org|mx.example.net|ESMTP" },
	{ "from mail.example.org (mail.example.org [192.0.2.1])", "192.0.2.1|mail.example.org|mail.example.org||" },
	/* Nothing */
	{ "", NULL },
	{ "from", NULL },
	{ "by", NULL },
	{ "hello", NULL },
	{ "; Thu, 15 Jan 2026 12:00:00 +0000", NULL },
};

static void forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *arena = arena_new(0);
		struct received r;
		char ip[IP_TEXT_MAX];
		struct span got = SPAN_NONE;

		if (received_parse(arena, span_of(rows[i].value), &r))
			got = arena_printf(arena, "%s|%.*s|%.*s|%.*s|%.*s%s", ip_text(&r.ip, ip), SPAN_ARG(r.helo), SPAN_ARG(r.name), SPAN_ARG(r.by), SPAN_ARG(r.protocol), r.authenticated ? "|A" : "");
		if (rows[i].want == NULL ? got.p != NULL : !span_eq(got, span_of(rows[i].want)))
			fail_msg("%s\n  gives %.*s\n  wants %s", rows[i].value, SPAN_ARG(got), rows[i].want);
		arena_free(&arena);
	}
}

static void dates(void **state)
{
	static const struct {
		const char *value;
		int64_t date;
	} v[] = {
		{ "by a.example; Thu, 15 Jan 2026 12:00:00 +0000", 1768478400 },
		{ "by a.example; 15 Jan 2026 13:00:00 +0100 (CET)", 1768478400 },
		{ "by a.example (a;b) id x; Thu, 15 Jan 2026 12:00:00 GMT", 1768478400 },
		{ "by a.example", 0 },
		{ "by a.example; soon", 0 },
	};
	struct arena *arena = arena_new(0);
	struct received r;

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		assert_true(received_parse(arena, span_of(v[i].value), &r));
		assert_int_equal(r.date, v[i].date);
		assert_true(span_eq(r.by, SPAN_LIT("a.example")));
	}
	arena_free(&arena);
}

/* A field as long as a header may be: the date at its end is read, the rest up to its limit. */
static void long_field(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf b = BUF_INIT(arena);
	struct received r;

	(void)state;
	buf_str(&b, "from mail.example.org (mail.example.org [192.0.2.1]) by mx.example.net with ESMTP id ");
	while (b.len < 60000)
		buf_str(&b, "(([192.0.2.9] ");
	buf_str(&b, DATE);
	assert_true(received_parse(arena, buf_span(&b), &r));
	assert_true(r.date == 1768478400 && r.ip.b[15] == 1 && span_eq(r.by, SPAN_LIT("mx.example.net")) && span_eq(r.protocol, SPAN_LIT("ESMTP")));
	arena_free(&arena);
}

/* 198.51.100.0/24 and loopback are trusted. */
static bool trusted(const void *ctx, const struct ip *ip)
{
	static const uint8_t net[15] = { [10] = 0xff, [11] = 0xff, [12] = 198, [13] = 51, [14] = 100 };

	(void)ctx;
	return ip_is_loopback(ip) || memcmp(ip->b, net, sizeof(net)) == 0;
}

/* fields: from the top, separated by newlines; want: ip|helo|name|hops, with |A. */
static const struct {
	const char *client, *fields, *want;
} chains[] = {
	{ "192.0.2.1", "from evil (evil [203.0.113.1]) by x with ESMTP", "192.0.2.1|me|my.name|0" },
	{ "", "from evil (evil [203.0.113.1]) by x with ESMTP", "|me|my.name|0" },
	{ "198.51.100.1", "from mail (mail.example [203.0.113.1]) by mx2 (Postfix) with ESMTP", "203.0.113.1|mail|mail.example|1" },
	{ "198.51.100.1", "from mx3 (mx3.example [198.51.100.3]) by mx2 (Postfix) with ESMTP\nfrom mail (unknown [203.0.113.1]) by mx3 (Postfix) with ESMTP\nfrom x (x [203.0.113.9]) by mail with ESMTP", "203.0.113.1|mail||2" },
	{ "198.51.100.1", "from localhost (localhost [127.0.0.1]) by mx2 (amavisd-new, port 10024) with ESMTP\nfrom mail (mail.example [203.0.113.1]) by mx2 (Postfix) with ESMTP", "203.0.113.1|mail|mail.example|2" },
	{ "198.51.100.1", "from ex1 (10.0.0.1) by ex2 (10.0.0.2) with Microsoft SMTP Server id 1\nfrom mail (203.0.113.1) by ex1 (10.0.0.1) with Microsoft SMTP Server id 1", "203.0.113.1|mail||2" },
	{ "198.51.100.1", "(qmail 1 invoked by uid 2); 15 Jan 2026 12:00:00 -0000\nfrom mail.example (HELO mail) (203.0.113.1) by mx2 with SMTP", "203.0.113.1|mail|mail.example|2" },
	{ "198.51.100.1", "by mx2 with SMTP id 1\nfrom mail (mail.example [203.0.113.1]) by mx2 with ESMTP", "203.0.113.1|mail|mail.example|2" },
	{ "198.51.100.1", "from by (evil.example [203.0.113.1]) by mx2 (Postfix) with ESMTP\nfrom mail (mail.example [203.0.113.9]) by mx2 (Postfix) with ESMTP", "203.0.113.1|by|evil.example|1" },
	/* begun inside */
	{ "198.51.100.1", "", "|||0" },
	{ "198.51.100.1", "by mx2 (Postfix, from userid 33) id x", "|||1" },
	{ "198.51.100.1", "from pc ([10.0.0.7]) by mx2 (Postfix) with ESMTP", "|||1" },
	{ "198.51.100.1", "from pc (pc [198.51.100.9]) (Authenticated sender: anna) by mx2 (Postfix) with ESMTPSA", "|||1|A" },
	{ "198.51.100.1", "from pc (dsl.example [203.0.113.1]) (Authenticated sender: anna) by mx2 (Postfix) with ESMTPSA", "203.0.113.1|pc|dsl.example|1|A" },
	/* nobody knows */
	{ "198.51.100.1", "from mail by mx2 with SMTP\nfrom x (x [203.0.113.1]) by mail with ESMTP", "|||1" },
	{ "198.51.100.1", "gibberish\nfrom x (x [203.0.113.1]) by mail with ESMTP", "|||1" },
	{ "198.51.100.1", "from mail (unknown [unknown]) by mx2 (Postfix) with SMTP\nfrom x (x [203.0.113.1]) by mail with ESMTP", "|||1" },
	{ "198.51.100.1", "from pop.example.org [203.0.113.1] by home with POP3 (fetchmail-6.4.37)\nfrom x (x [203.0.113.2]) by mail with ESMTP", "|||1" },
	{ "198.51.100.1", "from pop.example.org [198.51.100.7] by home with POP3 (fetchmail-6.4.37)\nfrom x (x [203.0.113.2]) by mail with ESMTP", "203.0.113.2|x|x|2" },
};

static void origins(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(chains); i++) {
		struct arena *arena = arena_new(0);
		struct received v[8] = { { .date = 0 } };
		struct received_list list = { v, 0 };
		struct span rest = span_of(chains[i].fields), got;
		struct ip client = { .set = false };
		struct origin o;
		char ip[IP_TEXT_MAX];

		while (rest.len != 0) {
			if (!received_parse(arena, span_split(&rest, '\n'), &v[list.n]))
				v[list.n] = (struct received){ .date = 0 };
			list.n++;
		}
		if (chains[i].client[0] != '\0')
			assert_true(ip_parse(span_of(chains[i].client), &client));
		o = origin_find(&list, &client, SPAN_LIT("me"), SPAN_LIT("my.name"), trusted, NULL);
		got = arena_printf(arena, "%s|%.*s|%.*s|%u%s", ip_text(&o.ip, ip), SPAN_ARG(o.helo), SPAN_ARG(o.name), o.hops, o.authenticated ? "|A" : "");
		if (!span_eq(got, span_of(chains[i].want)))
			fail_msg("%s\n  gives %.*s\n  wants %s", chains[i].fields, SPAN_ARG(got), chains[i].want);
		arena_free(&arena);
	}
}

/* Of a message with more fields than anybody reads. */
static void all(void **state)
{
	struct arena *arena = arena_new(0);
	struct url_context *urls = url_context_new();
	struct buf b = BUF_INIT(arena);
	struct received_list list;

	(void)state;
	for (int i = 0; i < RECEIVED_MAX + 10; i++)
		buf_printf(&b, "Received: from h%d.example (h%d.example\r\n\t[192.0.2.%d]) by mx.example\r\n\twith ESMTP; Thu, 15 Jan 2026 12:00:00 +0000\r\n", i, i, i);
	buf_str(&b, "\r\nx\r\n");
	message_init();
	list = received_all(arena, &message_parse(arena, buf_span(&b), &message_limits_default, urls)->headers);
	assert_int_equal(list.n, RECEIVED_MAX);
	for (size_t i = 0; i < list.n; i++)
		assert_int_equal(list.v[i].ip.b[15], i);
	assert_true(span_eq(list.v[49].helo, SPAN_LIT("h49.example")));
	url_context_free(&urls);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms), cmocka_unit_test(dates), cmocka_unit_test(long_field), cmocka_unit_test(origins), cmocka_unit_test(all),
	};

	return cmocka_run_group_tests_name("received", tests, NULL, NULL);
}
