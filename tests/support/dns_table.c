#include "dns_table.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"

enum entry_kind { ENTRY_RECORD, ENTRY_EXISTS, ENTRY_TIMEOUT, ENTRY_SERVFAIL };

struct entry {
	struct span name;
	enum entry_kind kind;
	enum dns_type type; /* 0: any */
	struct dns_record record;
};

struct question {
	struct op op; /* first */
	struct question *next;
	struct dns_table *table;
	struct arena *arena;
	struct span name;
	enum dns_type type;
	op_done *done;
	void *ctx;
};

struct dns_table {
	struct dns dns; /* first */
	struct loop *loop;
	struct arena *arena;
	struct timer timer;
	struct question *first, **last;
	struct entry *v;
	size_t n, cap, asked;
};

static const struct {
	const char *name;
	enum dns_type type;
} types[] = {
	{ "A", DNS_A }, { "AAAA", DNS_AAAA }, { "NS", DNS_NS }, { "CNAME", DNS_CNAME }, { "PTR", DNS_PTR }, { "MX", DNS_MX }, { "TXT", DNS_TXT },
};

static struct span plain(struct span name)
{
	return name.len != 0 && name.p[name.len - 1] == '.' ? span_sub(name, 0, name.len - 1) : name;
}

static bool covers(struct span pattern, struct span name)
{
	if (pattern.len > 2 && pattern.p[0] == '*')
		return name.len > pattern.len - 1 && span_case_eq(span_sub(name, name.len - pattern.len + 1, pattern.len - 1), span_sub(pattern, 1, pattern.len - 1));
	return span_case_eq(pattern, name);
}

/* Whether the name has entries of its own: wildcards do not count then (RFC 4592, 3.3.1). */
static bool is_own(const struct dns_table *t, struct span name)
{
	for (size_t i = 0; i < t->n; i++) {
		if (span_case_eq(t->v[i].name, name))
			return true;
	}
	return false;
}

static void add_answer(struct question *q, struct dns_answer *a, struct dns_record **v, size_t *cap, const struct dns_record *r)
{
	struct dns_record *new = ARRAY_ADD(q->arena, *v, a->n, *cap);
	size_t i = a->n - 1;

	for (; i > 0 && q->type == DNS_MX && (*v)[i - 1].preference > r->preference; i--)
		(*v)[i] = (*v)[i - 1];
	new = *v + i;
	*new = *r;
	a->v = *v;
}

/* OP_OK and the answer, or the failure that stands in the table. */
static enum op_status look_up(struct question *q, struct dns_answer *a, unsigned depth)
{
	const struct dns_table *t = q->table;
	struct dns_record *v = NULL;
	size_t cap = 0;
	bool own = is_own(t, q->name);

	*a = (struct dns_answer){ .result = DNS_NXDOMAIN, .ttl = 300 };
	for (size_t i = 0; i < t->n; i++) {
		const struct entry *e = &t->v[i];

		if (own ? !span_case_eq(e->name, q->name) : !covers(e->name, q->name))
			continue;
		a->result = DNS_NODATA;
		if (e->kind == ENTRY_RECORD && e->type == DNS_CNAME && q->type != DNS_CNAME && depth < 8) {
			q->name = e->record.name;
			return look_up(q, a, depth + 1);
		}
		if (e->type != 0 && e->type != q->type)
			continue;
		if (e->kind == ENTRY_TIMEOUT)
			return OP_DEADLINE;
		if (e->kind == ENTRY_SERVFAIL)
			return OP_FAIL;
		if (e->kind == ENTRY_RECORD)
			add_answer(q, a, &v, &cap, &e->record);
	}
	if (a->n != 0)
		a->result = DNS_FOUND;
	return OP_OK;
}

static void answer(struct question *q)
{
	struct arena *arena = q->arena;
	struct dns_answer a;
	enum op_status status = look_up(q, &a, 0);

	q->done(q->ctx, status, status == OP_OK ? &a : NULL);
	arena_free(&arena);
}

static void answer_all(void *ctx)
{
	struct dns_table *t = ctx;
	struct question *q = t->first;

	/* One per turn of the loop: what comes of it may cancel the others. */
	if (q == NULL)
		return;
	t->first = q->next;
	if (t->first == NULL)
		t->last = &t->first;
	else
		timer_set(&t->timer, 0);
	answer(q);
}

static void cancel(struct op *op)
{
	struct question *q = (struct question *)op;
	struct dns_table *t = q->table;
	struct arena *arena = q->arena;
	struct question **at = &t->first;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	if (*at == NULL)
		t->last = at;
	arena_free(&arena);
}

static struct op *query(struct dns *dns, struct span name, enum dns_type type, int64_t deadline_us, op_done *done, void *ctx)
{
	struct dns_table *t = (struct dns_table *)dns;
	struct arena *arena = arena_new(0);
	struct question *q = ARENA_NEW(arena, struct question);

	(void)deadline_us;
	*q = (struct question){ .op = { cancel }, .table = t, .arena = arena, .name = arena_copy(arena, plain(name)), .type = type, .done = done, .ctx = ctx };
	*t->last = q;
	t->last = &q->next;
	t->asked++;
	timer_set(&t->timer, 0);
	return &q->op;
}

struct dns_table *dns_table_new(struct loop *loop)
{
	struct dns_table *t = calloc(1, sizeof(*t));

	assert(t != NULL);
	*t = (struct dns_table){ .dns = { query }, .loop = loop, .arena = arena_new(0), .last = &t->first };
	timer_init(&t->timer, loop, answer_all, t);
	return t;
}

void dns_table_free(struct dns_table **t_r)
{
	struct dns_table *t = *t_r;

	*t_r = NULL;
	if (t == NULL)
		return;
	while (t->first != NULL)
		cancel(&t->first->op);
	timer_stop(&t->timer);
	arena_free(&t->arena);
	free(t);
}

void dns_table_clear(struct dns_table *t)
{
	assert(t->first == NULL);
	arena_free(&t->arena);
	t->arena = arena_new(0);
	t->v = NULL;
	t->n = t->cap = t->asked = 0;
}

static struct entry *add(struct dns_table *t, struct span name, enum entry_kind kind, enum dns_type type)
{
	struct entry *e = ARRAY_ADD(t->arena, t->v, t->n, t->cap);

	*e = (struct entry){ .name = arena_copy(t->arena, plain(name)), .kind = kind, .type = type };
	return e;
}

void dns_table_record(struct dns_table *t, struct span name, enum dns_type type, struct span data)
{
	struct dns_record *r = &add(t, name, ENTRY_RECORD, type)->record;
	uint64_t preference = 0;

	switch (type) {
	case DNS_A:
	case DNS_AAAA:
		if (!ip_parse(data, &r->ip))
			assert(!"bad address in a table of DNS records");
		break;
	case DNS_TXT:
		r->text = arena_copy(t->arena, data);
		break;
	case DNS_MX:
		if (!span_uint(span_split(&data, ' '), 65535, &preference))
			assert(!"bad MX in a table of DNS records");
		r->preference = (uint16_t)preference;
		r->name = arena_copy(t->arena, plain(span_trim(data)));
		break;
	default:
		r->name = arena_copy(t->arena, plain(data));
	}
	for (size_t i = 0; i < r->name.len; i++)
		((char *)(uintptr_t)r->name.p)[i] = ascii_tolower(r->name.p[i]);
}

static void add_line(struct dns_table *t, struct span line)
{
	struct span name = span_split(&line, ' '), type = span_split(&line, ' ');
	enum dns_type of = 0;
	bool known = span_eq(type, SPAN_LIT("ANY"));

	if (span_eq(type, SPAN_LIT("EXISTS"))) {
		add(t, name, ENTRY_EXISTS, 0);
		return;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (span_eq(type, span_of(types[i].name))) {
			of = types[i].type;
			known = true;
		}
	}
	if (!known)
		assert(!"unknown type in a table of DNS records");
	if (span_eq(line, SPAN_LIT("TIMEOUT")))
		add(t, name, ENTRY_TIMEOUT, of);
	else if (span_eq(line, SPAN_LIT("SERVFAIL")))
		add(t, name, ENTRY_SERVFAIL, of);
	else
		dns_table_record(t, name, of, line);
}

void dns_table_add(struct dns_table *t, struct span lines)
{
	while (lines.len != 0) {
		struct span line = span_trim(span_split(&lines, '\n'));

		if (line.len != 0 && line.p[0] != '#')
			add_line(t, line);
	}
}

struct dns *dns_table_dns(struct dns_table *t)
{
	return &t->dns;
}

size_t dns_table_asked(const struct dns_table *t)
{
	return t->asked;
}
