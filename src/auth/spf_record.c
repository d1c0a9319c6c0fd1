/* SPF records (RFC 7208, 4.5, 4.6, 12): one pass over the text, checked to its end. */
#include "auth/spf_private.h"
#include "base/ascii.h"

struct reader {
	const struct ip *client;
	struct spf_record *record;
	bool decided; /* a term that matches in any case has been read */
	bool has_redirect, has_exp;
};

static const struct {
	struct span name;
	enum spf_kind kind;
} mechanisms[] = {
	{ { "ip4", 3 }, SPF_IP4 }, { { "include", 7 }, SPF_INCLUDE }, { { "ip6", 3 }, SPF_IP6 }, { { "a", 1 }, SPF_A },
	{ { "mx", 2 }, SPF_MX }, { { "all", 3 }, SPF_ALL }, { { "exists", 6 }, SPF_EXISTS }, { { "ptr", 3 }, SPF_PTR },
};

bool spf_record_is(struct span text)
{
	return span_case_starts(text, SPAN_LIT("v=spf1")) && (text.len == 6 || text.p[6] == ' ');
}

/* "24" without leading zeros, at most max. */
static bool read_bits(struct span digits, unsigned max, uint8_t *bits_r)
{
	uint64_t value;

	if ((digits.len > 1 && digits.p[0] == '0') || !span_uint(digits, max, &value))
		return false;
	*bits_r = (uint8_t)value;
	return true;
}

/* Takes "/NUMBER" off the end of s; 0: there is none, -1: the number is bad. */
static int take_bits(struct span *s, unsigned max, uint8_t *bits_r)
{
	size_t digits = 0;

	while (digits < s->len && ascii_isdigit(s->p[s->len - 1 - digits]))
		digits++;
	if (digits == 0 || digits == s->len || s->p[s->len - 1 - digits] != '/')
		return 0;
	if (!read_bits(span_from(*s, s->len - digits), max, bits_r))
		return -1;
	s->len -= digits + 1;
	return 1;
}

/* [ "/" ip4-cidr-length ] [ "//" ip6-cidr-length ] at the end of an argument. */
static bool take_dual_bits(struct span *argument, uint8_t *bits4_r, uint8_t *bits6_r)
{
	struct span rest = *argument;
	uint8_t bits = 0;
	int six;

	*bits4_r = 32;
	*bits6_r = 128;
	six = take_bits(&rest, 255, &bits);
	if (six != 0 && rest.len != 0 && rest.p[rest.len - 1] == '/') {
		if (six < 0 || bits > 128)
			return false;
		*bits6_r = bits;
		rest.len--;
		*argument = rest;
	} else if (six < 0) {
		return false;
	}
	return take_bits(argument, 32, bits4_r) >= 0;
}

static bool equal_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;

	return memcmp(a, b, bytes) == 0 && (rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0);
}

/* Digits and dots alone: four numbers without leading zeros. One loop, because most terms of most records are these. */
static bool read_ip4(struct span s, uint8_t ip_r[4])
{
	unsigned part = 0, value = 0, digits = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '.') {
			if (digits == 0 || part == 3)
				return false;
			ip_r[part++] = (uint8_t)value;
			value = digits = 0;
			continue;
		}
		if (!ascii_isdigit(s.p[i]) || (digits != 0 && value == 0))
			return false;
		value = value * 10 + (unsigned)(s.p[i] - '0');
		digits++;
		if (value > 255)
			return false;
	}
	if (part != 3 || digits == 0)
		return false;
	ip_r[3] = (uint8_t)value;
	return true;
}

/* ip4-network [ "/" length ]; *match_r: the client is in it. */
static bool read_network4(struct span s, const struct ip *client, bool *match_r)
{
	uint8_t net[4], bits = 32;

	if (take_bits(&s, 32, &bits) < 0 || !read_ip4(s, net))
		return false;
	*match_r = ip_is_v4(client) && equal_bits(net, client->b + 12, bits);
	return true;
}

static bool read_network6(struct span s, const struct ip *client, bool *match_r)
{
	struct ip net;
	uint8_t bits = 128;

	if (take_bits(&s, 128, &bits) < 0 || span_chr(s, ':') == SPAN_NPOS)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isxdigit(s.p[i]) && s.p[i] != ':' && s.p[i] != '.')
			return false;
	}
	if (!ip_parse(s, &net))
		return false;
	*match_r = client->set && !ip_is_v4(client) && equal_bits(net.b, client->b, bits);
	return true;
}

static bool fail(struct reader *r, const char *problem)
{
	r->record->problem = problem;
	return false;
}

static bool keep(struct reader *r, const struct spf_term *term)
{
	if (!r->decided && r->record->n < SPF_TERMS_MAX)
		r->record->term[r->record->n++] = *term;
	return true;
}

static bool keep_decisive(struct reader *r, const struct spf_term *term)
{
	keep(r, term);
	r->decided = true;
	return true;
}

static bool read_network(struct reader *r, const struct spf_term *term, struct span argument)
{
	bool match = false, ok;

	if (argument.len < 2 || argument.p[0] != ':')
		return fail(r, "address missing");
	argument = span_from(argument, 1);
	ok = term->kind == SPF_IP4 ? read_network4(argument, r->client, &match) : read_network6(argument, r->client, &match);
	if (!ok)
		return fail(r, "bad address or network");
	return match ? keep_decisive(r, term) : true;
}

/* [ ":" domain-spec ], after the lengths are gone. */
static bool read_domain(struct reader *r, struct spf_term *term, struct span argument)
{
	if (argument.len == 0)
		return term->kind == SPF_INCLUDE || term->kind == SPF_EXISTS ? fail(r, "domain missing") : keep(r, term);
	if (argument.p[0] != ':')
		return fail(r, "bad mechanism");
	term->domain = span_from(argument, 1);
	return spf_domain_spec_valid(term->domain) ? keep(r, term) : fail(r, "bad domain");
}

/* argument: what stands behind the name, with its ":" or "/". */
static bool read_argument(struct reader *r, struct spf_term *term, struct span argument)
{
	switch (term->kind) {
	case SPF_ALL:
		return argument.len != 0 ? fail(r, "\"all\" takes no argument") : keep_decisive(r, term);
	case SPF_IP4:
	case SPF_IP6:
		return read_network(r, term, argument);
	case SPF_A:
	case SPF_MX:
		if (!take_dual_bits(&argument, &term->bits4, &term->bits6))
			return fail(r, "bad prefix length");
		break;
	default:
		break;
	}
	return read_domain(r, term, argument);
}

static enum auth_result qualifier(char c)
{
	switch (c) {
	case '+':
		return AUTH_PASS;
	case '-':
		return AUTH_FAIL;
	case '~':
		return AUTH_SOFTFAIL;
	case '?':
		return AUTH_NEUTRAL;
	default:
		return AUTH_NONE;
	}
}

static bool read_mechanism(struct reader *r, struct span text, struct span name, enum auth_result result)
{
	struct spf_term term = { .text = text, .result = result };

	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
		if (span_case_eq(name, mechanisms[i].name)) {
			term.kind = mechanisms[i].kind;
			return read_argument(r, &term, span_range(name.p + name.len, text.p + text.len));
		}
	}
	return fail(r, "unknown mechanism");
}

static bool read_modifier(struct reader *r, struct span name, struct span value)
{
	bool redirect = span_case_eq(name, SPAN_LIT("redirect")), exp = span_case_eq(name, SPAN_LIT("exp"));

	if (name.len == 0 || !ascii_isalpha(name.p[0]))
		return fail(r, "bad modifier");
	if (!redirect && !exp)
		return spf_macro_string_valid(value, false) ? true : fail(r, "bad macro");
	if (redirect ? r->has_redirect : r->has_exp)
		return fail(r, "modifier given twice");
	if (!spf_domain_spec_valid(value))
		return fail(r, "bad domain");
	if (redirect) {
		r->has_redirect = true;
		r->record->redirect = value;
	} else {
		r->has_exp = true;
		r->record->exp = value;
	}
	return true;
}

static bool is_name_char(char c)
{
	return ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
}

static bool read_term(struct reader *r, struct span text)
{
	enum auth_result result = qualifier(text.p[0]);
	size_t begin = result != AUTH_NONE, end = begin;
	struct span name;

	r->record->bad = text;
	while (end < text.len && is_name_char(text.p[end]))
		end++;
	name = span_sub(text, begin, end - begin);
	if (end < text.len && text.p[end] == '=')
		return begin != 0 ? fail(r, "modifier with a qualifier") : read_modifier(r, name, span_from(text, end + 1));
	if (end < text.len && text.p[end] != ':' && text.p[end] != '/')
		return fail(r, "bad mechanism");
	return read_mechanism(r, text, name, result != AUTH_NONE ? result : AUTH_PASS);
}

bool spf_record_parse(struct span text, const struct ip *client, struct spf_record *record_r)
{
	struct reader r = { .client = client, .record = record_r };
	struct span rest = span_from(text, 6);

	record_r->n = 0;
	record_r->redirect = record_r->exp = record_r->bad = SPAN_NONE;
	record_r->problem = NULL;
	while (rest.len != 0) {
		const char *blank = memchr(rest.p, ' ', rest.len);
		struct span term = span_sub(rest, 0, blank != NULL ? (size_t)(blank - rest.p) : rest.len);

		if (term.len != 0 && !read_term(&r, term))
			return false;
		rest = span_from(rest, term.len + (blank != NULL));
	}
	record_r->bad = SPAN_NONE;
	return true;
}
