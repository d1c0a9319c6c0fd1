/* The renderer behind html.h. */
#ifndef WINNOW_SPAMASSASSIN_HTML_PRIVATE_H
#define WINNOW_SPAMASSASSIN_HTML_PRIVATE_H

#include "base/array.h"
#include "base/buf.h"
#include "spamassassin/html.h"
#include "spamassassin/html_names.h"
#include "spamassassin/html_token.h"
#include "spamassassin/view_private.h"

/* Colours as SpamAssassin compares them: 0xRRGGBB, or one of these. */
#define COLOR_INVALID (-1)
#define COLOR_EMPTY (-2)       /* "#" alone */
#define COLOR_TRANSPARENT (-3)
#define COLOR_INHERIT (-4)

/* An entry of {text_style}. */
struct html_look {
	enum tag tag;
	int32_t fg, bg;
	double size;
	bool hidden, none; /* visibility: hidden; display: none */
};

enum { PIECE_SPACE = 1, PIECE_INVISIBLE = 2, PIECE_WIDE = 4 };

/* A piece of rendered text: an entry of {text}. */
struct html_piece {
	uint32_t at, len;
	uint8_t flags;
};

/* A Perl string: UTF-8 with what its UTF-8 flag is. */
struct html_string {
	struct span s;
	bool wide;
};

/* An attribute with its references decoded. */
struct html_value {
	struct html_string name;
	struct html_string value;
};

/* A growing array of strings of which only the last one grows: all bytes one behind the other. */
struct html_list {
	struct buf bytes;
	struct { size_t at; bool wide; } *v;
	size_t n, cap;
};

struct html_anchor {
	size_t link;  /* index of the URI under which it stands */
	size_t index; /* into anchors */
};

struct sa_html_tags {
	int32_t inside[TAG_N];
	bool seen[TAG_N];
	struct map others; /* name -> int32_t *, without case */
	size_t nothers;
	bool doctype;
};

struct html_link_work {
	struct sa_html_link link;
	bool wide;
};

struct html_render {
	struct arena *arena;
	struct sa_html *html;
	struct sa_html_tags *tags;
	bool wide;          /* of the source */
	bool dead;          /* SpamAssassin's parser would have died: nothing more is read */
	/* text */
	struct buf text;
	struct html_piece *pieces;
	size_t npieces, cap_pieces;
	struct buf scratch;
	bool any_wide;
	/* looks */
	struct html_look *looks;
	size_t nlooks, cap_looks;
	uint32_t open[TAG_N]; /* entries of that tag in looks */
	double basefont, min_size, max_size;
	/* links */
	struct html_link_work *links;
	size_t nlinks, cap_links;
	struct map by_uri;      /* UTF-8 -> size_t: index */
	size_t link_bytes;
	struct html_string base;
	struct html_anchor *anchors;
	size_t nanchors, cap_anchors;
	struct html_list anchor, title;
	struct html_string *comments, *scripts;
	size_t ncomments, cap_comments, nscripts, cap_scripts;
	/* counts */
	double image_area;
	uint32_t elements, elements_seen, ntags, tags_seen, closed_extra, obfuscation;
	uint64_t backhair;      /* bit per pair of lengths 1-7 */
	double length;
	/* the tag at hand */
	struct html_value attrs[HTML_ATTRS_MAX];
	size_t nattrs;
};

/* html_render.c */
const struct html_string *sa_html_attr_find(const struct html_render *, const char *name);
void html_set_flag(struct html_render *, unsigned flag);
void html_list_start(struct html_render *, struct html_list *);
void html_list_add(struct html_render *, struct html_list *, struct html_string);
/* Characters of UTF-8. */
size_t html_count_chars(struct span);
/* White space of the string at p. */
static inline size_t html_space(const struct html_string *s, const char *p)
{
	return sa_space_len(p, span_end(s->s), s->wide);
}

/* html_color.c: a colour as an attribute writes it; one of CSS ("color:", "background-color:"); the one of "background:" (false: none in it). */
int32_t html_color(struct span written);
int32_t html_color_css(struct span written);
bool html_color_background(struct span written, int32_t *color_r);

/* html_look.c */
void html_look_init(struct html_render *);
void html_look_open(struct html_render *, enum tag);
void html_look_close(struct html_render *, enum tag);
/* Whether text would be seen now; sets the results for bad contrast and colours. */
bool html_look_invisible(struct html_render *);

/* html_text.c */
void html_text_space(struct html_render *, const char *what);
void html_text_add(struct html_render *, struct html_string text);
void html_text_end(struct html_render *, struct sa_html_text *text_r);

/* html_link.c: attributes with URIs; the anchor that begins; text of it. */
void sa_html_link_tag(struct html_render *, enum tag);
void html_link_anchor(struct html_render *);
void html_link_text(struct html_render *, struct html_string text);
void html_link_end(struct html_render *);
/* html_target.c: a reference resolved against the base: target_uri(). */
struct span html_target(struct arena *, struct span base, struct span uri);

/* The bytes that rules see of a Perl string. */
struct span html_bytes(struct arena *, struct span utf8, bool wide);

#endif
