#include "proto/seal.h"

#include <stdlib.h>

#include "auth/auth_results.h"
#include "auth/dkim_sign.h"
#include "base/array.h"
#include "checks/authentication.h"
#include "io/log.h"
#include "mail/url.h"

#define SIGNATURES_MAX 8 /* keys of one domain that sign */

struct sealer {
	struct dkim_signer *signer;
};

struct sealer *sealer_new(const struct conf *conf, struct err *err_r)
{
	struct dkim_signer *signer = dkim_signer_new(conf, err_r);
	struct sealer *s;

	if (signer == NULL)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		abort();
	s->signer = signer;
	return s;
}

void sealer_free(struct sealer **sealer_r)
{
	struct sealer *s = *sealer_r;

	*sealer_r = NULL;
	if (s == NULL)
		return;
	dkim_signer_free(&s->signer);
	free(s);
}

/* The header as it will be. */

struct header_lines {
	struct arena *arena;
	struct span *v;
	size_t n, cap;
};

static bool is_named(struct span line, struct span name)
{
	struct span rest;

	if (!span_case_starts(line, name))
		return false;
	rest = span_trim(span_from(line, name.len));
	return rest.len != 0 && rest.p[0] == ':';
}

/* The index-th line of that name, from 1; n when there is none. */
static size_t find_line(const struct header_lines *h, struct span name, uint32_t index)
{
	for (size_t i = 0; i < h->n; i++) {
		if (is_named(h->v[i], name) && --index == 0)
			return i;
	}
	return h->n;
}

static void insert_line(struct header_lines *h, size_t at, struct span line)
{
	(void)ARRAY_ADD(h->arena, h->v, h->n, h->cap);
	memmove(&h->v[at + 1], &h->v[at], (h->n - 1 - at) * sizeof(*h->v));
	h->v[at] = line;
}

static void apply_edit(struct header_lines *h, const struct edit *e)
{
	struct span line = arena_printf(h->arena, "%.*s: %.*s", SPAN_ARG(e->name), SPAN_ARG(e->value));
	size_t at;

	switch (e->kind) {
	case EDIT_ADD_HEADER:
		insert_line(h, h->n, line);
		break;
	case EDIT_INSERT_HEADER:
		insert_line(h, e->index < h->n ? e->index : h->n, line);
		break;
	case EDIT_CHANGE_HEADER:
	case EDIT_DELETE_HEADER:
		at = find_line(h, e->name, e->index != 0 ? e->index : 1);
		if (at < h->n && e->kind == EDIT_CHANGE_HEADER)
			h->v[at] = line;
		else if (at < h->n)
			memmove(&h->v[at], &h->v[at + 1], (--h->n - at) * sizeof(*h->v));
		else if (e->kind == EDIT_CHANGE_HEADER)
			insert_line(h, h->n, line); /* as the MTAs do */
		break;
	case EDIT_CHANGE_FROM:
	case EDIT_ADD_RCPT:
	case EDIT_DELETE_RCPT:
		break;
	}
}

static void edited_message(struct signed_message *m, const struct transaction *tx, struct dkim_crypto *crypto, const struct edits *edits)
{
	struct header_lines h = { .arena = tx->arena };

	signed_message_init(m, tx->arena, crypto, tx->raw, tx->raw_size);
	for (size_t i = 0; i < m->nfields; i++)
		*ARRAY_ADD(h.arena, h.v, h.n, h.cap) = m->fields[i].all;
	for (size_t i = 0; i < edits->n; i++)
		apply_edit(&h, &edits->v[i]);
	signed_message_replace(m, h.v, h.n);
}

static void insert_at_top(struct reply *reply, struct arena *arena, enum header_id id, struct span value)
{
	struct edits *e = &reply->edits;

	*ARRAY_ADD(arena, e->v, e->n, e->cap) = (struct edit){ .kind = EDIT_INSERT_HEADER, .name = span_of(header_name(id)), .value = value, .index = 0 };
}

/* DKIM. */

/* The domain of all authors; empty when there is none, or more than one. */
static struct span author_domain(const struct address_list *from, struct arena *arena)
{
	struct span domain = SPAN_NONE;

	for (size_t i = 0; i < from->n; i++) {
		struct span d = dkim_domain_ascii(arena, from->v[i].domain);

		if (d.len == 0 || (i != 0 && !span_eq(d, domain)))
			return SPAN_NONE;
		domain = d;
	}
	return domain;
}

static void sign(const struct sealer *s, const struct transaction *tx, const struct scan *scan, struct reply *reply)
{
	const struct dkim_sign_settings *set = dkim_signer_settings(s->signer);
	struct span domain = SPAN_NONE, values[SIGNATURES_MAX];
	const struct sign_key *key;
	struct signed_message m;
	size_t n = 0;

	/* Of two From fields readers show either: that is nobody's mail that we could answer for. */
	if (header_count(&scan->msg->headers, HDR_FROM) == 1)
		domain = author_domain(&scan->msg->from, tx->arena);
	key = domain.len != 0 ? dkim_signer_keys(s->signer, domain, url_registered_domain(engine_urls(scan->engine), domain)) : NULL;
	if (key == NULL)
		return;
	edited_message(&m, tx, dkim_signer_crypto(s->signer), &reply->edits);
	for (; key != NULL && n < SIGNATURES_MAX; key = key->next) {
		struct span d = span_eq(key->domain, SPAN_LIT("*")) ? domain : key->domain;

		values[n] = dkim_sign(&m, set, key, d, tx->received_us / 1000000);
		if (values[n].len != 0)
			n++;
		else
			log_warn("%s: could not be signed for %.*s", tx->id, SPAN_ARG(d));
	}
	/* All sign the same header; the first key's stands on top. */
	while (n-- > 0)
		insert_at_top(reply, tx->arena, HDR_DKIM_SIGNATURE, values[n]);
}

/* ARC. */

static bool is_sealed(const struct span_list *domains, const struct transaction *tx)
{
	for (size_t i = 0; i < tx->env.nrcpt && domains->n != 0; i++) {
		struct span address = tx->env.rcpt[i].address, domain = span_from(address, span_rchr(address, '@') + 1);

		for (size_t j = 0; j < domains->n; j++) {
			if (span_case_eq(domain, domains->v[j]))
				return true;
		}
	}
	return domains->n == 0;
}

static struct span results_of(const struct sealer *s, const struct transaction *tx, const struct authentication *auth)
{
	const struct arc_seal_settings *set = dkim_signer_seal_settings(s->signer);
	struct auth_report report = {
		.authserv_id = set->authserv_id.len != 0 ? set->authserv_id : set->domain, .auth = auth, .mail_from = tx->env.from, .helo = tx->client.helo, .client = &tx->client.ip,
	};

	return auth_results_write(tx->arena, &report);
}

static void seal(const struct sealer *s, const struct transaction *tx, const struct scan *scan, struct reply *reply)
{
	const struct authentication *auth = authentication_of_scan(scan);
	const struct sign_key *key = dkim_signer_seal_key(s->signer);
	struct arc_fields fields;
	struct signed_message m;

	if (key == NULL || auth == NULL || auth->arc == NULL || !is_sealed(&dkim_signer_seal_settings(s->signer)->domains, tx))
		return;
	edited_message(&m, tx, dkim_signer_crypto(s->signer), &reply->edits);
	if (!arc_seal(&m, dkim_signer_settings(s->signer), key, auth->arc, results_of(s, tx, auth), tx->received_us / 1000000, &fields))
		return;
	insert_at_top(reply, tx->arena, HDR_ARC_AUTHENTICATION_RESULTS, fields.results);
	insert_at_top(reply, tx->arena, HDR_ARC_MESSAGE_SIGNATURE, fields.signature);
	insert_at_top(reply, tx->arena, HDR_ARC_SEAL, fields.seal);
}

void seal_reply(const struct sealer *s, const struct transaction *tx, const struct scan *scan, unsigned caps, struct reply *reply)
{
	if (s == NULL || scan == NULL || scan->msg == NULL || reply->code != REPLY_ACCEPT || (caps & CAP_HEADERS) == 0)
		return;
	if (tx->dir == DIR_OUTBOUND)
		sign(s, tx, scan, reply);
	else if (tx->dir == DIR_INBOUND || tx->dir == DIR_RELAY)
		seal(s, tx, scan, reply);
}
