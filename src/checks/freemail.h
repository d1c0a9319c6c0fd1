/* Free mail: domains of providers where anybody gets an address, international, with the consumer mailboxes of access providers. */
#ifndef WINNOW_CHECKS_FREEMAIL_H
#define WINNOW_CHECKS_FREEMAIL_H

#include "base/span.h"

/* Whether the domain itself (any case, a final dot allowed; no subdomains) is one. A binary search. */
bool freemail_is(struct span domain);

/* The whole list in its order, for tests. */
const char *const *freemail_list(size_t *n_r);

#endif
