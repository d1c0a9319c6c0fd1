/*
 * A tokenizer for HTML that cuts a document as Perl's HTML::Parser 3.81 does (api 3, marked_sections), quirks included: literal elements, "<" that is no tag, comments that do not end.
 * Linear but for attributes; bounded.
 */
#ifndef WINNOW_SPAMASSASSIN_HTML_TOKEN_H
#define WINNOW_SPAMASSASSIN_HTML_TOKEN_H

#include "base/span.h"

#define HTML_ATTRS_MAX 128   /* more of one tag are dropped */
#define HTML_SECTIONS_MAX 32 /* marked sections inside of each other */
#define HTML_TAIL 20         /* writable bytes that must stand behind the source */

/* Names as written; value without its quotes, references still in it. A name without value is its own value. */
struct html_attr {
	struct span name, value;
	bool boolean;
};

struct html_events {
	void *ctx;
	void (*start)(void *ctx, struct span name, const struct html_attr *, size_t n);
	void (*end)(void *ctx, struct span name);
	void (*text)(void *ctx, struct span text, bool cdata); /* cdata: no references in it */
	void (*comment)(void *ctx, struct span text);          /* with its delimiters */
	void (*declaration)(void *ctx, struct span text);
	/* Whether an element "style" (or "script") is open: SpamAssassin closes such ones at the end. */
	bool (*is_open)(void *ctx, const char *name);
};

/* The HTML_TAIL bytes behind the source are written to. False: the end came inside of an ignored marked section, where HTML::Parser tells nobody that it is the end. */
bool html_tokenize(char *source, size_t len, const struct html_events *);

#endif
