/* Address fields: what is read, and whether it is well-formed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "mail/address.h"

/* want: "name|local|domain" joined by " ; "; then flags: m malformed, c cut, g group. */
struct row {
	const char *value, *want, *flags;
};

static const struct row rows[] = {
	/* addr-spec */
	{ "a@b.c", "|a|b.c", "" },
	{ "  a@b.c \t", "|a|b.c", "" },
	{ "john.q.public@mail.example.com", "|john.q.public|mail.example.com", "" },
	{ "a+b=c/d'e@ex-ample.org", "|a+b=c/d'e|ex-ample.org", "" },
	{ "<a@b.c>", "|a|b.c", "" },
	{ "< a@b.c >", "|a|b.c", "" },
	{ "\"john doe\"@example.com", "|john doe|example.com", "" },
	{ "\"a@b\"@example.com", "|a@b|example.com", "" },
	{ "\"a\\\"b\"@example.com", "|a\"b|example.com", "" },
	{ "<\"a,b;c:d<e>\"@example.com>", "|a,b;c:d<e>|example.com", "" },
	{ "a@[192.0.2.1]", "|a|[192.0.2.1]", "" },
	{ "<a@[IPv6:2001:db8::1]>", "|a|[IPv6:2001:db8::1]", "" },
	{ "a@[192.0.2.1,b@c", "|a|[192.0.2.1 ; |b|c", "m" },
	{ "j\xc3\xbcrgen@b\xc3\xbc" "cher.example", "|j\xc3\xbcrgen|b\xc3\xbc" "cher.example", "" },
	{ "j\xfcrgen@example.org", "|j\xfcrgen|example.org", "m" },
	/* obsolete: blanks and comments inside, quoted words between dots, routes, empty elements */
	{ "john . doe @ example . com", "|john.doe|example.com", "" },
	{ "john(comment)@(other)example.com", "other|john|example.com", "" },
	{ "a@b.c (John Doe)", "John Doe|a|b.c", "" },
	{ "(John (nested) Doe) a@b.c", "John (nested) Doe|a|b.c", "" },
	{ "(John \\) Doe) a@b.c", "John ) Doe|a|b.c", "" },
	{ "<a@b.c> (John Doe)", "John Doe|a|b.c", "" },
	{ "a.\"b c\".d@example.com", "|a.b c.d|example.com", "" },
	{ "<@relay.example:a@b.c>", "|a|b.c", "" },
	{ "Joe <@r1.example,@r2.example:a@b.c>, d@e.f", "Joe|a|b.c ; |d|e.f", "" },
	{ "@relay.example:a@b.c", "|a|b.c", "m" },
	{ "a@b.c,,d@e.f,", "|a|b.c ; |d|e.f", "" },
	{ ",a@b.c", "|a|b.c", "" },
	/* display names */
	{ "John Doe <a@b.c>", "John Doe|a|b.c", "" },
	{ "John   \t Doe <a@b.c>", "John Doe|a|b.c", "" },
	{ "John Q. Public <a@b.c>", "John Q. Public|a|b.c", "" },
	{ "\"Doe, John\" <a@b.c>", "Doe, John|a|b.c", "" },
	{ "\"Doe, John\"<a@b.c>", "Doe, John|a|b.c", "" },
	{ "\"John \\\"Joe\\\" Doe\" <a@b.c>", "John \"Joe\" Doe|a|b.c", "" },
	{ "\"\" <a@b.c>", "|a|b.c", "" },
	{ "\"a@bank.example\" <x@evil.example>", "a@bank.example|x|evil.example", "" },
	{ "John \"Joe\" Doe <a@b.c>", "John Joe Doe|a|b.c", "" },
	{ "John (work) Doe <a@b.c>", "John Doe|a|b.c", "" },
	{ "(only a comment) <a@b.c>", "|a|b.c", "" },
	{ "J\xc3\xbcrgen <a@b.c>", "J\xc3\xbcrgen|a|b.c", "" },
	{ "a@b.c <x@y.z>", "a@b.c|x|y.z", "m" },
	{ "[List] John <a@b.c>", "[List] John|a|b.c", "m" },
	{ "John, <a@b.c>", "|John| ; |a|b.c", "m" },
	/* encoded words */
	{ "=?utf-8?q?J=C3=BCrgen?= <a@b.c>", "J\xc3\xbcrgen|a|b.c", "" },
	{ "=?iso-8859-1?Q?J=FCrgen?= Doe <a@b.c>", "J\xc3\xbcrgen Doe|a|b.c", "" },
	{ "=?utf-8?b?SsO8cg==?= =?utf-8?b?Z2Vu?= <a@b.c>", "J\xc3\xbcrgen|a|b.c", "" },
	{ "\"=?utf-8?q?J=C3=BCrgen?=\" <a@b.c>", "J\xc3\xbcrgen|a|b.c", "" },
	{ "a@b.c (=?utf-8?q?J=C3=BCrgen?=)", "J\xc3\xbcrgen|a|b.c", "" },
	{ "=?utf-8?q?a=0A=20=20b?= <a@b.c>", "a b|a|b.c", "" },
	{ "=?utf-8?q?Doe=2C_John_=3Cx=40y=2Ez=3E?= <a@b.c>", "Doe, John <x@y.z>|a|b.c", "" },
	/* lists and groups */
	{ "a@b.c, d@e.f", "|a|b.c ; |d|e.f", "" },
	{ "A <a@b.c>, \"B, C\" <d@e.f>,g@h.i", "A|a|b.c ; B, C|d|e.f ; |g|h.i", "" },
	{ "undisclosed-recipients:;", "", "g" },
	{ "Undisclosed recipients: ;", "", "g" },
	{ "Friends: a@b.c, D <d@e.f>;", "|a|b.c ; D|d|e.f", "g" },
	{ "Friends: a@b.c;, g@h.i", "|a|b.c ; |g|h.i", "g" },
	{ "\"A:B\": a@b.c;", "|a|b.c", "g" },
	{ "Friends: a@b.c; g@h.i", "|a|b.c ; |g|h.i", "mg" },
	{ "Friends: a@b.c", "|a|b.c", "mg" },
	{ "x: y: a@b.c;", "|a|b.c", "mg" },
	{ ":;", "", "mg" },
	{ "a@b.c; d@e.f", "|a|b.c ; |d|e.f", "m" },
	{ "a@b.c: d@e.f;", "|a|b.c ; |d|e.f", "mg" },
	/* wrong, but read */
	{ "", "", "m" },
	{ " ", "", "m" },
	{ ",", "", "m" },
	{ "(comment)", "", "m" },
	{ "<>", "||", "m" },
	{ "John <>", "John||", "m" },
	{ "root", "|root|", "m" },
	{ "John Doe", "John Doe||", "m" },
	{ "\"John Doe\"", "|John Doe|", "m" },
	{ "John <root>", "John|root|", "m" },
	{ "John Doe a@b.c", "John Doe|a|b.c", "m" },
	{ "a@b.c d@e.f", "|a|b.c ; |d|e.f", "m" },
	{ "a@b@c.d", "|a@b|c.d", "m" },
	{ "<a@b@c.d>", "|a@b|c.d", "m" },
	{ "@b.c", "||b.c", "m" },
	{ "a@", "|a|", "m" },
	{ "<a@>", "|a|", "m" },
	{ ".a@b.c", "|.a|b.c", "m" },
	{ "a.@b.c", "|a.|b.c", "m" },
	{ "a..b@c.d", "|a..b|c.d", "m" },
	{ "a@b..c", "|a|b..c", "m" },
	{ "a@b.c.", "|a|b.c.", "m" },
	{ "John <a@b.c", "John|a|b.c", "m" },
	{ "John <a@b.c, d@e.f", "John|a|b.c ; |d|e.f", "m" },
	{ "a@b.c>", "|a|b.c", "m" },
	{ "John <a@b.c>>", "John|a|b.c", "m" },
	{ "John <<a@b.c>>", "John <|a|b.c", "m" },
	{ "John < Jack <a@b.c>", "John < Jack|a|b.c", "m" },
	{ "John <Jack> <a@b.c>", "John <Jack>|a|b.c", "m" },
	{ "John <a@b.c> <d@e.f>", "John|a|b.c ; |d|e.f", "m" },
	{ "<a@b.c> John", "John|a|b.c", "m" },
	{ "A <a@b.c> B", "A|a|b.c", "m" },
	{ "<a b@c.d>", "|a b|c.d", "m" },
	{ "<a@b.c d>", "|a|b.c d", "m" },
	{ "<mailto:a@b.c>", "|a|b.c", "m" },
	{ "\"John <a@b.c>", "\"John|a|b.c", "m" },
	{ "John (work <a@b.c>", "John (work|a|b.c", "m" },
	{ "\"a\"b@c.d", "|ab|c.d", "m" },
	{ "a@\"b\".c", "|a|\"b\".c", "m" },
	{ "a\x01@b.c", "|a\x01|b.c", "m" },
	{ "a@b.c\\", "|a|b.c\\", "m" },
};

static struct span render(struct arena *arena, const struct address_list *list)
{
	struct buf b = BUF_INIT(arena);

	for (size_t i = 0; i < list->n; i++) {
		const struct address *a = &list->v[i];

		if (i != 0)
			buf_str(&b, " ; ");
		buf_add(&b, a->name);
		buf_char(&b, '|');
		buf_add(&b, a->local);
		buf_char(&b, '|');
		buf_add(&b, a->domain);
	}
	return buf_span(&b);
}

static void test_rows(void **state)
{
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena *arena = arena_new(0);
		struct address_list list;
		struct span got;
		char flags[4];

		/* An exact heap copy: an overrun of the input is seen by AddressSanitizer. */
		size_t len = strlen(rows[i].value);
		char *value = malloc(len + (len == 0));
		memcpy(value, rows[i].value, len);
		address_list_parse(arena, span_make(value, len), &list);
		got = render(arena, &list);
		snprintf(flags, sizeof(flags), "%s%s%s", list.malformed ? "m" : "", list.cut ? "c" : "", list.group ? "g" : "");
		if (!span_eq(got, span_of(rows[i].want)) || strcmp(flags, rows[i].flags) != 0) {
			print_error("%s\n  got  \"%.*s\" %s\n  want \"%s\" %s\n", rows[i].value, SPAN_ARG(got), flags, rows[i].want,
				rows[i].flags);
			bad++;
		}
		free(value);
		arena_free(&arena);
	}
	assert_int_equal(bad, 0);
}

static void test_spec(void **state)
{
	static const char *const specs[][2] = {
		{ "John <a@b.c>", "a@b.c" },
		{ "\"john doe\"@example.com", "\"john doe\"@example.com" },
		{ "a . b (x) @ c . d", "a.b@c.d" },
		{ "<@r:a@b.c>", "a@b.c" },
		{ "A@B.C", "A@B.C" },
	};
	struct arena *arena = arena_new(0);
	struct address_list list;

	(void)state;
	for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++) {
		address_list_parse(arena, span_of(specs[i][0]), &list);
		assert_int_equal(list.n, 1);
		assert_true(span_eq(list.v[0].spec, span_of(specs[i][1])));
	}
	arena_free(&arena);
}

static void test_paths(void **state)
{
	static const char *const paths[][3] = { /* NULL: refused */
		{ "<a@b.c>", "a", "b.c" },
		{ "a@b.c", "a", "b.c" },
		{ "<@relay.example,@r2.example:a@b.c>", "a", "b.c" },
		{ "@relay.example:a@b.c", "a", "b.c" },
		{ "<\"john doe\"@b.c>", "john doe", "b.c" },
		{ "postmaster", "postmaster", "" },
		{ "<a@[192.0.2.1]>", "a", "[192.0.2.1]" },
		{ "a..b@c.d", "a..b", "c.d" },
		{ "j\xc3\xbc@b.c", "j\xc3\xbc", "b.c" },
		{ "a@x_y.c", "a", "x_y.c" },
		{ "<>", NULL, NULL },
		{ "", NULL, NULL },
		{ "a@", NULL, NULL },
		{ "@b.c", NULL, NULL },
		{ "a b@c.d", NULL, NULL },
		{ "a@b@c", NULL, NULL },
		{ "<a@b.c", NULL, NULL },
		{ "John <a@b.c>", NULL, NULL },
		{ "a@b.c, d@e.f", NULL, NULL },
		{ "\"a@b.c", NULL, NULL },
		{ "a@[1.2.3.4", NULL, NULL },
		{ "a@.b", NULL, NULL },
		{ "a\x01@b.c", NULL, NULL },
	};
	struct address a;

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		bool ok = address_parse_path(span_of(paths[i][0]), &a);

		if (ok != (paths[i][1] != NULL))
			fail_msg("%s: %d", paths[i][0], ok);
		if (!ok)
			continue;
		assert_true(span_eq(a.local, span_of(paths[i][1])));
		assert_true(span_eq(a.domain, span_of(paths[i][2])));
	}
}

static void repeat(struct buf *b, const char *unit, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_str(b, unit);
}

/* Would run for hours if anything were quadratic; the test's own time limit ends it. */
static void test_hostile(void **state)
{
	static const struct {
		const char *unit;
		size_t repeat, n;
		bool cut;
	} cases[] = {
		{ "a:", 60000, 0, false },
		{ "a,", 32768, ADDRESS_LIMIT, true },
		{ "(", 1 << 20, 1, false },
		{ ")", 1 << 20, 1, false },
		{ "(()", 1 << 19, 1, false },
		{ "\"", (1 << 20) + 1, 1, false },
		{ "\\\"", 1 << 19, 1, false },
		{ "<", 1 << 20, 1, false },
		{ ">", 1 << 20, 0, false },
		{ "<>", 1 << 19, 1, false },
		{ "<a@b>", 1 << 18, ADDRESS_LIMIT, true },
		{ "a@b ", 1 << 18, ADDRESS_LIMIT, true },
		{ "@", 1 << 20, 1, false },
		{ "@[", 1 << 19, 1, false },
		{ "a@", 1 << 19, 1, false },
		{ "<@a,", 1 << 18, 1, false },
		{ "<@a:", 1 << 18, 1, false },
		{ "a ", 1 << 19, 1, false },
		{ "\"a\" ", 1 << 18, 1, false },
		{ ";", 1 << 20, 0, false },
		{ ",", 1 << 20, 0, false },
		{ "a:b;", 1 << 18, ADDRESS_LIMIT, true },
		{ "=?utf-8?q?a", 1 << 16, 1, false },
		{ "(a)", 1 << 18, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena *arena = arena_new(0);
		struct buf b = { 0 };
		struct address_list list;

		repeat(&b, cases[i].unit, cases[i].repeat);
		address_list_parse(arena, buf_span(&b), &list);
		if (list.n != cases[i].n || list.cut != cases[i].cut)
			fail_msg("\"%s\": %zu addresses, cut %d", cases[i].unit, list.n, list.cut);
		buf_free(&b);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_spec),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
