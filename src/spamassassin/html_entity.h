/* Character references as HTML::Parser 3.81 decodes them: HTML 4 names, numbers as they are (no Windows-1252 in the C1 range). */
#ifndef WINNOW_SPAMASSASSIN_HTML_ENTITY_H
#define WINNOW_SPAMASSASSIN_HTML_ENTITY_H

#include "base/span.h"

/*
 * Decodes all references of text into to, which has room for text.len + 8 bytes; returns what was written. attribute: names count only when they are complete.
 * wide: the text is a Perl string with UTF-8 flag; set when a character above 255 comes in.
 */
size_t sa_html_decode(struct span text, bool attribute, char *to, bool *wide);

#endif
