/*
 * Arenas: memory with one lifetime.
 *
 * There is one arena per generation, per connection and per transaction. Memory is zeroed and never given back alone; the
 * arena is destroyed whole. Objects of C libraries join through cleanup handlers, which run in reverse order before the
 * memory goes. Out of memory ends the process (it is replaced): no function here returns NULL.
 */
#ifndef WINNOW_BASE_ARENA_H
#define WINNOW_BASE_ARENA_H

#include "base/span.h"

struct arena;

/* "hint": bytes of the first block, 0 for the default (16 KiB). */
struct arena *arena_new(size_t hint);
void arena_free(struct arena **arena_r);

/* Zeroed, aligned for any type; size 0 gives a valid pointer. */
void *arena_alloc(struct arena *, size_t size) __attribute__((malloc, returns_nonnull));
/* The same for n objects; an overflow of n * size ends the process. */
void *arena_array(struct arena *, size_t n, size_t size) __attribute__((malloc, returns_nonnull));
/* Not zeroed and not aligned: for bytes that are written at once. */
char *arena_bytes(struct arena *, size_t size) __attribute__((malloc, returns_nonnull));
/* Makes old (size bytes, taken last from this arena or not) larger; grows in place when it was the last allocation. */
char *arena_extend(struct arena *, char *old, size_t size, size_t want) __attribute__((returns_nonnull));

/* Copies; the copy is followed by a NUL outside of the span. */
struct span arena_copy(struct arena *, struct span);
/* A NUL-terminated copy. */
char *arena_str(struct arena *, struct span) __attribute__((returns_nonnull));
struct span arena_printf(struct arena *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void arena_cleanup(struct arena *, void (*fn)(void *), void *ctx);

/* Bytes taken from the system so far. */
size_t arena_used(const struct arena *);

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, n, type) ((type *)arena_array((arena), (n), sizeof(type)))

#endif
