/* What the inspector found inside of a message's files: facts and names, for the checks that come after "inspection". */
#ifndef WINNOW_CHECKS_CONTAINED_H
#define WINNOW_CHECKS_CONTAINED_H

#include "checks/inspection.h"

/* A symbol (index) for a fact. */
struct contained_symbol {
	unsigned symbol;
	enum content_fact fact;
};

/* Adds the hit of each row whose fact any file of the message has, once; the evidence is the file, and the entry in it that the fact is of. */
void contained_hit_facts(struct task *, const struct contained_symbol *rows, size_t n);

/* Called for each item below a file's own; false ends the walk. */
typedef bool contained_seen(struct task *, const struct inspection *, const struct content_item *);
void contained_each(struct task *, contained_seen *);

/* "invoice.zip: invoice.exe". */
struct span contained_label(struct task *, const struct inspection *, const struct content_item *);

/* Whether an item is an entry of an archive, directly. */
bool contained_in_archive(const struct contents *, const struct content_item *);

extern const char *const contained_after[]; /* for .after */

#endif
