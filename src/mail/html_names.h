/*
 * The names HTML and CSS know, as numbers: elements with what the tree needs to know of them, the attributes and the CSS
 * properties that matter for visible text. A look-up is one multiplication; html_names.py makes the slots (html_names_slots.h)
 * from the tables below and must be run again when a name is added.
 */
#ifndef WINNOW_MAIL_HTML_NAMES_H
#define WINNOW_MAIL_HTML_NAMES_H

#include "base/span.h"

/* What an element is (WHATWG HTML, 13.1.2 and 13.2.4.2). */
enum html_tag_flags {
	TAGF_VOID = 1,      /* has no content and no end tag */
	TAGF_BLOCK = 2,     /* begins and ends a line */
	TAGF_SPECIAL = 4,   /* "special": the end tag of an ordinary element does not reach across it */
	TAGF_SCOPE = 8,     /* ends the scope in which end tags look for their element */
	TAGF_FORMAT = 16,   /* "formatting": its end tag takes it away even across open blocks */
	TAGF_CLOSES_P = 32, /* its start closes an open <p> */
	TAGF_TABLE = 64,    /* a piece of a table: its scope ends at the table only */
	TAGF_CELL = 128,    /* its end is a blank */
	TAGF_RAW = 256,     /* content is raw text up to its own end tag */
	TAGF_HIDDEN = 512,  /* not shown by itself */
};

#define TAGF_B_ (TAGF_BLOCK | TAGF_SPECIAL | TAGF_CLOSES_P)

#define HTML_TAG_TABLE(X) \
	X(A, "a", TAGF_FORMAT) X(ABBR, "abbr", 0) X(ACRONYM, "acronym", 0) X(ADDRESS, "address", TAGF_B_) X(APPLET, "applet", TAGF_SPECIAL | TAGF_SCOPE) \
	X(AREA, "area", TAGF_VOID) X(ARTICLE, "article", TAGF_B_) X(ASIDE, "aside", TAGF_B_) X(AUDIO, "audio", 0) X(B, "b", TAGF_FORMAT) \
	X(BASE, "base", TAGF_VOID) X(BASEFONT, "basefont", TAGF_VOID) X(BDI, "bdi", 0) X(BDO, "bdo", 0) X(BGSOUND, "bgsound", TAGF_VOID) \
	X(BIG, "big", TAGF_FORMAT) X(BLINK, "blink", 0) X(BLOCKQUOTE, "blockquote", TAGF_B_) X(BODY, "body", TAGF_SPECIAL | TAGF_BLOCK) X(BR, "br", TAGF_VOID | TAGF_BLOCK) \
	X(BUTTON, "button", TAGF_SPECIAL | TAGF_SCOPE) X(CANVAS, "canvas", 0) X(CAPTION, "caption", TAGF_SPECIAL | TAGF_SCOPE | TAGF_BLOCK | TAGF_TABLE) \
	X(CENTER, "center", TAGF_B_) X(CITE, "cite", 0) X(CODE, "code", TAGF_FORMAT) X(COL, "col", TAGF_VOID) X(COLGROUP, "colgroup", TAGF_SPECIAL | TAGF_TABLE) \
	X(DATA, "data", 0) X(DATALIST, "datalist", TAGF_HIDDEN) X(DD, "dd", TAGF_B_) X(DEL, "del", 0) X(DETAILS, "details", TAGF_B_) X(DFN, "dfn", 0) \
	X(DIALOG, "dialog", TAGF_B_ | TAGF_HIDDEN) X(DIR, "dir", TAGF_B_) X(DIV, "div", TAGF_B_) X(DL, "dl", TAGF_B_) X(DT, "dt", TAGF_B_) X(EM, "em", TAGF_FORMAT) \
	X(EMBED, "embed", TAGF_VOID) X(FIELDSET, "fieldset", TAGF_B_) X(FIGCAPTION, "figcaption", TAGF_B_) X(FIGURE, "figure", TAGF_B_) X(FONT, "font", TAGF_FORMAT) \
	X(FOOTER, "footer", TAGF_B_) X(FORM, "form", TAGF_B_) X(FRAME, "frame", TAGF_VOID) X(FRAMESET, "frameset", TAGF_SPECIAL) X(H1, "h1", TAGF_B_) X(H2, "h2", TAGF_B_) \
	X(H3, "h3", TAGF_B_) X(H4, "h4", TAGF_B_) X(H5, "h5", TAGF_B_) X(H6, "h6", TAGF_B_) X(HEAD, "head", TAGF_BLOCK) X(HEADER, "header", TAGF_B_) X(HGROUP, "hgroup", TAGF_B_) \
	X(HR, "hr", TAGF_VOID | TAGF_BLOCK | TAGF_CLOSES_P) X(HTML, "html", TAGF_SPECIAL | TAGF_BLOCK) X(I, "i", TAGF_FORMAT) X(IFRAME, "iframe", TAGF_RAW) \
	X(IMAGE, "image", TAGF_VOID) X(IMG, "img", TAGF_VOID) X(INPUT, "input", TAGF_VOID) X(INS, "ins", 0) X(KBD, "kbd", 0) X(KEYGEN, "keygen", TAGF_VOID) X(LABEL, "label", 0) \
	X(LEGEND, "legend", TAGF_BLOCK) X(LI, "li", TAGF_B_) X(LINK, "link", TAGF_VOID) X(LISTING, "listing", TAGF_B_) X(MAIN, "main", TAGF_B_) X(MAP, "map", 0) \
	X(MARK, "mark", 0) X(MARQUEE, "marquee", TAGF_SPECIAL | TAGF_SCOPE | TAGF_BLOCK) X(MATH, "math", 0) X(MENU, "menu", TAGF_B_) X(MENUITEM, "menuitem", 0) \
	X(META, "meta", TAGF_VOID) X(METER, "meter", 0) X(NAV, "nav", TAGF_B_) X(NOBR, "nobr", TAGF_FORMAT) X(NOEMBED, "noembed", TAGF_RAW) X(NOFRAMES, "noframes", TAGF_RAW) \
	X(NOSCRIPT, "noscript", 0) X(OBJECT, "object", TAGF_SPECIAL | TAGF_SCOPE) X(OL, "ol", TAGF_B_) X(OPTGROUP, "optgroup", TAGF_BLOCK) X(OPTION, "option", TAGF_BLOCK) \
	X(OUTPUT, "output", 0) X(P, "p", TAGF_B_) X(PARAM, "param", TAGF_VOID) X(PICTURE, "picture", 0) X(PLAINTEXT, "plaintext", TAGF_B_ | TAGF_RAW) X(PRE, "pre", TAGF_B_) \
	X(PROGRESS, "progress", 0) X(Q, "q", 0) X(RB, "rb", 0) X(RP, "rp", 0) X(RT, "rt", 0) X(RTC, "rtc", 0) X(RUBY, "ruby", 0) X(S, "s", TAGF_FORMAT) X(SAMP, "samp", 0) \
	X(SCRIPT, "script", TAGF_RAW) X(SEARCH, "search", TAGF_B_) X(SECTION, "section", TAGF_B_) X(SELECT, "select", TAGF_SPECIAL) X(SLOT, "slot", 0) X(SMALL, "small", TAGF_FORMAT) \
	X(SOURCE, "source", TAGF_VOID) X(SPACER, "spacer", TAGF_VOID) X(SPAN, "span", 0) X(STRIKE, "strike", TAGF_FORMAT) X(STRONG, "strong", TAGF_FORMAT) \
	X(STYLE, "style", TAGF_RAW) X(SUB, "sub", 0) X(SUMMARY, "summary", TAGF_B_) X(SUP, "sup", 0) X(SVG, "svg", 0) X(TABLE, "table", TAGF_BLOCK | TAGF_SPECIAL | TAGF_SCOPE | TAGF_TABLE) \
	X(TBODY, "tbody", TAGF_BLOCK | TAGF_SPECIAL | TAGF_TABLE) X(TD, "td", TAGF_SPECIAL | TAGF_SCOPE | TAGF_TABLE | TAGF_CELL) X(TEMPLATE, "template", TAGF_SPECIAL | TAGF_SCOPE | TAGF_HIDDEN) \
	X(TEXTAREA, "textarea", TAGF_RAW) X(TFOOT, "tfoot", TAGF_BLOCK | TAGF_SPECIAL | TAGF_TABLE) X(TH, "th", TAGF_SPECIAL | TAGF_SCOPE | TAGF_TABLE | TAGF_CELL) \
	X(THEAD, "thead", TAGF_BLOCK | TAGF_SPECIAL | TAGF_TABLE) X(TIME, "time", 0) X(TITLE, "title", TAGF_RAW) X(TR, "tr", TAGF_BLOCK | TAGF_SPECIAL | TAGF_TABLE) \
	X(TRACK, "track", TAGF_VOID) X(TT, "tt", TAGF_FORMAT) X(U, "u", TAGF_FORMAT) X(UL, "ul", TAGF_B_) X(VAR, "var", 0) X(VIDEO, "video", 0) X(WBR, "wbr", TAGF_VOID) \
	X(XML, "xml", 0) X(XMP, "xmp", TAGF_B_ | TAGF_RAW)

enum html_tag {
	TAG_NONE,
#define X(id, name, flags) TAG_##id,
	HTML_TAG_TABLE(X)
#undef X
	TAG_KNOWN, /* names that HTML does not know share the numbers from here on, by hash */
	TAG_N = TAG_KNOWN + 32,
};

#define HTML_ATTR_TABLE(X) \
	X(ACTION, "action") X(ALT, "alt") X(BACKGROUND, "background") X(BGCOLOR, "bgcolor") X(CLASS, "class") X(COLOR, "color") X(CONTENT, "content") \
	X(DATA, "data") X(DIR, "dir") X(FACE, "face") X(FORMACTION, "formaction") X(HEIGHT, "height") X(HIDDEN, "hidden") X(HREF, "href") X(HTTP_EQUIV, "http-equiv") X(ID, "id") \
	X(MEDIA, "media") X(OPEN, "open") X(POSTER, "poster") X(SIZE, "size") X(SRC, "src") X(STYLE, "style") X(TEXT, "text") X(TYPE, "type") X(WIDTH, "width") \
	X(XLINK_HREF, "xlink:href")

enum html_attr {
	ATTR_NONE,
#define X(id, name) ATTR_##id,
	HTML_ATTR_TABLE(X)
#undef X
	ATTR_N
};

#define HTML_PROP_TABLE(X) \
	X(BACKGROUND, "background") X(BACKGROUND_COLOR, "background-color") X(BACKGROUND_IMAGE, "background-image") X(BOTTOM, "bottom") X(CLIP, "clip") \
	X(CLIP_PATH, "clip-path") X(COLOR, "color") X(DISPLAY, "display") X(FONT, "font") X(FONT_SIZE, "font-size") X(HEIGHT, "height") X(LEFT, "left") \
	X(MARGIN_LEFT, "margin-left") X(MARGIN_TOP, "margin-top") X(MAX_HEIGHT, "max-height") X(MAX_WIDTH, "max-width") X(MIN_HEIGHT, "min-height") X(MIN_WIDTH, "min-width") \
	X(OPACITY, "opacity") X(OVERFLOW, "overflow") X(OVERFLOW_X, "overflow-x") X(OVERFLOW_Y, "overflow-y") X(POSITION, "position") X(RIGHT, "right") \
	X(TEXT_INDENT, "text-indent") X(TOP, "top") X(TRANSFORM, "transform") X(UNICODE_BIDI, "unicode-bidi") X(VISIBILITY, "visibility") \
	X(WHITE_SPACE, "white-space") X(WIDTH, "width")

enum html_prop {
	PROP_NONE,
#define X(id, name) PROP_##id,
	HTML_PROP_TABLE(X)
#undef X
	PROP_N
};

/* Names come as written, in any case. Unknown ones give TAG_KNOWN + something, ATTR_NONE, PROP_NONE. */
enum html_tag html_tag_find(struct span name);
enum html_attr html_attr_find(struct span name);
enum html_prop html_prop_find(struct span name);

extern const uint16_t html_tag_flags[TAG_N];

#endif
