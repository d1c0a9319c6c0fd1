/* Mail::SpamAssassin::Plugin::URIEval. */
#include "base/ascii.h"
#include "spamassassin/html.h"
#include "spamassassin/plugin.h"

extern const struct sa_plugin sa_plugin_urieval;

#define HOPS_MAX 50

/* Behind "http:" or "https:"; 0: neither. */
static size_t http_len(struct span s)
{
	return span_case_starts(s, SPAN_LIT("https:")) ? 6 : span_case_starts(s, SPAN_LIT("http:")) ? 5 : 0;
}

static size_t host_end(struct span s, size_t from)
{
	while (from < s.len && s.p[from] != '/' && s.p[from] != ':' && s.p[from] != '?')
		from++;
	return from;
}

/* "http:b", "https://b" at the front of a text: the host. Slashes are passed over as far as they must be, for a host may not begin with one. */
static bool target_at(struct span rest, struct span *target_r)
{
	size_t n = ascii_tolower(rest.p[0]) == 'h' ? http_len(rest) : 0;

	for (size_t slashes = 0; n != 0 && slashes <= 2; slashes++, n++) {
		size_t stop = host_end(rest, n);

		if (stop > n) {
			*target_r = span_sub(rest, n, stop - n);
			return true;
		}
		if (n >= rest.len || rest.p[n] != '/')
			return false;
	}
	return false;
}

/* "http://a/...http:/b": the host in front, and the URI in the rest. Where the rest holds none, one may begin within what looks like the host. */
static bool inner_redirect(struct span uri, struct span *host_r, struct span *inner_r, struct span *target_r)
{
	size_t from = http_len(uri), end, at;

	if (from == 0 || !span_starts(span_from(uri, from), SPAN_LIT("//")))
		return false;
	from += 2;
	end = host_end(uri, from);
	for (at = end + 1; end > from && at < uri.len && !target_at(span_from(uri, at), target_r);)
		at++;
	if (end > from && at >= uri.len) {
		end = end < uri.len ? end : uri.len - 1;
		for (at = end; at > from + 1 && !target_at(span_from(uri, at), target_r);)
			at--;
	}
	if (end == from || at <= from + 1)
		return false;
	*host_r = span_sub(uri, from, (at - 1 < end ? at - 1 : end) - from);
	*inner_r = span_from(uri, at);
	return true;
}

static struct span domain_or_self(struct sa_view *v, struct span s)
{
	struct span domain;

	return sa_uri_domain(v, s, &domain, NULL) && domain.len != 0 ? domain : s;
}

static int http_redirector(struct sa_call *c)
{
	const struct sa_lines *list = sa_uri_list(c->view);

	for (size_t i = 0; i < list->n; i++) {
		struct span uri = list->v[i], host, target;

		for (unsigned hops = 0; hops < HOPS_MAX && inner_redirect(uri, &host, &uri, &target); hops++) {
			if (!span_eq(domain_or_self(c->view, host), domain_or_self(c->view, target))) {
				c->evidence = list->v[i];
				return 1;
			}
		}
	}
	return 0;
}

/* "https:/1.2.3.4", perhaps with a user name in front; https alone, or http too. */
static bool leads_to_ip(struct span uri, bool secure)
{
	size_t n = http_len(uri), from, at;
	unsigned dots = 0;

	if (n == 0 || (secure && n != 6))
		return false;
	while (n < uri.len && uri.p[n] == '/')
		n++;
	uri = span_from(uri, n);
	for (from = 0; from < uri.len && uri.p[from] != '/' && uri.p[from] != '@'; from++)
		;
	if (from < uri.len && uri.p[from] == '@' && from != 0)
		uri = span_from(uri, from + 1);
	for (at = 0; at < uri.len; at++) {
		if (uri.p[at] == '.' && at > 0 && uri.p[at - 1] != '.')
			dots++;
		else if (!ascii_isdigit(uri.p[at]))
			break;
		if (dots == 3 && ascii_isdigit(uri.p[at]))
			return true;
	}
	return false;
}

static int https_ip_mismatch(struct sa_call *c)
{
	size_t n;
	const struct sa_html *const *all = sa_html_all(c->view, &n);

	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < all[i]->nlinks; j++) {
			const struct sa_html_link *link = &all[i]->links[j];

			if (link->ntexts == 0 || !leads_to_ip(link->uri, false))
				continue;
			for (size_t k = 0; k < link->ntexts; k++) {
				if (!leads_to_ip(link->texts[k], true) && span_case_has(link->texts[k], SPAN_LIT("https:")))
					return 1;
			}
		}
	}
	return 0;
}

static int uri_truncated(struct sa_call *c)
{
	return sa_uri_truncated(c->view);
}

static const struct sa_eval evals[] = {
	{ "check_for_http_redirector", http_redirector },
	{ "check_https_ip_mismatch", https_ip_mismatch },
	{ "check_uri_truncated", uri_truncated },
	{ NULL, NULL },
};

const struct sa_plugin sa_plugin_urieval = { .name = "Mail::SpamAssassin::Plugin::URIEval", .evals = evals };
