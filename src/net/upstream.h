/*
 * The name servers that are asked: packets out and in through c-ares, and what is known of each server's health. c-ares sends, matches answers to questions, and changes to TCP when an answer is truncated; which
 * server is asked, how often, and what an answer says is for the caller.
 *
 * A server that leaves three packets unanswered while nothing at all is heard of it is probed (the root's NS, which every server can answer at once); silent for two seconds, it is down, and is probed again after 1 s, 2 s,
 * ... 10 s. Three refused connections in a row are enough as well. Whatever it answers brings it up.
 */
#ifndef WINNOW_NET_UPSTREAM_H
#define WINNOW_NET_UPSTREAM_H

#include "net/resolver.h"

enum upstream_end {
	UPSTREAM_ANSWER,  /* packet: as it came; it dies when done() returns */
	UPSTREAM_TIMEOUT,
	UPSTREAM_ERROR,   /* connection refused, no route, broken TCP connection */
};

struct attempt;
typedef void upstream_done(void *ctx, struct attempt *, enum upstream_end, struct span packet);

struct upstream_options {
	const struct dns_servers *servers;
	int64_t timeout_us; /* of a packet: answers that come later are lost */
	int64_t slow_us;    /* a server that takes longer is asked last for a while */
	bool quiet;
	/* Called when the last server goes down: may be inside of upstream_send. */
	void (*all_down)(void *ctx);
	/* Around what comes of one event of the loop. done() is called in between, or, for UPSTREAM_ERROR alone, inside of upstream_send for another attempt. */
	void (*begun)(void *ctx);
	void (*settled)(void *ctx);
	void *ctx;
};

struct upstream;

struct upstream *upstream_new(struct loop *, const struct upstream_options *);
/* Attempts under way end without done(). */
void upstream_free(struct upstream **);

/* The best server that is up and not excluded (bit masks by number); among equals one that is not tried yet, in the configured order. -1: none. */
int upstream_pick(const struct upstream *, uint32_t excluded, uint32_t tried);
bool upstream_any_up(const struct upstream *);

/* Sends the packet with a random identifier (its first two bytes are changed). done() is called once, never inside of this call for this attempt. NULL: could not be sent. */
struct attempt *upstream_send(struct upstream *, unsigned server, uint8_t *packet, size_t len, upstream_done *, void *ctx);
unsigned attempt_server(const struct attempt *);
/* done() is not called any more; a late answer still tells about the server. */
void attempt_forget(struct attempt **);
/* Not answered in the time one expects; told once for each attempt. */
void attempt_overdue(struct attempt *);
/* The server gave no usable answer. */
void upstream_failed(struct upstream *, unsigned server);

/* Whether any server has been heard of since. */
bool upstream_heard_since(const struct upstream *, int64_t mono_us);

bool upstream_counters(const struct upstream *, size_t server, struct dns_server_counters *counters_r);

#endif
