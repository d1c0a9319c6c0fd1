/* Authentication-Results: what is read, what is written, and that what we write can be read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth/auth_results.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "mail/header.h"

/* "id|method=result[reason](comment){ptype.property=value,...}|..." and "!" in front when malformed. */
static struct span show(struct arena *arena, const struct auth_results *r)
{
	struct buf b = BUF_INIT(arena);

	if (r->malformed)
		buf_char(&b, '!');
	if (r->instance != 0)
		buf_printf(&b, "i=%u:", r->instance);
	buf_add(&b, r->authserv_id);
	if (r->version != 1)
		buf_printf(&b, " %u", (unsigned)r->version);
	for (size_t i = 0; i < r->n; i++) {
		const struct auth_method *m = &r->v[i];

		buf_printf(&b, "|%.*s", SPAN_ARG(m->method));
		if (m->version != 1)
			buf_printf(&b, "/%u", (unsigned)m->version);
		buf_printf(&b, "=%.*s", SPAN_ARG(m->result));
		if (m->reason.len != 0)
			buf_printf(&b, "[%.*s]", SPAN_ARG(m->reason));
		if (m->comment.len != 0)
			buf_printf(&b, "(%.*s)", SPAN_ARG(m->comment));
		for (size_t k = 0; k < m->n; k++)
			buf_printf(&b, "%s%.*s.%.*s=%.*s", k == 0 ? "{" : ",", SPAN_ARG(m->v[k].ptype), SPAN_ARG(m->v[k].property), SPAN_ARG(m->v[k].value));
		if (m->n != 0)
			buf_char(&b, '}');
	}
	return buf_span(&b);
}

static const struct {
	const char *payload, *want;
} rows[] = {
	/* RFC 8601, appendix B */
	{ " example.org 1; none", "example.org" },
	{ "example.com;\r\n          spf=pass smtp.mailfrom=example.net", "example.com|spf=pass{smtp.mailfrom=example.net}" },
	{ "example.com;\r\n\tauth=pass (cram-md5) smtp.auth=sender@example.net;\r\n\tspf=pass smtp.mailfrom=example.net",
	  "example.com|auth=pass(cram-md5){smtp.auth=sender@example.net}|spf=pass{smtp.mailfrom=example.net}" },
	{ "example.com; iprev=pass policy.iprev=192.0.2.200", "example.com|iprev=pass{policy.iprev=192.0.2.200}" },
	{ "example.com; dkim=pass reason=\"good signature\" header.i=@mail-router.example.net; dkim=fail reason=\"bad signature\" header.i=@newyork.example.com",
	  "example.com|dkim=pass[good signature]{header.i=@mail-router.example.net}|dkim=fail[bad signature]{header.i=@newyork.example.com}" },
	/* blanks and comments everywhere: RFC 8601, B.7 */
	{ "foo.example.net (foobar) 1 (baz);\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\n policy (A dot can go here) . (like that) expired\n (this surprised me) = (as I wasn't expecting it) 1362471462",
	  "foo.example.net|dkim=fail{policy.expired=1362471462}" },
	{ "(c) example.com (c (nested \\) c)) ; (c) spf = pass (c)", "example.com|spf=pass(c)" },
	{ "example.com; none (nothing to do)", "example.com" },
	{ "example.com;none", "example.com" },
	{ "example.com 2; spf=pass", "example.com 2|spf=pass" },
	{ "example.com; spf/2=pass", "example.com|spf/2=pass" },
	{ "\"example com\"; spf=pass", "example com|spf=pass" },
	{ "EXAMPLE.com; SPF=Pass SMTP.MailFrom=A@B.example", "EXAMPLE.com|SPF=Pass{SMTP.MailFrom=A@B.example}" },
	{ "example.com; dkim=pass header.d=example.com header.b=\"ab\\\"c=/+\" header.s=x", "example.com|dkim=pass{header.d=example.com,header.b=ab\"c=/+,header.s=x}" },
	{ "example.com; spf=pass smtp.mailfrom=\"a;b c(d\"@example.net; dkim=none", "example.com|spf=pass{smtp.mailfrom=\"a;b c(d\"@example.net}|dkim=none" },
	{ "example.com; dkim=pass\r\n\theader.b=\"ab\r\n\tcd\"", "example.com|dkim=pass{header.b=ab\tcd}" },
	/* ARC-Authentication-Results */
	{ "i=1; mx.example.com; dmarc=pass header.from=example.net", "i=1:mx.example.com|dmarc=pass{header.from=example.net}" },
	{ " i = 12 ; example.com; none", "i=12:example.com" },
	{ "i=x; spf=pass", "!|i=x|spf=pass" },
	/* as found in the wild */
	{ "spf=pass (sender IP is 192.0.2.1)\n smtp.mailfrom=example.net; dkim=pass (signature was verified) header.d=example.net;dmarc=pass action=none\n header.from=example.net;compauth=pass reason=100",
	  "!|spf=pass(sender IP is 192.0.2.1){smtp.mailfrom=example.net}|dkim=pass(signature was verified){header.d=example.net}|dmarc=pass{.action=none,header.from=example.net}|compauth=pass[100]" },
	{ "mx.google.com;\n       dkim=pass header.i=@example.net header.s=a header.b=AbC+1/2z;\n       spf=pass (google.com: domain of a@example.net designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@example.net;\n"
	  "       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.net",
	  "mx.google.com|dkim=pass{header.i=@example.net,header.s=a,header.b=AbC+1/2z}|spf=pass(google.com: domain of a@example.net designates 192.0.2.1 as permitted sender){smtp.mailfrom=a@example.net}"
	  "|dmarc=pass(p=REJECT sp=REJECT dis=NONE){header.from=example.net}" },
	{ "example.com; spf=pass; ", "example.com|spf=pass" },
	{ "example.com;; spf=pass;;dkim=none;", "example.com|spf=pass|dkim=none" },
	{ "example.com; x-ptr=pass smtp.helo=mx.example.net policy.ptr=mx.example.net", "example.com|x-ptr=pass{smtp.helo=mx.example.net,policy.ptr=mx.example.net}" },
	/* broken */
	{ "example.com", "!example.com" },
	{ "example.com;", "!example.com" },
	{ "example.com spf=pass; dkim=pass", "!example.com|dkim=pass" },
	{ "example.com; spf; dkim=pass", "!example.com|dkim=pass" },
	{ "example.com; =pass; dkim=pass", "!example.com|dkim=pass" },
	{ "example.com; spf=; dkim=pass", "!example.com|dkim=pass" },
	{ "example.com; spf=pass garbage; dkim=pass", "!example.com|spf=pass|dkim=pass" },
	{ "example.com; spf=pass \"a;b\" (c;d) e=f; dkim=pass", "!example.com|spf=pass|dkim=pass" },
	{ "example.com; spf=pass (never closed; dkim=fail", "example.com|spf=pass(never closed; dkim=fail)" },
	{ "example.com; spf=pass smtp.mailfrom=\"never closed; dkim=fail", "example.com|spf=pass{smtp.mailfrom=never closed; dkim=fail}" },
	{ "example.com; none; spf=pass", "!example.com|spf=pass" },
	{ "", NULL },
	{ " (nothing) ", NULL },
	{ ";", NULL },
};

static void test_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct auth_results r;
		bool good = auth_results_parse(arena, span_of(rows[i].payload), &r);
		struct span got = good ? show(arena, &r) : SPAN_NONE;

		if (good != (rows[i].want != NULL) || (good && !span_eq(got, span_of(rows[i].want))))
			fail_msg("'%s'\ngives  '%.*s'\nnot    '%s'", rows[i].payload, SPAN_ARG(got), rows[i].want != NULL ? rows[i].want : "nothing");
		arena_free(&arena);
	}
}

static void test_limits(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf b = BUF_INIT(arena);
	struct auth_results r;

	(void)state;
	buf_str(&b, "example.com");
	for (int i = 0; i < 150; i++)
		buf_str(&b, "; spf=pass");
	assert_true(auth_results_parse(arena, buf_span(&b), &r));
	assert_int_equal(r.n, AUTH_RESULTS_MAX);
	assert_true(r.cut);
	buf_clear(&b);
	buf_str(&b, "example.com; spf=pass");
	for (int i = 0; i < 30; i++)
		buf_str(&b, " a.b=c");
	assert_true(auth_results_parse(arena, buf_span(&b), &r));
	assert_int_equal(r.v[0].n, AUTH_PROPERTIES_MAX);
	assert_true(r.cut);
	buf_clear(&b);
	for (int i = 0; i < 100000; i++)
		buf_char(&b, '(');
	assert_false(auth_results_parse(arena, buf_span(&b), &r));
	arena_free(&arena);
}

/* Nothing that stands before the identifier hides it, or forged fields with our name would survive. */
static void test_identifier(void **state)
{
	static const char *const before[] = { "", " \t", "i=1; ", "(a (b) \\) c) ", "(\")", "\r\n\t" };
	static const size_t depths[] = { 0, 99, 100, 101, 30000, 40000 };
	struct arena *arena = arena_new(0);
	struct auth_results r;

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		for (size_t k = 0; k < sizeof(depths) / sizeof(depths[0]); k++) {
			struct buf b = BUF_INIT(arena);
			struct span got;

			buf_str(&b, before[i]);
			for (size_t n = 0; n < depths[k] * 2; n++)
				buf_char(&b, n < depths[k] ? '(' : ')');
			buf_str(&b, "\"mx.\\example.com\"(x)1; spf=pass");
			got = auth_results_id(arena, buf_span(&b));
			if (!span_eq(got, SPAN_LIT("mx.example.com")))
				fail_msg("'%s', %zu comments: '%.*s'", before[i], depths[k], SPAN_ARG(got));
			if (b.len <= AUTH_RESULTS_BYTES)
				assert_true(auth_results_parse(arena, buf_span(&b), &r) && span_eq(r.authserv_id, got) && r.n == 1);
		}
	}
	assert_int_equal(auth_results_id(arena, SPAN_LIT("spf=pass")).len, 0);
	assert_int_equal(auth_results_id(arena, SPAN_LIT("(")).len, 0);
	arena_free(&arena);
}

static void test_vouch(void **state)
{
	static const struct {
		const char *payload;
		bool want;
	} v[] = {
		{ "a; dmarc=pass header.from=example.com", true },
		{ "a; dmarc=pass header.from=EXAMPLE.com", true },
		{ "a; dmarc=pass", true },
		{ "a; dmarc=pass header.from=example.net", false },
		{ "a; dmarc=fail header.from=example.com; dkim=pass header.d=example.com", false },
		{ "a; dmarc=none header.from=example.com; spf=pass smtp.mailfrom=x@example.com", false },
		{ "a; dkim=pass header.d=example.com", true },
		{ "a; dkim=pass header.i=@mail.example.com", true },
		{ "a; dkim=fail header.d=example.com", false },
		{ "a; dkim=pass header.d=example.net; dkim=pass header.d=example.com", true },
		{ "a; spf=pass smtp.mailfrom=bounces@lists.example.com", true },
		{ "a; spf=pass smtp.mailfrom=example.com", true },
		{ "a; spf=pass smtp.helo=example.com", false },
		{ "a; spf=softfail smtp.mailfrom=example.com", false },
		{ "a; dkim/2=pass header.d=example.com", false },
		{ "a; none", false },
	};
	struct arena *arena = arena_new(0);
	struct url_context *urls = url_context_new();

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct auth_results r;

		assert_true(auth_results_parse(arena, span_of(v[i].payload), &r));
		if (auth_results_vouch(urls, arena, &r, SPAN_LIT("example.com")) != v[i].want)
			fail_msg("%s", v[i].payload);
	}
	url_context_free(&urls);
	arena_free(&arena);
}

/* Written, and read again. */
static struct span write_and_read(struct arena *arena, const struct auth_report *report, struct span *text_r)
{
	struct auth_results r;

	*text_r = auth_results_write(arena, report);
	assert_true(auth_results_parse(arena, *text_r, &r));
	return show(arena, &r);
}

static void test_write(void **state)
{
	struct spf_result spf = { .result = AUTH_PASS, .domain = SPAN_LIT("example.com"), .mechanism = SPAN_LIT("ip4:192.0.2.0/24") };
	struct spf_result helo = { .result = AUTH_NONE, .helo = true, .domain = SPAN_LIT("mx.example.com") };
	struct dkim_result dkim[2] = {
		{ .result = AUTH_PASS, .domain = SPAN_LIT("example.com"), .selector = SPAN_LIT("s1"), .identity = SPAN_LIT("@example.com"), .signature = SPAN_LIT("aB+/=\"\\x"), .algorithm = "rsa-sha256",
		  .key_bits = 2048 },
		{ .result = AUTH_FAIL, .domain = SPAN_LIT("example.net"), .problem = SPAN_LIT("body hash (of 12 bytes) differs") },
	};
	struct dmarc_result dmarc = { .result = AUTH_FAIL, .published = DMARC_REJECT, .policy = DMARC_REJECT, .from_domain = SPAN_LIT("example.com") };
	struct arc_result arc = { .result = AUTH_PASS, .sets = 2 };
	struct ip ip;
	struct authentication a = { .spf_mail = &spf, .spf_helo = &helo, .dkim = dkim, .ndkim = 2, .dkim_done = true, .dmarc = &dmarc, .arc = &arc };
	struct auth_report report = { SPAN_LIT("mx.example.org"), &a, SPAN_LIT("bounce@example.com"), SPAN_LIT("mx.example.com"), &ip, SPAN_LIT("passed at example.edu") };
	struct arena *arena = arena_new(0);
	struct span text, got;

	(void)state;
	assert_true(ip_parse(SPAN_LIT("2001:db8::1"), &ip));
	got = write_and_read(arena, &report, &text);
	assert_string_equal(arena_str(arena, text),
			    "mx.example.org;\n\tspf=pass (matched ip4:192.0.2.0/24) smtp.mailfrom=bounce@example.com;\n\tspf=none smtp.helo=mx.example.com;\n"
			    "\tdkim=pass (2048-bit key) header.d=example.com header.i=@example.com\n\theader.s=s1 header.a=rsa-sha256 header.b=\"aB+/=\\\"\\\\x\";\n"
			    "\tdkim=fail (body hash \\(of 12 bytes\\) differs) header.d=example.net;\n\tdmarc=fail (p=reject; passed at example.edu) header.from=example.com;\n"
			    "\tarc=pass (i=2) header.oldest-pass=0 smtp.remote-ip=\"2001:db8::1\"");
	assert_string_equal(arena_str(arena, got),
			    "mx.example.org|spf=pass(matched ip4:192.0.2.0/24){smtp.mailfrom=bounce@example.com}|spf=none{smtp.helo=mx.example.com}"
			    "|dkim=pass(2048-bit key){header.d=example.com,header.i=@example.com,header.s=s1,header.a=rsa-sha256,header.b=aB+/=\"\\x}"
			    "|dkim=fail(body hash \\(of 12 bytes\\) differs){header.d=example.net}|dmarc=fail(p=reject; passed at example.edu){header.from=example.com}"
			    "|arc=pass(i=2){header.oldest-pass=0,smtp.remote-ip=2001:db8::1}");
	arena_free(&arena);
}

static void test_write_nothing(void **state)
{
	struct authentication a = { .dkim_done = true };
	struct auth_report report = { .authserv_id = SPAN_LIT("mx.example.org") };
	struct arena *arena = arena_new(0);

	(void)state;
	assert_string_equal(arena_str(arena, auth_results_write(arena, &report)), "mx.example.org; none");
	report.auth = &a;
	assert_string_equal(arena_str(arena, auth_results_write(arena, &report)), "mx.example.org;\n\tdkim=none (no signature)");
	arena_free(&arena);
}

static struct span write_helo(struct arena *arena, struct span helo)
{
	struct spf_result spf = { .result = AUTH_FAIL, .helo = true, .domain = helo, .problem = helo };
	struct authentication a = { .spf_helo = &spf };
	struct auth_report report = { .authserv_id = SPAN_LIT("x"), .auth = &a, .helo = helo };

	return auth_results_write(arena, &report);
}

/* RFC 5322, 2.1.1: no line above 998, however much has to be escaped. */
static void test_write_long(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf b = BUF_INIT(arena);
	struct span text;

	(void)state;
	for (int i = 0; i < 2000; i++)
		buf_str(&b, i % 2 == 0 ? "\"" : "\\");
	text = write_helo(arena, buf_span(&b));
	while (text.p != NULL)
		assert_true(span_split(&text, '\n').len < 998);
	arena_free(&arena);
}

/* Whatever strangers wrote stays inside of its value: nothing can be added to what we say. */
static void test_write_hostile(void **state)
{
	static const char *const evil[] = {
		"a@example.com; dmarc=pass", "\"; dkim=pass header.d=bank.example; x=\"@example.com", "a\r\nX-Injected: yes@example.com", "a)b(c@example.com", "\xff\xfe@example.com", "a b@example.com",
		"\\", "\"", "(", "@", "a@b@c", "",
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++) {
		struct span e = span_of(evil[i]), text;
		struct spf_result spf = { .result = AUTH_FAIL, .domain = e, .problem = e };
		struct dkim_result dkim = { .result = AUTH_FAIL, .domain = e, .selector = e, .identity = e, .signature = e, .problem = e };
		struct authentication a = { .spf_mail = &spf, .dkim = &dkim, .ndkim = 1, .dkim_done = true };
		struct auth_report report = { .authserv_id = e.len != 0 ? e : SPAN_LIT("x"), .auth = &a, .mail_from = e, .helo = e, .dmarc_note = e };
		struct auth_results r;

		text = auth_results_write(arena, &report);
		assert_true(auth_results_parse(arena, text, &r));
		if (r.n != 2 || !auth_method_is(&r.v[0], "spf", AUTH_FAIL) || !auth_method_is(&r.v[1], "dkim", AUTH_FAIL) || span_has(text, SPAN_LIT("\r")) || r.cut)
			fail_msg("%s: %.*s", evil[i], SPAN_ARG(text));
		for (size_t k = 0; k < text.len; k++)
			assert_true((uint8_t)text.p[k] >= 0x20 || (text.p[k] == '\n' && k + 1 < text.len && text.p[k + 1] == '\t') || (text.p[k] == '\t' && text.p[k - 1] == '\n'));
	}
	arena_free(&arena);
}

static void test_write_folds(void **state)
{
	struct dkim_result dkim[30];
	struct authentication a = { .dkim = dkim, .ndkim = 30, .dkim_done = true };
	struct auth_report report = { .authserv_id = SPAN_LIT("mx.example.org"), .auth = &a };
	struct arena *arena = arena_new(0);
	struct span text, rest;

	(void)state;
	for (size_t i = 0; i < 30; i++)
		dkim[i] = (struct dkim_result){ .result = AUTH_PERMERROR, .domain = SPAN_LIT("some-longer-name.example.com"), .identity = SPAN_LIT("newsletter@some-longer-name.example.com"),
			.selector = SPAN_LIT("selector-2026"), .problem = SPAN_LIT("there is no key of this name and it takes a long sentence to say so in the comment of the result") };
	text = auth_results_write(arena, &report);
	rest = text;
	while (rest.p != NULL) {
		struct span line = span_split(&rest, '\n');

		assert_true(line.len + 7 <= 78); /* a tab is as wide as 8 */
	}
	arena_free(&arena);
}

/* Foreign fields, all of them: read, with a result that is a word. */
struct tally {
	size_t fields, malformed, results;
};

static void read_fields(const char *path, struct tally *t)
{
	FILE *f = fopen(path, "rb");
	struct arena *arena = arena_new(0);
	struct buf b = BUF_INIT(arena);
	size_t from = 0;
	char *room;

	assert_non_null(f);
	do {
		room = buf_reserve(&b, 65536);
		b.len += from = fread(room, 1, 65536, f);
	} while (from > 0);
	fclose(f);
	for (struct span rest = buf_span(&b); rest.p != NULL;) {
		struct span line = span_split(&rest, '\n'), name = span_sub(line, 0, span_chr(line, ':'));
		struct auth_results r;

		if (span_trim(line).len == 0)
			break;
		if (!span_case_eq(name, SPAN_LIT("Authentication-Results")) && !span_case_eq(name, SPAN_LIT("ARC-Authentication-Results")))
			continue;
		while (rest.len != 0 && (rest.p[0] == ' ' || rest.p[0] == '\t')) {
			struct span more = span_split(&rest, '\n');

			line.len = (size_t)(more.p + more.len - line.p);
		}
		t->fields++;
		if (!auth_results_parse(arena, span_from(line, name.len + 1), &r))
			fail_msg("%s: '%.*s'", path, SPAN_ARG(line));
		t->malformed += r.malformed;
		t->results += r.n;
		for (size_t i = 0; i < r.n; i++)
			assert_true(r.v[i].method.len != 0 && r.v[i].result.len != 0);
	}
	arena_free(&arena);
}

static struct tally read_folder(const char *folder)
{
	struct tally t = { 0 };
	DIR *dir = opendir(folder);
	char path[1024];

	if (dir == NULL) {
		print_message("no material: %s\n", folder);
		return t;
	}
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (span_ends(span_of(path), SPAN_LIT(".eml")))
			read_fields(path, &t);
	}
	closedir(dir);
	print_message("%s: %zu fields, %zu results, %zu fields malformed\n", folder, t.fields, t.results, t.malformed);
	return t;
}

static void test_suites(void **state)
{
	struct tally t = read_folder(WINNOW_SUITES "/auth/archived-dkim");

	(void)state;
	if (t.fields != 0) {
		assert_true(t.fields > 300 && t.results > t.fields);
		assert_true(t.malformed * 20 < t.fields);
	}
	t = read_folder(WINNOW_SUITES "/auth/dkim_verifier/test/data/arh");
	if (t.fields != 0) {
		assert_int_equal(t.fields, 37);
		assert_int_equal(t.malformed, 3); /* those without identifier */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read), cmocka_unit_test(test_limits), cmocka_unit_test(test_identifier), cmocka_unit_test(test_vouch), cmocka_unit_test(test_write), cmocka_unit_test(test_write_nothing),
		cmocka_unit_test(test_write_hostile), cmocka_unit_test(test_write_long), cmocka_unit_test(test_write_folds), cmocka_unit_test(test_suites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
