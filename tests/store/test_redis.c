/* Redis: the suite over a real server; then a server that is killed, frozen, restarted, becomes a replica, forgets; Sentinels. */
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "redis_server.h"
#include "store/redis_tls.h"
#include "store/store_redis.h"
#include "store/store_spool.h"
#include "suite.h"

struct site {
	struct store_settings set;
	struct span servers[3], sentinels[1];
	char texts[4][160];
	char unix_path[128], folder[64];
	pid_t server, replica, sentinel;
	struct store *second;
	int port, replica_port, sentinel_port;
};

static void start_server(struct site *s)
{
	const char *args[] = { "--port", "0", "--unixsocket", s->unix_path, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--requirepass", "secret", "--user", "winnow", "on", ">known",
		"~test:*", "+@all", NULL };

	s->server = redis_server_start(s->folder, "redis", false, args);
	assert_true(redis_server_listens(s->unix_path, 0));
}

/* A world whose store knows the server, which runs, by its unix socket. */
static struct world *site_new(void)
{
	struct world *w = world_new();
	struct site *s = calloc(1, sizeof(*s));

	w->more = s;
	snprintf(s->folder, sizeof(s->folder), "%s", w->folder);
	snprintf(s->unix_path, sizeof(s->unix_path), "%s", world_path(w, "socket"));
	snprintf(s->texts[0], sizeof(s->texts[0]), "unix:%s", s->unix_path);
	s->servers[0] = span_of(s->texts[0]);
	s->set = (struct store_settings){
		.type = STORE_REDIS, .size = 1 << 30, .spool_size = 1 << 20, .servers = { s->servers, 1 }, .master = SPAN_LIT("mail"), .user = SPAN_LIT("winnow"), .password = SPAN_LIT("known"),
		.prefix = SPAN_LIT("test:"), .database = 3, .timeout_us = 20000000,
	};
	return w;
}

static struct store *open_redis(struct world *w)
{
	struct site *s = w->more;
	struct store_redis_options o = { .loop = w->loop, .set = &s->set, .quiet = true };
	struct err err = { "" };
	struct store *store = store_redis_new(&o, &err);

	if (store == NULL)
		fail_msg("%s", err.text);
	return store;
}

static void site_free(struct world *w)
{
	struct site *s = w->more;
	char command[256];

	store_free(&w->store);
	redis_server_kill(&s->sentinel);
	redis_server_kill(&s->replica);
	redis_server_kill(&s->server);
	snprintf(command, sizeof(command), "rm -rf %s/appendonlydir", w->folder);
	assert_int_equal(system(command), 0);
	world_free(w);
	free(s);
}

static int setup(void **state)
{
	struct world *w = site_new();

	*state = w;
	start_server(w->more);
	w->store = open_redis(w);
	return 0;
}

static int teardown(void **state)
{
	site_free(*state);
	return 0;
}

/* As the administrator. */
static redisReply *command(struct site *s, const char *text)
{
	redisContext *c = redisConnectUnix(s->unix_path);
	redisReply *r;

	assert_true(c != NULL && c->err == 0);
	freeReplyObject(redisCommand(c, "AUTH secret"));
	freeReplyObject(redisCommand(c, "SELECT 3"));
	r = redisCommand(c, text);
	assert_non_null(r);
	redisFree(c);
	return r;
}

static void test_all_expires(void **state)
{
	struct world *w = *state;
	struct site *s = w->more;
	redisReply *keys;

	ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "", "k"));
	ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "who", "k"));
	ask(w, COUNT(1, HOUR_US, STORE_RATE, "who", "k2"));
	ask(w, CLAIM(HOUR_US, STORE_GREY, "who", "k3"));
	ask(w, APPEND(STORE_LOG_LEARN, "key", SPAN_LIT("x")));
	keys = command(s, "KEYS *");
	assert_true(keys->elements >= 10);
	for (size_t i = 0; i < keys->elements; i++) {
		redisContext *c = redisConnectUnix(s->unix_path);
		redisReply *ttl;

		freeReplyObject(redisCommand(c, "AUTH secret"));
		freeReplyObject(redisCommand(c, "SELECT 3"));
		ttl = redisCommand(c, "PTTL %b", keys->element[i]->str, keys->element[i]->len);
		assert_true(strncmp(keys->element[i]->str, "test:", 5) == 0);
		assert_true(ttl->integer > 0 || ttl->integer == -2); /* gone meanwhile */
		freeReplyObject(ttl);
		redisFree(c);
	}
	freeReplyObject(keys);
}

static void wait_up(struct world *w)
{
	while (try(w, GET(STORE_NODE, "", "up")) != OP_OK)
		pass(w, 20000);
}

static void test_scripts_flushed(void **state)
{
	struct world *w = *state;

	ask(w, COUNT(1, HOUR_US, STORE_RATE, "", "flushed"));
	freeReplyObject(command(w->more, "SCRIPT FLUSH"));
	assert_int_equal(try(w, COUNT(1, HOUR_US, STORE_RATE, "", "flushed")), OP_FAIL);
	wait_up(w);
	assert_true(ask(w, COUNT(1, HOUR_US, STORE_RATE, "", "flushed"))->number >= 1);
}

static void test_killed_under_load(void **state)
{
	enum { N = 3000, AT_ONCE = 100 };
	struct world *w = site_new();
	struct site *s = w->more;
	struct result *r = calloc(AT_ONCE, sizeof(*r));
	unsigned char *acked = calloc(N, 1), *seen = calloc(N, 1);
	const struct store_answer *a;
	unsigned failed = 0, i;
	uint64_t from = 1;
	char name[32];

	(void)state;
	start_server(s);
	w->store = open_redis(w);
	for (unsigned base = 0; base < N; base += AT_ONCE) {
		for (i = 0; i < AT_ONCE; i++) {
			/* The second half reaches a server that cannot answer any more. */
			if (i == AT_ONCE / 2 && (base == 1000 || base == 2000)) {
				await(&r[20]);
				kill(s->server, SIGSTOP);
			}
			snprintf(name, sizeof(name), "e%u", base + i);
			begin(w, &r[i], APPEND(STORE_LOG_LEARN, name, span_of(name)));
		}
		if (base == 1000 || base == 2000) {
			pass(w, 5000);
			redis_server_kill(&s->server);
		}
		for (i = 0; i < AT_ONCE; i++) {
			await(&r[i]);
			acked[base + i] = r[i].status == OP_OK;
			failed += r[i].status == OP_FAIL;
			assert_int_not_equal(r[i].status, OP_DEADLINE);
			result_free(&r[i]);
		}
		if (s->server == 0) {
			/* At once, not after some patience. */
			for (i = 0; i < 500; i++)
				assert_int_equal(try(w, GET(STORE_NODE, "", "k")), OP_FAIL);
			start_server(s);
			wait_up(w);
		}
	}
	assert_true(failed > 0);
	do {
		a = ask(w, RANGE(STORE_LOG_LEARN, from, 1000));
		for (size_t at = 0; at < a->n; at++) {
			snprintf(name, sizeof(name), "%.*s", SPAN_ARG(a->v[at].key));
			assert_int_equal(sscanf(name, "e%u", &i), 1);
			assert_int_equal(seen[i]++, 0);
			from = a->v[at].position + 1;
		}
	} while (a->more);
	for (i = 0; i < N; i++)
		assert_false(acked[i] && !seen[i]);
	free(acked);
	free(seen);
	free(r);
	site_free(w);
}

static void test_frozen(void **state)
{
	struct world *w = site_new();
	struct site *s = w->more;
	struct result r[20];

	(void)state;
	start_server(s);
	s->set.timeout_us = 300000;
	w->store = open_redis(w);
	wait_up(w);
	kill(s->server, SIGSTOP);
	for (size_t i = 0; i < 20; i++)
		begin(w, &r[i], COUNT(1, HOUR_US, STORE_RATE, "", "k"));
	op_cancel(&r[7].op);
	for (size_t i = 0; i < 20; i++) {
		if (i == 7)
			continue;
		await(&r[i]);
		assert_int_not_equal(r[i].status, OP_OK);
		result_free(&r[i]);
	}
	assert_int_equal(try(w, GET(STORE_NODE, "", "k")), OP_FAIL);
	kill(s->server, SIGCONT);
	wait_up(w);
	site_free(w);
}

static void test_nobody_there(void **state)
{
	struct world *w = site_new();
	struct site *s = w->more;

	(void)state;
	w->store = open_redis(w);
	assert_int_equal(try(w, GET(STORE_NODE, "", "k")), OP_FAIL); /* waits for the first attempt */
	assert_int_equal(try(w, GET(STORE_NODE, "", "k")), OP_FAIL);
	start_server(s);
	wait_up(w);
	store_free(&w->store);
	s->set.password = SPAN_LIT("wrong");
	w->store = open_redis(w);
	assert_int_equal(try(w, GET(STORE_NODE, "", "k")), OP_FAIL);
	store_free(&w->store);
	/* Freed while it connects, and while something is under way. */
	s->set.password = SPAN_LIT("known");
	w->store = open_redis(w);
	{
		struct result r;

		begin(w, &r, GET(STORE_NODE, "", "k"));
		r.op = NULL;
		store_free(&w->store);
		assert_int_equal(r.done, 0);
		w->store = open_redis(w);
		wait_up(w);
		begin(w, &r, GET(STORE_NODE, "", "k"));
		r.op = NULL;
		store_free(&w->store);
		assert_int_equal(r.done, 0);
	}
	site_free(w);
}

/* Events outlive Redis, as the controller opens it. */
static void test_spooled(void **state)
{
	struct world *w = site_new();
	struct site *s = w->more;
	struct err err = { "" };
	char name[16];

	(void)state;
	start_server(s);
	w->store = store_open(w->loop, &s->set, w->folder, &err);
	assert_non_null(w->store);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "e%u", i);
		assert_true(ask(w, APPEND(STORE_LOG_LEARN, name, span_of(name)))->yes);
		if (i == 20)
			redis_server_kill(&s->server);
		if (i == 40) {
			assert_true(store_spool_waiting(w->store) > 0);
			start_server(s);
		}
	}
	while (store_spool_waiting(w->store) != 0)
		pass(w, 20000);
	assert_int_equal(ask(w, RANGE(STORE_LOG_LEARN, 1, 1000))->n, 60);
	site_free(w);
}

/* Replicas and Sentinels. */

static void start_over_tcp(struct site *s, pid_t *pid_r, const char *name, int port, int master_port)
{
	char text[16], of[40], file[32];
	const char *args[] = { "--port", text, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dbfilename", file, "--repl-diskless-sync-delay", "0", master_port != 0 ? "--replicaof" : NULL, of, NULL };

	snprintf(text, sizeof(text), "%d", port);
	snprintf(of, sizeof(of), "127.0.0.1 %d", master_port);
	snprintf(file, sizeof(file), "%s.rdb", name);
	*pid_r = redis_server_start(s->folder, name, false, args);
	assert_true(redis_server_listens(NULL, port));
}

static void start_pair(struct site *s)
{
	s->set.user = s->set.password = SPAN_NONE;
	s->set.timeout_us = 2000000;
	s->port = redis_server_free_port();
	start_over_tcp(s, &s->server, "first", s->port, 0);
	s->replica_port = redis_server_free_port();
	start_over_tcp(s, &s->replica, "second", s->replica_port, s->port);
	snprintf(s->texts[0], sizeof(s->texts[0]), "inet:127.0.0.1:%d", s->replica_port);
	snprintf(s->texts[1], sizeof(s->texts[1]), "inet:127.0.0.1:%d", s->port);
	s->servers[0] = span_of(s->texts[0]);
	s->servers[1] = span_of(s->texts[1]);
	s->set.servers = (struct span_list){ s->servers, 2 };
}

static char *say(int port, const char *text)
{
	redisContext *c = redisConnect("127.0.0.1", port);
	redisReply *r = c != NULL && c->err == 0 ? redisCommand(c, text) : NULL;
	char *answer = strdup(r != NULL && r->str != NULL ? r->str : "");

	freeReplyObject(r);
	if (c != NULL)
		redisFree(c);
	return answer;
}

static void test_replica_is_passed_over(void **state)
{
	struct world *w = site_new();
	struct site *s = w->more;

	(void)state;
	start_pair(s);
	w->store = open_redis(w);
	wait_up(w);
	ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "", "k")); /* the master took it */
	/* They change places. */
	free(say(s->replica_port, "REPLICAOF NO ONE"));
	{
		char text[64];

		snprintf(text, sizeof(text), "REPLICAOF 127.0.0.1 %d", s->replica_port);
		free(say(s->port, text));
	}
	while (try(w, PUT(SPAN_LIT("y"), HOUR_US, STORE_NODE, "who", "k2")) != OP_OK)
		pass(w, 20000);
	site_free(w);
}

static void wait_sentinel(struct site *s)
{
	char *info;
	bool ready;

	do {
		usleep(50000);
		info = say(s->sentinel_port, "INFO sentinel");
		ready = strstr(info, "status=ok") != NULL && strstr(info, "slaves=1") != NULL;
		free(info);
	} while (!ready);
}

static void test_sentinel(void **state)
{
	struct world *w = site_new();
	struct site *s = w->more;
	char path[128];
	FILE *f;

	(void)state;
	start_pair(s);
	s->sentinel_port = redis_server_free_port();
	snprintf(path, sizeof(path), "%s", world_path(w, "sentinel.conf"));
	f = fopen(path, "w");
	fprintf(f, "port %d\nbind 127.0.0.1\nsentinel monitor mail 127.0.0.1 %d 1\nsentinel down-after-milliseconds mail 500\nsentinel failover-timeout mail 3000\n", s->sentinel_port, s->port);
	fclose(f);
	s->sentinel = redis_server_start(s->folder, "sentinel", true, (const char *const[]){ path, "--sentinel", NULL });
	assert_true(redis_server_listens(NULL, s->sentinel_port));
	snprintf(s->texts[2], sizeof(s->texts[2]), "inet:127.0.0.1:%d", s->sentinel_port);
	s->sentinels[0] = span_of(s->texts[2]);
	s->set.sentinels = (struct span_list){ s->sentinels, 1 };
	w->store = open_redis(w);
	wait_sentinel(s);
	wait_up(w);
	ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "", "k"));
	redis_server_kill(&s->server);
	while (try(w, PUT(SPAN_LIT("y"), HOUR_US, STORE_NODE, "", "after")) != OP_OK)
		pass(w, 50000);
	/* One that does not know the name. */
	store_free(&w->store);
	s->set.master = SPAN_LIT("other");
	w->store = open_redis(w);
	assert_int_equal(try(w, GET(STORE_NODE, "", "k")), OP_FAIL);
	site_free(w);
}

static void test_settings(void **state)
{
	struct span bad[] = { SPAN_LIT("redis.example.com") };
	struct store_settings set = { .type = STORE_REDIS, .prefix = SPAN_LIT("x") };
	struct err err = { "" };

	(void)state;
	assert_false(store_setting_set.check(&set, &err));
	assert_non_null(strstr(err.text, "servers"));
	set.servers = (struct span_list){ bad, 1 };
	assert_false(store_setting_set.check(&set, &err));
	bad[0] = SPAN_LIT("inet:127.0.0.1:6379");
	assert_true(store_setting_set.check(&set, &err));
	set.tls = true;
	assert_int_equal(store_setting_set.check(&set, &err), redis_tls_possible(NULL));
	set = (struct store_settings){ .path = SPAN_LIT("relative") };
	assert_false(store_setting_set.check(&set, &err));
}

int main(void)
{
	const struct CMUnitTest with_server[] = { cmocka_unit_test(test_all_expires), cmocka_unit_test(test_scripts_flushed) };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_under_load), cmocka_unit_test(test_frozen), cmocka_unit_test(test_nobody_there), cmocka_unit_test(test_spooled),
		cmocka_unit_test(test_replica_is_passed_over), cmocka_unit_test(test_sentinel), cmocka_unit_test(test_settings),
	};
	int failed;

	signal(SIGPIPE, SIG_IGN);
	failed = _cmocka_run_group_tests("suite", suite_tests, suite_count, setup, teardown);

	failed += cmocka_run_group_tests_name("redis", with_server, setup, teardown);
	return failed + cmocka_run_group_tests_name("redis faults", tests, NULL, NULL);
}
