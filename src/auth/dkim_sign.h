/*
 * Making signatures: DKIM-Signature (RFC 6376, 5) and sets of ARC fields (RFC 8617, 5.1). What we write, dkim_verify() and arc_verify() take. l= is never written.
 */
#ifndef WINNOW_AUTH_DKIM_SIGN_H
#define WINNOW_AUTH_DKIM_SIGN_H

#include "auth/arc.h"
#include "auth/dkim_signer.h"

/* The value of a DKIM-Signature field for the message as it will leave, folded with "\n\t"; domain: d=. now: seconds since 1970. Empty: the body is not known (cut), or the key failed. */
struct span dkim_sign(struct signed_message *, const struct dkim_sign_settings *, const struct sign_key *, struct span domain, int64_t now);

/* Values of the three fields, to be inserted at the top: results lowest, then signature, then seal. */
struct arc_fields {
	struct span results, signature, seal;
};

/*
 * Adds one more set to the chain. verified: what validating the chain told (AUTH_NONE: there was none). results: the payload of Authentication-Results, "ID; spf=pass ...", "\n\t" in folds.
 * False: nothing is to be sealed: the chain is full, or has been sealed as failed already, or could not be validated for want of keys, or the body is not known. The fields are added to the message.
 */
bool arc_seal(struct signed_message *, const struct dkim_sign_settings *, const struct sign_key *, const struct arc_result *verified, struct span results, int64_t now, struct arc_fields *fields_r);

#endif
