#include "proto/http.h"

#include <stdlib.h>

#include "base/clock.h"
#include "io/log.h"
#include "proto/http_private.h"
#include "proto/http_reply.h"
#include "proto/http_tx.h"

#define OVERLOAD_TEXT "too many bytes in flight, try again later"
#define READ_SIZE 16384
/* An input buffer that grew beyond this is given back. */
#define KEEP_SIZE 65536
/* Bodies get what they claim at once up to here; beyond, memory grows with what has really come. */
#define BODY_FIRST 1048576
/* How far above scan.max_size a body may be: it is scanned in part. */
#define BODY_FACTOR 4

#define F(field) offsetof(struct http_settings, field)
static const struct setting rows[] = {
	{ "listen", SET_STRINGS, F(listen), "{ \"inet:127.0.0.1:11333\" }", 0, 0, NULL, 0,
	  "Where clients ask for scans by HTTP: \"inet:HOST:PORT\", \"inet6:[ADDRESS]:PORT\", \"unix:/PATH\"; {} for none. Whoever connects can have mail scanned." },
	{ "idle_timeout", SET_DURATION, F(idle_timeout_us), "\"60s\"", 1000000, 86400000000, NULL, 0, "The longest wait for the next request on a connection." },
	{ "read_timeout", SET_DURATION, F(read_timeout_us), "\"60s\"", 1000000, 3600000000, NULL, 0,
	  "The longest that one request may take to arrive, or its answer to be read." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool check_settings(const void *values, struct err *err_r)
{
	return address_specs_check(&((const struct http_settings *)values)->listen, "listen", err_r);
}

const struct setting_set http_setting_set = {
	.name = "http", .kind = SET_ONE, .doc = "The scan port, for rspamd's clients and for winnow scan.", .size = sizeof(struct http_settings), .rows = rows,
	.check = check_settings,
};

static struct http_conn *from_conn(struct conn *c)
{
	return (struct http_conn *)c;
}

void http_request_forget(struct http_conn *c)
{
	submission_cancel(&c->submission);
	buf_free(&c->body);
	arena_free(&c->arena);
	c->tx = NULL;
}

void http_close(struct http_conn *c)
{
	http_request_forget(c);
	stream_close(&c->stream);
	buf_free(&c->in);
	conn_remove(&c->conn);
	free(c);
}

static void close_conn(struct conn *c)
{
	http_close(from_conn(c));
}

void http_log_trouble(const struct http_conn *c, const char *msg, const char *why, int status)
{
	char ip[IP_TEXT_MAX];
	struct log_line l;

	log_begin(&l, LOG_LEVEL_WARN, msg);
	log_cstr(&l, "why", why);
	if (status != 0)
		log_int(&l, "status", status);
	log_cstr(&l, "peer", c->peer.ip.set ? ip_text(&c->peer.ip, ip) : "local");
	log_end(&l);
}

static void close_with(struct http_conn *c, const char *why)
{
	http_log_trouble(c, "http connection closed", why, 0);
	http_close(c);
}

/* The scan. */

static enum http_next advance(struct http_conn *c);

static void message_done(void *ctx, const struct outcome *out)
{
	struct http_conn *c = ctx;
	struct buf text = BUF_INIT(c->arena);
	int64_t spent_us = clock_mono_us() - c->begin_us;

	c->submission = NULL; /* it has ended: nothing to cancel */
	(void)buf_reserve(&text, 4096);
	if (c->kind == KIND_RSPAMC)
		http_reply_rspamc(&text, c->tx, out);
	else
		http_reply_json(&text, c->tx, out, spent_us > 0 ? spent_us : 0, c->kind == KIND_SCAN_OLD);
	if (http_respond(c, 200, "application/json", buf_span(&text)) == NEXT_GO)
		(void)advance(c);
}

static enum http_next submit(struct http_conn *c)
{
	/* The older form has no words for edits, hold and discard: such verdicts are lowered before they are answered. */
	unsigned caps = c->kind == KIND_RSPAMC ? 0 : CAP_HEADERS | CAP_RECIPIENTS | CAP_HOLD | CAP_DISCARD;
	struct service *service = c->conn.service;

	c->tx->raw = buf_span(&c->body);
	c->tx->raw_size = c->body_seen;
	if (c->kind == KIND_RSPAMC) {
		c->tx->raw = http_tx_without_mbox(c->tx->raw);
		c->tx->raw_size -= c->body.len - c->tx->raw.len;
	}
	c->tx->received_us = clock_wall_us();
	c->state = ST_SCAN;
	stream_expect(&c->stream, 0);
	c->submission = service_submit(service, c->tx, true, caps, loop_now_us(service->loop) - c->begin_us, message_done, c);
	return NEXT_WAIT;
}

/* The request has come whole. */
static enum http_next dispatch(struct http_conn *c)
{
	switch (c->kind) {
	case KIND_PING:
		return http_respond(c, 200, "text/plain", SPAN_LIT("pong\r\n"));
	case KIND_HEALTHY:
		return http_respond(c, 200, "application/json", SPAN_LIT("{\"success\":true}\r\n"));
	case KIND_RSPAMC_PING:
		return http_respond(c, 200, "", SPAN_LIT("RSPAMD/1.3 0 PONG\r\n"));
	case KIND_SCAN:
	case KIND_SCAN_OLD:
	case KIND_RSPAMC:
		break;
	}
	return submit(c);
}

/* The body. */

static uint64_t body_limit(const struct http_conn *c)
{
	return (uint64_t)engine_scan_settings(c->conn.service->engine)->max_size * BODY_FACTOR;
}

static size_t min_size(uint64_t a, uint64_t b)
{
	return (size_t)(a < b ? a : b);
}

/* Counts what stands at the end of the body buffer, or was dropped, as received. */
static void body_came(struct http_conn *c, size_t kept, size_t seen)
{
	c->body_seen += seen;
	if (kept != 0 && c->conn.busy && !conn_message_grow(&c->conn, kept))
		c->overload = true;
}

static void body_add(struct http_conn *c, struct span data)
{
	size_t before = c->body.len;

	buf_add(&c->body, data);
	body_came(c, c->body.len - before, data.len);
}

static void input_take(struct http_conn *c, size_t n)
{
	c->taken += n;
	if (c->taken != c->in.len)
		return;
	buf_clear(&c->in);
	c->taken = 0;
	if (c->in.cap > KEEP_SIZE)
		buf_free(&c->in);
}

/* More input behind what is there; false: nothing more now. */
static bool input_read(struct http_conn *c)
{
	char *p;
	size_t got;

	if (c->taken != 0) {
		buf_drop(&c->in, c->taken);
		c->taken = 0;
	}
	p = buf_reserve(&c->in, READ_SIZE); /* never NULL: the buffer has no limit of its own */
	got = stream_read(&c->stream, p, c->in.cap - c->in.len);
	c->in.len += got;
	return got != 0;
}

/* A body of known length is read straight to its place. False: nothing more now. */
static bool body_read(struct http_conn *c)
{
	uint64_t left = c->request.length - c->body_seen;
	char *p = c->body.len < c->body.max ? buf_reserve(&c->body, 1) : NULL;
	char scratch[READ_SIZE];
	size_t got;

	if (p == NULL) {
		got = stream_read(&c->stream, scratch, min_size(left, sizeof(scratch)));
		body_came(c, 0, got);
		return got != 0;
	}
	got = stream_read(&c->stream, p, min_size(left, c->body.cap - c->body.len));
	c->body.len += got;
	body_came(c, got, got);
	return got != 0;
}

static enum http_next step_plain_body(struct http_conn *c)
{
	size_t here = min_size(c->request.length - c->body_seen, http_input(c).len);

	if (here != 0) {
		body_add(c, span_sub(http_input(c), 0, here));
		input_take(c, here);
	}
	while (c->body_seen < c->request.length && !c->overload) {
		if (!body_read(c))
			return NEXT_WAIT;
	}
	return c->overload ? http_refuse(c, 503, OVERLOAD_TEXT) : dispatch(c);
}

static enum http_next step_chunked_body(struct http_conn *c)
{
	size_t taken;
	struct span data;
	int status;

	if (http_input(c).len == 0 && !input_read(c))
		return NEXT_WAIT;
	status = http_chunks_next(&c->chunks, http_input(c), &taken, &data);
	if (status != HTTP_MORE && status != HTTP_OK)
		return http_refuse(c, status, "bad chunked body");
	body_add(c, data);
	input_take(c, taken);
	if (c->overload)
		return http_refuse(c, 503, OVERLOAD_TEXT);
	if (c->body_seen > body_limit(c))
		return http_refuse(c, 413, "message too large");
	return status == HTTP_OK ? dispatch(c) : NEXT_GO;
}

static enum http_next step_body(struct http_conn *c)
{
	return c->request.chunked ? step_chunked_body(c) : step_plain_body(c);
}

/* The head. */

static bool has_body(const struct http_conn *c)
{
	return c->request.chunked || (c->request.has_length && c->request.length != 0);
}

/* What the request asks for, and whether its body may come. */
static int check_request(struct http_conn *c, const char **why_r)
{
	const struct scan_settings *scan = engine_scan_settings(c->conn.service->engine);
	int status = http_route(&c->request, &c->kind);

	*why_r = status == 404 ? "unknown path" : "method not allowed";
	if (status != HTTP_OK || !http_kind_is_scan(c->kind))
		return status;
	*why_r = "a message needs Content-Length or chunks";
	if (!c->request.chunked && !c->request.has_length)
		return 411;
	*why_r = "message too large";
	if (c->request.length > body_limit(c))
		return 413;
	return http_tx_envelope(c->arena, &c->request, (size_t)scan->max_recipients, c->tx, why_r);
}

static void body_begin(struct http_conn *c)
{
	const struct scan_settings *scan = engine_scan_settings(c->conn.service->engine);

	conn_message_begin(&c->conn);
	c->body = (struct buf){ .max = (size_t)scan->max_size };
	if (c->request.length != 0)
		(void)buf_reserve(&c->body, min_size(c->request.length, min_size(BODY_FIRST, c->body.max)));
}

static enum http_next request_begin(struct http_conn *c)
{
	static const struct span go_on = { "HTTP/1.1 100 Continue\r\n\r\n", 25 };
	const char *why = "";
	int status = check_request(c, &why);

	/* Where its body begins, or whether it has one, is not known to both sides alike: nothing more can be read. */
	if (status != HTTP_OK && (has_body(c) || status == 411))
		return http_refuse(c, status, why);
	if (status != HTTP_OK)
		return http_respond_error(c, status, why);
	memset(&c->chunks, 0, sizeof(c->chunks));
	c->body_seen = 0;
	c->overload = false;
	if (http_kind_is_scan(c->kind))
		body_begin(c);
	else if (has_body(c))
		return http_refuse(c, 413, "no body expected");
	if (c->request.expect_continue && has_body(c) && http_input(c).len == 0)
		(void)stream_write(&c->stream, &go_on, 1);
	c->state = ST_BODY;
	return NEXT_GO;
}

static enum http_next head_done(struct http_conn *c, size_t end)
{
	struct span head;
	const char *why = "";
	int status;

	c->arena = arena_new(0);
	c->tx = ARENA_NEW(c->arena, struct transaction);
	c->tx->arena = c->arena;
	head = arena_copy(c->arena, span_sub(http_input(c), c->head.start, end - c->head.start));
	input_take(c, end);
	status = http_request_parse(c->arena, head, &c->request, &why);
	return status == HTTP_OK ? request_begin(c) : http_refuse(c, status, why);
}

/* The first bytes of a request have come: the whole of it has its time from now. */
static void request_started(struct http_conn *c)
{
	if (c->conn.in_session)
		return;
	c->conn.in_session = true;
	c->begin_us = loop_now_us(c->conn.service->loop);
	memset(&c->request, 0, sizeof(c->request));
	stream_expect(&c->stream, c->set->read_timeout_us);
}

static enum http_next step_head(struct http_conn *c)
{
	size_t end;
	int status;

	if (http_input(c).len > c->head.at || input_read(c)) {
		request_started(c);
		status = http_head_scan(&c->head, http_input(c), &end);
		if (status == HTTP_OK)
			return head_done(c, end);
		if (status != HTTP_MORE)
			return http_refuse(c, status, status == 400 ? "bad request" : "request head too large");
		return NEXT_GO;
	}
	return NEXT_WAIT;
}

static enum http_next step_linger(struct http_conn *c)
{
	char scratch[READ_SIZE];

	while (stream_read(&c->stream, scratch, sizeof(scratch)) != 0)
		;
	return NEXT_WAIT;
}

static enum http_next step_wait(struct http_conn *c)
{
	(void)c;
	return NEXT_WAIT;
}

/* Steps until nothing more can be done. NEXT_WAIT or NEXT_GONE. */
static enum http_next advance(struct http_conn *c)
{
	static enum http_next (*const steps[])(struct http_conn *) = {
		[ST_HEAD] = step_head, [ST_BODY] = step_body, [ST_SCAN] = step_wait, [ST_FLUSH] = step_wait, [ST_LINGER] = step_linger,
	};
	enum http_next next;

	do
		next = steps[c->state](c);
	while (next == NEXT_GO);
	if (next == NEXT_WAIT && c->state <= ST_BODY && c->conn.in_session)
		stream_acknowledge(&c->stream);
	if (next == NEXT_GONE || !c->eof || c->state == ST_SCAN || c->state == ST_FLUSH)
		return next;
	/* The peer sends no more, and no request is complete. */
	if (c->state == ST_LINGER || http_input(c).len == 0)
		http_close(c);
	else
		close_with(c, "disconnected");
	return NEXT_GONE;
}

static void on_readable(void *ctx)
{
	(void)advance(ctx);
}

static void on_expired(void *ctx)
{
	struct http_conn *c = ctx;

	if (c->state == ST_LINGER || (c->state == ST_HEAD && !c->conn.in_session))
		http_close(c);
	else if (c->state == ST_FLUSH)
		close_with(c, "peer does not read");
	else if (http_refuse(c, 408, "request timed out") == NEXT_GO)
		(void)advance(c);
}

static void on_ended(void *ctx, enum stream_end how, const char *why)
{
	struct http_conn *c = ctx;

	c->eof = true;
	/* Who only closed his own side still gets the reply. */
	if (how == STREAM_EOF && c->state != ST_BODY)
		(void)advance(c);
	else if (c->conn.in_session)
		close_with(c, why);
	else
		http_close(c);
}

static void on_flushed(void *ctx)
{
	struct http_conn *c = ctx;

	if (c->state == ST_FLUSH && http_reply_sent(c) == NEXT_GO)
		(void)advance(c);
}

void http_accept(struct service *service, const struct http_settings *set, int fd, const struct peer *peer)
{
	static const struct stream_handler handler = { on_readable, on_expired, on_ended, on_flushed };
	struct http_conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->conn.close = close_conn;
	c->set = set;
	c->peer = *peer;
	c->state = ST_HEAD;
	conn_add(service, &c->conn);
	stream_open(&c->stream, service->loop, fd, &handler, c);
	stream_expect(&c->stream, set->idle_timeout_us);
}
