#include "checks/contained.h"

const char *const contained_after[] = { "inspection", NULL };

struct span contained_label(struct task *t, const struct inspection *i, const struct content_item *item)
{
	struct span file = inspection_label(i);

	if (item == NULL || item->parent < 0 || item->name.len == 0)
		return file;
	return arena_printf(task_arena(t), "%.*s: %.*s", SPAN_ARG(file), SPAN_ARG(item->name));
}

static const struct content_item *item_with(const struct contents *c, enum content_fact fact)
{
	for (size_t i = 0; i < c->nitems; i++) {
		if ((c->items[i].facts >> fact & 1) != 0)
			return &c->items[i];
	}
	return NULL;
}

void contained_hit_facts(struct task *t, const struct contained_symbol *rows, size_t n)
{
	const struct inspection_list *list = inspection_of(t);

	for (size_t row = 0; row < n && list != NULL; row++) {
		for (size_t i = 0; i < list->n; i++) {
			const struct contents *c = list->v[i].contents;

			if (c == NULL || (c->facts >> rows[row].fact & 1) == 0)
				continue;
			hit_add(t, rows[row].symbol, contained_label(t, &list->v[i], item_with(c, rows[row].fact)));
			break;
		}
	}
}

void contained_each(struct task *t, contained_seen *seen)
{
	const struct inspection_list *list = inspection_of(t);

	for (size_t i = 0; list != NULL && i < list->n; i++) {
		const struct contents *c = list->v[i].contents;

		for (size_t k = 1; c != NULL && k < c->nitems; k++) {
			if (!seen(t, &list->v[i], &c->items[k]))
				return;
		}
	}
}

bool contained_in_archive(const struct contents *c, const struct content_item *item)
{
	return item->parent >= 0 && (c->items[item->parent].facts & CONTENT_BIT(ARCHIVE)) != 0;
}
