/* The recipient's own address or domain in the subject: what is known of somebody of whom nothing else is known. */
#include "base/ascii.h"
#include "checks/freemail.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { ADDRESS, DOMAIN };

static const struct symbol symbols[] = {
	[ADDRESS] = { "SUBJECT_HAS_RECIPIENT", "content", 1200, "The subject names the recipient's address or mailbox.", ACTION_NONE },
	[DOMAIN] = { "SUBJECT_HAS_RECIPIENT_DOMAIN", "content", 200, "The subject names the recipient's domain, and the sender is not of it.", ACTION_NONE },
};

static bool is_part_of_word(char c)
{
	return ascii_isalnum(c) || (uint8_t)c >= 0x80 || c == '.' || c == '-' || c == '_' || c == '@';
}

/* "[users] ...": the name of a list or a ticket queue. */
static bool is_tag(struct span text, size_t begin, size_t end)
{
	return begin > 0 && end < text.len && text.p[begin - 1] == '[' && text.p[end] == ']';
}

/* Whether the word stands in the text on its own. */
static bool has_word(struct span text, struct span word)
{
	size_t at;

	while ((at = span_case_find(text, word)) != SPAN_NPOS) {
		size_t end = at + word.len;
		/* A full stop may end the sentence instead. */
		bool dot = end < text.len && text.p[end] == '.' && (end + 1 == text.len || !ascii_isalnum(text.p[end + 1]));

		if (!is_tag(text, at, end) && (at == 0 || !is_part_of_word(text.p[at - 1])) && (end == text.len || dot || !is_part_of_word(text.p[end])))
			return true;
		text = span_from(text, end);
	}
	return false;
}

/* Local parts that are no first names and no roles: with a digit, a dot, or long. */
static bool is_telling(struct span local)
{
	bool mark = false;

	for (size_t i = 0; i < local.len; i++)
		mark = mark || ascii_isdigit(local.p[i]) || local.p[i] == '.' || local.p[i] == '_';
	return local.len >= (mark ? 6 : 10) && local.len <= 64 && !sender_is_role(local);
}

static bool is_own(struct task *t, struct span domain)
{
	const struct address *from = sender_from(task_msg(t));

	return from != NULL && sender_same_domain(t, from->domain, domain);
}

static bool look_at(struct task *t, struct span subject, struct span address)
{
	struct span local = sender_local_of(address), domain = sender_domain_of(address);

	if (local.len == 0 || domain.len < 4 || is_own(t, domain))
		return false;
	if (has_word(subject, address)) {
		hit_add_to(t, ADDRESS, 1000, RCPT_ALL, address);
		return true;
	}
	if (is_telling(local) && has_word(subject, local)) {
		hit_add_to(t, ADDRESS, 600, RCPT_ALL, local);
		return true;
	}
	if (!freemail_is(domain) && has_word(subject, domain)) {
		hit_add(t, DOMAIN, domain);
		return true;
	}
	return false;
}

/* RFC 7489, 7.2.1.1: reports to the owner of a domain name it in their subject and have it compressed with them; seldom as multipart/report. */
static bool is_dmarc_report(const struct message *m)
{
	return span_case_starts(span_trim(m->subject), SPAN_LIT("Report Domain:")) && m->nattachments != 0;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct span subject = span_sub(m->subject, 0, 1000);

	(void)state;
	/* "Automatic" includes multipart/report: delivery, TLS and abuse reports. */
	if (sender_is_automatic(m) || sender_is_list(m) || is_dmarc_report(m))
		return;
	for (size_t i = 0; i < SENDER_RCPT_MAX; i++) {
		struct span address = sender_recipient(t, i);

		if (address.p == NULL || look_at(t, subject, address))
			return;
	}
}

const struct check check_subject_recipient = {
	.name = "subject_recipient", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
