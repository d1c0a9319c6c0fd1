/* Bulk mail and lists: recognised for other rules, and bulk mail that gives no way out. */
#include "base/ascii.h"
#include "checks/literal.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { BULK, NO_UNSUBSCRIBE, LIST };

static const struct symbol symbols[] = {
	[BULK] = { "BULK_MAIL", "policy", 0, "The message says that it was sent to many: List-Unsubscribe, Precedence, Feedback-ID, or marks of bulk mail services.", ACTION_NONE },
	[NO_UNSUBSCRIBE] = { "NEWSLETTER_NO_UNSUBSCRIBE", "content", 500, "Campaign mail that tells nowhere how to leave the list.", ACTION_NONE },
	[LIST] = { "MAILING_LIST", "policy", 0, "The message came through a mailing list.", ACTION_NONE },
};

/* Marks of services that send for others: transactional mail (parcels, orders, alerts) as well as campaigns. */
static const struct span service_marks[] = {
	LITERAL("X-Mailgun-Sid"), LITERAL("X-SG-EID"), LITERAL("X-SES-Outgoing"), LITERAL("X-MC-User"), LITERAL("X-Mandrill-User"),
	LITERAL("X-Report-Abuse"), LITERAL("X-MJ-Mid"), LITERAL("X-ReportingKey"), LITERAL("CFBL-Address"),
};

/* Marks of campaigns and of services for nothing else. */
static const struct span campaign_marks[] = {
	LITERAL("X-CSA-Complaints"), LITERAL("X-SFMC-Stack"), LITERAL("X-Campaign"), LITERAL("X-CampaignID"), LITERAL("X-Campaign-Id"),
	LITERAL("X-Mailin-Campaign"), LITERAL("X-job"), LITERAL("X-rpcampaign"), LITERAL("X-EmarSys-Identify"),
};

/* Words of leaving, in the languages newsletters come in. Lower case; looked for in text and in links. */
static const struct span words[] = {
	LITERAL("unsubscribe"), LITERAL("opt out"), LITERAL("opt-out"), LITERAL("optout"), LITERAL("preferences"), LITERAL("abmelde"),
	LITERAL("abbestell"), LITERAL("austragen"), LITERAL("desinscri"), LITERAL("désinscri"), LITERAL("désabonn"), LITERAL("desabonn"),
	LITERAL("disiscri"), LITERAL("cancella"), LITERAL("cancelar"), LITERAL("darse de baja"), LITERAL("baja"), LITERAL("afmeld"),
	LITERAL("uitschrijv"), LITERAL("wypis"), LITERAL("odhl"), LITERAL("avregistrera"), LITERAL("afmelding"), LITERAL("descadastr"),
	LITERAL("no longer wish"), LITERAL("stop receiving"), LITERAL("notification settings"), LITERAL("manage your email"),
	LITERAL("remove me"), LITERAL("отпис"),
};

static bool is_any(struct span name, const struct span *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (span_case_eq(name, names[i]))
			return true;
	}
	return false;
}

enum bulk { BULK_NONE, BULK_SERVICE, BULK_CAMPAIGN };

static enum bulk find_mark(const struct header_list *headers)
{
	enum bulk found = BULK_NONE;

	for (size_t i = 0; i < headers->n && i < 200; i++) {
		const struct header *h = &headers->v[i];

		/* One look at the first letter spares most comparisons. */
		if (h->id != HDR_OTHER || h->name.len < 5 || (ascii_tolower(h->name.p[0]) != 'x' && ascii_tolower(h->name.p[0]) != 'c'))
			continue;
		if (is_any(h->name, campaign_marks, sizeof(campaign_marks) / sizeof(campaign_marks[0])))
			return BULK_CAMPAIGN;
		if (is_any(h->name, service_marks, sizeof(service_marks) / sizeof(service_marks[0])))
			found = BULK_SERVICE;
	}
	return found;
}

static enum bulk bulk_kind(const struct header_list *h)
{
	struct span precedence = header_value(h, HDR_PRECEDENCE);
	enum bulk mark;

	if (span_case_eq(precedence, SPAN_LIT("bulk")) || span_case_eq(precedence, SPAN_LIT("junk")))
		return BULK_CAMPAIGN;
	mark = find_mark(h);
	if (mark == BULK_NONE && (header_first(h, HDR_LIST_UNSUBSCRIBE) != NULL || header_first(h, HDR_FEEDBACK_ID) != NULL))
		return BULK_SERVICE;
	return mark;
}

static bool has_words(struct span text)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (span_case_has(text, words[i]))
			return true;
	}
	return false;
}

/* At the end of the text mostly: its last 4 KB, and the links. */
static bool tells_the_way_out(const struct message *m)
{
	size_t from = m->text.len > 4096 ? m->text.len - 4096 : 0;

	if (header_first(&m->headers, HDR_LIST_UNSUBSCRIBE) != NULL)
		return true;
	for (size_t i = m->nlinks > 30 ? m->nlinks - 30 : 0; i < m->nlinks; i++) {
		if (span_case_has(span_sub(m->links[i].url.raw, 0, 500), SPAN_LIT("unsub")) || has_words(span_sub(m->links[i].text, 0, 100)))
			return true;
	}
	return has_words(span_from(m->text, from));
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	bool list = sender_is_list(m);
	enum bulk kind;

	(void)state;
	if (list)
		hit_add(t, LIST, header_value(&m->headers, HDR_LIST_ID));
	if (list || sender_is_automatic(m))
		return;
	kind = bulk_kind(&m->headers);
	if (kind == BULK_NONE)
		return;
	hit_add(t, BULK, SPAN_NONE);
	if (kind == BULK_CAMPAIGN && m->nlinks >= 3 && !tells_the_way_out(m))
		hit_add(t, NO_UNSUBSCRIBE, SPAN_NONE);
}

const struct check check_bulk = {
	.name = "bulk", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
