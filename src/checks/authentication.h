/* What the checks of sender authentication share in one scan. */
#ifndef WINNOW_CHECKS_AUTHENTICATION_H
#define WINNOW_CHECKS_AUTHENTICATION_H

#include "auth/auth.h"
#include "auth/received.h"
#include "scan/check.h"
#include "scan/origin.h" /* received_of, origin_of */

/* Results so far; a check that fills in its part is named in "after" by those that read it. */
struct authentication *authentication_of(struct task *);
/* After the scan; NULL: nobody asked for it. */
const struct authentication *authentication_of_scan(const struct scan *);

#endif
