/*
 * Messages between our own processes: SOCK_SEQPACKET pairs, fixed structs, descriptors by SCM_RIGHTS; what is large travels as a sealed memfd.
 *
 * Each process has one table: a row per message type it accepts, with the roles that may send it, the lengths, the number of descriptors, and the
 * handler. What does not fit its row exactly, or that the handler refuses, is the end of the peer: gone() is called and the owner kills it. Sending
 * never blocks: a peer that does not read until the socket's buffer is full is at its end too. Descriptors that nobody took are closed.
 */
#ifndef WINNOW_IO_IMSG_H
#define WINNOW_IO_IMSG_H

#include "base/err.h"
#include "base/span.h"
#include "io/loop.h"

#define IMSG_BODY_MAX 8192
#define IMSG_FDS_MAX 8

struct imsg {
	uint16_t type, nfd;
	uint32_t id;  /* a reply carries its question's */
	uint32_t len; /* of the body */
};

struct imsg_row {
	uint16_t type, nfd;
	uint32_t from_roles; /* bits: who may send it */
	uint32_t min, max;   /* length of the body; max at most IMSG_BODY_MAX */
	/* body is aligned for any struct. fds: nfd of them; the handler sets to -1 what it takes. It may close the peer. False: kill the peer. */
	bool (*handle)(void *ctx, const struct imsg *, const void *body, int *fds);
};

enum imsg_end {
	IMSG_CLOSED, /* end of file: the peer has gone */
	IMSG_BAD,    /* malformed, not allowed, or refused by its handler */
	IMSG_FULL,   /* it does not read */
};
const char *imsg_end_name(enum imsg_end);

/* Called from the loop, once; the peer is dead then and must be closed by its owner. */
typedef void imsg_gone(void *ctx, enum imsg_end why);

struct imsg_peer;
/* Two connected ends, close-on-exec, non-blocking. False: no descriptors left. */
bool imsg_pair(int fds_r[2]) MUST_USE;
/* Takes fd. rows: ended by handle == NULL; role: one bit, what the peer is. */
struct imsg_peer *imsg_open(struct loop *, int fd, uint32_t role, const struct imsg_row *rows, imsg_gone *gone, void *ctx);
/* Closes the descriptor; no callback follows. */
void imsg_close(struct imsg_peer **);

/* The descriptors stay the caller's. False: the peer is at its end (gone() follows from the loop). */
bool imsg_send(struct imsg_peer *, uint16_t type, uint32_t id, const void *body, size_t len);
bool imsg_send_fds(struct imsg_peer *, uint16_t type, uint32_t id, const void *body, size_t len, const int *fds, unsigned nfd);

/* A body as text, without assuming an end. */
static inline struct span imsg_text(const struct imsg *m, const void *body)
{
	return span_make(body, m->len);
}

#endif
