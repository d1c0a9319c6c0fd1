#include <stdarg.h>
#include <stdio.h>

#include "spamassassin/plugin.h"

void cf_problem_add(struct cf *cf, struct cf_origin from, struct span rule, bool unsupported, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	*ARRAY_ADD(cf->arena, cf->problems, cf->nproblems, cf->cap_problems) =
		(struct cf_problem){ .from = from, .text = arena_copy(cf->arena, span_of(text)), .unsupported = unsupported, .rule = rule };
}
