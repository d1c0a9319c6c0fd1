/* The master's side of the inspector: the queue, which outlives every loader; one loader per generation of signatures; what state they are in. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/log.h"
#include "proc/master_private.h"

#define START_LIMIT_US 900000000LL /* millions of signatures on a slow machine */
#define DRAIN_GRACE_US 600000000LL /* more than one file may take */
#define STOP_GRACE_US_INSPECT 2000000LL
#define RESTART_MIN_US 100000LL
#define RESTART_MAX_US 30000000LL

static void start(struct inspections *);

static struct inspection *in_phase(const struct inspections *all, enum generation_phase phase)
{
	for (struct inspection *i = all->list; i != NULL; i = i->next) {
		if (i->phase == phase && !i->killed)
			return i;
	}
	return NULL;
}

static void set_phase(struct inspections *all, uint32_t phase)
{
	atomic_store_explicit(&all->status->phase, phase, memory_order_release);
}

/* Ends of a loader. */

static void take_out(struct inspection *i)
{
	struct inspection **at = &i->all->list;

	while (*at != i)
		at = &(*at)->next;
	*at = i->next;
}

static void inspection_free(struct inspection *i)
{
	timer_stop(&i->limit);
	imsg_close(&i->peer);
	free(i);
}

static void kill_one(struct inspection *i)
{
	i->killed = true;
	if (!i->reaped)
		kill(i->pid, SIGKILL); /* its workers die with it */
}

static void restart_later(struct inspections *all)
{
	timer_set(&all->restart, all->restart_us);
	all->restart_us = all->restart_us * 2 < RESTART_MAX_US ? all->restart_us * 2 : RESTART_MAX_US;
}

static void drain(struct inspection *i, int64_t grace_us)
{
	struct link_drain order = { .grace_us = grace_us };

	i->phase = GENERATION_DRAINING;
	timer_set(&i->limit, grace_us);
	if (i->peer != NULL)
		imsg_send(i->peer, LINK_DRAIN, 0, &order, sizeof(order));
}

static void over(struct inspection *i)
{
	struct inspections *all = i->all;
	enum generation_phase phase = i->phase;
	const char *why = i->failure[0] != '\0' ? i->failure : "it ended too early";
	bool alone;

	if (phase == GENERATION_CURRENT)
		log_error("the inspector has ended: %s; starting another", why);
	else if (phase == GENERATION_STARTING && !all->stopping)
		log_error("inspector: %s", why);
	take_out(i);
	inspection_free(i);
	if (all->stopping) {
		if (all->list == NULL)
			all->stopped(all->ctx);
		return;
	}
	alone = in_phase(all, GENERATION_CURRENT) == NULL;
	if (alone)
		set_phase(all, INSPECT_DOWN);
	else if (phase == GENERATION_STARTING)
		log_error("the signatures before it stay in use");
	if (phase == GENERATION_STARTING && all->again) {
		all->again = false;
		start(all);
	} else if (alone && in_phase(all, GENERATION_STARTING) == NULL) {
		restart_later(all);
	}
}

static void check_over(struct inspection *i)
{
	if (i->reaped && i->closed)
		over(i);
}

static void limit_over(void *ctx)
{
	struct inspection *i = ctx;

	if (!i->all->stopping)
		log_error("inspector %u does not %s: killed", i->number, i->phase == GENERATION_STARTING ? "start" : "end");
	snprintf(i->failure, sizeof(i->failure), "took too long");
	kill_one(i);
}

/* Messages of the loader. */

static bool on_failed(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct inspection *i = ctx;

	(void)fds;
	snprintf(i->failure, sizeof(i->failure), "%.*s", SPAN_ARG(imsg_text(m, body)));
	return true;
}

static void log_up(const struct inspection *i, const struct link_inspect_up *up)
{
	struct log_line l;

	log_begin(&l, LOG_LEVEL_INFO, "inspector ready");
	log_int(&l, "inspector", i->number);
	log_int(&l, "workers", up->workers);
	log_int(&l, "signatures", (int64_t)up->signatures);
	log_end(&l);
	if (up->phase == INSPECT_NO_SIGNATURES)
		log_warn("ANTIVIRUS_NO_DATABASE: no virus signatures are configured or found (antivirus.databases): files are not scanned for viruses");
}

static bool on_up(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct link_inspect_up *up = body;
	struct inspection *i = ctx, *old;
	struct inspections *all = i->all;

	(void)m;
	(void)fds;
	if (i->killed || i->phase == GENERATION_DRAINING)
		return true; /* it crossed our order to end */
	if (i->phase != GENERATION_STARTING || up->phase <= INSPECT_DOWN || up->phase > INSPECT_BROKEN)
		return false;
	timer_stop(&i->limit);
	while ((old = in_phase(all, GENERATION_CURRENT)) != NULL)
		drain(old, DRAIN_GRACE_US);
	i->phase = GENERATION_CURRENT;
	all->restart_us = RESTART_MIN_US;
	atomic_store_explicit(&all->status->signatures, up->signatures, memory_order_relaxed);
	atomic_store_explicit(&all->status->generation, i->number, memory_order_relaxed);
	set_phase(all, up->phase);
	log_up(i, up);
	if (all->again) {
		all->again = false;
		start(all);
	}
	return true;
}

static bool on_replace(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct link_replace *r = body;
	struct inspection *i = ctx;

	(void)m;
	(void)fds;
	if (i->phase != GENERATION_CURRENT || i->killed)
		return true;
	if (r->stop_first != 0) {
		set_phase(i->all, INSPECT_DOWN);
		drain(i, DRAIN_GRACE_US);
	} else if (in_phase(i->all, GENERATION_STARTING) != NULL) {
		i->all->again = true;
	} else {
		start(i->all);
	}
	return true;
}

static const struct imsg_row rows[] = {
	{ LINK_FAILED, 0, ROLE_INSPECT_LOADER, 1, LINK_TEXT_MAX, on_failed },
	{ LINK_INSPECT_UP, 0, ROLE_INSPECT_LOADER, sizeof(struct link_inspect_up), sizeof(struct link_inspect_up), on_up },
	{ LINK_REPLACE, 0, ROLE_INSPECT_LOADER, sizeof(struct link_replace), sizeof(struct link_replace), on_replace },
	{ 0, 0, 0, 0, 0, NULL },
};

static void loader_gone(void *ctx, enum imsg_end why)
{
	struct inspection *i = ctx;

	imsg_close(&i->peer);
	i->closed = true;
	if (why != IMSG_CLOSED) {
		log_error("loader of inspector %u: %s: killed", i->number, imsg_end_name(why));
		kill_one(i);
	}
	check_over(i);
}

/* Start. */

static void start(struct inspections *all)
{
	struct link_inspect order = { .number = ++all->count, .first = in_phase(all, GENERATION_CURRENT) == NULL };
	struct inspection *i = calloc(1, sizeof(*i));
	int fds[2] = { -1, -1 };

	if (i == NULL)
		abort();
	timer_stop(&all->restart);
	*i = (struct inspection){ .all = all, .number = order.number, .next = all->list };
	if (imsg_pair(fds))
		i->pid = generation_fork_loader("inspect-loader", all->options->config, fds[1]);
	if (fds[1] >= 0)
		close(fds[1]);
	if (i->pid <= 0) {
		log_error("cannot start the inspector: %s", strerror(errno));
		if (fds[0] >= 0)
			close(fds[0]);
		free(i);
		restart_later(all);
		return;
	}
	i->peer = imsg_open(all->loop, fds[0], ROLE_INSPECT_LOADER, rows, loader_gone, i);
	timer_init(&i->limit, all->loop, limit_over, i);
	timer_set(&i->limit, START_LIMIT_US);
	all->list = i;
	imsg_send_fds(i->peer, LINK_INSPECT, 0, &order, sizeof(order), &all->queue[0], 1);
}

static void restart_now(void *ctx)
{
	struct inspections *all = ctx;

	if (!all->stopping && in_phase(all, GENERATION_STARTING) == NULL)
		start(all);
}

void inspections_want(struct inspections *all, uint64_t antivirus)
{
	if (all->stopping || antivirus == all->antivirus)
		return;
	all->antivirus = antivirus;
	if (in_phase(all, GENERATION_STARTING) != NULL)
		all->again = true;
	else
		start(all);
}

/* The rest. */

void inspection_culprit(struct inspections *all, const struct link_culprit *c)
{
	uint32_t count = poison_blame(all->culprits, c->content, (uint32_t)(clock_wall_us() / 1000000));
	struct log_line l;
	char hash[20];

	if (c->hung != 0)
		count = poison_blame(all->culprits, c->content, (uint32_t)(clock_wall_us() / 1000000));
	snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)c->content);
	log_begin(&l, LOG_LEVEL_ERROR, c->hung != 0 ? "a file took the inspector too long" : "a file ended a worker of the inspector");
	log_cstr(&l, "file", hash);
	log_int(&l, "count", count);
	log_end(&l);
}

bool inspections_reaped(struct inspections *all, pid_t pid, int status)
{
	for (struct inspection *i = all->list; i != NULL; i = i->next) {
		if (i->pid != pid || i->reaped)
			continue;
		i->reaped = true;
		if (i->failure[0] == '\0' && status != 0)
			snprintf(i->failure, sizeof(i->failure), "its loader died (%s %d)", WIFSIGNALED(status) ? "signal" : "exit",
				 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		check_over(i);
		return true;
	}
	return false;
}

void inspections_log(struct inspections *all, int fd)
{
	for (struct inspection *i = all->list; i != NULL; i = i->next) {
		if (i->peer != NULL)
			imsg_send_fds(i->peer, LINK_LOG, 0, NULL, 0, &fd, 1);
	}
}

void inspections_kill(struct inspections *all)
{
	for (struct inspection *i = all->list; i != NULL; i = i->next)
		kill_one(i);
}

void inspections_stop(struct inspections *all, void (*stopped)(void *ctx), void *ctx)
{
	if (all->stopping)
		return;
	all->stopping = true;
	all->stopped = stopped;
	all->ctx = ctx;
	timer_stop(&all->restart);
	for (struct inspection *i = all->list; i != NULL; i = i->next) {
		if (i->phase == GENERATION_STARTING)
			kill_one(i);
		drain(i, STOP_GRACE_US_INSPECT);
	}
	if (all->list == NULL)
		stopped(ctx);
}

bool inspections_open(struct inspections *all, const struct options *options, struct loop *loop, struct err *err_r)
{
	*all = (struct inspections){ .options = options, .loop = loop, .queue = { -1, -1 }, .status_fd = -1, .culprits_fd = -1, .restart_us = RESTART_MIN_US };
	timer_init(&all->restart, loop, restart_now, all);
	if (!imsg_pair(all->queue))
		return err_set(err_r, "queue of the inspector: %s", strerror(errno));
	return inspect_status_new(&all->status, &all->status_fd, err_r) && poison_new(&all->culprits, &all->culprits_fd, err_r);
}

void inspections_close(struct inspections *all)
{
	const int fds[] = { all->queue[0], all->queue[1], all->status_fd, all->culprits_fd };

	timer_stop(&all->restart);
	for (struct inspection *i = all->list, *next; i != NULL; i = next) {
		next = i->next;
		inspection_free(i);
	}
	all->list = NULL;
	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	inspect_status_free(&all->status);
	poison_free(&all->culprits);
}
