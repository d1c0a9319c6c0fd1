/* What the stores share: operations in lists, copies of requests. */
#ifndef WINNOW_STORE_STORE_OP_H
#define WINNOW_STORE_STORE_OP_H

#include "store/store.h"

struct store_op;

struct store_ops {
	struct store_op *first, *last;
	size_t n;
};

/* First member of every store's own operation. */
struct store_op {
	struct op op;
	struct store_op *prev, *next;
	struct store_ops *list;    /* which it is in */
	op_done *done;             /* NULL: nobody waits any more */
	void *ctx;
	int64_t deadline_us;       /* by clock_mono_us() */
	struct store_request what; /* its bytes belong to the operation */
};

void store_ops_add(struct store_ops *, struct store_op *);
/* From its list, if it is in one. */
void store_op_unlink(struct store_op *);
/* The first, unlinked; NULL: none. */
struct store_op *store_ops_take(struct store_ops *);
/* Puts all behind those of to. */
void store_ops_move(struct store_ops *to, struct store_ops *from);

/* size bytes, zeroed, begun by a store_op, with a copy of the request; freed by free(). deadline_us as in store_start(). */
void *store_op_new(size_t size, const struct store_request *, int64_t deadline_us, op_done *done, void *ctx);

/* Whether the verb only reads; whether it makes the store larger. */
static inline bool store_verb_reads(enum store_verb verb)
{
	return verb == STORE_GET || verb == STORE_RANGE;
}

static inline bool store_verb_grows(enum store_verb verb)
{
	return verb == STORE_PUT || verb == STORE_COUNT || verb == STORE_CLAIM || verb == STORE_APPEND;
}

#endif
