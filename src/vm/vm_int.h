/* What the files of vm/ share; for nobody else. */
#ifndef WINNOW_VM_VM_INT_H
#define WINNOW_VM_VM_INT_H

#include "vm/vm.h"

struct vm_thread {
	struct vm *vm;
	lua_State *L;
	int ref;                /* in the registry: alive */
	uint64_t instructions;  /* left for all of its pieces */
	uint64_t steps;
	size_t grown;           /* bytes allocated in the pieces so far, less what was collected in them */
	size_t base;            /* of vm.used in this piece: what was there without it */
};

struct vm {
	lua_State *L;
	struct vm_limits limits;
	size_t used;            /* bytes */
	const void *refused;    /* what the allocator refused last, to tell Lua's second attempt from the first */
	size_t refused_size;
	uint64_t instructions;  /* left in this call */
	uint64_t steps;         /* left in this call */
	int64_t clock_us;       /* monotonic time at which the processor time is looked at */
	int64_t cpu_us;         /* processor time at which the call ends */
	unsigned depth;         /* of vm_call */
	struct vm_thread *thread; /* the one that runs, or NULL */
	bool over;              /* a limit was reached: nothing but unwinding happens any more */
	struct err err;         /* its text, with the position */
};

static inline struct vm *vm_of(lua_State *L)
{
	return *(struct vm **)lua_getextraspace(L);
}

/* Marks the limit as reached and raises its error. */
_Noreturn void vm_raise(lua_State *, const char *what);

/* Fill the global table; run inside of a protected call. */
void vm_open_base(lua_State *);
void vm_open_table(lua_State *);
void vm_open_string(lua_State *);

#endif
