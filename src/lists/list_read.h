/*
 * List files: Lua tables become definitions of lists (docs/lists.md). Errors name file, line, key and what is near. Scripts see what vm/vm.h lists, and list; globals cannot be
 * assigned.
 */
#ifndef WINNOW_LISTS_LIST_READ_H
#define WINNOW_LISTS_LIST_READ_H

#include "base/map.h"
#include "lists/list_def.h"

#define LIST_NAME_MAX 48
#define LIST_SYMBOL_MAX 64
#define LIST_SCORE_MAX 1000000 /* thousandths, either sign */
#define LIST_CODES_MAX 256     /* of one list */

struct list_reader {
	struct arena *arena;
	struct list_def **v;         /* in order of the files; those of the administrator first */
	size_t n, cap;
	struct map by_name;
	/* Of the file being read. */
	const char *file;
	struct span text;
	bool shipped;
	bool failed;                 /* the first error counts, even when a pcall swallowed it */
	struct err err;
	const char *pending;         /* list "NAME" that has not got its table yet */
};

void list_reader_init(struct list_reader *, struct arena *);
/* Reads one file's text; a definition of the administrator replaces the shipped one of the same name: his files come first. */
bool list_reader_add(struct list_reader *, const char *file, struct span text, bool shipped, struct err *err_r) MUST_USE;
/* The known name nearest to a misspelt one, NULL when none is near. */
const char *list_reader_nearest(const struct list_reader *, struct span name);

#endif
