#include "io/imsg.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct imsg_peer {
	struct event ev;
	struct timer ending; /* gone() is told from the loop, never from inside a call */
	int fd;
	uint32_t role;
	const struct imsg_row *rows;
	imsg_gone *gone;
	void *ctx;
	enum imsg_end why;
	bool ended;
	bool *closed_r;      /* while a handler runs: set when it closed the peer */
};

struct packet {
	struct imsg head;
	/* Aligned for any struct. */
	_Alignas(max_align_t) unsigned char body[IMSG_BODY_MAX];
	int fds[IMSG_FDS_MAX];
	unsigned nfd;
};

const char *imsg_end_name(enum imsg_end why)
{
	static const char *const names[] = { "closed", "malformed message", "does not read its messages" };

	return names[why];
}

bool imsg_pair(int fds_r[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds_r) == 0;
}

static void close_fds(struct packet *p)
{
	for (unsigned i = 0; i < p->nfd; i++) {
		if (p->fds[i] >= 0)
			close(p->fds[i]);
	}
	p->nfd = 0;
}

static void peer_end(struct imsg_peer *peer, enum imsg_end why)
{
	if (peer->ended)
		return;
	peer->ended = true;
	peer->why = why;
	event_del(&peer->ev);
	timer_set(&peer->ending, 0);
}

static void tell_gone(void *ctx)
{
	struct imsg_peer *peer = ctx;

	peer->gone(peer->ctx, peer->why);
}

/* Receiving. */

static void take_fds(struct packet *p, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		size_t n;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (p->nfd < IMSG_FDS_MAX)
				p->fds[p->nfd++] = fd;
			else
				close(fd);
		}
	}
}

/* 1: a whole packet; 0: none now; -1: end of file; -2: what came is no message. */
static int packet_read(int fd, struct packet *p)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(IMSG_FDS_MAX * sizeof(int))];
	} control;
	struct iovec iov[2] = { { &p->head, sizeof(p->head) }, { p->body, sizeof(p->body) } };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = 2, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes) };
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	p->nfd = 0;
	/* ECONNRESET: the peer left without reading all of ours. It is told once; what the peer sent before, then the end of file, is still to come. */
	if (n < 0)
		return errno == EAGAIN || errno == EINTR || errno == ECONNRESET ? 0 : -1;
	take_fds(p, &m);
	if (n == 0 && p->nfd == 0)
		return -1;
	if ((m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || (size_t)n < sizeof(p->head) || (size_t)n - sizeof(p->head) != p->head.len)
		return -2;
	return 1;
}

static const struct imsg_row *row_for(const struct imsg_peer *peer, const struct packet *p)
{
	for (const struct imsg_row *row = peer->rows; row->handle != NULL; row++) {
		if (row->type != p->head.type)
			continue;
		assert(row->max <= IMSG_BODY_MAX && row->nfd <= IMSG_FDS_MAX);
		return (row->from_roles & peer->role) != 0 && p->head.len >= row->min && p->head.len <= row->max && p->head.nfd == row->nfd &&
		       p->nfd == row->nfd ? row : NULL;
	}
	return NULL;
}

static void packet_handle(struct imsg_peer *peer, struct packet *p)
{
	const struct imsg_row *row = row_for(peer, p);
	bool closed = false, ok = false;

	if (row != NULL) {
		peer->closed_r = &closed;
		ok = row->handle(peer->ctx, &p->head, p->body, p->fds);
		if (!closed)
			peer->closed_r = NULL;
	}
	close_fds(p);
	if (!ok && !closed)
		peer_end(peer, IMSG_BAD);
}

static void peer_readable(evutil_socket_t fd, short what, void *arg)
{
	struct imsg_peer *peer = arg;
	struct packet p;

	(void)what;
	switch (packet_read(fd, &p)) {
	case 1:
		packet_handle(peer, &p);
		break;
	case -1:
		peer_end(peer, IMSG_CLOSED);
		break;
	case -2:
		close_fds(&p);
		peer_end(peer, IMSG_BAD);
		break;
	default:
		break;
	}
}

struct imsg_peer *imsg_open(struct loop *loop, int fd, uint32_t role, const struct imsg_row *rows, imsg_gone *gone, void *ctx)
{
	struct imsg_peer *peer = calloc(1, sizeof(*peer));

	if (peer == NULL)
		abort();
	*peer = (struct imsg_peer){ .fd = fd, .role = role, .rows = rows, .gone = gone, .ctx = ctx };
	timer_init(&peer->ending, loop, tell_gone, peer);
	if (event_assign(&peer->ev, loop_base(loop), fd, EV_READ | EV_PERSIST, peer_readable, peer) != 0 || event_add(&peer->ev, NULL) != 0)
		abort();
	return peer;
}

void imsg_close(struct imsg_peer **peer_r)
{
	struct imsg_peer *peer = *peer_r;

	if (peer == NULL)
		return;
	*peer_r = NULL;
	if (peer->closed_r != NULL)
		*peer->closed_r = true;
	timer_stop(&peer->ending);
	event_del(&peer->ev);
	close(peer->fd);
	free(peer);
}

/* Sending. */

bool imsg_send(struct imsg_peer *peer, uint16_t type, uint32_t id, const void *body, size_t len)
{
	return imsg_send_fds(peer, type, id, body, len, NULL, 0);
}

bool imsg_send_fds(struct imsg_peer *peer, uint16_t type, uint32_t id, const void *body, size_t len, const int *fds, unsigned nfd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(IMSG_FDS_MAX * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct imsg head = { .type = type, .nfd = (uint16_t)nfd, .id = id, .len = (uint32_t)len };
	struct iovec iov[2] = { { &head, sizeof(head) }, { (void *)body, len } };
	struct msghdr m = { .msg_iov = iov, .msg_iovlen = len != 0 ? 2 : 1 };
	ssize_t n;

	assert(len <= IMSG_BODY_MAX && nfd <= IMSG_FDS_MAX);
	if (peer->ended)
		return false;
	if (nfd != 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(nfd * sizeof(int));
		control.align = (struct cmsghdr){ .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(nfd * sizeof(int)) };
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&m)), fds, nfd * sizeof(int));
	}
	do
		n = sendmsg(peer->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return true;
	/* EPIPE: what the peer sent before it left is still read; its end of file follows. */
	if (errno != EPIPE && errno != ECONNRESET)
		peer_end(peer, IMSG_FULL);
	return false;
}
