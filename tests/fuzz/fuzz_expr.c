/* Expressions: whatever parses can be evaluated, gives a finite number, and says truly what it depends on. */
#include <math.h>
#include <stdlib.h>

#include "rules/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names are numbered by their first letter; those that begin with 'z' are unknown. */
static int resolve(void *ctx, struct span name)
{
	(void)ctx;
	return name.p[0] == 'z' ? -1 : (uint8_t)name.p[0];
}

struct seen {
	bool asked[256];
	double base;
};

static double value(void *ctx, unsigned number)
{
	struct seen *seen = ctx;

	seen->asked[number] = true;
	return seen->base * number;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct seen seen = { .base = 0.5 };
	struct err err;
	struct expr *e = expr_new(arena, span_make((const char *)data, size), resolve, NULL, &err);

	if (e != NULL) {
		size_t n = 0;
		const unsigned *uses = expr_uses(e, &n);

		if (!isfinite(expr_eval(e, value, &seen)))
			abort();
		for (size_t i = 0; i < n; i++) {
			if (!seen.asked[uses[i]])
				abort();
			seen.asked[uses[i]] = false;
		}
		for (size_t i = 0; i < 256; i++) {
			if (seen.asked[i])
				abort();
		}
	}
	arena_free(&arena);
	return 0;
}
