#include <assert.h>

#include "spamassassin/view_header.h"

static void free_regex(void *regex)
{
	struct regex *r = regex;

	regex_free(&r);
}

static void free_memory(void *memory)
{
	struct regex_memory *m = memory;

	regex_memory_free(&m);
}

struct regex *sa_pattern(struct arena *arena, const char *pattern, unsigned flags)
{
	struct err err;
	struct regex *r = regex_new(span_of(pattern), flags, &err);

	assert(r != NULL);
	arena_cleanup(arena, free_regex, r);
	return r;
}

const struct sa_view_config *sa_view_config_new(struct arena *arena, const struct cf *cf)
{
	struct sa_view_config *c = ARENA_NEW(arena, struct sa_view_config);

	hash_key_random(&c->key);
	c->memory = regex_memory_new();
	arena_cleanup(arena, free_memory, c->memory);
	c->domain = sa_domain_config_new(arena, cf);
	c->header = sa_header_config_new(arena, cf);
	c->relay = sa_relay_config_new(arena, cf);
	c->uri = sa_uri_config_new(arena, cf);
	return c;
}

void sa_map_init(struct sa_view *v, struct map *map, bool fold)
{
	*map = (struct map){ .arena = v->arena, .fold = fold, .key = v->config->key };
}
