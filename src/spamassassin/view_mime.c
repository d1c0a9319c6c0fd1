#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/view_mime.h"

struct sa_node *sa_mime_node_new(struct sa_mime *m)
{
	struct sa_node *node = ARENA_NEW(m->arena, struct sa_node);

	node->part.leaf = true;
	return node;
}

void sa_mime_node_add(struct sa_node *parent, struct sa_node *node)
{
	node->parent = parent;
	node->part.depth = parent->part.depth + 1;
	if (parent->last != NULL)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
}

void sa_mime_enqueue(struct sa_mime *m, const struct sa_pending *p)
{
	struct sa_pending *to = ARRAY_ADD(m->arena, m->queue, m->nqueue, m->cap_queue);

	*to = *p;
	m->nnodes++;
}

/* ---- decoding ---- */

static struct span crlf_to_lf(struct span s)
{
	char *p, *to;

	if (!span_has(s, SPAN_LIT("\r\n")))
		return s;
	memcpy(&p, &s.p, sizeof(p)); /* our own copy, made by the decoder */
	to = p;
	for (size_t i = 0; i < s.len; i++) {
		if (p[i] != '\r' || i + 1 == s.len || p[i + 1] != '\n')
			*to++ = p[i];
	}
	return span_range(p, to);
}

struct span sa_mime_decode(struct sa_mime *m, const struct sa_part *part)
{
	struct span decoded;

	if (span_case_eq(part->encoding, SPAN_LIT("quoted-printable")))
		return crlf_to_lf(sa_qp_decode(m->arena, part->raw));
	if (!span_case_eq(part->encoding, SPAN_LIT("base64")))
		return part->raw;
	decoded = sa_base64_decode(m->arena, part->raw);
	return span_starts(part->type, SPAN_LIT("text/")) || span_starts(part->type, SPAN_LIT("message/")) ? crlf_to_lf(decoded) : decoded;
}

/* ---- leaves ---- */

/* What Content-Disposition says: behind the first "name=". */
static struct span disposition_name(struct span value)
{
	for (size_t at = 0; at < value.len;) {
		size_t found = span_case_find(span_from(value, at), SPAN_LIT("name=")), i, end;

		if (found == SPAN_NPOS)
			return SPAN_NONE;
		i = at = at + found + 5;
		while (i < value.len && ascii_isspace(value.p[i]))
			i++;
		i += i < value.len && value.p[i] == '"';
		for (end = i; end < value.len && value.p[end] != '"' && value.p[end] != ';';)
			end++;
		if (end > i)
			return span_make(value.p + i, end - i);
		/* White space itself may be the name. */
		if (i > at && i <= value.len && value.p[i - 1] != '"')
			return span_make(value.p + i - 1, 1);
	}
	return SPAN_NONE;
}

static bool has_html_name(struct span name)
{
	return span_case_ends(name, SPAN_LIT(".html")) || span_case_ends(name, SPAN_LIT(".htm")) || span_case_ends(name, SPAN_LIT(".shtml")) || span_case_ends(name, SPAN_LIT(".shtm"));
}

static struct span lower(struct arena *arena, struct span s)
{
	char *p = arena_bytes(arena, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_tolower(s.p[i]);
	return span_make(p, s.len);
}

static void read_leaf(struct sa_mime *m, const struct sa_pending *todo)
{
	struct sa_part *part = &todo->node->part;
	struct sa_content_type ct;

	sa_parse_content_type(m->arena, sa_mime_value(m, part, SPAN_LIT("content-type")), &ct);
	if (!ct.missing)
		part->type = span_starts(ct.type, SPAN_LIT("multipart/")) && todo->boundary.p == NULL ? SPAN_LIT("text/plain") : ct.type;
	part->charset = ct.charset;
	part->name = disposition_name(sa_mime_value(m, part, SPAN_LIT("content-disposition")));
	if (part->name.len == 0)
		part->name = ct.name;
	part->boundary = todo->boundary;
	part->raw = todo->body;
	if (todo->blank_first) {
		struct buf b = BUF_INIT(m->arena);

		buf_char(&b, '\n');
		buf_add(&b, todo->body);
		part->raw = buf_span(&b);
	}
}

/* ---- the tree ---- */

static struct sa_node *read_message(struct sa_mime *m, struct span text, unsigned levels, bool outermost)
{
	struct sa_node *node = sa_mime_node_new(m);
	struct sa_pending todo = { .node = node, .levels = levels };
	struct sa_content_type ct;
	unsigned flags = 0;
	struct span first;

	if (outermost)
		sa_mime_read_message(m, node, text, &m->flags, &todo.body, &m->headers, &m->body);
	else
		sa_mime_read_message(m, node, text, &flags, &todo.body, NULL, NULL);
	sa_parse_content_type(m->arena, sa_mime_value(m, &node->part, SPAN_LIT("content-type")), &ct);
	node->part.type = ct.type;
	todo.boundary = ct.boundary;
	first = sa_line(todo.body.p, span_end(todo.body));
	/* The body of a multipart begins without an empty line and without its delimiter: what stands there is no header. */
	if (span_starts(ct.type, SPAN_LIT("multipart/")) && first.len < todo.body.len && span_trim(first).len != 0)
		todo.blank_first = ct.boundary.p == NULL || !span_starts(first, SPAN_LIT("--")) || !span_starts(span_from(first, 2), ct.boundary);
	sa_mime_enqueue(m, &todo);
	return node;
}

static void set_encoding(struct sa_mime *m, struct sa_part *part)
{
	part->encoding = lower(m->arena, sa_mime_value(m, part, SPAN_LIT("content-transfer-encoding")));
	part->effective_type = has_html_name(part->name) ? SPAN_LIT("text/html") : part->type;
}

static void read_attached(struct sa_mime *m, const struct sa_pending *todo)
{
	struct sa_part *part = &todo->node->part;
	struct span text;

	if (todo->levels == 0 || (!span_eq(part->type, SPAN_LIT("message/rfc822")) && !span_eq(part->type, SPAN_LIT("message/global"))))
		return;
	text = sa_mime_decode(m, part);
	if (text.len == 0 || m->nnodes >= SA_PARTS_MAX)
		return;
	sa_mime_node_add(todo->node, read_message(m, text, todo->levels - 1, false));
	part->leaf = false;
	part->raw = SPAN_NONE;
}

static const struct sa_node *next_node(const struct sa_node *node)
{
	if (node->first != NULL)
		return node->first;
	while (node != NULL && node->next == NULL)
		node = node->parent;
	return node != NULL ? node->next : NULL;
}

static void flatten(struct sa_mime *m, const struct sa_node *root)
{
	size_t n = 0, cap = m->nnodes;
	int32_t *last_at_depth; /* index of the last part of each depth */

	m->parts = ARENA_ARRAY(m->arena, cap, struct sa_part);
	m->decoded = ARENA_ARRAY(m->arena, cap, struct sa_decoded);
	last_at_depth = ARENA_ARRAY(m->arena, cap + 1, int32_t);
	for (const struct sa_node *node = root; node != NULL && n < cap; node = next_node(node)) {
		m->parts[n] = node->part;
		m->parts[n].parent = node->parent != NULL ? last_at_depth[node->part.depth - 1] : -1;
		last_at_depth[node->part.depth] = (int32_t)n;
		n++;
	}
	m->nparts = n;
}

static void check_boundaries(struct sa_mime *m)
{
	for (size_t i = 0; i < m->nboundaries; i++) {
		if (*m->states_of_boundaries[i] != 0)
			m->flags |= SA_MISSING_BOUNDARY;
	}
}

/* get_all_headers() stops when all fields, as it gives them, are too long together. */
static void check_header_size(struct sa_mime *m)
{
	size_t size = 0;

	for (size_t i = 0; i < m->parts[0].nfields; i++)
		size += m->parts[0].fields[i].name.len + m->parts[0].fields[i].raw.len + 2;
	if (size > SA_HEADERS_MAX)
		m->flags |= SA_TRUNCATED_HEADER;
}

static struct sa_mime *mime_of(struct sa_view *v)
{
	struct sa_mime *m = v->mime;
	struct sa_node *root;

	if (m != NULL)
		return m;
	m = v->mime = ARENA_NEW(v->arena, struct sa_mime);
	m->view = v;
	m->arena = v->arena;
	map_init(&m->boundaries, m->arena, false);
	root = read_message(m, v->tx->raw, SA_SUBPARSE, true);
	for (; m->at < m->nqueue; m->at++) {
		struct sa_pending todo = m->queue[m->at];

		if (span_starts(todo.node->part.type, SPAN_LIT("multipart/")) && todo.boundary.p != NULL && todo.levels > 0) {
			sa_mime_divide(m, &todo);
			set_encoding(m, &todo.node->part);
			continue;
		}
		read_leaf(m, &todo);
		set_encoding(m, &todo.node->part);
		read_attached(m, &todo);
	}
	flatten(m, root);
	check_boundaries(m);
	check_header_size(m);
	return m;
}

/* ---- what the others ask for ---- */

const struct sa_part *sa_parts(struct sa_view *v, size_t *n_r)
{
	const struct sa_mime *m = mime_of(v);

	*n_r = m->nparts;
	return m->parts;
}

bool sa_part_header(struct sa_view *v, const struct sa_part *part, struct span name, bool raw, struct span *value_r)
{
	struct sa_field *f = sa_mime_field(part, name);
	struct buf b = BUF_INIT(v->arena);

	if (f == NULL)
		return false;
	if (!raw) {
		buf_add(&b, sa_field_value(v, f));
		buf_char(&b, '\n');
		*value_r = buf_span(&b);
		return true;
	}
	/* A line end with white space behind it becomes one blank; other white space behind a final line end does not occur. */
	for (size_t i = 0; i < f->raw.len; i++) {
		size_t end = i + (f->raw.p[i] == '\r' && i + 1 < f->raw.len && f->raw.p[i + 1] == '\n'), next = end + 1;

		while (f->raw.p[end] == '\n' && next < f->raw.len && ascii_isspace(f->raw.p[next]))
			next++;
		if (f->raw.p[end] != '\n' || next == end + 1) {
			buf_char(&b, f->raw.p[i]);
			continue;
		}
		buf_char(&b, ' ');
		i = next - 1;
	}
	*value_r = buf_span(&b);
	return true;
}

struct span sa_part_decoded(struct sa_view *v, const struct sa_part *part)
{
	struct sa_mime *m = mime_of(v);
	struct sa_decoded *d = &m->decoded[part - m->parts];

	if (!d->done && part->leaf) {
		d->done = true;
		d->text = sa_mime_decode(m, part);
	}
	return d->text;
}

unsigned sa_parse_flags(struct sa_view *v)
{
	return mime_of(v)->flags;
}

struct span sa_pristine_headers(struct sa_view *v)
{
	return mime_of(v)->headers;
}

struct span sa_pristine_body(struct sa_view *v)
{
	return mime_of(v)->body;
}

struct span sa_full(struct sa_view *v)
{
	struct sa_mime *m = mime_of(v);
	struct buf b = BUF_INIT(v->arena);

	if (m->full.p != NULL)
		return m->full;
	if (span_end(m->headers) == m->body.p) {
		m->full = span_make(m->headers.p, m->headers.len + m->body.len);
		return m->full;
	}
	buf_add(&b, m->headers);
	buf_add(&b, m->body);
	m->full = buf_span(&b);
	return m->full;
}
