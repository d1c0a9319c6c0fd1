/*
 * Settings: one row per setting, beside the struct it fills. The loader (conf/) reads, checks and documents from these
 * rows; nothing else knows a setting's name, type, default or limits.
 *
 * A set describes one block of the configuration: name { key = value, ... }. Values:
 *   bool; int; a score in points (stored in thousandths); a size ("50M"; bytes); a duration ("30s", "5m"; microseconds);
 *   a string; one word of an enum; a list of strings; a table of NAME = points.
 */
#ifndef WINNOW_BASE_SETTING_H
#define WINNOW_BASE_SETTING_H

#include "base/arena.h"
#include "base/err.h"

enum set_type {
	SET_BOOL,     /* bool */
	SET_INT,      /* int64_t */
	SET_SCORE,    /* int32_t, thousandths; "off" gives SCORE_OFF where SET_OFF_OK stands in flags */
	SET_SIZE,     /* int64_t, bytes */
	SET_DURATION, /* int64_t, microseconds */
	SET_STRING,   /* struct span */
	SET_ENUM,     /* int: index into words */
	SET_STRINGS,  /* struct span_list */
	SET_SCORES,   /* struct score_list */
};

#define SCORE_OFF INT32_MAX /* a threshold that no score reaches */
#define SET_OFF_OK 1u

struct span_list {
	const struct span *v;
	size_t n;
};

struct score_item {
	struct span name;
	int32_t score; /* thousandths */
};

struct score_list {
	const struct score_item *v;
	size_t n;
};

struct setting {
	const char *key;
	enum set_type type;
	size_t off;               /* offsetof the field */
	const char *def;          /* the default as one would write it in the configuration (Lua), e.g. "30s", 6, {} */
	int64_t min, max;         /* of numbers, in stored units; both 0: no limit */
	const char *const *words; /* SET_ENUM: NULL-terminated */
	unsigned flags;
	const char *doc;          /* one sentence or two, for the generated reference */
};

enum set_kind {
	SET_ONE,     /* name { ... }: one block; given twice, later values win key by key */
	SET_NAMED,   /* name "WHICH" { ... }: one struct per WHICH */
	SET_LAYERED, /* name { ... }, domain "D" { ... }, address "A" { ... }: merged default < domain < address */
};

struct setting_set {
	const char *name; /* the block's name */
	enum set_kind kind;
	const char *doc;
	size_t size;                /* of the struct */
	const struct setting *rows; /* ended by key == NULL */
	/* Checks what spans several keys; may be NULL. */
	bool (*check)(const void *values, struct err *err_r);
};

const struct setting *setting_find(const struct setting_set *, struct span key);
/* The row whose key is nearest to a misspelt one (edit distance), or NULL when none is near. */
const struct setting *setting_nearest(const struct setting_set *, struct span key);
/* Edit distance, for suggestions elsewhere; capped at max + 1. */
unsigned edit_distance(struct span a, struct span b, unsigned max);

/* Texts to values: "50M", "64KiB", 1024 -> bytes; "30s", "5m", "1h", "2d", "250ms" -> microseconds; "6.25" -> 6250. */
bool setting_parse_size(struct span text, int64_t *bytes_r) MUST_USE;
bool setting_parse_duration(struct span text, int64_t *us_r) MUST_USE;
bool setting_parse_score(struct span text, int32_t *score_r) MUST_USE;

#endif
