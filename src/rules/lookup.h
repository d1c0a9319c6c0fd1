/*
 * Look-ups that a function rule waits for: "dns.txt(name)" returns as if it had been a plain call; the scheduler goes on with the others meanwhile. Who offers one (DNS, store, HTTP)
 * registers it with functions_lookup().
 */
#ifndef WINNOW_RULES_LOOKUP_H
#define WINNOW_RULES_LOOKUP_H

#include <lua.h>

#include "io/op.h"
#include "scan/check.h"

struct lookup {
	const char *table;  /* global table, "dns" */
	const char *name;   /* its function, "txt" */
	size_t query_size;  /* bytes of what read fills */
	/* Reads the arguments from L's stack; luaL_check* errors are the rule's. The query is zeroed memory of the transaction; strings must be copied to the arena. */
	void (*read)(lua_State *L, struct arena *, void *query);
	/* Starts the operation with (done, ctx) as io/op.h says. NULL: it cannot be started; the function gets nil and "unavailable". */
	struct op *(*start)(void *provider, const void *query, const struct task *, op_done *done, void *ctx);
	/* Pushes what the call returns; result as op_done gives it for OP_OK. Other ends give nil and "failed" or "deadline" without asking. */
	int (*push)(lua_State *L, const void *result);
};

#endif
