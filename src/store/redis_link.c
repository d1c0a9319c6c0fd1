#include "store/redis_link.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/hash.h"
#include "io/listener.h"
#include "io/log.h"
#include "store/redis_tls.h"

#define BACKOFF_FIRST_US 100000
#define BACKOFF_MAX_US 10000000
#define DIGEST 40

enum state {
	WAITING,  /* for the next attempt */
	ASKING,   /* a Sentinel */
	GREETING,
	READY,
};

/* One connection; lives as long as hiredis has it. */
struct connection {
	struct redis_link *link; /* NULL: given up */
	redisAsyncContext *ac;
	struct event rev, wev;
};

struct addresses {
	struct address_spec v[STORE_SERVERS_MAX];
	size_t n;
};

struct redis_link {
	const struct store_settings *set;
	struct loop *loop;
	bool quiet;
	redis_link_changed *changed;
	void *ctx;
	struct addresses servers, sentinels;
	struct address_spec where; /* the server in use or tried */
	struct redis_tls *tls;
	enum state state;
	struct connection *c;
	struct timer timer;        /* WAITING: the next attempt; ASKING, GREETING: patience */
	unsigned turn, failures;
	char digests[REDIS_SCRIPTS][DIGEST + 1];
};

/* hiredis on our loop. */

static void readable(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg;

	(void)fd;
	(void)what;
	redisAsyncHandleRead(c->ac);
}

static void writable(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg;

	(void)fd;
	(void)what;
	redisAsyncHandleWrite(c->ac);
}

static void add(struct event *ev)
{
	if (event_add(ev, NULL) != 0)
		abort();
}

static void add_read(void *arg)
{
	add(&((struct connection *)arg)->rev);
}

static void del_read(void *arg)
{
	event_del(&((struct connection *)arg)->rev);
}

static void add_write(void *arg)
{
	add(&((struct connection *)arg)->wev);
}

static void del_write(void *arg)
{
	event_del(&((struct connection *)arg)->wev);
}

static void attempt_failed(struct redis_link *, const char *why);

/* The last that hiredis says of a connection, whoever ended it. */
static void cleanup(void *arg)
{
	struct connection *c = arg;
	struct redis_link *l = c->link;

	event_del(&c->rev);
	event_del(&c->wev);
	if (l != NULL) {
		char why[128];

		snprintf(why, sizeof(why), "%s", c->ac->err != 0 && c->ac->errstr != NULL && c->ac->errstr[0] != '\0' ? c->ac->errstr : "the connection was closed");
		l->c = NULL;
		attempt_failed(l, why);
	}
	free(c);
}

static struct connection *connection_attach(struct redis_link *l, redisAsyncContext *ac)
{
	struct connection *c = calloc(1, sizeof(*c));
	struct event_base *base = loop_base(l->loop);

	if (c == NULL)
		abort();
	*c = (struct connection){ .link = l, .ac = ac };
	if (event_assign(&c->rev, base, ac->c.fd, EV_READ | EV_PERSIST, readable, c) != 0 || event_assign(&c->wev, base, ac->c.fd, EV_WRITE | EV_PERSIST, writable, c) != 0)
		abort();
	ac->ev.data = c;
	ac->ev.addRead = add_read;
	ac->ev.delRead = del_read;
	ac->ev.addWrite = add_write;
	ac->ev.delWrite = del_write;
	ac->ev.cleanup = cleanup;
	add(&c->rev);
	add(&c->wev);
	return c;
}

static void connection_end(struct redis_link *l)
{
	struct connection *c = l->c;

	l->c = NULL;
	if (c == NULL)
		return;
	c->link = NULL;
	redisAsyncFree(c->ac);
}

/* Failing, and trying again. */

static int64_t backoff_us(const struct redis_link *l)
{
	int64_t us = l->failures < 8 ? BACKOFF_FIRST_US << (l->failures - 1) : BACKOFF_MAX_US;
	uint16_t some;

	/* Not all processes at once. */
	random_bytes(&some, sizeof(some));
	return (us < BACKOFF_MAX_US ? us : BACKOFF_MAX_US) * (65536 + some / 4) / 65536;
}

static void attempt_failed(struct redis_link *l, const char *why)
{
	bool was_ready = l->state == READY;

	/* Once when it is lost, then at each power of two of attempts. */
	l->failures++;
	if (!l->quiet && (was_ready || (l->failures & (l->failures - 1)) == 0))
		log_warn("redis %s: %s; trying again", l->where.text, why);
	l->state = WAITING;
	timer_set(&l->timer, backoff_us(l));
	connection_end(l);
	l->changed(l->ctx, false);
}

void redis_link_drop(struct redis_link *l, const char *why)
{
	if (l->state != WAITING)
		attempt_failed(l, why);
}

/* Greeting. What comes of a connection that was given up meanwhile is passed over. */

static bool greeting_over(struct connection *c, const redisReply *reply)
{
	return c->link == NULL || reply == NULL;
}

static bool refused(struct connection *c, const redisReply *reply, const char *what)
{
	char why[200];

	if (reply->type != REDIS_REPLY_ERROR)
		return false;
	snprintf(why, sizeof(why), "%s: %s", what, reply->str);
	attempt_failed(c->link, why);
	return true;
}

static void on_auth(redisAsyncContext *ac, void *reply, void *privdata)
{
	(void)ac;
	if (!greeting_over(privdata, reply))
		refused(privdata, reply, "AUTH");
}

static void on_select(redisAsyncContext *ac, void *reply, void *privdata)
{
	(void)ac;
	if (!greeting_over(privdata, reply))
		refused(privdata, reply, "SELECT");
}

/* An error (ROLE may be forbidden) is no answer. */
static void on_role(redisAsyncContext *ac, void *reply, void *privdata)
{
	struct connection *c = privdata;
	const redisReply *r = reply;

	(void)ac;
	if (greeting_over(c, r) || r->type != REDIS_REPLY_ARRAY || r->elements == 0 || r->element[0]->type != REDIS_REPLY_STRING)
		return;
	if (!span_eq(span_make(r->element[0]->str, r->element[0]->len), SPAN_LIT("master")))
		attempt_failed(c->link, "it is no master");
}

static void on_script(redisAsyncContext *ac, void *reply, void *privdata)
{
	struct connection *c = privdata;
	const redisReply *r = reply;
	struct redis_link *l = c->link;
	size_t script = 0;

	(void)ac;
	if (greeting_over(c, r) || refused(c, r, "SCRIPT LOAD"))
		return;
	while (script < REDIS_SCRIPTS && l->digests[script][0] != '\0')
		script++;
	if (r->type != REDIS_REPLY_STRING || r->len != DIGEST || script == REDIS_SCRIPTS) {
		attempt_failed(l, "SCRIPT LOAD: not the answer of a Redis");
		return;
	}
	memcpy(l->digests[script], r->str, DIGEST);
	if (script + 1 < REDIS_SCRIPTS)
		return;
	timer_stop(&l->timer);
	if (!l->quiet && l->failures != 0)
		log_info("redis %s: connected", l->where.text);
	l->failures = 0;
	l->state = READY;
	l->changed(l->ctx, true);
}

static bool say(struct connection *c, redisCallbackFn *fn, const struct span *words, int n)
{
	const char *argv[4];
	size_t len[4];

	assert(n <= 4);
	for (int i = 0; i < n; i++) {
		argv[i] = words[i].p != NULL ? words[i].p : "";
		len[i] = words[i].len;
	}
	return redisAsyncCommandArgv(c->ac, fn, c, n, argv, len) == REDIS_OK;
}

static bool say_auth(struct connection *c, struct span user, struct span password)
{
	const struct span words[] = { SPAN_LIT("AUTH"), user, password };
	const struct span only[] = { SPAN_LIT("AUTH"), password };

	if (password.len == 0)
		return true;
	return user.len != 0 ? say(c, on_auth, words, 3) : say(c, on_auth, only, 2);
}

static bool greet(struct redis_link *l)
{
	struct connection *c = l->c;
	char number[24];
	bool ok = say_auth(c, l->set->user, l->set->password);

	memset(l->digests, 0, sizeof(l->digests));
	snprintf(number, sizeof(number), "%lld", (long long)l->set->database);
	if (l->set->database != 0)
		ok = ok && say(c, on_select, (const struct span[]){ SPAN_LIT("SELECT"), span_of(number) }, 2);
	ok = ok && say(c, on_role, (const struct span[]){ SPAN_LIT("ROLE") }, 1);
	for (size_t i = 0; i < REDIS_SCRIPTS; i++)
		ok = ok && say(c, on_script, (const struct span[]){ SPAN_LIT("SCRIPT"), SPAN_LIT("LOAD"), span_of(redis_scripts[i]) }, 3);
	return ok;
}

/* Connecting. */

/* "192.0.2.1" and port; the port is 0 for a unix socket, whose path it is. */
static const char *host_of(const struct address_spec *where, char host[static INET6_ADDRSTRLEN], int *port_r)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&where->sa;
	const struct sockaddr_in *in = (const struct sockaddr_in *)&where->sa;

	*port_r = 0;
	if (where->sa.ss_family == AF_UNIX)
		return ((const struct sockaddr_un *)&where->sa)->sun_path;
	*port_r = ntohs(where->sa.ss_family == AF_INET6 ? in6->sin6_port : in->sin_port);
	return inet_ntop(where->sa.ss_family, where->sa.ss_family == AF_INET6 ? (const void *)&in6->sin6_addr : &in->sin_addr, host, INET6_ADDRSTRLEN);
}

/* False: attempt_failed() was called. */
static bool connect_to(struct redis_link *l, const struct address_spec *where, enum state state)
{
	char why[128], text[INET6_ADDRSTRLEN] = "";
	redisAsyncContext *ac;
	const char *host;
	int port;

	l->where = *where;
	host = host_of(where, text, &port);
	ac = port != 0 ? redisAsyncConnect(host, port) : redisAsyncConnectUnix(host);
	if (ac == NULL)
		abort();
	l->state = state;
	if (ac->err != 0) {
		snprintf(why, sizeof(why), "%s", ac->errstr != NULL ? ac->errstr : "cannot connect");
		redisAsyncFree(ac);
		attempt_failed(l, why);
		return false;
	}
	l->c = connection_attach(l, ac);
	timer_set(&l->timer, l->set->timeout_us);
	if (l->tls != NULL && !redis_tls_begin(l->tls, &ac->c, host)) {
		attempt_failed(l, "TLS could not be begun");
		return false;
	}
	return true;
}

static void go_to_server(struct redis_link *l, const struct address_spec *where)
{
	if (connect_to(l, where, GREETING) && !greet(l))
		attempt_failed(l, "commands cannot be sent");
}

/* "127.0.0.1", "6379" */
static bool server_told(const redisReply *r, struct address_spec *where_r)
{
	const redisReply *host, *port;
	char text[128];
	bool v6;

	if (r->type != REDIS_REPLY_ARRAY || r->elements != 2)
		return false;
	host = r->element[0];
	port = r->element[1];
	if (host->type != REDIS_REPLY_STRING || port->type != REDIS_REPLY_STRING || host->len > 64 || port->len > 5)
		return false;
	v6 = memchr(host->str, ':', host->len) != NULL;
	snprintf(text, sizeof(text), v6 ? "inet6:[%s]:%s" : "inet:%s:%s", host->str, port->str);
	return address_spec_parse(span_of(text), where_r, NULL);
}

static void on_sentinel(redisAsyncContext *ac, void *reply, void *privdata)
{
	struct connection *c = privdata;
	struct redis_link *l = c->link;
	const redisReply *r = reply;
	struct address_spec where;

	(void)ac;
	if (greeting_over(c, r) || refused(c, r, "SENTINEL"))
		return;
	if (!server_told(r, &where)) {
		attempt_failed(l, r->type == REDIS_REPLY_NIL ? "it knows no server of that name (store.master)" : "it does not tell the server's address");
		return;
	}
	connection_end(l);
	go_to_server(l, &where);
}

static void ask_sentinel(struct redis_link *l)
{
	const struct span words[] = { SPAN_LIT("SENTINEL"), SPAN_LIT("get-master-addr-by-name"), l->set->master };

	if (!connect_to(l, &l->sentinels.v[l->turn++ % l->sentinels.n], ASKING))
		return;
	if (!say_auth(l->c, l->set->sentinel_user, l->set->sentinel_password) || !say(l->c, on_sentinel, words, 3))
		attempt_failed(l, "commands cannot be sent");
}

static void timed(void *ctx)
{
	struct redis_link *l = ctx;

	if (l->state != WAITING)
		attempt_failed(l, "no answer in time");
	else if (l->sentinels.n != 0)
		ask_sentinel(l);
	else
		go_to_server(l, &l->servers.v[l->turn++ % l->servers.n]);
}

static bool parse(const struct span_list *from, struct addresses *to, struct err *err_r)
{
	for (size_t i = 0; i < from->n && to->n < STORE_SERVERS_MAX; i++) {
		if (!address_spec_parse(from->v[i], &to->v[to->n++], err_r))
			return false;
	}
	return true;
}

struct redis_link *redis_link_new(const struct store_redis_options *o, redis_link_changed *changed, void *ctx, struct err *err_r)
{
	struct redis_link *l = calloc(1, sizeof(*l));

	if (l == NULL)
		abort();
	*l = (struct redis_link){ .set = o->set, .loop = o->loop, .quiet = o->quiet, .changed = changed, .ctx = ctx };
	timer_init(&l->timer, o->loop, timed, l);
	if (!parse(&o->set->servers, &l->servers, err_r) || !parse(&o->set->sentinels, &l->sentinels, err_r) || (o->set->tls && (l->tls = redis_tls_new(o->set, err_r)) == NULL)) {
		free(l);
		return NULL;
	}
	assert(l->servers.n + l->sentinels.n != 0);
	timer_set(&l->timer, 0);
	return l;
}

void redis_link_free(struct redis_link **l_r)
{
	struct redis_link *l = *l_r;

	*l_r = NULL;
	if (l == NULL)
		return;
	timer_stop(&l->timer);
	connection_end(l);
	redis_tls_free(&l->tls);
	free(l);
}

redisAsyncContext *redis_link_context(struct redis_link *l)
{
	return l->state == READY && l->c != NULL ? l->c->ac : NULL;
}

const char *redis_link_script(const struct redis_link *l, enum redis_script script)
{
	return l->digests[script];
}
