/* HTTP requests: the first byte says how the input is cut into pieces; whole or in pieces, the result must be the same. */
#include <stdlib.h>

#include "proto/http_tx.h"
#include "proto/json_writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	int status;
	size_t end;
	uint64_t body;
};

static void check_request(struct arena *arena, struct span head, const struct http_request *r)
{
	struct transaction tx = { .arena = arena };
	struct buf out = BUF_INIT(arena);
	struct json j = JSON_INIT(&out);
	const char *why;

	if (r->nfields > HTTP_FIELDS_MAX || (r->chunked && r->has_length))
		abort();
	for (size_t i = 0; i < r->nfields; i++) {
		if (r->fields[i].name.p < head.p || r->fields[i].name.p + r->fields[i].name.len > head.p + head.len)
			abort();
	}
	if (http_tx_envelope(arena, r, 10, &tx, &why) == HTTP_OK && tx.env.nrcpt > 10)
		abort();
	json_str(&j, head);
}

static struct result read_body(const struct http_request *r, struct span in, size_t step)
{
	struct http_chunks chunks = { 0 };
	struct result res = { HTTP_MORE, 0, 0 };
	size_t have = 0, taken;
	struct span data;

	if (!r->chunked)
		return (struct result){ in.len < r->length ? HTTP_MORE : HTTP_OK, 0, 0 };
	while (res.status == HTTP_MORE) {
		if (res.end == have) {
			if (have == in.len)
				break;
			have = have + step < in.len ? have + step : in.len;
		}
		res.status = http_chunks_next(&chunks, span_sub(in, res.end, have - res.end), &taken, &data);
		if (data.len > taken || taken > have - res.end || (taken == 0 && res.status == HTTP_MORE))
			abort();
		res.end += taken;
		res.body += data.len;
	}
	return res;
}

static struct result read_request(struct span in, size_t step)
{
	struct arena *arena = arena_new(0);
	struct http_head_scan scan = { 0 };
	struct http_request request;
	struct result res = { HTTP_MORE, 0, 0 };
	struct span head;
	const char *why;

	for (size_t have = step; res.status == HTTP_MORE; have += step) {
		res.status = http_head_scan(&scan, span_sub(in, 0, have), &res.end);
		if (have >= in.len)
			break;
	}
	if (res.status == HTTP_OK) {
		head = span_sub(in, scan.start, res.end - scan.start);
		res.status = http_request_parse(arena, head, &request, &why);
		if (res.status == HTTP_OK) {
			check_request(arena, head, &request);
			struct result body = read_body(&request, span_from(in, res.end), step);
			res = (struct result){ body.status, res.end + body.end, body.body };
		}
	}
	arena_free(&arena);
	return res;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_make((const char *)data, size);
	struct result whole, pieces;

	if (size == 0)
		return 0;
	in = span_from(in, 1);
	whole = read_request(in, in.len + 1);
	pieces = read_request(in, (size_t)data[0] + 1);
	if (whole.status != pieces.status || (whole.status == HTTP_OK && (whole.end != pieces.end || whole.body != pieces.body)))
		abort();
	(void)http_tx_without_mbox(in);
	return 0;
}
