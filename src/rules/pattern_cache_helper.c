#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/log.h"
#include "rules/pattern_cache_private.h"

#define HELPERS 2
#define TICK_MS 50
#define PROGRESS_US 500000
#define VET_US 2000000
#define COMPILE_US 120000000
#define WALL_FACTOR 10 /* a pattern's time is that of the processor; others may use it too, but not without end */

/* Vet patterns [from, to) of the job's set, or compile it. */
struct task {
	struct pattern_job *job;
	bool compile;
	unsigned from, to;
};

struct helper {
	struct task task;
	pid_t pid; /* 0: idle */
	int fd;
	bool busy;             /* with pattern task.from */
	int64_t cpu, wall;     /* when it began with it */
	struct buf bytes;      /* what the compiler gave so far, on the heap */
};

struct work {
	struct helper helpers[HELPERS];
	size_t nhelpers;
	struct task *tasks; /* a stack */
	size_t ntasks;
	int64_t vet_us, deadline, told;
	const struct pattern_cache_options *options;
};

static bool send_all(int fd, struct span s)
{
	while (s.len != 0) {
		ssize_t n = write(fd, s.p, s.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = span_from(s, (size_t)n);
	}
	return true;
}

/* In the child: 'b' before each pattern, 'y' or 'n' behind it. */
static int vet(const struct task *task, int fd)
{
	for (unsigned id = task->from; id < task->to; id++) {
		if (!send_all(fd, SPAN_LIT("b")) || !send_all(fd, prefilter_takes(task->job->set, id) ? SPAN_LIT("y") : SPAN_LIT("n")))
			return 1;
	}
	return 0;
}

/* In the child: the bytes, or what went wrong. */
static int compile(const struct task *task, int fd)
{
	struct buf out = BUF_INIT(NULL);
	struct err err;

	if (prefilter_compile(task->job->set, task->job->left_out, &out, &err))
		return send_all(fd, buf_span(&out)) ? 0 : 1;
	send_all(fd, span_of(err.text));
	return 1;
}

/* A signal that is meant for the parent must not run the parent's handlers here: they write into pipes that both have. */
static void forget_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static bool start(struct helper *h, const struct task *task)
{
	pid_t parent = getpid();
	int fds[2];

	if (pipe(fds) != 0)
		return false;
	h->pid = fork();
	if (h->pid == 0) {
		forget_signals();
		close(fds[0]);
		if (getppid() != parent)
			_exit(1);
		_exit(task->compile ? compile(task, fds[1]) : vet(task, fds[1]));
	}
	close(fds[1]);
	if (h->pid < 0) {
		h->pid = 0;
		close(fds[0]);
		return false;
	}
	h->fd = fds[0];
	h->task = *task;
	h->busy = false;
	return true;
}

/* Whether it ended well. */
static bool reap(struct helper *h, bool kill_it)
{
	int status = 0;

	if (kill_it)
		kill(h->pid, SIGKILL);
	while (waitpid(h->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(h->fd);
	h->pid = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int64_t cpu_of(pid_t pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void push(struct work *w, struct pattern_job *job, bool compiling, unsigned from, unsigned to)
{
	w->tasks[w->ntasks++] = (struct task){ .job = job, .compile = compiling, .from = from, .to = to };
}

static void leave_out(struct pattern_job *job, unsigned id)
{
	if (!pattern_bit(job->left_out, id))
		job->nleft_out++;
	job->left_out[id / 64] |= (uint64_t)1 << (id % 64);
}

/* The pattern that the helper is at is done with. */
static void next_pattern(struct helper *h, bool taken)
{
	if (!taken)
		leave_out(h->task.job, h->task.from);
	h->task.from++;
	h->task.job->vetted++;
	h->busy = false;
}

/* A helper that vets has ended or was ended: its pattern is to blame, another one goes on behind it. */
static void vetting_ended(struct work *w, struct helper *h)
{
	struct task *t = &h->task;

	if (t->from < t->to)
		next_pattern(h, false);
	if (t->from < t->to)
		push(w, t->job, false, t->from, t->to);
	else if (--t->job->vetting == 0)
		push(w, t->job, true, 0, 0);
}

static void compiling_ended(struct helper *h, bool ok)
{
	struct pattern_job *job = h->task.job;

	if (ok && h->bytes.len != 0) {
		job->compiled = h->bytes;
	} else {
		log_warn("patterns of %s are matched one by one: %.*s", pattern_set_name(job->set), SPAN_ARG(h->bytes.len != 0 && h->bytes.len < 256 ? buf_span(&h->bytes) : SPAN_LIT("the compiler was ended")));
		buf_free(&h->bytes);
	}
	h->bytes = BUF_INIT(NULL);
}

static void read_verdicts(struct helper *h, struct span s)
{
	for (size_t i = 0; i < s.len && h->task.from < h->task.to; i++) {
		if (s.p[i] != 'b') {
			next_pattern(h, s.p[i] == 'y');
			continue;
		}
		h->busy = true;
		h->cpu = cpu_of(h->pid);
		h->wall = clock_mono_us();
	}
}

static void hear(struct work *w, struct helper *h)
{
	char bytes[65536];
	ssize_t n = read(h->fd, bytes, sizeof(bytes));

	if (n < 0 && errno == EINTR)
		return;
	if (n > 0 && h->task.compile) {
		buf_add(&h->bytes, span_make(bytes, (size_t)n));
	} else if (n > 0) {
		read_verdicts(h, span_make(bytes, (size_t)n));
	} else {
		bool ok = reap(h, false);

		if (h->task.compile)
			compiling_ended(h, ok);
		else
			vetting_ended(w, h);
	}
}

/* Ends a helper whose pattern takes too long. */
static void watch(struct work *w, struct helper *h)
{
	if (h->pid == 0 || h->task.compile || !h->busy)
		return;
	if (cpu_of(h->pid) - h->cpu <= w->vet_us && clock_mono_us() - h->wall <= WALL_FACTOR * w->vet_us)
		return;
	reap(h, true);
	vetting_ended(w, h);
}

static void tell_progress(struct work *w)
{
	int64_t now = clock_mono_us();

	if (w->options->progress == NULL || now - w->told < PROGRESS_US)
		return;
	w->told = now;
	for (size_t i = 0; i < w->nhelpers; i++) {
		if (w->helpers[i].pid != 0) {
			const struct pattern_job *job = w->helpers[i].task.job;

			w->options->progress(w->options->ctx, pattern_set_name(job->set), job->vetted, pattern_set_count(job->set));
		}
	}
}

/* Gives idle helpers something to do; how many are busy then. A task that cannot be started (no process, no descriptor) is given up. */
static size_t assign(struct work *w)
{
	size_t busy = 0;

	for (size_t i = 0; i < w->nhelpers; i++) {
		struct helper *h = &w->helpers[i];

		while (h->pid == 0 && w->ntasks != 0) {
			struct task task = w->tasks[--w->ntasks];

			if (!start(h, &task))
				log_warn("patterns of %s are matched one by one: %s", pattern_set_name(task.job->set), strerror(errno));
		}
		busy += h->pid != 0;
	}
	return busy;
}

static void wait_for_helpers(struct work *w)
{
	struct pollfd fds[HELPERS];

	for (size_t i = 0; i < w->nhelpers; i++)
		fds[i] = (struct pollfd){ .fd = w->helpers[i].pid != 0 ? w->helpers[i].fd : -1, .events = POLLIN };
	if (poll(fds, w->nhelpers, TICK_MS) < 0)
		return;
	for (size_t i = 0; i < w->nhelpers; i++) {
		if (fds[i].revents != 0)
			hear(w, &w->helpers[i]);
		watch(w, &w->helpers[i]);
	}
}

static void end_all(struct work *w)
{
	for (size_t i = 0; i < w->nhelpers; i++) {
		struct helper *h = &w->helpers[i];

		if (h->pid == 0)
			continue;
		reap(h, true);
		buf_free(&h->bytes);
		log_warn("patterns of %s are matched one by one: compiling took too long", pattern_set_name(h->task.job->set));
	}
	for (size_t i = 0; i < w->ntasks; i++)
		log_warn("patterns of %s are matched one by one: no time was left to compile them", pattern_set_name(w->tasks[i].job->set));
}

void pattern_helpers_run(struct arena *arena, struct pattern_job *jobs, size_t n, const struct pattern_cache_options *options)
{
	struct work w = { .options = options, .vet_us = options->vet_us != 0 ? options->vet_us : VET_US, .told = clock_mono_us() };

	w.deadline = w.told + (options->compile_us != 0 ? options->compile_us : COMPILE_US);
	w.nhelpers = sysconf(_SC_NPROCESSORS_ONLN) > 1 ? HELPERS : 1;
	w.tasks = ARENA_ARRAY(arena, n * HELPERS + HELPERS, struct task);
	for (size_t i = 0; i < n; i++) {
		unsigned count = (unsigned)pattern_set_count(jobs[i].set), half = count / 2;

		jobs[i].vetting = 2;
		push(&w, &jobs[i], false, 0, half);
		push(&w, &jobs[i], false, half, count);
	}
	while (assign(&w) != 0) {
		if (clock_mono_us() > w.deadline) {
			end_all(&w);
			return;
		}
		wait_for_helpers(&w);
		tell_progress(&w);
	}
}
