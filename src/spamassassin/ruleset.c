#include "spamassassin/ruleset.h"

#include <math.h>

#include "base/array.h"
#include "spamassassin/cf_private.h"
#include "spamassassin/plugin_list.h"
#include "spamassassin/ruleset_private.h"

#define GROUP "spamassassin"
#define PERMILLE_MOST 3000
#define SCORE_MOST 1000000.0 /* points */

static const struct setting setting_rows[] = {
	{ "files", SET_STRINGS, offsetof(struct spamassassin_settings, files), "{}", 0, 0, NULL, 0,
		"Rule files of SpamAssassin, with * and ?, for example \"/usr/share/spamassassin/*.cf\" and \"/etc/spamassassin/*.cf\"; later lines win. None: no such rules." },
	{ "score_set", SET_INT, offsetof(struct spamassassin_settings, score_set), "0", 0, 3, NULL, 0,
		"Which of the four scores of a rule counts: 0 without network tests and Bayes, 1 with network tests, 2 with Bayes, 3 with both." },
	{ .key = NULL },
};

const struct setting_set spamassassin_setting_set = {
	.name = "spamassassin",
	.kind = SET_ONE,
	.doc = "Rules of SpamAssassin, loaded as they are. Together they are one group of evidence, \"spamassassin\".",
	.size = sizeof(struct spamassassin_settings),
	.rows = setting_rows,
};

static bool has_plugin(void *ctx, struct span name)
{
	(void)ctx;
	return sa_plugin_by_default(name);
}

static bool knows_plugin(void *ctx, struct span name)
{
	(void)ctx;
	return sa_plugin_known(name);
}

static bool has_eval(void *ctx, struct span function)
{
	size_t plugin;

	(void)ctx;
	return sa_eval_find(function, &plugin) != NULL || sa_waiting_eval(function) != NULL;
}

static bool has_directive(void *ctx, struct span keyword)
{
	(void)ctx;
	return sa_directive_known(keyword);
}

static void free_memory(void *ctx)
{
	struct regex_memory *m = ctx;

	regex_memory_free(&m);
}

static void init_sets(struct sa_ruleset *rs)
{
	static const char *const names[SA_TEXTS] = { [SA_TEXT_HEADER] = "sa header", [SA_TEXT_HEADERS] = "sa headers", [SA_TEXT_BODY] = "sa body", [SA_TEXT_RAWBODY] = "sa rawbody", [SA_TEXT_FULL] = "sa full",
		[SA_TEXT_URI] = "sa uri" };

	for (size_t i = 0; i < SA_TEXTS; i++) {
		rs->sets[i] = pattern_set_new(rs->arena, names[i]);
		rs->gated[i] = pattern_set_new(rs->arena, names[i]);
		rs->gates[i] = gates_new(rs->arena);
	}
	map_init(&rs->header_names, rs->arena, false); /* "MESSAGEID" is not "Messageid" */
	map_init(&rs->tag_names, rs->arena, false);
	rs->memory = regex_memory_new();
	arena_cleanup(rs->arena, free_memory, rs->memory);
}

static void init_plugins(struct sa_ruleset *rs)
{
	size_t n = 0;

	while (sa_plugins[n] != NULL)
		n++;
	rs->states = ARENA_ARRAY(rs->arena, n + 1, const void *);
	for (size_t i = 0; i < n; i++)
		rs->states[i] = sa_plugins[i]->init != NULL ? sa_plugins[i]->init(rs->arena, rs->cf) : NULL;
}

/* Directives that make rules of plugins that wait: they are told, as the rules themselves would be. */
static void note_waiting(struct sa_ruleset *rs)
{
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(rs->cf, SPAN_LIT("askdns"), d)) != NULL;) {
		struct span rest = d->args;

		cf_problem_add(rs->cf, d->from, cf_word(&rest), true, "needs the resolver");
	}
}

static bool last_number(const struct sa_ruleset *rs, const char *keyword, double def, double *value_r)
{
	bool found = false;

	*value_r = def;
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(rs->cf, span_of(keyword), d)) != NULL;) {
		double value;

		if (cf_number(d->args, &value)) {
			*value_r = value;
			found = true;
		} else {
			cf_problem_add(rs->cf, d->from, SPAN_NONE, false, "%s: a number expected", keyword);
		}
	}
	return found;
}

static void init_shortcircuit(struct sa_ruleset *rs)
{
	void *rule = map_get(&rs->cf->by_name, SPAN_LIT("SHORTCIRCUIT"));

	rs->shortcircuit_rule = (int)(uintptr_t)rule - 1;
	last_number(rs, "shortcircuit_spam_score", 100, &rs->spam_score);
	last_number(rs, "shortcircuit_ham_score", -100, &rs->ham_score);
	rs->has_min_ham = last_number(rs, "shortcircuit_min_ham_score", 0, &rs->min_ham_score);
	rs->has_max_spam = last_number(rs, "shortcircuit_max_spam_score", 0, &rs->max_spam_score);
	rs->shortcircuit = rs->has_min_ham || rs->has_max_spam;
	for (size_t i = 0; i < rs->nrules; i++)
		rs->shortcircuit |= rs->rules[i].cf->shortcircuit != CF_SHORTCIRCUIT_NONE && rs->rules[i].runs;
}

static score_t to_score(double points)
{
	if (points > SCORE_MOST)
		points = SCORE_MOST;
	if (points < -SCORE_MOST)
		points = -SCORE_MOST;
	return (score_t)lround(points * 1000);
}

static bool is_taken(const struct check *const *taken, const char *name)
{
	for (; taken != NULL && *taken != NULL; taken++) {
		for (size_t i = 0; i < (*taken)->nsymbols; i++) {
			if (strcmp((*taken)->symbols[i].name, name) == 0)
				return true;
		}
	}
	return false;
}

/* Symbols of our own, which stand behind those of the rules. */
static void add_own_symbols(struct sa_ruleset *rs, unsigned *n)
{
	rs->error_symbol = *n;
	rs->symbols[(*n)++] = (struct symbol){ "SA_RULE_ERROR", "policy", 0, "A pattern of SpamAssassin's rules needed more time than it may; it counts as not matched", ACTION_NONE };
	rs->ham_symbol = *n;
	rs->symbols[(*n)++] = (struct symbol){ "SA_SHORTCIRCUIT_HAM", GROUP, to_score(rs->ham_score), "A rule of SpamAssassin's ended the scan: ham", ACTION_NONE };
	rs->spam_symbol = *n;
	rs->symbols[(*n)++] = (struct symbol){ "SA_SHORTCIRCUIT_SPAM", GROUP, to_score(rs->spam_score), "A rule of SpamAssassin's ended the scan: spam", ACTION_NONE };
}

static void make_symbols(struct sa_ruleset *rs, const struct check *const *taken)
{
	unsigned n = 0;

	rs->symbols = ARENA_ARRAY(rs->arena, rs->nrules + 3, struct symbol);
	for (size_t i = 0; i < rs->nrules; i++) {
		struct sa_rule *rule = &rs->rules[i];
		const char *name = arena_str(rs->arena, rule->cf->name);

		rule->symbol = -1;
		if (rule->cf->sub || !rule->runs)
			continue;
		if (is_taken(taken, name) || span_starts(rule->cf->name, SPAN_LIT("SA_")))
			name = arena_str(rs->arena, arena_printf(rs->arena, "SA_%s", name));
		rule->symbol = (int)n;
		rs->symbols[n++] = (struct symbol){ name, GROUP, to_score(rule->cf->score),
			rule->cf->describe.len != 0 ? arena_str(rs->arena, rule->cf->describe) : "A rule of SpamAssassin's, without a description", ACTION_NONE };
	}
	add_own_symbols(rs, &n);
	rs->check.symbols = rs->symbols;
	rs->check.nsymbols = n;
}

/* Multiple hits of one rule count as often as it hit, within reason. */
static int32_t permille_of(unsigned times)
{
	return times >= PERMILLE_MOST / 1000 ? PERMILLE_MOST : (int32_t)times * 1000;
}

static void report(struct task *t, const struct sa_run *run)
{
	const struct sa_ruleset *rs = run->rs;

	for (size_t i = 0; i < run->nhits; i++) {
		const struct sa_hit *h = &run->hits[i];

		if (rs->rules[h->rule].symbol >= 0)
			hit_add_to(t, (unsigned)rs->rules[h->rule].symbol, permille_of(h->times), RCPT_ALL, h->evidence);
	}
	if (run->limit.len != 0)
		hit_add(t, rs->error_symbol, run->limit);
	if (!run->stopped || run->stopped_by < 0)
		return;
	if (rs->rules[run->stopped_by].cf->shortcircuit == CF_SHORTCIRCUIT_HAM)
		hit_add(t, rs->ham_symbol, rs->rules[run->stopped_by].cf->name);
	if (rs->rules[run->stopped_by].cf->shortcircuit == CF_SHORTCIRCUIT_SPAM)
		hit_add(t, rs->spam_symbol, rs->rules[run->stopped_by].cf->name);
}

static void run_check(struct task *t, const void *state)
{
	const struct sa_ruleset *rs = state;
	struct sa_view *view = sa_view_new(rs->view_config, task_urls(t), task_tx(t), task_msg(t));
	struct sa_run *run = sa_run_new(rs, task_arena(t), view);

	*task_shared(t, rs) = run;
	sa_run_all(run);
	report(t, run);
}

static void build(struct sa_ruleset *rs)
{
	init_sets(rs);
	rs->replace = replace_new(rs->arena, rs->cf);
	init_plugins(rs);
	for (unsigned i = 0; i < rs->nrules; i++)
		sa_rule_compile(rs, i);
	for (size_t i = 0; i < SA_TEXTS; i++)
		gates_build(rs->gates[i]);
	sa_templates_check(rs);
	sa_metas_compile(rs);
	init_shortcircuit(rs);
	sa_stages_make(rs);
	note_waiting(rs);
	rs->view_config = sa_view_config_new(rs->arena, rs->cf);
}

struct sa_ruleset *sa_ruleset_load(struct arena *arena, const struct spamassassin_settings *settings, const struct check *const *taken, struct err *err_r)
{
	const struct cf_context context = { .score_set = (int)settings->score_set, .has_plugin = has_plugin, .knows_plugin = knows_plugin, .has_eval = has_eval,
		.has_directive = has_directive };
	struct sa_ruleset *rs = ARENA_NEW(arena, struct sa_ruleset);

	rs->arena = arena;
	rs->score_set = context.score_set;
	rs->cf = cf_load(arena, settings->files.v, settings->files.n, &context, err_r);
	if (rs->cf == NULL)
		return NULL;
	rs->nrules = rs->cf->nrules;
	rs->rules = ARENA_ARRAY(arena, rs->nrules + 1, struct sa_rule);
	for (size_t i = 0; i < rs->nrules; i++)
		rs->rules[i].cf = &rs->cf->rules[i];
	build(rs);
	make_symbols(rs, taken);
	rs->check.name = "spamassassin";
	rs->check.stages = STAGE_MESSAGE;
	rs->check.ctx = rs;
	rs->check.run = run_check;
	return rs;
}

const struct cf *sa_ruleset_cf(const struct sa_ruleset *rs)
{
	return rs->cf;
}

const struct check *sa_ruleset_check(const struct sa_ruleset *rs)
{
	return &rs->check;
}

struct pattern_set *const *sa_ruleset_patterns(const struct sa_ruleset *rs, size_t *n_r)
{
	*n_r = SA_TEXTS;
	return rs->sets;
}

void sa_ruleset_each_hit(const struct sa_ruleset *rs, const struct scan *scan, sa_rule_hit *fn, void *ctx)
{
	const struct sa_run *run = scan_shared(scan, rs);

	for (size_t i = 0; run != NULL && i < rs->nrules; i++) {
		if (run->counts[i] > 0)
			fn(ctx, rs->rules[i].cf->name, run->counts[i] < 1 ? 1 : (unsigned)run->counts[i]);
	}
}
