/* Verifying DKIM: the vectors of RFC 6376 and 8463, policy on keys and signatures, and, where they are there, the suites of other implementations and archived mails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/dkim_signature.h"
#include "base/buf.h"
#include "dkim_fixture.h"

#define RSA_A2 \
	"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9" \
	"tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
#define RSA_A3 \
	"p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYL" \
	"zBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
#define ED_A2 "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static const char rfc_records[] =
	"brisbane._domainkey.football.example.com TXT v=DKIM1; k=ed25519; " ED_A2 "\n"
	"test._domainkey.football.example.com TXT v=DKIM1; k=rsa; " RSA_A3 "\n"
	"brisbane._domainkey.example.com TXT v=DKIM1; " RSA_A2 "\n"
	"s.flags._domainkey.example.com TXT v=DKIM1; t=s; " RSA_A2 "\n";

/* RFC 8463, A.3. */
static const char rfc8463[] =
	"DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\n d=football.example.com; i=@football.example.com;\n q=dns/txt; s=brisbane; t=1528637909; h=from : to :\n"
	" subject : date : message-id : from : subject : date;\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n"
	" b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\n Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\n"
	"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\n d=football.example.com; i=@football.example.com;\n q=dns/txt; s=test; t=1528637909; h=from : to : subject :\n"
	" date : message-id : from : subject : date;\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n"
	" b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\n DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\n"
	" dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\n"
	"From: Joe SixPack <joe@football.example.com>\nTo: Suzie Q <suzie@shopping.example.net>\nSubject: Is dinner ready?\n"
	"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\nMessage-ID: <20030712040037.46341.5F8J@football.example.com>\n\nHi.\n\nWe lost the game.  Are you hungry yet?\n\nJoe.\n";

static void records(struct dkim_fixture *f, const char *text)
{
	dns_table_clear(f->dns);
	dns_table_add(f->dns, span_of(text));
}

static void test_rfc8463(void **state)
{
	struct dkim_fixture *f = *state;

	records(f, rfc_records);
	for (int crlf = 0; crlf < 2; crlf++) {
		struct span raw = crlf != 0 ? fixture_crlf(f, span_of(rfc8463)) : span_of(rfc8463);
		struct dkim_results r = fixture_dkim(f, raw);

		assert_int_equal(r.n, 2);
		assert_int_equal(r.v[0].result, AUTH_PASS);
		assert_int_equal(r.v[1].result, AUTH_PASS);
		assert_string_equal(r.v[0].algorithm, "ed25519-sha256");
		assert_int_equal(r.v[1].key_bits, 1024);
		assert_true(span_eq(r.v[0].domain, SPAN_LIT("football.example.com")));
		assert_true(span_eq(r.v[0].selector, SPAN_LIT("brisbane")));
		assert_true(span_eq(r.v[1].signature, SPAN_LIT("F45dVWDf")));
	}
}

/* What becomes of a sound message (its RSA signature) when one thing changes, in the message or in the key. */
static const struct {
	const char *from, *to; /* in the message */
	const char *record;    /* NULL: the right one */
	enum auth_result rsa;
	const char *problem;
} changes[] = {
	{ "We lost", "We won ", NULL, AUTH_FAIL, "body hash" },
	{ "game.  Are", "game. Are", NULL, AUTH_PASS, "" },
	{ "Joe.\n", "Joe.\n\n\n", NULL, AUTH_PASS, "" },
	{ "Joe.\n", "Joe.  \t\n \t\n", NULL, AUTH_PASS, "" },
	{ "Subject: Is", "SUBJECT :   Is", NULL, AUTH_PASS, "" },
	{ "dinner ready", "dinner\n\t ready", NULL, AUTH_PASS, "" },
	{ "dinner ready", "supper ready", NULL, AUTH_FAIL, "signature does not match" },
	{ "To: Suzie", "X-New: a\nTo: Suzie", NULL, AUTH_PASS, "" },
	{ "To: Suzie", "Subject: other\nTo: Suzie", NULL, AUTH_FAIL, "signature does not match" }, /* oversigned */
	{ "To: Suzie", "To: other@example.com\nTo: Suzie", NULL, AUTH_PASS, "" },                  /* the lowest one is signed */
	{ "\n\nHi.", "\nSubject: other\n\nHi.", NULL, AUTH_FAIL, "signature does not match" },
	{ "v=1; a=rsa-sha256", "v=2; a=rsa-sha256", NULL, AUTH_PERMERROR, "v= is unknown" },
	{ "v=1; a=rsa-sha256", "a=rsa-sha256", NULL, AUTH_PERMERROR, "v= is missing" },
	{ "v=1; a=rsa-sha256", "v=1; v=1; a=rsa-sha256", NULL, AUTH_NEUTRAL, "bad syntax" },
	{ "v=1; a=rsa-sha256", "v=1; a=rsa-sha1", NULL, AUTH_POLICY, "rsa-sha1" },
	{ "v=1; a=rsa-sha256", "v=1; a=rsa-md5", NULL, AUTH_PERMERROR, "a= is unknown" },
	{ "v=1; a=rsa-sha256", "v=1; l=3; a=rsa-sha256", NULL, AUTH_FAIL, "body hash" },
	{ "v=1; a=rsa-sha256", "v=1; l=3000; a=rsa-sha256", NULL, AUTH_FAIL, "shorter than l=" },
	{ "v=1; a=rsa-sha256", "v=1; l=x; a=rsa-sha256", NULL, AUTH_NEUTRAL, "l= is no number" },
	{ "v=1; a=rsa-sha256", "v=1; x=1528637910; a=rsa-sha256", NULL, AUTH_POLICY, "expired" },
	{ "v=1; a=rsa-sha256", "v=1; x=1528637900; a=rsa-sha256", NULL, AUTH_NEUTRAL, "x= is before t=" },
	{ "v=1; a=rsa-sha256", "v=1; z=From:x; a=rsa-sha256", NULL, AUTH_FAIL, "signature does not match" },
	{ "q=dns/txt; s=test", "q=http; s=test", NULL, AUTH_PERMERROR, "q= is unknown" },
	{ "q=dns/txt; s=test", "s=gone", NULL, AUTH_PERMERROR, "there is no key" },
	{ "h=from : to : subject :\n date", "h=to : subject :\n date", NULL, AUTH_FAIL, "signature does not match" }, /* the other From is left */
	{ " date : message-id : from : subject : date;\n bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n b=F4", " date : message-id; bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n b=F4",
	  NULL, AUTH_FAIL, "signature does not match" },
	{ "b=F45dVW", "b=F45!VW", NULL, AUTH_NEUTRAL, "b= is no base64" },
	{ "", "", "v=DKIM1; k=rsa; p=", AUTH_PERMERROR, "revoked" },
	{ "", "", "v=DKIM1; k=rsa; t=y; " RSA_A3, AUTH_PASS, "" },
	{ "", "", RSA_A3, AUTH_PASS, "" },
	{ "", "", "v=DKIM1; g=*; s=*; h=sha1:sha256; n=x; " RSA_A3, AUTH_PASS, "" },
	{ "", "", "v=DKIM1; g=joe; " RSA_A3, AUTH_PERMERROR, "g=" },
	{ "", "", "v=DKIM1; s=tlsrpt; " RSA_A3, AUTH_PERMERROR, "s=" },
	{ "", "", "v=DKIM1; h=sha1; " RSA_A3, AUTH_PERMERROR, "h=" },
	{ "", "", "v=DKIM2; " RSA_A3, AUTH_PERMERROR, "v=" },
	{ "", "", "k=rsa; v=DKIM1; " RSA_A3, AUTH_PERMERROR, "v=" },
	{ "", "", "v=DKIM1; k=dsa; " RSA_A3, AUTH_PERMERROR, "k=" },
	{ "", "", "v=DKIM1; k=ed25519; " ED_A2, AUTH_PERMERROR, "another kind" },
	{ "", "", "v=DKIM1; k=ed25519; " RSA_A3, AUTH_PERMERROR, "no Ed25519 key" },
	{ "", "", "v=DKIM1; p=AAAA", AUTH_PERMERROR, "no RSA key" },
	{ "", "", "v=DKIM1; p=A*AA", AUTH_PERMERROR, "no base64" },
	{ "", "", "v=DKIM1; " RSA_A2, AUTH_FAIL, "signature does not match" },
	{ "", "", "v=spf1 -all", AUTH_PERMERROR, "v=" },
	{ "", "", "hello", AUTH_PERMERROR, "bad syntax" },
	{ "", "", "SERVFAIL", AUTH_TEMPERROR, "looked up" },
	{ "", "", "TIMEOUT", AUTH_TEMPERROR, "looked up" },
	/* several records: each is tried */
	{ "", "", "v=DKIM1; " RSA_A2 "\ntest._domainkey.football.example.com TXT v=DKIM1; " RSA_A3, AUTH_PASS, "" },
	/* 512 bits */
	{ "", "", "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAIWmlgix/84GJ+dfgjm7LTc9EPdfkftlgiPpCq4/kbDAZmU0VvYKDljjleJ1dfvS+CGy9U/kk1tG3EeEvb82xAcCAwEAAQ==", AUTH_POLICY, "too short" },
};

static void test_changes(void **state)
{
	struct dkim_fixture *f = *state;

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *record = changes[i].record != NULL ? changes[i].record : "v=DKIM1; k=rsa; " RSA_A3;
		size_t second = span_find(span_of(rfc8463 + 1), SPAN_LIT("DKIM-Signature:")) + 1;
		struct span raw = span_of(rfc8463 + second);
		const struct dkim_result *r;

		/* Changes of the signature must hit the RSA one: the other goes. */
		raw = fixture_replace(f, raw, changes[i].from, changes[i].to);
		dns_table_clear(f->dns);
		dns_table_add(f->dns, arena_printf(f->arena, "test._domainkey.football.example.com TXT %s\n", record));
		r = fixture_dkim(f, raw).v;
		if (r->result != changes[i].rsa || !span_has(r->problem, span_of(changes[i].problem)))
			fail_msg("change %zu (%s): %s (%.*s)", i, changes[i].to, auth_result_name(r->result), SPAN_ARG(r->problem));
	}
}

/* d= and i= in their relations. */
static void test_identity(void **state)
{
	static const struct {
		const char *tags;
		enum auth_result result;
	} rows[] = {
		{ "d=example.com", AUTH_PASS },
		{ "d=EXAMPLE.com; i=joe@Example.COM", AUTH_PASS },
		{ "d=example.com; i=joe@mail.example.com", AUTH_PASS },
		{ "d=example.com; i=joe@notexample.com", AUTH_PERMERROR },
		{ "d=mail.example.com; i=joe@example.com", AUTH_PERMERROR },
		{ "d=example.com; i=joe", AUTH_NEUTRAL },
		{ "d=example..com", AUTH_NEUTRAL },
		{ "d=m\xc3\xbcller.example; i=joe@xn--mller-kva.example", AUTH_PASS },
		{ "d=exa mple.com", AUTH_NEUTRAL },
		{ "d=", AUTH_PERMERROR },
	};
	struct dkim_fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dkim_signature sig;

		dkim_signature_read(f->arena, arena_printf(f->arena, "v=1; a=rsa-sha256; s=s; h=from; bh=AAAA; b=AAAA; %s", rows[i].tags), SIGNATURE_DKIM, &sig);
		if (sig.result != rows[i].result)
			fail_msg("%s: %s (%s)", rows[i].tags, auth_result_name(sig.result), sig.problem);
	}
}

static void test_limits(void **state)
{
	struct dkim_fixture *f = *state;
	struct buf b = BUF_INIT(f->arena);
	struct dkim_results r;

	records(f, rfc_records);
	for (int i = 0; i < 40; i++)
		buf_printf(&b, "DKIM-Signature: v=1; a=rsa-sha256; l=%d; d=a.example; s=s; h=from; bh=AAAA; b=AAAA\n", i);
	buf_str(&b, "From: a@a.example\n\nHello\n");
	r = fixture_dkim(f, buf_span(&b));
	assert_int_equal(r.n, f->dkim.max_signatures);
	assert_int_equal(r.skipped, 30);
	assert_int_equal(r.v[0].result, AUTH_FAIL);
	assert_int_equal(r.v[9].result, AUTH_NEUTRAL); /* too many body hashes */
	assert_int_equal(dns_table_asked(f->dns), 0);
}

/* Of a large body there are two hashes, whatever a message has signatures for. */
static void test_large_body(void **state)
{
	struct dkim_fixture *f = *state;
	struct signed_message m;
	struct buf b = BUF_INIT(f->arena);

	buf_str(&b, "From: a\n\n");
	while (b.len < SIGNED_BODY_LARGE + 100)
		buf_str(&b, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
	signed_message_init(&m, f->arena, f->crypto, buf_span(&b), b.len);
	assert_non_null(signed_message_body(&m, CANON_RELAXED, 10));
	assert_non_null(signed_message_body(&m, CANON_RELAXED, CANON_NO_LIMIT));
	assert_null(signed_message_body(&m, CANON_SIMPLE, CANON_NO_LIMIT));
	assert_non_null(signed_message_body(&m, CANON_RELAXED, 10));
}

/* Part of the body is unsigned: what that is worth is a setting. The length covers nothing (l=0) of a body that hashes to the empty hash. */
static void test_body_cut(void **state)
{
	struct dkim_fixture *f = *state;
	struct signed_message m;
	struct dkim_signature sig;
	enum auth_result result;
	const char *problem;

	signed_message_init(&m, f->arena, f->crypto, SPAN_LIT("From: a\n\nHello\n"), 15);
	dkim_signature_read(f->arena, SPAN_LIT("v=1; a=rsa-sha256; l=0; s=s; d=a.example; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA"), SIGNATURE_DKIM, &sig);
	assert_true(dkim_signature_body(&m, &sig, &result, &problem));
	/* A message of which we have not all bytes. */
	signed_message_init(&m, f->arena, f->crypto, SPAN_LIT("From: a\n\nHello\n"), 16);
	assert_false(dkim_signature_body(&m, &sig, &result, &problem));
	assert_int_equal(result, AUTH_NEUTRAL);
}

static void test_key_cache(void **state)
{
	struct dkim_fixture *f = *state;

	records(f, rfc_records);
	fixture_dkim(f, span_of(rfc8463));
	fixture_dkim(f, span_of(rfc8463));
	for (int i = 0; i < 3 * DKIM_KEYS_CACHED; i++)
		assert_non_null(dkim_key_get(f->crypto, arena_printf(f->arena, "p=; n=%d", i))->problem);
	assert_true(dkim_crypto_keys_made(f->crypto) >= 3 * DKIM_KEYS_CACHED);
	assert_int_equal(fixture_dkim(f, span_of(rfc8463)).v[1].result, AUTH_PASS);
}

/* Suites. */

static const struct {
	const char *file;
	const char *results; /* p(ass) f(ail) e(permerror) n(eutral), one for each signature */
} vectors[] = {
	{ "dkim_verifier/test/data/rfc6376-A.2.eml", "p" },
	{ "dkim_verifier/test/data/rfc6376-A.2-body_modified.eml", "f" },
	{ "dkim_verifier/test/data/rfc6376-A.2-header_subject_modified.eml", "f" },
	{ "dkim_verifier/test/data/rfc6376-A.2-ill_formed-missing_v.eml", "e" },
	{ "dkim_verifier/test/data/rfc6376-A.2-ill_formed-list_id.eml", "p" },
	{ "dkim_verifier/test/data/bimi/rfc6376-A.2-with_bimi.eml", "p" },
	{ "dkim_verifier/test/data/rfc8463-A.3.eml", "pp" },
	{ "dkim_verifier/test/data/rfc8463-A.3-key_algo_mismatch.eml", "ee" },
	{ "dkim_verifier/test/data/fakePayPal.eml", "" },
	{ "dkim_verifier/test/data/dkim/added_header-date.eml", "p" },
	{ "dkim_verifier/test/data/dkim/added_header-from.eml", "p" },
	{ "dkim_verifier/test/data/dkim/added_header-subject.eml", "p" },
	{ "dkim_verifier/test/data/dkim/added_header-to.eml", "p" },
	{ "dkim_verifier/test/data/dkim/alignment-from_not_in_auid.eml", "p" },
	{ "dkim_verifier/test/data/dkim/alignment-from_not_in_sdid.eml", "p" },
	{ "dkim_verifier/test/data/dkim/alignment-signed_by_parent_domain.eml", "p" },
	{ "dkim_verifier/test/data/dkim/flags_s-auid_and_sdid_match.eml", "p" },
	{ "dkim_verifier/test/data/dkim/flags_s-auid_is_subdomain_of_sdid.eml", "e" },
	{ "dkim_verifier/test/data/dkim/header_with_non_ascii_char.eml", "p" },
	{ "dkim_verifier/test/data/dkim/unsigned_header-content-type.eml", "p" },
	{ "dkim_verifier/test/data/dkim/unsigned_header-reply_to-in_domain.eml", "p" },
	{ "dkim_verifier/test/data/dkim/unsigned_header-reply_to-invalid.eml", "p" },
	{ "dkim_verifier/test/data/dkim/unsigned_header-reply_to-not_in_domain.eml", "p" },
	{ "dkim_verifier/test/data/dkim/time-received_after_creation.eml", "p" },
	{ "dkim_verifier/test/data/dkim/time-received_briefly_before_creation.eml", "p" },
	{ "dkim_verifier/test/data/dkim/time-received_long_before_creation.eml", "p" },
	{ "dkimpy/tests/data/rfc6376.signed.msg", "pp" },
	{ "dkimpy/tests/data/rfc6376.signed.rsa.msg", "p" },
	{ "dkimpy/tests/data/test.message.baddomain", "n" },
};

static char letter(enum auth_result r)
{
	return r == AUTH_PASS ? 'p' : r == AUTH_FAIL ? 'f' : r == AUTH_PERMERROR ? 'e' : r == AUTH_NEUTRAL ? 'n' : r == AUTH_POLICY ? 'y' : 't';
}

static int check_vector(struct dkim_fixture *f, const char *file, struct span raw, const char *expected)
{
	struct dkim_results r = fixture_dkim(f, raw);
	char got[16] = "";

	for (size_t i = 0; i < r.n && i < sizeof(got) - 1; i++)
		got[i] = letter(r.v[i].result);
	if (strcmp(got, expected) == 0)
		return 0;
	print_error("%s: expected '%s', is '%s' (%.*s)\n", file, expected, got, SPAN_ARG(r.n != 0 ? r.v[0].problem : SPAN_NONE));
	return 1;
}

static void test_vectors(void **state)
{
	struct dkim_fixture *f = *state;
	int wrong = 0;

	if (!fixture_has_suites())
		return;
	records(f, rfc_records);
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct span raw = fixture_read(f, arena_str(f->arena, arena_printf(f->arena, WINNOW_SUITES "/auth/%s", vectors[i].file)));

		assert_true(raw.len != 0);
		wrong += check_vector(f, vectors[i].file, raw, vectors[i].results);
		wrong += check_vector(f, vectors[i].file, fixture_crlf(f, raw), vectors[i].results);
	}
	assert_int_equal(wrong, 0);
}

/* Files of records, an empty line, and a message whose signatures are all sound. */
static void test_mail_auth(void **state)
{
	static const char *const expected[] = { "pp", "p", "pp", "p", "p", "p" };
	struct dkim_fixture *f = *state;
	int wrong = 0;

	if (!fixture_has_suites())
		return;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		const char *path = arena_str(f->arena, arena_printf(f->arena, WINNOW_SUITES "/auth/mail-auth/resources/dkim/00%zu.txt", i + 1));
		struct span rest = fixture_read(f, path), line;

		dns_table_clear(f->dns);
		while ((line = span_split(&rest, '\n')).len != 0) {
			size_t blank = span_chr(line, ' ');

			dns_table_record(f->dns, span_sub(line, 0, blank), DNS_TXT, span_from(line, blank + 1));
		}
		wrong += check_vector(f, path, fixture_crlf(f, rest), expected[i]);
	}
	assert_int_equal(wrong, 0);
}

static void test_arc_vectors(void **state)
{
	struct dkim_fixture *f = *state;

	for (int i = 1; fixture_has_suites() && i <= 2; i++) {
		const char *path = arena_str(f->arena, arena_printf(f->arena, WINNOW_SUITES "/auth/mail-auth/resources/arc/00%d.txt", i));
		struct span rest = fixture_read(f, path), line;
		struct arc_result r;

		dns_table_clear(f->dns);
		while ((line = span_split(&rest, '\n')).len != 0) {
			size_t blank = span_chr(line, ' ');

			dns_table_record(f->dns, span_sub(line, 0, blank), DNS_TXT, span_from(line, blank + 1));
		}
		r = fixture_arc(f, fixture_crlf(f, rest));
		if (r.result != AUTH_PASS)
			fail_msg("%s: %s (%.*s)", path, auth_result_name(r.result), SPAN_ARG(r.problem));
	}
}

/* Archived mails without keys: the body hash of at least one signature still matches. */
static bool one_body_matches(struct dkim_fixture *f, const char *path)
{
	struct arena *arena = arena_new(0), *own = f->arena;
	struct signed_message m;
	struct span raw;
	bool matches = false;

	f->arena = arena;
	raw = fixture_read(f, path);
	signed_message_init(&m, arena, f->crypto, raw, raw.len);
	for (int32_t at = signed_message_last(&m, SPAN_LIT("DKIM-Signature")); at >= 0; at = m.fields[at].above) {
		struct dkim_signature sig;
		enum auth_result result;
		const char *problem;

		dkim_signature_read(arena, m.fields[at].value, SIGNATURE_DKIM, &sig);
		matches = matches || (sig.hash.len != 0 && dkim_signature_body(&m, &sig, &result, &problem));
	}
	f->arena = own;
	arena_free(&arena);
	return matches;
}

static void test_archived(void **state)
{
	const char *folder = WINNOW_SUITES "/auth/archived-dkim";
	struct dkim_fixture *f = *state;
	DIR *dir = fixture_has_suites() ? opendir(folder) : NULL;
	int n = 0, wrong = 0;

	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
		char path[1024];

		if (!span_ends(span_of(e->d_name), SPAN_LIT(".eml")))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		n++;
		if (!one_body_matches(f, path)) {
			print_error("%s: no body hash matches\n", path);
			wrong++;
		}
	}
	if (dir != NULL) {
		closedir(dir);
		assert_int_equal(n, 150);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, dkim_fixture_setup, dkim_fixture_teardown)
	const struct CMUnitTest tests[] = {
		T(test_rfc8463), T(test_changes), T(test_identity), T(test_limits), T(test_large_body), T(test_body_cut),
		T(test_key_cache), T(test_vectors), T(test_mail_auth), T(test_arc_vectors), T(test_archived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
