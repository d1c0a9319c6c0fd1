#include "proto/http_tx.h"

#include "base/array.h"
#include "proto/envelope.h"

struct reader {
	struct arena *arena;
	struct transaction *tx;
	struct rcpt *rcpt;
	size_t nrcpt, cap_rcpt, max_rcpt;
	struct span deliver_to;
	const char *why;
};

static int on_from(struct reader *r, struct span value)
{
	r->tx->env.from = envelope_address(value);
	r->tx->env.from_set = true;
	return HTTP_OK;
}

static int on_rcpt(struct reader *r, struct span value)
{
	struct span address = envelope_address(value);
	struct rcpt *rcpt;

	if (address.len == 0)
		return HTTP_OK;
	r->why = "too many recipients";
	if (r->nrcpt >= r->max_rcpt)
		return 400;
	rcpt = ARRAY_ADD(r->arena, r->rcpt, r->nrcpt, r->cap_rcpt);
	/* The answer names recipients without brackets, however they came. */
	rcpt->raw = rcpt->address = address;
	return HTTP_OK;
}

static int on_deliver_to(struct reader *r, struct span value)
{
	r->deliver_to = value;
	return HTTP_OK;
}

static int on_ip(struct reader *r, struct span value)
{
	/* What is no address is no address: some clients send "unknown". */
	if (!ip_parse(value, &r->tx->client.ip))
		memset(&r->tx->client.ip, 0, sizeof(r->tx->client.ip));
	return HTTP_OK;
}

static int on_helo(struct reader *r, struct span value)
{
	r->tx->client.helo = value;
	return HTTP_OK;
}

static int on_hostname(struct reader *r, struct span value)
{
	r->tx->client.name = envelope_client_name(value);
	return HTTP_OK;
}

static int on_user(struct reader *r, struct span value)
{
	r->tx->client.auth_user = value;
	return HTTP_OK;
}

static int on_queue_id(struct reader *r, struct span value)
{
	r->tx->queue_id = value;
	return HTTP_OK;
}

static int on_mta_name(struct reader *r, struct span value)
{
	r->tx->mta = value;
	return HTTP_OK;
}

static int on_tls_version(struct reader *r, struct span value)
{
	r->tx->client.tls_version = value;
	return HTTP_OK;
}

static int on_tls_cipher(struct reader *r, struct span value)
{
	r->tx->client.tls_cipher = value;
	return HTTP_OK;
}

static int on_encoding(struct reader *r, struct span value)
{
	r->why = "compressed bodies are not supported";
	return value.len == 0 || span_case_eq(value, SPAN_LIT("identity")) ? HTTP_OK : 415;
}

int http_tx_envelope(struct arena *arena, const struct http_request *request, size_t max_recipients, struct transaction *tx, const char **why_r)
{
	static const struct {
		struct span name;
		int (*run)(struct reader *, struct span value);
	} rows[] = {
		{ { "rcpt", 4 }, on_rcpt },
		{ { "from", 4 }, on_from },
		{ { "ip", 2 }, on_ip },
		{ { "helo", 4 }, on_helo },
		{ { "hostname", 8 }, on_hostname },
		{ { "user", 4 }, on_user },
		{ { "queue-id", 8 }, on_queue_id },
		{ { "mta-name", 8 }, on_mta_name },
		{ { "tls-version", 11 }, on_tls_version },
		{ { "tls-cipher", 10 }, on_tls_cipher },
		{ { "deliver-to", 10 }, on_deliver_to },
		{ { "compression", 11 }, on_encoding },
		{ { "content-encoding", 16 }, on_encoding },
	};
	struct reader r = { .arena = arena, .tx = tx, .max_rcpt = max_recipients };
	int status = HTTP_OK;

	for (size_t i = 0; i < request->nfields && status == HTTP_OK; i++) {
		const struct http_field *f = &request->fields[i];

		for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
			if (span_case_eq(rows[k].name, f->name)) {
				status = rows[k].run(&r, f->value);
				break;
			}
		}
	}
	/* The mailbox it is for, when the envelope is unknown. */
	if (status == HTTP_OK && r.nrcpt == 0)
		status = on_rcpt(&r, r.deliver_to);
	tx->env.rcpt = r.rcpt;
	tx->env.nrcpt = r.nrcpt;
	*why_r = r.why;
	return status;
}

static bool skip_line(struct span *s, struct span prefix)
{
	size_t nl = span_chr(*s, '\n');

	if (nl == SPAN_NPOS || !span_case_starts(*s, prefix))
		return false;
	*s = span_from(*s, nl + 1);
	return true;
}

struct span http_tx_without_mbox(struct span body)
{
	if (!skip_line(&body, SPAN_LIT("From ")))
		return body;
	skip_line(&body, SPAN_LIT("X-Envelope-From:"));
	skip_line(&body, SPAN_LIT("X-Envelope-To:"));
	return body;
}
