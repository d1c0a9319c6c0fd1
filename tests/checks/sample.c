#include "sample.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "mail/address.h"
#include "proc/settings.h"

static struct span read_file(struct arena *arena, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct buf b = BUF_INIT(arena);
	size_t n;

	if (f == NULL)
		return SPAN_NONE;
	do {
		char *room = buf_reserve(&b, 65536);

		assert(room != NULL);
		n = fread(room, 1, 65536, f);
		b.len += n;
	} while (n > 0);
	fclose(f);
	if (b.p == NULL)
		return SPAN_LIT("");
	return buf_span(&b);
}

static void add_rcpt(struct transaction *tx, struct rcpt **v, size_t *cap, struct span address)
{
	struct rcpt *r = ARRAY_ADD(tx->arena, *v, tx->env.nrcpt, *cap);

	r->raw = address;
	r->address = address;
	tx->env.rcpt = *v;
}

static void apply_env(struct transaction *tx, struct dns_table *dns, struct span text)
{
	struct rcpt *rcpt = NULL;
	size_t cap = 0;

	while (text.p != NULL && text.len != 0) {
		struct span line = span_trim(span_split(&text, '\n'));
		struct span key = line.len != 0 ? span_split(&line, '=') : SPAN_NONE;
		uint64_t number = 0;

		if (key.len == 0)
			continue;
		if (span_eq(key, SPAN_LIT("ip")))
			assert(ip_parse(line, &tx->client.ip));
		else if (span_eq(key, SPAN_LIT("name")))
			tx->client.name = line;
		else if (span_eq(key, SPAN_LIT("helo")))
			tx->client.helo = line;
		else if (span_eq(key, SPAN_LIT("user")))
			tx->client.auth_user = line;
		else if (span_eq(key, SPAN_LIT("tls")))
			tx->client.tls_version = line;
		else if (span_eq(key, SPAN_LIT("from"))) {
			tx->env.from = line.p != NULL ? line : SPAN_LIT("");
			tx->env.from_set = true;
		} else if (span_eq(key, SPAN_LIT("rcpt")))
			add_rcpt(tx, &rcpt, &cap, line);
		else if (span_eq(key, SPAN_LIT("dns")))
			dns_table_add(dns, line);
		else if (span_eq(key, SPAN_LIT("size")) && span_uint(line, UINT64_MAX, &number))
			tx->raw_size = number;
		else if (span_eq(key, SPAN_LIT("time")) && span_uint(line, INT64_MAX / 1000000, &number))
			tx->received_us = (int64_t)number * 1000000;
		else
			assert(!"unknown key in .env file");
	}
}

struct transaction *sample_load(struct sample_engine *e, const char *path)
{
	struct arena *arena = arena_new(0);
	struct transaction *tx = ARENA_NEW(arena, struct transaction);
	struct span raw = read_file(arena, path);
	char *env = arena_str(arena, span_of(path));

	assert(raw.p != NULL && span_ends(span_of(path), SPAN_LIT(".eml")));
	memcpy(env + strlen(env) - 3, "env", 3);
	tx->arena = arena;
	tx->raw = raw;
	tx->raw_size = raw.len;
	tx->received_us = (int64_t)SAMPLE_TIME * 1000000;
	dns_table_clear(e->dns);
	apply_env(tx, e->dns, read_file(arena, env));
	return tx;
}

static void finished(void *ctx, const struct scan *scan)
{
	*(const struct scan **)ctx = scan;
}

const struct scan *sample_scan(struct sample_engine *e, const struct transaction *tx)
{
	const struct scan *done = NULL;

	((struct transaction *)(uintptr_t)tx)->dir = engine_direction(e->ruleset.engine, &tx->client, true);
	scan_start(e->ruleset.engine, &e->services, tx, STAGE_MESSAGE, 30000000, finished, &done);
	while (done == NULL)
		loop_poll(e->loop);
	return done;
}

bool sample_hits(const struct scan *scan, const char *symbol)
{
	int sym = symbol_find(scan->hits.symbols, span_of(symbol));

	assert(sym >= 0);
	for (size_t i = 0; i < scan->hits.n; i++) {
		if (scan->hits.v[i].sym == sym)
			return true;
	}
	return false;
}

int sample_setup(void **state)
{
	struct sample_engine *e = calloc(1, sizeof(*e));
	struct err err = { "" };

	assert(e != NULL);
	message_init();
	e->arena = arena_new(0);
	e->conf = conf_load_text(SPAN_LIT("rules { files = {} }"), "test", settings_all(e->arena), &err);
	if (e->conf == NULL || !ruleset_load(&e->ruleset, e->conf, NULL, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	e->loop = loop_new();
	e->dns = dns_table_new(e->loop);
	e->services = (struct services){ .loop = e->loop, .dns = dns_table_dns(e->dns) };
	*state = e;
	return 0;
}

int sample_teardown(void **state)
{
	struct sample_engine *e = *state;

	dns_table_free(&e->dns);
	loop_free(&e->loop);
	ruleset_free(&e->ruleset);
	conf_free(&e->conf);
	arena_free(&e->arena);
	free(e);
	return 0;
}
