/*
 * The embedded store: one LMDB file. Only the controller opens it (a lock on PATH.lock sees to that); the others ask over a socket (store_serve.h).
 *
 * Writes are collected for two milliseconds, or until there are 1,000 of them or 4 MiB, and become one transaction; they are answered when it has been synced to the disk. A process killed at any point leaves the state after
 * some whole transaction, which holds at least all that was acknowledged. Reads see what was committed. The loop stands still while the disk syncs.
 *
 * The size is bounded: when more of it is in use than configured, writes that would make it larger fail (and the log says so), while deleting goes on; a quarter more is kept for that. What has expired is deleted in
 * small steps. Errors of the disk fail what was under way; after one that leaves the file in doubt it is opened anew.
 */
#ifndef WINNOW_STORE_STORE_LMDB_H
#define WINNOW_STORE_STORE_LMDB_H

#include "base/err.h"
#include "io/loop.h"
#include "store/store.h"

#define STORE_LMDB_SIZE_MIN (1LL << 20)

struct store_lmdb_options {
	struct loop *loop;
	const char *path;         /* of the file; its folder must exist; copied */
	int64_t size;             /* bytes, at least STORE_LMDB_SIZE_MIN; may change from start to start */
	int64_t (*wall_us)(void); /* NULL: clock_wall_us; for tests */
	bool quiet;               /* does not log; for tests */
};

/* NULL: it cannot be opened, is open elsewhere, is no such file, or was written by another version (it is not touched then). */
struct store *store_lmdb_open(const struct store_lmdb_options *, struct err *err_r) MUST_USE;

struct store_lmdb_stats {
	uint64_t size, used;             /* bytes; used is counted once a second at most */
	uint64_t keys, records;          /* of all spaces, of all logs */
	uint64_t commits, writes, reads; /* since it was opened */
	bool full;
};
void store_lmdb_stats(struct store *, struct store_lmdb_stats *stats_r);

#endif
