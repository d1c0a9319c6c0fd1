/*
 * Answers another process's requests (store_remote.h) from a store of our own. One for each client.
 *
 * The client is not trusted: what is malformed, beyond the limits, of a verb it may not use, or more than STORE_WIRE_WINDOW questions at once is its end: gone() is called from the loop, and the owner frees the server and
 * kills the client. Operations of a client that is gone are cancelled.
 */
#ifndef WINNOW_STORE_STORE_SERVE_H
#define WINNOW_STORE_STORE_SERVE_H

#include "io/imsg.h"
#include "store/store.h"

#define STORE_ALLOW(verb) (1u << (verb))
#define STORE_ALLOW_ALL (STORE_ALLOW(STORE_VERBS) - 1)
/* What scanners need: they neither read logs nor delete from them, nor forget what belongs to users. */
#define STORE_ALLOW_SCANNER (STORE_ALLOW(STORE_GET) | STORE_ALLOW(STORE_PUT) | STORE_ALLOW(STORE_DELETE) | STORE_ALLOW(STORE_COUNT) | STORE_ALLOW(STORE_CLAIM) | STORE_ALLOW(STORE_APPEND))

struct store_server;

/* fd: one end of an imsg_pair(); taken over. verbs: STORE_ALLOW... The store must outlive the server. */
struct store_server *store_serve(struct loop *, int fd, struct store *, uint32_t verbs, imsg_gone *gone, void *ctx);
void store_server_free(struct store_server **);

#endif
