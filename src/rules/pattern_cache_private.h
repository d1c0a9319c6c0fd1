/* The parts of the pattern cache: its files, and the helpers that compile. */
#ifndef WINNOW_RULES_PATTERN_CACHE_PRIVATE_H
#define WINNOW_RULES_PATTERN_CACHE_PRIVATE_H

#include "rules/pattern_cache.h"

#define PATTERN_KEY 32 /* SHA-256 */

/* One set without prefilter yet. */
struct pattern_job {
	struct pattern_set *set;
	uint8_t key[PATTERN_KEY]; /* of patterns, library and processor */
	uint64_t *left_out;       /* patterns that the compiler cannot take in time */
	size_t nleft_out, vetted;
	unsigned vetting;         /* helpers and tasks that still vet */
	struct buf compiled;      /* on the heap; empty: it came to nothing */
};

/* pattern_cache_file.c */
void pattern_file_key(const struct pattern_set *, struct span platform, uint8_t key_r[static PATTERN_KEY]);
/* False: there is none, or it is of no use (a warning tells of the latter). */
bool pattern_file_attach(const char *folder, const struct pattern_job *);
void pattern_file_write(const char *folder, const struct pattern_job *);
/* Removes files that are old and belong to none of the jobs. */
void pattern_file_clean(const char *folder, const struct pattern_job *jobs, size_t n);

/* pattern_cache_helper.c: fills in "compiled" of the jobs by processes of their own. Returns when all are done or the time is over. */
void pattern_helpers_run(struct arena *, struct pattern_job *jobs, size_t n, const struct pattern_cache_options *);

#endif
