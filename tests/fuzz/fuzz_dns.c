/*
 * DNS answers as we read them. The first byte chooses the type, the rest is the message; the name asked for is the question's own, so that what comes behind is reached. What is taken must lie within the reading, hold to the
 * limits, and survive being kept in the cache.
 */
#include <stdlib.h>

#include "net/dns_cache.h"
#include "net/dns_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check_name(struct span name)
{
	require(name.len <= DNS_NAME_MAX);
	for (size_t i = 0; i < name.len; i++)
		require(name.p[i] > ' ' && name.p[i] < 0x7f && !(name.p[i] >= 'A' && name.p[i] <= 'Z'));
}

static void check_answer(const struct dns_answer *a, enum dns_type type)
{
	require(a->n <= DNS_RECORDS_MAX && (a->n != 0) == (a->result == DNS_FOUND) && a->ttl <= INT32_MAX);
	for (size_t i = 0; i < a->n; i++) {
		const struct dns_record *v = &a->v[i];

		check_name(v->name);
		require(v->ip.set == (type == DNS_A || type == DNS_AAAA));
		require(v->text.len <= 65535 && (type == DNS_TXT || v->text.len == 0));
		require(i == 0 || a->v[i - 1].preference <= v->preference);
		for (size_t j = 0; j < v->text.len; j++) {
			volatile char c = v->text.p[j];

			(void)c;
		}
	}
}

/* The name of the question, as labels without pointers; lower case. */
static size_t question_name(struct span packet, char name[static DNS_NAME_MAX])
{
	size_t at = 12, n = 0;

	while (at < packet.len && packet.p[at] > 0 && packet.p[at] <= 63 && at + 1 + (size_t)packet.p[at] <= packet.len) {
		size_t len = (size_t)packet.p[at++];

		if (n + len + 1 > DNS_NAME_MAX)
			break;
		if (n != 0)
			name[n++] = '.';
		for (size_t i = 0; i < len; i++) {
			char c = packet.p[at++];

			name[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
		}
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum dns_type types[] = { DNS_A, DNS_NS, DNS_CNAME, DNS_PTR, DNS_MX, DNS_TXT, DNS_AAAA };
	static struct dns_reading r;
	enum dns_type type;
	struct span packet, asked;
	struct dns_cache *cache;
	char name[DNS_NAME_MAX];

	if (size == 0)
		return 0;
	type = types[data[0] % (sizeof(types) / sizeof(types[0]))];
	packet = span_make((const char *)data + 1, size - 1);
	asked = span_make(name, question_name(packet, name));
	switch (dns_answer_read(packet, asked, type, &r)) {
	case DNS_READ_ANSWER: {
		struct dns_key key;

		check_answer(&r.answer, type);
		cache = dns_cache_new(100, 65536);
		key = dns_key_make(cache, asked, type);
		check_answer(&dns_cache_put(cache, &key, &r.answer)->answer, type);
		dns_cache_free(&cache);
		break;
	}
	case DNS_READ_FOLLOW:
		require(r.follow.len != 0 || r.rcode == 0);
		check_name(r.follow);
		break;
	case DNS_READ_FAILURE:
		require(r.rcode != 0 && r.rcode != 3);
		break;
	case DNS_READ_MALFORMED:
		break;
	}
	return 0;
}
