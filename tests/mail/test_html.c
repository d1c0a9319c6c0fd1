#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "mail/html_entity.h"
#include "mail/html_entity_table.h"
#include "mail/html_private.h"

static const struct html_limits limits_usual = { .text = 1 << 20, .links = 1000, .depth = 100 };

struct fixture {
	struct arena *arena;
	struct facts facts;
	struct html html;
	uint64_t work;
};

static void parse_limited(struct fixture *f, struct span source, const struct html_limits *limits)
{
	*f = (struct fixture){ .arena = arena_new(0) };
	f->work = html_parse_counted(f->arena, source, limits, &f->facts, &f->html);
}

static void parse(struct fixture *f, const char *source)
{
	parse_limited(f, span_of(source), &limits_usual);
}

static void done(struct fixture *f)
{
	arena_free(&f->arena);
}

static void expect(const char *source, const char *what, struct span got, const char *want)
{
	if (span_eq(got, span_of(want)))
		return;
	fail_msg("%s: %s is \"%.*s\", not \"%s\"", source, what, SPAN_ARG(got), want);
}

struct text_case {
	const char *source, *text, *hidden;
};

static void check_texts(const struct text_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct fixture f;

		parse(&f, cases[i].source);
		expect(cases[i].source, "the text", f.html.text, cases[i].text);
		expect(cases[i].source, "the hidden text", f.html.hidden, cases[i].hidden);
		done(&f);
	}
}

#define CHECK_TEXTS(cases) check_texts(cases, sizeof(cases) / sizeof((cases)[0]))

static void test_text(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{ "", "", "" },
		{ "plain", "plain", "" },
		{ "  a \r\n\t b  ", "a b", "" },
		{ "<p>one</p><p>two</p>", "one\ntwo\n", "" },
		{ "<P>one<P>two", "one\ntwo", "" },
		{ "a<br>b<br/>c<BR />d</br>e", "a\nb\nc\nd\ne", "" },
		{ "<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>d", "a b\nc\nd", "" },
		{ "<table><tr><td>a<td>b<tr><th>c<th>d</table>", "a b\nc d\n", "" },
		{ "<div>a<span>b</span></div><div>c</div>", "ab\nc\n", "" },
		{ "<ul><li>a<li>b</ul>", "a\nb\n", "" },
		{ "<pre>a\n  b\nc</pre>d\ne", "a\nb\nc\nd e", "" },
		{ "<div style='white-space: pre-wrap'>a\nb</div>", "a\nb\n", "" },
		{ "a < b, 1 <2 <", "a < b, 1 <2 <", "" },
		{ "<b>bo</b>ld", "bold", "" },
		{ "x<foo bar>y</foo>z", "xyz", "" },
		{ "<a title='>'>t</a>", "t", "" },
		{ "<a title=\"x>y\" b='<'>t</a>", "t", "" },
		{ "a</ >b</!x>c</>d", "abcd", "" },
		{ "<?xml version='1.0'?>a<!DOCTYPE html>b", "ab", "" },
		{ "<head><title>T</title><meta charset=utf-8></head><body>b</body>", "b\n", "" },
		{ "<noscript>shown</noscript>", "shown", "" },
		{ "nul\x01\x02 gone\x7f", "nul gone", "" },
		{ "<option>a<option>b", "a\nb", "" },
	};

	CHECK_TEXTS(cases);
}

static void test_entities(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{ "&lt;b&gt; &amp;amp; &quot;&apos;", "<b> &amp; \"'", "" },
		{ "&eacute;&Eacute;&euro;&hellip;", "é\xc3\x89€…", "" },
		{ "&copy2024 &notit; &AMPx &ampx", "©2024 ¬it; &x &x", "" },
		{ "&unknown; &; & &# &#x &#x; &#;", "&unknown; &; & &# &#x &#x; &#;", "" },
		{ "&#65;&#x42;&#X43&#68x", "ABCDx", "" },
		{ "&#128;&#150;&#x99;", "€–™", "" },
		{ "&#0;&#xd800;&#x110000;&#99999999999999;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "" },
		{ "a&nbsp;&nbsp; b&#160;c&ensp;d&#x3000;e", "a b c d e", "" },
		{ "&NotEqualTilde;&fjlig;&Afr;", "≂̸fj𝔄", "" },
		{ "&CounterClockwiseContourIntegral;&zwnj;&lang;", "∳⟨", "" },
		{ "&hearts &hearts;", "&hearts ♥", "" },
		{ "&#000000000000000000065;", "A", "" },
	};

	CHECK_TEXTS(cases);
}

static void test_attribute_entities(void **state)
{
	(void)state;
	static const struct {
		const char *source, *target;
	} cases[] = {
		{ "<a href='?a=1&copy=2&amp;b=3&lt=4'>x</a>", "?a=1&copy=2&b=3&lt=4" },
		{ "<a href='&#104;ttp://e.com/&#x2f;&eacute;'>x</a>", "http://e.com//é" },
		{ "<a href='&copy'>x</a>", "©" },
		{ "<a href=' http://e.com/ '>x</a>", "http://e.com/" },
		{ "<A HREF=http://e.com/a/>x</A>", "http://e.com/a/" },
		{ "<a href = \"http://e.com\"\n>x</a>", "http://e.com" },
		{ "<a\nhref\n=\n'http://e.com'>x</a>", "http://e.com" },
		{ "<a class=x/href=http://e.com id=y href=z>x</a>", "z" },
		{ "<a href=first href=second>x</a>", "first" },
		{ "<a/href=http://e.com>x</a>", "http://e.com" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		parse(&f, cases[i].source);
		assert_int_equal(f.html.nlinks, 1);
		expect(cases[i].source, "the target", f.html.links[0].target, cases[i].target);
		done(&f);
	}
}

/* Every name decodes to no more bytes than it has, in any context, and to valid text. */
static void test_entity_table(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool legacy;
	} names[] = {
#define X(name, a, b, legacy) { #name, legacy },
		HTML_ENTITY_TABLE(X)
#undef X
	};
	char text[64], to[64];
	size_t n = sizeof(names) / sizeof(names[0]);

	assert_int_equal(n, 2125);
	for (size_t i = 0; i < n; i++) {
		size_t len = (size_t)snprintf(text, sizeof(text), "&%s;", names[i].name), taken;
		struct html_entity e;
		unsigned letters = 0;

		taken = html_entity_read(span_make(text, len), false, &e);
		if (taken != len)
			fail_msg("%s is not found", text);
		assert_true(html_entity_decode(span_make(text, len), to, &letters) <= len);
		taken = html_entity_read(span_make(text, len - 1), false, &e);
		if (names[i].legacy && taken != len - 1)
			fail_msg("%s is not found without semicolon", text);
	}
}

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum html_tag tag;
	} tags[] = {
#define X(id, name, flags) { name, TAG_##id },
		HTML_TAG_TABLE(X)
#undef X
	};
	char capitals[32];

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		size_t len = strlen(tags[i].name);

		for (size_t k = 0; k < len; k++)
			capitals[k] = tags[i].name[k] >= 'a' && tags[i].name[k] <= 'z' ? (char)(tags[i].name[k] - 32) : tags[i].name[k];
		if (html_tag_find(span_make(capitals, len)) != tags[i].tag)
			fail_msg("<%s> is not found", tags[i].name);
		assert_true(html_tag_find(span_make(tags[i].name, len + 1)) >= TAG_KNOWN);
	}
#define X(id, name) assert_int_equal(html_attr_find(SPAN_LIT(name)), ATTR_##id);
	HTML_ATTR_TABLE(X)
#undef X
#define X(id, name) assert_int_equal(html_prop_find(SPAN_LIT(name)), PROP_##id);
	HTML_PROP_TABLE(X)
#undef X
	assert_int_equal(html_attr_find(SPAN_LIT("hrefx")), ATTR_NONE);
	assert_int_equal(html_prop_find(SPAN_LIT("background-colour")), PROP_NONE);
}

static void test_raw_text(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{ "a<script>if (a<b) '</p>'</script>b", "ab", "" },
		{ "a<script>x</SCRIPT >b", "ab", "" },
		{ "a<script>x</scriptx></script>b", "ab", "" },
		{ "a<style>p{}</style>b", "ab", "" },
		{ "a<title>T &amp; <b>t</b></title>b", "ab", "" },
		{ "<textarea>a <b>&lt;</textarea>c", "a <b><c", "" },
		{ "<xmp>a <b>&lt;</xmp>c", "a <b>&lt;\nc", "" },
		{ "a<plaintext>b</plaintext>&lt;<i>", "a\nb</plaintext>&lt;<i>\n", "" },
		{ "a<iframe>fallback <b></iframe>b", "ab", "" },
		{ "a<noframes><p>old</noframes>b", "ab", "" },
		{ "a<style>never closed", "a", "" },
		{ "a<!-- c -->b<!---->c<!-->d<!--->e", "abcde", "" },
		{ "a<!-- c --!>b<!-- -- > -->c", "abc", "" },
		{ "a<!-- never closed <b>", "a", "" },
		{ "a<!--[if mso]><p>outlook</p><![endif]-->b", "ab", "" },
		{ "a<!--[if !mso]><!--><b>all</b><!--<![endif]-->b", "aallb", "" },
		{ "a<![if !mso]>all<![endif]>b", "aallb", "" },
		{ "a<![CDATA[x]]>b", "ab", "" },
		{ "<svg><text><![CDATA[a<b]]></text></svg>", "a<b", "" },
	};
	struct fixture f;

	CHECK_TEXTS(cases);
	parse(&f, "<title> A \n&amp; <b> </title><title>B</title><style>12345</style><script>123</script><!--12-->");
	expect("title", "the title", f.html.title, "A & <b>");
	assert_int_equal(f.html.style_bytes, 5);
	assert_int_equal(f.html.script_bytes, 3);
	assert_int_equal(f.html.comment_bytes, 9);
	done(&f);
}

static void test_hidden_inline(void **state)
{
	(void)state;
	/* Each declaration hides the h of a visible text. */
	static const char *const hiding[] = {
		"display:none", "DISPLAY : NONE", "display:none!important", "display:none ! important; display:block", "color:red;display:none;",
		"visibility:hidden", "visibility:collapse", "font-size:0", "font-size:0px", "font-size:2px", "font-size:1.5pt", "font-size:.1em",
		"font-size:5%", "font:0/0 a", "font: italic bold 1px/1 Arial", "opacity:0", "opacity:0.01", "opacity:.0", "opacity:1%",
		"max-height:0;overflow:hidden", "overflow:hidden;height:0px", "width:1px;height:1px;overflow:hidden", "max-width:0;overflow-x:clip",
		"position:absolute;left:-9999px", "position:fixed;top:-5000em", "position:absolute;right:-9999px",
		"text-indent:-9999px", "margin-left:-10000px", "position:absolute;clip:rect(0,0,0,0)", "position:absolute;clip:rect(1px 1px 1px 1px)",
		"clip-path:inset(50%)", "clip-path: circle(0)", "transform:scale(0)", "transform:translate(1px) scaleY(0)",
		"color:#fff", "color:white", "color:#FFFFFF", "color:rgb(255,255,255)", "color:rgb(100% 100% 100%)", "color:#fefefe", "color:#ffff",
		"color:ffffff", "color:transparent", "color:rgba(0,0,0,0)", "color:rgba(0,0,0,.01)", "color:#00000000", "color:ivory",
		"background:black;color:black", "background-color:#333;color:#303030", "background:#000",
		"display:/**/none", "display/* x */:none", "disp\\6c ay:none", "display:n\\6fne", "x:\"; display:block\";display:none",
		"background:url(data:image/png;base64,AAAA);display:none", "display:none;display:foo", "foo;bar;display:none", "display&#58;none",
		"display:none;x:'; display:block;'",
	};
	static const char *const showing[] = {
		"", "display:block", "display:none;display:block", "visibility:visible", "font-size:3px", "font-size:12pt", "font-size:smaller", "opacity:1",
		"opacity:0.5", "max-height:0", "overflow:hidden", "overflow:hidden;height:20px", "max-height:0;overflow:hidden;max-height:none",
		"width:1px;min-width:100%;overflow:hidden", "position:absolute;left:-5px", "left:-9999px", "position:absolute", "text-indent:-5px",
		"clip:rect(0,0,0,0)", "position:absolute;clip:rect(0,100px,20px,0)", "clip-path:inset(5%)", "transform:scale(0.9)", "color:#ddd",
		"color:#fff;background:black", "color:white;background-image:url(x.png)", "color:#fff;background:#fff url('x.png') no-repeat",
		"color:white;background:linear-gradient(red,blue)", "color:var(--x)", "background:transparent", "display-none:1", "x:display:none",
		"/* display:none */", "x:\";display:none\"", "x:url(;display:none)", "font:700 12px Arial", "font-size:calc(1px + 1em)", "color:currentColor",
		"mso-hide:all", "height:0", "display : none-such-thing; display: inline", "opacity:", "color:", ":none", "font-size:-1px",
	};
	char source[512];

	for (int hides = 0; hides < 2; hides++) {
		const char *const *styles = hides ? hiding : showing;
		size_t n = hides ? sizeof(hiding) / sizeof(hiding[0]) : sizeof(showing) / sizeof(showing[0]);

		for (size_t i = 0; i < n; i++) {
			const char *quote = strchr(styles[i], '"') != NULL ? "'" : "\"";
			struct fixture f;

			if (strchr(styles[i], '"') != NULL && strchr(styles[i], '\'') != NULL)
				fail_msg("both quotes");
			snprintf(source, sizeof(source), "a<span style=%s%s%s>h</span>b", quote, styles[i], quote);
			parse(&f, source);
			expect(source, "the text", f.html.text, hides ? "ab" : "ahb");
			expect(source, "the hidden text", f.html.hidden, hides ? "h" : "");
			assert_int_equal(f.html.nwords_hidden, hides ? 1 : 0);
			done(&f);
		}
	}
}

static void test_hidden_nesting(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{ "<div style='display:none'>a<div style='display:block'>b</div>c</div>d", "d", "a\nb\nc\n" },
		{ "<div style='visibility:hidden'>a<b style='visibility:visible'>b</b>c</div>d", "b\nd", "ac\n" },
		{ "<div style='font-size:0'>a<div style='font-size:16px'>b</div></div>", "b\n", "a\n" },
		{ "<div style='font-size:0'>a<font size=3>b</font></div>", "b\n", "a\n" },
		{ "<div style='font-size:1px'><i style='font-size:20em'>b</i></div>", "b\n", "" },
		{ "<div style='font-size:0'><i style='font-size:20em'>b</i></div>", "", "b\n" },
		{ "<body bgcolor=black text=white>a<font color=black>b</font></body>", "a\n", "b\n" },
		{ "<font color='#fff'>a<table bgcolor=red><tr><td>b</table>c</font>d", "b\nd", "a\nc" },
		{ "<font color=white>a<a href=x>b</a></font>", "b", "a" },
		{ "<p hidden>a<p>b", "b", "a\n" },
		{ "<p style='display:none'>a<div>b</div>", "b\n", "a\n" },
		{ "<ul><li style='display:none'>a<li>b</ul>", "b\n", "a\n" },
		{ "<table><tr style='display:none'><td>a<tr><td>b</table>", "b\n", "a\n" },
		{ "<table><tr><td style='display:none'>a<td>b</table>", "b\n", "a\n" },
		{ "<span><div style='display:none'></span>a</div>b", "b", "a\n" },
		{ "<div style='display:none'><table><tr><td></div>a</table></div>b", "b", "a\n" },
		{ "<font color=white><div>a</font>b</div>c", "b\nc", "a\n" },
		{ "<div style='display:none'><b><p>a</b>b</p></div>c", "c", "ab\n" },
		{ "<br style='display:none'>a<img style='display:none'>b", "ab", "" },
		{ "<template>a</template><dialog>b</dialog><dialog open>c</dialog>", "c\n", "a\nb\n" },
		{ "<textarea style='display:none'>a</textarea>b", "b", "a" },
		{ "<td style='max-width:0;overflow:hidden'>a</td>", "a", "" },
		{ "<a href=x style='mso-hide:all'>button</a>", "button", "" },
		{ "<div style='mso-hide:all;display:none'>a</div>b", "b", "a\n" },
		{ "<div style='text-indent:-9999px'>a<p style='text-indent:0'>b</p>c</div>d", "b\nd", "a\nc\n" },
		{ "<div style='margin-left:-9999px'>a<p style='margin-left:0'>b</p></div>c", "c", "a\nb\n" },
		{ "<div style='display:none'>preheader &zwnj;&nbsp;&zwnj;&nbsp;&#847; </div>Hello", "Hello", "preheader\n" },
		{ "<button style='background:#fff'>a</button>", "a", "" },
	};

	CHECK_TEXTS(cases);
}

static void test_rules(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{ "<style>.x{display:none}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>.X{display:none}</style>a<b class='y x z'>b</b>", "a", "b" },
		{ "<style>#x{display:none}</style>a<b id=x>b</b>", "a", "b" },
		{ "<style>p{display:none}</style>a<p>b</p>", "a\n", "b\n" },
		{ "<style>p.x{display:none}</style><b class=x>a</b><p class=x>b</p><p>c", "a\nc", "b\n" },
		{ "<style>.x, .y\n{ font-size : 0 ; }</style>a<b class=y>b</b>", "a", "b" },
		{ "<style><!-- .x{display:none} --></style>a<b class=x>b</b>", "a", "b" },
		{ "<style>/* c } */ .x /* c */ {/* d */display:none}</style>a<b class=x>b</b>", "ab", "" },
		{ "<style>/* c } */ .x {/* d */display:none}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>@import url('a;b');.x{display:none}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>@media (max-width:600px){.x{display:none} .y{}} .z{display:none}</style><b class=x>a</b><b class=z>b</b>", "a", "b" },
		{ "<style>@media screen{.x{display:none}}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>@font-face{font-family:x;src:url(a)} .x{display:none}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>.x{display:none}</style>a<b class=x style='display:inline'>b</b>", "ab", "" },
		{ "<style>.x{display:none!important}</style>a<b class=x style='display:inline'>b</b>", "a", "b" },
		{ "<style>.x{display:none}.x{display:block}</style>a<b class=x>b</b>", "ab", "" },
		{ "<style>p{color:white}.x{color:black}</style><p class=x>a</p>", "a\n", "" },
		{ "<style>body{background:#000;color:#fff}</style><body>a<i style='color:#000'>b", "a", "b" },
		{ "<style>.a .b{background:#000}</style><p class=b style='color:#fff'>a", "a", "" },
		{ "<style>.a .b{display:none}</style><p class=b>a", "a", "" },
		{ "<style>a:hover{display:none}[x]{display:none}*{display:none}</style><a href=y>a", "a", "" },
		{ "<style>.x:before{content:'}'} .y{display:none}</style>a<b class=y>b</b>", "a", "b" },
		{ "<style media=print>p{display:none}</style><p>a", "a", "" },
		{ "<style>foo{display:none}</style><foo>a</foo>b", "b", "a" },
		{ "<style>.x{", "", "" },
		{ "<style>.x</style>a<b class=x>b</b>", "ab", "" },
		{ "<style>}}}; .x{display:none}}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>.x{display:none</style>a<b class=x>b</b>", "a", "b" },
	};

	CHECK_TEXTS(cases);
}

/* Rules that hold under conditions we do not follow show, and never hide. */
static void test_rules_maybe(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{ "<style>.x{display:none}.a .x{display:block}</style><b class=x>b</b>", "b", "" },
		{ "<style>.a .x{display:block}.x{display:none}</style><b class=x>b</b>", "b", "" },
		{ "<style>.x{display:none}.a>.y.x{display:block}</style><b class=x>b</b>", "b", "" },
		{ "<style>p{display:none}div p{display:block}</style><p>b", "b", "" },
		{ "<style>#x{visibility:hidden}p #x{visibility:visible}</style><b id=x>b</b>", "b", "" },
		{ "<style>.x{font-size:0}p .x{font-size:12px}</style><b class=x>b</b>", "b", "" },
		{ "<style>.x{font-size:0}p .x{font-size:1px}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>.x{opacity:0}p .x{opacity:1}</style><b class=x>b</b>", "b", "" },
		{ "<style>.x{max-height:0;overflow:hidden}p .x{max-height:none}</style><b class=x>b</b>", "b", "" },
		{ "<style>.x{max-height:0;overflow:hidden}p .x{min-height:9px}</style><b class=x>b</b>", "b", "" },
		{ "<style>.x{display:none}p .x{opacity:1}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>.x{display:none}p .x{display:none}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>.x{display:none}.x .y{display:block}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>.x{display:none!important}p .x{display:block}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>p .x{display:block}</style>a<b class=x style='display:none'>b</b>", "a", "b" },
		{ "<style>@media (min-width:9px){.x{display:block!important}}</style>a<b class=x style='display:none'>b</b>", "ab", "" },
		{ "<style>@media (min-width:9px){.x{display:block}}</style>a<b class=x style='display:none'>b</b>", "a", "b" },
		{ "<style>.x{display:none}@media (min-width:9px){.x{display:block}}</style><b class=x>b</b>", "b", "" },
		{ "<style>@media (min-width:9px){.y{}.x{display:block}}.x{display:none}</style><b class=x>b</b>", "b", "" },
		{ "<style>@supports (a:b){@media (c){.z{}}.x{display:block}}.x{display:none}</style><b class=x>b</b>", "b", "" },
		{ "<style>@media (c){@font-face{x:y}.x{display:none}}.y{display:none}</style><b class=x>a</b><b class=y>b</b>", "a", "b" },
		{ "<style>.x{display:none}@media print{.x{display:block}}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>@media (dark){.x{background:#000}}.x{color:#fff}</style>a<b class=x>b</b>", "a", "b" },
		{ "<style>@media (c){.x{display:block", "", "" },
	};

	CHECK_TEXTS(cases);
}

/* SVG and MathML have no raw text, close elements by "/>", and end where HTML comes. */
static void test_foreign(void **state)
{
	(void)state;
	static const struct text_case cases[] = {
		{ "<svg><style/></svg>a", "a", "" },
		{ "<svg><style/><p>a</p>b", "a\nb", "" },
		{ "<svg><style><p>a</p>b", "a\nb", "" },
		{ "<svg><style>.x{}</svg>a", "a", "" },
		{ "<svg><style>x<g>y</g></style></svg>a", "a", "y" },
		{ "<svg><script/><title/></svg>a", "a", "" },
		{ "<svg><script href=x></script></svg>a", "a", "" },
		{ "<svg><title>t</title><text>b</text></svg>a", "ba", "" },
		{ "<svg><title>t</svg>a", "a", "" },
		{ "<svg><title><p>t</p></title></svg>a", "a", "t\n" },
		{ "<svg><xmp/><iframe/><textarea/><noembed/></svg>a", "a", "" },
		{ "<math><style/><title/></math>a", "a", "" },
		{ "<svg/><style>a</style>b", "b", "" },
		{ "<math/><style>a</style>b", "b", "" },
		{ "<svg style='display:none'>a<p>b</p>c", "b\nc", "a\n" },
		{ "<svg style='display:none'>a<span>b</span>c", "bc", "a" },
		{ "<svg style='display:none'>a<a href=x>b</a>c</svg>d", "d", "abc" },
		{ "<svg style='display:none'>a</p>b", "b", "a\n" },
		{ "<svg style='display:none'>a<font x=y>b</font><font color=red>c", "c", "ab" },
		{ "<svg style='display:none'>a<foreignObject>b<p>c</p>d</foreignObject>e</svg>f", "f", "ab\nc\nde" },
		{ "<svg><foreignObject><style>a</style>b</foreignObject></svg>c", "bc", "" },
		{ "<math style='display:none'><mi>a<span>b</span></mi>c</math>d", "d", "abc" },
		{ "<math style='display:none'><foreignObject>a<span>b", "b", "a" },
		{ "<svg><style>.x{display:none}</style></svg>a<b class=x>b</b>", "a", "b" },
		{ "<svg><style><![CDATA[.x{display:none}]]></style></svg>a<b class=x>b</b>", "a", "b" },
		{ "<svg><p><![CDATA[x]]>b", "b", "" },
		{ "<div><svg><g></div>a<style>b</style>", "a", "" },
	};
	struct fixture f;

	CHECK_TEXTS(cases);
	parse(&f, "<svg><style>12345</style><script>123</script><title>t</title><a href=x />a</svg>b");
	assert_int_equal(f.html.style_bytes, 5);
	assert_int_equal(f.html.script_bytes, 3);
	assert_int_equal(f.html.title.len, 0);
	assert_int_equal(f.html.nlinks, 1);
	expect("svg", "the anchor's text", f.html.links[0].text, "");
	done(&f);
}

static void test_invisible_characters(void **state)
{
	(void)state;
	static const struct {
		const char *source, *text;
		unsigned zero_width, overrides;
	} cases[] = {
		{ "via\xc2\xadgra", "viagra", 1, 0 },
		{ "via&shy;gra", "viagra", 1, 0 },
		{ "vi&#8203;a&#x200c;g&zwj;ra", "viagra", 3, 0 },
		{ "vi\xe2\x80\x8b\xe2\x80\x8b\xe2\x81\xa0gra", "vigra", 1, 0 },
		{ "vi\xef\xbb\xbfgra", "vigra", 1, 0 },
		{ "vi&#8203;&#103;ra", "vigra", 1, 0 },
		{ "vi&#8203;<b>gra</b>", "vigra", 1, 0 },
		{ "\xc3\xa9&shy;\xc3\xa9", "éé", 1, 0 },
		{ "\xd0\xb0\xe2\x80\x8b\xd0\xb1", "аб", 1, 0 },
		{ "a \xe2\x80\x8b b", "a b", 0, 0 },
		{ "\xef\xbb\xbfstart \xe2\x80\x8bx\xe2\x80\x8b", "start x", 0, 0 },
		{ "\xd9\x85\xe2\x80\x8c\xd9\x87", "مه", 0, 0 },
		{ "a&#x202e;b&#x202c;", "ab", 0, 1 },
		{ "a\xe2\x80\xae" "b\xe2\x80\xad", "ab", 0, 2 },
		{ "<bdo dir=rtl>ba</bdo>", "ba", 0, 1 },
		{ "<i style='unicode-bidi:bidi-override'>ba</i>", "ba", 0, 1 },
		{ "a\xe2\x80\xa8" "b\xe3\x80\x80" "c\xe3\x81\x82", "a\nb cあ", 0, 0 },
		{ "<p style='display:none'>a&#8203;b</p>", "", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		parse(&f, cases[i].source);
		expect(cases[i].source, "the text", f.html.text, cases[i].text);
		if (fact_has(&f.facts, FACT_TEXT_ZERO_WIDTH) != cases[i].zero_width || fact_has(&f.facts, FACT_TEXT_BIDI_OVERRIDE) != cases[i].overrides)
			fail_msg("%s: %u invisible, %u overrides", cases[i].source, fact_has(&f.facts, FACT_TEXT_ZERO_WIDTH),
				 fact_has(&f.facts, FACT_TEXT_BIDI_OVERRIDE));
		done(&f);
	}
}

static void test_links(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		enum html_link_kind kind;
		const char *target, *text;
		bool hidden, has_image;
		int width, height;
	} cases[] = {
		{ "x <a href=u> a <b> b</b>\nc </a> y", HTML_LINK_A, "u", "a b c", false, false, -1, -1 },
		{ "<a href=u>a<a href=v>b", HTML_LINK_A, "u", "a", false, false, -1, -1 },
		{ "<a href=u><img src=v alt=x></a>", HTML_LINK_A, "u", "", false, true, -1, -1 },
		{ "<a href=u><table><tr><td>a</td></tr></table></a>", HTML_LINK_A, "u", "a", false, false, -1, -1 },
		{ "<table><tr><td><a href=u>a</td><td>b</table>", HTML_LINK_A, "u", "a", false, false, -1, -1 },
		{ "<p><a href=u>a<p>b</a>c", HTML_LINK_A, "u", "a\nb", false, false, -1, -1 },
		{ "<div style='display:none'><a href=u>a</a></div>", HTML_LINK_A, "u", "a", true, false, -1, -1 },
		{ "<a href=u style='font-size:0'>a</a>", HTML_LINK_A, "u", "a", true, false, -1, -1 },
		{ "<a href=u style='font-size:0'>a<i style='font-size:9px'>b</i></a>", HTML_LINK_A, "u", "b", false, false, -1, -1 },
		{ "<div style='font-size:0'><a href=u><img src=v></a></div>", HTML_LINK_A, "u", "", false, true, -1, -1 },
		{ "<map><area href=u></map>", HTML_LINK_AREA, "u", "", false, false, -1, -1 },
		{ "<form action=u>", HTML_LINK_FORM, "u", "", false, false, -1, -1 },
		{ "<button formaction=u>", HTML_LINK_FORM, "u", "", false, false, -1, -1 },
		{ "<img src=u alt=' a &amp;\n b '>", HTML_LINK_IMG, "u", "a & b", false, false, -1, -1 },
		{ "<IMG SRC=u WIDTH=1 height='20px'>", HTML_LINK_IMG, "u", "", false, false, 1, 20 },
		{ "<img src=u width=100% height=5 style='height:7px'>", HTML_LINK_IMG, "u", "", false, false, -1, 7 },
		{ "<img src=u style='display:none'>", HTML_LINK_IMG, "u", "", true, false, -1, -1 },
		{ "<svg><image xlink:href=u></svg>", HTML_LINK_IMG, "u", "", false, false, -1, -1 },
		{ "<input type=image src=u>", HTML_LINK_IMG, "u", "", false, false, -1, -1 },
		{ "<iframe src=u></iframe>", HTML_LINK_IFRAME, "u", "", false, false, -1, -1 },
		{ "<meta http-equiv=Refresh content='0; URL=\"u\"'>", HTML_LINK_META, "u", "", false, false, -1, -1 },
		{ "<meta http-equiv=refresh content=\"5,url = 'u'x\">", HTML_LINK_META, "u", "", false, false, -1, -1 },
		{ "<body background=u>", HTML_LINK_OTHER, "u", "", false, false, -1, -1 },
		{ "<p style='background:#fff url( \"u\" ) no-repeat'>", HTML_LINK_OTHER, "u", "", false, false, -1, -1 },
		{ "<base href=u>", HTML_LINK_OTHER, "u", "", false, false, -1, -1 },
		{ "<link rel=stylesheet href=u>", HTML_LINK_OTHER, "u", "", false, false, -1, -1 },
		{ "<script src=u></script>", HTML_LINK_OTHER, "u", "", false, false, -1, -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct html_link *l;
		struct fixture f;

		parse(&f, cases[i].source);
		if (f.html.nlinks == 0)
			fail_msg("%s: no link", cases[i].source);
		l = &f.html.links[0];
		expect(cases[i].source, "the target", l->target, cases[i].target);
		expect(cases[i].source, "the text", l->text, cases[i].text);
		if (l->kind != cases[i].kind || l->hidden != cases[i].hidden || l->has_image != cases[i].has_image || l->width != cases[i].width ||
		    l->height != cases[i].height)
			fail_msg("%s: kind %d hidden %d image %d %dx%d", cases[i].source, (int)l->kind, l->hidden, l->has_image, l->width, l->height);
		done(&f);
	}
}

static void test_no_links(void **state)
{
	(void)state;
	static const char *const cases[] = { "<a name=x>a</a>", "<a href>a</a>", "<a href=''>a</a>", "<a href=' '>a</a>", "<img>", "<img alt=x>",
		"<meta content='0;url=u'>", "<meta http-equiv=refresh content=5>", "<!-- <a href=x> -->", "<a href=x", "<script>'<a href=x>'</script>" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		parse(&f, cases[i]);
		if (f.html.nlinks != 0)
			fail_msg("%s: a link", cases[i]);
		done(&f);
	}
}

/* 20 numeric letters; 10 words split by a comment, an empty element, an unknown element, hidden text. */
#define TEN(x) x x x x x x x x x x

static void test_flags(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		unsigned flags;
	} cases[] = {
		{ "<p class=x onx='' data-on=y one=z>a", 0 },
		{ "<form>", HTML_FORM },
		{ "<input type=PassWord>", HTML_PASSWORD_INPUT },
		{ "<script>x</script>", HTML_SCRIPT },
		{ "<iframe></iframe>", HTML_IFRAME },
		{ "<frame>", HTML_IFRAME },
		{ "<object>", HTML_OBJECT },
		{ "<embed>", HTML_OBJECT },
		{ "<applet>", HTML_OBJECT },
		{ "<meta http-equiv=refresh>", HTML_META_REFRESH },
		{ "<base href=x>", HTML_BASE },
		{ "<img onerror=x>", HTML_EVENT_HANDLER },
		{ "<p ONCLICK='x'>", HTML_EVENT_HANDLER },
		{ "<a href='data:image/png;base64,x'>", HTML_DATA_URI },
		{ "<img src='data:image/png;base64,x'>", 0 },
		{ "<a href='data:text/html,x'>", HTML_DATA_URI | HTML_DATA_HTML_URI },
		{ "<a href=' \x01 da\tta:text/HTML;base64,x'>", HTML_DATA_URI | HTML_DATA_HTML_URI },
		{ "<a href='data:,&lt;script>'>", HTML_DATA_URI | HTML_DATA_HTML_URI },
		{ "<a href='JavaScript:x'>", HTML_JAVASCRIPT_URI },
		{ "<a href='java\nscript&colon;x'>", HTML_JAVASCRIPT_URI },
		{ "<a href='vbscript:x'>", HTML_JAVASCRIPT_URI },
		{ "<script>x=atob(y)</script>", HTML_SCRIPT | HTML_BLOB_SCRIPT },
		{ "<script>new Blob([x])</script>", HTML_SCRIPT | HTML_BLOB_SCRIPT },
		{ "<script>navigator.msSaveOrOpenBlob</script>", HTML_SCRIPT | HTML_BLOB_SCRIPT },
		{ "<script>URL.createObjectURL</script>", HTML_SCRIPT | HTML_BLOB_SCRIPT },
		{ TEN("&#65;&#x61;"), HTML_ENTITY_OBFUSCATION },
		{ TEN("&#65;") "&#8217;&#49;", 0 },
		{ "<a href='" TEN("&#65;&#x61;") "'>", HTML_ENTITY_OBFUSCATION },
		{ "<a href='mailto:" TEN("&#65;&#x61;") "'>", 0 },
		{ TEN("v<!-- x -->w "), HTML_COMMENT_SPLIT },
		{ TEN("v<span></span>w "), HTML_COMMENT_SPLIT },
		{ TEN("v<span foo=1><b></b></span>w "), HTML_COMMENT_SPLIT },
		{ TEN("v<qq>w "), HTML_COMMENT_SPLIT },
		{ TEN("v<i style='display:none'>x</i>w "), HTML_COMMENT_SPLIT },
		{ TEN("v<b>w</b>x "), 0 },
		{ TEN("v <!-- x --> w"), 0 },
		{ TEN("v<p></p>w"), 0 },
		{ TEN("v<wbr>w"), 0 },
		{ "v<!-- x -->w", 0 },
		{ "<svg></svg>", HTML_SVG },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		parse(&f, cases[i].source);
		if (f.html.flags != cases[i].flags)
			fail_msg("%s: flags are %u, not %u", cases[i].source, f.html.flags, cases[i].flags);
		done(&f);
	}
}

static void test_counts(void **state)
{
	(void)state;
	struct fixture f;

	parse(&f, "<p><img><img src=x><foo></foo><o:p></o:p><x-y><svg><qq></svg><bar/></p><i hidden>two words</i>");
	assert_int_equal(f.html.ntags, 10);
	assert_int_equal(f.html.nimages, 2);
	assert_int_equal(f.html.nbad_tags, 2);
	assert_int_equal(f.html.nwords_hidden, 2);
	done(&f);
}

static void test_facts(void **state)
{
	(void)state;
	static const struct {
		const char *source;
		unsigned bad;
	} cases[] = {
		{ "<p>a</p>", 0 }, { "a<b", 1 }, { "a<b c='", 1 }, { "a<b c=\"x>", 1 }, { "a<!--", 1 }, { "a<!--x", 1 }, { "a<!x", 1 }, { "a</b", 1 },
		{ "a</b c", 1 }, { "a<?x", 1 }, { "<script>", 1 }, { "<title>x", 1 }, { "a <", 0 }, { "a<!--x-->", 0 }, { "<plaintext>", 0 }, { "a</", 1 }, { "<b c=", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;

		parse(&f, cases[i].source);
		if (fact_has(&f.facts, FACT_HTML_BAD) != cases[i].bad)
			fail_msg("%s: HTML_BAD is %u", cases[i].source, fact_has(&f.facts, FACT_HTML_BAD));
		done(&f);
	}
}

static void test_limits(void **state)
{
	(void)state;
	struct html_limits limits = { .text = 10, .links = 2, .depth = 3 };
	struct fixture f;

	parse_limited(&f, SPAN_LIT("<p>12345<p>\xc3\xa9\xc3\xa9\xc3\xa9<p>more"), &limits);
	expect("text limit", "the text", f.html.text, "12345\n\xc3\xa9\xc3\xa9");
	assert_int_equal(fact_has(&f.facts, FACT_TEXT_TRUNCATED), 1);
	done(&f);
	parse_limited(&f, SPAN_LIT("1234567&nbsp;8<i hidden>x</i>"), &limits);
	expect("text limit", "the text", f.html.text, "1234567");
	expect("text limit", "the hidden text", f.html.hidden, "");
	done(&f);
	parse_limited(&f, SPAN_LIT("<a href=1>a</a><a href=2>b</a><a href=javascript:3>c</a><img src=4>"), &limits);
	assert_int_equal(f.html.nlinks, 2);
	assert_int_equal(fact_has(&f.facts, FACT_LINK_TOO_MANY), 2);
	assert_int_equal(f.html.flags, HTML_JAVASCRIPT_URI);
	assert_int_equal(f.html.nimages, 1);
	expect("link limit", "the text", f.html.links[1].text, "b");
	done(&f);
	parse_limited(&f, SPAN_LIT("<div><div><div><div style='display:none'>a</div><div>b"), &limits);
	assert_int_equal(fact_has(&f.facts, FACT_HTML_TOO_DEEP), 1);
	expect("depth limit", "the text", f.html.text, "b");
	expect("depth limit", "the hidden text", f.html.hidden, "a\n");
	done(&f);
}

/* ---- Hostile input: counted work stays in proportion to the source ---- */

#define HOSTILE_SIZE (2u * 1024 * 1024)
#define WORK_PER_BYTE 12

static void check_work(const char *head, const char *repeat, const char *tail)
{
	static const unsigned depths[] = { 100, 100000 };
	static const size_t sizes[] = { HOSTILE_SIZE, HOSTILE_SIZE / 8 };

	for (size_t i = 0; i < 2; i++) {
		struct html_limits limits = { .text = SIZE_MAX / 2, .links = SIZE_MAX / 2, .depth = depths[i] };
		struct buf b = BUF_INIT(NULL);
		struct fixture f;

		buf_str(&b, head);
		while (b.len < sizes[i])
			buf_str(&b, repeat);
		buf_str(&b, tail);
		parse_limited(&f, buf_span(&b), &limits);
		if (f.work > WORK_PER_BYTE * (uint64_t)b.len)
			fail_msg("%s%s...: %g steps for each byte", head, repeat, (double)f.work / (double)b.len);
		if (f.html.text.len + f.html.hidden.len > b.len + 8)
			fail_msg("%s%s...: more text than source", head, repeat);
		if (arena_used(f.arena) > 250 * (uint64_t)b.len)
			fail_msg("%s%s...: %zu bytes of memory", head, repeat, arena_used(f.arena));
		done(&f);
		buf_free(&b);
	}
}

static void test_hostile(void **state)
{
	(void)state;
	static const char *const cases[][3] = {
		{ "", "<", "" }, { "", "< ", "" }, { "", "<a", "" }, { "", "<a ", "" }, { "", "</", "" }, { "", "<!", "" }, { "", "<!--", "" },
		{ "<!--", "-", "" }, { "<!--", ">", "" }, { "<!--", "->", "" }, { "", "<!-->", "" }, { "", "<?", "" }, { "", "<>", "" }, { "", "&", "" },
		{ "", "&a", "" }, { "", "&#", "" }, { "&#", "0", "" }, { "", "&frac", "" }, { "&", "a", ";" }, { "", "&CounterClockwiseContourIntegra", "" },
		{ "", "<div>", "" }, { "", "<b>", "" }, { "", "<p>", "" }, { "", "<b><div>", "" }, { "", "<b><div></b>", "" }, { "", "<i><b><div></b></i>", "" },
		{ "", "<table>", "" }, { "", "<table><tr><td>", "" }, { "", "<a href=x>", "" }, { "", "<a href=x><table><td>", "" }, { "", "</p>", "" },
		{ "<div><span>", "</b></i></div>", "" }, { "<table><td>", "</div></p></span>", "" }, { "<b><div><i><div>", "</b></i>", "" }, { "", "<svg>", "" },
		{ "", "<ul><li>", "" }, { "", "<li>", "" }, { "", "<x>", "" }, { "", "<x></y>", "" }, { "", "<u1></u2><u3>", "" }, { "<", "a", ">" },
		{ "<a ", "b ", ">" }, { "<a b", "=", ">" }, { "<a b='", "x", "" }, { "", "<a b='", "" }, { "", "<a b='>", "" }, { "<a ", "/", ">" }, { "<a ", "on", "=x>" },
		{ "<a href='", "&amp;", "'>" }, { "<a href='", "\t", "'>" }, { "<a href='data:", "<scrip", "'>" }, { "<img alt='", "&amp; ", "'>" },
		{ "<p style='", "display:none;", "'>" }, { "<p style='", "(", "'>" }, { "", "<p style='(((\"'>", "" }, { "<p style='", "\\", "'>" }, { "<p style='", "/*", "'>" },
		{ "<p style='", "/**/", "'>" }, { "<p style='", "color:#fff !important;", "'>" }, { "<p style='font:", "1 ", "'>" }, { "<p style='background:", "(a) ", "'>" },
		{ "<p style='transform:", "scale", "'>" }, { "<p style='clip:rect(", "0 ", "'>" }, { "<p style='", ":", "'>" }, { "<p style='", "&#58;", "'>" },
		{ "<p class='", "x ", "'>" }, { "<style>.x{color:red}</style><p class='", "x ", "'>" }, { "<style>.x{color:red}</style>", "<p class=x>", "" },
		{ "<style>", ".x{color:red}", "</style>" }, { "<style>", ".x,", "{color:red}" }, { "<style>", "{", "</style>" }, { "<style>", "@media{", "</style>" },
		{ "<style>", "@media (x){", "</style>" }, { "<style>", "@media (x){}", "</style>" }, { "<style>", "@media (x){@font-face{", "</style>" },
		{ "<style>", "@media (x){.x{display:block}", "</style>" }, { "", "<svg><style>", "" }, { "", "<svg><g><p>", "" }, { "<svg>", "<style/>", "" },
		{ "<svg><style>", ".x{color:red}<x>", "" }, { "<svg>", "<title>", "" }, { "", "<svg><foreignObject>", "" }, { "", "<svg><title><p>", "" },
		{ "<svg><script>", "a<!---->", "" }, { "<svg>", "<a href=x />", "" },
		{ "<style>", "/*", "</style>" }, { "<style>", "'", "</style>" }, { "<style>", "a{", "" }, { "<style>", "}", "" }, { "<style>", "<!--", "" },
		{ "", "<style>", "" }, { "", "<style></style>", "" }, { "<script>", "</scrip", "" }, { "", "<script>", "" }, { "", "<script></script>", "" }, { "", "<title>", "" },
		{ "", "<title></title>", "" }, { "<title>", "</titl", "" }, { "", "<xmp>", "" }, { "", "<textarea></textarea>", "" }, { "<svg>", "<![CDATA[", "" }, { "<svg>", "<![CDATA[]]>", "" },
		{ "", "\xe2\x80\x8b", "" }, { "", "a\xe2\x80\x8b", "" }, { "", "\xc2", "" }, { "", " ", "" }, { "", "a ", "" }, { "", "&nbsp;", "" }, { "", "<br>", "" },
		{ "", "<font size=1 style='font-size:9999em'>", "" }, { "<meta http-equiv=refresh content='", " ", "'>" }, { "<meta http-equiv=refresh content='0;url=", "'", "\">" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_work(cases[i][0], cases[i][1], cases[i][2]);
}

/* Many different rules: what does not fit is dropped, and looking one up stays cheap. */
static void test_many_rules(void **state)
{
	(void)state;
	struct buf b = BUF_INIT(NULL);
	struct fixture f;

	buf_str(&b, "<style>");
	for (int i = 0; i < 100000; i++)
		buf_printf(&b, ".c%d,#i%d,p.x%d{display:none}", i, i, i);
	buf_str(&b, "</style>a<b class=c3>b</b>");
	for (int i = 0; i < 50000; i++)
		buf_printf(&b, "<b class='c%d x%d' id=i%d>", i, i, i);
	parse_limited(&f, buf_span(&b), &limits_usual);
	expect("many rules", "the text", f.html.text, "a");
	expect("many rules", "the hidden text", f.html.hidden, "b");
	assert_true(f.work < WORK_PER_BYTE * (uint64_t)b.len);
	done(&f);
	buf_free(&b);
}

/* Every prefix of a document with a bit of everything is read without harm, and its text is no longer than it. */
static void test_prefixes(void **state)
{
	(void)state;
	static const char all[] = "<!DOCTYPE html><html><head><title>T &amp; t</title><style>.x{color:#fff}/* c */#y{opacity:0}</style></head>"
		"<body bgcolor=#fff><!--[if mso]><p>x</p><![endif]--><table><tr><td class='x y' id=y style=\"font:0/0 a;background:url('u&amp;v')\">h"
		"</td></tr></table><a href='http://e.com/?a=1&amp;b=2'>li\xc2\xadnk<img src=i alt='a &lt; b' width=3></a>&nbsp;&#x41;&eacute"
		"<textarea>t</textarea><svg><![CDATA[c]]></svg><b><div>m</b>n</div><plaintext>p";

	for (size_t n = 0; n < sizeof(all); n++) {
		struct arena *arena = arena_new(0);
		char *copy = malloc(n + 1);
		struct facts facts = { { 0 } };
		struct html html;

		memcpy(copy, all, n);
		html_parse(arena, span_make(copy, n), &limits_usual, &facts, &html);
		assert_true(html.text.len + html.hidden.len <= n + 2);
		free(copy);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text), cmocka_unit_test(test_entities), cmocka_unit_test(test_attribute_entities),
		cmocka_unit_test(test_entity_table), cmocka_unit_test(test_names), cmocka_unit_test(test_raw_text), cmocka_unit_test(test_hidden_inline),
		cmocka_unit_test(test_hidden_nesting), cmocka_unit_test(test_rules), cmocka_unit_test(test_rules_maybe), cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_invisible_characters),
		cmocka_unit_test(test_links), cmocka_unit_test(test_no_links), cmocka_unit_test(test_flags), cmocka_unit_test(test_counts),
		cmocka_unit_test(test_facts), cmocka_unit_test(test_limits), cmocka_unit_test(test_hostile), cmocka_unit_test(test_many_rules),
		cmocka_unit_test(test_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
