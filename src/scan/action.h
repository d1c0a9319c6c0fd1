/* What can be done with a message for one recipient, in the order of severity (the lattice). Thresholds and forced actions refer to it. */
#ifndef WINNOW_SCAN_ACTION_H
#define WINNOW_SCAN_ACTION_H

#include "base/span.h"

typedef int32_t score_t; /* thousandths of a point */

enum action {
	ACTION_NONE,
	ACTION_TAG,      /* headers, and the subject prefix of the profile */
	ACTION_JUNK,     /* delivered to the junk folder: by header, or to user+junk@ */
	ACTION_REDIRECT, /* to the profile's redirect_to instead */
	ACTION_DISCARD,  /* accepted and dropped */
	ACTION_DEFER,    /* 451 */
	ACTION_HOLD,     /* the MTA's quarantine */
	ACTION_REJECT,   /* 550 */
	ACTION_N
};

/* "none", "tag", ... */
const char *action_name(enum action);
bool action_parse(struct span, enum action *action_r);

#endif
