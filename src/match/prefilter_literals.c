#include "match/prefilter_literals.h"

#include <stdlib.h>

#include "base/map.h"
#include "match/literal_index.h"
#include "match/prefilter_syntax.h"
#include "match/regex_private.h"
#include "match/required.h"

#define SHORTEST 3 /* bytes of the shortest literal of a pattern that goes by literals: shorter ones stand in every text */
#define DEEPEST 64 /* of a program; deeper ones are not made */

/*
 * A program says what a text must hold for a pattern to be a candidate: a literal's number, or ALL or ONE with the length of what stands in it, which follows. Behind it stand the literals that tell where a match
 * may begin (match/required.h).
 */
#define HEAD_WORDS 3 /* id, length of the program, number of places */
#define KIND_SHIFT 30
#define KIND_LITERAL 0u
#define KIND_ALL 1u
#define KIND_ONE 2u
#define VALUE_MASK ((1u << KIND_SHIFT) - 1)

struct literals_builder {
	struct arena *arena;
	struct map ids;        /* literal -> its number + 1 */
	struct literal *literals;
	size_t nliterals, cap_literals;
	uint32_t *code;        /* of every pattern: its id, the length of its program, the number of its places, the program, the places: literal and "before" */
	size_t ncode, cap_code;
	size_t patterns;
};

struct literals_builder *literals_builder_new(struct arena *arena)
{
	struct literals_builder *b = ARENA_NEW(arena, struct literals_builder);

	b->arena = arena;
	map_init(&b->ids, arena, false);
	return b;
}

static uint32_t literal_id(struct literals_builder *b, struct literal literal)
{
	char *p = arena_bytes(b->arena, literal.text.len + 1);
	struct span key = span_make(p, literal.text.len + 1);
	uintptr_t known;

	p[0] = (char)('0' + literal.word + 2 * literal.word_end);
	memcpy(p + 1, literal.text.p, literal.text.len);
	known = (uintptr_t)map_get(&b->ids, key);
	if (known == 0) {
		literal.text = span_from(key, 1);
		*ARRAY_ADD(b->arena, b->literals, b->nliterals, b->cap_literals) = literal;
		known = b->nliterals;
		map_put(&b->ids, key, (void *)known); /* NOLINT(performance-no-int-to-ptr): a number in the map's pointer */
	}
	return (uint32_t)known - 1;
}

static void emit(struct literals_builder *b, uint32_t word)
{
	*ARRAY_ADD(b->arena, b->code, b->ncode, b->cap_code) = word;
}

static void write_program(struct literals_builder *b, const struct required *q)
{
	size_t at = b->ncode;

	if (q->kind == REQUIRED_LITERAL) {
		emit(b, literal_id(b, q->literal));
		return;
	}
	emit(b, 0);
	for (size_t i = 0; i < q->n; i++)
		write_program(b, q->v[i]);
	b->code[at] = (q->kind == REQUIRED_ALL ? KIND_ALL : KIND_ONE) << KIND_SHIFT | (uint32_t)(b->ncode - at - 1);
}

static size_t depth_of(const struct required *q)
{
	size_t deepest = 0;

	for (size_t i = 0; i < q->n; i++) {
		size_t d = depth_of(q->v[i]);

		deepest = d > deepest ? d : deepest;
	}
	return deepest + 1;
}

/* The shortest literal that may be all that is found of a pattern. */
static size_t shortest(const struct required *q)
{
	size_t len = q->kind == REQUIRED_ONE ? SIZE_MAX : 0;

	if (q->kind == REQUIRED_LITERAL)
		return q->literal.text.len;
	for (size_t i = 0; i < q->n; i++) {
		size_t n = shortest(q->v[i]);

		if (q->kind == REQUIRED_ONE)
			len = n < len ? n : len;
		else
			len = n > len ? n : len;
	}
	return len;
}

bool literals_add(struct literals_builder *b, const struct pattern_set *set, unsigned id)
{
	struct buf text = BUF_INIT(b->arena);
	struct required_place place;
	const struct required *q;
	bool caseless;
	unsigned flags;
	size_t at;

	pattern_set_text(set, id, &flags);
	if (!prefilter_translate(pattern_set_regex(set, id), flags, true, FORM_COUNTED, &text, &caseless))
		return false;
	q = required_of(b->arena, buf_span(&text), &place);
	if (q->kind == REQUIRED_ANYTHING || shortest(q) < SHORTEST || depth_of(q) >= DEEPEST)
		return false;
	if (regex_one_start(pattern_set_regex(set, id)))
		place.n = 0;
	emit(b, id);
	at = b->ncode;
	emit(b, 0);
	emit(b, (uint32_t)place.n);
	write_program(b, q);
	b->code[at] = (uint32_t)(b->ncode - at - 2);
	for (size_t i = 0; i < place.n; i++) {
		emit(b, literal_id(b, place.v[i].literal));
		emit(b, place.v[i].before);
	}
	b->patterns++;
	return true;
}

#define WORD 0x80000000u /* in the length of a literal */
#define WORD_END 0x40000000u

struct head {
	uint64_t literals, words, bytes; /* number of literals, of words of code, bytes of all literals */
};

void literals_compile(struct literals_builder *b, struct buf *out)
{
	struct head head = { .literals = b->nliterals, .words = b->ncode };

	if (b->patterns == 0)
		return;
	for (size_t i = 0; i < b->nliterals; i++)
		head.bytes += b->literals[i].text.len;
	buf_add(out, span_make((const char *)&head, sizeof(head)));
	buf_add(out, span_make((const char *)b->code, b->ncode * sizeof(*b->code)));
	for (size_t i = 0; i < b->nliterals; i++) {
		uint32_t length = (uint32_t)b->literals[i].text.len | (b->literals[i].word ? WORD : 0) | (b->literals[i].word_end ? WORD_END : 0);

		buf_add(out, span_make((const char *)&length, sizeof(length)));
	}
	for (size_t i = 0; i < b->nliterals; i++)
		buf_add(out, b->literals[i].text);
}

/* Programs that ask for a literal, one behind the other. */
struct posting {
	uint32_t first, n; /* in users */
};

struct literals {
	size_t nliterals, npatterns, nprograms;
	uint32_t *code;
	uint32_t *programs;       /* where each program's id stands in the code */
	struct posting *postings; /* by literal */
	uint32_t *users;          /* numbers of programs */
	struct literal_index *index;
	/* Of this process, made by its first scan. */
	uint64_t *found;          /* bits of literals */
	struct pattern_places *places; /* of literals that were found: where they begin */
	uint32_t *order;          /* literals in the order found */
	size_t norder;
	unsigned shift;           /* of the text's places */
	uint64_t *asked;          /* bits of programs that were evaluated */
	bool failed;
};

static void literals_free(void *ctx)
{
	struct literals *l = ctx;

	free(l->found);
	free(l->places);
	free(l->order);
	free(l->asked);
}

static void post(struct literals *l, uint32_t literal, size_t program, bool fill)
{
	if (fill)
		l->users[l->postings[literal].first + l->postings[literal].n] = (uint32_t)program;
	l->postings[literal].n++;
}

/* One program: literals that exist, groups within their bounds and not too deep. */
static bool walk_program(const struct literals *l, const uint32_t *code, size_t len, unsigned depth)
{
	if (depth > DEEPEST || len == 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint32_t kind = code[i] >> KIND_SHIFT, value = code[i] & VALUE_MASK;

		if (kind == KIND_LITERAL) {
			if (value >= l->nliterals)
				return false;
			continue;
		}
		if (kind > KIND_ONE || value >= len - i || !walk_program(l, code + i + 1, value, depth + 1))
			return false;
		i += value;
	}
	return true;
}

/* A program is worth asking only when a literal that tells a place was found; where there is none, when any of its literals was. */
static void post_all(struct literals *l, size_t number, const uint32_t *p, bool fill)
{
	const uint32_t *places = p + HEAD_WORDS + p[1];

	for (uint32_t i = 0; i < p[2]; i++)
		post(l, places[2 * (size_t)i], number, fill);
	for (uint32_t i = 0; p[2] == 0 && i < p[1]; i++) {
		if (p[HEAD_WORDS + i] >> KIND_SHIFT == KIND_LITERAL)
			post(l, p[HEAD_WORDS + i], number, fill);
	}
}

/* Walks the code: every program and its places within bounds. Counts, and on the second walk fills the postings. */
static bool walk(struct literals *l, size_t words, bool fill)
{
	size_t n = 0;

	for (size_t at = 0; at < words; n++) {
		const uint32_t *p = l->code + at;
		size_t left = words - at, len, places;

		if (left < HEAD_WORDS || p[0] >= l->npatterns)
			return false;
		len = p[1];
		places = p[2];
		left -= HEAD_WORDS;
		if (len > left || places > (left - len) / 2 || !walk_program(l, p + HEAD_WORDS, len, 0))
			return false;
		for (size_t i = 0; i < places; i++) {
			if (p[HEAD_WORDS + len + 2 * i] >= l->nliterals || p[HEAD_WORDS + len + 2 * i + 1] > REQUIRED_NEAR)
				return false;
		}
		if (fill)
			l->programs[n] = (uint32_t)at;
		post_all(l, n, p, fill);
		at += HEAD_WORDS + len + 2 * places;
	}
	l->nprograms = n;
	return true;
}

static bool index_programs(struct literals *l, struct arena *arena, size_t words)
{
	uint32_t sum = 0;

	l->postings = ARENA_ARRAY(arena, l->nliterals + 1, struct posting);
	if (!walk(l, words, false))
		return false;
	for (size_t i = 0; i < l->nliterals; i++) {
		l->postings[i].first = sum;
		sum += l->postings[i].n;
		l->postings[i].n = 0;
	}
	l->users = ARENA_ARRAY(arena, sum + 1, uint32_t);
	l->programs = ARENA_ARRAY(arena, l->nprograms + 1, uint32_t);
	return walk(l, words, true);
}

/* lens: of all literals, their bytes behind them. */
static bool read_literals(struct literals *l, struct arena *arena, struct span lens, struct span bytes)
{
	struct literal *v = ARENA_ARRAY(arena, l->nliterals + 1, struct literal);

	bytes = arena_copy(arena, bytes);
	for (size_t i = 0; i < l->nliterals; i++) {
		uint32_t len;

		memcpy(&len, lens.p + i * sizeof(len), sizeof(len));
		v[i].word = (len & WORD) != 0;
		v[i].word_end = (len & WORD_END) != 0;
		len &= ~(WORD | WORD_END);
		if (len < LITERAL_SHORTEST || len > REQUIRED_MAX || len > bytes.len)
			return false;
		v[i].text = span_sub(bytes, 0, len);
		bytes = span_from(bytes, len);
	}
	l->index = literal_index_new(arena, v, l->nliterals);
	return bytes.len == 0;
}

struct literals *literals_attach(struct arena *arena, struct span bytes, size_t patterns, struct err *err_r)
{
	struct literals *l = ARENA_NEW(arena, struct literals);
	struct head head = { 0 };
	struct span lens;

	if (bytes.len >= sizeof(head)) {
		memcpy(&head, bytes.p, sizeof(head));
		bytes = span_from(bytes, sizeof(head));
	}
	if (head.literals == 0 || head.literals > VALUE_MASK || head.words > VALUE_MASK || head.bytes > bytes.len ||
	    (head.words + head.literals) * sizeof(*l->code) != bytes.len - head.bytes) {
		err_set(err_r, "damaged");
		return NULL;
	}
	l->nliterals = head.literals;
	l->npatterns = patterns;
	l->code = ARENA_ARRAY(arena, head.words + 1, uint32_t);
	memcpy(l->code, bytes.p, head.words * sizeof(*l->code));
	arena_cleanup(arena, literals_free, l);
	lens = span_sub(bytes, head.words * sizeof(*l->code), head.literals * sizeof(uint32_t));
	if (index_programs(l, arena, head.words) && read_literals(l, arena, lens, span_from(bytes, bytes.len - head.bytes)))
		return l;
	err_set(err_r, "damaged");
	return NULL;
}

/* Looking. */

static bool make_room(struct literals *l)
{
	if (l->found != NULL || l->failed)
		return !l->failed;
	l->found = calloc(l->nliterals / 64 + 1, sizeof(*l->found));
	l->order = calloc(l->nliterals + 1, sizeof(*l->order));
	l->asked = calloc(l->nprograms / 64 + 1, sizeof(*l->asked));
	l->places = calloc(l->nliterals + 1, sizeof(*l->places));
	l->failed = l->found == NULL || l->places == NULL || l->order == NULL || l->asked == NULL;
	return !l->failed;
}

static void found(void *ctx, uint32_t id, size_t begin)
{
	struct literals *l = ctx;
	uint64_t bit = (uint64_t)1 << (id % 64);
	size_t piece = begin >> l->shift;

	if ((l->found[id / 64] & bit) == 0) {
		l->found[id / 64] |= bit;
		l->order[l->norder++] = id;
		l->places[id] = (struct pattern_places){ { 0 } };
	}
	l->places[id].v[piece / 64] |= (uint64_t)1 << (piece % 64);
}

/* What begins at *at; moves behind it. */
static bool holds(const struct literals *l, const uint32_t **at)
{
	uint32_t word = *(*at)++;
	const uint32_t *end = *at + (word & VALUE_MASK);
	bool all = word >> KIND_SHIFT == KIND_ALL, is = all;

	if (word >> KIND_SHIFT == KIND_LITERAL)
		return (l->found[word / 64] >> (word % 64)) & 1;
	while (*at < end && is == all)
		is = holds(l, at);
	*at = end;
	return is;
}

/* One piece further to the front. */
static void move_down(struct pattern_places *p)
{
	for (size_t i = 0; i < PLACES_WORDS; i++)
		p->v[i] = p->v[i] >> 1 | (i + 1 < PLACES_WORDS ? p->v[i + 1] << 63 : 0);
}

/* Adds where a literal begins, and the pieces up to "before" bytes in front of that. */
static void add_place(struct pattern_places *sum, struct pattern_places p, size_t before, unsigned shift)
{
	size_t pieces = (before + ((size_t)1 << shift) - 1) >> shift;

	for (size_t k = 0;; k++) {
		for (size_t i = 0; i < PLACES_WORDS; i++)
			sum->v[i] |= p.v[i];
		if (k == pieces)
			return;
		move_down(&p);
	}
}

/* False: no place at all, so nothing can match. */
static bool find_places(const struct literals *l, const uint32_t *program, struct pattern_places *places_r)
{
	const uint32_t *p = program + HEAD_WORDS + program[1];
	bool any = false;

	if (program[2] == 0) {
		places_all(places_r);
		return true;
	}
	*places_r = (struct pattern_places){ { 0 } };
	for (uint32_t i = 0; i < program[2]; i++, p += 2) {
		if (((l->found[p[0] / 64] >> (p[0] % 64)) & 1) == 0)
			continue;
		add_place(places_r, l->places[p[0]], p[1], l->shift);
		any = true;
	}
	return any;
}

static void ask(struct literals *l, uint32_t number, uint64_t *bits, struct pattern_places *places)
{
	const uint32_t *program = l->code + l->programs[number];
	const uint32_t *code = program + HEAD_WORDS;
	struct pattern_places at;

	if ((l->asked[number / 64] >> (number % 64)) & 1)
		return;
	l->asked[number / 64] |= (uint64_t)1 << (number % 64);
	if (!holds(l, &code) || !find_places(l, program, &at))
		return;
	bits[program[0] / 64] |= (uint64_t)1 << (program[0] % 64);
	if (places != NULL)
		places[program[0]] = at;
}

bool literals_scan(struct literals *l, struct span text, uint64_t *bits, struct pattern_places *places)
{
	if (!make_room(l))
		return false;
	memset(l->found, 0, (l->nliterals / 64 + 1) * sizeof(*l->found));
	memset(l->asked, 0, (l->nprograms / 64 + 1) * sizeof(*l->asked));
	l->norder = 0;
	l->shift = places_shift(text.len);
	literal_index_scan(l->index, text, found, l);
	for (size_t i = 0; i < l->norder; i++) {
		const struct posting *p = &l->postings[l->order[i]];

		for (uint32_t k = 0; k < p->n; k++)
			ask(l, l->users[p->first + k], bits, places);
	}
	return true;
}

