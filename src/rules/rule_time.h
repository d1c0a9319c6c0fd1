/* Time per rule, for "winnow rules profile". Off (no clock is read) until rules_time_begin() gives the rules something to count in. */
#ifndef WINNOW_RULES_RULE_TIME_H
#define WINNOW_RULES_RULE_TIME_H

#include <time.h>

#include "rules/rule_read.h"

struct rule_time {
	uint64_t runs, hits;
	int64_t ns;
};

static inline int64_t rule_time_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static inline int64_t rule_time_begin(const struct rule_def *def)
{
	return def->time == NULL ? 0 : rule_time_now();
}

static inline void rule_time_end(const struct rule_def *def, int64_t begin, bool hit)
{
	if (def->time == NULL)
		return;
	def->time->runs++;
	def->time->hits += hit;
	def->time->ns += rule_time_now() - begin;
}

#endif
