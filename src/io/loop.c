#include "io/loop.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "io/log.h"

struct loop {
	struct event_base *base;
};

static void libevent_says(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_warn("libevent: %s", text);
}

static void libevent_dies(int code)
{
	(void)code;
	abort();
}

struct loop *loop_new(void)
{
	struct event_config *config = event_config_new();
	struct loop *l = calloc(1, sizeof(*l));

	if (config == NULL || l == NULL)
		abort();
	event_set_log_callback(libevent_says);
	event_set_fatal_callback(libevent_dies);
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	l->base = event_base_new_with_config(config);
	event_config_free(config);
	if (l->base == NULL)
		abort();
	return l;
}

void loop_free(struct loop **loop_r)
{
	struct loop *l = *loop_r;

	if (l == NULL)
		return;
	*loop_r = NULL;
	event_base_free(l->base);
	free(l);
}

void loop_forked(struct loop *l)
{
	/* epoll descriptors are shared across fork: without this, the child would take the parent's events away. */
	if (event_reinit(l->base) != 0)
		abort();
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}

void loop_run(struct loop *l)
{
	event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_poll(struct loop *l)
{
	event_base_loop(l->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

void loop_stop(struct loop *l)
{
	event_base_loopbreak(l->base);
}

int64_t loop_now_us(struct loop *l)
{
	/* The kernel's vDSO answers without a system call, and libevent does not show its own cached monotonic time. */
	(void)l;
	return clock_mono_us();
}

/* Timers. */

static void timer_fires(evutil_socket_t fd, short what, void *arg)
{
	struct timer *t = arg;

	(void)fd;
	(void)what;
	t->fn(t->ctx);
}

void timer_init(struct timer *t, struct loop *l, loop_fn *fn, void *ctx)
{
	*t = (struct timer){ .fn = fn, .ctx = ctx };
	if (event_assign(&t->ev, l->base, -1, 0, timer_fires, t) != 0)
		abort();
}

void timer_set(struct timer *t, int64_t after_us)
{
	struct timeval tv;

	assert(t->fn != NULL);
	if (after_us < 0)
		after_us = 0;
	tv.tv_sec = (time_t)(after_us / 1000000);
	tv.tv_usec = (suseconds_t)(after_us % 1000000);
	if (event_add(&t->ev, &tv) != 0)
		abort();
}

void timer_stop(struct timer *t)
{
	if (t->fn != NULL)
		event_del(&t->ev);
}

/* Signals. */

static void signal_came(evutil_socket_t fd, short what, void *arg)
{
	struct loop_signal *s = arg;

	(void)fd;
	(void)what;
	s->fn(s->ctx);
}

void loop_signal_init(struct loop_signal *s, struct loop *l, int signo, loop_fn *fn, void *ctx)
{
	*s = (struct loop_signal){ .fn = fn, .ctx = ctx };
	if (event_assign(&s->ev, l->base, signo, EV_SIGNAL | EV_PERSIST, signal_came, s) != 0 || event_add(&s->ev, NULL) != 0)
		abort();
}

void loop_signal_stop(struct loop_signal *s)
{
	if (s->fn != NULL)
		event_del(&s->ev);
}
