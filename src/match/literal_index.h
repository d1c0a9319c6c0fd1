/*
 * Finds thousands of literals in a text in one pass, without ASCII case. Four bytes of every literal, the rarest, stand in a bitmap by their hash; every place of the text is looked up there, and what hits is compared.
 * A scan costs about a nanosecond a byte whatever the number of literals, which is many times less than a general multi-pattern matcher takes for so many short ones. Pure; building takes no time to speak of.
 */
#ifndef WINNOW_MATCH_LITERAL_INDEX_H
#define WINNOW_MATCH_LITERAL_INDEX_H

#include "base/arena.h"

#define LITERAL_SHORTEST 3

struct literal {
	struct span text;  /* LITERAL_SHORTEST bytes and more, in lower case */
	/* Only where no letter, digit or '_' stands before it, behind it; counts where the text begins, ends with one of them. */
	bool word, word_end;
};

struct literal_index;

/* The literals must outlive the index. In the arena. */
struct literal_index *literal_index_new(struct arena *, const struct literal *literals, size_t n);
/* Calls found for every place where a literal begins; several at one place in any order. */
typedef void literal_found(void *ctx, uint32_t literal, size_t begin);
void literal_index_scan(const struct literal_index *, struct span text, literal_found *found, void *ctx);

#endif
