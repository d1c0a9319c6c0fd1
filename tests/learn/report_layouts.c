#include "report_layouts.h"

#include <zlib.h>

#define HEAD "From: Anna Winter <anna@example.net>\r\nTo: report-spam@example.net\r\nDate: Thu, 6 Mar 2025 12:00:00 +0100\r\n"
#define MIXED "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"%s\"\r\n\r\n"

static void add_crlf(struct buf *out, struct span s)
{
	while (s.p != NULL && s.len != 0) {
		struct span line = span_split(&s, '\n');

		if (line.len != 0 && line.p[line.len - 1] == '\r')
			line.len--;
		buf_add(out, line);
		buf_str(out, "\r\n");
	}
}

/* One part for each original with these fields, then the end. */
static struct span finish(struct buf *out, const char *boundary, const char *fields, const struct span *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "--%s\r\n%s\r\n", boundary, fields);
		add_crlf(out, v[i]);
		buf_str(out, "\r\n");
	}
	buf_printf(out, "--%s--\r\n", boundary);
	return buf_span(out);
}

/* Thunderbird 60 to 128, "Forward As, Attachment", one mail or several: an empty text part, then message/rfc822 named after the subject. */
static struct span thunderbird(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, HEAD "Message-ID: <b4a1@example.net>\r\nUser-Agent: Mozilla Thunderbird\r\nContent-Language: de-DE\r\nSubject: Fwd: Nur heute\r\n");
	buf_printf(&out, MIXED "This is a multi-part message in MIME format.\r\n", "------------1a2B3c");
	buf_str(&out, "--------------1a2B3c\r\nContent-Type: text/plain; charset=UTF-8; format=flowed\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\r\n\r\n");
	return finish(&out, "------------1a2B3c",
	              "Content-Type: message/rfc822; charset=UTF-8; name=\"Nur heute.eml\"\r\nContent-Disposition: attachment; filename=\"Nur heute.eml\"\r\n"
	              "Content-Transfer-Encoding: 8bit\r\n", v, n);
}

/* Zimbra 8 to 10 webmail, several mails selected, Forward: no transfer encoding, name in both fields. */
static struct span zimbra(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, HEAD "Message-ID: <1.2.1741258800000.JavaMail.zimbra@example.net>\r\nSubject: Fwd: 2 Mails\r\nX-Mailer: Zimbra 10.1.0_GA_4655 (ZimbraWebClient - FF135 (Linux))\r\n"
	           "Thread-Index: abc\r\nThread-Topic: Nur heute\r\n");
	buf_printf(&out, MIXED, "----=_Part_11_22.1741258800000");
	buf_str(&out, "------=_Part_11_22.1741258800000\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\r\n\r\n");
	return finish(&out, "----=_Part_11_22.1741258800000",
	              "Content-Type: message/rfc822; name=\"Nur heute\"\r\nContent-Disposition: attachment; filename=\"Nur heute\"\r\n", v, n);
}

/* Apple Mail, "Forward as Attachment": disposition first, x-unix-mode. */
static struct span apple(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, HEAD "Subject: Fwd: Nur heute\r\nX-Mailer: Apple Mail (2.3826.400.131.1.6)\r\n");
	buf_printf(&out, MIXED, "Apple-Mail=_0A1B");
	return finish(&out, "Apple-Mail=_0A1B",
	              "Content-Disposition: attachment;\r\n\tfilename=\"Nur heute.eml\"\r\nContent-Type: message/rfc822;\r\n\tx-unix-mode=0644;\r\n\tname=\"Nur heute.eml\"\r\n"
	              "Content-Transfer-Encoding: 8bit\r\n", v, n);
}

/* Exchange, an item attached in Outlook and sent as Internet mail: dates in the disposition, no name. */
static struct span exchange(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, HEAD "Subject: WG: Nur heute\r\nThread-Topic: Nur heute\r\nThread-Index: AduN\r\nMessage-ID: <AM0PR0101@AM0PR01.eurprd01.prod.outlook.com>\r\n");
	buf_printf(&out, MIXED, "_004_AM0PR0101_");
	buf_str(&out, "--_004_AM0PR0101_\r\nContent-Type: text/plain; charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe\r\n\r\n");
	return finish(&out, "_004_AM0PR0101_",
	              "Content-Type: message/rfc822\r\nContent-Disposition: attachment;\r\n\tcreation-date=\"Thu, 06 Mar 2025 11:00:00 GMT\";\r\n"
	              "\tmodification-date=\"Thu, 06 Mar 2025 11:00:00 GMT\"\r\n", v, n);
}

/* Microsoft's report add-ins to a reporting mailbox: subject "verdict|network message ID|address|sender|(subject)", the mail as attachment. */
static struct span report_button(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, HEAD "Subject: 3|8f1e2d3c-0000-0000-0000-000000000001|198.51.100.23|angebote@promo-lager.example|(Nur heute)\r\n"
	           "X-Auto-Response-Suppress: All\r\nMessage-ID: <x@AM0PR01.eurprd01.prod.outlook.com>\r\n");
	buf_printf(&out, MIXED, "_002_button_");
	buf_str(&out, "--_002_button_\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n\r\nThe user reported this message as junk.\r\n\r\n");
	return finish(&out, "_002_button_", "Content-Type: message/rfc822\r\nContent-Disposition: attachment; filename=\"Nur heute.eml\"\r\n", v, n);
}

static struct span encoded(struct arena *arena, const char *fields, const char *boundary, const char *type, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, fields);
	buf_printf(&out, MIXED, boundary);
	buf_printf(&out, "--%s\r\nContent-Type: text/plain\r\n\r\nplease look\r\n\r\n", boundary);
	for (size_t i = 0; i < n; i++) {
		struct span body = support_base64(arena, v[i]);

		buf_printf(&out, "--%s\r\n%sContent-Transfer-Encoding: base64\r\n\r\n%.*s\r\n", boundary, type, SPAN_ARG(body));
	}
	buf_printf(&out, "--%s--\r\n", boundary);
	return buf_span(&out);
}

/* A phishing button of an awareness service: octet-stream in base64, told by its name. */
static struct span alert_button(struct arena *arena, const struct span *v, size_t n)
{
	return encoded(arena, HEAD "Subject: [Phish Alert] Nur heute\r\n", "=_alert",
	               "Content-Type: application/octet-stream; name=\"phish_alert_sp2_2.0.0.0.eml\"\r\nContent-Disposition: attachment; filename=\"phish_alert_sp2_2.0.0.0.eml\"\r\n", v, n);
}

/* Gmail, "Forward as attachment": message/rfc822 in base64, which RFC 2046 forbids. */
static struct span gmail(struct arena *arena, const struct span *v, size_t n)
{
	return encoded(arena, HEAD "Subject: Fwd: Nur heute\r\nMessage-ID: <CAB+x@mail.gmail.com>\r\n", "000000000000a1b2",
	               "Content-Type: message/rfc822; name=\"Nur heute.eml\"\r\nContent-Disposition: attachment; filename=\"Nur heute.eml\"\r\nX-Attachment-Id: f_m7\r\n", v, n);
}

/* An .eml saved and attached without a name that tells: by content. */
static struct span nameless(struct arena *arena, const struct span *v, size_t n)
{
	return encoded(arena, HEAD "Subject: spam\r\n", "=_nameless", "Content-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n", v, n);
}

/* A source saved as text file, in quoted-printable. */
static struct span text_file(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, HEAD "Subject: spam\r\n");
	buf_printf(&out, MIXED, "=_text");
	for (size_t i = 0; i < n; i++) {
		struct span body = support_qp(arena, v[i]);

		buf_printf(&out, "--=_text\r\nContent-Type: text/plain; name=\"mail.txt\"\r\nContent-Disposition: attachment; filename=\"mail.txt\"\r\n"
		                 "Content-Transfer-Encoding: quoted-printable\r\n\r\n%.*s\r\n", SPAN_ARG(body));
	}
	buf_str(&out, "--=_text--\r\n");
	return buf_span(&out);
}

/* mutt, MH "forw -mime": multipart/digest, whose parts are mails by default (RFC 2046, 5.1.5). */
static struct span digest(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, HEAD "Subject: digest\r\nMIME-Version: 1.0\r\nContent-Type: multipart/digest; boundary=\"=_digest\"\r\n\r\n");
	return finish(&out, "=_digest", "", v, n);
}

/* RFC 5965, appendix B. */
static struct span feedback(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, HEAD "Subject: FW: Nur heute\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"=_arf\"\r\n\r\n"
	           "--=_arf\r\nContent-Type: text/plain; charset=\"US-ASCII\"\r\n\r\nThis is an email abuse report.\r\n\r\n"
	           "--=_arf\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\n\r\n");
	return finish(&out, "=_arf", "Content-Type: message/rfc822\r\nContent-Disposition: inline\r\n", v, n);
}

#define BOUNCE                                                                                                                     \
	"From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\r\nTo: anna@example.net\r\nSubject: Undelivered Mail Returned to Sender\r\n"   \
	"Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"=_dsn\"\r\n\r\n" \
	"--=_dsn\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\r\n"                                                                              \
	"--=_dsn\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; x@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"

/* RFC 3464, as Postfix writes it. */
static struct span bounce(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	buf_str(&out, BOUNCE);
	return finish(&out, "=_dsn", "Content-Description: Undelivered Message\r\nContent-Type: message/rfc822\r\n", v, n);
}

/* The same with the header section alone (RFC 6522, 4). */
static struct span bounce_headers(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);
	size_t end = span_find(v[0], SPAN_LIT("\n\n"));
	struct span head = span_sub(v[0], 0, end + 1);

	(void)n;
	buf_str(&out, BOUNCE);
	return finish(&out, "=_dsn", "Content-Description: Undelivered Message Headers\r\nContent-Type: text/rfc822-headers\r\n", &head, 1);
}

/* Exim before 4.83: the copy stands in the text. */
static struct span bounce_text(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	(void)n;
	buf_str(&out, "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\r\nTo: anna@example.net\r\nSubject: Mail delivery failed: returning message to sender\r\n"
	           "X-Failed-Recipients: x@example.org\r\nAuto-Submitted: auto-generated\r\n\r\nThis message was created automatically by mail delivery software.\r\n\r\n"
	           "------ This is a copy of the message, including all the headers. ------\r\n\r\n");
	add_crlf(&out, v[0]);
	return buf_span(&out);
}

/* A source that somebody pasted ("Show original"). */
static struct span pasted(struct arena *arena, const struct span *v, size_t n)
{
	struct buf out = BUF_INIT(arena);

	(void)n;
	buf_str(&out, HEAD "Subject: spam again\r\n\r\nHello, see this:\r\n\r\n");
	add_crlf(&out, v[0]);
	return buf_span(&out);
}

/* Forwards of forwards, each as attachment. */
static struct span forwarded_twice(struct arena *arena, const struct span *v, size_t n)
{
	struct span once = thunderbird(arena, v, n), twice = zimbra(arena, &once, 1);

	return apple(arena, &twice, 1);
}

/* A bounce that somebody forwards: the mail that came back is meant. */
static struct span forwarded_bounce(struct arena *arena, const struct span *v, size_t n)
{
	struct span one = bounce(arena, v, n);

	return thunderbird(arena, &one, 1);
}

/* A mailbox file exported and attached. */
static struct span mbox(struct arena *arena, const struct span *v, size_t n)
{
	struct buf box = BUF_INIT(arena);
	struct span all;

	for (size_t i = 0; i < n; i++)
		buf_printf(&box, "From anna@example.net Thu Mar  6 12:00:00 2025\n%.*s\n", SPAN_ARG(v[i]));
	all = buf_span(&box);
	return encoded(arena, HEAD "Subject: spam\r\n", "=_mbox", "Content-Type: application/mbox; name=\"spam\"\r\nContent-Disposition: attachment; filename=\"spam\"\r\n", &all, 1);
}

static void le(struct buf *out, uint64_t v, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_char(out, (char)(v >> (8 * i)));
}

static void zip_fields(struct buf *out, struct span s, size_t name)
{
	le(out, 0, 2);          /* stored */
	le(out, 0x5a660000, 4); /* time, date */
	le(out, (uint32_t)crc32(0, (const unsigned char *)s.p, (unsigned)s.len), 4);
	le(out, (uint32_t)s.len, 4);
	le(out, (uint32_t)s.len, 4);
	le(out, (uint32_t)name, 2);
	le(out, 0, 2);
}

/* Several .eml in one zip (APPNOTE 4.3), stored. */
static struct span zip(struct arena *arena, const struct span *v, size_t n)
{
	struct buf file = BUF_INIT(arena), directory = BUF_INIT(arena);
	struct span all;

	for (size_t i = 0; i < n; i++) {
		struct span name = arena_printf(arena, "mail %zu.eml", i);
		uint32_t at = (uint32_t)file.len;

		le(&file, 0x04034b50, 4);
		le(&file, 20, 2);
		le(&file, 0, 2);
		zip_fields(&file, v[i], name.len);
		buf_add(&file, name);
		buf_add(&file, v[i]);
		le(&directory, 0x02014b50, 4);
		le(&directory, 20, 2);
		le(&directory, 20, 2);
		le(&directory, 0, 2);
		zip_fields(&directory, v[i], name.len);
		le(&directory, 0, 2 + 2 + 2);
		le(&directory, 0, 4);
		le(&directory, at, 4);
		buf_add(&directory, name);
	}
	all = buf_span(&directory);
	le(&directory, 0x06054b50, 4);
	le(&directory, 0, 4);
	le(&directory, (uint32_t)n, 2);
	le(&directory, (uint32_t)n, 2);
	le(&directory, (uint32_t)all.len, 4);
	le(&directory, (uint32_t)file.len, 4);
	le(&directory, 0, 2);
	buf_add(&file, buf_span(&directory));
	all = buf_span(&file);
	return encoded(arena, HEAD "Subject: spam\r\n", "=_zip", "Content-Type: application/zip; name=\"spam.zip\"\r\nContent-Disposition: attachment; filename=\"spam.zip\"\r\n", &all, 1);
}

const struct layout layouts[] = {
	{ .name = "thunderbird", .write = thunderbird, .how = REPORT_PART, .client = REPORT_CLIENT_THUNDERBIRD, .many = true },
	{ .name = "zimbra", .write = zimbra, .how = REPORT_PART, .client = REPORT_CLIENT_ZIMBRA, .many = true },
	{ .name = "apple", .write = apple, .how = REPORT_PART, .client = REPORT_CLIENT_APPLE, .many = true },
	{ .name = "exchange", .write = exchange, .how = REPORT_PART, .client = REPORT_CLIENT_OUTLOOK, .many = true },
	{ .name = "report-button", .write = report_button, .how = REPORT_PART, .client = REPORT_CLIENT_OUTLOOK, .many = true },
	{ .name = "alert-button", .write = alert_button, .how = REPORT_FILE, .client = REPORT_CLIENT_UNKNOWN, .many = true },
	{ .name = "gmail", .write = gmail, .how = REPORT_PART, .client = REPORT_CLIENT_GMAIL, .many = true },
	{ .name = "nameless", .write = nameless, .how = REPORT_FILE, .client = REPORT_CLIENT_UNKNOWN, .many = true },
	{ .name = "text-file", .write = text_file, .how = REPORT_FILE, .client = REPORT_CLIENT_UNKNOWN, .many = true },
	{ .name = "digest", .write = digest, .how = REPORT_DIGEST, .client = REPORT_CLIENT_UNKNOWN, .many = true },
	{ .name = "feedback", .write = feedback, .how = REPORT_FEEDBACK, .client = REPORT_CLIENT_UNKNOWN, .many = true },
	{ .name = "bounce", .write = bounce, .how = REPORT_BOUNCE, .client = REPORT_CLIENT_UNKNOWN },
	{ .name = "bounce-headers", .write = bounce_headers, .how = REPORT_BOUNCE, .client = REPORT_CLIENT_UNKNOWN, .headers_only = true },
	{ .name = "bounce-text", .write = bounce_text, .how = REPORT_TEXT, .client = REPORT_CLIENT_UNKNOWN },
	{ .name = "pasted", .write = pasted, .how = REPORT_TEXT, .client = REPORT_CLIENT_UNKNOWN },
	{ .name = "forwarded-twice", .write = forwarded_twice, .how = REPORT_PART, .client = REPORT_CLIENT_APPLE, .many = true, .wrappers = 2 },
	{ .name = "forwarded-bounce", .write = forwarded_bounce, .how = REPORT_BOUNCE, .client = REPORT_CLIENT_THUNDERBIRD, .wrappers = 1 },
	{ .name = "mbox", .write = mbox, .how = REPORT_FILE, .client = REPORT_CLIENT_UNKNOWN, .many = true },
	{ .name = "zip", .write = zip, .how = REPORT_ARCHIVE, .client = REPORT_CLIENT_UNKNOWN, .many = true, .zip = true },
};
const size_t nlayouts = sizeof(layouts) / sizeof(*layouts);
