/* Mail::SpamAssassin::Plugin::WelcomeListSubject. */
#include "spamassassin/addrlist.h"
#include "spamassassin/plugin.h"
#include "spamassassin/view_domain.h"

extern const struct sa_plugin sa_plugin_welcomelistsubject;

/* Texts with '*' and '?', any part of the subject may be; "**" around each makes it so. */
struct state {
	struct sa_addrlist welcome, block;
};

static void read_list(struct arena *arena, const struct cf *cf, const char *keyword, struct sa_addrlist *list)
{
	sa_addrlist_init(list, arena);
	for (const struct cf_directive *d = NULL; (d = cf_directive_next(cf, span_of(keyword), d)) != NULL;) {
		struct span text = sa_lower(arena, span_trim(d->args));

		if (text.len != 0)
			sa_addrlist_add_text(arena, list, arena_printf(arena, "*%.*s*", SPAN_ARG(text)));
	}
}

static const void *init(struct arena *arena, struct cf *cf)
{
	struct state *s = ARENA_NEW(arena, struct state);

	read_list(arena, cf, "welcomelist_subject", &s->welcome);
	read_list(arena, cf, "blocklist_subject", &s->block);
	return s;
}

static int subject_in(struct sa_call *c, const struct sa_addrlist *list)
{
	return list->n != 0 && sa_addrlist_has(list, sa_lower(sa_view_arena(c->view), sa_header_text(c->view, SPAN_LIT("Subject"))));
}

static int in_welcomelist(struct sa_call *c)
{
	const struct state *s = c->state;

	return subject_in(c, &s->welcome);
}

static int in_blocklist(struct sa_call *c)
{
	const struct state *s = c->state;

	return subject_in(c, &s->block);
}

static const struct sa_eval evals[] = {
	{ "check_subject_in_welcomelist", in_welcomelist },
	{ "check_subject_in_whitelist", in_welcomelist },
	{ "check_subject_in_blocklist", in_blocklist },
	{ "check_subject_in_blacklist", in_blocklist },
	{ NULL, NULL },
};

static const char *const directives[] = { "welcomelist_subject", "blocklist_subject", NULL };

const struct sa_plugin sa_plugin_welcomelistsubject = { .name = "Mail::SpamAssassin::Plugin::WelcomeListSubject", .evals = evals, .directives = directives,
	                                                .init = init };
