/*
 * Symbols: the names of what checks and rules find. Each belongs to an evidence group, whose sum is capped, so that one feature seen three ways is
 * not three times the evidence. Checks declare theirs in a table; the engine gives them numbers.
 */
#ifndef WINNOW_SCAN_SYMBOL_H
#define WINNOW_SCAN_SYMBOL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "scan/action.h"

struct symbol {
	const char *name;  /* UPPER_CASE */
	const char *group; /* "content", "auth", "lists", "learned", ...; "policy": never capped, no evidence */
	score_t score;     /* default weight */
	const char *doc;   /* one sentence for administrators */
	enum action force; /* forces at least this action whatever the score; ACTION_NONE: forces nothing */
};

struct group {
	struct span name;
	score_t cap;   /* of the absolute value of the group's sum; 0: no cap */
	bool evidence; /* counts as a kind of evidence for rejecting by score */
};

#define SYMBOL_GROUPS_MAX 64
#define SYMBOLS_MAX 65535

/* All symbols and groups of an engine; immutable once the engine is built. Lives in an arena. */
struct symbol_table {
	struct arena *arena;
	const struct symbol **v;
	size_t n, cap;
	uint8_t *group_of; /* index into groups, per symbol */
	size_t n_group_of, cap_group_of;
	uint8_t *force_of; /* enum action per symbol: its own, or as the settings of its check have it */
	size_t n_force_of, cap_force_of;
	struct group groups[SYMBOL_GROUPS_MAX];
	size_t ngroups;
	struct map by_name; /* index + 1, as a pointer-sized number */
};

void symbol_table_init(struct symbol_table *, struct arena *);
/* Adds a symbol with its group (made on first use, without cap). False: the name is taken, or too many groups or symbols. The symbol must outlive the table. */
bool symbol_add(struct symbol_table *, const struct symbol *, struct err *err_r) MUST_USE;
/* Index by name, -1 when unknown. */
int symbol_find(const struct symbol_table *, struct span name);
/* The known name nearest to a misspelt one, NULL when none is near. */
const char *symbol_nearest(const struct symbol_table *, struct span name);
/* Index of a group, made when new; -1 when there are too many. */
int symbol_group(struct symbol_table *, struct span name);

#endif
