/*
 * Rule files: Lua tables become rules (docs/rules.md). Errors name file, line, key and what is near; the line is the key's own where the table is written in
 * the call, else the call's.
 *
 * The Lua state outlives the reading, for functions. Scripts see what vm/vm.h lists without coroutines, and rule, list and pattern; globals cannot be assigned.
 */
#ifndef WINNOW_RULES_RULE_READ_H
#define WINNOW_RULES_RULE_READ_H

#include "rules/condition.h"
#include "rules/function.h"
#include "vm/vm.h"

#define RULE_NAME_MAX 64
#define RULE_SCORE_MAX 1000000 /* thousandths, either sign */
#define RULE_MULTIPLE_MAX 1000

struct rule_time;

struct rule_def {
	struct symbol symbol;            /* name, group, score, doc, force */
	const char *file;
	unsigned line;
	const char *where;               /* "FILE:LINE" */
	bool shipped;
	bool part;                       /* "__NAME": no symbol */
	unsigned multiple;               /* most hits that count; 1: usual */
	struct rule_scope scope;
	struct condition *condition;     /* NULL: a meta rule, or a function without "when" */
	struct span meta;                /* empty: none */
	int function;                    /* reference in Lua's registry; LUA_NOREF: none */
	const char *const *after;        /* NULL-terminated, or NULL */
	unsigned number;                 /* view_plan_rule; not of functions */
	struct rule_time *time;          /* NULL: not measured (rule_time.h) */
};

struct rule_source;

struct rule_reader {
	struct arena *arena;             /* of the generation */
	struct view_plan *plan;
	struct vm *vm;
	struct functions *functions;
	struct rule_def **rules;
	size_t nrules, cap_rules;
	struct map by_name;              /* struct rule_def */
	struct map left_out;             /* names that are not read: bool *, whether they were met */
	struct map sources;              /* by name: struct rule_source */
	struct map lists;                /* by path: struct matcher_list */
	const char **watched;            /* paths of list files */
	size_t nwatched, cap_watched;
	bool shipped;                    /* what is read now is Winnow's own */
	bool failed;                     /* the first error counts, even when a pcall swallowed it */
	struct err err;
	const char *pending;             /* rule "NAME" that has not got its table yet */
	const struct rule_source *pending_source;
	unsigned pending_line;
};

struct rule_reader *rule_reader_new(struct arena *, struct view_plan *);
/* A name that is passed over, wherever it is defined. */
void rule_reader_leave_out(struct rule_reader *, struct span name);
/* Whether a rule of that name was read or passed over; if not, the nearest one, or NULL. */
bool rule_reader_met(const struct rule_reader *, struct span name, const char **near_r);
/* Reads one file's text; those of the administrator before the shipped ones, which they replace by name. */
bool rule_reader_add(struct rule_reader *, const char *name, struct span text, bool shipped, struct err *err_r) MUST_USE;
/* "rule" and "list" can be called no more. */
void rule_reader_done(struct rule_reader *);

#endif
