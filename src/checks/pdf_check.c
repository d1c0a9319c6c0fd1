/* PDF files: what they do beyond being read. */
#include "checks/contained.h"

enum { JAVASCRIPT, LAUNCH, EMBEDDED, ESCAPED, SUBMIT };

static const struct symbol symbols[] = {
	[JAVASCRIPT] = { "PDF_JAVASCRIPT", "content", 1500, "A PDF holds JavaScript.", ACTION_NONE },
	[LAUNCH] = { "PDF_LAUNCH", "content", 4000, "A PDF starts programs or opens files.", ACTION_NONE },
	[EMBEDDED] = { "PDF_EMBEDDED_FILE", "content", 500, "A PDF holds other files.", ACTION_NONE },
	[ESCAPED] = { "PDF_NAME_ESCAPED", "content", 3000, "A PDF hides its keywords by writing them in hexadecimal.", ACTION_NONE },
	[SUBMIT] = { "PDF_FORM_SUBMIT", "content", 1000, "A PDF holds a form that is sent to a server.", ACTION_NONE },
};

static const struct contained_symbol facts[] = {
	{ JAVASCRIPT, CONTENT_PDF_JAVASCRIPT }, { LAUNCH, CONTENT_PDF_LAUNCH }, { EMBEDDED, CONTENT_PDF_EMBEDDED_FILE }, { ESCAPED, CONTENT_PDF_NAME_ESCAPED },
	{ SUBMIT, CONTENT_PDF_FORM_SUBMIT },
};

static void run(struct task *t, const void *state)
{
	(void)state;
	contained_hit_facts(t, facts, sizeof(facts) / sizeof(facts[0]));
}

const struct check check_pdf = {
	.name = "pdf", .stages = STAGE_MESSAGE, .after = contained_after, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
