#include "packet.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

void packet_bytes(struct packet *p, const void *bytes, size_t n)
{
	assert(p->len + n <= sizeof(p->b));
	memcpy(p->b + p->len, bytes, n);
	p->len += n;
}

void packet_16(struct packet *p, unsigned v)
{
	uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	packet_bytes(p, b, 2);
}

void packet_32(struct packet *p, uint32_t v)
{
	packet_16(p, v >> 16);
	packet_16(p, v & 0xffff);
}

void packet_name(struct packet *p, const char *name)
{
	while (*name != '\0') {
		uint8_t n = (uint8_t)strcspn(name, ".");

		packet_bytes(p, &n, 1);
		packet_bytes(p, name, n);
		name += n + (name[n] == '.');
	}
	packet_bytes(p, "", 1);
}

void packet_begin(struct packet *p, uint16_t id, unsigned flags, const char *name, unsigned type, unsigned answers, unsigned authority)
{
	p->len = 0;
	packet_16(p, id);
	packet_16(p, flags);
	packet_16(p, 1);
	packet_16(p, answers);
	packet_16(p, authority);
	packet_16(p, 0);
	packet_name(p, name);
	packet_16(p, type);
	packet_16(p, 1);
}

void packet_rr(struct packet *p, const char *owner, unsigned type, uint32_t ttl, const void *data, size_t len)
{
	packet_name(p, owner);
	packet_16(p, type);
	packet_16(p, 1);
	packet_32(p, ttl);
	packet_16(p, (unsigned)len);
	packet_bytes(p, data, len);
}

void packet_rr_name(struct packet *p, const char *owner, unsigned type, uint32_t ttl, int preference, const char *target)
{
	static struct packet data;

	data.len = 0;
	if (preference >= 0)
		packet_16(&data, (unsigned)preference);
	packet_name(&data, target);
	packet_rr(p, owner, type, ttl, data.b, data.len);
}

void packet_a(struct packet *p, const char *owner, uint32_t ttl, const char *ip)
{
	struct in_addr a;

	if (inet_pton(AF_INET, ip, &a) != 1)
		assert(!"no address");
	packet_rr(p, owner, DNS_A, ttl, &a, 4);
}

void packet_soa(struct packet *p, const char *owner, uint32_t ttl, uint32_t minimum)
{
	static struct packet data;

	data.len = 0;
	packet_name(&data, "ns.invalid");
	packet_name(&data, "hostmaster.invalid");
	for (unsigned i = 0; i < 4; i++)
		packet_32(&data, 3600);
	packet_32(&data, minimum);
	packet_rr(p, owner, 6, ttl, data.b, data.len);
}

struct span packet_span(const struct packet *p)
{
	return span_make((const char *)p->b, p->len);
}
