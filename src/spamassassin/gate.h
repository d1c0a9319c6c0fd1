/*
 * Gates: what must stand in a text for a pattern to match, found for many patterns in one pass. Made for the patterns of ReplaceTags, where every letter is a class of look-alikes of one
 * to some bytes: too large for general prefilters and dear to try one by one.
 *
 * A gate of a pattern is a list of factors, one of which occurs in every match; a factor is a row of units, each a byte of one class and then any number of bytes of another. All factors
 * are followed at once, a bit for each unit (Baeza-Yates and Gonnet, "A new approach to text searching", 1992). A gate never misses a match; that it is open means nothing.
 */
#ifndef WINNOW_SPAMASSASSIN_GATE_H
#define WINNOW_SPAMASSASSIN_GATE_H

#include "base/arena.h"

struct gates;

struct gates *gates_new(struct arena *);
#define GATE_TIMES_MOST 16

/* Where matches may begin. */
struct starts;

/* The number of the pattern's gate (several may share one); -1: no useful one can be made, every text may match. flags: enum regex_flags.
 * times_r: a match needs what the gate is for so many times at least (1 to GATE_TIMES_MOST), in one line where lines are matched.
 * starts_r: where it may match in a line, in the arena of the gates; NULL: anywhere. May be NULL. */
int gates_add(struct gates *, struct span pattern, unsigned flags, unsigned *times_r, const struct starts **starts_r);
/* After the last of them, before the first scan. */
void gates_build(struct gates *);
/* 64-bit words that hold one bit per gate. */
size_t gates_words(const struct gates *);
/* Sets the bits of the gates that are open. */
void gates_scan(const struct gates *, struct span text, uint64_t *open);
/* How often what one gate is for is seen in a line, at least so often as it is there; counted up to GATE_TIMES_MOST. */
unsigned gates_count(const struct gates *, unsigned gate, struct span line);

/*
 * The next place, "from" or behind, where a match may begin; SPAN_NPOS: none. For patterns that stand behind parts that may be missing: those are left off, so a match need not begin at one of these places,
 * but where there is a match in a line, there is also one that begins at one of them and ends where that one ends.
 */
size_t starts_next(const struct starts *, struct span line, size_t from);

#endif
