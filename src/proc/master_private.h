/*
 * The master's own structures: master.c decides (start, reload, stop), generation.c keeps the conversation with one loader.
 */
#ifndef WINNOW_PROC_MASTER_PRIVATE_H
#define WINNOW_PROC_MASTER_PRIVATE_H

#include <sys/types.h>

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

/* master.c: all scanners of the generation accept; it has ended. */
void master_generation_up(struct master *, struct generation *);
void master_generation_over(struct master *, struct generation *);
/* As SIGHUP. */
void master_reload(struct master *);
/* Whether a generation takes new mail. */
bool master_scans(const struct master *);

#endif
