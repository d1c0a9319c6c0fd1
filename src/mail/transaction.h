/*
 * A transaction: what the MTA told us. Connection facts, envelope with its recipients, the raw message. Built by a protocol
 * (proto/) in the transaction's arena; const from the start of the scan on.
 */
#ifndef WINNOW_MAIL_TRANSACTION_H
#define WINNOW_MAIL_TRANSACTION_H

#include "base/ip.h"
#include "base/arena.h"

enum direction {
	DIR_INBOUND,  /* from a stranger */
	DIR_OUTBOUND, /* authenticated, or from our own networks */
	DIR_RELAY,    /* from a trusted relay (backup MX, fetchmail): refusing would bounce to a forged sender */
	DIR_LOCAL,    /* did not come by SMTP */
};

struct client {
	struct ip ip;         /* unset when unknown */
	uint16_t port;
	struct span name;     /* reverse name the MTA gives, confirmed or not; empty when unknown */
	struct span helo;
	struct span tls_version, tls_cipher; /* empty: no TLS */
	struct span auth_user; /* SASL login; empty: not authenticated */
	struct span daemon;   /* {daemon_name} */
};

struct rcpt {
	struct span raw;     /* the RCPT argument as it came, for edits that must echo it */
	struct span address; /* without angle brackets and source route */
	struct span args;    /* ESMTP arguments, blank separated */
};

struct envelope {
	struct span from;      /* address without angle brackets; empty: null sender */
	struct span from_args; /* ESMTP arguments */
	bool from_set;         /* the protocol gave a sender at all */
	const struct rcpt *rcpt;
	size_t nrcpt;
};

struct transaction {
	struct arena *arena;
	char id[16];           /* the log ID */
	uint64_t mark;         /* by which the crash bookkeeping knows the message */
	struct span queue_id;
	struct span mta;       /* name of the receiving MTA (j) */
	struct client client;
	struct envelope env;
	enum direction dir;
	struct span raw;       /* the message as received; lines end in CRLF or LF */
	uint64_t raw_size;     /* size on the wire; > raw.len when the message was cut at the size limit */
	int64_t received_us;   /* clock_wall_us() at its end */
};

#endif
