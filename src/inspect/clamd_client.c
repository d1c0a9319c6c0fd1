#include "inspect/clamd_client.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/listener.h"
#include "io/log.h"

#define ANSWER_MAX 1024
#define HEAD 14 /* "zINSTREAM", NUL, length */
#define TAIL 4
#define TELL_EVERY_US 60000000

struct clamd_client {
	struct loop *loop;
	struct address_spec v[CLAMD_ADDRESSES_MAX];
	size_t n, good; /* good: the last that answered */
	int64_t told_us[CLAMD_ADDRESSES_MAX]; /* when a failure was logged; 0: never */
};

struct request {
	struct op op; /* first */
	struct clamd_client *client;
	struct span content;
	size_t tries;   /* addresses asked */
	size_t address; /* the one being asked */
	int fd;
	struct event ev;
	size_t sent;    /* of head, content, tail */
	char in[ANSWER_MAX];
	size_t in_len;
	struct timer begin, deadline;
	op_done *done;
	void *ctx;
};

struct clamd_client *clamd_client_new(struct loop *loop, const struct span_list *addresses)
{
	struct clamd_client *c;
	struct err err;

	if (addresses->n == 0)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		abort();
	c->loop = loop;
	for (size_t i = 0; i < addresses->n && c->n < CLAMD_ADDRESSES_MAX; i++)
		c->n += address_spec_parse(addresses->v[i], &c->v[c->n], &err);
	return c;
}

void clamd_client_free(struct clamd_client **c_r)
{
	free(*c_r);
	*c_r = NULL;
}

bool clamd_answer_parse(struct span text, struct inspect_answer *a)
{
	struct span name = span_trim(text);
	size_t colon = span_find(name, SPAN_LIT(": "));

	*a = (struct inspect_answer){ .status = INSPECT_CLEAN };
	if (span_has(name, SPAN_LIT("size limit exceeded"))) {
		a->flags = INSPECT_LIMITS;
		return true;
	}
	if (colon == SPAN_NPOS)
		return false;
	name = span_from(name, colon + 2);
	if (span_eq(name, SPAN_LIT("OK")))
		return true;
	if (span_ends(name, SPAN_LIT(" FOUND")) && name.len > 6) {
		a->status = INSPECT_FOUND;
		a->names[0] = span_sub(name, 0, name.len - 6 < INSPECT_NAME_MAX ? name.len - 6 : INSPECT_NAME_MAX);
		a->nnames = 1;
		return true;
	}
	a->status = INSPECT_ERROR;
	return span_ends(name, SPAN_LIT("ERROR"));
}

static void disconnect(struct request *r)
{
	if (r->fd < 0)
		return;
	event_del(&r->ev);
	close(r->fd);
	r->fd = -1;
}

static void request_free(struct request *r)
{
	disconnect(r);
	timer_stop(&r->begin);
	timer_stop(&r->deadline);
	free(r);
}

static void cancel(struct op *op)
{
	request_free((struct request *)op);
}

static void end(struct request *r, enum op_status status, const struct inspect_answer *a)
{
	op_done *done = r->done;
	void *ctx = r->ctx;

	/* The names of the answer are in its input: it goes last, but is not found by anybody from here on. */
	disconnect(r);
	timer_stop(&r->begin);
	timer_stop(&r->deadline);
	done(ctx, status, a);
	free(r);
}

static void try_next(void *ctx);

static void failed(struct request *r, const char *why)
{
	int64_t *told = &r->client->told_us[r->address], now = clock_mono_us();

	/* Once in a while: every file of every message comes here while it is away. */
	if (*told == 0 || now - *told >= TELL_EVERY_US) {
		log_warn("clamd at %s: %s", r->client->v[r->address].text, why);
		*told = now;
	}
	disconnect(r);
	timer_set(&r->begin, 0);
}

/* Sends what the socket takes. 1: all is out; 0: later; -1: error. */
static int send_more(struct request *r)
{
	const size_t total = HEAD + r->content.len + TAIL;
	uint32_t len = (uint32_t)r->content.len;
	const char head[HEAD] = { 'z', 'I', 'N', 'S', 'T', 'R', 'E', 'A', 'M', '\0', (char)(len >> 24), (char)(len >> 16 & 0xff), (char)(len >> 8 & 0xff), (char)(len & 0xff) };
	const char tail[TAIL] = { 0 };
	const struct span pieces[3] = { { head, HEAD }, r->content, { tail, TAIL } };

	while (r->sent < total) {
		struct iovec iov[3];
		struct msghdr m = { .msg_iov = iov };
		size_t skip = r->sent;
		ssize_t n;

		for (size_t i = 0; i < 3; i++) {
			struct span left = span_from(pieces[i], skip < pieces[i].len ? skip : pieces[i].len);

			skip -= skip < pieces[i].len ? skip : pieces[i].len;
			if (left.len != 0)
				iov[m.msg_iovlen++] = (struct iovec){ (void *)(uintptr_t)left.p, left.len }; /* NOLINT(performance-no-int-to-ptr) */
		}
		n = sendmsg(r->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR || errno == ENOTCONN ? 0 : -1;
		r->sent += (size_t)n;
	}
	return 1;
}

static void answered(struct request *r)
{
	struct span text = span_make(r->in, strnlen(r->in, r->in_len));
	struct inspect_answer a;

	if (!clamd_answer_parse(text, &a)) {
		failed(r, "an answer that is none");
		return;
	}
	r->client->good = r->address;
	end(r, OP_OK, &a);
}

static void receive(struct request *r)
{
	ssize_t n = recv(r->fd, r->in + r->in_len, sizeof(r->in) - r->in_len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		r->in_len += (size_t)n;
	if (n > 0 && memchr(r->in, '\0', r->in_len) == NULL && memchr(r->in, '\n', r->in_len) == NULL && r->in_len < sizeof(r->in))
		return;
	if (r->in_len == 0)
		failed(r, n < 0 ? strerror(errno) : "closed without an answer");
	else
		answered(r);
}

static void watch(struct request *r, short what);

static void ready(evutil_socket_t fd, short what, void *ctx)
{
	struct request *r = ctx;
	int error = 0;
	socklen_t len = sizeof(error);

	if ((what & EV_READ) != 0) {
		receive(r); /* also an answer that does not wait for the end of the stream */
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error != 0) {
		failed(r, strerror(error));
		return;
	}
	switch (send_more(r)) {
	case 1:
		event_del(&r->ev);
		watch(r, EV_READ);
		break;
	case 0:
		break;
	default:
		failed(r, strerror(errno));
		break;
	}
}

static void watch(struct request *r, short what)
{
	if (event_assign(&r->ev, loop_base(r->client->loop), r->fd, (short)(what | EV_PERSIST), ready, r) != 0 || event_add(&r->ev, NULL) != 0)
		abort();
}

static void try_next(void *ctx)
{
	struct request *r = ctx;
	const struct address_spec *at;

	if (r->tries == r->client->n) {
		end(r, OP_FAIL, NULL);
		return;
	}
	r->address = (r->client->good + r->tries++) % r->client->n;
	at = &r->client->v[r->address];
	r->sent = r->in_len = 0;
	r->fd = socket(at->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (r->fd < 0) {
		failed(r, strerror(errno));
		return;
	}
	watch(r, EV_READ | EV_WRITE);
	if (connect(r->fd, (const struct sockaddr *)&at->sa, at->len) != 0 && errno != EINPROGRESS)
		failed(r, strerror(errno));
}

static void too_late(void *ctx)
{
	end(ctx, OP_DEADLINE, NULL);
}

struct op *clamd_client_scan(struct clamd_client *c, struct span content, int64_t deadline_us, op_done *done, void *ctx)
{
	struct request *r = calloc(1, sizeof(*r));

	if (r == NULL)
		abort();
	*r = (struct request){ .op.cancel = cancel, .client = c, .content = content, .fd = -1, .done = done, .ctx = ctx };
	timer_init(&r->begin, c->loop, try_next, r);
	timer_init(&r->deadline, c->loop, too_late, r);
	timer_set(&r->begin, 0);
	timer_set(&r->deadline, deadline_us);
	return &r->op;
}
