/* URLs: splitting, host forms, registered domains, and what is found in text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "mail/url.h"

static struct url_context *ctx;

static const struct {
	unsigned flag;
	char letter;
} letters[] = {
	{ URL_SCHEMELESS, 's' }, { URL_IP, 'i' }, { URL_IP_ODD, 'o' }, { URL_USERINFO, 'u' }, { URL_PORT, 'p' }, { URL_IDN, 'n' },
	{ URL_HOST_BAD, 'b' }, { URL_OBFUSCATED, 'x' }, { URL_HOST_ENCODED, 'e' }, { URL_MAILTO, 'm' }, { URL_BACKSLASH, 'k' },
	{ URL_NO_PUBLIC_SUFFIX, 'q' },
};

static void render_flags(struct buf *b, unsigned flags)
{
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++) {
		if (flags & letters[i].flag)
			buf_char(b, letters[i].letter);
	}
}

/* want: "scheme host_ascii domain port path?query#fragment flags" with blanks between, "-" for empty; NULL: no URL */
struct row {
	const char *text, *want;
};

static void add(struct buf *b, struct span s)
{
	if (s.len == 0)
		s = SPAN_LIT("-");
	buf_add(b, s);
	buf_char(b, ' ');
}

static struct span render(struct arena *arena, const struct url *u)
{
	struct buf b = BUF_INIT(arena);

	add(&b, u->scheme);
	add(&b, u->host_ascii);
	add(&b, u->domain);
	buf_printf(&b, "%u ", u->port);
	add(&b, u->path);
	add(&b, u->query);
	add(&b, u->fragment);
	render_flags(&b, u->flags);
	return buf_span(&b);
}

static const struct row parse_rows[] = {
	{ "http://example.com/", "http example.com example.com 0 - - - " },
	{ "HTTP://WWW.Example.COM/A/b?c=d#e", "http www.example.com example.com 0 A/b c=d e " },
	{ "https://a.b.example.co.uk", "https a.b.example.co.uk example.co.uk 0 - - - " },
	{ "  https://example.com/x \n", "https example.com example.com 0 x - - " },
	{ "http://example.com?q", "http example.com example.com 0 - q - " },
	{ "http://example.com#f?g", "http example.com example.com 0 - - f?g " },
	{ "http://example.com./", "http example.com example.com 0 - - - " },
	{ "http://foo.blogspot.com/", "http foo.blogspot.com foo.blogspot.com 0 - - - " },
	{ "ftp://ftp.example.org/f", "ftp ftp.example.org example.org 0 f - - " },
	{ "sftp://example.org/f", "sftp example.org example.org 0 f - - " },
	{ "http://a_b.example.org/", "http a_b.example.org example.org 0 - - - " },
	/* leniency */
	{ "http:/example.com/x", "http example.com example.com 0 x - - " },
	{ "http:example.com/x", "http example.com example.com 0 x - - " },
	{ "http:////example.com/x", "http example.com example.com 0 x - - " },
	{ "http:\\\\example.com\\x", "http example.com example.com 0 x - - k" },
	{ "http:/\\example.com/x", "http example.com example.com 0 x - - k" },
	{ "//example.com/x", "http example.com example.com 0 x - - s" },
	{ "\\\\example.com/x", "http example.com example.com 0 x - - sk" },
	{ "www.example.com", "http www.example.com example.com 0 - - - s" },
	{ "example.com/path", "http example.com example.com 0 path - - s" },
	{ "example.com:8080/path", "http example.com example.com 8080 path - - sp" },
	{ "ht\ntp://exa\tmple.com/x", "http example.com example.com 0 x - - x" },
	{ "http://example.com/a\n b", "http example.com example.com 0 a b - - " },
	/* userinfo and port */
	{ "http://user:pw@example.com/", "http example.com example.com 0 - - - u" },
	{ "http://www.bank.example@evil.com/", "http evil.com evil.com 0 - - - u" },
	{ "http://a@b@evil.com/", "http evil.com evil.com 0 - - - u" },
	{ "http://example.com:80/", "http example.com example.com 80 - - - " },
	{ "https://example.com:443/", "https example.com example.com 443 - - - " },
	{ "http://example.com:443/", "http example.com example.com 443 - - - p" },
	{ "http://example.com:/", "http example.com example.com 0 - - - " },
	{ "http://example.com:99999/", "http - - 0 - - - b" },
	{ "http://example.com:8o/", "http - - 0 - - - b" },
	{ "http://evil.com\\@good.com/", "http evil.com evil.com 0 @good.com/ - - k" },
	/* IP addresses */
	{ "http://192.0.2.1/x", "http 192.0.2.1 192.0.2.1 0 x - - i" },
	{ "http://192.0.2.1.:8080/", "http 192.0.2.1 192.0.2.1 8080 - - - ip" },
	{ "http://3221225985/", "http 192.0.2.1 192.0.2.1 0 - - - o" },
	{ "http://0xc0000201/", "http 192.0.2.1 192.0.2.1 0 - - - o" },
	{ "http://0xC0.0x0.0x2.0x1/", "http 192.0.2.1 192.0.2.1 0 - - - o" },
	{ "http://0300.0.02.01/", "http 192.0.2.1 192.0.2.1 0 - - - o" },
	{ "http://192.513/", "http 192.0.2.1 192.0.2.1 0 - - - o" },
	{ "http://127.1/", "http 127.0.0.1 127.0.0.1 0 - - - o" },
	{ "http://0/", "http 0.0.0.0 0.0.0.0 0 - - - o" },
	{ "http://256.0.0.1/", "http - - 0 - - - b" },
	{ "http://192.0.2.1.5/", "http - - 0 - - - b" },
	{ "http://4294967296/", "http - - 0 - - - b" },
	{ "http://1.2.3.08/", "http - - 0 - - - b" },
	{ "http://[2001:DB8::1]/x", "http 2001:db8::1 2001:db8::1 0 x - - i" },
	{ "http://[2001:db8::1]:8080/", "http 2001:db8::1 2001:db8::1 8080 - - - ip" },
	{ "http://[2001:db8::1/", "http - - 0 - - - b" },
	{ "http://%31%32%37.0.0.1/", "http 127.0.0.1 127.0.0.1 0 - - - ixe" },
	/* names */
	{ "http://b\xc3\xbc" "cher.example.com/", "http xn--bcher-kva.example.com example.com 0 - - - n" },
	{ "http://B\xc3\x9c" "CHER.de/", "http xn--bcher-kva.de xn--bcher-kva.de 0 - - - n" },
	{ "http://xn--bcher-kva.de/", "http xn--bcher-kva.de xn--bcher-kva.de 0 - - - n" },
	{ "http://\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80.\xd1\x80\xd1\x84/", "http xn--e1afmkfd.xn--p1ai xn--e1afmkfd.xn--p1ai 0 - - - n" },
	{ "http://\xef\xbd\x85\xef\xbd\x98\xef\xbd\x81mple.com/", "http example.com example.com 0 - - - nx" },
	{ "http://example\xe3\x80\x82" "com/", "http example.com example.com 0 - - - nx" },
	{ "http://exam%70le.com/", "http example.com example.com 0 - - - xe" },
	{ "http://b%C3%BCcher.de/", "http xn--bcher-kva.de xn--bcher-kva.de 0 - - - nxe" },
	{ "http://localhost/", "http localhost localhost 0 - - - q" },
	{ "http://foo.invalidtld/", "http foo.invalidtld foo.invalidtld 0 - - - q" },
	{ "http://co.uk/", "http co.uk co.uk 0 - - - " },
	{ "http://a..b.com/", "http - - 0 - - - b" },
	{ "http://exa mple.com/", "http - - 0 - - - b" },
	{ "http://a%00b.com/", "http - - 0 - - - bxe" },
	{ "http://a%2fb.com/", "http - - 0 - - - bxe" },
	{ "http://a<b.com/", "http - - 0 - - - b" },
	{ "http://\xff.com/", "http - - 0 - - - nbx" },
	/* disguises of the scheme */
	{ "hxxp://example.com/", "http example.com example.com 0 - - - x" },
	{ "hXXps://example.com/", "https example.com example.com 0 - - - x" },
	/* mailto */
	{ "mailto:a@example.com", "mailto example.com example.com 0 a@example.com - - m" },
	{ "MAILTO:a@example.com?subject=x", "mailto example.com example.com 0 a@example.com subject=x - m" },
	{ "mailto:a@example.com,b@example.org", "mailto example.com example.com 0 a@example.com,b@example.org - - m" },
	{ "mailto:", "mailto - - 0 - - - m" },
	/* no URLs */
	{ "", NULL }, { "#top", NULL }, { "/path/x.html", NULL }, { "index.html", NULL }, { "javascript:alert(1)", NULL },
	{ "data:text/html,x", NULL }, { "cid:a@b.c", NULL }, { "tel:+49123", NULL }, { "http:", NULL }, { "http://", NULL },
	{ "http:///", NULL }, { "http://@/", NULL }, { "about:blank", NULL }, { "?q=1", NULL }, { "urn:isbn:1", NULL }, { "a@b.com", NULL },
	{ "file.php?x=1", NULL }, { "[name]", NULL },
};

static void test_parse(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(parse_rows) / sizeof(*parse_rows); i++) {
		const struct row *r = &parse_rows[i];
		struct arena *arena = arena_new(0);
		size_t len = strlen(r->text);
		char *text = malloc(len + (len == 0));
		struct url u;
		bool ok;
		struct span got;

		memcpy(text, r->text, len);
		ok = url_parse(ctx, arena, span_make(text, len), &u);
		got = ok ? render(arena, &u) : SPAN_NONE;
		if (ok != (r->want != NULL) || (ok && !span_eq(got, span_of(r->want)))) {
			print_error("%s\n  got  %.*s\n  want %s\n", r->text, SPAN_ARG(got), r->want != NULL ? r->want : "none");
			bad++;
		}
		free(text);
		arena_free(&arena);
	}
	assert_int_equal(bad, 0);
}

/* want: "raw=host" or "raw=user@host", with flags behind a blank, joined by "; " */
static const struct row find_rows[] = {
	{ "", "" },
	{ "no links here at all", "" },
	{ "see http://example.com/x for more", "http://example.com/x=example.com" },
	{ "HTTPS://EXAMPLE.COM/x", "HTTPS://EXAMPLE.COM/x=example.com" },
	/* where it ends */
	{ "go to http://example.com/x.", "http://example.com/x=example.com" },
	{ "http://example.com/x, and http://example.org/y!", "http://example.com/x=example.com; http://example.org/y=example.org" },
	{ "(http://example.com/x)", "http://example.com/x=example.com" },
	{ "http://example.com/x_(y)", "http://example.com/x_(y)=example.com" },
	{ "(see http://example.com/x_(y))", "http://example.com/x_(y)=example.com" },
	{ "[text](http://example.com/x)more", "http://example.com/x=example.com" },
	{ "<http://example.com/x>", "http://example.com/x=example.com" },
	{ "\"http://example.com/x\"", "http://example.com/x=example.com" },
	{ "'http://example.com/x'+y", "http://example.com/x=example.com" },
	{ "http://example.com/?a=b&c=d...", "http://example.com/?a=b&c=d=example.com" },
	{ "\xe2\x80\x9chttp://example.com/x\xe2\x80\x9d", "http://example.com/x=example.com" },
	{ "http://example.com/x\xc2\xa0y", "http://example.com/x=example.com" },
	{ "http://a.example.com|http://b.example.com", "http://a.example.com=a.example.com; http://b.example.com=b.example.com" },
	{ "http://r.example.com/?u=http://e.example.com/", "http://r.example.com/?u=http://e.example.com/=r.example.com" },
	{ "http://[2001:db8::1]/x]", "http://[2001:db8::1]/x=2001:db8::1 i" },
	{ "http://3221225985/x", "http://3221225985/x=192.0.2.1 o" },
	{ "http://user@example.com:81/", "http://user@example.com:81/=user@example.com up" },
	{ "http:\\\\example.com/x", "http:\\\\example.com/x=example.com k" },
	{ "xhttp://example.com", "http://example.com=example.com" },
	{ "http://www.example.com\xe8\xb0\xa2", "http://www.example.com=www.example.com" },
	{ "http://", "" }, { "http:// example", "" }, { "http:/x", "" }, { "foo://example", "" },
	/* without scheme */
	{ "visit www.example.com today", "www.example.com=www.example.com s" },
	{ "visit www.example.com.", "www.example.com=www.example.com s" },
	{ "visit example.com.", "example.com=example.com s" },
	{ "example.com, example.org", "example.com=example.com s; example.org=example.org s" },
	{ "example.com/path?x=y.", "example.com/path?x=y=example.com s" },
	{ "example.com:8080/x", "example.com:8080/x=example.com sp" },
	{ "shop.example.it", "shop.example.it=shop.example.it s" },
	{ "example.it/x", "example.it/x=example.it s" },
	{ "t.co/abc", "t.co/abc=t.co s" },
	{ "x.com", "x.com=x.com s" },
	{ "site:www.example.com", "www.example.com=www.example.com s" },
	{ "www.m\xc3\xbcller.de", "www.m\xc3\xbcller.de=www.xn--mller-kva.de sn" },
	{ "m\xc3\xbcller.de", "m\xc3\xbcller.de=xn--mller-kva.de sn" },
	{ "\xe8\xae\xbf\xe9\x97\xaewww.example.com\xe8\xb0\xa2", "www.example.com=www.example.com s" },
	{ "\xe2\x80\x9cwww.example.com\xe2\x80\x9d", "www.example.com=www.example.com s" },
	{ "EXAMPLE.COM", "EXAMPLE.COM=example.com s" },
	{ "foo.example.xyz", "foo.example.xyz=foo.example.xyz s" },
	/* not hosts */
	{ "report.pdf", "" }, { "readme.md", "" }, { "setup.exe and main.py, run.sh, lib.rs, old.zip", "" }, { "end.Next sentence", "" },
	{ "end.The next.It was.", "" }, { "version 1.2.3 and 10.0.0.1", "" }, { "e.g. i.e. z.B. u.a. d.h. U.S.A. p.m.", "" },
	{ "foo.tar.gz", "" }, { "libc.so.6", "" }, { "com.example.app", "" }, { "java.util.List", "" }, { "...", "" }, { "a..com", "" },
	{ "3.14", "" }, { "12.30 Uhr", "" }, { "/usr/lib/example.com", "" }, { "C:\\example.com", "" }, { "co.uk", "" }, { "Mr.Smith", "" },
	{ "here.we go and word.is that", "" }, { "node.js", "" }, { "-.com", "" }, { ".com", "" }, { "@example.com", "" }, { "$a.com", "" },
	{ "this.method.call()", "" }, { "3.de", "" },
	/* addresses */
	{ "mail a@example.com now", "a@example.com=a@example.com m" },
	{ "<a.b+c@mail.example.com>", "a.b+c@mail.example.com=a.b+c@mail.example.com m" },
	{ "'a@example.com'", "a@example.com=a@example.com m" },
	{ "a@example.com.", "a@example.com=a@example.com m" },
	{ "mailto:a@example.com?subject=x", "mailto:a@example.com?subject=x=a@example.com m" },
	{ "a@b@example.com", "b@example.com=b@example.com m" },
	{ "a@localhost", "" }, { "a@b", "" }, { "a@file.unknowntld", "" }, { "@", "" }, { "a@", "" }, { "foo @ bar.example", "" },
	/* disguises */
	{ "hxxp://example.com/x", "hxxp://example.com/x=example.com x" },
	{ "hxxps://www[.]example[.]com/x.", "hxxps://www[.]example[.]com/x=www.example.com x" },
	{ "hxxp[:]//example[.]com/x", "hxxp[:]//example[.]com/x=example.com x" },
	{ "http://example(.)com/x", "http://example(.)com/x=example.com x" },
	{ "example[.]com", "example[.]com=example.com x" },
	{ "www.example[dot]com/x", "www.example[dot]com/x=www.example.com x" },
	{ "example (dot) com", "example (dot) com=example.com x" },
	{ "go to example{.}org now", "example{.}org=example.org x" },
	{ "visit cheappills dot com today", "cheappills dot com=cheappills.com x" },
	{ "www dot example dot com", "www dot example dot com=www.example.com x" },
	{ "a@example[.]com", "a@example[.]com=a@example.com xm" },
	{ "the dot com bubble", "" }, { "a dot on the map", "" }, { "connect the dot to dot picture", "" }, { "x[.]y", "" }, { "f(.)", "" },
	{ "readme[.]nonsense", "" },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...e.com dot ", "" },
};

struct collected {
	struct arena *arena;
	struct buf b;
	struct span text;
	size_t n, stop_after;
};

static bool collect(void *v, const struct url *u, size_t offset)
{
	struct collected *c = v;
	struct buf flags = BUF_INIT(c->arena);

	assert_ptr_equal(u->raw.p, c->text.p + offset);
	assert_true(offset + u->raw.len <= c->text.len);
	if (c->n++ != 0)
		buf_str(&c->b, "; ");
	buf_add(&c->b, u->raw);
	buf_char(&c->b, '=');
	if (u->user.len != 0) {
		buf_add(&c->b, u->user);
		buf_char(&c->b, '@');
	}
	buf_add(&c->b, u->host_ascii);
	render_flags(&flags, u->flags);
	if (flags.len != 0) {
		buf_char(&c->b, ' ');
		buf_add(&c->b, buf_span(&flags));
	}
	return c->n != c->stop_after;
}

static void test_find(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(find_rows) / sizeof(*find_rows); i++) {
		const struct row *r = &find_rows[i];
		struct arena *arena = arena_new(0);
		size_t len = strlen(r->text);
		char *text = malloc(len + (len == 0));
		struct collected c = { .arena = arena, .b = BUF_INIT(arena) };

		memcpy(text, r->text, len);
		c.text = span_make(text, len);
		url_find(ctx, arena, c.text, collect, &c);
		if (!span_eq(buf_span(&c.b), span_of(r->want))) {
			print_error("%s\n  got  %.*s\n  want %s\n", r->text, SPAN_ARG(buf_span(&c.b)), r->want);
			bad++;
		}
		free(text);
		arena_free(&arena);
	}
	assert_int_equal(bad, 0);
}

static void test_find_stops(void **state)
{
	struct arena *arena = arena_new(0);
	struct collected c = { .arena = arena, .b = BUF_INIT(arena), .stop_after = 2 };

	(void)state;
	c.text = SPAN_LIT("a.example.com b.example.com c@example.com http://example.com");
	url_find(ctx, arena, c.text, collect, &c);
	assert_int_equal(c.n, 2);
	arena_free(&arena);
}

static void test_registered_domain(void **state)
{
	static const char *const hosts[][2] = {
		{ "example.com", "example.com" }, { "a.b.example.com", "example.com" }, { "a.example.co.uk", "example.co.uk" },
		{ "co.uk", "co.uk" }, { "com", "com" }, { "", "" }, { "a.b.user.github.io", "user.github.io" }, { "www.city.kawasaki.jp", "city.kawasaki.jp" },
		{ "foo.bar.ck", "foo.bar.ck" },
		{ "www.shop.example", "shop.example" }, { "a.b.shop.test", "shop.test" }, { "printer.office.lan", "office.lan" }, { "mail.corp", "mail.corp" },
		{ "localhost", "localhost" }, { "x.xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		struct span got = url_registered_domain(ctx, span_of(hosts[i][0]));

		if (!span_eq(got, span_of(hosts[i][1])))
			fail_msg("%s: %.*s", hosts[i][0], SPAN_ARG(got));
	}
}

static void test_host(void **state)
{
	struct arena *arena = arena_new(0);
	struct url u = { 0 };

	(void)state;
	assert_true(url_parse_host(ctx, arena, SPAN_LIT("Mail.Example.ORG"), &u));
	assert_true(span_eq(u.host_ascii, SPAN_LIT("mail.example.org")));
	assert_true(span_eq(u.domain, SPAN_LIT("example.org")));
	u = (struct url){ 0 };
	assert_true(url_parse_host(ctx, arena, SPAN_LIT("[192.0.2.7]"), &u));
	assert_true(span_eq(u.host_ascii, SPAN_LIT("192.0.2.7")));
	assert_int_equal(u.flags, URL_IP);
	u = (struct url){ 0 };
	assert_false(url_parse_host(ctx, arena, SPAN_NONE, &u));
	assert_int_equal(u.flags, URL_HOST_BAD);
	u = (struct url){ 0 };
	assert_false(url_parse_host(ctx, arena, SPAN_LIT("bad host"), &u));
	arena_free(&arena);
}

static bool count(void *v, const struct url *u, size_t offset)
{
	(void)u;
	(void)offset;
	++*(size_t *)v;
	return true;
}

/* Would run for hours if anything were quadratic; the test's own time limit ends it. */
static void test_hostile(void **state)
{
	static const char *const units[] = {
		".", "@", ":", "a.", ".a", "a@", "@a", "a.a@", "a@a.a", "http://", "http://a", "(", "[", "[.]", "a[.]", "a(.)a", " dot ", "a dot ", "a dot a",
		" dot", "mailto:", "mailto:a@", "www.", "www.a.com", "www.a.com ", "//", "\\", "hxxp[:]//", "http://[", "\xc3\xbc.", "\xe8\xae\xbf.", "\xff.", "a.com,",
		"a-", "-.", "xn--.", "%2e", "http://%", "'", "http://a.com(", "a@b.com", "a@a[.]", "0.", "0x0.",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		struct arena *arena = arena_new(0);
		struct buf b = { 0 };
		struct url u;
		size_t n = 0;

		while (b.len < 1 << 20)
			buf_str(&b, units[i]);
		url_find(ctx, arena, buf_span(&b), count, &n);
		assert_true(n <= b.len / 3);
		url_parse(ctx, arena, buf_span(&b), &u);
		buf_free(&b);
		arena_free(&arena);
	}
}

static int setup(void **state)
{
	(void)state;
	ctx = url_context_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	url_context_free(&ctx);
	return ctx != NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_registered_domain),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_stops),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
