/* The HTML parser's own state, shared by its files: html.c (tokens), html_tree.c (open elements), html_link.c (what tags mean for links and flags). */
#ifndef WINNOW_MAIL_HTML_PRIVATE_H
#define WINNOW_MAIL_HTML_PRIVATE_H

#include "base/array.h"
#include "mail/html.h"
#include "mail/html_names.h"
#include "mail/html_style.h"
#include "mail/html_text.h"

/* Whose rules the content of an element follows (WHATWG HTML, 13.2.6.5). */
enum html_foreign { FOREIGN_NONE, FOREIGN_SVG, FOREIGN_MATH };

/* An open element. Indexes count from 1, so that 0 means none. */
struct html_open {
	struct html_css css;
	struct html_state state;
	enum html_tag tag;   /* TAG_NONE: its end tag came while blocks inside were open */
	uint32_t same;       /* the next outer element of the same name */
	uint32_t scope;      /* the next outer TAGF_SCOPE element, */
	uint32_t special;    /* TAGF_SPECIAL element, */
	uint32_t list;       /* ul, ol, menu, dir */
	uint8_t foreign;     /* its content: enum html_foreign */
};

struct html_tree {
	struct html_open *open;
	size_t n, cap, limit;
	uint32_t last[TAG_N]; /* innermost open element by name */
	uint32_t scope, special, list;
};

/* Where an anchor's text lies in the two texts. */
struct html_range {
	size_t link;
	size_t visible[2], hidden[2];
};

struct html_parser {
	struct arena *arena;
	struct facts *facts;
	const struct html_limits *limits;
	struct html *out;
	const char *end;

	struct html_tree tree;
	struct html_state state; /* of the innermost open element */
	struct html_rules *rules;
	struct css_scratch scratch;

	struct html_writer visible, hidden;
	bool full; /* the text limit was reached */

	struct html_link *links;
	size_t nlinks, cap_links;
	struct html_range *ranges;
	size_t nranges, cap_ranges;
	size_t anchor;       /* index + 1 into ranges of the <a> that is open */
	size_t anchor_depth; /* open elements when it began */

	enum html_tag just_opened; /* the last token was this start tag */
	bool split;                /* since the last text: something that is not shown */
	unsigned nsplits, letters;

	/* The tag being read. */
	uint32_t seen; /* bits of enum html_attr */
	bool self_closing;
	struct span attr[ATTR_N];
};

static inline bool html_has(const struct html_parser *h, enum html_attr attr)
{
	return (h->seen & UINT32_C(1) << attr) != 0;
}

static inline struct span html_attr_value(const struct html_parser *h, enum html_attr attr)
{
	return html_has(h, attr) ? h->attr[attr] : SPAN_NONE;
}

static inline enum html_foreign html_tree_foreign(const struct html_parser *h)
{
	return h->tree.n != 0 ? (enum html_foreign)h->tree.open[h->tree.n - 1].foreign : FOREIGN_NONE;
}

/* Closes what the start of tag closes by itself (WHATWG HTML, 13.2.6.4.7). */
void html_tree_before(struct html_parser *, enum html_tag tag);
void html_tree_push(struct html_parser *, enum html_tag tag, enum html_foreign content, const struct html_css *css, const struct html_state *state);
/* Closes what is open of SVG or MathML, up to HTML again. */
void html_tree_leave_foreign(struct html_parser *);
/* An end tag. True when it closed an element. */
bool html_tree_close(struct html_parser *, enum html_tag tag);

/* Flags, links and images of a start tag; state: of its element. */
void html_link_tag(struct html_parser *, enum html_tag tag, const struct html_css *css, const struct html_state *state);
void html_link_close_anchor(struct html_parser *);
/* Flags of a script's text. */
void html_link_script(struct html_parser *, struct span script);
/* Resolves the ranges when both texts are complete. */
void html_link_finish(struct html_parser *);

/* html_parse, telling how many bytes were looked at and steps taken. */
uint64_t html_parse_counted(struct arena *, struct span source, const struct html_limits *, struct facts *, struct html *html_r);

#endif
