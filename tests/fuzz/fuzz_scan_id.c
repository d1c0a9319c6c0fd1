/* Values of X-Winnow-ID: none but ours verifies, whatever is done to it. The input changes a genuine one: pairs of place and byte; what begins with "." is a value by itself. */
#include <stdlib.h>

#include "learn/scan_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct scan_id_keys keys = { .previous.set = false };
	struct span rcpt = SPAN_LIT("a@example.net"), value;
	struct message m = { .raw = SPAN_NONE };
	struct scan_id_input in = { .log_id = SPAN_LIT("01JNABCDEFGHJ"), .now = 1741258800, .message = &m, .rcpt = &rcpt, .nrcpt = 1 };
	struct scan_id_question q = { .reporter = &rcpt, .nreporter = 1, .now = 1741258800 };
	struct scan_id id;
	bool same = true;

	for (unsigned i = 0; i < HDR_N; i++)
		m.headers.first[i] = -1;
	scan_id_key_derive(SPAN_LIT("0123456789abcdef"), &keys.current);
	value = scan_id_make(arena, &keys.current, &in);
	if (size != 0 && data[0] == '.') {
		q.value = span_make((const char *)data + 1, size - 1);
		same = span_eq(span_trim(q.value), value);
	} else {
		char *copy = arena_bytes(arena, value.len);

		memcpy(copy, value.p, value.len);
		for (size_t i = 0; i + 1 < size; i += 2)
			copy[data[i] % value.len] = (char)data[i + 1];
		q.value = span_make(copy, value.len);
		same = memcmp(copy, value.p, value.len) == 0;
	}
	if (scan_id_verify(&keys, &q, &id) != same && q.value.len == value.len)
		abort();
	if ((id.status == SCAN_ID_VALID) != (id.log_id[0] != '\0' && id.status != SCAN_ID_EXPIRED) || id.log_id[SCAN_ID_LOG_ID] != '\0')
		abort();
	arena_free(&arena);
	return 0;
}
