#include "proto/milter.h"

#include <stdlib.h>

#include "io/log.h"
#include "proto/milter_tx.h"
#include "proto/stream.h"

/* Tells the peer that we live while a scan runs; MTAs give up after a minute or more. */
#define PROGRESS_US 10000000
/* For the rest of a frame that has begun. */
#define FRAME_US 60000000
/* Between two commands inside a message: MTAs have it whole before they begin, only other milters of the chain take time. */
#define MESSAGE_US 600000000
#define READ_SIZE 16384
/* An input buffer that grew beyond this for one frame is given back. */
#define KEEP_SIZE 262144
/* Replies that a peer leaves unread. */
#define UNREAD_MAX 1048576

#define F(field) offsetof(struct milter_settings, field)
static const struct setting rows[] = {
	{ "listen", SET_STRINGS, F(listen), "{ \"inet:127.0.0.1:11332\" }", 0, 0, NULL, 0,
	  "Where MTAs connect: \"inet:HOST:PORT\", \"inet6:[ADDRESS]:PORT\", \"unix:/PATH\"; {} for none." },
	{ "idle_timeout", SET_DURATION, F(idle_timeout_us), "\"1h\"", 1000000, 86400000000, NULL, 0,
	  "A connection without a command for so long is closed. A slow SMTP client keeps the MTA silent for minutes: below the MTA's own SMTP time-out, its mail "
	  "would be deferred." },
	{ NULL, 0, 0, NULL, 0, 0, NULL, 0, NULL },
};
#undef F

static bool check_settings(const void *values, struct err *err_r)
{
	return address_specs_check(&((const struct milter_settings *)values)->listen, "listen", err_r);
}

const struct setting_set milter_setting_set = {
	.name = "milter", .kind = SET_ONE, .doc = "The milter port, for Postfix and Sendmail.", .size = sizeof(struct milter_settings), .rows = rows,
	.check = check_settings,
};

/* What is expected next; bits, so that a row of the table can name several. */
enum state {
	ST_NEW = 1,       /* the negotiation */
	ST_READY = 2,     /* a session or a message */
	ST_ENVELOPE = 4,  /* MAIL was given */
	ST_HEADER = 8,
	ST_BODY = 16,
	ST_SCAN = 32,     /* nothing: our reply is due */
};

struct milter_conn {
	struct conn conn; /* first */
	struct stream stream;
	const struct milter_settings *set;
	struct peer peer;
	enum state state;
	struct milter_options options;
	struct milter_tx tx;
	struct buf in, out;
	struct submission *submission;
	int64_t begin_us; /* of the message */
	size_t counted;   /* bytes of the message told to the service */
};

enum step {
	STEP_CONTINUE, /* SMFIR_CONTINUE, unless no answer was agreed on */
	STEP_SILENT,   /* answered, or there is no answer to this command */
	STEP_BAD,      /* malformed */
	STEP_OVERLOAD, /* no room for this message */
	STEP_QUIT,
};

static struct milter_conn *from_conn(struct conn *c)
{
	return (struct milter_conn *)c;
}

static void milter_close(struct milter_conn *c)
{
	submission_cancel(&c->submission);
	milter_tx_reset(&c->tx);
	stream_close(&c->stream);
	buf_free(&c->in);
	buf_free(&c->out);
	conn_remove(&c->conn);
	free(c);
}

static void close_conn(struct conn *c)
{
	milter_close(from_conn(c));
}

/* A connection that ends otherwise than by agreement is told once. */
static void close_with(struct milter_conn *c, const char *why)
{
	char ip[IP_TEXT_MAX];
	struct log_line l;

	log_begin(&l, LOG_LEVEL_WARN, "milter connection closed");
	log_cstr(&l, "why", why);
	log_cstr(&l, "peer", c->peer.ip.set ? ip_text(&c->peer.ip, ip) : "local");
	log_str(&l, "qid", span_make(c->tx.queue_id.bytes, c->tx.queue_id.len));
	log_end(&l);
	milter_close(c);
}

/* The message. */

static void message_begin(struct milter_conn *c)
{
	if (c->conn.busy)
		return;
	c->begin_us = loop_now_us(c->conn.service->loop);
	c->counted = 0;
	conn_message_begin(&c->conn);
}

/* More than the process may hold: the connection ends, and the MTA defers the mail. */
static enum step message_count(struct milter_conn *c)
{
	bool fits = c->tx.raw.len <= c->counted || conn_message_grow(&c->conn, c->tx.raw.len - c->counted);

	c->counted = c->tx.raw.len;
	return fits ? STEP_CONTINUE : STEP_OVERLOAD;
}

static void message_forget(struct milter_conn *c)
{
	submission_cancel(&c->submission);
	if (c->conn.busy)
		(void)conn_message_end(&c->conn);
	milter_tx_reset(&c->tx);
	c->state = ST_READY;
}

static unsigned caps(const struct milter_conn *c)
{
	static const struct {
		uint32_t actions;
		unsigned cap;
	} table[] = {
		{ SMFIF_ADDHDRS | SMFIF_CHGHDRS, CAP_HEADERS },
		{ SMFIF_ADDRCPT | SMFIF_DELRCPT, CAP_RECIPIENTS },
		{ SMFIF_QUARANTINE, CAP_HOLD },
	};
	unsigned bits = CAP_DISCARD;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if ((c->options.actions & table[i].actions) == table[i].actions)
			bits |= table[i].cap;
	}
	return bits;
}

static void flush(struct milter_conn *c)
{
	struct span out = buf_span(&c->out);

	if (out.len != 0)
		(void)stream_write(&c->stream, &out, 1);
	buf_clear(&c->out);
}

static void expect(struct milter_conn *c)
{
	int64_t after = c->set->idle_timeout_us;

	if (c->state == ST_SCAN)
		after = PROGRESS_US;
	else if (c->in.len != 0 && after > FRAME_US)
		after = FRAME_US;
	else if (c->conn.busy && after > MESSAGE_US)
		after = MESSAGE_US;
	stream_expect(&c->stream, after);
}

static void message_done(void *ctx, const struct outcome *out)
{
	struct milter_conn *c = ctx;

	c->submission = NULL; /* it has ended: nothing to cancel */
	milter_put_reply(&c->out, &out->reply, c->tx.leadspc);
	message_forget(c);
	flush(c);
	expect(c);
}

/* Commands. */

static enum step on_optneg(struct milter_conn *c, struct span data)
{
	struct milter_options offered;

	if (!milter_options_read(data, &offered) || !milter_options_choose(&offered, &c->options))
		return STEP_BAD;
	c->tx.leadspc = (c->options.steps & SMFIP_HDR_LEADSPC) != 0;
	milter_put_options(&c->out, &c->options);
	c->state = ST_READY;
	return STEP_SILENT;
}

static enum step on_macro(struct milter_conn *c, struct span data)
{
	bool restart = data.len != 0 && (data.p[0] == SMFIC_MAIL || data.p[0] == SMFIC_HELO || data.p[0] == SMFIC_CONNECT);

	/* Macros of a new MAIL, HELO or CONNECT end what went before. */
	if (c->state != ST_READY && restart)
		message_forget(c);
	return milter_tx_macro(&c->tx, data) ? STEP_SILENT : STEP_BAD;
}

static enum step on_connect(struct milter_conn *c, struct span data)
{
	c->conn.in_session = true;
	return milter_tx_connect(&c->tx, data) ? STEP_CONTINUE : STEP_BAD;
}

static enum step on_helo(struct milter_conn *c, struct span data)
{
	if (c->state != ST_READY)
		message_forget(c);
	c->conn.in_session = true;
	return milter_tx_helo(&c->tx, data) ? STEP_CONTINUE : STEP_BAD;
}

static enum step on_mail(struct milter_conn *c, struct span data)
{
	c->conn.in_session = true;
	c->state = ST_ENVELOPE;
	return milter_tx_mail(&c->tx, data) ? STEP_CONTINUE : STEP_BAD;
}

static enum step on_rcpt(struct milter_conn *c, struct span data)
{
	switch (milter_tx_rcpt(&c->tx, data)) {
	case MILTER_RCPT_OK:
		return STEP_CONTINUE;
	case MILTER_RCPT_TOO_MANY:
		milter_put_replycode(&c->out, "452", SPAN_LIT("4.5.3 Too many recipients"));
		return STEP_SILENT;
	case MILTER_RCPT_BAD:
		break;
	}
	return STEP_BAD;
}

/* DATA and what we do not know: nothing to do. */
static enum step on_nothing(struct milter_conn *c, struct span data)
{
	(void)c;
	(void)data;
	return STEP_CONTINUE;
}

static enum step on_header(struct milter_conn *c, struct span data)
{
	message_begin(c);
	c->state = ST_HEADER;
	if (!milter_tx_header(&c->tx, data))
		return STEP_BAD;
	return message_count(c);
}

static enum step on_end_header(struct milter_conn *c, struct span data)
{
	(void)data;
	message_begin(c);
	c->state = ST_BODY;
	milter_tx_end_header(&c->tx);
	return STEP_CONTINUE;
}

static enum step on_body(struct milter_conn *c, struct span data)
{
	message_begin(c);
	c->state = ST_BODY;
	milter_tx_body(&c->tx, data);
	if (message_count(c) == STEP_OVERLOAD)
		return STEP_OVERLOAD;
	if (!milter_tx_is_full(&c->tx) || (c->options.steps & SMFIP_SKIP) == 0 || (c->options.steps & SMFIP_NR_BODY) != 0)
		return STEP_CONTINUE;
	milter_put(&c->out, SMFIR_SKIP);
	return STEP_SILENT;
}

static enum step on_end_body(struct milter_conn *c, struct span data)
{
	struct service *service = c->conn.service;
	struct transaction *tx;

	message_begin(c);
	if (data.len != 0)
		milter_tx_body(&c->tx, data);
	tx = milter_tx_finish(&c->tx);
	if (message_count(c) == STEP_OVERLOAD)
		return STEP_OVERLOAD;
	c->state = ST_SCAN;
	c->submission = service_submit(service, tx, c->tx.by_smtp, caps(c), loop_now_us(service->loop) - c->begin_us, message_done, c);
	return STEP_SILENT;
}

static enum step on_abort(struct milter_conn *c, struct span data)
{
	(void)data;
	message_forget(c);
	return STEP_SILENT;
}

static enum step on_quit(struct milter_conn *c, struct span data)
{
	(void)c;
	(void)data;
	return STEP_QUIT;
}

/* The SMTP session has ended, the connection waits for another. */
static enum step on_quit_nc(struct milter_conn *c, struct span data)
{
	(void)data;
	message_forget(c);
	milter_tx_reset_session(&c->tx);
	c->conn.in_session = false;
	return c->conn.service->draining ? STEP_QUIT : STEP_SILENT;
}

#define ST_ANY (ST_NEW | ST_READY | ST_ENVELOPE | ST_HEADER | ST_BODY | ST_SCAN)
#define ST_OPEN (ST_ANY & ~(unsigned)ST_NEW)

static const struct row {
	enum milter_command command;
	unsigned states;    /* where it is allowed */
	uint32_t no_reply;  /* the step that means: no answer */
	enum step (*run)(struct milter_conn *, struct span data);
} commands[] = {
	{ SMFIC_HEADER, ST_ENVELOPE | ST_HEADER, SMFIP_NR_HDR, on_header },
	{ SMFIC_MACRO, ST_OPEN & ~(unsigned)ST_SCAN, 0, on_macro },
	{ SMFIC_BODY, ST_ENVELOPE | ST_HEADER | ST_BODY, SMFIP_NR_BODY, on_body },
	{ SMFIC_RCPT, ST_ENVELOPE, SMFIP_NR_RCPT, on_rcpt },
	{ SMFIC_MAIL, ST_READY | ST_ENVELOPE, SMFIP_NR_MAIL, on_mail },
	{ SMFIC_DATA, ST_ENVELOPE, SMFIP_NR_DATA, on_nothing },
	{ SMFIC_EOH, ST_ENVELOPE | ST_HEADER, SMFIP_NR_EOH, on_end_header },
	{ SMFIC_BODYEOB, ST_ENVELOPE | ST_HEADER | ST_BODY, 0, on_end_body },
	{ SMFIC_CONNECT, ST_READY, SMFIP_NR_CONN, on_connect },
	{ SMFIC_HELO, ST_READY | ST_ENVELOPE, SMFIP_NR_HELO, on_helo },
	{ SMFIC_OPTNEG, ST_NEW, 0, on_optneg },
	{ SMFIC_ABORT, ST_OPEN, 0, on_abort },
	{ SMFIC_QUIT, ST_ANY, 0, on_quit },
	{ SMFIC_QUIT_NC, ST_OPEN, 0, on_quit_nc },
	{ SMFIC_UNKNOWN, ST_OPEN & ~(unsigned)ST_SCAN, SMFIP_NR_UNKN, on_nothing },
};

static enum step run_command(struct milter_conn *c, const struct milter_frame *frame)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct row *row = &commands[i];
		enum step step;

		if (row->command != (enum milter_command)frame->command)
			continue;
		if ((row->states & c->state) == 0)
			return STEP_BAD;
		step = row->run(c, frame->data);
		if (step == STEP_CONTINUE && (c->options.steps & row->no_reply) == 0)
			milter_put(&c->out, SMFIR_CONTINUE);
		return step;
	}
	return STEP_BAD;
}

/* Runs all complete frames. False: the connection is closed. */
static bool run_frames(struct milter_conn *c)
{
	struct milter_frame frame;
	size_t at = 0, taken;
	int r;

	while ((r = milter_frame_next(span_from(buf_span(&c->in), at), &frame, &taken)) == 1) {
		enum step step = run_command(c, &frame);

		at += taken;
		if (step == STEP_QUIT) {
			milter_close(c);
			return false;
		}
		if (step == STEP_BAD || step == STEP_OVERLOAD) {
			close_with(c, step == STEP_BAD ? "protocol error" : "too many bytes in flight");
			return false;
		}
	}
	if (r < 0) {
		close_with(c, "bad frame length");
		return false;
	}
	buf_drop(&c->in, at);
	if (c->in.len == 0 && c->in.cap > KEEP_SIZE)
		buf_free(&c->in);
	return true;
}

static void on_readable(void *ctx)
{
	struct milter_conn *c = ctx;
	size_t got, room;

	do {
		/* Never NULL: the buffer has no limit of its own; frames have. */
		char *p = buf_reserve(&c->in, READ_SIZE);

		room = c->in.cap - c->in.len;
		got = stream_read(&c->stream, p, room);
		c->in.len += got;
		if (got != 0 && !run_frames(c))
			return;
	} while (got == room);
	if (c->out.len == 0)
		stream_acknowledge(&c->stream);
	flush(c);
	if (stream_pending(&c->stream) > UNREAD_MAX)
		close_with(c, "peer does not read");
	else
		expect(c);
}

static void on_expired(void *ctx)
{
	struct milter_conn *c = ctx;

	if (c->state != ST_SCAN) {
		close_with(c, "timed out");
		return;
	}
	if (stream_is_flushed(&c->stream))
		milter_put(&c->out, SMFIR_PROGRESS);
	flush(c);
	expect(c);
}

static void on_ended(void *ctx, enum stream_end how, const char *why)
{
	struct milter_conn *c = ctx;

	(void)how;
	/* Between messages this is how some MTAs part, and how ports are watched. */
	if (c->in.len == 0 && (c->state == ST_NEW || c->state == ST_READY))
		milter_close(c);
	else
		close_with(c, why);
}

static void on_flushed(void *ctx)
{
	(void)ctx;
}

void milter_accept(struct service *service, const struct milter_settings *set, int fd, const struct peer *peer)
{
	static const struct stream_handler handler = { on_readable, on_expired, on_ended, on_flushed };
	const struct scan_settings *scan = engine_scan_settings(service->engine);
	struct milter_conn *c = calloc(1, sizeof(*c));

	if (c == NULL)
		abort();
	c->conn.close = close_conn;
	c->set = set;
	c->peer = *peer;
	c->state = ST_NEW;
	milter_tx_init(&c->tx, (size_t)scan->max_size, (size_t)scan->max_recipients);
	conn_add(service, &c->conn);
	stream_open(&c->stream, service->loop, fd, &handler, c);
	expect(c);
}
