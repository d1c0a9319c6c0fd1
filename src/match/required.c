#include "match/required.h"

#include "base/ascii.h"

#define EXACT_MOST 24  /* strings that an exact part may have */
#define CLASS_MOST 4   /* bytes of a class that is written out */
#define DEEPEST 200
#define PARTS_MOST 3   /* literals or groups of them that "all" keeps: the most telling ones */
#define CHOICES_MOST 400

/* What is known of a piece: all strings that it can match (exact), or what every match of it requires. */
struct info {
	bool exact;
	struct span *v;
	size_t n;
	const struct required *match;
};

struct reader {
	struct arena *arena;
	struct span p;
	size_t i;
	unsigned depth;
	bool bad;
};

static const struct required anything = { .kind = REQUIRED_ANYTHING };

static struct info unknown(void)
{
	return (struct info){ .match = &anything };
}

/* The one empty string: where a sequence begins. */
static struct info empty(struct reader *r)
{
	return (struct info){ .exact = true, .v = ARENA_ARRAY(r->arena, 1, struct span), .n = 1, .match = &anything };
}

/* How telling a requirement is: the length of its shortest literal, less where there are many. */
static size_t worth(const struct required *q)
{
	size_t best = 0, least = SIZE_MAX;

	switch (q->kind) {
	case REQUIRED_LITERAL:
		return q->literal.len * 4;
	case REQUIRED_ALL:
		for (size_t i = 0; i < q->n; i++)
			best = worth(q->v[i]) > best ? worth(q->v[i]) : best;
		return best;
	case REQUIRED_ONE:
		for (size_t i = 0; i < q->n; i++)
			least = worth(q->v[i]) < least ? worth(q->v[i]) : least;
		return least - (q->n > 16 ? 4 : q->n / 4);
	default:
		return 0;
	}
}

static struct required *group_new(struct reader *r, enum required_kind kind)
{
	struct required *q = ARENA_NEW(r->arena, struct required);

	q->kind = kind;
	return q;
}

static const struct required *both(struct reader *r, const struct required *a, const struct required *b)
{
	struct required *q;
	size_t worst = 0;

	if (a->kind == REQUIRED_ANYTHING)
		return b;
	if (b->kind == REQUIRED_ANYTHING)
		return a;
	q = group_new(r, REQUIRED_ALL);
	for (size_t i = 0; a->kind == REQUIRED_ALL && i < a->n; i++)
		*ARRAY_ADD(r->arena, q->v, q->n, q->cap) = a->v[i];
	if (a->kind != REQUIRED_ALL)
		*ARRAY_ADD(r->arena, q->v, q->n, q->cap) = a;
	for (size_t i = 0; b->kind == REQUIRED_ALL && i < b->n; i++)
		*ARRAY_ADD(r->arena, q->v, q->n, q->cap) = b->v[i];
	if (b->kind != REQUIRED_ALL)
		*ARRAY_ADD(r->arena, q->v, q->n, q->cap) = b;
	while (q->n > PARTS_MOST) {
		worst = 0;
		for (size_t i = 1; i < q->n; i++)
			worst = worth(q->v[i]) < worth(q->v[worst]) ? i : worst;
		q->v[worst] = q->v[--q->n];
	}
	return q;
}

static const struct required *either(struct reader *r, const struct required *a, const struct required *b)
{
	struct required *q;

	if (a->kind == REQUIRED_ANYTHING || b->kind == REQUIRED_ANYTHING)
		return &anything;
	q = group_new(r, REQUIRED_ONE);
	for (size_t i = 0; a->kind == REQUIRED_ONE && i < a->n; i++)
		*ARRAY_ADD(r->arena, q->v, q->n, q->cap) = a->v[i];
	if (a->kind != REQUIRED_ONE)
		*ARRAY_ADD(r->arena, q->v, q->n, q->cap) = a;
	for (size_t i = 0; b->kind == REQUIRED_ONE && i < b->n; i++)
		*ARRAY_ADD(r->arena, q->v, q->n, q->cap) = b->v[i];
	if (b->kind != REQUIRED_ONE)
		*ARRAY_ADD(r->arena, q->v, q->n, q->cap) = b;
	return q->n <= CHOICES_MOST ? q : &anything;
}

/* What a set of exact strings requires: one of them. A short one says nothing. */
static const struct required *of_exact(struct reader *r, const struct info *x)
{
	struct required *q = group_new(r, REQUIRED_ONE);

	for (size_t i = 0; i < x->n; i++) {
		struct required *literal;

		if (x->v[i].len < REQUIRED_MIN)
			return &anything;
		literal = group_new(r, REQUIRED_LITERAL);
		literal->literal = span_sub(x->v[i], 0, REQUIRED_MAX);
		*ARRAY_ADD(r->arena, q->v, q->n, q->cap) = literal;
	}
	if (q->n == 1)
		return q->v[0];
	return q->n != 0 ? q : &anything;
}

static const struct required *requirement(struct reader *r, const struct info *x)
{
	return x->exact ? of_exact(r, x) : x->match;
}

static size_t longest(const struct info *x)
{
	size_t len = 0;

	for (size_t i = 0; i < x->n; i++)
		len = x->v[i].len > len ? x->v[i].len : len;
	return len;
}

static struct info cross(struct reader *r, const struct info *a, const struct info *b)
{
	struct info x = { .exact = true, .n = a->n * b->n, .match = &anything };

	x.v = ARENA_ARRAY(r->arena, x.n, struct span);
	for (size_t i = 0; i < a->n; i++) {
		for (size_t k = 0; k < b->n; k++) {
			char *p = arena_bytes(r->arena, a->v[i].len + b->v[k].len + 1);

			if (a->v[i].len != 0)
				memcpy(p, a->v[i].p, a->v[i].len);
			if (b->v[k].len != 0)
				memcpy(p + a->v[i].len, b->v[k].p, b->v[k].len);
			x.v[i * b->n + k] = span_make(p, a->v[i].len + b->v[k].len);
		}
	}
	return x;
}

/* A sequence under way: what is required of what is behind, and the exact strings that end here. */
struct sequence {
	const struct required *match;
	struct info tail;
	bool whole; /* the tail is all of it so far */
};

static void sequence_flush(struct reader *r, struct sequence *s)
{
	s->match = both(r, s->match, of_exact(r, &s->tail));
	s->tail = empty(r);
	s->whole = false;
}

static void sequence_add(struct reader *r, struct sequence *s, const struct info *next)
{
	if (!next->exact) {
		sequence_flush(r, s);
		s->match = both(r, s->match, next->match);
		return;
	}
	if (s->tail.n * next->n > EXACT_MOST || longest(&s->tail) + longest(next) > REQUIRED_MAX)
		sequence_flush(r, s);
	s->tail = cross(r, &s->tail, next);
}

static struct info sequence_end(struct reader *r, struct sequence *s)
{
	if (s->whole)
		return s->tail;
	return (struct info){ .match = both(r, s->match, of_exact(r, &s->tail)) };
}

static struct info alternatives(struct reader *r, const struct info *a, const struct info *b)
{
	struct info x = { .exact = true, .n = a->n + b->n, .match = &anything };

	if (!a->exact || !b->exact || x.n > EXACT_MOST)
		return (struct info){ .match = either(r, requirement(r, a), requirement(r, b)) };
	x.v = ARENA_ARRAY(r->arena, x.n, struct span);
	for (size_t i = 0; i < x.n; i++)
		x.v[i] = i < a->n ? a->v[i] : b->v[i - a->n];
	return x;
}

/* Reading. */

static char peek(const struct reader *r, size_t n)
{
	if (r->i + n >= r->p.len)
		return '\0';
	return r->p.p[r->i + n];
}

static bool read_hex(struct reader *r, uint8_t *c_r)
{
	int high = ascii_xvalue(peek(r, 2)), low = ascii_xvalue(peek(r, 3));

	if (peek(r, 0) != '\\' || peek(r, 1) != 'x' || high < 0 || low < 0)
		return false;
	*c_r = (uint8_t)(high << 4 | low);
	r->i += 4;
	return true;
}

/* One byte of a class. */
static bool read_member(struct reader *r, uint8_t *c_r)
{
	if (read_hex(r, c_r))
		return true;
	if (!ascii_isalnum(peek(r, 0)) && peek(r, 0) != '_')
		return false;
	*c_r = (uint8_t)r->p.p[r->i++];
	return true;
}

/* Bytes without case; a class of few becomes exact strings. */
static struct info of_bytes(struct reader *r, const bool has[static 256])
{
	struct info x = { .exact = true, .match = &anything };

	x.v = ARENA_ARRAY(r->arena, CLASS_MOST, struct span);
	for (unsigned c = 0; c < 256; c++) {
		char lower = ascii_tolower((char)c);

		if (!has[c] || ((uint8_t)lower != c && has[(uint8_t)lower]))
			continue;
		if (x.n == CLASS_MOST)
			return unknown();
		x.v[x.n++] = arena_copy(r->arena, span_make(&lower, 1));
	}
	return x.n != 0 ? x : unknown();
}

static struct info read_class(struct reader *r)
{
	bool has[256] = { false }, negated = false;

	r->i++;
	if (peek(r, 0) == '^') {
		negated = true;
		r->i++;
	}
	while (peek(r, 0) != ']') {
		uint8_t from, to;

		if (!read_member(r, &from)) {
			r->bad = true;
			return unknown();
		}
		to = from;
		if (peek(r, 0) == '-') {
			r->i++;
			if (!read_member(r, &to)) {
				r->bad = true;
				return unknown();
			}
		}
		for (unsigned c = from; c <= to; c++)
			has[c] = true;
	}
	r->i++;
	return negated ? unknown() : of_bytes(r, has);
}

static struct info read_alternatives(struct reader *r);

static struct info read_group(struct reader *r)
{
	struct info x;

	r->i += 3;
	if (++r->depth > DEEPEST) {
		r->bad = true;
		return unknown();
	}
	x = read_alternatives(r);
	r->depth--;
	if (peek(r, 0) != ')')
		r->bad = true;
	r->i++;
	return x;
}

static struct info read_item(struct reader *r)
{
	bool has[256] = { false };
	uint8_t c;

	if (peek(r, 0) == '(')
		return read_group(r);
	if (peek(r, 0) == '[')
		return read_class(r);
	if (peek(r, 0) == '.') {
		r->i++;
		return unknown();
	}
	if (!read_member(r, &c)) {
		r->bad = true;
		return unknown();
	}
	has[c] = true;
	return of_bytes(r, has);
}

static unsigned read_number(struct reader *r)
{
	unsigned n = 0;

	for (; ascii_isdigit(peek(r, 0)) && n < 100000; r->i++)
		n = n * 10 + (unsigned)(peek(r, 0) - '0');
	return n;
}

/* A repeat behind an item: once is enough to require it, none requires nothing. */
static struct info read_repeat(struct reader *r, const struct info *x)
{
	unsigned min = 1, max = 2;

	switch (peek(r, 0)) {
	case '*':
	case '?': min = 0; r->i++; break;
	case '+': r->i++; break;
	case '{':
		r->i++;
		min = max = read_number(r);
		if (peek(r, 0) == ',') {
			r->i++;
			max = ascii_isdigit(peek(r, 0)) ? read_number(r) : UINT32_MAX;
		}
		if (peek(r, 0) != '}')
			r->bad = true;
		r->i++;
		break;
	default:
		return *x;
	}
	if (min == 0 && max == 1 && x->exact && x->n < EXACT_MOST) {
		struct info none = empty(r);

		return alternatives(r, x, &none);
	}
	if (min == 0)
		return unknown();
	if (min == 1 && max == 1)
		return *x;
	return (struct info){ .match = requirement(r, x) };
}

/* '^', '$' and '\b' are between bytes: they change nothing of what stands there. */
static bool skip_assertion(struct reader *r)
{
	if (peek(r, 0) == '^' || peek(r, 0) == '$') {
		r->i++;
		return true;
	}
	if (peek(r, 0) == '\\' && peek(r, 1) == 'b') {
		r->i += 2;
		return true;
	}
	return false;
}

static struct info read_sequence(struct reader *r)
{
	struct sequence s = { .match = &anything, .tail = empty(r), .whole = true };

	while (!r->bad && r->i < r->p.len && peek(r, 0) != '|' && peek(r, 0) != ')') {
		struct info x;

		if (skip_assertion(r))
			continue;
		x = read_item(r);
		if (!r->bad)
			x = read_repeat(r, &x);
		sequence_add(r, &s, &x);
	}
	return sequence_end(r, &s);
}

static struct info read_alternatives(struct reader *r)
{
	struct info x = read_sequence(r);

	while (!r->bad && peek(r, 0) == '|') {
		struct info next;

		r->i++;
		next = read_sequence(r);
		x = alternatives(r, &x, &next);
	}
	return x;
}

const struct required *required_of(struct arena *arena, struct span translated)
{
	struct reader r = { .arena = arena, .p = translated };
	struct info x = read_alternatives(&r);

	if (r.bad || r.i != translated.len)
		return &anything;
	return requirement(&r, &x);
}
