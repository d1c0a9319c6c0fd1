/* A subject that says "answer" or "forwarded" in a message that belongs to no conversation. */
#include "base/ascii.h"
#include "checks/sender.h"
#include "checks/sorted.h"
#include "scan/check.h"

enum { FAKE };

static const struct symbol symbols[] = {
	[FAKE] = { "SUBJECT_FAKE_REPLY", "content", 1000, "The subject begins like an answer (Re:, AW:), but the message refers to no other.", ACTION_NONE },
};

/* What mail programs put in front of answers, in the languages they speak. Sorted. */
static const char *const replies[] = { "antw", "antwort", "atb", "aw", "bls", "odp", "re", "res", "rif", "sv", "vs", "ynt" };

/* Forwarding does not always keep the thread; hence forwards are not counted. */
static bool is_reply(struct span subject)
{
	struct span prefix = span_trim(span_sub(subject, 0, span_chr(subject, ':') == SPAN_NPOS ? 0 : span_chr(subject, ':')));
	size_t bracket = span_chr(prefix, '[');

	/* "Re[2]:" of The Bat! */
	if (bracket != SPAN_NPOS && bracket != 0)
		prefix = span_sub(prefix, 0, bracket);
	return prefix.len != 0 && prefix.len <= 7 && SORTED_HAS(replies, prefix);
}

/* Mail programs that know no threads, web mail of old and telephones: what they write is an answer, yet without References. */
static bool has_thread(const struct header_list *h)
{
	return header_first(h, HDR_REFERENCES) != NULL || header_first(h, HDR_IN_REPLY_TO) != NULL || header_first(h, HDR_THREAD_INDEX) != NULL ||
	       header_find(h, SPAN_LIT("X-Reply-To-Message")) != NULL;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	if (is_reply(m->subject) && !has_thread(&m->headers) && !sender_is_automatic(m) && !sender_is_list(m))
		hit_add(t, FAKE, m->subject);
}

const struct check check_subject_reply = {
	.name = "subject_reply", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = 1, .run = run,
};
