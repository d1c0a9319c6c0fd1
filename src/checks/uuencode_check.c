/* Files inside the text, as before MIME: some readers show them as attachments, and not every scanner finds them. */
#include "scan/check.h"

enum { UUENCODED };

static const struct symbol symbols[] = {
	[UUENCODED] = { "UUENCODED_FILE", "content", 500, "A file stands uuencoded or in yEnc inside a text part.", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	if (!fact_has(&m->facts, FACT_UUENCODE_IN_TEXT))
		return;
	for (size_t i = 0; i < m->nparts; i++) {
		const struct part *p = &m->parts[i];

		if (span_eq(p->encoding, SPAN_LIT("x-uuencode")) || span_eq(p->encoding, SPAN_LIT("x-yenc"))) {
			hit_add(t, UUENCODED, p->name);
			return;
		}
	}
	hit_add(t, UUENCODED, SPAN_NONE);
}

const struct check check_uuencode = {
	.name = "uuencode", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 1, .run = run,
};
