#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/listener.h"

static void test_addresses(void **state)
{
	static const struct {
		const char *text;
		int family; /* 0: an error */
		const char *host;
		int port;
	} cases[] = {
		{ "inet:127.0.0.1:11332", AF_INET, "127.0.0.1", 11332 },
		{ "INET:10.0.0.1:1", AF_INET, "10.0.0.1", 1 },
		{ "inet:localhost:65535", AF_INET, "127.0.0.1", 65535 },
		{ "inet:*:25", AF_INET, "0.0.0.0", 25 },
		{ "inet:11332@127.0.0.1", AF_INET, "127.0.0.1", 11332 },
		{ "inet6:[::1]:11332", AF_INET6, "::1", 11332 },
		{ "inet6:::1:25", AF_INET6, "::1", 25 },
		{ "inet6:11332@[2001:db8::1]", AF_INET6, "2001:db8::1", 11332 },
		{ "inet6:localhost:9", AF_INET6, "::1", 9 },
		{ "unix:/run/winnow/milter", AF_UNIX, "/run/winnow/milter", 0 },
		{ "local:/x", AF_UNIX, "/x", 0 },
		{ "", 0, NULL, 0 },
		{ "inet", 0, NULL, 0 },
		{ "inet:", 0, NULL, 0 },
		{ "inet:127.0.0.1", 0, NULL, 0 },
		{ "inet::25", 0, NULL, 0 },
		{ "inet:127.0.0.1:0", 0, NULL, 0 },
		{ "inet:127.0.0.1:65536", 0, NULL, 0 },
		{ "inet:127.0.0.1:-1", 0, NULL, 0 },
		{ "inet:127.0.0.1:25x", 0, NULL, 0 },
		{ "inet:127.0.0.1:", 0, NULL, 0 },
		{ "inet:mail.example.com:25", 0, NULL, 0 },
		{ "inet:[::1]:25", 0, NULL, 0 },
		{ "inet6:127.0.0.1:25", 0, NULL, 0 },
		{ "unix:relative", 0, NULL, 0 },
		{ "unix:", 0, NULL, 0 },
		{ "tcp:127.0.0.1:25", 0, NULL, 0 },
		{ "unix:/1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789", 0, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct address_spec spec;
		struct err err = { "" };
		bool ok = address_spec_parse(span_of(cases[i].text), &spec, &err);
		char host[INET6_ADDRSTRLEN];

		if (ok != (cases[i].family != 0))
			fail_msg("'%s': %s", cases[i].text, err.text);
		if (!ok) {
			assert_true(err.text[0] != '\0');
			continue;
		}
		assert_string_equal(spec.text, cases[i].text);
		assert_int_equal(spec.sa.ss_family, cases[i].family);
		if (cases[i].family == AF_UNIX) {
			assert_string_equal(((struct sockaddr_un *)&spec.sa)->sun_path, cases[i].host);
		} else if (cases[i].family == AF_INET) {
			struct sockaddr_in *in = (struct sockaddr_in *)&spec.sa;

			assert_string_equal(inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)), cases[i].host);
			assert_int_equal(ntohs(in->sin_port), cases[i].port);
		} else {
			struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&spec.sa;

			assert_string_equal(inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host)), cases[i].host);
			assert_int_equal(ntohs(in6->sin6_port), cases[i].port);
		}
	}
}

static void test_lists_of_addresses(void **state)
{
	const struct span good[] = { SPAN_LIT("inet:127.0.0.1:1"), SPAN_LIT("unix:/x") }, bad[] = { SPAN_LIT("unix:/x"), SPAN_LIT("unix:x") };
	struct err err = { "" };

	(void)state;
	assert_true(address_specs_check(&(struct span_list){ NULL, 0 }, "listen", &err));
	assert_true(address_specs_check(&(struct span_list){ good, 2 }, "listen", &err));
	assert_false(address_specs_check(&(struct span_list){ bad, 2 }, "listen", &err));
	assert_string_equal(err.text, "listen: unix:x: a unix socket needs an absolute path");
}

struct place {
	char folder[32], path[64], address[80];
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	snprintf(p->folder, sizeof(p->folder), "/tmp/winnow-sock-XXXXXX");
	if (mkdtemp(p->folder) == NULL)
		return -1;
	snprintf(p->path, sizeof(p->path), "%s/s", p->folder);
	snprintf(p->address, sizeof(p->address), "unix:%s", p->path);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	unlink(p->path);
	rmdir(p->folder);
	free(p);
	return 0;
}

static void parse(const char *text, struct address_spec *spec)
{
	struct err err;

	if (!address_spec_parse(span_of(text), spec, &err))
		fail_msg("%s", err.text);
}

static void test_stale_unix_socket_is_replaced(void **state)
{
	struct place *p = *state;
	struct address_spec spec;
	struct err err;
	struct stat st;
	int fd, client;

	parse(p->address, &spec);
	fd = listener_bind(&spec, 0660, &err);
	assert_true(fd >= 0);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	close(fd); /* the file stays, nobody answers */
	fd = listener_bind(&spec, 0600, &err);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	client = address_connect(&spec, 1000, &err);
	assert_true(client >= 0);
	assert_true((fcntl(client, F_GETFL) & O_NONBLOCK) == 0);
	close(client);
	close(fd);
}

static void test_living_unix_socket_is_left_alone(void **state)
{
	struct place *p = *state;
	struct address_spec spec;
	struct err err;
	int fd, client;

	parse(p->address, &spec);
	fd = listener_bind(&spec, 0600, &err);
	assert_true(fd >= 0);
	assert_int_equal(listener_bind(&spec, 0600, &err), -1);
	assert_non_null(strstr(err.text, "another process"));
	client = address_connect(&spec, 1000, &err);
	assert_true(client >= 0);
	close(client);
	close(fd);
}

static void test_a_file_is_not_removed(void **state)
{
	struct place *p = *state;
	struct address_spec spec;
	struct err err;

	close(open(p->path, O_WRONLY | O_CREAT, 0600));
	parse(p->address, &spec);
	assert_int_equal(listener_bind(&spec, 0600, &err), -1);
	assert_non_null(strstr(err.text, "no socket"));
	assert_int_equal(access(p->path, F_OK), 0);
}

/* A port of the kernel's choice; the configuration does not allow 0. */
static int bind_any(struct address_spec *spec)
{
	struct err err;
	int fd;

	parse("inet:127.0.0.1:9", spec);
	((struct sockaddr_in *)&spec->sa)->sin_port = 0;
	fd = listener_bind(spec, 0, &err);
	assert_true(fd >= 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&spec->sa, &spec->len), 0);
	return fd;
}

struct accepted {
	struct loop *loop;
	int n, last;
	struct peer peer;
	bool keep;
};

static void on_accept(void *ctx, int fd, const struct peer *peer)
{
	struct accepted *a = ctx;

	a->n++;
	a->last = fd;
	a->peer = *peer;
	if (!a->keep)
		close(fd);
}

static void turn(struct loop *loop)
{
	for (int i = 0; i < 8; i++)
		loop_poll(loop);
}

static void test_accepting_and_pausing(void **state)
{
	struct accepted a = { .loop = loop_new(), .keep = true };
	struct address_spec spec;
	struct listener *l;
	struct err err;
	char ip[IP_TEXT_MAX];
	int one = 0, fd = bind_any(&spec), client;
	socklen_t len = sizeof(one);

	(void)state;
	l = listener_start(a.loop, fd, on_accept, &a);
	client = address_connect(&spec, 1000, &err);
	assert_true(client >= 0);
	turn(a.loop);
	assert_int_equal(a.n, 1);
	assert_string_equal(ip_text(&a.peer.ip, ip), "127.0.0.1");
	assert_true(a.peer.port != 0);
	assert_true((fcntl(a.last, F_GETFL) & O_NONBLOCK) != 0);
	assert_int_equal(fcntl(a.last, F_GETFD), FD_CLOEXEC);
	assert_int_equal(getsockopt(a.last, IPPROTO_TCP, TCP_NODELAY, &one, &len), 0);
	assert_int_not_equal(one, 0);
	close(a.last);
	close(client);
	listener_pause(l);
	client = address_connect(&spec, 1000, &err); /* the kernel's queue takes it */
	turn(a.loop);
	assert_int_equal(a.n, 1);
	listener_resume(l);
	turn(a.loop);
	assert_int_equal(a.n, 2);
	close(a.last);
	close(client);
	listener_free(&l);
	assert_null(l);
	close(fd);
	loop_free(&a.loop);
}

static void test_out_of_descriptors(void **state)
{
	struct accepted a = { .loop = loop_new() };
	struct rlimit before, none;
	struct address_spec spec;
	struct listener *l;
	struct err err;
	int fd = bind_any(&spec), client;

	(void)state;
	l = listener_start(a.loop, fd, on_accept, &a);
	client = address_connect(&spec, 1000, &err);
	assert_true(client >= 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ (rlim_t)3, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	turn(a.loop);
	assert_int_equal(a.n, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	while (a.n == 0)
		loop_poll(a.loop); /* the pause ends by itself */
	assert_int_equal(a.n, 1);
	close(client);
	listener_free(&l);
	close(fd);
	loop_free(&a.loop);
}

static void test_refused_connection(void **state)
{
	struct address_spec spec;
	struct err err;

	(void)state;
	close(bind_any(&spec));
	assert_int_equal(address_connect(&spec, 1000, &err), -1);
	assert_non_null(strstr(err.text, "refused"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_lists_of_addresses),
		cmocka_unit_test_setup_teardown(test_stale_unix_socket_is_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_living_unix_socket_is_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_file_is_not_removed, set_up, tear_down),
		cmocka_unit_test(test_accepting_and_pausing),
		cmocka_unit_test(test_out_of_descriptors),
		cmocka_unit_test(test_refused_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
