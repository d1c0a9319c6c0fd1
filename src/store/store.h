/*
 * What outlives a process and is shared between processes: values with expiry, counters, claims, logs. One contract for all: LMDB in the controller (store_lmdb.h), the same asked over a socket by the other processes
 * (store_remote.h, store_serve.h), Redis shared by several machines (store_redis.h), and a spool in front of any of them (store_spool.h).
 *
 * Every operation is asynchronous (io/op.h): done(ctx, status, const struct store_answer *) is called exactly once, never inside the call that starts it, never after op_cancel(). The answer dies when done() returns.
 *   OP_OK: the answer; what was written is durable (embedded: synced to the disk; Redis: as durable as the server is configured).
 *   OP_FAIL: the store is unavailable or full (answer NULL). OP_DEADLINE: no answer in time (answer NULL).
 * After OP_FAIL, OP_DEADLINE and op_cancel() of a write, nobody knows whether it happened.
 * done may be NULL where nobody wants to know. Operations may be started and cancelled inside done(); the store must not be freed there. Two operations under way at once may happen in any order.
 *
 * Keys: a space (a fixed list, below), an owner (whose personal data it is: the address in lower case; empty: nobody's), a name. A name stands for one kind of thing: a value, a counter or a claim.
 * Everything that belongs to an owner in a space can be deleted (store_forget). Everything expires: nothing grows for ever.
 */
#ifndef WINNOW_STORE_STORE_H
#define WINNOW_STORE_STORE_H

#include "base/span.h"
#include "io/op.h"

#define STORE_OWNER_MAX 254
#define STORE_NAME_MAX 200                /* at least 1 */
#define STORE_VALUE_MAX 65536             /* of a value, of a log's record */
#define STORE_RANGE_MAX 1000              /* records, or things deleted, by one operation */
#define STORE_RANGE_BYTES (1u << 20)      /* records of one answer; the first comes in any case */
#define STORE_EXPIRY_MIN_US 1000
#define STORE_EXPIRY_MAX_US (400LL * 86400 * 1000000)
#define STORE_COUNT_MAX (1LL << 50)       /* counters stop there */
#define STORE_DEADLINE_US 5000000         /* where none is given */

/* Numbers are stored: they never change. Number, constant, name. */
#define STORE_SPACES(X) \
	X(1, NODE, "node")                   /* state of machines and processes */ \
	X(2, SCAN, "scan")                   /* what was scanned, by log ID */ \
	X(3, REPORTER, "reporter")           /* trust in who reports */ \
	X(4, QUOTA, "quota")                 /* how much somebody did */ \
	X(5, ANSWERED, "answered")           /* who was answered */ \
	X(6, CORRESPONDENT, "correspondent") /* who writes with whom */ \
	X(7, FUZZY, "fuzzy")                 /* hashes of reported mail */ \
	X(8, GREY, "grey")                   /* greylisting */ \
	X(9, RATE, "rate")                   /* rate limits */ \
	X(10, REPUTATION, "reputation") \
	X(11, USER, "user")                  /* what users set */ \
	X(12, RULE, "rule")                  /* what rules keep */ \
	X(13, HELD, "held")                  /* held mail */

#define STORE_LOGS(X) \
	X(1, LEARN, "learn")     /* learning events */ \
	X(2, AUDIT, "audit")     /* who changed what */ \
	X(3, HISTORY, "history") /* verdicts */

enum store_space {
#define X(number, constant, name) STORE_##constant = (number),
	STORE_SPACES(X)
#undef X
};

enum store_log {
#define X(number, constant, name) STORE_LOG_##constant = (number),
	STORE_LOGS(X)
#undef X
};

/* NULL: there is no such. */
const char *store_space_name(unsigned space);
const char *store_log_name(unsigned log);

struct store_key {
	enum store_space space;
	struct span owner, name;
};

enum store_verb { STORE_GET, STORE_PUT, STORE_DELETE, STORE_COUNT, STORE_CLAIM, STORE_FORGET, STORE_APPEND, STORE_RANGE, STORE_TRIM, STORE_REMOVE, STORE_VERBS };

/* What is asked; each verb uses its own (the functions below). */
struct store_request {
	enum store_verb verb;
	struct store_key key;  /* APPEND: the name, if any, is the event's key */
	enum store_log log;
	struct span value;
	int64_t time_us;       /* expiry, window */
	uint64_t number;       /* COUNT: added; RANGE, TRIM, REMOVE: the position */
	uint32_t max;
};

struct store_record {
	uint64_t position;
	struct span key; /* as given to append_once, else empty */
	struct span bytes;
};

struct store_answer {
	bool yes;                      /* GET, DELETE, REMOVE: it was there; CLAIM: we are the first; APPEND: appended now; PUT: true */
	bool more;                     /* RANGE, TRIM, FORGET: there is more, ask again */
	uint64_t number;               /* COUNT: the count; APPEND: the position; TRIM, FORGET: how many were deleted */
	struct span value;             /* GET */
	const struct store_record *v;  /* RANGE */
	size_t n;
};

/* First member of every store. */
struct store {
	struct op *(*start)(struct store *, const struct store_request *, int64_t deadline_us, op_done *done, void *ctx);
	void (*free)(struct store *);
};

/* Whether the request keeps to the limits; what comes from another process is asked this first. */
bool store_request_valid(const struct store_request *);
/* Starts any request (its bytes are copied). It must be valid. deadline_us: from now; 0: STORE_DEADLINE_US. Never NULL. */
struct op *store_start(struct store *, const struct store_request *, int64_t deadline_us, op_done *done, void *ctx);
/* Operations under way are cancelled. NULL is accepted. */
void store_free(struct store **);

static inline struct op *store_get(struct store *s, struct store_key key, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_GET, .key = key }, deadline_us, done, ctx);
}

/* Writes or replaces; it is gone expiry_us from now. */
static inline struct op *store_put(struct store *s, struct store_key key, struct span value, int64_t expiry_us, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_PUT, .key = key, .value = value, .time_us = expiry_us }, deadline_us, done, ctx);
}

static inline struct op *store_delete(struct store *s, struct store_key key, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_DELETE, .key = key }, deadline_us, done, ctx);
}

/*
 * Adds n (0: just asks) and answers the count of the sliding window that ends now. Two buckets: what was counted in this window of the clock, and of what was counted in the one before the share that the sliding window still
 * covers. So there is no moment at which all is forgotten (twice the limit could pass around it), and the memory is constant; the error is that the counts of the bucket before are taken as evenly spread.
 */
static inline struct op *store_count(struct store *s, struct store_key key, uint64_t n, int64_t window_us, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_COUNT, .key = key, .number = n, .time_us = window_us }, deadline_us, done, ctx);
}

/* yes for the first who asks, until it expires. */
static inline struct op *store_claim(struct store *s, struct store_key key, int64_t expiry_us, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_CLAIM, .key = key, .time_us = expiry_us }, deadline_us, done, ctx);
}

/* Deletes up to max (at most STORE_RANGE_MAX) of the owner's keys in a space. The owner must not be empty. */
static inline struct op *store_forget(struct store *s, enum store_space space, struct span owner, uint32_t max, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_FORGET, .key = { .space = space, .owner = owner }, .max = max }, deadline_us, done, ctx);
}

/*
 * Logs. Positions grow from 1, are never used twice, and may have gaps. append_once appends unless the log holds a record of that key (1 to STORE_NAME_MAX bytes): then the answer is !yes and the position of that record.
 * Key and record are written together or not at all; the key is forgotten with the record.
 */
static inline struct op *store_append(struct store *s, enum store_log log, struct span record, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_APPEND, .log = log, .value = record }, deadline_us, done, ctx);
}

static inline struct op *store_append_once(struct store *s, enum store_log log, struct span key, struct span record, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_APPEND, .log = log, .key = { .name = key }, .value = record }, deadline_us, done, ctx);
}

/* Records from a position on, in order, at most max. */
static inline struct op *store_range(struct store *s, enum store_log log, uint64_t from, uint32_t max, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_RANGE, .log = log, .number = from, .max = max }, deadline_us, done, ctx);
}

/* Deletes records before a position, at most max of them. */
static inline struct op *store_trim(struct store *s, enum store_log log, uint64_t before, uint32_t max, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_TRIM, .log = log, .number = before, .max = max }, deadline_us, done, ctx);
}

/* Deletes one record (personal data of somebody who asked for it). */
static inline struct op *store_remove(struct store *s, enum store_log log, uint64_t position, int64_t deadline_us, op_done *done, void *ctx)
{
	return store_start(s, &(struct store_request){ .verb = STORE_REMOVE, .log = log, .number = position }, deadline_us, done, ctx);
}

#endif
