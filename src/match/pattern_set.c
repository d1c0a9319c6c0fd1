#include "match/pattern_set.h"

#include <assert.h>

#include "match/pattern_set_private.h"

static void free_regexes(void *ctx)
{
	struct pattern_set *set = ctx;

	for (size_t i = 0; i < set->n; i++)
		regex_free(&set->v[i].regex);
}

struct pattern_set *pattern_set_new(struct arena *arena, const char *name)
{
	struct pattern_set *set = ARENA_NEW(arena, struct pattern_set);

	set->arena = arena;
	set->name = name;
	map_init(&set->ids, arena, false);
	arena_cleanup(arena, free_regexes, set);
	return set;
}

static struct span key_of(struct arena *arena, struct span pattern, unsigned flags)
{
	char *p = arena_bytes(arena, pattern.len + 1);

	p[0] = (char)flags;
	if (pattern.len != 0)
		memcpy(p + 1, pattern.p, pattern.len);
	return span_make(p, pattern.len + 1);
}

static void grow(struct pattern_set *set)
{
	size_t cap = set->cap != 0 ? set->cap * 2 : 64;
	struct pattern_entry *v = ARENA_ARRAY(set->arena, cap, struct pattern_entry);

	if (set->n != 0)
		memcpy(v, set->v, set->n * sizeof(*v));
	set->v = v;
	set->cap = cap;
}

bool pattern_set_add(struct pattern_set *set, struct span pattern, unsigned flags, unsigned *id_r, struct err *err_r)
{
	struct span key = key_of(set->arena, pattern, flags);
	const char *known = map_get(&set->ids, key);
	struct regex *regex;

	assert(set->prefilter == NULL && flags < 16);
	if (known != NULL) {
		*id_r = (unsigned)((uintptr_t)known - 1);
		return true;
	}
	regex = regex_new(pattern, flags, err_r);
	if (regex == NULL)
		return false;
	if (set->n == set->cap)
		grow(set);
	set->v[set->n] = (struct pattern_entry){ .regex = regex, .key = key };
	*id_r = (unsigned)set->n++;
	map_put(&set->ids, key, (void *)((uintptr_t)*id_r + 1)); /* NOLINT(performance-no-int-to-ptr): a number in the map's pointer */
	return true;
}

size_t pattern_set_count(const struct pattern_set *set)
{
	return set->n;
}

const char *pattern_set_name(const struct pattern_set *set)
{
	return set->name;
}

const struct regex *pattern_set_regex(const struct pattern_set *set, unsigned id)
{
	assert(id < set->n);
	return set->v[id].regex;
}

struct span pattern_set_text(const struct pattern_set *set, unsigned id, unsigned *flags_r)
{
	assert(id < set->n);
	if (flags_r != NULL)
		*flags_r = (uint8_t)set->v[id].key.p[0];
	return span_from(set->v[id].key, 1);
}

size_t pattern_set_words(const struct pattern_set *set)
{
	return (set->n + 63) / 64;
}

void pattern_bits_all(uint64_t *bits, size_t n)
{
	for (size_t i = 0; i < n / 64; i++)
		bits[i] = ~(uint64_t)0;
	if (n % 64 != 0)
		bits[n / 64] |= ((uint64_t)1 << (n % 64)) - 1;
}

void pattern_set_candidates(const struct pattern_set *set, struct span text, uint64_t *bits, struct pattern_places *places)
{
	if (set->prefilter != NULL) {
		prefilter_scan(set->prefilter, text, bits, places);
		return;
	}
	pattern_bits_all(bits, set->n);
	for (size_t i = 0; places != NULL && i < set->n; i++)
		places_all(&places[i]);
}

/* Places. */

#define PIECES 256u
_Static_assert(PIECES == (unsigned)PLACES_WORDS * 64, "a bit for each piece");

unsigned places_shift(size_t len)
{
	unsigned shift = PLACES_SHIFT_LEAST;

	while ((len >> shift) >= PIECES)
		shift++;
	return shift;
}

/* The first piece at "from" or later whose bit is (not) set; PIECES: none. */
static unsigned next_piece(const struct pattern_places *p, unsigned from, bool set)
{
	for (unsigned word = from / 64; word < PLACES_WORDS; word++) {
		uint64_t bits = set ? p->v[word] : ~p->v[word];

		if (word == from / 64)
			bits &= ~(uint64_t)0 << (from % 64);
		if (bits != 0)
			return word * 64 + (unsigned)__builtin_ctzll(bits);
	}
	return PIECES;
}

enum regex_result pattern_set_match(const struct pattern_set *set, unsigned id, struct regex_memory *memory, struct span text, const struct pattern_places *places, size_t from,
	struct span *captures_r, size_t n)
{
	const struct regex *regex = pattern_set_regex(set, id);
	unsigned shift = places_shift(text.len), piece = from >> shift < PIECES ? (unsigned)(from >> shift) : PIECES;
	enum regex_result result = REGEX_NO;

	if (next_piece(places, 0, false) == PIECES)
		return regex_match(regex, memory, text, from, captures_r, n);
	while (result == REGEX_NO && piece < PIECES) {
		unsigned first = next_piece(places, piece, true), end = next_piece(places, first, false);
		size_t begin = (size_t)first << shift;

		if (first == PIECES)
			break;
		result = regex_match_between(regex, memory, text, begin > from ? begin : from, ((size_t)end << shift) - 1, captures_r, n);
		piece = end;
	}
	return result;
}
