/* HTTP answers: status line, header fields, errors, and what becomes of the connection behind them. */
#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "proto/http_private.h"
#include "proto/http_reply.h"

/* After a reply that leaves input unread: how long the peer may still send before the connection is cut. */
#define LINGER_US 2000000

static const char *status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} texts[] = {
		{ 200, "OK" },
		{ 400, "Bad Request" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 411, "Length Required" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 431, "Request Header Fields Too Large" },
		{ 501, "Not Implemented" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].status == status)
			return texts[i].text;
	}
	return "Error";
}

/* RFC 9110, 5.6.7: English whatever the locale, which strftime() is not. */
static void format_date(struct http_conn *c, time_t now)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm t;

	c->date[0] = '\0';
	c->date_s = now;
	if (gmtime_r(&now, &t) != NULL)
		snprintf(c->date, sizeof(c->date), "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
			 t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static void put_date(struct http_conn *c, struct buf *out)
{
	time_t now = (time_t)(clock_wall_us() / 1000000);

	if (now != c->date_s)
		format_date(c, now);
	buf_str(out, c->date);
}

static void put_number(struct buf *out, size_t n)
{
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	buf_add(out, span_make(digits + at, sizeof(digits) - at));
}

static void put_head(struct http_conn *c, struct buf *out, int status, const char *type, size_t length)
{
	buf_str(out, "HTTP/1.1 ");
	put_number(out, (size_t)status);
	buf_char(out, ' ');
	buf_str(out, status_text(status));
	buf_str(out, "\r\nServer: winnow\r\n");
	put_date(c, out);
	buf_str(out, "Content-Type: ");
	buf_str(out, type);
	buf_str(out, "\r\nContent-Length: ");
	put_number(out, length);
	buf_str(out, "\r\n");
	if (status == 405)
		buf_str(out, c->kind == KIND_PING || c->kind == KIND_HEALTHY ? "Allow: GET, HEAD\r\n" : "Allow: POST\r\n");
	if (c->close_after)
		buf_str(out, "Connection: close\r\n");
	else if (c->request.protocol == HTTP_1_0)
		buf_str(out, "Connection: keep-alive\r\n");
	buf_str(out, "\r\n");
}

enum http_next http_reply_sent(struct http_conn *c)
{
	if (c->conn.busy)
		(void)conn_message_end(&c->conn);
	c->conn.in_session = false;
	if (!c->close_after) {
		c->state = ST_HEAD;
		stream_expect(&c->stream, c->set->idle_timeout_us);
		return NEXT_GO;
	}
	/* Closing with input unread would reset the connection and could take the reply with it. */
	if ((c->unread || http_input(c).len != 0) && !c->eof) {
		stream_shutdown(&c->stream);
		c->state = ST_LINGER;
		stream_expect(&c->stream, LINGER_US);
		return NEXT_GO;
	}
	http_close(c);
	return NEXT_GONE;
}

/* Sends head and body as one write. The request is forgotten. */
static enum http_next send_reply(struct http_conn *c, struct span head, struct span body)
{
	const struct span pieces[] = { head, body };
	bool sent = stream_write(&c->stream, pieces, 2);

	http_request_forget(c);
	memset(&c->head, 0, sizeof(c->head));
	memset(&c->request, 0, sizeof(c->request));
	if (sent)
		return http_reply_sent(c);
	c->state = ST_FLUSH;
	stream_expect(&c->stream, c->set->read_timeout_us);
	return NEXT_WAIT;
}

enum http_next http_respond(struct http_conn *c, int status, const char *type, struct span body)
{
	char store[512];
	struct buf head = { .p = store, .cap = sizeof(store), .max = sizeof(store) };
	struct span sent = body;

	if (!c->request.keep_alive || c->conn.service->draining)
		c->close_after = true;
	if (c->request.protocol == HTTP_RSPAMC)
		return send_reply(c, SPAN_NONE, body);
	put_head(c, &head, status, type, body.len);
	if (span_eq(c->request.method, SPAN_LIT("HEAD")))
		sent = SPAN_NONE;
	return send_reply(c, buf_span(&head), sent);
}

enum http_next http_respond_error(struct http_conn *c, int status, const char *why)
{
	char store[512];
	struct buf text = { .p = store, .cap = sizeof(store), .max = sizeof(store) };

	if (c->request.protocol == HTTP_RSPAMC)
		buf_printf(&text, "RSPAMD/1.3 76 %s\r\n\r\n", why);
	else
		http_reply_error(&text, why);
	return http_respond(c, status, "application/json", buf_span(&text));
}

enum http_next http_refuse(struct http_conn *c, int status, const char *why)
{
	http_log_trouble(c, "http request refused", why, status);
	c->close_after = c->unread = true;
	return http_respond_error(c, status, why);
}
