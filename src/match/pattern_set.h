/*
 * Sets of patterns matched against one kind of text: one pass of vectorscan over the text names the candidates, PCRE2 confirms. The prefilter never misses what
 * PCRE2 would find (a pattern that it cannot take exactly is over-approximated or always a candidate); without it every pattern is a candidate. So both ways
 * find the same.
 *
 * Building: add the patterns, then attach a compiled prefilter (or none). The set is immutable from then on and lives in its arena.
 *
 * Texts that are matched line by line (SpamAssassin's) may be joined with '\n' for the candidates: the prefilter is compiled so that '^', '$', \A, \z hold
 * at every line.
 */
#ifndef WINNOW_MATCH_PATTERN_SET_H
#define WINNOW_MATCH_PATTERN_SET_H

#include "base/buf.h"
#include "match/regex.h"

struct pattern_set;

/* name: for the cache and for messages ("body"); must outlive the set. */
struct pattern_set *pattern_set_new(struct arena *, const char *name);
/* The same pattern with the same flags gets the same number. False: broken. */
bool pattern_set_add(struct pattern_set *, struct span pattern, unsigned flags, unsigned *id_r, struct err *err_r) MUST_USE;
size_t pattern_set_count(const struct pattern_set *);
const char *pattern_set_name(const struct pattern_set *);
const struct regex *pattern_set_regex(const struct pattern_set *, unsigned id);
/* The pattern as it was added. */
struct span pattern_set_text(const struct pattern_set *, unsigned id, unsigned *flags_r);

/* 64-bit words that hold one bit per pattern. */
size_t pattern_set_words(const struct pattern_set *);
/*
 * Where matches of one pattern may begin in a text: a bit for each of at most 256 pieces of equal length. A pattern is tried there alone, so that one that has a frequent word costs little.
 */
#define PLACES_WORDS 4
struct pattern_places {
	uint64_t v[PLACES_WORDS];
};

/*
 * Sets the bits of all patterns that may match somewhere in the text (others stay as they are), and their places (one entry per pattern; NULL: not wanted; written only where a bit is set). No allocation, but for
 * the first call in a process.
 */
void pattern_set_candidates(const struct pattern_set *, struct span text, uint64_t *bits, struct pattern_places *places);
/* As regex_match, for a candidate: the text is the one that the places were made from. */
enum regex_result pattern_set_match(const struct pattern_set *, unsigned id, struct regex_memory *, struct span text, const struct pattern_places *, size_t from, struct span *captures_r, size_t n);
static inline bool pattern_bit(const uint64_t *bits, unsigned id)
{
	return (bits[id / 64] >> (id % 64)) & 1;
}

/* Prefilters, compiled. All of it may take long and use much memory: for a helper process that can be killed (rules/pattern_cache.h). */
/* Whether this build and this CPU have vectorscan at all. */
bool prefilter_available(void);
/* Version of the library and CPU features that a compiled prefilter depends on, for cache keys; "" when not available. */
struct span prefilter_platform(struct arena *);
/* Whether one pattern can be taken: compiles it alone. */
bool prefilter_takes(const struct pattern_set *, unsigned id);
/* Compiles all patterns but those left out (bits, may be NULL) into bytes that prefilter_attach reads, on this platform alone. */
bool prefilter_compile(const struct pattern_set *, const uint64_t *left_out, struct buf *out, struct err *err_r) MUST_USE;
/* Takes the bytes (copied to read-only memory). False: they are not for this set or this platform. */
bool prefilter_attach(struct pattern_set *, struct span bytes, struct err *err_r) MUST_USE;

#endif
