/* What the files of function rules share; for nobody else. */
#ifndef WINNOW_RULES_FUNCTION_PRIVATE_H
#define WINNOW_RULES_FUNCTION_PRIVATE_H

#include "rules/function.h"

#define FUNCTIONS_KEY "winnow.functions"

struct function_run;

struct functions {
	struct arena *arena;
	struct vm *vm;
	const struct view_plan *plan;
	struct regex_memory *memory;
	struct function_run *current; /* the one that Lua is running, or NULL */
};

struct function;

/* One function looking at one message. */
struct function_run {
	const struct function *function;
	struct task *task;
	rcptset to;
	struct vm_thread *thread;        /* NULL: it has ended */
	struct function_run **message;   /* the pointer inside of "m": emptied when the run ends */
	int message_ref;                 /* in Lua's registry: "m" is there as long as the run, whether the function still holds it or not */
	const struct lookup *waits_for;
	const char *const *after;        /* names, and below their numbers */
	const int *after_symbols;
	size_t nafter;
};

struct functions *functions_of(lua_State *);
void functions_free_memory(void *functions);

/* function_message.c: "m". Pushes a new one. */
void function_message_open(struct functions *);
void function_message_push(lua_State *, struct function_run *);
/* function_pattern.c: "pattern". */
void function_pattern_open(struct functions *);

#endif
