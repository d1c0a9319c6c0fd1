/* The counter of a sliding window in two buckets. Pure. */
#ifndef WINNOW_STORE_WINDOW_H
#define WINNOW_STORE_WINDOW_H

#include "base/span.h"

#define WINDOW_TEXT 96

struct window {
	int64_t index;           /* of the bucket, counted from the epoch */
	uint64_t now, before;    /* counts of this bucket and of the one before */
	int64_t us;              /* its length; a counter whose length changes begins anew */
};

/* "INDEX NOW BEFORE US", as the Redis script writes it, too; anything else is an empty counter. */
void window_read(struct window *, struct span text);
struct span window_write(const struct window *, char text[static WINDOW_TEXT]);
/* Adds n at a time of the wall clock, and gives the count. */
uint64_t window_add(struct window *, uint64_t n, int64_t us, int64_t now_us);
/* When nothing of it counts any more. */
int64_t window_expiry_us(const struct window *);

#endif
