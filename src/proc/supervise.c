/* The loader as the supervisor of its scanners. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/compiler.h"
#include "proc/loader_private.h"

#define EARLY_US 10000000     /* a scanner that lived shorter waits before it is replaced */
#define WAIT_MIN_US 100000
#define WAIT_MAX_US 1000000 /* a start costs milliseconds; who sends killers must not silence us */
#define EARLY_DEATHS_MAX 5    /* before the generation was up: it will never be */
#define KILL_AFTER_US 5000000 /* past the grace of draining */

static bool on_ready(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct slot *s = ctx;
	struct loader *l = s->loader;

	(void)m;
	(void)body;
	(void)fds;
	if (s->ready)
		return false;
	s->ready = true;
	l->nready++;
	if (l->nready == l->nslots && !l->up) {
		l->up = true;
		imsg_send(l->master, LINK_UP, 0, NULL, 0);
	}
	return true;
}

static bool on_culprit(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct slot *s = ctx;

	(void)fds;
	imsg_send(s->loader->master, LINK_CULPRIT, 0, body, m->len);
	return true;
}

static const struct imsg_row rows[] = {
	{ LINK_READY, 0, ROLE_SCANNER, 0, 0, on_ready },
	{ LINK_CULPRIT, 0, ROLE_SCANNER, sizeof(struct link_culprit), sizeof(struct link_culprit), on_culprit },
	{ 0, 0, 0, 0, 0, NULL },
};

static void scanner_gone(void *ctx, enum imsg_end why)
{
	struct slot *s = ctx;

	imsg_close(&s->peer);
	if (why == IMSG_CLOSED)
		return; /* it ends: its status comes */
	log_error("scanner %u: %s: killed", s->number, imsg_end_name(why));
	if (s->pid > 0)
		kill(s->pid, SIGKILL);
}

/* Forking. */

/* In the child: becomes a scanner and never returns. */
static void __attribute__((noreturn)) become_scanner(struct loader *l, const struct slot *slot, int fd, pid_t parent)
{
	struct scanner_options o = {
		.slot = slot->number, .link_fd = fd, .shared = l->shared, .key = l->key, .antivirus = l->conf.antivirus, .clamd = l->conf.clamd, .engine = l->conf.ruleset.engine, .lists = l->conf.ruleset.lists,
		.server = l->conf.server, .milter = l->conf.milter, .http = l->conf.http, .reduce = l->conf.reduce, .sealer = l->conf.sealer, .listening = l->listening,
		.nlistening = l->nlistening, .dns = l->conf.dns, .name_servers = &l->conf.name_servers,
	};
	char name[32];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	loop_forked(l->loop);
	supervise_free(l); /* above all the ends of the other scanners' sockets */
	imsg_close(&l->master);
	timer_stop(&l->last);
	watch_stop(l->watch);
	loop_signal_stop(&l->on_term);
	loop_signal_stop(&l->on_chld);
	loop_free(&l->loop);
	snprintf(name, sizeof(name), "scanner %u", o.slot);
	title_set(&l->options->title, name);
	snprintf(name, sizeof(name), "scanner-%u", o.slot);
	log_role(name);
	exit(scanner_run(&o));
}

static bool fork_scanner(struct slot *s)
{
	struct loader *l = s->loader;
	sigset_t all, before;
	pid_t parent = getpid();
	int fds[2];

	if (!imsg_pair(fds))
		return false;
	/* The handlers write to a pipe that the child shares at first: none may run there. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	s->pid = fork();
	if (s->pid == 0) {
		close(fds[0]);
		become_scanner(l, s, fds[1], parent);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fds[1]);
	if (s->pid < 0) {
		s->pid = 0;
		close(fds[0]);
		return false;
	}
	s->started_us = clock_mono_us();
	s->peer = imsg_open(l->loop, fds[0], ROLE_SCANNER, rows, scanner_gone, s);
	return true;
}

static void spawn(void *ctx)
{
	struct slot *s = ctx;

	if (s->loader->draining || s->pid != 0 || fork_scanner(s))
		return;
	log_error("cannot start a scanner: %s; trying again", strerror(errno));
	timer_set(&s->respawn, WAIT_MAX_US);
}

void supervise_start(struct loader *l)
{
	l->nslots = settings_scanners(l->conf.server);
	l->slots = calloc(l->nslots, sizeof(*l->slots));
	if (l->slots == NULL)
		abort();
	for (unsigned i = 0; i < l->nslots; i++) {
		l->slots[i] = (struct slot){ .loader = l, .number = i };
		timer_init(&l->slots[i].respawn, l->loop, spawn, &l->slots[i]);
	}
	for (unsigned i = 0; i < l->nslots; i++)
		spawn(&l->slots[i]);
}

/* Deaths. */

static void check_drained(struct loader *l)
{
	if (!l->draining)
		return;
	for (unsigned i = 0; i < l->nslots; i++) {
		if (l->slots[i].pid != 0)
			return;
	}
	loop_stop(l->loop);
}

static void slot_died(struct slot *s, int status)
{
	struct loader *l = s->loader;
	struct link_died died = { .slot = s->number, .pid = s->pid, .status = status };
	bool early = status != 0 && clock_mono_us() - s->started_us < EARLY_US;

	imsg_close(&s->peer);
	s->pid = 0;
	if (s->ready)
		l->nready--;
	s->ready = false;
	if (!early)
		s->wait_us = 0;
	else
		s->wait_us = s->wait_us == 0 ? WAIT_MIN_US : s->wait_us * 2 < WAIT_MAX_US ? s->wait_us * 2 : WAIT_MAX_US;
	imsg_send(l->master, LINK_DIED, 0, &died, sizeof(died));
	if (early && !l->up && ++l->early_deaths >= EARLY_DEATHS_MAX)
		loader_fail(l, "scanners die as soon as they start");
	check_drained(l);
}

void supervise_reap(void *loader)
{
	struct loader *l = loader;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (unsigned i = 0; i < l->nslots; i++) {
			if (l->slots[i].pid == pid)
				slot_died(&l->slots[i], status);
		}
		compiler_reaped(l, pid, status);
	}
}

bool supervise_respawn(struct loader *l, unsigned slot)
{
	struct slot *s;

	if (slot >= l->nslots)
		return false;
	s = &l->slots[slot];
	if (s->pid == 0 && !l->draining)
		timer_set(&s->respawn, s->wait_us);
	return true;
}

bool supervise_kill(struct loader *l, unsigned slot)
{
	if (slot >= l->nslots)
		return false;
	if (l->slots[slot].pid > 0)
		kill(l->slots[slot].pid, SIGKILL);
	return true;
}

static void kill_rest(void *ctx)
{
	struct loader *l = ctx;

	for (unsigned i = 0; i < l->nslots; i++)
		supervise_kill(l, i);
}

void supervise_drain(struct loader *l, int64_t grace_us)
{
	struct link_drain drain = { .grace_us = grace_us };

	/* A later call may only hurry: a stop during a reload. */
	if (l->draining && grace_us >= l->drain_grace_us)
		return;
	if (!l->draining)
		timer_init(&l->last, l->loop, kill_rest, l);
	l->draining = true;
	l->drain_grace_us = grace_us;
	for (unsigned i = 0; i < l->nslots; i++) {
		timer_stop(&l->slots[i].respawn);
		if (l->slots[i].peer != NULL)
			imsg_send(l->slots[i].peer, LINK_DRAIN, 0, &drain, sizeof(drain));
	}
	timer_set(&l->last, grace_us + KILL_AFTER_US);
	check_drained(l);
}

void supervise_log(struct loader *l, int fd)
{
	for (unsigned i = 0; i < l->nslots; i++) {
		if (l->slots[i].peer != NULL)
			imsg_send_fds(l->slots[i].peer, LINK_LOG, 0, NULL, 0, &fd, 1);
	}
}

void supervise_free(struct loader *l)
{
	for (unsigned i = 0; i < l->nslots; i++) {
		timer_stop(&l->slots[i].respawn);
		imsg_close(&l->slots[i].peer);
	}
	free(l->slots);
	l->slots = NULL;
	l->nslots = 0;
}
