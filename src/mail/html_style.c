#include "mail/html_style.h"

#include "base/ascii.h"

#define FAR_OFF (-500 * CSS_PX)
#define TINY_FONT (2 * CSS_PX)
#define LENGTH_MAX (1 << 24)
#define NEAR_COLOR 16 /* per channel: below a contrast of about 1.15 */

const struct html_state html_state_root = { .color = 0x000000, .background = 0xffffff, .font = 16 * CSS_PX };

/* ---- Values ---- */

/* [+-] digits [. digits] in 1/64; returns the bytes read, 0 when there is no number. */
static size_t read_number(struct span s, int32_t *value_r)
{
	bool minus = s.len != 0 && s.p[0] == '-', digits = false;
	int64_t v = 0, unit = CSS_PX;
	size_t i = s.len != 0 && (s.p[0] == '-' || s.p[0] == '+') ? 1 : 0;

	for (; i < s.len && ascii_isdigit(s.p[i]); i++, digits = true)
		if (v < LENGTH_MAX)
			v = v * 10 + (s.p[i] - '0');
	v *= CSS_PX;
	if (i < s.len && s.p[i] == '.') {
		int64_t fraction = 0, scale = 1;

		for (i++; i < s.len && ascii_isdigit(s.p[i]); i++, digits = true) {
			if (scale < 1000000) {
				fraction = fraction * 10 + (s.p[i] - '0');
				scale *= 10;
			}
		}
		v += fraction * unit / scale;
	}
	if (v > LENGTH_MAX)
		v = LENGTH_MAX;
	*value_r = (int32_t)(minus ? -v : v);
	return digits ? i : 0;
}

bool html_length_parse(struct span text, int32_t *value_r, enum css_unit *unit_r)
{
	static const struct {
		char name[4];
		enum css_unit unit;
		int num, den;
	} units[] = {
		{ "px", UNIT_PX, 1, 1 },    { "pt", UNIT_PX, 4, 3 },  { "em", UNIT_EM, 1, 1 },  { "%", UNIT_PERCENT, 1, 1 },
		{ "rem", UNIT_PX, 16, 1 },  { "ex", UNIT_EM, 1, 2 },  { "ch", UNIT_EM, 1, 2 },  { "in", UNIT_PX, 96, 1 },
		{ "cm", UNIT_PX, 38, 1 },   { "mm", UNIT_PX, 38, 10 }, { "pc", UNIT_PX, 16, 1 }, { "vw", UNIT_PX, 6, 1 },
		{ "vh", UNIT_PX, 8, 1 },
	};
	size_t n = read_number(text, value_r);
	struct span unit;

	*unit_r = UNIT_PX;
	if (n == 0)
		return false;
	unit = span_from(text, n);
	if (unit.len == 0 || !(ascii_isalpha(unit.p[0]) || unit.p[0] == '%') || (unit.len >= 2 && unit.p[0] == 'p' && unit.p[1] == 'x'))
		return true;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (span_case_starts(unit, span_of(units[i].name))) {
			int64_t v = (int64_t)*value_r * units[i].num / units[i].den;

			*unit_r = units[i].unit;
			*value_r = (int32_t)(v > LENGTH_MAX ? LENGTH_MAX : v < -LENGTH_MAX ? -LENGTH_MAX : v);
			break;
		}
	}
	return true;
}

/* One of the words at the front of value; -1 when none. */
static int word_of(struct span value, const char *const *words)
{
	char first;

	if (value.len == 0)
		return -1;
	first = ascii_tolower(value.p[0]);
	for (int i = 0; words[i] != NULL; i++)
		if (words[i][0] == first && span_case_starts(value, span_of(words[i])))
			return i;
	return -1;
}

static void put_bit(struct html_css *css, uint32_t bit, bool on)
{
	css->set |= bit;
	css->on = on ? css->on | bit : css->on & ~bit;
}

static const char *const display_words[] = { "none", "block", "inline", "table", "flex", "grid", "list-item", "contents", "initial",
	"inherit", "unset", "revert", "flow", "ruby", "run-in", "-webkit-", "-ms-", "-moz-", NULL };
static const char *const visibility_words[] = { "hidden", "collapse", "visible", "initial", "inherit", "unset", "revert", NULL };
static const char *const overflow_words[] = { "hidden", "clip", "visible", "scroll", "auto", "initial", "inherit", "unset", NULL };
static const char *const position_words[] = { "absolute", "fixed", "relative", "static", "sticky", "initial", "inherit", "unset", NULL };
static const char *const white_words[] = { "pre", "break-spaces", "normal", "nowrap", "initial", "inherit", "unset", NULL };
static const char *const bidi_words[] = { "bidi-override", "isolate-override", "normal", "embed", "isolate", "plaintext", NULL };

/* A property of words: the first nhiding of them set the bit. */
static void put_word(struct html_css *css, uint32_t bit, struct span value, const char *const *words, int nhiding)
{
	int i = word_of(value, words);

	if (i >= 0)
		put_bit(css, bit, i < nhiding);
}

/* A size: the bit stands for "at most 1px". */
static void put_size(struct html_css *css, uint32_t bit, struct span value)
{
	enum css_unit unit;
	int32_t v;

	if (!html_length_parse(value, &v, &unit)) {
		if (word_of(value, (const char *const[]){ "auto", "none", "initial", "inherit", "min-", "max-", "fit-", "calc", NULL }) >= 0)
			put_bit(css, bit, false);
		return;
	}
	put_bit(css, bit, v >= 0 && (v == 0 || (unit == UNIT_PX && v <= CSS_PX)));
	if (unit == UNIT_PX && bit == CSS_WIDTH) {
		css->set |= CSS_WIDTH_PX;
		css->width = v / CSS_PX;
	} else if (unit == UNIT_PX && bit == CSS_HEIGHT) {
		css->set |= CSS_HEIGHT_PX;
		css->height = v / CSS_PX;
	}
}

/* The minimum undoes a size of nothing. */
static void put_minimum(struct html_css *css, uint32_t bit, struct span value)
{
	enum css_unit unit;
	int32_t v;

	if (html_length_parse(value, &v, &unit))
		put_bit(css, bit, unit == UNIT_PX ? v > CSS_PX : v > 0);
}

static void put_far(struct html_css *css, uint32_t bit, struct span value)
{
	enum css_unit unit;
	int32_t v;

	if (!html_length_parse(value, &v, &unit))
		return;
	if (unit == UNIT_EM)
		v = v > -LENGTH_MAX / 16 ? v * 16 : -LENGTH_MAX;
	/* The four offsets share a bit: one that is near does not undo another that is far. */
	if (v <= FAR_OFF || bit != CSS_OFFSET)
		put_bit(css, bit, v <= FAR_OFF);
}

static void put_opacity(struct html_css *css, struct span value)
{
	enum css_unit unit;
	int32_t v;

	if (html_length_parse(value, &v, &unit))
		put_bit(css, CSS_OPACITY, unit == UNIT_PERCENT ? v <= 5 * CSS_PX : v <= CSS_PX / 20);
}

static bool put_font_size(struct html_css *css, struct span value)
{
	static const char *const words[] = { "xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large", "xxx-large",
		"smaller", "larger", "initial", NULL };
	int32_t v;
	enum css_unit unit;

	if (!html_length_parse(value, &v, &unit)) {
		int i = word_of(value, words);

		if (i < 0)
			return false;
		v = i == 8 ? CSS_PX * 5 / 6 : i == 9 ? CSS_PX * 6 / 5 : 16 * CSS_PX;
		unit = i == 8 || i == 9 ? UNIT_EM : UNIT_PX;
	} else if (v < 0) {
		return false;
	}
	css->set |= CSS_FONT_SIZE;
	css->font = v;
	css->font_unit = unit;
	return true;
}

/* The next white space separated piece of a value; parentheses hold together. */
static struct span next_piece(struct span *rest)
{
	struct span s = span_trim(*rest);
	unsigned depth = 0;
	size_t i = 0;

	for (; i < s.len && (depth != 0 || !ascii_isspace(s.p[i])); i++) {
		if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && depth != 0)
			depth--;
	}
	*rest = span_from(s, i);
	return span_make(s.p, i);
}

/* font: [style weight ...] size[/line-height] family; a weight is a number without unit, which a size other than 0 is not. */
static void put_font(struct html_css *css, struct span value)
{
	for (int i = 0; i < 6 && value.len != 0; i++) {
		struct span piece = next_piece(&value);
		bool number = piece.len != 0 && (ascii_isdigit(piece.p[0]) || piece.p[0] == '.');
		uint64_t weight;

		if (number && span_uint(piece, 1000, &weight) && weight != 0)
			continue;
		if (number || word_of(piece, (const char *const[]){ "xx-", "x-", "medium", "large", NULL }) >= 0) {
			put_font_size(css, piece);
			return;
		}
	}
}

/* The address in url(...), without quotes. */
static struct span url_inside(struct span piece)
{
	size_t end;

	piece = span_from(piece, 4);
	end = span_rchr(piece, ')');
	piece = span_trim(span_sub(piece, 0, end));
	if (piece.len >= 2 && (piece.p[0] == '"' || piece.p[0] == '\'') && piece.p[piece.len - 1] == piece.p[0])
		piece = span_sub(piece, 1, piece.len - 2);
	return piece;
}

static void put_image(struct html_css *css, struct span piece)
{
	bool url = span_case_starts(piece, SPAN_LIT("url("));

	put_bit(css, CSS_IMAGE, url || span_case_has(piece, SPAN_LIT("gradient(")) || span_case_has(piece, SPAN_LIT("image")));
	if (url)
		css->url = url_inside(piece);
}

static void put_background(struct html_css *css, struct span value)
{
	css->set |= CSS_BACKGROUND;
	css->background = COLOR_TRANSPARENT;
	put_bit(css, CSS_IMAGE, false);
	for (int i = 0; i < 12 && value.len != 0; i++) {
		struct span piece = next_piece(&value);
		uint32_t color;

		if (piece.len > 4 && span_has(piece, SPAN_LIT("(")) && !span_case_starts(piece, SPAN_LIT("rgb")) &&
		    !span_case_starts(piece, SPAN_LIT("hsl")))
			put_image(css, piece);
		else if (html_color_parse(piece, &color))
			css->background = color;
	}
}

static void put_color(uint32_t *color, struct html_css *css, uint32_t bit, struct span value)
{
	uint32_t parsed;

	if (!html_color_parse(value, &parsed))
		return;
	css->set |= bit;
	*color = parsed;
}

/* clip: rect(0,0,0,0), rect(1px 1px 1px 1px): nothing is left when every number is at most 1px. */
static void put_clip(struct html_css *css, struct span value)
{
	enum css_unit unit;
	size_t i = 0;
	int32_t v;

	if (!span_case_starts(value, SPAN_LIT("rect("))) {
		put_bit(css, CSS_CLIP, false);
		return;
	}
	for (i = 5; i < value.len; i++) {
		struct span rest = span_from(value, i);
		bool begins = (ascii_isdigit(rest.p[0]) || rest.p[0] == '.') && !ascii_isalnum(rest.p[-1]) && rest.p[-1] != '.';

		if (rest.p[0] == 'a' || (begins && html_length_parse(rest, &v, &unit) && v > CSS_PX))
			break;
	}
	put_bit(css, CSS_CLIP, i == value.len);
}

static void put_clip_path(struct html_css *css, struct span value)
{
	enum css_unit unit;
	int32_t v = 0;
	bool on = false;

	if (span_case_starts(value, SPAN_LIT("inset(")))
		on = html_length_parse(span_trim(span_from(value, 6)), &v, &unit) && unit == UNIT_PERCENT && v >= 50 * CSS_PX;
	else if (span_case_starts(value, SPAN_LIT("circle(")))
		on = html_length_parse(span_trim(span_from(value, 7)), &v, &unit) && v == 0;
	put_bit(css, CSS_CLIP_PATH, on);
}

static void put_transform(struct html_css *css, struct span value)
{
	size_t at = span_case_find(value, SPAN_LIT("scale"));
	enum css_unit unit;
	bool on = false;
	int32_t v;

	if (at != SPAN_NPOS) {
		struct span rest = span_from(value, at + 5);
		size_t open = span_chr(rest, '(');

		if (open <= 2)
			on = html_length_parse(span_trim(span_from(rest, open + 1)), &v, &unit) && v >= -3 && v <= 3;
	}
	put_bit(css, CSS_TRANSFORM, on);
}

/* ---- Declarations ---- */

static void put_layout(struct html_css *css, enum html_prop prop, struct span value)
{
	switch (prop) {
	case PROP_WIDTH: put_size(css, CSS_WIDTH, value); return;
	case PROP_HEIGHT: put_size(css, CSS_HEIGHT, value); return;
	case PROP_MAX_WIDTH: put_size(css, CSS_MAX_WIDTH, value); return;
	case PROP_MAX_HEIGHT: put_size(css, CSS_MAX_HEIGHT, value); return;
	case PROP_MIN_WIDTH: put_minimum(css, CSS_MIN_WIDTH, value); return;
	case PROP_MIN_HEIGHT: put_minimum(css, CSS_MIN_HEIGHT, value); return;
	case PROP_LEFT: case PROP_TOP: case PROP_RIGHT: case PROP_BOTTOM: put_far(css, CSS_OFFSET, value); return;
	case PROP_TEXT_INDENT: put_far(css, CSS_INDENT, value); return;
	case PROP_MARGIN_LEFT: case PROP_MARGIN_TOP: put_far(css, CSS_MARGIN, value); return;
	case PROP_POSITION: put_word(css, CSS_POSITION, value, position_words, 2); return;
	case PROP_OVERFLOW: case PROP_OVERFLOW_X: case PROP_OVERFLOW_Y: put_word(css, CSS_OVERFLOW, value, overflow_words, 2); return;
	case PROP_CLIP: put_clip(css, value); return;
	case PROP_CLIP_PATH: put_clip_path(css, value); return;
	case PROP_TRANSFORM: put_transform(css, value); return;
	default: return;
	}
}

static void put_property(struct html_css *css, enum html_prop prop, struct span value)
{
	switch (prop) {
	case PROP_DISPLAY: put_word(css, CSS_DISPLAY, value, display_words, 1); return;
	case PROP_VISIBILITY: put_word(css, CSS_VISIBILITY, value, visibility_words, 2); return;
	case PROP_FONT_SIZE: put_font_size(css, value); return;
	case PROP_FONT: put_font(css, value); return;
	case PROP_OPACITY: put_opacity(css, value); return;
	case PROP_COLOR: put_color(&css->color, css, CSS_COLOR, value); return;
	case PROP_BACKGROUND: put_background(css, value); return;
	case PROP_BACKGROUND_COLOR: put_color(&css->background, css, CSS_BACKGROUND, value); return;
	case PROP_BACKGROUND_IMAGE: put_image(css, value); return;
	case PROP_WHITE_SPACE: put_word(css, CSS_WHITE_SPACE, value, white_words, 2); return;
	case PROP_UNICODE_BIDI: put_word(css, CSS_BIDI, value, bidi_words, 2); return;
	default: put_layout(css, prop, value); return;
	}
}

/* Takes "!important" off the end of value. */
static bool cut_important(struct span *value)
{
	size_t bang;

	if (value->len < 10 || !span_case_ends(*value, SPAN_LIT("important")))
		return false;
	bang = span_trim(span_sub(*value, 0, value->len - 9)).len;
	if (bang == 0 || value->p[bang - 1] != '!')
		return false;
	*value = span_trim(span_sub(*value, 0, bang - 1));
	return true;
}

static void put_declaration(struct html_css *css, struct span name, struct span value)
{
	enum html_prop prop = html_prop_find(span_trim(name));
	struct html_css one = { 0 };

	if (prop == PROP_NONE)
		return;
	value = span_trim(value);
	if (cut_important(&value)) {
		put_property(&one, prop, value);
		one.important = one.set;
		html_css_apply(css, &one);
	} else if (css->important == 0) {
		put_property(css, prop, value);
	} else {
		put_property(&one, prop, value);
		html_css_apply(css, &one);
	}
}

enum { C_PLAIN, C_COLON, C_SEMICOLON, C_QUOTE, C_OPEN, C_DIRTY };

static const uint8_t css_class[256] = {
	[':'] = C_COLON, [';'] = C_SEMICOLON, ['"'] = C_QUOTE, ['\''] = C_QUOTE, ['('] = C_OPEN, ['\\'] = C_DIRTY, ['*'] = C_DIRTY,
};

/* Behind the string or the parentheses that begin at p. */
static const char *skip_group(const char *p, const char *end)
{
	const char *close;
	unsigned depth = 0;

	if (*p != '(') {
		close = memchr(p + 1, *p, (size_t)(end - p) - 1);
		return close != NULL ? close + 1 : end;
	}
	for (; p < end; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return end;
}

/* One pass. With stop, returns false at a comment or an escape, for which the caller cleans the text first. */
static bool parse_clean(struct span text, struct html_css *css, bool stop)
{
	const char *p = text.p, *end = span_end(text), *begin = p, *colon = NULL;

	for (;;) {
		while (p < end && css_class[(uint8_t)*p] == C_PLAIN)
			p++;
		if (p == end)
			break;
		switch (css_class[(uint8_t)*p]) {
		case C_COLON:
			if (colon == NULL)
				colon = p;
			p++;
			continue;
		case C_QUOTE:
		case C_OPEN:
			p = skip_group(p, end);
			continue;
		case C_DIRTY:
			if (stop && (*p == '\\' || (p > text.p && p[-1] == '/')))
				return false;
			p++;
			continue;
		default: /* ; */
			if (colon != NULL)
				put_declaration(css, span_range(begin, colon), span_range(colon + 1, p));
			begin = ++p;
			colon = NULL;
		}
	}
	if (colon != NULL)
		put_declaration(css, span_range(begin, colon), span_range(colon + 1, end));
	return true;
}

/* An escape (CSS Syntax 3, 4.3.7) behind p: what matters here are letters, digits and hyphens. */
static const char *read_escape(const char *p, const char *end, char *to)
{
	uint32_t cp = 0;
	int n = 0;

	for (; n < 6 && p < end && ascii_isxdigit(*p); n++)
		cp = cp << 4 | (uint32_t)ascii_xvalue(*p++);
	*to = '?';
	if (n == 0) {
		if (p < end)
			*to = *p++;
		return p;
	}
	if (cp < 0x80 && (ascii_isalnum((char)cp) || cp == '-'))
		*to = (char)cp;
	return p < end && ascii_isspace(*p) ? p + 1 : p;
}

static struct span clean(struct css_scratch *s, struct span text)
{
	const char *p = text.p, *end = span_end(text);
	char *o;

	if (text.len > s->cap) {
		s->p = arena_bytes(s->arena, text.len * 2);
		s->cap = text.len * 2;
	}
	for (o = s->p; p < end;) {
		if (*p == '/' && end - p >= 2 && p[1] == '*') {
			const char *close = memmem(p + 2, (size_t)(end - p) - 2, "*/", 2);

			p = close != NULL ? close + 2 : end;
		} else if (*p == '\\') {
			p = read_escape(p + 1, end, o++);
		} else {
			*o++ = *p++;
		}
	}
	return span_range(s->p, o);
}

void html_css_parse(struct css_scratch *s, struct span declarations, struct html_css *css)
{
	struct html_css before = *css;

	s->work += declarations.len;
	if (declarations.len == 0 || parse_clean(declarations, css, true))
		return;
	*css = before;
	s->work += declarations.len * 2;
	parse_clean(clean(s, declarations), css, false);
	css->url = before.url; /* the scratch space will not keep it */
}

/* ---- Cascade and inheritance ---- */

static int32_t font_of(const struct html_css *css, int32_t parent)
{
	int64_t v = css->font;

	if (css->font_unit == UNIT_EM)
		v = v * parent / CSS_PX;
	else if (css->font_unit == UNIT_PERCENT)
		v = v * parent / CSS_PX / 100;
	return (int32_t)(v > LENGTH_MAX ? LENGTH_MAX : v);
}

struct html_css html_css_readable(const struct html_css *css)
{
	const uint32_t hiding = CSS_DISPLAY | CSS_VISIBILITY | CSS_OPACITY | CSS_OVERFLOW | CSS_HEIGHT | CSS_WIDTH | CSS_MAX_HEIGHT | CSS_MAX_WIDTH |
				CSS_POSITION | CSS_INDENT | CSS_MARGIN | CSS_CLIP | CSS_CLIP_PATH | CSS_TRANSFORM;
	struct html_css part = { .set = css->set & ~css->on & hiding };

	part.on = css->on & (CSS_MIN_HEIGHT | CSS_MIN_WIDTH);
	part.set |= part.on;
	if ((css->set & CSS_COLOR) && css->color != COLOR_INHERIT) {
		part.set |= CSS_COLOR;
		part.color = COLOR_UNKNOWN;
	}
	if ((css->on & CSS_IMAGE) || ((css->set & CSS_BACKGROUND) && css->background != COLOR_TRANSPARENT)) {
		part.set |= CSS_BACKGROUND;
		part.background = COLOR_UNKNOWN;
	}
	if ((css->set & CSS_FONT_SIZE) && font_of(css, html_state_root.font) > TINY_FONT) {
		part.set |= CSS_FONT_SIZE;
		part.font = css->font;
		part.font_unit = css->font_unit;
	}
	part.important = css->important & part.set;
	return part;
}

void html_css_apply(struct html_css *dst, const struct html_css *src)
{
	uint32_t take = src->set & ~(dst->important & ~src->important);

	dst->on = (dst->on & ~take) | (src->on & take);
	dst->set |= take;
	dst->important |= src->important & take;
	if (take & CSS_FONT_SIZE) {
		dst->font = src->font;
		dst->font_unit = src->font_unit;
	}
	if (take & CSS_COLOR)
		dst->color = src->color;
	if (take & CSS_BACKGROUND)
		dst->background = src->background;
	if (take & CSS_IMAGE)
		dst->url = src->url;
	if (take & CSS_WIDTH_PX)
		dst->width = src->width;
	if (take & CSS_HEIGHT_PX)
		dst->height = src->height;
}

/* Table cells do not shrink to max-width: 0, which is a habit for cutting long lines. */
static bool is_gone(const struct html_css *css, enum html_tag tag)
{
	uint32_t on = css->on;
	bool cell = tag == TAG_TD || tag == TAG_TH;

	if (on == 0)
		return false;
	if (on & (CSS_DISPLAY | CSS_OPACITY | CSS_MARGIN | CSS_CLIP_PATH | CSS_TRANSFORM))
		return true;
	if ((on & CSS_POSITION) && (on & (CSS_OFFSET | CSS_CLIP)))
		return true;
	if (!(on & CSS_OVERFLOW) || cell)
		return false;
	return ((on & (CSS_HEIGHT | CSS_MAX_HEIGHT)) && !(on & CSS_MIN_HEIGHT)) || ((on & (CSS_WIDTH | CSS_MAX_WIDTH)) && !(on & CSS_MIN_WIDTH));
}

static bool colors_near(uint32_t a, uint32_t b)
{
	if ((a | b) > 0xffffff)
		return false;
	for (unsigned shift = 0; shift < 24; shift += 8) {
		int d = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);

		if (d < -NEAR_COLOR || d > NEAR_COLOR)
			return false;
	}
	return true;
}

struct html_state html_css_state(const struct html_state *parent, const struct html_css *css, enum html_tag tag)
{
	struct html_state s = *parent;

	if (css->set == 0)
		return s;
	s.gone = s.gone || is_gone(css, tag);
	if (css->set & CSS_VISIBILITY)
		s.invisible = (css->on & CSS_VISIBILITY) != 0;
	if (css->set & CSS_INDENT)
		s.indented = (css->on & CSS_INDENT) != 0;
	if (css->set & CSS_WHITE_SPACE)
		s.lines = (css->on & CSS_WHITE_SPACE) != 0;
	if (css->set & CSS_FONT_SIZE)
		s.font = font_of(css, parent->font);
	if ((css->set & CSS_COLOR) && css->color != COLOR_INHERIT)
		s.color = css->color;
	if ((css->set & CSS_BACKGROUND) && css->background != COLOR_TRANSPARENT && css->background != COLOR_INHERIT)
		s.background = css->background;
	if (css->on & CSS_IMAGE)
		s.background = COLOR_UNKNOWN;
	s.hidden = s.gone || s.invisible || s.indented || s.font <= TINY_FONT || s.color == COLOR_TRANSPARENT || colors_near(s.color, s.background);
	return s;
}
