/*
 * JSON written straight into a buffer (RFC 8259): no tree, one pass. Strings may hold anything: control characters are escaped, bytes that are no UTF-8
 * become U+FFFD, so that the output is always valid JSON in valid UTF-8. Commas and nesting are kept here; the caller pairs begin and end.
 */
#ifndef WINNOW_PROTO_JSON_WRITER_H
#define WINNOW_PROTO_JSON_WRITER_H

#include "base/buf.h"

#define JSON_DEPTH_MAX 63

struct json {
	struct buf *out;
	uint64_t has; /* bit n: the container at depth n has a member already */
	unsigned depth;
	bool after_key;
};

#define JSON_INIT(out_) ((struct json){ .out = (out_) })

void json_object(struct json *);
void json_object_end(struct json *);
void json_array(struct json *);
void json_array_end(struct json *);

/* The name of the next member. */
void json_key(struct json *, struct span name);
#define json_name(json, literal) json_key((json), SPAN_LIT(literal))

void json_str(struct json *, struct span);
void json_int(struct json *, int64_t);
void json_bool(struct json *, bool);
void json_null(struct json *);
/* Thousandths as a number with the needed digits: 7.2 */
void json_milli(struct json *, int32_t);
/* Microseconds as seconds. */
void json_seconds(struct json *, int64_t us);

#endif
