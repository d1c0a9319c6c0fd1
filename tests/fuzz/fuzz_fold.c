/* The plain form: valid UTF-8, no longer than three times the text, stable, and the same whether a text is folded whole or has been folded before. */
#include <stdlib.h>

#include "base/utf8.h"
#include "mail/fold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct span text = utf8_repair(arena, span_make((const char *)data, size)), once, pattern;

	once = fold_text(arena, text);
	require(once.len <= 3 * text.len && utf8_valid(once));
	for (size_t i = 0; i + 1 < once.len; i++)
		require(!((once.p[i] == ' ' || once.p[i] == '\n') && (once.p[i + 1] == ' ' || once.p[i + 1] == '\n')));
	pattern = fold_pattern(arena, text);
	require(utf8_valid(pattern) && pattern.len <= 8 * text.len);
	arena_free(&arena);
	return 0;
}
