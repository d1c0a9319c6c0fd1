/*
 * Verifying DKIM signatures (RFC 6376, 6; RFC 8301, 8463, 8616). Asynchronous: keys come from the DNS, all asked for at once. A signature whose body hash does not match, or that cannot be valid whatever its
 * key says, asks for none. Several key records under one name: each is tried, at most DKIM_RECORDS_MAX.
 */
#ifndef WINNOW_AUTH_DKIM_VERIFY_H
#define WINNOW_AUTH_DKIM_VERIFY_H

#include "auth/auth.h"
#include "auth/signed_message.h"

#define DKIM_RECORDS_MAX 3

enum dkim_cut_policy { DKIM_CUT_POLICY, DKIM_CUT_PASS };

struct dkim_settings {
	int64_t max_signatures; /* looked at, from the top */
	int64_t min_key_bits;   /* of RSA keys */
	int body_cut;           /* enum dkim_cut_policy: what a signature is worth that leaves a part of the body unsigned (l=) */
	int64_t timeout_us;     /* of one look-up; 0: the resolver's own */
};

struct dkim_results {
	const struct dkim_result *v; /* one per signature looked at, in order of the fields */
	size_t n;
	size_t skipped;              /* signatures beyond the limit */
};

/*
 * now: seconds since 1970, against x=. *results_r is filled at once: what waits for a key is AUTH_TEMPERROR until it is known, so that it may be read at any time, also when the operation is cancelled.
 * Returns the operation: done(ctx, OP_OK, results_r) when all is known; or NULL when all is known already: done is not called then. The message, its crypto and *results_r must outlive the operation.
 */
struct op *dkim_verify(struct dns *, struct signed_message *, const struct dkim_settings *, int64_t now, struct dkim_results *results_r, op_done *done, void *ctx);

#endif
