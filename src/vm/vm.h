/*
 * The Lua state with its limits: memory capped by the allocator, instructions by a hook, both charged to the running call. Configuration and
 * rules share it.
 *
 * Scripts have Lua's base, string, table, math, utf8 and coroutine libraries without load, loadfile, dofile, require, collectgarbage, print, warn,
 * math.random, math.randomseed and string.dump; there is no io, os, debug or package. What differs from the manual, so that nothing runs unbounded:
 * - string.find, match, gmatch and gsub count match_steps (Lua's own can run for seconds inside one call); a pattern has at most 512 items, and a
 *   malformed one is an error before matching begins, not when matching gets there.
 * - string.rep gives at most 1 MiB, a format of string.format has at most 64 KiB, no string is longer than 4 MiB.
 * - the table library refuses tables with __index, __newindex or __len, and charges one instruction per element; table.unpack gives at most 10,000.
 * - a metatable with __gc is refused (finalizers run with the limits off); the metatable of strings is hidden.
 * - xpcall calls its handler after the stack was unwound (a handler inside the limit's own error would run unlimited).
 * - memory costs instructions, too: one for every 16 bytes that an allocation asks for.
 *
 * A limit, once reached, ends the whole vm_call: pcall, xpcall, coroutine.resume and __close cannot swallow it. Behind the counters stands the
 * clock: a call that took 200 ns of processor time for every instruction it was granted (at least 100 ms) is ended, too, since single instructions on long
 * strings or thousands of arguments can be slow. The clock is read every 1,000 instructions.
 *
 * Outside of vm_load, vm_call and vm_thread_resume nothing is limited: what C code pushes of its own never fails.
 * vm_load and vm_call work on the main coroutine: not for C functions that a script's own coroutine calls.
 * Not bounded: compiling (linear but for sources full of gotos).
 */
#ifndef WINNOW_VM_VM_H
#define WINNOW_VM_VM_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

#define VM_TRACE_MAX 10 /* levels of a traceback */
#define VM_STRING_MAX ((size_t)4 << 20)

struct vm_limits {
	size_t memory;         /* bytes of the whole state; at least 256 KiB */
	size_t thread_memory;  /* bytes that one thread may add to it; 0: no limit of its own */
	uint64_t instructions; /* per vm_call, or per thread */
	uint64_t match_steps;  /* of pattern matching, likewise */
};

struct vm;

struct vm *vm_new(const struct vm_limits *);
void vm_free(struct vm **);
lua_State *vm_state(struct vm *);

/*
 * Compiles source text (no binary chunks) under the chunk name (shown in errors: "FILE"; Lua shows of names of 60 bytes and more the end only) and
 * leaves the function on the stack; on error it leaves nothing.
 */
bool vm_load(struct vm *, struct span source, const char *name, struct err *err_r) MUST_USE;
/*
 * Calls the function below nargs arguments under the limits; errors carry file and line: "FILE:12: text", and leave nothing on the stack. A vm_call
 * inside of another (from a C function that Lua called) shares the outer one's limits.
 */
bool vm_call(struct vm *, int nargs, int nresults, struct err *err_r) MUST_USE;
/*
 * A call that can wait: it runs as a coroutine in pieces, with the limits of one vm_call for all of them together. C functions that it calls wait by lua_yieldk. Threads of one state
 * run one at a time, never inside of a vm_call. Scripts that run so should have no coroutine library of their own (vm_thread_resume would get their yields).
 */
struct vm_thread;
/* Takes the function below nargs arguments from the main stack. */
struct vm_thread *vm_thread_new(struct vm *, int nargs);
void vm_thread_free(struct vm_thread **);
lua_State *vm_thread_state(struct vm_thread *);
/*
 * Runs to the next wait or to the end. First: nargs as given to vm_thread_new; later: how many values were pushed on its stack for the continuation. True: it waits, or ended with
 * its results on its stack. False: it failed, and is only good for vm_thread_traceback and vm_thread_free.
 */
bool vm_thread_resume(struct vm_thread *, int nargs, bool *waits_r, struct err *err_r) MUST_USE;
/* "FILE:LINE name() < FILE:LINE ..." of a failed thread, innermost first. */
void vm_thread_traceback(struct vm_thread *, struct buf *out);

/* For C functions that Lua calls: charges work worth n instructions; raises the limit's error when they are used up. */
void vm_charge(lua_State *, uint64_t n);

#endif
