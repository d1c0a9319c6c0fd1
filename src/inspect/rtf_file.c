/* RTF files: objects in hexadecimal (\objdata), what makes Word load them (\objupdate), templates from elsewhere, DDE fields. */
#include "base/ascii.h"
#include "base/buf.h"
#include "inspect/contents_private.h"
#include "inspect/office.h"

#define OBJECTS_MAX 100
#define OBJECT_MAX 8388608
#define FIELD_BYTES 1024
#define FIELDS_MAX 2000

/* Behind a word: what it says up to the end of its group, without control words of its own. */
static struct span group_text(struct span s, char *out, size_t max)
{
	size_t n = 0, i = 0;
	unsigned depth = 0;

	s = span_sub(s, 0, max * 4);
	while (i < s.len && n < max) {
		char c = s.p[i++];

		if (c == '{') {
			depth++;
		} else if (c == '}') {
			if (depth-- == 0)
				break;
		} else if (c == '\\' && i < s.len && ascii_isalpha(s.p[i])) {
			while (i < s.len && (ascii_isalnum(s.p[i]) || s.p[i] == '-'))
				i++;
			if (i < s.len && s.p[i] == ' ')
				i++;
		} else if (c == '\\' && i + 2 < s.len && s.p[i] == '\'') {
			int high = ascii_xvalue(s.p[i + 1]), low = ascii_xvalue(s.p[i + 2]);

			if (high >= 0 && low >= 0)
				out[n++] = (char)((unsigned)high << 4 | (unsigned)low);
			i += 3;
		} else if (c != '\r' && c != '\n') {
			out[n++] = c;
		}
	}
	return span_trim(span_make(out, n));
}

/* Hexadecimal digits of \objdata; Word passes over everything else, so do we. Groups inside do not end it. */
static struct span object_data(struct reader *r, struct span s, size_t *look_left)
{
	struct buf out = { .arena = r->arena, .max = OBJECT_MAX < contents_room(r) ? OBJECT_MAX : contents_room(r) };
	int high = -1, depth = 0;

	if (out.max == 0)
		return SPAN_NONE;
	s = span_sub(s, 0, *look_left);
	for (size_t i = 0; i < s.len && out.len < out.max; i++, --*look_left) {
		char c = s.p[i];
		int v = ascii_xvalue(c);

		if (c == '{') {
			depth++;
		} else if (c == '}') {
			if (depth-- == 0)
				break;
		} else if (c == '\\') {
			while (i + 1 < s.len && (ascii_isalnum(s.p[i + 1]) || s.p[i + 1] == '*' || s.p[i + 1] == '\''))
				i++;
		} else if (v >= 0 && high < 0) {
			high = v;
		} else if (v >= 0) {
			buf_char(&out, (char)((unsigned)high << 4 | (unsigned)v));
			high = -1;
		}
	}
	contents_spend(r, out.len, out.len);
	return buf_span(&out);
}

/* An OLE 1.0 object (MS-OLEDS, 2.2): version, format, class, topic, item, data. */
static void read_object(struct reader *r, int32_t item, struct span s)
{
	struct span class_name;
	size_t at = 8, len;
	int32_t file;

	contents_tell(r, item, CONTENT_RTF_OBJECT);
	if (s.len < 16)
		return;
	len = contents_le32(s, at);
	class_name = span_sub(s, at + 4, len != 0 && len < 256 ? len - 1 : 0);
	if (span_case_starts(class_name, SPAN_LIT("Equation.")) || span_has(s, SPAN_LIT("\x02\xce\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46")))
		contents_tell(r, item, CONTENT_RTF_EQUATION);
	at += 4 + (len < s.len ? len : s.len);
	for (int i = 0; i < 2; i++) { /* topic and item */
		len = contents_le32(s, at);
		at += 4 + (len < s.len ? len : s.len);
	}
	len = contents_le32(s, at);
	s = span_sub(s, at + 4, len);
	if (s.len == 0)
		return;
	if (span_case_eq(class_name, SPAN_LIT("Package"))) {
		char head[4] = { 0 };
		struct buf package = BUF_INIT(r->arena);

		buf_add(&package, span_make(head, sizeof(head)));
		buf_add(&package, s);
		office_read_package(r, item, buf_span(&package));
		return;
	}
	file = contents_add_bytes(r, item, CONTENT_FILE, class_name, s);
	if (file >= 0)
		contents_open(r, file);
}

/* What may still be looked at: objects may stand inside of each other. */
struct left {
	unsigned objects, fields;
	size_t look; /* bytes of objects */
};

/* A control word behind its backslash. */
static void see_word(struct reader *r, int32_t item, struct span word, struct span behind, struct left *left)
{
	char text[FIELD_BYTES];

	if (span_eq(word, SPAN_LIT("objdata")) && left->objects != 0) {
		left->objects--;
		read_object(r, item, object_data(r, behind, &left->look));
	} else if (span_eq(word, SPAN_LIT("objupdate"))) {
		contents_tell(r, item, CONTENT_RTF_OBJECT_UPDATE);
	} else if (span_eq(word, SPAN_LIT("object"))) {
		contents_tell(r, item, CONTENT_RTF_OBJECT);
	} else if (span_eq(word, SPAN_LIT("template"))) {
		struct span target = group_text(behind, text, sizeof(text));

		contents_add_url(r, item, CONTENT_URL_RTF, target);
		if (office_is_remote(target))
			contents_tell(r, item, CONTENT_OFFICE_EXTERNAL_TEMPLATE);
	} else if (span_eq(word, SPAN_LIT("fldinst")) && left->fields != 0) {
		struct span field = group_text(behind, text, sizeof(text));
		size_t quote = span_chr(field, '"');

		left->fields--;
		if (office_is_dde(field))
			office_add_dde(r, item, field);
		else if (span_case_starts(field, SPAN_LIT("HYPERLINK")) && quote != SPAN_NPOS) {
			field = span_from(field, quote + 1);
			contents_add_url(r, item, CONTENT_URL_RTF, span_split(&field, '"'));
		}
	}
}

void contents_read_rtf(struct reader *r, int32_t item)
{
	struct span s = contents_item(r, item)->bytes;
	struct left left = { .objects = OBJECTS_MAX, .fields = FIELDS_MAX, .look = s.len * 2 };
	size_t i = 0;

	while (i < s.len) {
		const char *slash = memchr(s.p + i, '\\', s.len - i);
		size_t begin;

		if (slash == NULL)
			break;
		i = begin = (size_t)(slash - s.p) + 1;
		while (i < s.len && ascii_isalpha(s.p[i]))
			i++;
		if (i != begin)
			see_word(r, item, span_sub(s, begin, i - begin), span_from(s, i), &left);
		else
			i = begin + 1;
	}
}
