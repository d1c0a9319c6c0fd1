/*
 * Results of sender authentication, in the terms of RFC 8601, 2.7. Who computes what: spf.h (RFC 7208), dkim_verify.h (RFC 6376), arc.h (RFC 8617), dmarc.h (RFC 7489). All memory is the
 * transaction's arena.
 */
#ifndef WINNOW_AUTH_AUTH_H
#define WINNOW_AUTH_AUTH_H

#include "base/arena.h"
#include "base/ip.h"
#include "net/dns.h"

enum auth_result { AUTH_NONE, AUTH_PASS, AUTH_FAIL, AUTH_SOFTFAIL, AUTH_NEUTRAL, AUTH_POLICY, AUTH_TEMPERROR, AUTH_PERMERROR };
/* "pass" ...; SPF, DKIM, DMARC and ARC use the ones that their RFCs name. */
const char *auth_result_name(enum auth_result);

struct spf_result {
	enum auth_result result;  /* none, pass, fail, softfail, neutral, temperror, permerror */
	bool helo;                /* the identity checked: HELO, else MAIL FROM */
	struct span domain;       /* that was asked for */
	struct span sender;       /* the identity as checked: local-part@domain */
	struct span mechanism;    /* that decided, as written; empty: none */
	struct span explanation;  /* of a fail, from the domain's exp=; printable ASCII */
	struct span problem;      /* of an error: what is wrong, for the log */
	unsigned lookups;
};

struct dkim_result {
	enum auth_result result;  /* none (never), pass, fail, neutral (bad syntax), policy (weak key, too much unsigned), temperror, permerror */
	struct span domain;       /* d=, lower case A-label */
	struct span selector;     /* s= */
	struct span identity;     /* i=, the default when absent */
	struct span signature;    /* the first 8 characters of b= (RFC 6008), blanks removed */
	const char *algorithm;    /* "rsa-sha256", ...; NULL: unknown */
	unsigned key_bits;        /* 0: unknown */
	bool testing;             /* t=y in the key */
	bool revoked;             /* the key record says that there is no key any more */
	bool expired;             /* x= is over */
	bool body_cut;            /* l= covers only a part of the body */
	struct span problem;      /* why it did not pass, for log and Authentication-Results; empty for pass */
};

struct arc_result {
	enum auth_result result;  /* none, pass, fail, temperror */
	unsigned sets;            /* instances found */
	struct span sealer;       /* d= of the newest seal */
	struct span *sealers;     /* d= of every seal, oldest first */
	unsigned oldest_pass;     /* RFC 8617, 5.2: the lowest instance whose AMS still validates; 0: all */
	struct span first_results; /* payload of the oldest ARC-Authentication-Results */
	struct span last_results;  /* of the newest */
	struct span problem;
};

enum dmarc_policy { DMARC_NO_POLICY, DMARC_MONITOR, DMARC_QUARANTINE, DMARC_REJECT };

struct dmarc_result {
	enum auth_result result;  /* none (no record), pass, fail, temperror, permerror */
	enum dmarc_policy policy; /* that applies to this From domain: p or sp, after pct */
	enum dmarc_policy published; /* as published, before pct */
	struct span from_domain;  /* RFC5322.From */
	struct span record_domain; /* where the record stands: From domain or its organisational domain */
	bool spf_aligned, dkim_aligned;
	struct span problem;
};

/* All that is known of one message, filled by the checks as they end; a pointer is NULL until then. */
struct authentication {
	const struct spf_result *spf_mail, *spf_helo;
	bool spf_asked; /* SPF was checked, whether or not the answers came in time; false: switched off, or there is no stranger to check */
	const struct dkim_result *dkim; /* one for each signature looked at, in order of the fields */
	size_t ndkim;
	bool dkim_done;
	const struct arc_result *arc;
	const struct dmarc_result *dmarc;
};

#endif
