/* Declarative rules: text of a rule file, a mail, and what hits with which evidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "judge.h"

struct row {
	const char *name;
	const char *rules;
	const char *mail;
	const char *env;
	const char *hits;
};

#define R(conditions) "rule \"R\" { doc = \"d\", " conditions " }"
#define PLAIN "From: Ann Bee <ann@news.example.com>\nTo: joe@example.org, \"Kim Low\" <kim@example.net>\nSubject: Your parcel is waiting\n"
#define HTML PLAIN "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
#define HARD "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n"
#define MANY "X-A: one\nX-A: one\nX-A: two\nX-A: one\nX-A: one\nX-A: one\n\nx"

static const struct row rows[] = {
	/* texts */
	{ "subject", R("subject = '/PARCEL/i'"), PLAIN "\nx", NULL, "R[parcel]" },
	{ "case", R("subject = '/PARCEL/'"), PLAIN "\nx", NULL, "" },
	{ "long bracket", R("subject = [[/\\bparcel\\b.*wait/i]]"), PLAIN "\nx", NULL, "R[parcel is wait]" },
	{ "a literal is a whole word", R("subject = 'Parcel'"), PLAIN "\nx", NULL, "R[parcel]" },
	{ "not in a word", R("subject = 'parc'"), PLAIN "\nx", NULL, "" },
	{ "words of a literal", R("body = 'customs fee'"), PLAIN "\nPay the CUSTOMS\n fee now", NULL, "R[CUSTOMS\nfee]" },
	{ "signs in a literal", R("body = '100 % (free)'"), PLAIN "\nget 100 % (free) now", NULL, "R[100 % (free)]" },
	{ "a list: any", R("body = { 'nothing', '/f(?:ee|ie)/', 'never' }"), PLAIN "\nthe fee", NULL, "R[fee]" },
	{ "a blank of text()", R("body = text('/customs fee/i')"), PLAIN "\nPay the CUSTOMS\n fee now", NULL, "R[CUSTOMS\nfee]" },
	{ "a blank without text()", R("body = '/customs fee/i'"), PLAIN "\nPay the CUSTOMS\n fee now", NULL, "" },
	{ "said in the body", R("any = said('/never/', '/the fee/')"), PLAIN "\npay the fee", NULL, "R[the fee]" },
	{ "said in the subject", R("any = said('/parcel is/i')"), PLAIN "\nx", NULL, "R[parcel is]" },
	{ "said nowhere", R("any = said('/never/')"), PLAIN "\nx", NULL, "" },
	{ "body is no header", R("body = 'parcel'"), PLAIN "\nx", NULL, "" },
	{ "html text", R("body = 'pay now'"), HTML "<p>pay <b>now</b></p><!-- pay later -->", NULL, "R[pay now]" },
	{ "markup is not in the body", R("body = '/<p>/'"), HTML "<p>pay</p>", NULL, "" },
	{ "rawbody", R("rawbody = '/<p class=.x.>/'"), HTML "<p class=\"x\">pay</p>", NULL, "R[<p class=\"x\">]" },
	{ "rawbody is decoded", R("rawbody = '/hello world/'"), PLAIN "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\naGVsbG8gd29ybGQ=\n", NULL,
	  "R[hello world]" },
	{ "full", R("full = '/^Subject: Your/m'"), PLAIN "\nx", NULL, "R[Subject: Your]" },
	{ "hidden", R("hidden = 'secret'"), HTML "<p>seen</p><p style=\"display:none\">secret</p>", NULL, "R[secret]" },
	{ "wrapped lines", R("body = '/account has been suspended/'"), PLAIN "\nDear customer, we tell you that your account\nhas been suspended today.\n", NULL,
	  "R[account has been suspended]" },
	{ "paragraphs stay apart", R("body = '/account has/'"), PLAIN "\nDear customer, we tell you about your account\n\nhas been suspended today.\n", NULL, "" },
	/* plain form */
	{ "umlauts in the pattern", R("body = '/Überweisung/'"), HTML "<p>Ihre Überweisung</p>", NULL, "R[Uberweisung]" },
	{ "umlauts in the text alone", R("body = '/uberweisung/i'"), HTML "<p>Ihre Überweisung</p>", NULL, "R[Uberweisung]" },
	{ "umlauts in a literal", R("body = 'überweisung'"), HTML "<p>Ihre Überweisung.</p>", NULL, "R[Uberweisung]" },
	{ "umlauts in a class", R("body = '/[äöü]berweisung/i'"), HTML "<p>Ihre Überweisung</p>", NULL, "R[Uberweisung]" },
	{ "letters that look alike", R("body = '/PayPal/'"), HTML "<p>Your P\xd0\xb0yP\xd0\xb0l account</p>", NULL, "R[PayPal]" },
	{ "invisible characters", R("subject = '/viagra/'"), "Subject: =?utf-8?q?vi=E2=80=8Bag=C2=ADra?=\n\nx", NULL, "R[viagra]" },
	{ "display names", R("header = { ['From:name'] = 'Möller' }"), "From: =?utf-8?q?M=C3=B6ller?= <a@b.example>\n\nx", NULL, "R[Moller]" },
	{ "rawbody stays", R("rawbody = '/\\xc3\\x9cber/'"), HTML "<p>Ihre Überweisung</p>", NULL, "R[\xc3\x9c" "ber]" },
	/* headers */
	{ "header", R("header = { ['X-Mailer'] = '/PHP/' }"), PLAIN "X-Mailer: PHP 5\n\nx", NULL, "R[PHP]" },
	{ "name's case", R("header = { ['x-mailer'] = '/PHP/' }"), PLAIN "X-MAILER: PHP 5\n\nx", NULL, "R[PHP]" },
	{ "every field", R("header = { ['X-A'] = 'two' }"), PLAIN "X-A: one\nX-A: two\n\nx", NULL, "R[two]" },
	{ "there", R("header = { ['X-A'] = true }"), PLAIN "X-A: one\n\nx", NULL, "R" },
	{ "not there", R("header = { ['X-A'] = true }"), PLAIN "\nx", NULL, "" },
	{ "wanted not there", R("header = { ['List-Id'] = false }"), PLAIN "\nx", NULL, "R" },
	{ "is there", R("header = { ['List-Id'] = false }"), PLAIN "List-Id: <a.b>\n\nx", NULL, "" },
	{ "all of a table", R("header = { ['X-A'] = true, ['X-B'] = true }"), PLAIN "X-A: one\n\nx", NULL, "" },
	{ "address", R("header = { ['To:addr'] = 'KIM@example.net' }"), PLAIN "\nx", NULL, "R[kim@example.net]" },
	{ "address below a domain", R("from = '.example.com'"), PLAIN "\nx", NULL, "R[ann@news.example.com]" },
	{ "address at a domain", R("to = '@example.net'"), PLAIN "\nx", NULL, "R[kim@example.net]" },
	{ "not at it", R("from = '@example.com'"), PLAIN "\nx", NULL, "" },
	{ "pattern on addresses", R("to = '/^k.m@/'"), PLAIN "\nx", NULL, "R[kim@]" },
	{ "name", R("header = { ['From:name'] = 'ann bee' }"), PLAIN "\nx", NULL, "R[Ann Bee]" },
	{ "domain", R("header = { ['From:domain'] = 'news.example.com' }"), PLAIN "\nx", NULL, "R[news.example.com]" },
	{ "decoded", R("header = { ['X-A'] = '/caf/' }"), PLAIN "X-A: =?utf-8?q?caf=C3=A9?=\n\nx", NULL, "R[caf]" },
	{ "raw", R("header = { ['X-A:raw'] = '/=\\\\?utf-8/' }"), PLAIN "X-A: =?utf-8?q?caf=C3=A9?=\n\nx", NULL, "R[=?utf-8]" },
	{ "all headers", R("header = { all = '/^X-B: .*\\\\nX-A/m' }"), PLAIN "X-B: b\nX-A: a\n\nx", NULL, "R[X-B: b\nX-A]" },
	{ "subject as header", R("header = { Subject = '/parcel/' }"), PLAIN "\nx", NULL, "R[parcel]" },
	/* links */
	{ "url", R("url = '/login\\\\.php/'"), HTML "<a href=\"http://a.example.com/x/login.php?u=1\">go</a>", NULL, "R[login.php]" },
	{ "domain", R("url = { domain = 'example.com' }"), HTML "<a href=\"http://a.example.com/x\">go</a>", NULL, "R[example.com]" },
	{ "host", R("url = { host = 'example.com' }"), HTML "<a href=\"http://a.example.com/x\">go</a>", NULL, "" },
	{ "host below", R("url = { host = '.example.com' }"), HTML "<a href=\"http://a.example.com/x\">go</a>", NULL, "R[a.example.com]" },
	{ "one link", R("url = { domain = 'example.com', path = '/^x$/' }"),
	  HTML "<a href=\"http://a.example.com/y\">1</a><a href=\"http://example.org/x\">2</a>", NULL, "" },
	{ "the same link", R("url = { domain = 'example.com', path = '/^x$/' }"),
	  HTML "<a href=\"http://example.org/x\">1</a><a href=\"http://a.example.com/x\">2</a>", NULL, "R[example.com]" },
	{ "what is seen", R("url = { text = 'click here' }"), HTML "<a href=\"http://a.example.com/x\">Click <b>here</b></a>", NULL, "R[Click here]" },
	{ "query and scheme", R("url = { query = '/u=\\\\d/', scheme = 'https' }"), HTML "<a href=\"https://a.example.com/?u=1\">x</a>", NULL, "R[u=1]" },
	{ "mailto is no host to go to", R("url = { domain = 'example.com' }"), HTML "<a href=\"mailto:a@example.com\">x</a>", NULL, "" },
	/* attachments */
	{ "attachment", R("attachment = { extension = { 'exe', 'scr' } }"),
	  PLAIN "MIME-Version: 1.0\nContent-Type: application/octet-stream; name=\"bill.SCR\"\nContent-Disposition: attachment; filename=\"bill.SCR\"\n\nxyz\n", NULL, "R[bill.SCR]" },
	{ "its type", R("attachment = { type = 'application/pdf', name = '/bill/' }"),
	  PLAIN "MIME-Version: 1.0\nContent-Type: application/pdf; name=\"bill.pdf\"\nContent-Disposition: attachment; filename=\"bill.pdf\"\n\nxyz\n", NULL, "R[bill.pdf]" },
	{ "its size", R("attachment = { size = 2 }"),
	  PLAIN "MIME-Version: 1.0\nContent-Type: application/pdf; name=\"bill.pdf\"\nContent-Disposition: attachment; filename=\"bill.pdf\"\n\nxyz\n", NULL, "" },
	{ "none", R("attachment = false"), PLAIN "\nx", NULL, "R" },
	{ "wanted", R("attachment = true"), PLAIN "\nx", NULL, "" },
	/* who */
	{ "envelope", R("envelope = { from = '@bad.example', rcpt = '/^joe@/' }"), PLAIN "\nx", "from=x@bad.example\nrcpt=joe@a.b", "R[x@bad.example]" },
	{ "null sender", R("envelope = { from = '' }"), PLAIN "\nx", "from=", "R" },
	{ "no sender", R("envelope = { from = '' }"), PLAIN "\nx", NULL, "" },
	{ "domain of it", R("envelope = { from_domain = '.example' }"), PLAIN "\nx", "from=x@bad.example", "R[bad.example]" },
	{ "recipients", R("envelope = { nrcpt = 2 }"), PLAIN "\nx", "rcpt=a@b\nrcpt=c@d", "R" },
	{ "one recipient", R("envelope = { nrcpt = 2 }"), PLAIN "\nx", "rcpt=a@b", "" },
	{ "network", R("client = { ip = '192.0.2.0/24' }"), PLAIN "\nx", "ip=192.0.2.7", "R[192.0.2.7]" },
	{ "another", R("client = { ip = '192.0.2.0/24' }"), PLAIN "\nx", "ip=192.0.3.7", "" },
	{ "unknown", R("client = { ip = '192.0.2.0/24' }"), PLAIN "\nx", NULL, "" },
	{ "pattern on it", R("client = { ip = '/^192\\\\.0\\\\./' }"), PLAIN "\nx", "ip=192.0.2.7", "R[192.0.]" },
	{ "helo and name", R("client = { helo = 'mx', name = '.example.com' }"), PLAIN "\nx", "helo=MX\nname=a.example.com", "R[MX]" },
	{ "tls", R("client = { tls = true }"), PLAIN "\nx", "tls=TLSv1.3", "R" },
	{ "no tls", R("client = { tls = false }"), PLAIN "\nx", "tls=TLSv1.3", "" },
	/* facts and sizes */
	{ "fact", R("fact = { 'BARE_CR', 'MIME_VERSION_MISSING' }"), PLAIN "Content-Type: text/plain\n\nx", NULL, "R" },
	{ "no fact", R("fact = 'BARE_CR'"), PLAIN "\nx", NULL, "" },
	{ "size", R("size = { min = 10, max = '10K' }"), PLAIN "\nx", NULL, "R" },
	{ "too small", R("size = { min = '10K' }"), PLAIN "\nx", NULL, "" },
	/* together */
	{ "all must hold", R("subject = 'parcel', body = 'nothing'"), PLAIN "\nfee", NULL, "" },
	{ "both hold", R("subject = 'parcel', body = 'fee'"), PLAIN "\nfee", NULL, "R[parcel]" },
	{ "any", R("any = { { subject = 'never' }, { body = 'fee' } }"), PLAIN "\nfee", NULL, "R[fee]" },
	{ "not any", R("any = { { subject = 'never' }, { body = 'never' } }"), PLAIN "\nfee", NULL, "" },
	{ "all", R("all = { { subject = 'parcel' }, { body = 'fee' } }"), PLAIN "\nfee", NULL, "R[parcel]" },
	{ "not all", R("all = { { subject = 'parcel' }, { body = 'never' } }"), PLAIN "\nfee", NULL, "" },
	{ "none", R("none = { { subject = 'never' }, { body = 'never' } }"), PLAIN "\nfee", NULL, "R" },
	{ "one of none", R("none = { { subject = 'never' }, { body = 'fee' } }"), PLAIN "\nfee", NULL, "" },
	{ "deep", R("any = { { none = { { any = { { body = 'fee' }, { body = 'tax' } } } } }, { all = { { body = 'fee' } } } }"), PLAIN "\nfee", NULL, "R[fee]" },
	{ "a pattern that two rules have", "rule 'A' { doc = 'd', body = '/f.e/' } rule 'B' { doc = 'd', body = '/f.e/' } rule 'C' { doc = 'd', body = '/f.x/' }"
	  "rule 'D' { doc = 'd', body = '/f.x/' }", PLAIN "\nfee", NULL, "A[fee] B[fee]" },
	/* how often, for whom */
	{ "once", R("body = '/f.e/'"), PLAIN "\nfee fie foe fee", NULL, "R[fee]" },
	{ "multiple", R("body = '/f.e/', multiple = 3"), PLAIN "\nfee fie", NULL, "R=2[fee]" },
	{ "at most", R("body = '/f.e/', multiple = 3"), PLAIN "\nfee fie foe fee", NULL, "R=3[fee]" },
	{ "multiple headers", R("header = { ['X-A'] = '/o/' }, multiple = 3"), PLAIN "X-A: one\nX-A: two\n\nx", NULL, "R=2[o]" },
	{ "multiple links", R("url = { domain = 'example.com' }, multiple = 3"), HTML "<a href=\"http://example.com/1\">1</a><a href=\"http://example.com/2\">2</a>", NULL,
	  "R=2[example.com]" },
	{ "recipients' rule", R("body = 'fee', rcpt = '@a.example'"), PLAIN "\nfee", "rcpt=x@a.example\nrcpt=y@b.example\nrcpt=z@a.example", "R[fee]{x@a.example,z@a.example}" },
	{ "nobody", R("body = 'fee', rcpt = '@a.example'"), PLAIN "\nfee", "rcpt=y@b.example", "" },
	{ "everybody", R("body = 'fee', rcpt = '@a.example'"), PLAIN "\nfee", "rcpt=x@a.example", "R[fee]" },
	{ "outbound is not inbound", R("body = 'fee'"), PLAIN "\nfee", "user=joe", "" },
	{ "outbound", R("body = 'fee', direction = 'outbound'"), PLAIN "\nfee", "user=joe", "R[fee]" },
	{ "not outbound", R("body = 'fee', direction = 'outbound'"), PLAIN "\nfee", NULL, "" },
	{ "any direction", R("body = 'fee', direction = 'any'"), PLAIN "\nfee", "user=joe", "R[fee]" },
	{ "parts are not shown", "rule '__P' { body = 'fee' } rule 'R' { doc = 'd', meta = '__P' }", PLAIN "\nfee", NULL, "R[__P]" },
	{ "functions come after parts", "rule 'F' { doc = 'd', when = { body = 'fee' }, after = { '__P', 'R' }, check = function(m) return m.hits.__P + m.hits.R end } "
	  "rule '__P' { body = 'fee' } rule 'R' { doc = 'd', body = 'fee' }", PLAIN "\nfee", NULL, "R[fee] F=2" },
	{ "files of a mail in the mail", "rule 'A' { doc = 'd', attachment = { extension = 'exe' } } rule 'F' { doc = 'd', check = function(m) return m.attachments[1].name end }",
	  "Subject: x\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\nSubject: y\nMIME-Version: 1.0\nContent-Type: application/octet-stream\n"
	  "Content-Disposition: attachment; filename=x.exe\n\nMZ\n", NULL, "A[x.exe] F[x.exe]" },
	/* Lua */
	{ "name in the table", "rule { name = 'R', doc = 'd', body = 'fee' }", PLAIN "\nfee", NULL, "R[fee]" },
	{ "variables and loops", "local m = '(?:EUR|USD)' for i, n in ipairs { 'A', 'B' } do rule(n) { doc = 'd', body = '/' .. i .. ' ' .. m .. '/' } end", PLAIN "\n2 EUR", NULL, "B[2 EUR]" },
	{ "a limit of PCRE2", R("body = '/(?:a+)+(?:a+)+(?:a+)+(?:a+)+(?:a+)+$/'"),
	  PLAIN "\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", NULL, "RULE_ERROR[R]" },
	{ "limits reached a few times", R("header = { ['X-A'] = { '/^(a+)+$/', '/^zz/' } }"), HARD HARD HARD "X-A: zz\n\nx", NULL, "RULE_ERROR[R] R[zz]" },
	{ "limits reached too often", R("header = { ['X-A'] = { '/^(a+)+$/', '/^zz/' } }"), HARD HARD HARD HARD "X-A: zz\n\nx", NULL, "RULE_ERROR[R]" },
	{ "empty names are counted", R("header = { ['From:name'] = '' }, multiple = 3"), "From: <a@example.com>, B <b@example.com>, <c@example.com>\n\nx", NULL, "R=2" },
	/* many values are searched in one piece */
	{ "begin of one of many", R("header = { ['X-A'] = '/^two/' }"), MANY, NULL, "R[two]" },
	{ "begin and end of one of many", R("header = { ['X-A'] = [[/\\Atwo\\z/]] }"), MANY, NULL, "R[two]" },
	{ "nothing before one of many", R("header = { ['X-A'] = [[/(?<!\\s)(?<!\\W)two/]] }"), MANY, NULL, "R[two]" },
	{ "nothing behind one of many", R("header = { ['X-A'] = [[/two(?![\\s\\S])/]] }"), MANY, NULL, "R[two]" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct judge j;
		struct err err = { "" };
		bool loaded = judge_load(&j, "test.lua", rows[i].rules, &err);
		const char *hits = loaded ? judge_mail(&j, rows[i].mail, rows[i].env) : err.text;

		if (!loaded || strcmp(hits, rows[i].hits) != 0)
			fail_msg("%s: got \"%s\", not \"%s\"", rows[i].name, hits, rows[i].hits);
		judge_prefilter(&j);
		hits = judge_mail(&j, rows[i].mail, rows[i].env);
		/* The prefilter may know that a pattern cannot match without trying. */
		if (strcmp(hits, rows[i].hits) != 0 && strncmp(rows[i].hits, "RULE_ERROR", 10) != 0)
			fail_msg("%s, with a prefilter: got \"%s\", not \"%s\"", rows[i].name, hits, rows[i].hits);
		judge_end(&j);
	}
}

/* What a rule says of itself reaches the symbol. */
static void test_symbol(void **state)
{
	struct judge j;
	struct err err = { "" };
	const struct rule_info *info;
	const struct symbol *s;
	size_t n;

	(void)state;
	if (!judge_load(&j, "my.lua", "\nrule 'R' { doc = 'what', body = 'x', score = -2.5, group = 'mine', force = 'reject' }\nrule '__P' { body = 'y' }", &err))
		fail_msg("%s", err.text);
	s = engine_symbols(j.engine)->v[engine_symbol(j.engine, "R")];
	assert_int_equal(s->score, -2500);
	assert_string_equal(s->group, "mine");
	assert_string_equal(s->doc, "what");
	assert_int_equal(s->force, ACTION_REJECT);
	assert_int_equal(engine_symbol(j.engine, "__P"), -1);
	info = rules_info(j.rules, &n);
	assert_int_equal(n, 2);
	assert_string_equal(info[0].where, "my.lua:2");
	assert_true(info[1].part);
	rules_time_begin(j.rules);
	judge_mail(&j, PLAIN "\ny", NULL);
	assert_int_equal(rules_count(j.rules, j.scan, "__P"), 1);
	assert_int_equal(rules_count(j.rules, j.scan, "R"), 0);
	info = rules_info(j.rules, &n);
	assert_int_equal(info[0].runs, 1);
	assert_int_equal(info[1].hits, 1);
	judge_end(&j);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* A folder of our own with rules and lists. */
struct folder {
	char path[64], file[128], list[128];
};

static void folder_make(struct folder *f)
{
	snprintf(f->path, sizeof(f->path), "/tmp/winnow-test-rules-XXXXXX");
	assert_non_null(mkdtemp(f->path));
	snprintf(f->file, sizeof(f->file), "%s/a.lua", f->path);
	snprintf(f->list, sizeof(f->list), "%s/list.txt", f->path);
}

static void folder_remove(struct folder *f)
{
	remove(f->file);
	remove(f->list);
	remove(f->path);
}

static void test_files(void **state)
{
	struct judge j = { .arena = arena_new(0) };
	struct folder f;
	struct span pattern, off = SPAN_LIT("OFF");
	char all[160];
	struct rules_settings set = { .files = { &pattern, 1 }, .disabled = { &off, 1 } };
	struct err err = { "" };
	struct rules *rules;

	(void)state;
	folder_make(&f);
	write_file(f.list, "# comment\n@bad.example   # the bad ones\n\n.worse.example\n/^x+@/\n");
	write_file(f.file, "rule 'LISTED' { doc = 'd', from = list 'list.txt' }\nrule 'OFF' { doc = 'd', subject = 'x' }\nrule 'M' { doc = 'd', meta = 'LISTED or OFF' }\n"
			   "rule 'F' { doc = 'd', check = function(m) return m.hits.OFF == 0 and m.hits.LISTED end, after = { 'OFF', 'LISTED' } }\n"
			   "rule 'WORDS' { doc = 'd', body = list 'list.txt' }\n");
	snprintf(all, sizeof(all), "%s/*.lua", f.path);
	pattern = span_of(all);
	rules = rules_load(j.arena, &set, &err);
	if (rules == NULL || !judge_start(&j, rules, &err))
		fail_msg("%s", err.text);
	assert_string_equal(judge_mail(&j, "From: a@bad.example\nSubject: x\n\nx", NULL), "LISTED[a@bad.example] F M[LISTED]");
	assert_string_equal(judge_mail(&j, "From: a@b.worse.example\n\nx", NULL), "LISTED[a@b.worse.example] F M[LISTED]");
	assert_string_equal(judge_mail(&j, "From: xxx@good.example\n\nx", NULL), "LISTED[xxx@] F M[LISTED]");
	assert_string_equal(judge_mail(&j, "From: a@good.example\n\nsee @bad.example here", NULL), "WORDS[@bad.example]");
	assert_string_equal(rules_watched(rules)[0], f.list);
	assert_null(rules_watched(rules)[1]);
	judge_end(&j);
	folder_remove(&f);
}

/* The shipped rules load, and one of the administrator's takes the place of the one of the same name. */
static void test_shipped(void **state)
{
	struct arena *arena = arena_new(0);
	struct rules_settings set = { .shipped = true };
	struct span pattern;
	struct folder f;
	struct err err = { "" };
	struct rules *rules = rules_load(arena, &set, &err);
	const struct rule_info *info;
	char text[256];
	size_t n, again;

	(void)state;
	if (rules == NULL)
		fail_msg("%s", err.text);
	info = rules_info(rules, &n);
	for (size_t i = 0; i < n; i++)
		assert_true(info[i].shipped);
	if (n != 0) {
		folder_make(&f);
		snprintf(text, sizeof(text), "rule '%s' { %s body = 'x' }", info[0].symbol->name, info[0].part ? "" : "doc = 'mine',");
		write_file(f.file, text);
		pattern = span_of(f.file);
		set.files = (struct span_list){ &pattern, 1 };
		rules = rules_load(arena, &set, &err);
		if (rules == NULL)
			fail_msg("%s", err.text);
		assert_string_equal(rules_info(rules, &again)[0].symbol->name, info[0].symbol->name);
		assert_false(rules_info(rules, &again)[0].shipped);
		assert_int_equal(n, again);
		folder_remove(&f);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_symbol),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_shipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
