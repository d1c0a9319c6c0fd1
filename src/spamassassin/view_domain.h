/* Tables of view_domain.c, for the files that find host names in text. Private to the layer. */
#ifndef WINNOW_SPAMASSASSIN_VIEW_DOMAIN_H
#define WINNOW_SPAMASSASSIN_VIEW_DOMAIN_H

#include "base/map.h"
#include "spamassassin/view_private.h"

struct sa_domain_config {
	struct map tld, two_level, three_level; /* keys in lower case; values mean nothing */
};

/*
 * The end of a top-level domain of the list that begins at "at" (behind a dot) and that nothing of a host name follows: neither a letter, a digit, '-', nor a dot with a letter or
 * digit. 0: none. valid_tlds_re.
 */
size_t sa_tld_end(const struct sa_domain_config *, struct span text, size_t at);

/* An ASCII-lowered copy; s itself when there is nothing to lower. */
struct span sa_lower(struct arena *, struct span s);

#endif
