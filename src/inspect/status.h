/* The state of the inspector, on one shared page: the master writes, scanners read without locks from memory that they cannot change. */
#ifndef WINNOW_INSPECT_STATUS_H
#define WINNOW_INSPECT_STATUS_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"

enum inspect_phase {
	INSPECT_DOWN,    /* no workers: starting, or between two tries */
	INSPECT_READY,   /* signatures are in use */
	INSPECT_NO_SIGNATURES, /* workers, but no signatures configured or found */
	INSPECT_BROKEN,  /* workers, but the signatures that are there cannot be used */
};

struct inspect_status_page {
	_Atomic uint32_t phase;
	_Atomic uint64_t generation; /* of the inspector's loaders; 0: none was up yet */
	_Atomic uint64_t signatures;
};

/* Master: the page, and the descriptor to pass on, by which nobody can write. */
bool inspect_status_new(struct inspect_status_page **page_r, int *fd_r, struct err *err_r) MUST_USE;
void inspect_status_free(struct inspect_status_page **);
/* Others; NULL when it cannot be mapped. */
const struct inspect_status_page *inspect_status_map(int fd);

#endif
