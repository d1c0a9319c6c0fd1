/* What the files plugin_freemail*.c share. Private to them. */
#ifndef WINNOW_SPAMASSASSIN_PLUGIN_FREEMAIL_H
#define WINNOW_SPAMASSASSIN_PLUGIN_FREEMAIL_H

#include "spamassassin/addrlist.h"
#include "spamassassin/plugin_args.h"
#include "spamassassin/view_header.h"

struct freemail_state {
	bool available;              /* some domain is listed */
	struct map domains;
	struct sa_list wildcards;    /* domains with '*' (not over dots) and '?' */
	struct map exempt;           /* addresses and domains */
	struct sa_addrlist imported; /* welcomelist_auth, when that is asked for */
	struct sa_patterns header_patterns, patterns; /* of the arguments */
	struct regex *default_exempt, *bulk_sender;
	unsigned max_emails, max_freemails;
	bool skip_over_max, skip_bulk;
};

/* email: lower case. */
bool sa_freemail_is(struct sa_call *, struct span email);

/* plugin_freemail_body.c: the free addresses in the body; false when there are too many addresses. */
bool freemail_body(struct sa_call *, const struct sa_list **found_r);

#endif
