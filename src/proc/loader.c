/*
 * The loader of one generation: reads the configuration, has the master bind the addresses, builds the engine, gives up root, and forks the scanners. It
 * never sees mail. Started by fork and exec, with one socket to the master.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "io/sandbox.h"
#include "mail/message.h"
#include "proc/compiler.h"
#include "proc/loader_private.h"
#include "proto/seal.h"

#define DEFAULT_USER "winnow"

/* Configuration. */

static bool load(struct loaded *c, const char *given, struct err *err_r)
{
	c->arena = arena_new(0);
	c->conf = conf_load(settings_path(given), settings_all(c->arena), err_r);
	if (c->conf == NULL)
		return false;
	c->server = conf_get(c->conf, &server_setting_set);
	c->log = conf_get(c->conf, &log_setting_set);
	c->milter = conf_get(c->conf, &milter_setting_set);
	c->http = conf_get(c->conf, &http_setting_set);
	c->reduce = conf_get(c->conf, &reduce_setting_set);
	c->antivirus = conf_get(c->conf, &antivirus_setting_set);
	c->clamd = conf_get(c->conf, &clamd_setting_set);
	c->dns = conf_get(c->conf, &dns_setting_set);
	dns_servers_find(c->dns, NULL, &c->name_servers);
	if (c->milter->listen.n + c->http->listen.n + c->clamd->listen.n > LISTENERS_MAX)
		return err_set(err_r, "more than %d listening addresses", LISTENERS_MAX);
	if (c->server->state.len >= sizeof(((struct link_settings *)NULL)->state))
		return err_set(err_r, "server.state is too long");
	return true;
}

static bool build_engine(struct loaded *c, struct err *err_r)
{
	message_init();
	c->sealer = sealer_new(c->conf, err_r);
	return c->sealer != NULL && ruleset_load(&c->ruleset, c->conf, NULL, err_r);
}

static void unload(struct loaded *c)
{
	ruleset_free(&c->ruleset);
	sealer_free(&c->sealer);
	conf_free(&c->conf);
	arena_free(&c->arena);
}

bool loader_find_user(const struct server_settings *set, struct sandbox_user *user_r, struct err *err_r)
{
	char name[sizeof(user_r->name)];

	if (set->user.len >= sizeof(name) || set->user.len == 0)
		return err_set(err_r, "server.user '%.*s' cannot be a user's name", SPAN_ARG(set->user));
	snprintf(name, sizeof(name), "%.*s", SPAN_ARG(set->user));
	if (sandbox_user_find(name, user_r))
		return true;
	if (strcmp(name, DEFAULT_USER) != 0 || !sandbox_user_find("nobody", user_r))
		return err_set(err_r, "there is no user '%s' (server.user)", name);
	log_warn("there is no user '%s': running as 'nobody'; better make one", name);
	return true;
}

bool loader_give_up_root(const struct server_settings *set, struct err *err_r)
{
	struct sandbox_user user = { .name = "" };

	if (geteuid() != 0)
		return true;
	if (!loader_find_user(set, &user, err_r))
		return false;
	if (user.uid == 0)
		log_warn("server.user is root: scanners keep all rights");
	if (!sandbox_become(&user, err_r))
		return false;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* changing the user has cleared it */
	return true;
}

int loader_check(const struct options *options)
{
	struct loaded c = { .conf = NULL };
	struct err err;
	struct sandbox_user user;
	bool ok = load(&c, options->config, &err) && build_engine(&c, &err) && (geteuid() != 0 || loader_find_user(c.server, &user, &err));

	if (ok)
		puts("configuration OK");
	else
		fprintf(stderr, "winnowd: %s\n", err.text);
	unload(&c);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* Coming up. */

void loader_fail(struct loader *l, const char *why)
{
	if (l->status != EXIT_SUCCESS)
		return;
	imsg_send(l->master, LINK_FAILED, 0, why, strnlen(why, LINK_TEXT_MAX - 1));
	l->status = EXIT_FAILURE;
	loop_stop(l->loop);
}

static void send_settings(struct loader *l)
{
	const struct server_settings *set = l->conf.server;
	struct link_settings s = {
		.log_level = l->conf.log->level, .scanners = settings_scanners(set), .hang_limit_us = set->hang_limit_us,
		.crash_limit = (uint32_t)set->crash_limit, .antivirus = antivirus_digest(l->conf.antivirus),
	};

	snprintf(s.state, sizeof(s.state), "%.*s", SPAN_ARG(set->state));
	snprintf(s.log_target, sizeof(s.log_target), "%.*s", SPAN_ARG(l->conf.log->target));
	imsg_send(l->master, LINK_SETTINGS, 0, &s, sizeof(s));
}

static void ask_to_bind(struct loader *l, const struct span_list *list, struct listening kind)
{
	for (size_t i = 0; i < list->n; i++) {
		struct listening *at = &l->listening[l->nlistening];
		struct link_bind b = { .mode = settings_socket_mode(l->conf.server) };

		*at = kind;
		at->fd = -1;
		snprintf(at->address, sizeof(at->address), "%.*s", SPAN_ARG(list->v[i]));
		memcpy(b.address, at->address, sizeof(b.address));
		imsg_send(l->master, LINK_BIND, l->nlistening++, &b, sizeof(b));
	}
}

static void tell_sandbox(const struct server_settings *set)
{
	if (!set->sandbox)
		log_warn("server.sandbox is off: scanners are not locked up");
	else if (sandbox_impossible())
		log_warn("built with AddressSanitizer: scanners are not locked up");
}

static void list_changed(void *ctx, const char *file)
{
	struct loader *l = ctx;

	if (!l->draining)
		imsg_send(l->master, LINK_CHANGED, 0, file, strnlen(file, LINK_TEXT_MAX - 1));
}

/* When the board and all sockets are here. */
static void come_up(struct loader *l)
{
	struct err err;

	if (!l->has_board || l->nbound < l->nlistening || l->slots != NULL || l->status != EXIT_SUCCESS || l->draining)
		return;
	if (!build_engine(&l->conf, &err)) {
		loader_fail(l, err.text);
		return;
	}
	/* Before the compiler, which may take minutes: what changes meanwhile is seen. */
	l->watch = watch_new(l->conf.arena, l->loop, ruleset_watched(&l->conf.ruleset), list_changed, l);
	compiler_prefilter(l, l->first);
	if (!loader_give_up_root(l->conf.server, &err)) {
		loader_fail(l, err.text);
		return;
	}
	tell_sandbox(l->conf.server);
	supervise_start(l);
}

/* Messages of the master. */

static bool on_board(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct link_board *b = body;
	struct loader *l = ctx;

	(void)m;
	if (l->has_board)
		return false;
	l->has_board = true;
	l->first = b->first;
	l->key = b->key;
	for (size_t i = 0; i < BOARD_FDS; i++) {
		l->shared[i] = fds[i];
		fds[i] = -1;
	}
	come_up(l);
	return true;
}

static bool on_bound(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct loader *l = ctx;

	(void)body;
	if (m->id >= l->nlistening || l->listening[m->id].fd >= 0)
		return false;
	l->listening[m->id].fd = fds[0];
	fds[0] = -1;
	l->nbound++;
	come_up(l);
	return true;
}

static bool on_refused(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	char text[LINK_TEXT_MAX];

	(void)fds;
	snprintf(text, sizeof(text), "%.*s", SPAN_ARG(imsg_text(m, body)));
	loader_fail(ctx, text);
	return true;
}

static bool on_respawn(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct link_slot *s = body;

	(void)m;
	(void)fds;
	return supervise_respawn(ctx, s->slot);
}

static bool on_kill(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	const struct link_slot *s = body;

	(void)m;
	(void)fds;
	return supervise_kill(ctx, s->slot);
}

static void drain(struct loader *l, int64_t grace_us)
{
	for (unsigned i = 0; i < l->nlistening; i++) {
		if (l->listening[i].fd >= 0)
			close(l->listening[i].fd);
		l->listening[i].fd = -1;
	}
	compiler_kill(l); /* what comes after this generation has its own */
	supervise_drain(l, grace_us);
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
	(void)m;
	(void)body;
	supervise_log(ctx, fds[0]);
	log_take(fds[0]);
	fds[0] = -1;
	return true;
}

static const struct imsg_row rows[] = {
	{ LINK_BOARD, BOARD_FDS, ROLE_MASTER, sizeof(struct link_board), sizeof(struct link_board), on_board },
	{ LINK_BOUND, 1, ROLE_MASTER, 0, 0, on_bound },
	{ LINK_REFUSED, 0, ROLE_MASTER, 0, LINK_TEXT_MAX, on_refused },
	{ LINK_RESPAWN, 0, ROLE_MASTER, sizeof(struct link_slot), sizeof(struct link_slot), on_respawn },
	{ LINK_KILL, 0, ROLE_MASTER, sizeof(struct link_slot), sizeof(struct link_slot), on_kill },
	{ LINK_DRAIN, 0, ROLE_MASTER, sizeof(struct link_drain), sizeof(struct link_drain), on_drain },
	{ LINK_LOG, 1, ROLE_MASTER, 0, 0, on_log },
	{ 0, 0, 0, 0, 0, NULL },
};

/* Without a master nobody keeps the record, and the next daemon wants our place: all end at once, and the mail in hand is sent again. */
static void master_gone(void *ctx, enum imsg_end why)
{
	struct loader *l = ctx;

	(void)why;
	for (unsigned i = 0; i < l->nslots; i++)
		supervise_kill(l, i);
	_exit(EXIT_FAILURE);
}

static void terminate(void *ctx)
{
	drain(ctx, STOP_GRACE_US);
}

static void set_up(struct loader *l, const struct options *options)
{
	sigset_t none;

	*l = (struct loader){ .options = options, .loop = loop_new(), .shared = { -1, -1, -1, -1, -1 } };
	(void)fcntl(LINK_FD, F_SETFD, FD_CLOEXEC);
	l->master = imsg_open(l->loop, LINK_FD, ROLE_MASTER, rows, master_gone, l);
	/* A terminal's signals go to the whole group; what happens then, the master says. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	loop_signal_init(&l->on_term, l->loop, SIGTERM, terminate, l);
	loop_signal_init(&l->on_chld, l->loop, SIGCHLD, supervise_reap, l);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void take_down(struct loader *l)
{
	supervise_free(l);
	imsg_close(&l->master);
	timer_stop(&l->last);
	watch_stop(l->watch);
	compiler_kill(l);
	loop_signal_stop(&l->on_term);
	loop_signal_stop(&l->on_chld);
	signal(SIGTERM, SIG_IGN);
	for (unsigned i = 0; i < l->nlistening; i++) {
		if (l->listening[i].fd >= 0)
			close(l->listening[i].fd);
	}
	for (size_t i = 0; i < BOARD_FDS && l->has_board; i++)
		close(l->shared[i]);
	unload(&l->conf);
	loop_free(&l->loop);
}

int loader_run(const struct options *options)
{
	struct loader l;
	struct err err;

	log_role("loader");
	title_set(&options->title, "loader");
	set_up(&l, options);
	if (!load(&l.conf, options->config, &err) || !log_open(l.conf.log->target, (enum log_level)l.conf.log->level, &err)) {
		loader_fail(&l, err.text);
	} else {
		send_settings(&l);
		ask_to_bind(&l, &l.conf.milter->listen, (struct listening){ .http = false });
		ask_to_bind(&l, &l.conf.http->listen, (struct listening){ .http = true });
		ask_to_bind(&l, &l.conf.clamd->listen, (struct listening){ .clamd = true });
		loop_run(l.loop);
	}
	take_down(&l);
	log_close();
	return l.status;
}
