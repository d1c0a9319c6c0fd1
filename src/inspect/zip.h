/*
 * Zip files by their central directory (APPNOTE 6.3.9): our own reader, which sees what the headers say against each other, and unpacks stored and
 * deflated entries within bounds. Private to the readers of containers.
 */
#ifndef WINNOW_INSPECT_ZIP_H
#define WINNOW_INSPECT_ZIP_H

#include "inspect/contents_private.h"

struct zip_entry {
	struct span name;     /* as it is in the file */
	bool utf8;            /* the name is UTF-8, else code page 437 */
	bool encrypted;
	unsigned method;      /* 0 stored, 8 deflated; of AES-encrypted entries 99 */
	uint64_t packed, size; /* as the central directory says */
	uint64_t local;       /* offset of the local header */
	struct span data;     /* packed bytes, cut to what is there; empty when the local header is damaged */
};

struct zip {
	struct span file;
	struct zip_entry *v;
	size_t n;
	uint64_t entries; /* as the directory claims */
	uint64_t facts;   /* ZIP_INCONSISTENT, ZIP_OVERLAP, ZIP_PREFIX, BOMB, BROKEN, TOO_MANY */
};

/* False when no central directory is found. Entries count against the reader's limit. */
bool zip_open(struct reader *, struct span file, struct zip *zip_r);

/* The first "max" bytes of an entry that is stored or deflated, not encrypted; whole_r: that was all of it. Charges the reader. */
struct span zip_unpack(struct reader *, const struct zip_entry *, size_t max, bool *whole_r);

/* The name as UTF-8. */
struct span zip_name(struct reader *, const struct zip_entry *);

#endif
