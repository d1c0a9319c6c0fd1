#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/imsg.h"

enum { FRIEND = 1, STRANGER = 2 };
enum { NUMBER = 1, TEXT, FILES, REFUSED, CLOSES, PRIVATE };

struct side {
	struct loop *loop;
	struct imsg_peer *peer;
	int other;      /* the raw end of the pair */
	int handled, gone;
	enum imsg_end why;
	uint32_t number, id;
	char text[64];
	int kept;       /* a descriptor that the handler took */
};

static bool on_number(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct side *s = ctx;

	(void)fds;
	s->handled++;
	s->id = m->id;
	s->number = *(const uint32_t *)body;
	return true;
}

static bool on_text(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct side *s = ctx;

	(void)fds;
	s->handled++;
	memcpy(s->text, imsg_text(m, body).p, m->len);
	s->text[m->len] = '\0';
	return true;
}

static bool on_files(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct side *s = ctx;

	(void)m;
	(void)body;
	s->handled++;
	s->kept = fds[0];
	fds[0] = -1; /* fds[1] is left: imsg closes it */
	return true;
}

static bool on_refused(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct side *s = ctx;

	(void)m;
	(void)body;
	(void)fds;
	s->handled++;
	return false;
}

static bool on_closes(void *ctx, const struct imsg *m, const void *body, int *fds)
{
	struct side *s = ctx;

	(void)m;
	(void)body;
	(void)fds;
	s->handled++;
	imsg_close(&s->peer);
	return true;
}

static const struct imsg_row rows[] = {
	{ NUMBER, 0, FRIEND, sizeof(uint32_t), sizeof(uint32_t), on_number },
	{ TEXT, 0, FRIEND, 2, 8, on_text },
	{ FILES, 2, FRIEND, 0, 0, on_files },
	{ REFUSED, 0, FRIEND, 0, 0, on_refused },
	{ CLOSES, 0, FRIEND, 0, 0, on_closes },
	{ PRIVATE, 0, STRANGER, 0, 0, on_number },
	{ 0, 0, 0, 0, 0, NULL },
};

static void on_gone(void *ctx, enum imsg_end why)
{
	struct side *s = ctx;

	s->gone++;
	s->why = why;
}

static int open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void begin(struct side *s)
{
	int fds[2];

	*s = (struct side){ .loop = loop_new(), .kept = -1 };
	assert_true(imsg_pair(fds));
	s->peer = imsg_open(s->loop, fds[0], FRIEND, rows, on_gone, s);
	s->other = fds[1];
}

static void end(struct side *s)
{
	imsg_close(&s->peer);
	if (s->other >= 0)
		close(s->other);
	loop_free(&s->loop);
}

static void turn(struct side *s)
{
	for (int i = 0; i < 4; i++)
		loop_poll(s->loop);
}

/* Any packet, right or wrong; nfd descriptors beside it. */
static void send_raw(int fd, const void *packet, size_t len, unsigned nfd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(32 * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)packet, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[32];

	for (unsigned i = 0; i < nfd; i++)
		fds[i] = STDIN_FILENO;
	if (nfd != 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(nfd * sizeof(int));
		control.align = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(nfd * sizeof(int)) };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), fds, nfd * sizeof(int));
	}
	assert_int_equal(sendmsg(fd, &m, MSG_NOSIGNAL), len);
}

static void send_message(int fd, struct imsg head, const void *body, size_t len, unsigned nfd)
{
	char packet[IMSG_BODY_MAX * 2];

	memcpy(packet, &head, sizeof(head));
	memcpy(packet + sizeof(head), body, len);
	send_raw(fd, packet, sizeof(head) + len, nfd);
}

static void test_round_trip(void **state)
{
	struct side a, b;
	int fds[2];
	uint32_t number = 4711;

	(void)state;
	begin(&a);
	begin(&b);
	close(a.other);
	imsg_close(&a.peer);
	imsg_close(&b.peer);
	assert_true(imsg_pair(fds));
	a.peer = imsg_open(a.loop, fds[0], FRIEND, rows, on_gone, &a);
	b.peer = imsg_open(b.loop, fds[1], FRIEND, rows, on_gone, &b);
	a.other = dup(STDIN_FILENO);
	assert_true(imsg_send(a.peer, NUMBER, 77, &number, sizeof(number)));
	assert_true(imsg_send(a.peer, TEXT, 0, "abc", 3));
	turn(&b);
	assert_int_equal(b.handled, 2);
	assert_int_equal(b.number, 4711);
	assert_int_equal(b.id, 77);
	assert_string_equal(b.text, "abc");
	imsg_close(&a.peer);
	turn(&b);
	assert_int_equal(b.gone, 1);
	assert_int_equal(b.why, IMSG_CLOSED);
	end(&a);
	end(&b);
}

static void test_descriptors(void **state)
{
	int before = open_descriptors();
	struct side s;

	(void)state;
	begin(&s);
	send_message(s.other, (struct imsg){ .type = FILES, .nfd = 2 }, "", 0, 2);
	turn(&s);
	assert_int_equal(s.handled, 1);
	assert_int_equal(s.gone, 0);
	assert_true(s.kept >= 0);
	assert_int_equal(fcntl(s.kept, F_GETFD), FD_CLOEXEC);
	close(s.kept);
	end(&s);
	assert_int_equal(open_descriptors(), before);
}

static void test_malformed_ends_the_peer(void **state)
{
	static const struct {
		const char *what;
		struct imsg head;
		size_t len;
		unsigned nfd;
	} cases[] = {
		{ "unknown type", { .type = 99, .len = 4 }, 4, 0 },
		{ "row's end as a type", { .type = 0 }, 0, 0 },
		{ "body too short", { .type = NUMBER, .len = 3 }, 3, 0 },
		{ "body too long", { .type = NUMBER, .len = 5 }, 5, 0 },
		{ "text too short", { .type = TEXT, .len = 1 }, 1, 0 },
		{ "text too long", { .type = TEXT, .len = 9 }, 9, 0 },
		{ "length that is not there", { .type = TEXT, .len = 8 }, 4, 0 },
		{ "more than the length says", { .type = TEXT, .len = 4 }, 8, 0 },
		{ "length near overflow", { .type = TEXT, .len = UINT32_MAX }, 4, 0 },
		{ "longer than any", { .type = TEXT, .len = IMSG_BODY_MAX + 1 }, IMSG_BODY_MAX + 1, 0 },
		{ "descriptors missing", { .type = FILES, .nfd = 2 }, 0, 1 },
		{ "descriptors not announced", { .type = NUMBER, .len = 4 }, 4, 1 },
		{ "announced, none sent", { .type = NUMBER, .nfd = 1, .len = 4 }, 4, 0 },
		{ "one too many", { .type = FILES, .nfd = 2 }, 0, 3 },
		{ "far too many", { .type = FILES, .nfd = 2 }, 0, 32 },
		{ "not from this role", { .type = PRIVATE }, 0, 0 },
	};
	static const char body[IMSG_BODY_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int before = open_descriptors();
		struct side s;

		begin(&s);
		send_message(s.other, cases[i].head, body, cases[i].len, cases[i].nfd);
		turn(&s);
		if (s.handled != 0 || s.gone != 1 || s.why != IMSG_BAD)
			fail_msg("%s: handled %d, gone %d, why %d", cases[i].what, s.handled, s.gone, s.why);
		end(&s);
		if (open_descriptors() != before)
			fail_msg("%s: a descriptor leaked", cases[i].what);
	}
}

static void test_short_header(void **state)
{
	struct side s;

	(void)state;
	for (size_t len = 1; len < sizeof(struct imsg); len++) {
		static const char zeros[sizeof(struct imsg)];

		begin(&s);
		send_raw(s.other, zeros, len, 0);
		turn(&s);
		assert_int_equal(s.gone, 1);
		assert_int_equal(s.why, IMSG_BAD);
		end(&s);
	}
}

static void test_refused_by_handler(void **state)
{
	struct side s;

	(void)state;
	begin(&s);
	send_message(s.other, (struct imsg){ .type = REFUSED }, "", 0, 0);
	send_message(s.other, (struct imsg){ .type = REFUSED }, "", 0, 0);
	turn(&s);
	assert_int_equal(s.handled, 1); /* nothing is read after the end */
	assert_int_equal(s.gone, 1);
	assert_int_equal(s.why, IMSG_BAD);
	end(&s);
}

static void test_closed_by_handler(void **state)
{
	struct side s;

	(void)state;
	begin(&s);
	send_message(s.other, (struct imsg){ .type = CLOSES }, "", 0, 0);
	turn(&s);
	assert_int_equal(s.handled, 1);
	assert_int_equal(s.gone, 0);
	assert_null(s.peer);
	end(&s);
}

static void test_full_ends_the_peer_without_blocking(void **state)
{
	static const char body[8];
	struct side s;
	unsigned sent = 0;

	(void)state;
	begin(&s);
	while (sent < 100000 && imsg_send(s.peer, TEXT, 0, body, sizeof(body)))
		sent++;
	assert_true(sent > 10 && sent < 100000);
	assert_int_equal(s.gone, 0); /* never from inside a call */
	assert_false(imsg_send(s.peer, TEXT, 0, body, sizeof(body)));
	turn(&s);
	assert_int_equal(s.gone, 1);
	assert_int_equal(s.why, IMSG_FULL);
	end(&s);
}

static void test_what_was_sent_before_the_end_is_read(void **state)
{
	uint32_t number = 5;
	struct side s;

	(void)state;
	begin(&s);
	send_message(s.other, (struct imsg){ .type = NUMBER, .len = 4 }, &number, 4, 0);
	shutdown(s.other, SHUT_RDWR);
	assert_false(imsg_send(s.peer, NUMBER, 0, &number, sizeof(number)));
	turn(&s);
	assert_int_equal(s.handled, 1);
	assert_int_equal(s.why, IMSG_CLOSED);
	end(&s);
}

static void test_last_words_of_a_peer_that_does_not_listen(void **state)
{
	uint32_t number = 5;
	struct side s;

	(void)state;
	begin(&s);
	assert_true(imsg_send(s.peer, NUMBER, 0, &number, sizeof(number)));
	send_message(s.other, (struct imsg){ .type = NUMBER, .len = 4 }, &number, 4, 0);
	close(s.other); /* with our message unread */
	turn(&s);
	assert_int_equal(s.handled, 1);
	assert_int_equal(s.gone, 1);
	assert_int_equal(s.why, IMSG_CLOSED);
	s.other = -1;
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_malformed_ends_the_peer),
		cmocka_unit_test(test_short_header),
		cmocka_unit_test(test_refused_by_handler),
		cmocka_unit_test(test_closed_by_handler),
		cmocka_unit_test(test_full_ends_the_peer_without_blocking),
		cmocka_unit_test(test_what_was_sent_before_the_end_is_read),
		cmocka_unit_test(test_last_words_of_a_peer_that_does_not_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
