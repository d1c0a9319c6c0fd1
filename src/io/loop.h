/*
 * The event loop: libevent's core behind a few functions, so that everything above speaks of callbacks, timers and readiness alone. One loop
 * per process, no threads. Callbacks never run inside the function that registers them.
 */
#ifndef WINNOW_IO_LOOP_H
#define WINNOW_IO_LOOP_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>

struct loop;

struct loop *loop_new(void);
void loop_free(struct loop **);
/* In a child, right after fork and before anything else: parts the inherited loop from the parent's, so that it can be taken down without taking events
 * away from the parent. Signals must be blocked from before the fork until here. */
void loop_forked(struct loop *);
/* The libevent base, for bufferevents and other users of libevent. */
struct event_base *loop_base(struct loop *);
/* Until loop_stop(). loop_poll: only what is ready now. */
void loop_run(struct loop *);
void loop_poll(struct loop *);
void loop_stop(struct loop *);
/* clock_mono_us() without a system call. Timers may fire up to one kernel tick (4 ms) early: compare, and set again. */
int64_t loop_now_us(struct loop *);

typedef void loop_fn(void *ctx);

/* A timer (also used to defer a call to the next turn: timer_set with 0). Embedded in its owner; must be stopped before the owner dies. */
struct timer {
	struct event ev;
	loop_fn *fn;
	void *ctx;
};

void timer_init(struct timer *, struct loop *, loop_fn *fn, void *ctx);
void timer_set(struct timer *, int64_t after_us); /* replaces what was set */
void timer_stop(struct timer *);

/* Calls fn for each delivery of the signal, in the loop. */
struct loop_signal {
	struct event ev;
	loop_fn *fn;
	void *ctx;
};

void loop_signal_init(struct loop_signal *, struct loop *, int signo, loop_fn *fn, void *ctx);
void loop_signal_stop(struct loop_signal *);

#endif
