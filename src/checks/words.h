/*
 * Words of a text and rough sets of them, for comparing texts without allocation. A word is a run of letters and digits of any script (bytes above
 * 127 count as letters, except for the blocks of blanks and punctuation); an ideograph is a word of its own. Pure, linear.
 */
#ifndef WINNOW_CHECKS_WORDS_H
#define WINNOW_CHECKS_WORDS_H

#include "base/span.h"

/* Takes the next word off the front of *text_r; false at the end. */
bool words_next(struct span *text_r, struct span *word_r);
/* The same, but what looks like a URL (a run without blanks that holds "://" or begins with "www.") is passed over. */
bool words_next_plain(struct span *text_r, struct span *word_r);
/* How many there are without URLs; counting stops at max. */
size_t words_count(struct span text, size_t max);

/* A set that may take a word for another in rare cases: one bit per word. */
#define WORDSET_BITS 16384
struct wordset {
	uint64_t bits[WORDSET_BITS / 64];
	size_t n; /* bits set */
};

void wordset_init(struct wordset *);
/* Both: the case of ASCII letters does not matter. False when it was there before. */
bool wordset_add(struct wordset *, struct span word);
bool wordset_has(const struct wordset *, struct span word);
/* Adds the words of at least min bytes; stops after max words. */
void wordset_add_text(struct wordset *, struct span text, size_t min, size_t max);

#endif
