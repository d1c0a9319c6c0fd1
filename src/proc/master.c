/*
 * The master: binds sockets, starts a loader per generation of the configuration, keeps the record of crashes, stops everything. It reads nothing that
 * comes from outside: no configuration, no mail; its peers are its own loaders.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/log.h"
#include "proc/master_private.h"
#include "proc/notify.h"

#define RELOAD_GRACE_US 600000000LL
#define STOP_LAST_US 33000000LL
#define TWICE_US 1000000LL
#define WATCH_US 1000000LL
#define RESTART_MIN_US 500000LL
#define RESTART_MAX_US 30000000LL
#define DRAINING_MAX 8 /* generations that finish their sessions; the oldest beyond that is ended */

static struct generation *in_phase(const struct master *m, enum generation_phase phase)
{
	for (struct generation *g = m->generations; g != NULL; g = g->next) {
		if (g->phase == phase && !g->killed)
			return g;
	}
	return NULL;
}

bool master_scans(const struct master *m)
{
	return in_phase(m, GENERATION_CURRENT) != NULL;
}

/* Listening sockets that neither the current generation nor one that starts uses are closed. */
static void sweep(struct master *m)
{
	bool keep[BOUND_MAX] = { false };

	for (const struct generation *g = m->generations; g != NULL; g = g->next) {
		for (size_t i = 0; i < BOUND_MAX && g->phase != GENERATION_DRAINING; i++)
			keep[i] = keep[i] || g->uses[i];
	}
	bound_sweep(&m->bound, keep);
}

/* Start and reload. */

static void restart_later(struct master *m)
{
	timer_set(&m->restart, m->restart_us);
	m->restart_us = m->restart_us * 2 < RESTART_MAX_US ? m->restart_us * 2 : RESTART_MAX_US;
}

static void start_generation(struct master *m)
{
	if (generation_start(m) == NULL && in_phase(m, GENERATION_CURRENT) == NULL)
		restart_later(m);
}

static void restart_now(void *ctx)
{
	struct master *m = ctx;

	if (!m->stopping && in_phase(m, GENERATION_STARTING) == NULL)
		start_generation(m);
}

void master_reload(struct master *m)
{
	if (m->stopping)
		return;
	if (in_phase(m, GENERATION_STARTING) != NULL) {
		m->reload_again = true;
		return;
	}
	log_info("reloading the configuration");
	timer_stop(&m->restart);
	start_generation(m);
}

static void hung_up(void *ctx)
{
	master_reload(ctx);
}

static void reload_if_asked(struct master *m)
{
	if (m->reload_again) {
		m->reload_again = false;
		master_reload(m);
	}
}

static void drain_others(struct master *m, const struct generation *current)
{
	unsigned draining = 0;

	/* The list begins with the youngest. */
	for (struct generation *g = m->generations; g != NULL; g = g->next) {
		if (g == current)
			continue;
		if (g->phase == GENERATION_CURRENT)
			generation_drain(g, RELOAD_GRACE_US);
		if (++draining > DRAINING_MAX && !g->killed) {
			log_warn("generation %u still drains and is ended: too many reloads", g->number);
			generation_kill(g);
		}
	}
}

static void open_log(const struct link_settings *set)
{
	struct err err;

	if (!log_open(span_of(set->log_target), (enum log_level)set->log_level, &err))
		log_error("%s", err.text);
}

/* A generation that starts may write to a file that we do not have yet: for it the same is done once it is up. */
static void reopen_log(void *ctx)
{
	struct master *m = ctx;
	int fd;

	m->reopen_again = in_phase(m, GENERATION_STARTING) != NULL;
	log_reopen();
	fd = log_fd();
	for (struct generation *g = m->generations; g != NULL && fd >= 0; g = g->next) {
		if (g->peer != NULL)
			imsg_send_fds(g->peer, LINK_LOG, 0, NULL, 0, &fd, 1);
	}
	if (fd >= 0)
		inspections_log(&m->inspect, fd);
}

void master_generation_up(struct master *m, struct generation *g)
{
	struct log_line l;

	g->phase = GENERATION_CURRENT;
	m->was_ready = true;
	m->restart_us = RESTART_MIN_US;
	drain_others(m, g);
	sweep(m);
	open_log(&g->set);
	if (m->reopen_again)
		reopen_log(m);
	inspections_want(&m->inspect, g->set.antivirus);
	log_begin(&l, LOG_LEVEL_INFO, "ready");
	log_cstr(&l, "version", WINNOW_VERSION);
	log_int(&l, "generation", g->number);
	log_int(&l, "scanners", g->set.scanners);
	log_end(&l);
	notify_send("READY=1");
	reload_if_asked(m);
}

/* Ends. */

static void fail_start(struct master *m, const struct generation *g)
{
	log_error("%s", g->failure[0] != '\0' ? g->failure : "the loader ended too early");
	if (!m->was_ready) {
		m->status = EXIT_FAILURE;
		loop_stop(m->loop);
		return;
	}
	if (in_phase(m, GENERATION_CURRENT) != NULL) {
		log_error("reload failed: the configuration before it stays in force");
		sweep(m);
	} else {
		restart_later(m);
	}
}

static void inspector_stopped(void *ctx)
{
	struct master *m = ctx;

	loop_stop(m->loop);
}

void master_generation_over(struct master *m, struct generation *g)
{
	enum generation_phase phase = g->phase;

	if (m->stopping) {
		generation_free(&g);
		if (m->generations == NULL)
			inspections_stop(&m->inspect, inspector_stopped, m);
		return;
	}
	if (phase == GENERATION_STARTING) {
		g->killed = true; /* it does not count any more */
		memset(g->uses, 0, sizeof(g->uses));
		fail_start(m, g);
	} else if (phase == GENERATION_CURRENT) {
		log_error("generation %u has ended: %s; starting another", g->number, g->failure[0] != '\0' ? g->failure : "without a word");
		restart_later(m);
	} else {
		log_debug("generation %u has ended", g->number);
	}
	generation_free(&g);
	if (phase == GENERATION_STARTING && m->was_ready)
		reload_if_asked(m);
}

static void reap(void *ctx)
{
	struct master *m = ctx;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (inspections_reaped(&m->inspect, pid, status))
			continue;
		for (struct generation *g = m->generations; g != NULL; g = g->next) {
			if (g->pid == pid && !g->reaped) {
				generation_reaped(g, status);
				break;
			}
		}
	}
}

static void kill_all(void *ctx)
{
	struct master *m = ctx;

	log_warn("sessions are still open: ended");
	for (struct generation *g = m->generations; g != NULL; g = g->next)
		generation_kill(g);
	inspections_kill(&m->inspect);
}

static void stop(void *ctx)
{
	struct master *m = ctx;

	if (m->stopping) {
		/* An impatient second signal; not the same one, which may come by the process group too. */
		if (loop_now_us(m->loop) - m->stop_us > TWICE_US)
			kill_all(m);
		return;
	}
	m->stopping = true;
	m->stop_us = loop_now_us(m->loop);
	log_info("stopping");
	notify_send("STOPPING=1");
	timer_stop(&m->restart);
	bound_close(&m->bound); /* who connects from now on is refused at once, and tries again later */
	for (struct generation *g = m->generations; g != NULL; g = g->next) {
		if (g->phase == GENERATION_STARTING)
			generation_kill(g);
		generation_drain(g, STOP_GRACE_US);
	}
	timer_set(&m->last, STOP_LAST_US);
	if (m->generations == NULL)
		inspections_stop(&m->inspect, inspector_stopped, m);
}

/* Other duties. */

static void watch(void *ctx)
{
	struct master *m = ctx;

	for (struct generation *g = m->generations; g != NULL; g = g->next) {
		if (g->peer != NULL && !g->killed)
			generation_watch(g);
	}
	timer_set(&m->watch, WATCH_US);
}

static void raise_descriptors(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
		r.rlim_cur = r.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
}

static void set_up(struct master *m, const struct options *options)
{
	*m = (struct master){ .options = options, .loop = loop_new(), .restart_us = RESTART_MIN_US, .poison_fd = -1 };
	bound_init(&m->bound);
	timer_init(&m->watch, m->loop, watch, m);
	timer_init(&m->restart, m->loop, restart_now, m);
	timer_init(&m->last, m->loop, kill_all, m);
	loop_signal_init(&m->on_term, m->loop, SIGTERM, stop, m);
	loop_signal_init(&m->on_int, m->loop, SIGINT, stop, m);
	loop_signal_init(&m->on_hup, m->loop, SIGHUP, hung_up, m);
	loop_signal_init(&m->on_usr1, m->loop, SIGUSR1, reopen_log, m);
	loop_signal_init(&m->on_chld, m->loop, SIGCHLD, reap, m);
}

static void take_down(struct master *m)
{
	struct loop_signal *signals[] = { &m->on_term, &m->on_int, &m->on_hup, &m->on_usr1, &m->on_chld };
	struct timer *timers[] = { &m->watch, &m->restart, &m->last };

	bound_close(&m->bound);
	while (m->generations != NULL) {
		struct generation *g = m->generations;

		generation_free(&g);
	}
	inspections_close(&m->inspect);
	if (m->has_state)
		state_close(&m->state);
	poison_free(&m->poison);
	if (m->poison_fd >= 0)
		close(m->poison_fd);
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		timer_stop(timers[i]);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		loop_signal_stop(signals[i]);
	signal(SIGTERM, SIG_IGN); /* who asks again while we end does not change how we end */
	signal(SIGINT, SIG_IGN);
	loop_free(&m->loop);
}

int master_run(const struct options *options)
{
	struct master m;
	struct err err;

	log_role("master");
	raise_descriptors();
	set_up(&m, options);
	if (!inspections_open(&m.inspect, options, m.loop, &err) || !poison_new(&m.poison, &m.poison_fd, &err)) {
		log_error("%s", err.text);
		m.status = EXIT_FAILURE;
	} else if (generation_start(&m) == NULL) {
		m.status = EXIT_FAILURE;
	} else {
		timer_set(&m.watch, WATCH_US);
		loop_run(m.loop);
		if (m.stopping)
			log_info("stopped");
	}
	take_down(&m);
	log_close();
	return m.status;
}
