/* Evals that look at HTML, text, parts and images. Each row was asked of SpamAssassin 4.0.1 itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "spamassassin/plugin_list.h"
#include "spamassassin/view_private.h"

static const char plain_mail[] =
	"Subject: A subject\n"
	"From: a@b.example\n"
	"To: c@d.example\n"
	"\n"
	"Hello there world\n"
	"\n"
	"BYE BYE\n";

static const char html_mail[] =
	"Subject: Short\n"
	"Content-Type: text/html; charset=utf-8\n"
	"\n"
	"<html><head><title>A title that is a good deal longer than its subject is</title></head><body><center><font size=7 color=white face=1>Hi <b>th</b>ere</font><img src=a width=100 height=50><!-- c --><iframe src=http://x.example/></iframe><a href=b><img></a></body>";

static const char alt_mail[] =
	"Subject: s\n"
	"Content-Type: multipart/alternative; boundary=b\n"
	"\n"
	"--b\n"
	"\n"
	"Completely different words stand here\n"
	"--b\n"
	"Content-Type: text/html\n"
	"\n"
	"<p>Nothing of that is repeated in markup</p>\n"
	"--b--\n";

static const char same_mail[] =
	"Subject: s\n"
	"Content-Type: multipart/alternative; boundary=b\n"
	"\n"
	"--b\n"
	"\n"
	"The very same words\n"
	"--b\n"
	"Content-Type: text/html\n"
	"\n"
	"<p>The very same <b>words</b></p>\n"
	"--b--\n";

static const char pics_mail[] =
	"Subject: s\n"
	"Content-Type: multipart/mixed; boundary=b\n"
	"\n"
	"--b\n"
	"\n"
	"text\n"
	"--b\n"
	"Content-Type: image/gif; name=\"a.gif\"\n"
	"Content-Transfer-Encoding: base64\n"
	"\n"
	"R0lGODlhLAHIAIAAAA==\n"
	"--b\n"
	"Content-Type: image/png; name=\"b.png\"\n"
	"Content-Transfer-Encoding: base64\n"
	"\n"
	"iVBORw0KGgoAAAANSUhEUgAAAHgAAABQCAIAAAAAAAAA\n"
	"--b\n"
	"Content-Type: image/jpeg; name=\"c.jpg\"\n"
	"Content-Transfer-Encoding: base64\n"
	"\n"
	"/9j/4AAQSkZJRgABAQAAAQABAAD/wAARCABkAMgDASIA\n"
	"--b--\n";

static const char b64_mail[] =
	"Subject: s\n"
	"Content-Type: text/plain\n"
	"Content-Transfer-Encoding: base64\n"
	"\n"
	"aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQg\n";

static const char qp_mail[] =
	"Subject: s\n"
	"Content-Type: text/plain; charset=iso-2022-xx-1\n"
	"Content-Transfer-Encoding: quoted-printable\n"
	"\n"
	"=41=42=43 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=20=20\n"
	"=E4\n";

static const char bits_mail[] =
	"Subject: s\n"
	"Content-Type: text/plain; charset=us-ascii\n"
	"\n"
	"bad \344 byte &#x20AC;&#x20AC;\n";

static const char broken_mail[] =
	"Subject: s\n"
	"Content-Type: multipart/mixed; boundary=b\n"
	"\n"
	"--b\n"
	"no header\n"
	"--b\n"
	"Content-Type: application/zip\n"
	"Content-Disposition: attachment\n"
	"\n"
	"x\n"
	"--b--\n"
	"epilogue\n";

static const char open_mail[] =
	"Subject: s\n"
	"Content-Type: multipart/mixed; boundary=b\n"
	"\n"
	"--b\n"
	"\n"
	"text\n";

static const char ma_mail[] =
	"Subject: s\n"
	"Content-Type: multipart/alternative; boundary=b\n"
	"\n"
	"--b\n"
	"\n"
	"text\n"
	"--b\n"
	"Content-Type: image/png\n"
	"\n"
	"x\n"
	"--b--\n";

static const char stock_mail[] =
	"Subject: s\n"
	"\n"
	"Company: X\n"
	"Symbol: Y\n"
	"Current Price: $1\n"
	"Week Target: $5\n";

static const char sig_mail[] =
	"Subject: s\n"
	"\n"
	"body text of some length\n"
	"-- \n"
	"signature line\n";

static const char spaced_mail[] =
	"Subject: s\n"
	"\n"
	"a b c d e f g h i j\n"
	"\n"
	"\n"
	"\n"
	"\n"
	"x\n";

#define CRY "BUY THIS NOW and save MONEY TODAY\n"
static const char upper_mail[] = "Subject: s\n\n" CRY CRY CRY CRY CRY CRY CRY CRY CRY CRY CRY CRY;

static const struct {
	const char *mail;
	enum cf_kind kind;
	const char *call;
	int hits;
} cases[] = {
	{ html_mail, CF_BODY, "html_tag_exists('iframe')", 1 },
	{ html_mail, CF_BODY, "html_tag_exists('table')", 0 },
	{ html_mail, CF_BODY, "html_tag_balance('center','!= 0')", 1 },
	{ html_mail, CF_BODY, "html_tag_balance('head','!= 0')", 0 },
	{ html_mail, CF_BODY, "html_tag_balance('a b','== 0')", 0 },
	{ html_mail, CF_BODY, "html_range('max_size','6','inf')", 1 },
	{ html_mail, CF_BODY, "html_range('length','0','100')", 0 },
	{ html_mail, CF_BODY, "html_range('length','100','1000')", 1 },
	{ html_mail, CF_BODY, "html_eval('length','> 100')", 1 },
	{ html_mail, CF_BODY, "html_eval('length','< 100')", 0 },
	{ html_mail, CF_BODY, "html_eval('length','+ 1 > 100 + 1')", 1 },
	{ html_mail, CF_BODY, "html_eval('nothing','< 100')", 0 },
	{ html_mail, CF_BODY, "html_test('font_low_contrast')", 1 },
	{ html_mail, CF_BODY, "html_test('font_face_bad')", 1 },
	{ html_mail, CF_BODY, "html_test('embeds')", 0 },
	{ plain_mail, CF_BODY, "html_test('html')", 0 },
	{ html_mail, CF_BODY, "html_test('html')", 1 },
	{ html_mail, CF_BODY, "html_text_match('title','good deal')", 1 },
	{ html_mail, CF_BODY, "html_text_match('comment','<!--')", 1 },
	{ html_mail, CF_BODY, "html_text_match('anchor','<img>')", 1 },
	{ html_mail, CF_BODY, "html_text_match('script','.')", 0 },
	{ html_mail, CF_BODY, "html_text_not_match('title','nowhere')", 1 },
	{ html_mail, CF_BODY, "html_title_subject_ratio('3.5')", 1 },
	{ html_mail, CF_BODY, "html_title_subject_ratio('30')", 0 },
	{ html_mail, CF_BODY, "html_image_only('0','1024')", 1 },
	{ html_mail, CF_BODY, "html_image_only('1024','2048')", 0 },
	{ html_mail, CF_BODY, "html_image_ratio('0.0','0.005')", 0 },
	{ html_mail, CF_BODY, "html_image_ratio('0.005','1')", 1 },
	{ html_mail, CF_BODY, "check_iframe_src()", 1 },
	{ plain_mail, CF_BODY, "check_iframe_src()", 0 },
	{ html_mail, CF_BODY, "html_charset_faraway()", 0 },
	{ alt_mail, CF_BODY, "multipart_alternative_difference('90','100')", 1 },
	{ same_mail, CF_BODY, "multipart_alternative_difference('90','100')", 0 },
	{ same_mail, CF_BODY, "multipart_alternative_difference('0','1')", 1 },
	{ alt_mail, CF_BODY, "multipart_alternative_difference_count('0.5','1')", 1 },
	{ alt_mail, CF_BODY, "multipart_alternative_difference_count('3','1')", 0 },
	{ spaced_mail, CF_BODY, "check_blank_line_ratio('60','100','3')", 1 },
	{ plain_mail, CF_BODY, "check_blank_line_ratio('60','100','3')", 0 },
	{ plain_mail, CF_BODY, "check_blank_line_ratio('0','40','2')", 1 },
	{ spaced_mail, CF_BODY, "tvd_vertical_words('80','100')", 1 },
	{ plain_mail, CF_BODY, "tvd_vertical_words('80','100')", 0 },
	{ plain_mail, CF_BODY, "tvd_vertical_words('0','20')", 0 },
	{ stock_mail, CF_BODY, "check_stock_info('3')", 1 },
	{ stock_mail, CF_BODY, "check_stock_info('9')", 0 },
	{ plain_mail, CF_BODY, "check_stock_info('1')", 0 },
	{ plain_mail, CF_BODY, "check_body_length('100')", 1 },
	{ plain_mail, CF_BODY, "check_body_length('10')", 0 },
	{ sig_mail, CF_BODY, "plaintext_body_length('1','100')", 1 },
	{ sig_mail, CF_BODY, "plaintext_body_length('100')", 0 },
	{ sig_mail, CF_BODY, "plaintext_sig_length('1','30')", 1 },
	{ sig_mail, CF_BODY, "plaintext_body_sig_ratio('1','2')", 1 },
	{ plain_mail, CF_BODY, "plaintext_sig_length('1')", 0 },
	{ b64_mail, CF_BODY, "check_for_mime('mime_base64_count')", 1 },
	{ b64_mail, CF_BODY, "check_for_mime('mime_base64_encoded_text')", 1 },
	{ qp_mail, CF_BODY, "check_for_mime('mime_qp_count')", 1 },
	{ qp_mail, CF_BODY, "check_for_mime('mime_qp_long_line')", 1 },
	{ qp_mail, CF_BODY, "check_for_mime('mime_bad_iso_charset')", 1 },
	{ plain_mail, CF_BODY, "check_for_mime('mime_qp_long_line')", 0 },
	{ broken_mail, CF_BODY, "check_for_mime('mime_attachment')", 1 },
	{ open_mail, CF_BODY, "check_for_mime('mime_missing_boundary')", 1 },
	{ broken_mail, CF_BODY, "check_for_mime('mime_missing_boundary')", 0 },
	{ plain_mail, CF_BODY, "check_for_mime('nonsense')", 0 },
	{ html_mail, CF_BODY, "check_for_mime_html()", 1 },
	{ html_mail, CF_BODY, "check_for_mime_html_only()", 1 },
	{ alt_mail, CF_BODY, "check_for_mime_html()", 1 },
	{ alt_mail, CF_BODY, "check_for_mime_html_only()", 0 },
	{ alt_mail, CF_BODY, "check_mime_multipart_ratio('0.0','1.5')", 1 },
	{ alt_mail, CF_BODY, "check_mime_multipart_ratio('1.5','9')", 0 },
	{ bits_mail, CF_BODY, "check_for_ascii_text_illegal()", 1 },
	{ plain_mail, CF_BODY, "check_for_ascii_text_illegal()", 0 },
	{ bits_mail, CF_BODY, "check_abundant_unicode_ratio('0.02')", 1 },
	{ bits_mail, CF_BODY, "check_abundant_unicode_ratio('2')", 0 },
	{ plain_mail, CF_BODY, "check_abundant_unicode_ratio('0.02')", 0 },
	{ qp_mail, CF_BODY, "check_qp_ratio('0.02')", 1 },
	{ qp_mail, CF_BODY, "check_qp_ratio('0.9')", 0 },
	{ upper_mail, CF_BODY, "check_for_uppercase('75','100')", 0 },
	{ upper_mail, CF_BODY, "check_for_uppercase('50','75')", 1 },
	{ plain_mail, CF_BODY, "check_for_uppercase('1','100')", 0 },
	{ ma_mail, CF_BODY, "check_ma_non_text()", 1 },
	{ alt_mail, CF_BODY, "check_ma_non_text()", 0 },
	{ b64_mail, CF_BODY, "check_base64_length('79')", 1 },
	{ b64_mail, CF_BODY, "check_base64_length('78','79')", 0 },
	{ pics_mail, CF_BODY, "check_base64_length('79')", 0 },
	{ pics_mail, CF_BODY, "image_count('all','3','3')", 1 },
	{ pics_mail, CF_BODY, "image_count('gif','1')", 1 },
	{ pics_mail, CF_BODY, "image_count('jpeg','2')", 0 },
	{ pics_mail, CF_BODY, "image_count('webp','0')", 0 },
	{ pics_mail, CF_BODY, "pixel_coverage('png','9600','9600')", 1 },
	{ pics_mail, CF_BODY, "pixel_coverage('all','1','100')", 0 },
	{ pics_mail, CF_BODY, "image_size_exact('gif','200','300')", 1 },
	{ pics_mail, CF_BODY, "image_size_exact('jpeg','100','200')", 1 },
	{ pics_mail, CF_BODY, "image_size_range('png','70','100','90','130')", 1 },
	{ pics_mail, CF_BODY, "image_size_range('png','90','100')", 0 },
	{ pics_mail, CF_BODY, "image_named('b.png')", 1 },
	{ pics_mail, CF_BODY, "image_named('z.png')", 0 },
	{ pics_mail, CF_BODY, "image_name_regex('\\.jpg$')", 1 },
	{ pics_mail, CF_BODY, "image_to_text_ratio('all','0.0','0.5')", 1 },
	{ pics_mail, CF_BODY, "image_to_text_ratio('all','0.5','1')", 0 },
	{ broken_mail, CF_HEADER, "check_msg_parse_flags('missing_mime_headers')", 1 },
	{ broken_mail, CF_HEADER, "check_msg_parse_flags('mime_epilogue_exists')", 1 },
	{ open_mail, CF_HEADER, "check_msg_parse_flags('mime_epilogue_exists')", 0 },
	{ plain_mail, CF_HEADER, "check_msg_parse_flags('missing_head_body_separator')", 0 },
	{ broken_mail, CF_HEADER, "check_msg_parse_flags('missing_mime_head_body_separator')", 1 },
};

static bool knows_eval(void *ctx, struct span function)
{
	size_t plugin;

	(void)ctx;
	return sa_eval_find(function, &plugin) != NULL;
}

/* What the call says about the mail: a rule file with that one rule is loaded, as plugins read their patterns from it. */
static int ask(struct arena *arena, const char *mail, enum cf_kind kind, const char *text)
{
	const struct cf_context context = { .has_eval = knows_eval };
	struct cf *cf = cf_load_text(arena, arena_printf(arena, "%s RULE eval:%s\n", kind == CF_HEADER ? "header" : "body", text), "test.cf", &context);
	struct transaction tx = { .arena = arena, .raw = span_of(mail) };
	struct url_context *urls = url_context_new();
	const struct message *msg = message_parse(arena, tx.raw, &message_limits_default, urls);
	struct regex_memory *memory = regex_memory_new();
	struct sa_call call = { .memory = memory, .kind = kind, .rule = SPAN_LIT("RULE") };
	struct cf_call parsed;
	const struct sa_eval *eval;
	size_t plugin;
	int hits;

	assert_int_equal(cf->nrules, 1);
	assert_true(cf_call_read(arena, cf->rules[0].text, &parsed));
	eval = sa_eval_find(parsed.function, &plugin);
	assert_non_null(eval);
	call.view = sa_view_new(sa_view_config_new(arena, cf), urls, &tx, msg);
	call.state = sa_plugins[plugin]->init != NULL ? sa_plugins[plugin]->init(arena, cf) : NULL;
	call.args = parsed.args;
	call.nargs = parsed.nargs;
	hits = eval->run(&call);
	if (cf->nproblems != 0)
		fail_msg("%s: %.*s", text, SPAN_ARG(cf->problems[0].text));
	regex_memory_free(&memory);
	url_context_free(&urls);
	return hits;
}

static void test_evals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct arena *arena = arena_new(0);
		int hits = ask(arena, cases[i].mail, cases[i].kind, cases[i].call);

		if (hits != cases[i].hits)
			fail_msg("%s: %d, not %d", cases[i].call, hits, cases[i].hits);
		arena_free(&arena);
	}
}

/* A broken pattern is a problem of the file, and the rule never hits. */
static void test_broken_pattern(void **state)
{
	const struct cf_context context = { .has_eval = knows_eval };
	struct arena *arena = arena_new(0);
	struct cf *cf = cf_load_text(arena, SPAN_LIT("body RULE eval:html_text_match('title', '(')\n"), "test.cf", &context);
	size_t plugin;

	(void)state;
	assert_non_null(sa_eval_find(SPAN_LIT("html_text_match"), &plugin));
	assert_int_equal(cf->nproblems, 0);
	assert_non_null(sa_plugins[plugin]->init(arena, cf));
	assert_int_equal(cf->nproblems, 1);
	assert_true(span_eq(cf->problems[0].rule, SPAN_LIT("RULE")));
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_evals), cmocka_unit_test(test_broken_pattern) };

	message_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
