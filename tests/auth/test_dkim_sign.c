/* Signing and sealing: what we make, we verify, and so does Debian's python3-dkim where it is installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auth/dkim_sign.h"
#include "base/clock.h"
#include "dkim_fixture.h"

static const struct setting_set *const sets[] = { &dkim_sign_setting_set, &dkim_key_setting_set, &arc_seal_setting_set, NULL };

static char folder[] = "/tmp/winnow-test-dkim-XXXXXX";

static const char *in_folder(struct dkim_fixture *f, const char *name)
{
	return arena_str(f->arena, arena_printf(f->arena, "%s/%s", folder, name));
}

static void write_file(const char *path, struct span text)
{
	FILE *out = fopen(path, "wb");

	assert_non_null(out);
	fwrite(text.p, 1, text.len, out);
	fclose(out);
}

static void write_key(const char *name, EVP_PKEY *pkey)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(PEM_write_PrivateKey(out, pkey, NULL, NULL, 0, NULL, NULL), 1);
	fclose(out);
	chmod(path, 0600);
	EVP_PKEY_free(pkey);
}

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	write_key("rsa.pem", EVP_RSA_gen(2048));
	write_key("rsa1024.pem", EVP_RSA_gen(1024));
	write_key("rsa768.pem", EVP_RSA_gen(768));
	write_key("ed.pem", EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"));
	write_key("ec.pem", EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "rsa.pem", "rsa1024.pem", "rsa768.pem", "ed.pem", "ec.pem", "map", "message", "records" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

static struct dkim_signer *signer_from(struct dkim_fixture *f, const char *config, struct err *err_r)
{
	struct buf b = BUF_INIT(f->arena);
	struct span rest = span_of(config);
	struct conf *conf;
	struct dkim_signer *s;

	while (rest.p != NULL) {
		buf_add(&b, span_split(&rest, '@'));
		if (rest.p != NULL)
			buf_str(&b, folder);
	}
	conf = conf_load_text(buf_span(&b), "test.lua", sets, err_r);
	if (conf == NULL)
		return NULL;
	s = dkim_signer_new(conf, err_r);
	if (s == NULL)
		conf_free(&conf);
	else
		f->conf = conf;
	return s;
}

static const char message[] =
	"Received: from a by b; Thu, 15 Jan 2026 12:58:20 +0100\nFrom: Anna <anna@example.com>\nTo: Maria <maria@example.org>,\n  Otto <otto@example.org>\nSubject:  Minutes\t of  Thursday \n"
	"Date: Thu, 15 Jan 2026 12:58:20 +0100\nMessage-ID: <1@example.com>\nMIME-Version: 1.0\nContent-Type: text/plain\n\nDear Maria,  \n\nhere they \t are.\n\n\n";

/* A message with a field (or several) on top. */
static struct span with_field(struct dkim_fixture *f, const char *name, struct span value, struct span raw)
{
	return fixture_crlf(f, arena_printf(f->arena, "%s: %.*s\n%.*s", name, SPAN_ARG(value), SPAN_ARG(raw)));
}

static struct span sign_all(struct dkim_fixture *f, const struct dkim_signer *s, const char *domain, struct span raw)
{
	struct span out = fixture_crlf(f, raw);

	for (const struct sign_key *k = dkim_signer_keys(s, span_of(domain), span_of(domain)); k != NULL; k = k->next) {
		struct signed_message m;
		struct span value;

		signed_message_init(&m, f->arena, f->crypto, raw, raw.len);
		value = dkim_sign(&m, dkim_signer_settings(s), k, k->domain.p[0] == '*' ? span_of(domain) : k->domain, f->now);
		assert_true(value.len != 0);
		out = with_field(f, "DKIM-Signature", value, out);
	}
	return out;
}

static struct span publish(struct dkim_fixture *f, const struct sign_key *k, const char *domain)
{
	struct span name = arena_printf(f->arena, "%.*s._domainkey.%s", SPAN_ARG(k->selector), domain), text = sign_key_record(k, f->arena);

	dns_table_record(f->dns, name, DNS_TXT, text);
	return arena_printf(f->arena, "%.*s %.*s\n", SPAN_ARG(name), SPAN_ARG(text));
}

/* What python3-dkim says; NULL: it is not there. */
static const char *oracle(struct dkim_fixture *f, struct span raw, struct span records)
{
	static char line[256];
	const char *command = arena_str(f->arena, arena_printf(f->arena, "/usr/bin/python3 %s/tests/auth/dkim_oracle.py %s/message %s/records", WINNOW_SOURCE, folder, folder));
	FILE *p;
	int status;

	write_file(in_folder(f, "message"), raw);
	write_file(in_folder(f, "records"), records);
	p = popen(command, "r");
	assert_non_null(p);
	line[0] = '\0';
	assert_true(fgets(line, sizeof(line), p) != NULL || feof(p));
	status = pclose(p);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 3) {
		printf("python3-dkim is not installed\n");
		return NULL;
	}
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static const char two_keys[] =
	"dkim_key \"example.com\" { selector = \"jan\", file = \"@/rsa.pem\" } dkim_key \"second\" { selector = \"ed\", file = \"@/ed.pem\", domains = { \"example.com\", \"EXAMPLE.net\" } } ";

static void test_sign(void **state)
{
	static const char *const canons[] = { "relaxed", "relaxed/simple", "simple" };
	struct dkim_fixture *f = *state;

	f->now = clock_wall_us() / 1000000; /* python3-dkim looks at the clock */
	for (size_t i = 0; i < sizeof(canons) / sizeof(canons[0]); i++) {
		struct err err = { "" };
		struct dkim_signer *s = signer_from(f, arena_str(f->arena, arena_printf(f->arena, "%s dkim_sign { canonicalization = \"%s\", valid = \"1d\" }", two_keys, canons[i])), &err);
		struct span signed_raw, records = SPAN_LIT("");
		struct dkim_results r;
		const char *said;

		if (s == NULL)
			fail_msg("%s", err.text);
		signed_raw = sign_all(f, s, "example.com", span_of(message));
		dns_table_clear(f->dns);
		for (const struct sign_key *k = dkim_signer_keys(s, SPAN_LIT("example.com"), SPAN_LIT("example.com")); k != NULL; k = k->next)
			records = arena_printf(f->arena, "%.*s%.*s", SPAN_ARG(records), SPAN_ARG(publish(f, k, "example.com")));
		r = fixture_dkim(f, signed_raw);
		assert_int_equal(r.n, 2);
		for (size_t k = 0; k < r.n; k++) {
			if (r.v[k].result != AUTH_PASS)
				fail_msg("%s: %.*s\n%.*s", canons[i], SPAN_ARG(r.v[k].problem), SPAN_ARG(signed_raw));
		}
		/* Oversigned: nothing can be added. */
		assert_int_equal(fixture_dkim(f, fixture_replace(f, signed_raw, "\nDate:", "\nCc: x@example.net\r\nDate:")).v[0].result, AUTH_FAIL);
		assert_int_equal(fixture_dkim(f, fixture_replace(f, signed_raw, "\nDate:", "\nContent-Type: text/html\r\nDate:")).v[0].result, AUTH_FAIL);
		assert_int_equal(fixture_dkim(f, fixture_replace(f, signed_raw, "\nDate:", "\nList-Id: x\r\nDate:")).v[0].result, AUTH_PASS);
		f->now += 86400 + 1;
		assert_true(fixture_dkim(f, signed_raw).v[0].expired);
		f->now -= 86400 + 1;
		said = oracle(f, signed_raw, records);
		if (said != NULL)
			assert_string_equal(said, "dkim=pass,pass arc=none");
		dkim_signer_free(&s);
		conf_free(&f->conf);
	}
}

/* Lines stay short. */
static void test_folding(void **state)
{
	struct dkim_fixture *f = *state;
	struct err err;
	struct dkim_signer *s = signer_from(f, two_keys, &err);
	struct span rest = sign_all(f, s, "example.com", span_of(message));

	while (rest.p != NULL)
		assert_true(span_split(&rest, '\n').len <= 78);
	dkim_signer_free(&s);
	conf_free(&f->conf);
}

static void test_keys(void **state)
{
	struct dkim_fixture *f = *state;
	struct err err;
	struct dkim_signer *s;
	const struct sign_key *k;

	write_file(in_folder(f, "map"), fixture_crlf(f, arena_printf(f->arena, "# keys\n\nshop.example.com  s1\t%s/rsa1024.pem\n* any %s/rsa.pem\n", folder, folder)));
	s = signer_from(f, arena_str(f->arena, arena_printf(f->arena, "%s dkim_sign { map = \"@/map\", parent_domains = true }", two_keys)), &err);
	if (s == NULL)
		fail_msg("%s", err.text);
	k = dkim_signer_keys(s, SPAN_LIT("example.com"), SPAN_LIT("example.com"));
	assert_true(k != NULL && k->next != NULL && k->next->next == NULL);
	assert_true(span_eq(k->selector, SPAN_LIT("jan")) && k->next->type == DKIM_ED25519);
	k = dkim_signer_keys(s, SPAN_LIT("example.net"), SPAN_LIT("example.net"));
	assert_true(k != NULL && span_eq(k->domain, SPAN_LIT("example.net")));
	k = dkim_signer_keys(s, SPAN_LIT("news.shop.example.com"), SPAN_LIT("example.com"));
	assert_true(k != NULL && span_eq(k->domain, SPAN_LIT("shop.example.com")));
	k = dkim_signer_keys(s, SPAN_LIT("mail.example.com"), SPAN_LIT("example.com"));
	assert_true(k != NULL && span_eq(k->domain, SPAN_LIT("example.com")));
	k = dkim_signer_keys(s, SPAN_LIT("other.example"), SPAN_LIT("other.example"));
	assert_true(k != NULL && span_eq(k->domain, SPAN_LIT("*")));
	dkim_signer_free(&s);
	conf_free(&f->conf);
}

static void test_bad_settings(void **state)
{
	static const struct {
		const char *config, *error;
	} rows[] = {
		{ "dkim_key \"example.com\" { selector = \"s\" }", "test.lua:1: dkim_key \"example.com\": file is missing" },
		{ "dkim_key \"example.com\" { file = \"@/rsa.pem\" }", "selector" },
		{ "dkim_key \"exa..mple\" { selector = \"s\", file = \"@/rsa.pem\" }", "is no domain" },
		{ "dkim_key \"example.com\" { selector = \"s\", file = \"@/none.pem\" }", "No such file" },
		{ "dkim_key \"example.com\" { selector = \"s\", file = \"@/ec.pem\" }", "neither an RSA" },
		{ "dkim_key \"example.com\" { selector = \"s\", file = \"@/rsa768.pem\" }", "768 bits" },
		{ "dkim_key \"example.com\" { selector = \"s\", file = \"@/map\" }", "no private key" },
		{ "dkim_sign { map = \"@/map\" }", "/map:1: file is missing" },
		{ "dkim_sign { oversign = {} }", "From must be signed" },
		{ "dkim_sign { headers = { \"Da te\" } }", "is no name" },
		{ "arc_seal { enabled = true, domain = \"a.example\" }", "sealing needs" },
	};
	struct dkim_fixture *f = *state;

	write_file(in_folder(f, "map"), SPAN_LIT("broken\n"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err err = { "" };

		assert_null(signer_from(f, rows[i].config, &err));
		if (!span_has(span_of(err.text), span_of(rows[i].error)))
			fail_msg("row %zu: %s", i, err.text);
	}
}

/* Chains. */

struct hop {
	struct span raw, records;
};

static bool seal(struct dkim_fixture *f, const struct dkim_signer *s, struct hop *hop)
{
	struct arc_result verified = fixture_arc(f, hop->raw);
	struct signed_message m;
	struct arc_fields fields;

	signed_message_init(&m, f->arena, f->crypto, hop->raw, hop->raw.len);
	if (!arc_seal(&m, dkim_signer_settings(s), dkim_signer_seal_key(s), &verified, arena_printf(f->arena, "relay.example; dkim=pass header.d=example.com;\n\tarc=%s", auth_result_name(verified.result)), f->now, &fields))
		return false;
	hop->raw = with_field(f, "ARC-Authentication-Results", fields.results, hop->raw);
	hop->raw = with_field(f, "ARC-Message-Signature", fields.signature, hop->raw);
	hop->raw = with_field(f, "ARC-Seal", fields.seal, hop->raw);
	return true;
}

static void test_seal(void **state)
{
	static const char *const files[] = { "rsa.pem", "ed.pem" };
	struct dkim_fixture *f = *state;

	for (size_t i = 0; i < 2; i++) {
		struct err err;
		struct dkim_signer *s =
			signer_from(f, arena_str(f->arena, arena_printf(f->arena, "arc_seal { enabled = true, domain = \"relay.example\", selector = \"r\", file = \"@/%s\" }", files[i])), &err);
		struct hop hop = { .raw = fixture_crlf(f, span_of(message)) };
		struct arc_result r;
		const char *said;

		assert_non_null(s);
		dns_table_clear(f->dns);
		hop.records = publish(f, dkim_signer_seal_key(s), "relay.example");
		for (unsigned n = 1; n <= 3; n++) {
			assert_true(seal(f, s, &hop));
			r = fixture_arc(f, hop.raw);
			if (r.result != AUTH_PASS)
				fail_msg("%.*s\n%.*s", SPAN_ARG(r.problem), SPAN_ARG(hop.raw));
			assert_int_equal(r.sets, n);
			assert_int_equal(r.oldest_pass, 0);
			assert_true(span_eq(r.sealer, SPAN_LIT("relay.example")));
			said = i == 0 ? oracle(f, hop.raw, hop.records) : NULL; /* python3-dkim seals and reads ARC by RSA alone */
			if (said != NULL)
				assert_string_equal(said, "dkim= arc=pass");
		}
		/* A hop that changes the body on its way: the older signatures no longer hold, the chain does. */
		hop.raw = fixture_replace(f, hop.raw, "here they", "HERE they");
		assert_int_equal(fixture_arc(f, hop.raw).result, AUTH_FAIL);
		/* Sealed as failed, once. */
		assert_true(seal(f, s, &hop));
		assert_true(span_case_has(hop.raw, SPAN_LIT("cv=fail")));
		assert_int_equal(fixture_arc(f, hop.raw).result, AUTH_FAIL);
		assert_false(seal(f, s, &hop));
		dkim_signer_free(&s);
		conf_free(&f->conf);
	}
}

static void test_oldest_pass(void **state)
{
	struct dkim_fixture *f = *state;
	struct err err;
	struct dkim_signer *s = signer_from(f, "arc_seal { enabled = true, domain = \"relay.example\", selector = \"r\", file = \"@/rsa.pem\" }", &err);
	struct hop hop = { .raw = fixture_crlf(f, span_of(message)) };
	struct arc_result r;

	dns_table_clear(f->dns);
	publish(f, dkim_signer_seal_key(s), "relay.example");
	assert_true(seal(f, s, &hop));
	/* The next hop verifies, then changes the subject, then seals: as mailing lists do. */
	{
		struct arc_result verified = fixture_arc(f, hop.raw);
		struct signed_message m;
		struct arc_fields fields;

		hop.raw = fixture_replace(f, hop.raw, "Subject: ", "Subject: [list] ");
		signed_message_init(&m, f->arena, f->crypto, hop.raw, hop.raw.len);
		assert_true(arc_seal(&m, dkim_signer_settings(s), dkim_signer_seal_key(s), &verified, SPAN_LIT("list.example; arc=pass"), f->now, &fields));
		hop.raw = with_field(f, "ARC-Authentication-Results", fields.results, hop.raw);
		hop.raw = with_field(f, "ARC-Message-Signature", fields.signature, hop.raw);
		hop.raw = with_field(f, "ARC-Seal", fields.seal, hop.raw);
	}
	r = fixture_arc(f, hop.raw);
	assert_int_equal(r.result, AUTH_PASS);
	assert_int_equal(r.oldest_pass, 2);
	assert_true(span_starts(r.first_results, SPAN_LIT("relay.example;")));
	assert_true(span_eq(r.last_results, SPAN_LIT("list.example; arc=pass")));
	dkim_signer_free(&s);
	conf_free(&f->conf);
}

int main(void)
{
#define T(fn) cmocka_unit_test_setup_teardown(fn, dkim_fixture_setup, dkim_fixture_teardown)
	const struct CMUnitTest tests[] = { T(test_sign), T(test_folding), T(test_keys), T(test_bad_settings), T(test_seal), T(test_oldest_pass) };

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
