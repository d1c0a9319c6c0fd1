/* What is configured about DNS, and where the servers come from. */
#include <stdio.h>

#include "net/resolver.h"

#define DNS_PORT 53
#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLV_CONF_MAX 65536

#define F(field) offsetof(struct dns_settings, field)
static const struct setting dns_rows[] = {
	{ "servers", SET_STRINGS, F(servers), "{}", 0, 0, NULL, 0,
	  "Recursive name servers: \"127.0.0.1\", \"127.0.0.1:5353\", \"[2001:db8::1]:53\". Empty: those of /etc/resolv.conf, read at start and reload. Best is one on the same machine: "
	  "block lists refuse the public ones, and answers from afar can be forged." },
	{ "timeout", SET_DURATION, F(timeout_us), "\"5s\"", 100000, 60000000, NULL, 0, "The longest that one question may take, all tries together." },
	{ "retry", SET_DURATION, F(retry_us), "\"400ms\"", 20000, 30000000, NULL, 0,
	  "A question is asked again, of another server if there is one, after this time, then after twice that, and so on; a late answer to an earlier try is still taken." },
	{ "tries", SET_INT, F(tries), "4", 1, 8, NULL, 0, "How often a question is sent at most, all servers together." },
	{ "in_flight", SET_INT, F(in_flight), "2000", 1, 20000, NULL, 0,
	  "Questions that one scanner process has under way at once. Ten times as many wait for their turn; what comes beyond fails." },
	{ "cache_entries", SET_INT, F(cache_entries), "100000", 100, 100000000, NULL, 0, "Answers that one scanner process remembers." },
	{ "cache_size", SET_SIZE, F(cache_size), "\"32M\"", 65536, 1LL << 40, NULL, 0, "Memory for them." },
	{ "min_ttl", SET_DURATION, F(min_ttl_us), "\"5s\"", 0, 3600000000, NULL, 0, "Answers are remembered at least so long, whatever their time to live." },
	{ "max_ttl", SET_DURATION, F(max_ttl_us), "\"1d\"", 1000000, 604800000000, NULL, 0, "And at most so long." },
	{ "negative_ttl", SET_DURATION, F(negative_ttl_us), "\"1h\"", 0, 10800000000, NULL, 0,
	  "That there is no such name or record is remembered as long as its zone says (RFC 2308), at most so long." },
	{ "failure_ttl", SET_DURATION, F(failure_ttl_us), "\"30s\"", 0, 300000000, NULL, 0,
	  "How long a question that failed is not asked again; doubles with each failure in a row, up to 5 minutes." },
	{ "stale", SET_DURATION, F(stale_us), "\"1h\"", 0, 259200000000, NULL, 0,
	  "Expired answers are used for so long while the name servers do not answer (RFC 8767). 0: never." },
	{ "self_test", SET_BOOL, F(self_test), "true", 0, 0, NULL, 0,
	  "Ask for a name that does not exist at start, to warn of servers that do not answer or that invent addresses." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool check(const void *values, struct err *err_r)
{
	const struct dns_settings *set = values;
	struct dns_server server;

	if (set->servers.n > DNS_SERVERS_MAX)
		return err_set(err_r, "more than %d servers", DNS_SERVERS_MAX);
	for (size_t i = 0; i < set->servers.n; i++) {
		if (!dns_server_parse(set->servers.v[i], &server))
			return err_set(err_r, "'%.*s' in servers is no address such as \"127.0.0.1\" or \"[::1]:5353\"", SPAN_ARG(set->servers.v[i]));
	}
	return set->min_ttl_us <= set->max_ttl_us ? true : err_set(err_r, "min_ttl is above max_ttl");
}

const struct setting_set dns_setting_set = {
	.name = "dns", .kind = SET_ONE, .doc = "Asking name servers.", .size = sizeof(struct dns_settings), .rows = dns_rows, .check = check,
};

static bool parse_port(struct span text, uint16_t *port_r)
{
	uint64_t port;

	if (!span_uint(text, 65535, &port) || port == 0)
		return false;
	*port_r = (uint16_t)port;
	return true;
}

bool dns_server_parse(struct span text, struct dns_server *server_r)
{
	size_t colon, bracket;

	if (span_case_starts(text, SPAN_LIT("inet:")))
		text = span_from(text, 5);
	else if (span_case_starts(text, SPAN_LIT("inet6:")))
		text = span_from(text, 6);
	*server_r = (struct dns_server){ .port = DNS_PORT };
	colon = span_rchr(text, ':');
	bracket = span_rchr(text, ']');
	if (bracket != SPAN_NPOS) {
		/* "[ADDRESS]:PORT" */
		if (bracket + 1 < text.len && (text.p[bracket + 1] != ':' || !parse_port(span_from(text, bracket + 2), &server_r->port)))
			return false;
		text = span_sub(text, 0, bracket + 1);
	} else if (colon != SPAN_NPOS && span_chr(text, ':') == colon) {
		/* "ADDRESS:PORT"; an IPv6 address without brackets has more colons */
		if (!parse_port(span_from(text, colon + 1), &server_r->port))
			return false;
		text = span_sub(text, 0, colon);
	}
	return ip_parse(text, &server_r->ip);
}

/* Lines "nameserver ADDRESS"; others, and addresses with a scope ("fe80::1%eth0"), are passed over. */
static void read_resolv_conf(struct span text, struct dns_servers *servers)
{
	while (text.p != NULL && servers->n < DNS_SERVERS_MAX) {
		struct span line = span_trim(span_split(&text, '\n'));
		struct dns_server *s = &servers->v[servers->n];

		if (!span_starts(line, SPAN_LIT("nameserver")) || line.len < 11 || (line.p[10] != ' ' && line.p[10] != '\t'))
			continue;
		*s = (struct dns_server){ .port = DNS_PORT };
		if (ip_parse(span_trim(span_from(line, 10)), &s->ip))
			servers->n++;
	}
}

static void read_file(const char *path, struct dns_servers *servers)
{
	char text[RESOLV_CONF_MAX];
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return;
	read_resolv_conf(span_make(text, fread(text, 1, sizeof(text), f)), servers);
	fclose(f);
}

void dns_servers_find(const struct dns_settings *set, const char *path, struct dns_servers *servers_r)
{
	*servers_r = (struct dns_servers){ .n = 0 };
	for (size_t i = 0; i < set->servers.n && servers_r->n < DNS_SERVERS_MAX; i++) {
		if (dns_server_parse(set->servers.v[i], &servers_r->v[servers_r->n]))
			servers_r->n++;
	}
	if (servers_r->n == 0)
		read_file(path != NULL ? path : RESOLV_CONF, servers_r);
	if (servers_r->n == 0) {
		servers_r->v[0] = (struct dns_server){ .port = DNS_PORT };
		(void)ip_parse(SPAN_LIT("127.0.0.1"), &servers_r->v[0].ip);
		servers_r->n = 1;
	}
}
