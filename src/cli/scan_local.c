/* "winnow scan --local": the daemon's pipeline in this process, without its processes and sockets. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/local.h"
#include "cli/scan_options.h"
#include "mail/address.h"
#include "proto/http_reply.h"

struct local {
	struct scanner pub;
	struct arena *arena;
	const struct scan_options *options;
	struct ip ip;
	struct local_engine local;
	struct service service;
	const struct outcome *outcome; /* of the message under way */
};

static struct span path_address(const char *text)
{
	struct address a;

	return address_parse_path(span_of(text), &a) ? a.spec : span_of(text);
}

static struct transaction *make_transaction(struct local *l, struct arena *arena, struct span raw)
{
	const struct scan_options *o = l->options;
	struct transaction *tx = ARENA_NEW(arena, struct transaction);
	struct rcpt *rcpt = ARENA_ARRAY(arena, o->nrcpt + 1, struct rcpt);
	size_t max = (size_t)engine_scan_settings(l->local.ruleset.engine)->max_size;

	for (size_t i = 0; i < o->nrcpt; i++) {
		rcpt[i].raw = span_of(o->rcpt[i]);
		rcpt[i].address = path_address(o->rcpt[i]);
	}
	tx->arena = arena;
	tx->client.ip = l->ip;
	tx->client.helo = span_of(o->helo);
	tx->client.auth_user = span_of(o->user);
	tx->env.from = o->from != NULL ? path_address(o->from) : SPAN_NONE;
	tx->env.from_set = o->from != NULL;
	tx->env.rcpt = rcpt;
	tx->env.nrcpt = o->nrcpt;
	tx->raw = span_sub(raw, 0, max);
	tx->raw_size = raw.len;
	tx->received_us = clock_wall_us();
	return tx;
}

static void finished(void *ctx, const struct outcome *outcome)
{
	struct local *l = ctx;

	l->outcome = outcome;
	loop_stop(l->local.loop);
}

static bool local_scan(struct scanner *pub, struct arena *arena, struct span raw, struct span *json_r, struct err *err_r)
{
	struct local *l = (struct local *)pub;
	struct transaction *tx = make_transaction(l, arena, raw);
	int64_t begin = clock_mono_us();
	struct buf json = BUF_INIT(arena);

	(void)err_r;
	l->outcome = NULL;
	service_submit(&l->service, tx, true, CAP_HEADERS | CAP_RECIPIENTS | CAP_HOLD | CAP_DISCARD, 0, finished, l);
	while (l->outcome == NULL)
		loop_run(l->local.loop);
	http_reply_json(&json, tx, l->outcome, clock_mono_us() - begin, false);
	*json_r = buf_span(&json);
	return true;
}

static void local_free(struct scanner *pub)
{
	struct local *l = (struct local *)pub;
	struct arena *arena = l->arena;

	local_engine_close(&l->local);
	arena_free(&arena);
}

static bool local_init(struct local *l, const struct scan_options *o, struct err *err_r)
{
	if (o->ip != NULL && !ip_parse(span_of(o->ip), &l->ip))
		return err_set(err_r, "'%s' is no IP address", o->ip);
	if (!local_engine_open(&l->local, o->config, NULL, err_r))
		return false;
	if (!o->no_dns)
		local_engine_ask_dns(&l->local);
	service_init(&l->service, &l->local.services, l->local.ruleset.engine, conf_get(l->local.conf, &reduce_setting_set));
	return true;
}

struct scanner *scanner_local_new(const struct scan_options *o, struct err *err_r)
{
	struct arena *arena = arena_new(0);
	struct local *l = ARENA_NEW(arena, struct local);

	l->pub = (struct scanner){ local_scan, local_free };
	l->arena = arena;
	l->options = o;
	if (!local_init(l, o, err_r)) {
		local_free(&l->pub);
		return NULL;
	}
	return &l->pub;
}
