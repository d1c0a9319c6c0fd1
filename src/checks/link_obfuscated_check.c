/* Links in forms that a program would not make: dots spelt out, hxxp, control characters, backslashes for slashes. */
#include "checks/links.h"
#include "checks/sender.h"

enum { OBFUSCATED, BACKSLASH };

static const struct symbol symbols[] = {
	[OBFUSCATED] = { "LINK_OBFUSCATED", "content", 700, "A link is written so that programs do not see it (example[.]com, example dot com).", ACTION_NONE },
	[BACKSLASH] = { "LINK_BACKSLASH", "content", 1000, "A link has backslashes where slashes belong.", ACTION_NONE },
};

#define QUOTED_READ 20 /* quoted links that are looked at closely */

/* Whether somebody cites the link or, in a discussion, has made it harmless. */
static bool is_shown_only(const struct message *m, const struct link *l, bool discussion, unsigned *quoted)
{
	if (discussion && link_is_defanged(l))
		return true;
	if (*quoted >= QUOTED_READ || !link_is_quoted(m, l))
		return false;
	(*quoted)++;
	return true;
}

/* People who warn others write hxxp:// and [.] too, in text: half for that. */
static int32_t weight(const struct link *l)
{
	return l->source == LINK_TEXT || l->source == LINK_HTML_TEXT ? 500 : 1000;
}

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	const struct link *obfuscated = NULL, *backslash = NULL;
	bool discussion = sender_is_list(m) || header_first(&m->headers, HDR_IN_REPLY_TO) != NULL;
	unsigned quoted = 0;

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if ((l->url.flags & URL_MAILTO) != 0 || l->source == LINK_HTML_IMG || l->source == LINK_HTML_OTHER)
			continue;
		if (obfuscated == NULL && (l->url.flags & (URL_OBFUSCATED | URL_HOST_ENCODED)) == URL_OBFUSCATED &&
		    !is_shown_only(m, l, discussion, &quoted))
			obfuscated = l;
		if (backslash == NULL && (l->url.flags & URL_BACKSLASH) != 0)
			backslash = l;
	}
	if (obfuscated != NULL)
		hit_add_to(t, OBFUSCATED, weight(obfuscated), RCPT_ALL, obfuscated->url.raw);
	if (backslash != NULL)
		hit_add_to(t, BACKSLASH, weight(backslash), RCPT_ALL, backslash->url.raw);
}

const struct check check_link_obfuscated = {
	.name = "link_obfuscated", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 2, .run = run,
};
