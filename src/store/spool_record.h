/* A record of the spool's file: a head with a magic word, lengths and checksums, then key and bytes. Pure. */
#ifndef WINNOW_STORE_SPOOL_RECORD_H
#define WINNOW_STORE_SPOOL_RECORD_H

#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

#define SPOOL_HEAD 20
#define SPOOL_RECORD_MAX (SPOOL_HEAD + STORE_NAME_MAX + STORE_VALUE_MAX)

struct spool_record {
	enum store_log log;
	struct span key, bytes;
};

void spool_record_write(const struct spool_record *, struct buf *out);
/*
 * The first record in the bytes. end: nothing follows them. used_r: what may be forgotten with it; skipped_r: how much of that is no record (a write that was cut off, a broken disk). False: there is none yet, or, at the end,
 * none any more; what was found to be no record is in used_r and skipped_r all the same. Linear: a head has a checksum of its own.
 */
bool spool_record_read(struct span bytes, bool end, struct spool_record *record_r, size_t *used_r, size_t *skipped_r) MUST_USE;

#endif
