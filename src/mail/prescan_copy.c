#include "mail/prescan_copy.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "base/array.h"
#include "base/ascii.h"
#include "mail/prescan_line.h"

#define MAP_FROM 65536      /* from this size on the copy is mapped: pages that stay NUL cost nothing */
#define FIELD_MAX 8192      /* bytes of a Content-Type field that gmime sees */
#define TYPE_MAX 256        /* bytes of a field in which its type must stand */
#define BLANK_MAX 1024      /* bytes of a blank line */
#define SPLIT_FROM 128      /* gmime may take the rest of a longer line for a line of its own */

struct copier {
	struct arena *arena;
	struct span raw;
	const struct message_limits *limits;
	struct prescan_copy *copy;
	char *out;        /* the copy of the message's first byte */
	size_t max_marks;
};

bool prescan_is_multipart(struct span field)
{
	return span_case_has(span_sub(field, 0, TYPE_MAX), SPAN_LIT("multipart")) && span_case_has(span_sub(field, 0, FIELD_MAX), SPAN_LIT("boundary"));
}

static bool begins_with_dashes(struct span bytes, size_t at)
{
	return bytes.len - at >= 2 && bytes.p[at] == '-' && bytes.p[at + 1] == '-';
}

/* Copies what may stand in a boundary the same way wherever it stands: what gmime would decode becomes '!'; CR and LF go. */
static size_t copy_defused(char *out, const char *from, size_t n)
{
	char *o = out;

	for (size_t i = 0; i < n; i++) {
		char c = from[i];

		if (c == '\r' || c == '\n')
			continue;
		if ((c & 0x80) != 0 || (c == '?' && i > 0 && from[i - 1] == '='))
			c = '!';
		else if (c == '\0')
			c = ' ';
		*o++ = c;
	}
	return (size_t)(o - out);
}

static bool is_content_type(struct span line)
{
	static const char name[] = "Content-Type";
	size_t i = sizeof(name) - 1;

	if (!span_case_starts(line, SPAN_LIT("Content-Type")))
		return false;
	while (i < line.len && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return i < line.len && line.p[i] == ':';
}

/* Cut at the limit of bytes and of parameters. */
static size_t field_length(const struct copier *c, struct span field)
{
	size_t n = field.len < FIELD_MAX ? field.len : FIELD_MAX, params = 0;

	n = n < c->limits->header_bytes ? n : c->limits->header_bytes;
	for (size_t i = 0; i < n; i++) {
		const char *semicolon = memchr(field.p + i, ';', n - i);

		if (semicolon == NULL)
			break;
		i = (size_t)(semicolon - field.p);
		if (++params > c->limits->params)
			return i;
	}
	return n;
}

/* The end of the comment that begins at field[at]; at itself when it has none. */
static size_t comment_end(const char *field, size_t len, size_t at)
{
	unsigned depth = 0;

	for (size_t i = at; i < len; i++) {
		if (field[i] == '\\')
			i++;
		else if (field[i] == '(')
			depth++;
		else if (field[i] == ')' && --depth == 0)
			return i + 1;
	}
	return at;
}

/* White space at the end of a quoted value goes behind the quote: at the end of delimiter lines it does not count either. */
static void close_quote(char *field, size_t open, size_t close)
{
	size_t end = close;

	while (end > open + 1 && ascii_isspace(field[end - 1]))
		end--;
	field[close] = ' ';
	field[end] = '"';
}

/* gmime takes comments behind values, and quotes that nothing closes, for a part of the value: they are blanked. */
static void normalize_values(char *field, size_t len)
{
	size_t quote = SPAN_NPOS;
	bool comments = true;

	for (size_t i = 0; i < len; i++) {
		if (field[i] == '\\') {
			i++;
		} else if (field[i] == '"') {
			if (quote != SPAN_NPOS)
				close_quote(field, quote, i);
			quote = quote == SPAN_NPOS ? i : SPAN_NPOS;
		} else if (field[i] == '(' && quote == SPAN_NPOS && comments) {
			size_t end = comment_end(field, len, i);

			comments = end > i;
			if (comments) {
				memset(field + i, ' ', end - i);
				i = end - 1;
			}
		}
	}
	if (quote != SPAN_NPOS)
		field[quote] = ' ';
}

static struct span skip_token(struct span s)
{
	while (s.len != 0 && ascii_is(s.p[0], ASCII_TOKEN))
		s = span_from(s, 1);
	return s;
}

/* Spoils the types that make gmime open a part's body as a message; the semicolon that some programs forget is put in. */
static void adjust_type(char *field, size_t len)
{
	struct span s = span_make(field, len), behind;

	s = span_from(s, span_chr(s, ':') + 1);
	header_skip_cfws(&s);
	if (span_case_starts(s, SPAN_LIT("message"))) {
		field[s.p - field] = 'x';
		return;
	}
	s = skip_token(s);
	header_skip_cfws(&s);
	if (s.len == 0 || s.p[0] != '/')
		return;
	s = span_from(s, 1);
	header_skip_cfws(&s);
	if (span_case_starts(s, SPAN_LIT("digest")))
		field[s.p - field] = 'x';
	s = behind = skip_token(s);
	header_skip_cfws(&behind);
	if (behind.len != 0 && behind.p > s.p && behind.p[0] != ';')
		field[s.p - field] = ';';
}

/* Copies one field, defused and cut; returns its length there, never more than it had. */
static size_t copy_field(const struct copier *c, char *to, struct span field)
{
	size_t len = copy_defused(to, field.p, field_length(c, field));

	normalize_values(to, len);
	adjust_type(to, len);
	return len;
}

/*
 * Copies the Content-Type field of the section at raw[from, end) to "to". Of several the first multipart counts, else the first: some
 * reader would open it. It fits where the section stood. Returns the end of the section: an empty line or a line of dashes, on top "end".
 */
static size_t copy_fields(struct copier *c, size_t from, size_t end, bool top, char **to)
{
	struct span bytes = span_sub(c->raw, 0, end);
	char *begin = *to;
	bool multipart = false;

	while (from < end) {
		struct line l = line_at(bytes, from), last = l;
		struct span field;
		bool is_multipart;

		if (!top && (l.end == l.from || begins_with_dashes(bytes, from)))
			break;
		from = l.next;
		if (multipart || ascii_tolower(bytes.p[l.from]) != 'c' || !is_content_type(span_range(bytes.p + l.from, bytes.p + l.end)))
			continue;
		while (last.next < end && (bytes.p[last.next] == ' ' || bytes.p[last.next] == '\t'))
			last = line_at(bytes, last.next);
		from = last.next;
		field = span_range(bytes.p + l.from, bytes.p + last.end);
		is_multipart = prescan_is_multipart(field);
		if (*to != begin && !is_multipart)
			continue;
		memset(begin, 0, (size_t)(*to - begin));
		*to = begin + copy_field(c, begin, field);
		multipart = is_multipart;
	}
	return from;
}

static void put_empty_field(char *to)
{
	to[0] = 'X';
	to[1] = ':';
}

/* The top of the message: always a field, or gmime would refuse it, and an empty line. */
static void copy_top(struct copier *c, size_t body)
{
	char *to = c->copy->p;

	copy_fields(c, 0, body, true, &to);
	if (to == c->copy->p) {
		put_empty_field(to);
		to += 2;
	}
	memset(to, '\n', 2);
}

/* gmime gathers a line in small steps: where a header section is large, what is blank in it is divided. */
static void divide(struct copier *c, const char *from, size_t end)
{
	for (size_t at = (size_t)(from - c->out) + BLANK_MAX; at + 2 < end; at += BLANK_MAX)
		c->out[at] = '\n';
}

/* The section of a part. A field stands at its beginning, one that says nothing where there is no other: its offset marks the section. */
static size_t copy_section(struct copier *c, size_t from)
{
	char *begin = c->out + from, *to = begin;
	size_t end = copy_fields(c, from, c->raw.len, false, &to);
	struct line l;

	if (to == begin && end - from >= (end == c->raw.len ? 2u : 3u))
		put_empty_field(begin);
	divide(c, to, end);
	if (end == c->raw.len)
		return end;
	if (end > from)
		c->out[end - 1] = '\n';
	l = line_at(c->raw, end);
	if (l.end > l.from)
		return end; /* dashes */
	memcpy(c->out + end, c->raw.p + end, l.next - end);
	return l.next;
}

/* Whether a line of dashes may delimit parts; a long one not when its rest, read alone, could. */
static bool may_delimit(struct span line)
{
	if (line.len > PRESCAN_DASHES_MAX)
		return false;
	for (size_t i = SPLIT_FROM; i + 3 < line.len; i++) {
		if (line.p[i] == '-' && line.p[i + 1] == '-')
			return false;
	}
	return true;
}

/* Copies a line of dashes; false when the limit is reached. */
static bool copy_dashes(struct copier *c, struct line l)
{
	struct span line = span_range(c->raw.p + l.from, c->raw.p + l.end);
	struct prescan_copy *copy = c->copy;

	while (line.len != 0 && ascii_isspace(line.p[line.len - 1]))
		line.len--; /* to gmime space and tab alone are white space, to others all */
	if (l.from > 0)
		c->out[l.from - 1] = '\n';
	if (l.next > l.end)
		c->out[l.next - 1] = '\n';
	if (!may_delimit(line))
		return true;
	if (copy->nmarks == c->max_marks)
		return false;
	*ARRAY_ADD(c->arena, copy->marks, copy->nmarks, copy->cap_marks) = l.from;
	line.len = copy_defused(c->out + l.from, line.p, line.len);
	memset(c->out + l.from + line.len, ' ', l.end - l.from - line.len);
	if (l.next > l.end)
		memcpy(c->out + l.end, c->raw.p + l.end, l.next - l.end);
	return true;
}

/* Where the next line of dashes begins, from the line at "at" on; raw.len when there is none. */
static size_t next_dashes(struct span raw, size_t at)
{
	while (at < raw.len && !begins_with_dashes(raw, at)) {
		const char *nl = memchr(raw.p + at, '\n', raw.len - at);

		if (nl == NULL)
			return raw.len;
		at = (size_t)(nl + 1 - raw.p);
	}
	return at;
}

void prescan_copy_make(struct arena *arena, struct span raw, size_t body, const struct message_limits *limits, size_t max_marks,
                       struct prescan_copy *copy_r)
{
	struct copier c = { .arena = arena, .raw = raw, .limits = limits, .copy = copy_r, .max_marks = max_marks };

	*copy_r = (struct prescan_copy){ .len = raw.len + PRESCAN_LEAD };
	if (copy_r->len < MAP_FROM) {
		copy_r->p = arena_alloc(arena, copy_r->len);
	} else {
		copy_r->p = mmap(NULL, copy_r->len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (copy_r->p == MAP_FAILED)
			abort(); /* no memory */
		copy_r->mapped = copy_r->len;
	}
	c.out = copy_r->p + PRESCAN_LEAD;
	copy_top(&c, body);
	for (size_t at = next_dashes(raw, body); at < raw.len; at = next_dashes(raw, at)) {
		struct line l = line_at(raw, at);

		if (!copy_dashes(&c, l)) {
			copy_r->full = true;
			break;
		}
		at = copy_section(&c, l.next);
	}
}

void prescan_copy_free(struct prescan_copy *copy)
{
	if (copy->mapped != 0)
		munmap(copy->p, copy->mapped);
	copy->p = NULL;
	copy->mapped = 0;
}

struct span prescan_copy_at(const struct prescan_copy *copy, size_t from, size_t to)
{
	return span_range(copy->p + PRESCAN_LEAD + from, copy->p + PRESCAN_LEAD + to);
}
