/* What the files of conf/ share; for nobody else. */
#ifndef WINNOW_CONF_CONF_INT_H
#define WINNOW_CONF_CONF_INT_H

#include "base/map.h"
#include "conf/conf.h"

/* Where a value was written; file NULL: built in. Line 0: unknown. */
struct origin {
	const char *file;
	unsigned line;
};

union value {
	bool flag;
	int64_t number; /* SET_INT, SET_SIZE, SET_DURATION */
	int32_t score;
	int word;
	struct span text;
	struct span_list strings;
	struct score_list scores; /* sorted by name, each name once */
};

/* key = value, as one layer has it. */
struct assign {
	const struct setting *row;
	struct origin from;
	union value value;
};

struct block {
	struct span name;     /* "" for the base block */
	struct origin from;   /* where it was given last */
	struct assign *v;     /* one per row at most */
	size_t n;
	const void *values;   /* merged; filled by conf_merge */
};

struct block_list {
	struct map by_name;
	struct block **v;     /* in order of first appearance */
	size_t n, cap;
};

struct merged {
	struct span name;     /* of the first block that gave these values */
	const void *values;
};

struct set_conf {
	const struct setting_set *set;
	void *defaults;
	struct block base;                    /* SET_ONE, SET_LAYERED */
	struct block_list named;              /* SET_NAMED */
	struct block_list domains, addresses; /* SET_LAYERED */
	struct map known;                     /* bytes of a merged struct -> struct merged */
	struct merged **merged;               /* the different ones */
	size_t nmerged, cap_merged;
};

struct conf {
	struct arena *arena;
	struct set_conf *sets;
	size_t nsets;
	struct map strings; /* interned, so that equal values are equal bytes */
	struct map lists;
};

enum layer { LAYER_DEFAULT, LAYER_BASE, LAYER_DOMAIN, LAYER_ADDRESS };

/* conf_value.c: values in structs, in the conf's memory, and as text. */
struct span value_intern(struct conf *, struct span);
/* v: elements (spans interned); copied. */
struct span_list value_intern_strings(struct conf *, const struct span *v, size_t n);
/* v is sorted by name, each name is interned. */
struct score_list value_intern_scores(struct conf *, const struct score_item *v, size_t n);
/* Writes the value into its field; scores are merged name by name with what is there. */
void value_apply(struct conf *, void *values, const struct setting *, const union value *);
union value value_load(const void *values, const struct setting *);
bool value_eq(const struct setting *, const union value *, const union value *);
/* As one would write it in the configuration. */
void value_text(struct buf *, const struct setting *, const union value *);
void value_quote(struct buf *, struct span);
/* A key as it stands in a table: bare where it is a Lua name, else ["key"]. */
void value_key(struct buf *, struct span key);
/* A number in the stored unit of the row's type. */
void value_number_text(struct buf *, enum set_type, int64_t);
const char *value_wanted(const struct setting *);

/* conf_layer.c */
struct set_conf *conf_set(const struct conf *, const struct setting_set *);
struct set_conf *conf_set_named(const struct conf *, struct span name);
struct block *block_find(const struct block_list *, struct span name);
struct block *block_make(struct conf *, struct block_list *, struct span name);
const struct assign *block_get(const struct block *, const struct setting *);
/* Later values win key by key, scores name by name. */
void block_add(struct conf *, struct block *, const struct assign *v, size_t n);
/* Makes the structs of all layers and runs the sets' checks over them. */
bool conf_merge(struct conf *, struct err *err_r) MUST_USE;
/* The blocks that speak for an address, or NULL. */
const struct block *layer_address(const struct set_conf *, struct span address, char delimiter);
const struct block *layer_domain(const struct set_conf *, struct span address);
struct span address_domain(struct span address);

/* conf_load.c */
#define SUGGEST_MAX 3
/* Keeps the nearer of two candidates for a misspelt word; start with { .distance = SUGGEST_MAX + 1 }. */
struct nearest {
	struct span word, set; /* set: the block of a key, or "" */
	unsigned distance;
};
void nearest_offer(struct nearest *, struct span misspelt, struct span candidate, struct span set);

#endif
