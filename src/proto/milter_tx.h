/*
 * What the milter commands of one connection add up to: facts of the SMTP session, and the transaction under construction. Pure: no sockets. Every function
 * takes a frame's data and returns false when it is malformed.
 */
#ifndef WINNOW_PROTO_MILTER_TX_H
#define WINNOW_PROTO_MILTER_TX_H

#include "mail/transaction.h"
#include "proto/milter_wire.h"

/* A fact that outlives a message. What is longer is cut: host names have 255 bytes, logins are short. */
struct milter_text {
	size_t len;
	char bytes[256];
};

struct milter_tx {
	/* Limits. */
	size_t max_size, max_recipients;
	bool leadspc; /* header values carry the blank behind the colon */
	/* The session. */
	struct milter_text name, macro_name, helo, tls_version, tls_cipher, daemon, mta;
	struct ip ip;
	uint16_t port;
	bool by_smtp;
	/* The message. */
	struct milter_text auth_user, queue_id;
	struct arena *arena;    /* NULL: no envelope yet. Taken over by the transaction's user with the rest: milter_tx_reset() frees it. */
	struct transaction *tx;
	struct rcpt *rcpt;
	size_t nrcpt, cap_rcpt;
	struct buf raw;         /* on the heap: large messages grow without copies left behind */
	uint64_t raw_size;
	bool in_body;           /* the empty line is there */
};

void milter_tx_init(struct milter_tx *, size_t max_size, size_t max_recipients);
/* Forgets the message (and what macros told about it), frees its memory. */
void milter_tx_reset(struct milter_tx *);
/* Forgets the session too. */
void milter_tx_reset_session(struct milter_tx *);

bool milter_tx_macro(struct milter_tx *, struct span data) MUST_USE;
bool milter_tx_connect(struct milter_tx *, struct span data) MUST_USE;
bool milter_tx_helo(struct milter_tx *, struct span data) MUST_USE;
/* Begins the message. */
bool milter_tx_mail(struct milter_tx *, struct span data) MUST_USE;
enum milter_rcpt { MILTER_RCPT_OK, MILTER_RCPT_TOO_MANY, MILTER_RCPT_BAD };
enum milter_rcpt milter_tx_rcpt(struct milter_tx *, struct span data) MUST_USE;
bool milter_tx_header(struct milter_tx *, struct span data) MUST_USE;
void milter_tx_end_header(struct milter_tx *);
void milter_tx_body(struct milter_tx *, struct span data);
/* More has come than is kept. */
bool milter_tx_is_full(const struct milter_tx *);
/* The finished transaction; lives until milter_tx_reset(). */
struct transaction *milter_tx_finish(struct milter_tx *);

#endif
