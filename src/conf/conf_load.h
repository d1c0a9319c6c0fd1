/* Loading: what the files that turn Lua into blocks share; for nobody else. */
#ifndef WINNOW_CONF_CONF_LOAD_H
#define WINNOW_CONF_CONF_LOAD_H

#include "conf/conf_int.h"
#include "vm/vm.h"

/* A file (or text) being read. */
struct source {
	const char *name;    /* in the conf's arena: origins point to it */
	struct span text;
	const uint32_t *lines; /* offsets of their beginnings */
	size_t nlines;
};

/* "key =" in a table of the source. */
struct key_place {
	struct span key;
	unsigned line;
	unsigned depth;      /* 1: of the block's own table */
	size_t at;           /* offset, for order */
};

struct read_assign {
	struct set_conf *set;
	struct assign a;
};

#define KEYS_MAX 4096

/* The places of the keys of the block that was read last. */
struct key_places {
	struct key_place *v; /* KEYS_MAX */
	size_t n;
	size_t scanned;      /* bytes read in search of keys so far; bounded */
};

struct loader {
	struct conf *conf;
	struct vm *vm;
	struct arena *scratch; /* dies after loading */
	struct map sources;    /* "NAME" -> struct source, the latest of that name */
	size_t nfiles, nbytes;
	unsigned depth;        /* of include */
	bool from_file;        /* include is possible */
	bool layered;          /* domain and address are */
	struct key_places places;
	/* Of the block being read; the memory is used again for the next. */
	struct read_assign *reads;
	size_t nreads, cap_reads;
	struct assign *mine;
	size_t nmine, cap_mine;
	bool failed;           /* the first error counts, even when a pcall swallowed it */
	struct err err;
	struct {               /* NAME "which" that has not got its table yet */
		bool open;
		const char *block;
		struct span name;
		struct origin from;
	} pending;
};

/* conf_keys.c */
struct source *source_new(struct loader *, const char *name, struct span text);
/* Finds the keys of the block that a call of "block" in this line makes. named: a name stands before its table. */
void keys_scan(struct loader *, const struct source *, unsigned line, struct span block, bool named);
/* Of the block's own table (in == NULL), or of the table that is the value of "in". NULL: not found. */
const struct key_place *keys_find(const struct loader *, const struct key_place *in, struct span key);

/* conf_read.c */
struct target {
	const char *block;          /* the word in the configuration */
	struct span name;           /* "which", or "" */
	bool layered;               /* keys of all SET_LAYERED sets, else of "only" */
	struct set_conf *only;
	struct origin from;         /* of the block */
};

/* The table on top of the stack becomes ld->reads. False: load_fail was called. */
bool read_block(struct loader *, lua_State *, const struct target *) MUST_USE;

/* conf_load.c: remembers the first error, with its place in front; false. */
bool load_fail(struct loader *, struct origin, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
