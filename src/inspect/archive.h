/* Archives by libarchive. Private to the readers of containers. */
#ifndef WINNOW_INSPECT_ARCHIVE_H
#define WINNOW_INSPECT_ARCHIVE_H

#include "inspect/contents_private.h"

/*
 * Encrypted entries and those in rare compressions of a zip whose entries are items already: tries the candidate passwords, unpacks what it can, and
 * looks into it.
 */
void archive_unpack_zip(struct reader *, int32_t item);

/* Adds the entries that a reader finds which goes by local headers, from the front up to the first directory. */
void archive_walk_zip(struct reader *, int32_t item);

#endif
