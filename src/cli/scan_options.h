/* The options of "winnow scan", and what a scanner of the command line offers: one message in, the JSON answer out. */
#ifndef WINNOW_CLI_SCAN_OPTIONS_H
#define WINNOW_CLI_SCAN_OPTIONS_H

#include "base/arena.h"
#include "base/err.h"

struct scan_options {
	bool json, local, exit_code, no_dns;
	const char *config, *socket;
	const char *from, *ip, *helo, *user; /* NULL: not given */
	const char **rcpt;
	size_t nrcpt;
};

/* Scans messages one after the other. */
struct scanner {
	/* The answer of POST /checkv2 as JSON text, in the arena. False: err says why. */
	bool (*scan)(struct scanner *, struct arena *, struct span raw, struct span *json_r, struct err *err_r);
	void (*free)(struct scanner *);
};

/* Through the daemon's socket. */
struct scanner *scanner_remote_new(const struct scan_options *, struct err *err_r) MUST_USE;
/* The same pipeline in this process. */
struct scanner *scanner_local_new(const struct scan_options *, struct err *err_r) MUST_USE;

#endif
