/* Scripts and look-alikes: which script a letter belongs to, and which ASCII letter it can be taken for. After Unicode's scripts and confusables. */
#ifndef WINNOW_CHECKS_SCRIPT_H
#define WINNOW_CHECKS_SCRIPT_H

#include "base/span.h"

enum script {
	SCRIPT_COMMON,   /* digits, punctuation, symbols, combining marks, what is not listed */
	SCRIPT_LATIN,    /* with full-width forms */
	SCRIPT_GREEK,
	SCRIPT_CYRILLIC,
	SCRIPT_ARMENIAN,
	SCRIPT_CHEROKEE,
	SCRIPT_STYLED,   /* mathematical and enclosed letters: Latin dressed up */
	SCRIPT_OTHER,    /* letters of a script that nobody takes for Latin */
};

enum script script_of(uint32_t cp);

/* The lower-case ASCII letter or digit that a code point is or looks like; 0 when none; SCRIPT_SKIP for what a reader does not see. */
#define SCRIPT_SKIP '\1'
char script_fold(uint32_t cp);

/* Zero-width and formatting characters, soft hyphen, byte order mark. */
bool script_invisible(uint32_t cp);

/*
 * Whether a word of the text mixes Latin letters with letters of a script that looks like Latin (Greek, Cyrillic, Armenian, Cherokee, styled), and
 * at least one of them stands in for a Latin one; *word_r: the first such word. Reads the first 1000 bytes.
 */
bool script_mixed_word(struct span text, struct span *word_r);

/* For tests. */
bool script_tables_sorted(void);

#endif
