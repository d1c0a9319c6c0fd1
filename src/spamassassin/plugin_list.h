/* Which plugins there are, by name, eval function and directive: ours, and those of SpamAssassin that wait for something that a local scan does not have. */
#ifndef WINNOW_SPAMASSASSIN_PLUGIN_LIST_H
#define WINNOW_SPAMASSASSIN_PLUGIN_LIST_H

#include "spamassassin/plugin.h"

/* A plugin whose evals never hit here, as with "spamassassin -L". */
struct sa_waiting {
	const char *name;
	const char *why;        /* "needs the resolver" */
	const char *evals;      /* separated by spaces; may be NULL */
	const char *directives; /* the same; a word that ends in '*' stands for all that begin so */
};

/* Whether Debian's package loads it without being asked. */
bool sa_plugin_by_default(struct span name);
/* A plugin that is among ours or waits. */
bool sa_plugin_known(struct span name);
/* plugin_r: index into sa_plugins. */
const struct sa_eval *sa_eval_find(struct span function, size_t *plugin_r);
const struct sa_waiting *sa_waiting_eval(struct span function);
/* Whether a plugin, ours or waiting, reads a keyword (as recorded: welcomelist, blocklist). */
bool sa_directive_known(struct span keyword);

#endif
