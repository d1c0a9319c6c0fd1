/* Delivery reports and automatic answers: recognised for other rules; and mail that is dressed up as one. */
#include "base/ascii.h"
#include "checks/literal.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { BOUNCE, AUTO_REPLY, FORGED };

static const struct symbol symbols[] = {
	[BOUNCE] = { "BOUNCE", "policy", 0, "The message is a delivery report.", ACTION_NONE },
	[AUTO_REPLY] = { "AUTO_REPLY", "policy", 0, "The message is an automatic answer.", ACTION_NONE },
	[FORGED] = { "BOUNCE_FORGED", "content", 1500, "The subject is one of delivery reports, but neither sender nor form are.", ACTION_NONE },
};

/* How the subjects of delivery reports begin. */
static const struct span subjects[] = {
	LITERAL("undelivered mail returned"), LITERAL("undeliverable:"), LITERAL("unzustellbar:"), LITERAL("mail delivery failed"),
	LITERAL("mail delivery failure"), LITERAL("delivery status notification"), LITERAL("returned mail:"), LITERAL("failure notice"),
	LITERAL("mail delivery system"), LITERAL("undelivered messages"), LITERAL("undelivered mails"), LITERAL("unzustellbare nachricht"),
	LITERAL("nicht zugestellte"), LITERAL("non remis :"), LITERAL("message delivery failure"), LITERAL("email delivery failure"),
	LITERAL("pending messages"), LITERAL("incoming messages failed"), LITERAL("undelivered email"),
};

/* Answers of people and address changes are no reports. */
static const struct span answers[] = {
	LITERAL("automatic reply:"), LITERAL("automatische antwort:"), LITERAL("out of office"), LITERAL("abwesenheit"), LITERAL("auto:"),
	LITERAL("autoreply"), LITERAL("auto-reply"), LITERAL("r\xc3\xa9ponse automatique"), LITERAL("risposta automatica"),
	LITERAL("respuesta autom\xc3\xa1tica"),
};

static bool begins_with_any(struct span s, const struct span *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (span_case_starts(s, v[i]))
			return true;
	}
	return false;
}

static bool is_report(const struct message *m)
{
	const struct address *from = sender_from(m);

	for (size_t i = 0; i < m->nparts && i < 20; i++) {
		if (span_eq(m->parts[i].type, SPAN_LIT("multipart/report")) || span_eq(m->parts[i].type, SPAN_LIT("message/delivery-status")) ||
		    span_eq(m->parts[i].type, SPAN_LIT("message/rfc822")))
			return true;
	}
	if (header_find(&m->headers, SPAN_LIT("X-Failed-Recipients")) != NULL)
		return true;
	return from != NULL && (span_case_eq(from->local, SPAN_LIT("mailer-daemon")) || span_case_starts(from->local, SPAN_LIT("microsoftexchange")));
}

static bool is_auto_reply(const struct message *m)
{
	struct span submitted = header_value(&m->headers, HDR_AUTO_SUBMITTED);

	return span_case_starts(submitted, SPAN_LIT("auto-replied")) || header_find(&m->headers, SPAN_LIT("X-Autoreply")) != NULL ||
	       span_case_eq(header_value(&m->headers, HDR_PRECEDENCE), SPAN_LIT("auto_reply")) ||
	       begins_with_any(m->subject, answers, sizeof(answers) / sizeof(answers[0]));
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct envelope *env = &task_tx(t)->env;
	bool subject = begins_with_any(m->subject, subjects, sizeof(subjects) / sizeof(subjects[0]));
	bool null_sender = env->from_set && env->from.len == 0;

	(void)state;
	if (is_auto_reply(m))
		hit_add(t, AUTO_REPLY, m->subject);
	else if ((subject && is_report(m)) || (m->nparts != 0 && span_eq(m->parts[0].type, SPAN_LIT("multipart/report"))))
		hit_add(t, BOUNCE, m->subject);
	else if (subject && !null_sender && header_first(&m->headers, HDR_AUTO_SUBMITTED) == NULL && header_first(&m->headers, HDR_IN_REPLY_TO) == NULL)
		hit_add(t, FORGED, m->subject);
}

const struct check check_bounce = {
	.name = "bounce", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
