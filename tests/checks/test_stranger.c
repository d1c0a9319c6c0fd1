/* The client that counts, behind a trusted relay: SPF, reverse name and HELO are those of the stranger that the relay names; of mail that began inside, nobody's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>

#include "checks/authentication.h"
#include "proc/settings.h"
#include "sample.h"

static const char config[] = "rules { files = {} } networks { trusted_relays = { \"198.51.100.0/24\" } }";
static const char spf_off[] = "rules { files = {} } spf { enabled = false }";
static const char helo_off[] = "rules { files = {} } spf { helo = false }";

static void configure(struct sample_engine *e, const char *text)
{
	struct err err = { "" };

	ruleset_free(&e->ruleset);
	conf_free(&e->conf);
	e->conf = conf_load_text(span_of(text), "test", settings_all(e->arena), &err);
	if (e->conf == NULL || !ruleset_load(&e->ruleset, e->conf, NULL, &err))
		fail_msg("%s", err.text);
	dns_table_clear(e->dns);
	dns_table_add(e->dns, SPAN_LIT("example.com TXT v=spf1 ip4:203.0.113.0/24 -all\n"
				       "mail.example.com TXT v=spf1 a -all\n"
				       "mail.example.com A 203.0.113.1\n"));
}

static const struct scan *scan(struct sample_engine *e, struct arena *arena, const char *client, const char *received)
{
	static const struct rcpt rcpt = { .raw = { "b@example.org", 13 }, .address = { "b@example.org", 13 } };
	struct transaction *tx = ARENA_NEW(arena, struct transaction);

	tx->arena = arena;
	tx->raw = arena_printf(arena, "%sFrom: Anna <a@example.com>\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHello\r\n", received);
	tx->raw_size = tx->raw.len;
	tx->received_us = (int64_t)SAMPLE_TIME * 1000000;
	tx->client.helo = SPAN_LIT("mail.example.com");
	tx->env.from = SPAN_LIT("a@example.com");
	tx->env.from_set = true;
	tx->env.rcpt = &rcpt;
	tx->env.nrcpt = 1;
	assert_true(ip_parse(span_of(client), &tx->client.ip));
	return sample_scan(e, tx);
}

#define BY " by backup.example.org (Postfix) with ESMTP id 1; Thu, 15 Jan 2026 12:00:00 +0000\r\n"

static const struct {
	const char *config, *client, *received, *hits, *misses; /* blank separated */
} rows[] = {
	{ config, "203.0.113.1", "", "SPF_PASS SPF_HELO_PASS CLIENT_NO_RDNS", "HELO_UNRESOLVED HELO_NOT_CLIENT SPF_FAIL" },
	/* What a stranger writes about others is no matter. */
	{ config, "192.0.2.66", "Received: from mail.example.com (mail.example.com [203.0.113.1])" BY, "SPF_FAIL SPF_HELO_FAIL HELO_NOT_CLIENT", "SPF_PASS" },
	{ config, "198.51.100.1", "Received: from mail.example.com (mail.example.com [203.0.113.1])" BY, "SPF_PASS SPF_HELO_PASS", "CLIENT_NO_RDNS SPF_FAIL HELO_NOT_CLIENT" },
	{ config, "198.51.100.1", "Received: from gone.example.net (unknown [192.0.2.66])" BY, "SPF_FAIL CLIENT_NO_RDNS HELO_UNRESOLVED", "SPF_PASS" },
	{ config, "198.51.100.1", "Received: from [192.0.2.66] (192-0-2-66.dyn.example.net [192.0.2.66])" BY, "SPF_FAIL CLIENT_DYNAMIC_RDNS HELO_IP", "CLIENT_NO_RDNS" },
	/* Begun inside, or a user of the relay. */
	{ config, "198.51.100.1", "", "", "SPF_PASS SPF_FAIL SPF_NONE CLIENT_NO_RDNS HELO_UNRESOLVED" },
	{ config, "198.51.100.1", "Received: from pc (pc [198.51.100.9])" BY, "", "SPF_PASS SPF_FAIL CLIENT_NO_RDNS HELO_NO_DOT" },
	{ config, "198.51.100.1", "Received: from pc (dsl.example.net [192.0.2.66]) (Authenticated sender: anna)" BY, "", "SPF_FAIL CLIENT_NO_RDNS HELO_NO_DOT" },
	{ spf_off, "192.0.2.66", "", "CLIENT_NO_RDNS", "SPF_FAIL SPF_HELO_FAIL" },
	{ helo_off, "192.0.2.66", "", "SPF_FAIL", "SPF_HELO_FAIL" },
};

static void check_symbols(const struct scan *s, const char *names, bool expected, size_t row)
{
	struct span rest = span_of(names);

	while (rest.len != 0) {
		struct span word = span_split(&rest, ' ');
		char name[64];

		snprintf(name, sizeof(name), "%.*s", SPAN_ARG(word));
		if (sample_hits(s, name) != expected)
			fail_msg("row %zu: %s should %s", row, name, expected ? "hit" : "miss");
	}
}

static void strangers(void **state)
{
	struct sample_engine *e = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		const struct scan *s;

		configure(e, rows[i].config);
		s = scan(e, arena, rows[i].client, rows[i].received);
		check_symbols(s, rows[i].hits, true, i);
		check_symbols(s, rows[i].misses, false, i);
		arena_free(&arena);
	}
}

/* What other checks and the header get. */
static void results(void **state)
{
	struct sample_engine *e = *state;
	struct arena *arena = arena_new(0);
	const struct authentication *a;

	configure(e, config);
	a = authentication_of_scan(scan(e, arena, "198.51.100.1", "Received: from mail.example.com (mail.example.com [203.0.113.1])" BY));
	assert_non_null(a);
	assert_true(a->spf_mail != NULL && a->spf_mail->result == AUTH_PASS && !a->spf_mail->helo && span_eq(a->spf_mail->domain, SPAN_LIT("example.com")));
	assert_true(a->spf_helo != NULL && a->spf_helo->result == AUTH_PASS && a->spf_helo->helo && span_eq(a->spf_helo->domain, SPAN_LIT("mail.example.com")));
	arena_free(&arena);
}

/* Without DNS these checks keep quiet. */
static void no_dns(void **state)
{
	struct sample_engine *e = *state;
	struct arena *arena = arena_new(0);
	const struct scan *s;

	configure(e, config);
	e->services.dns = NULL;
	s = scan(e, arena, "192.0.2.66", "");
	check_symbols(s, "SPF_FAIL SPF_NONE SPF_UNAVAILABLE SPF_HELO_FAIL HELO_UNRESOLVED CLIENT_RDNS_UNAVAILABLE CLIENT_RDNS_UNCONFIRMED", false, 0);
	check_symbols(s, "CLIENT_NO_RDNS", true, 0); /* as the MTA has it */
	e->services.dns = dns_table_dns(e->dns);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(strangers), cmocka_unit_test(results), cmocka_unit_test(no_dns) };

	return cmocka_run_group_tests_name("stranger", tests, sample_setup, sample_teardown);
}
