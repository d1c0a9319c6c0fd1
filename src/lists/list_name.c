#include "lists/list_name.h"

#include <openssl/evp.h>

#include "net/dns.h"

#define HASH_MAX 32

static struct span with_zone(struct arena *arena, const struct list_def *d, struct span left)
{
	if (left.len == 0 || left.len + 1 + d->zone.len > DNS_NAME_MAX)
		return SPAN_NONE;
	return arena_printf(arena, "%.*s.%.*s", SPAN_ARG(left), SPAN_ARG(d->zone));
}

struct span list_name_ip(struct arena *arena, const struct list_def *d, const struct ip *ip)
{
	char text[64];

	if (!ip->set || (!ip_is_v4(ip) && !d->ipv6))
		return SPAN_NONE;
	if (ip_is_v4(ip))
		return arena_printf(arena, "%u.%u.%u.%u.%.*s", ip->b[15], ip->b[14], ip->b[13], ip->b[12], SPAN_ARG(d->zone));
	for (size_t i = 0; i < 16; i++) {
		static const char digits[] = "0123456789abcdef";

		text[4 * i] = digits[ip->b[15 - i] & 15];
		text[4 * i + 1] = '.';
		text[4 * i + 2] = digits[ip->b[15 - i] >> 4];
		text[4 * i + 3] = '.';
	}
	return with_zone(arena, d, span_make(text, sizeof(text) - 1));
}

static struct span hex(struct arena *arena, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_bytes(arena, 2 * n);

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 15];
	}
	return span_make(text, 2 * n);
}

/* RFC 4648, 6, in lower case and without padding. */
static struct span base32(struct arena *arena, const uint8_t *p, size_t n)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz234567";
	size_t len = (n * 8 + 4) / 5;
	char *text = arena_bytes(arena, len);

	for (size_t i = 0; i < len; i++) {
		size_t bit = i * 5;
		unsigned two = (unsigned)p[bit / 8] << 8 | (bit / 8 + 1 < n ? p[bit / 8 + 1] : 0);

		text[i] = digits[two >> (11 - bit % 8) & 31];
	}
	return span_make(text, len);
}

static struct span hashed(struct arena *arena, const struct list_def *d, struct span value)
{
	const EVP_MD *md = d->hash == LIST_MD5 ? EVP_md5() : d->hash == LIST_SHA1 ? EVP_sha1() : EVP_sha256();
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned n;

	if (EVP_Digest(value.p, value.len, hash, &n, md, NULL) != 1 || n > HASH_MAX)
		return SPAN_NONE; /* an OpenSSL without MD5 */
	return d->encoding == LIST_BASE32 ? base32(arena, hash, n) : hex(arena, hash, n);
}

/* A mail address in a name: "local.example.com"; only what names can hold. */
static struct span dotted(struct arena *arena, struct span value)
{
	char *p = arena_str(arena, value);

	for (size_t i = 0; i < value.len; i++) {
		bool plain = (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= '0' && p[i] <= '9') || p[i] == '-' || p[i] == '_' || p[i] == '.' || p[i] == '@';

		if (!plain)
			return SPAN_NONE;
		if (p[i] == '@')
			p[i] = '.';
	}
	return span_make(p, value.len);
}

struct span list_name_item(struct arena *arena, const struct list_def *d, enum list_target target, const struct list_item *item)
{
	switch (target) {
	case LIST_URL_HOST:
	case LIST_URL_DOMAIN:
		if (item->ip.set && !d->url_ips)
			return SPAN_NONE;
		break;
	case LIST_EMAIL:
	case LIST_URL:
	case LIST_ATTACHMENT:
		return with_zone(arena, d, d->hash == LIST_PLAIN ? dotted(arena, item->value) : hashed(arena, d, item->value));
	default:
		break;
	}
	if (item->ip.set)
		return list_name_ip(arena, d, &item->ip);
	return with_zone(arena, d, target != LIST_URL_HOST && d->registered && item->domain.len != 0 ? item->domain : item->value);
}

struct span list_name_test(struct arena *arena, const struct list_def *d, struct span point)
{
	struct ip ip;

	return ip_parse(point, &ip) ? list_name_ip(arena, d, &ip) : with_zone(arena, d, point);
}
