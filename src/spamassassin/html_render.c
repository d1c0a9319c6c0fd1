#include "base/ascii.h"
#include "base/utf8.h"
#include "spamassassin/html_entity.h"
#include "spamassassin/html_private.h"

/* ---- small ones ---- */

const struct html_string *sa_html_attr_find(const struct html_render *r, const char *name)
{
	struct span n = span_of(name);

	for (size_t i = 0; i < r->nattrs; i++) {
		if (span_case_eq(r->attrs[i].name.s, n))
			return &r->attrs[i].value;
	}
	return NULL;
}

void html_set_flag(struct html_render *r, unsigned flag)
{
	r->html->flags |= flag;
}

void html_list_start(struct html_render *r, struct html_list *l)
{
	(void)ARRAY_ADD(r->arena, l->v, l->n, l->cap);
	l->v[l->n - 1].at = l->bytes.len;
}

void html_list_add(struct html_render *r, struct html_list *l, struct html_string s)
{
	if (l->n == 0)
		html_list_start(r, l);
	buf_add(&l->bytes, s.s);
	l->v[l->n - 1].wide |= s.wide;
}

size_t html_count_chars(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((uint8_t)s.p[i] & 0xc0) != 0x80;
	return n;
}

struct span html_bytes(struct arena *arena, struct span s, bool wide)
{
	char *copy, *to;
	size_t i;

	for (i = 0; !wide && i < s.len && (uint8_t)s.p[i] < 0x80;)
		i++;
	if (wide || i == s.len)
		return s;
	copy = to = arena_bytes(arena, s.len);
	for (i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c >= 0xc2 && c <= 0xc3 && i + 1 < s.len)
			*to++ = (char)((c & 3) << 6 | ((uint8_t)s.p[++i] & 0x3f));
		else
			*to++ = s.p[i];
	}
	return span_range(copy, to);
}

/* Decodes references. The result lives until the next call, or in the arena when keep is set. */
static struct html_string decode(struct html_render *r, struct span s, bool attribute, bool keep)
{
	struct html_string text = { .s = s, .wide = r->wide };
	char *to;

	if (span_chr(s, '&') == SPAN_NPOS)
		return text;
	if (keep) {
		to = arena_bytes(r->arena, s.len + 8);
	} else {
		buf_clear(&r->scratch);
		to = buf_reserve(&r->scratch, s.len + 8);
	}
	text.s = span_make(to, sa_html_decode(s, attribute, to, &text.wide));
	return text;
}

/* ---- tags ---- */

/* "o:p", "st1:place": of word processors. */
static bool is_namespaced(struct span name, bool wide)
{
	size_t i, taken;

	if (span_case_starts(name, SPAN_LIT("o:")))
		i = 2;
	else if (span_case_starts(name, SPAN_LIT("st")) && name.len > 4 && ascii_isdigit(name.p[2]) && name.p[3] == ':')
		i = 4;
	else
		return false;
	if (name.len > i + 1 && name.p[name.len - 1] == '/')
		name.len--;
	if (i == name.len)
		return false;
	for (; i < name.len; i += taken) {
		if (!sa_is_word(utf8_next(span_from(name, i), &taken), wide) && name.p[i] != '-')
			return false;
	}
	return true;
}

/* The counter of a tag that is in no list; NULL: too many different ones. */
static int32_t *other_tag(struct html_render *r, struct span name, bool *seen_r)
{
	int32_t *count = map_get(&r->tags->others, name);

	*seen_r = count != NULL;
	if (count != NULL || r->tags->nothers >= SA_HTML_TAGS_MAX)
		return count;
	r->tags->nothers++;
	count = ARENA_NEW(r->arena, int32_t);
	map_put(&r->tags->others, arena_copy(r->arena, name), count);
	return count;
}

/* Counts a tag; true when it comes from a word processor. */
static bool count_tag(struct html_render *r, struct span name, enum tag tag, int32_t step)
{
	bool foreign = tag == TAG_NONE && is_namespaced(name, r->wide), seen;
	int32_t spare = 0, *inside;

	if (tag != TAG_NONE) {
		seen = r->tags->seen[tag];
		r->tags->seen[tag] = true;
		inside = &r->tags->inside[tag];
	} else {
		inside = other_tag(r, name, &seen);
		inside = inside != NULL ? inside : &spare;
	}
	if (foreign || (sa_tag_flags(tag) & ELEMENT) != 0) {
		r->elements++;
		r->elements_seen += !seen;
	}
	r->ntags++;
	r->tags_seen += !seen;
	*inside += step;
	if (*inside < 0) {
		*inside = 0;
		r->closed_extra++;
	}
	return foreign;
}

static bool is_inside(const struct html_render *r, enum tag tag)
{
	return r->tags->inside[tag] > 0;
}

static void add_space(struct html_render *r, enum tag tag)
{
	unsigned flags = sa_tag_flags(tag);

	if ((flags & LINE) != 0)
		html_text_space(r, "\n");
	else if ((flags & BLANK) != 0)
		html_text_space(r, " ");
	else if ((flags & PARAGRAPH) != 0)
		html_text_space(r, "\n\n");
}

/* ---- what single tags tell ---- */

struct face {
	struct span rest;
	bool blank; /* the last character passed over was a blank */
};

static void skip_face_space(struct face *f)
{
	while (f->rest.len != 0 && ascii_isspace(f->rest.p[0])) {
		f->blank = f->rest.p[0] == ' ';
		f->rest = span_from(f->rest, 1);
	}
}

/* Letters, blanks and hyphens, a letter at the end and, but for a blank, at the beginning; a digit and a quote may follow. */
static bool take_face_name(struct face *f, bool blank_first)
{
	size_t n = 0;

	while (n < f->rest.len && (ascii_isalpha(f->rest.p[n]) || f->rest.p[n] == ' ' || f->rest.p[n] == '-'))
		n++;
	if (n == 0 || !ascii_isalpha(f->rest.p[n - 1]))
		return false;
	if (!(blank_first && f->blank) && (n < 2 || !(ascii_isalpha(f->rest.p[0]) || (blank_first && f->rest.p[0] == ' '))))
		return false;
	f->rest = span_from(f->rest, n);
	if (f->rest.len != 0 && ascii_isdigit(f->rest.p[0]))
		f->rest = span_from(f->rest, 1);
	if (f->rest.len != 0 && (f->rest.p[0] == '"' || f->rest.p[0] == '\''))
		f->rest = span_from(f->rest, 1);
	return true;
}

static bool is_good_face(struct span value)
{
	struct face f = { .rest = value };

	skip_face_space(&f);
	if (f.rest.len != 0 && (f.rest.p[0] == '"' || f.rest.p[0] == '\'' || f.rest.p[0] == '.')) {
		f.rest = span_from(f.rest, 1);
		f.blank = false;
	}
	if (!take_face_name(&f, true))
		return false;
	while (f.rest.len != 0 && f.rest.p[0] == ',') {
		f.rest = span_from(f.rest, 1);
		skip_face_space(&f);
		if (f.rest.len != 0 && (f.rest.p[0] == '"' || f.rest.p[0] == '\''))
			f.rest = span_from(f.rest, 1);
		if (!take_face_name(&f, false))
			return false;
	}
	if (f.rest.len != 0 && f.rest.p[0] == ';')
		f.rest = span_from(f.rest, 1);
	return f.rest.len == 0 || span_eq(f.rest, SPAN_LIT("\n"));
}

/* Pixels, or percent of a screen of that many hundredths; 200 when unclear. */
static double dimension(struct span s, double percent)
{
	double value = 0;
	size_t i;

	if (s.len != 0 && s.p[s.len - 1] == '\n')
		s.len--;
	for (i = 0; i < s.len && ascii_isdigit(s.p[i]); i++)
		value = value * 10 + (s.p[i] - '0');
	if (i == 0 || (i < s.len && !(i + 1 == s.len && s.p[i] == '%')))
		return 200;
	if (i < s.len)
		value *= percent;
	return value <= 0 ? 200 : value;
}

static void note_image(struct html_render *r)
{
	const struct html_string *width = sa_html_attr_find(r, "width"), *height = sa_html_attr_find(r, "height");

	if (is_inside(r, TAG_A))
		html_link_text(r, (struct html_string){ .s = SPAN_LIT("<img>\n") });
	if (width != NULL && height != NULL)
		r->image_area += dimension(width->s, 8) * dimension(height->s, 6);
}

static void note_start(struct html_render *r, enum tag tag)
{
	const struct html_string *value;

	switch (tag) {
	case TAG_FONT:
		value = sa_html_attr_find(r, "face");
		if (value != NULL && !is_good_face(value->s))
			html_set_flag(r, SA_HTML_FONT_FACE_BAD);
		break;
	case TAG_IMG:
		note_image(r);
		break;
	case TAG_FORM:
		value = sa_html_attr_find(r, "action");
		if (value != NULL && span_case_has(value->s, SPAN_LIT("mailto:")))
			html_set_flag(r, SA_HTML_FORM_ACTION_MAILTO);
		break;
	case TAG_OBJECT:
	case TAG_EMBED:
		html_set_flag(r, SA_HTML_EMBEDS);
		break;
	case TAG_A:
		html_link_anchor(r);
		break;
	case TAG_TITLE:
		html_list_start(r, &r->title);
		break;
	default:
		break;
	}
}

/* ---- events ---- */

static bool has_attr(const struct html_render *r, struct span name)
{
	for (size_t i = 0; i < r->nattrs; i++) {
		if (span_case_eq(r->attrs[i].name.s, name))
			return true;
	}
	return false;
}

/* Of attributes with the same name the first one counts. */
static void take_attrs(struct html_render *r, const struct html_attr *attrs, size_t n)
{
	r->nattrs = 0;
	for (size_t i = 0; i < n; i++) {
		struct html_value *a = &r->attrs[r->nattrs];

		if (has_attr(r, attrs[i].name))
			continue;
		a->name = (struct html_string){ .s = attrs[i].name, .wide = r->wide };
		a->value = attrs[i].boolean ? (struct html_string){ .s = attrs[i].value, .wide = r->wide } : decode(r, attrs[i].value, true, true);
		r->nattrs++;
	}
}

static void on_start(void *ctx, struct span name, const struct html_attr *attrs, size_t n)
{
	struct html_render *r = ctx;
	enum tag tag = sa_tag_find(name);
	unsigned flags = sa_tag_flags(tag);

	if (r->dead || count_tag(r, name, tag, 1) || tag == TAG_NONE)
		return;
	take_attrs(r, attrs, n);
	if ((flags & STYLE) != 0)
		html_look_open(r, tag);
	if (r->dead)
		return;
	add_space(r, tag);
	if ((flags & URI) != 0)
		sa_html_link_tag(r, tag);
	note_start(r, tag);
}

static void on_end(void *ctx, struct span name)
{
	struct html_render *r = ctx;
	enum tag tag = sa_tag_find(name);

	if (r->dead || count_tag(r, name, tag, -1) || tag == TAG_NONE)
		return;
	if ((sa_tag_flags(tag) & STYLE) != 0)
		html_look_close(r, tag);
	add_space(r, tag);
}

static void add_string(struct html_render *r, struct html_string **v, size_t *n, size_t *cap, struct html_string s)
{
	struct html_string *at = ARRAY_ADD(r->arena, *v, *n, *cap);

	*at = s;
}

static void on_text(void *ctx, struct span s, bool cdata)
{
	struct html_render *r = ctx;
	struct html_string text = { .s = s, .wide = r->wide };

	if (r->dead)
		return;
	if (is_inside(r, TAG_SCRIPT)) {
		add_string(r, &r->scripts, &r->nscripts, &r->cap_scripts, cdata ? text : decode(r, s, false, true));
		return;
	}
	if (is_inside(r, TAG_STYLE))
		return;
	if (!cdata)
		text = decode(r, s, false, false);
	if (is_inside(r, TAG_A))
		html_link_text(r, text);
	if (is_inside(r, TAG_TITLE))
		html_list_add(r, &r->title, text);
	html_text_add(r, text);
}

static void on_comment(void *ctx, struct span s)
{
	struct html_render *r = ctx;

	add_string(r, &r->comments, &r->ncomments, &r->cap_comments, (struct html_string){ .s = s, .wide = r->wide });
}

static void on_declaration(void *ctx, struct span s)
{
	struct html_render *r = ctx;

	if (!span_case_starts(s, SPAN_LIT("<!doctype")))
		return;
	r->elements++;
	r->ntags++;
	r->tags->doctype = true;
}

static bool is_open(void *ctx, const char *name)
{
	return !((const struct html_render *)ctx)->dead && is_inside(ctx, name[1] == 't' ? TAG_STYLE : TAG_SCRIPT);
}

/* ---- before and after ---- */

static bool is_word_byte(char c)
{
	return ascii_isalnum(c) || c == '_' || (uint8_t)c >= 0x80;
}

/* "<br />" at p: bytes up to the white space or slash behind the name; 0: something else. end_r: behind ">". */
static size_t empty_element(const char *p, const char *end, const char **end_r)
{
	const char *s = p + 1, *name_end;

	while (s < end && is_word_byte(*s))
		s++;
	name_end = s;
	while (s < end && ascii_isspace(*s))
		s++;
	if (name_end == p + 1 || end - s < 2 || s[0] != '/' || s[1] != '>')
		return 0;
	*end_r = s + 2;
	return (size_t)(name_end - p);
}

/* What SpamAssassin puts right before it parses: "&nbsp;", "<br />", curly quotes. Returns the bytes written. */
static size_t prepare(struct span source, bool wide, char *to)
{
	const char *p = source.p, *end = span_end(source), *next;
	char *begin = to;
	size_t n;

	while (p < end) {
		if (*p == '&' && end - p >= 6 && memcmp(p, "&nbsp;", 6) == 0) {
			*to++ = ' ';
			p += 6;
		} else if (*p == '<' && (n = empty_element(p, end, &next)) != 0) {
			memcpy(to, p, n);
			to += n;
			*to++ = '>';
			p = next;
		} else if (wide && *p == '\xe2' && end - p >= 3 && p[1] == '\x80' && (p[2] == '\x9c' || p[2] == '\x9d')) {
			*to++ = '"';
			p += 3;
		} else {
			*to++ = *p++;
		}
	}
	return (size_t)(to - begin);
}

static struct sa_html_strings list_end(struct html_render *r, const struct html_list *l)
{
	struct span *v = ARENA_ARRAY(r->arena, l->n, struct span);

	for (size_t i = 0; i < l->n; i++) {
		size_t end = i + 1 < l->n ? l->v[i + 1].at : l->bytes.len;

		v[i] = html_bytes(r->arena, span_sub(buf_span(&l->bytes), l->v[i].at, end - l->v[i].at), l->v[i].wide);
	}
	return (struct sa_html_strings){ .v = v, .n = l->n, .defined = l->n != 0 };
}

static struct sa_html_strings strings_end(struct html_render *r, const struct html_string *s, size_t n)
{
	struct span *v = ARENA_ARRAY(r->arena, n, struct span);

	for (size_t i = 0; i < n; i++)
		v[i] = html_bytes(r->arena, s[i].s, s[i].wide);
	return (struct sa_html_strings){ .v = v, .n = n, .defined = n != 0 };
}

static void set_number(struct sa_html *h, enum sa_html_number which, double value)
{
	h->number[which] = value;
	h->defined |= 1u << which;
}

static size_t count_space(const struct sa_html_text *t)
{
	const char *p = t->all.p, *end = span_end(t->all);
	size_t n = 0;

	while (p < end) {
		size_t len = (uint8_t)*p > ' ' && (uint8_t)*p < 0x80 ? 0 : sa_space_len(p, end, t->wide);

		n += len != 0 && (t->wide || *p != '\f');
		p += len != 0 ? len : 1;
	}
	return n;
}

static void set_tag_numbers(struct html_render *r)
{
	struct sa_html *h = r->html;

	set_number(h, SA_HTML_LENGTH, r->length);
	set_number(h, SA_HTML_IMAGE_AREA, r->image_area);
	set_number(h, SA_HTML_MIN_SIZE, r->min_size);
	set_number(h, SA_HTML_MAX_SIZE, r->max_size);
	if (r->ntags != 0)
		set_number(h, SA_HTML_CLOSED_EXTRA_RATIO, (double)r->closed_extra / r->ntags);
	if (r->backhair != 0)
		set_number(h, SA_HTML_BACKHAIR_COUNT, (double)__builtin_popcountll(r->backhair));
	if (r->elements != 0 && r->ntags != 0)
		set_number(h, SA_HTML_BAD_TAG_RATIO, (double)(r->ntags - r->elements) / r->ntags);
	if (r->elements_seen != 0 && r->tags_seen != 0)
		set_number(h, SA_HTML_NON_ELEMENT_RATIO, (double)(r->tags_seen - r->elements_seen) / r->tags_seen);
	if (r->ntags != 0 && r->obfuscation != 0)
		set_number(h, SA_HTML_OBFUSCATION_RATIO, (double)r->obfuscation / r->ntags);
}

static void set_text_numbers(struct sa_html *h, const struct sa_html_text *t, size_t raw_len)
{
	set_number(h, SA_HTML_HTML_LENGTH, (double)t->chars);
	set_number(h, SA_HTML_NON_SPACE_LEN, (double)(t->chars - count_space(t)));
	if (raw_len != 0)
		set_number(h, SA_HTML_RATIO, ((double)raw_len - (double)t->chars) / (double)raw_len);
}

/* complete: the end was told; else there are no results but those that were set on the way. */
static void render_end(struct html_render *r, bool complete, size_t raw_len, struct sa_html_text *text_r)
{
	html_text_end(r, text_r);
	set_text_numbers(r->html, text_r, raw_len);
	if (!complete) {
		r->html->tags = NULL;
		return;
	}
	r->html->comment = strings_end(r, r->comments, r->ncomments);
	r->html->script = strings_end(r, r->scripts, r->nscripts);
	r->html->title = list_end(r, &r->title);
	r->html->anchor = list_end(r, &r->anchor);
	html_link_end(r);
	set_tag_numbers(r);
}

const struct sa_html *sa_html_render(struct arena *arena, struct span source, bool wide, size_t raw_len, struct sa_html_text *text_r)
{
	struct html_render *r = ARENA_NEW(arena, struct html_render);
	struct html_events ev = { .ctx = r, .start = on_start, .end = on_end, .text = on_text, .comment = on_comment, .declaration = on_declaration, .is_open = is_open };
	bool complete;
	char *copy;
	size_t len;

	r->arena = arena;
	r->html = ARENA_NEW(arena, struct sa_html);
	r->tags = ARENA_NEW(arena, struct sa_html_tags);
	r->html->tags = r->tags;
	r->wide = wide;
	r->length = (double)html_count_chars(source);
	r->text = r->scratch = r->anchor.bytes = r->title.bytes = BUF_INIT(arena);
	map_init(&r->tags->others, arena, true);
	map_init(&r->by_uri, arena, false);
	html_look_init(r);
	source = span_sub(source, 0, SA_HTML_SOURCE_MAX);
	copy = arena_bytes(arena, source.len + HTML_TAIL);
	len = prepare(source, wide, copy);
	buf_grow(&r->text, len / 4 + 64);
	complete = html_tokenize(copy, len, &ev) && !r->dead;
	render_end(r, complete, raw_len, text_r);
	return r->html;
}
