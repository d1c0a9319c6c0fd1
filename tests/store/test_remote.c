/* A store over a socket: the suite with the embedded store behind it, then what happens when either end dies or misbehaves. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/store_lmdb.h"
#include "store/store_remote.h"
#include "store/store_serve.h"
#include "store/store_wire.h"
#include "suite.h"

struct sides {
	struct store *inner;
	struct store_server *server;
	unsigned client_gone, lost;
	enum imsg_end why;
	struct loop *loop;
};

static void client_gone(void *ctx, enum imsg_end why)
{
	struct sides *s = ctx;

	store_server_free(&s->server);
	s->client_gone++;
	s->why = why;
	loop_stop(s->loop);
}

static void lost(void *ctx, enum imsg_end why)
{
	struct sides *s = ctx;

	s->lost++;
	s->why = why;
	loop_stop(s->loop);
}

/* One end is the server's; the other is given. */
static int serve(struct world *w, uint32_t verbs)
{
	struct sides *s = w->more;
	int fds[2];

	assert_true(imsg_pair(fds));
	s->server = store_serve(w->loop, fds[0], s->inner, verbs, client_gone, s);
	return fds[1];
}

static struct world *sides_new(bool connect)
{
	struct world *w = world_new();
	struct sides *s = calloc(1, sizeof(*s));
	struct store_lmdb_options o = { .loop = w->loop, .path = world_path(w, "store"), .size = 64 << 20, .quiet = true };
	struct err err;

	s->loop = w->loop;
	s->inner = store_lmdb_open(&o, &err);
	assert_non_null(s->inner);
	w->more = s;
	w->store = store_remote_new(w->loop, connect ? serve(w, STORE_ALLOW_ALL) : -1, lost, s);
	return w;
}

static void sides_free(struct world *w)
{
	struct sides *s = w->more;

	store_free(&w->store);
	store_server_free(&s->server);
	store_free(&s->inner);
	world_free(w);
	free(s);
}

static int setup(void **state)
{
	*state = sides_new(true);
	return 0;
}

static int teardown(void **state)
{
	sides_free(*state);
	return 0;
}

static void test_server_dies_and_comes_back(void **state)
{
	struct world *w = sides_new(true);
	struct sides *s = w->more;
	struct result r[200];

	(void)state;
	ask(w, PUT(SPAN_LIT("x"), HOUR_US, STORE_NODE, "", "k"));
	for (size_t i = 0; i < 200; i++) /* more than are under way at once */
		begin(w, &r[i], PUT(SPAN_LIT("y"), HOUR_US, STORE_NODE, "", "k"));
	op_cancel(&r[3].op);
	op_cancel(&r[150].op);
	store_server_free(&s->server);
	for (size_t i = 0; i < 200; i++) {
		if (i == 3 || i == 150)
			continue;
		await(&r[i]);
		assert_int_equal(r[i].status, OP_FAIL);
	}
	assert_int_equal(s->lost, 1);
	assert_int_equal(s->why, IMSG_CLOSED);
	assert_false(store_remote_attached(w->store));
	assert_int_equal(try(w, GET(STORE_NODE, "", "k")), OP_FAIL);
	store_remote_attach(w->store, serve(w, STORE_ALLOW_ALL));
	assert_true(ask(w, GET(STORE_NODE, "", "k"))->yes);
	assert_int_equal(s->lost, 1);
	sides_free(w);
}

static void test_no_socket_yet(void **state)
{
	struct world *w = sides_new(false);

	(void)state;
	assert_int_equal(try(w, GET(STORE_NODE, "", "k")), OP_FAIL);
	store_remote_attach(w->store, serve(w, STORE_ALLOW_ALL));
	assert_false(ask(w, GET(STORE_NODE, "", "k"))->yes);
	sides_free(w);
}

static void test_client_dies(void **state)
{
	struct world *w = sides_new(true);
	struct sides *s = w->more;
	struct result r[50];

	(void)state;
	for (size_t i = 0; i < 50; i++)
		begin(w, &r[i], APPEND(STORE_LOG_LEARN, "", SPAN_LIT("x")));
	pass(w, 1000); /* some are with the server */
	for (size_t i = 0; i < 50; i++)
		result_free(&r[i]);
	store_free(&w->store);
	while (s->client_gone == 0)
		loop_run(w->loop);
	assert_int_equal(s->why, IMSG_CLOSED);
	sides_free(w);
}

static void test_server_does_not_answer(void **state)
{
	enum { N = 12000, WAITING = 10000 };
	struct world *w = sides_new(false);
	struct result *r = calloc(N, sizeof(*r));
	unsigned failed = 0;
	int fds[2];

	(void)state;
	assert_true(imsg_pair(fds));
	store_remote_attach(w->store, fds[1]);
	for (unsigned i = 0; i < N; i++)
		begin(w, &r[i], GET(STORE_NODE, "", "k"));
	while (failed < N - WAITING - STORE_WIRE_WINDOW) {
		pass(w, 1000);
		failed = 0;
		for (unsigned i = 0; i < N; i++)
			failed += r[i].done != 0;
	}
	assert_true(failed <= N - WAITING);
	for (unsigned i = 0; i < N; i++)
		result_free(&r[i]);
	free(r);
	close(fds[0]);
	sides_free(w);
}

static void deadline_done(void *ctx, enum op_status status, const void *result)
{
	struct sides *s = ctx;

	assert_int_equal(status, OP_DEADLINE);
	assert_null(result);
	s->lost = 100;
	loop_stop(s->loop);
}

static void test_deadline(void **state)
{
	struct world *w = sides_new(false);
	struct sides *s = w->more;
	int fds[2];

	(void)state;
	assert_true(imsg_pair(fds));
	store_remote_attach(w->store, fds[1]);
	store_start(w->store, GET(STORE_NODE, "", "k"), 30000, deadline_done, s);
	while (s->lost != 100)
		loop_run(w->loop);
	close(fds[0]);
	sides_free(w);
}

/* Hostile clients. */

static bool never(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	(void)ctx;
	(void)m;
	(void)body;
	(void)fds;
	return true;
}

static void ignore(void *ctx, enum imsg_end why)
{
	(void)ctx;
	(void)why;
}

static const struct imsg_row any_answer[] = { { STORE_MSG_ANSWER, 0, 1, 0, IMSG_BODY_MAX, never }, { STORE_MSG_ANSWER_FILE, 1, 1, 0, IMSG_BODY_MAX, never }, { 0, 0, 0, 0, 0, NULL } };

static void wait_killed(struct world *w, bool expected)
{
	struct sides *s = w->more;

	if (!expected)
		pass(w, 20000);
	while (expected && s->client_gone == 0)
		loop_run(w->loop);
	assert_int_equal(s->client_gone, expected);
	assert_true(!expected || s->why == IMSG_BAD);
}

/* Sends head and bytes as one message to a server that allows but getting and appending. */
static void expect_killed(bool expected, const struct store_wire_ask *head, const char *bytes, size_t len, unsigned times)
{
	struct world *w = sides_new(false);
	struct imsg_peer *peer = imsg_open(w->loop, serve(w, STORE_ALLOW(STORE_GET) | STORE_ALLOW(STORE_APPEND)), 1, any_answer, ignore, NULL);
	char body[IMSG_BODY_MAX];

	memcpy(body, head, sizeof(*head));
	if (len != 0)
		memcpy(body + sizeof(*head), bytes, len);
	for (unsigned i = 0; i < times; i++)
		assert_true(imsg_send(peer, STORE_MSG_ASK, i, body, sizeof(*head) + len));
	wait_killed(w, expected);
	imsg_close(&peer);
	sides_free(w);
}

static void test_hostile_clients(void **state)
{
	const struct store_wire_ask good = { .verb = STORE_GET, .space = STORE_NODE, .name_len = 3, .deadline_us = 1000000 };
	struct store_wire_ask append = { .verb = STORE_APPEND, .log = STORE_LOG_LEARN, .value_len = 3, .deadline_us = 1000000 }, h;

	(void)state;
	expect_killed(false, &good, "abc", 3, 1);
	expect_killed(false, &append, "abc", 3, STORE_WIRE_WINDOW); /* all wait for the disk */
	expect_killed(true, &append, "abc", 3, STORE_WIRE_WINDOW + 1);
	expect_killed(true, &good, "abc", 2, 1);
	expect_killed(true, &good, "abcd", 4, 1);
	h = good, h.space = 99;
	expect_killed(true, &h, "abc", 3, 1);
	h = good, h.verb = 200;
	expect_killed(true, &h, "abc", 3, 1);
	h = good, h.deadline_us = -1;
	expect_killed(true, &h, "abc", 3, 1);
	h = good, h.verb = STORE_DELETE; /* not allowed */
	expect_killed(true, &h, "abc", 3, 1);
	h = good, h.name_len = 0;
	expect_killed(true, &h, "", 0, 1);
	h = append, h.log = 77;
	expect_killed(true, &h, "abc", 3, 1);
}

/* The same with a descriptor beside the head. */
static void expect_killed_file(bool expected, int fd, uint32_t value_len)
{
	const struct store_wire_ask head = { .verb = STORE_APPEND, .log = STORE_LOG_LEARN, .value_len = value_len, .deadline_us = 1000000 };
	struct world *w = sides_new(false);
	struct imsg_peer *peer = imsg_open(w->loop, serve(w, STORE_ALLOW_ALL), 1, any_answer, ignore, NULL);

	assert_true(fd >= 0);
	assert_true(imsg_send_fds(peer, STORE_MSG_ASK_FILE, 1, &head, sizeof(head), &fd, 1));
	close(fd);
	wait_killed(w, expected);
	imsg_close(&peer);
	sides_free(w);
}

static int memory_file(size_t size, int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void test_hostile_files(void **state)
{
	const int all = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

	(void)state;
	expect_killed_file(false, memory_file(50000, all), 50000);
	expect_killed_file(true, memory_file(50000, all), 50001);
	expect_killed_file(true, memory_file(50000, all), 49999);
	expect_killed_file(true, memory_file(50000, F_SEAL_SHRINK), 50000);
	expect_killed_file(true, memory_file(STORE_VALUE_MAX + 1, all), STORE_VALUE_MAX + 1);
	expect_killed_file(true, memory_file(10, all), 0xffffffff);
	expect_killed_file(true, open("/dev/zero", O_RDONLY | O_CLOEXEC), 10);
}

/* Hostile servers. */

static bool lost_for(uint32_t id, const struct store_wire_answer *head, const char *bytes, size_t len)
{
	struct world *w = sides_new(false);
	struct sides *s = w->more;
	struct imsg_peer *peer;
	char body[IMSG_BODY_MAX];
	struct result r;
	bool was;
	int fds[2];

	assert_true(imsg_pair(fds));
	peer = imsg_open(w->loop, fds[0], 1, (const struct imsg_row[]){ { STORE_MSG_ASK, 0, 1, 0, IMSG_BODY_MAX, never }, { 0, 0, 0, 0, 0, NULL } }, ignore, s);
	store_remote_attach(w->store, fds[1]);
	begin(w, &r, GET(STORE_NODE, "", "k")); /* has the id 0 */
	memcpy(body, head, sizeof(*head));
	if (len != 0)
		memcpy(body + sizeof(*head), bytes, len);
	assert_true(imsg_send(peer, STORE_MSG_ANSWER, id, body, sizeof(*head) + len));
	await(&r);
	was = r.status == OP_FAIL;
	pass(w, 5000);
	assert_int_equal(was, s->lost == 1 && s->why == IMSG_BAD);
	result_free(&r);
	imsg_close(&peer);
	sides_free(w);
	return was;
}

static void test_hostile_servers(void **state)
{
	const struct store_wire_answer good = { .yes = 1, .len = 3 };
	struct store_wire_answer h;

	(void)state;
	assert_false(lost_for(0, &good, "abc", 3));
	assert_true(lost_for(1, &good, "abc", 3));
	assert_true(lost_for(0xff, &good, "abc", 3));
	assert_true(lost_for(0x100, &good, "abc", 3));
	assert_true(lost_for(0, &good, "abc", 2));
	h = good, h.status = 7;
	assert_true(lost_for(0, &h, "abc", 3));
	h = good, h.n = 1;
	assert_true(lost_for(0, &h, "abc", 3));
	h = good, h.yes = 2;
	assert_true(lost_for(0, &h, "abc", 3));
	h = good, h.n = 100000;
	assert_true(lost_for(0, &h, "abc", 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server_dies_and_comes_back), cmocka_unit_test(test_no_socket_yet), cmocka_unit_test(test_client_dies), cmocka_unit_test(test_server_does_not_answer),
		cmocka_unit_test(test_deadline), cmocka_unit_test(test_hostile_clients), cmocka_unit_test(test_hostile_files), cmocka_unit_test(test_hostile_servers),
	};
	int failed = _cmocka_run_group_tests("suite", suite_tests, suite_count, setup, teardown);

	return failed + cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
