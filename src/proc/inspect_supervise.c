/* The inspector's loader as the supervisor of its workers. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/inspect_private.h"

#define EARLY_US 1000000
#define WAIT_MIN_US 100000
#define WAIT_MAX_US 800000
#define EARLY_DEATHS_MAX 5
#define MONITOR_US 1000000LL

static void send_up(struct inspect_loader *l)
{
	struct link_inspect_up up = {
		.phase = l->phase, .workers = l->nslots, .signatures = l->clamav != NULL ? clamav_signatures(l->clamav) : 0,
	};

	l->up = true;
	imsg_send(l->master, LINK_INSPECT_UP, 0, &up, sizeof(up));
}

static bool on_ready(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct worker_slot *s = ctx;
	struct inspect_loader *l = s->loader;

	(void)m;
	(void)body;
	(void)fds;
	if (s->ready)
		return false;
	s->ready = true;
	if (++l->nready == l->nslots && !l->up)
		send_up(l);
	return true;
}

static const struct imsg_row rows[] = {
	{ LINK_READY, 0, ROLE_INSPECT_WORKER, 0, 0, on_ready },
	{ 0, 0, 0, 0, 0, NULL },
};

static void worker_gone(void *ctx, enum imsg_end why)
{
	struct worker_slot *s = ctx;

	imsg_close(&s->peer);
	if (why == IMSG_CLOSED)
		return; /* it ends: its status comes */
	log_error("worker %u: %s: killed", s->number, imsg_end_name(why));
	if (s->pid > 0)
		kill(s->pid, SIGKILL);
}

/* Forking. */

/* In the child: becomes a worker and never returns. What libclamav and the loader hold is not given back: the memory is the others' too. */
static void __attribute__((noreturn)) become_worker(struct inspect_loader *l, const struct worker_slot *slot, int fd, pid_t parent)
{
	struct worker_options o = {
		.number = slot->number, .link = fd, .queue = l->queue, .clamav = l->clamav, .phase = l->phase, .generation = l->number, .set = l->set,
		.sandbox = l->server->sandbox, .note = slot->note,
	};
	char name[32];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	loop_forked(l->loop);
	for (unsigned i = 0; i < l->nslots; i++)
		imsg_close(&l->slots[i].peer);
	imsg_close(&l->master);
	loop_signal_stop(&l->on_term);
	loop_signal_stop(&l->on_chld);
	snprintf(name, sizeof(name), "inspector %u", o.number);
	title_set(&l->options->title, name);
	snprintf(name, sizeof(name), "inspector-%u", o.number);
	log_role(name);
	_exit(worker_run(&o));
}

static bool fork_worker(struct worker_slot *s)
{
	struct inspect_loader *l = s->loader;
	sigset_t all, before;
	pid_t parent = getpid();
	int fds[2];

	if (!imsg_pair(fds))
		return false;
	atomic_store(&s->note->start_us, 0);
	atomic_store(&s->note->jobs, 0);
	/* The handlers write to a pipe that the child shares at first: none may run there. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	s->pid = fork();
	if (s->pid == 0) {
		close(fds[0]);
		become_worker(l, s, fds[1], parent);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fds[1]);
	if (s->pid < 0) {
		s->pid = 0;
		close(fds[0]);
		return false;
	}
	s->started_us = clock_mono_us();
	s->peer = imsg_open(l->loop, fds[0], ROLE_INSPECT_WORKER, rows, worker_gone, s);
	return true;
}

static void spawn(void *ctx)
{
	struct worker_slot *s = ctx;

	if (s->loader->draining || s->pid != 0 || fork_worker(s))
		return;
	log_error("cannot start a worker of the inspector: %s; trying again", strerror(errno));
	timer_set(&s->respawn, WAIT_MAX_US);
}

/* A worker that was stopped, or whose alarm did not come. */
static void monitor(void *ctx)
{
	struct inspect_loader *l = ctx;
	int64_t now = clock_mono_us(), limit = l->set->max_time_us / 2 * 3 + 2 * MONITOR_US;

	for (unsigned i = 0; i < l->nslots; i++) {
		int64_t start = atomic_load_explicit(&l->slots[i].note->start_us, memory_order_acquire);

		if (l->slots[i].pid == 0 || start == 0 || now - start < limit)
			continue;
		log_error("worker %u of the inspector hangs: killed", i);
		kill(l->slots[i].pid, SIGKILL);
	}
	timer_set(&l->monitor, MONITOR_US);
}

void workers_start(struct inspect_loader *l)
{
	l->nslots = settings_scanners(&(struct server_settings){ .scanners = l->set->workers });
	l->slots = calloc(l->nslots, sizeof(*l->slots));
	l->notes = mmap(NULL, l->nslots * sizeof(*l->notes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l->slots == NULL || l->notes == MAP_FAILED)
		abort();
	for (unsigned i = 0; i < l->nslots; i++) {
		l->slots[i] = (struct worker_slot){ .loader = l, .number = i, .note = &l->notes[i] };
		timer_init(&l->slots[i].respawn, l->loop, spawn, &l->slots[i]);
	}
	for (unsigned i = 0; i < l->nslots; i++)
		spawn(&l->slots[i]);
	timer_init(&l->monitor, l->loop, monitor, l);
	timer_set(&l->monitor, MONITOR_US);
}

/* Deaths. */

static void check_drained(struct inspect_loader *l)
{
	if (!l->draining)
		return;
	for (unsigned i = 0; i < l->nslots; i++) {
		if (l->slots[i].pid != 0)
			return;
	}
	loop_stop(l->loop);
}

static void log_death(const struct worker_slot *s, int status)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_ERROR, "worker of the inspector died");
	log_int(&line, "worker", s->number);
	log_int(&line, "pid", s->pid);
	log_cstr(&line, "cause", WIFSIGNALED(status) ? "signal" : "exit");
	log_int(&line, "number", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	log_end(&line);
}

static void slot_died(struct worker_slot *s, int status)
{
	struct inspect_loader *l = s->loader;
	/* One that had a job died of that; it is replaced at once, and the job's next death is its last. */
	bool early = status != 0 && clock_mono_us() - s->started_us < EARLY_US && atomic_load(&s->note->jobs) == 0 && atomic_load(&s->note->start_us) == 0;
	char folder[16];

	if (status != 0)
		log_death(s, status);
	imsg_close(&s->peer);
	s->pid = 0;
	if (s->ready)
		l->nready--;
	s->ready = false;
	snprintf(folder, sizeof(folder), "%u", s->number);
	inspect_folder_remove(l->folder, folder);
	if (!early)
		s->wait_us = 0;
	else
		s->wait_us = s->wait_us == 0 ? WAIT_MIN_US : s->wait_us * 2 < WAIT_MAX_US ? s->wait_us * 2 : WAIT_MAX_US;
	if (early && !l->up && ++l->early_deaths >= EARLY_DEATHS_MAX)
		inspect_loader_fail(l, "workers die as soon as they start");
	else if (!l->draining)
		timer_set(&s->respawn, s->wait_us);
	check_drained(l);
}

void workers_reap(void *loader)
{
	struct inspect_loader *l = loader;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (unsigned i = 0; i < l->nslots; i++) {
			if (l->slots[i].pid == pid)
				slot_died(&l->slots[i], status);
		}
	}
}

static void kill_rest(void *ctx)
{
	struct inspect_loader *l = ctx;

	for (unsigned i = 0; i < l->nslots; i++) {
		if (l->slots[i].pid > 0)
			kill(l->slots[i].pid, SIGKILL);
	}
}

void workers_drain(struct inspect_loader *l, int64_t grace_us)
{
	if (!l->draining)
		timer_init(&l->last, l->loop, kill_rest, l);
	l->draining = true;
	for (unsigned i = 0; i < l->nslots; i++) {
		timer_stop(&l->slots[i].respawn);
		if (l->slots[i].peer != NULL)
			imsg_send(l->slots[i].peer, LINK_DRAIN, 0, &(struct link_drain){ .grace_us = grace_us }, sizeof(struct link_drain));
	}
	timer_set(&l->last, grace_us / 10 * 9);
	check_drained(l);
}

void workers_free(struct inspect_loader *l)
{
	for (unsigned i = 0; i < l->nslots; i++) {
		timer_stop(&l->slots[i].respawn);
		imsg_close(&l->slots[i].peer);
	}
	if (l->slots != NULL)
		timer_stop(&l->monitor);
	if (l->draining)
		timer_stop(&l->last);
	free(l->slots);
	l->slots = NULL;
	if (l->notes != NULL)
		munmap(l->notes, l->nslots * sizeof(*l->notes));
	l->notes = NULL;
	l->nslots = 0;
}
