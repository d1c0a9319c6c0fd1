/* Gates of patterns: where a pattern matches, its gate is open, and as often as it says. First line: the pattern, its first byte the flags; the rest: a text. */
#include <stdlib.h>

#include "match/regex.h"
#include "spamassassin/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool begins(const struct regex *re, struct regex_memory *memory, const struct starts *starts, struct span text)
{
	for (size_t at = 0; (at = starts_next(starts, text, at)) != SPAN_NPOS; at++) {
		if (regex_match_at(re, memory, text, at) != REGEX_NO)
			return true;
	}
	return false;
}

static void check(struct arena *arena, struct regex_memory *memory, struct span pattern, unsigned flags, struct span text)
{
	struct gates *gates = gates_new(arena);
	unsigned times = 0;
	const struct starts *starts = NULL;
	int gate = gates_add(gates, pattern, flags, &times, &starts);
	struct err err;
	struct regex *re = regex_new(pattern, flags, &err);
	uint64_t open[2] = { 0, 0 };
	struct span match;

	gates_build(gates);
	gates_scan(gates, text, open);
	if (re != NULL && gate >= 0 && regex_match(re, memory, text, 0, &match, 1) == REGEX_YES && ((open[0] & 1) == 0 || gates_count(gates, 0, text) < times))
		abort();
	if (re != NULL && starts != NULL && regex_match(re, memory, text, 0, &match, 1) == REGEX_YES && !begins(re, memory, starts, text))
		abort();
	regex_free(&re);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct regex_memory *memory = regex_memory_new();
	struct span text = span_make((const char *)data, size < 4096 ? size : 4096);
	struct span pattern = span_split(&text, '\n');

	if (pattern.len > 1)
		check(arena, memory, span_from(pattern, 1), (unsigned)(unsigned char)pattern.p[0] & 15, text);
	regex_memory_free(&memory);
	arena_free(&arena);
	return 0;
}
