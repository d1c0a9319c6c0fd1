#include "auth/canon.h"

#include "base/ascii.h"

#define CRLF SPAN_LIT("\r\n")

void canon_flush(struct canon_sink *s)
{
	if (s->n != 0)
		s->write(s->ctx, s->gathered, s->n);
	s->n = 0;
}

void canon_write(struct canon_sink *s, struct span piece)
{
	if (piece.len > sizeof(s->gathered) - s->n)
		canon_flush(s);
	if (piece.len > sizeof(s->gathered)) {
		s->write(s->ctx, piece.p, piece.len);
		return;
	}
	if (piece.len != 0)
		memcpy(s->gathered + s->n, piece.p, piece.len);
	s->n += piece.len;
}

static inline bool is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

/* Takes one line off the front, without its end; *ended_r: it had one. */
static struct span take_line(struct span *rest, bool *ended_r)
{
	size_t lf = span_chr(*rest, '\n');
	struct span line;

	*ended_r = lf != SPAN_NPOS;
	line = *ended_r ? span_make(rest->p, lf) : *rest;
	*rest = *ended_r ? span_make(rest->p + lf + 1, rest->len - lf - 1) : SPAN_NONE;
	if (*ended_r && line.len != 0 && line.p[line.len - 1] == '\r')
		line.len--;
	return line;
}

/* Header fields. */

static void field_simple(struct canon_sink *s, struct span piece)
{
	while (piece.len != 0) {
		bool ended;

		canon_write(s, take_line(&piece, &ended));
		if (ended)
			canon_write(s, CRLF);
	}
}

struct relaxing {
	struct canon_sink *sink;
	bool started; /* something of the value has been written */
	bool blank;   /* white space is due before the next byte */
};

/* A line end inside of a field is the end of a folded line: it goes, the white space around it is one blank. */
static size_t line_end_at(struct span s, size_t i)
{
	if (s.p[i] == '\n')
		return 1;
	return s.p[i] == '\r' && i + 1 < s.len && s.p[i + 1] == '\n' ? 2 : 0;
}

static void value_relaxed(struct relaxing *r, struct span s)
{
	size_t i = 0;

	while (i < s.len) {
		size_t from = i, end;

		if (is_wsp(s.p[i])) {
			r->blank = true;
			i++;
			continue;
		}
		end = line_end_at(s, i);
		if (end != 0) {
			i += end;
			continue;
		}
		while (i < s.len && !is_wsp(s.p[i]) && line_end_at(s, i) == 0)
			i++;
		if (r->blank && r->started)
			canon_write(r->sink, SPAN_LIT(" "));
		canon_write(r->sink, span_make(s.p + from, i - from));
		r->started = true;
		r->blank = false;
	}
}

static void name_relaxed(struct canon_sink *s, struct span name)
{
	while (name.len != 0 && ascii_isspace(name.p[name.len - 1]))
		name.len--;
	for (size_t i = 0; i < name.len; i++) {
		char c = ascii_tolower(name.p[i]);

		canon_write(s, span_make(&c, 1));
	}
	canon_write(s, SPAN_LIT(":"));
}

void canon_field(struct canon_sink *s, struct span field, struct span hole, enum canon canon, bool crlf)
{
	size_t colon = span_chr(field, ':');
	struct span before = field, after = SPAN_NONE;

	if (hole.p != NULL) {
		before = span_range(field.p, hole.p);
		after = span_range(hole.p + hole.len, field.p + field.len);
	}
	if (canon == CANON_SIMPLE) {
		field_simple(s, before);
		field_simple(s, after);
	} else {
		struct relaxing r = { .sink = s };

		name_relaxed(s, span_make(field.p, colon));
		value_relaxed(&r, span_from(before, colon + 1));
		value_relaxed(&r, after);
	}
	if (crlf)
		canon_write(s, CRLF);
}

/* Bodies. */

struct body {
	struct canon_sink *sink;
	uint64_t left;  /* of the limit */
	uint64_t total;
	uint64_t empty; /* empty lines not written yet: at the end of the body they do not count */
};

static void put(struct body *b, struct span s)
{
	size_t n = s.len <= b->left ? s.len : (size_t)b->left;

	b->total += s.len;
	b->left -= n;
	if (n != 0)
		canon_write(b->sink, span_make(s.p, n));
}

static void put_empty_lines(struct body *b)
{
	for (; b->empty != 0; b->empty--)
		put(b, CRLF);
}

/* Whether one of the eight bytes is zero. */
static inline bool has_zero(uint64_t v)
{
	return ((v - 0x0101010101010101) & ~v & 0x8080808080808080) != 0;
}

/* Whether the line is in relaxed form already, as most lines are: no tab, no two blanks in a row. Eight bytes at a time. */
static bool is_relaxed(struct span line)
{
	const uint64_t blanks = 0x2020202020202020, tabs = 0x0909090909090909;
	size_t i = 0;

	for (; i + 9 <= line.len; i += 8) {
		uint64_t v, next;

		memcpy(&v, line.p + i, sizeof(v));
		memcpy(&next, line.p + i + 1, sizeof(next));
		if (has_zero(v ^ tabs) || has_zero((v ^ blanks) | (next ^ blanks)))
			return false;
	}
	for (; i < line.len; i++) {
		if (line.p[i] == '\t' || (line.p[i] == ' ' && i + 1 < line.len && line.p[i + 1] == ' '))
			return false;
	}
	return true;
}

/* Runs of white space become one blank. */
static void put_relaxed(struct body *b, struct span line)
{
	size_t from = 0;

	for (size_t i = 0; i < line.len; i++) {
		if (!is_wsp(line.p[i]) || (line.p[i] == ' ' && i + 1 < line.len && !is_wsp(line.p[i + 1])))
			continue;
		put(b, span_make(line.p + from, i - from));
		put(b, SPAN_LIT(" "));
		while (i + 1 < line.len && is_wsp(line.p[i + 1]))
			i++;
		from = i + 1;
	}
	put(b, span_make(line.p + from, line.len - from));
}

static void body_line(struct body *b, struct span line, enum canon canon)
{
	while (canon == CANON_RELAXED && line.len != 0 && is_wsp(line.p[line.len - 1]))
		line.len--;
	if (line.len == 0) {
		b->empty++;
		return;
	}
	put_empty_lines(b);
	if (canon == CANON_RELAXED && !is_relaxed(line))
		put_relaxed(b, line);
	else
		put(b, line);
	put(b, CRLF);
}

uint64_t canon_body(struct canon_sink *s, struct span body, enum canon canon, uint64_t limit)
{
	struct body b = { .sink = s, .left = limit };

	while (body.len != 0) {
		bool ended;

		body_line(&b, take_line(&body, &ended), canon);
	}
	if (b.total == 0 && canon == CANON_SIMPLE)
		put(&b, CRLF);
	canon_flush(s);
	return b.total;
}
