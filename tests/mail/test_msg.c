/* Outlook messages: other projects' samples with their listings. */
#include "../inspect/inside.h"

#include "mail/msg.h"
#include "mail/message.h"

#define HSMF "files/msg/poi/test-data/hsmf/"
#define EOM "files/msg/email-outlook-message/t/files/"

static void equal(struct span got, const char *want, const char *what)
{
	if (!span_eq(got, span_of(want)))
		fail_msg("%s: \"%.*s\" instead of \"%s\"", what, SPAN_ARG(got), want);
}

/* Subject, sender, number of attachments, the first one's name and size; something in the text. */
static const struct {
	const char *file, *subject, *from, *text;
	size_t attachments;
	const char *name;
	size_t size;
} rows[] = {
	{ EOM "charset.msg", "PST Export - Embedded Email Test", "Joseph Q Bloggs", "", 0, NULL, 0 },
	{ EOM "gpg_signed.msg", "Test for MSGConvert", "Matijs van Zuijlen", "", 1, "", 827 },
	{ EOM "plain_jpeg_attached.msg", "test", "Matijs van Zuijlen", "", 1, "test.jpg", 7681 },
	{ EOM "plain_uc_unsent.msg", "Test for MSGConvert -- plain text", "Test User", "", 0, NULL, 0 },
	{ EOM "plain_uc_wc_unsent.msg", "Test for MSGConvert -- plain text", "Test User", "", 0, NULL, 0 },
	{ EOM "plain_unsent.msg", "Test for MSGConvert -- plain text", "Test User", "This is a test", 0, NULL, 0 },
	{ "files/msg/hfig-mapi/tests/_files/Swetlana.msg", "Swetlana Novikova", "Shkolnik M.I.", "", 0, NULL, 0 },
	{ "files/msg/hfig-mapi/tests/_files/sample.msg", "Testing Manuel Lemos' MIME E-mail composing and sending PHP class: HTML message", "mlemos", "", 3, "attachment.txt", 64 },
	{ "files/msg/msg-extractor/example-msg-files/strangeDate.msg", "MSG Test File", "", "", 0, NULL, 0 },
	{ "files/msg/msg-extractor/example-msg-files/export-results/strangeDate.msg", "MSG Test File", "", "", 0, NULL, 0 },
	{ HSMF "51873.msg", "Test with Olk10SideProps_ Chunk", "", "", 0, NULL, 0 },
	{ HSMF "53784_fails.msg", "Draft to La Tetra", "PA History Mailbox", "", 0, NULL, 0 },
	{ HSMF "53784_succeeds.msg", "HAC Annual Report", "Ashley, Carl E (PACE)", "", 0, NULL, 0 },
	{ HSMF "58214_with_attachment.msg", "Master mail", "Bertrand Beyssac", "", 1, "Untitled Attachment", 0 },
	{ HSMF "58214_extracted_attachment.msg", "Test mail attachment", "Bertrand Beyssac", "", 0, NULL, 0 },
	{ HSMF "ASCII_CP1251_LCID1049.msg", "Subject \xd0\xb0\xd0\xb2\xd1\x82\xd0\xbe\xd0\xbc\xd0\xb0\xd1\x82\xd0\xb8\xd1\x87\xd0\xb5\xd1\x81\xd0\xba\xd0\xb8 Subject", "", "", 0, NULL, 0 },
	{ HSMF "ASCII_UTF-8_CP1252_LCID1031.msg", "Subject \xc3\xb6\xc3\xa4\xc3\xbc Subject", "", "", 0, NULL, 0 },
	{ HSMF "ASCII_UTF-8_CP1252_LCID1031_HTML.msg", "Subject \xc3\xb6\xc3\xa4\xc3\xbc Subject", "", "", 0, NULL, 0 },
	{ HSMF "HTMLBodyBinary_UTF-8.msg", "Subject \xc3\xb6\xc3\xa4\xc3\xbc Subject", "", "", 0, NULL, 0 },
	{ HSMF "attachment_msg_inlineImg.msg", "How to use and check database files from device", "Angela Deng", "", 4, "image001.png", 25862 },
	{ HSMF "attachment_msg_pdf.msg", "test email", "Nick Booth", "", 2, "Test Attachment", 0 },
	{ HSMF "attachment_test_msg.msg", "test pi\xc3\xa8" "ce jointe 1", "Nicolas1 23456", "", 2, "test-unicode.doc", 24064 },
	{ HSMF "blank.msg", "", "", "", 0, NULL, 0 },
	{ HSMF "bug66335.msg", "Deine Bestellbest\xc3\xa4tigung vom 13-09-2018", "Udemy", "", 0, NULL, 0 },
	{ HSMF "example_received_regular.msg", "This is a test message please ignore", "Mike Farman", "", 1, "alfresco.gif", 16174 },
	{ HSMF "example_received_unicode.msg", "This is a test message please ignore", "Mike Farman", "", 1, "alfresco.gif", 16174 },
	{ HSMF "example_sent_regular.msg", "This is a test message please ignore", "Mike Farman", "", 1, "alfresco.gif", 16174 },
	{ HSMF "example_sent_unicode.msg", "This is a test message please ignore", "Mike Farman", "", 1, "alfresco.gif", 16174 },
	{ HSMF "no_recipient_address.msg", "Welcome to Microsoft Office Outlook 2003", "Microsoft Outlook 2003 Team", "", 11, "1.jpg", 1969 },
	{ HSMF "quick.msg", "Test the content transformer", "Kevin Roast", "The quick brown fox jumps over the lazy dog", 0, NULL, 0 },
	{ HSMF "simple_test_msg.msg", "test message", "Travis Ferguson", "This is a test message.", 0, NULL, 0 },
	{ HSMF "msgClassStickyNote.msg", "This is a note about the quick brown fox", "", "", 0, NULL, 0 },
	{ HSMF "outlook_30_msg.msg", "IN-SPIRE servers going down for a bit, back up around 8am", "Cramer, Nick", "", 0, NULL, 0 },
};

static void reads_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena *arena = arena_new(0);
		struct span bytes = inside_suite(arena, rows[i].file);
		struct outlook_message m;

		if (bytes.p != NULL) {
			assert_true(msg_read_file(arena, bytes, &outlook_limits_default, &m));
			equal(m.subject, rows[i].subject, rows[i].file);
			equal(m.from_name, rows[i].from, rows[i].file);
			if (!span_has(m.text, span_of(rows[i].text)))
				fail_msg("%s: no \"%s\"", rows[i].file, rows[i].text);
			assert_int_equal(m.nattachments, rows[i].attachments);
			if (rows[i].name != NULL) {
				equal(m.attachments[0].name, rows[i].name, rows[i].file);
				assert_int_equal(m.attachments[0].data.len, rows[i].size);
			}
		}
		arena_free(&arena);
	}
}

static void reads_broken(void **state)
{
	static const char *const files[] = { HSMF "clusterfuzz-testcase-minimized-POIHSMFFuzzer-4735011465854976.msg", HSMF "clusterfuzz-testcase-minimized-POIHSMFFuzzer-4848576776503296.msg",
		                             HSMF "clusterfuzz-testcase-minimized-POIHSMFFuzzer-5336473854148608.msg" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct arena *arena = arena_new(0);
		struct span bytes = inside_suite(arena, files[i]);
		size_t before = arena_used(arena);
		struct outlook_message m;

		if (bytes.p != NULL) {
			(void)!msg_read_file(arena, bytes, &outlook_limits_default, &m);
			assert_true(arena_used(arena) - before < 4194304);
		}
		arena_free(&arena);
	}
}

/* Composed and parsed again: fields, text, attachments and the message inside are those of the original. */
static void composes(void **state)
{
	struct url_context *urls = url_context_new();
	struct arena *arena = arena_new(0);
	struct span bytes = inside_suite(arena, HSMF "attachment_msg_pdf.msg");
	struct outlook_message m;
	const struct message *back;

	(void)state;
	message_init();
	if (bytes.p != NULL && msg_read_file(arena, bytes, &outlook_limits_default, &m)) {
		back = message_parse(arena, outlook_compose(arena, &m, 1 << 20), &message_limits_default, urls);
		equal(back->subject, "test email", "composed");
		assert_int_equal(back->nattachments, 2);
		for (size_t i = 0; i < back->nparts; i++) {
			if (back->parts[i].kind == PART_MESSAGE)
				equal(back->parts[i].inner->subject, "Test Attachment", "inner");
			if (back->parts[i].kind == PART_ATTACHMENT)
				assert_int_equal(back->parts[i].body.len, 13539);
		}
	}
	arena_free(&arena);
	url_context_free(&urls);
}

/* Our own small one: everything a message can have. It is a seed of the fuzzers as well. */
static void reads_own(void **state)
{
	struct arena *arena = arena_new(0);
	struct span bytes = inside_file(arena, WINNOW_SOURCE "/corpus/fuzz/msg/all");
	struct outlook_message m;
	struct contents c;
	int32_t message;

	(void)state;
	assert_true(msg_read_file(arena, bytes, &outlook_limits_default, &m));
	assert_false(m.broken);
	equal(m.subject, "subject", "own");
	equal(m.text, "plain text", "own");
	equal(m.rtf_text, "hello world", "own");
	assert_int_equal(m.nrecipients, 1);
	equal(m.recipients[0].address, "ben@example.net", "own");
	assert_int_equal(m.nattachments, 2);
	equal(m.attachments[0].data, "hello", "own");
	equal(m.attachments[1].message->text, "inner text", "own");
	inside_read(arena, bytes, "a.msg", &c);
	inside_facts(&c, CONTENT_BIT(OUTLOOK_MESSAGE), "own");
	message = contents_find(&c, 0, CONTENT_MESSAGE);
	assert_int_equal(message, 1);
	assert_true(contents_find(&c, message, CONTENT_TEXT) > 0);
	assert_true(contents_find(&c, message, CONTENT_HEADERS) > 0);
	assert_true(contents_find(&c, message, CONTENT_MESSAGE) > 0);
	equal(inside_item(&c, "a.txt")->bytes, "hello", "own");
	for (size_t n = 0; n < bytes.len; n += 7)
		(void)!msg_read_file(arena, arena_copy(arena, span_sub(bytes, 0, n)), &outlook_limits_default, &m);
	arena_free(&arena);
}

/* In a message it is an attached message: checks, rules and learning see it. */
static void becomes_a_part(void **state)
{
	struct url_context *urls = url_context_new();
	struct arena *arena = arena_new(0);
	struct buf b = BUF_INIT(arena);
	const struct message *m;

	(void)state;
	message_init();
	buf_str(&b, "From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: application/vnd.ms-outlook; name=a.msg\r\nContent-Transfer-Encoding: binary\r\n\r\n");
	buf_add(&b, inside_file(arena, WINNOW_SOURCE "/corpus/fuzz/msg/all"));
	m = message_parse(arena, buf_span(&b), &message_limits_default, urls);
	assert_int_equal(m->nparts, 2);
	assert_int_equal(m->parts[0].kind, PART_ATTACHMENT);
	assert_int_equal(m->parts[1].kind, PART_MESSAGE);
	assert_non_null(m->parts[1].inner);
	equal(m->parts[1].inner->subject, "x", "the transport's subject");
	assert_true(span_has(m->parts[1].inner->text, SPAN_LIT("plain text")));
	assert_int_equal(m->parts[1].inner->nattachments, 2);
	arena_free(&arena);
	url_context_free(&urls);
}

/* Streams that share their sectors do not make much of little: 59 of 51,200 bytes in a file of 60,000. */
static void reads_shared_sectors_bounded(void **state)
{
	enum { FOLDERS = 15, DATA = 100, END = 0xfffffffe };
	struct arena *arena = arena_new(0);
	struct buf b = BUF_INIT(arena);
	struct ole o;
	size_t sum = 0;

	(void)state;
	buf_add(&b, SPAN_LIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"));
	inside_le(&b, 0, 22), inside_le(&b, 9, 2), inside_le(&b, 0, 16), inside_le(&b, 1, 4), inside_le(&b, 0, 4), inside_le(&b, 0, 4), inside_le(&b, END, 4);
	inside_le(&b, 0, 4), inside_le(&b, END, 4), inside_le(&b, 0, 8);
	while (b.len < 512)
		inside_le(&b, 0xffffffff, 4);
	inside_le(&b, END, 4); /* the table itself, the directory, the data */
	for (unsigned i = 1; i < 1 + FOLDERS + DATA; i++)
		inside_le(&b, i == FOLDERS || i == FOLDERS + DATA ? END : i + 1, 4);
	while (b.len < 1024)
		inside_le(&b, 0xffffffff, 4);
	for (unsigned i = 0; i < FOLDERS * 4; i++) {
		inside_le(&b, 'a', 2), inside_le(&b, 0, 62), inside_le(&b, 4, 2), inside_le(&b, i == 0 ? 5 : 2, 1), inside_le(&b, 0, 1);
		inside_le(&b, 0xffffffff, 4), inside_le(&b, 0xffffffff, 4), inside_le(&b, 0xffffffff, 4), inside_le(&b, 0, 36);
		inside_le(&b, i == 0 ? END : 1 + FOLDERS, 4), inside_le(&b, i == 0 ? 0 : (uint64_t)DATA * 512, 8);
	}
	inside_le(&b, 0, (unsigned)DATA * 512);
	assert_true(ole_open(arena, buf_span(&b), &o));
	assert_int_equal(o.n, FOLDERS * 4);
	assert_int_equal(ole_stream(&o, 1).len, DATA * 512);
	for (int32_t i = 2; i < FOLDERS * 4; i++)
		sum += ole_stream(&o, i).len;
	assert_true(sum > 0 && sum <= b.len * 8 + 65536);
	assert_true(o.broken);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_samples), cmocka_unit_test(reads_broken), cmocka_unit_test(composes), cmocka_unit_test(reads_own), cmocka_unit_test(becomes_a_part),
		cmocka_unit_test(reads_shared_sectors_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
