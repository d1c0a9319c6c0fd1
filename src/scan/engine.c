#include "scan/engine.h"

#include <assert.h>

#include "base/array.h"
#include "scan/engine_private.h"

static const struct {
	const char *name;
	score_t cap;
} default_caps[] = {
	{ "content", 12000 },
	{ "authentication", 8000 },
	{ "lists", 7000 },
	{ "learned", 6000 },
	{ "spamassassin", 10000 },
	{ "malware", 6000 },
};

static bool listed(const struct setting_set *const *v, size_t n, const struct setting_set *set)
{
	while (n != 0 && v[n - 1] != set)
		n--;
	return n != 0;
}

const struct setting_set **engine_setting_sets(struct arena *arena, const struct check *const *checks)
{
	static const struct setting_set *const own[] = { &scan_setting_set, &networks_setting_set, &group_setting_set, &profile_setting_set };
	const struct setting_set **v = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		*ARRAY_ADD(arena, v, n, cap) = own[i];
	for (; *checks != NULL; checks++) {
		if ((*checks)->set != NULL && !listed(v, n, (*checks)->set))
			*ARRAY_ADD(arena, v, n, cap) = (*checks)->set;
	}
	*ARRAY_ADD(arena, v, n, cap) = NULL;
	return v;
}

static size_t check_index(const struct engine *e, const char *name)
{
	for (size_t i = 0; i < e->nchecks; i++) {
		if (strcmp(e->checks[i].check->name, name) == 0)
			return i;
	}
	return SIZE_MAX;
}

/* The check that a symbol belongs to. */
static size_t symbol_owner(const struct engine *e, const char *name)
{
	int sym = symbol_find(&e->symbols, span_of(name));

	for (size_t i = 0; sym >= 0 && i < e->nchecks; i++) {
		if ((size_t)sym >= e->checks[i].first_symbol && (size_t)sym - e->checks[i].first_symbol < e->checks[i].check->nsymbols)
			return i;
	}
	return SIZE_MAX;
}

/* Checks that a file brought are named with their place in it. */
static bool order_fail(const struct check *check, struct err *err_r)
{
	return check->where != NULL ? err_prefix(err_r, "%s", check->where) : false;
}

static bool order_visit(struct engine *e, size_t i, uint8_t *mark, struct err *err_r);

static bool order_before(struct engine *e, struct engine_check *c, size_t dep, uint8_t *mark, struct err *err_r)
{
	if (!order_visit(e, dep, mark, err_r))
		return false;
	*ARRAY_ADD(e->arena, c->after, c->nafter, c->cap_after) = (uint16_t)dep;
	return true;
}

/* Depth-first: what a check comes after is put into the order before it. */
static bool order_visit(struct engine *e, size_t i, uint8_t *mark, struct err *err_r)
{
	struct engine_check *c = &e->checks[i];

	if (mark[i] == 2)
		return true;
	if (mark[i] == 1) {
		err_set(err_r, "check %s comes after itself", c->check->name);
		return order_fail(c->check, err_r);
	}
	mark[i] = 1;
	for (const char *const *name = c->check->after; name != NULL && *name != NULL; name++) {
		size_t dep = check_index(e, *name);

		if (dep == SIZE_MAX)
			dep = symbol_owner(e, *name);
		if (dep == SIZE_MAX) {
			err_set(err_r, "check %s comes after %s, which does not exist", c->check->name, *name);
			return order_fail(c->check, err_r);
		}
		if (!order_before(e, c, dep, mark, err_r))
			return false;
	}
	for (size_t dep = 0; c->check->last && dep < e->nchecks; dep++) {
		if (!e->checks[dep].check->last && !order_before(e, c, dep, mark, err_r))
			return false;
	}
	mark[i] = 2;
	e->order[e->norder++] = (uint16_t)i;
	return true;
}

static bool order_checks(struct engine *e, struct err *err_r)
{
	uint8_t *mark = ARENA_ARRAY(e->arena, e->nchecks + 1, uint8_t);

	e->order = ARENA_ARRAY(e->arena, e->nchecks + 1, uint16_t);
	for (size_t i = 0; i < e->nchecks; i++) {
		if (!order_visit(e, i, mark, err_r))
			return false;
	}
	return true;
}

static bool add_symbols(struct engine *e, struct err *err_r)
{
	symbol_table_init(&e->symbols, e->arena);
	for (size_t i = 0; i < e->nchecks; i++) {
		struct engine_check *c = &e->checks[i];

		c->first_symbol = (unsigned)e->symbols.n;
		for (size_t s = 0; s < c->check->nsymbols; s++) {
			if (!symbol_add(&e->symbols, &c->check->symbols[s], err_r))
				return err_prefix(err_r, "check %s", c->check->name);
			if (c->check->force != NULL)
				e->symbols.force_of[c->first_symbol + s] = (uint8_t)c->check->force(conf_get(e->conf, c->check->set), (unsigned)s);
		}
	}
	return true;
}

/* Puts in front of an error where the configuration says what is wrong. */
static bool blame(const struct engine *e, const struct setting_set *set, const char *key, struct span block, struct err *err_r)
{
	char where[sizeof(err_r->text)];

	conf_where(e->conf, set, span_of(key), block, where, sizeof(where));
	return where[0] != '\0' ? err_prefix(err_r, "%s", where) : false;
}

struct each {
	struct engine *engine;
	struct err *err_r;
	bool ok;
};

static void set_group_cap(void *ctx, struct span name, const void *values)
{
	struct each *each = ctx;
	int g = each->ok ? symbol_group(&each->engine->symbols, name) : -1;

	if (!each->ok)
		return;
	if (g >= 0) {
		each->engine->symbols.groups[g].cap = ((const struct group_settings *)values)->cap;
		return;
	}
	err_set(each->err_r, "more than %d groups", SYMBOL_GROUPS_MAX);
	each->ok = blame(each->engine, &group_setting_set, "", name, each->err_r);
}

static bool set_groups(struct engine *e, struct err *err_r)
{
	struct each each = { e, err_r, true };

	for (size_t i = 0; i < sizeof(default_caps) / sizeof(default_caps[0]); i++) {
		int g = symbol_group(&e->symbols, span_of(default_caps[i].name));

		assert(g >= 0);
		e->symbols.groups[g].cap = default_caps[i].cap;
	}
	conf_each(e->conf, &group_setting_set, set_group_cap, &each);
	return each.ok;
}

/* Profiles are found by the pointer of their merged settings, which conf keeps for the generation. */
static void build_profile(void *ctx, struct span name, const void *values)
{
	struct each *each = ctx;
	struct engine *e = each->engine;
	const void **key;
	struct profile *p;

	if (!each->ok)
		return;
	key = ARENA_NEW(e->arena, const void *);
	*key = values;
	if (map_get(&e->profiles, span_make((const char *)key, sizeof(*key))) != NULL)
		return;
	p = profile_build(e->arena, values, &e->symbols, each->err_r);
	if (p == NULL) {
		if (name.len != 0)
			err_prefix(each->err_r, "%.*s", SPAN_ARG(name));
		each->ok = blame(e, &profile_setting_set, "scores", name, each->err_r);
		return;
	}
	map_put(&e->profiles, span_make((const char *)key, sizeof(*key)), p);
}

static bool build_profiles(struct engine *e, struct err *err_r)
{
	struct each each = { e, err_r, true };

	map_init(&e->profiles, e->arena, false);
	build_profile(&each, SPAN_NONE, conf_get(e->conf, &profile_setting_set));
	conf_each(e->conf, &profile_setting_set, build_profile, &each);
	return each.ok;
}

static void parse_networks(struct arena *arena, const struct span_list *texts, struct cidr **v_r, size_t *n_r)
{
	*v_r = ARENA_ARRAY(arena, texts->n + 1, struct cidr);
	*n_r = texts->n;
	for (size_t i = 0; i < texts->n; i++) {
		bool ok = cidr_parse(texts->v[i], &(*v_r)[i]);

		assert(ok); /* checked when loading */
		(void)ok;
	}
}

static bool init_checks(struct engine *e, struct err *err_r)
{
	for (size_t i = 0; i < e->nchecks; i++) {
		struct engine_check *c = &e->checks[i];
		const void *cfg = c->check->set != NULL ? conf_get(e->conf, c->check->set) : c->check->ctx;

		c->state = (void *)(uintptr_t)c->check->ctx; /* NOLINT(performance-no-int-to-ptr): only to drop const */
		if (c->check->init != NULL && !c->check->init(e, e->arena, cfg, &c->state, err_r)) {
			err_prefix(err_r, "check %s", c->check->name);
			return c->check->set != NULL ? blame(e, c->check->set, "", SPAN_NONE, err_r) : false;
		}
	}
	return true;
}

static bool build(struct engine *e, const struct check *const *checks, struct err *err_r)
{
	const struct networks_settings *networks = conf_get(e->conf, &networks_setting_set);
	const struct profile_settings *defaults = conf_get(e->conf, &profile_setting_set);
	size_t n = 0;

	while (checks[n] != NULL)
		n++;
	e->checks = ARENA_ARRAY(e->arena, n + 1, struct engine_check);
	e->nchecks = n;
	for (size_t i = 0; i < n; i++)
		e->checks[i].check = checks[i];
	e->scan = conf_get(e->conf, &scan_setting_set);
	e->delimiter = '\0';
	if (defaults->recipient_delimiter.len != 0)
		e->delimiter = defaults->recipient_delimiter.p[0];
	parse_networks(e->arena, &networks->own, &e->own, &e->nown);
	parse_networks(e->arena, &networks->trusted_relays, &e->relays, &e->nrelays);
	return add_symbols(e, err_r) && order_checks(e, err_r) && set_groups(e, err_r) && build_profiles(e, err_r) && init_checks(e, err_r);
}

struct engine *engine_new(const struct conf *conf, const struct check *const *checks, struct err *err_r)
{
	struct arena *arena = arena_new(0);
	struct engine *e = ARENA_NEW(arena, struct engine);

	e->arena = arena;
	e->conf = conf;
	e->urls = url_context_new();
	if (!build(e, checks, err_r))
		engine_free(&e);
	return e;
}

void engine_free(struct engine **e_r)
{
	struct engine *e = *e_r;
	struct arena *arena;

	if (e == NULL)
		return;
	*e_r = NULL;
	url_context_free(&e->urls);
	arena = e->arena;
	arena_free(&arena);
}

const struct symbol_table *engine_symbols(const struct engine *e)
{
	return &e->symbols;
}

const struct scan_settings *engine_scan_settings(const struct engine *e)
{
	return e->scan;
}

const struct url_context *engine_urls(const struct engine *e)
{
	return e->urls;
}

int engine_symbol(const struct engine *e, const char *name)
{
	return symbol_find(&e->symbols, span_of(name));
}

const struct profile *engine_profile(const struct engine *e, struct span address)
{
	const void *settings = conf_get_for(e->conf, &profile_setting_set, address, e->delimiter);
	const struct profile *p = map_get(&e->profiles, span_make((const char *)&settings, sizeof(settings)));

	assert(p != NULL);
	return p;
}

static bool among(const struct cidr *v, size_t n, const struct ip *ip)
{
	for (size_t i = 0; i < n; i++) {
		if (cidr_has(&v[i], ip))
			return true;
	}
	return false;
}

enum direction engine_direction(const struct engine *e, const struct client *client, bool by_smtp)
{
	if (client->auth_user.len != 0)
		return DIR_OUTBOUND;
	if (!by_smtp)
		return DIR_LOCAL;
	if (among(e->relays, e->nrelays, &client->ip))
		return DIR_RELAY;
	return among(e->own, e->nown, &client->ip) ? DIR_OUTBOUND : DIR_INBOUND;
}

bool engine_trusts(const struct engine *e, const struct ip *ip)
{
	return among(e->own, e->nown, ip) || among(e->relays, e->nrelays, ip);
}
