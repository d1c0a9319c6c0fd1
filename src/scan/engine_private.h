/* The inside of the engine, for engine.c and scan.c alone. */
#ifndef WINNOW_SCAN_ENGINE_PRIVATE_H
#define WINNOW_SCAN_ENGINE_PRIVATE_H

#include "scan/engine.h"

struct engine_check {
	const struct check *check;
	void *state;
	unsigned first_symbol; /* global number of its symbol 0 */
	uint16_t *after;       /* indexes of the checks it waits for */
	size_t nafter, cap_after;
};

struct engine {
	struct arena *arena;
	const struct conf *conf;
	const struct scan_settings *scan;
	struct url_context *urls;
	struct engine_check *checks;
	size_t nchecks;
	uint16_t *order; /* check indexes, dependencies first */
	size_t norder;
	struct symbol_table symbols;
	struct map profiles; /* pointer of merged settings -> struct profile */
	struct cidr *own, *relays;
	size_t nown, nrelays;
	char delimiter;
};

#endif
