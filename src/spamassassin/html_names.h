/* The tags that SpamAssassin knows, sorted by name: HTML 4.01 and XHTML 1.0 with some that are none, and what each does. */
#ifndef WINNOW_SPAMASSASSIN_HTML_NAMES_H
#define WINNOW_SPAMASSASSIN_HTML_NAMES_H

#include "base/span.h"

enum tag_flag {
	ELEMENT = 1,    /* counts as a proper one */
	STYLE = 2,      /* opens a style of its own */
	LINE = 4,       /* gives a line end, */
	BLANK = 8,      /* a blank, */
	PARAGRAPH = 16, /* an empty line */
	URI = 32,       /* has attributes with URIs */
};

#define SA_TAGS(X) \
	X(A, "a", ELEMENT | STYLE | URI) X(ABBR, "abbr", ELEMENT) X(ACRONYM, "acronym", ELEMENT) X(ADDRESS, "address", ELEMENT) X(APPLET, "applet", ELEMENT) \
	X(AREA, "area", ELEMENT | URI) X(B, "b", ELEMENT) X(BASE, "base", ELEMENT | URI) X(BASEFONT, "basefont", ELEMENT | STYLE) X(BDO, "bdo", ELEMENT) \
	X(BGSOUND, "bgsound", URI) X(BIG, "big", ELEMENT | STYLE) X(BLOCKQUOTE, "blockquote", ELEMENT | PARAGRAPH) X(BODY, "body", ELEMENT | STYLE | URI) \
	X(BR, "br", ELEMENT | LINE) X(BUTTON, "button", ELEMENT) X(CAPTION, "caption", ELEMENT) X(CENTER, "center", ELEMENT) X(CITE, "cite", ELEMENT) \
	X(CODE, "code", ELEMENT) X(COL, "col", ELEMENT) X(COLGROUP, "colgroup", ELEMENT) X(DD, "dd", ELEMENT | BLANK) X(DEL, "del", ELEMENT) X(DFN, "dfn", ELEMENT) \
	X(DIR, "dir", ELEMENT) X(DIV, "div", ELEMENT | STYLE | LINE) X(DL, "dl", ELEMENT) X(DT, "dt", ELEMENT | BLANK) X(EM, "em", ELEMENT) \
	X(EMBED, "embed", BLANK | URI) X(FIELDSET, "fieldset", ELEMENT) X(FONT, "font", ELEMENT | STYLE) X(FORM, "form", ELEMENT | URI) \
	X(FRAME, "frame", ELEMENT | URI) X(FRAMESET, "frameset", ELEMENT) X(H1, "h1", ELEMENT | BLANK) X(H2, "h2", ELEMENT | BLANK) X(H3, "h3", ELEMENT | BLANK) \
	X(H4, "h4", ELEMENT | BLANK) X(H5, "h5", ELEMENT | BLANK) X(H6, "h6", ELEMENT | BLANK) X(HEAD, "head", ELEMENT) X(HR, "hr", ELEMENT | PARAGRAPH) \
	X(HTML, "html", ELEMENT) X(I, "i", ELEMENT) X(IFRAME, "iframe", ELEMENT | URI) X(IMG, "img", ELEMENT | URI) X(INPUT, "input", ELEMENT) X(INS, "ins", ELEMENT) \
	X(ISINDEX, "isindex", ELEMENT) X(KBD, "kbd", ELEMENT) X(LABEL, "label", ELEMENT) X(LEGEND, "legend", ELEMENT) X(LI, "li", ELEMENT | BLANK) \
	X(LINK, "link", ELEMENT | URI) X(LISTING, "listing", PARAGRAPH) X(MAP, "map", ELEMENT) X(MENU, "menu", ELEMENT) X(META, "meta", ELEMENT | URI) \
	X(NOBR, "nobr", ELEMENT) X(NOFRAMES, "noframes", ELEMENT) X(NOSCRIPT, "noscript", ELEMENT) X(OBJECT, "object", ELEMENT) X(OL, "ol", ELEMENT) \
	X(OPTGROUP, "optgroup", ELEMENT) X(OPTION, "option", ELEMENT) X(P, "p", ELEMENT | STYLE | PARAGRAPH) X(PARAM, "param", ELEMENT) \
	X(PLAINTEXT, "plaintext", PARAGRAPH) X(PRE, "pre", ELEMENT | PARAGRAPH) X(Q, "q", ELEMENT) X(S, "s", ELEMENT) X(SAMP, "samp", ELEMENT) \
	X(SCRIPT, "script", ELEMENT | URI) X(SELECT, "select", ELEMENT) X(SMALL, "small", ELEMENT | STYLE) X(SPAN, "span", ELEMENT | STYLE) \
	X(STRIKE, "strike", ELEMENT) X(STRONG, "strong", ELEMENT) X(STYLE, "style", ELEMENT) X(SUB, "sub", ELEMENT) X(SUP, "sup", ELEMENT) \
	X(TABLE, "table", ELEMENT | STYLE | URI) X(TBODY, "tbody", ELEMENT) X(TD, "td", ELEMENT | STYLE | BLANK | URI) X(TEXTAREA, "textarea", ELEMENT) \
	X(TFOOT, "tfoot", ELEMENT) X(TH, "th", ELEMENT | STYLE | BLANK) X(THEAD, "thead", ELEMENT) X(TITLE, "title", ELEMENT | PARAGRAPH) \
	X(TR, "tr", ELEMENT | STYLE | URI) X(TT, "tt", ELEMENT) X(U, "u", ELEMENT) X(UL, "ul", ELEMENT) X(VAR, "var", ELEMENT) X(X_SIGSEP, "x-sigsep", ELEMENT) \
	X(X_TAB, "x-tab", ELEMENT) X(XMP, "xmp", PARAGRAPH)

enum tag {
#define X(id, name, flags) TAG_##id,
	SA_TAGS(X)
#undef X
	TAG_N,
	TAG_NONE = TAG_N
};

/* Any case; TAG_NONE when it is not in the list. */
enum tag sa_tag_find(struct span name);
unsigned sa_tag_flags(enum tag);
const char *sa_tag_name(enum tag);

#endif
