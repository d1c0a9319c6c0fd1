/*
 * Validating ARC chains (RFC 8617, 5.2). All seals are verified, the newest message signature, and the older ones as far down as they still match (for oldest_pass). Asynchronous as dkim_verify() is.
 */
#ifndef WINNOW_AUTH_ARC_H
#define WINNOW_AUTH_ARC_H

#include "auth/auth.h"
#include "auth/dkim_signature.h"

#define ARC_SETS_MAX 50 /* RFC 8617, 4.2.1 */

struct arc_settings {
	int64_t max_sets;     /* more: the chain fails */
	int64_t min_key_bits; /* of RSA keys */
	int64_t timeout_us;   /* of one look-up; 0: the resolver's own */
};

/* The fields of one instance. */
struct arc_set {
	int32_t results, signature, seal; /* of signed_message.fields; -1: missing */
};

/* What stands in the header, before any key is known. */
struct arc_chain {
	struct arc_set *sets; /* [0] is instance 1 */
	size_t n;             /* the highest instance found; 0: no ARC fields */
	const char *problem;  /* of structure: NULL: it is sound so far */
};
void arc_chain_find(const struct signed_message *, size_t max, struct arc_chain *chain_r);

/* The hash that the seal of instance i (from 1) signs: all fields of the sets 1 to i, or of the set i alone (a chain that failed is sealed so). hole: the value of b= in the seal. */
void arc_seal_hash(struct signed_message *, const struct arc_chain *, size_t i, bool alone, struct span hole, unsigned char hash_r[static DKIM_HASH_LEN]);

/*
 * As dkim_verify(): *result_r is filled at once and may be read at any time (AUTH_TEMPERROR while keys are waited for); NULL: all is known already, done is not called. done(ctx, OP_OK, result_r).
 */
struct op *arc_verify(struct dns *, struct signed_message *, const struct arc_settings *, struct arc_result *result_r, op_done *done, void *ctx);

#endif
