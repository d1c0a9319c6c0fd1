#include "base/ip.h"

#include <arpa/inet.h>
#include <stdio.h>

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool ip_parse(struct span s, struct ip *ip_r)
{
	char text[IP_TEXT_MAX];
	struct ip ip = { .set = true };

	if (s.len >= 2 && s.p[0] == '[' && s.p[s.len - 1] == ']')
		s = span_sub(s, 1, s.len - 2);
	if (span_case_starts(s, SPAN_LIT("IPv6:")))
		s = span_from(s, 5);
	if (s.len == 0 || s.len >= sizeof(text) || memchr(s.p, '\0', s.len) != NULL)
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	if (inet_pton(AF_INET, text, ip.b + 12) == 1)
		memcpy(ip.b, mapped, sizeof(mapped));
	else if (inet_pton(AF_INET6, text, ip.b) != 1)
		return false;
	*ip_r = ip;
	return true;
}

bool ip_is_v4(const struct ip *ip)
{
	return ip->set && memcmp(ip->b, mapped, sizeof(mapped)) == 0;
}

bool ip_is_loopback(const struct ip *ip)
{
	static const uint8_t one[16] = { [15] = 1 };

	return ip_is_v4(ip) ? ip->b[12] == 127 : ip->set && memcmp(ip->b, one, sizeof(one)) == 0;
}

bool ip_eq(const struct ip *a, const struct ip *b)
{
	return a->set == b->set && memcmp(a->b, b->b, 16) == 0;
}

const char *ip_text(const struct ip *ip, char buf[static IP_TEXT_MAX])
{
	buf[0] = '\0';
	if (ip_is_v4(ip))
		inet_ntop(AF_INET, ip->b + 12, buf, IP_TEXT_MAX);
	else if (ip->set)
		inet_ntop(AF_INET6, ip->b, buf, IP_TEXT_MAX);
	return buf;
}

static bool equal_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned bytes = bits / 8, rest = bits % 8;

	if (memcmp(a, b, bytes) != 0)
		return false;
	return rest == 0 || ((a[bytes] ^ b[bytes]) >> (8 - rest)) == 0;
}

bool cidr_parse(struct span s, struct cidr *cidr_r)
{
	size_t slash = span_rchr(s, '/');
	struct cidr c = { .bits = 128 };
	uint64_t bits, width;

	if (!ip_parse(slash == SPAN_NPOS ? s : span_sub(s, 0, slash), &c.ip))
		return false;
	if (slash != SPAN_NPOS) {
		width = ip_is_v4(&c.ip) ? 32 : 128;
		if (!span_uint(span_from(s, slash + 1), width, &bits))
			return false;
		c.bits = (uint8_t)(bits + 128 - width);
	}
	for (unsigned i = c.bits; i < 128; i++) {
		if (c.ip.b[i / 8] >> (7 - i % 8) & 1)
			return false;
	}
	*cidr_r = c;
	return true;
}

bool cidr_has(const struct cidr *c, const struct ip *ip)
{
	return ip->set && equal_bits(c->ip.b, ip->b, c->bits);
}
