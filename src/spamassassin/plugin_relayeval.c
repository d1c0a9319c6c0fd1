/* Mail::SpamAssassin::Plugin::RelayEval. */
#include "spamassassin/plugin.h"

#include "base/ascii.h"
#include "spamassassin/view_domain.h"
#include "spamassassin/view_header.h"
#include "spamassassin/view_ip.h"

extern const struct sa_plugin sa_plugin_relayeval;

struct state {
	struct regex *numeric_helo, *dotcom;
};

static const void *init(struct arena *arena, struct cf *cf)
{
	struct state *s = ARENA_NEW(arena, struct state);

	(void)cf;
	s->numeric_helo = sa_pattern(arena, "\\bhelo=\\b" SA_QUAD "\\b(?=[\\x00-\\x20,;\\[()<>]|\\z)", REGEX_CASELESS);
	s->dotcom = sa_pattern(arena,
	                       "(?:\\.|^)(?:lycos\\.com|lycos\\.co\\.uk|hotmail\\.com|localhost\\.com|excite\\.com|caramail\\.com|cs\\.com|aol\\.com|msn\\.com|yahoo\\.com|"
	                       "drizzle\\.com)$",
	                       REGEX_CASELESS);
	return s;
}

static bool has(const struct sa_call *c, const struct regex *regex, struct span text)
{
	return regex_match(regex, c->memory, text, 0, NULL, 0) == REGEX_YES;
}

static int never(struct sa_call *c)
{
	(void)c;
	return 0;
}

static int numeric_helo(struct sa_call *c)
{
	const struct state *s = c->state;

	/* SpamAssassin means to let private addresses pass, but its check of them never takes effect. */
	return has(c, s->numeric_helo, sa_relays(c->view)->untrusted_text);
}

static int all_trusted(struct sa_call *c)
{
	const struct sa_relays *r = sa_relays(c->view);

	return r->ntrusted != 0 && r->ntrusted == r->n && r->unparseable == 0;
}

static int no_relays(struct sa_call *c)
{
	const struct sa_relays *r = sa_relays(c->view);

	return r->n == 0 && r->unparseable == 0;
}

static int unparseable(struct sa_call *c)
{
	return sa_relays(c->view)->unparseable != 0;
}

static int sender_no_reverse(struct sa_call *c)
{
	const struct sa_relays *r = sa_relays(c->view);
	const struct sa_relay *last = r->n > r->ntrusted ? &r->v[r->n - 1] : NULL;

	return last != NULL && span_chr(last->rdns, '.') != SPAN_NPOS && !last->ip_private;
}

/* The first three numbers of an IPv4 address, with the dot behind them. */
static struct span net24(struct span ip)
{
	return span_sub(ip, 0, span_rchr(ip, '.') + 1);
}

static int helo_ip_mismatch(struct sa_call *c)
{
	const struct sa_relays *r = sa_relays(c->view);

	for (size_t i = r->ntrusted; i < r->n; i++) {
		const struct sa_relay *relay = &r->v[i];

		if (!sa_is_ipv4(relay->helo) || sa_is_private(relay->helo) || !sa_is_ipv4(relay->ip) || sa_is_private(relay->ip))
			continue;
		if (!span_starts(relay->ip, net24(relay->helo)))
			return 1;
	}
	return 0;
}

/* " rdns=HOST.domain ... by=HOST.domain " in one relay */
static bool relays_have(const struct sa_relays *r, struct span domain)
{
	for (size_t i = 0; i < r->n; i++) {
		if (span_ends(r->v[i].rdns, domain) && span_ends(r->v[i].by, domain))
			return true;
	}
	return false;
}

static int from_domain_in_received(struct sa_call *c)
{
	bool wanted, found;

	if (c->nargs < 2 || !span_case_has(sa_header_text(c->view, SPAN_LIT("From:addr")), c->args[0]))
		return 0;
	wanted = span_eq(c->args[1], SPAN_LIT("true"));
	found = relays_have(sa_relays(c->view), c->args[0]);
	return found == wanted;
}

static int no_rdns_dotcom_helo(struct sa_call *c)
{
	const struct sa_relays *r = sa_relays(c->view);
	const struct state *s = c->state;
	int hit = 0;

	/* The last one decides. */
	for (size_t i = r->ntrusted; i < r->n; i++) {
		if (!r->v[i].ip_private)
			hit = r->v[i].no_reverse_dns && has(c, s->dotcom, r->v[i].helo);
	}
	return hit;
}

static bool is_short_country(struct span label)
{
	return span_has(label, SPAN_LIT("ie")) || span_has(label, SPAN_LIT("fr")) || span_has(label, SPAN_LIT("de"));
}

/* The end of a host name that may be its domain; an address stays. */
static struct span host_domain(struct arena *arena, struct span host)
{
	size_t labels = 1, letters = 0, keep;
	struct span last;

	host = sa_lower(arena, host);
	while (span_ends(host, SPAN_LIT(".")))
		host.len--;
	for (size_t i = 0; i < host.len; i++) {
		labels += host.p[i] == '.';
		letters += ascii_isalpha(host.p[i]);
	}
	if (letters == 0 || labels < 2)
		return host;
	last = span_from(host, span_rchr(host, '.') + 1);
	keep = last.len >= 3 || is_short_country(last) ? 2 : 3;
	if (labels < keep)
		return host;
	for (size_t i = host.len; i > 0; i--) {
		if (host.p[i - 1] == '.' && --keep == 0)
			return span_from(host, i);
	}
	return host;
}

static bool is_word(char ch)
{
	return ascii_isalnum(ch) || ch == '_';
}

/* "ab.c" and longer ones: word characters in front and behind the last dot, '-' and dots between. */
static bool is_host(struct span s)
{
	size_t dot = span_rchr(s, '.');

	if (dot == SPAN_NPOS || dot < 2 || dot + 1 == s.len || !is_word(s.p[0]))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!is_word(s.p[i]) && (i > dot || (s.p[i] != '.' && s.p[i] != '-')))
			return false;
	}
	return true;
}

/* Mail that goes round inside of one machine. */
static bool is_local_hop(const struct sa_relay *r)
{
	bool local = span_case_eq(r->rdns, SPAN_LIT("localhost")) || span_case_eq(r->rdns, SPAN_LIT("localhost.localdomain"));

	return local && span_eq(r->ip, SPAN_LIT("127.0.0.1"));
}

struct forged {
	unsigned trail, helo;
};

/* The first two numbers of an IPv4 address. */
static struct span net16(struct span ip)
{
	size_t first = span_chr(ip, '.'), second = span_chr(span_from(ip, first + 1), '.');

	return span_sub(ip, 0, first + 1 + second);
}

static bool is_quad(struct span s)
{
	unsigned dots = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '.' && i > 0 && i + 1 < s.len && s.p[i - 1] != '.')
			dots++;
		else if (!ascii_isdigit(s.p[i]))
			return false;
	}
	return dots == 3;
}

static struct forged judge_trail(struct sa_call *c)
{
	const struct sa_relays *r = sa_relays(c->view);
	struct arena *arena = sa_view_arena(c->view);
	struct forged f = { 0 };

	for (size_t i = r->ntrusted; i < r->n; i++) {
		struct span by = host_domain(arena, r->v[i].by), helo = host_domain(arena, r->v[i].helo), before;

		if (!is_host(by))
			continue;
		if (is_quad(helo) && is_quad(r->v[i].ip) && !span_eq(net16(helo), net16(r->v[i].ip)) && !sa_is_private(helo))
			f.helo++;
		if (i == r->ntrusted)
			continue;
		before = host_domain(arena, r->v[i - 1].rdns);
		if (!is_local_hop(&r->v[i - 1]) && is_host(before) && !span_eq(by, before) && !(span_eq(by, SPAN_LIT("msn.com")) && span_eq(before, SPAN_LIT("hotmail.com"))))
			f.trail++;
	}
	return f;
}

static int forged_trail(struct sa_call *c)
{
	return judge_trail(c).trail > 1;
}

static int forged_ip_helo(struct sa_call *c)
{
	return judge_trail(c).helo > 0;
}

static const struct sa_eval evals[] = {
	{ "check_for_numeric_helo", numeric_helo },
	{ "check_for_illegal_ip", never },
	{ "check_all_trusted", all_trusted },
	{ "check_no_relays", no_relays },
	{ "check_relays_unparseable", unparseable },
	{ "check_for_sender_no_reverse", sender_no_reverse },
	{ "check_for_from_domain_in_received_headers", from_domain_in_received },
	{ "check_for_forged_received_trail", forged_trail },
	{ "check_for_forged_received_ip_helo", forged_ip_helo },
	{ "helo_ip_mismatch", helo_ip_mismatch },
	{ "check_for_no_rdns_dotcom_helo", no_rdns_dotcom_helo },
	{ NULL, NULL },
};

const struct sa_plugin sa_plugin_relayeval = { .name = "Mail::SpamAssassin::Plugin::RelayEval", .evals = evals, .init = init };
