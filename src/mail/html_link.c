/* What tags mean: links, images, flags. */
#include "base/ascii.h"
#include "mail/html_entity.h"
#include "mail/html_private.h"

#define IMAGE_SIZE_MAX 100000

/* ---- Targets ---- */

/* The attribute's value as it is meant: into the source when nothing is to decode. */
static struct span decode(struct html_parser *h, struct span raw)
{
	unsigned letters = 0;
	char *to;
	size_t n;

	raw = span_trim(raw);
	h->scratch.work += raw.len;
	if (raw.len == 0 || memchr(raw.p, '&', raw.len) == NULL)
		return raw;
	to = arena_bytes(h->arena, raw.len);
	n = html_entity_decode(raw, to, &letters);
	raw = span_trim(span_make(to, n));
	/* Address hiding from harvesters is an honest habit. */
	if (!span_case_starts(raw, SPAN_LIT("mailto:")))
		h->letters += letters;
	return raw;
}

/* The beginning without what browsers skip (controls and blanks in front, tabs and line ends anywhere), in small letters. */
static struct span normal_front(struct span target, char *buf, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < target.len && n < size; i++) {
		char c = target.p[i];

		if ((uint8_t)c <= ' ' && (n == 0 || c != ' '))
			continue;
		buf[n++] = ascii_tolower(c);
	}
	return span_make(buf, n);
}

static bool data_runs_script(struct span front, struct span target)
{
	return span_case_starts(front, SPAN_LIT("data:text/html")) || span_case_starts(front, SPAN_LIT("data:image/svg")) ||
	       span_case_starts(front, SPAN_LIT("data:application/xhtml")) || span_case_has(target, SPAN_LIT("<script")) ||
	       span_case_has(target, SPAN_LIT("javascript"));
}

static void flag_scheme(struct html_parser *h, enum html_link_kind kind, struct span target)
{
	char buf[32];
	struct span front = normal_front(target, buf, sizeof(buf));

	if (span_starts(front, SPAN_LIT("javascript:")) || span_starts(front, SPAN_LIT("vbscript:")))
		h->out->flags |= HTML_JAVASCRIPT_URI;
	if (kind == HTML_LINK_IMG || !span_starts(front, SPAN_LIT("data:")))
		return;
	if (kind != HTML_LINK_OTHER)
		h->out->flags |= HTML_DATA_URI;
	h->scratch.work += target.len;
	if (data_runs_script(front, target))
		h->out->flags |= HTML_DATA_HTML_URI;
}

/* Records a link; NULL beyond the limit, without a target, or for what is no link. */
static struct html_link *add_link(struct html_parser *h, enum html_link_kind kind, struct span raw, bool hidden)
{
	struct html_link *l;

	raw = span_trim(raw);
	if (raw.len == 0)
		return NULL;
	if (h->nlinks >= h->limits->links) {
		/* The flags still count, and what one link may cost is bounded by its length. */
		flag_scheme(h, kind, raw);
		fact_add(h->facts, FACT_LINK_TOO_MANY);
		return NULL;
	}
	raw = decode(h, raw);
	flag_scheme(h, kind, raw);
	if (raw.len == 0)
		return NULL;
	l = ARRAY_ADD(h->arena, h->links, h->nlinks, h->cap_links);
	l->kind = kind;
	l->target = raw;
	l->hidden = hidden;
	l->width = l->height = -1;
	return l;
}

static void add_attr(struct html_parser *h, enum html_link_kind kind, enum html_attr attr, const struct html_state *state)
{
	if (html_has(h, attr))
		add_link(h, kind, h->attr[attr], state->gone || state->invisible);
}

/* ---- Anchors ---- */

void html_link_close_anchor(struct html_parser *h)
{
	struct html_range *r = &h->ranges[h->anchor - 1];
	struct html_link *l = &h->links[r->link];

	h->anchor = 0;
	r->visible[1] = h->visible.len;
	r->hidden[1] = h->hidden.len;
	/* Small or white letters hide the link only when there is nothing else to click on. */
	if (!l->has_image && r->visible[0] == r->visible[1] && r->hidden[0] != r->hidden[1])
		l->hidden = true;
}

static void open_anchor(struct html_parser *h, const struct html_state *state)
{
	struct html_link *l;
	struct html_range *r;

	if (h->anchor != 0)
		html_link_close_anchor(h);
	l = add_link(h, HTML_LINK_A, h->attr[ATTR_HREF], state->gone || state->invisible);
	if (l == NULL)
		return;
	r = ARRAY_ADD(h->arena, h->ranges, h->nranges, h->cap_ranges);
	r->link = h->nlinks - 1;
	r->visible[0] = h->visible.len;
	r->hidden[0] = h->hidden.len;
	h->anchor = h->nranges;
	h->anchor_depth = h->tree.n + 1;
}

/* The text between, without the gap in front. Beyond the limit of text it may be short. */
static struct span cut(const struct html_writer *w, const size_t range[2])
{
	return span_trim(span_make(w->p + range[0], range[1] - range[0]));
}

void html_link_finish(struct html_parser *h)
{
	if (h->anchor != 0)
		html_link_close_anchor(h);
	for (size_t i = 0; i < h->nranges; i++) {
		const struct html_range *r = &h->ranges[i];
		struct html_link *l = &h->links[r->link];

		if (r->visible[0] != r->visible[1])
			l->text = cut(&h->visible, r->visible);
		else if (r->hidden[0] != r->hidden[1])
			l->text = cut(&h->hidden, r->hidden);
	}
}

/* ---- Images, forms, the rest ---- */

/* Pixels; "100%" and the like are none. */
static int pixels(struct span value)
{
	enum css_unit unit;
	int32_t v;

	value = span_trim(value);
	if (!html_length_parse(value, &v, &unit) || unit != UNIT_PX || v < 0)
		return -1;
	return v / CSS_PX > IMAGE_SIZE_MAX ? IMAGE_SIZE_MAX : v / CSS_PX;
}

static void add_image(struct html_parser *h, const struct html_css *css, const struct html_state *state)
{
	struct html_link *l;

	h->out->nimages++;
	if (h->anchor != 0)
		h->links[h->ranges[h->anchor - 1].link].has_image = true;
	if (!html_has(h, ATTR_SRC) && html_has(h, ATTR_HREF)) /* SVG's <image> */
		l = add_link(h, HTML_LINK_IMG, h->attr[ATTR_HREF], state->gone || state->invisible);
	else
		l = add_link(h, HTML_LINK_IMG, html_attr_value(h, ATTR_SRC), state->gone || state->invisible);
	if (l == NULL)
		return;
	l->text = html_text_fold(h->arena, html_attr_value(h, ATTR_ALT));
	h->scratch.work += html_attr_value(h, ATTR_ALT).len;
	l->width = css->set & CSS_WIDTH_PX ? css->width : pixels(html_attr_value(h, ATTR_WIDTH));
	l->height = css->set & CSS_HEIGHT_PX ? css->height : pixels(html_attr_value(h, ATTR_HEIGHT));
}

static void read_input(struct html_parser *h, const struct html_css *css, const struct html_state *state)
{
	struct span type = span_trim(html_attr_value(h, ATTR_TYPE));

	if (span_case_eq(type, SPAN_LIT("password")))
		h->out->flags |= HTML_PASSWORD_INPUT;
	if (span_case_eq(type, SPAN_LIT("image")))
		add_image(h, css, state);
	add_attr(h, HTML_LINK_FORM, ATTR_FORMACTION, state);
}

/* <meta http-equiv="refresh" content="5; url='http://...'"> */
static void read_meta(struct html_parser *h, const struct html_state *state)
{
	struct span content;
	size_t at;

	if (!span_case_eq(span_trim(html_attr_value(h, ATTR_HTTP_EQUIV)), SPAN_LIT("refresh")))
		return;
	h->out->flags |= HTML_META_REFRESH;
	content = decode(h, html_attr_value(h, ATTR_CONTENT));
	for (at = 0; at < content.len && (ascii_isspace(content.p[at]) || ascii_isdigit(content.p[at]) || content.p[at] == '.');)
		at++;
	for (; at < content.len && (ascii_isspace(content.p[at]) || content.p[at] == ';' || content.p[at] == ',');)
		at++;
	content = span_from(content, at);
	if (span_case_starts(content, SPAN_LIT("url"))) {
		struct span rest = span_trim(span_from(content, 3));

		if (rest.len != 0 && rest.p[0] == '=')
			content = span_trim(span_from(rest, 1));
	}
	if (content.len != 0 && (content.p[0] == '"' || content.p[0] == '\'')) {
		struct span inner = span_from(content, 1);
		size_t close = span_chr(inner, content.p[0]);

		content = span_sub(inner, 0, close != SPAN_NPOS ? close : inner.len);
	}
	add_link(h, HTML_LINK_META, content, state->gone);
}

static void read_form(struct html_parser *h, const struct html_state *state)
{
	h->out->flags |= HTML_FORM;
	add_attr(h, HTML_LINK_FORM, ATTR_ACTION, state);
}

static void read_object(struct html_parser *h, const struct html_state *state)
{
	h->out->flags |= HTML_OBJECT;
	add_attr(h, HTML_LINK_OTHER, ATTR_DATA, state);
	add_attr(h, HTML_LINK_OTHER, ATTR_SRC, state);
}

void html_link_tag(struct html_parser *h, enum html_tag tag, const struct html_css *css, const struct html_state *state)
{
	if (h->seen == 0 && tag != TAG_IMG && tag != TAG_FORM && tag != TAG_SCRIPT && tag != TAG_SVG && tag != TAG_OBJECT && tag != TAG_APPLET &&
	    tag != TAG_EMBED && tag != TAG_IFRAME && tag != TAG_FRAME)
		return;
	add_attr(h, HTML_LINK_OTHER, ATTR_BACKGROUND, state);
	add_attr(h, HTML_LINK_OTHER, ATTR_POSTER, state);
	if (css->url.len != 0)
		add_link(h, HTML_LINK_OTHER, css->url, state->gone || state->invisible);
	switch (tag) {
	case TAG_A:
		if (html_has(h, ATTR_HREF))
			open_anchor(h, state);
		return;
	case TAG_AREA: add_attr(h, HTML_LINK_AREA, ATTR_HREF, state); return;
	case TAG_BASE:
		if (html_has(h, ATTR_HREF))
			h->out->flags |= HTML_BASE;
		add_attr(h, HTML_LINK_OTHER, ATTR_HREF, state);
		return;
	case TAG_FORM: read_form(h, state); return;
	case TAG_INPUT: read_input(h, css, state); return;
	case TAG_BUTTON: add_attr(h, HTML_LINK_FORM, ATTR_FORMACTION, state); return;
	case TAG_IMG: case TAG_IMAGE: add_image(h, css, state); return;
	case TAG_IFRAME: case TAG_FRAME:
		h->out->flags |= HTML_IFRAME;
		add_attr(h, HTML_LINK_IFRAME, ATTR_SRC, state);
		return;
	case TAG_OBJECT: case TAG_EMBED: case TAG_APPLET: read_object(h, state); return;
	case TAG_META: read_meta(h, state); return;
	case TAG_SVG: h->out->flags |= HTML_SVG; return;
	case TAG_SCRIPT: h->out->flags |= HTML_SCRIPT; add_attr(h, HTML_LINK_OTHER, ATTR_SRC, state); return;
	case TAG_LINK: add_attr(h, HTML_LINK_OTHER, ATTR_HREF, state); return;
	case TAG_AUDIO: case TAG_VIDEO: case TAG_SOURCE: case TAG_BGSOUND: case TAG_TRACK: add_attr(h, HTML_LINK_OTHER, ATTR_SRC, state); return;
	default: return;
	}
}

void html_link_script(struct html_parser *h, struct span script)
{
	static const char *const builders[] = { "atob(", "Blob(", "msSaveOrOpenBlob", "createObjectURL" };

	h->scratch.work += script.len * 4;
	for (size_t i = 0; i < sizeof(builders) / sizeof(builders[0]); i++)
		if (span_has(script, span_of(builders[i])))
			h->out->flags |= HTML_BLOB_SCRIPT;
}
