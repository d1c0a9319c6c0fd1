/* Questions under way: to whom they go, when they are asked again, and how they end. */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "net/resolver_private.h"

#define WAITING_FACTOR 10
#define FOLLOWS_MAX 8
#define FAILURE_MAX_US (300 * (int64_t)1000000) /* RFC 2308, 7.1 */
#define TICK_US 5000                            /* timers may be as much early */

static void send_question(struct question *q);

/* Places. */

static struct question **find(struct resolver *r, const struct dns_key *key)
{
	struct question **at = &r->slots[key->hash % QUESTION_SLOTS];

	for (; *at != NULL; at = &(*at)->same_slot) {
		const struct dns_key *k = &(*at)->key;

		if (k->hash == key->hash && k->type == key->type && k->name.len == key->name.len && memcmp(k->name.p, key->name.p, key->name.len) == 0)
			break;
	}
	return at;
}

static void forget_attempts(struct question *q)
{
	for (unsigned i = 0; i < TRIES_MAX; i++)
		attempt_forget(&q->attempts[i]);
}

static unsigned outstanding(const struct question *q)
{
	unsigned n = 0;

	for (unsigned i = 0; i < TRIES_MAX; i++)
		n += q->attempts[i] != NULL;
	return n;
}

static void add_waiting(struct question *q)
{
	struct resolver *r = q->resolver;

	q->waits = true;
	q->before = r->last_waiting;
	*(q->before != NULL ? &q->before->behind : &r->waiting) = q;
	r->last_waiting = q;
	r->nwaiting++;
}

static void remove_waiting(struct question *q)
{
	struct resolver *r = q->resolver;

	*(q->before != NULL ? &q->before->behind : &r->waiting) = q->behind;
	*(q->behind != NULL ? &q->behind->before : &r->last_waiting) = q->before;
	q->before = q->behind = NULL;
	q->waits = false;
	r->nwaiting--;
}

static struct question *take_waiting(struct resolver *r)
{
	struct question *q = r->waiting;

	r->waiting = q->behind;
	*(q->behind != NULL ? &q->behind->before : &r->last_waiting) = NULL;
	q->behind = NULL;
	q->waits = false;
	r->nwaiting--;
	return q;
}

static void unlink_question(struct question *q)
{
	struct resolver *r = q->resolver;

	*find(r, &q->key) = q->same_slot;
	forget_attempts(q);
	timer_stop(&q->timer);
	if (q->active)
		r->active--;
	else if (q->waits)
		remove_waiting(q);
}

static void start(struct question *q)
{
	q->active = true;
	q->resolver->active++;
	q->resolver->count.started++;
	send_question(q);
}

/* Those whose turn it is. What is sent may fail at once and make room again: the loop goes on then, one step each. */
static void start_waiting(struct resolver *r)
{
	while (r->waiting != NULL && r->active < (size_t)r->set->in_flight) {
		struct question *q = take_waiting(r);

		if (q->waiters.first != NULL) {
			start(q);
		} else {
			unlink_question(q);
			free(q);
		}
	}
}

/* Ends: all who wait are told. */
static void end(struct question *q, struct dns_entry *entry, enum op_status status)
{
	unlink_question(q);
	while (q->waiters.first != NULL)
		waiter_ready(q->waiters.first, entry, status);
	free(q);
}

static int64_t clamp(int64_t v, int64_t min, int64_t max)
{
	return v < min ? min : v > max ? max : v;
}

static void end_answered(struct question *q, struct dns_answer *a)
{
	struct resolver *r = q->resolver;
	const struct dns_settings *set = r->set;
	struct dns_entry *e;
	int64_t keep;

	a->ttl = a->ttl < q->chain_ttl ? a->ttl : q->chain_ttl;
	keep = clamp((int64_t)a->ttl * 1000000, set->min_ttl_us, set->max_ttl_us);
	if (a->result != DNS_FOUND && keep > set->negative_ttl_us)
		keep = set->negative_ttl_us;
	e = dns_cache_put(r->cache, &q->key, a);
	e->expires_us = r->now_us() + keep;
	(*(a->result == DNS_FOUND ? &r->count.found : &r->count.negative))++;
	end(q, e, OP_OK);
}

static void remember_failure(struct resolver *r, struct dns_entry *e, enum op_status status)
{
	int64_t keep = r->set->failure_ttl_us;

	for (unsigned i = 0; i < e->failures && keep < FAILURE_MAX_US; i++)
		keep *= 2;
	e->failures++;
	e->failure = status;
	e->failed_until_us = r->now_us() + clamp(keep, 0, FAILURE_MAX_US);
}

/* What has failed is not asked again for a while, unless it is the servers who are silent: then it is no matter of the name. */
static void end_failed(struct question *q, enum op_status status)
{
	struct resolver *r = q->resolver;
	struct dns_entry *e = dns_cache_get(r->cache, &q->key);
	bool remember = q->failed || upstream_heard_since(r->upstream, q->started_us);

	(*(status == OP_DEADLINE ? &r->count.timeouts : &r->count.failed))++;
	if (e == NULL && remember)
		e = dns_cache_put(r->cache, &q->key, NULL);
	if (remember)
		remember_failure(r, e, status);
	if (e != NULL && resolver_is_stale(r, e)) {
		r->count.stale++;
		end(q, e, OP_OK);
	} else {
		end(q, NULL, status);
	}
}

/* Sending. */

static void set_timer(struct question *q)
{
	int64_t left = q->deadline_us - clock_mono_us(), wait = q->resolver->set->retry_us;

	for (unsigned i = 1; i < q->tries && wait < left; i++)
		wait *= 2;
	if (q->tries >= (unsigned)q->resolver->set->tries || wait > left)
		wait = left;
	timer_set(&q->timer, wait);
}

static void put_attempt(struct question *q, struct attempt *a)
{
	for (unsigned i = 0; i < TRIES_MAX; i++) {
		if (q->attempts[i] == NULL) {
			q->attempts[i] = a;
			return;
		}
	}
	assert(!"more attempts than tries");
}

/* To the best server; one that cannot be reached at all makes room for the next at once. May end the question. */
static void send_question(struct question *q)
{
	struct resolver *r = q->resolver;

	while (q->tries < (unsigned)r->set->tries) {
		int server = upstream_pick(r->upstream, q->excluded, q->tried);
		struct attempt *a;
		bool again;

		if (server < 0 && outstanding(q) == 0) {
			end_failed(q, OP_FAIL);
			return;
		}
		if (server < 0)
			break;
		again = (q->asked >> server & 1) != 0;
		q->asked |= 1U << server;
		q->tried |= 1U << server;
		if (upstream_pick(r->upstream, q->excluded | q->tried, 0) < 0)
			q->tried = 1U << server; /* all had their turn: another round */
		q->tries++;
		a = upstream_send(r->upstream, (unsigned)server, q->packet, q->packet_len, question_done, q);
		if (a != NULL)
			put_attempt(q, a);
		if (a != NULL || again)
			break;
	}
	set_timer(q);
}

static void write_packet(struct question *q)
{
	q->packet_len = dns_question_write(q->packet, 0, span_make(q->ask, q->ask_len), q->key.type);
}

/* The answer ends with a CNAME that its server has not followed. */
static void follow(struct question *q, const struct dns_reading *reading)
{
	if (++q->follows > FOLLOWS_MAX) {
		q->failed = true;
		end_failed(q, OP_FAIL);
		return;
	}
	forget_attempts(q);
	q->chain_ttl = reading->answer.ttl < q->chain_ttl ? reading->answer.ttl : q->chain_ttl;
	memcpy(q->ask, reading->follow.p, reading->follow.len);
	q->ask_len = reading->follow.len;
	q->tries = 0;
	q->tried = q->excluded = q->asked = 0;
	write_packet(q);
	send_question(q);
}

/* A server that does not know: another one may. */
static void try_another(struct question *q, unsigned server)
{
	struct resolver *r = q->resolver;

	q->failed = true;
	q->excluded |= 1U << server;
	upstream_failed(r->upstream, server);
	if (q->tries < (unsigned)r->set->tries && upstream_pick(r->upstream, q->excluded, q->tried) >= 0)
		send_question(q);
	else if (outstanding(q) == 0)
		end_failed(q, OP_FAIL);
}

static void answered(struct question *q, unsigned server, struct span packet)
{
	struct dns_reading *reading = q->resolver->reading;

	switch (dns_answer_read(packet, span_make(q->ask, q->ask_len), q->key.type, reading)) {
	case DNS_READ_ANSWER:
		end_answered(q, &reading->answer);
		break;
	case DNS_READ_FOLLOW:
		follow(q, reading);
		break;
	case DNS_READ_MALFORMED:
		q->resolver->count.malformed++;
		try_another(q, server);
		break;
	case DNS_READ_FAILURE:
		try_another(q, server);
		break;
	}
}

void question_done(void *ctx, struct attempt *a, enum upstream_end how, struct span packet)
{
	struct question *q = ctx;
	struct resolver *r = q->resolver;
	unsigned server = attempt_server(a);

	for (unsigned i = 0; i < TRIES_MAX; i++) {
		if (q->attempts[i] == a)
			q->attempts[i] = NULL;
	}
	if (how == UPSTREAM_ANSWER) {
		answered(q, server, packet);
		start_waiting(r);
	} else if (outstanding(q) == 0 && (q->tries >= (unsigned)r->set->tries || upstream_pick(r->upstream, q->excluded | q->asked, 0) >= 0)) {
		/* Nobody else has it: there is one who has not been asked, or it is over. Errors may be told in the middle of sending: later. */
		timer_set(&q->timer, 0);
	}
}

static void tell_overdue(struct question *q)
{
	for (unsigned i = 0; i < TRIES_MAX; i++) {
		if (q->attempts[i] != NULL)
			attempt_overdue(q->attempts[i]);
	}
}

static void timed_out(void *ctx)
{
	struct question *q = ctx;
	struct resolver *r = q->resolver;

	resolver_event_begin(r);
	tell_overdue(q);
	if (clock_mono_us() + TICK_US >= q->deadline_us)
		end_failed(q, q->failed ? OP_FAIL : OP_DEADLINE);
	else if (q->tries >= (unsigned)r->set->tries && outstanding(q) == 0)
		end_failed(q, OP_FAIL);
	else if (q->active && q->waiters.first != NULL && q->tries < (unsigned)r->set->tries)
		send_question(q);
	else
		set_timer(q);
	start_waiting(r);
	resolver_event_end(r);
}

/* Beginning. */

static struct question *question_new(struct resolver *r, const struct dns_key *key)
{
	struct question *q = calloc(1, sizeof(*q));
	struct question **slot = &r->slots[key->hash % QUESTION_SLOTS];

	if (q == NULL)
		abort();
	q->resolver = r;
	q->key = *key;
	q->key.name = span_make(q->name, key->name.len);
	memcpy(q->name, key->name.p, key->name.len);
	memcpy(q->ask, key->name.p, key->name.len);
	q->ask_len = key->name.len;
	q->chain_ttl = INT32_MAX;
	q->started_us = clock_mono_us();
	q->deadline_us = q->started_us + r->set->timeout_us;
	write_packet(q);
	timer_init(&q->timer, r->loop, timed_out, q);
	q->same_slot = *slot;
	*slot = q;
	return q;
}

bool question_ask(struct resolver *r, const struct dns_key *key, struct waiter *w)
{
	struct question *q = *find(r, key);
	bool full = r->active >= (size_t)r->set->in_flight;

	if (q != NULL) {
		r->count.coalesced++;
		waiter_list_add(&q->waiters, w);
		return true;
	}
	if (full && r->nwaiting >= (size_t)r->set->in_flight * WAITING_FACTOR)
		return false;
	q = question_new(r, key);
	waiter_list_add(&q->waiters, w);
	if (full) {
		add_waiting(q);
		timer_set(&q->timer, r->set->timeout_us);
	} else {
		start(q);
	}
	return true;
}

void questions_fail(struct resolver *r)
{
	for (size_t i = 0; i < QUESTION_SLOTS; i++) {
		for (struct question *q = r->slots[i], *next; q != NULL; q = next) {
			next = q->same_slot;
			end_failed(q, OP_FAIL);
		}
	}
}

void questions_free(struct resolver *r)
{
	for (size_t i = 0; i < QUESTION_SLOTS; i++) {
		for (struct question *q = r->slots[i], *next; q != NULL; q = next) {
			next = q->same_slot;
			assert(q->waiters.first == NULL);
			unlink_question(q);
			free(q);
		}
	}
}
