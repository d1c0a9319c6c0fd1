#include "inspect/job.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inspect/contents.h"

#define JOB_MAGIC 0x574a4f42u
#define ANSWER_MAGIC 0x57414e53u
#define TEXT_MAX 1024u
#define PASSWORD_MAX 64u
#define BODY_MAX ((size_t)2 * TEXT_MAX + (size_t)INSPECT_PASSWORDS_MAX * PASSWORD_MAX)
#define INLINE_MAX 16384 /* of contents in the packet itself */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

struct job_head {
	uint32_t magic, flags;
	uint64_t size;
	int64_t deadline_us;
	uint16_t name_len, type_len, npasswords, unused;
	uint16_t password_len[INSPECT_PASSWORDS_MAX];
};

struct answer_head {
	uint32_t magic;
	uint16_t status, flags;
	uint64_t generation;
	uint32_t nnames, contents_len;
	char names[INSPECT_NAMES_MAX][INSPECT_NAME_MAX];
};

_Static_assert(sizeof(struct job_head) + BODY_MAX <= sizeof(((struct inspect_taken *)NULL)->packet), "fits");

/* Packets with descriptors. */

struct packet {
	struct msghdr m;
	struct iovec iov[2];
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(4 * sizeof(int))];
	} control;
};

static ssize_t packet_send(int fd, const void *head, size_t head_len, struct span body, const int *fds, unsigned nfd)
{
	struct packet p = { .control = { .bytes = { 0 } } };
	ssize_t n;

	p.iov[0] = (struct iovec){ (void *)(uintptr_t)head, head_len };           /* NOLINT(performance-no-int-to-ptr): only to drop const */
	p.iov[1] = (struct iovec){ (void *)(uintptr_t)body.p, body.len };         /* NOLINT(performance-no-int-to-ptr) */
	p.m = (struct msghdr){ .msg_iov = p.iov, .msg_iovlen = body.len != 0 ? 2 : 1 };
	if (nfd != 0) {
		p.m.msg_control = p.control.bytes;
		p.m.msg_controllen = CMSG_SPACE(nfd * sizeof(int));
		p.control.align = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(nfd * sizeof(int)) };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&p.m)), fds, nfd * sizeof(int));
	}
	do
		n = sendmsg(fd, &p.m, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n;
}

/* At most max descriptors are kept; the length, 0 at end of file, -1 with errno (EBADMSG: it did not fit). */
static ssize_t packet_receive(int fd, void *buf, size_t size, int *fds, unsigned max, unsigned *nfd_r)
{
	struct packet p;
	ssize_t n;

	*nfd_r = 0;
	p.iov[0] = (struct iovec){ buf, size };
	p.m = (struct msghdr){ .msg_iov = p.iov, .msg_iovlen = 1, .msg_control = p.control.bytes, .msg_controllen = sizeof(p.control.bytes) };
	do
		n = recvmsg(fd, &p.m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&p.m); c != NULL; c = CMSG_NXTHDR(&p.m, c)) {
		size_t count = c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;

		for (size_t i = 0; i < count; i++) {
			int got;

			memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof(got));
			if (*nfd_r < max)
				fds[(*nfd_r)++] = got;
			else
				close(got);
		}
	}
	if ((p.m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
		errno = EBADMSG;
		return -1;
	}
	return n;
}

static void close_all(const int *fds, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		close(fds[i]);
}

/* Memory files. */

static int memory_file(struct span bytes)
{
	int fd = memfd_create("winnow-job", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t done = 0;

	while (fd >= 0 && done < bytes.len) {
		ssize_t n = write(fd, bytes.p + done, bytes.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (fd >= 0 && (done < bytes.len || fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) != 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* The whole of a file that nobody can change any more; NULL when it is not such. */
static void *map_sealed(int fd, size_t size)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;
	void *map;

	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) != 0 || (uint64_t)st.st_size != size || size == 0)
		return NULL;
	map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	return map == MAP_FAILED ? NULL : map;
}

/* The scanner. */

static size_t put(char *at, size_t used, struct span s)
{
	if (s.len != 0)
		memcpy(at + used, s.p, s.len);
	return used + s.len;
}

static size_t write_job(const struct inspect_job *job, int64_t deadline_us, struct job_head *h, char *body)
{
	struct span name = span_sub(job->name, 0, TEXT_MAX), type = span_sub(job->type, 0, TEXT_MAX);
	size_t used = put(body, 0, name);

	*h = (struct job_head){
		.magic = JOB_MAGIC, .flags = job->flags, .size = job->content.len, .deadline_us = deadline_us, .name_len = (uint16_t)name.len, .type_len = (uint16_t)type.len,
	};
	used = put(body, used, type);
	for (size_t i = 0; i < job->npasswords && h->npasswords < INSPECT_PASSWORDS_MAX; i++) {
		if (job->passwords[i].len == 0 || job->passwords[i].len > PASSWORD_MAX)
			continue;
		h->password_len[h->npasswords++] = (uint16_t)job->passwords[i].len;
		used = put(body, used, job->passwords[i]);
	}
	return used;
}

static int fail(struct err *err_r, const char *why)
{
	err_set(err_r, "a file cannot be sent: %s", why);
	return -1;
}

/* Asked before the content is copied: while the queue is full, jobs are tried again every few milliseconds. */
static bool has_room(int queue)
{
	struct pollfd p = { .fd = queue, .events = POLLOUT };

	return poll(&p, 1, 0) != 0;
}

int inspect_job_send(int queue, const struct inspect_job *job, int64_t deadline_us, int *reply_r, struct err *err_r)
{
	char body[BODY_MAX];
	struct job_head head;
	size_t len = write_job(job, deadline_us, &head, body);
	int ends[2], fds[2], failed;
	ssize_t n;

	if (job->content.len == 0 || job->content.len >= INSPECT_CONTENT_MAX)
		return fail(err_r, "size of the content");
	if (!has_room(queue))
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
		return fail(err_r, strerror(errno));
	fds[0] = memory_file(job->content);
	fds[1] = ends[1];
	if (fds[0] < 0) {
		close_all(ends, 2);
		return fail(err_r, "no memory file");
	}
	n = packet_send(queue, &head, sizeof(head), span_make(body, len), fds, 2);
	failed = errno;
	close_all(fds, 2);
	if (n >= 0) {
		*reply_r = ends[0];
		return 1;
	}
	close(ends[0]);
	/* ETOOMANYREFS: so many descriptors are on their way already. */
	if (failed == EAGAIN || failed == ENOBUFS || failed == ETOOMANYREFS)
		return 0;
	return fail(err_r, strerror(failed));
}

/* Names come from the administrator's signatures, by way of a process that reads hostile files. */
static struct span take_name(struct arena *arena, const char name[INSPECT_NAME_MAX])
{
	struct span s = arena_copy(arena, span_make(name, strnlen(name, INSPECT_NAME_MAX)));

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] <= 32 || s.p[i] > 126)
			return span_sub(s, 0, i);
	}
	return s;
}

static bool take_contents(struct arena *arena, const char *inside, size_t inside_len, size_t len, const int *fds, unsigned nfd, struct span *contents_r)
{
	void *map;

	*contents_r = SPAN_NONE;
	if (len > CONTENTS_FLAT_MAX || (nfd == 0 && inside_len != len) || (nfd != 0 && inside_len != 0))
		return false;
	if (nfd == 0) {
		*contents_r = arena_copy(arena, span_make(inside, len));
		return true;
	}
	map = map_sealed(fds[0], len);
	if (map == NULL)
		return false;
	*contents_r = arena_copy(arena, span_make(map, len));
	munmap(map, len);
	return true;
}

int inspect_answer_receive(int reply, struct arena *arena, struct inspect_answer *a)
{
	struct {
		struct answer_head h;
		char inside[INLINE_MAX];
	} p;
	int fds[1];
	unsigned nfd;
	ssize_t n = packet_receive(reply, &p, sizeof(p), fds, 1, &nfd);
	bool ok;

	if (n < 0)
		return errno == EAGAIN ? 0 : errno == EBADMSG ? -2 : -1;
	if (n == 0)
		return -1;
	*a = (struct inspect_answer){ .status = INSPECT_ERROR };
	ok = (size_t)n >= sizeof(p.h) && p.h.magic == ANSWER_MAGIC && p.h.status < INSPECT_STATUS_N && p.h.nnames <= INSPECT_NAMES_MAX &&
	     take_contents(arena, p.inside, (size_t)n - sizeof(p.h), p.h.contents_len, fds, nfd, &a->contents);
	close_all(fds, nfd);
	if (!ok)
		return -2;
	a->status = (enum inspect_status)p.h.status;
	a->flags = p.h.flags;
	a->generation = p.h.generation;
	a->nnames = p.h.nnames;
	for (size_t i = 0; i < a->nnames; i++)
		a->names[i] = take_name(arena, p.h.names[i]);
	return 1;
}

/* The worker. */

static bool read_job(struct inspect_taken *t, size_t len)
{
	struct job_head h;
	size_t at = sizeof(h);

	if (len < sizeof(h))
		return false;
	memcpy(&h, t->packet, sizeof(h));
	if (h.magic != JOB_MAGIC || h.name_len > TEXT_MAX || h.type_len > TEXT_MAX || h.npasswords > INSPECT_PASSWORDS_MAX || h.size >= INSPECT_CONTENT_MAX)
		return false;
	if ((size_t)h.name_len + h.type_len > len - at)
		return false;
	t->job.name = span_make(t->packet + at, h.name_len);
	t->job.type = span_make(t->packet + at + h.name_len, h.type_len);
	at += (size_t)h.name_len + h.type_len;
	for (size_t i = 0; i < h.npasswords; i++) {
		if (h.password_len[i] > len - at)
			return false;
		t->passwords[i] = span_make(t->packet + at, h.password_len[i]);
		at += h.password_len[i];
	}
	t->job.passwords = t->passwords;
	t->job.npasswords = h.npasswords;
	t->job.flags = h.flags;
	t->deadline_us = h.deadline_us;
	t->map_len = (size_t)h.size;
	return true;
}

int inspect_job_take(int queue, struct inspect_taken *t)
{
	int fds[2] = { -1, -1 };
	unsigned nfd;
	ssize_t n;

	t->job = (struct inspect_job){ .flags = 0 };
	t->map = NULL;
	t->reply = -1;
	n = packet_receive(queue, t->packet, sizeof(t->packet), fds, 2, &nfd);
	if (n < 0)
		return errno == EAGAIN || errno == EBADMSG ? 0 : -1;
	if (n == 0 && nfd == 0)
		return -1;
	if (nfd == 2 && read_job(t, (size_t)n))
		t->map = map_sealed(fds[0], t->map_len);
	if (t->map == NULL) {
		close_all(fds, nfd);
		return 0;
	}
	close(fds[0]);
	t->reply = fds[1];
	t->job.content = span_make(t->map, t->map_len);
	return 1;
}

bool inspect_job_abandoned(const struct inspect_taken *t)
{
	char byte;

	return recv(t->reply, &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0 || errno != EAGAIN;
}

static void write_answer(struct answer_head *h, const struct inspect_answer *a)
{
	*h = (struct answer_head){
		.magic = ANSWER_MAGIC, .status = (uint16_t)a->status, .flags = (uint16_t)a->flags, .generation = a->generation, .nnames = (uint32_t)a->nnames,
		.contents_len = (uint32_t)a->contents.len,
	};
	for (size_t i = 0; i < a->nnames; i++) {
		struct span name = span_sub(a->names[i], 0, INSPECT_NAME_MAX - 1);

		memcpy(h->names[i], name.p, name.len);
	}
}

void inspect_job_answer(const struct inspect_taken *t, const struct inspect_answer *a)
{
	struct answer_head head;
	int fd = -1;

	write_answer(&head, a);
	if (a->contents.len > INLINE_MAX) {
		fd = memory_file(a->contents);
		if (fd < 0)
			head.contents_len = 0;
	}
	(void)packet_send(t->reply, &head, sizeof(head), fd < 0 && head.contents_len != 0 ? a->contents : SPAN_NONE, &fd, fd >= 0);
	if (fd >= 0)
		close(fd);
}

void inspect_job_timed_out(int reply, uint64_t generation)
{
	const struct answer_head head = { .magic = ANSWER_MAGIC, .status = INSPECT_ERROR, .flags = INSPECT_TIMEOUT, .generation = generation };

	(void)send(reply, &head, sizeof(head), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void inspect_job_end(struct inspect_taken *t)
{
	if (t->map != NULL)
		munmap(t->map, t->map_len);
	if (t->reply >= 0)
		close(t->reply);
	t->map = NULL;
	t->reply = -1;
}
