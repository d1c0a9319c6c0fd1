/*
 * Prefilters of pattern sets: from the cache, else compiled by a helper process that can be killed, then cached. A pattern that takes the compiler too long is left to PCRE2 (always
 * a candidate). Trouble of any kind (no vectorscan, no folder, no memory) means PCRE2 alone and a warning in the log, never an error: the hits are the same.
 *
 * The file's name is the hash of the patterns, library and CPU; it is written aside and renamed, checked by a hash when read, and files of other hashes
 * that are older than 30 days are removed.
 */
#ifndef WINNOW_RULES_PATTERN_CACHE_H
#define WINNOW_RULES_PATTERN_CACHE_H

#include "match/pattern_set.h"

struct pattern_cache_options {
	const char *folder;          /* NULL: no cache */
	bool compile;                /* false: only what is cached is used */
	int64_t vet_us;              /* for one pattern; 0: 2 s */
	int64_t compile_us;          /* for all together; 0: 120 s */
	/* Told about twice a second while compiling; may be NULL. */
	void (*progress)(void *ctx, const char *set, size_t done, size_t of);
	void *ctx;
};

/* False: a set that could have a prefilter has none now. */
bool pattern_cache_attach(struct pattern_set *const *sets, size_t n, const struct pattern_cache_options *);

#endif
