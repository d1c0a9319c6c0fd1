/* A Redis server of Debian's package redis-tools, which holds the whole program without the service. */
#ifndef WINNOW_TESTS_STORE_REDIS_SERVER_H
#define WINNOW_TESTS_STORE_REDIS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts it with arguments like "--port", "0" (ended by NULL), in the folder; dies with us. Its output goes to FOLDER/NAME.log. */
pid_t redis_server_start(const char *folder, const char *name, bool sentinel, const char *const *args);
/* SIGKILL; waits for its end. */
void redis_server_kill(pid_t *);
/* Whether somebody listens there within a minute. unix_path, or port if it is NULL. */
bool redis_server_listens(const char *unix_path, int port);
int redis_server_free_port(void);

#endif
