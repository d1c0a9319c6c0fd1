/*
 * PDF (ISO 32000): not a tree of objects but one pass over all tokens, in the order of the file, whatever the cross-reference table says: readers
 * repair broken files, so a filter must not believe the table. Object streams are unpacked and read in the same way.
 */
#include "base/ascii.h"
#include "base/buf.h"
#include "inspect/contents_private.h"
#include "inspect/inflate.h"

#define NAME_BYTES 127
#define STRING_BYTES 2048
#define STREAMS_MAX 2000     /* unpacked */
#define OBJECT_STREAM_MAX 4194304
#define FILES_MAX 100
#define COMMAND_BYTES 2048
#define KEY_NONE 0

enum key { KEY_URI = 1, KEY_F, KEY_JS, KEY_OTHER };

/* What the dictionaries of the current object said. */
struct object {
	bool flate, other_filter, object_stream, embedded, xref;
	uint32_t length;
	bool has_length;
};

struct pdf {
	struct reader *r;
	int32_t item;
	struct object object;
	enum key key;       /* the last name, when a value of it is wanted */
	bool launch;        /* an action of type Launch: the next /F is its file */
	bool inside;        /* reading an object stream */
	bool encrypted;
	struct span name;   /* the last file specification */
	unsigned streams_left, files_left;
	uint64_t number;    /* the last integer */
	bool length_next;
};

/* Classes of bytes (7.2.2): 1 white space, 2 delimiters. */
static const uint8_t classes[256] = {
	['\0'] = 1, ['\t'] = 1, ['\n'] = 1, ['\v'] = 1, ['\f'] = 1, ['\r'] = 1, [' '] = 1,
	['('] = 2,  [')'] = 2,  ['<'] = 2,  ['>'] = 2,  ['['] = 2,  [']'] = 2,  ['{'] = 2, ['}'] = 2, ['/'] = 2, ['%'] = 2,
};

static bool is_delimiter(char c)
{
	return classes[(uint8_t)c] == 2;
}

static bool is_space(char c)
{
	return classes[(uint8_t)c] == 1;
}

static void see_name(struct pdf *p, struct span name)
{
	static const struct {
		struct span name;
		enum content_fact fact;
	} facts[] = {
		{ SPAN_LIT("JavaScript"), CONTENT_PDF_JAVASCRIPT }, { SPAN_LIT("JS"), CONTENT_PDF_JAVASCRIPT },
		{ SPAN_LIT("OpenAction"), CONTENT_PDF_OPEN_ACTION }, { SPAN_LIT("AA"), CONTENT_PDF_OPEN_ACTION },
		{ SPAN_LIT("Launch"), CONTENT_PDF_LAUNCH }, { SPAN_LIT("EmbeddedFile"), CONTENT_PDF_EMBEDDED_FILE },
		{ SPAN_LIT("EmbeddedFiles"), CONTENT_PDF_EMBEDDED_FILE }, { SPAN_LIT("Encrypt"), CONTENT_PDF_ENCRYPTED },
		{ SPAN_LIT("SubmitForm"), CONTENT_PDF_FORM_SUBMIT }, { SPAN_LIT("XFA"), CONTENT_PDF_XFA },
	};

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		if (facts[i].name.len == name.len && memcmp(facts[i].name.p, name.p, name.len) == 0)
			contents_tell(p->r, p->item, facts[i].fact);
	}
	p->encrypted |= span_eq(name, SPAN_LIT("Encrypt"));
	p->key = span_eq(name, SPAN_LIT("URI")) ? KEY_URI : span_eq(name, SPAN_LIT("F")) || span_eq(name, SPAN_LIT("UF")) ? KEY_F
	         : span_eq(name, SPAN_LIT("JS"))                                                                           ? KEY_JS
	                                                                                                                   : KEY_OTHER;
	p->launch |= span_eq(name, SPAN_LIT("Launch"));
	p->object.flate |= span_eq(name, SPAN_LIT("FlateDecode")) || span_eq(name, SPAN_LIT("Fl"));
	p->object.other_filter |= span_ends(name, SPAN_LIT("Decode")) && !span_eq(name, SPAN_LIT("FlateDecode"));
	p->object.object_stream |= span_eq(name, SPAN_LIT("ObjStm"));
	p->object.embedded |= span_eq(name, SPAN_LIT("EmbeddedFile"));
	p->length_next = span_eq(name, SPAN_LIT("Length"));
}

/* "/Java#53cript": hexadecimal is for what a name cannot hold otherwise; letters in it hide keywords. */
static struct span read_name(struct pdf *p, struct span s, char buf[NAME_BYTES], size_t *taken_r)
{
	size_t i = 0, n = 0;
	bool hidden = false;

	while (i < s.len && !is_space(s.p[i]) && !is_delimiter(s.p[i])) {
		char c = s.p[i++];

		if (c == '#' && i + 1 < s.len && ascii_xvalue(s.p[i]) >= 0 && ascii_xvalue(s.p[i + 1]) >= 0) {
			c = (char)((unsigned)ascii_xvalue(s.p[i]) << 4 | (unsigned)ascii_xvalue(s.p[i + 1]));
			i += 2;
			hidden |= ascii_isalpha(c);
		}
		if (n < NAME_BYTES)
			buf[n++] = c;
	}
	*taken_r = i;
	if (hidden) {
		static const struct span words[] = { SPAN_LIT("JavaScript"), SPAN_LIT("JS"), SPAN_LIT("Launch"), SPAN_LIT("OpenAction"), SPAN_LIT("EmbeddedFile"), SPAN_LIT("URI") };

		for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
			if (span_eq(words[k], span_make(buf, n)))
				contents_tell(p->r, p->item, CONTENT_PDF_NAME_ESCAPED);
		}
	}
	return span_make(buf, n);
}

/* A string as text: UTF-16 with a byte order mark, else as it is. */
static struct span string_text(struct pdf *p, struct span s)
{
	struct buf swapped = BUF_INIT(p->r->arena);

	if (!span_starts(s, SPAN_LIT("\xfe\xff")))
		return s;
	for (size_t i = 2; i + 1 < s.len; i += 2) {
		buf_char(&swapped, s.p[i + 1]);
		buf_char(&swapped, s.p[i]);
	}
	return contents_utf16(p->r, buf_span(&swapped));
}

static void see_string(struct pdf *p, struct span s)
{
	struct reader *r = p->r;

	if (!p->encrypted && s.len != 0) {
		if (p->key == KEY_URI)
			contents_add_url(r, p->item, CONTENT_URL_PDF, string_text(p, s));
		if (p->key == KEY_F) {
			p->name = arena_copy(r->arena, string_text(p, s));
			contents_add_url(r, p->item, CONTENT_URL_PDF, p->name);
		}
		if (p->key == KEY_JS || (p->key == KEY_F && p->launch)) {
			contents_add_bytes(r, p->item, CONTENT_COMMAND, SPAN_NONE, arena_copy(r->arena, span_sub(string_text(p, s), 0, COMMAND_BYTES)));
			p->launch = false;
		}
	}
	p->key = KEY_NONE;
}

static char unescape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

/* "(text \( \051 (nested))": its length with the closing parenthesis; the text, cut, in buf. */
static size_t read_string(struct span s, struct buf *buf)
{
	unsigned depth = 1;
	size_t i = 0;

	while (i < s.len) {
		char c = s.p[i++];

		if (c == '\\' && i < s.len) {
			unsigned value = 0, n = 0;

			while (n < 3 && i < s.len && s.p[i] >= '0' && s.p[i] <= '7') {
				value = value * 8 + (unsigned)(s.p[i++] - '0');
				n++;
			}
			c = (char)(n != 0 ? value : (unsigned char)s.p[i++]);
			if (n == 0 && (c == '\r' || c == '\n'))
				continue;
			if (n == 0)
				c = unescape(c);
		} else if (c == '(') {
			depth++;
		} else if (c == ')' && --depth == 0) {
			break;
		}
		buf_char(buf, c);
	}
	return i;
}

static size_t read_hex_string(struct span s, struct buf *buf)
{
	int high = -1;
	size_t i = 0;

	for (; i < s.len && s.p[i] != '>'; i++) {
		int v = ascii_xvalue(s.p[i]);

		if (v < 0)
			continue;
		if (high < 0) {
			high = v;
		} else {
			buf_char(buf, (char)((unsigned)high << 4 | (unsigned)v));
			high = -1;
		}
	}
	return i < s.len ? i + 1 : i;
}

static void read_tokens(struct pdf *p, struct span s);

/* The data of an object: object streams are read, embedded files become items. */
static void use_stream(struct pdf *p, struct span data)
{
	struct object o = p->object;
	struct reader *r = p->r;
	struct span bytes = data;
	bool whole = true;
	int32_t file;

	if (p->encrypted || p->inside || (!o.object_stream && !o.embedded))
		return;
	if (p->streams_left == 0 || contents_spent(r)) {
		contents_tell(r, p->item, CONTENT_TOO_LARGE);
		return;
	}
	p->streams_left--;
	if (o.flate)
		bytes = contents_inflate(r, INFLATE_ZLIB, data, 0, o.embedded ? SIZE_MAX : OBJECT_STREAM_MAX, &whole);
	else if (o.other_filter)
		return;
	if (o.object_stream) {
		p->inside = true;
		read_tokens(p, bytes);
		p->inside = false;
		return;
	}
	if (p->files_left == 0) {
		contents_tell(r, p->item, CONTENT_TOO_MANY);
		return;
	}
	p->files_left--;
	file = contents_add_bytes(r, p->item, CONTENT_FILE, p->name, bytes);
	p->name = SPAN_NONE;
	if (file < 0)
		return;
	contents_tell_name(r, file);
	contents_open(r, file);
}

/* Behind "stream": its data, up to "endstream"; the length, when it fits, is believed since data may hold that word. Returns the bytes taken. */
static size_t read_stream(struct pdf *p, struct span s)
{
	size_t begin = 0, end;

	if (s.len != 0 && s.p[0] == '\r')
		begin++;
	if (begin < s.len && s.p[begin] == '\n')
		begin++;
	s = span_from(s, begin);
	if (p->object.has_length && p->object.length <= s.len && span_starts(span_trim(span_sub(s, p->object.length, 16)), SPAN_LIT("endstream"))) {
		end = p->object.length;
	} else {
		end = span_find(s, SPAN_LIT("endstream"));
		if (end == SPAN_NPOS)
			end = s.len;
	}
	use_stream(p, span_sub(s, 0, end));
	return begin + end;
}

static void see_number(struct pdf *p, struct span word)
{
	uint64_t value;

	if (!span_uint(word, UINT32_MAX, &value))
		return;
	if (p->length_next) {
		p->object.length = (uint32_t)value;
		p->object.has_length = true;
	}
	p->length_next = false;
}

/* A word: a number or an operator. Returns how many bytes more it takes. */
static size_t see_word(struct pdf *p, struct span word, struct span behind)
{
	if (ascii_isdigit(word.p[0])) {
		see_number(p, word);
		return 0;
	}
	if (span_eq(word, SPAN_LIT("R")))
		p->object.has_length = false; /* the length stands elsewhere */
	else if (span_eq(word, SPAN_LIT("obj")))
		p->object = (struct object){ 0 };
	else if (span_eq(word, SPAN_LIT("stream")) && !p->inside)
		return read_stream(p, behind);
	return 0;
}

static size_t read_word(struct pdf *p, struct span s)
{
	size_t n = 0;

	while (n < s.len && !is_space(s.p[n]) && !is_delimiter(s.p[n]))
		n++;
	if (n == 0)
		return 1;
	return n + see_word(p, span_sub(s, 0, n), span_from(s, n));
}

static void read_tokens(struct pdf *p, struct span s)
{
	char name[NAME_BYTES], text[STRING_BYTES];
	size_t i = 0, taken;

	while (i < s.len) {
		char c = s.p[i];
		struct buf buf = { .p = text, .cap = sizeof(text), .max = sizeof(text) };

		if (is_space(c)) {
			i++;
		} else if (c == '%') {
			taken = 0;
			while (i + taken < s.len && s.p[i + taken] != '\n' && s.p[i + taken] != '\r')
				taken++;
			i += taken;
		} else if (c == '/') {
			struct span word = read_name(p, span_from(s, i + 1), name, &taken);

			see_name(p, word);
			i += 1 + taken;
		} else if (c == '(') {
			i += 1 + read_string(span_from(s, i + 1), &buf);
			see_string(p, buf_span(&buf));
		} else if (c == '<' && i + 1 < s.len && s.p[i + 1] != '<') {
			i += 1 + read_hex_string(span_from(s, i + 1), &buf);
			see_string(p, buf_span(&buf));
		} else if (is_delimiter(c)) {
			i += (c == '<' || c == '>') && i + 1 < s.len && s.p[i + 1] == c ? 2 : 1;
		} else {
			i += read_word(p, span_from(s, i));
		}
	}
}

void contents_read_pdf(struct reader *r, int32_t item)
{
	struct pdf p = { .r = r, .item = item, .streams_left = STREAMS_MAX, .files_left = FILES_MAX };
	struct span s = contents_item(r, item)->bytes;

	/* Whether it is encrypted stands at its end. */
	p.encrypted = span_has(span_from(s, s.len > 65536 ? s.len - 65536 : 0), SPAN_LIT("/Encrypt"));
	read_tokens(&p, s);
}
