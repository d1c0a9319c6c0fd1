#include "suite.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

/* The world. */

struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof(*w));

	snprintf(w->folder, sizeof(w->folder), "/tmp/winnow-store-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	w->loop = loop_new();
	return w;
}

void world_free(struct world *w)
{
	DIR *dir = opendir(w->folder);
	char path[512];

	store_free(&w->store);
	loop_free(&w->loop);
	for (struct dirent *e; dir != NULL && (e = readdir(dir)) != NULL;) {
		snprintf(path, sizeof(path), "%s/%s", w->folder, e->d_name);
		unlink(path);
	}
	closedir(dir);
	rmdir(w->folder);
	free(w);
}

const char *world_path(const struct world *w, const char *name)
{
	static char paths[4][256];
	static unsigned turn;
	char *p = paths[turn++ % 4];

	snprintf(p, sizeof(paths[0]), "%s/%s", w->folder, name);
	return p;
}

struct store_key key(enum store_space space, const char *owner, const char *name)
{
	return (struct store_key){ .space = space, .owner = span_of(owner), .name = span_of(name) };
}

/* Operations. */

static struct span copied(char **to, struct span s)
{
	char *p = *to;

	if (s.len != 0)
		memcpy(p, s.p, s.len);
	*to += s.len;
	return span_make(p, s.len);
}

static void keep(struct result *r, const struct store_answer *a)
{
	size_t size = a->value.len + 1;
	char *p;

	for (size_t i = 0; i < a->n; i++)
		size += a->v[i].key.len + a->v[i].bytes.len;
	r->bytes = p = malloc(size);
	r->records = calloc(a->n + 1, sizeof(*r->records));
	r->a = *a;
	r->a.value = copied(&p, a->value);
	r->a.v = r->records;
	for (size_t i = 0; i < a->n; i++)
		r->records[i] = (struct store_record){ a->v[i].position, copied(&p, a->v[i].key), copied(&p, a->v[i].bytes) };
}

static void done(void *ctx, enum op_status status, const void *result)
{
	struct result *r = ctx;

	assert_non_null(r->op); /* never inside start */
	r->op = NULL;
	r->done++;
	r->status = status;
	assert_int_equal(status == OP_OK, result != NULL);
	if (result != NULL)
		keep(r, result);
	loop_stop(r->w->loop);
}

void begin(struct world *w, struct result *r, const struct store_request *request)
{
	*r = (struct result){ .w = w };
	r->op = store_start(w->store, request, 20000000, done, r);
	assert_non_null(r->op);
	assert_int_equal(r->done, 0);
}

void result_free(struct result *r)
{
	op_cancel(&r->op);
	free(r->bytes);
	free(r->records);
	*r = (struct result){ .w = r->w };
}

static void too_long(void *ctx)
{
	(void)ctx;
	fail_msg("waited a minute in vain");
}

void await(struct result *r)
{
	struct timer timer;

	timer_init(&timer, r->w->loop, too_long, NULL);
	timer_set(&timer, 60000000);
	while (r->done == 0)
		loop_run(r->w->loop);
	timer_stop(&timer);
	assert_int_equal(r->done, 1);
}

static void passed(void *ctx)
{
	loop_stop(ctx);
}

void pass(struct world *w, int64_t us)
{
	int64_t end = clock_mono_us() + us;
	struct timer timer;

	timer_init(&timer, w->loop, passed, w->loop);
	while (clock_mono_us() < end) {
		timer_set(&timer, end - clock_mono_us());
		loop_run(w->loop);
	}
	timer_stop(&timer);
}

static struct result *take(struct world *w, const struct store_request *request)
{
	static struct result results[4];
	static unsigned turn;
	struct result *r = &results[turn++ % 4];

	result_free(r);
	begin(w, r, request);
	await(r);
	return r;
}

const struct store_answer *ask(struct world *w, const struct store_request *request)
{
	struct result *r = take(w, request);

	assert_int_equal(r->status, OP_OK);
	return &r->a;
}

enum op_status try(struct world *w, const struct store_request *request)
{
	return take(w, request)->status;
}

static void assert_span(struct span a, const char *b)
{
	assert_int_equal(a.len, strlen(b));
	if (a.len != 0)
		assert_memory_equal(a.p, b, a.len);
}

/* Values. */

static void test_values(void **state)
{
	struct world *w = *state;

	assert_false(ask(w, GET(STORE_NODE, "", "value"))->yes);
	assert_true(ask(w, PUT(SPAN_LIT("one"), HOUR_US, STORE_NODE, "", "value"))->yes);
	assert_span(ask(w, GET(STORE_NODE, "", "value"))->value, "one");
	ask(w, PUT(SPAN_LIT("two and more"), HOUR_US, STORE_NODE, "", "value"));
	assert_span(ask(w, GET(STORE_NODE, "", "value"))->value, "two and more");
	ask(w, PUT(SPAN_NONE, HOUR_US, STORE_NODE, "", "value"));
	assert_true(ask(w, GET(STORE_NODE, "", "value"))->yes);
	assert_span(ask(w, GET(STORE_NODE, "", "value"))->value, "");
	assert_true(ask(w, DELETE(STORE_NODE, "", "value"))->yes);
	assert_false(ask(w, GET(STORE_NODE, "", "value"))->yes);
	assert_false(ask(w, DELETE(STORE_NODE, "", "value"))->yes);
}

static void test_values_are_kept_apart(void **state)
{
	static const struct {
		enum store_space space;
		const char *owner, *name;
	} keys[] = { { STORE_NODE, "", "a" }, { STORE_SCAN, "", "a" }, { STORE_NODE, "a", "a" }, { STORE_NODE, "a:a", "a" }, { STORE_NODE, "a", "a:a" }, { STORE_NODE, "a", ":a" }, { STORE_NODE, "", "a:a" },
		{ STORE_NODE, "1:a", "a" }, { STORE_NODE, "", "aa" } };
	char text[2] = "0";

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		text[0] = (char)('0' + i);
		ask(*state, PUT(span_of(text), HOUR_US, keys[i].space, keys[i].owner, keys[i].name));
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		text[0] = (char)('0' + i);
		assert_span(ask(*state, GET(keys[i].space, keys[i].owner, keys[i].name))->value, text);
		assert_true(ask(*state, DELETE(keys[i].space, keys[i].owner, keys[i].name))->yes);
	}
}

static void test_values_of_any_bytes_and_the_largest(void **state)
{
	struct store_key k = { .space = STORE_USER };
	char owner[STORE_OWNER_MAX], name[STORE_NAME_MAX], *bytes = malloc(STORE_VALUE_MAX);
	const struct store_answer *a;

	for (size_t i = 0; i < sizeof(owner); i++)
		owner[i] = (char)i;
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = (char)(255 - i);
	for (size_t i = 0; i < STORE_VALUE_MAX; i++)
		bytes[i] = (char)(i * 7 + i / 256);
	k.owner = span_make(owner, sizeof(owner));
	k.name = span_make(name, sizeof(name));
	for (size_t len = STORE_VALUE_MAX; len != 0; len /= 3) {
		ask(*state, &(struct store_request){ .verb = STORE_PUT, .key = k, .value = span_make(bytes, len), .time_us = HOUR_US });
		a = ask(*state, &(struct store_request){ .verb = STORE_GET, .key = k });
		assert_int_equal(a->value.len, len);
		assert_memory_equal(a->value.p, bytes, len);
	}
	assert_int_equal(ask(*state, &(struct store_request){ .verb = STORE_FORGET, .key = { .space = STORE_USER, .owner = k.owner }, .max = 10 })->number, 1);
	free(bytes);
}

static void wait_gone(struct world *w, const struct store_request *get)
{
	while (ask(w, get)->yes)
		pass(w, 10000);
}

static void test_values_expire(void **state)
{
	struct world *w = *state;

	ask(w, PUT(SPAN_LIT("short"), 50000, STORE_NODE, "", "short"));
	ask(w, PUT(SPAN_LIT("long"), STORE_EXPIRY_MAX_US, STORE_NODE, "", "long"));
	ask(w, PUT(SPAN_LIT("first short"), 50000, STORE_NODE, "", "prolonged"));
	ask(w, PUT(SPAN_LIT("then long"), HOUR_US, STORE_NODE, "", "prolonged"));
	wait_gone(w, GET(STORE_NODE, "", "short"));
	assert_true(ask(w, GET(STORE_NODE, "", "long"))->yes);
	assert_true(ask(w, GET(STORE_NODE, "", "prolonged"))->yes);
	ask(w, PUT(SPAN_LIT("now short"), 50000, STORE_NODE, "", "prolonged"));
	wait_gone(w, GET(STORE_NODE, "", "prolonged"));
	assert_true(ask(w, DELETE(STORE_NODE, "", "long"))->yes);
}

/* Counters. */

static void test_counters(void **state)
{
	struct world *w = *state;

	assert_int_equal(ask(w, COUNT(0, STORE_EXPIRY_MAX_US, STORE_RATE, "", "c"))->number, 0);
	assert_int_equal(ask(w, COUNT(1, STORE_EXPIRY_MAX_US, STORE_RATE, "", "c"))->number, 1);
	assert_int_equal(ask(w, COUNT(2, STORE_EXPIRY_MAX_US, STORE_RATE, "", "c"))->number, 3);
	assert_int_equal(ask(w, COUNT(0, STORE_EXPIRY_MAX_US, STORE_RATE, "", "c"))->number, 3);
	assert_int_equal(ask(w, COUNT(5, STORE_EXPIRY_MAX_US, STORE_RATE, "who", "c"))->number, 5);
	assert_int_equal(ask(w, COUNT(1, HOUR_US * 24 * 300, STORE_RATE, "", "c"))->number, 1); /* another window: it begins anew */
	assert_true(ask(w, DELETE(STORE_RATE, "", "c"))->yes);
	assert_int_equal(ask(w, COUNT(0, HOUR_US * 24 * 300, STORE_RATE, "", "c"))->number, 0);
	assert_int_equal(ask(w, COUNT(STORE_COUNT_MAX, STORE_EXPIRY_MAX_US, STORE_RATE, "", "large"))->number, STORE_COUNT_MAX);
	assert_int_equal(ask(w, COUNT(STORE_COUNT_MAX, STORE_EXPIRY_MAX_US, STORE_RATE, "", "large"))->number, STORE_COUNT_MAX);
}

static void test_counters_forget(void **state)
{
	struct world *w = *state;
	uint64_t last = 1000, now;

	assert_true(ask(w, COUNT(1000, 200000, STORE_RATE, "", "fast"))->number <= 1000);
	while ((now = ask(w, COUNT(0, 200000, STORE_RATE, "", "fast"))->number) != 0) {
		assert_true(now <= last);
		last = now;
		pass(w, 10000);
	}
}

static void test_counters_lose_nothing_at_once(void **state)
{
	enum { N = 500 };
	struct world *w = *state;
	struct result *r = calloc(N, sizeof(*r));
	uint64_t most = 0;

	for (size_t i = 0; i < N; i++)
		begin(w, &r[i], COUNT(1, STORE_EXPIRY_MAX_US, STORE_RATE, "", "many"));
	for (size_t i = 0; i < N; i++) {
		await(&r[i]);
		assert_int_equal(r[i].status, OP_OK);
		most = r[i].a.number > most ? r[i].a.number : most;
		result_free(&r[i]);
	}
	assert_int_equal(most, N);
	free(r);
}

/* Claims. */

static void test_claims(void **state)
{
	struct world *w = *state;
	struct result r[50];
	unsigned first = 0;

	assert_true(ask(w, CLAIM(HOUR_US, STORE_ANSWERED, "who", "once"))->yes);
	assert_false(ask(w, CLAIM(HOUR_US, STORE_ANSWERED, "who", "once"))->yes);
	assert_true(ask(w, CLAIM(HOUR_US, STORE_ANSWERED, "other", "once"))->yes);
	for (size_t i = 0; i < 50; i++)
		begin(w, &r[i], CLAIM(HOUR_US, STORE_ANSWERED, "", "race"));
	for (size_t i = 0; i < 50; i++) {
		await(&r[i]);
		first += r[i].a.yes;
		result_free(&r[i]);
	}
	assert_int_equal(first, 1);
	assert_true(ask(w, CLAIM(50000, STORE_ANSWERED, "", "short"))->yes);
	while (!ask(w, CLAIM(HOUR_US, STORE_ANSWERED, "", "short"))->yes)
		pass(w, 10000);
	assert_true(ask(w, DELETE(STORE_ANSWERED, "", "race"))->yes);
	assert_true(ask(w, CLAIM(HOUR_US, STORE_ANSWERED, "", "race"))->yes);
}

/* Personal data. */

static void test_forget(void **state)
{
	struct world *w = *state;
	unsigned steps = 1;
	char name[8];

	for (unsigned i = 0; i < 25; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_USER, "alice@example.com", name));
	}
	ask(w, COUNT(3, HOUR_US, STORE_USER, "alice@example.com", "counter"));
	ask(w, CLAIM(HOUR_US, STORE_USER, "alice@example.com", "claim"));
	ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_USER, "alice@example.com.test", "n"));
	ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_USER, "alice@example.co", "m"));
	ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_SCAN, "alice@example.com", "n1"));
	ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_USER, "alice@example.com", "deleted"));
	ask(w, DELETE(STORE_USER, "alice@example.com", "deleted"));
	for (uint64_t n = 0;; steps++) {
		const struct store_answer *a = ask(w, FORGET(STORE_USER, "alice@example.com", 10));

		assert_true(a->number <= 10);
		n += a->number;
		if (!a->more) {
			assert_int_equal(n, 27);
			break;
		}
	}
	assert_int_equal(steps, 3);
	assert_false(ask(w, GET(STORE_USER, "alice@example.com", "n3"))->yes);
	assert_int_equal(ask(w, COUNT(0, HOUR_US, STORE_USER, "alice@example.com", "counter"))->number, 0);
	assert_true(ask(w, CLAIM(HOUR_US, STORE_USER, "alice@example.com", "claim"))->yes);
	assert_true(ask(w, GET(STORE_USER, "alice@example.com.test", "n"))->yes);
	assert_true(ask(w, GET(STORE_USER, "alice@example.co", "m"))->yes);
	assert_true(ask(w, GET(STORE_SCAN, "alice@example.com", "n1"))->yes);
	assert_int_equal(ask(w, FORGET(STORE_USER, "nobody", 10))->number, 0);
}

/* Logs. */

static void test_log(void **state)
{
	struct world *w = *state;
	const struct store_answer *a;
	uint64_t p[5];

	assert_int_equal(ask(w, RANGE(STORE_LOG_AUDIT, 0, 10))->n, 0);
	for (unsigned i = 0; i < 5; i++) {
		char text[2] = { (char)('a' + i), 0 };

		a = ask(w, APPEND(STORE_LOG_AUDIT, "", span_of(i == 3 ? "" : text)));
		assert_true(a->yes);
		p[i] = a->number;
		assert_true(i == 0 ? p[0] >= 1 : p[i] > p[i - 1]);
	}
	a = ask(w, RANGE(STORE_LOG_AUDIT, 0, 3));
	assert_int_equal(a->n, 3);
	assert_true(a->more);
	assert_int_equal(a->v[0].position, p[0]);
	assert_span(a->v[2].bytes, "c");
	a = ask(w, RANGE(STORE_LOG_AUDIT, p[2] + 1, 1000));
	assert_int_equal(a->n, 2);
	assert_false(a->more);
	assert_int_equal(a->v[0].position, p[3]);
	assert_span(a->v[0].bytes, "");
	assert_span(a->v[1].bytes, "e");
	assert_int_equal(ask(w, RANGE(STORE_LOG_AUDIT, p[4] + 1, 1000))->n, 0);
	assert_int_equal(ask(w, RANGE(STORE_LOG_HISTORY, 0, 1000))->n, 0);
	assert_true(ask(w, REMOVE(STORE_LOG_AUDIT, p[1]))->yes);
	assert_false(ask(w, REMOVE(STORE_LOG_AUDIT, p[1]))->yes);
	a = ask(w, RANGE(STORE_LOG_AUDIT, p[0], 1000));
	assert_int_equal(a->n, 4);
	assert_int_equal(a->v[1].position, p[2]);
	a = ask(w, TRIM(STORE_LOG_AUDIT, p[4], 2));
	assert_int_equal(a->number, 2);
	assert_true(a->more);
	a = ask(w, TRIM(STORE_LOG_AUDIT, p[4], 2));
	assert_int_equal(a->number, 1);
	assert_false(a->more);
	assert_int_equal(ask(w, TRIM(STORE_LOG_AUDIT, p[4] + 100, 1000))->number, 1);
	assert_true(ask(w, APPEND(STORE_LOG_AUDIT, "", SPAN_LIT("later")))->number > p[4]); /* also when all is gone */
}

static void test_log_once(void **state)
{
	enum { N = 40 };
	struct world *w = *state;
	const struct store_answer *a;
	struct result r[N];
	uint64_t p, appended = 0;

	a = ask(w, APPEND(STORE_LOG_LEARN, "event 1", SPAN_LIT("first")));
	assert_true(a->yes);
	p = a->number;
	a = ask(w, APPEND(STORE_LOG_LEARN, "event 1", SPAN_LIT("second")));
	assert_false(a->yes);
	assert_int_equal(a->number, p);
	assert_true(ask(w, APPEND(STORE_LOG_HISTORY, "event 1", SPAN_LIT("elsewhere")))->yes);
	for (size_t i = 0; i < N; i++)
		begin(w, &r[i], APPEND(STORE_LOG_LEARN, "race", SPAN_LIT("racing")));
	for (size_t i = 0; i < N; i++) {
		await(&r[i]);
		appended += r[i].a.yes;
		result_free(&r[i]);
	}
	assert_int_equal(appended, 1);
	a = ask(w, RANGE(STORE_LOG_LEARN, p, 1000));
	assert_int_equal(a->n, 2);
	assert_span(a->v[0].key, "event 1");
	assert_span(a->v[0].bytes, "first");
	assert_span(a->v[1].key, "race");
	/* The key goes with its record. */
	assert_int_equal(ask(w, TRIM(STORE_LOG_LEARN, p + 1, 1000))->number, 1);
	a = ask(w, APPEND(STORE_LOG_LEARN, "event 1", SPAN_LIT("third")));
	assert_true(a->yes);
	assert_true(ask(w, REMOVE(STORE_LOG_LEARN, a->number))->yes);
	assert_true(ask(w, APPEND(STORE_LOG_LEARN, "event 1", SPAN_LIT("fourth")))->yes);
}

static void test_log_of_large_records(void **state)
{
	struct world *w = *state;
	char *bytes = malloc(STORE_VALUE_MAX);
	uint64_t from = 1, records = 0, answers = 0;
	const struct store_answer *a;

	for (unsigned i = 0; i < 40; i++) {
		memset(bytes, (int)i, STORE_VALUE_MAX);
		ask(w, APPEND(STORE_LOG_HISTORY, "", span_make(bytes, STORE_VALUE_MAX - i)));
	}
	do {
		size_t size = 0;

		a = ask(w, RANGE(STORE_LOG_HISTORY, from, 1000));
		for (size_t i = 0; i < a->n; i++) {
			if (a->v[i].key.len != 0) /* of another test */
				continue;
			assert_int_equal(a->v[i].bytes.len, STORE_VALUE_MAX - records);
			memset(bytes, (int)records++, STORE_VALUE_MAX);
			assert_memory_equal(a->v[i].bytes.p, bytes, a->v[i].bytes.len);
			size += a->v[i].bytes.len;
		}
		assert_true(size <= STORE_RANGE_BYTES);
		from = a->n != 0 ? a->v[a->n - 1].position + 1 : from;
		answers++;
	} while (a->more);
	assert_int_equal(records, 40);
	assert_true(answers >= 3);
	while (ask(w, TRIM(STORE_LOG_HISTORY, from, 7))->more)
		;
	assert_int_equal(ask(w, RANGE(STORE_LOG_HISTORY, 0, 7))->n, 0);
	free(bytes);
}

/* Operations. */

static void test_many_at_once(void **state)
{
	enum { N = 2500 };
	struct world *w = *state;
	struct result *r = calloc(N, sizeof(*r));
	char name[16];

	for (unsigned i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "many %u", i);
		begin(w, &r[i], PUT(span_of(name), HOUR_US, STORE_SCAN, "", name));
	}
	for (unsigned i = 0; i < N; i++) {
		await(&r[i]);
		assert_int_equal(r[i].status, OP_OK);
		result_free(&r[i]);
	}
	for (unsigned i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "many %u", i);
		begin(w, &r[i], GET(STORE_SCAN, "", name));
	}
	for (unsigned i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "many %u", i);
		await(&r[i]);
		assert_span(r[i].a.value, name);
		result_free(&r[i]);
	}
	free(r);
}

struct chain {
	struct world *w;
	struct result other;
	struct op *op;
	unsigned n;
};

/* In done(): the next is started, another is cancelled. */
static void chain_done(void *ctx, enum op_status status, const void *answer)
{
	struct chain *c = ctx;

	(void)answer;
	assert_int_equal(status, OP_OK);
	op_cancel(&c->other.op);
	c->op = NULL;
	if (++c->n < 20)
		c->op = store_start(c->w->store, c->n % 2 != 0 ? GET(STORE_NODE, "", "chain") : PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "", "chain"), 0, chain_done, c);
	else
		loop_stop(c->w->loop);
}

static void test_cancel_and_start_within_done(void **state)
{
	struct world *w = *state;
	struct chain c = { .w = w };
	struct result r[3];

	for (unsigned i = 0; i < 3; i++)
		begin(w, &r[i], i == 1 ? GET(STORE_NODE, "", "x") : PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "", "cancelled"));
	for (unsigned i = 0; i < 3; i++)
		op_cancel(&r[i].op);
	c.op = store_start(w->store, PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "", "chain"), 0, chain_done, &c);
	begin(w, &c.other, PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "", "other"));
	while (c.n < 20)
		loop_run(w->loop);
	pass(w, 20000);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(r[i].done, 0);
	assert_int_equal(c.other.done, 0);
}

const struct CMUnitTest suite_tests[] = {
	cmocka_unit_test(test_values),
	cmocka_unit_test(test_values_are_kept_apart),
	cmocka_unit_test(test_values_of_any_bytes_and_the_largest),
	cmocka_unit_test(test_values_expire),
	cmocka_unit_test(test_counters),
	cmocka_unit_test(test_counters_forget),
	cmocka_unit_test(test_counters_lose_nothing_at_once),
	cmocka_unit_test(test_claims),
	cmocka_unit_test(test_forget),
	cmocka_unit_test(test_log),
	cmocka_unit_test(test_log_once),
	cmocka_unit_test(test_log_of_large_records),
	cmocka_unit_test(test_many_at_once),
	cmocka_unit_test(test_cancel_and_start_within_done),
};
const size_t suite_count = sizeof(suite_tests) / sizeof(suite_tests[0]);
