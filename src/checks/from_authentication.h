/*
 * Whether the author's domain is authenticated: what the checks of DMARC and of forged senders share. The check dmarc_record looks the From domains up and fills this; the check dmarc judges them.
 */
#ifndef WINNOW_CHECKS_FROM_AUTHENTICATION_H
#define WINNOW_CHECKS_FROM_AUTHENTICATION_H

#include "auth/dmarc.h"
#include "checks/authentication.h"

/* Answers to a failure, by published policy. */
enum dmarc_answer { DMARC_BY_SCORE, DMARC_BY_JUNK, DMARC_BY_REJECT };

struct dmarc_settings {
	int quarantine, reject; /* enum dmarc_answer */
	struct span_list trusted_sealers;
};

/* Different From domains that are looked at; a message with more cannot be judged. */
#define FROM_DOMAINS_MAX 8

struct from_domain {
	struct span domain;                  /* lower-case A-labels */
	const struct dmarc_discovery *found; /* NULL: not asked, or not answered yet */
};

struct from_authentication {
	const struct dmarc_settings *set;
	struct from_domain v[FROM_DOMAINS_MAX];
	size_t n;
	bool more;           /* than FROM_DOMAINS_MAX */
	struct span note;    /* on the dmarc result, for Authentication-Results */
};

/* All zero before the check dmarc_record has run, or where it does not. Order: name dmarc_record (and spf, dkim, arc) in "after". */
struct from_authentication *from_authentication_of(struct task *);

/* The evidence as far as it is known. */
struct dmarc_evidence from_evidence(struct task *);

/* Whether somebody who is trusted found the domain authenticated before the message was changed: a trusted relay, or a sealer of ARC; *by_r tells who. */
bool from_is_vouched(struct task *, struct span domain, struct span *by_r, bool *arc_r);

#endif
