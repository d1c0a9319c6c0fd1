/* The Date field: there, readable, and near the time the message was sent (RFC 5322, 3.6.1). */
#include "scan/check.h"

enum { MISSING, BAD, FUTURE, PAST };

static const struct symbol symbols[] = {
	[MISSING] = { "MISSING_DATE", "content", 1200, "The message has no Date field.", ACTION_NONE },
	[BAD] = { "DATE_BAD", "content", 1000, "The Date field cannot be read.", ACTION_NONE },
	[FUTURE] = { "DATE_FUTURE", "content", 2000, "The Date is more than a day ahead of the message's arrival.", ACTION_NONE },
	[PAST] = { "DATE_PAST", "content", 1000, "The Date is more than two weeks before the message's arrival.", ACTION_NONE },
};

#define DAY 86400
/* Longer than any queue keeps a message (RFC 5321, 4.5.4.1: 4-5 days), with room for holidays. */
#define PAST_LIMIT (14LL * DAY)

/* When the message was handed on last: by us now when it comes by SMTP, else by the newest Received field; 0: unknown (a file). */
static int64_t arrival(const struct task *t)
{
	const struct transaction *tx = task_tx(t);
	struct span received = header_value(&task_msg(t)->headers, HDR_RECEIVED);
	size_t semicolon = span_rchr(received, ';');
	int64_t time;
	int zone;

	if (tx->client.ip.set)
		return tx->received_us / 1000000;
	if (semicolon != SPAN_NPOS && header_parse_date(span_from(received, semicolon + 1), &time, &zone))
		return time;
	return 0;
}

static void run(struct task *t, const void *state)
{
	const struct header *h = header_first(&task_msg(t)->headers, HDR_DATE);
	int64_t now, date = task_msg(t)->date;

	(void)state;
	if (h == NULL) {
		hit_add(t, MISSING, SPAN_NONE);
		return;
	}
	if (date == 0) {
		hit_add(t, BAD, h->value);
		return;
	}
	now = arrival(t);
	if (now == 0)
		return;
	if (date > now + DAY)
		hit_add(t, FUTURE, h->value);
	else if (date < now - PAST_LIMIT)
		hit_add(t, PAST, h->value);
}

const struct check check_date = {
	.name = "date", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
