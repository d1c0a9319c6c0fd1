/* A generation with lists, a table of DNS records and a message, for tests of the lists. */
#ifndef WINNOW_TESTS_LISTS_WORLD_H
#define WINNOW_TESTS_LISTS_WORLD_H

#include "../support/dns_table.h"
#include "lists/list_health.h"
#include "scan/engine.h"

struct world {
	struct arena *arena;
	struct loop *loop;
	struct dns_table *table;
	struct conf *conf;
	struct lists *lists;
	struct engine *engine;
	struct services services;
	struct transaction tx;
	struct rcpt rcpt[8];
	struct scan *scan;
	bool ended;
};

/* settings: configuration text; definitions: text of a list file, or NULL for the shipped ones. Fails the test when they cannot be read. */
void world_open(struct world *, const char *settings, const char *definitions);
void world_close(struct world *);
void world_dns(struct world *, const char *lines);
/* Begins the process's part: the self-tests. They run to their end when wait. */
void world_start(struct world *, bool wait);
/* Scans to the end. The client's address may be NULL. */
void world_scan(struct world *, const char *ip, const char *raw);
/* The evidence of a hit, or NULL. */
const char *world_hit(const struct world *, const char *symbol);
const struct hit *world_find(const struct world *, const char *symbol);
size_t world_hits(const struct world *);

#endif
