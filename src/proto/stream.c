#include "proto/stream.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* A peer that sends ahead while we are busy is stopped here. */
#define READ_AHEAD 65536
/* Bytes per connection and turn of the loop: no fast sender starves the others. */
#define TURN_BUDGET 262144
/* What libevent reads at once. */
#define BEV_READ_MAX 4096
#define PIECES_MAX 4

static void on_readable(struct bufferevent *bev, void *ctx)
{
	struct stream *s = ctx;

	/* A bufferevent reads what is there, up to its limit: less than that, and the socket is empty. */
	s->budget = s->plain && evbuffer_get_length(bufferevent_get_input(bev)) >= BEV_READ_MAX ? TURN_BUDGET : 0;
	s->on->readable(s->ctx);
}

static void on_flushed(struct bufferevent *bev, void *ctx)
{
	struct stream *s = ctx;

	(void)bev;
	s->on->flushed(s->ctx);
}

static void on_event(struct bufferevent *bev, short what, void *ctx)
{
	struct stream *s = ctx;

	(void)bev;
	s->budget = 0;
	if (what & BEV_EVENT_EOF)
		s->on->ended(s->ctx, STREAM_EOF, "disconnected");
	else if (what & (BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		s->on->ended(s->ctx, STREAM_ERROR, "connection lost");
}

static void arm(struct stream *s, int64_t now_us)
{
	int64_t after = s->due_us > now_us ? s->due_us - now_us : 0;

	s->armed_us = now_us + after;
	timer_set(&s->timer, after);
}

static void on_timer(void *ctx)
{
	struct stream *s = ctx;
	int64_t now = loop_now_us(s->loop);

	s->armed_us = 0;
	if (s->due_us == 0)
		return;
	/* Timers may come a little early by the loop's cached clock; a millisecond is no reason to turn around again. */
	if (s->due_us > now + 1000) {
		arm(s, now);
		return;
	}
	s->due_us = 0;
	s->on->expired(s->ctx);
}

void stream_open(struct stream *s, struct loop *loop, int fd, const struct stream_handler *on, void *ctx)
{
	static const int yes = 1;

	*s = (struct stream){ .loop = loop, .on = on, .ctx = ctx, .plain = true };
	s->bev = bufferevent_socket_new(loop_base(loop), fd, BEV_OPT_CLOSE_ON_FREE);
	if (s->bev == NULL)
		abort();
	/* A peer's machine that vanishes would else be waited for until the idle timeout; fails harmlessly on unix sockets. */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	s->tcp = setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) == 0;
	timer_init(&s->timer, loop, on_timer, s);
	bufferevent_setcb(s->bev, on_readable, on_flushed, on_event, s);
	bufferevent_setwatermark(s->bev, EV_READ, 0, READ_AHEAD);
	if (bufferevent_enable(s->bev, EV_READ | EV_WRITE) != 0)
		abort();
}

void stream_close(struct stream *s)
{
	timer_stop(&s->timer);
	if (s->bev != NULL)
		bufferevent_free(s->bev);
	s->bev = NULL;
}

size_t stream_read(struct stream *s, char *p, size_t n)
{
	struct evbuffer *in = bufferevent_get_input(s->bev);
	size_t got = 0;
	ssize_t r;

	if (evbuffer_get_length(in) != 0) {
		int taken = evbuffer_remove(in, p, n);

		got = taken > 0 ? (size_t)taken : 0;
	}
	if (got == n || s->budget == 0)
		return got;
	n -= got;
	if (n > s->budget)
		n = s->budget;
	r = recv(bufferevent_getfd(s->bev), p + got, n, MSG_DONTWAIT);
	/* The end and errors come again through the bufferevent; a short read means that the socket is empty. */
	s->budget = r == (ssize_t)n ? s->budget - n : 0;
	return r > 0 ? got + (size_t)r : got;
}

size_t stream_pending(const struct stream *s)
{
	return evbuffer_get_length(bufferevent_get_output(s->bev));
}

bool stream_is_flushed(const struct stream *s)
{
	return stream_pending(s) == 0;
}

static size_t send_now(struct stream *s, const struct span *pieces, size_t n)
{
	struct iovec iov[PIECES_MAX];
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = n };
	ssize_t sent;

	for (size_t i = 0; i < n; i++)
		iov[i] = (struct iovec){ .iov_base = (void *)pieces[i].p, .iov_len = pieces[i].len };
	do
		sent = sendmsg(bufferevent_getfd(s->bev), &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent > 0 ? (size_t)sent : 0;
}

bool stream_write(struct stream *s, const struct span *pieces, size_t n)
{
	size_t sent = 0;

	if (n > PIECES_MAX)
		abort();
	if (s->plain && stream_is_flushed(s))
		sent = send_now(s, pieces, n);
	for (size_t i = 0; i < n; i++) {
		struct span rest = span_from(pieces[i], sent);

		sent -= sent < pieces[i].len ? sent : pieces[i].len;
		if (rest.len != 0 && bufferevent_write(s->bev, rest.p, rest.len) != 0)
			abort();
	}
	return stream_is_flushed(s);
}

void stream_acknowledge(struct stream *s)
{
	static const int yes = 1;

	if (s->tcp)
		(void)setsockopt(bufferevent_getfd(s->bev), IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof(yes));
}

void stream_shutdown(struct stream *s)
{
	(void)shutdown(bufferevent_getfd(s->bev), SHUT_WR);
}

void stream_expect(struct stream *s, int64_t after_us)
{
	int64_t now;

	s->due_us = 0;
	if (after_us == 0)
		return;
	now = loop_now_us(s->loop);
	s->due_us = now + after_us;
	if (s->armed_us == 0 || s->armed_us > s->due_us)
		arm(s, now);
}
