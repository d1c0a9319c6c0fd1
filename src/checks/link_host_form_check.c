/* Host names of a form that honest sites do not have. */
#include "base/ascii.h"
#include "checks/links.h"

enum { MANY_DOTS, HOST_BAD, HOST_ENCODED, HOST_FROM_IP, SYMBOLS };

static const struct symbol symbols[] = {
	[MANY_DOTS] = { "LINK_MANY_DOTS", "content", 700, "A link's host name has many labels.", ACTION_NONE },
	[HOST_BAD] = { "LINK_HOST_BAD", "content", 600, "A link's host is no valid host name.", ACTION_NONE },
	[HOST_ENCODED] = { "LINK_HOST_ENCODED", "content", 1500, "A link's host name is percent-encoded.", ACTION_NONE },
	[HOST_FROM_IP] = { "LINK_HOST_FROM_IP", "content", 1500, "A link leads to the generic name of an address (1.2.0.192.host.example.net).", ACTION_NONE },
};

#define LABELS_MAX 4 /* below the registered domain */

/* Labels in front of the registered domain. */
static unsigned labels_below(const struct url *u)
{
	unsigned n = 0;

	for (size_t i = 0; i + u->domain.len < u->host_ascii.len; i++)
		n += u->host_ascii.p[i] == '.';
	return n;
}

static bool has_many_dots(const struct url *u)
{
	return (u->flags & (URL_IP | URL_IP_ODD | URL_HOST_BAD)) == 0 && labels_below(u) >= LABELS_MAX && !links_is_rewriter(u->host_ascii) &&
	       !links_is_tracker(u->host_ascii);
}

/* Four numbers up to 255 in a row, between dots or hyphens, left of the registered domain: a name that a provider gave to a machine. */
static bool is_from_ip(const struct url *u)
{
	struct span left = span_sub(u->host_ascii, 0, u->host_ascii.len - u->domain.len);
	unsigned n = 0, value = 0, digits = 0;

	if ((u->flags & (URL_IP | URL_IP_ODD | URL_HOST_BAD)) != 0)
		return false;
	for (size_t i = 0; i < left.len && n < 4; i++) {
		if (ascii_isdigit(left.p[i])) {
			value = digits < 3 ? value * 10 + (unsigned)(left.p[i] - '0') : 999;
			digits++;
		} else {
			bool separator = left.p[i] == '.' || left.p[i] == '-';

			n = separator && digits != 0 && value <= 255 ? n + 1 : 0;
			value = digits = 0;
		}
	}
	return n >= 4;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct link *first[SYMBOLS] = { NULL };

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if (!link_is_web(l) || link_is_bare_host(l))
			continue;
		if (first[HOST_ENCODED] == NULL && (l->url.flags & URL_HOST_ENCODED) != 0)
			first[HOST_ENCODED] = l;
		else if (first[HOST_BAD] == NULL && (l->url.flags & URL_HOST_BAD) != 0)
			first[HOST_BAD] = l;
		else if (first[HOST_FROM_IP] == NULL && is_from_ip(&l->url))
			first[HOST_FROM_IP] = l;
		else if (first[MANY_DOTS] == NULL && has_many_dots(&l->url))
			first[MANY_DOTS] = l;
	}
	for (unsigned s = 0; s < SYMBOLS; s++) {
		if (first[s] != NULL)
			hit_add(t, s, first[s]->url.raw);
	}
}

const struct check check_link_host_form = {
	.name = "link_host_form", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = SYMBOLS, .run = run,
};
