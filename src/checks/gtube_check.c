/* GTUBE, the generic test for unsolicited bulk e-mail (spamassassin.apache.org/gtube): refused whatever else, so that a set-up can be tried out. */
#include "scan/check.h"

enum { GTUBE };

static const struct symbol symbols[] = {
	[GTUBE] = { "GTUBE", "policy", 0, "The test string for spam filters stands in the text.", ACTION_REJECT },
};

/* In two pieces, so that this file is no test message itself. */
#define TEXT "XJS*C4JDBQADN1.NSBN3*2IDNEN*" "GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

static void run(struct task *t, const void *state)
{
	(void)state;
	if (span_has(task_msg(t)->text, SPAN_LIT(TEXT)))
		hit_add(t, GTUBE, SPAN_LIT("GTUBE"));
}

const struct check check_gtube = {
	.name = "gtube", .stages = STAGE_MESSAGE, .needs = NEED_TEXT, .symbols = symbols, .nsymbols = 1, .run = run,
};
