/*
 * What the store reads that it did not write just now. The first byte chooses:
 *   0  the spool's file: given whole and in pieces, the same records must come of it, and all bytes be used;
 *   1  a request of another process, 2  an answer: what is taken must keep to the limits, lie within the reading, and survive being written and read again;
 *   3  a counter as it is stored.
 */
#include <stdlib.h>

#include "store/spool_record.h"
#include "store/store_wire.h"
#include "store/window.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static uint64_t sum(struct span s)
{
	uint64_t v = s.len;

	for (size_t i = 0; i < s.len; i++)
		v = v * 31 + (unsigned char)s.p[i];
	return v;
}

/* step: how many bytes are seen more at a time (0: all). */
static uint64_t read_spool(struct span file, size_t step)
{
	size_t at = 0, end = step != 0 && step < file.len ? step : file.len;
	uint64_t v = 0;

	for (;;) {
		struct span seen = span_sub(file, at, end - at);
		size_t used = 0, skipped = 0;
		struct spool_record r;
		bool is = spool_record_read(seen, end == file.len, &r, &used, &skipped);

		require(used <= seen.len && skipped <= used);
		if (is) {
			require(store_log_name(r.log) != NULL && r.key.len >= 1 && r.key.len <= STORE_NAME_MAX && r.bytes.len <= STORE_VALUE_MAX);
			v = v * 1000003 + sum(r.key) * 7 + sum(r.bytes) + (uint64_t)r.log;
		} else if (end == file.len) {
			require(used == seen.len);
			return v;
		} else {
			end = file.len - end > step ? end + step : file.len;
		}
		at += used;
	}
}

static void check_spool(struct span file)
{
	uint64_t whole = read_spool(file, 0);

	if (file.len < 5000)
		require(read_spool(file, 7) == whole);
}

static void check_ask(struct span bytes)
{
	struct store_wire_ask head, again;
	struct store_request r;
	struct buf out = BUF_INIT(NULL);

	if (bytes.len < sizeof(head))
		return;
	memcpy(&head, bytes.p, sizeof(head));
	bytes = span_from(bytes, sizeof(head));
	if (!store_wire_read_ask(&head, bytes, &r))
		return;
	require(store_request_valid(&r));
	store_wire_write_ask(&r, head.deadline_us, &again, &out);
	require(span_eq(buf_span(&out), bytes) && memcmp(&head, &again, sizeof(head)) == 0);
	buf_free(&out);
}

static void check_answer(struct span bytes)
{
	struct store_wire_answer head, again;
	struct store_answer a;
	struct arena *arena;
	enum op_status status;
	struct buf out = BUF_INIT(NULL);

	if (bytes.len < sizeof(head))
		return;
	arena = arena_new(0);
	memcpy(&head, bytes.p, sizeof(head));
	bytes = span_from(bytes, sizeof(head));
	if (store_wire_read_answer(&head, bytes, arena, &status, &a) && status == OP_OK) {
		store_wire_write_answer(status, &a, &again, &out);
		require(span_eq(buf_span(&out), bytes) && memcmp(&head, &again, sizeof(head)) == 0);
	}
	buf_free(&out);
	arena_free(&arena);
}

static void check_window(struct span text)
{
	struct window w, again;
	char room[WINDOW_TEXT];

	window_read(&w, text);
	for (int64_t now = 1700000000000000; now < 1700000000000000 + 10; now += 3)
		require(window_add(&w, 3, 1000000, now) <= STORE_COUNT_MAX);
	window_read(&again, window_write(&w, room));
	require(memcmp(&w, &again, sizeof(w)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span rest;

	if (size == 0)
		return 0;
	rest = span_make((const char *)data + 1, size - 1);
	switch (data[0] % 4) {
	case 0:
		check_spool(rest);
		break;
	case 1:
		check_ask(rest);
		break;
	case 2:
		check_answer(rest);
		break;
	default:
		check_window(rest);
		break;
	}
	return 0;
}
