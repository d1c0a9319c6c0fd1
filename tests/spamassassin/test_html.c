/* HTML as SpamAssassin reads it. What is expected here was printed by SpamAssassin 4.0.1 and HTML::Parser 3.81 themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "base/utf8.h"
#include "spamassassin/html_private.h"

/* ---- tokens: S{[name][attribute][value]...} E{name} T{text} L{literal text} C{comment} D{declaration} ---- */

static void trace_start(void *ctx, struct span name, const struct html_attr *attrs, size_t n)
{
	struct buf *b = ctx;

	buf_str(b, "S{[");
	for (size_t i = 0; i < name.len; i++)
		buf_char(b, (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]));
	buf_char(b, ']');
	for (size_t i = 0; i < n; i++) {
		buf_char(b, '[');
		for (size_t k = 0; k < attrs[i].name.len; k++)
			buf_char(b, (char)(attrs[i].name.p[k] >= 'A' && attrs[i].name.p[k] <= 'Z' ? attrs[i].name.p[k] + 32 : attrs[i].name.p[k]));
		buf_printf(b, "][%.*s]", SPAN_ARG(attrs[i].value));
	}
	buf_char(b, '}');
}

static void trace(struct buf *b, const char *what, struct span text)
{
	buf_str(b, what);
	buf_add(b, text);
	buf_char(b, '}');
}

static void trace_end(void *ctx, struct span name)
{
	trace(ctx, "E{", name);
}

static void trace_text(void *ctx, struct span text, bool cdata)
{
	trace(ctx, cdata ? "L{" : "T{", text);
}

static void trace_comment(void *ctx, struct span text)
{
	trace(ctx, "C{", text);
}

static void trace_declaration(void *ctx, struct span text)
{
	trace(ctx, "D{", text);
}

static bool nothing_is_open(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return false;
}

static const struct {
	const char *source, *tokens;
} token_cases[] = {
	{ "<a href=x>t</a>", "S{[a][href][x]}T{t}E{a}" },
	{ "<A HREF=\"x y\" b>t", "S{[a][href][x y][b][b]}T{t}" },
	{ "<a b = \"c\"d='e'>t", "S{[a][b][c][d][e]}T{t}" },
	{ "<a b= >t", "S{[a][b][]}T{t}" },
	{ "<a =b>t", "S{[a][=b][=b]}T{t}" },
	{ "<a b==c>t", "S{[a][b][=c]}T{t}" },
	{ "<a \"b\">t", "S{[a][\"b\"][\"b\"]}T{t}" },
	{ "<a b=\"c", "C{<a b=\"c}" },
	{ "<a/b>t", "S{[a/b]}T{t}" },
	{ "<br/ >t", "S{[br/]}T{t}" },
	{ "< a>t", "T{<}T{ a>t}" },
	{ "<1>t", "T{<1>t}" },
	{ "</ a>t", "C{</ a>}T{t}" },
	{ "</a b=\"c>d\">e", "E{a}T{e}" },
	{ "</a b=c\">d", "E{a}T{d}" },
	{ "<>t", "T{<>t}" },
	{ "<!>t", "C{<!>}T{t}" },
	{ "<!x y>t", "C{<!x y>}T{t}" },
	{ "<!-->t-->u", "C{<!-->t-->}T{u}" },
	{ "<!-- a -- >t", "C{<!-- a -- >}T{t}" },
	{ "<!-- a > t", "C{<!-- a >}T{ t}" },
	{ "<!doctype html>t", "D{<!doctype html>}T{t}" },
	{ "<!DOCTYPE x \"a>b\" -- c -- >t", "D{<!DOCTYPE x \"a>b\" -- c -- >}T{t}" },
	{ "<!doctype -x>t", "C{<!doctype -x>}T{t}" },
	{ "<?xml a>t", "T{t}" },
	{ "<title>a<b>", "S{[title]}T{a}E{title}S{[b]}" },
	{ "<style>a</style >b", "S{[style]}L{a}E{style}T{b}" },
	{ "<script>a</scripts>b</script>c", "S{[script]}L{a</scripts>b}E{script}T{c}" },
	{ "<plaintext>a</plaintext>", "S{[plaintext]}L{a</plaintext>}" },
	{ "<![CDATA[a<b>]]>c", "L{a<b>}T{c}" },
	{ "<![ignore[<a>]]>c", "T{c}" },
	{ "<![include[a]]>b", "T{a}T{b}" },
	{ "<![if x]>a", "C{<![if x]>}T{a}" },
	{ "a]]>b", "T{a]]>b}" },
	{ "x <", "T{x }C{<}" },
	{ "x </", "T{x }C{</}" },
	{ "a b c", "T{a b}T{ c}" },
	{ "a &lt; b", "T{a &lt;}T{ b}" },
};

static void test_tokens(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(token_cases) / sizeof(*token_cases); i++) {
		struct arena *arena = arena_new(0);
		struct buf b = BUF_INIT(arena);
		struct html_events ev = { .ctx = &b, .start = trace_start, .end = trace_end, .text = trace_text, .comment = trace_comment, .declaration = trace_declaration,
			.is_open = nothing_is_open };
		size_t len = strlen(token_cases[i].source);
		char *copy = arena_bytes(arena, len + HTML_TAIL);

		memcpy(copy, token_cases[i].source, len);
		html_tokenize(copy, len, &ev);
		if (!span_eq(buf_span(&b), span_of(token_cases[i].tokens)))
			fail_msg("%s: %.*s, not %s", token_cases[i].source, SPAN_ARG(buf_span(&b)), token_cases[i].tokens);
		arena_free(&arena);
	}
}

/* ---- text ---- */

static const struct {
	const char *source, *text, *invisible;
	bool wide;
} text_cases[] = {
	{ "plain", "plain", "", false },
	{ "a<br>b<p>c</p>d", "a\012b\012\012c\012\012d", "", false },
	{ "<b>x </b> <i> y</i>", "x   y", "", false },
	{ "a &nbsp; b", "a b", "", false },
	{ "a&#160;b", "a\302\240b", "", false },
	{ "caf&eacute; &copy;", "caf\303\251 \302\251", "", false },
	{ "caf&eacute; &rsquo;", "caf\303\251 \342\200\231", "", true },
	{ "caf\303\251 \342\200\203x", "caf\303\251 \342\200\203x", "", true },
	{ "<td>1</td><td>2</td>", " 1  2 ", "", false },
	{ "<li>x<li>y", " x y", "", false },
	{ "<h1>T</h1>text", " T text", "", false },
	{ "<title>t</title>b", "\012\012t\012\012b", "", false },
	{ "<script>s<b></script>v", "v", "", false },
	{ "<style>p{}</style>v", "v", "", false },
	{ "<style>p{} never closed", "", "", false },
	{ "<script>s() never closed", "", "", false },
	{ "<textarea>a<b>c", "a<b>c", "", false },
	{ "<iframe>a&amp;b</iframe>c", "a&amp;bc", "", false },
	{ "<xmp>&lt;", "\012\012&lt;", "", false },
	{ "a < b c", "a < b c", "", false },
	{ "a <3 b", "a <3 b", "", false },
	{ "x<!-- c -->y", "xy", "", false },
	{ "x<!-- c > y", "x y", "", false },
	{ "<![CDATA[a<b>]]>c", "a<b>c", "", false },
	{ "<![if mso]>x<![endif]>y", "xy", "", false },
	{ "a<![ignore[ b ]]> c", "a c", "", false },
	{ "</ x>y", "y", "", false },
	{ "<a b=\"c>d\">e</a>", "e", "", false },
	{ "<br/>x<p />y", "\012x\012\012y", "", false },
	{ "\342\200\234q\342\200\235", "\042q\042", "", true },
	{ "&#146;&#x41;&ampx&hellip&hellip;&#xD83D;&#xDE00;&#0;&#65535;", "\302\222A&x&hellip\342\200\246\360\237\230\200&#0;&#65535;", "", true },
	{ "x <", "x ", "", false },
	{ "x <a", "x ", "", false },
	{ "word1 word2  ", "word1 word2 ", "", false },
	{ "v<font color=#ffffff>i</font>v", "viv", "i", false },
	{ "v<span style=\"display: none\">i</span>v", "viv", "i", false },
	{ "v<span style=\"DISPLAY:none\">w</span>", "vw", "", false },
	{ "v<font size=1>i</font>v", "viv", "i", false },
	{ "v<span style=\"color:white;background-color:#fff\">i</span>", "vi", "i", false },
	{ "v<p style=\"visibility:hidden\">i</p>v", "v\012\012i\012\012v", "i", false },
	{ "v<font color=nonsense>i</font>", "vi", "i", false },
	{ "<body text=#fff>i", "i", "i", false },
	{ "v<span style=\"color: rgb(250,250,250)\">i</span>v", "viv", "i", false },
	{ "v<small><small>i</small></small>v", "viv", "i", false },
	{ "<table><tr><td style=\"color:#fff\">i<td>v</table>", " i v", "i", false },
	{ "<div>a</div><div>b</div>", "\012a\012\012b\012", "", false },
	{ "a\r\n b\t\tc", "a b c", "", false },
	{ "a\303\202\302\240b", "a b", "", true },
	{ "x<span style=\"background: ;\">y</span>z", "x", "", false },
	{ "v<span style=\"background:url(a.png) white, red;color:red\">i</span>v", "viv", "i", false },
	{ "v<span style=\"color:transparent\">i</span>v", "viv", "i", false },
	{ "<plaintext>a</plaintext>b", "\012\012a</plaintext>b", "", false },
};

static const struct sa_html *render(struct arena *arena, const char *source, struct sa_html_text *t)
{
	struct span s = span_of(source);

	return sa_html_render(arena, s, utf8_ascii_len(s) != s.len, s.len, t);
}

static void test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(text_cases) / sizeof(*text_cases); i++) {
		struct arena *arena = arena_new(0);
		struct sa_html_text t;

		render(arena, text_cases[i].source, &t);
		if (!span_eq(t.all, span_of(text_cases[i].text)) || !span_eq(t.invisible, span_of(text_cases[i].invisible)) || t.wide != text_cases[i].wide)
			fail_msg("%s: \"%.*s\", invisible \"%.*s\", wide %d", text_cases[i].source, SPAN_ARG(t.all), SPAN_ARG(t.invisible), t.wide);
		assert_int_equal(t.chars, html_count_chars(t.all));
		arena_free(&arena);
	}
}

/* ---- colours and targets ---- */

static const struct {
	const char *written;
	int32_t color;
} color_cases[] = {
	{ "red", 0xff0000 },
	{ "RED", 0xff0000 },
	{ " White ", 0xffffff },
	{ "#fff", 0xffffff },
	{ "#ffffff", 0xffffff },
	{ "ffffff", COLOR_INVALID },
	{ "#12", 0x112200 },
	{ "#1", 0x110000 },
	{ "#", COLOR_EMPTY },
	{ "", COLOR_INVALID },
	{ "#abcdefgh", COLOR_INVALID },
	{ "#zzz", COLOR_INVALID },
	{ "rgb(255,0,0)", 0xff0000 },
	{ "rgb(1, 2, 3)", 0x010203 },
	{ "rgb(100%,50%,0%)", 0xff7f00 },
	{ "rgb(300,0,0)", 0x12c000 },
	{ "rgb()", COLOR_INVALID },
	{ "rgb(1,2)", COLOR_INVALID },
	{ "inherit", COLOR_INVALID },
	{ "lightgoldenrodyellow", 0xfafad2 },
	{ "#12345", 0x112233 },
	{ "transparent", COLOR_INVALID },
};

static void test_colors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(color_cases) / sizeof(*color_cases); i++) {
		int32_t color = html_color(span_of(color_cases[i].written));

		if (color != color_cases[i].color)
			fail_msg("\"%s\": %x, not %x", color_cases[i].written, (unsigned)color, (unsigned)color_cases[i].color);
	}
}

static const struct {
	const char *base, *uri, *target;
} target_cases[] = {
	{ "", "http://a.com/b/../c", "http://a.com/c" },
	{ "", "www.a.com/x", "www.a.com/x" },
	{ "", "//www.a.com/x", "http://www.a.com/x" },
	{ "", "//ftp.a.com", "ftp://ftp.a.com" },
	{ "", "//a.com", "//a.com" },
	{ "http://b.com/d/", "x", "http://b.com/d/x" },
	{ "http://b.com/d/", "../x", "http://b.com/x" },
	{ "http://b.com/d/", "/x/./y", "http://b.com/x/y" },
	{ "http://b.com/d/e", "?q", "http://b.com/d/e?q" },
	{ "http://b.com/d/e?z", "#f", "http://b.com/d/e?z#f" },
	{ "http://b.com", "x", "http://b.com/x" },
	{ "http://b.com/d/", "//c.com/p", "http://c.com/p" },
	{ "http://b.com/d/", "http:x", "http://b.com/d/x" },
	{ "http://b.com/d/", "https:x", "https:x" },
	{ "", "./a", "/a" },
	{ "", "../a", "/a" },
	{ "", "/..", "/" },
	{ "", "javascript:x", "javascript:x" },
	{ "http://b.com/d/", "", "http://b.com/d/" },
	{ "", "", "" },
	{ "http://b.com/d/", "x?y#z", "http://b.com/d/x?y#z" },
	{ "", "http://a.com/..", "http://a.com/" },
	{ "", "0", "" },
};

static void test_targets(void **state)
{
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(target_cases) / sizeof(*target_cases); i++) {
		struct span target = html_target(arena, span_of(target_cases[i].base), span_of(target_cases[i].uri));

		if (!span_eq(target, span_of(target_cases[i].target)))
			fail_msg("\"%s\" in \"%s\": \"%.*s\", not \"%s\"", target_cases[i].uri, target_cases[i].base, SPAN_ARG(target), target_cases[i].target);
	}
	arena_free(&arena);
}

/* ---- metadata ---- */

static const struct {
	const char *source, *name;
	double value; /* -1: not defined */
} number_cases[] = {
	{ "<b>x</b>", "length", 8 }, { "<b>x</b>", "html_length", 1 }, { "<b>x</b>", "bad_tag_ratio", 0 }, { "<foo>x</b>", "bad_tag_ratio", 0.5 },
	{ "<foo>x</b>", "closed_extra_ratio", 0.5 }, { "<foo><foo><b>", "non_element_ratio", 0.5 }, { "x", "bad_tag_ratio", -1 }, { "x", "closed_extra_ratio", -1 },
	{ "<!doctype html>x", "bad_tag_ratio", 0 }, { "ab<b>cd</b>", "obfuscation_ratio", 0.5 }, { "ab<b>cd</b>", "backhair_count", 1 }, { "ab <b>cd</b>", "obfuscation_ratio", -1 },
	{ "<font size=+2>x", "max_size", 5 }, { "<font size=-2>x", "min_size", 1 }, { "<basefont size=4><font size=+1>", "max_size", 5 }, { "<big><font color=red>", "max_size", 4 },
	{ "<img width=10 height=20>", "image_area", 200 }, { "<img width=50% height=10%>", "image_area", 400 * 60 }, { "<img width=x height=10>", "image_area", 2000 },
	{ "<img width=10>", "image_area", 0 }, { "a b", "non_space_len", 2 }, { "<font color=white>x", "font_low_contrast", 1 }, { "<font color=white> ", "font_low_contrast", -1 },
	{ "<font color=huh>x", "font_invalid_color", 1 }, { "<font face='Arial, sans-serif'>", "font_face_bad", -1 }, { "<font face=1>", "font_face_bad", 1 },
	{ "<font face=' A'>", "font_face_bad", -1 }, { "<font face=A>", "font_face_bad", 1 }, { "<form action=mailto:x>", "form_action_mailto", 1 }, { "<embed>", "embeds", 1 },
	{ "x<![ignore[y", "length", -1 }, { "x<![ignore[y", "html_length", 1 }, { "x", "html", 1 },
};

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(number_cases) / sizeof(*number_cases); i++) {
		struct arena *arena = arena_new(0);
		struct sa_html_text t;
		double value;

		if (!sa_html_number(render(arena, number_cases[i].source, &t), span_of(number_cases[i].name), &value))
			value = -1;
		if (value < number_cases[i].value - 1e-9 || value > number_cases[i].value + 1e-9)
			fail_msg("%s: %s is %g, not %g", number_cases[i].source, number_cases[i].name, value, number_cases[i].value);
		arena_free(&arena);
	}
}

static void test_tags(void **state)
{
	struct arena *arena = arena_new(0);
	struct sa_html_text t;
	const struct sa_html *h = render(arena, "<!DOCTYPE html><P><p></p><Foo><o:p></b>", &t);
	double n;

	(void)state;
	assert_true(sa_html_inside(h, SPAN_LIT("p"), &n) && n == 1);
	assert_true(sa_html_inside(h, SPAN_LIT("foo"), &n) && n == 1);
	assert_true(sa_html_inside(h, SPAN_LIT("o:p"), &n) && n == 1);
	assert_true(sa_html_inside(h, SPAN_LIT("b"), &n) && n == 0);
	assert_true(sa_html_inside(h, SPAN_LIT("!doctype"), &n));
	assert_false(sa_html_inside(h, SPAN_LIT("P"), &n));
	assert_false(sa_html_inside(h, SPAN_LIT("i"), &n));
	arena_free(&arena);
}

static const struct sa_html_link *link_of(const struct sa_html *h, const char *uri)
{
	for (size_t i = 0; i < h->nlinks; i++) {
		if (span_eq(h->links[i].uri, span_of(uri)))
			return &h->links[i];
	}
	fail_msg("no link %s", uri);
	return NULL;
}

static void test_links(void **state)
{
	struct arena *arena = arena_new(0);
	struct sa_html_text t;
	const struct sa_html *h = render(arena,
		"<base href='http://b.com/d/f.html'><a href=' x '>one</a><a href=x>two<img src=/i.png></a><area href=mailto:a@b><meta http-equiv=refresh content='1; url=http://r.com/ ;'>"
		"<iframe src=//f.com></iframe><td background=bg.png><a style/href=s>n</a><a>none</a><form action=>", &t);

	(void)state;
	assert_int_equal(link_of(h, "http://b.com/d/x")->types, SA_URI_A);
	assert_int_equal(link_of(h, "http://b.com/d/x")->ntexts, 0);
	assert_int_equal(link_of(h, "x")->types, 0);
	assert_int_equal(link_of(h, "x")->ntexts, 2);
	assert_true(span_eq(link_of(h, "x")->texts[0], SPAN_LIT("one")) && span_eq(link_of(h, "x")->texts[1], SPAN_LIT("two<img>\n")));
	assert_int_equal(link_of(h, "http://b.com/i.png")->types, SA_URI_IMG);
	assert_int_equal(link_of(h, "mailto:a@b")->types, SA_URI_AREA);
	assert_int_equal(link_of(h, "http://r.com/")->types, SA_URI_META);
	assert_int_equal(link_of(h, "http://f.com")->types, SA_URI_IFRAME);
	assert_int_equal(link_of(h, "http://b.com/d/bg.png")->types, SA_URI_TD);
	assert_int_equal(link_of(h, "http://b.com/d/s")->types, SA_URI_A);
	assert_true(span_eq(link_of(h, "")->texts[0], SPAN_LIT("none")));
	assert_int_equal(h->anchor.n, 4);
	arena_free(&arena);
}

static void test_strings(void **state)
{
	struct arena *arena = arena_new(0);
	struct sa_html_text t;
	const struct sa_html *h = render(arena, "<title>a &eacute;</title><title>b</title><!-- c --><!x><script>s&amp;</script>", &t);

	(void)state;
	assert_int_equal(h->title.n, 2);
	assert_true(span_eq(h->title.v[0], SPAN_LIT("a \351")) && span_eq(h->title.v[1], SPAN_LIT("b")));
	assert_int_equal(h->comment.n, 2);
	assert_true(span_eq(h->comment.v[1], SPAN_LIT("<!x>")));
	assert_true(h->script.n == 1 && span_eq(h->script.v[0], SPAN_LIT("s&amp;")));
	assert_null(sa_html_strings(h, SPAN_LIT("anchor")));
	assert_false(sa_html_test(h, SPAN_LIT("anchor")));
	assert_true(sa_html_test(h, SPAN_LIT("title")));
	arena_free(&arena);
}

/* Work and memory stay in proportion: documents that would cost a careless reader the square of their length. */
static void test_hostile(void **state)
{
	static const char *const units[] = { "<title>", "<a>", "<font>", "<table><td>", "<!doctype \">\" -", "<![--", "<!--", "</p>", "<x a=", "<td style='", "&#x41", "]]>", "<![a[", "<b>x" };

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		struct arena *arena = arena_new(0);
		struct buf b = BUF_INIT(arena);
		struct sa_html_text t;
		size_t before;

		while (b.len < 500000)
			buf_str(&b, units[i]);
		before = arena_used(arena);
		sa_html_render(arena, buf_span(&b), false, b.len, &t);
		assert_true(t.all.len <= b.len);
		assert_true(arena_used(arena) - before < 64 * b.len);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens), cmocka_unit_test(test_text), cmocka_unit_test(test_colors), cmocka_unit_test(test_targets), cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_tags), cmocka_unit_test(test_links), cmocka_unit_test(test_strings), cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
