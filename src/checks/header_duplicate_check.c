/* Fields that may occur once only (RFC 5322, 3.6) and are there more often: readers and filters may see different ones. */
#include "scan/check.h"

enum { SENDER_FIELDS, OTHERS };

static const struct symbol symbols[] = {
	[SENDER_FIELDS] = { "HEADER_DUPLICATE", "content", 1500, "From, Sender, Subject, Date or Message-ID is there twice.", ACTION_NONE },
	[OTHERS] = { "HEADER_DUPLICATE_OTHER", "content", 500, "To, Cc, Reply-To, References, or a MIME field of the message is there twice.", ACTION_NONE },
};

static void look(struct task *t, unsigned symbol, const enum header_id *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (header_count(&task_msg(t)->headers, ids[i]) > 1) {
			hit_add(t, symbol, span_of(header_name(ids[i])));
			return;
		}
	}
}

static void run(struct task *t, const void *state)
{
	static const enum header_id first[] = { HDR_FROM, HDR_SENDER, HDR_SUBJECT, HDR_DATE, HDR_MESSAGE_ID };
	static const enum header_id others[] = { HDR_TO, HDR_CC, HDR_REPLY_TO, HDR_IN_REPLY_TO, HDR_REFERENCES, HDR_MIME_VERSION, HDR_CONTENT_TYPE };

	(void)state;
	look(t, SENDER_FIELDS, first, sizeof(first) / sizeof(first[0]));
	look(t, OTHERS, others, sizeof(others) / sizeof(others[0]));
}

const struct check check_header_duplicate = {
	.name = "header_duplicate", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
