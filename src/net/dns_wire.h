/*
 * DNS messages as we write and read them (RFC 1035, 4; RFC 6891). Pure. An answer is hostile input: reading is linear in its bytes, and bounded by the limits below; what goes beyond them is malformed.
 */
#ifndef WINNOW_NET_DNS_WIRE_H
#define WINNOW_NET_DNS_WIRE_H

#include "net/dns.h"

#define DNS_QUESTION_MAX 284    /* bytes of a question: header, name of 255, type and class, OPT */
#define DNS_UDP_MAX 1232        /* what servers may answer over UDP (DNS flag day 2020) */
#define DNS_RECORDS_MAX 512     /* of the type asked for; further ones are dropped */
#define DNS_ANSWERS_MAX 1024    /* records of any type in the answer; more are malformed */
#define DNS_CNAMES_MAX 16       /* in one answer */
#define DNS_TEXT_MAX 131072     /* bytes of names and texts of one answer */

/* Lower case, without a trailing dot, into name_r. False: no such name can exist: empty, longer than 253 bytes, with an empty label or one longer than 63. */
bool dns_name_read(struct span name, char name_r[static DNS_NAME_MAX], size_t *len_r);

/* The question for a name as dns_name_read gave it (empty: the root), with an OPT record; returns its length. Recursion is desired. */
size_t dns_question_write(uint8_t out[static DNS_QUESTION_MAX], uint16_t id, struct span name, enum dns_type);

enum dns_verdict {
	DNS_READ_ANSWER,    /* FOUND, NODATA, NXDOMAIN */
	DNS_READ_FOLLOW,    /* a chain of CNAMEs whose end the answer says nothing about: to be asked for */
	DNS_READ_FAILURE,   /* SERVFAIL, REFUSED, FORMERR, NOTIMP ... */
	DNS_READ_MALFORMED, /* cannot be read, or answers another question */
};

/* Room to read into; reused from answer to answer. */
struct dns_reading {
	struct dns_answer answer; /* its records point into this structure; ttl in seconds, of the record that ends first */
	struct span follow;       /* DNS_READ_FOLLOW: the name */
	uint8_t rcode;
	struct dns_record records[DNS_RECORDS_MAX];
	char text[DNS_TEXT_MAX];
	size_t used;
};

/*
 * Reads the answer to a question for name (lower case) and type. Taken are records of that type and class IN whose owner is the end of the CNAME chain that begins at the name; for type CNAME the name itself.
 * Records that cannot be used are passed over: names with a dot, a backslash, blanks, control or 8-bit bytes within a label, addresses of a wrong length. Times to live above 2^31 are 0 (RFC 2181, 8);
 * of negative answers it is that of the SOA (RFC 2308, 5), or 0 without SOA.
 */
enum dns_verdict dns_answer_read(struct span packet, struct span name, enum dns_type, struct dns_reading *);

#endif
