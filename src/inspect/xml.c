#include "inspect/xml.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "inspect/office.h"
#include "mail/message_decode.h"

#define ATTRIBUTE_BYTES 8192
#define INSTRUCTION_BYTES 8192
#define BINARY_MAX 8388608

bool xml_next_tag(struct span *rest, struct xml_tag *tag_r)
{
	struct span s = *rest, body;
	size_t open, close, n = 0;

	for (;;) {
		open = span_chr(s, '<');
		if (open == SPAN_NPOS)
			return false;
		body = span_from(s, open + 1);
		if (!span_starts(body, SPAN_LIT("!--")))
			break;
		close = span_find(body, SPAN_LIT("-->"));
		if (close == SPAN_NPOS)
			return false;
		s = span_from(body, close + 3);
	}
	close = span_chr(body, '>');
	if (close == SPAN_NPOS)
		return false;
	*tag_r = (struct xml_tag){ .text = span_sub(s, 0, open) };
	*rest = span_from(body, close + 1);
	body = span_sub(body, 0, close);
	tag_r->end = span_starts(body, SPAN_LIT("/"));
	if (tag_r->end)
		body = span_from(body, 1);
	tag_r->empty = body.len != 0 && body.p[body.len - 1] == '/';
	while (n < body.len && !ascii_isspace(body.p[n]) && body.p[n] != '/')
		n++;
	tag_r->name = span_sub(body, 0, n);
	tag_r->attributes = span_from(body, n);
	return true;
}

struct span xml_local_name(struct span name)
{
	size_t colon = span_chr(name, ':');

	return colon == SPAN_NPOS ? name : span_from(name, colon + 1);
}

/* One reference behind '&'; its length, 0 when it is none. */
static size_t resolve(struct buf *out, struct span s)
{
	static const struct {
		struct span name;
		char c;
	} named[] = { { SPAN_LIT("amp;"), '&' }, { SPAN_LIT("lt;"), '<' }, { SPAN_LIT("gt;"), '>' }, { SPAN_LIT("quot;"), '"' }, { SPAN_LIT("apos;"), '\'' } };
	uint32_t cp = 0;
	size_t i = 1;
	bool hex;

	for (size_t k = 0; k < sizeof(named) / sizeof(*named); k++) {
		if (span_starts(s, named[k].name)) {
			buf_char(out, named[k].c);
			return named[k].name.len;
		}
	}
	if (s.len < 3 || s.p[0] != '#')
		return 0;
	hex = s.p[1] == 'x';
	for (i += hex; i < s.len && i < 10 && (hex ? ascii_isxdigit(s.p[i]) : ascii_isdigit(s.p[i])); i++)
		cp = cp * (hex ? 16 : 10) + (uint32_t)ascii_xvalue(s.p[i]);
	if (i >= s.len || s.p[i] != ';')
		return 0;
	utf8_add(out, cp);
	return i + 1;
}

static void add_text(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len && !out->full; i++) {
		size_t n = s.p[i] == '&' ? resolve(out, span_from(s, i + 1)) : 0;

		if (n == 0)
			buf_char(out, s.p[i]);
		i += n;
		if (out->len >= out->max)
			break;
	}
}

struct span xml_attribute(struct arena *arena, const struct xml_tag *tag, struct span name)
{
	struct span s = tag->attributes;

	while ((s = span_trim(s)).len != 0) {
		size_t equals = span_chr(s, '='), end;
		struct span key = span_trim(span_sub(s, 0, equals == SPAN_NPOS ? s.len : equals)), value;
		struct buf out = { .arena = arena, .max = ATTRIBUTE_BYTES };

		if (equals == SPAN_NPOS)
			break;
		s = span_trim(span_from(s, equals + 1));
		if (s.len == 0 || (s.p[0] != '"' && s.p[0] != '\''))
			break;
		end = span_chr(span_from(s, 1), s.p[0]);
		value = span_sub(s, 1, end == SPAN_NPOS ? s.len : end);
		s = end == SPAN_NPOS ? SPAN_NONE : span_from(s, end + 2);
		if (!span_eq(key, name))
			continue;
		if (span_chr(value, '&') == SPAN_NPOS)
			return value;
		add_text(&out, value);
		return buf_span(&out);
	}
	return SPAN_NONE;
}

/* "=cmd|'/c calc'!A0": a formula that speaks DDE. */
static bool is_dde_formula(struct span s)
{
	size_t bar = span_chr(s, '|');

	if (bar == SPAN_NPOS || s.len == 0 || span_chr(SPAN_LIT("=+-@"), s.p[0]) == SPAN_NPOS)
		return false;
	for (size_t i = 1; i < bar; i++) {
		if (!ascii_isalnum(s.p[i]) && s.p[i] != '_' && s.p[i] != '+' && s.p[i] != '-' && s.p[i] != '=' && s.p[i] != '(' && s.p[i] != '@' && s.p[i] != '.' && s.p[i] != ' ')
			return false;
	}
	return bar > 1 && span_chr(span_from(s, bar), '!') != SPAN_NPOS;
}

/* Instructions of fields stand in pieces; those of one field end at its separator or end. */
struct fields {
	struct reader *r;
	int32_t item;
	struct buf instruction;
};

static void end_field(struct fields *f)
{
	if (office_is_dde(buf_span(&f->instruction)))
		office_add_dde(f->r, f->item, buf_span(&f->instruction));
	buf_clear(&f->instruction);
}

/* A flat package (or ActiveMime in old Word XML): base64 of a binary part. */
static void read_binary(struct reader *r, int32_t item, struct span base64)
{
	struct facts facts = { 0 };
	struct span head, bytes;
	int32_t part;

	base64 = span_trim(base64);
	if (base64.len < 16 || base64.len > BINARY_MAX || base64.len > contents_room(r))
		return;
	head = decode_base64(r->arena, span_sub(base64, 0, 64), &facts);
	if (span_starts(head, SPAN_LIT("ActiveMime"))) {
		contents_tell(r, item, CONTENT_OFFICE_OBJECT);
		return;
	}
	if (!span_starts(head, SPAN_LIT("\xd0\xcf\x11\xe0")))
		return;
	bytes = decode_base64(r->arena, base64, &facts);
	contents_spend(r, bytes.len, bytes.len);
	contents_tell(r, item, CONTENT_OFFICE_OBJECT);
	part = contents_add_bytes(r, item, CONTENT_FILE, SPAN_NONE, bytes);
	if (part >= 0)
		contents_open(r, part);
}

static void read_start(struct fields *f, const struct xml_tag *tag, struct span name)
{
	struct arena *arena = f->r->arena;

	if (span_eq(name, SPAN_LIT("fldSimple"))) {
		struct span instr = xml_attribute(arena, tag, SPAN_LIT("w:instr"));

		if (office_is_dde(instr))
			office_add_dde(f->r, f->item, instr);
	} else if (span_eq(name, SPAN_LIT("fldChar"))) {
		end_field(f);
	} else if (span_eq(name, SPAN_LIT("ddeLink"))) {
		struct span service = xml_attribute(arena, tag, SPAN_LIT("ddeService")), topic = xml_attribute(arena, tag, SPAN_LIT("ddeTopic"));

		office_add_dde(f->r, f->item, arena_printf(arena, "%.*s|%.*s", SPAN_ARG(service), SPAN_ARG(topic)));
	} else if (span_eq(name, SPAN_LIT("Cell"))) {
		struct span formula = xml_attribute(arena, tag, SPAN_LIT("ss:Formula"));

		if (is_dde_formula(formula))
			office_add_dde(f->r, f->item, formula);
	} else if (span_eq(name, SPAN_LIT("attachedTemplate"))) {
		struct span target = xml_attribute(arena, tag, SPAN_LIT("w:val"));

		if (office_is_remote(target))
			contents_tell(f->r, f->item, CONTENT_OFFICE_EXTERNAL_TEMPLATE);
	}
}

void xml_read_office(struct reader *r, int32_t item, struct span xml)
{
	struct fields f = { .r = r, .item = item, .instruction = { .arena = r->arena, .max = INSTRUCTION_BYTES } };
	struct xml_tag tag;

	while (xml_next_tag(&xml, &tag)) {
		struct span name = xml_local_name(tag.name);

		if (!tag.end) {
			read_start(&f, &tag, name);
			continue;
		}
		if (span_eq(name, SPAN_LIT("instrText")))
			add_text(&f.instruction, tag.text);
		else if (span_eq(name, SPAN_LIT("p")))
			end_field(&f);
		else if (span_eq(name, SPAN_LIT("binaryData")) || span_eq(name, SPAN_LIT("binData")))
			read_binary(r, item, tag.text);
		else if (span_eq(name, SPAN_LIT("f")) && is_dde_formula(tag.text))
			office_add_dde(r, item, tag.text);
	}
	end_field(&f);
}
