/*
 * Lua's patterns (reference manual 5.4, 6.4.1), with a budget: every step of matching is counted, backtracking ends when the budget does. Pure: knows
 * no Lua state. Character classes are ASCII, whatever the locale.
 *
 * A pattern is compiled into nodes first. Nodes stand in one row (there is no alternation), so captures need no undoing: whatever path matches in the
 * end has set them all.
 */
#ifndef WINNOW_VM_PATTERN_H
#define WINNOW_VM_PATTERN_H

#include "base/span.h"

#define PATTERN_NODES 512
#define PATTERN_CAPTURES 32
#define CAPTURE_POSITION SIZE_MAX /* len of a capture "()" */

enum pattern_status { PATTERN_NO, PATTERN_YES, PATTERN_BUDGET };

struct pattern_node {
	uint8_t kind, repeat;  /* repeat: 0 or one of * + - ? */
	uint8_t a, b;          /* literal or class; the delimiters of %b; the number of a capture */
	uint32_t from, to;     /* of a set: its bytes in the pattern */
};

struct pattern {
	struct span text;
	size_t n;
	bool anchored;
	unsigned ncaptures;
	struct pattern_node nodes[PATTERN_NODES + 1];
};

struct pattern_match {
	struct span subject;
	const char *begin, *end;             /* of the whole match */
	struct span captures[PATTERN_CAPTURES];
	uint64_t *budget;                    /* steps left; 0 when PATTERN_BUDGET is returned */
};

/* NULL, or what is wrong with the pattern. The text must outlive the pattern. anchors = false: a leading '^' stands for itself. */
const char *pattern_compile(struct pattern *pattern_r, struct span text, bool anchors);
/* Matches at "at", a place in m->subject (or its end). */
enum pattern_status pattern_match_at(const struct pattern *, struct pattern_match *m, const char *at);
/* The first match that begins at "at" or later. */
enum pattern_status pattern_search(const struct pattern *, struct pattern_match *m, const char *at);

#endif
