/*
 * The loader's own structures: loader.c reads the configuration and brings the generation up; supervise.c forks its scanners, replaces the dead, and
 * ends with the last.
 */
#ifndef WINNOW_PROC_LOADER_PRIVATE_H
#define WINNOW_PROC_LOADER_PRIVATE_H

#include <sys/types.h>

#include "inspect/antivirus.h"
#include "io/imsg.h"
#include "io/log.h"
#include "io/sandbox.h"
#include "proc/link.h"
#include "proc/options.h"
#include "proc/ruleset.h"
#include "proc/scanner.h"
#include "proc/watch.h"

/* The configuration, read and checked. */
struct loaded {
	struct arena *arena;
	struct conf *conf;
	const struct server_settings *server;
	const struct log_settings *log;
	const struct milter_settings *milter;
	const struct http_settings *http;
	const struct reduce_settings *reduce;
	const struct antivirus_settings *antivirus;
	const struct clamd_settings *clamd;
	const struct dns_settings *dns;
	struct dns_servers name_servers; /* found here: a scanner opens no files */
	struct sealer *sealer; /* the keys that we sign with; NULL until built */
	struct ruleset ruleset; /* its engine: NULL until built */
};

struct loader;

struct slot {
	struct loader *loader;
	unsigned number;
	pid_t pid;               /* 0: none */
	struct imsg_peer *peer;
	bool ready;
	int64_t started_us, wait_us; /* wait_us: before the next start, when it dies at once */
	struct timer respawn;
};

struct loader {
	const struct options *options;
	struct loop *loop;
	struct imsg_peer *master;
	struct loop_signal on_term, on_chld;
	struct loaded conf;
	struct listening listening[LISTENERS_MAX];
	unsigned nlistening, nbound;
	bool has_board, first; /* first: as link_board has it */
	int shared[BOARD_FDS]; /* descriptors */
	struct hash_key key;
	struct slot *slots;
	unsigned nslots, nready, early_deaths;
	bool up, draining;
	int64_t drain_grace_us;
	struct timer last; /* of draining */
	struct watch *watch;
	pid_t compiler;    /* 0: none */
	int status;
};

/* supervise.c. Forks all scanners; UP is sent when all are ready. */
void supervise_start(struct loader *);
void supervise_drain(struct loader *, int64_t grace_us);
/* SIGCHLD. */
void supervise_reap(void *loader);
/* The master's orders; false: no such slot. */
bool supervise_respawn(struct loader *, unsigned slot);
bool supervise_kill(struct loader *, unsigned slot);
void supervise_log(struct loader *, int fd);
/* Closes and frees, in the child and in the end. */
void supervise_free(struct loader *);

/* loader.c. Tells the master why this generation cannot be, and ends. */
void loader_fail(struct loader *, const char *why);
/* Who to become when started as root. The default user need not exist; one that was named must. */
bool loader_find_user(const struct server_settings *, struct sandbox_user *user_r, struct err *err_r) MUST_USE;
/* Nothing when not root. */
bool loader_give_up_root(const struct server_settings *, struct err *err_r) MUST_USE;

#endif
