/* Self-tests: which lists are switched off, when they come back, and that nothing counts meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/log.h"
#include "world.h"

#define PLAIN "From: a@example.net\r\nSubject: x\r\n\r\nhello\r\n"
#define POINTS "2.0.0.127.bl.example A 127.0.0.2\n"
#define LISTED "1.2.0.192.bl.example A 127.0.0.2\n"

static const char list_a[] =
	"list 'a' { zone = 'bl.example', site = 'https://bl.example/', look_up = 'client', refused = { ['127.0.0.1'] = 'over quota' },\n"
	"  codes = { { code = '127.0.0.2', symbol = 'A', score = 3, doc = 'x' }, { code = '127.0.0.5', symbol = 'A_GOOD', score = -1, doc = 'x' } },\n"
	"  test = { listed = '127.0.0.2', unlisted = '127.0.0.1' } }\n";

/* What was logged since the begin; to be freed. */
struct logged {
	char path[32];
};

static void log_begins(struct logged *l)
{
	struct err err;
	struct span target;
	char text[64];

	snprintf(l->path, sizeof(l->path), "/tmp/winnow-log-XXXXXX");
	close(mkstemp(l->path));
	snprintf(text, sizeof(text), "file:%s", l->path);
	target = span_of(text);
	assert_true(log_open(target, LOG_LEVEL_INFO, &err));
}

static unsigned log_count(const struct logged *l, const char *what)
{
	char line[2048];
	FILE *f = fopen(l->path, "r");
	unsigned n = 0;

	while (fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, what) != NULL;
	fclose(f);
	return n;
}

static void log_ends(struct logged *l)
{
	log_close();
	unlink(l->path);
}

static void test_judgement(void **state)
{
	static const struct {
		const char *answers;
		enum list_health health;
		const char *why;
	} rows[] = {
		{ POINTS LISTED, LIST_WORKS, "" },
		{ LISTED, LIST_DEAD, "its test point is not listed" },
		{ "2.0.0.127.bl.example A TIMEOUT\n" LISTED, LIST_DEAD, "no answer" },
		{ "2.0.0.127.bl.example A SERVFAIL\n" LISTED, LIST_DEAD, "no answer" },
		{ "*.bl.example A 127.0.0.2\n", LIST_WORLD, "a name that is never listed is listed" },
		{ POINTS "1.0.0.127.bl.example A 127.0.0.77\n" LISTED, LIST_WORLD, "a name that is never listed is listed" },
		{ "*.bl.example A 127.0.0.1\n", LIST_REFUSES, "over quota" },
		{ "*.bl.example A 127.255.255.254\n", LIST_REFUSES, "the list refuses to answer this resolver" },
		{ "*.bl.example A 198.51.100.1\n", LIST_ASTRAY, "it answers with an address outside of 127.0.0.0/8" },
		{ POINTS "1.0.0.127.bl.example A TIMEOUT\n" LISTED, LIST_WORKS, "" },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct logged l;

		log_begins(&l);
		world_open(&w, "lists { enable = { 'a' } }", list_a);
		world_dns(&w, rows[i].answers);
		world_start(&w, true);
		assert_int_equal(list_states_health(w.services.lists, 0), rows[i].health);
		assert_string_equal(list_states_why(w.services.lists, 0), rows[i].why);
		for (unsigned n = 0; n < 3; n++) {
			world_scan(&w, "192.0.2.1", PLAIN);
			assert_int_equal(world_hit(&w, "A") != NULL, rows[i].health == LIST_WORKS);
			assert_int_equal(world_find(&w, "A_UNAVAILABLE") != NULL, rows[i].health != LIST_WORKS);
		}
		/* Two questions are the test's; a list that is off is asked no more. */
		assert_int_equal(dns_table_asked(w.table), rows[i].health == LIST_WORKS ? 5 : 2);
		assert_int_equal(log_count(&l, "msg=\"list switched off\" list=a"), rows[i].health != LIST_WORKS);
		world_close(&w);
		log_ends(&l);
	}
}

/* Messages that come before the first test is over wait for its outcome. */
static void test_first_messages_wait(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'a' } }", list_a);
	world_dns(&w, POINTS LISTED);
	world_start(&w, false);
	world_scan(&w, "192.0.2.1", PLAIN);
	assert_non_null(world_hit(&w, "A"));
	world_close(&w);
	world_open(&w, "lists { enable = { 'a' } }", list_a);
	world_dns(&w, "*.bl.example A 127.0.0.2\n");
	world_start(&w, false);
	world_scan(&w, "192.0.2.1", PLAIN);
	assert_null(world_hit(&w, "A"));
	assert_non_null(world_find(&w, "A_UNAVAILABLE"));
	world_close(&w);
}

/* A scan that is given up while it waits leaves nothing behind; so does the end of the process. */
static void test_cancelled_while_waiting(void **state)
{
	struct world w;

	(void)state;
	world_open(&w, "lists { enable = { 'a' } }", list_a);
	world_start(&w, false);
	for (unsigned i = 0; i < 3; i++) {
		w.tx = (struct transaction){ .arena = arena_new(0), .raw = SPAN_LIT(PLAIN) };
		assert_true(ip_parse(SPAN_LIT("192.0.2.1"), &w.tx.client.ip));
		w.scan = scan_start(w.engine, &w.services, &w.tx, STAGE_MESSAGE, 1000000, NULL, NULL);
		scan_cancel(&w.scan);
		arena_free(&w.tx.arena);
	}
	loop_poll(w.loop);
	world_close(&w);
}

/* A live answer that refuses switches the list off, tells it once, and the refusal is counted for nobody. */
static void test_refused_live(void **state)
{
	struct logged l;
	struct world w;

	(void)state;
	log_begins(&l);
	world_open(&w, "lists { enable = { 'a' } }", list_a);
	world_dns(&w, POINTS LISTED "9.2.0.192.bl.example A 127.0.0.1\n");
	world_start(&w, true);
	world_scan(&w, "192.0.2.9", PLAIN);
	assert_null(world_hit(&w, "A"));
	assert_int_equal(list_states_health(w.services.lists, 0), LIST_REFUSES);
	for (unsigned i = 0; i < 3; i++) {
		world_scan(&w, "192.0.2.1", PLAIN);
		assert_null(world_hit(&w, "A"));
	}
	assert_int_equal(log_count(&l, "list switched off"), 1);
	assert_int_equal(log_count(&l, "why=\"over quota\""), 1);
	assert_int_equal(list_states_counters(w.services.lists, 0)->asked, 1);
	world_close(&w);
	log_ends(&l);
}

static void retest(struct world *w)
{
	list_states_test(w->services.lists, 0);
	for (unsigned i = 0; i < 8; i++)
		loop_poll(w->loop);
}

static void test_comes_back(void **state)
{
	struct logged l;
	struct world w;

	(void)state;
	log_begins(&l);
	world_open(&w, "lists { enable = { 'a' } }", list_a);
	world_dns(&w, "");
	world_start(&w, true);
	assert_int_equal(list_states_health(w.services.lists, 0), LIST_DEAD);
	retest(&w);
	assert_int_equal(log_count(&l, "list switched off"), 1); /* known already */
	world_dns(&w, POINTS LISTED);
	retest(&w);
	assert_int_equal(list_states_health(w.services.lists, 0), LIST_WORKS);
	assert_int_equal(log_count(&l, "msg=\"list works again\" list=a"), 1);
	world_scan(&w, "192.0.2.1", PLAIN);
	assert_non_null(world_hit(&w, "A"));
	/* One lost answer is no death; two are. */
	world_dns(&w, "2.0.0.127.bl.example A TIMEOUT\n");
	retest(&w);
	assert_int_equal(list_states_health(w.services.lists, 0), LIST_WORKS);
	retest(&w);
	assert_int_equal(list_states_health(w.services.lists, 0), LIST_DEAD);
	assert_int_equal(log_count(&l, "list switched off"), 2);
	world_close(&w);
	log_ends(&l);
}

static void test_own_addresses(void **state)
{
	struct logged l;
	struct world w;

	(void)state;
	log_begins(&l);
	world_open(&w, "lists { enable = { 'a' }, watch = { '192.0.2.1', '192.0.2.2', '192.0.2.3' } }", list_a);
	/* One listed, one not, one on good terms. */
	world_dns(&w, POINTS LISTED "3.2.0.192.bl.example A 127.0.0.5\n");
	world_start(&w, true);
	retest(&w);
	retest(&w);
	assert_int_equal(list_states_own_listed(w.services.lists), 1);
	assert_int_equal(log_count(&l, "msg=\"own address is listed\" ip=192.0.2.1 list=a symbol=A site=https://bl.example/"), 1);
	assert_int_equal(log_count(&l, "own address is listed"), 1);
	world_dns(&w, POINTS);
	retest(&w);
	assert_int_equal(list_states_own_listed(w.services.lists), 0);
	assert_int_equal(log_count(&l, "own address is not listed any more"), 1);
	/* Of a list that lists the world nothing follows. */
	world_dns(&w, "*.bl.example A 127.0.0.2\n");
	retest(&w);
	assert_int_equal(list_states_own_listed(w.services.lists), 0);
	world_close(&w);
	log_ends(&l);
}

/* Only one process of a generation talks. */
static void test_quiet(void **state)
{
	struct logged l;
	struct world w;

	(void)state;
	log_begins(&l);
	world_open(&w, "lists { enable = { 'a' }, watch = { '192.0.2.1' } }", list_a);
	world_dns(&w, POINTS LISTED);
	w.services.lists = list_states_new(w.loop, w.services.dns, w.lists, false);
	for (unsigned i = 0; i < 8; i++)
		loop_poll(w.loop);
	assert_int_equal(list_states_health(w.services.lists, 0), LIST_WORKS);
	assert_int_equal(dns_table_asked(w.table), 2);
	list_states_off(w.services.lists, 0, LIST_REFUSES, "x");
	assert_int_equal(log_count(&l, "list"), 0);
	world_close(&w);
	log_ends(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_judgement),  cmocka_unit_test(test_first_messages_wait), cmocka_unit_test(test_cancelled_while_waiting), cmocka_unit_test(test_refused_live),
		cmocka_unit_test(test_comes_back), cmocka_unit_test(test_own_addresses),       cmocka_unit_test(test_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
