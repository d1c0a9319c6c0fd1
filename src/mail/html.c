/* The tokenizer: WHATWG HTML, 13.2.5, without its states for what mail has no use of. Each byte is looked at once by one of the loops below. */
#include "mail/html.h"

#include "base/ascii.h"
#include "mail/html_entity.h"
#include "mail/html_private.h"

#define BUFFER_MIN 512
#define LETTERS_MIN 20 /* HTML_ENTITY_OBFUSCATION */
#define SPLITS_MIN 10  /* HTML_COMMENT_SPLIT */

/* ---- Text ---- */

/* Makes room for a run of n bytes; less when the limit of text says so. Returns the bytes that may be written. */
static size_t make_room(struct html_parser *h, struct html_writer *w, size_t n)
{
	size_t used = h->visible.len + h->hidden.len, want, cap;
	size_t left = used < h->limits->text ? h->limits->text - used : 0;

	if (h->full)
		return 0;
	if (n > left) {
		fact_add(h->facts, FACT_TEXT_TRUNCATED);
		h->full = true;
		n = left;
	}
	want = w->len + HTML_TEXT_ROOM(n);
	if (want <= w->cap)
		return n;
	cap = w->cap != 0 ? w->cap * 2 : BUFFER_MIN;
	if (cap < want)
		cap = want;
	w->p = arena_extend(h->arena, w->p, w->cap, cap);
	w->cap = cap;
	return n;
}

/* Cuts a run to n bytes, before the character or reference that does not fit. */
static struct span cut_run(struct span run, size_t n)
{
	size_t back = 0;

	if (n >= run.len)
		return run;
	while (n > 0 && ((uint8_t)run.p[n] & 0xc0) == 0x80)
		n--;
	while (back < 32 && back < n && run.p[n - 1 - back] != '&' && run.p[n - 1 - back] != ';')
		back++;
	if (back < n && run.p[n - 1 - back] == '&')
		n -= back + 1;
	return span_make(run.p, n);
}

static void write_text(struct html_parser *h, struct span run, unsigned flags)
{
	struct html_writer *w = h->state.hidden ? &h->hidden : &h->visible;
	size_t room;

	if (run.len == 0)
		return;
	h->scratch.work += run.len;
	h->just_opened = TAG_NONE;
	if (w == &h->hidden)
		h->split = true;
	else if (h->split) {
		h->nsplits += html_text_in_word(w) && ascii_isalnum(run.p[0]);
		h->split = false;
	}
	room = make_room(h, w, run.len);
	run = cut_run(run, room);
	if (run.len == 0)
		return;
	html_text_write(w, run, flags | (h->state.lines ? HTML_TEXT_LINES : 0));
}

static void gap(struct html_parser *h, enum html_gap kind)
{
	html_text_gap(&h->visible, kind);
	html_text_gap(&h->hidden, kind);
}

/* What a sheet or a script says. */
static void read_sheet(struct html_parser *h, struct span content)
{
	h->out->style_bytes += content.len;
	if (!span_case_eq(span_trim(html_attr_value(h, ATTR_MEDIA)), SPAN_LIT("print")))
		html_rules_parse(&h->scratch, content, &h->rules);
}

static void read_script(struct html_parser *h, struct span content)
{
	h->out->script_bytes += content.len;
	html_link_script(h, content);
}

/* In SVG, sheets and scripts are elements like others: their text comes in pieces. Its titles are no text of the page. */
static void read_text(struct html_parser *h, struct span run, unsigned flags)
{
	enum html_tag tag = h->tree.n != 0 ? h->tree.open[h->tree.n - 1].tag : TAG_NONE;

	if (run.len == 0)
		return;
	if (tag == TAG_STYLE)
		read_sheet(h, run);
	else if (tag == TAG_SCRIPT)
		read_script(h, run);
	else if (tag != TAG_TITLE)
		write_text(h, run, flags);
	if (tag == TAG_TITLE)
		h->scratch.work += run.len;
}

/* ---- Comments and declarations ---- */

static void bad(struct html_parser *h)
{
	fact_add(h->facts, FACT_HTML_BAD);
}

/* p: at "<!", "<?" or "</" before what is no name. Returns where text goes on. */
static const char *skip_to_close(struct html_parser *h, const char *p)
{
	const char *close = memchr(p, '>', (size_t)(h->end - p));

	if (close == NULL) {
		bad(h);
		close = h->end - 1;
	}
	h->scratch.work += (size_t)(close + 1 - p);
	return close + 1;
}

/* p: at "<!--". A comment ends at "-->" or "--!>", also where these begin with its own hyphens ("<!-->"). */
static const char *skip_comment(struct html_parser *h, const char *p)
{
	const char *from = p + 2, *close = p + 4;

	while ((close = memchr(close, '>', (size_t)(h->end - close))) != NULL) {
		h->scratch.work++;
		if (close[-1] == '-' && close[-2] == '-' && close - 2 >= from)
			break;
		if (close[-1] == '!' && close[-2] == '-' && close[-3] == '-' && close - 3 >= from + 2)
			break;
		close++;
	}
	if (close == NULL) {
		bad(h);
		close = h->end - 1;
	}
	h->out->comment_bytes += (size_t)(close + 1 - p);
	h->scratch.work += (size_t)(close + 1 - p);
	h->split = true;
	return close + 1;
}

static const char *skip_declaration(struct html_parser *h, const char *p)
{
	static const char cdata[] = "<![CDATA[";
	size_t left = (size_t)(h->end - p);

	h->just_opened = TAG_NONE;
	if (left >= 4 && p[2] == '-' && p[3] == '-')
		return skip_comment(h, p);
	if (left >= 9 && memcmp(p, cdata, 9) == 0 && html_tree_foreign(h) != FOREIGN_NONE) {
		const char *close = memmem(p + 9, left - 9, "]]>", 3);

		if (close == NULL)
			bad(h);
		read_text(h, span_range(p + 9, close != NULL ? close : h->end), 0);
		return close != NULL ? close + 3 : h->end;
	}
	return skip_to_close(h, p);
}

/* ---- Tags ---- */

enum { NAME_CHAR, NAME_SPACE, NAME_SLASH, NAME_CLOSE, NAME_EQUALS };

static const uint8_t name_class[256] = {
	['\t'] = NAME_SPACE, ['\n'] = NAME_SPACE, ['\f'] = NAME_SPACE, ['\r'] = NAME_SPACE, [' '] = NAME_SPACE,
	['/'] = NAME_SLASH, ['>'] = NAME_CLOSE, ['='] = NAME_EQUALS,
};

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && name_class[(uint8_t)*p] == NAME_SPACE)
		p++;
	return p;
}

/* on...= with letters only. */
static bool is_event_handler(struct span name)
{
	if (name.len < 5 || (name.p[0] | 0x20) != 'o' || (name.p[1] | 0x20) != 'n')
		return false;
	for (size_t i = 2; i < name.len; i++)
		if (!ascii_isalpha(name.p[i]))
			return false;
	return true;
}

/* The first of several attributes of one name counts. */
static void keep_attribute(struct html_parser *h, struct span name, struct span value)
{
	enum html_attr attr = html_attr_find(name);

	if (attr == ATTR_NONE) {
		if (value.len != 0 && is_event_handler(name))
			h->out->flags |= HTML_EVENT_HANDLER;
		return;
	}
	if (attr == ATTR_XLINK_HREF)
		attr = ATTR_HREF;
	if (html_has(h, attr))
		return;
	h->seen |= UINT32_C(1) << attr;
	h->attr[attr] = value;
}

/* p: behind '='. Returns behind the value, NULL when it never ends. */
static const char *read_value(const char *p, const char *end, struct span *value_r)
{
	const char *begin;

	p = skip_space(p, end);
	if (p == end)
		return NULL;
	if (*p == '"' || *p == '\'') {
		const char *close = memchr(p + 1, *p, (size_t)(end - p) - 1);

		if (close != NULL)
			*value_r = span_range(p + 1, close);
		return close != NULL ? close + 1 : NULL;
	}
	for (begin = p; p < end && name_class[(uint8_t)*p] != NAME_SPACE && *p != '>';)
		p++;
	*value_r = span_range(begin, p);
	return p;
}

/* p: behind the name of a tag. Returns behind its '>', NULL when it has none. */
static const char *read_attributes(struct html_parser *h, const char *p)
{
	const char *end = h->end, *begin;

	h->seen = 0;
	h->self_closing = false;
	while (p < end) {
		struct span name, value = SPAN_NONE;

		switch (name_class[(uint8_t)*p]) {
		case NAME_SPACE:
			p++;
			continue;
		case NAME_SLASH:
			p++;
			h->self_closing = p < end && *p == '>';
			continue;
		case NAME_CLOSE:
			return p + 1;
		default:
			break;
		}
		begin = p++; /* a '=' in front belongs to the name */
		while (p < end && name_class[(uint8_t)*p] == NAME_CHAR)
			p++;
		name = span_range(begin, p);
		p = skip_space(p, end);
		if (p < end && *p == '=') {
			p = read_value(p + 1, end, &value);
			if (p == NULL)
				return NULL;
		}
		keep_attribute(h, name, value);
	}
	return NULL;
}

static void set_css(struct html_css *css, uint32_t bit, bool on)
{
	css->set |= bit;
	css->on |= on ? bit : 0;
}

static void set_color(uint32_t *color, struct html_css *css, uint32_t bit, struct span value)
{
	if (html_color_parse(value, color))
		css->set |= bit;
}

/* What elements and their presentational attributes mean before any style sheet (WHATWG HTML, 15.3). */
static void default_css(struct html_parser *h, enum html_tag tag, struct html_css *css)
{
	if ((html_tag_flags[tag] & TAGF_HIDDEN) && !(tag == TAG_DIALOG && html_has(h, ATTR_OPEN)))
		set_css(css, CSS_DISPLAY, true);
	if (tag == TAG_PRE || tag == TAG_LISTING || tag == TAG_TEXTAREA || tag == TAG_XMP || tag == TAG_PLAINTEXT)
		set_css(css, CSS_WHITE_SPACE, true);
	if (tag == TAG_A && html_has(h, ATTR_HREF)) {
		css->set |= CSS_COLOR;
		css->color = 0x0000ee;
	} else if (tag == TAG_BUTTON || tag == TAG_SELECT || tag == TAG_TEXTAREA || tag == TAG_MARK) {
		css->set |= CSS_COLOR | CSS_BACKGROUND;
		css->color = css->background = COLOR_UNKNOWN;
	}
	if (h->seen == 0)
		return;
	if (html_has(h, ATTR_HIDDEN))
		set_css(css, CSS_DISPLAY, true);
	if (html_has(h, ATTR_BGCOLOR))
		set_color(&css->background, css, CSS_BACKGROUND, h->attr[ATTR_BGCOLOR]);
	if (html_has(h, ATTR_BACKGROUND))
		set_css(css, CSS_IMAGE, true);
	if (tag == TAG_BODY && html_has(h, ATTR_TEXT))
		set_color(&css->color, css, CSS_COLOR, h->attr[ATTR_TEXT]);
	if (tag == TAG_FONT && html_has(h, ATTR_COLOR))
		set_color(&css->color, css, CSS_COLOR, h->attr[ATTR_COLOR]);
	if (tag == TAG_FONT && html_has(h, ATTR_SIZE)) { /* the smallest, 1, is 10px */
		css->set |= CSS_FONT_SIZE;
		css->font = 10 * CSS_PX;
		css->font_unit = UNIT_PX;
	}
}

static void inline_css(struct html_parser *h, struct html_css *css)
{
	struct span style = h->attr[ATTR_STYLE];

	if (memchr(style.p, '&', style.len) != NULL) {
		char *to = arena_bytes(h->arena, style.len);

		style = span_make(to, html_entity_decode(style, to, &h->letters));
	}
	html_css_parse(&h->scratch, style, css);
}

static struct html_state state_of(struct html_parser *h, enum html_tag tag, struct html_css *css)
{
	default_css(h, tag, css);
	if (h->rules != NULL)
		html_rules_apply(&h->scratch, h->rules, tag, html_attr_value(h, ATTR_CLASS), html_attr_value(h, ATTR_ID), css);
	if (html_has(h, ATTR_STYLE) && h->attr[ATTR_STYLE].len != 0)
		inline_css(h, css);
	if ((css->on & CSS_BIDI) || (tag == TAG_BDO && html_has(h, ATTR_DIR)))
		fact_add(h->facts, FACT_TEXT_BIDI_OVERRIDE);
	return html_css_state(&h->state, css, tag);
}

/* ---- Raw text ---- */

/* The content up to "</name" with a delimiter behind it, or to the end. p: behind the start tag. */
static struct span raw_content(struct html_parser *h, const char *p, struct span name)
{
	const char *q = p, *end = h->end;

	while ((q = memchr(q, '<', (size_t)(end - q))) != NULL) {
		size_t left = (size_t)(end - q);

		h->scratch.work += 2;
		if (left >= name.len + 2 && q[1] == '/' && span_case_eq(span_make(q + 2, name.len), name) &&
		    (left == name.len + 2 || name_class[(uint8_t)q[name.len + 2]] != NAME_CHAR))
			break;
		q++;
	}
	if (q == NULL) {
		bad(h);
		q = end;
	}
	h->scratch.work += (size_t)(q - p);
	return span_range(p, q);
}

static const char *read_raw(struct html_parser *h, const char *p, enum html_tag tag, struct span name, const struct html_state *state)
{
	struct html_state outside = h->state;
	struct span content = tag == TAG_PLAINTEXT ? span_range(p, h->end) : raw_content(h, p, name);

	switch (tag) {
	case TAG_SCRIPT:
		read_script(h, content);
		break;
	case TAG_STYLE:
		read_sheet(h, content);
		break;
	case TAG_TITLE:
		if (h->out->title.len == 0 && h->tree.last[TAG_SVG] == 0)
			h->out->title = html_text_fold(h->arena, span_sub(content, 0, h->limits->text));
		break;
	case TAG_TEXTAREA:
	case TAG_XMP:
	case TAG_PLAINTEXT:
		h->state = *state;
		write_text(h, content, tag == TAG_TEXTAREA ? HTML_TEXT_REFERENCES : 0);
		h->state = outside;
		break;
	default: /* iframe, noembed, noframes: nobody sees it */
		break;
	}
	return span_end(content);
}

/* ---- SVG and MathML (13.2.6.5) ---- */

/* HTML that stands in foreign content by mistake, and ends it. */
static bool breaks_out(const struct html_parser *h, enum html_tag tag)
{
	static const bool tags[TAG_N] = {
		[TAG_B] = true, [TAG_BIG] = true, [TAG_BLOCKQUOTE] = true, [TAG_BODY] = true, [TAG_BR] = true, [TAG_CENTER] = true, [TAG_CODE] = true,
		[TAG_DD] = true, [TAG_DIV] = true, [TAG_DL] = true, [TAG_DT] = true, [TAG_EM] = true, [TAG_EMBED] = true, [TAG_H1] = true, [TAG_H2] = true,
		[TAG_H3] = true, [TAG_H4] = true, [TAG_H5] = true, [TAG_H6] = true, [TAG_HEAD] = true, [TAG_HR] = true, [TAG_I] = true, [TAG_IMG] = true,
		[TAG_LI] = true, [TAG_LISTING] = true, [TAG_MENU] = true, [TAG_META] = true, [TAG_NOBR] = true, [TAG_OL] = true, [TAG_P] = true,
		[TAG_PRE] = true, [TAG_RUBY] = true, [TAG_S] = true, [TAG_SMALL] = true, [TAG_SPAN] = true, [TAG_STRONG] = true, [TAG_STRIKE] = true,
		[TAG_SUB] = true, [TAG_SUP] = true, [TAG_TABLE] = true, [TAG_TT] = true, [TAG_U] = true, [TAG_UL] = true, [TAG_VAR] = true,
	};

	return tags[tag] || (tag == TAG_FONT && (html_has(h, ATTR_COLOR) || html_has(h, ATTR_FACE) || html_has(h, ATTR_SIZE)));
}

static bool is_one_of(struct span name, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (span_case_eq(name, span_of(names[i])))
			return true;
	return false;
}

/* What the content of an element is, which itself stands in outside: "integration points" hold HTML again. */
static enum html_foreign content_of(enum html_foreign outside, enum html_tag tag, struct span name)
{
	static const char *const svg[] = { "foreignobject", "desc", "title", NULL };
	static const char *const math[] = { "mi", "mo", "mn", "ms", "mtext", NULL };

	if (outside == FOREIGN_NONE)
		return tag == TAG_SVG ? FOREIGN_SVG : tag == TAG_MATH ? FOREIGN_MATH : FOREIGN_NONE;
	return is_one_of(name, outside == FOREIGN_SVG ? svg : math) ? FOREIGN_NONE : outside;
}

/* ---- The two kinds of tags ---- */

static const char *name_end(const char *p, const char *end)
{
	while (p < end && (name_class[(uint8_t)*p] == NAME_CHAR || *p == '='))
		p++;
	return p;
}

/* Names with ':' are Office's, with '-' custom elements; inside of SVG and MathML there are others. */
static bool is_bad_name(const struct html_parser *h, struct span name)
{
	return h->tree.last[TAG_SVG] == 0 && h->tree.last[TAG_MATH] == 0 && span_chr(name, ':') == SPAN_NPOS && span_chr(name, '-') == SPAN_NPOS;
}

static void line_or_blank(struct html_parser *h, enum html_tag tag)
{
	unsigned flags = html_tag_flags[tag];

	if (flags & TAGF_BLOCK)
		gap(h, GAP_LINE);
	else if (flags & TAGF_CELL)
		gap(h, GAP_SPACE);
}

/* The body of a message inside of another one: only the first <body> and <html> are elements. */
static bool is_second(const struct html_parser *h, enum html_tag tag)
{
	return tag == TAG_HEAD || ((tag == TAG_BODY || tag == TAG_HTML) && h->tree.last[tag] != 0);
}

static void note_start(struct html_parser *h, enum html_tag tag, struct span name)
{
	h->out->ntags++;
	h->just_opened = html_tag_flags[tag] & TAGF_VOID ? TAG_NONE : tag;
	if (tag < TAG_KNOWN)
		return;
	h->scratch.work += name.len;
	if (is_bad_name(h, name)) {
		h->out->nbad_tags++;
		h->split = true;
	}
}

/* p: at "<x". */
static const char *start_tag(struct html_parser *h, const char *p)
{
	const char *behind = name_end(p + 1, h->end), *next = read_attributes(h, behind);
	struct span name = span_range(p + 1, behind);
	enum html_tag tag = html_tag_find(name);
	unsigned flags = html_tag_flags[tag];
	struct html_css css = { 0 };
	enum html_foreign outside;
	struct html_state state;

	if (next == NULL) { /* browsers drop it */
		bad(h);
		h->scratch.work += (size_t)(h->end - p);
		return h->end;
	}
	h->scratch.work += (size_t)(next - p);
	note_start(h, tag, name);
	if (html_tree_foreign(h) != FOREIGN_NONE && breaks_out(h, tag))
		html_tree_leave_foreign(h);
	outside = html_tree_foreign(h);
	if (outside == FOREIGN_NONE)
		html_tree_before(h, tag);
	line_or_blank(h, tag);
	if (is_second(h, tag))
		return next;
	if (outside != FOREIGN_NONE && (tag == TAG_STYLE || tag == TAG_SCRIPT || tag == TAG_TITLE)) {
		set_css(&css, CSS_DISPLAY, true);
		css.important = CSS_DISPLAY;
	}
	state = state_of(h, tag, &css);
	html_link_tag(h, tag, &css, &state);
	if ((flags & TAGF_RAW) && outside == FOREIGN_NONE) {
		next = read_raw(h, next, tag, name, &state);
		line_or_blank(h, tag);
		return next;
	}
	if (h->self_closing && (outside != FOREIGN_NONE || tag >= TAG_KNOWN || tag == TAG_SVG || tag == TAG_MATH)) {
		if (tag == TAG_A && h->anchor != 0)
			html_link_close_anchor(h);
	} else if (!(flags & TAGF_VOID)) {
		html_tree_push(h, tag, content_of(outside, tag, name), &css, &state);
	}
	return next;
}

/* p: at "</x". */
static const char *end_tag(struct html_parser *h, const char *p)
{
	const char *behind = name_end(p + 2, h->end), *next = read_attributes(h, behind);
	enum html_tag tag = html_tag_find(span_range(p + 2, behind));

	if (next == NULL) {
		bad(h);
		h->scratch.work += (size_t)(h->end - p);
		return h->end;
	}
	h->scratch.work += (size_t)(next - p);
	if (h->just_opened == tag && !(html_tag_flags[tag] & TAGF_BLOCK))
		h->split = true;
	h->just_opened = TAG_NONE;
	if ((tag == TAG_P || tag == TAG_BR) && html_tree_foreign(h) != FOREIGN_NONE)
		html_tree_leave_foreign(h);
	html_tree_close(h, tag);
	if (tag == TAG_A && h->anchor != 0)
		html_link_close_anchor(h);
	line_or_blank(h, tag);
	return next;
}

/* The next '<' that begins markup, or the end. */
static const char *find_markup(const struct html_parser *h, const char *p)
{
	while ((p = memchr(p, '<', (size_t)(h->end - p))) != NULL) {
		if (h->end - p < 2)
			return h->end;
		if (ascii_isalpha(p[1]) || p[1] == '/' || p[1] == '!' || p[1] == '?')
			return p;
		p++;
	}
	return h->end;
}

static const char *read_markup(struct html_parser *h, const char *p)
{
	if (ascii_isalpha(p[1]))
		return start_tag(h, p);
	if (p[1] == '!')
		return skip_declaration(h, p);
	if (p[1] == '/' && h->end - p >= 3 && ascii_isalpha(p[2]))
		return end_tag(h, p);
	h->just_opened = TAG_NONE;
	return skip_to_close(h, p);
}

/* ---- The whole ---- */

static unsigned count_words(struct span s)
{
	unsigned n = 0;
	bool inside = false;

	for (size_t i = 0; i < s.len; i++) {
		bool white = s.p[i] == ' ' || s.p[i] == '\n';

		n += !white && !inside;
		inside = !white;
	}
	return n;
}

/* The last block ends its line as well. */
static struct span finish_text(struct html_parser *h, struct html_writer *w)
{
	if (w->gap == GAP_LINE && w->len != 0 && !h->full && make_room(h, w, 1) == 1)
		w->p[w->len++] = '\n';
	return span_make(w->p, w->len);
}

uint64_t html_parse_counted(struct arena *arena, struct span source, const struct html_limits *limits, struct facts *facts, struct html *html_r)
{
	struct html_parser h = {
		.arena = arena, .facts = facts, .limits = limits, .out = html_r, .end = span_end(source), .state = html_state_root,
		.tree.limit = limits->depth > 2 ? limits->depth : 2, .scratch.arena = arena,
	};
	const char *p = source.p;

	*html_r = (struct html){ 0 };
	h.visible.facts = facts;
	h.visible.letters = h.hidden.letters = &h.letters;
	while (p < h.end) {
		const char *markup = find_markup(&h, p);

		read_text(&h, span_range(p, markup), HTML_TEXT_REFERENCES);
		if (markup == h.end)
			break;
		p = read_markup(&h, markup);
	}
	html_r->text = finish_text(&h, &h.visible);
	html_r->hidden = finish_text(&h, &h.hidden);
	html_link_finish(&h);
	html_r->nwords_hidden = count_words(html_r->hidden);
	html_r->links = h.links;
	html_r->nlinks = h.nlinks;
	html_r->flags |= h.letters >= LETTERS_MIN ? HTML_ENTITY_OBFUSCATION : 0;
	html_r->flags |= h.nsplits >= SPLITS_MIN ? HTML_COMMENT_SPLIT : 0;
	return h.scratch.work;
}

void html_parse(struct arena *arena, struct span source, const struct html_limits *limits, struct facts *facts, struct html *html_r)
{
	html_parse_counted(arena, source, limits, facts, html_r);
}
