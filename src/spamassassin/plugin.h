/*
 * SpamAssassin's plugins, as far as we have them: evals by name, the directives that they read, and their state per generation. One plugin, one file plugin_NAME.c with one
 * descriptor sa_plugin_NAME; the list stands in plugin.c.
 */
#ifndef WINNOW_SPAMASSASSIN_PLUGIN_H
#define WINNOW_SPAMASSASSIN_PLUGIN_H

#include "match/regex.h"
#include "spamassassin/view.h"

/* What an eval is called with. */
struct sa_call {
	struct sa_view *view;
	const void *state;            /* of the plugin, from init; NULL without */
	struct regex_memory *memory;
	struct span rule;             /* name of the rule */
	const struct span *args;      /* as written, quotes taken off */
	size_t nargs;
	enum cf_kind kind;            /* CF_HEADER, CF_BODY, ... */
	struct span evidence;         /* set by the eval when it knows; the arena's or the message's */
};

/* Number of hits; 0: none. Bounded and linear in the message. */
typedef int sa_eval_fn(struct sa_call *);

struct sa_eval {
	const char *name;   /* as behind "eval:"; an old name (whitelist) is a row of its own */
	sa_eval_fn *run;
};

struct sa_plugin {
	const char *name;                 /* "Mail::SpamAssassin::Plugin::HTMLEval": what ifplugin asks for */
	const struct sa_eval *evals;      /* ended by name == NULL; NULL: none */
	const char *const *directives;    /* keywords that it reads, ended by NULL; may be NULL */
	/* Once per generation; may be NULL. Bad arguments: problems of the cf (cf_problem_add in cf_problem.c), not errors. */
	const void *(*init)(struct arena *, struct cf *);
};

extern const struct sa_plugin *const sa_plugins[]; /* ended by NULL */

/* Adds a warning about a line. */
void cf_problem_add(struct cf *, struct cf_origin, struct span rule, bool unsupported, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
