/*
 * CSS as far as it decides whether a reader sees text: declarations of style attributes, and the rules of <style> whose
 * selectors are a class, an id, an element, or an element with one class or id. Of rules that hold under conditions which
 * we do not follow, what may make text readable. Linear; the number of rules is bounded.
 */
#ifndef WINNOW_MAIL_HTML_STYLE_H
#define WINNOW_MAIL_HTML_STYLE_H

#include "base/arena.h"
#include "mail/html_names.h"

/* Bits of html_css.set, .important and .on. A bit in "on" is the value that hides (or, for white space, that keeps lines). */
enum html_css_bit {
	CSS_DISPLAY = 1 << 0,     /* none */
	CSS_VISIBILITY = 1 << 1,  /* hidden, collapse */
	CSS_OPACITY = 1 << 2,     /* at most 0.05 */
	CSS_OVERFLOW = 1 << 3,    /* hidden, clip */
	CSS_HEIGHT = 1 << 4,      /* at most 1px */
	CSS_WIDTH = 1 << 5,
	CSS_MAX_HEIGHT = 1 << 6,
	CSS_MAX_WIDTH = 1 << 7,
	CSS_MIN_HEIGHT = 1 << 8,  /* above 1px, or no length: undoes the four above */
	CSS_MIN_WIDTH = 1 << 9,
	CSS_POSITION = 1 << 10,   /* absolute, fixed */
	CSS_OFFSET = 1 << 11,     /* left, top, right or bottom at most -500px */
	CSS_INDENT = 1 << 12,     /* text-indent at most -500px */
	CSS_MARGIN = 1 << 13,     /* margin-left or margin-top at most -500px */
	CSS_CLIP = 1 << 15,       /* a rectangle of nothing */
	CSS_CLIP_PATH = 1 << 16,
	CSS_TRANSFORM = 1 << 17,  /* scale(0) */
	CSS_WHITE_SPACE = 1 << 18, /* pre, pre-wrap, pre-line */
	CSS_BIDI = 1 << 19,       /* bidi-override */
	CSS_IMAGE = 1 << 20,      /* a background image or gradient */
	CSS_FONT_SIZE = 1 << 21,  /* font, font_unit */
	CSS_COLOR = 1 << 22,      /* color */
	CSS_BACKGROUND = 1 << 23, /* background */
	CSS_WIDTH_PX = 1 << 24,   /* width */
	CSS_HEIGHT_PX = 1 << 25,  /* height */
};

/* Colours: 0xRRGGBB or one of these. */
#define COLOR_UNKNOWN 0x80000000u
#define COLOR_TRANSPARENT 0x40000000u
#define COLOR_INHERIT 0x20000000u

/* Lengths in 1/64 px. */
#define CSS_PX 64

enum css_unit { UNIT_PX, UNIT_EM, UNIT_PERCENT };

struct html_css {
	uint32_t set, important, on;
	int32_t font; /* UNIT_PX: 1/64 px; UNIT_EM, UNIT_PERCENT: 1/64 of it */
	enum css_unit font_unit;
	uint32_t color, background;
	int32_t width, height; /* px */
	struct span url;       /* of the background image: as written, into the source of the declarations */
};

/* What text in an element inherits. */
struct html_state {
	uint32_t color, background;
	int32_t font; /* 1/64 px */
	bool gone;    /* nothing inside is shown, images neither */
	bool invisible; /* visibility: children may undo it */
	bool indented;  /* text-indent: so may they here */
	bool lines;   /* white-space: pre */
	bool hidden;  /* text is not seen */
};

extern const struct html_state html_state_root;

struct css_scratch {
	struct arena *arena;
	char *p;
	size_t cap;
	uint64_t work; /* bytes and steps spent, for the tests of linearity */
};

/* Adds declarations to css, later ones winning as CSS says. The result may point into declarations. */
void html_css_parse(struct css_scratch *, struct span declarations, struct html_css *css);
/* Puts what src sets over dst. */
void html_css_apply(struct html_css *dst, const struct html_css *src);
/* Of declarations that may hold or not, what can make text readable. */
struct html_css html_css_readable(const struct html_css *);
/* The state of an element with css, inside of parent. */
struct html_state html_css_state(const struct html_state *parent, const struct html_css *css, enum html_tag tag);

/* A colour as CSS (and, leniently, HTML attributes) write it; false when it is none. */
bool html_color_parse(struct span text, uint32_t *color_r);
/* A length at the front of text: its value in 1/64 of its unit; pt, cm, in come as px. */
bool html_length_parse(struct span text, int32_t *value_r, enum css_unit *unit_r);

struct html_rules;

/* Reads the content of a <style>; *rules is made when the first rule is found. */
void html_rules_parse(struct css_scratch *, struct span sheet, struct html_rules **rules);
/* Adds what the rules say about an element. rules may be NULL. */
void html_rules_apply(struct css_scratch *, const struct html_rules *, enum html_tag tag, struct span classes, struct span id, struct html_css *css);

#endif
