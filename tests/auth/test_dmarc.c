/* DMARC: records, alignment, discovery, results, policies, sampling. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>

#include "../support/dns_table.h"
#include "auth/dmarc.h"

struct fixture {
	struct arena *arena;
	struct url_context *urls;
	struct loop *loop;
	struct dns_table *dns;
};

static struct fixture fx;

static int setup(void **state)
{
	(void)state;
	fx = (struct fixture){ .arena = arena_new(0), .urls = url_context_new(), .loop = loop_new() };
	fx.dns = dns_table_new(fx.loop);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	dns_table_free(&fx.dns);
	loop_free(&fx.loop);
	url_context_free(&fx.urls);
	arena_free(&fx.arena);
	return 0;
}

/* want: "p sp np adkim aspf pct", "other" or "bad". */
static const struct {
	const char *text, *want;
} records[] = {
	{ "v=DMARC1; p=none", "none none none r r 100" },
	{ "v=DMARC1;p=reject", "reject reject reject r r 100" },
	{ "v=DMARC1;p=reject;", "reject reject reject r r 100" },
	{ "v = DMARC1 ; p = quarantine ; ", "quarantine quarantine quarantine r r 100" },
	{ "V=DMARC1; P=Reject; ADKIM=S", "reject reject reject s r 100" },
	{ "v=DMARC1; p=reject; sp=none", "reject none none r r 100" },
	{ "v=DMARC1; p=none; sp=reject; np=quarantine", "none reject quarantine r r 100" },
	{ "v=DMARC1; p=reject; np=none", "reject reject none r r 100" },
	{ "v=DMARC1; p=reject; np=nonsense", "reject reject reject r r 100" },
	{ "v=DMARC1; p=reject; adkim=s; aspf=s; pct=50", "reject reject reject s s 50" },
	{ "v=DMARC1; p=reject; adkim=x; aspf=", "reject reject reject r r 100" },
	{ "v=DMARC1; p=reject; pct=0", "reject reject reject r r 0" },
	{ "v=DMARC1; p=reject; pct=101", "reject reject reject r r 100" },
	{ "v=DMARC1; p=reject; pct=-5", "reject reject reject r r 100" },
	{ "v=DMARC1; p=reject; pct=20%", "reject reject reject r r 100" },
	{ "v=DMARC1; p=reject; unknown=x; =; ;; garbage; aspf=s", "reject reject reject r s 100" },
	{ "v=DMARC1; rua=mailto:a@example.com; p=reject", "reject reject reject r r 100" },
	{ "v=DMARC1; p=reject; p=none", "reject reject reject r r 100" },
	{ "v=DMARC1; sp=none; adkim=s; p=quarantine", "quarantine none none s r 100" },
	/* 6.6.3: without a policy that can be used, somebody who wants reports has p=none */
	{ "v=DMARC1; rua=mailto:a@example.com", "none none none r r 100" },
	{ "v=DMARC1; p=bogus; rua=mailto:a@example.com!10m", "none none none r r 100" },
	{ "v=DMARC1; p=reject; sp=bogus; rua=https://example.com/", "none none none r r 100" },
	{ "v=DMARC1; p=bogus; rua=bogus, mailto:a@example.com", "none none none r r 100" },
	{ "v=DMARC1; p=bogus; rua=mailto:nobody", "bad" },
	{ "v=DMARC1; p=bogus; rua=a@example.com", "bad" },
	{ "v=DMARC1; p=reject; sp=bogus", "bad" },
	{ "v=DMARC1; p=", "bad" },
	{ "v=DMARC1", "bad" },
	{ "v=DMARC1;", "bad" },
	/* others */
	{ "", "other" },
	{ "v=DMARC2; p=none", "other" },
	{ "v=DMARC11; p=none", "other" },
	{ "v=dmarc1; p=none", "other" },
	{ "p=none; v=DMARC1", "other" },
	{ "v=spf1 -all", "other" },
	{ "v=DMARC1 p=none", "other" },
	{ ";v=DMARC1; p=none", "other" },
};

static void test_records(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct dmarc_record r;
		char got[100];

		switch (dmarc_record_parse(span_of(records[i].text), &r)) {
		case DMARC_OTHER:
			snprintf(got, sizeof(got), "other");
			break;
		case DMARC_BAD:
			snprintf(got, sizeof(got), "bad");
			break;
		case DMARC_GOOD:
			snprintf(got, sizeof(got), "%s %s %s %s %s %u", dmarc_policy_name(r.p), dmarc_policy_name(r.sp), dmarc_policy_name(r.np), r.strict_dkim ? "s" : "r",
				 r.strict_spf ? "s" : "r", r.pct);
		}
		if (strcmp(got, records[i].want) != 0)
			fail_msg("'%s' gives '%s', not '%s'", records[i].text, got, records[i].want);
	}
}

static void test_report_tags(void **state)
{
	struct dmarc_record r;

	(void)state;
	assert_int_equal(dmarc_record_parse(SPAN_LIT("v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@example.com!5m; ruf = mailto:c@example.com ; fo=1:d; ri=3600"), &r), DMARC_GOOD);
	assert_true(span_eq(r.rua, SPAN_LIT("mailto:a@example.com,mailto:b@example.com!5m")));
	assert_true(span_eq(r.ruf, SPAN_LIT("mailto:c@example.com")));
	assert_true(span_eq(r.fo, SPAN_LIT("1:d")));
	assert_int_equal(r.ri, 3600);
	assert_int_equal(dmarc_record_parse(SPAN_LIT("v=DMARC1; p=none; fo=; ri=never"), &r), DMARC_GOOD);
	assert_true(span_eq(r.fo, SPAN_LIT("0")));
	assert_int_equal(r.ri, 86400);
	assert_int_equal(r.rua.len + r.ruf.len, 0);
}

static const struct {
	const char *from, *identifier;
	bool relaxed, strict;
} alignments[] = {
	{ "example.com", "example.com", true, true },
	{ "example.com", "EXAMPLE.com", true, true },
	{ "example.com", "example.com.", true, true },
	{ "mail.example.com", "example.com", true, false },
	{ "example.com", "mail.example.com", true, false },
	{ "a.example.com", "b.c.example.com", true, false },
	{ "example.com", "example.org", false, false },
	{ "example.com", "badexample.com", false, false },
	{ "example.com", "com", false, false },
	{ "example.co.uk", "other.co.uk", false, false },
	{ "www.example.co.uk", "example.co.uk", true, false },
	{ "example.co.uk", "co.uk", false, false },
	{ "xn--bcher-kva.example", "b\xc3\xbc" "cher.example", true, true },
	{ "alice.github.io", "bob.github.io", false, false },
	{ "example.com", "", false, false },
	{ "example.com", "[192.0.2.1]", false, false },
	{ "example.com", "192.0.2.1", false, false },
	{ "example.com", "a b.example.com", false, false },
};

static void test_alignment(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(alignments) / sizeof(alignments[0]); i++) {
		struct span from = span_of(alignments[i].from), identifier = span_of(alignments[i].identifier);

		if (dmarc_aligned(fx.urls, fx.arena, from, identifier, false) != alignments[i].relaxed || dmarc_aligned(fx.urls, fx.arena, from, identifier, true) != alignments[i].strict)
			fail_msg("%s and %s", alignments[i].from, alignments[i].identifier);
	}
}

static void test_domains(void **state)
{
	static const struct {
		const char *domain, *want;
	} rows[] = {
		{ "Example.COM", "example.com" }, { "example.com.", "example.com" }, { " example.com ", "example.com" }, { "b\xc3\xbc" "cher.example", "xn--bcher-kva.example" },
		{ "localhost", "" }, { "", "" }, { ".", "" }, { "[192.0.2.1]", "" }, { "192.0.2.1", "" }, { "a..b", "" }, { "exa mple.com", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span got = dmarc_domain(fx.urls, fx.arena, span_of(rows[i].domain));

		if (!span_eq(got, span_of(rows[i].want)))
			fail_msg("'%s' gives '%.*s'", rows[i].domain, SPAN_ARG(got));
	}
}

static void discovered(void *ctx, enum op_status status, const void *result)
{
	assert_int_equal(status, OP_OK);
	*(const struct dmarc_discovery **)ctx = result;
}

static const struct dmarc_discovery *discover(const char *domain)
{
	const struct dmarc_discovery *found = NULL;

	assert_non_null(dmarc_discover(dns_table_dns(fx.dns), fx.urls, fx.arena, span_of(domain), 0, discovered, &found));
	assert_null(found);
	while (found == NULL)
		loop_poll(fx.loop);
	return found;
}

/* One message: what DNS has, what SPF and DKIM said. */
struct message_row {
	const char *name, *dns, *from;
	enum auth_result spf;
	const char *spf_domain; /* NULL: SPF is not known */
	enum auth_result dkim;
	const char *dkim_domain; /* NULL: no signature */
	enum auth_result want;
	enum dmarc_policy policy;
	const char *record; /* where it was found */
	size_t asked;
};

#define REJECT "_dmarc.example.com TXT v=DMARC1; p=reject"

static const struct message_row messages[] = {
	{ "no record", "", "example.com", AUTH_PASS, "example.com", AUTH_NONE, NULL, AUTH_NONE, DMARC_NO_POLICY, "", 1 },
	{ "no record below either", "", "a.b.example.com", AUTH_PASS, "example.com", AUTH_NONE, NULL, AUTH_NONE, DMARC_NO_POLICY, "", 2 },
	{ "other TXT records", "_dmarc.example.com TXT v=spf1 -all\n_dmarc.example.com TXT hello", "example.com", AUTH_FAIL, "x.example", AUTH_NONE, NULL, AUTH_NONE, DMARC_NO_POLICY, "", 1 },
	{ "one among others", REJECT "\n_dmarc.example.com TXT hello", "example.com", AUTH_FAIL, "x.example", AUTH_NONE, NULL, AUTH_FAIL, DMARC_REJECT, "example.com", 1 },
	{ "two records", REJECT "\n" REJECT, "example.com", AUTH_PASS, "example.com", AUTH_NONE, NULL, AUTH_PERMERROR, DMARC_NO_POLICY, "", 1 },
	{ "a good and a bad record", REJECT "\n_dmarc.example.com TXT v=DMARC1; p=x", "example.com", AUTH_PASS, "example.com", AUTH_NONE, NULL, AUTH_PERMERROR, DMARC_NO_POLICY, "", 1 },
	{ "bad record", "_dmarc.example.com TXT v=DMARC1; p=x", "example.com", AUTH_PASS, "example.com", AUTH_NONE, NULL, AUTH_PERMERROR, DMARC_NO_POLICY, "", 1 },
	{ "SERVFAIL", "_dmarc.example.com TXT SERVFAIL", "example.com", AUTH_PASS, "example.com", AUTH_NONE, NULL, AUTH_TEMPERROR, DMARC_NO_POLICY, "", 1 },
	{ "no answer in time", "_dmarc.example.com TXT TIMEOUT", "www.example.com", AUTH_PASS, "example.com", AUTH_NONE, NULL, AUTH_TEMPERROR, DMARC_NO_POLICY, "", 2 },
	{ "SPF passes", REJECT, "example.com", AUTH_PASS, "example.com", AUTH_NONE, NULL, AUTH_PASS, DMARC_REJECT, "example.com", 1 },
	{ "SPF passes for a subdomain", REJECT, "example.com", AUTH_PASS, "bounces.example.com", AUTH_NONE, NULL, AUTH_PASS, DMARC_REJECT, "example.com", 1 },
	{ "SPF passes for somebody else", REJECT, "example.com", AUTH_PASS, "example.net", AUTH_NONE, NULL, AUTH_FAIL, DMARC_REJECT, "example.com", 1 },
	{ "SPF softfail", REJECT, "example.com", AUTH_SOFTFAIL, "example.com", AUTH_NONE, NULL, AUTH_FAIL, DMARC_REJECT, "example.com", 1 },
	{ "SPF strict", REJECT "; aspf=s", "example.com", AUTH_PASS, "bounces.example.com", AUTH_NONE, NULL, AUTH_FAIL, DMARC_REJECT, "example.com", 1 },
	{ "SPF strict and equal", REJECT "; aspf=s", "example.com", AUTH_PASS, "example.com", AUTH_NONE, NULL, AUTH_PASS, DMARC_REJECT, "example.com", 1 },
	{ "DKIM passes", REJECT, "example.com", AUTH_FAIL, "example.net", AUTH_PASS, "example.com", AUTH_PASS, DMARC_REJECT, "example.com", 1 },
	{ "DKIM passes, SPF is not known", REJECT, "example.com", AUTH_NONE, NULL, AUTH_PASS, "example.com", AUTH_PASS, DMARC_REJECT, "example.com", 1 },
	{ "DKIM strict", REJECT "; adkim=s", "example.com", AUTH_FAIL, "example.net", AUTH_PASS, "mail.example.com", AUTH_FAIL, DMARC_REJECT, "example.com", 1 },
	{ "DKIM of the mother, relaxed", REJECT, "a.example.com", AUTH_FAIL, "example.net", AUTH_PASS, "example.com", AUTH_PASS, DMARC_REJECT, "example.com", 2 },
	{ "DKIM fails", REJECT, "example.com", AUTH_FAIL, "example.net", AUTH_FAIL, "example.com", AUTH_FAIL, DMARC_REJECT, "example.com", 1 },
	{ "DKIM of somebody else", REJECT, "example.com", AUTH_FAIL, "example.net", AUTH_PASS, "example.net", AUTH_FAIL, DMARC_REJECT, "example.com", 1 },
	{ "DKIM under the same public suffix", "_dmarc.a.co.uk TXT v=DMARC1;p=reject", "a.co.uk", AUTH_FAIL, "b.co.uk", AUTH_PASS, "co.uk", AUTH_FAIL, DMARC_REJECT, "a.co.uk", 1 },
	{ "nothing is known of SPF", REJECT, "example.com", AUTH_NONE, NULL, AUTH_NONE, NULL, AUTH_NONE, DMARC_REJECT, "example.com", 1 },
	{ "SPF temporary, aligned", REJECT, "example.com", AUTH_TEMPERROR, "example.com", AUTH_NONE, NULL, AUTH_TEMPERROR, DMARC_REJECT, "example.com", 1 },
	{ "SPF temporary, of another", REJECT, "example.com", AUTH_TEMPERROR, "example.net", AUTH_NONE, NULL, AUTH_FAIL, DMARC_REJECT, "example.com", 1 },
	{ "SPF temporary, DKIM passes", REJECT, "example.com", AUTH_TEMPERROR, "example.com", AUTH_PASS, "example.com", AUTH_PASS, DMARC_REJECT, "example.com", 1 },
	{ "DKIM temporary, aligned", REJECT, "example.com", AUTH_FAIL, "example.com", AUTH_TEMPERROR, "example.com", AUTH_TEMPERROR, DMARC_REJECT, "example.com", 1 },
	{ "subdomain by p", REJECT, "a.example.com", AUTH_NONE, "x.example", AUTH_NONE, NULL, AUTH_FAIL, DMARC_REJECT, "example.com", 2 },
	{ "subdomain by sp", REJECT "; sp=none", "a.example.com", AUTH_NONE, "x.example", AUTH_NONE, NULL, AUTH_FAIL, DMARC_MONITOR, "example.com", 2 },
	{ "subdomain with a record of its own", REJECT "\n_dmarc.a.example.com TXT v=DMARC1; p=quarantine; sp=none", "a.example.com", AUTH_NONE, "x.example", AUTH_NONE, NULL, AUTH_FAIL,
	  DMARC_QUARANTINE, "a.example.com", 1 },
	{ "records between are not asked for", "_dmarc.b.example.com TXT v=DMARC1; p=reject", "a.b.example.com", AUTH_NONE, "x.example", AUTH_NONE, NULL, AUTH_NONE, DMARC_NO_POLICY, "", 2 },
	{ "np, and it does not exist", REJECT "; sp=none; np=reject", "a.example.com", AUTH_NONE, "x.example", AUTH_NONE, NULL, AUTH_FAIL, DMARC_REJECT, "example.com", 3 },
	{ "np, no address, no mail", REJECT "; sp=none; np=reject\na.example.com EXISTS", "a.example.com", AUTH_NONE, "x.example", AUTH_NONE, NULL, AUTH_FAIL, DMARC_REJECT, "example.com", 5 },
	{ "np, and it has a mail host", REJECT "; sp=none; np=reject\na.example.com MX 10 mx.example.com", "a.example.com", AUTH_NONE, "x.example", AUTH_NONE, NULL, AUTH_FAIL, DMARC_MONITOR,
	  "example.com", 5 },
	{ "np, and nobody knows", REJECT "; sp=none; np=reject\na.example.com A SERVFAIL", "a.example.com", AUTH_NONE, "x.example", AUTH_NONE, NULL, AUTH_FAIL, DMARC_MONITOR, "example.com", 3 },
	{ "np changes nothing", REJECT "; np=reject", "a.example.com", AUTH_NONE, "x.example", AUTH_NONE, NULL, AUTH_FAIL, DMARC_REJECT, "example.com", 2 },
	{ "CNAME to a record", "_dmarc.example.com CNAME _dmarc.example.net\n_dmarc.example.net TXT v=DMARC1; p=reject", "example.com", AUTH_FAIL, "x.example", AUTH_NONE, NULL, AUTH_FAIL,
	  DMARC_REJECT, "example.com", 1 },
};

static struct dmarc_result judge(const struct message_row *row, const struct dmarc_discovery *found, uint64_t dice)
{
	struct spf_result spf = { .result = row->spf, .domain = span_of(row->spf_domain) };
	struct dkim_result dkim = { .result = row->dkim, .domain = span_of(row->dkim_domain) };
	struct dmarc_evidence e = { .spf = row->spf_domain != NULL ? &spf : NULL, .dkim = &dkim, .ndkim = row->dkim_domain != NULL, .dice = dice };

	return dmarc_evaluate(fx.urls, fx.arena, found, &e);
}

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		const struct message_row *row = &messages[i];
		const struct dmarc_discovery *found;
		struct dmarc_result r;

		dns_table_clear(fx.dns);
		dns_table_add(fx.dns, span_of(row->dns));
		found = discover(row->from);
		r = judge(row, found, 0);
		if (r.result != row->want || r.policy != row->policy || !span_eq(r.record_domain, span_of(row->record)))
			fail_msg("%s: %s, policy '%s', record of '%.*s'", row->name, auth_result_name(r.result), dmarc_policy_name(r.policy), SPAN_ARG(r.record_domain));
		if (dns_table_asked(fx.dns) != row->asked)
			fail_msg("%s: %zu questions", row->name, dns_table_asked(fx.dns));
		assert_true(span_eq(r.from_domain, span_of(row->from)));
		assert_int_equal(r.problem.len != 0, r.result == AUTH_TEMPERROR || r.result == AUTH_PERMERROR || (r.result == AUTH_NONE && r.policy != DMARC_NO_POLICY));
	}
}

static void test_pct(void **state)
{
	static const struct message_row row = { .spf = AUTH_FAIL, .spf_domain = "x.example" };
	struct dmarc_discovery d = { .result = AUTH_PASS, .from_domain = SPAN_LIT("example.com"), .record_domain = SPAN_LIT("example.com") };
	unsigned rejected = 0;

	(void)state;
	d.record = (struct dmarc_record){ .p = DMARC_REJECT, .sp = DMARC_REJECT, .np = DMARC_REJECT, .pct = 30 };
	for (uint64_t dice = 1000; dice < 2000; dice++) {
		struct dmarc_result r = judge(&row, &d, dice);

		assert_int_equal(r.result, AUTH_FAIL);
		assert_int_equal(r.published, DMARC_REJECT);
		assert_true(r.policy == DMARC_REJECT || r.policy == DMARC_QUARANTINE);
		rejected += r.policy == DMARC_REJECT;
	}
	assert_int_equal(rejected, 300);
	d.record.p = DMARC_QUARANTINE;
	d.record.pct = 0;
	assert_int_equal(judge(&row, &d, 5).policy, DMARC_MONITOR);
	d.record.p = DMARC_MONITOR;
	assert_int_equal(judge(&row, &d, 5).policy, DMARC_MONITOR);
}

static void test_stricter(void **state)
{
	const struct dmarc_result order[] = {
		{ .result = AUTH_PASS, .policy = DMARC_REJECT }, { .result = AUTH_NONE }, { .result = AUTH_PERMERROR }, { .result = AUTH_TEMPERROR },
		{ .result = AUTH_FAIL, .policy = DMARC_NO_POLICY }, { .result = AUTH_FAIL, .policy = DMARC_MONITOR }, { .result = AUTH_FAIL, .policy = DMARC_QUARANTINE },
		{ .result = AUTH_FAIL, .policy = DMARC_REJECT },
	};
	const size_t n = sizeof(order) / sizeof(order[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < n; k++)
			assert_int_equal(dmarc_stricter(&order[i], &order[k]), i > k);
	}
}

static void never(void *ctx, enum op_status status, const void *result)
{
	(void)ctx;
	(void)status;
	(void)result;
	fail();
}

static void test_cancel(void **state)
{
	struct op *op;

	(void)state;
	dns_table_clear(fx.dns);
	op = dmarc_discover(dns_table_dns(fx.dns), fx.urls, fx.arena, SPAN_LIT("a.example.com"), 0, never, NULL);
	assert_non_null(op);
	op_cancel(&op);
	assert_null(dmarc_discover(NULL, fx.urls, fx.arena, SPAN_LIT("a.example.com"), 0, never, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records), cmocka_unit_test(test_report_tags), cmocka_unit_test(test_alignment), cmocka_unit_test(test_domains),
		cmocka_unit_test(test_messages), cmocka_unit_test(test_pct), cmocka_unit_test(test_stricter), cmocka_unit_test(test_cancel),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
