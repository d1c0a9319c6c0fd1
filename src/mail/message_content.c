/* Leaf parts: decoded bodies, text as UTF-8, files inside text, and what the bytes say against the declarations. */
#include <assert.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/message_build.h"

/* Markup is longer than the text in it: so many times the text limit of HTML source is read, of one part (message.c: of all). */
#define HTML_SOURCE_FACTOR 4
#define META_SEARCH 1024 /* bytes at the front in which a <meta charset> counts, as in browsers */
#define HTML_DEPTH 256

#define M(type) (UINT64_C(1) << FILE_##type)
static_assert(FILE_TYPE_N <= 64, "file types fit one word");

/* File types that agree with a declared type (a prefix when it ends in '/' or '-'). What has no magic number contradicts nothing. */
static const struct {
	const char *type;
	uint64_t agree;
} agreements[] = {
	{ "text/", M(TEXT) | M(HTML) | M(XML) | M(SVG) | M(RTF) | M(SCRIPT) | M(ICS) | M(VCARD) | M(PGP) | M(EML) | M(PS) },
	{ "image/svg", M(SVG) | M(XML) | M(TEXT) | M(HTML) },
	/* PNG under the name of JPEG and the like is everyday mail: readers look at the bytes. */
	{ "image/", M(JPEG) | M(PNG) | M(GIF) | M(BMP) | M(TIFF) | M(WEBP) | M(ICO) | M(SVG) | M(XML) | M(MP4) },
	{ "audio/", M(MP3) | M(MP4) | M(OGG) | M(WAV) | M(AVI) },
	{ "video/", M(MP3) | M(MP4) | M(OGG) | M(WAV) | M(AVI) },
	{ "application/pdf", M(PDF) },
	{ "application/rtf", M(RTF) | M(TEXT) },
	{ "application/zip", M(ZIP) | M(OOXML) | M(ODF) | M(JAR) },
	{ "application/x-zip", M(ZIP) | M(OOXML) | M(ODF) | M(JAR) },
	{ "application/gzip", M(GZIP) },
	{ "application/x-gzip", M(GZIP) },
	{ "application/msword", M(OLE) | M(OOXML) | M(RTF) | M(HTML) | M(XML) },
	{ "application/vnd.ms-", M(OLE) | M(OOXML) | M(RTF) | M(HTML) | M(XML) | M(TEXT) | M(TNEF) | M(CAB) | M(ZIP) },
	{ "application/vnd.openxml", M(OOXML) | M(ZIP) | M(OLE) },
	{ "application/vnd.oasis", M(ODF) | M(ZIP) },
};

static void tell_mismatch(struct part *p)
{
	if (!p->type_declared || p->detected == FILE_UNKNOWN || p->detected == FILE_EMPTY)
		return;
	for (size_t i = 0; i < sizeof(agreements) / sizeof(agreements[0]); i++) {
		if (span_starts(p->type, span_of(agreements[i].type))) {
			if ((agreements[i].agree >> p->detected & 1) == 0)
				fact_add(&p->facts, FACT_TYPE_MISMATCH);
			return;
		}
	}
}

/* A part whose encoding is a file inside text: uuencode or yEnc by declaration. Some readers need no "begin". */
static void decode_declared_embedded(struct tree *t, struct part *p, bool uu)
{
	struct embedded file;

	if (!decode_embedded_next(t->build->arena, p->raw, 0, &file)) {
		p->body = uu ? decode_uu(t->build->arena, p->raw) : p->raw;
		return;
	}
	p->body = file.content;
	if (p->name.len == 0)
		p->name = utf8_repair(t->build->arena, file.name);
}

static void decode_body(struct tree *t, struct part *p, enum mime_encoding encoding)
{
	switch (encoding) {
	case ENCODING_BASE64:
		p->body = decode_base64(t->build->arena, p->raw, &p->facts);
		break;
	case ENCODING_QP:
		p->body = decode_qp(t->build->arena, p->raw, &p->facts);
		break;
	case ENCODING_UU:
	case ENCODING_YENC:
		decode_declared_embedded(t, p, encoding == ENCODING_UU);
		break;
	case ENCODING_IDENTITY:
		p->body = p->raw;
		if (span_eq(p->encoding, SPAN_LIT("7bit")) && utf8_ascii_len(p->raw) < p->raw.len)
			fact_add(&p->facts, FACT_EIGHT_BIT_IN_7BIT);
		break;
	}
}

static void add_embedded(struct tree *t, size_t host, const struct embedded *file)
{
	struct part *p = message_part_new(t, (int32_t)host, t->parts[host].depth + 1);

	if (p == NULL)
		return;
	p->kind = PART_ATTACHMENT;
	p->type = SPAN_LIT("application/octet-stream");
	p->encoding = file->yenc ? SPAN_LIT("x-yenc") : SPAN_LIT("x-uuencode");
	p->name = utf8_repair(t->build->arena, file->name);
	p->raw = span_sub(t->parts[host].body, file->begin, file->end - file->begin);
	p->body = file->content;
	p->detected = file_type_detect(p->body);
}

/*
 * Files in a text become parts. What mail programs take out of the text is missing in what is returned: uuencoded files with their last line.
 * yEnc, and what has no end, they show as the text that it is.
 */
static struct span split_embedded(struct tree *t, size_t index)
{
	struct span body = t->parts[index].body;
	struct buf rest = BUF_INIT(t->build->arena);
	struct embedded file;
	size_t at = 0, kept = 0; /* the text up to kept is in rest, or taken out */

	while (decode_embedded_next(t->build->arena, body, at, &file)) {
		fact_add(&t->parts[index].facts, FACT_UUENCODE_IN_TEXT);
		add_embedded(t, index, &file);
		at = file.end;
		if (file.yenc || !file.complete)
			continue;
		if (kept == 0)
			rest.max = body.len;
		buf_add(&rest, span_sub(body, kept, file.begin - kept));
		kept = file.end;
	}
	if (kept == 0)
		return body;
	buf_add(&rest, span_from(body, kept));
	return buf_span(&rest);
}

/* Whether the character before and behind an invisible one make it stand inside a word. */
static bool inside_word(struct span s, size_t at, size_t len, bool ascii_only)
{
	if (at == 0 || at + len >= s.len)
		return false;
	if (ascii_only)
		return ascii_isalnum(s.p[at - 1]) && ascii_isalnum(s.p[at + len]);
	return (ascii_isalnum(s.p[at - 1]) || (uint8_t)s.p[at - 1] >= 0x80) &&
	       (ascii_isalnum(s.p[at + len]) || (uint8_t)s.p[at + len] >= 0x80);
}

/* Invisible and direction-changing characters. Joiners are spelling in some scripts and emoji: between ASCII letters alone they are odd. */
static void tell_invisible(struct part *p)
{
	struct span s = p->text;
	size_t taken;

	for (size_t i = utf8_ascii_len(s); i < s.len; i += taken, i += utf8_ascii_len(span_from(s, i))) {
		uint32_t cp = utf8_next(span_from(s, i), &taken);

		if ((cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
			fact_add(&p->facts, FACT_TEXT_BIDI_OVERRIDE);
		else if (cp == 0x200c || cp == 0x200d ? inside_word(s, i, taken, true)
		         : (cp == 0x200b || cp == 0xad || cp == 0xfeff || (cp >= 0x2060 && cp <= 0x2064)) &&
		                 inside_word(s, i, taken, false))
			fact_add(&p->facts, FACT_TEXT_ZERO_WIDTH);
	}
}

/* The charset that a <meta> at the front of the HTML names; empty when none. */
static struct span meta_charset(struct span html)
{
	struct span head = span_sub(html, 0, META_SEARCH);
	size_t at = span_case_find(head, SPAN_LIT("charset=")), n = 0;

	if (at == SPAN_NPOS)
		return SPAN_NONE;
	head = span_from(head, at + 8);
	while (head.len != 0 && (head.p[0] == '"' || head.p[0] == '\'' || head.p[0] == ' '))
		head = span_from(head, 1);
	while (n < head.len && (ascii_isalnum(head.p[n]) || span_chr(SPAN_LIT("-_:."), head.p[n]) != SPAN_NPOS))
		n++;
	return span_sub(head, 0, n);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void read_html(struct tree *t, struct part *p, struct span body)
{
	struct build *b = t->build;
	struct span charset = p->charset.len != 0 ? p->charset : meta_charset(body);
	size_t max_links = smaller(b->limits->links * LINKS_READ_FACTOR, b->html_links_left);
	size_t max_source = smaller(b->limits->text * HTML_SOURCE_FACTOR, b->html_source_left);
	struct html_limits limits = { .text = b->html_left, .links = max_links, .depth = HTML_DEPTH };
	struct html *html = ARENA_NEW(b->arena, struct html);
	struct span source = charset_to_utf8(b->arena, charset, body, max_source, &p->facts);

	/* Without text left too: links and flags count. */
	html_parse(b->arena, source, &limits, &p->facts, html);
	p->html = html;
	p->text = html->text;
	b->html_left -= smaller(html->text.len + html->hidden.len, b->html_left);
	b->html_source_left -= smaller(source.len, b->html_source_left);
	b->html_links_left -= html->nlinks;
}

void message_read_text(struct tree *t, size_t index)
{
	struct span body = t->parts[index].kind == PART_TEXT ? split_embedded(t, index) : t->parts[index].body;
	struct part *p = &t->parts[index];

	if (p->kind == PART_HTML && (body.len == 0 || t->build->html_source_left != 0)) {
		read_html(t, p, body);
	} else if (body.len != 0 && (p->kind == PART_HTML || t->build->text_left == 0)) {
		fact_add(&p->facts, FACT_TEXT_TRUNCATED);
		return;
	} else {
		p->text = charset_to_utf8(t->build->arena, p->charset, body, t->build->text_left, &p->facts);
		t->build->text_left -= smaller(p->text.len, t->build->text_left);
	}
	tell_invisible(p);
}

void message_read_parts(struct tree *t)
{
	size_t n = t->n; /* those that are found inside text are complete */

	for (size_t i = 0; i < n; i++) {
		struct part *p = &t->parts[i];

		if (p->kind == PART_MULTIPART)
			continue;
		decode_body(t, p, t->extra[i].encoding);
		p->detected = file_type_detect(p->body);
		tell_mismatch(p);
		if (p->kind == PART_TEXT || p->kind == PART_HTML)
			message_read_text(t, i);
	}
}
