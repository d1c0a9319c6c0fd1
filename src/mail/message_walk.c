/*
 * The MIME tree: gmime parses the prescan's copy and alone decides what is a part and where it begins and ends. Here its tree is walked,
 * without recursion, within the limits of parts and depth; header sections and bodies are taken from the message itself.
 */
#include <gmime/gmime.h>

#include "base/array.h"
#include "mail/message_build.h"
#include "mail/message_field.h"
#include "mail/prescan.h"
#include "mail/prescan_copy.h"

/* Lines that may delimit parts which gmime sees, for each part that is still allowed. */
#define MARKS_PER_PART 10
#define MARKS_FLOOR 100

struct open_part {
	GMimeMultipart *multipart;
	int part, next; /* index of the part; its next child */
	size_t at;      /* behind all that was walked of it */
};

struct walk {
	struct tree *t;
	struct span raw;
	struct prescan_copy copy;
	size_t mark;             /* the first one that was not passed */
	struct open_part *stack;
	size_t depth;
	uint32_t warnings;       /* one bit for each GMimeParserWarning */
	bool full;               /* the part budget is spent */
};

struct part *message_part_new(struct tree *t, int32_t parent, unsigned depth)
{
	struct part *p;
	struct part_extra *x;

	if (t->build->parts_left == 0) {
		fact_add(&t->m->facts, FACT_PART_TOO_MANY);
		return NULL;
	}
	t->build->parts_left--;
	p = ARRAY_ADD(t->build->arena, t->parts, t->n, t->cap);
	x = ARRAY_ADD(t->build->arena, t->extra, t->nextra, t->cap_extra);
	x->delimiter = x->end = x->close = x->behind = x->first = x->next = SPAN_NPOS;
	p->parent = parent;
	p->depth = depth;
	for (unsigned id = 0; id < HDR_N; id++)
		p->headers.first[id] = -1;
	return p;
}

static void take_warning(gint64 offset, GMimeParserWarning code, const gchar *item, gpointer ctx)
{
	struct walk *w = ctx;

	(void)offset;
	(void)item;
	if ((unsigned)code < 32)
		w->warnings |= UINT32_C(1) << (unsigned)code;
}

/* Parsed as a part: what gmime adds to a part to make it a message, address lists and dates, is hidden from it anyway. */
static GMimeObject *parse_copy(struct walk *w)
{
	GByteArray *bytes = g_byte_array_new_take((guint8 *)w->copy.p, w->copy.len);
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
	GMimeParserOptions *options = g_mime_parser_options_new();
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *root;

	g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
	g_mime_parser_options_set_warning_callback(options, take_warning, w);
	g_mime_parser_set_persist_stream(parser, TRUE);
	g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
	root = g_mime_parser_construct_part(parser, options);
	g_mime_parser_options_free(options);
	g_object_unref(parser);
	g_object_unref(stream); /* the parts hold on to it, but it is not read any more */
	g_byte_array_free(bytes, FALSE);
	return root;
}

/* An offset of gmime's in the message. */
static size_t offset_of(const struct walk *w, gint64 offset)
{
	size_t at = offset < PRESCAN_LEAD ? 0 : (size_t)offset - PRESCAN_LEAD;

	return at < w->raw.len ? at : w->raw.len;
}

/* Where the next line at or behind "at" begins that may delimit parts. */
static size_t next_mark(struct walk *w, size_t at)
{
	while (w->mark < w->copy.nmarks && w->copy.marks[w->mark] < at)
		w->mark++;
	return w->mark < w->copy.nmarks ? w->copy.marks[w->mark] : w->raw.len;
}

/* The extent of a leaf's body by gmime; false when its header section ran into a delimiter. */
static bool leaf_content(const struct walk *w, GMimeObject *object, size_t *begin_r, size_t *end_r)
{
	GMimeDataWrapper *content = GMIME_IS_PART(object) ? g_mime_part_get_content(GMIME_PART(object)) : NULL;
	GMimeStream *stream = content != NULL ? g_mime_data_wrapper_get_stream(content) : NULL;

	if (stream == NULL)
		return false;
	*begin_r = offset_of(w, stream->bound_start);
	*end_r = stream->bound_end < 0 ? w->raw.len : offset_of(w, stream->bound_end);
	return true;
}

/* The line that ends a body: gmime leaves out the line end before it. */
static size_t line_behind(const struct walk *w, size_t end)
{
	for (size_t at = end; at <= end + 2 && at + 2 <= w->raw.len; at++) {
		if (w->raw.p[at] == '-' && w->raw.p[at + 1] == '-' && (at == 0 || w->raw.p[at - 1] == '\n'))
			return at;
	}
	return end;
}

static size_t line_before(const struct walk *w, size_t at)
{
	const char *nl = at > 1 ? memrchr(w->raw.p, '\n', at - 1) : NULL;

	return nl != NULL ? (size_t)(nl + 1 - w->raw.p) : 0;
}

/* Where the header section of a part begins: at the field that the copy has there, or, when it is empty, at the empty line. */
static size_t section_begin(const struct walk *w, GMimeObject *object, size_t content, size_t at)
{
	GMimeHeaderList *list = g_mime_object_get_header_list(object);

	if (g_mime_header_list_get_count(list) > 0)
		return offset_of(w, g_mime_header_get_offset(g_mime_header_list_get_header_at(list, 0)));
	if (content == SPAN_NPOS || content == 0 || content < at)
		return at;
	content--;
	return content > at && w->raw.p[content - 1] == '\r' ? content - 1 : content;
}

static struct structure structure_of(const struct walk *w, GMimeObject *object)
{
	struct arena *arena = w->t->build->arena;
	struct structure s = { .multipart = GMIME_IS_MULTIPART(object) };
	GMimeContentType *type = g_mime_object_get_content_type(object);
	const char *boundary, *sub;
	struct span whole;

	if (!s.multipart || type == NULL)
		return s;
	sub = g_mime_content_type_get_media_subtype(type);
	whole = arena_printf(arena, "multipart/%s", sub != NULL ? sub : "");
	s.type = mime_lower(arena, whole);
	boundary = g_mime_content_type_get_parameter(type, "boundary");
	if (boundary != NULL)
		s.boundary = arena_copy(arena, span_of(boundary));
	return s;
}

/* The fields of a part are there: what it is, and whether its children are walked. */
static bool begin_part(struct walk *w, size_t index, GMimeObject *object)
{
	struct tree *t = w->t;
	struct part *p = &t->parts[index];
	struct structure s = structure_of(w, object);
	bool digest = p->parent >= 0 && span_eq(t->parts[p->parent].type, SPAN_LIT("multipart/digest"));

	message_part_read(t, index, digest, &s);
	if (s.boundary.p == NULL)
		return false;
	if (t->base_depth + p->depth + 1 >= t->build->limits->depth) {
		fact_add(&p->facts, FACT_PART_TOO_DEEP);
		p->kind = PART_ATTACHMENT;
		return false;
	}
	t->extra[index].boundary = s.boundary;
	p->kind = PART_MULTIPART;
	w->stack[w->depth++] = (struct open_part){ GMIME_MULTIPART(object), (int)index, 0, t->extra[index].body };
	return true;
}

/* Reads the header section of a new part; returns where the walk goes on, behind a leaf or its section. */
static size_t open_part(struct walk *w, const struct open_part *o, GMimeObject *object)
{
	struct tree *t = w->t;
	struct part *p = message_part_new(t, o->part, t->parts[o->part].depth + 1);
	struct part_extra *x;
	size_t begin, end, content = SPAN_NPOS, content_end = SPAN_NPOS;
	struct header_list headers;
	struct facts facts = { 0 };
	bool leaf = leaf_content(w, object, &content, &content_end);

	if (p == NULL) {
		w->full = true;
		return o->at;
	}
	x = &t->extra[t->n - 1];
	begin = section_begin(w, object, content, o->at);
	end = leaf && content >= begin ? content : next_mark(w, begin);
	x->delimiter = line_before(w, begin);
	x->body = begin + prescan_section(t->build->arena, span_sub(w->raw, begin, end - begin), t->build->limits, &facts, &headers);
	p->headers = headers;
	p->facts = facts;
	if (leaf)
		x->end = end = line_behind(w, content_end);
	return begin_part(w, t->n - 1, object) ? x->body : end;
}

static bool is_closing(const struct walk *w, size_t mark, struct span boundary)
{
	struct span line = prescan_copy_at(&w->copy, mark, w->raw.len);

	if (line.len < boundary.len + 4)
		return false;
	if (memcmp(line.p + 2, boundary.p, boundary.len) != 0 || memcmp(line.p + 2 + boundary.len, "--", 2) != 0)
		return false;
	line = span_from(line, boundary.len + 4);
	return span_trim(span_split(&line, '\n')).len == 0;
}

/* All children were walked. gmime says whether a closing line followed: then it is the next one of that form. */
static size_t close_part(struct walk *w, const struct open_part *o)
{
	struct part_extra *x = &w->t->extra[o->part];

	if (!o->multipart->write_end_boundary)
		return o->at;
	(void)next_mark(w, o->at);
	for (size_t i = w->mark; i < w->copy.nmarks; i++) {
		if (is_closing(w, w->copy.marks[i], x->boundary)) {
			const char *from = w->raw.p + w->copy.marks[i], *nl = memchr(from, '\n', (size_t)(span_end(w->raw) - from));

			w->mark = i;
			x->close = w->copy.marks[i];
			x->behind = nl != NULL ? (size_t)(nl + 1 - w->raw.p) : w->raw.len;
			return x->behind;
		}
	}
	return o->at;
}

static void walk_tree(struct walk *w)
{
	while (w->depth != 0) {
		struct open_part *o = &w->stack[w->depth - 1];
		size_t depth = w->depth, at;

		if (!w->full && o->next < g_mime_multipart_get_count(o->multipart)) {
			at = open_part(w, o, g_mime_multipart_get_part(o->multipart, o->next));
			o->next++;
		} else {
			at = close_part(w, o);
			w->depth--;
			depth--;
		}
		if (depth != 0 && w->depth == depth && w->stack[depth - 1].at < at)
			w->stack[depth - 1].at = at;
	}
}

/* What gmime warned of and nothing else told. */
static void tell_warnings(struct walk *w)
{
	static const struct {
		GMimeParserWarning warning;
		enum fact fact;
	} rows[] = {
		{ GMIME_CRIT_CONFLICTING_PARAMETER, FACT_CONTENT_TYPE_CONFLICT },
		{ GMIME_WARN_INVALID_CONTENT_TYPE, FACT_CONTENT_TYPE_BAD },
		{ GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY, FACT_BOUNDARY_MISSING },
		{ GMIME_WARN_MALFORMED_MULTIPART, FACT_BOUNDARY_UNCLOSED },
		{ GMIME_WARN_TRUNCATED_MESSAGE, FACT_BOUNDARY_UNCLOSED },
		{ GMIME_CRIT_NESTING_OVERFLOW, FACT_PART_TOO_DEEP },
	};
	struct tree *t = w->t;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool told = (w->warnings >> rows[i].warning & 1) == 0 || fact_has(&t->m->facts, rows[i].fact);

		for (size_t k = 0; k < t->n && !told; k++)
			told = fact_has(&t->parts[k].facts, rows[i].fact);
		if (!told)
			fact_add(&t->m->facts, rows[i].fact);
	}
}

/* The budget is spent: from the last part on all is one attachment, so that it is at least looked at for malware. */
static void keep_rest(struct walk *w)
{
	struct part *p = &w->t->parts[w->t->n - 1];
	const char *begin = w->raw.p + w->t->extra[w->t->n - 1].body;

	p->kind = PART_ATTACHMENT;
	p->type = SPAN_LIT("application/octet-stream");
	w->t->extra[w->t->n - 1].encoding = ENCODING_IDENTITY;
	p->raw = span_range(begin, span_end(w->raw));
}

void message_walk(struct tree *t)
{
	struct walk w = { .t = t, .raw = t->m->raw };
	struct part *root = message_part_new(t, -1, 0);
	GMimeObject *object;

	if (root == NULL)
		return;
	w.stack = ARENA_ARRAY(t->build->arena, t->build->limits->depth + 1, struct open_part);
	root->headers = t->m->headers;
	t->extra[0].body = t->m->body_offset;
	prescan_copy_make(t->build->arena, w.raw, t->m->body_offset, t->build->limits,
	                  (size_t)t->build->parts_left * MARKS_PER_PART + MARKS_FLOOR, &w.copy);
	object = parse_copy(&w);
	if (object != NULL)
		begin_part(&w, 0, object);
	else
		message_part_read(t, 0, false, &(struct structure){ 0 });
	walk_tree(&w);
	if (object != NULL)
		g_object_unref(object);
	message_extents(t, &w.copy);
	tell_warnings(&w);
	if (w.copy.full && !w.full)
		fact_add(&t->m->facts, FACT_PART_TOO_MANY);
	if (w.copy.full || w.full)
		keep_rest(&w);
	prescan_copy_free(&w.copy);
}
