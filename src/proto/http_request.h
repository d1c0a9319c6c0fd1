/*
 * HTTP/1.0 and 1.1 requests (RFC 9112), and the older form of rspamd's clients ("CHECK RSPAMC/1.3"): head and chunked bodies. Pure and incremental; every limit
 * is here. What two readers could understand differently is refused: both Content-Length and Transfer-Encoding, two different lengths, white space before a
 * colon, folded fields, bare CR, NUL.
 */
#ifndef WINNOW_PROTO_HTTP_REQUEST_H
#define WINNOW_PROTO_HTTP_REQUEST_H

#include "base/arena.h"
#include "base/err.h"

#define HTTP_LINE_MAX 8192          /* request line, one field line, one chunk-size line */
#define HTTP_FIELDS_MAX 1100        /* one per recipient, and some more */
#define HTTP_HEAD_MAX ((size_t)327680)

/* What becomes of input, when not an error: */
enum { HTTP_MORE = 0, HTTP_OK = 200 };
/* else a status: 400, 413, 414, 417, 431, 501, 505. */

struct http_field {
	struct span name, value; /* value: trimmed */
};

enum http_protocol { HTTP_1_0, HTTP_1_1, HTTP_RSPAMC };

struct http_request {
	enum http_protocol protocol;
	struct span method;
	struct span path;  /* without the query; empty with HTTP_RSPAMC */
	struct span query;
	struct http_field *fields;
	size_t nfields;
	uint64_t length;   /* of the body, when has_length */
	bool has_length;
	bool chunked;
	bool keep_alive;
	bool expect_continue;
};

/* Finds the end of the head in a growing buffer; begin with a zeroed one, give the whole buffer each time: nothing is looked at twice. */
struct http_head_scan {
	size_t at;    /* looked at so far */
	size_t line;  /* where the current line begins */
	size_t lines; /* complete lines, the request line is the first */
	size_t start; /* empty lines before the request line, skipped (RFC 9112, 2.2) */
};

/* HTTP_OK: the head is in[scan->start .. *end_r), its last empty line included. HTTP_MORE, or a status. */
int http_head_scan(struct http_head_scan *, struct span in, size_t *end_r) MUST_USE;
/* head: as found by http_head_scan; the request points into it. HTTP_OK or a status; why_r: for the error's text. */
int http_request_parse(struct arena *, struct span head, struct http_request *request_r, const char **why_r) MUST_USE;
/* Value of the first field of that name, p == NULL when there is none. */
struct span http_request_field(const struct http_request *, struct span name);

/* Chunked bodies (RFC 9112, 7.1). Extensions and trailers are read and dropped. */
enum http_chunk_state { CHUNK_SIZE, CHUNK_DATA, CHUNK_DATA_END, CHUNK_TRAILER, CHUNK_DONE };

struct http_chunks {
	enum http_chunk_state state;
	uint64_t left;   /* of the current chunk's data */
	size_t line;     /* bytes of the current line of size or trailer */
	size_t trailers; /* bytes of all */
	bool cr, digits, extension;
};

/*
 * Takes from the front of in: *taken_r bytes, of which *data_r (may be empty) are body. HTTP_OK: the body has ended; HTTP_MORE: call again, with more input once
 * everything is taken; or a status.
 */
int http_chunks_next(struct http_chunks *, struct span in, size_t *taken_r, struct span *data_r) MUST_USE;

#endif
