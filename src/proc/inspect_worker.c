/*
 * A worker of the inspector: reads jobs from the queue until it is told to leave. Behind a wall: no network, no file but in its own folder, limits of memory and time. What a
 * hostile file does to it ends it, and only it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "inspect/contents.h"
#include "inspect/job.h"
#include "proc/inspect_private.h"

/* Where the reply socket of the job in hand always is, for the handler of the alarm; between jobs something else is there, so that no other file is. */
#define REPLY_FD 40
#define JOBS_MAX 20000 /* then it is replaced: what libraries leak ends with it */
#define POLL_MS 60000

/* The hard limit of time: the file hangs libclamav or one of us. */
static void alarmed(int signo)
{
	(void)signo;
	inspect_job_timed_out(REPLY_FD, 0);
	_exit(EXIT_FAILURE);
}

static void set_alarm(int64_t us)
{
	const struct itimerval t = { .it_value = { .tv_sec = us / 1000000, .tv_usec = us % 1000000 } };

	(void)setitimer(ITIMER_REAL, &t, NULL);
}

/* Scanning. */

struct session {
	const struct worker_options *o;
	const struct inspect_taken *job;
	struct inspect_answer *answer;
	int64_t start_us;
};

static void add_name(struct inspect_answer *a, struct arena *arena, struct span name)
{
	for (size_t i = 0; i < a->nnames; i++) {
		if (span_eq(a->names[i], name))
			return;
	}
	if (a->nnames < INSPECT_NAMES_MAX)
		a->names[a->nnames++] = arena_copy(arena, name);
}

/* One file, or one that was inside of it. */
static void scan_bytes(struct session *s, struct arena *arena, struct span bytes)
{
	int64_t left = s->start_us + s->o->set->max_time_us - clock_mono_us();
	unsigned flags = (s->job->job.flags & INSPECT_MAIL) != 0 ? CLAMAV_MAIL : 0;
	struct inspect_answer *a = s->answer;
	struct span name;
	struct err err;

	if (left <= 0) {
		a->flags |= INSPECT_LIMITS;
		return;
	}
	switch (clamav_scan(s->o->clamav, bytes, flags, left, &name, &err)) {
	case CLAMAV_FOUND:
		if (span_starts(name, SPAN_LIT("Heuristics.Limits.Exceeded"))) {
			a->flags |= INSPECT_LIMITS;
			break;
		}
		a->status = INSPECT_FOUND;
		add_name(a, arena, name);
		break;
	case CLAMAV_LIMITS:
		a->flags |= INSPECT_LIMITS;
		break;
	case CLAMAV_ERROR:
		log_warn("%s", err.text);
		a->status = a->status == INSPECT_FOUND ? INSPECT_FOUND : INSPECT_ERROR;
		break;
	case CLAMAV_CLEAN:
		break;
	}
}

/* What libclamav may not have seen: opened with a password, or of a kind that it does not open. */
static bool worth_scanning(const struct content_item *item)
{
	return item->bytes.len != 0 && (item->role == CONTENT_FILE || item->role == CONTENT_MESSAGE || item->role == CONTENT_MACRO || item->role == CONTENT_HTML);
}

static void read_contents(struct session *s, struct arena *arena, bool viruses)
{
	const struct inspect_job *job = &s->job->job;
	struct contents_input input = {
		.content = job->content, .name = job->name, .type = job->type, .passwords = job->passwords, .npasswords = job->npasswords, .qr = true,
	};
	struct contents c;

	if (!contents_wanted(file_type_detect(job->content), job->name))
		return;
	contents_read(arena, &input, NULL, &c);
	for (size_t i = 1; viruses && i < c.nitems; i++) {
		if (worth_scanning(&c.items[i]))
			scan_bytes(s, arena, c.items[i].bytes);
	}
	s->answer->contents = contents_encode(arena, &c, CONTENTS_FLAT_MAX, false);
}

static void inspect(const struct worker_options *o, const struct inspect_taken *job, struct arena *arena, struct inspect_answer *a)
{
	struct session s = { .o = o, .job = job, .answer = a, .start_us = clock_mono_us() };
	bool viruses = (job->job.flags & INSPECT_VIRUSES) != 0 && o->clamav != NULL;

	*a = (struct inspect_answer){ .status = INSPECT_NOT_SCANNED, .generation = o->generation };
	if (viruses) {
		a->status = INSPECT_CLEAN;
		scan_bytes(&s, arena, job->job.content);
	} else if (o->phase == INSPECT_BROKEN && (job->job.flags & INSPECT_VIRUSES) != 0) {
		a->status = INSPECT_UNAVAILABLE;
	}
	if ((job->job.flags & INSPECT_CONTENTS) != 0)
		read_contents(&s, arena, viruses);
}

/* Jobs. */

static void do_job(const struct worker_options *o, struct inspect_taken *job)
{
	struct arena *arena = arena_new(65536);
	struct inspect_answer answer;
	int64_t now = clock_mono_us();

	atomic_store_explicit(&o->note->start_us, now, memory_order_release);
	if (now > job->deadline_us) {
		inspect_job_answer(job, &(struct inspect_answer){ .status = INSPECT_UNAVAILABLE, .flags = INSPECT_EXPIRED, .generation = o->generation });
	} else {
		set_alarm(o->set->max_time_us / 2 * 3);
		inspect(o, job, arena, &answer);
		set_alarm(0);
		inspect_job_answer(job, &answer);
	}
	atomic_store_explicit(&o->note->start_us, 0, memory_order_release);
	atomic_fetch_add_explicit(&o->note->jobs, 1, memory_order_relaxed);
	arena_free(&arena);
}

/* 1: done; 0: there was none; -1: the queue is gone. */
static int take_job(const struct worker_options *o, struct inspect_taken *job)
{
	int taken = inspect_job_take(o->queue, job), reply;

	if (taken != 1)
		return taken;
	reply = dup3(job->reply, REPLY_FD, O_CLOEXEC);
	close(job->reply);
	job->reply = reply;
	if (reply >= 0 && !inspect_job_abandoned(job))
		do_job(o, job);
	job->reply = -1;
	inspect_job_end(job);
	if (dup3(o->link, REPLY_FD, O_CLOEXEC) < 0)
		return -1;
	return 1;
}

/* Until the loader says so (its only message), or ends. */
static int work(const struct worker_options *o, struct inspect_taken *job)
{
	struct pollfd fds[2] = { { .fd = o->link, .events = POLLIN }, { .fd = o->queue, .events = POLLIN } };

	for (unsigned jobs = 0; jobs < JOBS_MAX;) {
		int n = poll(fds, 2, POLL_MS), taken;

		if (n < 0 && errno != EINTR)
			return EXIT_FAILURE;
		if (n > 0 && fds[0].revents != 0)
			return EXIT_SUCCESS;
		if (n <= 0 || fds[1].revents == 0)
			continue;
		taken = take_job(o, job);
		if (taken < 0)
			return EXIT_FAILURE;
		jobs += (unsigned)taken;
	}
	return EXIT_SUCCESS;
}

/* Start. */

static bool set_limits(const struct worker_options *o, struct err *err_r)
{
	struct rlimit file = { (rlim_t)o->set->temporary, (rlim_t)o->set->temporary };
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	bool known = f != NULL && fscanf(f, "%ld", &pages) == 1; /* NOLINT(cert-err34-c): the kernel's own number */

	if (f != NULL)
		fclose(f);
	if (!known)
		return err_set(err_r, "/proc/self/statm cannot be read");
	if (setrlimit(RLIMIT_FSIZE, &file) != 0)
		return err_set(err_r, "RLIMIT_FSIZE: %s", strerror(errno));
	return sandbox_limit((int64_t)pages * sysconf(_SC_PAGESIZE) + o->set->memory_limit, err_r);
}

static bool enter_folder(const struct worker_options *o, int *folder_r, struct err *err_r)
{
	char name[16];

	snprintf(name, sizeof(name), "%u", o->number);
	if (mkdir(name, 0700) != 0 && errno != EEXIST)
		return err_set(err_r, "temporary folder: %s", strerror(errno));
	if (chdir(name) != 0 || (*folder_r = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0)
		return err_set(err_r, "temporary folder: %s", strerror(errno));
	return true;
}

static bool lock_up(const struct worker_options *o, struct err *err_r)
{
	struct sigaction on_alarm = { .sa_handler = alarmed };
	int folder = -1;
	bool ok;

	sigemptyset(&on_alarm.sa_mask);
	signal(SIGXFSZ, SIG_IGN); /* a file that grows too large is an error of writing */
	signal(SIGTERM, SIG_IGN); /* its end is the loader's to say */
	if (sigaction(SIGALRM, &on_alarm, NULL) != 0 || !enter_folder(o, &folder, err_r) || !set_limits(o, err_r))
		return false;
	ok = !o->sandbox || sandbox_impossible() || sandbox_lock_folder(folder, err_r);
	close(folder);
	return ok;
}

int worker_run(const struct worker_options *o)
{
	const struct imsg ready = { .type = LINK_READY };
	struct err err;
	struct inspect_taken job;
	sigset_t none;

	if (dup3(o->link, REPLY_FD, O_CLOEXEC) < 0) {
		log_error("worker: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (!lock_up(o, &err)) {
		log_error("%s", err.text);
		return EXIT_FAILURE;
	}
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (write(o->link, &ready, sizeof(ready)) != (ssize_t)sizeof(ready))
		return EXIT_FAILURE;
	return work(o, &job);
}
