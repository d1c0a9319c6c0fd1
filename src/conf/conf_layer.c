/* Layers: sparse blocks as they were written, and the structs made of them. */
#include <stdlib.h>

#include "base/array.h"
#include "conf/conf_int.h"

struct set_conf *conf_set(const struct conf *c, const struct setting_set *set)
{
	for (size_t i = 0; i < c->nsets; i++) {
		if (c->sets[i].set == set)
			return &c->sets[i];
	}
	abort(); /* the set was not passed to conf_load */
}

struct set_conf *conf_set_named(const struct conf *c, struct span name)
{
	for (size_t i = 0; i < c->nsets; i++) {
		if (span_eq(span_of(c->sets[i].set->name), name))
			return &c->sets[i];
	}
	return NULL;
}

struct block *block_find(const struct block_list *list, struct span name)
{
	return map_get(&list->by_name, name);
}

struct block *block_make(struct conf *c, struct block_list *list, struct span name)
{
	struct block *b = block_find(list, name);

	if (b != NULL)
		return b;
	b = ARENA_NEW(c->arena, struct block);
	b->name = value_intern(c, name);
	*ARRAY_ADD(c->arena, list->v, list->n, list->cap) = b; // NOLINT(bugprone-sizeof-expression): an array of pointers
	map_put(&list->by_name, b->name, b);
	return b;
}

const struct assign *block_get(const struct block *b, const struct setting *row)
{
	for (size_t i = 0; i < b->n; i++) {
		if (b->v[i].row == row)
			return &b->v[i];
	}
	return NULL;
}

void block_add(struct conf *c, struct block *b, const struct assign *v, size_t n)
{
	struct assign *all;

	if (n == 0)
		return;
	all = ARENA_ARRAY(c->arena, b->n + n, struct assign);
	if (b->n != 0)
		memcpy(all, b->v, b->n * sizeof(struct assign));
	b->v = all;
	for (size_t i = 0; i < n; i++) {
		struct assign *old = (struct assign *)block_get(b, v[i].row);
		union value value = v[i].value;

		if (old == NULL) {
			b->v[b->n++] = v[i];
			continue;
		}
		if (v[i].row->type == SET_SCORES) {
			struct setting field = *v[i].row;

			field.off = 0;
			value = old->value;
			value_apply(c, &value, &field, &v[i].value);
		}
		*old = (struct assign){ v[i].row, v[i].from, value };
	}
}

struct span address_domain(struct span address)
{
	size_t at = span_rchr(address, '@');

	return at == SPAN_NPOS ? SPAN_NONE : span_from(address, at + 1);
}

const struct block *layer_domain(const struct set_conf *sc, struct span address)
{
	return block_find(&sc->domains, address_domain(address));
}

/* The longest addresses of RFC 5321 (4.5.3.1) have 320 bytes; what is longer has no extension for us. */
const struct block *layer_address(const struct set_conf *sc, struct span address, char delimiter)
{
	const struct block *b = block_find(&sc->addresses, address);
	size_t at = span_rchr(address, '@'), plus;
	char plain[512];

	if (b != NULL || delimiter == '\0' || at == SPAN_NPOS || address.len > sizeof(plain))
		return b;
	plus = span_chr(span_sub(address, 0, at), delimiter);
	if (plus == SPAN_NPOS || plus == 0)
		return NULL;
	memcpy(plain, address.p, plus);
	memcpy(plain + plus, address.p + at, address.len - at);
	return block_find(&sc->addresses, span_make(plain, plus + address.len - at));
}

/* Work of merging one set: the struct is built in "scratch" and kept only when no equal one is there. */
struct merge {
	struct conf *conf;
	struct set_conf *set;
	void *scratch;
	struct err *err_r;
};

static void apply_block(struct merge *m, const struct block *b)
{
	for (size_t i = 0; i < b->n; i++)
		value_apply(m->conf, m->scratch, b->v[i].row, &b->v[i].value);
}

static bool check_values(struct merge *m, const struct block *b, const char *layer)
{
	const struct setting_set *set = m->set->set;
	struct err why = { "" };
	struct origin from = b->from;

	if (set->check == NULL || set->check(m->scratch, &why))
		return true;
	if (b->name.len != 0)
		err_set(m->err_r, "%s \"%.*s\": %s", layer, SPAN_ARG(b->name), why.text);
	else
		err_set(m->err_r, "%s: %s", layer, why.text);
	if (from.file == NULL)
		return false;
	return from.line != 0 ? err_prefix(m->err_r, "%s:%u", from.file, from.line) : err_prefix(m->err_r, "%s", from.file);
}

/* Lays base, domain (NULL: none) and the block itself over the defaults; the block gets the result. */
static bool merge_block(struct merge *m, struct block *b, const struct block *domain, const char *layer)
{
	struct set_conf *sc = m->set;
	size_t size = sc->set->size;
	struct merged *known;

	memcpy(m->scratch, sc->defaults, size);
	if (b != &sc->base)
		apply_block(m, &sc->base); /* empty in SET_NAMED */
	if (domain != NULL)
		apply_block(m, domain);
	apply_block(m, b);
	known = map_get(&sc->known, span_make(m->scratch, size));
	if (known == NULL) {
		struct span bytes;

		if (!check_values(m, b, layer))
			return false;
		known = ARENA_NEW(m->conf->arena, struct merged);
		known->name = b->name;
		known->values = memcpy(arena_alloc(m->conf->arena, size), m->scratch, size);
		bytes = span_make(known->values, size);
		map_put(&sc->known, bytes, known);
		*ARRAY_ADD(m->conf->arena, sc->merged, sc->nmerged, sc->cap_merged) = known; // NOLINT(bugprone-sizeof-expression)
	}
	b->values = known->values;
	return true;
}

static bool merge_set(struct merge *m)
{
	struct set_conf *sc = m->set;
	const char *name = sc->set->name;

	if (sc->set->kind != SET_NAMED && !merge_block(m, &sc->base, NULL, name))
		return false;
	for (size_t i = 0; i < sc->named.n; i++) {
		if (!merge_block(m, sc->named.v[i], NULL, name))
			return false;
	}
	for (size_t i = 0; i < sc->domains.n; i++) {
		if (!merge_block(m, sc->domains.v[i], NULL, "domain"))
			return false;
	}
	for (size_t i = 0; i < sc->addresses.n; i++) {
		struct block *b = sc->addresses.v[i];

		if (!merge_block(m, b, layer_domain(sc, b->name), "address"))
			return false;
	}
	return true;
}

bool conf_merge(struct conf *c, struct err *err_r)
{
	struct arena *scratch = arena_new(0);
	bool ok = true;

	for (size_t i = 0; ok && i < c->nsets; i++) {
		struct merge m = { c, &c->sets[i], arena_alloc(scratch, c->sets[i].set->size), err_r };

		ok = merge_set(&m);
	}
	arena_free(&scratch);
	return ok;
}
