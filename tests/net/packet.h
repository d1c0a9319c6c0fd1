/* DNS messages for tests, written piece by piece; names are not compressed unless given as bytes. */
#ifndef WINNOW_TESTS_NET_PACKET_H
#define WINNOW_TESTS_NET_PACKET_H

#include "net/dns_wire.h"

struct packet {
	uint8_t b[65535];
	size_t len;
};

#define RESPONSE 0x8180 /* an answer, recursion desired and available */
#define TRUNCATED 0x0200

/* Header with one question. counts: answer, authority. */
void packet_begin(struct packet *, uint16_t id, unsigned flags, const char *name, unsigned type, unsigned answers, unsigned authority);
void packet_16(struct packet *, unsigned);
void packet_32(struct packet *, uint32_t);
void packet_bytes(struct packet *, const void *, size_t);
void packet_name(struct packet *, const char *name);
/* Owner, type, class IN, ttl, data. */
void packet_rr(struct packet *, const char *owner, unsigned type, uint32_t ttl, const void *data, size_t len);
/* The data is a name, behind "skip" bytes (0, or 2 for the preference of an MX). */
void packet_rr_name(struct packet *, const char *owner, unsigned type, uint32_t ttl, int preference, const char *target);
void packet_a(struct packet *, const char *owner, uint32_t ttl, const char *ip);
void packet_soa(struct packet *, const char *owner, uint32_t ttl, uint32_t minimum);
struct span packet_span(const struct packet *);

#endif
