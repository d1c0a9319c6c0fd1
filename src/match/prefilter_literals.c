#include "match/prefilter_literals.h"

#ifdef WINNOW_HAVE_HS

#include <hs.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/map.h"
#include "match/prefilter_syntax.h"
#include "match/required.h"

#define SHORTEST 4 /* bytes of the shortest literal of a pattern that goes by literals: shorter ones stand in every text */
#define STACK 256  /* of evaluation; deeper programs are not made */

/*
 * A program is a row of instructions, evaluated on a stack of truths: a literal's number pushes whether it was found; ALL and ONE take n truths and push one. The last truth says whether
 * the pattern is a candidate.
 */
#define KIND_SHIFT 30
#define KIND_LITERAL 0u
#define KIND_ALL 1u
#define KIND_ONE 2u
#define VALUE_MASK ((1u << KIND_SHIFT) - 1)

struct literals_builder {
	struct arena *arena;
	struct map ids;        /* literal -> its number + 1 */
	struct span *literals;
	size_t nliterals, cap_literals;
	uint32_t *code;        /* of every pattern: its id, the length of its program, the program */
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

static uint32_t literal_id(struct literals_builder *b, struct span literal)
{
	uintptr_t known = (uintptr_t)map_get(&b->ids, literal);

	if (known == 0) {
		struct span copy = arena_copy(b->arena, literal);

		*ARRAY_ADD(b->arena, b->literals, b->nliterals, b->cap_literals) = copy;
		known = b->nliterals;
		map_put(&b->ids, copy, (void *)known); /* NOLINT(performance-no-int-to-ptr): a number in the map's pointer */
	}
	return (uint32_t)known - 1;
}

static void emit(struct literals_builder *b, uint32_t word)
{
	*ARRAY_ADD(b->arena, b->code, b->ncode, b->cap_code) = word;
}

/* Truths are combined one by one, so that the stack stays as deep as the tree. */
static void write_program(struct literals_builder *b, const struct required *q)
{
	if (q->kind == REQUIRED_LITERAL) {
		emit(b, literal_id(b, q->literal));
		return;
	}
	for (size_t i = 0; i < q->n; i++) {
		write_program(b, q->v[i]);
		if (i > 0)
			emit(b, (q->kind == REQUIRED_ALL ? KIND_ALL : KIND_ONE) << KIND_SHIFT);
	}
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
		return q->literal.len;
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
	const struct required *q;
	bool caseless;
	unsigned flags;
	size_t at;

	pattern_set_text(set, id, &flags);
	if (!prefilter_translate(pattern_set_regex(set, id), flags, true, false, &text, &caseless))
		return false;
	q = required_of(b->arena, buf_span(&text));
	if (q->kind == REQUIRED_ANYTHING || shortest(q) < SHORTEST || depth_of(q) >= STACK)
		return false;
	emit(b, id);
	at = b->ncode;
	emit(b, 0);
	write_program(b, q);
	b->code[at] = (uint32_t)(b->ncode - at - 1);
	b->patterns++;
	return true;
}

struct head {
	uint64_t literals, words, bytes; /* number of literals, of words of code, bytes of the database */
};

bool literals_compile(struct literals_builder *b, struct buf *out, struct err *err_r)
{
	const char **texts = ARENA_ARRAY(b->arena, b->nliterals + 1, const char *);
	unsigned *flags = ARENA_ARRAY(b->arena, b->nliterals + 1, unsigned), *ids = ARENA_ARRAY(b->arena, b->nliterals + 1, unsigned);
	size_t *lens = ARENA_ARRAY(b->arena, b->nliterals + 1, size_t), len = 0;
	struct head head = { .literals = b->nliterals, .words = b->ncode };
	hs_compile_error_t *error = NULL;
	hs_database_t *database = NULL;
	char *bytes = NULL;
	bool ok;

	if (b->patterns == 0)
		return true;
	for (size_t i = 0; i < b->nliterals; i++) {
		texts[i] = b->literals[i].p;
		lens[i] = b->literals[i].len;
		flags[i] = HS_FLAG_CASELESS; /* without SINGLEMATCH, which would keep it from the quickest way */
		ids[i] = (unsigned)i;
	}
	ok = hs_compile_lit_multi(texts, flags, ids, lens, (unsigned)b->nliterals, HS_MODE_BLOCK, NULL, &database, &error) == HS_SUCCESS &&
	     hs_serialize_database(database, &bytes, &len) == HS_SUCCESS;
	if (ok) {
		head.bytes = len;
		buf_add(out, span_make((const char *)&head, sizeof(head)));
		buf_add(out, span_make((const char *)b->code, b->ncode * sizeof(*b->code)));
		buf_add(out, span_make(bytes, len));
	} else {
		err_set(err_r, "vectorscan: %s", error != NULL && error->message != NULL ? error->message : "no memory");
	}
	if (error != NULL)
		hs_free_compile_error(error);
	hs_free_database(database);
	free(bytes);
	return ok;
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
	void *memory;             /* the database, in pages of its own that nothing can write to */
	size_t size;
	/* Of this process, made by its first scan. */
	hs_scratch_t *scratch;
	uint64_t *found;          /* bits of literals */
	uint32_t *order;          /* literals in the order found */
	size_t norder;
	uint64_t *asked;          /* bits of programs that were evaluated */
	bool failed;
};

static void literals_free(void *ctx)
{
	struct literals *l = ctx;

	hs_free_scratch(l->scratch);
	free(l->found);
	free(l->order);
	free(l->asked);
	if (l->memory != NULL)
		munmap(l->memory, l->size);
}

/* Walks the code: every program within bounds, every stack within depth. Counts, and on the second walk fills the postings. */
static bool walk(struct literals *l, size_t words, bool fill)
{
	size_t n = 0;

	for (size_t at = 0; at < words; n++) {
		size_t len = at + 1 < words ? l->code[at + 1] : 0, depth = 0;

		if (len == 0 || len > words - at - 2 || l->code[at] >= l->npatterns)
			return false;
		if (fill)
			l->programs[n] = (uint32_t)at;
		for (size_t i = at + 2; i < at + 2 + len; i++) {
			uint32_t kind = l->code[i] >> KIND_SHIFT, value = l->code[i] & VALUE_MASK;

			if (kind == KIND_LITERAL && (value >= l->nliterals || ++depth > STACK))
				return false;
			if (kind != KIND_LITERAL && (depth < 2 || kind > KIND_ONE))
				return false;
			depth -= kind != KIND_LITERAL;
			if (kind == KIND_LITERAL && fill)
				l->users[l->postings[value].first + l->postings[value].n] = (uint32_t)n;
			if (kind == KIND_LITERAL)
				l->postings[value].n++;
		}
		if (depth != 1)
			return false;
		at += 2 + len;
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

static bool read_database(struct literals *l, struct span bytes)
{
	if (hs_serialized_database_size(bytes.p, bytes.len, &l->size) != HS_SUCCESS)
		return false;
	l->memory = mmap(NULL, l->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (l->memory == MAP_FAILED)
		l->memory = NULL;
	return l->memory != NULL && hs_deserialize_database_at(bytes.p, bytes.len, l->memory) == HS_SUCCESS && mprotect(l->memory, l->size, PROT_READ) == 0;
}

struct literals *literals_attach(struct arena *arena, struct span bytes, size_t patterns, struct err *err_r)
{
	struct literals *l = ARENA_NEW(arena, struct literals);
	struct head head;

	if (bytes.len < sizeof(head))
		goto damaged;
	memcpy(&head, bytes.p, sizeof(head));
	bytes = span_from(bytes, sizeof(head));
	if (head.words > bytes.len / sizeof(*l->code) || head.bytes != bytes.len - head.words * sizeof(*l->code) || head.literals > VALUE_MASK)
		goto damaged;
	l->nliterals = head.literals;
	l->npatterns = patterns;
	l->code = ARENA_ARRAY(arena, head.words + 1, uint32_t);
	memcpy(l->code, bytes.p, head.words * sizeof(*l->code));
	arena_cleanup(arena, literals_free, l);
	if (index_programs(l, arena, head.words) && read_database(l, span_from(bytes, head.words * sizeof(*l->code))))
		return l;
damaged:
	err_set(err_r, "damaged, or of another version or processor");
	return NULL;
}

/* Looking. */

static bool make_room(struct literals *l)
{
	if (l->scratch != NULL || l->failed)
		return !l->failed;
	l->found = calloc(l->nliterals / 64 + 1, sizeof(*l->found));
	l->order = calloc(l->nliterals + 1, sizeof(*l->order));
	l->asked = calloc(l->nprograms / 64 + 1, sizeof(*l->asked));
	l->failed = l->found == NULL || l->order == NULL || l->asked == NULL || hs_alloc_scratch(l->memory, &l->scratch) != HS_SUCCESS;
	return !l->failed;
}

static int found(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct literals *l = ctx;
	uint64_t bit = (uint64_t)1 << (id % 64);

	(void)from;
	(void)to;
	(void)flags;
	if ((l->found[id / 64] & bit) == 0) {
		l->found[id / 64] |= bit;
		l->order[l->norder++] = id;
	}
	return 0;
}

static bool holds(const struct literals *l, const uint32_t *program)
{
	const uint32_t *code = program + 2, *end = code + program[1];
	bool stack[STACK + 1] = { false };
	size_t n = 0;

	for (; code < end; code++) {
		switch (*code >> KIND_SHIFT) {
		case KIND_LITERAL:
			stack[n++] = (l->found[*code / 64] >> (*code % 64)) & 1;
			break;
		case KIND_ALL:
			n--; /* walk() has seen that two are there */
			stack[n - 1] = stack[n - 1] && stack[n];
			break;
		default:
			n--;
			stack[n - 1] = stack[n - 1] || stack[n];
		}
	}
	return stack[0];
}

static void ask(struct literals *l, uint32_t number, uint64_t *bits)
{
	const uint32_t *program = l->code + l->programs[number];

	if ((l->asked[number / 64] >> (number % 64)) & 1)
		return;
	l->asked[number / 64] |= (uint64_t)1 << (number % 64);
	if (holds(l, program))
		bits[program[0] / 64] |= (uint64_t)1 << (program[0] % 64);
}

bool literals_scan(struct literals *l, struct span text, uint64_t *bits)
{
	if (!make_room(l))
		return false;
	memset(l->found, 0, (l->nliterals / 64 + 1) * sizeof(*l->found));
	memset(l->asked, 0, (l->nprograms / 64 + 1) * sizeof(*l->asked));
	l->norder = 0;
	if (hs_scan(l->memory, text.p, (unsigned)text.len, 0, l->scratch, found, l) != HS_SUCCESS)
		return false;
	/* A program is worth asking only when one of its literals was found. */
	for (size_t i = 0; i < l->norder; i++) {
		const struct posting *p = &l->postings[l->order[i]];

		for (uint32_t k = 0; k < p->n; k++)
			ask(l, l->users[p->first + k], bits);
	}
	return true;
}

#endif
