/* Authentication-Results that came with the message, and the settings of ours: filled by the check authentication_results, read by those that come after it. */
#ifndef WINNOW_CHECKS_TRUSTED_RESULTS_H
#define WINNOW_CHECKS_TRUSTED_RESULTS_H

#include "auth/auth_results.h"
#include "scan/check.h"

struct authentication_settings {
	bool header;
	struct span authserv_id;
	struct span_list trusted_authserv_ids;
};

#define TRUSTED_RESULTS_MAX 20

struct trusted_results {
	const struct authentication_settings *set; /* NULL: the check did not run */
	struct span authserv_id;                   /* ours, for this message */
	struct auth_results v[TRUSTED_RESULTS_MAX]; /* of trusted hops, from the top */
	size_t n;
};

struct trusted_results *trusted_results_of(struct task *);

#endif
