/* IP addresses: IPv4 and IPv6 in one type (IPv4 as v4-mapped IPv6, so that comparison and CIDR need one path). */
#ifndef WINNOW_BASE_IP_H
#define WINNOW_BASE_IP_H

#include "base/span.h"

#define IP_TEXT_MAX 46

struct ip {
	uint8_t b[16]; /* network order; IPv4 as ::ffff:a.b.c.d */
	bool set;      /* false: unknown, the other fields are 0 */
};

/* "192.0.2.1", "2001:db8::1", also "IPv6:2001:db8::1" (RFC 5321, 4.1.3) and with [brackets]. */
bool ip_parse(struct span, struct ip *ip_r);
bool ip_is_v4(const struct ip *);
/* 127.0.0.0/8 or ::1. */
bool ip_is_loopback(const struct ip *);
bool ip_eq(const struct ip *, const struct ip *);
/* Returns buf; "" when not set. */
const char *ip_text(const struct ip *, char buf[static IP_TEXT_MAX]);

struct cidr {
	struct ip ip;
	uint8_t bits; /* 0..128, counted in the mapped form */
};

/* "192.0.2.0/24", "2001:db8::/32", a bare address is one host. Host bits below the mask must be 0. */
bool cidr_parse(struct span, struct cidr *cidr_r);
bool cidr_has(const struct cidr *, const struct ip *);

#endif
