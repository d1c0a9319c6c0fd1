/* What the files view_uri*.c share. Private to them. */
#ifndef WINNOW_SPAMASSASSIN_VIEW_URI_H
#define WINNOW_SPAMASSASSIN_VIEW_URI_H

#include "spamassassin/view_domain.h"
#include "spamassassin/view_header.h"

#define SA_URI_MAX 8192          /* bytes of one; SpamAssassin's MAX_URI_LENGTH */
#define SA_URIS_MAX 10000        /* different ones of a message */
#define SA_REDIRECTS_MAX 50      /* of one URI */

struct sa_uri_config {
	struct regex **redirectors;
	size_t nredirectors, cap_redirectors;
	bool dkim; /* parse_dkim_uris */
};

/* view_uri_text.c: URIs in one line of text, as mail programs make them links. Linear. */
enum uri_kind { URI_SCHEME, URI_MAIL, URI_BARE };
struct text_uri {
	enum uri_kind kind;
	struct span text; /* as found, nothing taken off its end */
	struct span host; /* URI_BARE */
};
/* The next one at or behind *at_r; *at_r: behind it. */
bool uri_next(const struct sa_domain_config *, struct span line, size_t *at_r, struct text_uri *uri_r);

/* view_uri_clean.c: uri_list_canonicalize(): the forms of a URI, the trimmed one first, redirected ones and their forms included. */
void uri_canonicalize(struct sa_view *, struct span uri, struct sa_list *forms);
/* url_encode(): printable characters decoded, all others encoded. */
struct span uri_encode(struct arena *, struct span uri);

#endif
