/*
 * DMARC (RFC 7489; np= of RFC 9091): the record, where it is found, and what it says of a message. All pure but dmarc_discover(), which asks DNS. Memory: the arena given, which must outlive what points
 * into it; domains are lower-case A-labels without final dot.
 */
#ifndef WINNOW_AUTH_DMARC_H
#define WINNOW_AUTH_DMARC_H

#include "auth/auth.h"
#include "mail/url.h"

/* "none", "quarantine", "reject"; "" for no policy. */
const char *dmarc_policy_name(enum dmarc_policy);

/* RFC 7489, 6.3. Tags that are missing or bad have their defaults. */
struct dmarc_record {
	enum dmarc_policy p;
	enum dmarc_policy sp; /* for subdomains; p when absent */
	enum dmarc_policy np; /* for subdomains that do not exist (RFC 9091, 3.2); sp when absent */
	bool strict_dkim, strict_spf;
	unsigned pct;         /* 0..100 */
	struct span rua, ruf; /* as written; empty: none */
	struct span fo;       /* "0" when absent */
	uint32_t ri;          /* seconds between reports, 86400 when absent */
	bool repaired;        /* p or sp was bad, but somebody wants reports: counts as p=none (6.6.3) */
};

enum dmarc_syntax {
	DMARC_OTHER, /* no DMARC record at all: does not begin with v=DMARC1; to be ignored */
	DMARC_GOOD,
	DMARC_BAD,   /* no usable policy */
};
enum dmarc_syntax dmarc_record_parse(struct span text, struct dmarc_record *record_r);

/* Lower-case A-labels of a domain as a message has it; empty when it is no domain name with two labels at least (RFC 7489, 6.6.1). */
struct span dmarc_domain(const struct url_context *, struct arena *, struct span domain);

/* What DNS says of one From domain (RFC 7489, 6.6.3). */
struct dmarc_discovery {
	enum auth_result result;  /* pass: a record was found; none; temperror; permerror: several records, or a bad one */
	struct dmarc_record record;
	struct span from_domain;
	struct span record_domain; /* where the record stands */
	bool subdomain;            /* record_domain is the organisational domain, and from_domain is below it */
	bool nonexistent;          /* from_domain has no address and no mail host (looked up only where np= needs it) */
	struct span problem;       /* of an error */
};

/*
 * Asks for the record of from_domain (of dmarc_domain()), then of its organisational domain; at most five questions, one after the other. done(ctx, OP_OK, const struct dmarc_discovery *), never inside of
 * this call; the discovery lives in the arena. NULL: cannot be started (no resolver); done is not called. deadline_us: of each question; 0: the resolver's own.
 */
struct op *dmarc_discover(struct dns *, const struct url_context *, struct arena *, struct span from_domain, int64_t deadline_us, op_done *done, void *ctx);

/* An authenticated identifier is aligned with the From domain (3.1): equal, or, relaxed, of the same organisational domain. */
bool dmarc_aligned(const struct url_context *, struct arena *, struct span from_domain, struct span identifier, bool strict);

/*
 * What was found out of the message. spf: of MAIL FROM, or of HELO when the sender is null (3.1.2); NULL: not known. Without a known SPF result and without an aligned signature that passes nothing can be
 * said: the result is none. A temporary error of an aligned identifier makes what else would be a failure a temporary error.
 * dice: by which a part of the messages is drawn where pct < 100 (6.6.4): equal for equal messages.
 */
struct dmarc_evidence {
	const struct spf_result *spf;
	const struct dkim_result *dkim;
	size_t ndkim;
	bool dkim_unknown; /* signatures could not be looked at */
	uint64_t dice;
};
struct dmarc_result dmarc_evaluate(const struct url_context *, struct arena *, const struct dmarc_discovery *, const struct dmarc_evidence *);

/* Of several From domains the strictest answer counts (6.6.1): whether a is stricter than b. */
bool dmarc_stricter(const struct dmarc_result *a, const struct dmarc_result *b);

#endif
