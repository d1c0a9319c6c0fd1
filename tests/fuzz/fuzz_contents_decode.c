/* What the inspector's worker answers is decoded as hostile bytes. */
#include "contents_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct contents_limits limits = { .items = UINT32_MAX - 1, .depth = 255, .urls = UINT32_MAX };
	struct arena *arena = arena_new(0);
	struct contents c, again;

	if (contents_decode(arena, arena_copy(arena, span_make((const char *)data, size)), &c)) {
		struct span flat;

		for (size_t i = 0; i < c.nitems; i++)
			c.facts |= c.items[i].facts; /* only the sum is the worker's word */
		if (c.nitems != 0)
			contents_fuzz_check(&c, &limits);
		flat = contents_encode(arena, &c, size * 4 + 4096, true);
		contents_fuzz_must(contents_decode(arena, flat, &again) && again.nitems == c.nitems);
	}
	arena_free(&arena);
	return 0;
}
