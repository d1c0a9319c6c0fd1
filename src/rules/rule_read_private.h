/* What the files of the reader share; for nobody else. */
#ifndef WINNOW_RULES_RULE_READ_PRIVATE_H
#define WINNOW_RULES_RULE_READ_PRIVATE_H

#include "base/map.h"
#include "base/setting.h"
#include "rules/rule_read.h"

#define LIST_TYPE "winnow.list"
#define PATH_MAX_STEPS (2 * CONDITION_DEPTH_MAX + 8)

struct rule_source {
	const char *name;
	struct span text;
};

/* The way from a rule's table to the value that is read: keys, and numbers in lists. */
struct rule_step {
	struct span key;     /* p == NULL: by number */
	unsigned index;
};

/* One rule being read; the value at hand is on top of the Lua stack. */
struct rule_reading {
	struct rule_reader *r;
	lua_State *L;
	struct rule_def *def;
	const struct rule_source *source; /* may be NULL */
	unsigned line;
	struct rule_step path[PATH_MAX_STEPS];
	size_t npath;
	unsigned depth;      /* of all, any, none */
};

/* rule_lines.c: the line of the value that the path leads to, from the rule's own line on; where the table does not tell, the nearest above it. */
unsigned rule_lines_find(struct span text, unsigned line, const struct rule_step *path, size_t n);

/* rule_value.c. False always. */
bool rule_fail_at(struct rule_reader *, const struct rule_source *, unsigned line, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
bool rule_fail(struct rule_reading *, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "... must be WANTED, not (what it is)". */
bool rule_fail_type(struct rule_reading *, const char *wanted);
bool rule_fail_unknown(struct rule_reading *, const char *what, struct span word, const char *nearest);
void rule_enter(struct rule_reading *, struct span key, unsigned index);
void rule_leave(struct rule_reading *);
/* The string at the top; in the generation's arena. */
bool rule_string(struct rule_reading *, struct span *s_r);
bool rule_number(struct rule_reading *, int64_t min, int64_t max, int64_t *n_r);
bool rule_size(struct rule_reading *, uint64_t *bytes_r);
/* Calls fn for every element of the list at the top; a value that is no table is a list of one. The elements must be 1..n. */
bool rule_each(struct rule_reading *, bool (*fn)(struct rule_reading *, void *), void *ctx);

/* The nearest of words to a misspelt one; NULL: none is near. */
struct rule_nearest {
	const char *word;
	unsigned distance;
};
void rule_nearest_offer(struct rule_nearest *, struct span misspelt, const char *candidate);

/* rule_read_condition.c */
bool rule_condition_key(struct span key);
/* The keys by number; NULL behind the last. */
const char *rule_condition_name(size_t);
void rule_condition_nearest(struct rule_nearest *, struct span misspelt);
/* Reads the value at the top of a key of a condition. */
bool rule_read_condition_value(struct rule_reading *, struct condition *, struct span key);
/* Reads the table at the top. */
bool rule_read_condition(struct rule_reading *, struct condition **c_r);
struct matcher *rule_read_matcher(struct rule_reading *, enum text_kind, bool plain, bool whole);

/* rule_list.c */
int rule_list_call(lua_State *);
/* rule_said.c: text(PATTERN...) gives the patterns with "\s" for every blank; said(PATTERN...) two conditions, the same in subject and in body. */
int rule_text_call(lua_State *);
int rule_said_call(lua_State *);
void rule_list_open(lua_State *);
/* The list file that the value at the top names; read when new. */
struct matcher_list *rule_list_get(struct rule_reading *);

/* rule_keys.c: the table on top of the stack becomes a rule. */
bool rule_make(struct rule_reader *, lua_State *, struct span name, const struct rule_source *, unsigned line);

/* rule_read.c: of the script that is running. */
struct rule_reader *rule_reader_of(lua_State *);
const struct rule_source *rule_here(struct rule_reader *, lua_State *, unsigned *line_r);
int rule_stop(lua_State *);

#endif
