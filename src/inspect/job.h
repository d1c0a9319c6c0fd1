/*
 * What scanners and workers say to each other. All workers read one SOCK_SEQPACKET queue; a packet is one job: its head, name, type and passwords, and two
 * descriptors: the content, a sealed memfd, and the job's own reply socket. The worker answers there with one packet (what was found inside of the file follows
 * its head, or lies in a sealed memfd when it is large) and closes it. End of file without an answer: the worker died of it. Neither side trusts the other's bytes.
 */
#ifndef WINNOW_INSPECT_JOB_H
#define WINNOW_INSPECT_JOB_H

#include "base/arena.h"
#include "base/err.h"

enum inspect_flags {
	INSPECT_VIRUSES = 1,  /* scan with libclamav */
	INSPECT_CONTENTS = 2, /* say what is inside (contents.h) */
	INSPECT_MAIL = 4,     /* libclamav takes messages apart too */
};

#define INSPECT_PASSWORDS_MAX 16
#define INSPECT_NAMES_MAX 4
#define INSPECT_NAME_MAX 160
#define INSPECT_CONTENT_MAX (1u << 31)

/* What is known about the file. Spans belong to the sender; in the worker they point into the packet, and content into the mapped memfd. */
struct inspect_job {
	struct span content;
	struct span name, type;        /* as claimed; cut at 1,024 bytes on the way */
	const struct span *passwords;  /* candidates; the first 16 of at most 64 bytes go */
	size_t npasswords;
	unsigned flags;
};

enum inspect_status {
	INSPECT_CLEAN,       /* everything was scanned, nothing found */
	INSPECT_FOUND,       /* names */
	INSPECT_NOT_SCANNED, /* no signatures are configured, or viruses were not asked for */
	INSPECT_UNAVAILABLE, /* signatures are configured and not usable (yet), or there was no time */
	INSPECT_ERROR,       /* this file cannot be scanned: it ends or hangs who tries, or libclamav failed */
	INSPECT_STATUS_N
};

enum inspect_answer_flags {
	INSPECT_LIMITS = 1,  /* something in it was not scanned: too large, too deep, took too long */
	INSPECT_TIMEOUT = 2, /* with ERROR: the hard limit of time ended it */
	INSPECT_EXPIRED = 4, /* nobody looked at it: nobody waited any more */
};

struct inspect_answer {
	enum inspect_status status;
	unsigned flags;
	uint64_t generation; /* of the signatures */
	struct span names[INSPECT_NAMES_MAX]; /* of signatures; printable ASCII */
	size_t nnames;
	struct span contents; /* flat (contents_decode); empty: not looked into */
};

/* The scanner. 1: sent; 0: the queue is full; -1: error. deadline_us: by clock_mono_us(). *reply_r: where the answer comes, non-blocking. */
int inspect_job_send(int queue, const struct inspect_job *, int64_t deadline_us, int *reply_r, struct err *err_r) MUST_USE;
/* 1: an answer, in the arena; 0: not yet; -1: end of file; -2: not an answer. */
int inspect_answer_receive(int reply, struct arena *, struct inspect_answer *answer_r) MUST_USE;

/* The worker. A job that was taken from the queue. */
struct inspect_taken {
	struct inspect_job job;
	int64_t deadline_us;
	int reply;
	void *map;
	size_t map_len;
	struct span passwords[INSPECT_PASSWORDS_MAX];
	char packet[4096];
};
/* 1: a job; 0: none now, or what came was no job; -1: the queue is closed. */
int inspect_job_take(int queue, struct inspect_taken *taken_r) MUST_USE;
/* Nobody reads the answer any more. */
bool inspect_job_abandoned(const struct inspect_taken *);
void inspect_job_answer(const struct inspect_taken *, const struct inspect_answer *);
/* From a signal handler: the hard limit of time. */
void inspect_job_timed_out(int reply, uint64_t generation);
/* Unmaps and closes; without an answer before, the scanner takes it for a death. */
void inspect_job_end(struct inspect_taken *);

#endif
