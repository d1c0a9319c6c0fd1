/* The callers' side of the resolver: what is in the cache, who waits, and when they are told. */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "io/log.h"
#include "net/resolver_private.h"

#define DELIVERIES_MAX 256 /* in one turn of the loop */
#define STALE_TTL 30       /* RFC 8767, 4 */
#define IMPOSSIBLE_TTL 3600

/* Waiters. */

void waiter_list_add(struct waiter_list *list, struct waiter *w)
{
	w->list = list;
	w->prev = list->last;
	w->next = NULL;
	*(list->last != NULL ? &list->last->next : &list->first) = w;
	list->last = w;
}

void waiter_list_remove(struct waiter *w)
{
	*(w->prev != NULL ? &w->prev->next : &w->list->first) = w->next;
	*(w->next != NULL ? &w->next->prev : &w->list->last) = w->prev;
	w->list = NULL;
}

static void waiter_free(struct waiter *w)
{
	if (w->timed)
		timer_stop(&w->timer);
	dns_entry_unref(&w->entry);
	free(w);
}

static void waiter_cancel(struct op *op)
{
	struct waiter *w = (struct waiter *)op;

	waiter_list_remove(w);
	waiter_free(w);
}

void waiter_ready(struct waiter *w, struct dns_entry *entry, enum op_status status)
{
	struct resolver *r = w->resolver;

	if (w->list != NULL)
		waiter_list_remove(w);
	w->entry = entry != NULL ? dns_entry_ref(entry) : NULL;
	w->status = status;
	if (r->in_event == 0 && r->ready.first == NULL)
		timer_set(&r->ready_timer, 0);
	waiter_list_add(&r->ready, w);
}

/* Delivery. */

static void fill_answer(const struct resolver *r, const struct dns_entry *e, struct dns_answer *a)
{
	int64_t left;

	if (e == NULL) {
		*a = (struct dns_answer){ .result = DNS_NXDOMAIN, .ttl = IMPOSSIBLE_TTL };
		return;
	}
	*a = e->answer;
	left = (e->expires_us - r->now_us()) / 1000000;
	a->ttl = left > 0 ? (uint32_t)left : resolver_is_stale(r, e) ? STALE_TTL : 0;
}

static struct waiter *take_ready(struct resolver *r)
{
	struct waiter *w = r->ready.first;

	r->ready.first = w->next;
	*(w->next != NULL ? &w->next->prev : &r->ready.last) = NULL;
	w->list = NULL;
	return w;
}

static void deliver(struct waiter *w)
{
	struct dns_answer a;

	if (w->timed)
		timer_stop(&w->timer);
	w->timed = false;
	if (w->status == OP_OK)
		fill_answer(w->resolver, w->entry, &a);
	w->done(w->ctx, w->status, w->status == OP_OK ? &a : NULL);
	waiter_free(w);
}

void resolver_event_begin(struct resolver *r)
{
	r->in_event++;
}

/* Whoever is told may ask again, or cancel others: the list is looked at anew each time. */
void resolver_event_end(struct resolver *r)
{
	assert(r->in_event == 1);
	for (unsigned n = 0; r->ready.first != NULL && n < DELIVERIES_MAX; n++)
		deliver(take_ready(r));
	r->in_event--;
	if (r->ready.first != NULL)
		timer_set(&r->ready_timer, 0);
}

static void deliver_ready(void *ctx)
{
	resolver_event_begin(ctx);
	resolver_event_end(ctx);
}

static void deadline_passed(void *ctx)
{
	struct waiter *w = ctx;
	struct resolver *r = w->resolver;

	if (w->list == &r->ready)
		return; /* the answer was quicker */
	resolver_event_begin(r);
	waiter_ready(w, NULL, OP_DEADLINE);
	resolver_event_end(r);
}

/* Asking. */

bool resolver_is_stale(const struct resolver *r, const struct dns_entry *e)
{
	int64_t now = r->now_us();

	return e->answered && now >= e->expires_us && now < e->expires_us + r->set->stale_us;
}

/* False: it has to be asked. */
static bool answer_from_cache(struct resolver *r, const struct dns_key *key, struct waiter *w)
{
	struct dns_entry *e = dns_cache_get(r->cache, key);
	int64_t now;

	if (e == NULL)
		return false;
	now = r->now_us();
	if (e->answered && now < e->expires_us) {
		waiter_ready(w, e, OP_OK);
	} else if (now >= e->failed_until_us) {
		return false;
	} else if (resolver_is_stale(r, e)) {
		r->count.stale++;
		waiter_ready(w, e, OP_OK);
	} else {
		waiter_ready(w, NULL, e->failure);
	}
	r->count.cached++;
	return true;
}

static void refuse(struct resolver *r, const struct dns_key *key, struct waiter *w)
{
	struct dns_entry *e = dns_cache_get(r->cache, key);

	r->count.refused++;
	if (e != NULL && resolver_is_stale(r, e)) {
		r->count.stale++;
		waiter_ready(w, e, OP_OK);
	} else {
		waiter_ready(w, NULL, OP_FAIL);
	}
}

static void ask(struct resolver *r, struct span name, enum dns_type type, struct waiter *w, int64_t deadline_us)
{
	char lower[DNS_NAME_MAX];
	struct dns_key key;
	size_t len;

	if (!dns_name_read(name, lower, &len)) {
		r->count.impossible++;
		waiter_ready(w, NULL, OP_OK);
		return;
	}
	key = dns_key_make(r->cache, span_make(lower, len), type);
	if (answer_from_cache(r, &key, w))
		return;
	if (!upstream_any_up(r->upstream) || !question_ask(r, &key, w)) {
		refuse(r, &key, w);
		return;
	}
	/* A question takes no longer than the settings say. */
	if (deadline_us <= 0 || deadline_us >= r->set->timeout_us)
		return;
	timer_init(&w->timer, r->loop, deadline_passed, w);
	timer_set(&w->timer, deadline_us);
	w->timed = true;
}

static struct op *query(struct dns *dns, struct span name, enum dns_type type, int64_t deadline_us, op_done *done, void *ctx)
{
	struct resolver *r = (struct resolver *)dns;
	struct waiter *w = malloc(sizeof(*w));

	if (w == NULL)
		abort();
	w->op = (struct op){ waiter_cancel };
	w->resolver = r;
	w->list = NULL;
	w->entry = NULL;
	w->timed = false;
	w->done = done;
	w->ctx = ctx;
	r->count.asked++;
	ask(r, name, type, w, deadline_us);
	return &w->op;
}

/* Life. */

static void begun(void *ctx)
{
	resolver_event_begin(ctx);
}

static void settled(void *ctx)
{
	resolver_event_end(ctx);
}

/* Not at once: this is said in the middle of sending. */
static void all_down(void *ctx)
{
	struct resolver *r = ctx;

	timer_set(&r->down_timer, 0);
}

static void fail_all(void *ctx)
{
	struct resolver *r = ctx;

	resolver_event_begin(r);
	if (!upstream_any_up(r->upstream))
		questions_fail(r);
	resolver_event_end(r);
}

struct resolver *resolver_new(struct loop *loop, const struct resolver_options *o)
{
	struct resolver *r = calloc(1, sizeof(*r));
	struct upstream_options u = {
		.servers = &o->servers, .timeout_us = o->set->timeout_us, .slow_us = o->set->retry_us, .quiet = o->quiet, .all_down = all_down, .begun = begun,
		.settled = settled, .ctx = r,
	};

	if (r == NULL)
		abort();
	r->dns = (struct dns){ .query = query };
	r->loop = loop;
	r->set = o->set;
	r->now_us = o->now_us != NULL ? o->now_us : clock_mono_us;
	r->quiet = o->quiet;
	r->cache = dns_cache_new((size_t)o->set->cache_entries, (size_t)o->set->cache_size);
	r->reading = malloc(sizeof(*r->reading));
	if (r->reading == NULL)
		abort();
	timer_init(&r->ready_timer, loop, deliver_ready, r);
	timer_init(&r->down_timer, loop, fail_all, r);
	r->upstream = upstream_new(loop, &u);
	return r;
}

static void log_counters(const struct resolver *r)
{
	struct resolver_counters c;
	struct dns_server_counters s;

	resolver_counters(r, &c);
	log_debug("dns: asked %llu, cached %llu, coalesced %llu, started %llu, refused %llu, stale %llu; found %llu, negative %llu, failed %llu, timeouts %llu; %zu entries, %zu bytes",
	          (unsigned long long)c.asked, (unsigned long long)c.cached, (unsigned long long)c.coalesced, (unsigned long long)c.started, (unsigned long long)c.refused,
	          (unsigned long long)c.stale, (unsigned long long)c.found, (unsigned long long)c.negative, (unsigned long long)c.failed, (unsigned long long)c.timeouts, c.entries, c.bytes);
	for (size_t i = 0; resolver_server_counters(r, i, &s); i++)
		log_debug("dns server %s: sent %llu, answered %llu, servfail %llu, overdue %llu, errors %llu, tcp %llu, downs %llu", s.server, (unsigned long long)s.sent,
		          (unsigned long long)s.answered, (unsigned long long)s.servfail, (unsigned long long)s.overdue, (unsigned long long)s.errors, (unsigned long long)s.tcp,
		          (unsigned long long)s.downs);
}

void resolver_free(struct resolver **r_r)
{
	struct resolver *r = *r_r;

	*r_r = NULL;
	if (r == NULL)
		return;
	if (log_wants(LOG_LEVEL_DEBUG))
		log_counters(r);
	op_cancel(&r->self_test);
	questions_free(r);
	assert(r->ready.first == NULL);
	timer_stop(&r->ready_timer);
	timer_stop(&r->down_timer);
	upstream_free(&r->upstream);
	dns_cache_free(&r->cache);
	free(r->reading);
	free(r);
}

struct dns *resolver_dns(struct resolver *r)
{
	return &r->dns;
}

void resolver_counters(const struct resolver *r, struct resolver_counters *counters_r)
{
	*counters_r = r->count;
	counters_r->evicted = dns_cache_evicted(r->cache);
	counters_r->entries = dns_cache_entries(r->cache);
	counters_r->bytes = dns_cache_bytes(r->cache);
	counters_r->in_flight = r->active;
	counters_r->waiting = r->nwaiting;
}

bool resolver_server_counters(const struct resolver *r, size_t server, struct dns_server_counters *counters_r)
{
	return upstream_counters(r->upstream, server, counters_r);
}
