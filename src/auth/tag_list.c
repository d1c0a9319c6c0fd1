#include "auth/tag_list.h"

#include "base/ascii.h"

static bool is_name(struct span name)
{
	if (name.len == 0 || name.len > 32 || !ascii_isalpha(name.p[0]))
		return false;
	for (size_t i = 1; i < name.len; i++) {
		if (!ascii_isalnum(name.p[i]) && name.p[i] != '_')
			return false;
	}
	return true;
}

static bool is_value(struct span value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < 0x21 && !ascii_isspace(value.p[i])) || c == 0x7f)
			return false;
	}
	return true;
}

static bool add(struct tag_list *list, struct span element)
{
	size_t eq = span_chr(element, '=');
	struct tag *tag = &list->v[list->n];

	if (eq == SPAN_NPOS || list->n == TAG_LIST_MAX)
		return false;
	tag->name = span_trim(span_sub(element, 0, eq));
	tag->raw = span_make(element.p + eq + 1, element.len - eq - 1);
	tag->value = span_trim(tag->raw);
	if (!is_name(tag->name) || !is_value(tag->value))
		return false;
	for (size_t i = 0; i < list->n; i++) {
		if (span_eq(list->v[i].name, tag->name))
			return false;
	}
	list->n++;
	return true;
}

bool tag_list_parse(struct span text, struct tag_list *list_r)
{
	list_r->n = 0;
	while (text.p != NULL) {
		struct span element = span_split(&text, ';');

		if (text.p == NULL && span_trim(element).len == 0)
			break; /* behind the last ";" */
		if (!add(list_r, element))
			return false;
	}
	return list_r->n != 0;
}

const struct tag *tag_list_find(const struct tag_list *list, const char *name)
{
	struct span s = span_of(name);

	for (size_t i = 0; i < list->n; i++) {
		if (span_eq(list->v[i].name, s))
			return &list->v[i];
	}
	return NULL;
}

struct span tag_list_value(const struct tag_list *list, const char *name)
{
	const struct tag *tag = tag_list_find(list, name);

	return tag != NULL ? tag->value : SPAN_NONE;
}

bool tag_items_have(struct span items, struct span item)
{
	while (items.p != NULL) {
		if (span_case_eq(span_trim(span_split(&items, ':')), item))
			return true;
	}
	return false;
}
