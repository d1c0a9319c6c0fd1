/*
 * Starts: where in a line a match of a pattern may begin, by the first bytes. For patterns whose alternatives all begin with words of their own but stand behind parts that may be missing
 * ("(?:your\s)?(?:name|address|phone)"): a search tries those at every byte.
 *
 * Of a match the front parts that may be missing are left off: where there is a match at all, there is one that begins at a start. Not for patterns where that is not so (atomic groups,
 * \G, \K, verbs), nor behind an assertion.
 */
#ifndef WINNOW_SPAMASSASSIN_GATE_START_H
#define WINNOW_SPAMASSASSIN_GATE_START_H

#include "spamassassin/gate_private.h"

#define START_BYTES 4
#define START_ROWS 256

/* Classes of the first bytes of a match. It is all of the part that it was read from when it is open; else anything may be behind. */
struct start_row {
	struct bytes v[START_BYTES];
	unsigned n;
	bool open;
};

/* The one empty row, open. Closed, it says nothing: that is also what becomes of too many rows. */
struct start_rows start_rows_empty(struct arena *);
struct start_rows start_rows_byte(struct arena *, const struct bytes *);
struct start_rows start_rows_either(struct arena *, const struct start_rows *, const struct start_rows *);
struct start_rows start_rows_then(struct arena *, const struct start_rows *, const struct start_rows *);
/* What stands behind is not known. */
void start_rows_close(struct start_rows *);

/* NULL: not worth it, or nothing is known. In the arena, but for the rows. */
struct starts *starts_new(struct arena *, const struct start_rows *);

#endif
