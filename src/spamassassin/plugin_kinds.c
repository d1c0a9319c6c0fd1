/* Plugins that are kinds of rules and directives of the rule files themselves: there is nothing to call but their name. */
#include "spamassassin/plugin.h"

#define PLUGINS "Mail::SpamAssassin::Plugin::"

extern const struct sa_plugin sa_plugin_check, sa_plugin_mime_header, sa_plugin_uri_detail, sa_plugin_replace_tags, sa_plugin_shortcircuit;

static const char *const replace_directives[] = { "replace_tag", "replace_pre", "replace_post", "replace_inter", "replace_rules", "replace_start", "replace_end", NULL };
static const char *const shortcircuit_directives[] = { "shortcircuit", "shortcircuit_spam_score", "shortcircuit_ham_score", "shortcircuit_min_ham_score",
	"shortcircuit_max_spam_score", NULL };

/* The rule SHORTCIRCUIT is hit by rules that cut the scan short, never by its own eval. */
static int never(struct sa_call *call)
{
	(void)call;
	return 0;
}

static const struct sa_eval shortcircuit_evals[] = { { "check_shortcircuit", never }, { NULL, NULL } };

const struct sa_plugin sa_plugin_check = { .name = PLUGINS "Check" };
const struct sa_plugin sa_plugin_mime_header = { .name = PLUGINS "MIMEHeader" };
const struct sa_plugin sa_plugin_uri_detail = { .name = PLUGINS "URIDetail" };
const struct sa_plugin sa_plugin_replace_tags = { .name = PLUGINS "ReplaceTags", .directives = replace_directives };
const struct sa_plugin sa_plugin_shortcircuit = { .name = PLUGINS "Shortcircuit", .evals = shortcircuit_evals, .directives = shortcircuit_directives };
