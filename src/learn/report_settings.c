#include "learn/report_settings.h"

#define DAY_US (86400 * INT64_C(1000000))

static const char *const answer_words[] = { "never", "help", "always", NULL };
static const char *const language_words[] = { "auto", "en", "de", NULL };

#define F(field) offsetof(struct report_settings, field)
static const struct setting report_rows[] = {
	{ "spam", SET_STRINGS, F(spam), "{}", 0, 0, NULL, 0,
	  "Addresses to which users forward spam as attachment: \"report-spam@example.com\", or \"report-spam@*\" for every domain. Mail to them is taken out of delivery." },
	{ "ham", SET_STRINGS, F(ham), "{}", 0, 0, NULL, 0, "Addresses to which users forward wanted mail that was taken for spam." },
	{ "domains", SET_STRINGS, F(domains), "{}", 0, 0, NULL, 0,
	  "Domains whose users may report without SASL login from our own networks (webmail). \".example.com\" stands for subdomains." },
	{ "own_hosts", SET_STRINGS, F(own_hosts), "{}", 0, 0, NULL, 0,
	  "Names of our own mail servers behind the scan (\"imap.example.com\", \".example.com\"): Received lines written by them are taken off a reported mail." },
	{ "per_hour", SET_INT, F(per_hour), "100", 1, 1000000, NULL, 0, "Mails that one account may report in an hour; more are refused with 451." },
	{ "per_day", SET_INT, F(per_day), "500", 1, 1000000, NULL, 0, "Mails that one account may report in a day." },
	{ "originals", SET_INT, F(originals), "100", 1, 1000, NULL, 0, "Mails that are taken out of one report." },
	{ "depth", SET_INT, F(depth), "3", 1, 8, NULL, 0, "How deep forwards of forwards are opened." },
	{ "age", SET_DURATION, F(age_us), "\"14d\"", 86400 * INT64_C(1000000), 90 * DAY_US, NULL, 0,
	  "How long after its scan a mail's X-Winnow-ID is believed. A report of an older mail counts for the reporter alone." },
	{ "independent", SET_INT, F(independent), "3", 1, 100, NULL, 0, "Reporters of the same mail from which on their reports count fully for everybody." },
	{ "same_domain", SET_INT, F(same_domain), "2", 0, 100, NULL, 0,
	  "Of these reporters, how many may be of one domain. 0: all, for a site with one domain." },
	{ "answers", SET_ENUM, F(answers), "\"help\"", 0, 0, answer_words, 0,
	  "When a reporter is answered, once a day at most: \"never\"; \"help\": when nothing was attached; \"always\"." },
	{ "language", SET_ENUM, F(language), "\"auto\"", 0, 0, language_words, 0, "Of answers: \"auto\" goes by the report." },
	{ "answer_from", SET_STRING, F(answer_from), "\"\"", 0, 0, NULL, 0, "From of answers; empty: the address that was written to." },
	{ "support", SET_STRING, F(support), "\"\"", 0, 0, NULL, 0, "An address or telephone number for questions, at the end of answers." },
	{ "text_de", SET_STRING, F(text_de), "\"\"", 0, 0, NULL, 0,
	  "German text of an answer in place of ours. {learned}, {known}, {kept}, {failed}, {total}, {class}, {address}, {support}, {help} are replaced." },
	{ "text_en", SET_STRING, F(text_en), "\"\"", 0, 0, NULL, 0, "The same in English." },
	{ "help_de", SET_STRING, F(help_de), "\"\"", 0, 0, NULL, 0, "German text of an answer when nothing was attached." },
	{ "help_en", SET_STRING, F(help_en), "\"\"", 0, 0, NULL, 0, "The same in English." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

/* The local part that an address of the configuration names, and its domain; "*" and none stand for any. */
static struct span split_address(struct span pattern, struct span *domain_r)
{
	size_t at = span_rchr(pattern, '@');

	*domain_r = at == SPAN_NPOS ? SPAN_LIT("*") : span_from(pattern, at + 1);
	return at == SPAN_NPOS ? pattern : span_sub(pattern, 0, at);
}

static bool fits(struct span pattern, struct span address)
{
	struct span domain, address_domain, local = split_address(span_trim(pattern), &domain), address_local = split_address(address, &address_domain);

	return local.len != 0 && span_case_eq(local, address_local) && (span_eq(domain, SPAN_LIT("*")) || span_case_eq(domain, address_domain));
}

static bool is_in(const struct span_list *list, struct span address)
{
	for (size_t i = 0; i < list->n; i++) {
		if (fits(list->v[i], address))
			return true;
	}
	return false;
}

bool report_address_class(const struct report_settings *s, struct span address, enum learn_class *class_r)
{
	if (is_in(&s->spam, address))
		*class_r = LEARN_SPAM;
	else if (is_in(&s->ham, address))
		*class_r = LEARN_HAM;
	else
		return false;
	return true;
}

bool report_sender_is_local(const struct report_settings *s, struct span sender)
{
	size_t at = span_rchr(sender, '@');
	struct span domain = at == SPAN_NPOS ? SPAN_NONE : span_from(sender, at + 1);

	for (size_t i = 0; i < s->domains.n && domain.len != 0; i++) {
		struct span own = s->domains.v[i];

		if (span_case_eq(own, domain) || (span_starts(own, SPAN_LIT(".")) && span_case_ends(domain, own)))
			return true;
	}
	return false;
}

static bool check_addresses(const struct span_list *list, const char *key, struct err *err_r)
{
	for (size_t i = 0; i < list->n; i++) {
		struct span domain, local = split_address(span_trim(list->v[i]), &domain);

		if (local.len == 0 || domain.len == 0 || span_chr(local, '@') != SPAN_NPOS || (span_chr(domain, '*') != SPAN_NPOS && domain.len != 1))
			return err_set(err_r, "'%.*s' in %s is no report address (local@domain or local@*)", SPAN_ARG(list->v[i]), key);
	}
	return true;
}

static bool report_check(const void *values, struct err *err_r)
{
	const struct report_settings *s = values;

	for (size_t i = 0; i < s->spam.n; i++) {
		if (is_in(&s->ham, s->spam.v[i]))
			return err_set(err_r, "'%.*s' is both in spam and in ham", SPAN_ARG(s->spam.v[i]));
	}
	if (s->per_day < s->per_hour)
		return err_set(err_r, "per_day is less than per_hour");
	return check_addresses(&s->spam, "spam", err_r) && check_addresses(&s->ham, "ham", err_r);
}

const struct setting_set report_setting_set = {
	.name = "reports", .kind = SET_ONE, .doc = "Users teach by forwarding mail as attachment to these addresses.", .size = sizeof(struct report_settings), .rows = report_rows,
	.check = report_check,
};
