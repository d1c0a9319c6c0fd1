/* Shared by the files that write one HTTP answer. */
#ifndef WINNOW_PROTO_HTTP_REPLY_PRIVATE_H
#define WINNOW_PROTO_HTTP_REPLY_PRIVATE_H

#include "base/map.h"
#include "proto/http_reply.h"
#include "proto/json_writer.h"

#define KEY(json, literal) json_name(json, literal)

struct http_writer {
	struct json json;
	struct arena *arena;
	const struct transaction *tx;
	const struct outcome *out;
	/* Hits by symbol: symbols in order of their first hit, each with a chain of hits (index + 1, 0 ends it). */
	uint16_t *symbols;
	size_t nsymbols;
	uint32_t *first, *next;
	struct hash_key key; /* of all maps here; drawn when the first is needed: it costs a system call */
	bool has_key;
};

void http_reply_map(struct http_writer *, struct map *, bool fold);

/* "milter": {...}, when there is something to change or the mail is held or dropped. */
void http_reply_edits(struct http_writer *);
/* "subject": the new one, when it changes. */
void http_reply_subject(struct http_writer *);

#endif
