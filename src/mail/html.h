/*
 * HTML to visible text: our own one-pass tokenizer, tolerant as browsers are (WHATWG HTML, 13.2.5 and the parts of 13.2.6 that decide
 * what is inside of what), linear in time, bounded in depth. It knows no DOM: a stack of open elements carries what matters for visibility
 * (display, visibility, font size up to 2px, colour against background, opacity, clipping, boxes of nothing, off-screen position, hidden
 * attribute), from inline styles and the rules of <style> for a class, an id, an element, or an element with one of these.
 *
 * Invisible characters (soft hyphen, zero-width, bidi controls, variation selectors) are dropped, no-break and other blanks become ' '.
 *
 * What it does not know: rules with other selectors (as far as these end in a class, an id or an element) only make text readable, never
 * hidden: a background they set counts as unknown, a value that shows undoes one that hides, whichever comes first. So do the rules in
 * @media blocks for others than "screen", "all" and "print", in @supports and @container, but for their colours; and var(), calc() and images
 * behind text. A rule holds from where its <style> stands. What covers what by position is unknown; so is what <link>ed sheets say.
 * "mso-hide" says nothing: nobody but Outlook for Windows heeds it. SVG and MathML are elements like others, in which sheets and scripts are
 * no raw text (13.2.6.5), but <annotation-xml> holds no HTML. Formatting elements closed by the end of a block are not opened again behind it. Quirks mode's tables, which
 * inherit no font size, are not followed. Scripts do not run.
 */
#ifndef WINNOW_MAIL_HTML_H
#define WINNOW_MAIL_HTML_H

#include "base/buf.h"
#include "mail/fact.h"

enum html_flags {
	HTML_FORM = 1,
	HTML_PASSWORD_INPUT = 2,
	HTML_SCRIPT = 4,
	HTML_IFRAME = 8,
	HTML_OBJECT = 16,        /* object, embed, applet */
	HTML_META_REFRESH = 32,
	HTML_BASE = 64,
	HTML_EVENT_HANDLER = 128, /* on...= attributes */
	HTML_DATA_URI = 256,      /* data: in a link (images and backgrounds are none) */
	HTML_DATA_HTML_URI = 512, /* data:text/html or data: with script */
	HTML_JAVASCRIPT_URI = 1024,
	HTML_BLOB_SCRIPT = 2048,  /* script that builds a file: atob(, Blob(, msSaveOrOpenBlob, createObjectURL */
	HTML_ENTITY_OBFUSCATION = 4096, /* ASCII letters written as numeric entities in bulk (at least 20; not in mailto:) */
	HTML_COMMENT_SPLIT = 8192, /* comments, empty or unknown elements or hidden text inside words, in bulk (at least 10) */
	HTML_SVG = 16384,
};

enum html_link_kind { HTML_LINK_A, HTML_LINK_AREA, HTML_LINK_FORM, HTML_LINK_IMG, HTML_LINK_IFRAME, HTML_LINK_META, HTML_LINK_OTHER };

struct html_link {
	enum html_link_kind kind;
	struct span target;   /* attribute value, entities decoded, as UTF-8 */
	struct span text;     /* anchor text (A), '\n' between blocks: the visible one, when there is none the hidden one; alt text (IMG) */
	bool hidden;          /* inside hidden content; A: also when all it shows is unreadable text */
	bool has_image;       /* an <a> around an image */
	int width, height;    /* IMG, as declared in px; -1: not declared */
};

struct html_limits {
	size_t text;  /* bytes of text written (visible + hidden) */
	size_t links; /* links recorded */
	unsigned depth; /* of open elements; deeper ones become siblings */
};

struct html {
	struct span text;    /* visible text, UTF-8; blocks end in '\n', <td> in ' ', white space folded as shown */
	struct span hidden;  /* text a reader does not see */
	struct span title;
	const struct html_link *links;
	size_t nlinks;
	unsigned flags;
	unsigned nimages, ntags, nwords_hidden;
	unsigned nbad_tags;  /* elements HTML does not know */
	size_t comment_bytes, style_bytes, script_bytes;
};

/*
 * source: UTF-8. Everything lives in the arena or points into source. The flags count links beyond the limit too.
 * Links: <a> and <area> href, form actions, images, frames, meta refresh; OTHER: base, link, script, object, media, background images.
 * Facts: HTML_TOO_DEEP, HTML_BAD, LINK_TOO_MANY, TEXT_TRUNCATED, and of visible text TEXT_ZERO_WIDTH (each time inside of a word in a European
 * script), TEXT_BIDI_OVERRIDE (characters, <bdo>, CSS).
 */
void html_parse(struct arena *, struct span source, const struct html_limits *, struct facts *, struct html *html_r);

#endif
