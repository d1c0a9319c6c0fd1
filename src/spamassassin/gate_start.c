#include "spamassassin/gate_start.h"

#define COST_MOST 0.12 /* starts per byte of text */
#define BUCKETS 64
#define AT_END 256 /* behind the last byte */

/* A bit for each bucket of rows whose class at that place has the byte. */
struct starts {
	uint64_t table[START_BYTES][AT_END + 1];
};

struct start_rows start_rows_empty(struct arena *arena)
{
	struct start_rows r = { .v = ARENA_NEW(arena, struct start_row), .n = 1 };

	r.v->open = true;
	return r;
}

struct start_rows start_rows_byte(struct arena *arena, const struct bytes *set)
{
	struct start_rows r = start_rows_empty(arena);

	r.v->v[0] = *set;
	r.v->n = 1;
	return r;
}

struct start_rows start_rows_either(struct arena *arena, const struct start_rows *a, const struct start_rows *b)
{
	struct start_rows r = { .n = a->n + b->n };

	if (r.n > START_ROWS) {
		r = start_rows_empty(arena);
		start_rows_close(&r);
		return r;
	}
	r.v = ARENA_ARRAY(arena, r.n, struct start_row);
	memcpy(r.v, a->v, a->n * sizeof(*r.v));
	memcpy(r.v + a->n, b->v, b->n * sizeof(*r.v));
	return r;
}

void start_rows_close(struct start_rows *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->v[i].open = false;
}

static bool goes_on(const struct start_row *row)
{
	return row->open && row->n < START_BYTES;
}

static void join_rows(struct start_row *to, const struct start_row *behind)
{
	for (unsigned i = 0; i < behind->n && to->n < START_BYTES; i++)
		to->v[to->n++] = behind->v[i];
	to->open = behind->open;
}

struct start_rows start_rows_then(struct arena *arena, const struct start_rows *a, const struct start_rows *b)
{
	struct start_rows r = { .n = 0 };
	size_t n = 0, open = 0;

	for (size_t i = 0; i < a->n; i++) {
		n += goes_on(&a->v[i]) ? b->n : 1;
		open += goes_on(&a->v[i]);
	}
	if (open == 0)
		return *a;
	if (n > START_ROWS) {
		r = *a;
		start_rows_close(&r);
		return r;
	}
	r.v = ARENA_ARRAY(arena, n, struct start_row);
	for (size_t i = 0; i < a->n; i++) {
		if (!goes_on(&a->v[i])) {
			r.v[r.n++] = a->v[i];
			continue;
		}
		for (size_t k = 0; k < b->n; k++) {
			r.v[r.n] = a->v[i];
			join_rows(&r.v[r.n++], &b->v[k]);
		}
	}
	return r;
}

static void set_row(struct starts *s, const struct start_row *row, uint64_t bit)
{
	for (unsigned k = 0; k < START_BYTES; k++) {
		for (unsigned c = 0; c <= AT_END; c++) {
			if (k >= row->n || (c < AT_END && bytes_has(&row->v[k], (unsigned char)c)))
				s->table[k][c] |= bit;
		}
	}
}

struct starts *starts_new(struct arena *arena, const struct start_rows *rows)
{
	struct starts *s;
	double sum = 0;

	for (size_t i = 0; i < rows->n; i++) {
		double product = 1;

		for (unsigned k = 0; k < rows->v[i].n; k++)
			product *= gate_weight(&rows->v[i].v[k]);
		sum += product;
	}
	if (rows->v == NULL || rows->n == 0 || sum > COST_MOST)
		return NULL;
	s = ARENA_NEW(arena, struct starts);
	for (size_t i = 0; i < rows->n; i++)
		set_row(s, &rows->v[i], (uint64_t)1 << (i * BUCKETS / rows->n));
	return s;
}

size_t starts_next(const struct starts *s, struct span line, size_t from)
{
	const unsigned char *p = (const unsigned char *)line.p;

	for (; from + START_BYTES <= line.len; from++) {
		if ((s->table[0][p[from]] & s->table[1][p[from + 1]] & s->table[2][p[from + 2]] & s->table[3][p[from + 3]]) != 0)
			return from;
	}
	for (; from <= line.len; from++) {
		uint64_t bits = ~(uint64_t)0;

		for (size_t k = 0; k < START_BYTES; k++)
			bits &= s->table[k][from + k < line.len ? p[from + k] : AT_END];
		if (bits != 0)
			return from;
	}
	return SPAN_NPOS;
}
