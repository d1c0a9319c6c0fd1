#include "scan/engine.h"

static const char *const headers_words[] = { "always", "spam", "never", NULL };

#define F(field) offsetof(struct scan_settings, field)
static const struct setting scan_rows[] = {
	{ "max_size", SET_SIZE, F(max_size), "\"50M\"", 65536, 1LL << 31, NULL, 0,
	  "Bytes of a message that are scanned. Of a larger one the first part is, and MESSAGE_TRUNCATED_SCAN hits." },
	{ "deadline", SET_DURATION, F(deadline_us), "\"30s\"", 1000000, 600000000, NULL, 0,
	  "The longest a scan may take; past it the mail is deferred. Keep it below the MTA's own milter time-out." },
	{ "max_recipients", SET_INT, F(max_recipients), "1000", 1, 5000, NULL, 0,
	  "Recipients of one transaction; the milter answers further ones 452. An HTTP request has room for about 1,000." },
	{ "max_in_flight", SET_INT, F(max_in_flight), "200", 1, 100000, NULL, 0,
	  "Messages that one scanner process receives and scans at once; beyond it the listeners pause." },
	{ "max_bytes_in_flight", SET_SIZE, F(max_bytes_in_flight), "\"256M\"", 1048576, 1LL << 40, NULL, 0,
	  "Bytes of messages that one scanner process holds at once; beyond it the listeners pause." },
	{ "headers", SET_ENUM, F(headers), "\"spam\"", 0, 0, headers_words, 0,
	  "Which mail gets X-Winnow: \"always\", \"spam\" (tagged or worse, and whatever a profile with enforce = false would have done), \"never\"." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

const struct setting_set scan_setting_set = {
	.name = "scan", .kind = SET_ONE, .doc = "Limits of one scan.", .size = sizeof(struct scan_settings), .rows = scan_rows,
};

static bool check_cidrs(const struct span_list *list, const char *key, struct err *err_r)
{
	struct cidr c;

	for (size_t i = 0; i < list->n; i++) {
		if (!cidr_parse(list->v[i], &c))
			return err_set(err_r, "'%.*s' in %s is no address or network (host bits must be 0)", SPAN_ARG(list->v[i]), key);
	}
	return true;
}

static bool networks_check(const void *values, struct err *err_r)
{
	const struct networks_settings *n = values;

	return check_cidrs(&n->own, "own", err_r) && check_cidrs(&n->trusted_relays, "trusted_relays", err_r);
}

#define F(field) offsetof(struct networks_settings, field)
static const struct setting networks_rows[] = {
	{ "own", SET_STRINGS, F(own), "{ \"127.0.0.0/8\", \"::1\" }", 0, 0, NULL, 0,
	  "Our own networks. Mail from there, like mail of authenticated senders, is outbound: no client checks, no tag, no junk." },
	{ "trusted_relays", SET_STRINGS, F(trusted_relays), "{}", 0, 0, NULL, 0,
	  "Backup MXs, fetchmail hosts: mail from there is never refused by score (that would bounce to a forged sender), but junked. The client that counts for SPF, lists and client checks is then the first untrusted one in their Received fields." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

const struct setting_set networks_setting_set = {
	.name = "networks", .kind = SET_ONE, .doc = "Who is who on the network.", .size = sizeof(struct networks_settings), .rows = networks_rows,
	.check = networks_check,
};

static const struct setting group_rows[] = {
	{ "cap", SET_SCORE, offsetof(struct group_settings, cap), "0", 0, 1000000, NULL, 0,
	  "The most that the symbols of this evidence group add to (or take from) the score together; 0: no cap." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};

const struct setting_set group_setting_set = {
	.name = "group", .kind = SET_NAMED, .doc = "Evidence groups. Built in: content 12, spamassassin 10, authentication 8, lists 7, learned 6, malware 6.", .size = sizeof(struct group_settings),
	.rows = group_rows,
};
