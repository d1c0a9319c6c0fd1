#include "rules/header_name.h"

static bool name_ok(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] <= ' ' || name.p[i] == ':' || name.p[i] == 127 || (name.p[i] & 0x80) != 0)
			return false;
	}
	return name.len != 0;
}

bool header_name_parse(struct span written, struct header_name *name_r, struct err *err_r)
{
	static const struct {
		struct span name;
		enum header_part part;
	} parts[] = {
		{ SPAN_LIT("raw"), HEADER_RAW }, { SPAN_LIT("addr"), HEADER_ADDR }, { SPAN_LIT("name"), HEADER_ADDR_NAME }, { SPAN_LIT("domain"), HEADER_ADDR_DOMAIN },
	};
	struct span rest = written, modifier;

	name_r->name = span_split(&rest, ':');
	name_r->id = header_intern(name_r->name);
	name_r->part = HEADER_VALUE;
	if (!name_ok(name_r->name))
		return err_set(err_r, "'%.*s' is no header field name", SPAN_ARG(written));
	if (rest.p == NULL)
		return true;
	modifier = rest;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (span_eq(modifier, parts[i].name)) {
			name_r->part = parts[i].part;
			return true;
		}
	}
	return err_set(err_r, "'%.*s': ':%.*s' is none of :raw, :addr, :name, :domain", SPAN_ARG(written), SPAN_ARG(modifier));
}

/* Fields without an id are looked for by name, from "from" on. */
static const struct header *find_other(struct header_values *v, size_t from)
{
	const struct header_list *list = &v->msg->headers;

	for (size_t i = from; i < list->n; i++) {
		if (list->v[i].id == HDR_OTHER && span_case_eq(list->v[i].name, v->name->name)) {
			v->index = i;
			return &list->v[i];
		}
	}
	return NULL;
}

static const struct header *take_field(struct header_values *v)
{
	const struct header *h = v->field;

	if (h == NULL)
		return NULL;
	v->field = v->name->id != HDR_OTHER ? header_next(&v->msg->headers, h) : find_other(v, v->index + 1);
	return h;
}

void header_values_begin(struct header_values *v, const struct header_name *name, const struct message *msg, struct arena *arena)
{
	*v = (struct header_values){ .name = name, .msg = msg, .arena = arena };
	v->field = name->id != HDR_OTHER ? header_first(&msg->headers, name->id) : find_other(v, 0);
}

/* The lists of the first field of the usual names are read already. */
static void read_addresses(struct header_values *v, const struct header *h)
{
	const struct message *m = v->msg;
	const struct header *first = h->id != HDR_OTHER ? header_first(&m->headers, h->id) : NULL;

	v->next_address = 0;
	if (h == first && h->id == HDR_FROM)
		v->addresses = m->from;
	else if (h == first && h->id == HDR_REPLY_TO)
		v->addresses = m->reply_to;
	else if (h == first && h->id == HDR_TO)
		v->addresses = m->to;
	else if (h == first && h->id == HDR_CC)
		v->addresses = m->cc;
	else
		address_list_parse(v->arena, header_unfold(v->arena, h->raw), &v->addresses);
}

static struct span address_part(const struct address *a, enum header_part part)
{
	switch (part) {
	case HEADER_ADDR_NAME:
		return a->name;
	case HEADER_ADDR_DOMAIN:
		return a->domain;
	default:
		return a->spec;
	}
}

bool header_values_next(struct header_values *v, struct span *value_r)
{
	const struct header *h;

	if (v->next_address < v->addresses.n) {
		*value_r = address_part(&v->addresses.v[v->next_address++], v->name->part);
		return true;
	}
	while ((h = take_field(v)) != NULL) {
		if (v->name->part == HEADER_VALUE || v->name->part == HEADER_RAW) {
			*value_r = v->name->part == HEADER_VALUE ? h->value : h->raw;
			return true;
		}
		read_addresses(v, h);
		if (v->addresses.n != 0)
			return header_values_next(v, value_r);
	}
	return false;
}

bool header_name_present(const struct header_name *name, const struct message *msg)
{
	struct header_values v;

	header_values_begin(&v, name, msg, NULL);
	return v.field != NULL;
}
