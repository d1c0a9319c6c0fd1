/* URIs in text and HTML, their forms and domains. What is expected is what SpamAssassin 4.0.1 gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "view_fixture.h"

static const struct {
	const char *text, *uris; /* lines "key = forms / domains / types", sorted */
} cases[] = {
	{ "Visit http://www.example.com/path?x=1 now",
	  "http://www.example.com/path?x=1 = http://www.example.com/path?x=1 / example.com / parsed" },
	{ "see www.example.org.",
	  "http://www.example.org = http://www.example.org / example.org / parsed schemeless" },
	{ "see example.co.uk/a or foo.invalid/b",
	  "http://example.co.uk/a = http://example.co.uk/a / example.co.uk / parsed schemeless unlinked" },
	{ "mail bob@example.com, please",
	  "mailto:bob@example.com = mailto:bob@example.com / example.com / parsed schemeless" },
	{ "(http://example.com/a(b)c)",
	  "http://example.com/a(b)c = http://example.com/a(b)c / example.com / parsed" },
	{ "http://example.com/a)b",
	  "http://example.com/a = http://example.com/a / example.com / parsed" },
	{ "go to example.com, it is",
	  "" },
	{ "example.com/",
	  "" },
	{ "ftp.example.com/pub",
	  "ftp://ftp.example.com/pub = ftp://ftp.example.com/pub / example.com / parsed schemeless" },
	{ "mailto:a@example.com?subject=x",
	  "mailto:a@example.com?subject=x = mailto:a@example.com mailto:a@example.com?subject=x / example.com / parsed" },
	{ "a@b",
	  "" },
	{ "<a@example.net>",
	  "mailto:a@example.net = mailto:a@example.net / example.net / parsed schemeless" },
	{ "Bob&nbsp;@example.com",
	  "" },
	{ "http://http://example.com/",
	  "http://http://example.com/ = http://http://example.com/ http://www.http.com://example.com/ / http.com / parsed" },
	{ "HTTP://EXAMPLE.COM/",
	  "HTTP://EXAMPLE.COM/ = HTTP://EXAMPLE.COM/ / example.com / parsed" },
	{ "http:\\\\example.com\\a",
	  "" },
	{ "http://user:pw@example.com:80/x",
	  "http://user:pw@example.com:80/x = http://example.com/x http://user:pw@example.com:80/x / example.com / parsed" },
	{ "http://example.com:8080/",
	  "http://example.com:8080/ = http://example.com:8080/ / example.com / parsed" },
	{ "http://1.2.3.4/",
	  "http://1.2.3.4/ = http://1.2.3.4/ / 1.2.3.4 / parsed" },
	{ "http://0x7f.1.2.3/",
	  "http://0x7f.1.2.3/ = http://0x7f.1.2.3/ http://127.1.2.3/ / 127.1.2.3 / parsed" },
	{ "http://2130706433/",
	  "http://2130706433/ = http://127.0.0.1/ http://2130706433/ / 127.0.0.1 / parsed" },
	{ "http://%65xample.com/%20",
	  "http://%65xample.com/%20 = http://%65xample.com/%20 http://example.com/%20 / example.com / parsed" },
	{ "http://example.com?a=b",
	  "http://example.com?a=b = http://example.com/?a=b http://example.com?a=b / example.com / parsed" },
	{ "http://www.a.demon.co.uk/",
	  "http://www.a.demon.co.uk/ = http://www.a.demon.co.uk/ / a.demon.co.uk / parsed" },
	{ "http://go.example.com/r?u=http://x.example.org/",
	  "http://go.example.com/r?u=http://x.example.org/ = http://go.example.com/r?u=http://x.example.org/ http://x.example.org/ / example.com example.org / parsed" },
	{ "http://a.example.com/?x=http://b.example.net/&y",
	  "http://a.example.com/?x=http://b.example.net/&y = http://a.example.com/?x=http://b.example.net/&y http://b.example.net/ / example.com example.net / parsed" },
	{ "http://localhost/",
	  "" },
	{ "http://foo/",
	  "http://foo/ = http://foo/ http://www.foo.com/ / foo.com / parsed" },
	{ "https://example.com:443/y",
	  "https://example.com:443/y = https://example.com/y https://example.com:443/y / example.com / parsed" },
	{ "skype:joe@example.com",
	  "mailto:joe@example.com = mailto:joe@example.com / example.com / parsed schemeless" },
	{ "a%40example.com",
	  "" },
	{ "http://exam&#112;le.com/",
	  "" },
	{ "http://example.com&#46;cn/",
	  "http://example.com&#46;cn/ = http://example.com&#46;cn/ http://example.com&/#46;cn/ http://example.com/#46;cn/ / example.com / parsed" },
	{ "http://010.020.030.040/",
	  "http://010.020.030.040/ = http://010.020.030.040/ http://8.16.24.32/ / 8.16.24.32 / parsed" },
	{ "x http://example.com... y",
	  "http://example.com = http://example.com / example.com / parsed" },
	{ "\"http://q.example.com\"",
	  "http://q.example.com = http://q.example.com / example.com / parsed" },
	{ "http://sub_domain.example.com/",
	  "http://sub_domain.example.com/ = http://sub_domain.example.com/ / example.com / parsed" },
	{ "http://-bad.example.com/",
	  "" },
	{ "cid:image001.png@01D4986E.E3459640",
	  "" },
	{ "foo.bar.example.com:25/x",
	  "http://foo.bar.example.com:25/x = http://foo.bar.example.com:25/x / example.com / parsed schemeless unlinked" },
	{ "two http://a.example.com/ http://b.example.com/",
	  "http://a.example.com/ = http://a.example.com/ / example.com / parsed\nhttp://b.example.com/ = http://b.example.com/ / example.com / parsed" },
	{ "http://",
	  "" },
	{ "www.example.com@example.org/x",
	  "http://www.example.com@example.org/x = http://www.example.com@example.org/x / example.org / parsed schemeless" },
	{ "a/b@example.com",
	  "http://a/b@example.com = http://a/b@example.com http://www.a.com/b@example.com / a.com / parsed schemeless" },
	{ "u@[1.2.3.4]",
	  "" },
	{ "http://example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!!",
	  "http://example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa = http://example.com/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa / example.com / parsed" },
};

static int by_text(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static void add_sorted(struct buf *out, struct arena *arena, const struct span *v, size_t n)
{
	struct span *sorted = ARENA_ARRAY(arena, n + 1, struct span);

	for (size_t i = 0; i < n; i++)
		sorted[i] = v[i];
	qsort(sorted, n, sizeof(sorted[0]), by_text);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && span_eq(sorted[i], sorted[i - 1]))
			continue;
		buf_char(out, ' ');
		buf_add(out, sorted[i]);
	}
}

static struct span describe(struct arena *arena, const struct sa_uri *u)
{
	struct buf out = BUF_INIT(arena);

	buf_add(&out, u->raw);
	buf_str(&out, " =");
	add_sorted(&out, arena, u->cleaned, u->ncleaned);
	buf_str(&out, " /");
	add_sorted(&out, arena, u->domains, u->nhosts);
	buf_str(&out, " /");
	buf_str(&out, u->types & SA_URI_PARSED ? " parsed" : "");
	buf_str(&out, u->types & SA_URI_SCHEMELESS ? " schemeless" : "");
	buf_str(&out, u->types & SA_URI_UNLINKED ? " unlinked" : "");
	return buf_span(&out);
}

static struct span describe_all(struct arena *arena, struct sa_view *v)
{
	size_t n;
	const struct sa_uri *uris = sa_uri_details(v, &n);
	struct span *lines = ARENA_ARRAY(arena, n + 1, struct span);
	struct buf out = BUF_INIT(arena);

	for (size_t i = 0; i < n; i++)
		lines[i] = describe(arena, &uris[i]);
	qsort(lines, n, sizeof(lines[0]), by_text);
	for (size_t i = 0; i < n; i++) {
		buf_str(&out, i == 0 ? "" : "\n");
		buf_add(&out, lines[i]);
	}
	return buf_span(&out);
}

static void test_text(void **state)
{
	struct fixture f;

	(void)state;
	fixture_open(&f, "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct span message = arena_printf(f.arena, "From: a@x.test\n\n%s\n", cases[i].text);
		struct span found = describe_all(f.arena, fixture_view(&f, arena_str(f.arena, message)));

		if (!span_eq(found, span_of(cases[i].uris)))
			fail_msg("%s:\n%.*s\nnot\n%s", cases[i].text, SPAN_ARG(found), cases[i].uris);
	}
	fixture_close(&f);
}

static void test_html(void **state)
{
	struct fixture f;
	const struct sa_uri *uris;
	struct sa_view *v;
	size_t n;

	(void)state;
	fixture_open(&f, "");
	v = fixture_view(&f, "Content-Type: text/html\n\n<a href=\"http://www.example.com\">here</a> <img src=\"http://img.example.org/a.gif\"> <a href=\"#top\">up</a>\n");
	uris = sa_uri_details(v, &n);
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++) {
		if (span_eq(uris[i].raw, SPAN_LIT("http://www.example.com"))) {
			assert_int_equal(uris[i].types, SA_URI_A);
			assert_int_equal(uris[i].ntexts, 1);
			assert_true(span_eq(uris[i].texts[0], SPAN_LIT("here")));
			assert_true(span_eq(uris[i].domains[0], SPAN_LIT("example.com")));
		} else if (span_eq(uris[i].raw, SPAN_LIT("#top"))) {
			assert_int_equal(uris[i].nhosts, 0);
		} else {
			assert_int_equal(uris[i].types, SA_URI_IMG);
		}
	}
	fixture_close(&f);
}

static void test_signatures(void **state)
{
	struct fixture f;
	const struct sa_uri *uris;
	size_t n;

	(void)state;
	fixture_open(&f, "");
	uris = sa_uri_details(fixture_view(&f, "DKIM-Signature: v=1; bd=no.example.org; d=mail.exa\n mple.com; s=x\n\nx\n"), &n);
	assert_int_equal(n, 1);
	assert_true(span_eq(uris[0].raw, SPAN_LIT("domainkeys:mail.example.com")));
	assert_int_equal(uris[0].ncleaned, 0);
	assert_true(span_eq(uris[0].domains[0], SPAN_LIT("example.com")));
	fixture_close(&f);
	fixture_open(&f, "parse_dkim_uris 0\n");
	sa_uri_details(fixture_view(&f, "DKIM-Signature: d=example.com\n\nx\n"), &n);
	assert_int_equal(n, 0);
	fixture_close(&f);
}

static void test_domains(void **state)
{
	static const struct {
		const char *host, *domain;
	} hosts[] = { { "www.Example.com", "example.com" },         { "a.b.example.co.uk", "example.co.uk" }, { "co.uk", "co.uk" },
		      { "x.y.demon.co.uk", "y.demon.co.uk" },       { "www.city.ca.us", "www.city.ca.us" },       { "com", "com" },
		      { "a.pvt.k12.ca.us", "a.pvt.k12.ca.us" }, { "..a..example.org.", "example.org" } };
	struct fixture f;
	struct sa_view *v;

	(void)state;
	fixture_open(&f, "");
	v = fixture_view(&f, "\nx\n");
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct span domain = sa_domain_trim(v, span_of(hosts[i].host));

		if (!span_eq(domain, span_of(hosts[i].domain)))
			fail_msg("%s: %.*s", hosts[i].host, SPAN_ARG(domain));
	}
	assert_true(sa_host_is_valid(SPAN_LIT("a_b.c.example.com.")));
	assert_false(sa_host_is_valid(SPAN_LIT("a_b.com")));
	assert_false(sa_host_is_valid(SPAN_LIT("com")));
	assert_false(sa_host_is_valid(SPAN_LIT("a..com")));
	assert_true(sa_is_ip(SPAN_LIT("2001:db8::1")));
	assert_false(sa_is_ip(SPAN_LIT("1.2.3.04")));
	assert_true(sa_is_private(SPAN_LIT("172.31.0.1")));
	assert_false(sa_is_private(SPAN_LIT("172.32.0.1")));
	assert_true(sa_is_private(SPAN_LIT("::ffff:10.0.0.1")));
	fixture_close(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
