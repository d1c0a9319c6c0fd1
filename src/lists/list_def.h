/*
 * What one list is: where it is asked, what is looked up, and what its answers mean. Made from list files (list_read.h); immutable once loaded. RFC 5782 describes the lists in DNS.
 */
#ifndef WINNOW_LISTS_LIST_DEF_H
#define WINNOW_LISTS_LIST_DEF_H

#include "match/list.h"
#include "scan/symbol.h"

/* What of a message is looked up. The words stand in list_read.c. */
enum list_target {
	LIST_CLIENT,       /* the address of the client that counts (scan/origin.h) */
	LIST_RECEIVED,     /* addresses of the Received fields behind it */
	LIST_HELO,
	LIST_CLIENT_NAME,  /* its reverse name */
	LIST_SENDER,       /* domain of the envelope sender */
	LIST_FROM,         /* domains of From */
	LIST_REPLY_TO,     /* domains of Reply-To */
	LIST_URL_HOST,
	LIST_URL_DOMAIN,   /* registered domains of URLs */
	LIST_URL_A,        /* addresses of the hosts of URLs */
	LIST_URL_NS,       /* addresses of the name servers of their registered domains */
	LIST_EMAIL,        /* e-mail addresses: From, Reply-To, envelope sender, mailto: links */
	LIST_EMAIL_DOMAIN, /* domains of Reply-To and of mailto: links */
	LIST_URL,          /* host, path and query */
	LIST_ATTACHMENT,   /* contents of attachments; only as hash */
	LIST_TARGETS,
};
const char *list_target_name(enum list_target);

enum list_hash { LIST_PLAIN, LIST_MD5, LIST_SHA1, LIST_SHA256 };
enum list_encoding { LIST_HEX, LIST_BASE32 }; /* RFC 4648, lower case, no padding */

/* Where answers come from. */
enum list_source { LIST_ZONE, LIST_FILE, LIST_COUNTRY, LIST_ASN };

/* Addresses, octet by octet: "127.0.0.2", "127.0.*.3", "127.0.2.5-24". */
struct list_octets {
	uint8_t min[4], max[4];
};
bool list_octets_parse(struct span, struct list_octets *);
bool list_octets_has(const struct list_octets *, const uint8_t ip[static 4]);

#define LIST_SYMBOL_NONE UINT32_MAX /* switched off by name */

/* What an answer means. */
struct list_code {
	const struct list_octets *v; /* any of these; of LIST_COUNTRY and LIST_ASN: texts */
	size_t n;
	const struct span *texts;    /* "DE", "64496" */
	size_t ntexts;
	uint8_t bit;                 /* or: this bit of the last octet is set; 0: no */
	unsigned targets;            /* 1u << enum list_target: for which look-ups it counts */
	bool policy;                 /* says only that the address should not send mail directly: counts for the client alone */
	uint32_t symbol;             /* index into the definition's */
};

/* An answer that is no listing: over quota, forbidden resolver, bad key. */
struct list_refusal {
	struct list_octets octets;
	const char *text;            /* what it means, for the log */
};

struct list_def {
	const char *name;            /* "spamhaus-zen" */
	const char *where;           /* "FILE:LINE" */
	const char *title, *site, *limits, *note; /* for people; note: NULL or what to know before enabling it */
	bool shipped;
	bool dead;                   /* closed for good: cannot be enabled; the note says why */
	enum list_source source;
	struct span zone;            /* with the key in its place once it is enabled */
	const char *key;             /* name of the key that "{key}" in the zone stands for; NULL: none */
	const char *file;            /* of LIST_FILE */
	struct list *entries;        /* of LIST_FILE */
	unsigned targets;
	enum list_hash hash;         /* of LIST_EMAIL, LIST_URL, LIST_ATTACHMENT */
	enum list_encoding encoding;
	bool registered;             /* names are looked up as registered domains, else whole */
	bool url_ips;                /* URL_HOST, URL_DOMAIN: addresses in the place of host names are looked up, too */
	bool ipv6;                   /* has IPv6 addresses */
	bool outbound;               /* asked for outbound mail, too */
	bool exempt;                 /* takes part in lists.exempt */
	unsigned max;                /* look-ups per message and target */
	const struct list_code *codes;
	size_t ncodes;
	const struct list_refusal *refusals;
	size_t nrefusals;
	struct span listed, unlisted; /* test points; empty: none */
	struct symbol *symbols;       /* the last one is NAME_UNAVAILABLE */
	size_t nsymbols;
	unsigned number;              /* among those in use */
};

#define LIST_MAX_LOOKUPS 20    /* default of "max" */

/* What the records of an answer are, the worst first. */
enum list_answer {
	LIST_NOTHING,    /* no code that is known */
	LIST_LISTED,
	LIST_REFUSED,
	LIST_NONSENSE,   /* an address outside of 127.0.0.0/8: no list says that */
};

struct dns_answer;
/* text_r: of LIST_REFUSED: what it means. */
enum list_answer list_answer_judge(const struct list_def *, const struct dns_answer *, const char **text_r);
/* Whether a code covers one record of the answer. */
bool list_code_covers(const struct list_code *, const uint8_t ip[static 4]);

#endif
