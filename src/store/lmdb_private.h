/*
 * What the files of the embedded store share. Databases within the file:
 *   meta    "format" -> text; 'p' + log -> its next position, 8 bytes
 *   values  space, length of owner (1 byte each), owner, name -> time of expiry (8 bytes, microseconds of the wall clock), bytes
 *   expiry  time of expiry (8 bytes), key as in values -> nothing
 *   logs    log (1 byte), position (8 bytes) -> length of key (1 byte), key, bytes
 *   events  log (1 byte), key -> position (8 bytes)
 * Numbers are big endian.
 */
#ifndef WINNOW_STORE_LMDB_PRIVATE_H
#define WINNOW_STORE_LMDB_PRIVATE_H

#include <lmdb.h>

#include "base/arena.h"
#include "store/store_lmdb.h"
#include "store/store_op.h"

#define LMDB_KEY_MAX (2 + STORE_OWNER_MAX + STORE_NAME_MAX)

struct lmdb_tables {
	MDB_dbi meta, values, expiry, logs, events;
};

/* One transaction's view. */
struct lmdb_view {
	MDB_txn *txn;
	const struct lmdb_tables *t;
	int64_t now_us;
};

/*
 * Does what is asked within the transaction, in bounded time. 0, or LMDB's error: then nothing of the transaction may be committed. What the answer points to lives as long as the transaction, records in the arena (RANGE alone).
 */
int lmdb_do(const struct lmdb_view *, const struct store_request *, struct arena *, struct store_answer *answer_r) MUST_USE;
/* Deletes at most max expired keys. */
int lmdb_sweep(const struct lmdb_view *, unsigned max, unsigned *swept_r) MUST_USE;

static inline void lmdb_put64(unsigned char *p, uint64_t v)
{
	for (unsigned i = 0; i < 8; i++)
		p[i] = (unsigned char)(v >> (56 - 8 * i));
}

static inline uint64_t lmdb_get64(const void *from)
{
	const unsigned char *p = from;
	uint64_t v = 0;

	for (unsigned i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

#endif
