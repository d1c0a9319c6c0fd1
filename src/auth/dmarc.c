/* What a DMARC record says of a message: alignment (RFC 7489, 3.1), result (6.6.2), policy with its sampling (6.6.4). */
#include "auth/dmarc.h"

#include "base/ascii.h"

struct span dmarc_domain(const struct url_context *urls, struct arena *arena, struct span domain)
{
	struct url url = { 0 };

	domain = span_trim(domain);
	if (domain.len != 0 && domain.p[domain.len - 1] == '.')
		domain.len--;
	if (domain.len == 0 || domain.len > 1000 || domain.p[0] == '[' || span_chr(domain, '.') == SPAN_NPOS)
		return SPAN_NONE;
	if (!url_parse_host(urls, arena, domain, &url) || (url.flags & (URL_HOST_BAD | URL_IP | URL_IP_ODD)) != 0 || url.host_ascii.len > DNS_NAME_MAX - 7)
		return SPAN_NONE;
	return span_chr(url.host_ascii, '.') == SPAN_NPOS ? SPAN_NONE : url.host_ascii;
}

bool dmarc_aligned(const struct url_context *urls, struct arena *arena, struct span from_domain, struct span identifier, bool strict)
{
	if (span_eq(from_domain, identifier))
		return from_domain.len != 0;
	identifier = dmarc_domain(urls, arena, identifier);
	if (identifier.len == 0)
		return false;
	if (strict)
		return span_eq(from_domain, identifier);
	return span_eq(url_registered_domain(urls, from_domain), url_registered_domain(urls, identifier));
}

/* p, sp or np, whichever is for this domain. */
static enum dmarc_policy published(const struct dmarc_discovery *d)
{
	if (!d->subdomain)
		return d->record.p;
	return d->nonexistent ? d->record.np : d->record.sp;
}

/* Those not drawn get the next milder policy. */
static enum dmarc_policy sample(enum dmarc_policy policy, unsigned pct, uint64_t dice)
{
	if (policy <= DMARC_MONITOR || dice % 100 < pct)
		return policy;
	return policy - 1;
}

static void look_at_signatures(const struct url_context *urls, struct arena *arena, const struct dmarc_discovery *d, const struct dmarc_evidence *e, struct dmarc_result *r, bool *temporary)
{
	for (size_t i = 0; i < e->ndkim; i++) {
		const struct dkim_result *k = &e->dkim[i];

		if ((k->result != AUTH_PASS && k->result != AUTH_TEMPERROR) || !dmarc_aligned(urls, arena, d->from_domain, k->domain, d->record.strict_dkim))
			continue;
		r->dkim_aligned = r->dkim_aligned || k->result == AUTH_PASS;
		*temporary = *temporary || k->result == AUTH_TEMPERROR;
	}
}

struct dmarc_result dmarc_evaluate(const struct url_context *urls, struct arena *arena, const struct dmarc_discovery *d, const struct dmarc_evidence *e)
{
	struct dmarc_result r = { .result = d->result, .from_domain = d->from_domain, .problem = d->problem };
	bool temporary = false;

	if (d->result != AUTH_PASS)
		return r;
	r.record_domain = d->record_domain;
	r.published = r.policy = published(d);
	if (e->spf != NULL && (e->spf->result == AUTH_PASS || e->spf->result == AUTH_TEMPERROR) &&
	    dmarc_aligned(urls, arena, d->from_domain, e->spf->domain, d->record.strict_spf)) {
		r.spf_aligned = e->spf->result == AUTH_PASS;
		temporary = e->spf->result == AUTH_TEMPERROR;
	}
	look_at_signatures(urls, arena, d, e, &r, &temporary);
	if (r.spf_aligned || r.dkim_aligned) {
		r.result = AUTH_PASS;
	} else if (temporary) {
		r.result = AUTH_TEMPERROR;
		r.problem = SPAN_LIT("an aligned identifier could not be checked");
	} else if (e->spf == NULL || e->dkim_unknown) {
		r.result = AUTH_NONE;
		r.problem = e->spf == NULL ? SPAN_LIT("SPF is not known") : SPAN_LIT("DKIM is not known");
	} else {
		r.result = AUTH_FAIL;
		r.policy = sample(r.published, d->record.pct, e->dice);
	}
	return r;
}

/* Order of severity; between equal results of failures the policy decides. */
static unsigned severity(const struct dmarc_result *r)
{
	switch (r->result) {
	case AUTH_FAIL:
		return 10 + (unsigned)r->policy;
	case AUTH_TEMPERROR:
		return 4;
	case AUTH_PERMERROR:
		return 3;
	case AUTH_NONE:
		return 2;
	default:
		return 1;
	}
}

bool dmarc_stricter(const struct dmarc_result *a, const struct dmarc_result *b)
{
	return severity(a) > severity(b);
}
