/*
 * The connection to Redis: finding the server (directly or by Sentinels), greeting it (password, database, role, scripts), noticing that it is gone, and trying again.
 */
#ifndef WINNOW_STORE_REDIS_LINK_H
#define WINNOW_STORE_REDIS_LINK_H

#include <hiredis/async.h>

#include "store/redis_scripts.h"
#include "store/store_redis.h"

struct redis_link;

/* Called from the loop, never inside a call of ours but redis_link_drop(): the server is there; it is not there (after each attempt that failed). */
typedef void redis_link_changed(void *ctx, bool up);

struct redis_link *redis_link_new(const struct store_redis_options *, redis_link_changed *changed, void *ctx, struct err *err_r) MUST_USE;
/* Replies that are awaited are told as NULL first. */
void redis_link_free(struct redis_link **);

/* Where commands go; NULL: not now. */
redisAsyncContext *redis_link_context(struct redis_link *);
/* The digest by which the server knows a script. */
const char *redis_link_script(const struct redis_link *, enum redis_script);
/* Gives the connection up; another is tried. Replies that are awaited are told as NULL. */
void redis_link_drop(struct redis_link *, const char *why);

#endif
