#include "proc/compiler.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/title.h"

#define PROGRESS_US 3000000

/* Compiling takes a while: a line now and then tells that something happens. */
static void compiling(void *ctx, const char *set, size_t done, size_t of)
{
	int64_t *last = ctx, now = clock_mono_us();

	if (now - *last < PROGRESS_US)
		return;
	*last = now;
	log_info("compiling patterns (%s): %zu of %zu; this is done once, then cached", set, done, of);
}

static bool compile(struct loader *l, const char *cache)
{
	int64_t last = clock_mono_us();
	struct ruleset_options o = { .cache = cache, .compile = true, .progress = compiling, .ctx = &last };

	return ruleset_prefilter(&l->conf.ruleset, &o);
}

/* Sockets above all: who connects to one that only a compiler still has open would wait for nobody. */
static void close_others(struct loader *l)
{
	loop_forked(l->loop);
	imsg_close(&l->master);
	for (unsigned i = 0; i < l->nlistening; i++)
		close(l->listening[i].fd);
	for (size_t i = 0; i < BOARD_FDS; i++)
		close(l->shared[i]);
}

static void __attribute__((noreturn)) become_compiler(struct loader *l, const char *cache, pid_t parent)
{
	int64_t begin = clock_mono_us();
	bool ok;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	title_set(&l->options->title, "compiler");
	log_role("compiler");
	ok = compile(l, cache);
	if (ok)
		log_info("patterns compiled in %lld s", (long long)((clock_mono_us() - begin + 500000) / 1000000));
	_exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void start(struct loader *l, const char *cache)
{
	sigset_t all, before;
	pid_t parent = getpid();

	log_info("patterns are being compiled; until then scanning takes longer");
	/* The handlers write to a pipe that the child shares: none may run there. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	l->compiler = fork();
	if (l->compiler == 0) {
		close_others(l);
		signal(SIGTERM, SIG_DFL);
		signal(SIGCHLD, SIG_DFL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		become_compiler(l, cache, parent);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (l->compiler < 0) {
		log_warn("cannot start a process to compile patterns: %s", strerror(errno));
		l->compiler = 0;
	}
}

void compiler_prefilter(struct loader *l, bool first)
{
	char cache[1024];
	struct ruleset_options cached = { .cache = cache };

	if (!ruleset_cache_folder(l->conf.conf, cache))
		return;
	if (!first)
		(void)compile(l, cache);
	else if (!ruleset_prefilter(&l->conf.ruleset, &cached))
		start(l, cache);
}

void compiler_reaped(struct loader *l, pid_t pid, int status)
{
	static const char done[] = "compiled patterns";

	if (pid != l->compiler)
		return;
	l->compiler = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
		log_warn("not all patterns could be compiled: the others are matched one by one");
	/* What is in the cache now is of use in any case. */
	if (WIFEXITED(status) && !l->draining)
		imsg_send(l->master, LINK_CHANGED, 0, done, sizeof(done) - 1);
}

void compiler_kill(struct loader *l)
{
	if (l->compiler != 0)
		kill(l->compiler, SIGTERM);
	l->compiler = 0;
}
