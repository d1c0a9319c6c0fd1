/*
 * Profiles: what one recipient wants. Layers default < domain < address are merged by conf/; the engine resolves names once per generation.
 */
#ifndef WINNOW_SCAN_PROFILE_H
#define WINNOW_SCAN_PROFILE_H

#include "base/setting.h"
#include "scan/symbol.h"

enum junk_delivery { JUNK_BY_HEADER, JUNK_BY_EXTENSION };

/* The settings of one merged layer: rows in profile.c (set "profile", SET_LAYERED). */
struct profile_settings {
	score_t tag, junk, redirect, discard, defer, hold, reject; /* SCORE_OFF: never */
	bool enforce;
	struct span subject_prefix;      /* empty: the subject stays */
	int junk_delivery;
	struct span junk_extension;
	struct span recipient_delimiter; /* one byte */
	struct span redirect_to;
	struct span reject_text;
	struct score_list scores;
	struct span_list actions;        /* "SYMBOL=action" */
};
extern const struct setting_set profile_setting_set;

struct profile {
	const struct profile_settings *set;
	score_t at[ACTION_N];   /* thresholds; at[ACTION_NONE] is unused */
	const score_t *weights; /* per symbol: default or override */
	const uint8_t *force;   /* enum action per symbol: default or override */
};

/* Resolves a merged layer against the symbols: unknown names in scores are errors with the nearest known one. */
struct profile *profile_build(struct arena *, const struct profile_settings *, const struct symbol_table *, struct err *err_r) MUST_USE;

#endif
