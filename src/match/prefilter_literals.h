/*
 * The first half of a prefilter: patterns that require literals (match/required.h). One scan finds all literals of all patterns (match/literal_index.h); a pattern is a candidate when what it requires is there. Most
 * patterns need no more, so this is what makes thousands of them cheap, and there is nothing to compile. For prefilter.c alone.
 */
#ifndef WINNOW_MATCH_PREFILTER_LITERALS_H
#define WINNOW_MATCH_PREFILTER_LITERALS_H

#include "match/pattern_set_private.h"

struct literals;

/* Whether the pattern goes by its literals; adds what it requires. */
struct literals_builder;
struct literals_builder *literals_builder_new(struct arena *);
bool literals_add(struct literals_builder *, const struct pattern_set *, unsigned id);
/* Writes what literals_attach reads; nothing when no pattern was added. */
void literals_compile(struct literals_builder *, struct buf *out);

/* patterns: their number; ids are below it. The bytes are copied. NULL: they are damaged. */
struct literals *literals_attach(struct arena *, struct span bytes, size_t patterns, struct err *err_r) MUST_USE;
/* Sets the bits of the candidates, and their places (may be NULL). False: it could not be done. */
bool literals_scan(struct literals *, struct span text, uint64_t *bits, struct pattern_places *places);

#endif
