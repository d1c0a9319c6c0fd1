/* Mail::SpamAssassin::Plugin::HTTPSMismatch: a link whose text names another host than where it leads. */
#include <stdlib.h>

#include "base/ascii.h"
#include "spamassassin/html.h"
#include "spamassassin/plugin.h"

extern const struct sa_plugin sa_plugin_httpsmismatch;

#define TEXTS_MAX 1000 /* of one link */

static struct span host_before(struct span s, bool space)
{
	size_t n = 0;

	while (n < s.len && s.p[n] != '/' && s.p[n] != ':' && s.p[n] != '?' && s.p[n] != '#' && !(space && ascii_isspace(s.p[n])))
		n++;
	return span_sub(s, 0, n);
}

/* The registered domain that a link leads to; addresses have a rule of their own. */
static bool link_domain(struct sa_view *v, struct span uri, struct span *domain_r)
{
	size_t from = span_case_starts(uri, SPAN_LIT("https://")) ? 8 : span_case_starts(uri, SPAN_LIT("http://")) ? 7 : 0;
	struct span host, domain;

	if (from == 0)
		return false;
	host = host_before(span_from(uri, from), false);
	if (host.len == 0 || sa_is_ip(host))
		return false;
	*domain_r = sa_domain_trim(v, host);
	return sa_uri_domain(v, *domain_r, &domain, NULL) && sa_domain_is_known(v, domain);
}

/* The domain of the first "https://" in a text. */
static bool text_domain(struct sa_view *v, struct span text, struct span *domain_r)
{
	struct span host;
	size_t at = 0, n;

	for (; (n = span_case_find(span_from(text, at), SPAN_LIT("https://"))) != SPAN_NPOS; at += n + 8) {
		host = host_before(span_from(text, at + n + 8), true);
		if (host.len != 0)
			break;
	}
	if (n == SPAN_NPOS)
		return false;
	*domain_r = host;
	if (sa_is_ip(host))
		return true;
	*domain_r = sa_domain_trim(v, host);
	return sa_domain_is_known(v, *domain_r);
}

static bool is_mismatch(struct sa_view *v, const struct sa_html_link *link, struct span domain)
{
	struct span named;

	for (size_t i = 0; i < link->ntexts && i < TEXTS_MAX; i++) {
		if (text_domain(v, link->texts[i], &named) && !span_eq(domain, named))
			return true;
	}
	return false;
}

static long number_of(const struct sa_call *c, size_t index, long otherwise)
{
	uint64_t value;

	return index < c->nargs && span_uint(c->args[index], INT32_MAX, &value) ? (long)value : otherwise;
}

static int https_http_mismatch(struct sa_call *c)
{
	long min = number_of(c, 0, 1), max = number_of(c, 1, -1);
	size_t n;
	const struct sa_html *const *all = sa_html_all(c->view, &n);

	min = min == 0 ? 1 : min;
	for (size_t i = 0; i < n; i++) {
		long anchors = 0;
		bool hit = false;

		for (size_t j = 0; j < all[i]->nlinks; j++) {
			const struct sa_html_link *link = &all[i]->links[j];
			struct span domain;

			if (link->ntexts == 0 || !link_domain(c->view, link->uri, &domain))
				continue;
			anchors++;
			hit = hit || is_mismatch(c->view, link, domain);
		}
		if (hit && anchors >= min && (max < 0 || anchors < max))
			return 1;
	}
	return 0;
}

static const struct sa_eval evals[] = { { "check_https_http_mismatch", https_http_mismatch }, { NULL, NULL } };

const struct sa_plugin sa_plugin_httpsmismatch = { .name = "Mail::SpamAssassin::Plugin::HTTPSMismatch", .evals = evals };
