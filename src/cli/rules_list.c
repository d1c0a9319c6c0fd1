/* winnow rules list and show. */
#include <stdio.h>
#include <string.h>

#include "base/milli.h"
#include "checks/registry.h"
#include "cli/rules_options.h"

/* What is known of a rule beyond its symbol. */
static const struct rule_info *info_of(const struct rules *rules, const char *name)
{
	size_t n;
	const struct rule_info *v = rules_info(rules, &n);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].symbol->name, name) == 0)
			return &v[i];
	}
	return NULL;
}

static void print_row(const char *from, const struct symbol *s, bool markdown)
{
	char score[16];
	const char *weight = milli_text(s->score, 0, 3, score);

	if (markdown)
		printf("| `%s` | %s | %s | %s%s |\n", s->name, weight, s->group, s->doc, s->force != ACTION_NONE ? " (forced action)" : "");
	else
		printf("%-28s %6s  %-12s %-22s %s\n", s->name, weight, s->group, from, s->doc);
}

static void list_checks(const struct check *const *checks, bool markdown)
{
	for (; *checks != NULL; checks++) {
		if ((*checks)->nsymbols == 0)
			continue;
		if (markdown)
			printf("## %s\n\n| symbol | weight | group | meaning |\n|---|---|---|---|\n", (*checks)->name);
		for (size_t i = 0; i < (*checks)->nsymbols; i++)
			print_row((*checks)->name, &(*checks)->symbols[i], markdown);
		if (markdown)
			putchar('\n');
	}
}

/* Winnow's own, whatever is configured on this machine. */
static int list_markdown(void)
{
	static const struct rules_settings shipped = { .shipped = true };
	struct arena *arena = arena_new(0);
	struct err err;
	struct rules *rules = rules_load(arena, &shipped, &err);

	if (rules == NULL) {
		fprintf(stderr, "winnow rules: %s\n", err.text);
		arena_free(&arena);
		return 1;
	}
	puts("# Symbols\n\nPrinted by `winnow rules list --markdown`. Weights can be changed by profile: `profile { scores = { SYMBOL = 1.5 } }`.\n"
	     "The sum of an evidence group is capped (`group \"content\" { cap = 12 }`); group `policy` informs and is no evidence.\n"
	     "First the checks, then the shipped rules (`rules`, `meta`; their source is in the folder rules/).\n");
	list_checks(checks_all, true);
	list_checks(rules_checks(rules), true);
	arena_free(&arena);
	return 0;
}

static int list_unsupported(const struct ruleset *r)
{
	const struct cf *cf = r->spamassassin != NULL ? sa_ruleset_cf(r->spamassassin) : NULL;
	size_t unsupported = 0, waiting = 0;

	if (cf == NULL) {
		puts("no SpamAssassin files are configured: spamassassin { files = { \"/usr/share/spamassassin/*.cf\" } }");
		return 0;
	}
	for (size_t i = 0; i < cf->nproblems; i++) {
		const struct cf_problem *p = &cf->problems[i];

		bool waits = p->unsupported && span_starts(p->text, SPAN_LIT("needs "));

		unsupported += p->unsupported && !waits && p->rule.len != 0;
		waiting += waits;
		printf("%s:%u: %s%s%.*s%s%.*s\n", p->from.file, p->from.line, waits ? "waits" : p->unsupported ? "unsupported" : "mistake", p->rule.len != 0 ? ": " : "", SPAN_ARG(p->rule),
		       p->text.len != 0 ? ": " : "", SPAN_ARG(p->text));
	}
	printf("%zu rules read, %zu of them unsupported; %zu wait for what Winnow does not have yet (resolver, Bayes) and never hit until then\n", cf->nrules, unsupported, waiting);
	return 0;
}

int rules_list(const struct rules_options *o, int argc, char **argv)
{
	struct local_engine l;
	struct err err;
	int status = 0;

	(void)argc;
	(void)argv;
	if (o->markdown)
		return list_markdown();
	if (!local_engine_open(&l, o->config, NULL, &err)) {
		fprintf(stderr, "winnow rules: %s\n", err.text);
		status = 1;
	} else if (o->unsupported) {
		status = list_unsupported(&l.ruleset);
	} else {
		list_checks(l.ruleset.checks, false);
	}
	local_engine_close(&l);
	return status;
}

static void show_sa(const struct ruleset *r, const char *name)
{
	const struct cf *cf = r->spamassassin != NULL ? sa_ruleset_cf(r->spamassassin) : NULL;

	for (size_t i = 0; cf != NULL && i < cf->nrules; i++) {
		const struct cf_rule *rule = &cf->rules[i];

		if (span_eq(rule->name, span_of(name)))
			printf("  source  %s:%u: %.*s\n", rule->from.file, rule->from.line, SPAN_ARG(rule->text));
	}
}

static void show(const struct ruleset *r, const struct check *c, const struct symbol *s)
{
	const struct rule_info *info = info_of(r->rules, s->name);
	char score[16];

	printf("%s\n  weight  %s\n  group   %s\n  check   %s\n  forces  %s\n  %s\n", s->name, milli_text(s->score, 0, 3, score), s->group, c->name, action_name(s->force), s->doc);
	if (info != NULL)
		printf("  source  %s%s\n", info->where, info->shipped ? " (shipped)" : "");
	show_sa(r, s->name);
}

int rules_show(const struct rules_options *o, int argc, char **argv)
{
	struct local_engine l;
	const char *near;
	struct err err;
	int status = 1;

	(void)argc;
	if (!local_engine_open(&l, o->config, NULL, &err)) {
		fprintf(stderr, "winnow rules: %s\n", err.text);
		local_engine_close(&l);
		return 1;
	}
	for (const struct check *const *c = l.ruleset.checks; *c != NULL; c++) {
		for (size_t i = 0; i < (*c)->nsymbols; i++) {
			if (strcmp((*c)->symbols[i].name, argv[0]) != 0)
				continue;
			show(&l.ruleset, *c, &(*c)->symbols[i]);
			status = 0;
		}
	}
	if (status != 0) {
		near = symbol_nearest(engine_symbols(l.ruleset.engine), span_of(argv[0]));
		fprintf(stderr, "winnow rules: unknown symbol '%s'%s%s%s\n", argv[0], near != NULL ? " (did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?)" : "");
	}
	local_engine_close(&l);
	return status;
}
