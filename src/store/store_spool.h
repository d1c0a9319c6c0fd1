/*
 * A store that loses no event: what cannot be appended once (store_append_once) to the store behind it, because that is gone, full or does not answer in time, is written to a file of this machine, synced, and then
 * acknowledged: OP_OK, yes, with position 0 (it has none yet). As soon as the store behind answers again it is appended there; as that happens once for each key, nothing is applied twice, whatever crashes in between.
 * All other operations go straight through. The file is bounded; beyond that the event fails.
 */
#ifndef WINNOW_STORE_STORE_SPOOL_H
#define WINNOW_STORE_STORE_SPOOL_H

#include "base/err.h"
#include "io/loop.h"
#include "store/store.h"

struct store_spool_options {
	struct loop *loop;
	const char *path; /* of the file, for this process alone */
	int64_t max;      /* bytes */
	bool quiet;       /* does not log; for tests */
};

/* Takes the store behind, unless it fails (NULL: the file cannot be opened, or another process has it). */
struct store *store_spool_new(const struct store_spool_options *, struct store *behind, struct err *err_r) MUST_USE;
/* Bytes that wait to be handed over. */
uint64_t store_spool_waiting(const struct store *);

#endif
