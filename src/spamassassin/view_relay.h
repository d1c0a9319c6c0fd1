/* What the files view_relay*.c share. Private to them. */
#ifndef WINNOW_SPAMASSASSIN_VIEW_RELAY_H
#define WINNOW_SPAMASSASSIN_VIEW_RELAY_H

#include "base/ip.h"
#include "spamassassin/view_header.h"

/* A form that a Received field may have, in the notation of view_relay_forms.c. */
enum relay_family { FAMILY_ANY, FAMILY_SMTPSVC, FAMILY_EXCHANGE, FAMILY_XMAIL, FAMILY_ECELERITY, FAMILY_EXIM, FAMILY_POSTFIX, FAMILY_SCALIX, FAMILY_LOTUS,
	FAMILY_UPPER /* "FROM ... BY" */, FAMILY_PAREN /* "(from" */ };

enum relay_flag {
	RELAY_LOOKED_UP = 1,     /* this program looks for reverse names: without one there is none */
	RELAY_UNKNOWN_NAME = 2,  /* it writes "unknown" for that */
	RELAY_SUB = 4,           /* %s holds "helo=" and "ident=" */
	RELAY_HELO_IS_NAME = 8,  /* HELO is not written when it is the reverse name */
	RELAY_IDENT_IN_NAME = 16, /* "IDENT:user@name" */
	RELAY_QMAIL = 32,        /* looked up unless the name is "unknown"; only behind the form of RELAY_QMAIL_GATE */
	RELAY_QMAIL_GATE = 64,
	RELAY_COURIER = 128,     /* the name "softdnserr" is none */
	RELAY_XMAIL = 256,       /* id and sender stand elsewhere */
	RELAY_OBTUSE = 512,      /* looked up unless the name is "UNKNOWN" */
	RELAY_NO_ID = 1024,
	RELAY_PARTIAL = 2048,    /* the rest of the field is told by other forms */
	RELAY_IF_IP = 4096,      /* enough when an address is known by now */
	RELAY_SKIP = 8192,       /* no handover between hosts, or one that tells nothing */
	RELAY_POP = 16384,       /* mail was fetched from a mailbox: what is above it is not its way */
	RELAY_SCANNER = 32768,   /* qmail-scanner: its sender belongs to the next field */
};

struct relay_form {
	enum relay_family family;
	unsigned flags;
	const char *need; /* a literal without which the form does not match; NULL: none */
	const char *form;
};
extern const struct relay_form relay_forms[]; /* in the order in which they are tried; ended by form == NULL */

struct relay_auth {
	const char *need;
	const char *pattern;
	const char *text; /* "%1" and so on are captures; */
};
extern const struct relay_auth relay_auths[]; /* ended by pattern == NULL */

#define RELAY_CAPTURES 6

struct relay_pattern {
	struct regex *regex;
	char fields[RELAY_CAPTURES + 1]; /* letters of the captures in order */
};

struct relay_net {
	struct cidr cidr;
	bool exclude;
};

struct relay_nets {
	struct relay_net *v;
	size_t n, cap;
	bool configured;
};

struct sa_relay_config {
	struct relay_pattern *patterns; /* as relay_forms */
	struct regex **auths;           /* as relay_auths */
	struct regex *date, *id, *helo_equals, *helo_word, *by, *sender, *exchange, *plain_from, *local_for, *bracketed, *any_ip, *guess, *xmail_id, *xmail_from, *sub_helo, *sub_ident;
	struct relay_nets trusted, internal, msa;
	struct sa_list originating; /* originating_ip_headers */
};

enum relay_result { RELAY_UNREADABLE, RELAY_NONE, RELAY_FETCHED, RELAY_READ };

/* parse_received_line(). line: unfolded. scanner_from: sender that a qmail-scanner's field gave; set by RELAY_SCANNER. */
enum relay_result relay_parse(struct sa_view *, struct span line, struct sa_relay *relay_r, struct span *scanner_from);
/* Compiles forms and auths. */
void relay_patterns(struct arena *, struct sa_relay_config *);
/* Fills as_string. */
void relay_describe(struct arena *, struct sa_relay *);

#endif
