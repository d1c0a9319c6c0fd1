#include "proto/milter_tx.h"

#include "base/array.h"
#include "base/clock.h"
#include "proto/envelope.h"

/* Most mails fit; the rest grows. */
#define RAW_FIRST 16384
#define ENVELOPE_HINT 4096
/* Of one MAIL or RCPT with its ESMTP arguments; SMTP's own command line has at most a few thousand bytes. */
#define ENVELOPE_ARG_MAX 8192

void milter_tx_init(struct milter_tx *t, size_t max_size, size_t max_recipients)
{
	memset(t, 0, sizeof(*t));
	t->max_size = max_size;
	t->max_recipients = max_recipients;
}

void milter_tx_reset(struct milter_tx *t)
{
	buf_free(&t->raw);
	arena_free(&t->arena);
	t->tx = NULL;
	t->rcpt = NULL;
	t->nrcpt = t->cap_rcpt = 0;
	t->raw_size = 0;
	t->in_body = false;
	t->auth_user.len = t->queue_id.len = 0;
}

void milter_tx_reset_session(struct milter_tx *t)
{
	size_t max_size = t->max_size, max_recipients = t->max_recipients;
	bool leadspc = t->leadspc;

	milter_tx_reset(t);
	milter_tx_init(t, max_size, max_recipients);
	t->leadspc = leadspc;
}

static void text_set(struct milter_text *t, struct span s)
{
	t->len = s.len < sizeof(t->bytes) ? s.len : sizeof(t->bytes);
	if (t->len != 0)
		memcpy(t->bytes, s.p, t->len);
}

static struct span text_copy(struct arena *arena, const struct milter_text *t)
{
	return t->len != 0 ? arena_copy(arena, span_make(t->bytes, t->len)) : SPAN_NONE;
}

/* Macros: names with more than one letter stand in braces. Which stage brings them differs between MTAs, so that only the name counts. */
static struct milter_text *macro_place(struct milter_tx *t, struct span name)
{
	const struct {
		struct span name;
		struct milter_text *place;
	} rows[] = {
		{ SPAN_LIT("i"), &t->queue_id },
		{ SPAN_LIT("j"), &t->mta },
		{ SPAN_LIT("{daemon_name}"), &t->daemon },
		{ SPAN_LIT("{client_name}"), &t->macro_name },
		{ SPAN_LIT("{auth_authen}"), &t->auth_user },
		{ SPAN_LIT("{tls_version}"), &t->tls_version },
		{ SPAN_LIT("{cipher}"), &t->tls_cipher },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (span_eq(rows[i].name, name))
			return rows[i].place;
	}
	return NULL;
}

bool milter_tx_macro(struct milter_tx *t, struct span data)
{
	struct cursor c = CURSOR(data);
	char stage = (char)cursor_u8(&c);

	if (c.bad)
		return false;
	/* Macros come before their command: those of a new MAIL belong to the next message. */
	if (stage == SMFIC_MAIL || stage == SMFIC_HELO || stage == SMFIC_CONNECT)
		milter_tx_reset(t);
	while (!c.bad && c.rest.len != 0) {
		struct span name = cursor_cstr(&c), value = cursor_cstr(&c);
		struct milter_text *place = c.bad ? NULL : macro_place(t, name);

		if (place != NULL)
			text_set(place, value);
	}
	return !c.bad;
}

bool milter_tx_connect(struct milter_tx *t, struct span data)
{
	struct milter_connect connect;

	if (!milter_connect_read(data, &connect))
		return false;
	milter_tx_reset(t);
	text_set(&t->name, connect.name);
	t->helo.len = 0;
	t->ip = connect.ip;
	t->port = connect.port;
	t->by_smtp = connect.by_smtp;
	return true;
}

bool milter_tx_helo(struct milter_tx *t, struct span data)
{
	struct cursor c = CURSOR(data);
	struct span helo = cursor_cstr(&c);

	if (c.bad)
		return false;
	milter_tx_reset(t);
	text_set(&t->helo, helo);
	return true;
}

/* The strings behind the first one, blank separated. */
static struct span read_args(struct cursor *c, struct arena *arena)
{
	struct buf b = BUF_INIT(arena);

	while (!c->bad && c->rest.len != 0) {
		struct span arg = cursor_cstr(c);

		if (b.len != 0)
			buf_char(&b, ' ');
		buf_add(&b, arg);
	}
	return buf_span(&b);
}

bool milter_tx_mail(struct milter_tx *t, struct span data)
{
	struct cursor c = CURSOR(data);
	struct span from = cursor_cstr(&c);

	if (c.bad || data.len > ENVELOPE_ARG_MAX)
		return false;
	if (t->arena != NULL)
		milter_tx_reset(t);
	t->arena = arena_new(ENVELOPE_HINT);
	t->tx = ARENA_NEW(t->arena, struct transaction);
	t->tx->arena = t->arena;
	t->tx->env.from = envelope_address(arena_copy(t->arena, from));
	t->tx->env.from_set = true;
	t->tx->env.from_args = read_args(&c, t->arena);
	return !c.bad;
}

enum milter_rcpt milter_tx_rcpt(struct milter_tx *t, struct span data)
{
	struct cursor c = CURSOR(data);
	struct span raw = cursor_cstr(&c);
	struct rcpt *rcpt;

	if (c.bad || data.len > ENVELOPE_ARG_MAX)
		return MILTER_RCPT_BAD;
	if (t->nrcpt >= t->max_recipients)
		return MILTER_RCPT_TOO_MANY;
	rcpt = ARRAY_ADD(t->arena, t->rcpt, t->nrcpt, t->cap_rcpt);
	rcpt->raw = arena_copy(t->arena, raw);
	rcpt->address = envelope_address(rcpt->raw);
	rcpt->args = read_args(&c, t->arena);
	return c.bad ? MILTER_RCPT_BAD : MILTER_RCPT_OK;
}

static void add_raw(struct milter_tx *t, struct span s)
{
	if (t->raw.cap == 0) {
		t->raw.max = t->max_size;
		(void)buf_reserve(&t->raw, RAW_FIRST);
	}
	t->raw_size += s.len;
	buf_add(&t->raw, s);
}

/* Continuation lines come with a bare LF; on the wire of SMTP they had CRLF. */
static void add_folded(struct milter_tx *t, struct span value)
{
	size_t at;

	while ((at = span_chr(value, '\n')) != SPAN_NPOS) {
		struct span line = span_sub(value, 0, at);

		if (span_ends(line, SPAN_LIT("\r")))
			line.len--;
		add_raw(t, line);
		add_raw(t, SPAN_LIT("\r\n"));
		value = span_from(value, at + 1);
	}
	add_raw(t, value);
}

bool milter_tx_header(struct milter_tx *t, struct span data)
{
	struct cursor c = CURSOR(data);
	struct span name = cursor_cstr(&c), value = cursor_cstr(&c);

	if (c.bad)
		return false;
	add_raw(t, name);
	add_raw(t, t->leadspc ? SPAN_LIT(":") : SPAN_LIT(": "));
	add_folded(t, value);
	add_raw(t, SPAN_LIT("\r\n"));
	return true;
}

void milter_tx_end_header(struct milter_tx *t)
{
	if (!t->in_body)
		add_raw(t, SPAN_LIT("\r\n"));
	t->in_body = true;
}

void milter_tx_body(struct milter_tx *t, struct span data)
{
	milter_tx_end_header(t);
	add_raw(t, data);
}

bool milter_tx_is_full(const struct milter_tx *t)
{
	return t->raw_size > t->raw.len;
}

struct transaction *milter_tx_finish(struct milter_tx *t)
{
	struct transaction *tx = t->tx;

	milter_tx_end_header(t);
	tx->raw = buf_span(&t->raw);
	tx->raw_size = t->raw_size;
	tx->env.rcpt = t->rcpt;
	tx->env.nrcpt = t->nrcpt;
	tx->queue_id = text_copy(t->arena, &t->queue_id);
	tx->mta = text_copy(t->arena, &t->mta);
	tx->client = (struct client){ .ip = t->ip, .port = t->port };
	tx->client.name = text_copy(t->arena, &t->name);
	if (tx->client.name.len == 0)
		tx->client.name = envelope_client_name(text_copy(t->arena, &t->macro_name));
	tx->client.helo = text_copy(t->arena, &t->helo);
	tx->client.tls_version = text_copy(t->arena, &t->tls_version);
	tx->client.tls_cipher = text_copy(t->arena, &t->tls_cipher);
	tx->client.auth_user = text_copy(t->arena, &t->auth_user);
	tx->client.daemon = text_copy(t->arena, &t->daemon);
	tx->received_us = clock_wall_us();
	return tx;
}
