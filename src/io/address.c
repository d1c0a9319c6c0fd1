/* Socket addresses as they stand in the configuration, and connecting to them. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/listener.h"

static bool parse_unix(struct span path, struct address_spec *spec_r, struct err *err_r)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&spec_r->sa;

	if (path.len == 0 || path.p[0] != '/' || span_chr(path, '\0') != SPAN_NPOS)
		return err_set(err_r, "a unix socket needs an absolute path");
	if (path.len >= sizeof(un->sun_path))
		return err_set(err_r, "the path of a unix socket has at most %zu bytes", sizeof(un->sun_path) - 1);
	un->sun_family = AF_UNIX;
	memcpy(un->sun_path, path.p, path.len);
	spec_r->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path.len + 1);
	return true;
}

/* "HOST:PORT" or "PORT@HOST" into its halves; brackets around the host go. */
static bool split_host_port(struct span rest, struct span *host_r, struct span *port_r)
{
	size_t at = span_chr(rest, '@'), colon = span_rchr(rest, ':');

	if (at != SPAN_NPOS) {
		*port_r = span_sub(rest, 0, at);
		*host_r = span_from(rest, at + 1);
	} else if (colon != SPAN_NPOS) {
		*host_r = span_sub(rest, 0, colon);
		*port_r = span_from(rest, colon + 1);
	} else {
		return false;
	}
	if (host_r->len >= 2 && host_r->p[0] == '[' && host_r->p[host_r->len - 1] == ']')
		*host_r = span_sub(*host_r, 1, host_r->len - 2);
	return true;
}

/* No names but these: a filter that needs DNS to start does not start when it is needed most. */
static struct span host_alias(struct span host, bool v6)
{
	if (span_case_eq(host, SPAN_LIT("localhost")))
		return v6 ? SPAN_LIT("::1") : SPAN_LIT("127.0.0.1");
	if (span_eq(host, SPAN_LIT("*")))
		return v6 ? SPAN_LIT("::") : SPAN_LIT("0.0.0.0");
	return host;
}

static bool parse_inet(struct span rest, bool v6, struct address_spec *spec_r, struct err *err_r)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct span host, port;
	uint64_t number;

	if (!split_host_port(rest, &host, &port))
		return err_set(err_r, "HOST:PORT is missing");
	if (!span_uint(port, 65535, &number) || number == 0)
		return err_set(err_r, "'%.*s' is no port", SPAN_ARG(port));
	host = host_alias(host, v6);
	if (host.len == 0 || host.len >= sizeof(text) || span_chr(host, '\0') != SPAN_NPOS)
		return err_set(err_r, "'%.*s' is no IP address", SPAN_ARG(host));
	memcpy(text, host.p, host.len);
	if (v6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&spec_r->sa;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)number);
		spec_r->len = sizeof(*in6);
		if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
			return true;
	} else {
		struct sockaddr_in *in = (struct sockaddr_in *)&spec_r->sa;

		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)number);
		spec_r->len = sizeof(*in);
		if (inet_pton(AF_INET, text, &in->sin_addr) == 1)
			return true;
	}
	return err_set(err_r, "'%s' is no %s address", text, v6 ? "IPv6" : "IPv4");
}

bool address_spec_parse(struct span text, struct address_spec *spec_r, struct err *err_r)
{
	struct span rest = text, scheme = span_split(&rest, ':');
	bool ok;

	*spec_r = (struct address_spec){ .len = 0 };
	if (rest.p == NULL || text.len >= sizeof(spec_r->text))
		return err_set(err_r, "'%.*s' is no address (inet:HOST:PORT, inet6:[HOST]:PORT, unix:/PATH)", SPAN_ARG(span_sub(text, 0, 128)));
	memcpy(spec_r->text, text.p, text.len);
	if (span_case_eq(scheme, SPAN_LIT("unix")) || span_case_eq(scheme, SPAN_LIT("local")))
		ok = parse_unix(rest, spec_r, err_r);
	else if (span_case_eq(scheme, SPAN_LIT("inet")))
		ok = parse_inet(rest, false, spec_r, err_r);
	else if (span_case_eq(scheme, SPAN_LIT("inet6")))
		ok = parse_inet(rest, true, spec_r, err_r);
	else
		ok = err_set(err_r, "unknown kind of address '%.*s' (inet, inet6, unix)", SPAN_ARG(scheme));
	return ok ? true : err_prefix(err_r, "%s", spec_r->text);
}

bool address_specs_check(const struct span_list *list, const char *key, struct err *err_r)
{
	struct address_spec spec;

	for (size_t i = 0; i < list->n; i++) {
		if (!address_spec_parse(list->v[i], &spec, err_r))
			return err_prefix(err_r, "%s", key);
	}
	return true;
}

/* Waits for a connection under way. Returns 0 or an errno. */
static int connect_outcome(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int n, error = 0;

	do
		n = poll(&p, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return ETIMEDOUT;
	if (n < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		return errno;
	return error;
}

int address_connect(const struct address_spec *spec, int timeout_ms, struct err *err_r)
{
	int fd = socket(spec->sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error = 0;

	if (fd < 0) {
		err_set(err_r, "%s: %s", spec->text, strerror(errno));
		return -1;
	}
	if (connect(fd, (const struct sockaddr *)&spec->sa, spec->len) != 0)
		error = errno == EINPROGRESS ? connect_outcome(fd, timeout_ms) : errno;
	if (error == 0 && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) != 0)
		error = errno;
	if (error != 0) {
		err_set(err_r, "%s: %s", spec->text, strerror(error));
		close(fd);
		return -1;
	}
	return fd;
}
