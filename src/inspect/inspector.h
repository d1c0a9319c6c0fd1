/*
 * The inspector as a scanner sees it: files are handed to the workers behind the wall, answers come back, typed. An answer is remembered by the content until
 * the signatures change; equal jobs that run at the same time are sent once. At most so many jobs are with the workers at once; the others wait in the scanner, each until
 * its own deadline. A content that ended two workers is not sent again by anybody.
 */
#ifndef WINNOW_INSPECT_INSPECTOR_H
#define WINNOW_INSPECT_INSPECTOR_H

#include "base/hash.h"
#include "inspect/job.h"
#include "inspect/status.h"
#include "io/loop.h"
#include "io/op.h"

struct inspector_options {
	struct loop *loop;
	int queue;                  /* sending end; stays the caller's */
	const struct inspect_status_page *status;
	struct hash_key key;        /* of contents; the same in all scanners, secret */
	size_t cache;               /* answers */
	bool defer_at_once;         /* while there are no workers, do not wait for them */
	/* The deaths that a content caused so far, and one more (twice: it hung). */
	unsigned (*deaths)(void *ctx, uint64_t content);
	void (*died)(void *ctx, uint64_t content, bool hung);
	void *ctx;
};

struct inspector *inspector_new(const struct inspector_options *);
/* Nothing may be waiting any more. */
void inspector_free(struct inspector **);

/*
 * Starts one job. The content and the passwords must stay until done() or cancel. OP_OK with a struct inspect_answer; OP_DEADLINE: no answer in time. Not started (NULL): the answer is
 * known at once, in *answer_r; its spans live as long as the arena.
 */
struct op *inspect_start(struct inspector *, const struct inspect_job *, int64_t deadline_us, struct arena *, struct inspect_answer *answer_r, op_done *done, void *ctx);

/* What state the signatures are in, without asking anybody. */
enum inspect_phase inspector_phase(const struct inspector *);

#endif
