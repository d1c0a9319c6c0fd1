/* Jobs and answers across sockets: everything arrives as it was sent; what is not sealed, too short or too long is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "inspect/contents.h"
#include "inspect/job.h"

struct fixture {
	int queue[2];
	struct arena *arena;
	struct inspect_taken taken;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, f->queue), 0);
	f->arena = arena_new(0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close(f->queue[0]);
	close(f->queue[1]);
	arena_free(&f->arena);
	free(f);
	return 0;
}

static void test_job_arrives(void **state)
{
	struct fixture *f = *state;
	const struct span passwords[] = { SPAN_LIT("secret"), SPAN_LIT(""), SPAN_LIT("1234") };
	struct inspect_job job = {
		.content = SPAN_LIT("bytes"), .name = SPAN_LIT("a.zip"), .type = SPAN_LIT("application/zip"), .passwords = passwords, .npasswords = 3, .flags = INSPECT_VIRUSES,
	};
	struct err err;
	int reply;

	assert_int_equal(inspect_job_take(f->queue[0], &f->taken), 0);
	assert_int_equal(inspect_job_send(f->queue[1], &job, 77, &reply, &err), 1);
	assert_int_equal(inspect_job_take(f->queue[0], &f->taken), 1);
	assert_true(span_eq(f->taken.job.content, job.content));
	assert_true(span_eq(f->taken.job.name, job.name));
	assert_true(span_eq(f->taken.job.type, job.type));
	assert_int_equal(f->taken.job.npasswords, 2);
	assert_true(span_eq(f->taken.job.passwords[1], SPAN_LIT("1234")));
	assert_int_equal(f->taken.job.flags, INSPECT_VIRUSES);
	assert_int_equal(f->taken.deadline_us, 77);
	assert_false(inspect_job_abandoned(&f->taken));
	close(reply);
	assert_true(inspect_job_abandoned(&f->taken));
	inspect_job_end(&f->taken);
	close(f->queue[1]);
	f->queue[1] = dup(0);
	assert_int_equal(inspect_job_take(f->queue[0], &f->taken), -1);
}

static void send_and_take(struct fixture *f, int *reply)
{
	struct inspect_job job = { .content = SPAN_LIT("bytes") };
	struct err err;

	assert_int_equal(inspect_job_send(f->queue[1], &job, 0, reply, &err), 1);
	assert_int_equal(inspect_job_take(f->queue[0], &f->taken), 1);
}

static void answer_of_size(struct fixture *f, size_t size)
{
	char *bytes = arena_bytes(f->arena, size + 1);
	struct inspect_answer sent = { .status = INSPECT_FOUND, .flags = INSPECT_LIMITS, .generation = 9, .nnames = 2, .contents = { bytes, size } }, got;
	int reply;

	memset(bytes, 'x', size);
	sent.names[0] = SPAN_LIT("Win.Test-1");
	sent.names[1] = SPAN_LIT("Bad\nname");
	send_and_take(f, &reply);
	assert_int_equal(inspect_answer_receive(reply, f->arena, &got), 0);
	inspect_job_answer(&f->taken, &sent);
	inspect_job_end(&f->taken);
	assert_int_equal(inspect_answer_receive(reply, f->arena, &got), 1);
	assert_int_equal(got.status, INSPECT_FOUND);
	assert_int_equal(got.flags, INSPECT_LIMITS);
	assert_int_equal(got.generation, 9);
	assert_int_equal(got.nnames, 2);
	assert_true(span_eq(got.names[0], SPAN_LIT("Win.Test-1")));
	assert_true(span_eq(got.names[1], SPAN_LIT("Bad"))); /* no line of the log is forged by a name */
	assert_true(span_eq(got.contents, sent.contents));
	assert_int_equal(inspect_answer_receive(reply, f->arena, &got), -1);
	close(reply);
}

static void test_answer_arrives(void **state)
{
	const size_t sizes[] = { 0, 1, 16384, 16385, 1000000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		answer_of_size(*state, sizes[i]);
}

static void test_death_is_end_of_file(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer got;
	int reply;

	send_and_take(f, &reply);
	inspect_job_end(&f->taken);
	assert_int_equal(inspect_answer_receive(reply, f->arena, &got), -1);
	close(reply);
}

static void test_timeout_from_a_handler(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer got;
	int reply;

	send_and_take(f, &reply);
	inspect_job_timed_out(f->taken.reply, 5);
	inspect_job_end(&f->taken);
	assert_int_equal(inspect_answer_receive(reply, f->arena, &got), 1);
	assert_int_equal(got.status, INSPECT_ERROR);
	assert_int_equal(got.flags, INSPECT_TIMEOUT);
	close(reply);
}

static void test_bad_answers(void **state)
{
	struct fixture *f = *state;
	struct inspect_answer got;
	char junk[40000];
	int reply;

	memset(junk, 'A', sizeof(junk));
	for (size_t len = 1; len < sizeof(junk); len = len * 3 + 1) {
		send_and_take(f, &reply);
		assert_int_equal(write(f->taken.reply, junk, len), len);
		assert_int_equal(inspect_answer_receive(reply, f->arena, &got), -2);
		inspect_job_end(&f->taken);
		close(reply);
	}
}

/* A packet of the right form around a file that its sender could still change or cut: it would end the worker later. */
static void test_unsealed_content_is_refused(void **state)
{
	struct fixture *f = *state;
	struct inspect_job job = { .content = SPAN_LIT("bytes") };
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(2 * sizeof(int))];
	} control;
	char head[4096];
	struct iovec iov = { head, sizeof(head) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	struct err err;
	int reply, fds[2], own = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_int_equal(write(own, "bytes", 5), 5);
	assert_int_equal(inspect_job_send(f->queue[1], &job, 0, &reply, &err), 1);
	iov.iov_len = (size_t)recvmsg(f->queue[0], &m, 0);
	assert_non_null(CMSG_FIRSTHDR(&m));
	memcpy(fds, CMSG_DATA(&control.align), sizeof(fds));
	close(fds[0]);
	fds[0] = own;
	memcpy(CMSG_DATA(&control.align), fds, sizeof(fds));
	m.msg_controllen = sizeof(control.bytes);
	assert_int_equal(sendmsg(f->queue[1], &m, 0), iov.iov_len);
	assert_int_equal(inspect_job_take(f->queue[0], &f->taken), 0);
	/* Sealed, it is taken. */
	assert_int_equal(fcntl(own, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE), 0);
	assert_int_equal(sendmsg(f->queue[1], &m, 0), iov.iov_len);
	assert_int_equal(inspect_job_take(f->queue[0], &f->taken), 1);
	inspect_job_end(&f->taken);
	/* A packet cut short, and one without descriptors. */
	iov.iov_len--;
	((char *)iov.iov_base)[0] ^= 1;
	assert_true(sendmsg(f->queue[1], &m, 0) > 0);
	assert_int_equal(inspect_job_take(f->queue[0], &f->taken), 0);
	assert_true(send(f->queue[1], head, 10, 0) > 0);
	assert_int_equal(inspect_job_take(f->queue[0], &f->taken), 0);
	close(fds[0]);
	close(fds[1]);
	close(reply);
}

static void test_full_queue(void **state)
{
	struct fixture *f = *state;
	struct inspect_job job = { .content = SPAN_LIT("bytes") };
	struct err err;
	int replies[2000], sent = 0, last = 1;

	while (sent < 2000 && (last = inspect_job_send(f->queue[1], &job, 0, &replies[sent], &err)) == 1)
		sent++;
	assert_int_equal(last, 0);
	assert_true(sent > 8);
	while (sent-- > 0)
		close(replies[sent]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_job_arrives),
		TEST(test_answer_arrives),
		TEST(test_death_is_end_of_file),
		TEST(test_timeout_from_a_handler),
		TEST(test_bad_answers),
		TEST(test_unsealed_content_is_refused),
		TEST(test_full_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
