#include "rules/literal_gate.h"

#include "base/array.h"
#include "base/ip.h"
#include "base/map.h"

/* Of longer names only the last labels are looked up; literals are never that long in labels. */
#define LABELS_MAX 16

struct asked {
	unsigned *v;
	size_t n, cap;
};

struct literal_gate {
	struct arena *arena;
	struct map exact; /* struct asked */
	struct map below; /* of ".example.com", by "example.com" */
	struct map at;    /* of "@example.com", likewise */
};

struct literal_gate *literal_gate_new(struct arena *arena)
{
	struct literal_gate *g = ARENA_NEW(arena, struct literal_gate);

	g->arena = arena;
	map_init(&g->exact, arena, true);
	map_init(&g->below, arena, true);
	map_init(&g->at, arena, true);
	return g;
}

static size_t labels(struct span domain)
{
	size_t n = 1;

	for (size_t i = 0; i < domain.len; i++)
		n += domain.p[i] == '.';
	return n;
}

bool literal_gate_add(struct literal_gate *g, struct span literal, unsigned number)
{
	struct map *map = &g->exact;
	struct asked *asked;
	struct cidr network;

	if (literal.len == 0 || cidr_parse(literal, &network) || span_chr(literal, '/') != SPAN_NPOS)
		return false;
	if (literal.p[0] == '.' || literal.p[0] == '@') {
		map = literal.p[0] == '.' ? &g->below : &g->at;
		literal = span_from(literal, 1);
		if (literal.len == 0 || literal.p[literal.len - 1] == '.' || labels(literal) > LABELS_MAX || span_chr(literal, '@') != SPAN_NPOS)
			return false;
	}
	asked = map_get(map, literal);
	if (asked == NULL) {
		asked = ARENA_NEW(g->arena, struct asked);
		map_put(map, literal, asked);
	}
	*ARRAY_ADD(g->arena, asked->v, asked->n, asked->cap) = number;
	return true;
}

bool literal_gate_empty(const struct literal_gate *g)
{
	return g->exact.n == 0 && g->below.n == 0 && g->at.n == 0;
}

static void look_up(const struct map *map, struct span key, uint64_t *bits)
{
	const struct asked *asked = map_get(map, key);

	for (size_t i = 0; asked != NULL && i < asked->n; i++)
		bits[asked->v[i] / 64] |= (uint64_t)1 << (asked->v[i] % 64);
}

/* Where the last "most" labels begin. */
static struct span last_labels(struct span domain, size_t most)
{
	size_t i = domain.len;

	while (i > 0 && (domain.p[i - 1] != '.' || --most != 0))
		i--;
	return span_from(domain, i);
}

void literal_gate_find(const struct literal_gate *g, struct span value, uint64_t *bits)
{
	size_t at = span_rchr(value, '@');
	struct span domain = at != SPAN_NPOS ? span_from(value, at + 1) : value;

	look_up(&g->exact, value, bits);
	if (at != SPAN_NPOS)
		look_up(&g->at, domain, bits);
	if (g->below.n == 0)
		return;
	/* A dot at the end is none of a label's. */
	if (domain.len != 0 && domain.p[domain.len - 1] == '.')
		domain.len--;
	domain = last_labels(domain, LABELS_MAX);
	while (domain.p != NULL && domain.len != 0) {
		look_up(&g->below, domain, bits);
		span_split(&domain, '.');
	}
}
