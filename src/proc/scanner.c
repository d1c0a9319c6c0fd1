#include "proc/scanner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "inspect/clamd_client.h"
#include "inspect/inspector.h"
#include "io/imsg.h"
#include "io/log.h"
#include "io/sandbox.h"
#include "lists/list_health.h"
#include "proc/link.h"

#define BEAT_US 5000000

struct scanner {
	const struct scanner_options *o;
	struct loop *loop;
	struct imsg_peer *loader;
	struct resolver *resolver;
	struct inspector *inspector;
	struct clamd_client *clamd;
	struct services services;
	struct service service;
	struct listener *listeners[LISTENERS_MAX];
	struct loop_signal on_term;
	struct timer beat;
	struct board_page *page;
	const struct poison *poison, *culprits;
	const struct inspect_status_page *inspect_status;
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

/* What the inspector's client needs of the process. */

static unsigned culprit_deaths(void *ctx, uint64_t content)
{
	const struct scanner *s = ctx;

	return poison_count(s->culprits, content);
}

static void culprit_died(void *ctx, uint64_t content, bool hung)
{
	struct scanner *s = ctx;
	struct link_culprit culprit = { .content = content, .hung = hung };

	imsg_send(s->loader, LINK_CULPRIT, 0, &culprit, sizeof(culprit));
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

static void accept_clamd(void *ctx, int fd, const struct peer *peer)
{
	struct scanner *s = ctx;

	clamd_accept(&s->service, s->o->clamd, fd, peer);
}

static listener_accept *accept_of(const struct listening *l)
{
	if (l->clamd)
		return accept_clamd;
	return l->http ? accept_http : accept_milter;
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
	s->page = board_map(s->o->shared[BOARD_FD_BOARD], s->o->slot);
	s->poison = poison_map(s->o->shared[BOARD_FD_POISON]);
	s->inspect_status = inspect_status_map(s->o->shared[BOARD_FD_STATUS]);
	s->culprits = poison_map(s->o->shared[BOARD_FD_CULPRITS]);
	if (s->page == NULL || s->poison == NULL || s->inspect_status == NULL || s->culprits == NULL)
		return err_set(err_r, "shared tables: %s", strerror(errno));
	for (unsigned i = 0; i < BOARD_FDS; i++) {
		if (i != BOARD_FD_QUEUE)
			close(s->o->shared[i]);
	}
	return true;
}

/* The external scanner's socket. */
static bool needs_unix(const struct antivirus_settings *set)
{
	for (size_t i = 0; i < set->clamd.n; i++) {
		if (span_starts(set->clamd.v[i], SPAN_LIT("unix:")))
			return true;
	}
	return false;
}

static bool give_up_rights(const struct scanner *s, struct err *err_r)
{
	if (!sandbox_limit(s->o->server->memory_limit, err_r))
		return false;
	if (s->o->server->sandbox && !sandbox_impossible())
		return sandbox_lock(needs_unix(s->o->antivirus), err_r);
	return true;
}

static void start_inspector(struct scanner *s)
{
	const struct antivirus_settings *set = s->o->antivirus;
	struct inspector_options o = {
		.loop = s->loop, .queue = s->o->shared[BOARD_FD_QUEUE], .status = s->inspect_status, .key = s->o->key, .cache = (size_t)set->cache,
		.defer_at_once = set->on_unavailable == ANTIVIRUS_DELIVER, .deaths = culprit_deaths, .died = culprit_died, .ctx = s,
	};

	s->inspector = inspector_new(&o);
	s->services.inspector = s->inspector;
	s->clamd = clamd_client_new(s->loop, &set->clamd);
	s->services.clamd = s->clamd;
}

static void set_up(struct scanner *s)
{
	/* What all scanners find out is told once. */
	struct resolver_options dns = { .set = s->o->dns, .servers = *s->o->name_servers, .quiet = s->o->slot != 0 };
	sigset_t none;

	s->loop = loop_new();
	s->resolver = resolver_new(s->loop, &dns);
	s->services = (struct services){
		.loop = s->loop, .dns = resolver_dns(s->resolver), .work = { .ctx = s, .begin = message_begin, .resume = message_resume, .end = message_end },
	};
	s->services.lists = list_states_new(s->loop, s->services.dns, s->o->lists, s->o->slot == 0);
	start_inspector(s);
	service_init(&s->service, &s->services, s->o->engine, s->o->reduce);
	s->service.sealer = s->o->sealer;
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
		s->listeners[i] = listener_start(s->loop, s->o->listening[i].fd, accept_of(&s->o->listening[i]), s);
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
	list_states_free(&s->services.lists);
	resolver_free(&s->resolver);
	inspector_free(&s->inspector);
	clamd_client_free(&s->clamd);
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
		if (options->dns->self_test)
			resolver_self_test(s.resolver);
		beat(&s);
		imsg_send(s.loader, LINK_READY, 0, NULL, 0);
		loop_run(s.loop);
	}
	take_down(&s);
	return s.status;
}
