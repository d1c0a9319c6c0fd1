#include "mail/header.h"

#include "base/ascii.h"

static const struct {
	const char *name;
	uint8_t len;
	char first; /* lower case */
} names[HDR_N] = {
	[HDR_OTHER] = { "", 0, '\0' },
#define X(id, name) [HDR_##id] = { name, sizeof(name) - 1, (char)((name)[0] | 0x20) },
	HEADER_TABLE(X)
#undef X
};

enum header_id header_intern(struct span name)
{
	char first;

	if (name.len == 0)
		return HDR_OTHER;
	first = ascii_tolower(name.p[0]);
	for (unsigned id = 1; id < HDR_N; id++) {
		if (names[id].len == name.len && names[id].first == first &&
		    span_case_eq(name, span_make(names[id].name, name.len)))
			return (enum header_id)id;
	}
	return HDR_OTHER;
}

const char *header_name(enum header_id id)
{
	return names[id].name;
}

const struct header *header_first(const struct header_list *list, enum header_id id)
{
	int32_t i = list->n != 0 && id != HDR_OTHER ? list->first[id] : -1;

	return i >= 0 ? &list->v[i] : NULL;
}

const struct header *header_next(const struct header_list *list, const struct header *h)
{
	return h->next >= 0 ? &list->v[h->next] : NULL;
}

struct span header_value(const struct header_list *list, enum header_id id)
{
	const struct header *h = header_first(list, id);

	return h != NULL ? h->value : SPAN_NONE;
}

size_t header_count(const struct header_list *list, enum header_id id)
{
	size_t n = 0;

	for (const struct header *h = header_first(list, id); h != NULL; h = header_next(list, h))
		n++;
	return n;
}

const struct header *header_find(const struct header_list *list, struct span name)
{
	for (size_t i = 0; i < list->n; i++) {
		if (span_case_eq(list->v[i].name, name))
			return &list->v[i];
	}
	return NULL;
}

struct span header_unfold(struct arena *arena, struct span raw)
{
	struct span s = span_trim(raw);
	const char *end = span_end(s), *p, *nl;
	char *out, *o;

	if (s.len == 0 || memchr(s.p, '\n', s.len) == NULL)
		return s;
	out = o = arena_bytes(arena, s.len);
	for (p = s.p; p < end; p = nl + 1) {
		size_t n;

		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		n = (size_t)(nl - p);
		if (nl < end && n != 0 && p[n - 1] == '\r')
			n--;
		memcpy(o, p, n);
		o += n;
	}
	return span_range(out, o);
}

void header_skip_cfws(struct span *s)
{
	unsigned depth = 0;
	size_t i;

	for (i = 0; i < s->len; i++) {
		char c = s->p[i];

		if (c == '\\' && depth > 0)
			i++;
		else if (c == '(')
			depth++;
		else if (c == ')' && depth > 0)
			depth--;
		else if (depth == 0 && !ascii_isspace(c))
			break;
	}
	*s = span_from(*s, i);
}
