#include "lists/list_def.h"

#include "net/dns.h"

bool list_octets_has(const struct list_octets *o, const uint8_t ip[static 4])
{
	for (unsigned i = 0; i < 4; i++) {
		if (ip[i] < o->min[i] || ip[i] > o->max[i])
			return false;
	}
	return true;
}

static bool parse_octet(struct span s, uint8_t *min_r, uint8_t *max_r)
{
	size_t dash = span_chr(s, '-');
	uint64_t min, max;

	if (span_eq(s, SPAN_LIT("*"))) {
		*min_r = 0;
		*max_r = 255;
		return true;
	}
	if (!span_uint(span_sub(s, 0, dash), 255, &min) || !span_uint(dash == SPAN_NPOS ? s : span_from(s, dash + 1), 255, &max) || min > max)
		return false;
	*min_r = (uint8_t)min;
	*max_r = (uint8_t)max;
	return true;
}

bool list_octets_parse(struct span s, struct list_octets *o)
{
	unsigned n = 0;

	for (; n < 4 && s.p != NULL; n++) {
		if (!parse_octet(span_split(&s, '.'), &o->min[n], &o->max[n]))
			return false;
	}
	/* Everything that a list says lies in 127.0.0.0/8 (RFC 5782, 2.1). */
	return n == 4 && s.p == NULL && o->min[0] == 127 && o->max[0] == 127;
}

bool list_code_covers(const struct list_code *c, const uint8_t ip[static 4])
{
	if (c->bit != 0)
		return (ip[3] & c->bit) != 0;
	for (size_t i = 0; i < c->n; i++) {
		if (list_octets_has(&c->v[i], ip))
			return true;
	}
	return false;
}

/* 127.255.255.0/24 says "not answered, because ..." at Spamhaus and at those who follow its example, and is nobody's listing. */
static const char *refusal(const struct list_def *d, const uint8_t ip[static 4])
{
	for (size_t i = 0; i < d->nrefusals; i++) {
		if (list_octets_has(&d->refusals[i].octets, ip))
			return d->refusals[i].text;
	}
	return ip[1] == 255 && ip[2] == 255 ? "the list refuses to answer this resolver" : NULL;
}

enum list_answer list_answer_judge(const struct list_def *d, const struct dns_answer *a, const char **text_r)
{
	enum list_answer worst = LIST_NOTHING;

	*text_r = NULL;
	for (size_t i = 0; i < a->n; i++) {
		const struct ip *ip = &a->v[i].ip;
		const char *text;

		if (!ip_is_v4(ip) || ip->b[12] != 127)
			return LIST_NONSENSE;
		text = refusal(d, ip->b + 12);
		if (text != NULL) {
			*text_r = text;
			worst = LIST_REFUSED;
		}
		for (size_t c = 0; worst == LIST_NOTHING && c < d->ncodes; c++)
			worst = list_code_covers(&d->codes[c], ip->b + 12) ? LIST_LISTED : LIST_NOTHING;
	}
	return worst;
}
