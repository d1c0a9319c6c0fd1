#include "proc/ruleset.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/array.h"
#include "checks/registry.h"
#include "checks/virus_names.h"
#include "inspect/antivirus.h"
#include "proc/settings.h"
#include "proc/state.h"
#include "rules/function.h"
#include "rules/pattern_cache.h"

struct check_list {
	struct arena *arena;
	const struct check **v;
	size_t n, cap;
};

static void add(struct check_list *list, const struct check *check)
{
	*ARRAY_ADD(list->arena, list->v, list->n, list->cap) = check;
}

static void add_all(struct check_list *list, const struct check *const *checks)
{
	for (; *checks != NULL; checks++)
		add(list, *checks);
}

/* The settings of "rules" with more files at the end. */
static const struct rules_settings *with_files(struct arena *arena, const struct rules_settings *set, const struct span_list *more)
{
	struct rules_settings *both = ARENA_NEW(arena, struct rules_settings);
	struct span *files;

	if (more == NULL)
		return set;
	*both = *set;
	files = ARENA_ARRAY(arena, set->files.n + more->n + 1, struct span);
	for (size_t i = 0; i < set->files.n + more->n; i++)
		files[i] = i < set->files.n ? set->files.v[i] : more->v[i - set->files.n];
	both->files = (struct span_list){ files, set->files.n + more->n };
	return both;
}

static const struct check *owner(const struct check *const *checks, const char *symbol)
{
	for (; *checks != NULL; checks++) {
		for (size_t i = 0; i < (*checks)->nsymbols; i++) {
			if (strcmp((*checks)->symbols[i].name, symbol) == 0)
				return *checks;
		}
	}
	return NULL;
}

/* The engine would refuse two symbols of one name, but it does not know where the rule stands. */
static bool names_are_free(const struct rules *rules, const struct check *const *checks, struct err *err_r)
{
	size_t n;
	const struct rule_info *info = rules_info(rules, &n);

	for (size_t i = 0; i < n; i++) {
		const struct check *other = info[i].part ? NULL : owner(checks, info[i].symbol->name);

		if (other != NULL)
			return err_set(err_r, "%s: rule \"%s\" has the name of a symbol of the check %s", info[i].where, info[i].symbol->name, other->name);
	}
	return true;
}

static bool collect(struct ruleset *r, const struct conf *conf, const struct span_list *rule_files, struct err *err_r)
{
	const struct spamassassin_settings *sa = conf_get(conf, &spamassassin_setting_set);
	const struct antivirus_settings *antivirus = conf_get(conf, &antivirus_setting_set);
	struct check_list list = { .arena = r->arena };
	const struct check *named;

	if (!virus_names_check(r->arena, &antivirus->names, &named, err_r))
		return false;
	r->rules = rules_load(r->arena, with_files(r->arena, conf_get(conf, &rules_setting_set), rule_files), err_r);
	if (r->rules == NULL)
		return false;
	add_all(&list, checks_all);
	add(&list, &check_rule_error);
	if (named != NULL)
		add(&list, named);
	r->lists = lists_load(r->arena, conf_get(conf, &lists_setting_set), err_r);
	if (r->lists == NULL)
		return false;
	add_all(&list, lists_checks(r->lists));
	add(&list, NULL);
	if (!names_are_free(r->rules, list.v, err_r))
		return false;
	list.n--;
	add_all(&list, rules_checks(r->rules));
	if (sa->files.n != 0) {
		size_t own = list.n;

		add(&list, NULL);
		r->spamassassin = sa_ruleset_load(r->arena, sa, list.v, err_r);
		if (r->spamassassin == NULL)
			return false;
		list.n = own;
		add(&list, sa_ruleset_check(r->spamassassin));
	}
	add(&list, NULL);
	r->checks = list.v;
	return true;
}

bool ruleset_prefilter(struct ruleset *r, const struct ruleset_options *o)
{
	struct pattern_cache_options cache = { .folder = o->cache, .compile = o->compile, .progress = o->progress, .ctx = o->ctx };
	struct pattern_set *const *rules, *const *sa = NULL;
	struct pattern_set **all;
	size_t nrules, nsa = 0;

	rules = rules_patterns(r->rules, &nrules);
	if (r->spamassassin != NULL)
		sa = sa_ruleset_patterns(r->spamassassin, &nsa);
	all = ARENA_ARRAY(r->arena, nrules + nsa + 1, struct pattern_set *);
	for (size_t i = 0; i < nrules + nsa; i++)
		all[i] = i < nrules ? rules[i] : sa[i - nrules];
	return pattern_cache_attach(all, nrules + nsa, &cache);
}

bool ruleset_load(struct ruleset *r, const struct conf *conf, const struct span_list *rule_files, struct err *err_r)
{
	*r = (struct ruleset){ .arena = arena_new(0) };
	if (collect(r, conf, rule_files, err_r)) {
		r->engine = engine_new(conf, r->checks, err_r);
		if (r->engine != NULL)
			return true;
	}
	ruleset_free(r);
	return false;
}

void ruleset_free(struct ruleset *r)
{
	engine_free(&r->engine);
	if (r->arena != NULL)
		arena_free(&r->arena);
	*r = (struct ruleset){ .engine = NULL };
}

static size_t count_files(const char *const *files)
{
	size_t n = 0;

	while (files[n] != NULL)
		n++;
	return n;
}

const char *const *ruleset_watched(const struct ruleset *r)
{
	const char *const *rules = rules_watched(r->rules), *const *lists = lists_watched(r->lists);
	size_t nrules = count_files(rules), nlists = count_files(lists);
	const char **all = ARENA_ARRAY(r->arena, nrules + nlists + 1, const char *);

	for (size_t i = 0; i < nrules + nlists; i++)
		all[i] = i < nrules ? rules[i] : lists[i - nrules];
	return all;
}

bool ruleset_cache_folder(const struct conf *conf, char path_r[1024])
{
	const struct server_settings *server = conf_get(conf, &server_setting_set);
	const struct rules_settings *rules = conf_get(conf, &rules_setting_set);
	char configured[1024], state[1024];
	int n;

	if (!rules->prefilter)
		return false;
	snprintf(configured, sizeof(configured), "%.*s", SPAN_ARG(server->state));
	if (rules->cache.len != 0)
		n = snprintf(path_r, 1024, "%.*s", SPAN_ARG(rules->cache));
	else if (state_folder(configured, state, NULL))
		n = snprintf(path_r, 1024, "%s/patterns", state);
	else
		return false;
	/* The state folder itself is the daemon's to make; without it there is no cache. */
	if (n >= 1024 || (mkdir(path_r, 0755) != 0 && errno != EEXIST))
		return false;
	return true;
}
