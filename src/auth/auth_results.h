/*
 * Authentication-Results (RFC 8601; header.b of RFC 6008): ours, written, and those of others, read. Pure.
 */
#ifndef WINNOW_AUTH_AUTH_RESULTS_H
#define WINNOW_AUTH_AUTH_RESULTS_H

#include "auth/auth.h"
#include "mail/url.h"

#define AUTH_RESULTS_MAX 100   /* results read of one field */
#define AUTH_PROPERTIES_MAX 20 /* properties read of one result */
#define AUTH_RESULTS_BYTES 65536 /* of a field that are read */

struct auth_property {
	struct span ptype;    /* "smtp", "header", "body", "policy"; empty where the writer left it out ("action=none" of some) */
	struct span property; /* "mailfrom" */
	struct span value;    /* without quotes */
};

/* One result: "dkim/1=pass reason="..." header.d=example.com". */
struct auth_method {
	struct span method;  /* "dkim", any case */
	uint64_t version;    /* 1 when none is written */
	struct span result;  /* "pass", any case */
	struct span reason;
	struct span comment; /* the first behind the result, without parentheses */
	struct auth_property *v;
	size_t n;
};

struct auth_results {
	struct span authserv_id; /* empty: left out, as some do */
	uint64_t version;        /* 1 when none is written */
	unsigned instance;       /* "i=1;" in front, of ARC-Authentication-Results; 0: none */
	struct auth_method *v;
	size_t n;
	bool malformed;          /* not as RFC 8601 has it; what could be read is there nevertheless */
	bool cut;                /* more than the limits: the rest was not read */
};

/*
 * Reads the payload of an Authentication-Results or ARC-Authentication-Results field (header.raw: folds and comments may be in it). Spans point into the payload or, where quotes had to be taken off, into
 * the arena. False: nothing could be read: no identifier and no result. Linear.
 */
bool auth_results_parse(struct arena *, struct span payload, struct auth_results *results_r);
/* The identifier alone, however far behind comments it stands: what decides whose field it is must not be hidden by a limit. Empty: none. */
struct span auth_results_id(struct arena *, struct span payload);

/* The value of a property; empty when absent. Names in any case. */
struct span auth_method_property(const struct auth_method *, const char *ptype, const char *property);
bool auth_method_is(const struct auth_method *, const char *method, enum auth_result);

/*
 * What somebody else found, in the words of DMARC: whether the From domain (lower-case A-labels) was authenticated. "dmarc=pass" for this domain counts, or for whatever domain where header.from is left out; where there
 * is no dmarc result at all: a DKIM signature or MAIL FROM that passed and is aligned (relaxed).
 */
bool auth_results_vouch(const struct url_context *, struct arena *, const struct auth_results *, struct span from_domain);

/* What our field tells. All but the first may be missing. */
struct auth_report {
	struct span authserv_id;
	const struct authentication *auth;
	struct span mail_from;  /* RFC5321.MailFrom; empty: null sender */
	struct span helo;
	const struct ip *client;
	struct span dmarc_note; /* comment beside the dmarc result: "overridden by ARC of ..." */
};

/* The field's payload, folded with "\n\t" so that no line is longer than 78 without need; "ID; none" when nothing was checked. Contains printable ASCII and UTF-8 alone, whatever was in the message. */
struct span auth_results_write(struct arena *, const struct auth_report *);

#endif
