/* What the checks of sender authentication share in one scan: results, Received fields, the client that counts. Each is made once, when first asked for. */
#ifndef WINNOW_CHECKS_AUTHENTICATION_H
#define WINNOW_CHECKS_AUTHENTICATION_H

#include "auth/auth.h"
#include "auth/received.h"
#include "scan/check.h"

/* Results so far; a check that fills in its part is named in "after" by those that read it. */
struct authentication *authentication_of(struct task *);
/* After the scan; NULL: nobody asked for it. */
const struct authentication *authentication_of_scan(const struct scan *);

const struct received_list *received_of(struct task *);
const struct origin *origin_of(struct task *);

#endif
