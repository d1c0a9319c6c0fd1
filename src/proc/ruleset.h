/*
 * Everything that judges messages in one generation: the checks built in, the lists, the rules, SpamAssassin's rule files, and the engine made of them. For the loader and for the winnow command.
 */
#ifndef WINNOW_PROC_RULESET_H
#define WINNOW_PROC_RULESET_H

#include "lists/lists.h"
#include "rules/rules.h"
#include "scan/engine.h"
#include "spamassassin/ruleset.h"

struct ruleset {
	struct arena *arena;
	struct lists *lists;
	struct rules *rules;
	struct sa_ruleset *spamassassin; /* NULL: no files are configured */
	const struct check **checks;     /* all, ended by NULL */
	struct engine *engine;
};

/* rule_files: besides those of the configuration; may be NULL. The conf must outlive it. On error nothing is left to free. */
bool ruleset_load(struct ruleset *, const struct conf *, const struct span_list *rule_files, struct err *err_r) MUST_USE;

struct ruleset_options {
	const char *cache;  /* folder of compiled prefilters; NULL: none */
	bool compile;       /* what is not cached */
	void (*progress)(void *ctx, const char *set, size_t done, size_t of);
	void *ctx;
};
/* Gives the pattern sets their prefilters. Without it all works, slower. False: some have none, as they are not compiled yet. */
bool ruleset_prefilter(struct ruleset *, const struct ruleset_options *);
/* Files whose change asks for a new generation; NULL-terminated, in its arena. */
const char *const *ruleset_watched(const struct ruleset *);
void ruleset_free(struct ruleset *);

/* The folder for compiled prefilters, made when missing; false: there is none, or prefilters are switched off. */
bool ruleset_cache_folder(const struct conf *, char path_r[1024]);

#endif
