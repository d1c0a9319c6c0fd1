/*
 * One signature field, read and checked as far as that goes without its key (RFC 6376, 3.5 and 6.1.1; RFC 8617, 4.1.2 and 4.1.3), and the hash that it signs. DKIM-Signature, ARC-Message-Signature and ARC-Seal
 * are of one kind.
 */
#ifndef WINNOW_AUTH_DKIM_SIGNATURE_H
#define WINNOW_AUTH_DKIM_SIGNATURE_H

#include "auth/auth.h"
#include "auth/signed_message.h"

enum signature_kind { SIGNATURE_DKIM, SIGNATURE_ARC_MESSAGE, SIGNATURE_ARC_SEAL };

#define SIGNATURE_ITEMS_MAX 1000 /* names in h= */

struct dkim_signature {
	enum auth_result result; /* AUTH_PASS: nothing is wrong so far; else see problem */
	const char *problem;
	const char *algorithm;   /* "rsa-sha256", "ed25519-sha256", "rsa-sha1" (never valid: RFC 8301); NULL: unknown */
	enum dkim_key_type key_type;
	enum canon header, body;
	struct span domain;      /* d=, lower case A-label */
	struct span selector;    /* s= */
	struct span identity;    /* i=, or "@" and d= */
	bool subdomain;          /* i= is of a subdomain of d= */
	struct span headers;     /* h=, as written */
	struct span hash;        /* bh=, bytes */
	struct span bytes;       /* b=, bytes */
	struct span b_raw;       /* b= as it stands in the field */
	uint64_t limit;          /* l=, or CANON_NO_LIMIT */
	uint64_t created, expires; /* t=, x=; 0: not given */
	struct span cv;          /* of ARC-Seal */
	unsigned instance;       /* of ARC; 0: none or bad */
};

/* Reads a field's value. What is wrong stands in result and problem; what could be read is there nevertheless. */
void dkim_signature_read(struct arena *, struct span value, enum signature_kind, struct dkim_signature *sig_r);
/* U-labels (RFC 8616) to A-labels, all in lower case; empty: it is no domain. */
struct span dkim_domain_ascii(struct arena *, struct span domain);
/* "SELECTOR._domainkey.DOMAIN"; empty: it would be too long for a name. */
struct span dkim_signature_key_name(struct arena *, const struct dkim_signature *);

/* Compares the body hash. True: it matches; *problem_r otherwise, with the result in *result_r. */
bool dkim_signature_body(struct signed_message *, const struct dkim_signature *, enum auth_result *result_r, const char **problem_r);
/* The hash that b= signs; field: the one the signature was read from. For DKIM-Signature and ARC-Message-Signature. */
void dkim_signature_hash(struct signed_message *, const struct dkim_signature *, const struct signed_field *field, unsigned char hash_r[static DKIM_HASH_LEN]);

/* Policy on keys, and whether it fits the signature. NULL: fine; else what is wrong, with the result. */
const char *dkim_signature_key(const struct dkim_signature *, const struct dkim_key *, unsigned min_bits, enum auth_result *result_r);

#endif
