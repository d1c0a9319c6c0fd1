/* The ready configuration: look-ups. */
#include <assert.h>

#include "conf/conf_int.h"

void conf_free(struct conf **c_r)
{
	struct arena *arena;

	if (*c_r == NULL)
		return;
	arena = (*c_r)->arena;
	*c_r = NULL;
	arena_free(&arena);
}

const void *conf_get(const struct conf *c, const struct setting_set *set)
{
	assert(set->kind != SET_NAMED);
	return conf_set(c, set)->base.values;
}

const void *conf_get_named(const struct conf *c, const struct setting_set *set, struct span name)
{
	const struct block *b = block_find(&conf_set(c, set)->named, name);

	return b != NULL ? b->values : NULL;
}

void conf_each(const struct conf *c, const struct setting_set *set, void (*fn)(void *ctx, struct span name, const void *values), void *ctx)
{
	const struct set_conf *sc = conf_set(c, set);

	if (set->kind == SET_NAMED) {
		for (size_t i = 0; i < sc->named.n; i++)
			fn(ctx, sc->named.v[i]->name, sc->named.v[i]->values);
		return;
	}
	for (size_t i = 0; i < sc->nmerged; i++)
		fn(ctx, sc->merged[i]->name, sc->merged[i]->values);
}

const void *conf_get_for(const struct conf *c, const struct setting_set *set, struct span address, char delimiter)
{
	const struct set_conf *sc = conf_set(c, set);
	const struct block *b = layer_address(sc, address, delimiter);

	if (b == NULL)
		b = layer_domain(sc, address);
	return b != NULL ? b->values : sc->base.values;
}
