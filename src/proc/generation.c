/* The master's side of one generation: starting its loader, answering it, keeping the record of its dead scanners. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/log.h"
#include "proc/master_private.h"

#define START_LIMIT_US 300000000
#define KILL_AFTER_US 15000000 /* past the grace of draining */
#define STRIKES 3              /* a machine that slept makes everyone look overdue, once */

static void give_up(struct generation *g, const char *why)
{
	snprintf(g->failure, sizeof(g->failure), "%s", why);
	generation_kill(g);
}

static bool ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* Messages of the loader. */

static bool on_failed(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct generation *g = ctx;

	(void)fds;
	snprintf(g->failure, sizeof(g->failure), "%.*s", SPAN_ARG(imsg_text(m, body)));
	return true;
}

static bool open_state(struct master *m, const struct link_settings *set, struct err *err_r)
{
	char path[1024];
	unsigned deaths;

	if (m->has_state) {
		if (state_folder(set->state, path, NULL) && strcmp(path, m->state.path) != 0)
			log_warn("server.state changes only with a restart; still %s", m->state.path);
		return true;
	}
	if (!state_open(&m->state, set->state, err_r))
		return false;
	m->has_state = true;
	deaths = journal_read(&m->state, m->poison);
	if (deaths != 0)
		log_info("%u deaths of scanners read from the journal in %s", deaths, m->state.path);
	return true;
}

static bool on_settings(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct generation *g = ctx;
	const struct link_settings *set = body;
	struct link_board board = { .first = !master_scans(g->master) };
	struct err err;

	(void)m;
	(void)fds;
	if (g->has_set || !ends(set->state, sizeof(set->state)) || !ends(set->log_target, sizeof(set->log_target)) || set->scanners == 0 ||
	    set->scanners > SCANNERS_MAX || set->log_level < LOG_LEVEL_ERROR || set->log_level > LOG_LEVEL_DEBUG)
		return false;
	g->set = *set;
	g->has_set = true;
	if (!open_state(g->master, set, &err) || !board_new(&g->board, set->scanners, &err)) {
		give_up(g, err.text);
		return true;
	}
	board.key = g->master->state.key;
	imsg_send_fds(g->peer, LINK_BOARD, 0, &board, sizeof(board),
		      (const int[BOARD_FDS]){ [BOARD_FD_BOARD] = g->board.fd, [BOARD_FD_POISON] = g->master->poison_fd, [BOARD_FD_STATUS] = g->master->inspect.status_fd,
					      [BOARD_FD_CULPRITS] = g->master->inspect.culprits_fd, [BOARD_FD_QUEUE] = g->master->inspect.queue[1] },
		      BOARD_FDS);
	return true;
}

static bool on_bind(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct generation *g = ctx;
	const struct link_bind *b = body;
	struct err err;
	int i;

	(void)fds;
	if (g->phase != GENERATION_STARTING || !ends(b->address, sizeof(b->address)) || b->mode < 0 || b->mode > 0777)
		return false;
	i = bound_get(&g->master->bound, b->address, b->mode, &err);
	if (i < 0) {
		imsg_send(g->peer, LINK_REFUSED, m->id, err.text, strnlen(err.text, LINK_TEXT_MAX - 1));
		return true;
	}
	g->uses[i] = true;
	imsg_send_fds(g->peer, LINK_BOUND, m->id, NULL, 0, &g->master->bound.v[i].fd, 1);
	return true;
}

static bool on_up(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct generation *g = ctx;

	(void)m;
	(void)body;
	(void)fds;
	if (g->killed || g->phase == GENERATION_DRAINING)
		return true; /* it crossed our order to end */
	if (g->phase != GENERATION_STARTING || !g->has_set)
		return false;
	timer_stop(&g->limit);
	master_generation_up(g->master, g);
	return true;
}

/* Dead scanners. */

static void cause_text(const struct generation *g, const struct link_died *d, char *buf, size_t size)
{
	if (g->hung[d->slot])
		snprintf(buf, size, "hang");
	else if (WIFSIGNALED(d->status))
		snprintf(buf, size, "signal-%d", WTERMSIG(d->status));
	else
		snprintf(buf, size, "exit-%d", WEXITSTATUS(d->status));
}

static uint32_t blame(struct generation *g, const struct board_note *note, const char *cause)
{
	struct master *m = g->master;
	struct journal_entry entry = { .message = note->message, .id = note->id, .cause = cause, .wall_us = clock_wall_us() };

	entry.count = poison_blame(m->poison, note->message, (uint32_t)(entry.wall_us / 1000000));
	if (m->has_state)
		journal_append(&m->state, &entry);
	if (entry.count == g->set.crash_limit)
		log_error("message %016llx has killed %u scanners: it is held from now on", (unsigned long long)note->message, entry.count);
	return entry.count;
}

static void log_death(const struct generation *g, const struct link_died *d, const char *cause, const struct board_note *note, uint32_t count)
{
	char hash[20];
	struct log_line l;

	log_begin(&l, LOG_LEVEL_ERROR, "scanner died");
	log_int(&l, "generation", g->number);
	log_int(&l, "slot", d->slot);
	log_int(&l, "pid", d->pid);
	log_cstr(&l, "cause", cause);
	if (note->working) {
		snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)note->message);
		log_cstr(&l, "message", hash);
		log_cstr(&l, "id", note->id);
		log_int(&l, "count", count);
	}
	log_end(&l);
}

static bool on_died(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct generation *g = ctx;
	const struct link_died *d = body;
	struct link_slot slot = { .slot = d->slot };
	struct board_note note;
	char cause[32];

	(void)m;
	(void)fds;
	if (d->slot >= g->board.n)
		return false;
	board_take(board_at(&g->board, d->slot), &note);
	cause_text(g, d, cause, sizeof(cause));
	if (d->status != 0 && !g->killed)
		log_death(g, d, cause, &note, note.working ? blame(g, &note, cause) : 0);
	else
		log_debug("scanner in slot %u ended (%s)", d->slot, cause);
	g->hung[d->slot] = false;
	g->strikes[d->slot] = 0;
	imsg_send(g->peer, LINK_RESPAWN, 0, &slot, sizeof(slot));
	return true;
}

static bool on_changed(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct generation *g = ctx;

	(void)fds;
	/* One that starts is told so early when there was little to compile: master_reload remembers it until it is up. */
	if (g->phase == GENERATION_DRAINING || g->killed)
		return true;
	log_info("%.*s changed", SPAN_ARG(imsg_text(m, body)));
	master_reload(g->master);
	return true;
}

static bool on_culprit(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct generation *g = ctx;

	(void)m;
	(void)fds;
	inspection_culprit(&g->master->inspect, body);
	return true;
}

static const struct imsg_row rows[] = {
	{ LINK_CULPRIT, 0, ROLE_LOADER, sizeof(struct link_culprit), sizeof(struct link_culprit), on_culprit },
	{ LINK_FAILED, 0, ROLE_LOADER, 1, LINK_TEXT_MAX, on_failed },
	{ LINK_SETTINGS, 0, ROLE_LOADER, sizeof(struct link_settings), sizeof(struct link_settings), on_settings },
	{ LINK_BIND, 0, ROLE_LOADER, sizeof(struct link_bind), sizeof(struct link_bind), on_bind },
	{ LINK_UP, 0, ROLE_LOADER, 0, 0, on_up },
	{ LINK_DIED, 0, ROLE_LOADER, sizeof(struct link_died), sizeof(struct link_died), on_died },
	{ LINK_CHANGED, 0, ROLE_LOADER, 1, LINK_TEXT_MAX, on_changed },
	{ 0, 0, 0, 0, 0, NULL },
};

/* Watching. */

void generation_watch(struct generation *g)
{
	int64_t now = clock_mono_us();

	for (unsigned i = 0; i < g->board.n; i++) {
		struct link_slot slot = { .slot = i };

		if (!board_overdue(board_at(&g->board, i), now, g->set.hang_limit_us)) {
			g->strikes[i] = 0;
			continue;
		}
		if (++g->strikes[i] < STRIKES)
			continue;
		log_error("scanner in slot %u of generation %u hangs: killed", i, g->number);
		g->strikes[i] = 0;
		g->hung[i] = true;
		imsg_send(g->peer, LINK_KILL, 0, &slot, sizeof(slot));
	}
}

/* Life and death of the loader. */

static void check_over(struct generation *g)
{
	if (g->reaped && g->closed)
		master_generation_over(g->master, g);
}

static void loader_gone(void *ctx, enum imsg_end why)
{
	struct generation *g = ctx;

	imsg_close(&g->peer);
	g->closed = true;
	if (why != IMSG_CLOSED) {
		log_error("loader of generation %u: %s: killed", g->number, imsg_end_name(why));
		generation_kill(g);
	}
	check_over(g);
}

void generation_reaped(struct generation *g, int status)
{
	g->reaped = true;
	if (g->failure[0] == '\0' && status != 0)
		snprintf(g->failure, sizeof(g->failure), "the loader died (%s %d)", WIFSIGNALED(status) ? "signal" : "exit",
			 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	check_over(g);
}

void generation_kill(struct generation *g)
{
	g->killed = true;
	if (!g->reaped)
		kill(g->pid, SIGKILL); /* its scanners die with it */
}

static void limit_over(void *ctx)
{
	struct generation *g = ctx;

	log_error("generation %u does not %s: killed", g->number, g->phase == GENERATION_STARTING ? "start" : "end");
	give_up(g, "took too long");
}

void generation_drain(struct generation *g, int64_t grace_us)
{
	struct link_drain drain = { .grace_us = grace_us };

	g->phase = GENERATION_DRAINING;
	timer_set(&g->limit, grace_us + KILL_AFTER_US);
	if (g->peer != NULL)
		imsg_send(g->peer, LINK_DRAIN, 0, &drain, sizeof(drain));
}

/* In the child: becomes the loader. Only what is safe after fork. */
static void __attribute__((noreturn)) exec_loader(char *role, const char *config, int fd, pid_t parent)
{
	char name[] = "winnowd", option[] = "--config";
	char *argv[] = { name, role, config != NULL ? option : NULL, (char *)config, NULL };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	if (fd == LINK_FD ? fcntl(fd, F_SETFD, 0) != 0 : dup2(fd, LINK_FD) < 0)
		_exit(1);
	close_range(LINK_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	execv("/proc/self/exe", argv);
	_exit(127);
}

pid_t generation_fork_loader(const char *role, const char *config, int fd)
{
	char option[64];
	sigset_t all, before;
	pid_t parent = getpid(), pid;

	snprintf(option, sizeof(option), "--role=%s", role);
	/* The handlers write to a pipe that the child shares: none may run there. The loader unblocks what it handles. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		exec_loader(option, config, fd, parent);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return pid;
}

struct generation *generation_start(struct master *m)
{
	struct generation *g = calloc(1, sizeof(*g));
	int fds[2];

	if (g == NULL)
		abort();
	if (!imsg_pair(fds)) {
		log_error("cannot start a loader: %s", strerror(errno));
		free(g);
		return NULL;
	}
	*g = (struct generation){ .master = m, .number = ++m->count, .board.fd = -1 };
	g->pid = generation_fork_loader("loader", m->options->config, fds[1]);
	close(fds[1]);
	if (g->pid < 0) {
		log_error("cannot start a loader: %s", strerror(errno));
		close(fds[0]);
		free(g);
		return NULL;
	}
	g->peer = imsg_open(m->loop, fds[0], ROLE_LOADER, rows, loader_gone, g);
	timer_init(&g->limit, m->loop, limit_over, g);
	timer_set(&g->limit, START_LIMIT_US);
	g->next = m->generations;
	m->generations = g;
	return g;
}

void generation_free(struct generation **g_r)
{
	struct generation *g = *g_r;

	*g_r = NULL;
	for (struct generation **at = &g->master->generations; *at != NULL; at = &(*at)->next) {
		if (*at == g) {
			*at = g->next;
			break;
		}
	}
	timer_stop(&g->limit);
	imsg_close(&g->peer);
	board_free(&g->board);
	free(g);
}
