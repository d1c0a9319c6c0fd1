/* Hosts of URIs that are in lists (enlist_uri_host and its kin). */
#include "base/array.h"
#include "spamassassin/plugin_wlbleval.h"
#include "spamassassin/view_domain.h"

#define KEYS_MAX 10

static struct map *hosts_made(struct arena *arena, struct wlbl_names *names, struct span name)
{
	struct wlbl_named *named;

	for (size_t i = 0; i < names->n; i++) {
		if (span_eq(names->v[i].name, name))
			return names->v[i].hosts;
	}
	named = ARRAY_ADD(arena, names->v, names->n, names->cap);
	named->name = name;
	named->hosts = ARENA_NEW(arena, struct map);
	map_init(named->hosts, arena, false);
	return named->hosts;
}

static void add_hosts(struct arena *arena, struct map *hosts, struct span words)
{
	struct span word;

	while (sa_next_word(&words, &word)) {
		bool exempt = span_starts(word, SPAN_LIT("!"));

		map_put(hosts, sa_lower(arena, exempt ? span_from(word, 1) : word), exempt ? WLBL_EXEMPT : WLBL_LISTED);
	}
}

static void remove_hosts(struct arena *arena, struct map *hosts, struct span words)
{
	struct span word;

	while (sa_next_word(&words, &word)) {
		word = sa_lower(arena, span_starts(word, SPAN_LIT("!")) ? span_from(word, 1) : word);
		if (map_get(hosts, word) != NULL)
			map_put(hosts, word, WLBL_GONE);
	}
}

enum action { ENLIST, DELIST, BLOCK, WELCOME, ACTIONS };

static void apply(struct arena *arena, struct wlbl_state *s, enum action action, struct span args)
{
	struct span name = action == BLOCK ? SPAN_LIT("BLOCK") : SPAN_LIT("WELCOME"), words = args;
	bool named = action == BLOCK || action == WELCOME || sa_named_list(args, &name, &words);

	if (action != DELIST) {
		if (named)
			add_hosts(arena, hosts_made(arena, &s->hosts, name), words);
		return;
	}
	for (size_t i = 0; i < s->hosts.n; i++) {
		if (!named || span_eq(s->hosts.v[i].name, name))
			remove_hosts(arena, s->hosts.v[i].hosts, named ? words : args);
	}
}

/* All four directives in the order of the files, for later ones change what earlier ones said. */
void wlbl_hosts_read(struct arena *arena, const struct cf *cf, struct wlbl_state *s)
{
	static const struct span keywords[ACTIONS] = { { "enlist_uri_host", 15 }, { "delist_uri_host", 15 }, { "blocklist_uri_host", 18 }, { "welcomelist_uri_host", 20 } };
	const struct cf_directive *next[ACTIONS];

	for (size_t i = 0; i < ACTIONS; i++)
		next[i] = cf_directive_next(cf, keywords[i], NULL);
	for (;;) {
		size_t first = ACTIONS;

		for (size_t i = 0; i < ACTIONS; i++) {
			if (next[i] != NULL && (first == ACTIONS || next[i] < next[first]))
				first = i;
		}
		if (first == ACTIONS)
			return;
		apply(arena, s, (enum action)first, next[first]->args);
		next[first] = cf_directive_next(cf, keywords[first], next[first]);
	}
}

/* The host, then without its first label and so on, the last ten of them: the first that the list knows decides. */
static bool host_listed(const struct map *hosts, struct span host)
{
	size_t labels = 1;

	if (span_starts(host, SPAN_LIT("[")) || sa_is_ipv4(host)) {
		struct span key = span_starts(host, SPAN_LIT("[")) ? span_sub(host, 1, host.len - 2) : host;

		return map_get(hosts, key) == WLBL_LISTED;
	}
	for (size_t i = 0; i < host.len; i++)
		labels += host.p[i] == '.';
	for (struct span rest = host; rest.len != 0; labels--) {
		void *verdict = labels > KEYS_MAX ? NULL : map_get(hosts, rest);
		size_t dot;

		if (verdict != NULL && verdict != WLBL_GONE)
			return verdict == WLBL_LISTED;
		dot = span_chr(rest, '.');
		if (dot == SPAN_NPOS)
			return false;
		rest = span_from(rest, dot + 1);
	}
	return false;
}

static int hosts_in(struct sa_call *c, struct span name)
{
	const struct wlbl_state *s = c->state;
	const struct map *hosts = NULL;
	const struct sa_uri *uris;
	size_t n;

	for (size_t i = 0; i < s->hosts.n; i++) {
		if (span_eq(s->hosts.v[i].name, name))
			hosts = s->hosts.v[i].hosts;
	}
	if (hosts == NULL)
		return 0;
	uris = sa_uri_details(c->view, &n);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < uris[i].nhosts && !span_case_starts(uris[i].raw, SPAN_LIT("mailto:")); j++) {
			if (host_listed(hosts, uris[i].hosts[j])) {
				c->evidence = uris[i].hosts[j];
				return 1;
			}
		}
	}
	return 0;
}

int wlbl_uri_host_listed(struct sa_call *c)
{
	return c->nargs != 0 && hosts_in(c, c->args[0]);
}

int wlbl_uri_host_in_block(struct sa_call *c)
{
	return hosts_in(c, SPAN_LIT("BLOCK"));
}

int wlbl_uri_host_in_welcome(struct sa_call *c)
{
	return hosts_in(c, SPAN_LIT("WELCOME"));
}
