#include "rules/rules.h"

#include <glob.h>

#include "base/array.h"
#include "rules/meta.h"
#include "rules/rule_file.h"
#include "rules/rule_time.h"
#include "scan/engine.h"

/* A declarative rule as the check has it; small, since all of them are looked at for every message. */
struct declared {
	const struct rule_def *def;
	uint32_t gate;        /* index of the first */
	uint16_t ngates;      /* 0: none; else one of them must be open */
	uint8_t directions;
	unsigned symbol;      /* of the check; not of parts */
};

struct rules {
	struct arena *arena;
	struct view_plan *plan;
	struct rule_reader *reader;
	struct meta_rules *metas;
	struct declared *declared;
	size_t ndeclared;
	struct matcher_gate *gates;
	size_t ngates, cap_gates;
	struct check check;   /* "rules" */
	const struct check **checks;
	size_t nchecks, cap_checks;
	struct rule_time *texts; /* NULL: not measured */
};

/* The check. */

static unsigned rule_hits(const struct declared *d, struct rule_view *v, struct span *evidence_r)
{
	if (d->def->multiple > 1)
		return condition_count(d->def->condition, v, d->def->multiple, evidence_r);
	return condition_holds(d->def->condition, v, evidence_r);
}

static bool gate_open(const struct rules *r, const struct declared *d, struct rule_view *v)
{
	for (size_t i = 0; i < d->ngates; i++) {
		if (matcher_gate_open(&r->gates[d->gate + i], v))
			return true;
	}
	return d->ngates == 0;
}

static bool run_rule(const struct declared *d, struct rule_view *v, struct task *t)
{
	struct span evidence = SPAN_NONE;
	unsigned count;
	rcptset to;

	view_begin(v, d->def->symbol.name);
	count = rule_hits(d, v, &evidence);
	if (count == 0 || !scope_rcptset(&d->def->scope, v, t, &to))
		return false;
	view_count_add(v, d->def->number, count, to);
	if (!d->def->part)
		hit_add_to(t, d->symbol, (int32_t)count * 1000, to, evidence);
	return true;
}

static void make_texts(const struct rules *r, struct rule_view *v)
{
	int64_t begin = rule_time_now();

	for (unsigned i = 0; i < TEXT_N; i++) {
		if (pattern_set_count(view_plan_set(r->plan, i)) != 0)
			view_text(v, i);
	}
	r->texts->runs++;
	r->texts->ns += rule_time_now() - begin;
}

static void run(struct task *t, const void *state)
{
	const struct rules *r = state;
	struct rule_view *v = rule_view_of(t, r->plan);
	unsigned direction = 1u << v->tx->dir;

	if (r->texts != NULL)
		make_texts(r, v);
	for (size_t i = 0; i < r->ndeclared; i++) {
		const struct declared *d = &r->declared[i];
		int64_t begin;

		if ((d->directions & direction) == 0)
			continue;
		begin = rule_time_begin(d->def);
		rule_time_end(d->def, begin, gate_open(r, d, v) && run_rule(d, v, t));
	}
}

/* Making the checks. */

static void add_check(struct rules *r, const struct check *check)
{
	*ARRAY_ADD(r->arena, r->checks, r->nchecks, r->cap_checks) = check;
}

/* What the check of a function waits for: symbols, and for parts the check that owns them; of rules that are switched off nothing comes. */
static const char *const *waits_for(struct rules *r, const char *const *after)
{
	const char **v;
	size_t n = 0, waits = 0;

	if (after == NULL)
		return NULL;
	while (after[n] != NULL)
		n++;
	v = ARENA_ARRAY(r->arena, n + 1, const char *);
	for (size_t i = 0; i < n; i++) {
		if (map_get(&r->reader->left_out, span_of(after[i])) == NULL)
			v[waits++] = view_plan_find_rule(r->plan, span_of(after[i])) >= 0 ? r->check.name : after[i];
	}
	return v;
}

/* Meta rules come last: nothing can wait for them. */
static bool check_after(const struct rules *r, const struct rule_def *d, struct err *err_r)
{
	for (const char *const *name = d->after; name != NULL && *name != NULL; name++) {
		const struct rule_def *other = map_get(&r->reader->by_name, span_of(*name));

		if (other != NULL && other->meta.p != NULL)
			return err_set(err_r, "%s: 'after' in rule \"%s\": %s is a meta rule, and these come last", d->where, d->symbol.name, *name);
	}
	return true;
}

static bool add_function(struct rules *r, const struct rule_def *d, struct err *err_r)
{
	struct function_rule f = { .symbol = &d->symbol, .when = d->condition, .after = d->after, .scope = &d->scope, .where = d->where };
	lua_State *L = vm_state(r->reader->vm);

	if (!check_after(r, d, err_r))
		return false;
	f.waits_for = waits_for(r, d->after);
	lua_rawgeti(L, LUA_REGISTRYINDEX, d->function);
	luaL_unref(L, LUA_REGISTRYINDEX, d->function);
	add_check(r, functions_add(r->reader->functions, L, &f));
	return true;
}

static void add_declared(struct rules *r, struct symbol *symbols, const struct rule_def *d)
{
	struct declared *rule = &r->declared[r->ndeclared++];
	struct matcher_gate gates[CONDITION_GATES];
	size_t n = condition_gates(d->condition, gates);

	rule->def = d;
	rule->directions = (uint8_t)d->scope.directions;
	rule->gate = (uint32_t)r->ngates;
	rule->ngates = (uint16_t)n;
	for (size_t i = 0; i < n; i++)
		*ARRAY_ADD(r->arena, r->gates, r->ngates, r->cap_gates) = gates[i];
	rule->symbol = (unsigned)r->check.nsymbols;
	if (!d->part)
		symbols[r->check.nsymbols++] = d->symbol;
}

static bool make_checks(struct rules *r, struct err *err_r)
{
	const struct rule_reader *reader = r->reader;
	struct symbol *symbols = ARENA_ARRAY(r->arena, reader->nrules + 1, struct symbol);

	r->declared = ARENA_ARRAY(r->arena, reader->nrules + 1, struct declared);
	r->check = (struct check){ .name = "rules", .stages = STAGE_MESSAGE, .symbols = symbols, .ctx = r, .run = run };
	add_check(r, &r->check);
	for (size_t i = 0; i < reader->nrules; i++) {
		const struct rule_def *d = reader->rules[i];

		if (d->function != LUA_NOREF) {
			if (!add_function(r, d, err_r))
				return false;
		} else if (d->meta.p != NULL) {
			if (!meta_rules_add(r->metas, d, err_r))
				return false;
		} else {
			add_declared(r, symbols, d);
		}
	}
	if (!meta_rules_done(r->metas, err_r))
		return false;
	if (meta_rules_count(r->metas) != 0)
		add_check(r, meta_rules_check(r->metas));
	add_check(r, NULL);
	return true;
}

/* Loading. */

static struct rules *rules_new(struct arena *arena)
{
	struct rules *r = ARENA_NEW(arena, struct rules);

	r->arena = arena;
	r->plan = view_plan_new(arena);
	r->reader = rule_reader_new(arena, r->plan);
	r->metas = meta_rules_new(arena, r->plan);
	return r;
}

static bool read_file(struct rules *r, const char *path, struct err *err_r)
{
	struct span text;

	if (map_get(&r->reader->sources, span_of(path)) != NULL)
		return true; /* two patterns that match the same file */
	return rule_file_read(r->arena, path, RULE_FILE_MAX, &text, err_r) && rule_reader_add(r->reader, path, text, false, err_r);
}

static bool read_pattern(struct rules *r, const char *pattern, struct err *err_r)
{
	glob_t g;
	bool ok = true;

	if (strpbrk(pattern, "*?[") == NULL)
		return read_file(r, pattern, err_r);
	if (glob(pattern, 0, NULL, &g) == 0) {
		for (size_t i = 0; ok && i < g.gl_pathc; i++)
			ok = read_file(r, arena_str(r->arena, span_of(g.gl_pathv[i])), err_r);
	}
	globfree(&g);
	return ok;
}

static bool read_shipped(struct rules *r, struct err *err_r)
{
	for (const struct shipped_file *f = shipped_files; f->name != NULL; f++) {
		if (!span_ends(span_of(f->name), SPAN_LIT(".lua")))
			continue;
		if (!rule_reader_add(r->reader, f->name, span_make((const char *)f->text, f->len), true, err_r))
			return false;
	}
	return true;
}

/* Every name that is switched off must be somebody's. */
static bool check_disabled(const struct rules *r, const struct span_list *disabled, struct err *err_r)
{
	for (size_t i = 0; i < disabled->n; i++) {
		const char *near;

		if (rule_reader_met(r->reader, disabled->v[i], &near))
			continue;
		if (near == NULL)
			return err_set(err_r, "rules.disabled: there is no rule '%.*s'", SPAN_ARG(span_sub(disabled->v[i], 0, RULE_NAME_MAX)));
		return err_set(err_r, "rules.disabled: there is no rule '%.*s' (did you mean '%s'?)", SPAN_ARG(span_sub(disabled->v[i], 0, RULE_NAME_MAX)), near);
	}
	return true;
}

static struct rules *finish(struct rules *r, struct err *err_r)
{
	rule_reader_done(r->reader);
	*ARRAY_ADD(r->arena, r->reader->watched, r->reader->nwatched, r->reader->cap_watched) = NULL;
	return make_checks(r, err_r) ? r : NULL;
}

struct rules *rules_load(struct arena *arena, const struct rules_settings *set, struct err *err_r)
{
	struct rules *r = rules_new(arena);

	for (size_t i = 0; i < set->disabled.n; i++) {
		rule_reader_leave_out(r->reader, set->disabled.v[i]);
		meta_rules_ignore(r->metas, set->disabled.v[i]);
	}
	for (size_t i = 0; i < set->files.n; i++) {
		if (!read_pattern(r, arena_str(arena, set->files.v[i]), err_r))
			return NULL;
	}
	if ((set->shipped && !read_shipped(r, err_r)) || !check_disabled(r, &set->disabled, err_r))
		return NULL;
	return finish(r, err_r);
}

struct rules *rules_load_text(struct arena *arena, const char *name, struct span text, struct err *err_r)
{
	struct rules *r = rules_new(arena);

	return rule_reader_add(r->reader, name, text, false, err_r) ? finish(r, err_r) : NULL;
}

/* What others ask. */

const struct check *const *rules_checks(const struct rules *r)
{
	return r->checks;
}

struct pattern_set *const *rules_patterns(const struct rules *r, size_t *n_r)
{
	return view_plan_sets(r->plan, n_r);
}

const char *const *rules_watched(const struct rules *r)
{
	return r->reader->watched;
}

struct functions *rules_functions(const struct rules *r)
{
	return r->reader->functions;
}

static enum rule_kind kind_of(const struct rule_def *d)
{
	if (d->function != LUA_NOREF)
		return RULE_FUNCTION;
	return d->meta.p != NULL ? RULE_META : RULE_CONDITIONS;
}

const struct rule_info *rules_info(const struct rules *r, size_t *n_r)
{
	struct rule_info *v = ARENA_ARRAY(r->arena, r->reader->nrules + 1, struct rule_info);

	for (size_t i = 0; i < r->reader->nrules; i++) {
		const struct rule_def *d = r->reader->rules[i];

		v[i] = (struct rule_info){ .symbol = &d->symbol, .where = d->where, .kind = kind_of(d), .part = d->part, .shipped = d->shipped };
		if (d->time != NULL) {
			v[i].runs = d->time->runs;
			v[i].hits = d->time->hits;
			v[i].ns = d->time->ns;
		}
	}
	*n_r = r->reader->nrules;
	return v;
}

void rules_time_begin(struct rules *r)
{
	for (size_t i = 0; i < r->reader->nrules; i++)
		r->reader->rules[i]->time = ARENA_NEW(r->arena, struct rule_time);
	r->texts = ARENA_NEW(r->arena, struct rule_time);
}

void rules_time_texts(const struct rules *r, uint64_t *runs_r, int64_t *ns_r)
{
	*runs_r = r->texts != NULL ? r->texts->runs : 0;
	*ns_r = r->texts != NULL ? r->texts->ns : 0;
}

unsigned rules_count(const struct rules *r, const struct scan *scan, const char *name)
{
	const struct rule_view *v = rule_view_find(scan, r->plan);
	int number = view_plan_find_rule(r->plan, span_of(name));

	return v != NULL && number >= 0 ? view_count(v, (unsigned)number) : 0;
}
