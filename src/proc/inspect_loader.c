/*
 * The loader of one generation of signatures: reads the configuration, builds libclamav's engine, gives up root, forks the workers, and watches the signatures: when they
 * change, the master starts another loader beside it. It never sees a file from mail.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "inspect/contents.h"
#include "mail/message.h"
#include "proc/inspect_private.h"
#include "proc/loader_private.h"

#define LOOK_US 1500000

/* Memory. */

static uint64_t own_bytes(void)
{
	unsigned long total, resident = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return 0;
	if (fscanf(f, "%lu %lu", &total, &resident) != 2) /* NOLINT(cert-err34-c): the kernel's own numbers */
		resident = 0;
	fclose(f);
	return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* UINT64_MAX: unknown. */
static uint64_t available_bytes(void)
{
	unsigned long long kib = 0;
	bool found = false;
	char line[256];
	FILE *f = fopen("/proc/meminfo", "re");

	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL)
		found = sscanf(line, "MemAvailable: %llu", &kib) == 1; /* NOLINT(cert-err34-c) */
	if (f != NULL)
		fclose(f);
	return found ? kib * 1024 : UINT64_MAX;
}

/* Changed signatures. */

static void ask(struct inspect_loader *l, uint64_t digest, bool stop_first)
{
	struct link_replace r = { .stop_first = stop_first };

	l->asked = digest;
	l->told_memory = false;
	imsg_send(l->master, LINK_REPLACE, 0, &r, sizeof(r));
}

static void replace(struct inspect_loader *l, const struct database_files *files)
{
	uint64_t want = l->engine_bytes + l->engine_bytes / 4, have = available_bytes();
	bool enough = have > want;

	if (files->n == 0) {
		if (!l->told_gone)
			log_warn("the signatures have gone; those that were read stay in use");
		l->told_gone = true;
		return;
	}
	l->told_gone = false;
	if (enough) {
		log_info("signatures changed: reading them");
		ask(l, files->digest, false);
		return;
	}
	if (!l->told_memory)
		log_warn("signatures changed, but there is no memory for two engines (%llu MiB wanted, %llu MiB available): %s", (unsigned long long)want >> 20,
			 (unsigned long long)have >> 20, l->set->low_memory == ANTIVIRUS_STOP_OLD ? "the old is stopped first" : "the old is kept for now");
	l->told_memory = true;
	if (l->set->low_memory == ANTIVIRUS_STOP_OLD)
		ask(l, files->digest, true);
}

/* A change counts when it has lasted from one look to the next: files that are being written are not read. */
static void look(void *ctx)
{
	struct inspect_loader *l = ctx;
	struct arena *arena = arena_new(0);
	struct database_files files;
	struct err err;
	bool seen = database_list(arena, &l->set->databases, &files, &err);

	timer_set(&l->watch, LOOK_US);
	if (!seen && !l->told_unseen)
		log_warn("signatures are not watched: the user that the inspector runs as may not see them (%s)", err.text);
	l->told_unseen = !seen;
	if (!l->draining && l->up && seen) {
		if (files.digest == l->loaded)
			l->asked = 0;
		else if (files.digest == l->candidate && files.digest != l->asked)
			replace(l, &files);
		l->candidate = files.digest;
	}
	arena_free(&arena);
}

/* Coming up. */

void inspect_loader_fail(struct inspect_loader *l, const char *why)
{
	if (l->status != EXIT_SUCCESS)
		return;
	imsg_send(l->master, LINK_FAILED, 0, why, strnlen(why, LINK_TEXT_MAX - 1));
	l->status = EXIT_FAILURE;
	loop_stop(l->loop);
}

static bool load_conf(struct inspect_loader *l, struct err *err_r)
{
	l->arena = arena_new(0);
	l->conf = conf_load(settings_path(l->options->config), settings_all(l->arena), err_r);
	if (l->conf == NULL)
		return false;
	l->server = conf_get(l->conf, &server_setting_set);
	l->log = conf_get(l->conf, &log_setting_set);
	l->set = conf_get(l->conf, &antivirus_setting_set);
	return log_open(l->log->target, (enum log_level)l->log->level, err_r);
}

static bool open_folder(struct inspect_loader *l, struct err *err_r)
{
	struct sandbox_user user = { .uid = geteuid(), .gid = getegid() };
	char state[1024];

	if (geteuid() == 0 && !loader_find_user(l->server, &user, err_r))
		return false;
	snprintf(state, sizeof(state), "%.*s", SPAN_ARG(l->server->state));
	l->folder = inspect_folder_open(state, l->number, l->first, &user, l->set->temporary, l->folder_path, err_r);
	return l->folder >= 0;
}

/* Signatures that cannot be read are the end of a loader that was to replace another; the first one goes on without, and says so to everybody who asks. */
static bool load_signatures(struct inspect_loader *l, struct err *err_r)
{
	uint64_t before = own_bytes();
	struct database_files files;

	l->phase = INSPECT_NO_SIGNATURES;
	if (!clamav_init(err_r))
		return false;
	if (database_list(l->arena, &l->set->databases, &files, err_r)) {
		l->loaded = files.digest;
		if (files.n == 0)
			return true;
		l->clamav = clamav_new(l->set, &files, err_r);
	}
	if (l->clamav != NULL) {
		l->engine_bytes = own_bytes() > before ? own_bytes() - before : 0;
		l->phase = clamav_signatures(l->clamav) != 0 ? INSPECT_READY : INSPECT_NO_SIGNATURES;
		return true;
	}
	if (!l->first)
		return false;
	log_error("signatures: %s; until they are right, files are not scanned for viruses (ANTIVIRUS_UNAVAILABLE)", err_r->text);
	l->phase = INSPECT_BROKEN;
	return true;
}

static bool on_inspect(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct link_inspect *order = body;
	struct inspect_loader *l = ctx;
	struct err err;

	(void)m;
	if (l->queue >= 0)
		return false;
	l->queue = fds[0];
	fds[0] = -1;
	l->number = order->number;
	l->first = order->first != 0;
	message_init();
	contents_init();
	if (!open_folder(l, &err) || !load_signatures(l, &err) || !loader_give_up_root(l->server, &err)) {
		inspect_loader_fail(l, err.text);
		return true;
	}
	workers_start(l);
	timer_set(&l->watch, LOOK_US);
	return true;
}

static bool on_drain(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct link_drain *d = body;

	(void)m;
	(void)fds;
	workers_drain(ctx, d->grace_us);
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
	{ LINK_INSPECT, 1, ROLE_MASTER, sizeof(struct link_inspect), sizeof(struct link_inspect), on_inspect },
	{ LINK_DRAIN, 0, ROLE_MASTER, sizeof(struct link_drain), sizeof(struct link_drain), on_drain },
	{ LINK_LOG, 1, ROLE_MASTER, 0, 0, on_log },
	{ 0, 0, 0, 0, 0, NULL },
};

static void __attribute__((noreturn)) master_gone(void *ctx, enum imsg_end why)
{
	const struct inspect_loader *l = ctx;

	(void)why;
	for (unsigned i = 0; i < l->nslots; i++) {
		if (l->slots[i].pid > 0)
			kill(l->slots[i].pid, SIGKILL);
	}
	_exit(EXIT_FAILURE);
}

static void terminate(void *ctx)
{
	workers_drain(ctx, STOP_GRACE_US);
}

static void set_up(struct inspect_loader *l, const struct options *options)
{
	sigset_t none;

	*l = (struct inspect_loader){ .options = options, .loop = loop_new(), .queue = -1, .folder = -1 };
	(void)fcntl(LINK_FD, F_SETFD, FD_CLOEXEC);
	l->master = imsg_open(l->loop, LINK_FD, ROLE_MASTER, rows, master_gone, l);
	/* A terminal's signals go to the whole group; what happens then, the master says. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	loop_signal_init(&l->on_term, l->loop, SIGTERM, terminate, l);
	loop_signal_init(&l->on_chld, l->loop, SIGCHLD, workers_reap, l);
	timer_init(&l->watch, l->loop, look, l);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void take_down(struct inspect_loader *l)
{
	workers_free(l);
	timer_stop(&l->watch);
	loop_signal_stop(&l->on_term);
	loop_signal_stop(&l->on_chld);
	signal(SIGTERM, SIG_IGN);
	imsg_close(&l->master);
	inspect_folder_close(l->folder, l->folder_path);
	clamav_free(&l->clamav);
	if (l->queue >= 0)
		close(l->queue);
	conf_free(&l->conf);
	if (l->arena != NULL)
		arena_free(&l->arena);
	loop_free(&l->loop);
}

int inspect_loader_run(const struct options *options)
{
	struct inspect_loader l;
	struct err err;

	log_role("inspect-loader");
	title_set(&options->title, "inspect-loader");
	set_up(&l, options);
	if (!load_conf(&l, &err))
		inspect_loader_fail(&l, err.text);
	else
		loop_run(l.loop);
	take_down(&l);
	log_close();
	return l.status;
}
