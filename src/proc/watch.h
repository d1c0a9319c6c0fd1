/* Watches files by their size, time and inode, every few seconds: list files of rules, whose change asks for a new generation. */
#ifndef WINNOW_PROC_WATCH_H
#define WINNOW_PROC_WATCH_H

#include "base/arena.h"
#include "io/loop.h"

struct watch;

/* files: ended by NULL; the watch lives in the arena, its timer until watch_stop. changed() is told one that changed; the next change is told a while later at the earliest. */
struct watch *watch_new(struct arena *, struct loop *, const char *const *files, void (*changed)(void *ctx, const char *file), void *ctx);
void watch_stop(struct watch *);

#endif
