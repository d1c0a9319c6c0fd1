/*
 * SPF (RFC 7208): may this client send for that domain? Complete: all mechanisms and modifiers, macros, the limits of 4.6.4, and RFC 8616 for internationalised addresses. Asynchronous over net/dns.h.
 *
 * Decisions where the RFC leaves room: of the void look-ups (4.6.4, two are allowed) each term counts at most once, an "mx" when there are no MX records or none of them has an address; addresses of up to 10 MX or PTR names are
 * asked for at the same time, and an MX that matches counts even when another one could not be looked up; more than 10 MX records are a permerror when none of the first 10 (by preference) matches; a target name that cannot
 * exist in the DNS does not match; terms whose target needs a local-part that is not ASCII do not match (RFC 8616, 4).
 */
#ifndef WINNOW_AUTH_SPF_H
#define WINNOW_AUTH_SPF_H

#include "auth/auth.h"
#include "io/loop.h"

#define SPF_LOOKUPS_MAX 10
#define SPF_VOIDS_MAX 2
#define SPF_NAMES_MAX 10             /* of one MX or PTR answer */
#define SPF_DEADLINE_US 20000000     /* RFC 7208, 4.6.4: at least 20 s */

struct spf_query {
	struct loop *loop;    /* must be given: a result that needs no question comes in its next turn */
	struct ip ip;         /* of the client; unset gives none */
	struct span helo;     /* as the client said it */
	struct span from;     /* MAIL FROM, without angle brackets; empty (null sender): postmaster@HELO */
	bool helo_identity;   /* check HELO; from does not matter then */
	bool explain;         /* fetch the domain's explanation of a fail */
	struct span receiver; /* %{r}, our own name; empty: "unknown" */
	int64_t time;         /* %{t}, seconds since 1970 */
	int64_t deadline_us;  /* for all questions together; 0: SPF_DEADLINE_US */
};

/*
 * Evaluates check_host(). The spans of the query must live until the end, as must the arena, where the result lies: it stays valid after done. done(ctx, OP_OK, const struct spf_result *), never inside of this call. No DNS
 * (NULL), failing and late answers give temperror.
 */
struct op *spf_check(struct dns *, struct arena *, const struct spf_query *, op_done *done, void *ctx);

#endif
