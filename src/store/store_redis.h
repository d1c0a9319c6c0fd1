/*
 * Redis as the store, shared by several machines: hiredis, asynchronous, pipelined over one connection. Redis 5 or later; what must be atomic is a Lua script. No command takes longer than what it returns or deletes; every
 * key begins with the prefix and expires:
 *   PREFIXspace:N:owner:name   a value, counter or claim (N: length of the owner)
 *   PREFIXspace:N:owner        a sorted set of an owner's keys by their expiry, so that they can be deleted without looking through all
 *   PREFIXlog:NAME             a stream of records; with :once (event keys) and :next (position); 400 days after the last record all three are gone
 *
 * Servers are tried in turn, or the Sentinels are asked; a replica, or a server that has become one, is left at once. While no server is there (after the first failure) operations fail at once; it is tried again after 0.1 s,
 * then twice that, up to 10 s. A server that leaves a command unanswered until its deadline, and has said nothing since, is left as well.
 *
 * Redis acknowledges before it has copied to its replicas, and (appendfsync) perhaps before the disk: when a server is lost, what was acknowledged in its last second may be, too, and positions of a log may then be given again.
 */
#ifndef WINNOW_STORE_STORE_REDIS_H
#define WINNOW_STORE_STORE_REDIS_H

#include "store/store_settings.h"

#define STORE_REDIS_PREFIX_MAX 64

struct store_redis_options {
	struct loop *loop;
	const struct store_settings *set; /* must outlive the store */
	bool quiet;                       /* does not log; for tests */
};

/* NULL: an address that is none, or TLS where it is not possible. The connection is made behind this call; until it is or fails, operations wait.
 * The process must ignore SIGPIPE. */
struct store *store_redis_new(const struct store_redis_options *, struct err *err_r) MUST_USE;

#endif
