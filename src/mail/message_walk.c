/*
 * The MIME tree, in one pass over the lines. One reader alone decides where parts begin and end, so that no second opinion
 * can be played against it: gmime, which decodes parameters and uuencode, never sees a boundary. The stack of open multiparts
 * is bounded by the depth limit, a line is compared with each of them at most once, header sections are read once: linear.
 */
#include "base/array.h"
#include "mail/message_build.h"
#include "mail/prescan.h"

#define PREAMBLE_ALLOWED 300 /* "This is a multi-part message in MIME format", in many words */
#define EPILOGUE_ALLOWED 100

struct open_part {
	struct span boundary;
	uint64_t head, mask; /* its first bytes, up to 8, for a quick comparison */
	int32_t part;
	size_t body;      /* where its body begins */
	unsigned opened;  /* delimiters seen */
};

struct walk {
	struct tree *t;
	struct span raw;
	size_t at;             /* the next line */
	struct open_part *stack;
	size_t depth;          /* entries of stack */
	int32_t leaf;          /* the part whose body is being passed, -1: none (preamble or epilogue) */
	size_t leaf_body;
	size_t gap;            /* where the preamble or epilogue began */
	int32_t gap_part;      /* of this multipart; -1: none */
	bool gap_epilogue;
	bool full;             /* the part budget is spent */
};

struct part *message_part_new(struct tree *t, int32_t parent, unsigned depth)
{
	struct part *p;

	if (t->build->parts_left == 0) {
		fact_add(&t->m->facts, FACT_PART_TOO_MANY);
		return NULL;
	}
	t->build->parts_left--;
	p = ARRAY_ADD(t->build->arena, t->parts, t->n, t->cap);
	(void)ARRAY_ADD(t->build->arena, t->extra, t->nextra, t->cap_extra);
	p->parent = parent;
	p->depth = depth;
	for (unsigned id = 0; id < HDR_N; id++)
		p->headers.first[id] = -1;
	return p;
}

static void tell(struct walk *w, int32_t part, enum fact fact)
{
	fact_add(&w->t->parts[part].facts, fact);
}

/* The first 8 bytes as a word; behind a shorter text there are zeros. */
static uint64_t head_of(struct span s)
{
	uint64_t word = 0;

	if (s.len >= sizeof(word))
		memcpy(&word, s.p, sizeof(word));
	else if (s.len != 0)
		memcpy(&word, s.p, s.len);
	return word;
}

enum delimiter { NO_DELIMITER, DELIMITER, CLOSE_DELIMITER };

/* line begins with "--". Innermost boundary first. junk_r: a known boundary with something behind it. */
static enum delimiter match_delimiter(const struct walk *w, struct span line, size_t *index_r, bool *junk_r)
{
	struct span s = span_make(line.p + 2, line.len - 2);
	uint64_t head = head_of(s);

	*junk_r = false;
	for (size_t i = w->depth; i-- > 0;) {
		const struct open_part *o = &w->stack[i];
		struct span rest;

		if ((head & o->mask) != o->head || !span_starts(s, o->boundary))
			continue;
		rest = span_from(s, o->boundary.len);
		*index_r = i;
		if (span_trim(rest).len == 0)
			return DELIMITER;
		if (span_starts(rest, SPAN_LIT("--")) && span_trim(span_from(rest, 2)).len == 0)
			return CLOSE_DELIMITER;
		*junk_r = true;
	}
	return NO_DELIMITER;
}

static bool is_delimiter(const void *ctx, struct span line)
{
	size_t index;
	bool junk;

	return match_delimiter(ctx, line, &index, &junk) != NO_DELIMITER;
}

static void push(struct walk *w, int32_t index, struct span boundary)
{
	struct open_part *o = &w->stack[w->depth];

	for (size_t i = 0; i < w->depth; i++) {
		struct span b = w->stack[i].boundary;

		if (span_starts(b, boundary) || span_starts(boundary, b)) {
			tell(w, index, FACT_BOUNDARY_PREFIX);
			break;
		}
	}
	*o = (struct open_part){ .boundary = boundary, .part = index, .body = w->at, .head = head_of(boundary) };
	memset(&o->mask, 0xff, boundary.len < sizeof(o->mask) ? boundary.len : sizeof(o->mask));
	w->depth++;
	w->t->parts[index].kind = PART_MULTIPART;
	w->leaf = -1;
	w->gap = w->at;
	w->gap_part = index;
	w->gap_epilogue = false;
}

/* The fields of a part are there: what it is, and whether a multipart opens. */
static void begin_part(struct walk *w, int32_t index, bool digest)
{
	struct part *p = &w->t->parts[index];
	struct span boundary = message_part_read(w->t, (size_t)index, digest);

	w->leaf = index;
	w->leaf_body = w->at;
	w->gap_part = -1;
	if (boundary.len == 0)
		return;
	if (w->t->base_depth + p->depth + 1 >= w->t->build->limits->depth) {
		tell(w, index, FACT_PART_TOO_DEEP);
		p->kind = PART_ATTACHMENT;
		return;
	}
	push(w, index, boundary);
}

static size_t visible_bytes(struct span s)
{
	return span_trim(s).len;
}

/* What stood before a delimiter line: the line end belongs to the delimiter (RFC 2046, 5.1.1). */
static size_t before_line(const struct walk *w, size_t line)
{
	if (line > 0 && w->raw.p[line - 1] == '\n')
		line -= line > 1 && w->raw.p[line - 2] == '\r' ? 2u : 1u;
	return line;
}

/* A body that looks like what should have been read as structure: a MIME field at its start, or a delimiter and a field. */
static void tell_displaced(struct part *p)
{
	struct span s = p->raw;

	if (p->kind != PART_TEXT || p->encoding.len != 0)
		return;
	if (p->headers.n == 0 && span_case_starts(s, SPAN_LIT("Content-T")))
		fact_add(&p->facts, FACT_HEADER_MALFORMED_LINE);
	if (span_starts(s, SPAN_LIT("--")) && span_split(&s, '\n').len > 2 && span_case_starts(s, SPAN_LIT("Content-T")))
		fact_add(&p->facts, FACT_BOUNDARY_MISSING);
}

/* Here ends whatever was before: a leaf's body, a preamble or an epilogue. */
static void end_body(struct walk *w, size_t end)
{
	if (w->leaf >= 0) {
		struct part *p = &w->t->parts[w->leaf];

		p->raw = span_sub(w->raw, w->leaf_body, end > w->leaf_body ? end - w->leaf_body : 0);
		tell_displaced(p);
	} else if (w->gap_part >= 0 && end > w->gap) {
		size_t n = visible_bytes(span_sub(w->raw, w->gap, end - w->gap));

		if (!w->gap_epilogue && n > PREAMBLE_ALLOWED)
			tell(w, w->gap_part, FACT_PREAMBLE_LARGE);
		if (w->gap_epilogue && n > EPILOGUE_ALLOWED)
			tell(w, w->gap_part, FACT_EPILOGUE_LARGE);
	}
	w->leaf = -1;
	w->gap_part = -1;
}

/* Takes the innermost multipart off the stack; its body ends at "end". */
static void pop(struct walk *w, size_t end, bool closed)
{
	struct open_part *o = &w->stack[--w->depth];
	struct part *p = &w->t->parts[o->part];

	p->raw = span_sub(w->raw, o->body, end > o->body ? end - o->body : 0);
	if (!closed)
		fact_add(&p->facts, FACT_BOUNDARY_UNCLOSED);
	if (o->opened == 0) {
		fact_add(&p->facts, FACT_PART_EMPTY_MULTIPART);
		if (!closed)
			fact_add(&p->facts, FACT_BOUNDARY_UNUSED);
		p->kind = PART_TEXT; /* what a reader sees of it */
	}
}

/* Reads the header section of a new part. */
static void open_part(struct walk *w, size_t index)
{
	struct open_part *o = &w->stack[index];
	const struct part *parent = &w->t->parts[o->part];
	bool digest = span_eq(parent->type, SPAN_LIT("multipart/digest"));
	struct part *p = message_part_new(w->t, o->part, parent->depth + 1);
	struct header_list headers;
	struct facts facts = { 0 };

	o->opened++;
	if (p == NULL) {
		w->full = true;
		return;
	}
	w->at += prescan_section(w->t->build->arena, span_from(w->raw, w->at), w->t->build->limits, is_delimiter, w, &facts, &headers);
	p->headers = headers;
	p->facts = facts;
	begin_part(w, (int32_t)w->t->n - 1, digest);
}

static void take_delimiter(struct walk *w, size_t line, enum delimiter kind, size_t index)
{
	end_body(w, before_line(w, line));
	while (w->depth > index + 1)
		pop(w, before_line(w, line), false);
	if (kind == DELIMITER) {
		open_part(w, index);
		return;
	}
	w->gap_part = w->stack[index].part;
	w->gap = w->at;
	w->gap_epilogue = true;
	pop(w, before_line(w, line), true);
}

/* The next line that begins with "--", from w->at on; false at the end. w->at goes behind it. */
static bool next_dash_line(struct walk *w, size_t *from_r, struct span *line_r)
{
	const char *p = w->raw.p + w->at, *end = span_end(w->raw), *nl;

	while (end - p >= 2) {
		bool dashes = p[0] == '-' && p[1] == '-';

		nl = memchr(p, '\n', (size_t)(end - p));
		if (!dashes && nl == NULL)
			break;
		if (dashes) {
			*from_r = (size_t)(p - w->raw.p);
			*line_r = span_range(p, nl != NULL ? nl : end);
			w->at = nl != NULL ? (size_t)(nl + 1 - w->raw.p) : w->raw.len;
			return true;
		}
		p = nl + 1;
	}
	w->at = w->raw.len;
	return false;
}

static void walk_body(struct walk *w)
{
	struct span line;
	size_t from, index = 0;
	bool junk;

	while (w->depth != 0 && !w->full && next_dash_line(w, &from, &line)) {
		enum delimiter kind = match_delimiter(w, line, &index, &junk);

		if (kind != NO_DELIMITER)
			take_delimiter(w, from, kind, index);
		else if (junk)
			fact_add(&w->t->m->facts, FACT_BOUNDARY_PREFIX);
	}
}

/* The budget is spent: from the last part on all is one attachment, so that it is at least looked at for malware. */
static void keep_rest(struct walk *w)
{
	struct part *p = &w->t->parts[w->t->n - 1];

	p->kind = PART_ATTACHMENT;
	p->type = SPAN_LIT("application/octet-stream");
	w->t->extra[w->t->n - 1].encoding = ENCODING_IDENTITY;
	p->raw = span_range(p->raw.p, span_end(w->raw));
}

void message_walk(struct tree *t)
{
	struct walk w = { .t = t, .raw = t->m->raw, .leaf = -1, .gap_part = -1 };
	struct part *root = message_part_new(t, -1, 0);

	if (root == NULL)
		return;
	w.stack = ARENA_ARRAY(t->build->arena, t->build->limits->depth + 1, struct open_part);
	w.at = t->m->body_offset;
	root->headers = t->m->headers;
	begin_part(&w, 0, false);
	walk_body(&w);
	if (!w.full)
		end_body(&w, w.raw.len);
	while (w.depth > 0)
		pop(&w, w.raw.len, false);
	if (w.full)
		keep_rest(&w);
}
