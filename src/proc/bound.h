/*
 * The listening sockets of the master: bound once, handed to every generation that asks for the same address, closed when the last that used it has
 * been replaced. So a reload refuses no connection.
 */
#ifndef WINNOW_PROC_BOUND_H
#define WINNOW_PROC_BOUND_H

#include "base/err.h"
#include "base/span.h"

#define BOUND_MAX 64

struct bound {
	struct {
		char address[128];
		char path[108]; /* of a unix socket, to be removed in the end; else "" */
		uint64_t inode; /* of that path: what another process put there stays */
		int fd;         /* -1: free */
	} v[BOUND_MAX];
};

void bound_init(struct bound *);
/* The socket of the address, bound now if it was not yet; mode: permission of a unix socket. Returns its index, -1 on error. The descriptor stays here. */
int bound_get(struct bound *, const char *address, int mode, struct err *err_r) MUST_USE;
/* Closes, and removes from the file system, all but those marked. */
void bound_sweep(struct bound *, const bool keep[static BOUND_MAX]);
void bound_close(struct bound *);

#endif
