/*
 * Brands that phishing names: find one in a text whatever letters it is written with, tell whether a domain is really theirs, and find one inside
 * a foreign host name. Static tables and binary searches; no allocation.
 */
#ifndef WINNOW_CHECKS_BRANDS_H
#define WINNOW_CHECKS_BRANDS_H

#include "base/span.h"

enum brand_flags {
	BRAND_FEDERATED = 1, /* many independent institutes with domains of their own (savings banks, tax offices): a foreign domain is weak evidence */
};

struct brand {
	const char *name;    /* as written: "PayPal" */
	const char *domains; /* patterns, blank separated */
	unsigned flags;
};

struct brand_match {
	const struct brand *brand;
	struct span word;  /* where it stands in the text */
	bool whole;        /* the text is nothing else */
	bool service;      /* beside a word of service: "Support", "Kundendienst", "Alert" */
	bool disguised;    /* written with look-alikes from other scripts, digits for letters, invisible characters or spaces */
};

/* Bytes of a text that are read: names, subjects, titles, anchor texts. */
#define BRAND_TEXT_MAX 1000

/*
 * Up to max different brands named in a UTF-8 text, in order; returns how many. Whole words only; names that are ordinary words as well ("Apple",
 * "Chase") only where the context says that the brand is meant. Linear in the text.
 */
size_t brand_find(struct span text, struct brand_match *match_r, size_t max);

/* Whether a host or domain (any case) belongs to the brand, and what is there is the brand's own: not "x.onmicrosoft.com". */
bool brand_owns(const struct brand *, struct span host);

enum brand_likeness {
	BRAND_HOST_NONE,
	BRAND_HOST_SUBDOMAIN, /* a label left of the foreign registered domain: paypal.example.com, paypal.com.example.com */
	BRAND_HOST_SAME_NAME, /* the brand's name under a top-level domain that is not known as theirs: paypal.example */
	BRAND_HOST_WORD,      /* within the registered name: paypal-security.example, mypaypal.example */
	BRAND_HOST_SIMILAR,   /* a look-alike: paypa1.example, paypall.example, xn--pypal-4ve.example */
};

/*
 * The strongest likeness of a lower-case A-label host to a brand that does not own it. registered: the registered domain of it (its tail). Hosts that
 * belong to any brand give BRAND_HOST_NONE.
 */
enum brand_likeness brand_in_host(struct span host_ascii, struct span registered, const struct brand **brand_r);

#endif
