#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/view_mime.h"

bool sa_mime_is_field(struct span line, bool blanks)
{
	size_t i = 0;

	while (i < line.len && line.p[i] > ' ' && line.p[i] < 0x7f && line.p[i] != ':')
		i++;
	if (i == 0)
		return false;
	while (blanks && i < line.len && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	return i < line.len && line.p[i] == ':';
}

void sa_mime_add_field(struct sa_mime *m, struct sa_node *node, struct span name, struct span raw)
{
	struct sa_field *f = ARRAY_ADD(m->arena, node->part.fields, node->part.nfields, node->cap_fields);

	f->name = name;
	f->raw = raw;
}

struct sa_field *sa_mime_field(const struct sa_part *part, struct span name)
{
	for (size_t i = part->nfields; i-- > 0;) {
		if (span_case_eq(part->fields[i].name, name))
			return &part->fields[i];
	}
	return NULL;
}

/* Folds become one blank each, white space at both ends goes. */
static struct span unfold_and_trim(struct arena *arena, struct span s)
{
	char *copy, *to;

	s = span_trim(s);
	if (span_chr(s, '\n') == SPAN_NPOS)
		return s;
	copy = to = arena_bytes(arena, s.len);
	for (size_t i = 0; i < s.len; i++) {
		*to++ = s.p[i];
		if (s.p[i] != '\n' || i + 1 == s.len || (s.p[i + 1] != ' ' && s.p[i + 1] != '\t'))
			continue;
		while (i + 1 < s.len && (s.p[i + 1] == ' ' || s.p[i + 1] == '\t'))
			i++;
		to[-1] = ' ';
	}
	return span_range(copy, to);
}

struct span sa_field_value(struct sa_view *v, struct sa_field *f)
{
	if (!f->decoded) {
		f->decoded = true;
		f->value = sa_decode_header(v->arena, unfold_and_trim(v->arena, f->raw), f->name);
	}
	return f->value;
}

struct span sa_mime_value(struct sa_mime *m, struct sa_part *part, struct span name)
{
	struct sa_field *f = sa_mime_field(part, name);

	return f != NULL ? sa_field_value(m->view, f) : SPAN_NONE;
}

static struct span without_cr(struct arena *arena, struct span s)
{
	char *copy, *to;

	if (!span_has(s, SPAN_LIT("\r\n")))
		return s;
	copy = to = arena_bytes(arena, s.len);
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] != '\r' || i + 1 == s.len || s.p[i + 1] != '\n')
			*to++ = s.p[i];
	}
	return span_range(copy, to);
}

static void end_field(struct sa_mime *m, struct sa_node *node, struct span field, bool crlf, unsigned *flags)
{
	size_t colon = span_chr(field, ':'), len = colon;
	struct span raw;

	if (colon == SPAN_NPOS)
		return;
	raw = span_from(field, colon + 1);
	if (crlf)
		raw = without_cr(m->arena, raw);
	while (len > 0 && (field.p[len - 1] == ' ' || field.p[len - 1] == '\t'))
		len--;
	if (len > SA_HEADER_NAME_MAX || raw.len > SA_HEADER_VALUE_MAX)
		*flags |= SA_TRUNCATED_HEADER;
	sa_mime_add_field(m, node, span_sub(field, 0, len < SA_HEADER_NAME_MAX ? len : SA_HEADER_NAME_MAX), span_sub(raw, 0, SA_HEADER_VALUE_MAX));
}

static bool is_line_end(struct span line, bool crlf)
{
	return (line.len == 1 && line.p[0] == '\n') || (crlf && line.len == 2 && line.p[0] == '\r' && line.p[1] == '\n');
}

/* Reads fields up to and including the empty line; returns the offset of the body. */
static const char *read_fields(struct sa_mime *m, struct sa_node *node, struct span text, bool crlf, unsigned *flags)
{
	const char *end = span_end(text), *p = text.p;
	struct span field = SPAN_NONE;
	unsigned errors = 0;

	while (p < end) {
		struct span line = sa_line(p, end);

		if (line.p[0] == ' ' || line.p[0] == '\t') {
			field = span_range(field.p != NULL ? field.p : line.p, span_end(line));
			p = span_end(line);
			continue;
		}
		if (field.p != NULL)
			end_field(m, node, field, crlf, flags);
		if (is_line_end(line, crlf))
			return span_end(line);
		/* A line that begins a part, or the fourth one that is no field: the body began without an empty line. */
		if (span_starts(line, SPAN_LIT("--")) || (!sa_mime_is_field(line, true) && ++errors > 3)) {
			*flags |= SA_MISSING_HEAD_BODY_SEPARATOR;
			return p;
		}
		field = line;
		p = span_end(line);
	}
	if (field.p != NULL)
		end_field(m, node, field, crlf, flags);
	*flags |= SA_MISSING_HEAD_BODY_SEPARATOR;
	return end;
}

/* Bare LF to CRLF. */
static struct span all_crlf(struct arena *arena, struct span s)
{
	size_t bare = 0;
	char *copy, *to;

	for (size_t i = 0; i < s.len; i++)
		bare += s.p[i] == '\n' && (i == 0 || s.p[i - 1] != '\r');
	if (bare == 0)
		return s;
	copy = to = arena_bytes(arena, s.len + bare);
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\n' && (i == 0 || s.p[i - 1] != '\r'))
			*to++ = '\r';
		*to++ = s.p[i];
	}
	return span_range(copy, to);
}

static bool is_blank(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (!ascii_isspace(line.p[i]))
			return false;
	}
	return true;
}

/* A run of empty lines, cut to the first one and the last 19. at_start: it opens the body, where one more may stay. */
static char *copy_blanks(char *to, struct span run, size_t n, bool at_start, bool crlf)
{
	size_t keep = at_start ? 2 : 1, num = at_start ? n - 1 : n, cut = num > SA_BLANK_LINES_MAX ? num - SA_BLANK_LINES_MAX : 0;
	const char *p = run.p;

	for (size_t i = 0; i < n; i++) {
		struct span line = sa_line(p, span_end(run));
		size_t len = line.len;

		p = span_end(line);
		if (i >= keep && i < keep + cut)
			continue;
		memcpy(to, line.p, len);
		if (crlf && len >= 2 && to[len - 2] == '\r' && to[len - 1] == '\n') {
			to[len - 2] = '\n';
			len--;
		}
		to += len;
	}
	return to;
}

static struct span copy_body(struct arena *arena, struct span body, bool crlf)
{
	char *copy = arena_bytes(arena, body.len), *to = copy;
	const char *p = body.p, *end = span_end(body);

	while (p < end) {
		const char *begin = p;
		struct span line = sa_line(p, end);
		size_t n = 0;

		for (; p < end && is_blank(line); n++) {
			p = span_end(line);
			line = sa_line(p, end);
		}
		if (n != 0) {
			to = copy_blanks(to, span_range(begin, p), n, begin == body.p, crlf);
			continue;
		}
		p = span_end(line);
		memcpy(to, line.p, line.len);
		to += line.len;
		if (crlf && line.len >= 2 && to[-1] == '\n' && to[-2] == '\r') {
			to[-2] = '\n';
			to--;
		}
	}
	return span_range(copy, to);
}

/* Whether there are more empty lines in a row than may stay. */
static bool has_many_blanks(struct span body)
{
	const char *p = body.p, *end = span_end(body);
	size_t run = 0;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *next = nl != NULL ? nl + 1 : end;

		if (!ascii_isspace(*p) || !is_blank(span_range(p, next)))
			run = 0;
		else if (++run > SA_BLANK_LINES_MAX)
			return true;
		p = next;
	}
	return false;
}

/* "From " and more, but not the field "From :". */
static bool is_mbox_separator(struct span line)
{
	if (!span_starts(line, SPAN_LIT("From")) || line.len < 6 || !ascii_isspace(line.p[4]))
		return false;
	return ascii_isspace(line.p[5]) || line.p[5] != ':';
}

void sa_mime_read_message(struct sa_mime *m, struct sa_node *node, struct span text, unsigned *flags, struct span *body_r, struct span *headers_r, struct span *rest_r)
{
	struct span first = sa_line(text.p, span_end(text)), headers, rest;
	const char *body;
	bool crlf;

	if (is_mbox_separator(first)) {
		*flags |= SA_MBOX_SEPARATOR;
		text = span_from(text, first.len);
		first = sa_line(text.p, span_end(text));
	}
	if (text.len == 0)
		text = first = SPAN_LIT("\n");
	crlf = span_ends(first, SPAN_LIT("\r\n")) || span_ends(text, SPAN_LIT("\r\n"));
	body = read_fields(m, node, text, crlf, flags);
	headers = span_range(text.p, body);
	rest = span_range(body, span_end(text));
	*body_r = rest;
	if ((crlf && span_has(rest, SPAN_LIT("\r\n"))) || has_many_blanks(rest))
		*body_r = copy_body(m->arena, rest, crlf);
	if (headers_r != NULL) {
		*headers_r = crlf ? all_crlf(m->arena, headers) : headers;
		*rest_r = rest;
	}
}
