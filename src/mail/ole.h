/*
 * Compound files (MS-CFB): the storages and streams of Outlook messages and old Office documents. Our own reader, since it works over memory without
 * copies, is bounded by the size of the file whatever its chains say, and reads what Office still reads of a damaged one. Pure.
 */
#ifndef WINNOW_MAIL_OLE_H
#define WINNOW_MAIL_OLE_H

#include "base/arena.h"

enum ole_kind { OLE_UNUSED = 0, OLE_STORAGE = 1, OLE_STREAM = 2, OLE_ROOT = 5 };

struct ole_entry {
	struct span name;  /* UTF-8; control characters as they are */
	enum ole_kind kind;
	uint32_t start;
	uint64_t size;
	uint8_t clsid[16];
	int32_t parent;    /* -1: the root, or in no storage */
	int32_t first, next; /* first child; next one of the same storage; -1: none */
};

struct ole {
	struct arena *arena;
	struct span file;
	unsigned shift;            /* of a sector */
	uint32_t *fat_sectors;     /* where the allocation table stands */
	size_t nfat;
	uint32_t *minifat_sectors;
	size_t nminifat;
	uint32_t *mini_sectors;    /* the mini stream */
	size_t nmini;
	uint32_t cutoff;           /* streams below it are in the mini stream */
	struct ole_entry *v;       /* [0]: the root */
	size_t n;
	bool broken;
	uint64_t copy_left;        /* bytes of streams that may still be copied: streams may share sectors */
	uint64_t read_left;        /* bytes of streams that may still be read: who takes attachments out of shared sectors makes much of little */
};

/* False when it is no compound file. */
bool ole_open(struct arena *, struct span file, struct ole *ole_r);

/* A child of a storage by name, without case; -1: none. */
int32_t ole_find(const struct ole *, int32_t storage, struct span name);

/* A stream's bytes, cut to what is there; without a copy where they are contiguous. */
struct span ole_stream(struct ole *, int32_t entry);

/* The stream of a storage by name; p NULL when there is none. */
struct span ole_child_stream(struct ole *, int32_t storage, struct span name);

#endif
