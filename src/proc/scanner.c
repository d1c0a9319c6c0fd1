#include "proc/scanner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/imsg.h"
#include "io/log.h"
#include "io/sandbox.h"
#include "proc/link.h"

#define BEAT_US 5000000

struct scanner {
	const struct scanner_options *o;
	struct loop *loop;
	struct imsg_peer *loader;
	struct services services;
	struct service service;
	struct listener *listeners[LISTENERS_MAX];
	struct loop_signal on_term;
	struct timer beat;
	struct board_page *page;
	const struct poison *poison;
	bool draining;
	int status;
};

/* What the service needs of the process. */

static bool message_begin(void *ctx, struct span raw, const char *id, uint64_t *mark_r)
{
	struct scanner *s = ctx;
	uint64_t message = message_fingerprint(&s->o->key, raw);

	if (poison_count(s->poison, message) >= (uint32_t)s->o->server->crash_limit)
		return false;
	*mark_r = message;
	board_begin(s->page, message, id, clock_mono_us());
	return true;
}

static void message_resume(void *ctx, uint64_t mark, const char *id)
{
	struct scanner *s = ctx;

	board_begin(s->page, mark, id, clock_mono_us());
}

static void message_end(void *ctx)
{
	struct scanner *s = ctx;

	board_end(s->page);
}

static void pressure(void *ctx, bool on)
{
	struct scanner *s = ctx;

	for (unsigned i = 0; i < s->o->nlistening; i++) {
		if (s->listeners[i] != NULL)
			(on ? listener_pause : listener_resume)(s->listeners[i]);
	}
}

static void accept_milter(void *ctx, int fd, const struct peer *peer)
{
	struct scanner *s = ctx;

	milter_accept(&s->service, s->o->milter, fd, peer);
}

static void accept_http(void *ctx, int fd, const struct peer *peer)
{
	struct scanner *s = ctx;

	http_accept(&s->service, s->o->http, fd, peer);
}

/* Ends. */

static void stop_listening(struct scanner *s)
{
	for (unsigned i = 0; i < s->o->nlistening; i++) {
		if (s->listeners[i] == NULL)
			continue;
		listener_free(&s->listeners[i]);
		close(s->o->listening[i].fd);
	}
}

static void drain(struct scanner *s, int64_t grace_us)
{
	if (!s->draining)
		stop_listening(s);
	s->draining = true;
	service_drain(&s->service, grace_us);
}

static void drained(void *ctx)
{
	struct scanner *s = ctx;

	loop_stop(s->loop);
}

static void terminate(void *ctx)
{
	drain(ctx, STOP_GRACE_US);
}

static bool on_drain(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct link_drain *d = body;

	(void)m;
	(void)fds;
	drain(ctx, d->grace_us);
	return true;
}

static bool on_log(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	(void)ctx;
	(void)m;
	(void)body;
	log_take(fds[0]);
	fds[0] = -1;
	return true;
}

static const struct imsg_row rows[] = {
	{ LINK_DRAIN, 0, ROLE_LOADER, sizeof(struct link_drain), sizeof(struct link_drain), on_drain },
	{ LINK_LOG, 1, ROLE_LOADER, 0, 0, on_log },
	{ 0, 0, 0, 0, 0, NULL },
};

static void loader_gone(void *ctx, enum imsg_end why)
{
	struct scanner *s = ctx;

	if (why != IMSG_CLOSED)
		log_error("loader: %s", imsg_end_name(why));
	s->status = EXIT_FAILURE;
	loop_stop(s->loop);
}

static void beat(void *ctx)
{
	struct scanner *s = ctx;

	atomic_store_explicit(&s->page->beat_us, clock_mono_us(), memory_order_relaxed);
	timer_set(&s->beat, BEAT_US);
}

/* Start. */

static bool map_tables(struct scanner *s, struct err *err_r)
{
	s->page = board_map(s->o->board_fd, s->o->slot);
	s->poison = poison_map(s->o->poison_fd);
	close(s->o->board_fd);
	close(s->o->poison_fd);
	return s->page != NULL && s->poison != NULL ? true : err_set(err_r, "shared tables: %s", strerror(errno));
}

static bool give_up_rights(const struct scanner *s, struct err *err_r)
{
	if (!sandbox_limit(s->o->server->memory_limit, err_r))
		return false;
	if (s->o->server->sandbox && !sandbox_impossible())
		return sandbox_lock(err_r);
	return true;
}

static void set_up(struct scanner *s)
{
	sigset_t none;

	s->loop = loop_new();
	s->services = (struct services){
		.loop = s->loop, .work = { .ctx = s, .begin = message_begin, .resume = message_resume, .end = message_end },
	};
	service_init(&s->service, &s->services, s->o->engine, s->o->reduce);
	s->service.drained = drained;
	s->service.drained_ctx = s;
	s->service.pressure = pressure;
	s->service.pressure_ctx = s;
	s->loader = imsg_open(s->loop, s->o->link_fd, ROLE_LOADER, rows, loader_gone, s);
	timer_init(&s->beat, s->loop, beat, s);
	loop_signal_init(&s->on_term, s->loop, SIGTERM, terminate, s);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (unsigned i = 0; i < s->o->nlistening; i++)
		s->listeners[i] = listener_start(s->loop, s->o->listening[i].fd, s->o->listening[i].http ? accept_http : accept_milter, s);
}

static void take_down(struct scanner *s)
{
	service_close(&s->service);
	stop_listening(s);
	timer_stop(&s->service.drain_timer);
	timer_stop(&s->beat);
	loop_signal_stop(&s->on_term);
	signal(SIGTERM, SIG_IGN); /* it is ending; asked again, it does not die of it */
	imsg_close(&s->loader);
	loop_free(&s->loop);
}

int scanner_run(const struct scanner_options *options)
{
	struct scanner s = { .o = options };
	struct err err;

	if (!map_tables(&s, &err)) {
		log_error("%s", err.text);
		return EXIT_FAILURE;
	}
	set_up(&s);
	if (!give_up_rights(&s, &err)) {
		log_error("sandbox: %s", err.text);
		s.status = EXIT_FAILURE;
	} else {
		beat(&s);
		imsg_send(s.loader, LINK_READY, 0, NULL, 0);
		loop_run(s.loop);
	}
	take_down(&s);
	return s.status;
}
