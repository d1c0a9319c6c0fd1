#include "proto/http_request.h"

#include "base/array.h"
#include "base/ascii.h"

/* The end of the head. */

static int check_line(const struct http_head_scan *s, size_t len)
{
	if (len > HTTP_LINE_MAX)
		return s->lines == 0 ? 414 : 431;
	return s->at - s->start > HTTP_HEAD_MAX || s->lines > HTTP_FIELDS_MAX ? 431 : HTTP_MORE;
}

static bool is_empty_line(struct span line)
{
	return line.len == 0 || (line.len == 1 && line.p[0] == '\r');
}

int http_head_scan(struct http_head_scan *s, struct span in, size_t *end_r)
{
	while (s->at < in.len) {
		size_t nl = span_chr(span_from(in, s->at), '\n');
		struct span line;
		int status;

		s->at = nl == SPAN_NPOS ? in.len : s->at + nl;
		line = span_sub(in, s->line, s->at - s->line);
		status = check_line(s, line.len);
		if (status != HTTP_MORE || nl == SPAN_NPOS)
			return status;
		s->line = ++s->at;
		if (!is_empty_line(line)) {
			s->lines++;
		} else if (s->lines != 0) {
			*end_r = s->at;
			return HTTP_OK;
		} else {
			s->start = s->at;
		}
		/* A few empty lines are old clients' habit, an endless row of them is not. */
		if (s->start > 16)
			return 400;
	}
	return HTTP_MORE;
}

/* The request line. */

static bool is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		/* RFC 9110's tchar is RFC 2045's token without the braces. */
		if (!ascii_is(s.p[i], ASCII_TOKEN) || s.p[i] == '{' || s.p[i] == '}')
			return false;
	}
	return s.len != 0;
}

static bool is_visible(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 127)
			return false;
	}
	return s.len != 0;
}

static int parse_version(struct http_request *r, struct span version, const char **why_r)
{
	*why_r = "unknown protocol version";
	if (span_eq(version, SPAN_LIT("HTTP/1.1")))
		r->protocol = HTTP_1_1;
	else if (span_eq(version, SPAN_LIT("HTTP/1.0")))
		r->protocol = HTTP_1_0;
	else
		return span_starts(version, SPAN_LIT("HTTP/")) ? 505 : 400;
	return HTTP_OK;
}

static bool is_rspamc(struct span word)
{
	return span_starts(word, SPAN_LIT("RSPAMC/1.")) && word.len == 10 && ascii_isdigit(word.p[9]);
}

/* "METHOD target VERSION", or "METHOD RSPAMC/1.x". */
static int parse_request_line(struct http_request *r, struct span line, const char **why_r)
{
	struct span rest = line, target;
	int status;

	*why_r = "bad request line";
	r->method = span_split(&rest, ' ');
	target = span_split(&rest, ' ');
	if (!is_token(r->method) || !is_visible(target))
		return 400;
	if (rest.p == NULL && is_rspamc(target)) {
		r->protocol = HTTP_RSPAMC;
		return HTTP_OK;
	}
	if (rest.p == NULL || !is_visible(rest))
		return 400;
	status = parse_version(r, rest, why_r);
	r->query = target;
	r->path = span_split(&r->query, '?');
	return status;
}

/* Fields. */

static bool is_field_value(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < ' ' && c != '\t') || c == 127)
			return false;
	}
	return true;
}

static int parse_field(struct span line, struct http_field *f, const char **why_r)
{
	size_t colon = span_chr(line, ':');

	*why_r = "bad header field";
	if (colon == SPAN_NPOS)
		return 400;
	f->name = span_sub(line, 0, colon);
	f->value = span_trim(span_from(line, colon + 1));
	return is_token(f->name) && is_field_value(f->value) ? HTTP_OK : 400;
}

static int set_length(struct http_request *r, struct span value, const char **why_r)
{
	uint64_t length;

	*why_r = "bad Content-Length";
	if (!span_uint(value, INT64_MAX, &length) || (r->has_length && length != r->length))
		return 400;
	r->length = length;
	r->has_length = true;
	return HTTP_OK;
}

static int set_transfer(struct http_request *r, struct span value, const char **why_r)
{
	*why_r = "unknown Transfer-Encoding";
	if (r->chunked || !span_case_eq(value, SPAN_LIT("chunked")))
		return 501;
	r->chunked = true;
	return HTTP_OK;
}

static int set_connection(struct http_request *r, struct span value, const char **why_r)
{
	(void)why_r;
	while (value.p != NULL) {
		struct span word = span_trim(span_split(&value, ','));

		if (span_case_eq(word, SPAN_LIT("close")))
			r->keep_alive = false;
		else if (span_case_eq(word, SPAN_LIT("keep-alive")) && r->protocol == HTTP_1_0)
			r->keep_alive = true;
	}
	return HTTP_OK;
}

static int set_expect(struct http_request *r, struct span value, const char **why_r)
{
	*why_r = "unknown expectation";
	if (!span_case_eq(value, SPAN_LIT("100-continue")))
		return 417;
	r->expect_continue = r->protocol == HTTP_1_1;
	return HTTP_OK;
}

/* Fields that say how to read the body; all others are the user's. */
static int apply_field(struct http_request *r, const struct http_field *f, const char **why_r)
{
	static const struct {
		struct span name;
		int (*set)(struct http_request *, struct span value, const char **why_r);
	} framing[] = {
		{ { "content-length", 14 }, set_length },
		{ { "transfer-encoding", 17 }, set_transfer },
		{ { "connection", 10 }, set_connection },
		{ { "expect", 6 }, set_expect },
	};

	for (size_t i = 0; i < sizeof(framing) / sizeof(framing[0]); i++) {
		if (span_case_eq(framing[i].name, f->name))
			return framing[i].set(r, f->value, why_r);
	}
	return HTTP_OK;
}

static int check_framing(const struct http_request *r, const char **why_r)
{
	*why_r = "both Content-Length and Transfer-Encoding";
	if (r->chunked && r->has_length)
		return 400;
	*why_r = "Transfer-Encoding needs HTTP/1.1";
	return r->chunked && r->protocol != HTTP_1_1 ? 400 : HTTP_OK;
}

static struct span next_line(struct span *rest)
{
	struct span line = span_split(rest, '\n');

	if (span_ends(line, SPAN_LIT("\r")))
		line.len--;
	return line;
}

int http_request_parse(struct arena *arena, struct span head, struct http_request *r, const char **why_r)
{
	struct span rest = head, line = next_line(&rest);
	size_t cap = 0;
	int status;

	memset(r, 0, sizeof(*r));
	status = parse_request_line(r, line, why_r);
	r->keep_alive = r->protocol == HTTP_1_1;
	while (status == HTTP_OK && rest.p != NULL && (line = next_line(&rest)).len != 0) {
		struct http_field *f = ARRAY_ADD(arena, r->fields, r->nfields, cap);

		status = parse_field(line, f, why_r);
		if (status == HTTP_OK)
			status = apply_field(r, f, why_r);
	}
	return status == HTTP_OK ? check_framing(r, why_r) : status;
}

struct span http_request_field(const struct http_request *r, struct span name)
{
	for (size_t i = 0; i < r->nfields; i++) {
		if (span_case_eq(r->fields[i].name, name))
			return r->fields[i].value.p != NULL ? r->fields[i].value : SPAN_LIT("");
	}
	return SPAN_NONE;
}

/* Chunks. */

/* One byte of the line that holds a chunk's size: hexadecimal digits, then perhaps an extension, then CRLF. */
static int size_byte(struct http_chunks *c, char b)
{
	int digit = c->extension || c->cr ? -1 : ascii_xvalue(b);

	if ((c->cr && b != '\n') || (digit < 0 && !c->digits))
		return 400;
	if (digit >= 0) {
		if (c->left >> 56 != 0)
			return 413;
		c->left = c->left << 4 | (uint64_t)digit;
		c->digits = true;
	} else if (b == '\n') {
		c->state = c->left != 0 ? CHUNK_DATA : CHUNK_TRAILER;
		c->line = 0;
		c->cr = c->digits = c->extension = false;
	} else if (b == '\r') {
		c->cr = true;
	} else if (b == ';' || b == ' ' || b == '\t') {
		c->extension = true;
	} else if (!c->extension || (unsigned char)b < ' ') {
		return 400;
	}
	return HTTP_MORE;
}

static int data_end_byte(struct http_chunks *c, char b)
{
	if (b == '\r' && !c->cr) {
		c->cr = true;
		return HTTP_MORE;
	}
	if (b != '\n')
		return 400;
	c->state = CHUNK_SIZE;
	c->left = 0;
	c->line = 0;
	c->cr = false;
	return HTTP_MORE;
}

/* Lines up to an empty one; line counts the bytes of the current one, CR excluded. */
static int trailer_byte(struct http_chunks *c, char b)
{
	if (++c->trailers > HTTP_LINE_MAX)
		return 431;
	if (b == '\n') {
		if (c->line == 0) {
			c->state = CHUNK_DONE;
			return HTTP_OK;
		}
		c->line = 0;
	} else if (b != '\r') {
		c->line++;
	}
	return HTTP_MORE;
}

static int control_byte(struct http_chunks *c, char b)
{
	switch (c->state) {
	case CHUNK_SIZE:
		return ++c->line > HTTP_LINE_MAX ? 400 : size_byte(c, b);
	case CHUNK_DATA_END:
		return data_end_byte(c, b);
	case CHUNK_TRAILER:
		return trailer_byte(c, b);
	case CHUNK_DATA:
	case CHUNK_DONE:
		break;
	}
	return HTTP_OK;
}

int http_chunks_next(struct http_chunks *c, struct span in, size_t *taken_r, struct span *data_r)
{
	size_t at = 0;
	int status = c->state == CHUNK_DONE ? HTTP_OK : HTTP_MORE;

	*data_r = SPAN_NONE;
	while (status == HTTP_MORE && at < in.len && c->state != CHUNK_DATA)
		status = control_byte(c, in.p[at++]);
	if (status == HTTP_MORE && c->state == CHUNK_DATA) {
		*data_r = span_sub(in, at, c->left < in.len ? (size_t)c->left : in.len);
		at += data_r->len;
		c->left -= data_r->len;
		if (c->left == 0)
			c->state = CHUNK_DATA_END;
	}
	*taken_r = at;
	return status;
}
