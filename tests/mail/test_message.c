#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "mail/message.h"

#define TOP "From: a@example.com\r\nTo: b@example.com\r\nSubject: s\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\nMessage-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n"
#define MIXED TOP "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define TEXT TOP "Content-Type: text/plain; charset=utf-8\r\n"
#define PART(fields, body) "--b\r\n" fields "\r\n" body "\r\n"
#define FILE_PART(fields) PART("Content-Type: application/octet-stream\r\n" fields, "x")
#define END "--b--\r\n"
#define A10 "aaaaaaaaaa"
#define A100 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define A400 A100 A100 A100 A100
#define A1200 A400 A400 A400

static struct url_context *urls;

static const struct message *parse(struct arena *arena, struct span raw)
{
	return message_parse(arena, raw, &message_limits_default, urls);
}

/* Mails that are as they should be: no fact at all. */
static const struct span clean[] = {
	SPAN_LIT(TEXT "\r\nHello\r\n"),
	SPAN_LIT(MIXED PART("Content-Type: text/plain; charset=\"utf-8\"\r\n", "hello\xc3\xa4") FILE_PART("Content-Disposition: attachment; filename=a.bin\r\n") END),
	SPAN_LIT(MIXED "This is a multi-part message in MIME format.\r\n" PART("", "plain") END "\r\n"),
	SPAN_LIT(TOP "Content-Type: multipart/mixed;\r\n boundary=\"----=_Next (part)\"\r\n\r\n------=_Next (part)\r\n\r\nx\r\n------=_Next (part)--\r\n"),
	SPAN_LIT(TEXT "Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n"),
	SPAN_LIT(TEXT "Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\n c=C3=A4\r\n"),
	SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment; filename*=utf-8''%C3%A4.bin\r\n") END),
	SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment; filename=\"offer 1/2\r\n\tof May.bin\"\r\n") END),
	SPAN_LIT(MIXED PART("Content-Type: message/rfc822\r\n", TOP "\r\ninner") END),
	SPAN_LIT(TEXT "\r\n--\r\nsignature\r\n"),
	SPAN_LIT("From: a@example.com\r\n\r\n"),
};

static void test_clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++) {
		struct arena *arena = arena_new(0);
		const struct message *m = parse(arena, clean[i]);

		for (int f = 0; f < FACT_N; f++) {
			if (m->facts.count[f] != 0)
				fail_msg("row %zu: %s", i, fact_name((enum fact)f));
		}
		arena_free(&arena);
	}
}

/* One mail for each fact (several where there are several ways to it). */
static const struct {
	enum fact fact;
	struct span raw;
} oddities[] = {
	{ FACT_EMPTY_MESSAGE, SPAN_LIT("") },
	{ FACT_NO_HEADER_END, SPAN_LIT("From: a@example.com\r\n") },
	{ FACT_NO_HEADER_END, SPAN_LIT(MIXED "--b\r\nContent-Type: text/plain\r\n" END) },
	{ FACT_BARE_LF, SPAN_LIT(TEXT "\r\na\nb\r\n") },
	{ FACT_BARE_CR, SPAN_LIT(TEXT "\r\na\rb\r\n") },
	{ FACT_NUL_BYTE, SPAN_LIT(TEXT "\r\na\0b\r\n") },
	{ FACT_LONG_LINE, SPAN_LIT(TEXT "\r\n" A1200 "\r\n") },
	{ FACT_MBOX_FROM_LINE, SPAN_LIT("From a@b Mon Jan  1 00:00:00 2024\r\n" TEXT "\r\nx") },
	{ FACT_HEADER_MALFORMED_LINE, SPAN_LIT("junk\r\n" TEXT "\r\nx") },
	{ FACT_HEADER_MALFORMED_LINE, SPAN_LIT(MIXED "--b\r\n\r\nContent-Type: text/plain\r\n\r\nx\r\n" END) },
	{ FACT_HEADER_NAME_BAD, SPAN_LIT("X-A : b\r\n" TEXT "\r\nx") },
	{ FACT_HEADER_EMPTY_FOLD, SPAN_LIT("X-A: b\r\n \r\n" TEXT "\r\nx") },
	{ FACT_HEADER_RAW_8BIT, SPAN_LIT("X-A: \xe4\r\n" TEXT "\r\nx") },
	{ FACT_HEADER_UTF8, SPAN_LIT("X-A: \xc3\xa4\r\n" TEXT "\r\nx") },
	{ FACT_HEADER_BAD_ENCODED_WORD, SPAN_LIT("X-A: =?utf-8?q?a\r\n" TEXT "\r\nx") },
	{ FACT_HEADER_CONTROL_CHAR, SPAN_LIT("X-A: a\bb\r\n" TEXT "\r\nx") },
	{ FACT_DUPLICATE_FROM, SPAN_LIT("From: c@example.com\r\n" TEXT "\r\nx") },
	{ FACT_DUPLICATE_SUBJECT, SPAN_LIT("Subject: t\r\n" TEXT "\r\nx") },
	{ FACT_DUPLICATE_DATE, SPAN_LIT("Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n" TEXT "\r\nx") },
	{ FACT_DUPLICATE_MESSAGE_ID, SPAN_LIT("Message-ID: <2@example.com>\r\n" TEXT "\r\nx") },
	{ FACT_DUPLICATE_TO, SPAN_LIT("To: c@example.com\r\n" TEXT "\r\nx") },
	{ FACT_DUPLICATE_REPLY_TO, SPAN_LIT("Reply-To: c@example.com\r\nReply-To: d@example.com\r\n" TEXT "\r\nx") },
	{ FACT_DUPLICATE_SENDER, SPAN_LIT("Sender: c@example.com\r\nSender: d@example.com\r\n" TEXT "\r\nx") },
	{ FACT_DUPLICATE_CONTENT_TYPE, SPAN_LIT("Content-Type: text/html\r\n" TEXT "\r\nx") },
	{ FACT_DUPLICATE_MIME_HEADER, SPAN_LIT(MIXED FILE_PART("Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n") END) },
	{ FACT_DUPLICATE_MIME_HEADER, SPAN_LIT(MIXED FILE_PART("Content-ID: <1>\r\nContent-ID: <2>\r\n") END) },
	{ FACT_ADDRESS_BAD, SPAN_LIT("Cc: <<<>\r\n" TEXT "\r\nx") },
	{ FACT_DATE_BAD, SPAN_LIT("Date: yesterday\r\nSubject: x\r\n\r\nx") },
	{ FACT_MIME_VERSION_MISSING, SPAN_LIT("Content-Type: text/plain\r\n\r\nx") },
	{ FACT_CONTENT_TYPE_BAD, SPAN_LIT(TOP "Content-Type: text\r\n\r\nx") },
	{ FACT_CONTENT_TYPE_BAD, SPAN_LIT(TOP "Content-Type: \"text/plain\"\r\n\r\nx") },
	{ FACT_CONTENT_TYPE_BAD, SPAN_LIT(TOP "Content-Type: text/\r\n\r\nx") },
	{ FACT_CONTENT_TYPE_BAD, SPAN_LIT(TOP "Content-Type: ultipart/mixed\r\n\r\nx") },
	{ FACT_CONTENT_TYPE_BAD, SPAN_LIT(TOP "Content-Type: x-multipart/mixed; boundary=b\r\n\r\nx") },
	{ FACT_CONTENT_TYPE_CONFLICT, SPAN_LIT(TOP "Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n") },
	{ FACT_CONTENT_TYPE_CONFLICT, SPAN_LIT(TOP "Content-Type: multipart/mixed; boundary=a; boundary*=us-ascii''b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n") },
	{ FACT_PARAMETER_BAD, SPAN_LIT(TOP "Content-Type: text/plain; charset\r\n\r\nx") },
	{ FACT_PARAMETER_BAD, SPAN_LIT(TOP "Content-Type: text/plain; charset=\"utf-8\r\n\r\nx") },
	{ FACT_PARAMETER_BAD, SPAN_LIT(TOP "Content-Type: text/plain; charset=\"utf-8\"x\r\n\r\nx") },
	{ FACT_PARAMETER_BAD, SPAN_LIT(TOP "Content-Type: text/plain charset=utf-8\r\n\r\nx") },
	{ FACT_PARAMETER_BAD, SPAN_LIT(TOP "Content-Type: text/plain; =utf-8\r\n\r\nx") },
	{ FACT_BOUNDARY_MISSING, SPAN_LIT(TOP "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n") },
	{ FACT_BOUNDARY_MISSING, SPAN_LIT(TEXT "\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n") },
	{ FACT_BOUNDARY_BAD, SPAN_LIT(TOP "Content-Type: multipart/mixed; boundary=\"b*b\"\r\n\r\n--b*b\r\n\r\nx\r\n--b*b--\r\n") },
	{ FACT_BOUNDARY_BAD, SPAN_LIT(TOP "Content-Type: multipart/mixed; boundary=\"" A100 "\"\r\n\r\n--" A100 "\r\n\r\nx\r\n") },
	{ FACT_BOUNDARY_BAD, SPAN_LIT(TOP "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\nx\r\n") },
	{ FACT_BOUNDARY_UNUSED, SPAN_LIT(TOP "Content-Type: multipart/mixed; boundary=c\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n") },
	{ FACT_BOUNDARY_UNCLOSED, SPAN_LIT(MIXED PART("", "x")) },
	{ FACT_BOUNDARY_UNCLOSED, SPAN_LIT(MIXED PART("Content-Type: multipart/mixed; boundary=c\r\n", "--c\r\n\r\nx") END) },
	{ FACT_BOUNDARY_PREFIX, SPAN_LIT(MIXED PART("Content-Type: multipart/mixed; boundary=bc\r\n", "--bc\r\n\r\nx\r\n--bc--") END) },
	{ FACT_BOUNDARY_PREFIX, SPAN_LIT(MIXED PART("", "x\r\n--b junk\r\n\r\nx") END) },
	{ FACT_PREAMBLE_LARGE, SPAN_LIT(MIXED A400 "\r\n" PART("", "x") END) },
	{ FACT_EPILOGUE_LARGE, SPAN_LIT(MIXED PART("", "x") END A400) },
	{ FACT_EPILOGUE_LARGE, SPAN_LIT(MIXED PART("Content-Type: multipart/mixed; boundary=c\r\n", "--c\r\n\r\nx\r\n--c--\r\n" A400) END) },
	{ FACT_PART_EMPTY_MULTIPART, SPAN_LIT(MIXED END) },
	{ FACT_ENCODING_UNKNOWN, SPAN_LIT(TEXT "Content-Transfer-Encoding: rot13\r\n\r\nx") },
	{ FACT_ENCODING_UNKNOWN, SPAN_LIT(TEXT "Content-Transfer-Encoding: base64, base64\r\n\r\nx") },
	{ FACT_ENCODING_UNKNOWN, SPAN_LIT(TEXT "Content-Transfer-Encoding: base64; x=y\r\n\r\nSGVsbG8=") },
	{ FACT_ENCODING_ON_COMPOSITE, SPAN_LIT("Content-Transfer-Encoding: base64\r\n" MIXED PART("", "x") END) },
	{ FACT_ENCODING_ON_COMPOSITE, SPAN_LIT(MIXED PART("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n", "U3ViamVjdDogeAoKeQo=") END) },
	{ FACT_BASE64_BAD_CHAR, SPAN_LIT(TEXT "Content-Transfer-Encoding: base64\r\n\r\nSGV#sbG8=\r\n") },
	{ FACT_BASE64_BAD_PADDING, SPAN_LIT(TEXT "Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8\r\n") },
	{ FACT_BASE64_BAD_PADDING, SPAN_LIT(TEXT "Content-Transfer-Encoding: base64\r\n\r\nSGVsbA=\r\n") },
	{ FACT_BASE64_BAD_PADDING, SPAN_LIT(TEXT "Content-Transfer-Encoding: base64\r\n\r\nSGVsbA==SGVs\r\n") },
	{ FACT_BASE64_BAD_PADDING, SPAN_LIT(TEXT "Content-Transfer-Encoding: base64\r\n\r\nS=GVs\r\n") },
	{ FACT_QP_BAD, SPAN_LIT(TEXT "Content-Transfer-Encoding: quoted-printable\r\n\r\na=zz\r\n") },
	{ FACT_QP_BAD, SPAN_LIT(TEXT "Content-Transfer-Encoding: quoted-printable\r\n\r\na=3d=3D\r\n") },
	{ FACT_UUENCODE_IN_TEXT, SPAN_LIT(TEXT "\r\nsee\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n") },
	{ FACT_EIGHT_BIT_IN_7BIT, SPAN_LIT(TEXT "Content-Transfer-Encoding: 7bit\r\n\r\n\xc3\xa4\r\n") },
	{ FACT_CHARSET_UNKNOWN, SPAN_LIT(TOP "Content-Type: text/plain; charset=x-unheard-of\r\n\r\n\xc3\xa4\r\n") },
	{ FACT_CHARSET_BAD_BYTES, SPAN_LIT(TEXT "\r\n\xc3\r\n") },
	{ FACT_CHARSET_MISSING_8BIT, SPAN_LIT(TOP "Content-Type: text/plain\r\n\r\n\xc3\xa4\r\n") },
	{ FACT_CHARSET_UTF7, SPAN_LIT(TOP "Content-Type: text/plain; charset=utf-7\r\n\r\n+AGE-\r\n") },
	{ FACT_TEXT_ZERO_WIDTH, SPAN_LIT(TEXT "\r\nvia\xe2\x80\x8bgra\r\n") },
	{ FACT_TEXT_ZERO_WIDTH, SPAN_LIT(TEXT "\r\nvi\xc2\xad" "agra\r\n") },
	{ FACT_TEXT_ZERO_WIDTH, SPAN_LIT(TEXT "\r\nvi\xe2\x80\x8d" "agra\r\n") },
	{ FACT_TEXT_BIDI_OVERRIDE, SPAN_LIT(TEXT "\r\n\xe2\x80\xae" "fdp.exe\r\n") },
	{ FACT_HTML_BAD, SPAN_LIT(TOP "Content-Type: text/html; charset=utf-8\r\n\r\n<p>x<!-- never closed") },
	{ FACT_NAME_CONFLICT, SPAN_LIT(MIXED PART("Content-Type: application/octet-stream; name=a.txt\r\nContent-Disposition: attachment; filename=a.exe\r\n", "x") END) },
	{ FACT_NAME_CONFLICT, SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment; filename=a.txt; filename=a.exe\r\n") END) },
	{ FACT_NAME_BIDI_OVERRIDE, SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment; filename*=utf-8''a%E2%80%AEtxt.exe\r\n") END) },
	{ FACT_NAME_CONTROL_CHAR, SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment; filename=\"../a.txt\"\r\n") END) },
	{ FACT_NAME_CONTROL_CHAR, SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment; filename=\"/etc/passwd\"\r\n") END) },
	{ FACT_NAME_CONTROL_CHAR, SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment; filename=\"a\bb\"\r\n") END) },
	{ FACT_TYPE_MISMATCH, SPAN_LIT(MIXED PART("Content-Type: image/png; name=a.png\r\n", "%PDF-1.4 and so on") END) },
	{ FACT_MESSAGE_PART_BROKEN, SPAN_LIT(MIXED PART("Content-Type: message/rfc822\r\n", "no message at all") END) },
	{ FACT_TNEF_BROKEN, SPAN_LIT(MIXED PART("Content-Type: application/ms-tnef\r\n", "\x78\x9f\x3e\x22\1\0\1") END) },
};

static void test_oddities(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(oddities) / sizeof(oddities[0]); i++) {
		struct arena *arena = arena_new(0);
		const struct message *m = parse(arena, oddities[i].raw);

		if (!fact_has(&m->facts, oddities[i].fact))
			fail_msg("row %zu: no %s", i, fact_name(oddities[i].fact));
		arena_free(&arena);
	}
}

/* Facts that need much input, small limits, or another layer. */
static const enum fact elsewhere[] = { FACT_HEADER_TOO_MANY, FACT_HEADER_TOO_LONG, FACT_HEADER_SECTION_TOO_LONG,
	                               FACT_ADDRESS_TOO_MANY, FACT_PARAMETER_TOO_MANY, FACT_PART_TOO_MANY, FACT_PART_TOO_DEEP,
	                               FACT_TEXT_TRUNCATED, FACT_HTML_TOO_DEEP, FACT_LINK_TOO_MANY };

static void test_every_fact_has_a_row(void **state)
{
	bool seen[FACT_N] = { false };

	(void)state;
	for (size_t i = 0; i < sizeof(oddities) / sizeof(oddities[0]); i++)
		seen[oddities[i].fact] = true;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		seen[elsewhere[i]] = true;
	for (int f = 0; f < FACT_N; f++) {
		if (!seen[f])
			fail_msg("no row for %s", fact_name((enum fact)f));
	}
}

static void describe(struct buf *b, const struct message *m)
{
	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];

		buf_printf(b, "%u%c%d %.*s", p->depth, "MRTHA"[p->kind], (int)p->parent, SPAN_ARG(p->type));
		if (p->name.len != 0)
			buf_printf(b, " '%.*s'", SPAN_ARG(p->name));
		if (p->kind != PART_MULTIPART && p->kind != PART_MESSAGE)
			buf_printf(b, " [%.*s]", SPAN_ARG(p->text.len != 0 ? p->text : p->body));
		buf_str(b, "|");
		if (p->inner != NULL) {
			buf_str(b, "{");
			describe(b, p->inner);
			buf_str(b, "}");
		}
	}
}

/* Each part: depth, kind, parent, type, 'name', [text or body]. */
static const struct {
	struct span raw;
	const char *tree;
} trees[] = {
	{ SPAN_LIT(""), "0T-1 text/plain []|" },
	{ SPAN_LIT("just text"), "0T-1 text/plain [just text]|" },
	{ SPAN_LIT(TEXT "\r\nHello\r\n"), "0T-1 text/plain [Hello\r\n]|" },
	{ SPAN_LIT(MIXED "pre" PART("", "x") END), "0T-1 multipart/mixed [pre--b\r\n\r\nx]|" },
	{ SPAN_LIT(MIXED "pre\r\n" PART("", "x") PART("Content-Type: TEXT/HTML\r\n", "<p>y") END "post"),
	  "0M-1 multipart/mixed|1T0 text/plain [x]|1H0 text/html [y]|" },
	{ SPAN_LIT("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n\n--b \t\n\ny\n--b--"),
	  "0M-1 multipart/mixed|1T0 text/plain [x\n]|1T0 text/plain [y]|" },
	{ SPAN_LIT(MIXED PART("Content-Type: multipart/alternative; boundary=\"c d\"\r\n", "--c d\r\n\r\n1\r\n--c d\r\n\r\n2\r\n--c d--") PART("", "3") END),
	  "0M-1 multipart/mixed|1M0 multipart/alternative|2T1 text/plain [1]|2T1 text/plain [2]|1T0 text/plain [3]|" },
	/* the outer delimiter closes what the inner one left open */
	{ SPAN_LIT(MIXED PART("Content-Type: multipart/mixed; boundary=c\r\n", "--c\r\n\r\n1") PART("", "2") END),
	  "0M-1 multipart/mixed|1M0 multipart/mixed|2T1 text/plain [1]|1T0 text/plain [2]|" },
	/* a delimiter inside of a header section ends it */
	{ SPAN_LIT(MIXED "--b\r\nContent-Type: text/html\r\n--b\r\n\r\n2\r\n" END), "0M-1 multipart/mixed|1H0 text/html []|1T0 text/plain [2]|" },
	{ SPAN_LIT(TOP "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\r\n\r\n--ab\r\n\r\nx\r\n--ab--\r\n"),
	  "0M-1 multipart/mixed|1T0 text/plain [x]|" },
	{ SPAN_LIT(TOP "Content-Type: multipart/mixed (comment (nested)); (more) boundary (x) = \"a\\\"b\"\r\n\r\n--a\"b\r\n\r\nx\r\n--a\"b--\r\n"),
	  "0M-1 multipart/mixed|1T0 text/plain [x]|" },
	/* folded inside of quotes; without the semicolon; of two fields the multipart */
	{ SPAN_LIT(TOP "Content-Type: multipart/mixed; boundary=\"a\r\n b\"\r\n\r\n--a b\r\n\r\nx\r\n--a b--\r\n"),
	  "0M-1 multipart/mixed|1T0 text/plain [x]|" },
	{ SPAN_LIT(TOP "Content-Type: multipart/mixed\r\n boundary=\"b\"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"),
	  "0M-1 multipart/mixed|1T0 text/plain [x]|" },
	{ SPAN_LIT("Content-Type: text/html\r\n" MIXED PART("", "x") END), "0M-1 multipart/mixed|1T0 text/plain [x]|" },
	{ SPAN_LIT(MIXED "--b\r\n--b\r\n\r\n1\r\n--b\r\n" END), "0M-1 multipart/mixed|1T0 text/plain [1]|" }, /* nothing is no part */
	{ SPAN_LIT(MIXED "--b\r\nSubject: x\r\n" PART("Content-ID: 1\r\nX-Y: z\r\nContent-Type: text/html\r\n", "2") "--b\r\nlast words"),
	  "0M-1 multipart/mixed|1T0 text/plain []|1H0 text/html [2]|1T0 text/plain [last words]|" },
	{ SPAN_LIT("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nxy\n--b\r\n\r\nz\r\n--b--\n"),
	  "0M-1 multipart/mixed|1T0 text/plain [xy]|1T0 text/plain [z]|" }, /* line ends of two kinds */
	{ SPAN_LIT(TOP "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: i\r\n\r\ni1\r\n--b\r\nContent-Type: text/plain\r\n\r\nt\r\n--b--\r\n"),
	  "0M-1 multipart/digest|1R0 message/rfc822|{0T-1 text/plain [i1]|}1T0 text/plain [t]|" },
	{ SPAN_LIT(MIXED PART("Content-Type: message/rfc822\r\n", "Subject: i\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\n1\r\n--c--") PART("", "2") END),
	  "0M-1 multipart/mixed|1R0 message/rfc822|{0M-1 multipart/mixed|1T0 text/plain [1]|}1T0 text/plain [2]|" },
	{ SPAN_LIT(MIXED PART("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n", "U3ViamVjdDogeAoKeQo=") END),
	  "0M-1 multipart/mixed|1R0 message/rfc822|{0T-1 text/plain [y\n]|}" },
	{ SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment; filename=\"=?utf-8?q?=C3=A4?=.bin\"\r\n") END),
	  "0M-1 multipart/mixed|1A0 application/octet-stream '\xc3\xa4.bin' [x]|" },
	{ SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment;\r\n filename*0*=utf-8'en'%C3%A4%20; filename*1=\"b c\";\r\n filename*2*=%2Ebin\r\n") END),
	  "0M-1 multipart/mixed|1A0 application/octet-stream '\xc3\xa4 b c.bin' [x]|" },
	{ SPAN_LIT(MIXED FILE_PART("Content-Disposition: attachment; filename=plain.bin; filename*=iso-8859-1''%E4.bin\r\n") END),
	  "0M-1 multipart/mixed|1A0 application/octet-stream '\xc3\xa4.bin' [x]|" },
	{ SPAN_LIT(MIXED PART("Content-Type: text/plain; name=my file (1).txt\r\nContent-Disposition: ATTACHMENT\r\n", "x") END),
	  "0M-1 multipart/mixed|1A0 text/plain 'my file (1).txt' [x]|" },
	{ SPAN_LIT(MIXED PART("Content-Type: image/gif\r\nContent-Transfer-Encoding: Base64 (really)\r\n", "R0lGODlh") END),
	  "0M-1 multipart/mixed|1A0 image/gif [GIF89a]|" },
	{ SPAN_LIT(TEXT "Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=\r\n c =  \r\nd=\n=e4"), "0T-1 text/plain [a=b c d\xef\xbf\xbd]|" },
	{ SPAN_LIT(TEXT "Content-Transfer-Encoding: base64\r\n\r\nSG Vs\r\nbA==\r\nbG 8="), "0T-1 text/plain [Helllo]|" },
	{ SPAN_LIT(TEXT "\r\nbefore\r\nbegin 644 a b.txt\r\n#86)C\r\n`\r\nend\r\nafter"),
	  "0T-1 text/plain [before\r\nafter]|1A0 application/octet-stream 'a b.txt' [abc]|" },
	{ SPAN_LIT(TEXT "\r\nbegin 644 a\r\nbut this is text\r\nend\r\n"), "0T-1 text/plain [begin 644 a\r\nbut this is text\r\nend\r\n]|" },
	{ SPAN_LIT(TEXT "Content-Transfer-Encoding: x-uuencode\r\n\r\n\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n"), "0T-1 text/plain 'a.txt' [abc]|" },
	{ SPAN_LIT(TEXT "Content-Transfer-Encoding: uuencode\r\n\r\n#86)C\r\n"), "0T-1 text/plain [abc]|" },
	{ SPAN_LIT(TEXT "\r\nsee\r\n=ybegin line=128 size=3 name=a.bin\r\n\x8b\x8c\x8d\r\n=yend size=3\r\n"),
	  "0T-1 text/plain [see\r\n=ybegin line=128 size=3 name=a.bin\r\n\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\r\n=yend size=3\r\n]|1A0 application/octet-stream 'a.bin' [abc]|" },
	/* without an end the text stays, and hides no other file */
	{ SPAN_LIT(TEXT "\r\nsee\r\n=ybegin name=a\r\nkkk\r\nbegin 644 b\r\n#86)C\r\n`\r\nend\r\nmore"),
	  "0T-1 text/plain [see\r\n=ybegin name=a\r\nkkk\r\nmore]|1A0 application/octet-stream 'a' [AAA]|1A0 application/octet-stream 'b' [abc]|" },
	{ SPAN_LIT(TEXT "\r\nbegin 644 a\r\n#86)C\r\nand this is shown"),
	  "0T-1 text/plain [begin 644 a\r\n#86)C\r\nand this is shown]|1A0 application/octet-stream 'a' [abc]|" },
	{ SPAN_LIT(TEXT "Content-Transfer-Encoding: base64; x=y\r\n\r\nSGVsbG8="), "0T-1 text/plain [Hello]|" },
	{ SPAN_LIT(TOP "Content-Type: text/html\r\n\r\n<meta charset='iso-8859-1'><p>\xe4</p>"), "0H-1 text/html [\xc3\xa4\n]|" },
	{ SPAN_LIT(TOP "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\xe4"), "0T-1 text/plain [\xc3\xa4]|" },
};

static void test_trees(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		struct arena *arena = arena_new(0);
		struct buf b = BUF_INIT(arena);

		describe(&b, parse(arena, trees[i].raw));
		if (!span_eq(buf_span(&b), span_of(trees[i].tree)))
			fail_msg("row %zu: %.*s", i, SPAN_ARG(buf_span(&b)));
		arena_free(&arena);
	}
}

static void test_fields(void **state)
{
	struct span raw = SPAN_LIT("From: \"A B\" <a@example.com>\r\nSender: s@example.com\r\nReply-To: r@example.com\r\n"
	                           "To: b@example.com, c@example.com\r\nCc: d@example.com\r\nSubject: =?utf-8?q?=C3=A4?=\r\n x\r\n"
	                           "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\nMIME-Version: 1.0\r\n"
	                           "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	                           PART("", "one") PART("Content-Type: text/html\r\n", "<p>two<span style='display:none'>three</span>")
	                           PART("Content-Type: image/png\r\n", "x") PART("Content-Type: message/rfc822\r\n", "Subject: inner\r\n\r\nfour") END);
	struct arena *arena = arena_new(0);
	const struct message *m = parse(arena, raw);

	(void)state;
	assert_true(span_eq(m->subject, SPAN_LIT("\xc3\xa4 x")));
	assert_int_equal(m->from.n, 1);
	assert_true(span_eq(m->from.v[0].spec, SPAN_LIT("a@example.com")));
	assert_true(span_eq(m->from.v[0].name, SPAN_LIT("A B")));
	assert_int_equal(m->sender.n, 1);
	assert_int_equal(m->reply_to.n, 1);
	assert_int_equal(m->to.n, 2);
	assert_int_equal(m->cc.n, 1);
	assert_int_equal(m->date, 880127706);
	assert_true(span_starts(m->text, SPAN_LIT("one\ntwo")));
	assert_true(span_has(m->text, SPAN_LIT("\nfour")));
	assert_true(span_has(m->hidden_text, SPAN_LIT("three")));
	assert_int_equal(m->nattachments, 2);
	assert_int_equal(m->nparts, 5);
	assert_int_equal(m->parts[4].inner->depth, 1);
	assert_true(span_eq(m->parts[4].inner->subject, SPAN_LIT("inner")));
	assert_true(span_eq(m->parts[4].inner->text, SPAN_LIT("four")));
	assert_true(span_eq(span_from(m->raw, m->body_offset), span_from(raw, m->body_offset)));
	assert_true(span_starts(span_from(raw, m->body_offset), SPAN_LIT("--b\r\n\r\none")));
	arena_free(&arena);
}

static bool has_link(const struct message *m, enum link_source source, const char *host, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nlinks; i++) {
		n += m->links[i].source == source && span_eq(m->links[i].url.host_ascii, span_of(host)) &&
		     span_eq(m->links[i].text, span_of(text));
	}
	return n == 1; /* each once */
}

static void test_links(void **state)
{
	struct span raw = SPAN_LIT("Subject: see http://subject.example.com/\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
	                           PART("", "http://text.example.com/ and again http://text.example.com/")
	                           PART("Content-Type: text/html\r\n",
	                                "<a href='http://a.example.com/'>http://shown.example.com/</a>"
	                                "<a href='http://a.example.com/'>http://shown.example.com/</a>"
	                                "<a href='http://a.example.com/'>other</a> http://written.example.com/ "
	                                "<img src='http://img.example.com/x.png' width=1 height=2>"
	                                "<form action='http://form.example.com/'></form><a href='#top'>top</a>") END);
	struct arena *arena = arena_new(0);
	const struct message *m = parse(arena, raw);

	(void)state;
	assert_true(has_link(m, LINK_SUBJECT, "subject.example.com", ""));
	assert_true(has_link(m, LINK_TEXT, "text.example.com", ""));
	assert_true(has_link(m, LINK_HTML_A, "a.example.com", "http://shown.example.com/"));
	assert_true(has_link(m, LINK_HTML_A, "a.example.com", "other"));
	assert_true(has_link(m, LINK_HTML_TEXT, "written.example.com", ""));
	assert_true(has_link(m, LINK_HTML_IMG, "img.example.com", ""));
	assert_true(has_link(m, LINK_HTML_FORM, "form.example.com", ""));
	assert_int_equal(m->nlinks, 7);
	for (size_t i = 0; i < m->nlinks; i++) {
		if (m->links[i].source == LINK_HTML_IMG) {
			assert_int_equal(m->links[i].width, 1);
			assert_int_equal(m->links[i].height, 2);
			assert_int_equal(m->links[i].part, 2);
		}
	}
	arena_free(&arena);
}

#define ATTACHED "Subject: http://i.example.com/\r\nContent-Type: text/html\r\n\r\n<a href='http://evil.example.com/'>follow</a><b hidden>unseen</b>"
#define IN(type, fields) TOP "Content-Type: multipart/" type "; boundary=b\r\n\r\n" PART("", "first") PART("Content-Type: message/rfc822\r\n" fields, ATTACHED) END

/* Attached messages: what mail programs show is the outermost message's. */
static void test_shown_inline(void **state)
{
	static const struct {
		struct span raw;
		bool shown;
		int part;
	} rows[] = {
		{ SPAN_LIT(TOP "Content-Type: message/rfc822\r\n\r\n" ATTACHED), true, 0 },
		{ SPAN_LIT(TOP "Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n" ATTACHED), true, 0 },
		{ SPAN_LIT(IN("mixed", "")), true, 2 },
		{ SPAN_LIT(IN("mixed", "Content-Disposition: inline\r\n")), true, 2 },
		{ SPAN_LIT(IN("mixed", "Content-Disposition: attachment\r\n")), false, 0 },
		{ SPAN_LIT(IN("report", "")), false, 0 },
		{ SPAN_LIT(IN("digest", "")), false, 0 },
		{ SPAN_LIT(TOP "Content-Type: message/rfc822\r\n\r\n" IN("mixed", "")), true, 0 }, /* two levels */
		{ SPAN_LIT(TOP "Content-Type: message/rfc822\r\n\r\n" IN("report", "")), false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		const struct message *m = parse(arena, rows[i].raw);

		if (span_has(m->text, SPAN_LIT("follow")) != rows[i].shown || span_has(m->hidden_text, SPAN_LIT("unseen")) != rows[i].shown ||
		    has_link(m, LINK_HTML_A, "evil.example.com", "follow") != rows[i].shown)
			fail_msg("row %zu", i);
		for (size_t k = 0; k < m->nlinks; k++)
			assert_int_equal(m->links[k].part, rows[i].part);
		assert_true(span_eq(m->subject, SPAN_LIT("s")));
		arena_free(&arena);
	}
}

/* head, then piece n times ('@' stands for the number, '~' for NUL), then tail; what must be told, and how much memory it may take: base plus times the input. */
static const struct {
	const char *name, *head, *piece, *tail;
	size_t n;
	int fact; /* FACT_N: none in particular */
	size_t base, times;
} hostile[] = {
	{ "nested multiparts", TOP, "Content-Type: multipart/mixed; boundary=@\r\n\r\n--@\r\n", "", 10000, FACT_PART_TOO_DEEP, 400000, 0 },
	{ "nested messages", TOP, "Content-Type: message/rfc822\r\n\r\n", "", 10000, FACT_N, 400000, 0 },
	{ "100,000 parts", MIXED, "--b\r\n\r\nx\r\n", "", 100000, FACT_PART_TOO_MANY, 3000000, 0 },
	{ "1,000,000 parts", MIXED, "--b\n\n", "", 1000000, FACT_PART_TOO_MANY, 3000000, 0 },
	{ "long field", TOP "Subject: ", "a b c d e f g h i j k l m n o p ", "\r\n\r\nx", 50 << 15, FACT_HEADER_TOO_LONG, 400000, 0 },
	{ "long folded field", TOP "Subject:", " a\r\n", "\r\nx", 2 << 20, FACT_HEADER_TOO_LONG, 400000, 0 },
	{ "many fields", "", "A: b\r\n", "\r\nx", 1000000, FACT_HEADER_TOO_MANY, 400000, 0 },
	{ "no fields", "", "no field\r\n", "", 1000000, FACT_HEADER_MALFORMED_LINE, 2000000, 1 },
	{ "groups", "To: ", "a:", "\r\n\r\nx", 60000, FACT_ADDRESS_BAD, 2000000, 8 },
	{ "addresses", "To: ", "a,", "\r\n\r\nx", 32768, FACT_ADDRESS_TOO_MANY, 2000000, 8 },
	{ "encoded words", "Subject: ", "=?utf-8?q?a", "\r\n\r\nx", 37000, FACT_HEADER_BAD_ENCODED_WORD, 1000000, 0 },
	{ "parameters", TOP "Content-Type: text/plain", "; a=b; c=d; e=f; g=h; i=j; k=l; m=n; o=p", "\r\n\r\nx", 50 << 15, FACT_HEADER_TOO_LONG, 1000000, 0 },
	{ "different parameters", TOP "Content-Type: text/plain", "; a@=b", "\r\n\r\nx", 1000, FACT_PARAMETER_TOO_MANY, 1000000, 0 },
	{ "continued parameters", TOP "Content-Type: text/plain", "; a*@*=%41", "\r\n\r\nx", 1000, FACT_PARAMETER_TOO_MANY, 1000000, 0 },
	{ "long boundary", TOP "Content-Type: multipart/mixed; boundary=", "x", "\r\n\r\n--x\r\n", 70 << 10, FACT_BOUNDARY_BAD, 400000, 0 },
	{ "quotes", TOP "Content-Type: text/plain; ", "a\"b(c\\", "\r\n\r\nx", 10000, FACT_PARAMETER_BAD, 1000000, 0 },
	{ "comments", TOP "Content-Type: ", "(", "\r\n\r\nx", 60000, FACT_CONTENT_TYPE_BAD, 400000, 0 },
	{ "broken UTF-8", TEXT "\r\n", "\xe2\x80\xff\xc0", "", 2 << 20, FACT_TEXT_TRUNCATED, 20000000, 0 },
	{ "NULs", TEXT "\r\n", "~~~~~~~~", "", 1 << 20, FACT_NUL_BYTE, 4000000, 0 },
	{ "stray bytes", TEXT "\r\n", "\x80", "", 8 << 20, FACT_CHARSET_BAD_BYTES, 20000000, 0 },
	{ "nested multiparts, dashes behind", TOP "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n", "Content-Type: multipart/mixed; boundary=b@\r\n\r\n--b@\r\n\r\n--a\r\n", "", 100000, FACT_PART_TOO_MANY, 3000000, 0 },
	{ "quoted parameters", MIXED, "--b\r\nContent-Type: text/plain; a=\"1\"; b=\"2\"; c=\"3\"; d=\"4\"; e=\"5\"; f=\"6\"; g=\"7\"; h=\"8\"\r\n\r\nx\r\n", "", 20000, FACT_PART_TOO_MANY, 4000000, 0 },
	{ "encoded boundaries", MIXED, "--b\r\nContent-Type: multipart/mixed; boundary=\"=?utf-8?q?a@\"\r\n\r\n", "", 20000, FACT_PART_TOO_MANY, 4000000, 0 },
	{ "preamble", MIXED, "some words\r\n", "", 2 << 20, FACT_PREAMBLE_LARGE, 4000000, 0 },
	{ "dashes", MIXED, "--\n", "", 2 << 20, FACT_BOUNDARY_UNUSED, 4000000, 0 },
	{ "empty lines", TEXT "\r\n", "\n", "", 8 << 20, FACT_BARE_LF, 4000000, 0 },
	{ "uuencoded files", TEXT "\r\n", "begin 644 x\n#86%A\n", "", 200000, FACT_PART_TOO_MANY, 8000000, 2 },
	{ "begins", TEXT "\r\n", "begin 644 x\n", "", 1 << 20, FACT_TEXT_TRUNCATED, 4000000, 0 },
	{ "padding", TEXT "Content-Transfer-Encoding: base64\r\n\r\n", "=A", "", 4 << 20, FACT_BASE64_BAD_PADDING, 8000000, 1 },
	{ "soft breaks", TEXT "Content-Transfer-Encoding: quoted-printable\r\n\r\n", "=  ", "", 2 << 20, FACT_QP_BAD, 8000000, 1 },
	{ "text", TEXT "\r\n", "some words ", "", 1 << 20, FACT_TEXT_TRUNCATED, 4000000, 0 },
	{ "links", TEXT "\r\n", "http://@.example.com/ ", "", 20000, FACT_LINK_TOO_MANY, 8000000, 0 },
	{ "deep HTML", TOP "Content-Type: text/html\r\n\r\n", "<div>", "", 100000, FACT_HTML_TOO_DEEP, 4000000, 0 },
};

static void add_piece(struct buf *b, const char *piece, size_t number)
{
	if (strpbrk(piece, "@~") == NULL) {
		buf_str(b, piece);
		return;
	}
	for (; *piece != '\0'; piece++) {
		if (*piece == '@')
			buf_printf(b, "%zu", number);
		else
			buf_char(b, *piece == '~' ? '\0' : *piece);
	}
}

static void test_hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct arena *arena = arena_new(0);
		struct buf raw = BUF_INIT(NULL);
		const struct message *m;

		buf_str(&raw, hostile[i].head);
		for (size_t k = 0; k < hostile[i].n; k++)
			add_piece(&raw, hostile[i].piece, k);
		buf_str(&raw, hostile[i].tail);
		m = parse(arena, buf_span(&raw));
		if (hostile[i].fact != FACT_N && !fact_has(&m->facts, (enum fact)hostile[i].fact))
			fail_msg("%s: no %s", hostile[i].name, fact_name((enum fact)hostile[i].fact));
		if (arena_used(arena) > hostile[i].base + hostile[i].times * raw.len)
			fail_msg("%s: %zu bytes of memory for %zu", hostile[i].name, arena_used(arena), raw.len);
		assert_true(utf8_valid(m->text));
		assert_true(m->nparts >= 1 && m->nparts <= message_limits_default.parts);
		buf_free(&raw);
		arena_free(&arena);
	}
}

static const struct message *parse_filler(struct arena *arena, struct buf *raw, const char *head, const char *piece, size_t n, const char *tail)
{
	buf_clear(raw);
	buf_str(raw, head);
	for (size_t i = 0; i < n; i++)
		add_piece(raw, piece, i);
	buf_str(raw, tail);
	return parse(arena, buf_span(raw));
}

#define HTML_HEAD TOP "Content-Type: text/html; charset=utf-8\r\n\r\n"
#define FOLLOW "<a href='http://evil.example.com/'>follow</a>"

static bool has_host(const struct message *m, enum link_source source, const char *host)
{
	for (size_t i = 0; i < m->nlinks; i++) {
		if (m->links[i].source == source && span_eq(m->links[i].url.host_ascii, span_of(host)))
			return true;
	}
	return false;
}

/* Filler hides neither text nor links. */
static void test_filler(void **state)
{
	static const struct {
		const char *head, *piece, *tail;
		size_t n;
		bool text_seen, told;
	} rows[] = {
		/* no text left for other plain text, but for HTML */
		{ MIXED "--b\r\n\r\n", "some words @\r\n", "\r\n" PART("Content-Type: text/html\r\n", FOLLOW) END, 100000, true, false },
		/* no text left for HTML: links are seen all the same */
		{ MIXED "--b\r\nContent-Type: text/html\r\n\r\n", "some words @<br>", "\r\n" PART("Content-Type: text/html\r\n", FOLLOW) END, 100000, false, false },
		/* duplicates and hidden links without text */
		{ HTML_HEAD, "<a href='http://a.example.com/'>x</a>", FOLLOW, 2000, true, false },
		{ HTML_HEAD, "<a href='http://a.example.com/@' style='display:none'></a>", FOLLOW, 2000, true, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new(0);
		struct buf raw = BUF_INIT(NULL);
		const struct message *m = parse_filler(arena, &raw, rows[i].head, rows[i].piece, rows[i].n, rows[i].tail);
		bool told = fact_has(&m->facts, FACT_LINK_TOO_MANY) != 0;

		if (!has_host(m, LINK_HTML_A, "evil.example.com"))
			fail_msg("row %zu: the link is hidden", i);
		if (span_has(m->text, SPAN_LIT("follow")) != rows[i].text_seen || told != rows[i].told)
			fail_msg("row %zu: text %d, told %d", i, span_has(m->text, SPAN_LIT("follow")), told);
		assert_true(m->nlinks <= message_limits_default.links);
		buf_free(&raw);
		arena_free(&arena);
	}
}

/* The levels share one budget of parts, and none is deeper than the limit. */
static unsigned count_parts(const struct message *m, unsigned *depth)
{
	unsigned n = (unsigned)m->nparts;

	*depth = m->depth > *depth ? m->depth : *depth;
	for (size_t i = 0; i < m->nparts; i++)
		n += m->parts[i].inner != NULL ? count_parts(m->parts[i].inner, depth) : 0;
	return n;
}

static void test_budget_is_shared(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf raw = BUF_INIT(NULL);
	unsigned depth = 0;

	(void)state;
	for (int i = 0; i < 10; i++) {
		buf_printf(&raw, "Subject: x\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i);
		for (int k = 0; k < 200; k++)
			buf_printf(&raw, "--b%d\r\n\r\nx\r\n", i);
		buf_printf(&raw, "--b%d\r\nContent-Type: message/rfc822\r\n\r\n", i);
	}
	assert_int_equal(count_parts(parse(arena, buf_span(&raw)), &depth), message_limits_default.parts);
	buf_clear(&raw);
	for (int i = 0; i < 1000; i++)
		buf_str(&raw, "Content-Type: message/rfc822\r\n\r\n");
	assert_int_equal(count_parts(parse(arena, buf_span(&raw)), &depth), message_limits_default.depth);
	assert_int_equal(depth, message_limits_default.depth - 1);
	buf_free(&raw);
	arena_free(&arena);
}

/* What lies behind the last part that the limit allows is kept as an attachment. */
static void test_rest_is_kept(void **state)
{
	struct message_limits limits = message_limits_default;
	struct arena *arena = arena_new(0);
	const struct message *m;

	(void)state;
	limits.parts = 3;
	m = message_parse(arena, SPAN_LIT(MIXED PART("", "1") PART("", "2") PART("", "3") PART("", "evil") END), &limits, urls);
	assert_int_equal(m->nparts, 3);
	assert_int_equal(m->parts[2].kind, PART_ATTACHMENT);
	assert_true(span_starts(m->parts[2].body, SPAN_LIT("2\r\n--b")));
	assert_true(span_has(m->parts[2].body, SPAN_LIT("evil")));
	assert_true(fact_has(&m->facts, FACT_PART_TOO_MANY));
	arena_free(&arena);
}

static struct span read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	long size;
	char *p;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	size = ftell(f);
	rewind(f);
	p = malloc((size_t)size + 1);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)size, f), size);
	fclose(f);
	return span_make(p, (size_t)size);
}

/* The hidden archive lies open as the body of a part. */
static bool archive_found(const struct message *m)
{
	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];

		if (p->kind != PART_MULTIPART && span_starts(p->body, SPAN_LIT("PK\3\4")) && span_has(p->body, SPAN_LIT("eicar.com")) &&
		    span_has(p->body, SPAN_LIT("PK\5\6")))
			return true;
		if (p->inner != NULL && archive_found(p->inner))
			return true;
	}
	return false;
}

/* A fact about MIME, not about what all of these mails have: short addresses, no date, lines that end in LF. */
static bool flagged(const struct message *m)
{
	for (int f = 0; f < FACT_N; f++) {
		if (m->facts.count[f] != 0 && f != FACT_BARE_LF && f != FACT_ADDRESS_BAD && f != FACT_DATE_BAD)
			return true;
	}
	for (size_t i = 0; i < m->nparts; i++) {
		if (m->parts[i].inner != NULL && flagged(m->parts[i].inner))
			return true;
	}
	return false;
}

static void test_mime_is_broken(void **state)
{
	static const char folder[] = WINNOW_SUITES "/mime/mime-is-broken/hide-content.d/new";
	DIR *dir = opendir(folder);
	unsigned total = 0, found = 0, missed = 0;

	(void)state;
	if (dir == NULL) {
		print_message("no material at %s\n", folder);
		return;
	}
	for (struct dirent *e; (e = readdir(dir)) != NULL;) {
		struct arena *arena;
		const struct message *m;
		struct span raw;
		char path[4096];

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		raw = read_file(path);
		arena = arena_new(0);
		m = parse(arena, raw);
		total++;
		if (archive_found(m)) {
			found++;
		} else if (!flagged(m)) {
			print_message("missed: %.*s\n", SPAN_ARG(m->subject));
			missed++;
		}
		arena_free(&arena);
		free((char *)(uintptr_t)raw.p);
	}
	closedir(dir);
	print_message("%u mails: %u archives found, %u flagged\n", total, found, total - found - missed);
	assert_true(total > 300);
	assert_int_equal(missed, 0);
	assert_true(found >= 190);
}

static int set_up(void **state)
{
	(void)state;
	message_init();
	urls = url_context_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	url_context_free(&urls);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),   cmocka_unit_test(test_oddities),
		cmocka_unit_test(test_every_fact_has_a_row), cmocka_unit_test(test_trees),
		cmocka_unit_test(test_fields),  cmocka_unit_test(test_links),
		cmocka_unit_test(test_filler), cmocka_unit_test(test_shown_inline),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_budget_is_shared),
		cmocka_unit_test(test_rest_is_kept), cmocka_unit_test(test_mime_is_broken),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
