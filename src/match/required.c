#include "match/required.h"

#include "base/ascii.h"

#define EXACT_MOST 24  /* strings that an exact part may have */
#define CLASS_MOST 4   /* bytes of a class that is written out */
#define DEEPEST 200
#define PARTS_MOST 3   /* literals or groups of them that "all" keeps: the most telling ones */
#define PART_WEAK 16   /* of worth(): below, it goes when there is a strong one */
#define PART_STRONG 18
#define CHOICES_MOST 400
#define NEAR_SHORTEST 3 /* bytes of a literal that tells a place */
#define NEAR_MOST 200   /* such literals of one pattern */
#define UNBOUNDED SIZE_MAX

/* What is known of a piece: all strings that it can match (exact), or what every match of it requires. */
struct info {
	bool exact;
	bool word, word_end;         /* exact: no letter, digit or '_' stands before them, behind them */
	struct span *v;
	size_t n;
	const struct required *match;
	size_t max;                  /* bytes it can match, when not exact; UNBOUNDED */
	struct required_place place; /* when not exact */
};

struct reader {
	struct arena *arena;
	struct span p;
	size_t i;
	unsigned depth;
	bool bad;
};

static const struct required anything = { .kind = REQUIRED_ANYTHING };

/* Bytes of any kind, at most so many. */
static struct info unknown(size_t max)
{
	return (struct info){ .match = &anything, .max = max };
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
		return q->literal.text.len * 4;
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

/* Few parts are enough; what stands in every text is not worth looking for beside a better one. */
static const struct required *best_parts(struct required *q)
{
	for (;;) {
		size_t worst = 0, best = 0;

		for (size_t i = 1; i < q->n; i++) {
			worst = worth(q->v[i]) < worth(q->v[worst]) ? i : worst;
			best = worth(q->v[i]) > worth(q->v[best]) ? i : best;
		}
		if (q->n <= PARTS_MOST && (q->n == 1 || worth(q->v[worst]) >= PART_WEAK || worth(q->v[best]) < PART_STRONG))
			return q->n == 1 ? q->v[0] : q;
		q->v[worst] = q->v[--q->n];
	}
}

static const struct required *both(struct reader *r, const struct required *a, const struct required *b)
{
	struct required *q;

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
	return best_parts(q);
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

static struct literal literal_of(const struct info *x, size_t i)
{
	return (struct literal){ span_sub(x->v[i], 0, REQUIRED_MAX), x->word, x->word_end && x->v[i].len <= REQUIRED_MAX };
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
		literal->literal = literal_of(x, i);
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

/* Places. */

static size_t sum_of(size_t a, size_t b)
{
	return a > UNBOUNDED - b ? UNBOUNDED : a + b;
}

static size_t product_of(size_t a, size_t b)
{
	return b != 0 && a > UNBOUNDED / b ? UNBOUNDED : a * b;
}

static size_t max_of(const struct info *x)
{
	return x->exact ? longest(x) : x->max;
}

static struct required_place place_of(struct reader *r, const struct info *x)
{
	struct required_near *v;

	if (!x->exact)
		return x->place;
	v = ARENA_ARRAY(r->arena, x->n, struct required_near);
	for (size_t i = 0; i < x->n; i++) {
		if (x->v[i].len < NEAR_SHORTEST)
			return (struct required_place){ NULL, 0 };
		v[i].literal = literal_of(x, i);
	}
	return (struct required_place){ v, x->n };
}

/* How telling a place is: as worth(), a little less where it is wide. */
static size_t place_worth(const struct required_place *p)
{
	size_t least = SIZE_MAX, wide = 0;

	for (size_t i = 0; i < p->n; i++) {
		least = p->v[i].literal.text.len < least ? p->v[i].literal.text.len : least;
		wide = p->v[i].before > wide ? p->v[i].before : wide;
	}
	if (p->n == 0)
		return 0;
	return 100 + least * 4 - (p->n > 16 ? 4 : p->n / 4) - wide / 8;
}

/* The better one of a and of b when "before" bytes stand in front of that. */
static struct required_place better_place(struct reader *r, const struct required_place *a, const struct required_place *b, size_t before)
{
	struct required_near *v = ARENA_ARRAY(r->arena, b->n + 1, struct required_near);
	struct required_place moved = { v, b->n };

	for (size_t i = 0; i < b->n; i++) {
		if (before > REQUIRED_NEAR || b->v[i].before + before > REQUIRED_NEAR)
			return *a;
		v[i] = (struct required_near){ b->v[i].literal, (uint32_t)(b->v[i].before + before) };
	}
	return place_worth(&moved) > place_worth(a) ? moved : *a;
}

static struct required_place either_place(struct reader *r, const struct required_place *a, const struct required_place *b)
{
	struct required_near *v = ARENA_ARRAY(r->arena, a->n + b->n + 1, struct required_near);

	if (a->n == 0 || b->n == 0 || a->n + b->n > NEAR_MOST)
		return (struct required_place){ NULL, 0 };
	memcpy(v, a->v, a->n * sizeof(*v));
	memcpy(v + a->n, b->v, b->n * sizeof(*v));
	return (struct required_place){ v, a->n + b->n };
}

static struct info cross(struct reader *r, const struct info *a, const struct info *b)
{
	struct info x = { .exact = true, .word = a->word || (longest(a) == 0 && b->word),
		.word_end = b->word_end || (longest(b) == 0 && a->word_end), .n = a->n * b->n, .match = &anything };

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
	size_t before; /* bytes that can stand in front of the tail, at most */
	struct required_place place;
};

static void sequence_flush(struct reader *r, struct sequence *s)
{
	struct required_place place = place_of(r, &s->tail);

	s->match = both(r, s->match, of_exact(r, &s->tail));
	s->place = better_place(r, &s->place, &place, s->before);
	s->before = sum_of(s->before, longest(&s->tail));
	s->tail = empty(r);
	s->whole = false;
}

static void sequence_add(struct reader *r, struct sequence *s, const struct info *next)
{
	if (!next->exact) {
		sequence_flush(r, s);
		s->match = both(r, s->match, next->match);
		s->place = better_place(r, &s->place, &next->place, s->before);
		s->before = sum_of(s->before, next->max);
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
	sequence_flush(r, s);
	return (struct info){ .match = s->match, .max = s->before, .place = s->place };
}

static struct info alternatives(struct reader *r, const struct info *a, const struct info *b)
{
	struct info x = { .exact = true, .word = a->word && b->word, .word_end = a->word_end && b->word_end, .n = a->n + b->n, .match = &anything };

	if (!a->exact || !b->exact || x.n > EXACT_MOST) {
		struct required_place pa = place_of(r, a), pb = place_of(r, b);

		return (struct info){ .match = either(r, requirement(r, a), requirement(r, b)), .place = either_place(r, &pa, &pb),
			.max = max_of(a) > max_of(b) ? max_of(a) : max_of(b) };
	}
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
			return unknown(1);
		x.v[x.n++] = arena_copy(r->arena, span_make(&lower, 1));
	}
	return x.n != 0 ? x : unknown(1);
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
			return unknown(UNBOUNDED);
		}
		to = from;
		if (peek(r, 0) == '-') {
			r->i++;
			if (!read_member(r, &to)) {
				r->bad = true;
				return unknown(UNBOUNDED);
			}
		}
		for (unsigned c = from; c <= to; c++)
			has[c] = true;
	}
	r->i++;
	return negated ? unknown(1) : of_bytes(r, has);
}

static struct info read_alternatives(struct reader *r);

static struct info read_group(struct reader *r)
{
	struct info x;

	r->i += 3;
	if (++r->depth > DEEPEST) {
		r->bad = true;
		return unknown(UNBOUNDED);
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
		return unknown(1);
	}
	if (!read_member(r, &c)) {
		r->bad = true;
		return unknown(UNBOUNDED);
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
	unsigned min = 1, max = 1;
	size_t most;

	switch (peek(r, 0)) {
	case '*': min = 0; max = UINT32_MAX; r->i++; break;
	case '?': min = 0; max = 1; r->i++; break;
	case '+': max = UINT32_MAX; r->i++; break;
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
	most = max == UINT32_MAX ? UNBOUNDED : product_of(max_of(x), max);
	if (min == 0)
		return unknown(most);
	if (min == 1 && max == 1)
		return *x;
	return (struct info){ .match = requirement(r, x), .max = most, .place = place_of(r, x) };
}

/* '^', '$' and '\b' are between bytes: they change nothing of what stands there, but '\b' tells of literals that begin or end there. */
static bool read_assertion(struct reader *r, struct sequence *s)
{
	if (peek(r, 0) == '^' || peek(r, 0) == '$') {
		r->i++;
		return true;
	}
	if (peek(r, 0) == '\\' && peek(r, 1) == 'b') {
		r->i += 2;
		if (longest(&s->tail) == 0)
			s->tail.word = true;
		else
			s->tail.word_end = true;
		return true;
	}
	return false;
}

static struct info read_sequence(struct reader *r)
{
	struct sequence s = { .match = &anything, .tail = empty(r), .whole = true };

	while (!r->bad && r->i < r->p.len && peek(r, 0) != '|' && peek(r, 0) != ')') {
		struct info x;

		if (read_assertion(r, &s))
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

const struct required *required_of(struct arena *arena, struct span translated, struct required_place *place_r)
{
	struct reader r = { .arena = arena, .p = translated };
	struct info x = read_alternatives(&r);

	*place_r = (struct required_place){ NULL, 0 };
	if (r.bad || r.i != translated.len)
		return &anything;
	*place_r = place_of(&r, &x);
	return requirement(&r, &x);
}
