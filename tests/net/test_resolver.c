/*
 * The resolver against name servers that do as they are told: they live in the same loop, on loopback ports. What a server does with a question is said by the first label of the name:
 *   drop1-, drop2-: leaves the first (two) packets unanswered    wrong-: first answers with another identifier, and another question     tc-: truncated over UDP
 *   bad-: nonsense       fail-, refused-: SERVFAIL, REFUSED      nx-, nodata-: there is no such (with SOA)        link-: a CNAME whose end it does not tell
 *   zero-: time to live 0       short-: 30 s; all others are answered with an address and 300 s
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/log.h"
#include "net/resolver.h"
#include "packet.h"

/* Name servers. */

struct nameserver {
	int udp, tcp, connection;
	uint16_t port;
	struct event on_udp, on_tcp, on_connection;
	bool silent;          /* answers nothing */
	bool failing;         /* answers SERVFAIL */
	unsigned questions, tcp_questions;
	unsigned dropped;     /* of drop- names */
	uint16_t last_port;   /* of the client */
	unsigned ports;       /* changes of it */
	uint16_t ids[8];      /* the last questions' identifiers */
};

static struct packet out;

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0;
}

/* The name and type of a question. */
static unsigned parse(const uint8_t *b, char name[256])
{
	size_t at = 12, n = 0;

	while (b[at] != 0) {
		memcpy(name + n, b + at + 1, b[at]);
		n += b[at];
		name[n++] = '.';
		at += 1 + (size_t)b[at];
	}
	name[n - (n != 0)] = '\0';
	return (unsigned)(b[at + 1] << 8 | b[at + 2]);
}

static void answer_plain(struct packet *p, uint16_t id, const char *name, unsigned type, uint32_t ttl)
{
	packet_begin(p, id, RESPONSE, name, type, 1, 0);
	if (type == DNS_TXT)
		packet_rr(p, name, type, ttl, "\4text", 5);
	else
		packet_a(p, name, ttl, "192.0.2.1");
}

static void answer_big(struct packet *p, uint16_t id, const char *name, unsigned type)
{
	packet_begin(p, id, RESPONSE, name, type, 100, 0);
	for (unsigned i = 0; i < 100; i++)
		packet_rr(p, name, DNS_TXT, 300, "\24abcdefghijklmnopqrst", 21);
}

/* False: no answer. */
static bool make_answer(struct nameserver *ns, const uint8_t *question, bool tcp)
{
	uint16_t id = (uint16_t)(question[0] << 8 | question[1]);
	char name[256];
	unsigned type = parse(question, name);

	ns->ids[ns->questions++ % 8] = id;
	ns->tcp_questions += tcp;
	if (ns->silent || (begins(name, "drop1-") && ns->dropped++ < 1) || (begins(name, "drop2-") && ns->dropped++ < 2) || begins(name, "never-"))
		return false;
	if (ns->failing || begins(name, "fail-"))
		packet_begin(&out, id, RESPONSE | 2, name, type, 0, 0);
	else if (begins(name, "refused-"))
		packet_begin(&out, id, RESPONSE | 5, name, type, 0, 0);
	else if (begins(name, "tc-") && !tcp)
		packet_begin(&out, id, RESPONSE | TRUNCATED, name, type, 0, 0);
	else if (begins(name, "tc-"))
		answer_big(&out, id, name, type);
	else if (begins(name, "bad-"))
		packet_begin(&out, id, RESPONSE, name, type, 7, 0);
	else if (begins(name, "nx-") || begins(name, "nodata-")) {
		packet_begin(&out, id, RESPONSE | (begins(name, "nx-") ? 3 : 0), name, type, 0, 1);
		packet_soa(&out, "test", 900, 60);
	} else if (begins(name, "link-")) {
		packet_begin(&out, id, RESPONSE, name, type, 1, 0);
		packet_rr_name(&out, name, DNS_CNAME, 40, -1, begins(name, "link-self") ? "link-self.test" : "short-end.test");
	} else
		answer_plain(&out, id, name, type, begins(name, "zero-") ? 0 : begins(name, "short-") ? 30 : 300);
	return true;
}

static void send_wrong(int fd, const struct sockaddr_in *to, const uint8_t *question)
{
	char name[256];
	unsigned type = parse(question, name);
	struct packet *p = malloc(sizeof(*p));
	uint16_t id = (uint16_t)(question[0] << 8 | question[1]);

	packet_begin(p, (uint16_t)(id + 1), RESPONSE, name, type, 1, 0);
	packet_a(p, name, 300, "192.0.2.66");
	(void)!sendto(fd, p->b, p->len, 0, (const struct sockaddr *)to, sizeof(*to));
	packet_begin(p, id, RESPONSE, "other.test", type, 1, 0);
	packet_a(p, "other.test", 300, "192.0.2.67");
	(void)!sendto(fd, p->b, p->len, 0, (const struct sockaddr *)to, sizeof(*to));
	free(p);
}

static void udp_came(evutil_socket_t fd, short what, void *arg)
{
	struct nameserver *ns = arg;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	uint8_t b[1500];
	char name[256];

	(void)what;
	while (recvfrom(fd, b, sizeof(b), 0, (struct sockaddr *)&from, &len) > 12) {
		ns->ports += from.sin_port != ns->last_port;
		ns->last_port = from.sin_port;
		parse(b, name);
		if (begins(name, "wrong-"))
			send_wrong(fd, &from, b);
		if (make_answer(ns, b, false))
			(void)!sendto(fd, out.b, out.len, 0, (struct sockaddr *)&from, len);
	}
}

static void connection_came(evutil_socket_t fd, short what, void *arg)
{
	struct nameserver *ns = arg;
	uint8_t b[1500], size[2];
	ssize_t n = recv(fd, b, sizeof(b), 0);

	(void)what;
	if (n <= 14) {
		event_del(&ns->on_connection);
		close(ns->connection);
		ns->connection = -1;
		return;
	}
	if (!make_answer(ns, b + 2, true))
		return;
	size[0] = (uint8_t)(out.len >> 8);
	size[1] = (uint8_t)out.len;
	(void)!send(fd, size, 2, MSG_MORE);
	(void)!send(fd, out.b, out.len, 0);
}

static void tcp_came(evutil_socket_t fd, short what, void *arg)
{
	struct nameserver *ns = arg;
	struct event_base *base = event_get_base(&ns->on_tcp);

	(void)what;
	assert_int_equal(ns->connection, -1);
	ns->connection = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	event_assign(&ns->on_connection, base, ns->connection, EV_READ | EV_PERSIST, connection_came, ns);
	event_add(&ns->on_connection, NULL);
}

static void nameserver_start(struct nameserver *ns, struct loop *loop)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sa);

	*ns = (struct nameserver){ .connection = -1 };
	/* A port that is free for both. */
	for (;;) {
		ns->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		ns->tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		sa.sin_port = 0;
		assert_int_equal(bind(ns->udp, (struct sockaddr *)&sa, sizeof(sa)), 0);
		getsockname(ns->udp, (struct sockaddr *)&sa, &len);
		if (bind(ns->tcp, (struct sockaddr *)&sa, sizeof(sa)) == 0)
			break;
		close(ns->udp);
		close(ns->tcp);
	}
	assert_int_equal(listen(ns->tcp, 5), 0);
	ns->port = ntohs(sa.sin_port);
	event_assign(&ns->on_udp, loop_base(loop), ns->udp, EV_READ | EV_PERSIST, udp_came, ns);
	event_assign(&ns->on_tcp, loop_base(loop), ns->tcp, EV_READ | EV_PERSIST, tcp_came, ns);
	event_add(&ns->on_udp, NULL);
	event_add(&ns->on_tcp, NULL);
}

static void nameserver_stop(struct nameserver *ns)
{
	event_del(&ns->on_udp);
	event_del(&ns->on_tcp);
	close(ns->udp);
	close(ns->tcp);
	if (ns->connection < 0)
		return;
	event_del(&ns->on_connection);
	close(ns->connection);
}

/* The world of a test. */

static int64_t clock_offset;

static int64_t test_clock(void)
{
	return clock_mono_us() + clock_offset;
}

struct world {
	struct loop *loop;
	struct nameserver ns[2];
	struct dns_settings set;
	struct resolver *resolver;
	struct dns *dns;
};

static struct world *world_new(unsigned servers)
{
	struct world *w = calloc(1, sizeof(*w));
	struct resolver_options o = { .set = &w->set, .now_us = test_clock, .quiet = true };

	clock_offset = 0;
	w->loop = loop_new();
	w->set = (struct dns_settings){
		.timeout_us = 1000000, .retry_us = 40000, .tries = 4, .in_flight = 100, .cache_entries = 1000, .cache_size = 1 << 20, .min_ttl_us = 5000000, .max_ttl_us = 86400000000,
		.negative_ttl_us = 3600000000, .failure_ttl_us = 30000000, .stale_us = 0,
	};
	for (unsigned i = 0; i < 2; i++)
		nameserver_start(&w->ns[i], w->loop);
	for (unsigned i = 0; i < servers; i++) {
		ip_parse(SPAN_LIT("127.0.0.1"), &o.servers.v[i].ip);
		o.servers.v[i].port = w->ns[i].port;
	}
	o.servers.n = servers;
	w->resolver = resolver_new(w->loop, &o);
	w->dns = resolver_dns(w->resolver);
	return w;
}

static void world_free(struct world *w)
{
	resolver_free(&w->resolver);
	for (unsigned i = 0; i < 2; i++)
		nameserver_stop(&w->ns[i]);
	loop_free(&w->loop);
	free(w);
}

struct asked {
	struct world *w;
	struct op *op;
	unsigned done;
	enum op_status status;
	enum dns_result result;
	size_t n;
	uint32_t ttl;
	uint8_t last_byte; /* of the first address */
	size_t bytes;      /* of the first text */
};

static unsigned pending;

static void done(void *ctx, enum op_status status, const void *result)
{
	struct asked *a = ctx;
	const struct dns_answer *answer = result;

	a->op = NULL;
	a->done++;
	a->status = status;
	assert_int_equal(status == OP_OK, answer != NULL);
	if (answer != NULL) {
		a->result = answer->result;
		a->n = answer->n;
		a->ttl = answer->ttl;
		a->last_byte = answer->n != 0 ? answer->v[0].ip.b[15] : 0;
		a->bytes = answer->n != 0 ? answer->v[0].text.len : 0;
	}
	if (--pending == 0)
		loop_stop(a->w->loop);
}

static void begin(struct world *w, struct asked *a, const char *name, enum dns_type type, int64_t deadline_us)
{
	*a = (struct asked){ .w = w };
	pending++;
	a->op = dns_query(w->dns, span_of(name), type, deadline_us, done, a);
	assert_non_null(a->op);
	assert_int_equal(a->done, 0);
}

static void give_up(void *ctx)
{
	(void)ctx;
	fail_msg("no answer");
}

static void wait_all(struct world *w)
{
	struct timer last;

	timer_init(&last, w->loop, give_up, w);
	timer_set(&last, 30000000);
	while (pending != 0)
		loop_run(w->loop);
	timer_stop(&last);
}

static struct asked ask(struct world *w, const char *name, enum dns_type type)
{
	static struct asked a;

	begin(w, &a, name, type, 0);
	wait_all(w);
	assert_int_equal(a.done, 1);
	return a;
}

static struct resolver_counters counters(const struct world *w)
{
	struct resolver_counters c;

	resolver_counters(w->resolver, &c);
	return c;
}

static struct dns_server_counters server_counters(const struct world *w, size_t i)
{
	struct dns_server_counters c;

	assert_true(resolver_server_counters(w->resolver, i, &c));
	return c;
}

/* Tests. */

static void test_found(void **state)
{
	struct world *w = world_new(1);
	struct asked a = ask(w, "www.Test.", DNS_A);

	(void)state;
	assert_int_equal(a.status, OP_OK);
	assert_int_equal(a.result, DNS_FOUND);
	assert_int_equal(a.last_byte, 1);
	assert_in_range(a.ttl, 299, 300);
	a = ask(w, "WWW.test", DNS_A);
	assert_int_equal(a.result, DNS_FOUND);
	assert_int_equal(w->ns[0].questions, 1);
	a = ask(w, "www.test", DNS_TXT);
	assert_int_equal(a.bytes, 4);
	assert_int_equal(w->ns[0].questions, 2);
	assert_int_equal(counters(w).cached, 1);
	assert_int_equal(counters(w).found, 2);
	world_free(w);
}

static void test_impossible(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	assert_int_equal(ask(w, "a..b", DNS_A).result, DNS_NXDOMAIN);
	assert_int_equal(ask(w, "", DNS_A).result, DNS_NXDOMAIN);
	assert_int_equal(ask(w, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test", DNS_A).result, DNS_NXDOMAIN);
	assert_int_equal(w->ns[0].questions, 0);
	assert_int_equal(counters(w).impossible, 3);
	world_free(w);
}

static void test_retry(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	assert_int_equal(ask(w, "drop2-a.test", DNS_A).result, DNS_FOUND);
	assert_int_equal(w->ns[0].questions, 3);
	assert_int_equal(server_counters(w, 0).overdue, 2);
	world_free(w);
}

/* The name is at fault, not the server: it is not asked again for a while. */
static void test_timeout(void **state)
{
	struct world *w = world_new(1);
	struct asked a[2];
	unsigned asked;

	(void)state;
	begin(w, &a[0], "never-a.test", DNS_A, 0);
	begin(w, &a[1], "good.test", DNS_A, 0);
	wait_all(w);
	assert_int_equal(a[0].status, OP_DEADLINE);
	assert_int_equal(a[1].status, OP_OK);
	asked = counters(w).started;
	assert_int_equal(asked, 2);
	assert_in_range(w->ns[0].questions, 5, 9); /* 4 + 1, and whether the server is well */
	assert_int_equal(ask(w, "never-a.test", DNS_A).status, OP_DEADLINE);
	assert_int_equal(counters(w).started, asked);
	assert_true(server_counters(w, 0).up);
	assert_int_equal(counters(w).timeouts, 1);
	world_free(w);
}

static void test_own_deadline(void **state)
{
	struct world *w = world_new(1);
	struct asked a[2];

	(void)state;
	begin(w, &a[0], "drop1-a.test", DNS_A, 1000);
	begin(w, &a[1], "drop1-a.test", DNS_A, 0);
	wait_all(w);
	assert_int_equal(a[0].status, OP_DEADLINE);
	assert_int_equal(a[1].status, OP_OK);
	assert_int_equal(counters(w).coalesced, 1);
	world_free(w);
}

static void test_truncated(void **state)
{
	struct world *w = world_new(1);
	struct asked a = ask(w, "tc-a.test", DNS_TXT);

	(void)state;
	assert_int_equal(a.status, OP_OK);
	assert_int_equal(a.n, 100);
	assert_int_equal(a.bytes, 20);
	assert_int_equal(w->ns[0].tcp_questions, 1);
	assert_int_equal(server_counters(w, 0).tcp, 1);
	/* The connection is used again. */
	assert_int_equal(ask(w, "tc-b.test", DNS_TXT).n, 100);
	assert_int_equal(w->ns[0].tcp_questions, 2);
	assert_int_equal(server_counters(w, 0).tcp, 1);
	world_free(w);
}

static void test_coalescing_and_cancel(void **state)
{
	struct world *w = world_new(1);
	struct asked a[5];

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		begin(w, &a[i], i % 2 != 0 ? "Same.test" : "same.test.", DNS_A, 0);
	op_cancel(&a[0].op);
	op_cancel(&a[3].op);
	pending -= 2;
	wait_all(w);
	assert_int_equal(w->ns[0].questions, 1);
	assert_int_equal(counters(w).coalesced, 4);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(a[i].done, i != 0 && i != 3);
	/* Of those that are ready as well; and all of them, before the answer comes. */
	begin(w, &a[0], "same.test", DNS_A, 0);
	begin(w, &a[1], "same.test", DNS_A, 0);
	begin(w, &a[2], "new.test", DNS_A, 0);
	op_cancel(&a[0].op);
	op_cancel(&a[2].op);
	pending -= 2;
	wait_all(w);
	assert_int_equal(a[0].done + a[2].done, 0);
	assert_int_equal(a[1].done, 1);
	world_free(w);
}

static struct asked chained[3];

static void ask_next(void *ctx, enum op_status status, const void *result)
{
	struct asked *a = ctx;

	(void)result;
	assert_int_equal(status, OP_OK);
	/* Asks and cancels from within: the other one was ready too. */
	op_cancel(&chained[1].op);
	pending--;
	begin(a->w, &chained[2], "one.test", DNS_A, 0);
	a->done++;
	pending--;
}

static void test_from_within(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	ask(w, "one.test", DNS_A);
	chained[0] = (struct asked){ .w = w };
	pending++;
	dns_query(w->dns, SPAN_LIT("one.test"), DNS_A, 0, ask_next, &chained[0]);
	begin(w, &chained[1], "one.test", DNS_A, 0);
	wait_all(w);
	assert_int_equal(chained[0].done, 1);
	assert_int_equal(chained[1].done, 0);
	assert_int_equal(chained[2].done, 1);
	assert_int_equal(w->ns[0].questions, 1);
	world_free(w);
}

static void test_time_to_live(void **state)
{
	struct world *w = world_new(1);
	struct asked a;

	(void)state;
	ask(w, "short-a.test", DNS_A);
	clock_offset += 20000000;
	a = ask(w, "short-a.test", DNS_A);
	assert_in_range(a.ttl, 9, 10);
	assert_int_equal(w->ns[0].questions, 1);
	clock_offset += 10000000;
	ask(w, "short-a.test", DNS_A);
	assert_int_equal(w->ns[0].questions, 2);
	/* Kept for min_ttl. */
	ask(w, "zero-a.test", DNS_A);
	ask(w, "zero-a.test", DNS_A);
	assert_int_equal(w->ns[0].questions, 3);
	clock_offset += 6000000;
	ask(w, "zero-a.test", DNS_A);
	assert_int_equal(w->ns[0].questions, 4);
	world_free(w);
}

static void test_negative(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	assert_int_equal(ask(w, "nx-a.test", DNS_A).result, DNS_NXDOMAIN);
	assert_int_equal(ask(w, "nodata-a.test", DNS_A).result, DNS_NODATA);
	clock_offset += 59000000;
	assert_int_equal(ask(w, "nx-a.test", DNS_A).result, DNS_NXDOMAIN);
	assert_int_equal(ask(w, "nodata-a.test", DNS_A).result, DNS_NODATA);
	assert_int_equal(w->ns[0].questions, 2);
	clock_offset += 2000000; /* the SOA says 60 s */
	ask(w, "nx-a.test", DNS_A);
	assert_int_equal(w->ns[0].questions, 3);
	world_free(w);
}

static void test_failures(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	assert_int_equal(ask(w, "fail-a.test", DNS_A).status, OP_FAIL);
	assert_int_equal(ask(w, "refused-a.test", DNS_A).status, OP_FAIL);
	assert_int_equal(ask(w, "bad-a.test", DNS_A).status, OP_FAIL);
	assert_int_equal(counters(w).malformed, 1);
	assert_int_equal(w->ns[0].questions, 3);
	clock_offset += 29000000;
	assert_int_equal(ask(w, "fail-a.test", DNS_A).status, OP_FAIL);
	assert_int_equal(w->ns[0].questions, 3);
	clock_offset += 2000000;
	assert_int_equal(ask(w, "fail-a.test", DNS_A).status, OP_FAIL);
	assert_int_equal(w->ns[0].questions, 4);
	clock_offset += 31000000; /* remembered for 60 s now */
	assert_int_equal(ask(w, "fail-a.test", DNS_A).status, OP_FAIL);
	assert_int_equal(w->ns[0].questions, 4);
	world_free(w);
}

static void test_next_server(void **state)
{
	struct world *w = world_new(2);

	(void)state;
	w->ns[0].failing = true;
	assert_int_equal(ask(w, "a.test", DNS_A).result, DNS_FOUND);
	assert_int_equal(w->ns[0].questions, 1);
	assert_int_equal(w->ns[1].questions, 1);
	assert_int_equal(server_counters(w, 0).servfail, 1);
	w->ns[1].failing = true;
	assert_int_equal(ask(w, "b.test", DNS_A).status, OP_FAIL);
	world_free(w);
}

static void test_wrong_answers(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	/* The false ones come first. */
	assert_int_equal(ask(w, "wrong-a.test", DNS_A).last_byte, 1);
	world_free(w);
}

static void test_links(void **state)
{
	struct world *w = world_new(1);
	struct asked a = ask(w, "link-a.test", DNS_A);

	(void)state;
	assert_int_equal(a.result, DNS_FOUND);
	assert_in_range(a.ttl, 29, 30);
	assert_int_equal(w->ns[0].questions, 2);
	assert_int_equal(ask(w, "link-self.test", DNS_A).status, OP_FAIL);
	assert_in_range(w->ns[0].questions, 3, 12);
	world_free(w);
}

static void test_bounds(void **state)
{
	struct world *w = world_new(1);
	char name[32];

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "n%u.test", i);
		assert_int_equal(ask(w, name, DNS_A).result, DNS_FOUND);
	}
	assert_int_equal(counters(w).entries, 1000);
	assert_int_equal(counters(w).evicted, 2000);
	/* The last ones are there, the first are not. */
	ask(w, "n2999.test", DNS_A);
	assert_int_equal(w->ns[0].questions, 3000);
	ask(w, "n1.test", DNS_A);
	assert_int_equal(w->ns[0].questions, 3001);
	/* Ports change, identifiers are random. */
	assert_in_range(w->ns[0].ports, 4, 20);
	assert_int_not_equal(w->ns[0].ids[0] + 1, w->ns[0].ids[1]);
	world_free(w);
}

static void test_bytes_bound(void **state)
{
	struct world *w = world_new(1);
	char name[32];

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "tc-%u.test", i);
		assert_int_equal(ask(w, name, DNS_TXT).n, 100);
		assert_true(counters(w).bytes <= 1 << 20);
	}
	assert_in_range(counters(w).entries, 50, 299);
	world_free(w);
}

/* More than may be under way: some wait for their turn, some fail. */
static void test_in_flight(void **state)
{
	struct world *w = world_new(1);
	static struct asked a[1300];
	char name[32];
	unsigned ok = 0;

	(void)state;
	for (unsigned i = 0; i < 1300; i++) {
		snprintf(name, sizeof(name), "n%u.test", i);
		begin(w, &a[i], name, DNS_A, 0);
		if (i == 500) {
			op_cancel(&a[i].op); /* waiting */
			pending--;
		}
	}
	assert_int_equal(counters(w).in_flight, 100);
	assert_int_equal(counters(w).waiting, 1000);
	assert_int_equal(counters(w).refused, 200);
	wait_all(w);
	for (unsigned i = 0; i < 1300; i++)
		ok += a[i].done == 1 && a[i].status == OP_OK;
	assert_int_equal(ok, 1099);
	assert_in_range(w->ns[0].questions, 1099, 4 * 1099); /* on a busy machine some are asked again */
	assert_int_equal(counters(w).in_flight, 0);
	assert_int_equal(counters(w).waiting, 0);
	world_free(w);
}

static void test_dead_server(void **state)
{
	struct world *w = world_new(2);
	char name[32];
	unsigned i = 0, before;

	(void)state;
	w->ns[0].silent = true;
	for (; server_counters(w, 0).up && i < 2000; i++) {
		snprintf(name, sizeof(name), "drop1-%u.test", i);
		assert_int_equal(ask(w, name, DNS_A).status, OP_OK);
		w->ns[1].dropped = 0;
	}
	assert_false(server_counters(w, 0).up);
	/* Asked no more but for its health. */
	before = w->ns[0].questions;
	for (i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "n%u.test", i);
		assert_int_equal(ask(w, name, DNS_A).status, OP_OK);
	}
	assert_in_range(w->ns[0].questions, before, before + 2);
	/* It comes back. */
	w->ns[0].silent = false;
	for (i = 0; !server_counters(w, 0).up && i < 2000; i++) {
		snprintf(name, sizeof(name), "drop1-b%u.test", i);
		assert_int_equal(ask(w, name, DNS_A).status, OP_OK);
		w->ns[1].dropped = 0;
	}
	assert_true(server_counters(w, 0).up);
	assert_int_equal(server_counters(w, 0).downs, 1);
	world_free(w);
}

/* Nobody listens: that is known at once, and then nothing is sent any more. */
static void test_refused_connections(void **state)
{
	struct world *w = world_new(2);
	static struct asked a[30];
	char name[32];
	uint64_t refused;

	(void)state;
	ask(w, "kept.test", DNS_A);
	for (unsigned i = 0; i < 2; i++) {
		event_del(&w->ns[i].on_udp);
		event_del(&w->ns[i].on_tcp);
		close(w->ns[i].udp);
		close(w->ns[i].tcp);
	}
	for (unsigned i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "n%u.test", i);
		begin(w, &a[i], name, DNS_A, 0);
	}
	wait_all(w);
	for (unsigned i = 0; i < 30; i++)
		assert_int_equal(a[i].status, OP_FAIL);
	assert_false(server_counters(w, 0).up);
	assert_false(server_counters(w, 1).up);
	refused = counters(w).refused;
	assert_int_equal(ask(w, "other.test", DNS_A).status, OP_FAIL);
	assert_int_equal(counters(w).refused, refused + 1);
	assert_int_equal(ask(w, "kept.test", DNS_A).status, OP_OK);
	for (unsigned i = 0; i < 2; i++)
		nameserver_start(&w->ns[i], w->loop);
	world_free(w);
}

static void test_stale(void **state)
{
	struct world *w = world_new(1);
	struct asked a;

	(void)state;
	w->set.stale_us = 3600000000;
	ask(w, "short-a.test", DNS_A);
	clock_offset += 60000000;
	w->ns[0].failing = true;
	a = ask(w, "short-a.test", DNS_A);
	assert_int_equal(a.result, DNS_FOUND);
	assert_int_equal(a.ttl, 30);
	assert_int_equal(w->ns[0].questions, 2);
	ask(w, "short-a.test", DNS_A);
	assert_int_equal(w->ns[0].questions, 2);
	assert_int_equal(counters(w).stale, 2);
	clock_offset += 3600000000;
	assert_int_equal(ask(w, "short-a.test", DNS_A).status, OP_FAIL);
	w->ns[0].failing = false;
	clock_offset += 300000000;
	a = ask(w, "short-a.test", DNS_A);
	assert_in_range(a.ttl, 29, 30);
	world_free(w);
}

static void test_self_test(void **state)
{
	struct world *w = world_new(1);

	(void)state;
	/* This server has an address for everything. */
	assert_false(w->dns->lies);
	resolver_self_test(w->resolver);
	ask(w, "a.test", DNS_A);
	for (unsigned i = 0; i < 1000 && counters(w).found < 2; i++)
		loop_poll(w->loop);
	assert_true(w->dns->lies);
	resolver_self_test(w->resolver); /* ends with the resolver */
	world_free(w);
}

static void test_addresses_of_servers(void **state)
{
	static const struct {
		const char *text, *ip;
		unsigned port;
	} rows[] = {
		{ "127.0.0.1", "127.0.0.1", 53 }, { "192.0.2.1:5353", "192.0.2.1", 5353 }, { "2001:db8::1", "2001:db8::1", 53 }, { "[2001:db8::1]:54", "2001:db8::1", 54 },
		{ "[2001:db8::1]", "2001:db8::1", 53 }, { "inet:127.0.0.1:1053", "127.0.0.1", 1053 }, { "inet6:[::1]:55", "::1", 55 }, { "", NULL, 0 },
		{ "ns.example", NULL, 0 }, { "127.0.0.1:0", NULL, 0 }, { "127.0.0.1:65536", NULL, 0 }, { "127.0.0.1:", NULL, 0 }, { "[::1]x", NULL, 0 }, { "[::1]:", NULL, 0 },
	};
	struct dns_server s;
	char ip[IP_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(dns_server_parse(span_of(rows[i].text), &s), rows[i].ip != NULL);
		if (rows[i].ip == NULL)
			continue;
		assert_string_equal(ip_text(&s.ip, ip), rows[i].ip);
		assert_int_equal(s.port, rows[i].port);
	}
}

static void test_resolv_conf(void **state)
{
	static const char text[] = "# nameserver 192.0.2.9\nsearch example.com\nnameserver 192.0.2.1\n  nameserver\t2001:db8::1 \nnameserver fe80::1%eth0\nnameservers 192.0.2.3\nnameserver";
	struct dns_settings set = { .servers = { NULL, 0 } };
	struct span own = SPAN_LIT("192.0.2.7:54");
	struct dns_servers servers;
	char path[] = "/tmp/test_resolver.XXXXXX", ip[IP_TEXT_MAX];
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	dns_servers_find(&set, path, &servers);
	assert_int_equal(servers.n, 2);
	assert_string_equal(ip_text(&servers.v[0].ip, ip), "192.0.2.1");
	assert_string_equal(ip_text(&servers.v[1].ip, ip), "2001:db8::1");
	set.servers.v = &own;
	set.servers.n = 1;
	dns_servers_find(&set, path, &servers);
	assert_int_equal(servers.n, 1);
	assert_int_equal(servers.v[0].port, 54);
	unlink(path);
	set.servers.n = 0;
	dns_servers_find(&set, path, &servers);
	assert_int_equal(servers.n, 1);
	assert_string_equal(ip_text(&servers.v[0].ip, ip), "127.0.0.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found), cmocka_unit_test(test_impossible), cmocka_unit_test(test_retry), cmocka_unit_test(test_timeout), cmocka_unit_test(test_own_deadline),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_coalescing_and_cancel), cmocka_unit_test(test_from_within), cmocka_unit_test(test_time_to_live),
		cmocka_unit_test(test_negative), cmocka_unit_test(test_failures), cmocka_unit_test(test_next_server), cmocka_unit_test(test_wrong_answers), cmocka_unit_test(test_links),
		cmocka_unit_test(test_bounds), cmocka_unit_test(test_bytes_bound), cmocka_unit_test(test_in_flight), cmocka_unit_test(test_dead_server),
		cmocka_unit_test(test_refused_connections), cmocka_unit_test(test_stale), cmocka_unit_test(test_self_test), cmocka_unit_test(test_addresses_of_servers),
		cmocka_unit_test(test_resolv_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
