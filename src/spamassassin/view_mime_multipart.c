#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/view_mime.h"

/* One multipart while it is being divided. */
struct division {
	struct sa_mime *m;
	const struct sa_pending *whole;
	struct sa_node *node;      /* the part being read */
	const char *end;           /* of the whole body */
	const char *part_begin;    /* of the part's body; NULL: no line of it yet */
	struct span field;         /* the field being read */
	bool in_body;
	bool long_line;            /* the part has lines that must be cut */
	bool nested;               /* a part has the same boundary as we: its lines do not divide us */
	size_t nparts;
};

enum delimiter { DELIMITER_NONE, DELIMITER_OPEN, DELIMITER_CLOSE };

static bool all_space(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isspace(s.p[i]))
			return false;
	}
	return true;
}

static enum delimiter delimiter_of(struct span line, struct span boundary)
{
	if (line.len < 2 || line.p[0] != '-' || line.p[1] != '-')
		return DELIMITER_NONE;
	line = span_from(line, 2);
	if (!span_starts(line, boundary))
		return DELIMITER_NONE;
	line = span_from(line, boundary.len);
	if (all_space(line))
		return DELIMITER_OPEN;
	return span_starts(line, SPAN_LIT("--")) && all_space(span_from(line, 2)) ? DELIMITER_CLOSE : DELIMITER_NONE;
}

static int *boundary_state(struct sa_mime *m, struct span boundary)
{
	int *state = map_get(&m->boundaries, boundary);

	if (state == NULL) {
		state = ARENA_NEW(m->arena, int);
		map_put(&m->boundaries, boundary, state);
		*ARRAY_ADD(m->arena, m->states_of_boundaries, m->nboundaries, m->cap_boundaries) = state;
	}
	return state;
}

/* Behind a delimiter a header field should stand, if anything. */
static void check_next(struct sa_mime *m, const char *p, const char *end)
{
	if (p < end && !sa_mime_is_field(sa_line(p, end), false))
		m->flags |= SA_MISSING_MIME_HEADERS;
}

/* Where the first part begins: behind the first delimiter; without one, at the beginning. */
static const char *skip_preamble(struct division *d, bool *found_r)
{
	struct sa_mime *m = d->m;

	for (const char *p = d->whole->body.p; p < d->end;) {
		struct span line = sa_line(p, d->end);

		p = span_end(line);
		if (delimiter_of(line, d->whole->boundary) == DELIMITER_OPEN) {
			*boundary_state(m, d->whole->boundary) = 1;
			check_next(m, p, d->end);
			*found_r = true;
			return p;
		}
	}
	*found_r = false;
	return d->whole->body.p;
}

static void end_field(struct division *d)
{
	size_t colon = span_chr(d->field, ':');
	struct span name, raw;

	if (d->field.p == NULL || colon == SPAN_NPOS)
		return;
	name = span_sub(d->field, 0, colon);
	raw = span_from(d->field, colon + 1);
	while (raw.len != 0 && ascii_isspace(raw.p[0]))
		raw = span_from(raw, 1);
	sa_mime_add_field(d->m, d->node, name, raw);
}

/* The last field in front of the body decides whether a part divides with our own boundary. */
static void check_nested(struct division *d)
{
	const struct sa_part *part = &d->node->part;
	struct sa_content_type ct;

	if (part->nfields == 0 || !span_case_eq(part->fields[part->nfields - 1].name, SPAN_LIT("content-type")))
		return;
	sa_parse_content_type(d->m->arena, sa_mime_value(d->m, &d->node->part, SPAN_LIT("content-type")), &ct);
	if (ct.boundary.p != NULL && span_eq(ct.boundary, d->whole->boundary))
		d->nested = true;
}

/* A line of the part's header; true when it already belongs to the body. */
static bool header_line(struct division *d, struct span line)
{
	if (sa_mime_is_field(line, true)) {
		end_field(d);
		d->field = line;
		return false;
	}
	if (line.len != 0 && (line.p[0] == ' ' || line.p[0] == '\t') && d->field.p != NULL) {
		d->field = span_range(d->field.p, span_end(line));
		return false;
	}
	if (d->field.p != NULL) {
		end_field(d);
		check_nested(d);
	}
	d->in_body = true;
	if (line.len == 0 || line.p[0] == '\n' || (line.p[0] == '\r' && (line.len == 1 || line.p[1] == '\n')))
		return false;
	d->m->flags |= SA_MISSING_MIME_HEAD_BODY_SEPARATOR;
	return true;
}

static void body_line(struct division *d, struct span line)
{
	if (d->part_begin == NULL)
		d->part_begin = line.p;
	d->long_line |= line.len > SA_LINE_MAX;
}

/* Pieces of at most SA_LINE_MAX bytes, each but the last of a line with a line end of its own. */
static struct span cut_lines(struct arena *arena, struct span s)
{
	char *copy = arena_bytes(arena, s.len + s.len / SA_LINE_MAX + 1), *to = copy;
	const char *p = s.p, *end = span_end(s);

	while (p < end) {
		struct span line = sa_line(p, end);

		p = span_end(line);
		for (; line.len > SA_LINE_MAX; line = span_from(line, SA_LINE_MAX)) {
			memcpy(to, line.p, SA_LINE_MAX);
			to += SA_LINE_MAX;
			*to++ = '\n';
		}
		memcpy(to, line.p, line.len);
		to += line.len;
	}
	return span_range(copy, to);
}

static struct span part_body(struct division *d, const char *end)
{
	struct span body = d->part_begin != NULL ? span_range(d->part_begin, end) : SPAN_LIT("");

	/* Lines are cut on every level anew; a hostile message could so grow without end. */
	if (d->long_line && d->m->copied < 4 * d->whole->body.len + (1u << 20)) {
		body = cut_lines(d->m->arena, body);
		d->m->copied += body.len;
	}
	return body;
}

static void end_part(struct division *d, struct span body)
{
	struct sa_content_type ct;

	sa_parse_content_type(d->m->arena, sa_mime_value(d->m, &d->node->part, SPAN_LIT("content-type")), &ct);
	d->node->part.type = ct.type;
	if (ct.missing && span_eq(d->whole->node->part.type, SPAN_LIT("multipart/digest")))
		d->node->part.type = SPAN_LIT("message/rfc822");
	sa_mime_node_add(d->whole->node, d->node);
	sa_mime_enqueue(d->m, &(struct sa_pending){ .node = d->node, .boundary = ct.boundary.len != 0 ? ct.boundary : d->whole->boundary, .body = body,
		.levels = d->whole->levels - 1 });
}

static void start_part(struct division *d)
{
	d->node = sa_mime_node_new(d->m);
	d->part_begin = NULL;
	d->field = SPAN_NONE;
	d->in_body = d->long_line = false;
}

/* At a delimiter or the last line; next: behind it. False: nothing more is divided. */
static bool close_part(struct division *d, struct span line, bool delimiter, bool last, const char *next)
{
	struct span body;

	if (!delimiter) {
		body_line(d, line);
		body = part_body(d, next);
	} else {
		body = part_body(d, line.p);
		if (body.len != 0 && body.p[body.len - 1] == '\n') /* the line end belongs to the delimiter */
			body.len--;
	}
	end_part(d, body);
	if (last) {
		--*boundary_state(d->m, d->whole->boundary);
		return false;
	}
	check_next(d->m, next, d->end);
	if (++d->nparts == SA_MULTIPART_MAX || d->m->nnodes >= SA_PARTS_MAX) {
		d->m->flags |= SA_MIMEPART_LIMIT_EXCEEDED;
		return false;
	}
	start_part(d);
	return true;
}

static void check_epilogue(struct sa_mime *m, const char *p, const char *end)
{
	for (; p < end; p++) {
		if (!ascii_isspace(*p) && *p != '.') {
			m->flags |= SA_MIME_EPILOGUE_EXISTS;
			return;
		}
	}
}

void sa_mime_divide(struct sa_mime *m, const struct sa_pending *whole)
{
	struct division d = { .m = m, .whole = whole, .end = span_end(whole->body) };
	const char *p;
	bool found;

	whole->node->part.leaf = false;
	p = skip_preamble(&d, &found);
	start_part(&d);
	d.in_body = !found && whole->blank_first;
	while (p < d.end) {
		struct span line = sa_line(p, d.end);
		enum delimiter what = delimiter_of(line, whole->boundary);
		bool delimiter = what != DELIMITER_NONE;

		p = span_end(line);
		if (delimiter && d.nested) {
			delimiter = false;
			d.nested = what != DELIMITER_CLOSE;
		}
		if (delimiter || p == d.end) {
			bool go_on = close_part(&d, line, delimiter, what == DELIMITER_CLOSE, p);

			if (!go_on && (m->flags & SA_MIMEPART_LIMIT_EXCEEDED) != 0)
				return;
			if (!go_on)
				break;
			continue;
		}
		if (d.in_body || header_line(&d, line))
			body_line(&d, line);
	}
	check_epilogue(m, p, d.end);
}
