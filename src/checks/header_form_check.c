/* The form of the header section, from the parser's facts (RFC 5322, 2.2; RFC 2047; RFC 6532). */
#include "scan/check.h"

enum { MALFORMED, EIGHT_BIT, CONTROL, BROKEN, ENCODED_WORD };

static const struct symbol symbols[] = {
	[MALFORMED] = { "HEADER_MALFORMED", "content", 1000, "The header section has lines that are no fields, or names that are not allowed.", ACTION_NONE },
	[EIGHT_BIT] = { "HEADER_8BIT", "content", 700, "A header field holds 8-bit bytes that are neither encoded nor UTF-8.", ACTION_NONE },
	[CONTROL] = { "HEADER_CONTROL_CHARS", "content", 1500, "A header field holds control characters.", ACTION_NONE },
	[BROKEN] = { "HEADER_SECTION_BROKEN", "content", 1000, "The header section is folded into empty lines, has no end, or is larger than any mailer makes it.", ACTION_NONE },
	[ENCODED_WORD] = { "HEADER_BAD_ENCODED_WORD", "content", 500, "An encoded word in a header field cannot be decoded.", ACTION_NONE },
};

static void run(struct task *t, const void *state)
{
	static const struct {
		enum fact fact;
		unsigned symbol;
	} rows[] = {
		{ FACT_HEADER_MALFORMED_LINE, MALFORMED }, { FACT_HEADER_NAME_BAD, MALFORMED }, { FACT_HEADER_RAW_8BIT, EIGHT_BIT },
		{ FACT_HEADER_CONTROL_CHAR, CONTROL }, { FACT_HEADER_EMPTY_FOLD, BROKEN }, { FACT_NO_HEADER_END, BROKEN },
		{ FACT_HEADER_TOO_MANY, BROKEN }, { FACT_HEADER_TOO_LONG, BROKEN }, { FACT_HEADER_SECTION_TOO_LONG, BROKEN },
		{ FACT_HEADER_BAD_ENCODED_WORD, ENCODED_WORD },
	};
	bool done[sizeof(symbols) / sizeof(symbols[0])] = { false };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (done[rows[i].symbol] || !fact_has(&task_msg(t)->facts, rows[i].fact))
			continue;
		done[rows[i].symbol] = true;
		hit_add(t, rows[i].symbol, span_of(fact_doc(rows[i].fact)));
	}
}

const struct check check_header_form = {
	.name = "header_form", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
