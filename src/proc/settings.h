/*
 * What the programs configure: the block "server", the list of all sets, and where the configuration lies. Shared by the processes of winnowd and by the
 * winnow command.
 */
#ifndef WINNOW_PROC_SETTINGS_H
#define WINNOW_PROC_SETTINGS_H

#include "base/setting.h"

struct server_settings {
	struct span user;        /* to become when started as root */
	struct span state;       /* folder; empty: state_folder() says */
	int64_t scanners;        /* 0: one per CPU that may be used */
	bool sandbox;
	int64_t memory_limit;    /* address space of a scanner in bytes; 0: none */
	int64_t hang_limit_us;   /* the longest that one message may be parsed and checked without a pause */
	int64_t crash_limit;     /* scanners that one message may kill before it is held unparsed */
	struct span socket_mode; /* octal permission of unix sockets */
};
extern const struct setting_set server_setting_set;

/* Every set of the configuration, ended by NULL; in the arena. */
const struct setting_set **settings_all(struct arena *);
/* The file to load: the one given, else /etc/winnow/winnow.lua when it exists, else NULL (defaults). */
const char *settings_path(const char *given);

/* The permission in socket_mode; checked when the configuration was loaded. */
int settings_socket_mode(const struct server_settings *);
/* The number of scanners: as configured, or one per CPU in the affinity mask. */
unsigned settings_scanners(const struct server_settings *);

#define SCANNERS_MAX 256

#endif
