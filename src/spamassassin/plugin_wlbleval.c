/* Mail::SpamAssassin::Plugin::WLBLEval. */
#include "spamassassin/plugin_wlbleval.h"

#include "base/array.h"
#include "spamassassin/view_domain.h"

extern const struct sa_plugin sa_plugin_wlbleval;

static struct sa_addrlist *list_made(struct arena *arena, struct wlbl_names *names, struct span name)
{
	struct wlbl_named *named;

	for (size_t i = 0; i < names->n; i++) {
		if (span_eq(names->v[i].name, name))
			return names->v[i].list;
	}
	named = ARRAY_ADD(arena, names->v, names->n, names->cap);
	named->name = name;
	named->list = ARENA_NEW(arena, struct sa_addrlist);
	sa_addrlist_init(named->list, arena);
	return named->list;
}

static const void *init(struct arena *arena, struct cf *cf)
{
	static const struct {
		const char *keyword, *remove;
	} lists[] = { { "welcomelist_from", "unwelcomelist_from" }, { "blocklist_from", "unblocklist_from" }, { "welcomelist_to", NULL }, { "blocklist_to", NULL },
		      { "more_spam_to", NULL }, { "all_spam_to", NULL }, { "welcomelist_allows_relays", NULL } };
	struct wlbl_state *s = ARENA_NEW(arena, struct wlbl_state);

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		sa_addrlist_read(arena, cf, lists[i].keyword, lists[i].remove, list_made(arena, &s->lists, span_of(lists[i].keyword)));
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, SPAN_LIT("enlist_addrlist"), d)) != NULL;) {
		struct span name, words;

		if (sa_named_list(d->args, &name, &words))
			sa_addrlist_add(arena, list_made(arena, &s->lists, name), words);
		else
			cf_problem_add(cf, d->from, SPAN_NONE, false, "enlist_addrlist: \"(NAME) ADDRESS...\" is expected");
	}
	wlbl_received_read(arena, cf, s);
	wlbl_hosts_read(arena, cf, s);
	return s;
}

const struct sa_addrlist *wlbl_list(const struct wlbl_state *s, struct span name)
{
	for (size_t i = 0; i < s->lists.n; i++) {
		if (span_eq(s->lists.v[i].name, name))
			return s->lists.v[i].list;
	}
	return NULL;
}

bool wlbl_any_of(const struct sa_values *addresses, struct arena *arena, const struct sa_addrlist *list)
{
	for (size_t i = 0; list != NULL && list->n != 0 && i < addresses->n; i++) {
		if (sa_addrlist_has(list, sa_lower(arena, addresses->v[i])))
			return true;
	}
	return false;
}

static int from_in(struct sa_call *c, struct span name)
{
	return wlbl_any_of(sa_from_addresses(c->view), sa_view_arena(c->view), wlbl_list(c->state, name));
}

static int to_in(struct sa_call *c, struct span name)
{
	return wlbl_any_of(sa_to_addresses(c->view), sa_view_arena(c->view), wlbl_list(c->state, name));
}

static int from_in_blocklist(struct sa_call *c)
{
	return from_in(c, SPAN_LIT("blocklist_from"));
}

static int to_in_blocklist(struct sa_call *c)
{
	return to_in(c, SPAN_LIT("blocklist_to"));
}

static int to_in_welcomelist(struct sa_call *c)
{
	return to_in(c, SPAN_LIT("welcomelist_to"));
}

static int to_in_more_spam(struct sa_call *c)
{
	return to_in(c, SPAN_LIT("more_spam_to"));
}

static int to_in_all_spam(struct sa_call *c)
{
	return to_in(c, SPAN_LIT("all_spam_to"));
}

static int from_in_list(struct sa_call *c)
{
	return c->nargs != 0 && from_in(c, c->args[0]);
}

static int to_in_list(struct sa_call *c)
{
	return c->nargs != 0 && to_in(c, c->args[0]);
}

static int reply_to_in_list(struct sa_call *c)
{
	struct span address = sa_header_text(c->view, SPAN_LIT("Reply-To:addr"));
	const struct sa_addrlist *list = c->nargs != 0 ? wlbl_list(c->state, c->args[0]) : NULL;

	return list != NULL && address.len != 0 && sa_addrlist_has(list, sa_lower(sa_view_arena(c->view), address));
}

/* 1: an address is listed; -1: one is, but the mail came from elsewhere. */
static int judge(struct sa_call *c, const struct sa_addrlist *list, const struct wlbl_received_list *received)
{
	const struct sa_values *from = sa_from_addresses(c->view);
	int found = 0;

	for (size_t i = 0; i < from->n; i++) {
		struct span address = sa_lower(sa_view_arena(c->view), from->v[i]);
		int verdict = list != NULL && sa_addrlist_has(list, address) ? 1 : wlbl_received_judge(c, received, address);

		if (verdict == 1)
			return 1;
		found = verdict == -1 ? -1 : found;
	}
	return found;
}

static int judge_own(struct sa_call *c)
{
	const struct wlbl_state *s = c->state;

	return judge(c, wlbl_list(s, SPAN_LIT("welcomelist_from")), &s->from_received);
}

static int judge_default(struct sa_call *c)
{
	const struct wlbl_state *s = c->state;

	return judge(c, NULL, &s->default_received);
}

static int from_in_welcomelist(struct sa_call *c)
{
	return judge_own(c) > 0;
}

static int from_in_default(struct sa_call *c)
{
	return judge_default(c) > 0;
}

static int forged_in_welcomelist(struct sa_call *c)
{
	return judge_own(c) < 0 && judge_default(c) == 0;
}

static int forged_in_default(struct sa_call *c)
{
	return judge_default(c) < 0 && judge_own(c) == 0;
}

static const struct sa_eval evals[] = {
	{ "check_from_in_blocklist", from_in_blocklist },
	{ "check_from_in_blacklist", from_in_blocklist },
	{ "check_to_in_blocklist", to_in_blocklist },
	{ "check_to_in_blacklist", to_in_blocklist },
	{ "check_to_in_welcomelist", to_in_welcomelist },
	{ "check_to_in_whitelist", to_in_welcomelist },
	{ "check_to_in_more_spam", to_in_more_spam },
	{ "check_to_in_all_spam", to_in_all_spam },
	{ "check_from_in_list", from_in_list },
	{ "check_replyto_in_list", reply_to_in_list },
	{ "check_to_in_list", to_in_list },
	{ "check_from_in_welcomelist", from_in_welcomelist },
	{ "check_from_in_whitelist", from_in_welcomelist },
	{ "check_forged_in_welcomelist", forged_in_welcomelist },
	{ "check_forged_in_whitelist", forged_in_welcomelist },
	{ "check_from_in_default_welcomelist", from_in_default },
	{ "check_from_in_default_whitelist", from_in_default },
	{ "check_forged_in_default_welcomelist", forged_in_default },
	{ "check_forged_in_default_whitelist", forged_in_default },
	{ "check_mailfrom_matches_rcvd", wlbl_mailfrom_matches_received },
	{ "check_uri_host_listed", wlbl_uri_host_listed },
	{ "check_uri_host_in_blocklist", wlbl_uri_host_in_block },
	{ "check_uri_host_in_blacklist", wlbl_uri_host_in_block },
	{ "check_uri_host_in_welcomelist", wlbl_uri_host_in_welcome },
	{ "check_uri_host_in_whitelist", wlbl_uri_host_in_welcome },
	{ NULL, NULL },
};

static const char *const directives[] = { "welcomelist_from", "unwelcomelist_from", "blocklist_from", "unblocklist_from", "welcomelist_to", "blocklist_to", "more_spam_to",
	                                  "all_spam_to", "welcomelist_allows_relays", "enlist_addrlist", "welcomelist_from_rcvd", "def_welcomelist_from_rcvd",
	                                  "unwelcomelist_from_rcvd", "enlist_uri_host", "delist_uri_host", "blocklist_uri_host", "welcomelist_uri_host", NULL };

const struct sa_plugin sa_plugin_wlbleval = { .name = "Mail::SpamAssassin::Plugin::WLBLEval", .evals = evals, .directives = directives, .init = init };
