/* What must be atomic in Redis: Lua scripts, loaded into the server when we greet it. KEYS and ARGV of each are told in redis_scripts.c. */
#ifndef WINNOW_STORE_REDIS_SCRIPTS_H
#define WINNOW_STORE_REDIS_SCRIPTS_H

enum redis_script { SCRIPT_PUT, SCRIPT_DELETE, SCRIPT_COUNT, SCRIPT_CLAIM, SCRIPT_FORGET, SCRIPT_APPEND, SCRIPT_RANGE, SCRIPT_TRIM, SCRIPT_REMOVE, REDIS_SCRIPTS };

extern const char *const redis_scripts[REDIS_SCRIPTS];

#endif
