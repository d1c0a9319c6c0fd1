/*
 * PCRE2 patterns on bytes, with JIT where the system allows it. Perl's syntax and semantics (also SpamAssassin's): no UTF mode, \w and case are ASCII, "$"
 * matches before a final line end; "{,3}" is "{0,3}"; "\x{456}" (more than a byte) matches nothing, as in Perl on bytes.
 *
 * A match is bounded by match and depth limits and by time (about 50 ms, more for texts of megabytes), so that a catastrophic pattern ends with REGEX_LIMIT instead of a stall. Compiled patterns are immutable
 * and shared by all processes forked later; what a match writes to is a struct regex_memory, one per process.
 */
#ifndef WINNOW_MATCH_REGEX_H
#define WINNOW_MATCH_REGEX_H

#include "base/err.h"
#include "base/span.h"

enum regex_flags {
	REGEX_CASELESS = 1,
	REGEX_MULTILINE = 2,
	REGEX_DOTALL = 4,
	REGEX_EXTENDED = 8,
};

#define REGEX_PATTERN_MAX ((size_t)1 << 20) /* bytes of one pattern */
#define REGEX_CAPTURES 32       /* groups that can be asked for, the whole match included */

struct regex;
struct regex_memory;

/* NULL: the pattern is broken; err tells what and at which byte. */
struct regex *regex_new(struct span pattern, unsigned flags, struct err *err_r) MUST_USE;
void regex_free(struct regex **);

struct regex_memory *regex_memory_new(void);
void regex_memory_free(struct regex_memory **);

enum regex_result { REGEX_NO, REGEX_YES, REGEX_LIMIT };

/* The first match at offset "from" or later. captures_r (n of them; may be NULL): [0] is the match, unset groups have p == NULL; they point into subject. */
enum regex_result regex_match(const struct regex *, struct regex_memory *, struct span subject, size_t from, struct span *captures_r, size_t n);
/* The first match that begins at "from" or later, but not behind "to". Not for patterns that look at where the search began (\G). */
enum regex_result regex_match_between(const struct regex *, struct regex_memory *, struct span subject, size_t from, size_t to, struct span *captures_r, size_t n);
/* Whether a match begins at "at". */
enum regex_result regex_match_at(const struct regex *, struct regex_memory *, struct span subject, size_t at);
/* Number of capture groups, without the whole match. */
unsigned regex_groups(const struct regex *);
/* Group number of a named group; 0: none. */
unsigned regex_group_named(const struct regex *, const char *name);

/*
 * "/pattern/flags" as one writes it in rules: the delimiter is the first byte ("/", or any of {}, (), [], <>, !, #, %, |, ',' after "m"), flags i m s x (others of Perl that
 * change nothing here, as "a", "o", "u", "g", are passed over). False: err tells what is wrong.
 */
bool regex_split(struct span written, struct span *pattern_r, unsigned *flags_r, struct err *err_r) MUST_USE;

#endif
