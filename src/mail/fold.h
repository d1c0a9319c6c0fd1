/*
 * The plain form of text, in which rules match: what a reader takes for the same is the same bytes.
 *
 * Invisible characters (zero-width, soft hyphen, bidi controls, variation selectors) and combining marks are dropped; letters with marks become their base letter ("ü" is "u",
 * "ß" "ss", "æ" "ae", "ø" "o"); letters of other scripts that look like Latin ones (Cyrillic "а", Greek "ο", Latin small capitals, mathematical and full-width forms, circled letters)
 * become these when they stand in a word with Latin letters or look-alikes alone (a word of look-alikes alone stays in a pattern, and in a text that has letters of another script which look like none); typographic quotes, dashes and bullets become ASCII; no-break and other blanks become ' '; a run of blanks becomes one ' ', with a
 * line end in it '\n'. Case stays. Everything else stays as it is, in UTF-8. Never longer than three times the input. Linear; pure ASCII text without runs of blanks is returned
 * as it is, without a copy. Sources: decompositions of Unicode (fold_table.py makes fold_table.h); UTS 39 (confusables), by hand.
 */
#ifndef WINNOW_MAIL_FOLD_H
#define WINNOW_MAIL_FOLD_H

#include "base/arena.h"

/* text: valid UTF-8. */
struct span fold_text(struct arena *, struct span text);
/* The same for the text of a pattern: blanks stay as they are; what becomes a sign of meaning in patterns gets a backslash; a repeat behind a character of several bytes is for all of it; inside of [...] a letter that would become two becomes the first of them. */
struct span fold_pattern(struct arena *, struct span pattern);

#endif
