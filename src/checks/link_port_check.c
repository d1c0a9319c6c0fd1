/* Web servers on ports of their own: test machines inside, and hosts that somebody else runs without knowing. */
#include "checks/links.h"

enum { ODD_PORT };

static const struct symbol symbols[] = {
	[ODD_PORT] = { "LINK_ODD_PORT", "content", 600, "A link leads to a web server on an unusual port.", ACTION_NONE },
};

/* Ports that administrators use for web servers. */
static bool is_usual(uint16_t port)
{
	return port == 80 || port == 443 || port == 8080 || port == 8443;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if (link_is_web(l) && (l->url.flags & URL_PORT) != 0 && !is_usual(l->url.port) && !links_is_private(&l->url)) {
			hit_add(t, ODD_PORT, l->url.raw);
			return;
		}
	}
}

const struct check check_link_port = {
	.name = "link_port", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 1, .run = run,
};
