#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/html.h"
#include "spamassassin/view_mime.h"

#define BODY_PART_MAX 50000     /* body_part_scan_size: characters */
#define RAWBODY_PART_MAX 500000 /* rawbody_part_scan_size */
#define CUT_NEAR 1024           /* how far behind the limit a good place to cut is looked for */

/* A rendering in three ways. */
enum kind { ALL, VISIBLE, INVISIBLE };

struct full_rendering {
	struct sa_rendering r;
	struct span text[3];
	bool wide[3];
};

struct sa_body_view {
	struct sa_lines lines[3], raw;
	bool have[3], have_raw;
	struct span *edited; /* the lines of lines[ALL], to be written to */
	bool stale;          /* lines[ALL].joined is not what the lines are */
	const struct sa_html **html;
	size_t nhtml, cap_html;
	bool have_html;
	struct full_rendering *renderings; /* of the part with the same index */
	bool *rendered;
};

static struct sa_body_view *body_of(struct sa_view *v)
{
	size_t n;

	if (v->body == NULL) {
		sa_parts(v, &n);
		v->body = ARENA_NEW(v->arena, struct sa_body_view);
		v->body->renderings = ARENA_ARRAY(v->arena, n, struct full_rendering);
		v->body->rendered = ARENA_ARRAY(v->arena, n, bool);
	}
	return v->body;
}

/* ---- parts ---- */

static void render_html(struct sa_view *v, struct span source, bool wide, size_t raw_len, struct full_rendering *f)
{
	struct sa_html_text t;

	f->r.meta = sa_html_render(v->arena, source, wide, raw_len, &t);
	f->r.html = true;
	f->r.chars = t.chars;
	f->text[ALL] = t.all;
	f->text[VISIBLE] = t.visible;
	f->text[INVISIBLE] = t.invisible;
	f->wide[ALL] = t.wide;
	f->wide[VISIBLE] = t.visible_wide;
	f->wide[INVISIBLE] = t.invisible_wide;
}

/* NULL: not a text that is rendered. */
static const struct full_rendering *render(struct sa_view *v, const struct sa_part *part)
{
	struct sa_body_view *b = body_of(v);
	size_t n, index = (size_t)(part - sa_parts(v, &n));
	struct full_rendering *f = &b->renderings[index];
	struct span decoded, text;
	bool wide;

	if (!part->leaf || (!span_eq(part->effective_type, SPAN_LIT("text/plain")) && !span_eq(part->effective_type, SPAN_LIT("text/html"))))
		return NULL;
	if (b->rendered[index])
		return f;
	b->rendered[index] = true;
	decoded = sa_part_decoded(v, part);
	text = sa_charset_normalize(v->arena, decoded, part->charset.p != NULL ? part->charset : SPAN_LIT("us-ascii"), false, &wide);
	if (decoded.len != 0 && span_eq(part->effective_type, SPAN_LIT("text/html"))) {
		render_html(v, text, wide, decoded.len, f);
	} else {
		f->text[ALL] = f->text[VISIBLE] = text;
		f->wide[ALL] = f->wide[VISIBLE] = wide;
		f->r.chars = text.len;
		for (size_t i = 0; wide && i < text.len; i++)
			f->r.chars -= ((uint8_t)text.p[i] & 0xc0) == 0x80;
	}
	f->r.text = f->text[ALL];
	f->r.wide = f->wide[ALL];
	return f;
}

const struct sa_rendering *sa_part_rendered(struct sa_view *v, const struct sa_part *part)
{
	const struct full_rendering *f = render(v, part);

	return f != NULL ? &f->r : NULL;
}

const struct sa_html *const *sa_html_all(struct sa_view *v, size_t *n_r)
{
	struct sa_body_view *b = body_of(v);

	if (!b->have_html) {
		size_t n;
		const struct sa_part *parts = sa_parts(v, &n);

		b->have_html = true;
		for (size_t i = 0; i < n; i++) {
			const struct full_rendering *f = render(v, &parts[i]);

			if (f != NULL && f->r.html)
				*ARRAY_ADD(v->arena, b->html, b->nhtml, b->cap_html) = f->r.meta;
		}
	}
	*n_r = b->nhtml;
	return b->html;
}

/* ---- cutting ---- */

/* The offset of the character with that index, or the length. */
static size_t char_offset(struct span s, size_t index, bool wide)
{
	if (!wide)
		return index < s.len ? index : s.len;
	for (size_t i = 0; i < s.len; i++) {
		if (((uint8_t)s.p[i] & 0xc0) != 0x80 && index-- == 0)
			return i;
	}
	return s.len;
}

/* Behind the first "c" in s[from, to), or 0. */
static size_t behind(struct span s, size_t from, size_t to, char c)
{
	const char *p = memchr(s.p + from, c, to - from);

	return p != NULL ? (size_t)(p - s.p) + 1 : 0;
}

/* At most max characters, or up to CUT_NEAR more when one of the places in "where", tried in order, comes then. */
static struct span cut(struct span s, size_t max, bool wide, const char *where)
{
	size_t limit, far, at = 0;

	if (s.len <= max || (limit = char_offset(s, max, wide)) == s.len)
		return s;
	far = limit + char_offset(span_from(s, limit), CUT_NEAR + 1, wide);
	for (; *where != '\0' && at == 0; where++)
		at = behind(s, limit, far, *where);
	return span_sub(s, 0, at != 0 ? at : limit);
}

/* ---- lines ---- */

struct lines {
	struct arena *arena;
	struct span *v;
	size_t n, cap;
};

static void add_line(struct lines *l, const char *from, const char *to)
{
	*ARRAY_ADD(l->arena, l->v, l->n, l->cap) = span_range(from, to);
}

/* The last blank up to offset SA_LINE_MAX, which is behind the line's limit by one. */
static size_t last_blank(const char *p)
{
	const char *found = memrchr(p, ' ', SA_LINE_MAX + 1);

	return found != NULL ? (size_t)(found - p) + 1 : 0;
}

/* split_into_array_of_short_lines() */
static void add_short_lines(struct lines *l, struct span text)
{
	const char *p = text.p, *end = span_end(text);

	while (p < end) {
		struct span line = sa_line(p, end);
		const char *stop = span_end(line);

		for (size_t n; stop - p > SA_LINE_MAX; p += n) {
			n = last_blank(p);
			n = n != 0 ? n : SA_LINE_MAX;
			add_line(l, p, p + n);
		}
		if (p < stop || line.len == 0)
			add_line(l, p, stop);
		p = stop;
	}
}

/* split_into_array_of_short_paragraphs(): pieces of one to two SA_LINE_MAX. */
static void add_short_paragraphs(struct lines *l, struct span text)
{
	const char *p = text.p, *end = span_end(text);

	if (text.len <= SA_LINE_MAX) {
		add_line(l, p, end);
		return;
	}
	while (end - p > 2L * SA_LINE_MAX) {
		const char *from = p + SA_LINE_MAX, *cut_at = memchr(from, '\n', SA_LINE_MAX);

		if (cut_at == NULL)
			cut_at = memchr(from, '>', SA_LINE_MAX);
		if (cut_at == NULL)
			cut_at = memchr(from, ' ', SA_LINE_MAX);
		if (cut_at == NULL)
			cut_at = from;
		add_line(l, p, cut_at + 1);
		p = cut_at + 1;
	}
	if (p < end)
		add_line(l, p, end);
}

static bool is_one_text(const struct lines *l)
{
	for (size_t i = 1; i < l->n; i++) {
		if (l->v[i].p != span_end(l->v[i - 1]) || !span_ends(l->v[i - 1], SPAN_LIT("\n")))
			return false;
	}
	return span_ends(l->v[l->n - 1], SPAN_LIT("\n"));
}

static void join_lines(struct arena *arena, struct sa_lines *lines)
{
	struct buf b = BUF_INIT(arena);

	for (size_t i = 0; i < lines->n; i++) {
		buf_add(&b, lines->v[i]);
		if (!span_ends(lines->v[i], SPAN_LIT("\n")))
			buf_char(&b, '\n');
	}
	lines->joined = buf_span(&b);
}

static struct sa_lines lines_end(const struct lines *l)
{
	struct sa_lines lines = { .v = l->v, .n = l->n };

	if (l->n != 0 && is_one_text(l))
		lines.joined = span_range(l->v[0].p, span_end(l->v[l->n - 1]));
	else
		join_lines(l->arena, &lines);
	return lines;
}

/* ---- body ---- */

static bool is_text(uint8_t c, bool wide)
{
	return c > ' ' && (c < 0x80 || !wide || (c != 0xc2 && (c < 0xe1 || c > 0xe3)));
}

/* From the first to the last line end of a run of white space: more than one of them end a paragraph. Other white space is one blank; NUL is taken for the end of a paragraph, too. */
static struct span squeeze(struct arena *arena, struct span text, bool wide)
{
	const char *p = text.p, *end = span_end(text);
	char *out = arena_bytes(arena, text.len * 2 + 1), *to = out;

	while (p < end) {
		const char *first = NULL, *last = NULL, *begin = p;
		size_t n;

		while (p < end && is_text((uint8_t)*p, wide))
			p++;
		memcpy(to, begin, (size_t)(p - begin));
		to += p - begin;
		begin = p;
		while (p < end && (n = sa_space_len(p, end, wide)) != 0) {
			if (*p == '\n') {
				first = first != NULL ? first : p;
				last = p;
			}
			p += n;
		}
		if (p == begin) {
			if (p < end) {
				*to++ = (char)(*p == '\0' ? '\n' : *p);
				p++;
			}
			continue;
		}
		if (first == last) {
			*to++ = ' ';
			continue;
		}
		if (first > begin)
			*to++ = ' ';
		*to++ = '\n';
		if (last + 1 < p)
			*to++ = ' ';
	}
	return span_range(out, to);
}

static struct span latin1(struct arena *arena, struct span s)
{
	char *out = arena_bytes(arena, s.len + 1), *to = out;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c >= 0xc2 && c <= 0xc3 && i + 1 < s.len)
			c = (uint8_t)((c & 3) << 6 | ((uint8_t)s.p[++i] & 0x3f));
		*to++ = (char)c;
	}
	return span_range(out, to);
}

/* All parts, an empty line between them. wide_r: one of them is. */
static struct span join_parts(struct sa_view *v, enum kind kind, bool *wide_r)
{
	struct buf b = BUF_INIT(v->arena);
	size_t n;
	const struct sa_part *parts = sa_parts(v, &n);

	*wide_r = false;
	for (size_t i = 0; i < n; i++) {
		const struct full_rendering *f;
		struct span text;

		if (!parts[i].leaf || parts[i].type.len == 0)
			continue;
		if (b.len != 0)
			buf_char(&b, '\n');
		f = render(v, &parts[i]);
		if (f == NULL)
			continue;
		text = cut(f->text[kind], BODY_PART_MAX, f->wide[kind], "\n ");
		*wide_r |= f->wide[kind];
		buf_add(&b, text);
	}
	return buf_span(&b);
}

/* Without any there is no body at all, not even the subject. */
static bool has_leaves(struct sa_view *v)
{
	size_t n;
	const struct sa_part *parts = sa_parts(v, &n);

	for (size_t i = 0; i < n; i++) {
		if (parts[i].leaf && parts[i].type.len != 0)
			return true;
	}
	return false;
}

static struct span subject_line(struct sa_view *v)
{
	size_t n;
	struct span value;

	if (!sa_part_header(v, sa_parts(v, &n), SPAN_LIT("subject"), false, &value))
		return SPAN_LIT("\n");
	return value;
}

static const struct sa_lines *body_lines(struct sa_view *v, enum kind kind)
{
	struct sa_body_view *b = body_of(v);
	struct lines l = { .arena = v->arena };
	struct span text, subject;
	char *whole;
	bool wide;

	if (b->have[kind])
		return &b->lines[kind];
	b->have[kind] = true;
	if (!has_leaves(v)) {
		b->lines[kind].joined = SPAN_LIT("");
		return &b->lines[kind];
	}
	text = join_parts(v, kind, &wide);
	text = squeeze(v->arena, text, wide);
	if (!wide)
		text = latin1(v->arena, text);
	subject = kind == INVISIBLE ? SPAN_NONE : subject_line(v);
	whole = arena_bytes(v->arena, subject.len + text.len + 1);
	if (subject.len != 0)
		memcpy(whole, subject.p, subject.len);
	memcpy(whole + subject.len, text.p, text.len);
	add_short_lines(&l, span_make(whole, subject.len + text.len));
	b->lines[kind] = lines_end(&l);
	if (kind == ALL)
		b->edited = l.v;
	return &b->lines[kind];
}

const struct sa_lines *sa_body(struct sa_view *v)
{
	const struct sa_lines *lines = body_lines(v, ALL);
	struct sa_body_view *b = body_of(v);

	if (b->stale) {
		b->stale = false;
		join_lines(v->arena, &b->lines[ALL]);
	}
	return lines;
}

void sa_body_edit(struct sa_view *v, size_t i, struct span text)
{
	struct sa_body_view *b = body_of(v);

	if (i >= body_lines(v, ALL)->n)
		return;
	b->edited[i] = text;
	b->stale = true;
}

const struct sa_lines *sa_body_visible(struct sa_view *v)
{
	return body_lines(v, VISIBLE);
}

const struct sa_lines *sa_body_invisible(struct sa_view *v)
{
	return body_lines(v, INVISIBLE);
}

/* "text" or "message" as the first word of the type. */
static bool is_raw_text(const struct sa_part *p)
{
	struct span t = p->effective_type;
	size_t n = span_starts(t, SPAN_LIT("text")) ? 4 : span_starts(t, SPAN_LIT("message")) ? 7 : 0;

	return n != 0 && (t.len == n || !(ascii_isalnum(t.p[n]) || t.p[n] == '_')) && !span_eq(p->type, SPAN_LIT("text/calendar"));
}

const struct sa_lines *sa_rawbody(struct sa_view *v)
{
	struct sa_body_view *b = body_of(v);
	struct lines l = { .arena = v->arena };
	size_t n;
	const struct sa_part *parts = sa_parts(v, &n);

	if (b->have_raw)
		return &b->raw;
	b->have_raw = true;
	for (size_t i = 0; i < n; i++) {
		if (parts[i].leaf && is_raw_text(&parts[i]))
			add_short_paragraphs(&l, cut(sa_part_decoded(v, &parts[i]), RAWBODY_PART_MAX, false, "\n> "));
	}
	b->raw = lines_end(&l);
	return &b->raw;
}
