#include "sample.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "checks/registry.h"
#include "inspect/contents.h"
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

/* In place of the inspector: what the .env file says, and what is really inside. */
static void inspect_here(void *ctx, const struct inspect_job *job, struct arena *arena, struct inspect_answer *answer_r)
{
	struct sample_engine *e = ctx;
	struct contents_input input = { .content = job->content, .name = job->name, .type = job->type, .passwords = job->passwords, .npasswords = job->npasswords, .qr = true };
	struct contents c;

	*answer_r = e->inspected;
	if ((job->flags & INSPECT_CONTENTS) == 0)
		return;
	contents_read(arena, &input, NULL, &c);
	answer_r->contents = contents_encode(arena, &c, CONTENTS_FLAT_MAX, false);
}

static void set_inspected(struct sample_engine *e, struct span text)
{
	static const char *const words[] = { [INSPECT_CLEAN] = "clean", [INSPECT_FOUND] = "found", [INSPECT_NOT_SCANNED] = "not_scanned", [INSPECT_UNAVAILABLE] = "unavailable", [INSPECT_ERROR] = "error" };
	struct span word = span_split(&text, ' ');
	int status = INSPECT_STATUS_N - 1;

	e->inspected = (struct inspect_answer){ .flags = span_eq(word, SPAN_LIT("limits")) ? INSPECT_LIMITS : 0 };
	if (e->inspected.flags != 0)
		return;
	while (status >= 0 && !span_eq(word, span_of(words[status])))
		status--;
	assert(status >= 0);
	e->inspected.status = (enum inspect_status)status;
	e->inspected.nnames = text.len != 0;
	e->inspected.names[0] = text;
}

static void apply_env(struct transaction *tx, struct sample_engine *e, struct span text)
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
			dns_table_add(e->dns, line);
		else if (span_eq(key, SPAN_LIT("inspect")))
			set_inspected(e, line);
		else if (span_eq(key, SPAN_LIT("size")) && span_uint(line, UINT64_MAX, &number))
			tx->raw_size = number;
		else if (span_eq(key, SPAN_LIT("time")) && span_uint(line, INT64_MAX / 1000000, &number))
			tx->received_us = (int64_t)number * 1000000;
		else
			assert(!"unknown key in .env file");
	}
}

static void drop_config(struct sample_engine *e)
{
	engine_free(&e->own_engine);
	conf_free(&e->own_conf);
}

/* The sample's own configuration, if it has one. */
static void load_config(struct sample_engine *e, struct arena *arena, const char *path)
{
	struct err err = { "" };
	char *lua = arena_str(arena, span_of(path));
	struct span text;

	drop_config(e);
	memcpy(lua + strlen(lua) - 3, "lua", 3);
	text = read_file(arena, lua);
	if (text.p == NULL)
		return;
	e->own_conf = conf_load_text(text, lua, settings_all(e->arena), &err);
	if (e->own_conf != NULL)
		e->own_engine = engine_new(e->own_conf, checks_all, &err);
	if (e->own_engine == NULL) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

static const struct engine *engine_now(const struct sample_engine *e)
{
	return e->own_engine != NULL ? e->own_engine : e->ruleset.engine;
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
	load_config(e, arena, path);
	e->inspected = (struct inspect_answer){ .status = INSPECT_CLEAN };
	apply_env(tx, e, read_file(arena, env));
	return tx;
}

static void finished(void *ctx, const struct scan *scan)
{
	*(const struct scan **)ctx = scan;
}

const struct scan *sample_scan(struct sample_engine *e, const struct transaction *tx)
{
	const struct scan *done = NULL;

	((struct transaction *)(uintptr_t)tx)->dir = engine_direction(engine_now(e), &tx->client, true);
	scan_start(engine_now(e), &e->services, tx, STAGE_MESSAGE, 30000000, finished, &done);
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
	e->here = (struct inspect_here){ inspect_here, e };
	e->services = (struct services){ .loop = e->loop, .dns = dns_table_dns(e->dns), .here = &e->here };
	*state = e;
	return 0;
}

int sample_teardown(void **state)
{
	struct sample_engine *e = *state;

	drop_config(e);
	dns_table_free(&e->dns);
	loop_free(&e->loop);
	ruleset_free(&e->ruleset);
	conf_free(&e->conf);
	arena_free(&e->arena);
	free(e);
	return 0;
}
