/* What the harnesses of contents_read() share: tight limits, and what must hold of any answer. */
#ifndef WINNOW_TESTS_FUZZ_CONTENTS_FUZZ_H
#define WINNOW_TESTS_FUZZ_CONTENTS_FUZZ_H

#include <stdlib.h>

#include "base/utf8.h"
#include "inspect/contents.h"

static void contents_fuzz_must(bool condition)
{
	if (!condition)
		abort();
}

static unsigned contents_fuzz_touch(struct span s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum += (uint8_t)s.p[i];
	return sum;
}

static void contents_fuzz_check(const struct contents *c, const struct contents_limits *limits)
{
	volatile unsigned sum = 0;

	contents_fuzz_must(c->nitems >= 1 && c->nitems <= limits->items + 1 && c->nurls <= limits->urls);
	for (size_t i = 0; i < c->nitems; i++) {
		contents_fuzz_must(i == 0 ? c->items[i].parent == -1 : c->items[i].parent >= 0 && (size_t)c->items[i].parent < i);
		contents_fuzz_must(c->items[i].depth <= limits->depth && utf8_valid(c->items[i].name));
		contents_fuzz_must((c->items[i].facts & ~c->facts) == 0);
		sum += contents_fuzz_touch(c->items[i].bytes);
	}
}

/* Reads, checks, sends over the wire and back. */
__attribute__((unused)) static int contents_fuzz_one(const uint8_t *data, size_t size, const char *name)
{
	const struct contents_limits limits = { .items = 60, .entries = 300, .depth = 5, .unpacked = 4194304, .kept = 1048576, .item = 524288, .ratio = 200, .urls = 20,
		                                .passwords = 2, .pixels = 65536 };
	const struct span passwords[] = { SPAN_LIT("infected"), SPAN_LIT("1234") };
	struct arena *arena = arena_new(0);
	struct contents_input in = { .content = arena_copy(arena, span_make((const char *)data, size)), .name = span_of(name), .passwords = passwords, .npasswords = 2,
		                     .qr = true };
	struct contents c, back;
	struct span flat;

	contents_read(arena, &in, &limits, &c);
	contents_fuzz_check(&c, &limits);
	flat = contents_encode(arena, &c, 1048576, size % 2 == 0);
	contents_fuzz_must(flat.len <= 1048576);
	contents_fuzz_must(contents_decode(arena, flat, &back));
	contents_fuzz_must(back.nitems <= c.nitems && back.nurls <= c.nurls);
	arena_free(&arena);
	return 0;
}

#endif
