/*
 * Asynchronous operations (DNS, store, inspector): started by their provider's function, which returns the op. done() is called exactly once,
 * never inside start, never after cancel. The result dies after done() returns. An op is owned by its provider.
 */
#ifndef WINNOW_IO_OP_H
#define WINNOW_IO_OP_H

#include <stddef.h>

enum op_status { OP_OK, OP_FAIL, OP_DEADLINE };

typedef void op_done(void *ctx, enum op_status, const void *result);

/* First member of every provider's own operation. */
struct op {
	void (*cancel)(struct op *); /* detaches this waiter; done() is not called any more */
};

static inline void op_cancel(struct op **op_r)
{
	struct op *op = *op_r;

	*op_r = NULL;
	if (op != NULL)
		op->cancel(op);
}

#endif
