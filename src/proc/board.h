/*
 * The board: one page of shared memory per scanner, on which it notes what it is working on, so that the master can tell after its death which message
 * was in its hands, and that it hangs. A scanner maps its own page only; the master believes nothing there beyond "this scanner said so".
 */
#ifndef WINNOW_PROC_BOARD_H
#define WINNOW_PROC_BOARD_H

#include <stdatomic.h>

#include "base/err.h"
#include "base/hash.h"

struct board_page {
	_Atomic uint32_t working; /* a message is being parsed */
	_Atomic uint64_t message; /* its fingerprint */
	_Atomic int64_t start_us; /* clock_mono_us() when that began */
	_Atomic int64_t beat_us;  /* clock_mono_us() of the last turn of its loop; 0: none yet */
	char id[16];              /* log ID, ended by NUL */
};

struct board {
	int fd;
	unsigned n;
	size_t stride; /* bytes of a page */
	unsigned char *pages;
};

/* Master: n pages, all blank. */
bool board_new(struct board *, unsigned n, struct err *err_r) MUST_USE;
void board_free(struct board *);
struct board_page *board_at(const struct board *, unsigned slot);
/* Scanner: its own page, for the rest of its life; NULL when it cannot be mapped. */
struct board_page *board_map(int fd, unsigned slot);

void board_begin(struct board_page *, uint64_t message, const char *id, int64_t now_us);
void board_end(struct board_page *);

/* Master: what the page says (working, message, id); the page is blank afterwards. */
struct board_note {
	bool working;
	uint64_t message;
	char id[16];
};
void board_take(struct board_page *, struct board_note *note_r);
/* Master: busy with one message for longer than limit_us, or no turn of its loop for that and half a minute. */
bool board_overdue(const struct board_page *, int64_t now_us, int64_t limit_us);

/* The fingerprint of a message: everything but the fields that MTAs and filters add at each attempt (Received, Date, X-Spam, ...), so that the next attempt to deliver it has the same. Never 0. */
uint64_t message_fingerprint(const struct hash_key *, struct span raw);

#endif
