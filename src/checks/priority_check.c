/* Marked urgent by something that is no mail program: people set the mark with one, scripts set it for attention. */
#include "base/ascii.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { HIGH };

#define FIELDS_READ 200

static const struct symbol symbols[] = {
	[HIGH] = { "PRIORITY_HIGH_NO_MAILER", "content", 700, "The message is marked urgent but names no mail program.", ACTION_NONE },
};

static bool is_high(const struct header_list *h)
{
	struct span priority = header_value(h, HDR_X_PRIORITY);

	if (priority.len != 0 && (priority.p[0] == '1' || priority.p[0] == '2') && (priority.len == 1 || !ascii_isdigit(priority.p[1])))
		return true;
	return span_case_eq(header_value(h, HDR_IMPORTANCE), SPAN_LIT("high")) || span_case_eq(header_value(h, HDR_X_MSMAIL_PRIORITY), SPAN_LIT("high"));
}

/* Exchange and Outlook on the web give no X-Mailer, but fields of their own. */
static bool is_from_exchange(const struct header_list *h)
{
	for (size_t i = 0; i < h->n && i < FIELDS_READ; i++) {
		struct span name = h->v[i].name;

		if (h->v[i].id == HDR_OTHER && (span_case_eq(name, SPAN_LIT("X-MS-Has-Attach")) || span_case_eq(name, SPAN_LIT("X-MS-TNEF-Correlator")) ||
		                                span_case_starts(name, SPAN_LIT("X-MS-Exchange-"))))
			return true;
	}
	return false;
}

static bool has_mailer(const struct header_list *h)
{
	static const enum header_id traces[] = { HDR_X_MAILER, HDR_USER_AGENT, HDR_X_MIMEOLE, HDR_THREAD_INDEX, HDR_THREAD_TOPIC, HDR_REFERENCES, HDR_IN_REPLY_TO };

	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
		if (header_first(h, traces[i]) != NULL)
			return true;
	}
	return is_from_exchange(h);
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	if (is_high(&m->headers) && !has_mailer(&m->headers) && !sender_is_automatic(m))
		hit_add(t, HIGH, header_value(&m->headers, HDR_X_PRIORITY));
}

const struct check check_priority = {
	.name = "priority", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 1, .run = run,
};
