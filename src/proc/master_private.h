/*
 * The master's own structures: master.c decides (start, reload, stop), generation.c keeps the conversation with one loader.
 */
#ifndef WINNOW_PROC_MASTER_PRIVATE_H
#define WINNOW_PROC_MASTER_PRIVATE_H

#include <sys/types.h>

#include "inspect/status.h"
#include "io/imsg.h"
#include "proc/board.h"
#include "proc/bound.h"
#include "proc/link.h"
#include "proc/options.h"
#include "proc/settings.h"
#include "proc/state.h"

enum generation_phase {
	GENERATION_STARTING, /* not all of its scanners accept yet */
	GENERATION_CURRENT,
	GENERATION_DRAINING, /* replaced, or the daemon stops */
};

/* One loader with its scanners. */
struct generation {
	struct generation *next;
	struct master *master;
	unsigned number;
	enum generation_phase phase;
	pid_t pid;
	bool reaped, closed;       /* it has ended when both are true: nothing that it said is lost */
	bool killed;               /* by us: what its scanners worked on is not to blame */
	char failure[LINK_TEXT_MAX]; /* why it ended; "": as it should */
	struct imsg_peer *peer;
	struct timer limit;        /* of starting, then of draining */
	struct link_settings set;
	bool has_set;
	struct board board;
	uint8_t strikes[SCANNERS_MAX]; /* watches in a row that found the slot overdue */
	bool hung[SCANNERS_MAX];       /* killed for it */
	bool uses[BOUND_MAX];
};

/* One loader of the inspector with its workers. */
struct inspection {
	struct inspection *next;
	struct inspections *all;
	unsigned number;
	enum generation_phase phase;
	pid_t pid;
	bool reaped, closed, killed;
	bool stop_first;             /* its successor starts when it has ended */
	char failure[LINK_TEXT_MAX];
	struct imsg_peer *peer;
	struct timer limit;          /* of starting, then of draining */
};

/* All of the inspector that the master keeps: the queue, which outlives every loader, and the loaders. */
struct inspections {
	const struct options *options;
	struct loop *loop;
	struct inspection *list;
	unsigned count;
	int queue[2];                /* read, written */
	struct inspect_status_page *status;
	struct poison *culprits;
	int status_fd, culprits_fd;
	uint64_t antivirus;          /* digest of the configuration that the youngest was started for; 0: none was */
	bool again;                  /* asked for while one was starting */
	bool stopping;
	struct timer restart;
	int64_t restart_us;
	void (*stopped)(void *ctx);
	void *ctx;
};

struct master {
	const struct options *options;
	struct loop *loop;
	struct loop_signal on_term, on_int, on_hup, on_usr1, on_chld;
	struct timer watch;     /* looks for scanners that hang */
	struct timer restart;   /* after the current generation died */
	struct timer last;      /* of a graceful stop */
	int64_t restart_us;
	struct generation *generations;
	unsigned count;         /* generations started so far */
	bool was_ready;         /* once */
	bool reload_again;      /* asked for while a generation was starting */
	bool reopen_again;      /* the log was rotated while a generation started */
	bool stopping;
	int64_t stop_us;        /* since when */
	int status;             /* of exit */
	struct bound bound;
	struct state state;
	bool has_state;
	struct poison *poison;
	int poison_fd;
	struct inspections inspect;
};

/* generation.c. NULL when the loader cannot be started; logged. */
struct generation *generation_start(struct master *);
void generation_drain(struct generation *, int64_t grace_us);
void generation_kill(struct generation *);
void generation_watch(struct generation *);
/* Its process has been waited for. */
void generation_reaped(struct generation *, int status);
/* Takes it out of the list and frees it. */
void generation_free(struct generation **);

/* The process that becomes the loader of a role, with fd as its socket to us. -1 with errno. */
pid_t generation_fork_loader(const char *role, const char *config, int fd);

/* inspection.c. The queue and the tables; no process yet. */
bool inspections_open(struct inspections *, const struct options *, struct loop *, struct err *err_r) MUST_USE;
void inspections_close(struct inspections *);
/* A configuration is in force: another inspector when it asks for another one. */
void inspections_want(struct inspections *, uint64_t antivirus);
/* Ends all; stopped() is called from the loop when the last has gone, or at once when there is none. */
void inspections_stop(struct inspections *, void (*stopped)(void *ctx), void *ctx);
void inspections_kill(struct inspections *);
void inspections_log(struct inspections *, int fd);
/* Whether the process was one of its loaders. */
bool inspections_reaped(struct inspections *, pid_t, int status);
void inspection_culprit(struct inspections *, const struct link_culprit *);

/* master.c: all scanners of the generation accept; it has ended. */
void master_generation_up(struct master *, struct generation *);
void master_generation_over(struct master *, struct generation *);
/* As SIGHUP. */
void master_reload(struct master *);
/* Whether a generation takes new mail. */
bool master_scans(const struct master *);

#endif
