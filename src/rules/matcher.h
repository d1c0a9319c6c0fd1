/*
 * Matchers: a pattern, literals, or a list of both, bound to the kind of text that they are for (docs/rules.md, "What it is matched with").
 *
 * A matcher of a text finds its literals as whole words; one of whole values compares them as lists do (match/list.h). Patterns belong to the pattern set of the kind.
 * Immutable once done; lives in the plan's arena.
 */
#ifndef WINNOW_RULES_MATCHER_H
#define WINNOW_RULES_MATCHER_H

#include "match/list.h"
#include "rules/view.h"

struct matcher_list {
	const char *name;      /* for errors and for watching */
	struct span text;      /* as read; must live as long as the plan */
	struct list *plain, *as_is; /* its literals, made when first asked for */
};

struct matcher;

#define MATCHER_TEXT_LITERALS 20000 /* literals and patterns of one matcher of a text */

/* plain: the text is in plain form, and so become patterns and literals. */
struct matcher *matcher_new(struct view_plan *, enum text_kind, bool plain, bool whole);
/* "/pattern/flags" or a literal. */
bool matcher_add(struct matcher *, struct span written, struct err *err_r) MUST_USE;
/* Every entry of a file; errors begin with "NAME:LINE: ". */
bool matcher_add_list(struct matcher *, struct matcher_list *, struct err *err_r) MUST_USE;
/* Nothing is added any more. */
void matcher_done(struct matcher *);

/* One word of candidates; "may match" is that one of several such words has a bit of its mask. Small and side by side, so that thousands of rules are passed over quickly. */
struct matcher_gate {
	uint64_t mask;
	uint32_t word;
	uint8_t kind;      /* enum text_kind */
	bool literals;     /* of view_literals(), else of the text's patterns */
};
/* Writes them, at most max; 0: there are more, or it cannot be told by candidates. */
size_t matcher_gates(const struct matcher *, struct matcher_gate *v, size_t max);
static inline bool matcher_gate_open(const struct matcher_gate *g, struct rule_view *v)
{
	const uint64_t *bits = g->literals ? view_literals(v, g->kind) : view_text(v, g->kind)->bits;

	return (bits[g->word] & g->mask) != 0;
}

/* Whether it may match at all in this message: candidates only. */
bool matcher_may(const struct matcher *, struct rule_view *);
/* evidence_r: what matched; set only on a match. */
bool matcher_text(const struct matcher *, struct rule_view *, struct span *evidence_r);
/* One value of its kind of text. */
bool matcher_value(const struct matcher *, struct rule_view *, struct span value, struct span *evidence_r);
bool matcher_ip(const struct matcher *, struct rule_view *, const struct ip *, struct span text, struct span *evidence_r);
/* How often, up to max: in the text, or in one value. */
unsigned matcher_count_text(const struct matcher *, struct rule_view *, unsigned max, struct span *evidence_r);
unsigned matcher_count_value(const struct matcher *, struct rule_view *, struct span value, unsigned max, struct span *evidence_r);

#endif
