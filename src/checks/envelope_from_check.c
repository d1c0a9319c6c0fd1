/* The envelope's sender against the message: another domain than From's (usual for newsletters and lists), or the null sender of bounces. */
#include "checks/sender.h"
#include "scan/check.h"

enum { DIFFERS, NULL_SENDER };

static const struct symbol symbols[] = {
	[DIFFERS] = { "ENVELOPE_FROM_DIFFERS", "policy", 0, "The envelope's sender is of another domain than the From address.", ACTION_NONE },
	[NULL_SENDER] = { "NULL_SENDER_NOT_BOUNCE", "content", 1000, "The envelope's sender is empty, but the message is no delivery report and no automatic answer.", ACTION_NONE },
};

/* Answering machines and read receipts use the null sender as well (RFC 3834, 3.3; RFC 8098, 3). */
static bool may_be_null(const struct message *m)
{
	return sender_is_automatic(m) || header_first(&m->headers, HDR_X_AUTO_RESPONSE_SUPPRESS) != NULL ||
	       header_find(&m->headers, SPAN_LIT("X-Failed-Recipients")) != NULL || header_find(&m->headers, SPAN_LIT("X-Autoreply")) != NULL ||
	       span_case_eq(header_value(&m->headers, HDR_PRECEDENCE), SPAN_LIT("auto_reply"));
}

static void run(struct task *t, const void *state)
{
	const struct envelope *env = &task_tx(t)->env;
	const struct address *from = sender_from(task_msg(t));

	(void)state;
	if (!env->from_set)
		return;
	if (env->from.len == 0) {
		if (!may_be_null(task_msg(t)))
			hit_add(t, NULL_SENDER, SPAN_NONE);
		return;
	}
	if (from != NULL && !sender_same_organisation(t, from->domain, sender_domain_of(env->from)))
		hit_add(t, DIFFERS, env->from);
}

const struct check check_envelope_from = {
	.name = "envelope_from", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
