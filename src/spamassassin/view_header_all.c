/* The whole header section and parts of it between Received fields. */
#include "base/ascii.h"
#include "spamassassin/view_header.h"

#define SECTION_MAX 65536 /* bytes of ALL; SpamAssassin's MAX_HEADER_LENGTH */

/*
 * Marks the fields that ALL holds. Names count in the order of their first appearance, each with all of its fields, until the limit is reached; so what is left out need not
 * stand at the end.
 */
static bool *fields_within(struct sa_view *v, struct sa_header_view *h)
{
	bool *within = ARENA_ARRAY(v->arena, h->nfields + 1, bool);
	size_t size = 0;

	for (size_t first = 0; first < h->nfields; first++) {
		if (sa_field_first(h, h->fields[first].name) != first)
			continue;
		for (size_t i = first; i != SIZE_MAX; i = sa_field_next(h, i)) {
			size += h->fields[i].name.len + sa_field_value(v, &h->fields[i]).len + 3;
			if (size > SECTION_MAX)
				return within;
			within[i] = true;
		}
	}
	return within;
}

static struct span named_line(struct sa_view *v, struct sa_field *f)
{
	struct buf out = BUF_INIT(v->arena);

	buf_add(&out, f->name);
	buf_add(&out, SPAN_LIT(": "));
	buf_add(&out, sa_field_value(v, f));
	buf_char(&out, '\n');
	return buf_span(&out);
}

/* Lines that begin with something else than a blank, each with the lines that continue it. */
static void add_pristine(struct sa_view *v, struct sa_list *out)
{
	struct sa_header_view *h = sa_header_fields(v);
	struct span rest = sa_pristine_headers(v);

	for (size_t i = 0; i < h->nsynthetic; i++)
		sa_list_add(v->arena, out, arena_printf(v->arena, "%.*s:%.*s", SPAN_ARG(h->fields[i].name), SPAN_ARG(h->fields[i].raw)));
	while (rest.len != 0 && out->n < SA_FIELDS_MAX) {
		size_t end = 0;

		do {
			size_t nl = span_chr(span_from(rest, end), '\n');

			if (nl == SPAN_NPOS)
				return;
			end += nl + 1;
		} while (end < rest.len && (rest.p[end] == ' ' || rest.p[end] == '\t'));
		if (rest.p[0] != ' ' && rest.p[0] != '\t' && end > 1)
			sa_list_add(v->arena, out, span_sub(rest, 0, end));
		rest = span_from(rest, end);
	}
}

void sa_header_all(struct sa_view *v, bool raw, struct sa_list *out)
{
	struct sa_header_view *h = sa_header_fields(v);
	bool *within;

	if (raw) {
		add_pristine(v, out);
		return;
	}
	within = fields_within(v, h);
	for (size_t i = 0; i < h->nfields; i++) {
		if (within[i])
			sa_list_add(v->arena, out, named_line(v, &h->fields[i]));
	}
}

void sa_header_range(struct sa_view *v, int from, int to, bool raw, struct sa_list *out)
{
	struct sa_list all = { 0 };
	int received = -1;

	sa_header_all(v, raw, &all);
	for (size_t i = 0; i < all.n; i++) {
		if (span_case_starts(all.v[i], SPAN_LIT("Received:")))
			received++;
		if (to >= 0 && received > to)
			return;
		if (from < 0 || received >= from)
			sa_list_add(v->arena, out, all.v[i]);
		if (to >= 0 && received == to)
			return;
	}
}
