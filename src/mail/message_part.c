/* One part's MIME fields: type, charset, name, encoding, boundary, and what contradicts itself in them. */
#include "base/ascii.h"
#include "mail/message_build.h"
#include "mail/message_field.h"
#include "mail/prescan_copy.h"

#define BOUNDARY_LEGAL 70   /* RFC 2046, 5.1.1 */

/* The value of a field as the grammars of RFC 2045 want it: unfolded, not decoded, bounded. */
static struct span field_value(struct tree *t, const struct header *h)
{
	return header_unfold(t->build->arena, span_sub(h->raw, 0, t->build->limits->header_bytes));
}

/* A top-level type that does not exist, or a boundary for what has no parts: some reader will take it for a multipart. */
static bool type_is_odd(const struct mime_field *type)
{
	static const char *const known[] = { "text/",    "multipart/", "application/", "image/", "message/", "audio/",
		                             "video/",   "model/",     "font/",        "chemical/" };

	if (mime_field_param(type, SPAN_LIT("boundary")).p != NULL)
		return !span_starts(type->type, SPAN_LIT("multipart/"));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (span_starts(type->type, span_of(known[i])))
			return false;
	}
	return !span_starts(type->type, SPAN_LIT("x-"));
}

/* The field that the prescan shows to gmime: the first multipart of several. */
static const struct header *content_type_of(const struct part *p)
{
	const struct header *first = header_first(&p->headers, HDR_CONTENT_TYPE);

	if (first == NULL || first->next < 0)
		return first;
	for (const struct header *h = first; h != NULL; h = header_next(&p->headers, h)) {
		if (prescan_is_multipart(span_range(h->name.p, span_end(h->raw))))
			return h;
	}
	return first;
}

static bool is_multipart(struct span type)
{
	return span_starts(type, SPAN_LIT("multipart/"));
}

/* Type and parameters; whether it is a multipart, and of which boundary, is what gmime says. */
static void read_content_type(struct tree *t, struct part *p, bool digest, const struct structure *s, struct mime_field *type_r)
{
	const struct header *h = content_type_of(p);

	*type_r = (struct mime_field){ 0 };
	if (h != NULL)
		mime_field_parse(t->build->arena, field_value(t, h), MIME_CONTENT_TYPE, t->build->limits->params,
		                 &p->facts, type_r);
	p->type_declared = type_r->type.len != 0;
	if (p->type_declared && type_is_odd(type_r))
		fact_add(&p->facts, FACT_CONTENT_TYPE_BAD);
	p->type = p->type_declared ? type_r->type : digest && h == NULL ? SPAN_LIT("message/rfc822") : SPAN_LIT("text/plain");
	if (s->multipart != is_multipart(p->type))
		fact_add(&p->facts, FACT_CONTENT_TYPE_CONFLICT);
	if (s->multipart && !is_multipart(p->type))
		p->type = s->type;
}

/* A text that a parameter holds: encoded words stand there although RFC 2047 forbids it. What is odd about its bytes was told with the field. */
static struct span param_text(struct tree *t, const struct mime_field *f, struct span name)
{
	struct span value = mime_field_param(f, name);
	struct facts told = { 0 };
	bool encoded;

	return value.p == NULL ? SPAN_NONE : header_decode(t->build->arena, value, &told, &encoded);
}

/* Path separators: a backslash, and '/' that leads out of a folder or to its root. "Offer 1/2" is everyday mail; so is TAB, from folding in quotes. */
void message_part_tell_name(struct part *p)
{
	struct span s = p->name;

	if (span_starts(s, SPAN_LIT("/")) || span_has(s, SPAN_LIT("../")))
		fact_add(&p->facts, FACT_NAME_CONTROL_CHAR);
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f || c == '\\') {
			fact_add(&p->facts, FACT_NAME_CONTROL_CHAR);
		} else if (c == 0xe2 && i + 2 < s.len) { /* U+202A..202E, U+2066..2069 */
			uint8_t d = (uint8_t)s.p[i + 1], e = (uint8_t)s.p[i + 2];

			if ((d == 0x80 && e >= 0xaa && e <= 0xae) || (d == 0x81 && e >= 0xa6 && e <= 0xa9))
				fact_add(&p->facts, FACT_NAME_BIDI_OVERRIDE);
		}
	}
}

static void read_disposition(struct tree *t, struct part *p, const struct mime_field *type)
{
	const struct header *h = header_first(&p->headers, HDR_CONTENT_DISPOSITION);
	struct span name = param_text(t, type, SPAN_LIT("name"));
	struct mime_field f;

	if (h != NULL) {
		mime_field_parse(t->build->arena, field_value(t, h), MIME_DISPOSITION, t->build->limits->params, &p->facts, &f);
		p->disposition = f.type;
		p->name = param_text(t, &f, SPAN_LIT("filename"));
	}
	if (p->name.len != 0 && name.len != 0 && !span_eq(p->name, name))
		fact_add(&p->facts, FACT_NAME_CONFLICT);
	if (p->name.len == 0)
		p->name = name;
	message_part_tell_name(p);
}

/* Without comments (RFC 2045, 6.1 takes a token alone, but the grammar of fields allows them around it). */
static struct span strip_comments(struct arena *arena, struct span s)
{
	char *out, *o;
	unsigned depth = 0;

	if (span_chr(s, '(') == SPAN_NPOS)
		return span_trim(s);
	out = o = arena_bytes(arena, s.len);
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && depth > 0)
			depth--;
		else if (depth == 0)
			*o++ = s.p[i];
	}
	return span_trim(span_range(out, o));
}

static struct span first_token(struct span s)
{
	size_t n = 0;

	while (n < s.len && !ascii_isspace(s.p[n]) && s.p[n] != ';' && s.p[n] != ',')
		n++;
	return span_sub(s, 0, n);
}

static void read_encoding(struct tree *t, struct part *p, struct part_extra *x)
{
	const struct header *h = header_first(&p->headers, HDR_CONTENT_TRANSFER_ENCODING);

	if (h == NULL)
		return;
	p->encoding = mime_lower(t->build->arena, strip_comments(t->build->arena, field_value(t, h)));
	if (!decode_encoding_of(p->encoding, &x->encoding)) {
		fact_add(&p->facts, FACT_ENCODING_UNKNOWN);
		decode_encoding_of(first_token(p->encoding), &x->encoding); /* mail programs read on behind a known name */
	}
	if (x->composite && x->encoding != ENCODING_IDENTITY)
		fact_add(&p->facts, FACT_ENCODING_ON_COMPOSITE);
}

static void tell_duplicates(struct part *p)
{
	static const enum header_id once[] = { HDR_CONTENT_TRANSFER_ENCODING, HDR_CONTENT_DISPOSITION, HDR_CONTENT_ID,
		                               HDR_CONTENT_DESCRIPTION, HDR_CONTENT_LOCATION };

	if (header_count(&p->headers, HDR_CONTENT_TYPE) > 1)
		fact_add(&p->facts, FACT_DUPLICATE_CONTENT_TYPE);
	for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		if (header_count(&p->headers, once[i]) > 1)
			fact_add(&p->facts, FACT_DUPLICATE_MIME_HEADER);
	}
}

/* RFC 2046, 5.1.1: 1 to 70 of these, no space at the end. */
static bool boundary_legal(struct span b)
{
	if (b.len == 0 || b.len > BOUNDARY_LEGAL || b.p[b.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < b.len; i++) {
		if (!ascii_isalnum(b.p[i]) && span_chr(SPAN_LIT("'()+_,-./:=? "), b.p[i]) == SPAN_NPOS)
			return false;
	}
	return true;
}

static void tell_boundary(struct part *p, const struct mime_field *type, const struct structure *s)
{
	struct span b = mime_field_param(type, SPAN_LIT("boundary"));

	if (s->boundary.p == NULL)
		fact_add(&p->facts, FACT_BOUNDARY_MISSING);
	else if (!boundary_legal(s->boundary) || (b.p != NULL && !boundary_legal(b)))
		fact_add(&p->facts, FACT_BOUNDARY_BAD);
}

/* What kind of leaf a type and a disposition make. */
static enum part_kind leaf_kind(const struct part *p)
{
	if (span_eq(p->type, SPAN_LIT("message/rfc822")) || span_eq(p->type, SPAN_LIT("message/global")) ||
	    span_eq(p->type, SPAN_LIT("message/news")))
		return PART_MESSAGE;
	if (span_eq(p->disposition, SPAN_LIT("attachment")))
		return PART_ATTACHMENT;
	if (span_eq(p->type, SPAN_LIT("text/html")) || span_eq(p->type, SPAN_LIT("application/xhtml+xml")))
		return PART_HTML;
	/* A multipart that cannot be divided is shown as text. */
	if (span_starts(p->type, SPAN_LIT("text/")) || is_multipart(p->type))
		return PART_TEXT;
	return PART_ATTACHMENT;
}

void message_part_read(struct tree *t, size_t index, bool digest, const struct structure *s)
{
	struct part *p = &t->parts[index];
	struct part_extra *x = &t->extra[index];
	struct mime_field type;

	tell_duplicates(p);
	read_content_type(t, p, digest, s, &type);
	x->composite = is_multipart(p->type) || span_starts(p->type, SPAN_LIT("message/"));
	p->charset = mime_lower(t->build->arena, span_trim(mime_field_param(&type, SPAN_LIT("charset"))));
	p->content_id = header_value(&p->headers, HDR_CONTENT_ID);
	read_disposition(t, p, &type);
	read_encoding(t, p, x);
	p->kind = leaf_kind(p);
	if (s->multipart)
		tell_boundary(p, &type, s);
}
