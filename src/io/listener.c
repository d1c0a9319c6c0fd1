#include "io/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/log.h"

#define BACKLOG 1024
#define SHORTAGE_PAUSE_US 100000
#define SHORTAGE_LOG_US 60000000

/* Binding. */

/* What lies at the path of a unix socket: nothing, or a socket nobody answers, which goes. Anything else stays. */
static bool clear_stale(const struct address_spec *spec, const char *path, struct err *err_r)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? true : err_set(err_r, "%s: %s", spec->text, strerror(errno));
	if (!S_ISSOCK(st.st_mode))
		return err_set(err_r, "%s: the file exists and is no socket", spec->text);
	fd = address_connect(spec, 1000, NULL);
	if (fd >= 0) {
		close(fd);
		return err_set(err_r, "%s: another process answers there", spec->text);
	}
	if (unlink(path) != 0 && errno != ENOENT)
		return err_set(err_r, "%s: %s", spec->text, strerror(errno));
	return true;
}

static bool bind_unix(int fd, const struct address_spec *spec, int mode, struct err *err_r)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&spec->sa;
	mode_t before;
	int result, saved;

	if (!clear_stale(spec, un->sun_path, err_r))
		return false;
	before = umask((mode_t)(0777 & ~mode)); /* never more open than it will be */
	result = bind(fd, (const struct sockaddr *)&spec->sa, spec->len);
	saved = errno;
	umask(before);
	if (result != 0)
		return err_set(err_r, "%s: %s", spec->text, strerror(saved));
	/* No chmod: the umask has given the mode, and a path in somebody else's folder may have become a link. */
	return true;
}

static bool bind_inet(int fd, const struct address_spec *spec, struct err *err_r)
{
	int one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) != 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0 ||
	    (spec->sa.ss_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) != 0) ||
	    bind(fd, (const struct sockaddr *)&spec->sa, spec->len) != 0)
		return err_set(err_r, "%s: %s", spec->text, strerror(errno));
	return true;
}

int listener_bind(const struct address_spec *spec, int mode, struct err *err_r)
{
	int fd = socket(spec->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok;

	if (fd < 0) {
		err_set(err_r, "%s: %s", spec->text, strerror(errno));
		return -1;
	}
	ok = spec->sa.ss_family == AF_UNIX ? bind_unix(fd, spec, mode, err_r) : bind_inet(fd, spec, err_r);
	if (ok && listen(fd, BACKLOG) != 0)
		ok = err_set(err_r, "%s: %s", spec->text, strerror(errno));
	if (!ok) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Accepting. */

struct listener {
	struct event ev;
	struct timer shortage; /* runs while no descriptors were left */
	listener_accept *accept;
	void *ctx;
	int fd;
	int64_t told_us;       /* when the shortage was last logged; 0: never */
	struct loop *loop;
	bool paused;           /* by the owner */
	bool short_of;
};

static void listen_again(struct listener *l)
{
	if (!l->paused && !l->short_of && event_add(&l->ev, NULL) != 0)
		abort();
}

static void shortage_over(void *ctx)
{
	struct listener *l = ctx;

	l->short_of = false;
	listen_again(l);
}

static void shortage_begins(struct listener *l, int error)
{
	int64_t now = loop_now_us(l->loop);

	if (l->told_us == 0 || now - l->told_us > SHORTAGE_LOG_US) {
		l->told_us = now;
		log_error("cannot accept connections: %s; they wait", strerror(error));
	}
	l->short_of = true;
	event_del(&l->ev);
	timer_set(&l->shortage, SHORTAGE_PAUSE_US);
}

static void peer_of(const struct sockaddr_storage *sa, struct peer *peer_r)
{
	*peer_r = (struct peer){ .port = 0 };
	if (sa->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)sa;

		peer_r->ip.b[10] = peer_r->ip.b[11] = 0xff;
		memcpy(peer_r->ip.b + 12, &in->sin_addr, 4);
		peer_r->ip.set = true;
		peer_r->port = ntohs(in->sin_port);
	} else if (sa->ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

		memcpy(peer_r->ip.b, &in6->sin6_addr, 16);
		peer_r->ip.set = true;
		peer_r->port = ntohs(in6->sin6_port);
	}
}

/* One connection per turn: what else waits may go to a scanner with less to do. */
static void accept_one(evutil_socket_t fd, short what, void *arg)
{
	struct listener *l = arg;
	struct sockaddr_storage sa = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(sa);
	struct peer peer;
	int got = accept4(fd, (struct sockaddr *)&sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (got < 0) {
		/* All other errors are the connection's own, or there was none left: the next turn goes on. */
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			shortage_begins(l, errno);
		return;
	}
	peer_of(&sa, &peer);
	l->accept(l->ctx, got, &peer);
}

struct listener *listener_start(struct loop *loop, int fd, listener_accept *accept, void *ctx)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (l == NULL)
		abort();
	*l = (struct listener){ .accept = accept, .ctx = ctx, .fd = fd, .loop = loop };
	timer_init(&l->shortage, loop, shortage_over, l);
	if (event_assign(&l->ev, loop_base(loop), fd, EV_READ | EV_PERSIST, accept_one, l) != 0)
		abort();
	listen_again(l);
	return l;
}

void listener_pause(struct listener *l)
{
	l->paused = true;
	event_del(&l->ev);
}

void listener_resume(struct listener *l)
{
	l->paused = false;
	listen_again(l);
}

void listener_free(struct listener **listener_r)
{
	struct listener *l = *listener_r;

	if (l == NULL)
		return;
	*listener_r = NULL;
	timer_stop(&l->shortage);
	event_del(&l->ev);
	free(l);
}
