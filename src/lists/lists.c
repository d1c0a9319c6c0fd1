/* Which lists are in use. */
#include "lists/lists.h"

#include <glob.h>

#include "base/array.h"
#include "base/setting.h"
#include "lists/list_file.h"
#include "lists/list_geo.h"
#include "lists/list_read.h"

/* Never looked up: addresses that mean nothing outside of one network (RFC 1918, 3927, 4193, 6598 and their like) and names below no public domain. */
static const char *const never[] = {
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
	".local", ".localdomain", ".localhost", ".lan", ".internal", ".intranet", ".home", ".corp", ".arpa", ".invalid", ".onion",
};

static bool add_entries(struct list *list, const struct span_list *entries, const char *key, struct err *err_r)
{
	for (size_t i = 0; i < entries->n; i++) {
		if (!list_add(list, entries->v[i], err_r))
			return err_prefix(err_r, "lists.%s: '%.*s'", key, SPAN_ARG(entries->v[i]));
	}
	return true;
}

static bool make_exemptions(struct lists *l, struct err *err_r)
{
	l->exempt = list_new(l->arena);
	l->recipients = list_new(l->arena);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		if (!list_add(l->exempt, span_of(never[i]), err_r))
			return false;
	}
	return add_entries(l->exempt, &l->set->exempt, "exempt", err_r) && add_entries(l->recipients, &l->set->exempt_recipients, "exempt_recipients", err_r);
}

/* Definitions. */

static bool read_file(struct list_reader *r, const char *path, struct err *err_r)
{
	struct span text;

	return list_file_read(r->arena, path, LIST_DEFINITIONS_MAX, &text, err_r) && list_reader_add(r, path, text, false, err_r);
}

static bool read_pattern(struct list_reader *r, const char *pattern, struct err *err_r)
{
	glob_t g;
	bool ok = true;

	if (strpbrk(pattern, "*?[") == NULL)
		return read_file(r, pattern, err_r);
	if (glob(pattern, 0, NULL, &g) == 0) {
		for (size_t i = 0; ok && i < g.gl_pathc; i++)
			ok = read_file(r, g.gl_pathv[i], err_r);
	}
	globfree(&g);
	return ok;
}

static bool read_all(struct list_reader *r, const struct lists_settings *set, struct err *err_r)
{
	for (size_t i = 0; i < set->files.n; i++) {
		if (!read_pattern(r, arena_str(r->arena, set->files.v[i]), err_r))
			return false;
	}
	for (const struct list_shipped_file *f = list_shipped_files; f->name != NULL; f++) {
		if (!list_reader_add(r, f->name, span_make((const char *)f->text, f->len), true, err_r))
			return false;
	}
	return true;
}

/* Enabling. */

static struct span key_named(const struct span_list *keys, const char *name)
{
	for (size_t i = 0; i < keys->n; i++) {
		struct span rest = keys->v[i];

		if (span_eq(span_split(&rest, '='), span_of(name)))
			return rest;
	}
	return SPAN_NONE;
}

static bool put_key(struct lists *l, struct list_def *d, struct err *err_r)
{
	struct span key = d->key != NULL ? key_named(&l->set->keys, d->key) : SPAN_NONE;
	size_t at = span_find(d->zone, SPAN_LIT("{key}"));

	if (d->key == NULL)
		return true;
	if (key.len == 0)
		return err_set(err_r, "lists.enable: '%s' needs a key: lists { keys = { \"%s=YOUR-KEY\" } }", d->name, d->key);
	d->zone = arena_printf(l->arena, "%.*s%.*s%.*s", (int)at, d->zone.p, SPAN_ARG(key), SPAN_ARG(span_from(d->zone, at + 5)));
	return true;
}

static bool read_entries(struct lists *l, struct list_def *d, struct err *err_r)
{
	struct span text;

	if (!list_file_read(l->arena, d->file, LIST_ENTRIES_FILE_MAX, &text, err_r))
		return err_prefix(err_r, "%s: list \"%s\"", d->where, d->name);
	d->entries = list_new(l->arena);
	*ARRAY_ADD(l->arena, l->watched, l->nwatched, l->cap_watched) = d->file;
	return list_add_text(d->entries, text, d->file, err_r);
}

static bool use(struct lists *l, struct list_def *d, struct err *err_r)
{
	d->number = (unsigned)l->n;
	l->v[l->n++] = d;
	switch (d->source) {
	case LIST_ZONE:
		return put_key(l, d, err_r);
	case LIST_FILE:
		return read_entries(l, d, err_r);
	case LIST_COUNTRY:
	case LIST_ASN:
		break;
	}
	if ((d->source == LIST_COUNTRY ? l->set->country : l->set->asn).len == 0)
		return err_set(err_r, "%s: list \"%s\" needs lists.%s: a MaxMind file", d->where, d->name, d->source == LIST_COUNTRY ? "country" : "asn");
	return true;
}

static bool enable(struct lists *l, const struct list_reader *r, struct span name, struct err *err_r)
{
	struct list_def *d = map_get(&r->by_name, name);
	const char *near;

	if (d != NULL && d->dead)
		return err_set(err_r, "lists.enable: '%s' is closed: %s", d->name, d->note != NULL ? d->note : "no list any more");
	for (size_t i = 0; d != NULL && i < l->n; i++) {
		if (l->v[i] == d)
			return true;
	}
	if (d != NULL)
		return use(l, d, err_r);
	near = list_reader_nearest(r, name);
	name = span_sub(name, 0, LIST_NAME_MAX);
	if (near != NULL)
		return err_set(err_r, "lists.enable: there is no list '%.*s' (did you mean '%s'?)", SPAN_ARG(name), near);
	return err_set(err_r, "lists.enable: there is no list '%.*s' (\"winnow lists\" shows them)", SPAN_ARG(name));
}

/* What needs no network is in use when it is defined; the rest when it is named. */
static bool choose(struct lists *l, const struct list_reader *r, struct err *err_r)
{
	l->v = ARENA_ARRAY(l->arena, r->n + 1, struct list_def *);
	for (size_t i = 0; i < r->n; i++) {
		if (r->v[i]->source != LIST_ZONE && !use(l, r->v[i], err_r))
			return false;
	}
	for (size_t i = 0; i < l->set->enable.n; i++) {
		if (!enable(l, r, l->set->enable.v[i], err_r))
			return false;
	}
	return true;
}

/* Symbols. */

static void leave_out(struct list_def *d, size_t symbol)
{
	struct list_code *v = (struct list_code *)(uintptr_t)d->codes; /* NOLINT(performance-no-int-to-ptr): ours to change until loaded */

	for (size_t i = 0; i < d->ncodes; i++) {
		if (v[i].symbol == symbol)
			v[i].symbol = LIST_SYMBOL_NONE;
	}
}

static bool leave_out_everywhere(const struct list_reader *r, struct span symbol)
{
	bool met = false;

	for (size_t i = 0; i < r->n; i++) {
		for (size_t s = 0; s < r->v[i]->nsymbols; s++) {
			if (!span_eq(span_of(r->v[i]->symbols[s].name), symbol))
				continue;
			leave_out(r->v[i], s);
			met = true;
		}
	}
	return met;
}

static bool disable(const struct list_reader *r, const struct span_list *disabled, struct err *err_r)
{
	for (size_t i = 0; i < disabled->n; i++) {
		if (!leave_out_everywhere(r, disabled->v[i]))
			return err_set(err_r, "lists.disabled: no list has a symbol '%.*s'", SPAN_ARG(span_sub(disabled->v[i], 0, LIST_SYMBOL_MAX)));
	}
	return true;
}

/* Variants of one list (with key, without) share their symbols: only one of them can be in use. */
static bool check_symbols(const struct lists *l, struct err *err_r)
{
	struct map owners;

	map_init(&owners, l->arena, false);
	for (size_t i = 0; i < l->n; i++) {
		struct list_def *d = l->v[i];

		for (size_t s = 0; s < d->nsymbols; s++) {
			const struct list_def *other = map_put(&owners, span_of(d->symbols[s].name), d);

			if (other != NULL)
				return err_set(err_r, "%s: lists '%s' and '%s' both have the symbol %s: use one of them", d->where, other->name, d->name, d->symbols[s].name);
		}
	}
	return true;
}

/* Loading. */

static void free_memory(void *ctx)
{
	struct lists *l = ctx;

	regex_memory_free(&l->memory);
}

static void make_checks(struct lists *l)
{
	l->checks = ARENA_ARRAY(l->arena, l->n + 1, const struct check *);
	for (size_t i = 0; i < l->n; i++) {
		struct list_use *u = ARENA_NEW(l->arena, struct list_use);
		struct check *c = ARENA_NEW(l->arena, struct check);

		*u = (struct list_use){ l, l->v[i] };
		list_check_make(l->arena, u, c);
		l->checks[i] = c;
	}
	*ARRAY_ADD(l->arena, l->watched, l->nwatched, l->cap_watched) = NULL;
}

static struct lists *lists_new(struct arena *arena, const struct lists_settings *set)
{
	struct lists *l = ARENA_NEW(arena, struct lists);

	*l = (struct lists){ .arena = arena, .set = set, .memory = regex_memory_new() };
	arena_cleanup(arena, free_memory, l);
	return l;
}

static struct lists *finish(struct lists *l, const struct list_reader *r, struct err *err_r)
{
	l->all = r->v;
	l->nall = r->n;
	if (!make_exemptions(l, err_r) || !choose(l, r, err_r) || !disable(r, &l->set->disabled, err_r) || !check_symbols(l, err_r))
		return NULL;
	if ((l->set->country.len != 0 || l->set->asn.len != 0) && (l->geo = list_geo_open(l->arena, l->set->country, l->set->asn, err_r)) == NULL)
		return NULL;
	make_checks(l);
	return l;
}

struct lists *lists_load(struct arena *arena, const struct lists_settings *set, struct err *err_r)
{
	struct lists *l = lists_new(arena, set);
	struct list_reader r;

	list_reader_init(&r, arena);
	return read_all(&r, set, err_r) ? finish(l, &r, err_r) : NULL;
}

struct lists *lists_load_text(struct arena *arena, const struct lists_settings *set, const char *name, struct span text, struct err *err_r)
{
	struct lists *l = lists_new(arena, set);
	struct list_reader r;

	list_reader_init(&r, arena);
	return list_reader_add(&r, name, text, false, err_r) ? finish(l, &r, err_r) : NULL;
}

const struct check *const *lists_checks(const struct lists *l)
{
	return l->checks;
}

const char *const *lists_watched(const struct lists *l)
{
	return l->watched;
}
