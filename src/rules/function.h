/*
 * Function rules: Lua functions that judge a message (docs/rules.md, "Functions"). Each becomes one check "rule NAME", so that it can wait for look-ups while the others go on. The
 * function runs as a thread of the generation's Lua state (vm.h), under limits of instructions and memory for all of its pieces.
 *
 * A function that fails gives the symbol RULE_ERROR with its name, and a line in the log with the traceback, at most once a minute. After 5 failures in a row it rests for 5
 * minutes: it gives RULE_ERROR without being called.
 */
#ifndef WINNOW_RULES_FUNCTION_H
#define WINNOW_RULES_FUNCTION_H

#include "rules/condition.h"
#include "rules/lookup.h"
#include "scan/check.h"
#include "vm/vm.h"

extern const struct vm_limits function_limits;

struct functions;

/* State and plan must outlive it. Opens the global "pattern". */
struct functions *functions_new(struct arena *, struct vm *, const struct view_plan *);
/* The lookup must outlive it; provider is what its start is given. */
void functions_lookup(struct functions *, const struct lookup *, void *provider);

struct function_rule {
	const struct symbol *symbol;      /* must outlive; "__" names are not allowed for functions */
	const struct condition *when;     /* NULL: always */
	const char *const *after;         /* symbols; NULL-terminated; may be NULL */
	const char *const *waits_for;     /* "after" for the engine: parts of meta rules as the check that owns them */
	const struct rule_scope *scope;   /* direction and recipients; NULL: every mail, everybody */
	const char *where;                /* "FILE:LINE", for the log */
};
/* The function stands on top of the stack and is popped. */
const struct check *functions_add(struct functions *, lua_State *, const struct function_rule *);

/* The check that owns RULE_ERROR (group "policy", score 0), and how a rule that fails is told: rule_error_add(task, number of that symbol, rule). */
extern const struct check check_rule_error;
#define RULE_ERROR_SYMBOL "RULE_ERROR"

#endif
