/*
 * A store that another process has (store_serve.h), asked over a socket. At most STORE_WIRE_WINDOW questions are under way, others wait their turn (10,000 of them, 16 MiB; what comes beyond fails).
 *
 * When the other process is gone, what is under way or waits ends as OP_FAIL, and so does at once what is started until the owner has brought a new socket (store_remote_attach()). lost() tells him so, once for each socket.
 */
#ifndef WINNOW_STORE_STORE_REMOTE_H
#define WINNOW_STORE_STORE_REMOTE_H

#include "io/imsg.h"
#include "store/store.h"

/* Called from the loop. IMSG_BAD: the other sent what is no answer. store_remote_attach() may be called in it. */
typedef void store_lost(void *ctx, enum imsg_end why);

/* fd: one end of an imsg_pair(), taken over; -1: none yet. lost may be NULL. */
struct store *store_remote_new(struct loop *, int fd, store_lost *lost, void *ctx);
/* Another socket; the one there was, if any, is given up with all that is under way on it. */
void store_remote_attach(struct store *, int fd);
bool store_remote_attached(const struct store *);

#endif
