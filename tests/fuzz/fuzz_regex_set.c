/*
 * Pattern sets: what vectorscan names as candidates holds everything that PCRE2 finds, in a text alone and in the same text as a line among others; looked for at its places alone, a pattern finds the same.
 * Input: patterns, one a line, "flags pattern" with flags of i m s x or "-"; an empty line; the text.
 */
#include <stdio.h>
#include <stdlib.h>

#include "match/pattern_set.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATTERNS 8
#define LONGEST 64
#define TEXT 256

static unsigned read_flags(struct span word)
{
	unsigned flags = 0;

	for (size_t i = 0; i < word.len; i++)
		flags |= word.p[i] == 'i' ? REGEX_CASELESS : word.p[i] == 'm' ? REGEX_MULTILINE : word.p[i] == 's' ? REGEX_DOTALL : word.p[i] == 'x' ? REGEX_EXTENDED : 0;
	return flags;
}

/* The compiler takes its time with repeats of repeats; they are not what is looked for here. */
static bool heavy(struct span pattern)
{
	size_t digits = 0;

	for (size_t i = 0; i < pattern.len; i++)
		digits += pattern.p[i] >= '0' && pattern.p[i] <= '9';
	return digits > 6;
}

static void read_patterns(struct pattern_set *set, struct span *rest)
{
	for (unsigned n = 0; rest->p != NULL; n++) {
		struct span line = span_split(rest, '\n'), flags;
		unsigned id;

		if (line.len == 0)
			return;
		flags = span_split(&line, ' ');
		if (n < PATTERNS && line.p != NULL && line.len <= LONGEST && !heavy(line) && !pattern_set_add(set, line, read_flags(flags), &id, NULL))
			continue;
	}
}

static void compare_places(const struct pattern_set *set, struct regex_memory *memory, unsigned id, struct span text, const struct pattern_places *places)
{
	struct span a = SPAN_NONE, b = SPAN_NONE;
	enum regex_result whole = regex_match(pattern_set_regex(set, id), memory, text, 0, &a, 1);

	if (whole != REGEX_LIMIT && (pattern_set_match(set, id, memory, text, places, 0, &b, 1) != whole || a.p != b.p || a.len != b.len)) {
		fprintf(stderr, "at its places other: %.*s\n", SPAN_ARG(pattern_set_text(set, id, NULL)));
		abort();
	}
}

static void compare(const struct pattern_set *set, struct regex_memory *memory, struct span line, struct span text)
{
	uint64_t bits[1] = { 0 };

	struct pattern_places places[PATTERNS];

	pattern_set_candidates(set, text, bits, places);
	for (unsigned id = 0; id < pattern_set_count(set); id++) {
		if (!pattern_bit(bits, id) && regex_match(pattern_set_regex(set, id), memory, line, 0, NULL, 0) == REGEX_YES) {
			unsigned flags = 0;
			struct span p = pattern_set_text(set, id, &flags);

			fprintf(stderr, "missed: %.*s (flags %u)\n", SPAN_ARG(p), flags);
			abort();
		}
		if (pattern_bit(bits, id))
			compare_places(set, memory, id, text, &places[id]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *set = pattern_set_new(arena, "fuzz");
	struct regex_memory *memory = regex_memory_new();
	struct buf compiled = BUF_INIT(arena), joined = BUF_INIT(arena);
	struct span text = span_make((const char *)data, size);

	read_patterns(set, &text);
	text = span_sub(text, 0, TEXT);
	buf_str(&joined, "one line\n");
	buf_add(&joined, text);
	if (!span_ends(text, SPAN_LIT("\n")))
		buf_char(&joined, '\n');
	buf_str(&joined, "word\n");
	if (prefilter_available() && (prefilter_compile(set, NULL, &compiled, NULL) && !prefilter_attach(set, buf_span(&compiled), NULL)))
		abort();
	compare(set, memory, text, text);
	compare(set, memory, text, buf_span(&joined));
	regex_memory_free(&memory);
	arena_free(&arena);
	return 0;
}
