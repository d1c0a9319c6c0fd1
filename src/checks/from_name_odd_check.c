/* Display names that pretend: letters of other scripts, the recipient's own domain, the recipient's administrators. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "checks/freemail.h"
#include "checks/script.h"
#include "checks/sender.h"
#include "scan/check.h"

enum { MIXED, RECIPIENT_DOMAIN, ROLE };

static const struct symbol symbols[] = {
	[MIXED] = { "FROM_NAME_MIXED_SCRIPTS", "content", 2000, "The sender's display name mixes Latin letters with look-alikes, or uses mathematical letters.", ACTION_NONE },
	[RECIPIENT_DOMAIN] = { "FROM_NAME_RECIPIENT_DOMAIN", "content", 2000, "The sender's display name holds the recipient's domain, but the address is foreign.", ACTION_NONE },
	[ROLE] = { "FROM_NAME_ROLE", "content", 1500, "The sender calls himself the mail administration or IT support, at a foreign address.", ACTION_NONE },
};

#define READ_MAX 500
#define STYLED_MIN 3

/* Who asks for passwords. Those with a dot weigh less: other companies have them too. */
static const char *const roles[] = {
	"mail administrator", "email administrator", "e-mail administrator", "mailbox administrator", "mail admin", "email admin", "webmail admin",
	"webmail administrator", "webmail team", "webmail support", "webmail service", "webmail helpdesk", "mailbox support", "mailbox service",
	"email support", "mail support", "mail server", "mailserver", "email server", "system administrator", "server administrator",
	"server admin", "email security", "mail security", "email service", "mail service", "email team", "mail team", "account verification",
	"mail delivery system", "mail quota", "mailbox quota", "email quota", "password expiry", "it-administrator", "systemadministrator",
	"postmaster team", "admin team", "cpanel", "roundcube", "zimbra", "postfachverwaltung", "e-mail-administrator", "mail-administrator",
	".it support", ".it-support", ".it helpdesk", ".it-helpdesk", ".it service desk", ".it department", ".it-abteilung", ".it team", ".helpdesk", ".help desk",
	".service desk", ".support desk", ".hr department", ".human resources", ".payroll", ".personalabteilung", ".security team", ".technical support",
};

static bool is_word_at(struct span s, size_t at, size_t len)
{
	return (at == 0 || !ascii_isalnum(s.p[at - 1])) && (at + len == s.len || !ascii_isalnum(s.p[at + len]));
}

/* The role whose words stand at the beginning of s, NULL when none does. */
static const char *role_at(struct span s)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		const char *role = roles[i] + (roles[i][0] == '.');
		struct span words;

		if (*role != ascii_tolower(s.p[0]))
			continue;
		words = span_of(role);
		if (span_case_starts(s, words) && is_word_at(s, 0, words.len))
			return roles[i];
	}
	return NULL;
}

static int32_t role_weight(struct span name, bool free)
{
	for (size_t i = 0; i < name.len; i++) {
		const char *role = i == 0 || !ascii_isalnum(name.p[i - 1]) ? role_at(span_from(name, i)) : NULL;

		if (role != NULL)
			return free ? 1000 : role[0] == '.' ? 300 : 700;
	}
	return 0;
}

static bool is_styled(struct span name)
{
	size_t taken, styled = 0;

	for (size_t i = 0; i < name.len; i += taken) {
		uint32_t cp = utf8_next(span_from(name, i), &taken);

		styled += script_of(cp) == SCRIPT_STYLED && (cp < 0x2100 || cp > 0x214f);
	}
	return styled >= STYLED_MIN;
}

static void look_at_letters(struct task *t, struct span name)
{
	struct span word;

	if (utf8_ascii_len(name) == name.len)
		return;
	if (script_mixed_word(name, &word) || is_styled(name))
		hit_add(t, MIXED, name);
}

/* The recipient's domain as a word of the name: "example.org Support". */
static bool names_recipient(struct task *t, struct span name)
{
	for (size_t i = 0; i < SENDER_RCPT_MAX; i++) {
		struct span address = sender_recipient(t, i), domain = sender_domain_of(address);
		size_t at = domain.len >= 4 && !freemail_is(domain) ? span_case_find(name, domain) : SPAN_NPOS;

		if (address.p == NULL)
			break;
		if (at != SPAN_NPOS && is_word_at(name, at, domain.len))
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct address *from = sender_from(m);
	struct span name = from != NULL ? span_sub(from->name, 0, READ_MAX) : SPAN_NONE;
	int32_t weight;
	bool named;

	(void)state;
	if (name.len == 0)
		return;
	look_at_letters(t, name);
	weight = role_weight(name, freemail_is(from->domain));
	named = names_recipient(t, name);
	if ((weight == 0 && !named) || sender_is_list(m) || sender_is_automatic(m) || task_tx(t)->dir == DIR_OUTBOUND ||
	    sender_is_recipient_domain(t, from->domain))
		return;
	if (weight > 0)
		hit_add_to(t, ROLE, weight, RCPT_ALL, name);
	if (named)
		hit_add(t, RECIPIENT_DOMAIN, name);
}

const struct check check_from_name_odd = {
	.name = "from_name_odd", .stages = STAGE_MESSAGE, .symbols = symbols, .nsymbols = sizeof(symbols) / sizeof(symbols[0]), .run = run,
};
