/*
 * The processes of the inspector: inspect_loader.c reads the configuration, builds libclamav's engine, gives up root and watches the signatures; inspect_supervise.c forks the workers
 * and replaces the dead; inspect_worker.c is a worker; inspect_folder.c their temporary folders.
 */
#ifndef WINNOW_PROC_INSPECT_PRIVATE_H
#define WINNOW_PROC_INSPECT_PRIVATE_H

#include <stdatomic.h>
#include <sys/types.h>

#include "inspect/clamav.h"
#include "inspect/status.h"
#include "io/imsg.h"
#include "io/log.h"
#include "io/sandbox.h"
#include "proc/link.h"
#include "proc/options.h"
#include "proc/settings.h"

#define INSPECT_WORKERS_MAX 256

/* On a page that a worker shares with its loader. */
struct worker_note {
	_Atomic int64_t start_us; /* of the job in hand, by clock_mono_us(); 0: none */
	_Atomic uint64_t jobs;
};

struct inspect_loader;

struct worker_slot {
	struct inspect_loader *loader;
	unsigned number;
	pid_t pid;                /* 0: none */
	struct imsg_peer *peer;
	bool ready;
	int64_t started_us, wait_us;
	struct timer respawn;
	struct worker_note *note;
};

struct inspect_loader {
	const struct options *options;
	struct loop *loop;
	struct imsg_peer *master;
	struct loop_signal on_term, on_chld;
	struct arena *arena;
	struct conf *conf;
	const struct server_settings *server;
	const struct log_settings *log;
	const struct antivirus_settings *set;
	uint32_t number;
	bool first;
	int queue;
	int folder;               /* descriptor of the folder that holds the workers' folders; also the working directory */
	char folder_path[1200];
	struct clamav *clamav;    /* NULL: no signatures, or unusable ones */
	enum inspect_phase phase;
	uint64_t engine_bytes;
	uint64_t loaded, candidate, asked; /* digests of the signatures: in use, seen once, told the master */
	bool told_memory, told_gone, told_unseen;
	struct worker_note *notes;
	struct worker_slot *slots;
	unsigned nslots, nready, early_deaths;
	bool up, draining;
	struct timer watch, monitor, last;
	int status;
};

/* inspect_loader.c. Tells the master why, and ends. */
void inspect_loader_fail(struct inspect_loader *, const char *why);

/* inspect_supervise.c. */
void workers_start(struct inspect_loader *);
void workers_reap(void *loader); /* SIGCHLD */
void workers_drain(struct inspect_loader *, int64_t grace_us);
void workers_free(struct inspect_loader *);

/* inspect_worker.c. Returns the exit status. Called right after the fork. */
struct worker_options {
	unsigned number;
	int link, queue;
	struct clamav *clamav;
	enum inspect_phase phase;
	uint64_t generation;
	const struct antivirus_settings *set;
	bool sandbox;
	struct worker_note *note;
};
int worker_run(const struct worker_options *);

/*
 * inspect_folder.c. Makes the loader's folder below the state folder, empty, for the user, on a memory file system of its own where that is possible, and goes there. Returns its descriptor or -1.
 * With first, what an earlier daemon left is removed.
 */
int inspect_folder_open(const char *state, uint32_t number, bool first, const struct sandbox_user *user, int64_t bytes, char path_r[1200], struct err *err_r) MUST_USE;
/* Removes a folder below, with all that is in it; it need not exist. */
void inspect_folder_remove(int folder, const char *name);
/* The loader's own, at its end: what it may. */
void inspect_folder_close(int folder, const char *path);

#endif
