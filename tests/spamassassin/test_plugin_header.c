/* Evals of the plugins that look at headers, relays, lists and URIs. What is expected is what SpamAssassin 4.0.1 hits with the same rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "spamassassin/plugin.h"
#include "view_fixture.h"

extern const struct sa_plugin sa_plugin_headereval, sa_plugin_relayeval, sa_plugin_wlbleval, sa_plugin_freemail, sa_plugin_urieval, sa_plugin_vbounce,
	sa_plugin_welcomelistsubject, sa_plugin_httpsmismatch;

static const struct sa_plugin *const plugins[] = { &sa_plugin_headereval,         &sa_plugin_relayeval,     &sa_plugin_wlbleval, &sa_plugin_freemail, &sa_plugin_urieval,
	                                           &sa_plugin_welcomelistsubject, &sa_plugin_httpsmismatch, &sa_plugin_vbounce };
#define NPLUGINS (sizeof(plugins) / sizeof(plugins[0]))

static const char rules[] =
	"freemail_domains gmail.com free.example *.mail.example\n"
	"freemail_welcomelist known@gmail.com\n"
	"welcomelist_from *@friend.example.com\n"
	"blocklist_from bad?@example.com *.evil.example.net\n"
	"welcomelist_to list@*\n"
	"welcomelist_from_rcvd *@bank.example.com bank.example.com\n"
	"welcomelist_from_rcvd *@net.example.com [192.0.2.0/24]\n"
	"def_welcomelist_from_rcvd *@shop.example.com shop.example.com\n"
	"welcomelist_subject [our list]\n"
	"blocklist_subject cheap * now\n"
	"welcomelist_bounce_relays relay.example.com\n"
	"enlist_uri_host (MY) example.org !ok.example.org\n"
	"enlist_addrlist (A1) *@*.example.de\n"
	"blocklist_uri_host bad.example.net\n"
	"header ILLEGAL eval:check_illegal_chars('Subject','0.0','2')\n"
	"header HOTMAIL eval:check_for_forged_hotmail_received_headers()\n"
	"header NOHOTMAIL eval:check_for_no_hotmail_received_headers()\n"
	"header YAHOO eval:check_for_forged_yahoo_received_headers()\n"
	"header GMAIL eval:check_for_forged_gmail_received_headers()\n"
	"header MATCHING eval:check_for_matching_env_and_hdr_from()\n"
	"header SORTED eval:sorted_recipients()\n"
	"header SIMILAR eval:similar_recipients('0.65','undef')\n"
	"header NOTO eval:check_for_missing_to_header()\n"
	"header LATE eval:check_for_shifted_date('3','6')\n"
	"header EARLY eval:check_for_shifted_date('undef','-12')\n"
	"header CAPS eval:subject_is_all_caps()\n"
	"header TOADDR eval:check_for_to_in_subject('address')\n"
	"header TOUSER eval:check_for_to_in_subject('user')\n"
	"header OUTLOOK eval:check_outlook_message_id()\n"
	"header UNUSABLE eval:check_messageid_not_usable()\n"
	"header TWOTO eval:check_header_count_range('To','2','99')\n"
	"header TEMPLATE eval:check_unresolved_template()\n"
	"header RATNAME eval:check_ratware_name_id()\n"
	"header RATFROM eval:check_ratware_envelope_from()\n"
	"header GATED eval:gated_through_received_hdr_remover()\n"
	"header DIFFDOM eval:check_equal_from_domains()\n"
	"header NUMHELO eval:check_for_numeric_helo()\n"
	"header TRUSTED eval:check_all_trusted()\n"
	"header NORELAYS eval:check_no_relays()\n"
	"header UNPARSED eval:check_relays_unparseable()\n"
	"header HELOIP eval:helo_ip_mismatch()\n"
	"header DOTCOM eval:check_for_no_rdns_dotcom_helo()\n"
	"header TRAIL eval:check_for_forged_received_trail()\n"
	"header BLOCKED eval:check_from_in_blocklist()\n"
	"header WELCOME eval:check_from_in_welcomelist()\n"
	"header FORGED eval:check_forged_in_welcomelist()\n"
	"header DEFWELCOME eval:check_from_in_default_welcomelist()\n"
	"header TOWELCOME eval:check_to_in_welcomelist()\n"
	"header INLIST eval:check_from_in_list('A1')\n"
	"header REPLYLIST eval:check_replyto_in_list('A1')\n"
	"header MATCHRCVD eval:check_mailfrom_matches_rcvd()\n"
	"header URIMY eval:check_uri_host_listed('MY')\n"
	"header URIBLOCK eval:check_uri_host_in_blocklist()\n"
	"header FREEFROM eval:check_freemail_from()\n"
	"header FREEDIGIT eval:check_freemail_from('\\d@')\n"
	"header FREEREPLY eval:check_freemail_header('Reply-To')\n"
	"header FREEDIFF eval:check_freemail_replyto('replyto')\n"
	"header FREEANSWER eval:check_freemail_replyto('reply')\n"
	"header FREEBODY eval:check_freemail_body()\n"
	"header REDIRECT eval:check_for_http_redirector()\n"
	"header BOUNCE eval:check_welcomelist_bounce_relays()\n"
	"header SUBJWELCOME eval:check_subject_in_welcomelist()\n"
	"header SUBJBLOCK eval:check_subject_in_blocklist()\n"
	"body HTTPSIP eval:check_https_ip_mismatch()\n"
	"body HTTPSMIS eval:check_https_http_mismatch('1','10')\n";

static const struct {
	const char *message, *hits; /* sorted */
} cases[] = {
	{ "Return-Path: <a@r.example.com>\nReceived: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@r.example.com\nTo: b@example.net\nSubject: s\n\nx\n",
	  "MATCHING MATCHRCVD" },
	{ "Return-Path: <example.net=bob@spam.example.org>\nReceived: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@example.com\nTo: bob@example.net, bobby@example.org, bo@ex.test, bona@example.net, bodo@example.net\nSubject: s\n\nx\n",
	  "DIFFDOM RATFROM SIMILAR" },
	{ "From: a@example.com\nTo: b@example.net\nSubject: plain\n\nnothing\n",
	  "GATED NORELAYS UNUSABLE" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@example.com\nSubject: no recipient\n\nx\n",
	  "NOTO" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nReturn-Path: <a@example.com>\nFrom: a@example.com\nTo: b@example.net\nDate: Mon, 1 Jan 2024 14:30:00 +0000\nSubject: BUY THIS THING NOW\n\nx\n",
	  "CAPS LATE" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@example.com\nTo: b@example.net\nDate: Sun, 31 Dec 2023 10:00:00 +0000\nSubject: hello b@example.net today\n\nx\n",
	  "EARLY TOADDR" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: x@hotmail.com\nTo: bob@example.net\nSubject: bob, look\n\nx\n",
	  "NOHOTMAIL TOUSER" },
	{ "Received: from hotmail.com (unknown [192.0.2.9]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: x@hotmail.com\nTo: bob@example.net\nSubject: re: bob\n\nx\n",
	  "DOTCOM HOTMAIL TOUSER" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: x@yahoo.com\nTo: y@example.net\nSubject: \344\366\374\344\366\n\nx\n",
	  "ILLEGAL YAHOO" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: x1@gmail.com\nReply-To: y@free.example\nTo: y@example.net\nSubject: s\n\nx\n",
	  "FREEANSWER FREEDIFF FREEDIGIT FREEFROM FREEREPLY GMAIL" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: x@gmail.com\nTo: y@example.net\nSubject: s\n\nwrite to other@sub.mail.example please\n",
	  "FREEANSWER FREEBODY FREEFROM GMAIL" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: known@gmail.com\nReply-To: z9@gmail.com\nTo: y@example.net\nSubject: s\n\n<z9@gmail.com> and q@gmail.com\n",
	  "FREEBODY FREEDIFF FREEREPLY GMAIL" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@friend.example.com\nTo: aa@e.test, ab@e.test, ac@e.test, ad@e.test, ae@e.test, af@e.test, ag@e.test\nSubject: s\n\nx\n",
	  "SORTED WELCOME" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: bad1@example.com\nTo: list@example.net\nSubject: [our list] news\n\nx\n",
	  "BLOCKED SUBJWELCOME TOWELCOME" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@bank.example.com\nTo: b@example.net\nSubject: cheap pills now\n\nx\n",
	  "FORGED SUBJBLOCK" },
	{ "Received: from h (mail.bank.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; x\nFrom: a@bank.example.com\nTo: b@example.net\nSubject: s\n\nx\n",
	  "WELCOME" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@net.example.com\nTo: b@example.net\nSubject: s\n\nx\n",
	  "WELCOME" },
	{ "Received: from h (www.shop.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; x\nReturn-Path: <z@shop.example.com>\nFrom: a@shop.example.com\nReply-To: q@x.example.de\nTo: b@example.net\nSubject: s\n\nx\n",
	  "DEFWELCOME REPLYLIST" },
	{ "Received: from 192.0.2.77 (r.example.com [198.51.100.1]) by mx.example.net (Postfix) with ESMTP id A; x\nFrom: a@x.example.de\nTo: b@example.net\nSubject: s\n\nhttp://a.example.org/ and http://ok.example.org/\n",
	  "HELOIP INLIST NUMHELO URIMY" },
	{ "Received: from mail.hotmail.com (unknown [198.51.100.1]) by mx.example.net (Postfix) with ESMTP id A; x\nFrom: a@example.com\nTo: b@example.net\nSubject: s\n\nhttp://www.bad.example.net/x and http://a.example.com/?u=http://b.example.net/\n",
	  "DOTCOM HOTMAIL REDIRECT URIBLOCK" },
	{ "Received: from x (localhost [127.0.0.1]) by mx.example.net (Postfix) with ESMTP id A; x\nFrom: a@example.com\nTo: b@example.net\nSubject: s\n\nx\n",
	  "TRUSTED" },
	{ "Received: from something odd [1.2\nFrom: a@example.com\nTo: b@example.net\nSubject: s\n\nx\n",
	  "UNPARSED" },
	{ "Received: from h (r [198.51.100.1]) by one.example.com (Postfix) with ESMTP id A; x\nReceived: from h (c.two.example.org [198.51.100.2]) by three.example.net (Postfix) with ESMTP id B; x\nReceived: from h (d.four.example.cn [198.51.100.3]) by five.example.info (Postfix) with ESMTP id C; x\nReceived: from h (e [198.51.100.3]) by six.example.uk (Postfix) with ESMTP id D; x\nFrom: a@example.com\nTo: b@example.net\nSubject: s\n\nx\n",
	  "TRAIL" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nMessage-ID: <0001abcdef01$12345678$9abcdef0@host>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@example.com\nTo: b@example.net\nTo: c@example.net\nX-Thing: %RNDWORD here\nSubject: s\n\nx\n",
	  "OUTLOOK TEMPLATE TWOTO" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nList-Unsubscribe: <mailto:list-unsubscribe@example.org>\nMessage-ID: <ABCDEFGHIJKLMNOPQRSTUVWXYZAB.ann@example.com>\nFrom: \"Ann\" <ann@example.com>\nTo: b@example.net\nSubject: s\n\nx\n",
	  "RATNAME UNUSABLE" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nReturn-Path: <x-example.net=bob@spam.example.org>\nFrom: a@example.com\nTo: bob@example.net\nSubject: s\n\nx\n",
	  "" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@example.com\nTo: b@example.net\nSubject: failed\n\nYour mail:\n\nReceived: from relay.example.com by x.example.org; Mon\n",
	  "BOUNCE" },
	{ "Received: from h.example.com (r.example.com [192.0.2.1]) by mx.example.net (Postfix) with ESMTP id A; Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@example.com\nTo: b@example.net\nSubject: s\nContent-Type: text/html\n\n<a href=\"http://192.0.2.5/x\">https://www.example.com/</a>\n<a href=\"http://www.example.org/x\">https://www.example.com/</a>\n",
	  "HTTPSIP HTTPSMIS URIMY" },
};

struct bench {
	struct fixture f;
	const void *states[NPLUGINS];
	struct regex_memory *memory;
};

static const struct sa_eval *find_eval(struct span name, size_t *plugin_r)
{
	for (*plugin_r = 0; *plugin_r < NPLUGINS; ++*plugin_r) {
		for (const struct sa_eval *e = plugins[*plugin_r]->evals; e->name != NULL; e++) {
			if (span_eq(name, span_of(e->name)))
				return e;
		}
	}
	fail_msg("no eval %.*s", SPAN_ARG(name));
	return NULL;
}

static bool hits(struct bench *b, struct sa_view *v, const struct cf_rule *rule)
{
	struct cf_call call;
	struct sa_call c = { .view = v, .memory = b->memory, .rule = rule->name, .kind = rule->eval_kind };
	const struct sa_eval *eval;
	size_t plugin;

	assert_true(cf_call_read(b->f.arena, rule->text, &call));
	eval = find_eval(call.function, &plugin);
	c.state = b->states[plugin];
	c.args = call.args;
	c.nargs = call.nargs;
	return eval->run(&c) != 0;
}

static int by_name(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static struct span all_hits(struct bench *b, struct sa_view *v)
{
	struct span *names = ARENA_ARRAY(b->f.arena, b->f.cf->nrules, struct span);
	struct buf out = BUF_INIT(b->f.arena);
	size_t n = 0;

	for (size_t i = 0; i < b->f.cf->nrules; i++) {
		if (hits(b, v, &b->f.cf->rules[i]))
			names[n++] = b->f.cf->rules[i].name;
	}
	qsort(names, n, sizeof(names[0]), by_name);
	for (size_t i = 0; i < n; i++) {
		buf_str(&out, i == 0 ? "" : " ");
		buf_add(&out, names[i]);
	}
	return buf_span(&out);
}

static void test_evals(void **state)
{
	struct bench b;

	(void)state;
	fixture_open(&b.f, rules);
	assert_int_equal(b.f.cf->nproblems, 0);
	b.memory = regex_memory_new();
	for (size_t i = 0; i < NPLUGINS; i++)
		b.states[i] = plugins[i]->init != NULL ? plugins[i]->init(b.f.arena, b.f.cf) : NULL;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span found = all_hits(&b, fixture_view(&b.f, cases[i].message));

		if (!span_eq(found, span_of(cases[i].hits)))
			fail_msg("%s:\n'%.*s'\nnot\n'%s'", cases[i].message, SPAN_ARG(found), cases[i].hits);
	}
	regex_memory_free(&b.memory);
	fixture_close(&b.f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_evals) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
