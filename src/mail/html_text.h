/*
 * The writer of text as a reader sees it: white space folded, references decoded, invisible characters dropped and reported.
 * There is one for visible text, one for hidden text, and short-lived ones for titles and alternative texts.
 */
#ifndef WINNOW_MAIL_HTML_TEXT_H
#define WINNOW_MAIL_HTML_TEXT_H

#include "base/arena.h"
#include "mail/fact.h"

enum html_gap { GAP_NONE, GAP_SPACE, GAP_LINE };

struct html_writer {
	char *p;
	size_t len, cap;
	enum html_gap gap;    /* owed before the next character */
	bool zero_width;      /* an invisible character followed a letter */
	struct facts *facts;  /* TEXT_ZERO_WIDTH, TEXT_BIDI_OVERRIDE; NULL: not reported */
	unsigned *letters;    /* counts ASCII letters written as numeric references */
};

enum html_text_flags {
	HTML_TEXT_REFERENCES = 1, /* decode them */
	HTML_TEXT_LINES = 2,      /* line ends in the source are line ends (pre) */
};

/* What a run of n bytes can grow to; w->cap - w->len must be at least that. */
#define HTML_TEXT_ROOM(n) ((n) + 4)

void html_text_write(struct html_writer *w, struct span run, unsigned flags);

/* A line or a blank is due before whatever comes next; nothing at the very beginning. */
static inline void html_text_gap(struct html_writer *w, enum html_gap gap)
{
	if (gap > w->gap && w->len != 0)
		w->gap = gap;
}

/* The text of a title or an attribute: folded, decoded, in the arena. */
struct span html_text_fold(struct arena *, struct span raw);

/* True when the last character written is an ASCII letter or digit and no gap is due. */
bool html_text_in_word(const struct html_writer *w);

#endif
