#include "base/ip.h"
#include "lists/lists.h"

/* Names that stand in nearly every mail and are nobody's spam; asked for, they would only cost quota. */
#define EXEMPT_DEFAULT "{ \".w3.org\", \".schemas.microsoft.com\", \".google.com\", \".gstatic.com\", \".googleapis.com\", \".apple.com\", \".microsoft.com\", \".facebook.com\", " \
		       "\".instagram.com\", \".linkedin.com\", \".youtube.com\", \".twitter.com\", \".x.com\", \".wikipedia.org\" }"

#define F(field) offsetof(struct lists_settings, field)
static const struct setting rows[] = {
	{ "enable", SET_STRINGS, F(enable), "{}", 0, 0, NULL, 0,
	  "Names of the lists in DNS that are asked (\"winnow lists\" shows them, with the limits of their free use). No other list is ever asked. Lists in files and by country need no enabling." },
	{ "files", SET_STRINGS, F(files), "{ \"/etc/winnow/lists/*.lua\" }", 0, 0, NULL, 0,
	  "Definitions of lists of your own (docs/lists.md), or patterns of their names. One with the name of a shipped list replaces it." },
	{ "keys", SET_STRINGS, F(keys), "{}", 0, 0, NULL, 0, "Keys of lists that want one, as \"NAME=KEY\": { \"spamhaus-dqs=abc...\" }." },
	{ "disabled", SET_STRINGS, F(disabled), "{}", 0, 0, NULL, 0, "Symbols of enabled lists that are left out." },
	{ "exempt", SET_STRINGS, F(exempt), EXEMPT_DEFAULT, 0, 0, NULL, 0,
	  "Addresses, networks, domains (\".example.com\" with all below) and mail addresses that are never looked up. Private and local addresses never are." },
	{ "exempt_recipients", SET_STRINGS, F(exempt_recipients), "{}", 0, 0, NULL, 0,
	  "Recipients for whom listings do not count: addresses, \"@example.com\", \".example.com\". When all recipients are such, no list is asked." },
	{ "watch", SET_STRINGS, F(watch), "{}", 0, 0, NULL, 0, "Our own outgoing addresses: asked for at every self-test, and a listing is told in the log." },
	{ "timeout", SET_DURATION, F(timeout_us), "\"5s\"", 100000, 60000000, NULL, 0, "The longest that a message waits for one answer of a list." },
	{ "test_every", SET_DURATION, F(test_every_us), "\"15m\"", 10000000, 86400000000, NULL, 0,
	  "How often each list is tested. One that fails its test, or refuses to answer, is switched off, told in the log, and tried again after 1 minute, 2, 4, ... at most an hour." },
	{ "country", SET_STRING, F(country), "\"\"", 0, 0, NULL, 0, "MaxMind file (.mmdb) that tells the country of an address, for lists with geo = \"country\"." },
	{ "asn", SET_STRING, F(asn), "\"\"", 0, 0, NULL, 0, "MaxMind file (.mmdb) that tells the number of an address's network, for lists with geo = \"asn\"." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool check_keys(const struct span_list *keys, struct err *err_r)
{
	for (size_t i = 0; i < keys->n; i++) {
		struct span rest = keys->v[i], name = span_split(&rest, '=');
		bool ok = name.len != 0 && rest.len != 0 && rest.len <= 63;

		for (size_t c = 0; ok && c < rest.len; c++)
			ok = (rest.p[c] >= 'a' && rest.p[c] <= 'z') || (rest.p[c] >= 'A' && rest.p[c] <= 'Z') || (rest.p[c] >= '0' && rest.p[c] <= '9') || rest.p[c] == '-';
		if (!ok)
			return err_set(err_r, "keys: element %zu must be \"NAME=KEY\", KEY of letters, digits and '-', at most 63 of them", i + 1);
	}
	return true;
}

static bool check(const void *values, struct err *err_r)
{
	const struct lists_settings *set = values;
	struct ip ip;

	for (size_t i = 0; i < set->watch.n; i++) {
		if (!ip_parse(set->watch.v[i], &ip))
			return err_set(err_r, "watch: '%.*s' is no address", SPAN_ARG(set->watch.v[i]));
	}
	return check_keys(&set->keys, err_r);
}

const struct setting_set lists_setting_set = {
	.name = "lists", .kind = SET_ONE, .doc = "Block and allow lists: in DNS, in files, by country.", .size = sizeof(struct lists_settings), .rows = rows, .check = check,
};
