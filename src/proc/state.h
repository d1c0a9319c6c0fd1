/*
 * The state folder of the daemon: the process ID (locked: one daemon per folder), the key of message fingerprints, and the crash journal, one line of text
 * per death of a scanner that was working on a message. Used by the master alone.
 */
#ifndef WINNOW_PROC_STATE_H
#define WINNOW_PROC_STATE_H

#include "base/err.h"
#include "base/hash.h"
#include "proc/poison.h"

struct state {
	char path[1024];
	int dir, pid_fd, journal;  /* descriptors, -1: none */
	struct hash_key key;
};

/* The folder as configured, "" for the default of this user (false when there is none: no home). */
bool state_folder(const char *configured, char path_r[1024], struct err *err_r) MUST_USE;
/* Makes the folder (0700) and what is in it. An error: the folder cannot be used, or another daemon does. */
bool state_open(struct state *, const char *configured, struct err *err_r) MUST_USE;
/* Removes the process ID. */
void state_close(struct state *);

/* Fills the table from the journal (its last MiB); returns how many deaths were read. */
unsigned journal_read(const struct state *, struct poison *);
struct journal_entry {
	uint64_t message;
	const char *id;    /* the scanner's word: escaped */
	const char *cause; /* "signal 11", "exit 1" */
	uint32_t count;
	int64_t wall_us;
};
/* On disk when it returns; what cannot be written is logged. */
void journal_append(const struct state *, const struct journal_entry *);

/* One line of the journal; false when it is none. */
bool journal_parse(struct span line, uint64_t *message_r, uint32_t *when_r) MUST_USE;

#endif
