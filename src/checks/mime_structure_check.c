/* A MIME structure that mail programs read in different ways: what is broken by design hides parts from one reader and shows them to another. */
#include "scan/check.h"

enum { BROKEN, DEEP, MANY };

static const struct symbol symbols[] = {
	[BROKEN] = { "MIME_BROKEN_STRUCTURE", "content", 1000, "The MIME structure is broken in a way that readers understand differently.", ACTION_NONE },
	[DEEP] = { "MIME_TOO_DEEP", "content", 2000, "MIME parts are nested deeper than any mail program makes them.", ACTION_NONE },
	[MANY] = { "MIME_TOO_MANY_PARTS", "content", 3000, "There are more MIME parts than the scanner reads.", ACTION_NONE },
};

/* What each is worth of the symbol. Unclosed multiparts and text around them come from archives and lists as well. */
static const struct {
	enum fact fact;
	int32_t permille;
} broken[] = {
	{ FACT_BOUNDARY_MISSING, 1000 },
	{ FACT_BOUNDARY_BAD, 1000 },
	{ FACT_BOUNDARY_UNUSED, 1000 },
	{ FACT_PART_EMPTY_MULTIPART, 500 },
	{ FACT_BOUNDARY_PREFIX, 300 },
	{ FACT_BOUNDARY_UNCLOSED, 300 },
	{ FACT_CONTENT_TYPE_CONFLICT, 1000 },
	{ FACT_DUPLICATE_CONTENT_TYPE, 1000 },
	{ FACT_DUPLICATE_MIME_HEADER, 500 },
	{ FACT_ENCODING_ON_COMPOSITE, 500 },
	{ FACT_MESSAGE_PART_BROKEN, 500 },
	{ FACT_PARAMETER_TOO_MANY, 1000 },
};

static void run(struct task *t, const void *state)
{
	const struct facts *f = &task_msg(t)->facts;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		if (fact_has(f, broken[i].fact))
			hit_add_to(t, BROKEN, broken[i].permille, RCPT_ALL, span_of(fact_doc(broken[i].fact)));
	}
	if (fact_has(f, FACT_PART_TOO_DEEP))
		hit_add(t, DEEP, SPAN_NONE);
	if (fact_has(f, FACT_PART_TOO_MANY))
		hit_add(t, MANY, SPAN_NONE);
}

const struct check check_mime_structure = {
	.name = "mime_structure", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
