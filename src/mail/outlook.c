/* An Outlook message back in the form of RFC 5322. */
#include "mail/outlook.h"

#include <time.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"

#define DEPTH 16
#define FIELD_BYTES 2048 /* of one value that goes into a field */
#define FIELD_RECIPIENTS 200
#define LINE 57 /* bytes in a line of base64 */

static void add_base64(struct buf *out, struct span s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.len; i += 3) {
		unsigned n = s.len - i < 3 ? (unsigned)(s.len - i) : 3;
		uint32_t v = (uint32_t)(uint8_t)s.p[i] << 16;

		v |= n > 1 ? (uint32_t)(uint8_t)s.p[i + 1] << 8 : 0;
		v |= n > 2 ? (uint8_t)s.p[i + 2] : 0;
		buf_char(out, digits[v >> 18]);
		buf_char(out, digits[v >> 12 & 63]);
		buf_char(out, (char)(n > 1 ? digits[v >> 6 & 63] : '='));
		buf_char(out, (char)(n > 2 ? digits[v & 63] : '='));
	}
}

static void add_base64_body(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len; i += LINE) {
		add_base64(out, span_sub(s, i, LINE));
		buf_str(out, "\r\n");
	}
}

/* A value in a field: one line; encoded words where it is not printable ASCII (RFC 2047). */
static void add_value(struct buf *out, struct span s)
{
	bool plain = true;

	s = span_sub(s, 0, FIELD_BYTES);
	for (size_t i = 0; i < s.len; i++)
		plain &= s.p[i] >= ' ' && s.p[i] < 0x7f;
	if (plain && !span_has(s, SPAN_LIT("=?"))) {
		buf_add(out, s);
		return;
	}
	while (s.len != 0) {
		size_t n = s.len < 42 ? s.len : 42;

		while (n < s.len && n > 1 && ((uint8_t)s.p[n] & 0xc0) == 0x80)
			n--;
		buf_str(out, "=?utf-8?B?");
		add_base64(out, span_sub(s, 0, n));
		buf_str(out, "?=");
		s = span_from(s, n);
		if (s.len != 0)
			buf_str(out, "\r\n ");
	}
}

static void add_field(struct buf *out, const char *name, struct span value)
{
	if (value.len == 0)
		return;
	buf_str(out, name);
	buf_str(out, ": ");
	add_value(out, value);
	buf_str(out, "\r\n");
}

/* Without what would end the address or the line. */
static void add_address(struct buf *out, struct span address)
{
	for (size_t i = 0; i < address.len && i < 320; i++) {
		char c = address.p[i];

		if (c > ' ' && c != 0x7f && c != '<' && c != '>' && c != ',' && c != '"')
			buf_char(out, c);
	}
}

/* A quoted string or encoded words, and the address where one is known. Exchange's own addresses ("/O=...") are none for mail. */
static void add_mailbox(struct buf *out, struct span name, struct span address)
{
	bool plain = true, known = span_chr(address, '@') != SPAN_NPOS;

	for (size_t i = 0; i < name.len; i++)
		plain &= name.p[i] >= ' ' && name.p[i] < 0x7f && name.p[i] != '"' && name.p[i] != '\\';
	if (plain && name.len != 0) {
		buf_char(out, '"');
		buf_add(out, span_sub(name, 0, FIELD_BYTES));
		buf_char(out, '"');
	} else {
		add_value(out, name);
	}
	if (known) {
		buf_str(out, name.len != 0 ? " <" : "<");
		add_address(out, address);
		buf_char(out, '>');
	} else if (name.len == 0) {
		add_value(out, address);
	}
}

static void add_recipients(struct buf *out, const struct outlook_message *m, enum outlook_recipient_kind kind, const char *name, struct span display)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nrecipients && n < FIELD_RECIPIENTS; i++) {
		if (m->recipients[i].kind != kind)
			continue;
		if (n++ == 0) {
			buf_str(out, name);
			buf_str(out, ": ");
		} else {
			buf_str(out, ",\r\n ");
		}
		add_mailbox(out, m->recipients[i].name, m->recipients[i].address);
	}
	if (n != 0)
		buf_str(out, "\r\n");
	else
		add_field(out, name, display);
}

static void add_date(struct buf *out, int64_t seconds)
{
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)seconds;
	struct tm tm;

	if (seconds == 0 || gmtime_r(&t, &tm) == NULL || tm.tm_year < 0 || tm.tm_year > 8099)
		return;
	buf_printf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n", days + (size_t)tm.tm_wday * 3, tm.tm_mday, months + (size_t)tm.tm_mon * 3, tm.tm_year + 1900,
	           tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* Whether a field of the old section describes the old body, or is no field at all. */
static bool is_dropped(struct span line)
{
	size_t colon = span_chr(line, ':');

	if (colon == SPAN_NPOS || colon == 0)
		return true;
	for (size_t i = 0; i < colon; i++) {
		if (line.p[i] <= ' ' || line.p[i] >= 0x7f)
			return true;
	}
	return span_case_starts(line, SPAN_LIT("content-")) || span_case_starts(line, SPAN_LIT("mime-version:"));
}

/* The transport's section, field by field. Its first line may be "Microsoft Mail Internet Headers Version 2.0". False: nothing of use in it. */
static bool add_transport_headers(struct buf *out, struct span headers)
{
	bool dropping = true, any = false;

	while (headers.p != NULL) {
		struct span line = span_split(&headers, '\n');

		while (line.len != 0 && (line.p[line.len - 1] == '\r' || line.p[line.len - 1] == '\0'))
			line.len--;
		if (line.len == 0) {
			if (any)
				break;
			continue;
		}
		if (line.p[0] != ' ' && line.p[0] != '\t')
			dropping = is_dropped(line);
		if (dropping)
			continue;
		any = true;
		for (size_t i = 0; i < line.len; i++)
			buf_char(out, (char)(line.p[i] == '\r' || line.p[i] == '\0' ? ' ' : line.p[i]));
		buf_str(out, "\r\n");
	}
	return any;
}

static void add_fields(struct buf *out, const struct outlook_message *m)
{
	if (add_transport_headers(out, m->headers))
		return;
	add_date(out, m->date);
	if (m->from_name.len != 0 || m->from_address.len != 0) {
		buf_str(out, "From: ");
		add_mailbox(out, m->from_name, m->from_address);
		buf_str(out, "\r\n");
	}
	add_recipients(out, m, OUTLOOK_TO, "To", m->display_to);
	add_recipients(out, m, OUTLOOK_CC, "Cc", m->display_cc);
	buf_str(out, "Subject: ");
	add_value(out, m->subject);
	buf_str(out, "\r\n");
	add_field(out, "Message-ID", m->message_id);
	add_field(out, "In-Reply-To", m->in_reply_to);
	add_field(out, "References", m->references);
}

static void add_text_part(struct buf *out, const char *type, struct span text)
{
	buf_printf(out, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n", type);
	add_base64_body(out, text);
}

static void delimiter(struct buf *out, unsigned boundary, const char *end)
{
	buf_printf(out, "\r\n--=_winnow_%u_part%s\r\n", boundary, end);
}

/* Bodies as one part: multipart/alternative where there is more than one. */
static void add_bodies(struct buf *out, const struct outlook_message *m, unsigned boundary)
{
	struct span text = m->text.len != 0 ? m->text : m->rtf_text;

	if (m->html.len == 0) {
		add_text_part(out, "text/plain", text);
		return;
	}
	if (text.len == 0) {
		add_text_part(out, "text/html", m->html);
		return;
	}
	buf_printf(out, "Content-Type: multipart/alternative; boundary=\"=_winnow_%u_part\"\r\n\r\n", boundary);
	delimiter(out, boundary, "");
	add_text_part(out, "text/plain", text);
	delimiter(out, boundary, "");
	add_text_part(out, "text/html", m->html);
	delimiter(out, boundary, "--");
}

static bool is_media_type(struct span type)
{
	size_t slash = span_chr(type, '/');

	if (slash == SPAN_NPOS || slash == 0 || slash + 1 == type.len || type.len > 100)
		return false;
	for (size_t i = 0; i < type.len; i++) {
		if (i != slash && !ascii_is(type.p[i], ASCII_TOKEN))
			return false;
	}
	return !span_case_starts(type, SPAN_LIT("multipart/")) && !span_case_starts(type, SPAN_LIT("message/"));
}

/* RFC 2231, percent-encoded. */
static void add_name(struct buf *out, struct span name)
{
	name = span_sub(name, 0, 255);
	buf_str(out, "Content-Disposition: attachment");
	if (name.len != 0)
		buf_str(out, ";\r\n filename*=utf-8''");
	for (size_t i = 0; i < name.len; i++) {
		if (ascii_isalnum(name.p[i]) || name.p[i] == '.' || name.p[i] == '-' || name.p[i] == '_')
			buf_char(out, name.p[i]);
		else
			buf_printf(out, "%%%02X", (unsigned)(uint8_t)name.p[i]);
	}
	buf_str(out, "\r\n");
}

struct composer {
	struct buf *out;
	unsigned boundary; /* the last one taken */
};

static void add_message(struct composer *c, const struct outlook_message *m, unsigned depth);

static void add_attachment(struct composer *c, const struct outlook_attachment *a, unsigned depth)
{
	if (a->message != NULL) {
		buf_str(c->out, "Content-Type: message/rfc822\r\n");
		add_name(c->out, a->name);
		buf_str(c->out, "\r\n");
		add_message(c, a->message, depth + 1);
		return;
	}
	if (is_media_type(a->type)) {
		buf_str(c->out, "Content-Type: ");
		buf_add(c->out, a->type);
	} else {
		buf_str(c->out, "Content-Type: application/octet-stream");
	}
	buf_str(c->out, "\r\n");
	if (a->content_id.len != 0) {
		buf_str(c->out, "Content-ID: <");
		add_address(c->out, a->content_id);
		buf_str(c->out, ">\r\n");
	}
	add_name(c->out, a->name);
	buf_str(c->out, "Content-Transfer-Encoding: base64\r\n\r\n");
	add_base64_body(c->out, a->data);
}

/* Room for an attachment in base64 with its fields, and for the ends of what is open. */
static bool fits(const struct buf *out, const struct outlook_attachment *a)
{
	size_t room = out->max > out->len ? out->max - out->len : 0;

	return a->data.len / 3 < room / 4 - room / 32 && room > 4096;
}

static void add_message(struct composer *c, const struct outlook_message *m, unsigned depth)
{
	unsigned mixed = ++c->boundary;

	add_fields(c->out, m);
	buf_str(c->out, "MIME-Version: 1.0\r\n");
	if (m->nattachments == 0 || depth == DEPTH) {
		add_bodies(c->out, m, ++c->boundary);
		return;
	}
	buf_printf(c->out, "Content-Type: multipart/mixed; boundary=\"=_winnow_%u_part\"\r\n\r\n", mixed);
	delimiter(c->out, mixed, "");
	add_bodies(c->out, m, ++c->boundary);
	for (size_t i = 0; i < m->nattachments; i++) {
		if (!fits(c->out, &m->attachments[i]))
			continue;
		delimiter(c->out, mixed, "");
		add_attachment(c, &m->attachments[i], depth);
	}
	delimiter(c->out, mixed, "--");
}

struct span outlook_compose(struct arena *arena, const struct outlook_message *m, size_t max)
{
	struct buf out = { .arena = arena, .max = max };
	struct composer c = { .out = &out };

	add_message(&c, m, 0);
	return buf_span(&out);
}
