/* Addresses in numbers: honest sites have names. Private networks (printers, monitoring) are left out, disguised numbers never. */
#include "base/ascii.h"
#include "checks/links.h"

enum { IP, DISGUISED };

static const struct symbol symbols[] = {
	[IP] = { "LINK_IP", "content", 1500, "A link leads to an IP address instead of a name.", ACTION_NONE },
	[DISGUISED] = { "LINK_IP_DISGUISED", "content", 3000, "A link leads to an IP address in decimal, octal or hexadecimal disguise.", ACTION_NONE },
};

/* "http://1.2.3": a version number to whoever wrote it, though browsers see an address in it. */
static bool is_version(struct span host)
{
	size_t dots = 0;

	for (size_t i = 0; i < host.len; i++) {
		if (!ascii_isdigit(host.p[i]) && host.p[i] != '.')
			return false;
		dots += host.p[i] == '.';
	}
	return dots == 1 || dots == 2;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct link *plain = NULL;

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if (!link_is_web(l) || (l->url.flags & (URL_IP | URL_IP_ODD)) == 0)
			continue;
		if ((l->url.flags & URL_IP_ODD) != 0 && is_version(l->url.host))
			continue;
		if ((l->url.flags & URL_IP_ODD) != 0) {
			hit_add(t, DISGUISED, l->url.raw);
			return;
		}
		if (plain == NULL && !links_is_private(&l->url))
			plain = l;
	}
	if (plain != NULL)
		hit_add(t, IP, plain->url.raw);
}

const struct check check_link_ip = {
	.name = "link_ip", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 2, .run = run,
};
