/* From an HTTP request of rspamd's kind to a transaction: the meaning of its header fields. Pure. */
#ifndef WINNOW_PROTO_HTTP_TX_H
#define WINNOW_PROTO_HTTP_TX_H

#include "mail/transaction.h"
#include "proto/http_request.h"

/*
 * Fills the envelope and the client from the fields From, Rcpt, IP, Helo, Hostname, User, Queue-ID, MTA-Name, TLS-Version, TLS-Cipher, Deliver-To; fields of
 * that dialect that we have no use for are ignored. HTTP_OK, or a status with why_r: more recipients than allowed, a compressed body. Everything
 * points into the request, or lives in the arena.
 */
int http_tx_envelope(struct arena *, const struct http_request *, size_t max_recipients, struct transaction *tx, const char **why_r) MUST_USE;

/* What Exim puts in front of a message of the older form: an mbox "From " line, X-Envelope-From and X-Envelope-To. Returns the message behind them. */
struct span http_tx_without_mbox(struct span body);

#endif
