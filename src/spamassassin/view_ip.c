#include "base/ascii.h"
#include "base/ip.h"
#include "spamassassin/view_ip.h"

/* One number without leading zero, up to 255; returns the bytes read, 0: none. */
static size_t read_octet(struct span s, unsigned *value_r)
{
	size_t n = 0;

	for (*value_r = 0; n < s.len && n < 3 && ascii_isdigit(s.p[n]); n++)
		*value_r = *value_r * 10 + (unsigned)(s.p[n] - '0');
	return *value_r > 255 || (n > 1 && s.p[0] == '0') ? 0 : n;
}

bool sa_is_ipv4(struct span s)
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned value;
		size_t n = read_octet(s, &value);

		if (n == 0)
			return false;
		s = span_from(s, n);
		if (i == 3)
			return s.len == 0;
		if (s.len == 0 || s.p[0] != '.')
			return false;
		s = span_from(s, 1);
	}
	return false;
}

bool sa_is_ip(struct span s)
{
	struct ip ip;

	if (sa_is_ipv4(s))
		return true;
	return span_chr(s, ':') != SPAN_NPOS && s.p[0] != '[' && ip_parse(s, &ip);
}

/* "a.b." or "a." in front and anything behind, as the networks are written. */
static bool starts_private_v4(struct span s)
{
	unsigned a, b = 0;
	size_t n = read_octet(s, &a), m;

	if (n == 0 || n >= s.len || s.p[n] != '.')
		return false;
	if (a == 10 || a == 127)
		return true;
	s = span_from(s, n + 1);
	m = read_octet(s, &b);
	if (m == 0 || m >= s.len || s.p[m] != '.')
		return false;
	return (a == 169 && b == 254) || (a == 172 && b >= 16 && b <= 31) || (a == 192 && b == 168) || (a == 100 && b >= 64 && b <= 127);
}

bool sa_is_private(struct span s)
{
	char text[IP_TEXT_MAX];
	struct ip ip;

	if (span_chr(s, ':') == SPAN_NPOS)
		return starts_private_v4(s);
	if (s.p[0] == '[' || !ip_parse(s, &ip))
		return false;
	if (ip_is_v4(&ip))
		return starts_private_v4(span_of(ip_text(&ip, text)));
	return ip_is_loopback(&ip) || (ip.b[0] == 0xfe && (ip.b[1] & 0xc0) == 0x80);
}

bool sa_ip_reverse(struct arena *arena, struct span s, struct span *reverse_r)
{
	static const char digits[] = "0123456789abcdef";
	struct ip ip;
	char *p;

	if (s.len > 5 && span_case_starts(s, SPAN_LIT("IPv6:")))
		return false;
	if (!ip_parse(s, &ip) || s.p[0] == '[')
		return false;
	if (span_chr(s, ':') == SPAN_NPOS) {
		*reverse_r = arena_printf(arena, "%u.%u.%u.%u", ip.b[15], ip.b[14], ip.b[13], ip.b[12]);
		return true;
	}
	p = arena_bytes(arena, 64);
	for (size_t i = 0; i < 32; i++) {
		uint8_t byte = ip.b[15 - i / 2];

		p[2 * i] = digits[i % 2 == 0 ? byte & 15 : byte >> 4];
		p[2 * i + 1] = '.';
	}
	*reverse_r = span_make(p, 63);
	return true;
}
