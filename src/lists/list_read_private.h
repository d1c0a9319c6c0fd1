/* What the files of the reader share; for nobody else. */
#ifndef WINNOW_LISTS_LIST_READ_PRIVATE_H
#define WINNOW_LISTS_LIST_READ_PRIVATE_H

#include "lists/list_read.h"
#include "vm/vm.h"

/* One definition being read; the value at hand is on top of the Lua stack. */
struct list_reading {
	struct list_reader *r;
	lua_State *L;
	struct list_def *def;
	unsigned line;           /* of the call */
	const char *part;        /* "codes[3]", or NULL */
	const char *key;         /* being read, or NULL */
	struct list_code *code;  /* being read, or NULL */
	/* Of the code, or of a list without codes. */
	const char *symbol, *doc;
	score_t score;
	bool has_score;
	struct list_code *codes;
	size_t ncodes, cap_codes;
	size_t nsymbols, cap_symbols;
};

/* A key of a table: read() gets the value on top of the stack. */
struct list_key {
	const char *name;
	bool (*read)(struct list_reading *);
};

/* list_value.c. All return false when they fail, and tell why. */
bool list_fail(struct list_reading *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool list_fail_type(struct list_reading *, const char *wanted);
bool list_fail_word(struct list_reading *, struct span word, const char *nearest);
struct list_nearest {
	const char *word;
	unsigned distance;
};
void list_nearest_offer(struct list_nearest *, struct span misspelt, const char *candidate);
/* The string at the top, in the arena; one line, not empty. */
bool list_string(struct list_reading *, struct span *s_r);
bool list_text(struct list_reading *, const char **s_r);
bool list_bool(struct list_reading *, bool *b_r);
bool list_integer(struct list_reading *, int64_t min, int64_t max, int64_t *n_r);
/* One word of several; number_r: its index. */
bool list_word(struct list_reading *, const char *const *words, unsigned *number_r);
/* Calls fn for every element of the list at the top; a value that is no table is a list of one. */
bool list_each(struct list_reading *, bool (*fn)(struct list_reading *, void *), void *ctx);
/* Reads the table at the top: unknown keys are errors. keys: ended by name == NULL. */
bool list_keys(struct list_reading *, const struct list_key *keys);

/* list_keys.c: the table on top becomes a definition. */
bool list_make(struct list_reader *, lua_State *, struct span name, unsigned line);

#endif
