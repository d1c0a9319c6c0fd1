/*
 * HTML as SpamAssassin reads it (Mail::SpamAssassin::HTML on top of Perl's HTML::Parser): rendered text and the metadata that HTMLEval and the URI list look at. Not what
 * browsers show: that is mail/html.h. Pure; linear; texts that go into rules are the bytes that Perl would match: UTF-8 where Perl's string is wide, else Latin-1.
 */
#ifndef WINNOW_SPAMASSASSIN_HTML_H
#define WINNOW_SPAMASSASSIN_HTML_H

#include "base/map.h"
#include "base/span.h"
#include "spamassassin/view.h"

#define SA_HTML_SOURCE_MAX (1u << 20)  /* bytes of one part that are read */
#define SA_HTML_TAGS_MAX 4096          /* different names of tags that HTML does not have */
#define SA_HTML_URIS_MAX 4096          /* different ones */
#define SA_HTML_URI_BYTES (1u << 20)   /* of all URIs that were made from relative ones */
#define SA_HTML_URI_MAX 8192           /* MAX_URI_LENGTH: characters */

/* One key of {uri_detail}: a target with base applied (types set), a link as written (texts set), or both. */
struct sa_html_link {
	struct span uri;
	unsigned types;            /* enum sa_uri_type */
	const struct span *texts;  /* anchor_text, "<img>\n" for images inside */
	size_t ntexts;
};

enum sa_html_flag {
	SA_HTML_LOW_CONTRAST = 1, SA_HTML_INVALID_COLOR = 2, SA_HTML_FONT_FACE_BAD = 4, SA_HTML_FORM_ACTION_MAILTO = 8, SA_HTML_EMBEDS = 16, SA_HTML_URI_TRUNCATED = 32,
};

/* Numbers; which of them are defined is in "defined", bit 1 << enum. */
enum sa_html_number {
	SA_HTML_LENGTH, SA_HTML_IMAGE_AREA, SA_HTML_MIN_SIZE, SA_HTML_MAX_SIZE, SA_HTML_CLOSED_EXTRA_RATIO, SA_HTML_BACKHAIR_COUNT, SA_HTML_BAD_TAG_RATIO,
	SA_HTML_NON_ELEMENT_RATIO, SA_HTML_OBFUSCATION_RATIO, SA_HTML_HTML_LENGTH, SA_HTML_NON_SPACE_LEN, SA_HTML_RATIO, SA_HTML_NUMBERS
};

struct sa_html_strings {
	const struct span *v;
	size_t n;
	bool defined; /* false: the array does not exist */
};

struct sa_html_tags;

struct sa_html {
	unsigned flags;   /* enum sa_html_flag */
	double number[SA_HTML_NUMBERS];
	unsigned defined;
	struct sa_html_strings comment, script, title, anchor;
	const struct sa_html_link *links;
	size_t nlinks;
	const struct sa_html_tags *tags; /* NULL: the document ended inside of an ignored section, and hardly anything is known */
};

/* {inside}{tag}: false when the tag never came. The name as SpamAssassin has it: lower case. */
bool sa_html_inside(const struct sa_html *, struct span tag, double *count_r);
/* A result by the name that html_eval, html_range use; false: not defined or no number. */
bool sa_html_number(const struct sa_html *, struct span name, double *value_r);
/* Whether html_test finds it true. */
bool sa_html_test(const struct sa_html *, struct span name);
/* The array of that name (comment, script, title, anchor), NULL: none. */
const struct sa_html_strings *sa_html_strings(const struct sa_html *, struct span name);

/* The rendered text, all of it and by visibility. UTF-8. */
struct sa_html_text {
	struct span all, visible, invisible;
	bool wide, visible_wide, invisible_wide; /* the Perl string has its UTF-8 flag; else all characters are below 256 */
	size_t chars;             /* of all */
};

/* source: valid UTF-8, ASCII when not wide; raw_len: bytes of the part before its charset was decoded. */
const struct sa_html *sa_html_render(struct arena *, struct span source, bool wide, size_t raw_len, struct sa_html_text *text_r);

#endif
