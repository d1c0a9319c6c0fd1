/*
 * The bytes of one accepted connection: a bufferevent (so that TLS is another constructor) with two short cuts for plain sockets. What does not fit in the
 * bufferevent's first read is read straight into the caller's memory, and a reply is sent at once, so that a kept-alive connection costs no epoll change and
 * no copy. One timer, armed lazily: moving the deadline later costs nothing.
 *
 * No handler runs inside any function of this file. Inside a handler everything is allowed, stream_close() too (then the stream must not be touched again).
 */
#ifndef WINNOW_PROTO_STREAM_H
#define WINNOW_PROTO_STREAM_H

#include "base/span.h"
#include "io/loop.h"

struct bufferevent;

enum stream_end {
	STREAM_EOF,   /* the peer sends no more; it may still read */
	STREAM_ERROR, /* the connection is gone */
};

struct stream_handler {
	void (*readable)(void *ctx);
	void (*expired)(void *ctx);                       /* the time of stream_expect() has come; none is set any more */
	void (*ended)(void *ctx, enum stream_end, const char *why);
	void (*flushed)(void *ctx);                       /* what stream_write() could not send at once is out now */
};

struct stream {
	struct bufferevent *bev;
	struct loop *loop;
	struct timer timer;
	int64_t due_us;   /* 0: none */
	int64_t armed_us; /* when the timer fires; 0: not armed */
	const struct stream_handler *on;
	void *ctx;
	size_t budget;    /* bytes that this turn of the loop may still read past the bufferevent */
	bool plain, tcp;
};

/* fd: connected, non-blocking; closed by stream_close(). */
void stream_open(struct stream *, struct loop *, int fd, const struct stream_handler *, void *ctx);
void stream_close(struct stream *);

/* Moves up to n bytes to p; 0: nothing more in this turn. */
size_t stream_read(struct stream *, char *p, size_t n);
/* Queues all pieces as one write. True when everything has already gone; else flushed() tells. */
bool stream_write(struct stream *, const struct span *pieces, size_t n);
bool stream_is_flushed(const struct stream *);
/* Bytes that wait to be sent: what a peer that does not read costs. */
size_t stream_pending(const struct stream *);
/*
 * Acknowledges what was read at once. A peer that writes several pieces without waiting for a reply (and leaves Nagle's algorithm on, as MTAs do) else stands
 * still until the kernel's delayed acknowledgement: 40 ms. To be called when input was read and nothing is to be said yet.
 */
void stream_acknowledge(struct stream *);
/* No more will be written: the peer sees the end of our side once everything is out (call only then). */
void stream_shutdown(struct stream *);

/* expired() is called once, after_us from now; replaces what was set. 0: never. */
void stream_expect(struct stream *, int64_t after_us);

#endif
