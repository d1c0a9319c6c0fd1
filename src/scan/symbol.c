#include "scan/symbol.h"

#include "base/array.h"
#include "base/setting.h"

void symbol_table_init(struct symbol_table *t, struct arena *arena)
{
	*t = (struct symbol_table){ .arena = arena };
	map_init(&t->by_name, arena, false);
}

int symbol_group(struct symbol_table *t, struct span name)
{
	for (size_t i = 0; i < t->ngroups; i++) {
		if (span_eq(t->groups[i].name, name))
			return (int)i;
	}
	if (t->ngroups == SYMBOL_GROUPS_MAX)
		return -1;
	t->groups[t->ngroups].name = arena_copy(t->arena, name);
	t->groups[t->ngroups].evidence = !span_eq(name, SPAN_LIT("policy"));
	return (int)t->ngroups++;
}

bool symbol_add(struct symbol_table *t, const struct symbol *s, struct err *err_r)
{
	struct span name = span_of(s->name);
	int group = symbol_group(t, span_of(s->group));

	if (group < 0)
		return err_set(err_r, "more than %d symbol groups at %s", SYMBOL_GROUPS_MAX, s->name);
	if (t->n >= SYMBOLS_MAX)
		return err_set(err_r, "more than %d symbols at %s", SYMBOLS_MAX, s->name);
	if (symbol_find(t, name) >= 0)
		return err_set(err_r, "two checks declare the symbol %s", s->name);
	*ARRAY_ADD(t->arena, t->v, t->n, t->cap) = s;
	*ARRAY_ADD(t->arena, t->group_of, t->n_group_of, t->cap_group_of) = (uint8_t)group;
	*ARRAY_ADD(t->arena, t->force_of, t->n_force_of, t->cap_force_of) = (uint8_t)s->force;
	map_put(&t->by_name, name, (void *)(uintptr_t)t->n); // NOLINT(performance-no-int-to-ptr): an index in the map's pointer
	return true;
}

int symbol_find(const struct symbol_table *t, struct span name)
{
	return (int)(uintptr_t)map_get(&t->by_name, name) - 1;
}

const char *symbol_nearest(const struct symbol_table *t, struct span name)
{
	unsigned best = 4;
	const char *near = NULL;

	for (size_t i = 0; i < t->n; i++) {
		unsigned d = edit_distance(name, span_of(t->v[i]->name), best);

		if (d < best) {
			best = d;
			near = t->v[i]->name;
		}
	}
	return near;
}
