/* The scanner: one event loop that speaks the protocols and scans. Forked by the loader, whose configuration and engine it shares copy-on-write. */
#ifndef WINNOW_PROC_SCANNER_H
#define WINNOW_PROC_SCANNER_H

#include "net/resolver.h"
#include "inspect/antivirus.h"
#include "proc/board.h"
#include "proc/poison.h"
#include "proc/settings.h"
#include "proto/clamd.h"
#include "proto/http.h"
#include "proto/milter.h"

#define LISTENERS_MAX 64

struct listening {
	int fd;
	bool http, clamd; /* else milter */
	char address[128];
};

struct scanner_options {
	unsigned slot;
	int link_fd;            /* to the loader */
	const int *shared;      /* descriptors: enum link_board_fd */
	struct hash_key key;    /* of message fingerprints */
	const struct engine *engine;
	const struct lists *lists;
	const struct server_settings *server;
	const struct milter_settings *milter;
	const struct http_settings *http;
	const struct reduce_settings *reduce;
	const struct sealer *sealer;
	const struct antivirus_settings *antivirus;
	const struct clamd_settings *clamd;
	const struct dns_settings *dns;
	const struct dns_servers *name_servers;
	const struct listening *listening;
	unsigned nlistening;
};

/*
 * Runs to the end and returns the exit status. Called right after the fork, with signals blocked and the inherited loop gone; takes link_fd, the
 * shared descriptors and the listening sockets.
 */
int scanner_run(const struct scanner_options *);

#endif
