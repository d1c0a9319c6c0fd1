/* HTML: any bytes give texts that are bounded by the source, links that lie in memory, and work that is linear in the source. */
#include "base/utf8.h"
#include "mail/html_private.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		abort();
}

/* Reads every byte, so that the sanitizers see a span that lies elsewhere. */
static unsigned touch(struct span s)
{
	unsigned sum = 0;

	for (size_t i = 0; i < s.len; i++)
		sum += (uint8_t)s.p[i];
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct html_limits limits = { .text = size % 3 == 0 ? 200 : 1 << 20, .links = 50, .depth = size % 5 == 0 ? 4 : 100 };
	struct arena *arena = arena_new(0);
	struct span source = arena_copy(arena, span_make((const char *)data, size));
	struct facts facts = { { 0 } };
	volatile unsigned sum = 0;
	struct html html;
	uint64_t work = html_parse_counted(arena, source, &limits, &facts, &html);

	must(work <= 60 * (uint64_t)size + 1000);
	must(html.text.len + html.hidden.len <= size + 8 && html.text.len + html.hidden.len <= limits.text + 8);
	must(html.nlinks <= limits.links);
	if (utf8_valid(source))
		must(utf8_valid(html.text) && utf8_valid(html.hidden) && utf8_valid(html.title));
	sum += touch(html.text) + touch(html.hidden) + touch(html.title);
	for (size_t i = 0; i < html.nlinks; i++)
		sum += touch(html.links[i].target) + touch(html.links[i].text);
	arena_free(&arena);
	return 0;
}
