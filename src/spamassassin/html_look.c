#include "base/ascii.h"
#include "spamassassin/html_private.h"

#define LOOKS_MAX 100000 /* deeper ones are like the one around them */

void html_look_init(struct html_render *r)
{
	struct html_look *look = ARRAY_ADD(r->arena, r->looks, r->nlooks, r->cap_looks);

	*look = (struct html_look){ .tag = TAG_NONE, .fg = 0, .bg = 0xffffff, .size = 3 };
	r->basefont = r->min_size = r->max_size = 3;
}

static void push(struct html_render *r, struct html_look look)
{
	if (r->nlooks >= LOOKS_MAX)
		return;
	*ARRAY_ADD(r->arena, r->looks, r->nlooks, r->cap_looks) = look;
	r->open[look.tag]++;
}

static void pop(struct html_render *r)
{
	r->open[r->looks[--r->nlooks].tag]--;
}

/* A cell or row ends cells, and fonts inside of them, that were left open. */
static void close_table_tag(struct html_render *r, enum tag tag)
{
	if (r->open[tag] == 0)
		return;
	while (r->nlooks > 1) {
		enum tag top = r->looks[r->nlooks - 1].tag;

		if (top != TAG_FONT && top != TAG_TD && !(tag == TAG_TR && top == TAG_TR))
			return;
		pop(r);
	}
}

/* The number at the front of the value, white space skipped. */
static bool read_size(struct span s, double *value_r)
{
	size_t i = 0, begin;

	while (i < s.len && ascii_isspace(s.p[i]))
		i++;
	*value_r = 0;
	for (begin = i; i < s.len && ascii_isdigit(s.p[i]); i++)
		*value_r = *value_r * 10 + (s.p[i] - '0');
	return i > begin;
}

static void set_size(struct html_render *r, struct html_look *look, struct span s)
{
	double value;

	while (s.len != 0 && ascii_isspace(s.p[0]))
		s = span_from(s, 1);
	if (s.len > 1 && (s.p[0] == '+' || s.p[0] == '-') && ascii_isdigit(s.p[1])) {
		read_size(span_from(s, 1), &value);
		look->size = r->basefont + (s.p[0] == '+' ? value : -value);
	} else if (read_size(s, &value)) {
		look->size = value;
	}
}

/* Takes "name", white space allowed in front, and ":" off a declaration. */
static bool take_property(struct span *s, struct span name, bool fold)
{
	struct span t = *s;

	while (t.len != 0 && ascii_isspace(t.p[0]))
		t = span_from(t, 1);
	if (!(fold ? span_case_starts(t, name) : span_starts(t, name)))
		return false;
	*s = span_from(t, name.len);
	return true;
}

/* A value of nothing but white space, with a blank as what is left when it is trimmed. SpamAssassin's parser dies of it. */
static bool is_blank_value(struct span s)
{
	while (s.len != 0 && s.p[s.len - 1] == '\n')
		s.len--;
	return s.len != 0 && s.p[s.len - 1] == ' ' && span_trim(s).len == 0;
}

/* One declaration of a style attribute. */
static void apply_declaration(struct html_render *r, struct html_look *look, struct span d)
{
	struct span value = d;
	bool background;
	int32_t color;
	size_t i;

	background = take_property(&value, SPAN_LIT("background-color:"), true);
	if (background || take_property(&value, SPAN_LIT("color:"), true)) {
		bool any = value.len != 0; /* white space alone is a colour, too: a bad one */

		value = span_trim(value);
		color = html_color_css(value);
		if (any && span_chr(value, '\n') == SPAN_NPOS && color != COLOR_INHERIT)
			*(background ? &look->bg : &look->fg) = color;
		if (any)
			return;
	}
	if (take_property(&value, SPAN_LIT("background:"), false)) {
		r->dead |= is_blank_value(value);
		value = span_trim(value);
		if (value.len != 0) {
			if (html_color_background(value, &color))
				look->bg = color;
			return;
		}
	}
	d = span_trim(d);
	for (i = 0; i < d.len && (ascii_isalpha(d.p[i]) || d.p[i] == '-' || d.p[i] == '_');)
		i++;
	value = span_trim(span_from(d, i));
	if (i == 0 || value.len < 2 || value.p[0] != ':')
		return;
	value = span_trim(span_from(value, 1));
	d = span_sub(d, 0, i);
	if (value.len != 0 && span_eq(d, SPAN_LIT("display")))
		look->none = span_case_eq(value, SPAN_LIT("none"));
	else if (value.len != 0 && span_eq(d, SPAN_LIT("visibility")))
		look->hidden = span_case_eq(value, SPAN_LIT("hidden"));
}

static void apply_style(struct html_render *r, struct html_look *look, struct span style)
{
	while (style.p != NULL)
		apply_declaration(r, look, span_split(&style, ';'));
	if (look->bg == COLOR_TRANSPARENT)
		look->bg = r->looks[r->nlooks - 1].bg;
	if (look->fg == COLOR_TRANSPARENT)
		look->fg = look->bg;
}

static bool is_body_attribute(struct span name)
{
	static const char *const names[] = { "text", "bgcolor", "link", "alink", "vlink", "background" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (span_case_eq(name, span_of(names[i])))
			return true;
	}
	return false;
}

/* Applies an attribute if the tag may have it; false: it may not. */
static bool apply_attribute(struct html_render *r, struct html_look *look, enum tag tag, struct span name, struct span value)
{
	switch (tag) {
	case TAG_BASEFONT:
	case TAG_FONT:
		if (span_case_eq(name, SPAN_LIT("color")))
			look->fg = html_color(value);
		else if (span_case_eq(name, SPAN_LIT("size")))
			set_size(r, look, value);
		else
			return span_case_eq(name, SPAN_LIT("face"));
		return true;
	case TAG_BODY:
		if (span_case_eq(name, SPAN_LIT("text")))
			look->fg = html_color(value);
		return is_body_attribute(name);
	default:
		if (!span_case_eq(name, SPAN_LIT("style")))
			return (tag == TAG_TABLE || tag == TAG_TR || tag == TAG_TD) && span_case_eq(name, SPAN_LIT("bgcolor"));
		apply_style(r, look, value);
		return true;
	}
}

static void open_look(struct html_render *r, enum tag tag, struct html_look *look)
{
	for (size_t i = 0; i < r->nattrs; i++) {
		if (!apply_attribute(r, look, tag, r->attrs[i].name.s, r->attrs[i].value.s))
			continue;
		if (look->size > r->max_size)
			r->max_size = look->size;
		else if (look->size < r->min_size)
			r->min_size = look->size;
	}
}

void html_look_open(struct html_render *r, enum tag tag)
{
	const struct html_string *size = tag == TAG_BASEFONT ? sa_html_attr_find(r, "size") : NULL;
	struct html_look look;
	double basefont;

	if (size != NULL && read_size(size->s, &basefont)) {
		r->basefont = basefont;
		return;
	}
	tag = tag == TAG_TH ? TAG_TD : tag;
	if (tag == TAG_TD || tag == TAG_TR)
		close_table_tag(r, tag);
	look = r->looks[r->nlooks - 1];
	look.tag = tag;
	if (tag == TAG_BIG)
		look.size += 1;
	else if (tag == TAG_SMALL)
		look.size -= 1;
	else
		open_look(r, tag, &look);
	push(r, look);
}

void html_look_close(struct html_render *r, enum tag tag)
{
	bool done = false;

	tag = tag == TAG_TH ? TAG_TD : tag;
	if (tag == TAG_BODY || r->open[tag] == 0) /* text behind </body> is shown as before */
		return;
	while (!done) {
		done = r->looks[r->nlooks - 1].tag == tag;
		pop(r);
	}
}

/* Distance of two colours, weighted by how bright each part is. */
static bool is_near(int32_t a, int32_t b)
{
	double red = 0.2126 * ((a >> 16) - (b >> 16)), green = 0.7152 * ((a >> 8 & 255) - (b >> 8 & 255)), blue = 0.0722 * ((a & 255) - (b & 255));

	return red * red + green * green + blue * blue < 12.0 * 12.0;
}

bool html_look_invisible(struct html_render *r)
{
	const struct html_look *look = &r->looks[r->nlooks - 1];

	if (look->fg == look->bg || (look->fg >= 0 && look->bg >= 0 && is_near(look->fg, look->bg))) {
		html_set_flag(r, SA_HTML_LOW_CONTRAST);
		return true;
	}
	if (look->fg == COLOR_INVALID || look->bg == COLOR_INVALID) {
		html_set_flag(r, SA_HTML_INVALID_COLOR);
		return true;
	}
	return look->size <= 1 || look->none || look->hidden;
}
