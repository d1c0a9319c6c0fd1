/* Top-level domains whose names cost nothing or next to it, so that most of what is mailed from them is thrown away in a week. */
#include "checks/links.h"
#include "checks/sorted.h"

enum { ODD_TLD };

static const struct symbol symbols[] = {
	[ODD_TLD] = { "LINK_ODD_TLD", "content", 700, "A link leads into a top-level domain that is mostly abused.", ACTION_NONE },
};

/* Sorted. */
static const char *const tlds[] = {
	"accountant", "autos", "beauty", "best", "bid", "boats", "bond", "buzz", "cam", "cf", "cfd", "christmas", "click", "country", "cricket", "cyou",
	"date", "download", "faith", "fit", "ga", "gdn", "gq", "hair", "homes", "icu", "kim", "lat", "loan", "lol", "makeup", "men", "ml", "mom",
	"monster", "motorcycles", "mov", "ooo", "party", "pw", "quest", "racing", "rest", "review", "sbs", "science", "skin", "stream", "su", "support",
	"surf", "tk", "top", "trade", "uno", "vip", "webcam", "win", "work", "xyz", "yachts", "zip",
};

SORTED_INIT(tlds)

static void run(struct task *t, const void *state)
{
	const struct message *m = task_msg(t);
	struct span last = SPAN_NONE;

	(void)state;
	for (size_t i = 0; i < m->nlinks; i++) {
		const struct link *l = &m->links[i];

		if (!link_is_web(l) || span_eq(l->url.host_ascii, last))
			continue;
		last = l->url.host_ascii;
		if ((l->url.flags & (URL_IP | URL_IP_ODD | URL_HOST_BAD)) == 0 && SORTED_HAS(tlds, span_from(last, span_rchr(last, '.') + 1)) &&
		    !span_eq(l->url.domain, links_sender_domain(t))) {
			hit_add(t, ODD_TLD, l->url.raw);
			return;
		}
	}
}

const struct check check_link_tld = {
	.name = "link_tld", .stages = STAGE_MESSAGE, .needs = NEED_LINKS, .symbols = symbols, .nsymbols = 1, .init = init, .run = run,
};
