/* Deflate within the bounds of a reader. Private to the readers of containers. */
#ifndef WINNOW_INSPECT_INFLATE_H
#define WINNOW_INSPECT_INFLATE_H

#include "inspect/contents_private.h"

enum inflate_form { INFLATE_RAW, INFLATE_ZLIB };

/*
 * At most "max" bytes and what the reader has left, which is charged. hint: the size expected, 0 when unknown. whole_r (may be NULL): the end of
 * the data was reached. Damage gives what stood before it.
 */
struct span contents_inflate(struct reader *, enum inflate_form, struct span data, size_t hint, size_t max, bool *whole_r);

#endif
