#include "proto/clamd.h"

#include <stdio.h>
#include <stdlib.h>

#include "inspect/antivirus.h"
#include "inspect/contents.h"
#include "inspect/inspector.h"
#include "io/log.h"
#include "proto/stream.h"

#define COMMAND_MAX 1024
#define READ_SIZE 16384
#define SESSION_MAX 10000 /* commands of one IDSESSION */
#define REFUSED_US 5000000 /* for the rest of a refused stream: a reset would overtake the answer */

#define F(field) offsetof(struct clamd_settings, field)
static const struct setting rows[] = {
	{ "listen", SET_STRINGS, F(listen), "{}", 0, 0, NULL, 0,
	  "Where others have files scanned by clamd's protocol: \"inet:127.0.0.1:3310\", \"unix:/PATH\"; {} for none. Whoever connects can have files scanned." },
	{ "max_stream", SET_SIZE, F(max_stream), "\"100M\"", 1024, (1LL << 31) - 1, NULL, 0, "The largest stream; beyond it \"INSTREAM size limit exceeded\" is answered." },
	{ "idle_timeout", SET_DURATION, F(idle_timeout_us), "\"30s\"", 1000000, 3600000000, NULL, 0, "The longest wait for the next command, or the next piece of a stream." },
	{ "wait", SET_DURATION, F(wait_us), "\"60s\"", 1000000, 3600000000, NULL, 0, "The longest wait for the inspector; past it an error is answered." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool check_settings(const void *values, struct err *err_r)
{
	return address_specs_check(&((const struct clamd_settings *)values)->listen, "listen", err_r);
}

const struct setting_set clamd_setting_set = {
	.name = "clamd", .kind = SET_ONE, .doc = "A port that speaks clamd's protocol, for Exim and others.", .size = sizeof(struct clamd_settings), .rows = rows,
	.check = check_settings,
};

enum state { ST_COMMAND, ST_LENGTH, ST_DATA, ST_SCAN, ST_REFUSED, ST_CLOSING };

struct clamd_conn {
	struct conn conn; /* first */
	struct stream stream;
	const struct clamd_settings *set;
	enum state state;
	struct buf in, body;
	uint32_t left;       /* of the piece that comes */
	char delimiter;
	bool session, eof;
	unsigned id;
	struct arena *arena; /* of the answer */
	struct op *op;
};

/* What comes after a step. CLOSED: the connection must not be touched any more. */
enum next { GO, WAIT, CLOSED };

static void clamd_close(struct clamd_conn *c)
{
	op_cancel(&c->op);
	stream_close(&c->stream);
	buf_free(&c->in);
	buf_free(&c->body);
	if (c->arena != NULL)
		arena_free(&c->arena);
	conn_remove(&c->conn);
	free(c);
}

static void close_conn(struct conn *c)
{
	clamd_close((struct clamd_conn *)c);
}

/* Commands. */

int clamd_command_read(struct span input, struct clamd_command *r)
{
	bool zero = input.len != 0 && input.p[0] == 'z', line = input.len != 0 && input.p[0] == 'n';
	struct span text = span_from(input, zero || line ? 1 : 0);
	size_t end = span_chr(text, zero ? '\0' : '\n'), blank;

	if (end == SPAN_NPOS || end > COMMAND_MAX)
		return input.len > COMMAND_MAX ? -1 : 0;
	*r = (struct clamd_command){ .delimiter = zero ? '\0' : '\n', .taken = end + 1 + (zero || line ? 1 : 0) };
	text = span_sub(text, 0, end);
	if (!zero && text.len != 0 && text.p[text.len - 1] == '\r')
		text.len--;
	blank = span_chr(text, ' ');
	r->name = span_sub(text, 0, blank == SPAN_NPOS ? text.len : blank);
	r->rest = blank == SPAN_NPOS ? SPAN_NONE : span_from(text, blank + 1);
	return r->name.len != 0 ? 1 : -1;
}

/* Answers. After the last one the connection is closed once it is out. */
static enum next finish(struct clamd_conn *c)
{
	c->state = ST_CLOSING;
	if (!stream_is_flushed(&c->stream))
		return WAIT;
	clamd_close(c);
	return CLOSED;
}

static enum next answer(struct clamd_conn *c, struct span text)
{
	char id[16];
	struct span pieces[3] = { SPAN_NONE, text, span_make(&c->delimiter, 1) };

	if (c->session) {
		snprintf(id, sizeof(id), "%u: ", c->id);
		pieces[0] = span_of(id);
	}
	(void)stream_write(&c->stream, c->session ? pieces : pieces + 1, c->session ? 3 : 2);
	c->state = ST_COMMAND;
	stream_expect(&c->stream, c->set->idle_timeout_us);
	return c->session && c->id < SESSION_MAX && !c->conn.service->draining ? GO : finish(c);
}

/* Signatures that only say that something was not looked at are no finding, as with clamd's own defaults. */
static struct span verdict(const struct inspect_answer *a, char *text, size_t size)
{
	for (size_t i = 0; i < a->nnames; i++) {
		if (span_starts(a->names[i], SPAN_LIT("Heuristics.Encrypted.")))
			continue;
		snprintf(text, size, "stream: %.*s FOUND", SPAN_ARG(a->names[i]));
		return span_of(text);
	}
	switch (a->status) {
	case INSPECT_CLEAN:
	case INSPECT_FOUND:
		return SPAN_LIT("stream: OK");
	case INSPECT_NOT_SCANNED:
		return SPAN_LIT("stream: No signatures are configured ERROR");
	case INSPECT_UNAVAILABLE:
		return SPAN_LIT("stream: Signatures are not available ERROR");
	default:
		return SPAN_LIT("stream: The file cannot be scanned ERROR");
	}
}

static enum next answer_scan(struct clamd_conn *c, const struct inspect_answer *a)
{
	char text[INSPECT_NAME_MAX + 64];
	struct span said = verdict(a, text, sizeof(text));

	buf_free(&c->body);
	c->body = (struct buf){ .max = 0 };
	if (c->arena != NULL)
		arena_free(&c->arena); /* what is known of one file is not kept for the whole session */
	(void)conn_message_end(&c->conn);
	return answer(c, said);
}

static void advance(struct clamd_conn *c);

static void scanned(void *ctx, enum op_status status, const void *result)
{
	const struct inspect_answer late = { .status = INSPECT_UNAVAILABLE };
	struct clamd_conn *c = ctx;

	c->op = NULL;
	if (answer_scan(c, status == OP_OK ? result : &late) != CLOSED)
		advance(c);
}

static enum next scan(struct clamd_conn *c)
{
	struct inspect_job job = { .content = buf_span(&c->body), .flags = INSPECT_VIRUSES | INSPECT_MAIL };
	struct inspect_answer known = { .status = INSPECT_CLEAN };
	struct inspector *in = c->conn.service->services->inspector;

	if (c->arena == NULL)
		c->arena = arena_new(0);
	if (contents_wanted(file_type_detect(job.content), SPAN_NONE))
		job.flags |= INSPECT_CONTENTS;
	c->state = ST_SCAN;
	stream_expect(&c->stream, 0);
	if (in == NULL)
		known.status = INSPECT_NOT_SCANNED;
	else if (job.content.len != 0)
		c->op = inspect_start(in, &job, c->set->wait_us, c->arena, &known, scanned, c);
	return c->op != NULL ? WAIT : answer_scan(c, &known);
}

/* The steps: each takes input. */

static enum next refuse_path(struct clamd_conn *c, struct span path)
{
	char text[COMMAND_MAX + 64];

	snprintf(text, sizeof(text), "%.*s: Paths are not read here, use INSTREAM ERROR", SPAN_ARG(path));
	return answer(c, span_of(text));
}

static enum next begin_session(struct clamd_conn *c)
{
	c->session = true;
	return GO;
}

static enum next obey(struct clamd_conn *c, const struct clamd_command *cmd)
{
	static const struct span paths[] = { SPAN_LIT("SCAN"), SPAN_LIT("CONTSCAN"), SPAN_LIT("MULTISCAN"), SPAN_LIT("ALLMATCHSCAN"), SPAN_LIT("RAWSCAN"), SPAN_LIT("FILDES") };

	c->delimiter = cmd->delimiter;
	if (span_eq(cmd->name, SPAN_LIT("IDSESSION")))
		return begin_session(c);
	if (span_eq(cmd->name, SPAN_LIT("END")))
		return finish(c);
	c->id++;
	if (span_eq(cmd->name, SPAN_LIT("PING")))
		return answer(c, SPAN_LIT("PONG"));
	if (span_eq(cmd->name, SPAN_LIT("VERSION")))
		return answer(c, SPAN_LIT("ClamAV (Winnow " WINNOW_VERSION ")"));
	if (span_eq(cmd->name, SPAN_LIT("INSTREAM"))) {
		conn_message_begin(&c->conn);
		c->body = (struct buf){ .max = 0 };
		c->state = ST_LENGTH;
		return GO;
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (span_eq(cmd->name, paths[i]))
			return refuse_path(c, cmd->rest);
	}
	return answer(c, SPAN_LIT("UNKNOWN COMMAND"));
}

static enum next step_command(struct clamd_conn *c)
{
	struct clamd_command cmd;
	struct span name, rest;
	char text[COMMAND_MAX + 8];
	int read = clamd_command_read(buf_span(&c->in), &cmd);

	if (read == 0)
		return WAIT;
	c->delimiter = '\n';
	if (read < 0) {
		c->session = false;
		return answer(c, SPAN_LIT("UNKNOWN COMMAND"));
	}
	/* The input moves under the spans. */
	name = cmd.name;
	rest = cmd.rest;
	memcpy(text, name.p, name.len);
	if (rest.len != 0)
		memcpy(text + name.len, rest.p, rest.len);
	cmd.name = span_make(text, name.len);
	cmd.rest = span_make(text + name.len, rest.len);
	buf_drop(&c->in, cmd.taken);
	return obey(c, &cmd);
}

static enum next refuse_stream(struct clamd_conn *c, struct span why)
{
	struct span pieces[2] = { why, span_make(&c->delimiter, 1) };

	(void)conn_message_end(&c->conn);
	buf_free(&c->body);
	(void)stream_write(&c->stream, pieces, 2);
	stream_expect(&c->stream, REFUSED_US);
	c->state = ST_REFUSED;
	return GO;
}

static enum next step_refused(struct clamd_conn *c)
{
	buf_clear(&c->in);
	if (!stream_is_flushed(&c->stream))
		return WAIT;
	stream_shutdown(&c->stream);
	return WAIT;
}

static enum next step_length(struct clamd_conn *c)
{
	const unsigned char *p = (const unsigned char *)c->in.p;

	if (c->in.len < 4)
		return WAIT;
	c->left = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
	buf_drop(&c->in, 4);
	if (c->left == 0)
		return scan(c);
	if (c->left > (uint64_t)c->set->max_stream - c->body.len)
		return refuse_stream(c, SPAN_LIT("INSTREAM size limit exceeded. ERROR"));
	c->state = ST_DATA;
	return GO;
}

static enum next step_data(struct clamd_conn *c)
{
	size_t n = c->in.len < c->left ? c->in.len : c->left;

	if (n == 0)
		return WAIT;
	buf_add(&c->body, span_make(c->in.p, n));
	buf_drop(&c->in, n);
	c->left -= (uint32_t)n;
	if (!conn_message_grow(&c->conn, n))
		return refuse_stream(c, SPAN_LIT("stream: Too many bytes in flight, try again later ERROR"));
	if (c->left == 0)
		c->state = ST_LENGTH;
	return GO;
}

static enum next step_wait(struct clamd_conn *c)
{
	(void)c;
	return WAIT;
}

static enum next (*const steps[])(struct clamd_conn *) = {
	[ST_COMMAND] = step_command, [ST_LENGTH] = step_length, [ST_DATA] = step_data, [ST_SCAN] = step_wait, [ST_REFUSED] = step_refused, [ST_CLOSING] = step_wait,
};

static bool is_receiving(const struct clamd_conn *c)
{
	return c->state != ST_SCAN && c->state != ST_CLOSING;
}

/* Everything that the input gives; the connection may be closed on the way. */
static void advance(struct clamd_conn *c)
{
	for (;;) {
		enum next next = GO;
		size_t n;

		while (next == GO)
			next = steps[c->state](c);
		if (next == CLOSED)
			return;
		n = is_receiving(c) ? stream_read(&c->stream, buf_reserve(&c->in, READ_SIZE), READ_SIZE) : 0;
		if (n == 0)
			break;
		c->in.len += n;
		if (c->state != ST_REFUSED)
			stream_expect(&c->stream, c->set->idle_timeout_us);
	}
	if (is_receiving(c))
		stream_acknowledge(&c->stream);
}

static void readable(void *ctx)
{
	advance(ctx);
}

static void expired(void *ctx)
{
	clamd_close(ctx);
}

static void ended(void *ctx, enum stream_end end, const char *why)
{
	struct clamd_conn *c = ctx;

	(void)why;
	/* Who has sent all that he wants may still read the answer. */
	if (end == STREAM_EOF && (c->state == ST_SCAN || c->state == ST_CLOSING))
		c->session = false;
	else
		clamd_close(c);
}

static void flushed(void *ctx)
{
	struct clamd_conn *c = ctx;

	if (c->state == ST_CLOSING)
		clamd_close(c);
}

static const struct stream_handler handler = { .readable = readable, .expired = expired, .ended = ended, .flushed = flushed };

void clamd_accept(struct service *service, const struct clamd_settings *set, int fd, const struct peer *peer)
{
	struct clamd_conn *c = calloc(1, sizeof(*c));

	(void)peer;
	if (c == NULL)
		abort();
	c->set = set;
	c->conn.close = close_conn;
	conn_add(service, &c->conn);
	stream_open(&c->stream, service->loop, fd, &handler, c);
	stream_expect(&c->stream, set->idle_timeout_us);
}
