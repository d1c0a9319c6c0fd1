/* Charsets: unknown, not what the bytes are, or UTF-7, which nobody sends today but to write markup that filters do not see. */
#include "scan/check.h"

enum { UNKNOWN, BAD_BYTES, UTF7 };

static const struct symbol symbols[] = {
	[UNKNOWN] = { "CHARSET_UNKNOWN", "content", 500, "A text part names a charset that does not exist.", ACTION_NONE },
	[BAD_BYTES] = { "CHARSET_BAD_BYTES", "content", 400, "Text holds bytes that its declared charset does not have.", ACTION_NONE },
	[UTF7] = { "CHARSET_UTF7", "content", 1200, "A text part is in UTF-7.", ACTION_NONE },
};

static void tell(struct task *t, unsigned symbol, enum fact fact)
{
	const struct message *m = task_msg(t);

	if (!fact_has(&m->facts, fact))
		return;
	for (size_t i = 0; i < m->nparts; i++) {
		if (fact_has(&m->parts[i].facts, fact)) {
			hit_add(t, symbol, m->parts[i].charset);
			return;
		}
	}
}

static void run(struct task *t, const void *state)
{
	(void)state;
	tell(t, UNKNOWN, FACT_CHARSET_UNKNOWN);
	tell(t, BAD_BYTES, FACT_CHARSET_BAD_BYTES);
	tell(t, UTF7, FACT_CHARSET_UTF7);
}

const struct check check_charset = {
	.name = "charset", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
