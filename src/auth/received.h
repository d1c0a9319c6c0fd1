/*
 * Received fields (RFC 5321, 4.4) as Postfix, Sendmail, Exim, qmail, Exchange, Gmail and others write them, and what they tell: who handed the message to whom. Pure. Only the fields that our own and trusted
 * hosts wrote can be believed.
 */
#ifndef WINNOW_AUTH_RECEIVED_H
#define WINNOW_AUTH_RECEIVED_H

#include "base/ip.h"
#include "mail/message.h"

#define RECEIVED_MAX 50 /* fields looked at, from the top */

struct received {
	struct ip ip;         /* of the client; unset: not told */
	struct span helo;     /* what it called itself */
	struct span name;     /* reverse name that the writer looked up; empty: none or "unknown" */
	struct span by;       /* the host that wrote the field */
	struct span protocol; /* "ESMTPSA", upper case as written; RFC 3848 */
	bool authenticated;   /* protocol with "A", or the writer's words for it */
	int64_t date;         /* seconds; 0: missing or bad */
};

/* One field's value (header.value); of long ones the first 2 KiB and the date. False: nothing could be read. */
bool received_parse(struct arena *, struct span value, struct received *received_r);

/* Of the message, top first, at most RECEIVED_MAX; those that cannot be read are zeroed. */
struct received_list {
	struct received *v;
	size_t n;
};
struct received_list received_all(struct arena *, const struct header_list *);

/*
 * The client that counts: the SMTP client itself, or, when that is one of the trusted (own networks, trusted relays), the first untrusted one told by the chain of fields that trusted hosts wrote.
 * The field that the scanning MTA itself would write is not in the message yet (milter), so the topmost field was written by the client.
 */
struct origin {
	struct ip ip;        /* unset: unknown, or the message began inside of our networks */
	struct span helo;
	struct span name;
	unsigned hops;       /* fields passed over; 0: the SMTP client itself */
	bool authenticated;  /* told by a trusted host: a client that logged in there */
};
struct origin origin_find(const struct received_list *, const struct ip *client, struct span helo, struct span name,
			  bool (*trusted)(const void *ctx, const struct ip *), const void *ctx);

#endif
