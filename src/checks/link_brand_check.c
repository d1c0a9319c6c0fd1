/* Host names that play on a brand: paypa1.example, paypal-security.example, paypal.com.secure.example. Names with letters of other scripts: link_confusable. */
#include "checks/brands.h"
#include "checks/links.h"

enum { LOOKALIKE, IN_DOMAIN, IN_SUBDOMAIN };

static const struct symbol symbols[] = {
	[LOOKALIKE] = { "LINK_BRAND_LOOKALIKE", "content", 3000, "A link leads to a domain that looks like a brand's but for a letter.", ACTION_NONE },
	[IN_DOMAIN] = { "LINK_BRAND_IN_DOMAIN", "content", 1500, "A link leads to a foreign domain with a brand's name in it.", ACTION_NONE },
	[IN_SUBDOMAIN] = { "LINK_BRAND_IN_SUBDOMAIN", "content", 2000, "A brand's domain stands left of a foreign domain in a link's host name.", ACTION_NONE },
};

#define HOSTS_READ 20
#define QUOTED_READ 20 /* quoted links that are looked at closely */

/* Whether the part left of the registered domain ends like a domain itself: "paypal.com" of paypal.com.secure.example, not just a service's customer. */
static bool imitates_domain(const struct url *u)
{
	static const char *const suffixes[] = { ".com.", ".net.", ".org.", ".de.", ".co.uk.", ".fr.", ".it.", ".es.", "-com.", "-de.", ".com-", ".de-" };
	struct span left = span_sub(u->host_ascii, 0, u->host_ascii.len - u->domain.len);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		if (span_has(left, span_of(suffixes[i])))
			return true;
	}
	return false;
}

static bool tell(struct task *t, const struct link *l)
{
	const struct brand *brand = NULL;
	enum brand_likeness likeness = brand_in_host(l->url.host_ascii, l->url.domain, &brand);
	int32_t permille;

	if (likeness == BRAND_HOST_NONE || brand == NULL)
		return false;
	permille = (brand->flags & BRAND_FEDERATED) != 0 ? 400 : 1000;
	switch (likeness) {
	case BRAND_HOST_SIMILAR:
		hit_add_to(t, LOOKALIKE, permille, RCPT_ALL, l->url.raw);
		return true;
	case BRAND_HOST_WORD:
	case BRAND_HOST_SAME_NAME:
		hit_add_to(t, IN_DOMAIN, likeness == BRAND_HOST_SAME_NAME ? permille / 2 : permille, RCPT_ALL, l->url.raw);
		return true;
	default:
		hit_add_to(t, IN_SUBDOMAIN, imitates_domain(&l->url) ? permille : permille * 3 / 10, RCPT_ALL, l->url.raw);
		return true;
	}
}

static bool was_seen(const struct span *seen, size_t n, struct span host)
{
	for (size_t i = n; i > 0; i--) {
		if (span_eq(seen[i - 1], host))
			return true;
	}
	return false;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct span seen[HOSTS_READ];
	size_t n = 0, quoted = 0;

	(void)state;
	for (size_t i = 0; i < m->nlinks && n < HOSTS_READ; i++) {
		const struct link *l = &m->links[i];

		if (!link_is_web(l) || link_is_bare_host(l) || link_is_defanged(l) || (l->url.flags & (URL_IP | URL_IP_ODD | URL_HOST_BAD | URL_IDN)) != 0 ||
		    span_chr(l->url.host_ascii, '.') == SPAN_NPOS || was_seen(seen, n, l->url.host_ascii))
			continue;
		if (quoted < QUOTED_READ && link_is_quoted(m, l)) {
			quoted++;
			continue;
		}
		seen[n++] = l->url.host_ascii;
		if (!links_is_tracker(l->url.host_ascii) && !links_is_rewriter(l->url.host_ascii) && tell(t, l))
			return;
	}
}

const struct check check_link_brand = {
	.name = "link_brand", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 3, .run = run,
};
