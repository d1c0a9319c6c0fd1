/*
 * The poison table: fingerprints of messages that killed scanners, and how often. The master alone may write; the others read it without locks
 * from memory that they cannot change.
 */
#ifndef WINNOW_PROC_POISON_H
#define WINNOW_PROC_POISON_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/span.h"

#define POISON_SLOTS 1024 /* a power of two */
#define POISON_REACH 8    /* places where a fingerprint may stand */

struct poison_entry {
	_Atomic uint64_t message; /* 0: free */
	_Atomic uint32_t count;
	_Atomic uint32_t when;    /* seconds since 1970, of the last death */
};

struct poison {
	struct poison_entry entries[POISON_SLOTS];
};

/* Master: an empty table, and the descriptor to pass on, by which nobody can write. */
bool poison_new(struct poison **table_r, int *fd_r, struct err *err_r) MUST_USE;
void poison_free(struct poison **);
/* Master: one more death. Returns the new count. When all places are taken, the one whose last death is longest ago goes. */
uint32_t poison_blame(struct poison *, uint64_t message, uint32_t when);

/* Others; NULL when it cannot be mapped. */
const struct poison *poison_map(int fd);
uint32_t poison_count(const struct poison *, uint64_t message);

#endif
