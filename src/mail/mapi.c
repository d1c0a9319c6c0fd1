#include "mail/mapi.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/rtf.h"

const struct outlook_limits outlook_limits_default = { .attachments = 1000, .depth = 8, .text = 8388608 };

#define NAME_MAX_BYTES 1024
/* 100 ns since 1601 to seconds since 1970. */
#define FILETIME_EPOCH INT64_C(11644473600)

static const uint16_t ids[MAPI_P_N] = {
#define X(name, id) [MAPI_P_##name] = (id),
	MAPI_TABLE(X)
#undef X
};

bool mapi_known(unsigned id)
{
	for (size_t i = 0; i < MAPI_P_N; i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

void mapi_set(struct mapi_properties *p, unsigned id, unsigned type, struct span bytes)
{
	for (size_t i = 0; i < MAPI_P_N; i++) {
		if (ids[i] != id)
			continue;
		if (p->v[i].type == 0 || p->v[i].bytes.len == 0 || (p->v[i].type == MAPI_STRING8 && type == MAPI_UNICODE)) {
			p->v[i].type = (uint16_t)type;
			p->v[i].bytes = bytes;
		}
		return;
	}
}

uint64_t mapi_number(const struct mapi_properties *p, enum mapi_property which)
{
	struct span s = p->v[which].bytes;
	uint64_t value = 0;

	if (p->v[which].type == 0)
		return 0;
	for (size_t i = s.len < 8 ? s.len : 8; i-- != 0;)
		value = value << 8 | (uint8_t)s.p[i];
	return value;
}

struct span mapi_charset(unsigned codepage)
{
	static const struct {
		unsigned codepage;
		const char *label;
	} rows[] = {
		{ 437, "cp437" }, { 850, "cp850" }, { 852, "cp852" }, { 866, "ibm866" }, { 874, "windows-874" }, { 932, "shift_jis" }, { 936, "gbk" },
		{ 949, "euc-kr" }, { 950, "big5" }, { 1200, "utf-16le" }, { 1201, "utf-16be" }, { 1250, "windows-1250" }, { 1251, "windows-1251" },
		{ 1252, "windows-1252" }, { 1253, "windows-1253" }, { 1254, "windows-1254" }, { 1255, "windows-1255" }, { 1256, "windows-1256" },
		{ 1257, "windows-1257" }, { 1258, "windows-1258" }, { 10000, "macintosh" }, { 20127, "us-ascii" }, { 20866, "koi8-r" }, { 20932, "euc-jp" },
		{ 21866, "koi8-u" }, { 28591, "iso-8859-1" }, { 28592, "iso-8859-2" }, { 28593, "iso-8859-3" }, { 28594, "iso-8859-4" },
		{ 28595, "iso-8859-5" }, { 28596, "iso-8859-6" }, { 28597, "iso-8859-7" }, { 28598, "iso-8859-8" }, { 28599, "iso-8859-9" },
		{ 28603, "iso-8859-13" }, { 28605, "iso-8859-15" }, { 38598, "iso-8859-8" }, { 50220, "iso-2022-jp" }, { 50221, "iso-2022-jp" },
		{ 50222, "iso-2022-jp" }, { 50225, "iso-2022-kr" }, { 51932, "euc-jp" }, { 51936, "gb2312" }, { 51949, "euc-kr" }, { 54936, "gb18030" },
		{ 65000, "utf-7" }, { 65001, "utf-8" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].codepage == codepage)
			return span_of(rows[i].label);
	}
	return SPAN_NONE;
}

/* By the primary language of a locale; those in Latin letters of the West are left to 1252. */
static unsigned codepage_of_locale(unsigned locale)
{
	static const struct {
		uint16_t language, codepage;
	} rows[] = {
		{ 0x01, 1256 }, { 0x02, 1251 }, { 0x05, 1250 }, { 0x08, 1253 }, { 0x0d, 1255 }, { 0x0e, 1250 }, { 0x11, 932 }, { 0x12, 949 }, { 0x15, 1250 },
		{ 0x18, 1250 }, { 0x19, 1251 }, { 0x1b, 1250 }, { 0x1e, 874 }, { 0x1f, 1254 }, { 0x22, 1251 }, { 0x23, 1251 }, { 0x24, 1250 }, { 0x25, 1257 },
		{ 0x26, 1257 }, { 0x27, 1257 }, { 0x29, 1256 }, { 0x2a, 1258 },
	};

	if (locale == 0)
		return 0;
	if ((locale & 0x3ff) == 4)
		return locale == 0x0804 || locale == 0x1004 ? 936 : 950;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].language == (locale & 0x3ff))
			return rows[i].codepage;
	}
	return 1252;
}

unsigned mapi_codepage(const struct mapi_properties *p, unsigned otherwise)
{
	unsigned own = (unsigned)mapi_number(p, MAPI_P_CODEPAGE), locale = (unsigned)mapi_number(p, MAPI_P_LOCALE);
	unsigned internet = (unsigned)mapi_number(p, MAPI_P_INTERNET_CODEPAGE);

	if (mapi_charset(own).len != 0)
		return own;
	if (otherwise != 0)
		return otherwise;
	if (locale != 0)
		return codepage_of_locale(locale);
	return internet;
}

static struct span to_utf8(struct mapi_budget *b, struct span label, struct span bytes)
{
	struct facts facts = { 0 };
	struct span text;

	if (bytes.len == 0 || b->text == 0)
		return SPAN_NONE;
	text = charset_to_utf8(b->arena, label, bytes, b->text, &facts);
	b->text -= text.len < b->text ? text.len : b->text;
	return text;
}

struct span mapi_text(struct mapi_budget *b, unsigned type, struct span bytes, unsigned codepage)
{
	struct span text;

	if ((type & 0xfff) == MAPI_UNICODE)
		text = to_utf8(b, SPAN_LIT("utf-16le"), span_sub(bytes, 0, bytes.len & ~(size_t)1));
	else
		text = to_utf8(b, codepage == 65001 && !utf8_valid(bytes) ? SPAN_NONE : mapi_charset(codepage), bytes);
	while (text.len != 0 && text.p[text.len - 1] == '\0')
		text.len--;
	return text;
}

static struct span text_of(struct mapi_budget *b, const struct mapi_properties *p, enum mapi_property which, unsigned codepage)
{
	return p->v[which].type == 0 ? SPAN_NONE : mapi_text(b, p->v[which].type, p->v[which].bytes, codepage);
}

static struct span short_text(struct mapi_budget *b, const struct mapi_properties *p, enum mapi_property which, unsigned codepage)
{
	struct span bytes = span_sub(p->v[which].bytes, 0, (size_t)NAME_MAX_BYTES * 2);

	return p->v[which].type == 0 ? SPAN_NONE : span_trim(mapi_text(b, p->v[which].type, bytes, codepage));
}

/* Sets *to_r when it is empty. */
static void fill(struct mapi_budget *b, const struct mapi_properties *p, enum mapi_property which, unsigned codepage, struct span *to_r)
{
	if (to_r->len == 0)
		*to_r = short_text(b, p, which, codepage);
}

static int64_t time_of(const struct mapi_properties *p, enum mapi_property which)
{
	uint64_t ticks = mapi_number(p, which);

	return ticks == 0 || ticks > INT64_MAX ? 0 : (int64_t)(ticks / 10000000) - FILETIME_EPOCH;
}

static void read_rtf(struct mapi_budget *b, const struct mapi_properties *p, struct outlook_message *m)
{
	struct rtf_text text;

	if (!rtf_decompress(b->arena, p->v[MAPI_P_RTF].bytes, b->text, &m->rtf)) {
		m->broken |= p->v[MAPI_P_RTF].bytes.len != 0;
		return;
	}
	b->text -= m->rtf.len < b->text ? m->rtf.len : b->text;
	if (b->text == 0 || m->rtf.len == 0) {
		m->cut |= b->text == 0;
		return;
	}
	rtf_read(b->arena, m->rtf, b->text, &text);
	b->text -= text.text.len < b->text ? text.text.len : b->text;
	if (!text.is_html)
		m->rtf_text = text.text;
	else if (m->html.len == 0)
		m->html = text.text;
}

static void read_bodies(struct mapi_budget *b, const struct mapi_properties *p, unsigned codepage, struct outlook_message *m)
{
	unsigned internet = (unsigned)mapi_number(p, MAPI_P_INTERNET_CODEPAGE);

	if (m->text.len == 0)
		m->text = text_of(b, p, MAPI_P_BODY, p->v[MAPI_P_BODY].type == MAPI_BINARY && internet != 0 ? internet : codepage);
	if (m->html.len == 0)
		m->html = text_of(b, p, MAPI_P_HTML, internet != 0 ? internet : codepage);
	if (m->rtf.len == 0 && p->v[MAPI_P_RTF].type != 0)
		read_rtf(b, p, m);
}

static void read_sender(struct mapi_budget *b, const struct mapi_properties *p, unsigned codepage, struct outlook_message *m)
{
	fill(b, p, MAPI_P_REPRESENTING_SMTP, codepage, &m->from_address);
	fill(b, p, MAPI_P_SENDER_SMTP, codepage, &m->from_address);
	fill(b, p, MAPI_P_REPRESENTING_ADDRESS, codepage, &m->from_address);
	fill(b, p, MAPI_P_SENDER_ADDRESS, codepage, &m->from_address);
	fill(b, p, MAPI_P_REPRESENTING_NAME, codepage, &m->from_name);
	fill(b, p, MAPI_P_SENDER_NAME, codepage, &m->from_name);
}

void mapi_message(struct mapi_budget *b, const struct mapi_properties *p, unsigned codepage, struct outlook_message *m)
{
	codepage = mapi_codepage(p, codepage);
	fill(b, p, MAPI_P_CLASS, codepage, &m->class_name);
	fill(b, p, MAPI_P_SUBJECT, codepage, &m->subject);
	fill(b, p, MAPI_P_NORMALIZED_SUBJECT, codepage, &m->subject);
	fill(b, p, MAPI_P_DISPLAY_TO, codepage, &m->display_to);
	fill(b, p, MAPI_P_DISPLAY_CC, codepage, &m->display_cc);
	fill(b, p, MAPI_P_MESSAGE_ID, codepage, &m->message_id);
	fill(b, p, MAPI_P_IN_REPLY_TO, codepage, &m->in_reply_to);
	fill(b, p, MAPI_P_REFERENCES, codepage, &m->references);
	if (m->headers.len == 0)
		m->headers = text_of(b, p, MAPI_P_HEADERS, codepage);
	read_sender(b, p, codepage, m);
	if (m->date == 0)
		m->date = time_of(p, MAPI_P_SUBMIT_TIME);
	if (m->date == 0)
		m->date = time_of(p, MAPI_P_DELIVERY_TIME);
	read_bodies(b, p, codepage, m);
}

struct outlook_recipient *mapi_recipient(struct mapi_budget *b, const struct mapi_properties *p, unsigned codepage, struct outlook_message *m)
{
	struct outlook_recipient *r;
	unsigned kind = (unsigned)mapi_number(p, MAPI_P_RECIPIENT_TYPE) & 15;

	if (b->recipients == 0) {
		m->cut = true;
		return NULL;
	}
	b->recipients--;
	r = ARRAY_ADD(b->arena, m->recipients, m->nrecipients, m->cap_recipients);
	r->kind = kind == OUTLOOK_CC || kind == OUTLOOK_BCC ? (enum outlook_recipient_kind)kind : OUTLOOK_TO;
	fill(b, p, MAPI_P_DISPLAY_NAME, codepage, &r->name);
	fill(b, p, MAPI_P_SMTP_ADDRESS, codepage, &r->address);
	fill(b, p, MAPI_P_ADDRESS, codepage, &r->address);
	return r;
}

static struct span lower(struct arena *arena, struct span s)
{
	char *p = arena_bytes(arena, s.len);

	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_tolower(s.p[i]);
	return span_make(p, s.len);
}

struct outlook_attachment *mapi_attachment(struct mapi_budget *b, const struct mapi_properties *p, unsigned codepage, struct outlook_message *m)
{
	struct outlook_attachment *a;

	if (b->attachments == 0) {
		m->cut = true;
		return NULL;
	}
	b->attachments--;
	a = ARRAY_ADD(b->arena, m->attachments, m->nattachments, m->cap_attachments);
	fill(b, p, MAPI_P_ATTACH_LONG_NAME, codepage, &a->name);
	fill(b, p, MAPI_P_ATTACH_NAME, codepage, &a->name);
	fill(b, p, MAPI_P_DISPLAY_NAME, codepage, &a->name);
	fill(b, p, MAPI_P_ATTACH_PATH, codepage, &a->name);
	fill(b, p, MAPI_P_ATTACH_CONTENT_ID, codepage, &a->content_id);
	a->type = lower(b->arena, short_text(b, p, MAPI_P_ATTACH_TYPE, codepage));
	a->hidden = mapi_number(p, MAPI_P_ATTACH_HIDDEN) != 0;
	if (p->v[MAPI_P_ATTACH_DATA].type != 0)
		a->data = p->v[MAPI_P_ATTACH_DATA].bytes;
	return a;
}
