/*
 * The service: what every protocol of one scanner process shares: loop, engine, admission, the list of open connections. And the one way from a
 * finished transaction to a reply: service_submit(). The protocols (milter.c, http.c) differ only in how they read and how they answer.
 */
#ifndef WINNOW_PROTO_SERVICE_H
#define WINNOW_PROTO_SERVICE_H

#include "io/listener.h"
#include "io/loop.h"
#include "proto/reduce.h"
#include "scan/engine.h"

/* An open connection, embedded first in the protocol's own. */
struct conn {
	struct conn *next, *prev;
	struct service *service;
	bool busy;                       /* a transaction is under way */
	bool in_session;                 /* the peer counts on this connection for its next message too: draining waits for its end */
	uint64_t bytes;                  /* of the message it holds */
	void (*close)(struct conn *);    /* at once, whatever it does */
};

struct service {
	struct loop *loop;                /* of services */
	const struct services *services;
	const struct engine *engine;
	const struct reduce_settings *reduce;
	const struct sealer *sealer;      /* proto/seal.h; NULL: nothing is signed */
	struct conn *conns;              /* list head, NULL: none */
	size_t nconns;
	size_t in_flight;                /* messages being received or scanned */
	uint64_t bytes_in_flight;
	bool draining;                   /* no new transactions: idle connections close, busy ones after their reply */
	void (*drained)(void *ctx);      /* called (from the loop) when draining and the last connection has gone */
	void *drained_ctx;
	void (*pressure)(void *ctx, bool on); /* admission: too much in flight, pause (resume) the listeners */
	void *pressure_ctx;
	bool under_pressure;
	struct timer drain_timer;
	int64_t drain_grace_us;
	bool drain_closing;              /* idle connections have been closed */
};

/* services: outlives the service. */
void service_init(struct service *, const struct services *, const struct engine *, const struct reduce_settings *);
/* Idle connections close after half a second (a request may be on its way), the others when their transaction ends, all of them after grace_us. */
void service_drain(struct service *, int64_t grace_us);
/* Closes everything at once. */
void service_close(struct service *);

void conn_add(struct service *, struct conn *);
void conn_remove(struct conn *);
/* A connection starts to hold a message, of no bytes at first; it grows; it ends. busy and bytes are kept here. conn_message_grow
 * returns false when the process holds twice what scan.max_bytes_in_flight allows (paused listeners do not stop connections that are open): the caller gives up
 * the message and closes, so that the peer tries again. conn_message_end returns true when the
 * service is draining: the caller closes the connection once its reply is out. conn_remove ends what is under way. */
void conn_message_begin(struct conn *);
bool conn_message_grow(struct conn *, size_t bytes) MUST_USE;
bool conn_message_end(struct conn *);

/* One transaction's way to its reply. */
struct submission;

struct outcome {
	const struct scan *scan;        /* NULL: not scanned (it killed a scanner twice: held, or deferred) */
	const struct wish *wishes;      /* one per recipient; at least one (with an empty address) even when no recipient is known */
	size_t nwishes;
	const struct score **scores;    /* one per wish; NULL when not scanned */
	struct reply reply;
	const struct profile *profile;  /* of the first recipient: thresholds to show */
};

typedef void submit_done(void *ctx, const struct outcome *);

/*
 * tx: complete, with raw, in its own arena; id and dir are filled in here (dir from the client and by_smtp). done is called exactly once, never inside, never
 * after submission_cancel. The outcome lives in the transaction's arena. Logs the one line per message. recv_us: how long receiving took, for the log.
 */
struct submission *service_submit(struct service *, struct transaction *tx, bool by_smtp, unsigned caps, int64_t recv_us, submit_done *done, void *ctx);
void submission_cancel(struct submission **);

/* A fresh log ID: 13 characters of Crockford's base 32, time first, so that they sort. */
void log_id_make(char id_r[static 16]);

#endif
