#include "auth/signed_message.h"

#include "base/array.h"
#include "base/ascii.h"

/* Of one name. */
struct names_entry {
	int32_t last, next; /* next: not taken yet in this turn */
	uint32_t turn;
};

/* Empty: it is no field (RFC 5322, 3.6.8). */
static struct span field_name(struct span all)
{
	size_t colon = span_chr(all, ':');
	struct span name = span_sub(all, 0, colon == SPAN_NPOS ? 0 : colon);

	while (name.len != 0 && ascii_isspace(name.p[name.len - 1]))
		name.len--;
	for (size_t i = 0; i < name.len; i++) {
		if (!ascii_is(name.p[i], ASCII_FTEXT))
			return SPAN_NONE;
	}
	return name;
}

static void add_field(struct signed_message *m, struct span all)
{
	struct span name = field_name(all);
	struct signed_field *f;
	struct names_entry *e;

	if (name.len == 0)
		return; /* no field: nothing can sign it */
	f = ARRAY_ADD(m->arena, m->fields, m->nfields, m->cap_fields);
	f->all = all;
	f->name = name;
	f->value = span_from(all, span_chr(all, ':') + 1);
	e = map_get(&m->names, name);
	if (e == NULL) {
		e = ARENA_NEW(m->arena, struct names_entry);
		e->last = -1;
		map_put(&m->names, name, e);
	}
	f->above = e->last;
	e->last = (int32_t)m->nfields - 1;
}

static struct span without_line_end(struct span s)
{
	if (s.len != 0 && s.p[s.len - 1] == '\n')
		s.len--;
	if (s.len != 0 && s.p[s.len - 1] == '\r')
		s.len--;
	return s;
}

/* The length of the line at the front, its end included. */
static size_t line_length(struct span s)
{
	size_t lf = span_chr(s, '\n');

	return lf == SPAN_NPOS ? s.len : lf + 1;
}

static struct span take_field(struct span *rest)
{
	size_t len = line_length(*rest);
	struct span all;

	while (len < rest->len && (rest->p[len] == ' ' || rest->p[len] == '\t'))
		len += line_length(span_from(*rest, len));
	all = span_make(rest->p, len);
	*rest = span_make(rest->p + len, rest->len - len);
	return without_line_end(all);
}

static bool is_empty_line(struct span s)
{
	return s.p[0] == '\n' || (s.p[0] == '\r' && s.len > 1 && s.p[1] == '\n');
}

void signed_message_init(struct signed_message *m, struct arena *arena, struct dkim_crypto *crypto, struct span raw, uint64_t size)
{
	struct span rest = raw;

	memset(m, 0, sizeof(*m));
	m->arena = arena;
	m->crypto = crypto;
	m->cut = size > raw.len;
	map_init(&m->names, arena, true);
	while (rest.len != 0 && !is_empty_line(rest)) {
		if (m->nfields == SIGNED_FIELDS_MAX || (size_t)(rest.p - raw.p) > SIGNED_HEADER_MAX) {
			m->too_long = true;
			return;
		}
		add_field(m, take_field(&rest));
	}
	if (rest.len != 0)
		m->body = span_from(rest, rest.p[0] == '\r' ? 2 : 1);
}

int32_t signed_message_last(const struct signed_message *m, struct span name)
{
	const struct names_entry *e = map_get(&m->names, name);

	return e != NULL ? e->last : -1;
}

void signed_message_append(struct signed_message *m, struct span field)
{
	add_field(m, field);
}

void signed_message_replace(struct signed_message *m, const struct span *fields, size_t n)
{
	m->fields = NULL;
	m->nfields = m->cap_fields = 0;
	map_init(&m->names, m->arena, true);
	for (size_t i = 0; i < n; i++)
		add_field(m, fields[i]);
}

void signed_message_select(struct signed_message *m)
{
	m->turn++;
}

int32_t signed_message_take(struct signed_message *m, struct span name)
{
	struct names_entry *e = map_get(&m->names, name);
	int32_t at;

	if (e == NULL)
		return -1;
	at = e->turn == m->turn ? e->next : e->last;
	e->turn = m->turn;
	e->next = at < 0 ? -1 : m->fields[at].above;
	return at;
}

const struct body_hash *signed_message_body(struct signed_message *m, enum canon canon, uint64_t limit)
{
	struct body_hash *h;

	for (size_t i = 0; i < m->nhashes; i++) {
		if (m->hashes[i].canon == canon && m->hashes[i].limit == limit)
			return &m->hashes[i];
	}
	if (m->cut || m->nhashes == (m->body.len > SIGNED_BODY_LARGE ? SIGNED_BODY_LARGE_HASHES : SIGNED_BODY_HASHES))
		return NULL;
	h = &m->hashes[m->nhashes++];
	h->canon = canon;
	h->limit = limit;
	h->total = canon_body(dkim_hash_begin(m->crypto), m->body, canon, limit);
	dkim_hash_end(m->crypto, h->hash);
	return h;
}
