/* Redirectors of well-known sites: the link shows a good name, and leads wherever its parameter says. */
#include "checks/links.h"
#include "checks/sorted.h"

enum { REDIRECT };

static const struct symbol symbols[] = {
	[REDIRECT] = { "LINK_OPEN_REDIRECT", "content", 1000, "A link goes through the open redirector of a well-known site.", ACTION_NONE },
};

/* By the name before the public suffix, sorted. A path begins so; the query (for some the path) names the target with one of these keys. */
static const struct redirector {
	const char *name;
	const char *paths[6];
	const char *keys[4];
} redirectors[] = {
	{ "baidu", { "link" }, { "url=" } },
	{ "bing", { "ck/a", "aclick", "aclk" }, { "u=" } },
	{ "doubleclick", { "pcs/click", "aclk", "ddm/clk", "ddm/trackclk", "clk" }, { "adurl=", "http" } },
	{ "duckduckgo", { "l/" }, { "uddg=" } },
	{ "facebook", { "l.php", "flx/warn" }, { "u=" } },
	{ "google", { "url", "amp/", "travel/clk", "pagead/aclk", "aclk", "maps/url" }, { "q=http", "url=http", "adurl=", "pc=" } },
	{ "googleadservices", { "pagead/aclk" }, { "adurl=" } },
	{ "linkedin", { "slink", "redir/redirect", "safety/go" }, { "code=", "url=" } },
	{ "pinterest", { "offsite" }, { "url=" } },
	{ "steamcommunity", { "linkfilter" }, { "url=", "u=" } },
	{ "umblr", { "redirect" }, { "z=" } },
	{ "vk", { "away.php" }, { "to=" } },
	{ "yahoo", { "_ylt", "RV=" }, { "RU=" } },
	{ "youtube", { "redirect", "attribution_link" }, { "q=", "u=" } },
};

SORTED_INIT(redirectors)

static bool begins_with_one(struct span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n && list[i] != NULL; i++) {
		if (span_starts(s, span_of(list[i])))
			return true;
	}
	return false;
}

#define QUERY_MAX 2000

/* Whether the query (or a path with parameters) has one of the keys. */
static bool has_key(struct span s, const char *const *keys, size_t n)
{
	s = span_sub(s, 0, QUERY_MAX);
	for (size_t i = 0; i < n && keys[i] != NULL; i++) {
		if (span_has(s, span_of(keys[i])))
			return true;
	}
	return false;
}

static bool is_redirect(const struct url *u)
{
	size_t i = SORTED_INDEX(redirectors, links_organisation(u->domain));
	const struct redirector *r;

	if (i == SPAN_NPOS)
		return false;
	r = &redirectors[i];
	if (span_starts(u->path, SPAN_LIT("amp/s/")))
		return span_eq(links_organisation(u->domain), SPAN_LIT("google"));
	return begins_with_one(u->path, r->paths, 6) && (has_key(u->query, r->keys, 4) || has_key(u->path, r->keys, 4));
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if (link_is_web(l) && is_redirect(&l->url)) {
			hit_add(t, REDIRECT, l->url.raw);
			return;
		}
	}
}

const struct check check_link_redirector = {
	.name = "link_redirector", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 1, .init = init, .run = run,
};
