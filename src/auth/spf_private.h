/* The parts of SPF: records, macros, the evaluation. */
#ifndef WINNOW_AUTH_SPF_PRIVATE_H
#define WINNOW_AUTH_SPF_PRIVATE_H

#include "auth/spf.h"
#include "base/err.h"

/* RFC 7208, 5. */
enum spf_kind { SPF_ALL, SPF_INCLUDE, SPF_A, SPF_MX, SPF_PTR, SPF_EXISTS, SPF_IP4, SPF_IP6 };

struct spf_term {
	struct span text;        /* as written */
	struct span domain;      /* domain-spec; empty: the current domain */
	enum spf_kind kind;
	enum auth_result result; /* of a match */
	uint8_t bits4, bits6;    /* of "a" and "mx" */
};

/*
 * A record, read for one client: "ip4" and "ip6" that do not match it are gone, and so is what stands behind a term that matches whatever the DNS says. More than 10 terms that ask the DNS are a permerror once they are
 * reached, so the eleventh is the last that is kept: the size does not depend on the record's.
 */
#define SPF_TERMS_MAX (SPF_LOOKUPS_MAX + 1)
struct spf_record {
	struct spf_term term[SPF_TERMS_MAX];
	unsigned n;
	struct span redirect, exp; /* domain-spec; empty: none */
	const char *problem;       /* of a record that cannot be read */
	struct span bad;           /* the term it is about */
};

/* Whether a TXT record is an SPF record: "v=spf1", then a blank or the end (4.5). */
bool spf_record_is(struct span text);
/* Reads the whole record; spans point into text. False: a syntax error anywhere (4.6). */
bool spf_record_parse(struct span text, const struct ip *client, struct spf_record *record_r) MUST_USE;

/* RFC 7208, 7. */
struct spf_macros {
	struct span local, origin; /* %{l}, %{o} */
	struct span domain;        /* %{d} */
	struct span helo;
	struct span validated;     /* %{p} */
	struct span receiver;
	struct ip ip;
	int64_t time;
};

#define SPF_EXPANDED_MAX 2048
struct spf_expanded {
	char p[SPF_EXPANDED_MAX];
	size_t len;
};

/* A domain-spec (7.1): %{c}, %{r} and %{t} are not allowed, and the end is a macro or a top label. */
bool spf_domain_spec_valid(struct span);
/* A macro-string, with blanks too where it is an explanation. */
bool spf_macro_string_valid(struct span, bool blanks);
/* Whether %{p} stands in it. */
bool spf_macro_needs_name(struct span);
/* Expands what is valid. False: longer than SPF_EXPANDED_MAX, or a local-part in it is not ASCII (RFC 8616). */
bool spf_macro_expand(const struct spf_macros *, struct span, struct spf_expanded *out) MUST_USE;
/* The same for a domain-spec: labels are taken off the left until it fits, a dot at the end is dropped. The name points into the text when there is nothing to expand, else into out. */
bool spf_macro_target(const struct spf_macros *, struct span, struct spf_expanded *out, struct span *name_r) MUST_USE;

/* Whether a name can be asked for: labels of 1 to 63 bytes, 253 in all. */
bool spf_name_valid(struct span);
/*
 * The domain of an identity, in lower case and A-labels (copied only when it changes). False: it can have no SPF record (4.3: malformed, one label alone, an address).
 */
bool spf_domain_read(struct arena *, struct span, struct span *domain_r) MUST_USE;

#endif
