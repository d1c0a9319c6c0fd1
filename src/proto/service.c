#include "proto/service.h"

#include <assert.h>

#define DRAIN_LINGER_US 500000

void service_init(struct service *s, const struct services *services, const struct engine *engine, const struct reduce_settings *reduce_set)
{
	*s = (struct service){ .loop = services->loop, .services = services, .engine = engine, .reduce = reduce_set };
}

static void report_drained(void *ctx)
{
	struct service *s = ctx;

	if (s->drained != NULL)
		s->drained(s->drained_ctx);
}

void service_close(struct service *s)
{
	while (s->conns != NULL)
		s->conns->close(s->conns);
}

static void grace_over(void *ctx)
{
	struct service *s = ctx;

	service_close(s);
	report_drained(s);
}

static void close_idle(void *ctx)
{
	struct service *s = ctx;
	struct conn *next;

	timer_init(&s->drain_timer, s->loop, grace_over, s);
	for (struct conn *c = s->conns; c != NULL; c = next) {
		next = c->next;
		if (!c->busy && !c->in_session)
			c->close(c);
	}
	s->drain_closing = true;
	timer_set(&s->drain_timer, s->nconns == 0 ? 0 : s->drain_grace_us);
}

void service_drain(struct service *s, int64_t grace_us)
{
	/* A later call may only hurry: a stop during a reload. */
	if (s->draining && grace_us >= s->drain_grace_us)
		return;
	s->drain_grace_us = grace_us;
	if (s->drain_closing)
		timer_set(&s->drain_timer, s->nconns == 0 ? 0 : grace_us);
	if (s->draining)
		return;
	s->draining = true;
	/* What was accepted a moment ago, or asks on a kept connection just now, has its bytes on the way: closing at once would answer them with a reset. */
	timer_init(&s->drain_timer, s->loop, close_idle, s);
	timer_set(&s->drain_timer, s->nconns == 0 ? 0 : DRAIN_LINGER_US);
}

void conn_add(struct service *s, struct conn *c)
{
	c->service = s;
	c->prev = NULL;
	c->next = s->conns;
	if (s->conns != NULL)
		s->conns->prev = c;
	s->conns = c;
	s->nconns++;
}

static void update_pressure(struct service *s)
{
	const struct scan_settings *set = engine_scan_settings(s->engine);
	bool on = s->in_flight >= (size_t)set->max_in_flight || s->bytes_in_flight >= (uint64_t)set->max_bytes_in_flight;

	if (on == s->under_pressure)
		return;
	s->under_pressure = on;
	if (s->pressure != NULL)
		s->pressure(s->pressure_ctx, on);
}

void conn_remove(struct conn *c)
{
	struct service *s = c->service;

	if (c->busy)
		conn_message_end(c);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	assert(s->nconns > 0);
	s->nconns--;
	if (s->draining && s->nconns == 0)
		timer_set(&s->drain_timer, 0);
}

void conn_message_begin(struct conn *c)
{
	assert(!c->busy);
	c->busy = true;
	c->bytes = 0;
	c->service->in_flight++;
	update_pressure(c->service);
}

bool conn_message_grow(struct conn *c, size_t bytes)
{
	uint64_t max = (uint64_t)engine_scan_settings(c->service->engine)->max_bytes_in_flight;

	assert(c->busy);
	c->bytes += bytes;
	c->service->bytes_in_flight += bytes;
	update_pressure(c->service);
	return c->service->bytes_in_flight <= 2 * max;
}

bool conn_message_end(struct conn *c)
{
	struct service *s = c->service;

	assert(c->busy && s->in_flight > 0 && s->bytes_in_flight >= c->bytes);
	c->busy = false;
	s->in_flight--;
	s->bytes_in_flight -= c->bytes;
	c->bytes = 0;
	update_pressure(s);
	return s->draining;
}
