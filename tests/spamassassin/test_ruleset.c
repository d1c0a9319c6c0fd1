/* Rule sets: which rules hit which messages and how often; what is refused, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "spamassassin/ruleset_private.h"

static const char mail[] =
	"Received: from a.example.org (a.example.org [192.0.2.7]) by mx.example.com; Mon, 2 Mar 2026 10:00:00 +0000\n"
	"From: \"Bob Tester\" <bob@example.org>\n"
	"To: ann@example.com\n"
	"Subject: Cheap cheap watches\n"
	"Date: Mon, 2 Mar 2026 10:00:00 +0000\n"
	"Message-ID: <1@example.org>\n"
	"X-Empty:\n"
	"MIME-Version: 1.0\n"
	"Content-Type: multipart/mixed; boundary=\"b\"\n"
	"\n"
	"--b\n"
	"Content-Type: text/plain; charset=us-ascii\n"
	"\n"
	"Buy now, buy\n"
	"cheap. See http://shop.example.net/?to=ann@example.com now.\n"
	"\n"
	"Bye bye bye.\n"
	"\n"
	"--b\n"
	"Content-Type: application/zip; name=\"x.zip\"\n"
	"Content-Transfer-Encoding: base64\n"
	"\n"
	"UEsDBAoAAAAAAA==\n"
	"--b--\n";

struct loaded {
	struct arena *arena;
	struct sa_ruleset *rs;
	struct url_context *urls;
};

static struct loaded load(const char *text)
{
	char path[] = "/tmp/winnow-ruleset-XXXXXX";
	struct loaded l = { .arena = arena_new(0), .urls = url_context_new() };
	struct span files[1] = { span_of(path) };
	struct spamassassin_settings settings = { .files = { files, 1 } };
	int fd = mkstemp(path);
	struct err err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	files[0] = arena_copy(l.arena, span_of(path));
	l.rs = sa_ruleset_load(l.arena, &settings, NULL, &err);
	unlink(path);
	if (l.rs == NULL)
		fail_msg("%s", err.text);
	return l;
}

static void unload(struct loaded *l)
{
	url_context_free(&l->urls);
	arena_free(&l->arena);
}

static struct sa_run *scan(const struct loaded *l, const char *raw)
{
	struct transaction *tx = ARENA_NEW(l->arena, struct transaction);
	struct sa_view *view;
	struct sa_run *run;

	tx->arena = l->arena;
	tx->raw = span_of(raw);
	tx->raw_size = tx->raw.len;
	view = sa_view_new(l->rs->view_config, l->urls, tx, message_parse(l->arena, tx->raw, &message_limits_default, l->urls));
	run = sa_run_new(l->rs, l->arena, view);
	sa_run_all(run);
	return run;
}

/* "A=1 B=2" of all rules that hit, in the order of the file. */
static const char *hits(const struct loaded *l, const struct sa_run *run)
{
	struct buf b = BUF_INIT(l->arena);

	for (size_t i = 0; i < l->rs->nrules; i++) {
		if (run->counts[i] > 0)
			buf_printf(&b, "%s%.*s=%g", b.len != 0 ? " " : "", SPAN_ARG(l->rs->rules[i].cf->name), run->counts[i]);
	}
	buf_char(&b, '\0');
	return b.p;
}

static const struct {
	const char *rules, *hits;
} cases[] = {
	/* Headers. */
	{ "header A Subject =~ /cheap/\nheader B Subject =~ /CHEAP/\nheader C Subject =~ /CHEAP/i\n", "A=1 C=1" },
	{ "header A Subject =~ /cheap/i\ntflags A multiple\nheader B Subject =~ /cheap/i\ntflags B multiple maxhits=1\n", "A=2 B=1" },
	{ "header A Subject !~ /cheap/\nheader B Subject !~ /dear/\nheader C X-None !~ /a/\nheader D X-None =~ /a/\nheader E X-None =~ /^$/\n", "B=1 C=1 E=1" },
	{ "header A X-None =~ /^unset$/ [if-unset: unset]\nheader B Subject =~ /unset/ [if-unset: unset]\nheader C X-None !~ /x/ [if-unset: x]\n", "A=1" },
	{ "header A exists:Subject\nheader B exists:X-None\nheader C exists:X-Empty\n", "A=1 C=1" },
	{ "header A From:addr =~ /^bob\\@example\\.org$/\nheader B From:name =~ /^Bob Tester$/\nheader C To =~ /ann/\nheader D ALL =~ /^To: ann/m\n", "A=1 B=1 C=1 D=1" },
	/* Bodies: lines are paragraphs, the subject is the first of them. */
	{ "body A /buy cheap\\./\nbody B /buy\\ncheap/\nbody C /Cheap cheap/\nbody D /now\\.\\s+Bye/\n", "A=1 C=1" },
	{ "body A /cheap/i\ntflags A nosubject multiple\nbody B /cheap/i\ntflags B multiple\nbody C /cheap/i\ntflags C multiple maxhits=2\nbody D /cheap/i\n", "A=1 B=3 C=2 D=1" },
	{ "body A /\\bbye\\b/i\ntflags A multiple\nbody B /x?/\ntflags B multiple maxhits=3\n", "A=3 B=3" },
	{ "rawbody A /buy\\ncheap/\nrawbody B /Subject/\nfull C /^Subject: /m\nfull D /^Subject: /\nfull E /b/\ntflags E multiple maxhits=7\n", "A=1 C=1 E=7" },
	{ "util_rb_tld net\nuri A /^http:..shop\\.example\\.net/\nuri B m{^https:}\nuri_detail C domain =~ /^example\\.net$/ type =~ /parsed/\nuri_detail D domain =~ /^example\\.net$/ raw !~ /shop/\n", "A=1 C=1" },
	{ "mimeheader A Content-Type =~ /zip/\nmimeheader B Content-Type =~ /x-zip/\nmimeheader C X-None =~ /none/ [if-unset: none]\n", "A=1 C=1" },
	{ "mimeheader A Content-Type =~ /./\ntflags A multiple range=3 maxhits=4\nmimeheader B Content-Type =~ /zip/\ntflags B range=1-2\nmimeheader C Content-Type =~ /plain.*zip/s\n"
	  "tflags C concat\n", "A=4 C=1" },
	/* Metas. */
	{ "body __A /Buy/\nbody __B /none/\nmeta M1 __A && !__B\nmeta M2 __A && __B\nmeta M3 M1 + __A > 1\nmeta M4 !__B\nmeta M5 __A + 1.5\nmeta M6 ()\n", "__A=1 M1=1 M3=1 M4=1 M5=2.5" },
	{ "meta M2 M1\nmeta M1 __A\nbody __A /Buy/\n", "M2=1 M1=1 __A=1" },
	{ "body __A1 /Buy/\nbody __A2 /now/\nbody __B /now/\nmeta M rules_matching(__A*) == 2\nmeta N rules_matching(__?1) + rules_matching(nothing*)\n", "__A1=1 __A2=1 __B=1 M=1 N=1" },
	{ "meta A B\nmeta B C\nmeta C B || D\nbody D /Buy/\n", "D=1" }, /* rules of a circle never hit, nor what hangs on them */
	{ "body A /Buy/\nscore A 0\nmeta M !A\nmeta Z A || 1\nscore Z 0\nmeta W 1 + Z\nmeta U UNKNOWN || 1\n", "M=1 U=1" }, /* W waits for Z in vain */
	{ "meta L local_tests_only\n", "L=1" },
	/* Last definitions; tags; captures. */
	{ "body A /none/\nheader A Subject =~ /cheap/\n", "A=1" },
	{ "body A /Buy/\nheader A Subject =~ /(/\n", "A=1" }, /* a broken one changes nothing */
	{ "replace_tag E [e3]\nreplace_tag CH (?:c|<E>)h\nbody A /<CH><E>ap/\nbody B /<CH><E>ap/\nreplace_rules A\n", "A=1" },
	{ "replace_tag B [bB]\nreplace_tag U u\nreplace_inter W \\W?\nreplace_post P {1,2}\nbody A /^<inter W><post P><B><U>y now/\nreplace_rules A\n", "A=1" },
	{ "util_rb_tld net\nheader __TO To:addr =~ /(?<TO_ADDR>.+)/\nuri A /\\?to=%{TO_ADDR}$/\nuri B /shop%{TO_ADDR}/\nheader C X-None =~ /(?<NONE>.+)/\nuri D /.%{NONE}/\n", "__TO=1 A=1" },
	/* A rule that ends the scan: what has a later priority does not run, nor do metas. */
	{ "loadplugin Mail::SpamAssassin::Plugin::Shortcircuit\nbody A /Buy/\npriority A -500\nshortcircuit A on\nheader SHORTCIRCUIT eval:check_shortcircuit()\nbody B /now/\nmeta M A\n",
	  "A=1 SHORTCIRCUIT=1" },
	{ "loadplugin Mail::SpamAssassin::Plugin::Shortcircuit\nbody A /none/\nshortcircuit A spam\nbody B /now/\nmeta M B\n", "B=1 M=1" },
};

static void hit_or_miss(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct loaded l = load(cases[i].rules);
		const char *found = hits(&l, scan(&l, mail));

		if (strcmp(found, cases[i].hits) != 0)
			fail_msg("%s: '%s', not '%s'", cases[i].rules, found, cases[i].hits);
		unload(&l);
	}
}

static const struct {
	const char *rules, *problem;
	bool unsupported;
} refused[] = {
	{ "body A /(/\n", "missing closing parenthesis", false },
	{ "uri_detail A raw =~ /(/\n", "missing closing parenthesis", false },
	{ "mimeheader A X =~ /(/\n", "missing closing parenthesis", false },
	{ "meta A 1 &&\n", "a name or number expected at the end", false },
	{ "meta A $x\n", "'$' means nothing in a meta rule", false },
	{ "meta A A || 1\n", "the rule depends on itself, on a circle of rules", false },
	{ "meta A 1 and 1\n", "'and', 'or' and 'not' are written", false },
	{ "full A eval:check_uridnsbl('x')\n", "needs the resolver", true },
	{ "header A eval:check_bayes('0', '1')\n", "check_bayes is for body rules", false },
	{ "header A eval:check_rbl('x', 'y.')\n", "needs the resolver", true },
	{ "body A eval:check_bayes('0.00', '0.01')\n", "needs Bayes", true },
	{ "body A eval:check_nothing()\n", "eval function check_nothing is not there", true },
	{ "body A /%{FOO}/\n", "the pattern needs %{FOO}, which no rule captures", true },
};

static void refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct loaded l = load(refused[i].rules);
		const struct cf *cf = sa_ruleset_cf(l.rs);

		if (cf->nproblems != 1 || strstr(cf->problems[0].text.p, refused[i].problem) == NULL)
			fail_msg("%s: '%s'", refused[i].rules, cf->nproblems != 0 ? cf->problems[0].text.p : "");
		assert_int_equal(cf->problems[0].unsupported, refused[i].unsupported);
		assert_int_equal(cf->problems[0].from.line, 1);
		assert_true(cf->rules[0].dead && cf->rules[0].why.len != 0);
		assert_string_equal(hits(&l, scan(&l, mail)), "");
		unload(&l);
	}
}

/* Metas over names that nobody has are told, but run; names that stand in a block passed over are not. */
static void unknown_symbols(void **state)
{
	struct loaded l = load("meta A NONE + 1\nifplugin X::Y\nbody B /b/\nendif\nmeta C B || 1\n");
	const struct cf *cf = sa_ruleset_cf(l.rs);

	(void)state;
	assert_int_equal(cf->nproblems, 1);
	assert_string_equal(cf->problems[0].text.p, "unknown symbol 'NONE', which never hits");
	assert_string_equal(hits(&l, scan(&l, mail)), "A=1 C=1");
	unload(&l);
}

static void symbols(void **state)
{
	static const struct symbol ours[] = { { "MISSING_DATE", "content", 1000, "", ACTION_NONE } };
	static const struct check check = { .name = "date", .symbols = ours, .nsymbols = 1 };
	static const struct check *const taken[] = { &check, NULL };
	struct loaded l = load("body MISSING_DATE /a/\nscore MISSING_DATE 1.234\ndescribe MISSING_DATE No date\nbody __SUB /b/\nbody OFF /c/\nscore OFF 0\nbody NICE /d/\nscore NICE -0.5\n");
	struct spamassassin_settings settings = { .files = { NULL, 0 } };
	const struct check *c = sa_ruleset_check(l.rs);
	struct err err;
	size_t n = 0;

	(void)state;
	assert_int_equal(c->nsymbols, 2 + 3);
	assert_string_equal(c->symbols[0].name, "MISSING_DATE");
	assert_string_equal(c->symbols[0].group, "spamassassin");
	assert_string_equal(c->symbols[0].doc, "No date");
	assert_int_equal(c->symbols[0].score, 1234);
	assert_int_equal(c->symbols[1].score, -500);
	assert_string_equal(c->symbols[2].name, "SA_RULE_ERROR");
	assert_string_equal(c->symbols[2].group, "policy");
	sa_ruleset_patterns(l.rs, &n);
	assert_int_equal(n, 6);
	/* A name that another check has. */
	{
		char path[] = "/tmp/winnow-ruleset-XXXXXX";
		int fd = mkstemp(path);
		struct span file = span_of(path);
		struct sa_ruleset *rs;

		assert_true(fd >= 0 && write(fd, "body MISSING_DATE /a/\n", 22) == 22);
		close(fd);
		settings.files = (struct span_list){ &file, 1 };
		rs = sa_ruleset_load(l.arena, &settings, taken, &err);
		assert_non_null(rs);
		assert_string_equal(sa_ruleset_check(rs)->symbols[0].name, "SA_MISSING_DATE");
		unlink(path);
		assert_null(sa_ruleset_load(l.arena, &settings, taken, &err));
		assert_non_null(strstr(err.text, "No such file"));
	}
	unload(&l);
}

/* A pattern that would take for ever counts as not matched, and is told. */
static void limits(void **state)
{
	struct loaded l = load("body A /(?:a|aa)+$/\nbody B /Buy/\n");
	struct buf b = BUF_INIT(l.arena);
	struct sa_run *run;

	(void)state;
	buf_str(&b, "Subject: x\n\nBuy ");
	for (int i = 0; i < 200; i++)
		buf_str(&b, "aaaaaaa");
	buf_str(&b, "!\n");
	buf_char(&b, '\0');
	run = scan(&l, b.p);
	assert_string_equal(hits(&l, run), "B=1");
	assert_true(span_eq(run->limit, SPAN_LIT("A")));
	unload(&l);
}

/* Debian's own rules, where they are installed: nearly all of them can be run. */
static void stock_rules(void **state)
{
	struct span files[] = { SPAN_LIT("/usr/share/spamassassin/*.cf") };
	struct spamassassin_settings settings = { .files = { files, 1 } };
	struct arena *arena = arena_new(0);
	size_t lost = 0, waiting = 0;
	struct sa_ruleset *rs;
	struct err err;

	(void)state;
	rs = sa_ruleset_load(arena, &settings, NULL, &err);
	assert_non_null(rs);
	for (size_t i = 0; i < rs->nrules; i++) {
		const struct cf_rule *r = rs->rules[i].cf;
		bool waits = span_starts(r->why, SPAN_LIT("needs"));

		waiting += waits;
		lost += r->why.len != 0 && !waits;
		if (r->why.len != 0 && !waits)
			print_message("%.*s: %.*s\n", SPAN_ARG(r->name), SPAN_ARG(r->why));
	}
	print_message("%zu rules, %zu wait for resolver or Bayes, %zu lost%s\n", rs->nrules, waiting, lost, rs->nrules == 0 ? ": no material" : "");
	assert_true(lost * 20 <= rs->nrules);
	arena_free(&arena);
}

static int setup(void **state)
{
	(void)state;
	message_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hit_or_miss), cmocka_unit_test(refuses), cmocka_unit_test(unknown_symbols), cmocka_unit_test(symbols), cmocka_unit_test(limits),
		cmocka_unit_test(stock_rules),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
