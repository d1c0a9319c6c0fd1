#include "world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>

#include "mail/message.h"

static const struct setting_set **sets(struct world *w)
{
	static const struct check *const none[] = { NULL };
	const struct setting_set **engine = engine_setting_sets(w->arena, none), **all;
	size_t n = 0;

	while (engine[n] != NULL)
		n++;
	all = ARENA_ARRAY(w->arena, n + 2, const struct setting_set *);
	memcpy(all, engine, n * sizeof(*engine));
	all[n] = &lists_setting_set;
	return all;
}

static void must(const void *p, const struct err *err)
{
	if (p == NULL)
		print_error("%s\n", err->text);
	assert_non_null(p);
}

void world_open(struct world *w, const char *settings, const char *definitions)
{
	struct err err;

	message_init();
	*w = (struct world){ .arena = arena_new(0), .loop = loop_new() };
	w->conf = conf_load_text(span_of(settings), "test", sets(w), &err);
	must(w->conf, &err);
	if (definitions != NULL)
		w->lists = lists_load_text(w->arena, conf_get(w->conf, &lists_setting_set), "lists.lua", span_of(definitions), &err);
	else
		w->lists = lists_load(w->arena, conf_get(w->conf, &lists_setting_set), &err);
	must(w->lists, &err);
	w->engine = engine_new(w->conf, lists_checks(w->lists), &err);
	must(w->engine, &err);
	w->table = dns_table_new(w->loop);
	w->services = (struct services){ .loop = w->loop, .dns = dns_table_dns(w->table) };
}

void world_close(struct world *w)
{
	list_states_free(&w->services.lists);
	if (w->tx.arena != NULL)
		arena_free(&w->tx.arena);
	dns_table_free(&w->table);
	engine_free(&w->engine);
	conf_free(&w->conf);
	loop_free(&w->loop);
	arena_free(&w->arena);
}

void world_dns(struct world *w, const char *lines)
{
	dns_table_clear(w->table);
	dns_table_add(w->table, span_of(lines));
}

static void tested(void *ctx, enum op_status status, const void *result)
{
	struct world *w = ctx;

	assert_int_equal(status, OP_OK);
	assert_null(result);
	loop_stop(w->loop);
}

void world_start(struct world *w, bool wait)
{
	w->services.lists = list_states_new(w->loop, w->services.dns, w->lists, true);
	for (unsigned i = 0; wait && i < w->lists->n; i++) {
		while (list_states_wait(w->services.lists, i, tested, w) != NULL)
			loop_run(w->loop);
	}
}

static void ended(void *ctx, const struct scan *scan)
{
	struct world *w = ctx;

	(void)scan;
	w->ended = true;
	loop_stop(w->loop);
}

void world_scan(struct world *w, const char *ip, const char *raw)
{
	struct transaction *tx = &w->tx;

	if (tx->arena != NULL)
		arena_free(&tx->arena);
	tx->arena = arena_new(0);
	tx->raw = span_of(raw);
	tx->client.ip = (struct ip){ .set = false };
	if (ip != NULL)
		assert_true(ip_parse(span_of(ip), &tx->client.ip));
	tx->dir = engine_direction(w->engine, &tx->client, true);
	tx->env.rcpt = w->rcpt;
	w->ended = false;
	w->scan = scan_start(w->engine, &w->services, tx, STAGE_MESSAGE, 10000000, ended, w);
	while (!w->ended)
		loop_run(w->loop);
}

const struct hit *world_find(const struct world *w, const char *symbol)
{
	int number = engine_symbol(w->engine, symbol);

	assert_true(number >= 0);
	for (size_t i = 0; i < w->scan->hits.n; i++) {
		if (w->scan->hits.v[i].sym == number)
			return &w->scan->hits.v[i];
	}
	return NULL;
}

const char *world_hit(const struct world *w, const char *symbol)
{
	const struct hit *h = world_find(w, symbol);

	return h != NULL ? arena_str(w->tx.arena, h->evidence) : NULL;
}

size_t world_hits(const struct world *w)
{
	return w->scan->hits.n;
}
