/* Address fields and envelope paths: every result must lie in the input or the arena and be readable to its end. */
#include <stdlib.h>

#include "mail/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	struct span value = span_make((const char *)data, size);
	struct address_list list;
	struct address a;
	volatile unsigned v = 0;

	address_list_parse(arena, value, &list);
	if (list.n > ADDRESS_LIMIT || (list.cut && list.n != ADDRESS_LIMIT))
		abort();
	for (size_t i = 0; i < list.n; i++) {
		const struct address *e = &list.v[i];

		v = v + sum(e->name) + sum(e->spec) + sum(e->local) + sum(e->domain);
		if (e->domain.len != 0 && !span_ends(e->spec, e->domain))
			abort();
		if (e->spec.len > size)
			abort();
	}
	if (address_parse_path(value, &a))
		v = v + sum(a.spec) + sum(a.local) + sum(a.domain);
	arena_free(&arena);
	return 0;
}
