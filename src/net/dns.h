/*
 * DNS questions, answered asynchronously. The contract between who asks (sender authentication, lists, rules) and who answers: the resolver (net/resolver.h), or a table of records in tests.
 * RFC 1034, 1035; terms of RFC 8499.
 */
#ifndef WINNOW_NET_DNS_H
#define WINNOW_NET_DNS_H

#include "base/ip.h"
#include "base/span.h"
#include "io/op.h"

#define DNS_NAME_MAX 253 /* text form, without the trailing dot */

enum dns_type { DNS_A = 1, DNS_NS = 2, DNS_CNAME = 5, DNS_PTR = 12, DNS_MX = 15, DNS_TXT = 16, DNS_AAAA = 28 };

enum dns_result {
	DNS_FOUND,    /* at least one record */
	DNS_NODATA,   /* the name exists, without records of that type */
	DNS_NXDOMAIN, /* there is no such name */
};

struct dns_record {
	struct ip ip;        /* A, AAAA */
	struct span name;    /* NS, CNAME, PTR, MX: lower case, without trailing dot; empty for the root */
	struct span text;    /* TXT: its strings joined without anything between (RFC 7208, 3.3) */
	uint16_t preference; /* MX */
};

struct dns_answer {
	enum dns_result result;
	const struct dns_record *v; /* of the type asked for alone, behind the CNAME chain; MX sorted by preference */
	size_t n;
	uint32_t ttl;               /* seconds that are left */
};

/* First member of every source of answers. */
struct dns {
	struct op *(*query)(struct dns *, struct span name, enum dns_type, int64_t deadline_us, op_done *done, void *ctx);
	bool lies; /* names that do not exist are answered with addresses: NXDOMAIN cannot be relied upon */
};

/*
 * Asks. name: with or without a trailing dot, any case; copied. deadline_us: from now; 0: the source's own. done(ctx, status, const struct dns_answer *), never inside of this call:
 *   OP_OK: the answer, also NODATA and NXDOMAIN; a name that cannot exist (empty or longer than 63 byte labels, more than 253 bytes) is NXDOMAIN;
 *   OP_FAIL: SERVFAIL, REFUSED, no server: nobody knows (result NULL);
 *   OP_DEADLINE: no answer in time (result NULL).
 * The answer dies when done() returns. NULL: cannot be started (no resolver); done is not called.
 */
static inline struct op *dns_query(struct dns *dns, struct span name, enum dns_type type, int64_t deadline_us, op_done *done, void *ctx)
{
	return dns != NULL ? dns->query(dns, name, type, deadline_us, done, ctx) : NULL;
}

#endif
