/*
 * The engine: checks, symbols, groups and profiles of one generation; immutable once built. The scan: one message's way through it.
 */
#ifndef WINNOW_SCAN_ENGINE_H
#define WINNOW_SCAN_ENGINE_H

#include "conf/conf.h"
#include "scan/check.h"
#include "scan/services.h"
#include "scan/verdict.h"

/* Settings of blocks "scan" and "networks" (rows in engine_settings.c). */
struct scan_settings {
	int64_t max_size;            /* bytes scanned of a message */
	int64_t deadline_us;
	int64_t max_recipients;
	int64_t max_in_flight;       /* messages per scanner */
	int64_t max_bytes_in_flight; /* per scanner */
	int headers;                 /* enum scan_headers */
};
enum scan_headers { HEADERS_ALWAYS, HEADERS_SPAM, HEADERS_NEVER };
extern const struct setting_set scan_setting_set;

struct networks_settings {
	struct span_list own, trusted_relays; /* CIDR */
};
extern const struct setting_set networks_setting_set;

struct group_settings {
	score_t cap;
};
extern const struct setting_set group_setting_set;

/* All sets an engine reads: the above, "profile", and those of the checks. NULL-terminated, in the arena. */
const struct setting_set **engine_setting_sets(struct arena *, const struct check *const *checks);

/* checks: NULL-terminated. The conf and the checks must outlive the engine. NULL on error. */
struct engine *engine_new(const struct conf *, const struct check *const *checks, struct err *err_r) MUST_USE;
void engine_free(struct engine **);

const struct symbol_table *engine_symbols(const struct engine *);
const struct scan_settings *engine_scan_settings(const struct engine *);
const struct url_context *engine_urls(const struct engine *);
/* The profile of a recipient: a look-up, no allocation. */
const struct profile *engine_profile(const struct engine *, struct span address);
/* Authenticated or from our own networks: outbound; not by SMTP: local; from a trusted relay; else inbound, also when the client is unknown. */
enum direction engine_direction(const struct engine *, const struct client *, bool by_smtp);
/* Among networks.own or networks.trusted_relays. */
bool engine_trusts(const struct engine *, const struct ip *);

struct scan {
	const struct engine *engine;
	struct arena *arena; /* the transaction's */
	const struct transaction *tx;
	const struct message *msg; /* NULL before STAGE_MESSAGE */
	enum stage stage;
	struct hits hits;
	struct edits edits;
	struct scan_shared *shared;
	bool late;           /* the deadline passed: hits are incomplete, the mail must be deferred */
	int64_t parse_us, checks_us;
};

/* done() is called exactly once, never inside scan_start, never after scan_cancel. The scan lives in the transaction's arena; the services outlive it. */
typedef void scan_done(void *ctx, const struct scan *);
struct scan *scan_start(const struct engine *, const struct services *, const struct transaction *, enum stage, int64_t deadline_us, scan_done *done, void *ctx);
void scan_cancel(struct scan **);

#endif
