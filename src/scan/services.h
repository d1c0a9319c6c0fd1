/*
 * What a process lends to the scans that run in it: the loop, and the providers of slow operations. Made once per process, after the fork; shared by all of its scans, whom it outlives.
 * A provider that is NULL is not there: its look-ups end as unavailable.
 */
#ifndef WINNOW_SCAN_SERVICES_H
#define WINNOW_SCAN_SERVICES_H

#include "base/arena.h"
#include "io/loop.h"

struct clamd_client;
struct dns;
struct inspector;
struct list_states;

/* Crash bookkeeping, provided by the process (proc/); all NULL where nobody keeps books (--local). */
struct work_hooks {
	void *ctx;
	/* Before a message is parsed; *mark_r identifies it from then on. False: it has killed scanners too often and is held, unparsed. */
	bool (*begin)(void *ctx, struct span raw, const char *id, uint64_t *mark_r);
	/* Work on it goes on in a later turn of the loop; each begin and resume is followed by an end in the same turn. */
	void (*resume)(void *ctx, uint64_t mark, const char *id);
	void (*end)(void *ctx);
};

/* Answers at once, about files that need no wall. The answer's spans are in the arena. */
struct inspect_job;
struct inspect_answer;
struct inspect_here {
	void (*answer)(void *ctx, const struct inspect_job *, struct arena *, struct inspect_answer *answer_r);
	void *ctx;
};

struct services {
	struct loop *loop;
	struct dns *dns;             /* net/dns.h */
	struct inspector *inspector; /* inspect/inspector.h */
	struct clamd_client *clamd;  /* inspect/clamd_client.h: an external scanner, in addition */
	const struct inspect_here *here; /* without an inspector: who answers instead of it (tests); NULL: nobody */
	struct list_states *lists;   /* lists/list_health.h */
	struct work_hooks work;
};

#endif
