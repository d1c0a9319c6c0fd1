/* What every store must do. Each test_*.c of this folder makes a store, empty, and runs these tests over it. */
#ifndef WINNOW_TESTS_STORE_SUITE_H
#define WINNOW_TESTS_STORE_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io/loop.h"
#include "store/store.h"

/* The state of the group of tests (cmocka: *state). */
struct world {
	struct loop *loop;
	struct store *store;
	char folder[64]; /* temporary, private */
	void *more;      /* what else the test has */
};

struct world *world_new(void);
/* Frees the store, then the loop, and removes the folder. */
void world_free(struct world *);
/* FOLDER/name; one of four buffers that take turns. */
const char *world_path(const struct world *, const char *name);

extern const struct CMUnitTest suite_tests[];
extern const size_t suite_count;

/* An operation and what came of it, with the answer copied. */
struct result {
	struct world *w;
	struct op *op;
	unsigned done;
	enum op_status status;
	struct store_answer a; /* value and records on the heap */
	char *bytes;
	struct store_record *records;
};

/* Starts; result_free() frees what came. */
void begin(struct world *, struct result *, const struct store_request *);
void result_free(struct result *);
/* Runs the loop until done; fails the test after a minute. */
void await(struct result *);
/* Runs the loop for a while. */
void pass(struct world *, int64_t us);
/* Both, and asserts OP_OK. The answer lives until the fourth next call. */
const struct store_answer *ask(struct world *, const struct store_request *);
/* The status alone. */
enum op_status try(struct world *, const struct store_request *);

struct store_key key(enum store_space space, const char *owner, const char *name);

#define GET(...) &(struct store_request){ .verb = STORE_GET, .key = key(__VA_ARGS__) }
#define DELETE(...) &(struct store_request){ .verb = STORE_DELETE, .key = key(__VA_ARGS__) }
#define PUT(bytes, us, ...) &(struct store_request){ .verb = STORE_PUT, .value = (bytes), .time_us = (us), .key = key(__VA_ARGS__) }
#define COUNT(n, us, ...) &(struct store_request){ .verb = STORE_COUNT, .number = (n), .time_us = (us), .key = key(__VA_ARGS__) }
#define CLAIM(us, ...) &(struct store_request){ .verb = STORE_CLAIM, .time_us = (us), .key = key(__VA_ARGS__) }
#define FORGET(in, who, most) &(struct store_request){ .verb = STORE_FORGET, .key = { .space = (in), .owner = span_of(who) }, .max = (most) }
#define APPEND(to, once, bytes) &(struct store_request){ .verb = STORE_APPEND, .log = (to), .key.name = span_of(once), .value = (bytes) }
#define RANGE(of, from, most) &(struct store_request){ .verb = STORE_RANGE, .log = (of), .number = (from), .max = (most) }
#define TRIM(of, before, most) &(struct store_request){ .verb = STORE_TRIM, .log = (of), .number = (before), .max = (most) }
#define REMOVE(of, at) &(struct store_request){ .verb = STORE_REMOVE, .log = (of), .number = (at) }

#define HOUR_US 3600000000LL

#endif
