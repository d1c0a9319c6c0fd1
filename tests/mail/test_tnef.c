/* TNEF: own small containers, and the samples of other projects with their listings. */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "mail/message.h"
#include "mail/rtf.h"
#include "mail/tnef.h"

/* ---- building ---- */

static void le(struct buf *b, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_char(b, (char)(v >> 8 * i & 0xff));
}

static void begin_tnef(struct buf *b)
{
	le(b, 0x223e9f78, 4);
	le(b, 1, 2);
}

static void attribute(struct buf *b, unsigned level, uint32_t tag, struct span data)
{
	unsigned sum = 0;

	for (size_t i = 0; i < data.len; i++)
		sum += (uint8_t)data.p[i];
	le(b, level, 1);
	le(b, tag, 4);
	le(b, data.len, 4);
	buf_add(b, data);
	le(b, sum & 0xffff, 2);
}

/* A property list with one value of variable length. */
static struct span property(struct arena *arena, unsigned id, unsigned type, struct span value)
{
	struct buf b = BUF_INIT(arena);

	le(&b, 1, 4);
	le(&b, type, 2);
	le(&b, id, 2);
	le(&b, 1, 4);
	le(&b, value.len, 4);
	buf_add(&b, value);
	while (b.len % 4 != 0)
		buf_char(&b, '\0');
	return buf_span(&b);
}

static void attachment(struct buf *b, const char *name, struct span data)
{
	attribute(b, 2, 0x00069002, SPAN_LIT("\1\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0"));
	attribute(b, 2, 0x00018010, span_make(name, strlen(name) + 1));
	attribute(b, 2, 0x0006800f, data);
}

static struct span sample(struct arena *arena)
{
	struct buf inner = BUF_INIT(arena), b = BUF_INIT(arena), object = BUF_INIT(arena);

	begin_tnef(&inner);
	attribute(&inner, 1, 0x00018004, SPAN_LIT("inner subject\0"));
	attachment(&inner, "deep.txt", SPAN_LIT("deepest"));
	buf_add(&object, SPAN_LIT("0123456789abcdef"));
	buf_add(&object, buf_span(&inner));
	begin_tnef(&b);
	attribute(&b, 1, 0x00069007, SPAN_LIT("\xe4\4\0\0\0\0\0\0"));
	attribute(&b, 1, 0x00018004, SPAN_LIT("Gr\xfc\xdf" "e\0"));
	attribute(&b, 1, 0x00069003, property(arena, 0x1000, 0x1f, SPAN_LIT("h\0i\0 \0t\0e\0x\0t\0\0\0")));
	attachment(&b, "setup.exe", SPAN_LIT("MZ not really"));
	attribute(&b, 2, 0x00069005, property(arena, 0x3707, 0x1f, SPAN_LIT("s\0\xeb\0t\0u\0p\0.\0e\0x\0e\0\0\0")));
	attribute(&b, 2, 0x00069002, SPAN_LIT("\1\0\xff\xff\xff\xff\0\0\0\0\0\0\0\0"));
	attribute(&b, 2, 0x00069005, property(arena, 0x3701, 0x0d, buf_span(&object)));
	return buf_span(&b);
}

static void equal(struct span got, const char *want)
{
	if (!span_eq(got, span_of(want)))
		fail_msg("\"%.*s\" instead of \"%s\"", SPAN_ARG(got), want);
}

/* ---- own samples ---- */

static void reads_all(void **state)
{
	struct arena *arena = arena_new(0);
	struct outlook_message m;

	(void)state;
	assert_true(tnef_read(arena, sample(arena), &outlook_limits_default, &m));
	assert_false(m.broken);
	equal(m.subject, "Gr\xc3\xbc\xc3\x9f" "e");
	equal(m.text, "hi text");
	assert_int_equal(m.nattachments, 2);
	equal(m.attachments[0].name, "s\xc3\xabtup.exe");
	equal(m.attachments[0].data, "MZ not really");
	assert_non_null(m.attachments[1].message);
	equal(m.attachments[1].name, "inner subject");
	assert_int_equal(m.attachments[1].message->nattachments, 1);
	equal(m.attachments[1].message->attachments[0].data, "deepest");
	arena_free(&arena);
}

/* However it is cut, what was readable is there and nothing else happens. */
static void survives_cuts(void **state)
{
	struct arena *arena = arena_new(0);
	struct span whole = sample(arena);

	(void)state;
	for (size_t n = 0; n < whole.len; n++) {
		struct outlook_message m;
		bool ok = tnef_read(arena, arena_copy(arena, span_sub(whole, 0, n)), &outlook_limits_default, &m);

		assert_int_equal(ok, n >= 4);
		assert_true(m.nattachments <= 2);
	}
	arena_free(&arena);
}

static void keeps_limits(void **state)
{
	const struct outlook_limits none = { .attachments = 1, .depth = 0, .text = 4 };
	struct arena *arena = arena_new(0);
	struct outlook_message m;

	(void)state;
	assert_true(tnef_read(arena, sample(arena), &none, &m));
	assert_true(m.cut);
	assert_int_equal(m.nattachments, 1);
	assert_true(m.text.len <= 4);
	arena_free(&arena);
}

/* Parts of the message: checks, rules and learning see them. */
static void becomes_parts(void **state)
{
	struct arena *arena = arena_new(0);
	struct url_context *urls = url_context_new();
	struct buf b = BUF_INIT(arena);
	const struct message *m;

	(void)state;
	message_init();
	buf_str(&b, "From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n\r\n");
	buf_add(&b, sample(arena));
	m = message_parse(arena, buf_span(&b), &message_limits_default, urls);
	assert_int_equal(m->nparts, 4);
	assert_int_equal(m->parts[0].kind, PART_ATTACHMENT);
	assert_int_equal(m->parts[1].kind, PART_TEXT);
	equal(m->parts[1].text, "hi text");
	equal(m->text, "hi text");
	assert_int_equal(m->parts[2].kind, PART_ATTACHMENT);
	assert_int_equal(m->parts[2].parent, 0);
	equal(m->parts[2].name, "s\xc3\xabtup.exe");
	assert_int_equal(m->parts[3].kind, PART_MESSAGE);
	assert_non_null(m->parts[3].inner);
	equal(m->parts[3].inner->subject, "inner subject");
	assert_int_equal(m->parts[3].inner->nattachments, 1);
	assert_int_equal(fact_has(&m->facts, FACT_TNEF_BROKEN), 0);
	assert_int_equal(m->nattachments, 3);
	arena_free(&arena);
	url_context_free(&urls);
}

static void composes_what_parses(void **state)
{
	struct arena *arena = arena_new(0);
	struct url_context *urls = url_context_new();
	struct outlook_message m;
	const struct message *back;

	(void)state;
	message_init();
	assert_true(tnef_read(arena, sample(arena), &outlook_limits_default, &m));
	back = message_parse(arena, outlook_compose(arena, &m, 1 << 20), &message_limits_default, urls);
	equal(back->subject, "Gr\xc3\xbc\xc3\x9f" "e");
	equal(span_trim(back->text), "hi text");
	assert_int_equal(back->nparts, 4); /* multipart, text, file, message */
	equal(back->parts[2].body, "MZ not really");
	equal(back->parts[2].name, "s\xc3\xabtup.exe");
	equal(back->parts[3].inner->parts[2].body, "deepest");
	assert_true(outlook_compose(arena, &m, 100).len <= 100);
	arena_free(&arena);
	url_context_free(&urls);
}

/* MS-OXRTFCP, 4.1 and 4.2. */
static void unpacks_rtf(void **state)
{
	static const char simple[] = "\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125B2\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
	static const char crossing[] = "\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4\x4b\x51\x41\0\x04\x20WXYZ\x0dn}\x01\x0e\xb0";
	struct arena *arena = arena_new(0);
	struct span rtf;

	(void)state;
	assert_true(rtf_decompress(arena, span_make(simple, sizeof(simple) - 1), 1000, &rtf));
	equal(rtf, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
	assert_true(rtf_decompress(arena, span_make(crossing, sizeof(crossing) - 1), 1000, &rtf));
	equal(rtf, "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
	assert_true(rtf_decompress(arena, span_make(simple, sizeof(simple) - 1), 5, &rtf));
	assert_int_equal(rtf.len, 5);
	assert_false(rtf_decompress(arena, SPAN_LIT("too short"), 1000, &rtf));
	arena_free(&arena);
}

static void reads_rtf(void **state)
{
	static const struct {
		const char *rtf, *text;
		bool html;
	} rows[] = {
		{ "{\\rtf1\\ansi hello \\b world\\b0 !\\par next}", "hello world!\r\nnext", false },
		{ "{\\rtf1\\ansi\\ansicpg1251 \\'cf\\'f0\\'e8}", "\xd0\x9f\xd1\x80\xd0\xb8", false },
		{ "{\\rtf1{\\fonttbl{\\f0\\fcharset204 Arial;}{\\f1\\fcharset0 B;}}\\f0 \\'cf\\f1 \\'e9}", "\xd0\x9f\xc3\xa9", false },
		{ "{\\rtf1\\uc1 \\u8364?5 \\u-10179?\\u-8704?}", "\xe2\x82\xac" "5 \xf0\x9f\x98\x80", false },
		{ "{\\rtf1 a{\\*\\unknown hidden}b{\\pict 4142}c}", "abc", false },
		{ "{\\rtf1\\fromhtml1 {\\*\\htmltag <p class=\\{x\\}>}\\htmlrtf {\\htmlrtf0 text\\htmlrtf }\\htmlrtf0{\\*\\htmltag </p>}}", "<p class={x}>text</p>", true },
		{ "{\\rtf1 \\bin5 }}}}}after", "after", false },
		{ "}}}}", "", false },
	};
	struct arena *arena = arena_new(0);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rtf_text text;

		rtf_read(arena, span_of(rows[i].rtf), 1000, &text);
		equal(text.text, rows[i].text);
		assert_int_equal(text.is_html, rows[i].html);
	}
	arena_free(&arena);
}

/* ---- other projects' samples ---- */

static struct span read_file(struct arena *arena, const char *path)
{
	struct buf b = BUF_INIT(arena);
	FILE *f = fopen(path, "rb");
	char chunk[65536];
	size_t n;

	if (f == NULL)
		return SPAN_NONE;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) != 0)
		buf_add(&b, span_make(chunk, n));
	fclose(f);
	return b.p != NULL ? buf_span(&b) : SPAN_LIT("");
}

#define TNEF_FILES "tnef/tnef/tests/files/datafiles/"
#define BASELINES "tnef/tnef/tests/files/baselines/"
#define YTNEF "tnef/ytnef/test-data/"
#define EXAMPLES "tnef/tnefparse/tests/examples/"
#define HMEF "msg/poi/test-data/hmef/"

/* Every attachment of every sample: its name, its size, and where there is one, the file that holds what it is. */
static const struct {
	const char *file, *name;
	size_t size;
	const char *content;
} listed[] = {
	{ TNEF_FILES "data-before-name.tnef", "AUTOEXEC.BAT", 0, BASELINES "AUTOEXEC.BAT.baseline" },
	{ TNEF_FILES "data-before-name.tnef", "CONFIG.SYS", 0, BASELINES "CONFIG.SYS.baseline" },
	{ TNEF_FILES "data-before-name.tnef", "boot.ini", 289, BASELINES "boot.ini.baseline" },
	{ TNEF_FILES "long-filename.tnef", "allproductsmar2000.dat", 279, YTNEF "results/allproductsmar2000.dat" },
	{ TNEF_FILES "missing-filenames.tnef", "generpts.src", 61210, BASELINES "generpts.src.baseline" },
	{ TNEF_FILES "missing-filenames.tnef", "TechlibDEC99.doc", 33792, BASELINES "TechlibDEC99.doc.baseline" },
	{ TNEF_FILES "missing-filenames.tnef", "TechlibDEC99-JAN00.doc", 34304, BASELINES "TechlibDEC99-JAN00.doc.baseline" },
	{ TNEF_FILES "missing-filenames.tnef", "TechlibNOV99.doc", 33792, BASELINES "TechlibNOV99.doc.baseline" },
	{ TNEF_FILES "multi-value-attribute.tnef", "208225__5_seconds__Voice_Mail.mp3", 10656, BASELINES "208225__5_seconds__Voice_Mail.mp3.baseline" },
	{ TNEF_FILES "one-file.tnef", "AUTHORS", 244, BASELINES "AUTHORS.baseline" },
	{ TNEF_FILES "two-files.tnef", "AUTHORS", 244, BASELINES "AUTHORS.baseline" },
	{ TNEF_FILES "two-files.tnef", "README", 893, BASELINES "README.baseline" },
	{ TNEF_FILES "unicode-mapi-attr-name.tnef", "spaconsole2.cfg", 8387, BASELINES "spaconsole2.cfg.baseline" },
	{ TNEF_FILES "unicode-mapi-attr-name.tnef", "image001.png", 3815, BASELINES "image001.png.baseline" },
	{ TNEF_FILES "unicode-mapi-attr-name.tnef", "image002.png", 3573, BASELINES "image002.png.baseline" },
	{ TNEF_FILES "unicode-mapi-attr-name.tnef", "image003.png", 3792, BASELINES "image003.png.baseline" },
	{ TNEF_FILES "unicode-mapi-attr.tnef", "example.dat", 1024, BASELINES "example.dat.baseline" },
	{ "tnef/tnef/tests/cmdline/test.tnef", "AUTHORS", 244, "tnef/tnef/tests/cmdline/AUTHORS.baseline" },
	{ YTNEF "winmail.dat", "zappa_av1.jpg", 2937, YTNEF "results/zappa_av1.jpg" },
	{ YTNEF "winmail.dat", "bookmark.htm", 85805, YTNEF "results/bookmark.htm" },
	{ "tnef/ktnef/autotests/one-file.tnef", "AUTHORS", 244, NULL },
	{ "tnef/ktnef/autotests/two-files.tnef", "AUTHORS", 244, NULL },
	{ "tnef/ktnef/autotests/two-files.tnef", "README", 893, NULL },
	{ "tnef/ktnef/autotests/umlaut-filename.tnef", "d\xc3\xb6" "cument.pdf", 859, NULL },
	{ EXAMPLES "umlaut.tnef", "TBZ PARIV GmbH.jpg", 44764, NULL },
	{ EXAMPLES "umlaut.tnef", "image003.jpg", 1001, NULL },
	{ EXAMPLES "umlaut.tnef", "UmlautAnhang-\xc3\xa4\xc3\xbc\xc3\xb6.txt", 14, NULL },
	{ EXAMPLES "IPM-DistList.tnef", "XXXXnews", 0, NULL },
	{ HMEF "quick-winmail.dat", "quick.doc", 19968, HMEF "quick-contents/quick.doc" },
	{ HMEF "quick-winmail.dat", "quick.html", 428, HMEF "quick-contents/quick.html" },
	{ HMEF "quick-winmail.dat", "quick.pdf", 18638, HMEF "quick-contents/quick.pdf" },
	{ HMEF "quick-winmail.dat", "quick.txt", 235, HMEF "quick-contents/quick.txt" },
	{ HMEF "quick-winmail.dat", "quick.xml", 143, HMEF "quick-contents/quick.xml" },
	{ HMEF "winmail-sample1.dat", "zappa_av1.jpg", 2937, NULL },
	{ HMEF "winmail-sample1.dat", "bookmark.htm", 85805, NULL },
};

/* Samples without attachments, and how much text is in each: subject, then the bodies. */
static const struct {
	const char *file, *subject;
	size_t attachments;
	const char *rtf; /* the file that holds the RTF body */
	const char *in_text;
} bodies[] = {
	{ TNEF_FILES "body.tnef", "Bill of Rights", 0, NULL, "THE BILL OF RIGHTS" },
	{ TNEF_FILES "garbage-at-end.tnef", "", 0, NULL, NULL },
	{ TNEF_FILES "rtf.tnef", "", 0, BASELINES "rtf-body.rtf.baseline", "Compuware Corporation" },
	{ TNEF_FILES "triples.tnef", "Sample Summary", 0, BASELINES "triples-body.rtf.baseline", "Sample description" },
	{ TNEF_FILES "multi-name-property.tnef", "Pfingstmontag", 0, NULL, NULL },
	{ TNEF_FILES "data-before-name.tnef", "", 3, BASELINES "data-before-name-body.rtf.baseline", NULL },
	{ TNEF_FILES "long-filename.tnef", "license file", 1, BASELINES "long-filename-body.rtf.baseline", NULL },
	{ TNEF_FILES "missing-filenames.tnef", "Y2K problem with Add-DT", 4, NULL, NULL },
	{ TNEF_FILES "multi-value-attribute.tnef", "", 1, BASELINES "multi-value-attribute-body.rtf.baseline", "<" },
	{ HMEF "quick-winmail.dat", "", 5, HMEF "quick-contents/message.rtf", "These are five files" },
	{ HMEF "bug52400-winmail-simple.dat", "Testing TNEF Message", 0, NULL, NULL },
	{ EXAMPLES "umlaut.tnef", "", 3, NULL, "</html>" },
};

static bool sample_message(struct arena *arena, const char *file, struct outlook_message *m)
{
	char path[512];
	struct span bytes;

	snprintf(path, sizeof(path), "%s/files/%s", WINNOW_SUITES, file);
	bytes = read_file(arena, path);
	if (bytes.p == NULL) {
		printf("no material: %s\n", path);
		return false;
	}
	assert_true(tnef_read(arena, bytes, &outlook_limits_default, m));
	return true;
}

static const struct outlook_attachment *find(const struct outlook_message *m, const char *name)
{
	for (size_t i = 0; i < m->nattachments; i++) {
		if (span_eq(m->attachments[i].name, span_of(name)))
			return &m->attachments[i];
	}
	return NULL;
}

static void lists_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(listed) / sizeof(*listed); i++) {
		struct arena *arena = arena_new(0);
		struct outlook_message m;
		const struct outlook_attachment *a;
		char path[512];

		if (sample_message(arena, listed[i].file, &m)) {
			a = find(&m, listed[i].name);
			if (a == NULL)
				fail_msg("%s: no %s", listed[i].file, listed[i].name);
			assert(a != NULL);
			assert_int_equal(a->data.len, listed[i].size);
			if (listed[i].content != NULL) {
				snprintf(path, sizeof(path), "%s/files/%s", WINNOW_SUITES, listed[i].content);
				assert_true(span_eq(a->data, read_file(arena, path)));
			}
		}
		arena_free(&arena);
	}
}

static void reads_bodies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct arena *arena = arena_new(0);
		struct outlook_message m;
		char path[512];

		if (sample_message(arena, bodies[i].file, &m)) {
			equal(m.subject, bodies[i].subject);
			assert_int_equal(m.nattachments, bodies[i].attachments);
			if (bodies[i].rtf != NULL) {
				snprintf(path, sizeof(path), "%s/files/%s", WINNOW_SUITES, bodies[i].rtf);
				assert_true(span_eq(m.rtf, read_file(arena, path)));
			}
			if (bodies[i].in_text != NULL && !span_has(m.text, span_of(bodies[i].in_text)) && !span_has(m.html, span_of(bodies[i].in_text)) &&
			    !span_has(m.rtf_text, span_of(bodies[i].in_text)))
				fail_msg("%s: no \"%s\"", bodies[i].file, bodies[i].in_text);
		}
		arena_free(&arena);
	}
}

static void refuses_broken(void **state)
{
	static const char *const files[] = { YTNEF "ytnef-oob-TNEFVersion-SwapWord", HMEF "oom.tnef", EXAMPLES "minimal_attachment.tnef" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct arena *arena = arena_new(0);
		struct outlook_message m;

		if (sample_message(arena, files[i], &m)) {
			assert_true(m.broken);
			assert_true(arena_used(arena) < 1 << 20);
		}
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all),     cmocka_unit_test(survives_cuts), cmocka_unit_test(keeps_limits),
		cmocka_unit_test(becomes_parts), cmocka_unit_test(composes_what_parses), cmocka_unit_test(unpacks_rtf),
		cmocka_unit_test(reads_rtf),     cmocka_unit_test(lists_samples), cmocka_unit_test(reads_bodies),
		cmocka_unit_test(refuses_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
