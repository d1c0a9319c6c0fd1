/* Received fields, one a line, and the walk through them: what is read lies in the input and has the form it promises; trust in one network leads to no address of that network. */
#include <stdlib.h>

#include "auth/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool trusted(const void *ctx, const struct ip *ip)
{
	(void)ctx;
	return ip_is_v4(ip) && ip->b[12] == 198;
}

static unsigned sum(struct span s)
{
	unsigned v = 0;

	for (size_t i = 0; i < s.len; i++)
		v += (uint8_t)s.p[i];
	return v;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct received v[RECEIVED_MAX];
	struct received_list list = { v, 0 };
	struct span rest = span_make((const char *)data, size);
	struct ip client = { .b = { [10] = 0xff, [11] = 0xff, [12] = 198 }, .set = true };
	volatile unsigned bytes = 0;
	struct origin o;

	while (rest.len != 0 && list.n < RECEIVED_MAX) {
		struct span line = span_split(&rest, '\n');
		struct received *r = &v[list.n++];

		if (!received_parse(arena, line, r))
			require(!r->ip.set && r->by.len == 0 && r->helo.len == 0 && r->date == 0);
		bytes = bytes + sum(r->helo) + sum(r->name) + sum(r->by) + sum(r->protocol);
		require(r->helo.len <= line.len && r->by.len <= line.len && r->name.len <= 255 && r->protocol.len <= 32);
		require(span_chr(r->name, ' ') == SPAN_NPOS && span_chr(r->name, '@') == SPAN_NPOS && span_chr(r->name, '[') == SPAN_NPOS);
	}
	o = origin_find(&list, &client, SPAN_NONE, SPAN_NONE, trusted, NULL);
	require(o.hops <= list.n && (!o.ip.set || !trusted(NULL, &o.ip)));
	arena_free(&arena);
	return 0;
}
