/* The ready configuration: look-ups. */
#include <assert.h>
#include <stdio.h>

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

const char *conf_where(const struct conf *c, const struct setting_set *set, struct span key, struct span name, char *buf, size_t size)
{
	const struct set_conf *sc = conf_set(c, set);
	const struct setting *row = setting_find(set, key);
	bool address = span_chr(name, '@') != SPAN_NPOS; /* no domain has one, every address has */
	/* From the block itself down to what lies below it. */
	const struct block *layers[] = {
		block_find(&sc->named, name),
		address ? block_find(&sc->addresses, name) : NULL,
		address ? layer_domain(sc, name) : block_find(&sc->domains, name),
		&sc->base,
	};
	struct origin key_at = { NULL, 0 }, block_at = { NULL, 0 };

	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		const struct assign *a = layers[i] != NULL && row != NULL ? block_get(layers[i], row) : NULL;

		if (key_at.file == NULL && a != NULL)
			key_at = a->from;
		if (block_at.file == NULL && layers[i] != NULL)
			block_at = layers[i]->from;
	}
	if (key_at.file == NULL)
		key_at = block_at;
	if (key_at.file == NULL)
		snprintf(buf, size, "%s", "");
	else if (key_at.line == 0)
		snprintf(buf, size, "%s", key_at.file);
	else
		snprintf(buf, size, "%s:%u", key_at.file, key_at.line);
	return buf;
}
