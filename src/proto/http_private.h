/* The HTTP connection, shared by the files that read requests (http.c), choose what they ask for (http_route.c) and answer (http_answer.c). */
#ifndef WINNOW_PROTO_HTTP_PRIVATE_H
#define WINNOW_PROTO_HTTP_PRIVATE_H

#include "proto/http.h"
#include "proto/http_request.h"
#include "proto/stream.h"

enum http_state {
	ST_HEAD,   /* request line and fields; idle when nothing has come */
	ST_BODY,
	ST_SCAN,   /* our reply is due; what the peer sends ahead waits */
	ST_FLUSH,  /* the reply is going out */
	ST_LINGER, /* it is out; what still comes is dropped, until the peer has seen it */
};

/* What a request asks for. */
enum http_kind { KIND_SCAN, KIND_SCAN_OLD, KIND_PING, KIND_HEALTHY, KIND_RSPAMC, KIND_RSPAMC_PING };

struct http_conn {
	struct conn conn; /* first */
	struct stream stream;
	const struct http_settings *set;
	struct peer peer;
	enum http_state state;
	bool eof;         /* the peer sends no more */
	bool close_after; /* this reply is the last */
	bool unread;      /* a request is being refused before it was read */
	struct buf in;
	size_t taken;     /* of in: read already */
	/* The request. */
	struct http_head_scan head;
	struct http_request request;
	enum http_kind kind;
	struct arena *arena; /* of the transaction */
	struct transaction *tx;
	struct http_chunks chunks;
	struct buf body;     /* on the heap: large ones grow without copies left behind */
	bool overload;      /* the process has no room for this body */
	uint64_t body_seen;
	int64_t begin_us;
	/* "Date: ..." of the last reply: formatted once a second. */
	char date[48];
	int64_t date_s;
	struct submission *submission;
};

/* What a step of the connection leads to. */
enum http_next {
	NEXT_GO,   /* to the next step, at once */
	NEXT_WAIT, /* for the peer or for the scan */
	NEXT_GONE, /* the connection is closed, its memory freed */
};

/* What has been read and not taken yet. */
static inline struct span http_input(const struct http_conn *c)
{
	return span_from(buf_span(&c->in), c->taken);
}

/* Frees what belongs to the request; cancels its scan. */
void http_request_forget(struct http_conn *);
/* Closes the connection and frees it. */
void http_close(struct http_conn *);
void http_log_trouble(const struct http_conn *, const char *msg, const char *why, int status);

/* http_route.c. What a request line asks for: HTTP_OK, 404 or 405. */
int http_route(const struct http_request *, enum http_kind *kind_r);
bool http_kind_is_scan(enum http_kind);

/* http_answer.c. Each sends an answer as one write and forgets the request. */
enum http_next http_respond(struct http_conn *, int status, const char *type, struct span body);
/* An error that leaves the connection in order: the request was read whole. */
enum http_next http_respond_error(struct http_conn *, int status, const char *why);
/* Bad input: the answer, then the end, whatever else the peer sends. */
enum http_next http_refuse(struct http_conn *, int status, const char *why);
/* Everything is out: the next request, or the end. */
enum http_next http_reply_sent(struct http_conn *);

#endif
