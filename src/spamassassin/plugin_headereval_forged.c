/* Claims to come from a large provider that the Received fields do not bear out. */
#include "base/ascii.h"
#include "spamassassin/plugin_headereval.h"

#define HAS(c, which, text) headereval_has((c), (which), (text), NULL, 0)
#define TEXT(c, name) sa_header_text((c)->view, SPAN_LIT(name))

/* Whether s ends in a word "name" (any case), which begins behind no letter or digit. */
static bool ends_in_host(struct span s, struct span name)
{
	size_t at;

	if (span_ends(s, SPAN_LIT("\n")))
		s.len--;
	if (!span_case_ends(s, name))
		return false;
	at = s.len - name.len;
	return at == 0 || (!ascii_isalnum(s.p[at - 1]) && s.p[at - 1] != '_');
}

static bool from_is(struct sa_call *c, struct span name)
{
	return ends_in_host(TEXT(c, "From:addr"), name);
}

/* Mailing lists that take the Received fields away. */
int headereval_gated(struct sa_call *c)
{
	struct span list = TEXT(c, "Mailing-List"), received = TEXT(c, "Received");

	if (HAS(c, RE_EZMLM, list)) {
		struct span to = TEXT(c, "Delivered-To");
		bool to_list = span_starts(to, SPAN_LIT("mailing list ")) || span_has(to, SPAN_LIT("\nmailing list "));

		if (to_list && span_chr(to, '@') != SPAN_NPOS && HAS(c, RE_EZMLM_RECEIVED, received))
			return 1;
	}
	if (sa_header_values(c->view, SPAN_LIT("Received"))->n == 0)
		return 1;
	return HAS(c, RE_MSN_GROUPS, received);
}

int headereval_fake_aol(struct sa_call *c)
{
	struct span received = headereval_single(c, TEXT(c, "Received"));
	size_t at = 0, n;

	for (;; at += n + 5) {
		n = span_case_find(span_from(received, at), SPAN_LIT(" rly-"));
		if (n == SPAN_NPOS)
			return 0;
		if (at + n + 10 <= received.len) {
			const char *p = received.p + at + n + 5;

			if (ascii_isalpha(p[0]) && ascii_isalpha(p[1]) && ascii_isdigit(p[2]) && ascii_isdigit(p[3]) && p[4] == '.')
				break;
		}
	}
	if (span_has(received, SPAN_LIT("ESMTP id RELAY")) || span_has(received, SPAN_LIT("ESMTP id MAILRELAY")) || span_has(received, SPAN_LIT("ESMTP id MAILIN")))
		return 0;
	for (at = 0; (n = span_find(span_from(received, at), SPAN_LIT("/AOL-"))) != SPAN_NPOS;) {
		unsigned dots = 0;

		for (at += n + 5; at < received.len && (ascii_isdigit(received.p[at]) || received.p[at] == '.'); at++)
			dots += received.p[at] == '.';
		if (dots == 2 && at < received.len && received.p[at] == ')')
			return 0;
	}
	return 1;
}

/* 1: a HELO claims it, 2: the From field does; 0: nothing is wrong. */
static int judge_hotmail(struct sa_call *c)
{
	struct span received = headereval_single(c, TEXT(c, "Received")), org = TEXT(c, "X-OriginatorOrg");
	bool by_ip, by_org;

	if (HAS(c, RE_HOTMAIL_PICKUP, received) || headereval_msn_groups(c))
		return 0;
	by_ip = HAS(c, RE_IP, TEXT(c, "X-Originating-Ip"));
	by_org = span_has(org, SPAN_LIT("hotmail.com")) || span_has(org, SPAN_LIT("msonline-outlook"));
	if (headereval_gated(c))
		return 0;
	if (by_ip && (HAS(c, RE_HOTMAIL_FROM, received) || HAS(c, RE_HOTMAIL_IP, received) || HAS(c, RE_HOTMAIL_HTTP, received) || HAS(c, RE_HOTMAIL_YAHOO, received)))
		return 0;
	if (by_org && (HAS(c, RE_OUTLOOK_FROM, received) || HAS(c, RE_OUTLOOK_PROD, received)))
		return 0;
	if (HAS(c, RE_HOTMAIL_CLAIM, received))
		return 1;
	return from_is(c, SPAN_LIT("hotmail.com")) ? 2 : 0;
}

int headereval_forged_hotmail(struct sa_call *c)
{
	return judge_hotmail(c) == 1;
}

int headereval_no_hotmail(struct sa_call *c)
{
	return judge_hotmail(c) == 2;
}

/* The name of the list in a To field "<NAME@groups.msn.com>". */
static bool msn_list(struct sa_call *c, struct span *name_r)
{
	struct span to = TEXT(c, "To");
	size_t end = span_case_find(to, SPAN_LIT("@groups.msn.com>")), from;

	if (end == SPAN_NPOS)
		return false;
	for (from = end; from > 0 && !ascii_isspace(to.p[from - 1]) && to.p[from - 1] != '<'; from--)
		;
	*name_r = span_sub(to, from, end - from);
	return from > 0 && from < end && to.p[from - 1] == '<';
}

int headereval_msn_groups(struct sa_call *c)
{
	struct span list, group[2], id = TEXT(c, "Message-Id"), server, rest;
	size_t at;

	if (!msn_list(c, &list) || !headereval_has(c, RE_MSN_PICKUP, TEXT(c, "Received"), group, 2))
		return 0;
	server = group[1];
	at = span_chr(id, '@');
	if (!span_starts(id, SPAN_LIT("<")) || at == SPAN_NPOS)
		return 0;
	rest = span_from(id, at + 1);
	if (span_eq(list, SPAN_LIT("notifications")))
		return span_starts(rest, server) && span_starts(span_from(rest, server.len), SPAN_LIT(">"));
	if (!span_starts(span_from(id, 1), list) || !span_starts(span_from(id, 1 + list.len), SPAN_LIT("-")) || !span_starts(rest, SPAN_LIT("groups.msn.com>")))
		return 0;
	rest = TEXT(c, "EnvelopeFrom:addr");
	at = span_find(rest, list);
	return at != SPAN_NPOS && span_starts(span_from(rest, at + list.len), SPAN_LIT("-bounce@groups.msn.com"));
}

int headereval_forged_eudora(struct sa_call *c)
{
	struct span received;

	if (!from_is(c, SPAN_LIT("eudoramail.com")) || headereval_gated(c))
		return 0;
	received = headereval_single(c, TEXT(c, "Received"));
	return !HAS(c, RE_WHOWHERE, received) || !HAS(c, RE_IP, TEXT(c, "X-Sender-Ip"));
}

int headereval_forged_yahoo(struct sa_call *c)
{
	struct span received, other;
	const struct sa_relays *relays;

	if (!from_is(c, SPAN_LIT("yahoo.com")) || headereval_gated(c))
		return 0;
	received = TEXT(c, "Received");
	if (TEXT(c, "Resent-From").len != 0 && TEXT(c, "Resent-To").len != 0) {
		other = TEXT(c, "X-Received");
		received = other.len != 0 ? other : received;
	}
	received = headereval_single(c, received);
	/* Bounces of Yahoo itself */
	relays = sa_relays(c->view);
	if (HAS(c, RE_YAHOO_TRUSTED, relays->trusted_text) || HAS(c, RE_YAHOO_UNTRUSTED, relays->untrusted_text))
		return 0;
	if (HAS(c, RE_YAHOO_BULK, received) && span_case_ends(TEXT(c, "From:addr"), SPAN_LIT("@reply.yahoo.com")))
		return 0;
	return !HAS(c, RE_YAHOO_OWN, received);
}

int headereval_forged_juno(struct sa_call *c)
{
	struct span origin, mailer, received;

	if (!from_is(c, SPAN_LIT("juno.com")) || headereval_gated(c))
		return 0;
	origin = TEXT(c, "X-Originating-IP");
	mailer = TEXT(c, "X-Mailer");
	received = TEXT(c, "Received");
	if (origin.len != 0) {
		if (!HAS(c, RE_JUNO_FROM, received) && !HAS(c, RE_JUNO_COOKIE, received))
			return 1;
		return !span_has(mailer, SPAN_LIT("Juno "));
	}
	/* Without that field nothing but the old web mail is left, and it always wrote the field. */
	return 1;
}

int headereval_forged_gmail(struct sa_call *c)
{
	if (!from_is(c, SPAN_LIT("gmail.com")))
		return 0;
	if (HAS(c, RE_GMAIL_RECEIVED, TEXT(c, "X-Received")) || HAS(c, RE_GMAIL_SUBMITTED, TEXT(c, "Received")))
		return 0;
	return TEXT(c, "X-Gm-Message-State").len < 60 || TEXT(c, "X-Google-Smtp-Source").len < 60;
}

int headereval_forged_gw05(struct sa_call *c)
{
	return HAS(c, RE_GW05, TEXT(c, "Received"));
}
