#include "spamassassin/gate.h"

#include "base/array.h"
#include "spamassassin/gate_start.h"

#define COST_MOST 0.005 /* a gate that is open in every second line is none */
#define WORDS_MOST 64
#define BITS_MOST ((size_t)WORDS_MOST * (64 - GATE_UNITS + 1)) /* of all factors: a word's end stays free when the next one does not fit */

typedef uint64_t pair __attribute__((vector_size(16), may_alias)); /* two words at once */

/* A factor's place: its last bit. */
struct place {
	unsigned word, bit, gate;
};

/* The words that a gate's factors lie in, and their last bits there. */
struct extent {
	unsigned word, n;
	uint64_t *last;
};

struct gates {
	struct arena *arena;
	struct factors *v; /* by gate */
	size_t n, cap;
	size_t bits;  /* of all factors */
	size_t words; /* even */
	/* [byte * words + word]: units that the byte may begin, and those that it may go on with. */
	uint64_t *first, *rest;
	uint64_t *begin;
	struct extent *extents; /* by gate */
	struct place *places;
	size_t nplaces, cap_places;
};

struct gates *gates_new(struct arena *arena)
{
	struct gates *g = ARENA_NEW(arena, struct gates);

	g->arena = arena;
	return g;
}

/* A gate with the same factors: patterns are often variations of each other. -1: none. */
static int same_gate(const struct gates *g, const struct factors *f)
{
	for (size_t i = 0; i < g->n; i++) {
		if (g->v[i].n == f->n && memcmp(g->v[i].v, f->v, f->n * sizeof(*f->v)) == 0)
			return (int)i;
	}
	return -1;
}

static int keep(struct gates *g, const struct factors *f)
{
	struct factors *kept;
	size_t bits = 0;

	for (size_t i = 0; i < f->n; i++)
		bits += f->v[i].n;
	if (g->bits + bits > BITS_MOST)
		return -1;
	kept = ARRAY_ADD(g->arena, g->v, g->n, g->cap);
	*kept = *f;
	kept->v = ARENA_ARRAY(g->arena, f->n, struct factor);
	memcpy(kept->v, f->v, f->n * sizeof(*f->v));
	g->bits += bits;
	return (int)g->n - 1;
}

int gates_add(struct gates *g, struct span pattern, unsigned flags, unsigned *times_r, const struct starts **starts_r)
{
	/* What is tried on the way is thrown away. */
	struct arena *work = arena_new(0);
	struct factors f = gate_factors(work, pattern, flags);
	int number = -1;

	*times_r = f.times != 0 ? f.times : 1;
	if (f.n != 0 && f.cost <= COST_MOST) {
		number = same_gate(g, &f);
		if (number < 0)
			number = keep(g, &f);
	}
	if (starts_r != NULL)
		*starts_r = number >= 0 ? starts_new(g->arena, &f.rows) : NULL;
	arena_free(&work);
	return number;
}

static void set_unit(struct gates *g, const struct unit *u, unsigned word, unsigned bit)
{
	for (unsigned c = 0; c < 256; c++) {
		if (bytes_has(&u->first, (unsigned char)c))
			g->first[(size_t)c * g->words + word] |= (uint64_t)1 << bit;
		if (bytes_has(&u->rest, (unsigned char)c))
			g->rest[(size_t)c * g->words + word] |= (uint64_t)1 << bit;
	}
}

static void add_last(struct gates *g, unsigned gate, unsigned word, unsigned bit)
{
	struct extent *x = &g->extents[gate];

	if (x->last == NULL) {
		x->word = word;
		x->last = ARENA_ARRAY(g->arena, g->v[gate].n, uint64_t);
	}
	x->n = word - x->word + 1;
	x->last[word - x->word] |= (uint64_t)1 << bit;
}

/* Factors lie in words one behind the other, none across the end of one. Returns how many words; writes nothing unless told to. */
static size_t place_factors(struct gates *g, bool write)
{
	unsigned word = 0, bit = 0;

	for (unsigned i = 0; i < g->n; i++) {
		for (size_t k = 0; k < g->v[i].n; k++) {
			const struct factor *f = &g->v[i].v[k];

			if (f->n == 0)
				continue;
			if (bit + f->n > 64) {
				word++;
				bit = 0;
			}
			if (write) {
				g->begin[word] |= (uint64_t)1 << bit;
				for (unsigned u = 0; u < f->n; u++)
					set_unit(g, &f->units[u], word, bit + u);
				add_last(g, i, word, bit + (unsigned)f->n - 1);
				*ARRAY_ADD(g->arena, g->places, g->nplaces, g->cap_places) = (struct place){ word, bit + (unsigned)f->n - 1, i };
			}
			bit += (unsigned)f->n;
		}
	}
	return g->n != 0 ? word + 1 : 0;
}

void gates_build(struct gates *g)
{
	g->words = (place_factors(g, false) + 1) / 2 * 2;
	g->first = ARENA_ARRAY(g->arena, (size_t)256 * g->words + 2, uint64_t);
	g->rest = ARENA_ARRAY(g->arena, (size_t)256 * g->words + 2, uint64_t);
	g->begin = ARENA_ARRAY(g->arena, g->words + 2, uint64_t);
	g->extents = ARENA_ARRAY(g->arena, g->n + 1, struct extent);
	place_factors(g, true);
}

size_t gates_words(const struct gates *g)
{
	return (g->n + 63) / 64;
}

/* The last bits of factors that were reached. */
static void scan(const struct gates *g, struct span text, pair *seen)
{
	pair state[WORDS_MOST / 2] = { { 0 } };
	const pair *begin = (const pair *)(const void *)g->begin;
	size_t pairs = g->words / 2;

	for (size_t i = 0; i < text.len; i++) {
		const pair *first = (const pair *)(const void *)g->first + (size_t)(unsigned char)text.p[i] * pairs;
		const pair *rest = (const pair *)(const void *)g->rest + (size_t)(unsigned char)text.p[i] * pairs;

		for (size_t w = 0; w < pairs; w++) {
			state[w] = ((state[w] << 1 | begin[w]) & first[w]) | (state[w] & rest[w]);
			seen[w] |= state[w];
		}
	}
}

void gates_scan(const struct gates *g, struct span text, uint64_t *open)
{
	union {
		pair pairs[WORDS_MOST / 2];
		uint64_t words[WORDS_MOST];
	} seen = { .words = { 0 } };

	scan(g, text, seen.pairs);
	for (size_t i = 0; i < g->nplaces; i++) {
		if ((seen.words[g->places[i].word] >> g->places[i].bit) & 1)
			open[g->places[i].gate / 64] |= (uint64_t)1 << (g->places[i].gate % 64);
	}
}

unsigned gates_count(const struct gates *g, unsigned gate, struct span line)
{
	const struct extent *x = &g->extents[gate];
	uint64_t state[WORDS_MOST] = { 0 };
	unsigned count = 0;

	for (size_t i = 0; i < line.len && count < GATE_TIMES_MOST; i++) {
		size_t at = (size_t)(unsigned char)line.p[i] * g->words + x->word;
		uint64_t reached = 0;

		for (size_t w = 0; w < x->n; w++) {
			state[w] = ((state[w] << 1 | g->begin[x->word + w]) & g->first[at + w]) | (state[w] & g->rest[at + w]);
			reached |= state[w] & x->last[w];
		}
		count += reached != 0;
	}
	return count;
}
