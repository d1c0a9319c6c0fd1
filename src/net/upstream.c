#include "net/upstream.h"

#include <ares.h>
#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/hash.h"
#include "io/log.h"
#include "net/dns_wire.h"

#define RECEIVE_BUFFER (4 << 20)  /* the default loses answers when hundreds are under way */
#define PACKETS_PER_PORT 512      /* then another source port is taken (RFC 5452, 9.2) */
#define SWEEP_US 1000000
#define SILENT_MAX 3
#define ERRORS_MAX 3
#define PROBES 4
#define PROBE_US 500000
#define DOWN_FIRST_US 1000000
#define DOWN_MAX_US 10000000
#define SLOW_FOR_US 30000000
#define IDS 256

struct watch {
	struct event ev;
	struct channel *channel;
	struct watch *next;
	ares_socket_t fd;
};

/* A c-ares channel with one server, so that c-ares never chooses. A server has two: while one is in use, the other one ends and gets a new port. */
struct channel {
	struct server *server;
	ares_channel ares;
	struct watch *watches;
	unsigned outstanding, sent;
	bool busy; /* c-ares is working on it: its servers must stay */
};

struct server {
	struct upstream *all;
	unsigned number;
	struct channel channels[2];
	unsigned current;
	int64_t heard_us, slow_until_us;
	unsigned silent, errors; /* since it was heard of */
	unsigned probes;         /* sent in a row; 0: not under suspicion */
	int64_t wait_us;         /* before the next probe of a dead server */
	struct timer probe, sweep;
	struct dns_server_counters count;
};

struct upstream {
	struct upstream_options o;
	struct loop *loop;
	struct server servers[DNS_SERVERS_MAX];
	size_t n;
	uint16_t ids[IDS];
	size_t nids;
	bool closing;
};

struct attempt {
	struct channel *channel;
	upstream_done *done; /* NULL: nobody waits */
	void *ctx;
	int64_t sent_us;
	bool sending, ended, overdue;
};

/* Health. */

static void went_down(struct server *s)
{
	s->count.up = false;
	s->count.downs++;
	s->probes = 0;
	s->wait_us = DOWN_FIRST_US;
	timer_set(&s->probe, s->wait_us);
	if (!s->all->o.quiet)
		log_warn("name server %s does not answer", s->count.server);
	if (!upstream_any_up(s->all))
		s->all->o.all_down(s->all->o.ctx);
}

static void heard(struct server *s, int64_t sent_us)
{
	s->heard_us = clock_mono_us();
	s->silent = s->errors = 0;
	s->count.answered++;
	if (s->heard_us - sent_us > s->all->o.slow_us)
		s->slow_until_us = s->heard_us + SLOW_FOR_US;
	if (s->probes != 0 || !s->count.up)
		timer_stop(&s->probe);
	s->probes = 0;
	if (!s->count.up && !s->all->o.quiet)
		log_info("name server %s answers again", s->count.server);
	s->count.up = true;
}

static void had_error(struct server *s)
{
	s->count.errors++;
	if (++s->errors >= ERRORS_MAX && s->count.up) {
		timer_stop(&s->probe);
		went_down(s);
	}
}

static void send_probe(struct server *s)
{
	uint8_t packet[DNS_QUESTION_MAX];
	size_t len = dns_question_write(packet, 0, SPAN_NONE, DNS_NS);
	struct attempt *a = upstream_send(s->all, s->number, packet, len, NULL, NULL);

	(void)a; /* what comes of it, heard() and had_error() are told */
}

/* What is known was taken into account before: this runs only while nothing is heard. */
static void probe(void *ctx)
{
	struct server *s = ctx;

	s->all->o.begun(s->all->o.ctx);
	if (!s->count.up) {
		s->wait_us = s->wait_us * 2 < DOWN_MAX_US ? s->wait_us * 2 : DOWN_MAX_US;
		timer_set(&s->probe, s->wait_us);
		send_probe(s);
	} else if (s->probes == PROBES) {
		went_down(s);
	} else {
		s->probes++;
		timer_set(&s->probe, PROBE_US);
		send_probe(s);
	}
	s->all->o.settled(s->all->o.ctx);
}

void attempt_overdue(struct attempt *a)
{
	struct server *s = a->channel->server;

	if (a->overdue)
		return;
	a->overdue = true;
	s->count.overdue++;
	if (s->heard_us >= a->sent_us || !s->count.up)
		return;
	if (++s->silent >= SILENT_MAX && s->probes == 0) {
		s->probes = 1; /* the first goes out now */
		timer_set(&s->probe, PROBE_US);
		send_probe(s);
	}
}

void upstream_failed(struct upstream *u, unsigned server)
{
	u->servers[server].count.servfail++;
}

bool upstream_any_up(const struct upstream *u)
{
	for (size_t i = 0; i < u->n; i++) {
		if (u->servers[i].count.up)
			return true;
	}
	return false;
}

bool upstream_heard_since(const struct upstream *u, int64_t mono_us)
{
	for (size_t i = 0; i < u->n; i++) {
		if (u->servers[i].heard_us >= mono_us)
			return true;
	}
	return false;
}

int upstream_pick(const struct upstream *u, uint32_t excluded, uint32_t tried)
{
	int64_t now = u->n > 1 ? clock_mono_us() : 0;
	unsigned best_cost = 8;
	int best = -1;

	for (unsigned i = 0; i < u->n; i++) {
		const struct server *s = &u->servers[i];
		unsigned cost = (tried >> i & 1) + (s->slow_until_us > now ? 2 : 0) + (s->silent + s->errors != 0 ? 4 : 0);

		if (!s->count.up || (excluded >> i & 1) != 0 || cost >= best_cost)
			continue;
		best_cost = cost;
		best = (int)i;
	}
	return best;
}

/* Events. */

static void process(struct channel *ch, ares_socket_t readable, ares_socket_t writable)
{
	ch->busy = true;
	ares_process_fd(ch->ares, readable, writable);
	ch->busy = false;
}

static void socket_ready(evutil_socket_t fd, short what, void *arg)
{
	struct channel *ch = ((struct watch *)arg)->channel;
	struct upstream *u = ch->server->all;

	/* The watch may be gone when this returns. */
	u->o.begun(u->o.ctx);
	process(ch, (what & EV_READ) != 0 ? fd : ARES_SOCKET_BAD, (what & EV_WRITE) != 0 ? fd : ARES_SOCKET_BAD);
	u->o.settled(u->o.ctx);
}

static void unwatch(struct watch **at)
{
	struct watch *w = *at;

	*at = w->next;
	event_del(&w->ev);
	free(w);
}

/* c-ares says what it waits for; neither: the socket is about to be closed. */
static void socket_state(void *data, ares_socket_t fd, int readable, int writable)
{
	struct channel *ch = data;
	struct watch **at = &ch->watches, *w;
	int what = EV_PERSIST | (readable != 0 ? EV_READ : 0) | (writable != 0 ? EV_WRITE : 0);

	while (*at != NULL && (*at)->fd != fd)
		at = &(*at)->next;
	if (*at != NULL)
		unwatch(at);
	if (readable == 0 && writable == 0)
		return;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		abort();
	w->channel = ch;
	w->fd = fd;
	w->next = ch->watches;
	ch->watches = w;
	if (event_assign(&w->ev, loop_base(ch->server->all->loop), fd, (short)what, socket_ready, w) != 0 || event_add(&w->ev, NULL) != 0)
		abort();
}

static int socket_made(ares_socket_t fd, int type, void *data)
{
	struct channel *ch = data;

	(void)fd;
	if (type == SOCK_STREAM)
		ch->server->count.tcp++;
	return 0;
}

/* c-ares looks for what has timed out when it is called; nobody waits for that, so that now and then is enough. */
static void sweep(void *ctx)
{
	struct server *s = ctx;
	unsigned outstanding = 0;

	s->all->o.begun(s->all->o.ctx);
	for (unsigned i = 0; i < 2; i++) {
		if (s->channels[i].outstanding != 0)
			process(&s->channels[i], ARES_SOCKET_BAD, ARES_SOCKET_BAD);
		outstanding += s->channels[i].outstanding;
	}
	if (outstanding != 0)
		timer_set(&s->sweep, SWEEP_US);
	s->all->o.settled(s->all->o.ctx);
}

/* Packets. */

static void ended(void *arg, int status, int timeouts, unsigned char *packet, int len)
{
	struct attempt *a = arg;
	struct server *s = a->channel->server;
	enum upstream_end end = status == ARES_SUCCESS ? UPSTREAM_ANSWER : status == ARES_ETIMEOUT ? UPSTREAM_TIMEOUT : UPSTREAM_ERROR;

	(void)timeouts;
	a->channel->outstanding--;
	if (!s->all->closing) {
		if (end == UPSTREAM_ANSWER)
			heard(s, a->sent_us);
		else if (end == UPSTREAM_ERROR)
			had_error(s);
		if (a->sending) {
			a->ended = true;
			return;
		}
		if (a->done != NULL)
			a->done(a->ctx, a, end, end == UPSTREAM_ANSWER ? span_make((const char *)packet, (size_t)len) : SPAN_NONE);
	}
	free(a);
}

static void use_server(struct channel *ch)
{
	/* Closes the sockets: the next packet gets another port. */
	if (ares_set_servers_ports_csv(ch->ares, ch->server->count.server) != ARES_SUCCESS)
		abort();
	ch->sent = 0;
}

static struct channel *channel_of(struct server *s)
{
	struct channel *ch = &s->channels[s->current], *other = &s->channels[1 - s->current];

	if (ch->sent < PACKETS_PER_PORT || other->outstanding != 0 || other->busy)
		return ch;
	use_server(other);
	s->current = 1 - s->current;
	return other;
}

static uint16_t new_id(struct upstream *u)
{
	if (u->nids == 0) {
		random_bytes(u->ids, sizeof(u->ids));
		u->nids = IDS;
	}
	return u->ids[--u->nids];
}

struct attempt *upstream_send(struct upstream *u, unsigned server, uint8_t *packet, size_t len, upstream_done *done, void *ctx)
{
	struct server *s = &u->servers[server];
	struct channel *ch = channel_of(s);
	struct attempt *a = malloc(sizeof(*a));
	uint16_t id = new_id(u);

	if (a == NULL)
		abort();
	*a = (struct attempt){ .channel = ch, .done = done, .ctx = ctx, .sent_us = clock_mono_us(), .sending = true };
	packet[0] = (uint8_t)(id >> 8);
	packet[1] = (uint8_t)id;
	if (s->channels[0].outstanding + s->channels[1].outstanding == 0)
		timer_set(&s->sweep, SWEEP_US);
	ch->outstanding++;
	ch->sent++;
	s->count.sent++;
	ares_send(ch->ares, packet, (int)len, ended, a);
	a->sending = false;
	if (!a->ended)
		return a;
	free(a);
	return NULL;
}

unsigned attempt_server(const struct attempt *a)
{
	return a->channel->server->number;
}

void attempt_forget(struct attempt **a_r)
{
	if (*a_r != NULL)
		(*a_r)->done = NULL;
	*a_r = NULL;
}

/* Life. */

static void open_channel(struct channel *ch, struct server *s)
{
	/* All that c-ares would otherwise look for in files is given. */
	struct in_addr local = { htonl(INADDR_LOOPBACK) };
	char lookups[] = "b";
	struct ares_options o = {
		.flags = ARES_FLAG_STAYOPEN | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS | ARES_FLAG_NOCHECKRESP,
		.timeout = (int)(s->all->o.timeout_us / 1000), .tries = 1, .ndots = 1, .servers = &local, .nservers = 1, .lookups = lookups,
		.ednspsz = DNS_UDP_MAX, .socket_receive_buffer_size = RECEIVE_BUFFER, .sock_state_cb = socket_state, .sock_state_cb_data = ch,
	};
	int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS | ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SORTLIST |
	            ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_STATE_CB | ARES_OPT_NOROTATE;

	ch->server = s;
	if (ares_init_options(&ch->ares, &o, given) != ARES_SUCCESS)
		abort();
	ares_set_socket_callback(ch->ares, socket_made, ch);
	use_server(ch);
}

static void server_text(const struct dns_server *from, char text[static 64])
{
	char ip[IP_TEXT_MAX];
	bool v4 = ip_is_v4(&from->ip);

	snprintf(text, 64, "%s%s%s:%u", v4 ? "" : "[", ip_text(&from->ip, ip), v4 ? "" : "]", from->port);
}

struct upstream *upstream_new(struct loop *loop, const struct upstream_options *o)
{
	struct upstream *u = calloc(1, sizeof(*u));

	if (u == NULL || ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS)
		abort();
	u->o = *o;
	u->loop = loop;
	u->n = o->servers->n;
	u->o.servers = NULL; /* need not live */
	for (unsigned i = 0; i < u->n; i++) {
		struct server *s = &u->servers[i];

		s->all = u;
		s->number = i;
		s->count.up = true;
		server_text(&o->servers->v[i], s->count.server);
		timer_init(&s->probe, loop, probe, s);
		timer_init(&s->sweep, loop, sweep, s);
		open_channel(&s->channels[0], s);
		open_channel(&s->channels[1], s);
	}
	return u;
}

void upstream_free(struct upstream **u_r)
{
	struct upstream *u = *u_r;

	*u_r = NULL;
	if (u == NULL)
		return;
	u->closing = true;
	for (size_t i = 0; i < u->n; i++) {
		timer_stop(&u->servers[i].probe);
		timer_stop(&u->servers[i].sweep);
		ares_destroy(u->servers[i].channels[0].ares);
		ares_destroy(u->servers[i].channels[1].ares);
	}
	ares_library_cleanup();
	free(u);
}

bool upstream_counters(const struct upstream *u, size_t server, struct dns_server_counters *counters_r)
{
	if (server >= u->n)
		return false;
	*counters_r = u->servers[server].count;
	return true;
}
