/*
 * What the processes of winnowd say to each other (io/imsg.h): types, who sends them, bodies. Each process keeps its own table of the types it accepts.
 *
 *   loader -> master    FAILED, SETTINGS, BIND, UP, DIED, CHANGED
 *   master -> loader    BOARD, BOUND, REFUSED, RESPAWN, KILL, DRAIN, LOG
 *   loader -> scanner   DRAIN, LOG
 *   scanner -> loader   READY, CULPRIT (passed on to the master)
 *
 *   inspect-loader -> master   FAILED, INSPECT_UP, REPLACE
 *   master -> inspect-loader   INSPECT, DRAIN, LOG
 *   inspect-loader -> worker   DRAIN;   worker -> inspect-loader   READY
 *
 * A generation's life: SETTINGS, BIND for each address; BOARD, BOUND for each address; the loader builds the engine, gives up its rights and forks
 * scanners; UP when each of them accepts; DIED and RESPAWN as they come; DRAIN; the loader ends when its last scanner has.
 */
#ifndef WINNOW_PROC_LINK_H
#define WINNOW_PROC_LINK_H

#include "base/hash.h"

enum link_role { ROLE_MASTER = 1, ROLE_LOADER = 2, ROLE_SCANNER = 4, ROLE_INSPECT_LOADER = 8, ROLE_INSPECT_WORKER = 16 };

enum link_type {
	LINK_FAILED = 1, /* text: why this generation cannot be; the loader ends */
	LINK_SETTINGS,   /* struct link_settings */
	LINK_BIND,       /* struct link_bind; id: the address's number */
	LINK_UP,         /* all scanners accept */
	LINK_DIED,       /* struct link_died */
	LINK_BOARD,      /* struct link_board; descriptors: enum link_board_fd */
	LINK_BOUND,      /* id of the BIND; descriptor: the listening socket */
	LINK_REFUSED,    /* id of the BIND; text: why */
	LINK_RESPAWN,    /* struct link_slot: the death is on record, the slot may be used again */
	LINK_KILL,       /* struct link_slot: it hangs */
	LINK_DRAIN,      /* struct link_drain: accept no more, finish, end */
	LINK_LOG,        /* descriptor: the log file, newly opened */
	LINK_READY,      /* a scanner accepts; a worker takes jobs */
	LINK_CHANGED,    /* text: a file that this generation has read changed; a new one is wanted */
	LINK_CULPRIT,    /* struct link_culprit: a worker of the inspector ended over it */
	LINK_INSPECT,    /* struct link_inspect; descriptor: the queue's end to read from */
	LINK_INSPECT_UP, /* struct link_inspect_up: all workers take jobs */
	LINK_REPLACE,    /* struct link_replace: the signatures changed */
};

/* What a generation of scanners shares with the others. */
enum link_board_fd {
	BOARD_FD_BOARD,
	BOARD_FD_POISON,   /* messages that ended scanners */
	BOARD_FD_STATUS,   /* of the inspector */
	BOARD_FD_CULPRITS, /* files that ended workers of the inspector: a poison table */
	BOARD_FD_QUEUE,    /* of the inspector, the end to write to */
	BOARD_FDS
};

#define LINK_TEXT_MAX 256
/* How long sessions may go on when the daemon stops. */
#define STOP_GRACE_US 30000000LL

struct link_settings {
	char state[1024]; /* as configured; ends in NUL, like all texts here */
	char log_target[4096];
	int32_t log_level;
	uint32_t scanners;
	int64_t hang_limit_us;
	uint32_t crash_limit;
	uint64_t antivirus; /* antivirus_digest(): another one asks for another inspector */
};

struct link_bind {
	int32_t mode; /* permission of a unix socket */
	char address[128];
};

struct link_board {
	struct hash_key key; /* of message fingerprints */
	bool first;          /* no other generation scans meanwhile */
};

struct link_died {
	uint32_t slot;
	int32_t pid;
	int32_t status; /* of waitpid */
};

struct link_culprit {
	uint64_t content; /* its hash */
	uint32_t hung;    /* boolean */
};

struct link_inspect {
	uint32_t number;
	uint32_t first; /* boolean: no other is up; it must come up even with signatures that cannot be used */
};

struct link_inspect_up {
	uint32_t phase; /* enum inspect_phase */
	uint32_t workers;
	uint64_t signatures;
};

struct link_replace {
	uint32_t stop_first; /* boolean: there is no memory for both */
};

struct link_slot {
	uint32_t slot;
};

struct link_drain {
	int64_t grace_us;
};

/* Descriptors of a process that was started for a role by fork and exec. */
#define LINK_FD 3

#endif
