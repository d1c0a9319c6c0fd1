/*
 * Sample mails: corpus/<check>/hit-<symbol>[.N].eml must hit that symbol (lower case, '-' for '_'), miss-<symbol>[.N].eml must not. A file
 * NAME.env beside NAME.eml gives what the MTA would tell: lines KEY=VALUE with the keys ip, name, helo, from, rcpt (several), user, tls, size, time
 * (seconds; 2026-01-15 12:00 UTC when absent), inspect (what libclamav says of each file: "found NAME", or
 * clean, not_scanned, unavailable, error, limits; clean when absent), dns (several: a record, as tests/support/dns_table.h has them; names without one do not exist).
 * A file NAME.lua beside it is its configuration; the built-in checks alone run with it.
 */
#ifndef WINNOW_TESTS_CHECKS_SAMPLE_H
#define WINNOW_TESTS_CHECKS_SAMPLE_H

#include "inspect/job.h"
#include "proc/ruleset.h"
#include "scan/engine.h"

#include "../support/dns_table.h"

#define SAMPLE_TIME 1768478400

/* All built-in checks and shipped rules with the default settings, as the daemon has them; for cmocka's setup and teardown. */
struct sample_engine {
	struct arena *arena;
	struct conf *conf;
	struct ruleset ruleset;
	struct loop *loop;
	struct dns_table *dns;
	struct services services;
	struct inspect_here here;
	struct inspect_answer inspected; /* what it says */
	struct conf *own_conf;     /* of the sample loaded last, NULL: the default */
	struct engine *own_engine;
};
int sample_setup(void **state);
int sample_teardown(void **state);

/* A transaction from a file (and its .env), in a fresh arena; free that. Its configuration holds until the next one is loaded. */
struct transaction *sample_load(struct sample_engine *, const char *path);
/* Scans to the end. */
const struct scan *sample_scan(struct sample_engine *, const struct transaction *);
bool sample_hits(const struct scan *, const char *symbol);

#endif
