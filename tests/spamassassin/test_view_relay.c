/* Received fields and the way of a message. What is expected is what SpamAssassin 4.0.1 gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "view_fixture.h"

static const struct {
	const char *field, *relay; /* "none": tells nothing; "unreadable" */
} forms[] = {
	{ "from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id ABC123 for <u@example.net>; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=ABC123 auth= msa=0 ]" },
	{ "from h.example.com (unknown [192.0.2.1]) by mx.example.net (Postfix) with ESMTPS id ABC123; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=ABC123 auth= msa=0 ]" },
	{ "from h.example.com (r.example.com[192.0.2.1]) by mx.example.net (Postfix) with SMTP id ABC123; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=ABC123 auth= msa=0 ]" },
	{ "from [10.1.2.3] (r.example.com [192.0.2.1]) (Authenticated sender: joe) by mx.example.net (Postfix) with ESMTPSA id ABC123; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=!10.1.2.3! by=mx.example.net ident= envfrom= intl=1 id=ABC123 auth=ESMTPSA msa=0 ]" },
	{ "from h.example.com (r.example.com [IPv6:2001:db8::5]) by mx.example.net (Postfix) with ESMTPS id ABC123; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=2001:db8::5 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=ABC123 auth= msa=0 ]" },
	{ "from h.example.com (joe@r.example.com [192.0.2.1] (may be forged)) by mx.example.net (8.15.2/8.15.2) with ESMTP id x0123; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident=joe envfrom= intl=0 id=x0123 auth= msa=0 ]" },
	{ "from h.example.com (IDENT:joe@r.example.com [192.0.2.1]) by mx.example.net (8.15.2/8.15.2) with ESMTP id x0123; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident=joe envfrom= intl=0 id=x0123 auth= msa=0 ]" },
	{ "from h.example.com ([192.0.2.1]) by mx.example.net (8.15.2/8.15.2) with ESMTP id x0123; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=x0123 auth= msa=0 ]" },
	{ "from h (joe@[192.0.2.1]) by mx.example.net (8.11.6/8.11.6) with SMTP id x0123; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h by=mx.example.net ident=joe envfrom= intl=0 id=x0123 auth= msa=0 ]" },
	{ "from h.example.com (r.example.com [192.0.2.1]) (authenticated bits=0) by mx.example.net (8.12.6/8.12.6) with ESMTP id x0123; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=1 id=x0123 auth=Sendmail msa=0 ]" },
	{ "from r.example.com ([192.0.2.1] helo=h.example.com) by mx.example.net with esmtp (Exim 4.94) (envelope-from <s@example.com>) id 1abcde-000000-00; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom=s@example.com intl=0 id=1abcde-000000-00 auth= msa=0 ]" },
	{ "from [192.0.2.1] (helo=h.example.com ident=joe) by mx.example.net with smtp (Exim 3.35) id 1abcde-000000-00; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident=joe envfrom= intl=0 id=1abcde-000000-00 auth= msa=0 ]" },
	{ "from r.example.com ([192.0.2.1]:4711) by mx.example.net with esmtps (TLS1.3) (Exim 4.94) id 1abcde-000000-00; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=r.example.com by=mx.example.net ident= envfrom= intl=0 id=1abcde-000000-00 auth= msa=0 ]" },
	{ "from r.example.com [192.0.2.1] by mx.example.net with esmtp (Exim 3.35) id 1abcde-000000-00; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=r.example.com by=mx.example.net ident= envfrom= intl=0 id=1abcde-000000-00 auth= msa=0 ]" },
	{ "from r.example.com (h.example.com) [192.0.2.1.4711] (mail) by mx.example.net with esmtp (Exim 3.35) id 1abcde-000000-00; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=1abcde-000000-00 auth= msa=0 ]" },
	{ "from joe by mx.example.net with local (Exim 4.94) id 1abcde-000000-00; Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "from h.example.com ([192.0.2.1]) by mx.example.net with Microsoft SMTPSVC(5.0.2195.6713); Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from mail pickup service by mx.example.net with Microsoft SMTPSVC; Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "from a.example.com (10.45.252.152) by b.example.com (10.45.252.153) with Microsoft SMTP Server (TLS) id 15.1.1261.35; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=10.45.252.152 rdns=a.example.com helo=a.example.com by=b.example.com ident= envfrom= intl=1 id=15.1.1261.35 auth= msa=0 ]" },
	{ "from a.example.com ([fe80::1]) by b.example.com ([fe80::1%6]) with mapi id 15.20.1943.023; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=fe80::1 rdns= helo=a.example.com by=b.example.com ident= envfrom= intl=1 id= auth= msa=0 ]" },
	{ "from r.example.com (HELO h.example.com) (192.0.2.1) by mx.example.net with SMTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from unknown (HELO h.example.com) (joe@192.0.2.1) by mx.example.net with SMTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident=joe envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from r.example.com (192.0.2.1) by mx.example.net with SMTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=r.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from r.example.com (HELO h.example.com) (192.0.2.1) by mx.example.net (qpsmtpd/0.27-dev) with ESMTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from r.example.com (EHLO h.example.com) [192.0.2.1] by mx.example.net (mp010) with SMTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from r.example.com (LHLO h.example.com) (10.2.2.20) by mx.example.net with LMTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=10.2.2.20 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=1 id= auth= msa=0 ]" },
	{ "from h.example.com (192.0.2.1:23198) by mx.example.net with [XMail 1.20 ESMTP Server] id <S72E> for <u@example.net> from <s@example.com>; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom=s@example.com intl=0 id=S72E auth= msa=0 ]" },
	{ "from ([192.0.2.1:49601] helo=h.example.com) by mx.example.net (ecelerity 2.1.1.3 r(11743)) with ESMTP id 52/92; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=52/92 auth= msa=0 ]" },
	{ "from ([192.0.2.1:33672]) by mx.example.net (ecelerity HEAD) with SMTP id EE/20; Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "from h ( 192.0.2.1) by mx.example.net (Scalix SMTP Relay 10.0.1.3) via ESMTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from h.example.com ([192.0.2.1]) by mx.example.net (Lotus Domino Release 5.0.8) with ESMTP id 2003; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=2003 auth= msa=0 ]" },
	{ "from 192.0.2.1 ([192.0.2.1]) by mx.example.net (IMP) with HTTP for <u@localhost>; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo= by=mx.example.net ident= envfrom= intl=1 id= auth=HTTP msa=0 ]" },
	{ "from 192.0.2.1 (SquirrelMail authenticated user joe) by mx.example.net with HTTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo= by=mx.example.net ident= envfrom= intl=1 id= auth=HTTP msa=0 ]" },
	{ "from 192.0.2.1 by web.sysops.aol.com (192.0.2.9) with HTTP (WebMailUI); Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo= by=web.sysops.aol.com ident= envfrom= intl=1 id= auth=HTTP msa=0 ]" },
	{ "from [192.0.2.1] by web1.mail.example.com via HTTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo= by=web1.mail.example.com ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from [192.0.2.1] by mx.example.net with smtp; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo= by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from h.example.com (<unknown.domain>[192.0.2.1]) by mx.example.net (mx) with SMTP id <2002>; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=2002 auth= msa=0 ]" },
	{ "from h.example.com (r.example.com[192.0.2.1]) by mx.example.net (mx) with SMTP id <2003>; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=2003 auth= msa=0 ]" },
	{ "from h.example.com (softdnserr [::ffff:192.0.2.1]) by mx.example.net with esmtp; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from h.example.com [192.0.2.1] by mx.example.net [192.0.2.2] with SMTP (MDaemon.v5); Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from r.example.com(192.0.2.1) by mx.example.net via smap (V1.3) id xma1; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo= by=mx.example.net ident= envfrom= intl=0 id=xma1 auth= msa=0 ]" },
	{ "from r.example.com(192.0.2.1, HELO h.example.com) by mx.example.net via smap (V1.3) id xma1; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=xma1 auth= msa=0 ]" },
	{ "from 192.0.2.1 by mx.example.net (InterScan E-Mail VirusWall NT); Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo= by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from [192.0.2.1] (account joe HELO [192.0.2.3]) by mx.example.net (CommuniGate Pro SMTP 5.1) with ESMTP id 9; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=!192.0.2.3! by=mx.example.net ident= envfrom= intl=1 id= auth=Communigate msa=0 ]" },
	{ "from h.example.com ([192.0.2.1] verified) by mx.example.net (CommuniGate Pro SMTP 5.1.13) with ESMTP id 9; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=h.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from 192.0.2.1 by mx.example.net with ESMTP (Relay); Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo= by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from 192.0.2.1 (HELO h) by mx.example.net (192.0.2.2) with SMTP; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from r.example.com(192.0.2.1), claiming to be \"h.example.com\" via SMTP by mx.example.net, id smtpd1; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=smtpd1 auth= msa=0 ]" },
	{ "from mx.example.net [127.0.0.1] by localhost with IMAP (fetchmail-5.9.0) for joe@localhost (single-drop); Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "FROM h.example.com (r.example.com [192.0.2.1]) BY mx.example.net ID 434B.1.2 ; 11 Oct 2005 01:41:34 -0400",
	  "[ ip=192.0.2.1 rdns=r.example.com helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id=434B.1.2 auth= msa=0 ]" },
	{ "(from localhost [192.0.2.1]) by mx.example.net (NAVGW 2.5.2.12) with SMTP id M2006; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=localhost by=mx.example.net ident= envfrom= intl=0 id=M2006 auth= msa=0 ]" },
	{ "(from joe@localhost) by mx.example.net (8.12.11/8.12.11/Submit) id i1; Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "by mx.example.net with SMTP id abc; Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "(qmail 123 invoked by uid 0); 1 Jan 2024 10:00:00 -0000",
	  "none" },
	{ "from a.example.com by b.example.com; Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "from [192.0.2.1] by mx.example.net; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=!192.0.2.1! by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from joe@example.com by mx.example.net (mail_out) id 7; Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "from localhost (localhost [127.0.0.1]) by mx.example.net (Postfix) with ESMTP id 1; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=127.0.0.1 rdns=localhost helo=localhost by=mx.example.net ident= envfrom= intl=1 id= auth= msa=0 ]" },
	{ "from localhost (joe@localhost) by mx.example.net (8.9.3/8.9.3) with SMTP id x1; Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "from a.example.com by b.example.com with ESMTP id 3; Mon, 1 Jan 2024 10:00:00 +0000",
	  "none" },
	{ "from h.example.com whatever 192.0.2.1 nobody knows",
	  "unreadable" },
	{ "from h [192.0.2.1] whatever by mx.example.net in time",
	  "[ ip=192.0.2.1 rdns= helo=h by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
	{ "from h.example.com ([192.0.2.1]) by mx.example.net id 1 for <x@example.com>; Mon, 1 Jan 2024 10:00:00 +0000",
	  "[ ip=192.0.2.1 rdns= helo=h.example.com by=mx.example.net ident= envfrom= intl=0 id= auth= msa=0 ]" },
};

static void test_forms(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct span message = arena_printf(f.arena, "Received: %s\nFrom: a@example.com\n\nx\n", forms[i].field), found;
		const struct sa_relays *r = sa_relays(fixture_view(&f, arena_str(f.arena, message)));

		found = r->n != 0 ? r->v[0].as_string : r->unparseable != 0 ? SPAN_LIT("unreadable") : SPAN_LIT("none");
		if (!span_eq(found, span_of(forms[i].relay)))
			fail_msg("%s: '%.*s'", forms[i].field, SPAN_ARG(found));
	}
	fixture_close(&f);
}

#define HOP(ip) "Received: from h (r.example.com [" ip "]) by mx.example.net (Postfix) with ESMTP id A; x\n"

static void assert_path(const char *config, const char *message, size_t n, size_t trusted, size_t internal)
{
	struct fixture f;
	const struct sa_relays *r;

	fixture_open(&f, config);
	r = sa_relays(fixture_view(&f, message));
	assert_int_equal(r->n, n);
	assert_int_equal(r->ntrusted, trusted);
	assert_int_equal(r->ninternal, internal);
	fixture_close(&f);
}

static void test_trust(void **state)
{
	static const char three[] = HOP("10.0.0.1") HOP("192.0.2.1") HOP("10.0.0.2") "\nx\n";

	(void)state;
	/* Nothing is configured: private addresses in front are ours. */
	assert_path("", three, 3, 1, 1);
	assert_path("trusted_networks 10/8 192.0.2.1\n", three, 3, 3, 3);
	assert_path("trusted_networks 10/8 192.0.2.\ninternal_networks 10.0.0.0/24\n", three, 3, 3, 1);
	assert_path("trusted_networks !10.0.0.1 10/8\n", three, 3, 0, 0);
	assert_path("trusted_networks 10.0.0.1\nclear_trusted_networks\ntrusted_networks 192.0.2.1\n", three, 3, 0, 0);
	/* Behind the machine that takes mail from users, all are trusted. */
	assert_path("trusted_networks 10/8\nmsa_networks 10.0.0.1\n", three, 3, 3, 3);
	/* What stands above the fetch from a mailbox does not count. */
	assert_path("", HOP("10.0.0.1") "Received: from m [127.0.0.1] by l with IMAP (fetchmail-6.3); x\n" HOP("192.0.2.1") "\nx\n", 1, 0, 0);
	assert_path("", HOP("192.0.2.1") "X-Originating-IP: [198.51.100.7]\n\nx\n", 2, 0, 0);
	assert_path("", "Subject: none\n\nx\n", 0, 0, 0);
}

/* However many fields there are, and whatever they hold, it ends soon. */
static void test_hostile(void **state)
{
	struct fixture f;
	struct buf message = BUF_INIT(NULL);

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < 3000; i++)
		buf_str(&message, "Received: from a (b [192.0.2.1]) by c (Postfix) with SMTP id 1; x\n");
	buf_str(&message, "Received: from ");
	for (size_t i = 0; i < 3000; i++)
		buf_str(&message, "((HELO ((");
	buf_add(&message, SPAN_LIT("\n\nx\n\0"));
	assert_in_range(sa_relays(fixture_view(&f, message.p))->n, 1, 1000);
	buf_free(&message);
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
