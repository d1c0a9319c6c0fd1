#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/sandbox.h"

/* Each runs in a locked child: true = it got what it wanted. */

static bool open_for_reading(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool open_for_writing(void)
{
	return open("/tmp/winnow-sandbox", O_WRONLY | O_CLOEXEC) >= 0;
}

static bool create_file(void)
{
	return open("/tmp/winnow-sandbox", O_RDONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static bool run_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return true;
}

static bool start_process(void)
{
	return fork() >= 0;
}

static bool unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static bool raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, 1) >= 0;
}

static bool netlink_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool kill_parent(void)
{
	return kill(getppid(), 0) == 0;
}

static bool executable_memory(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool make_executable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool remove_file(void)
{
	return unlink("/tmp/winnow-sandbox") == 0;
}

static bool raise_limits(void)
{
	struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };

	return setrlimit(RLIMIT_CORE, &r) == 0;
}

static bool udp_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd >= 0 && close(fd) == 0;
}

static bool tcp6_socket(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && close(fd) == 0;
}

static bool memory(void)
{
	volatile char *p = malloc(64 << 20);

	if (p == NULL)
		return false;
	p[1 << 20] = 1;
	free((void *)(uintptr_t)p);
	return true;
}

static bool anonymous_file(void)
{
	int fd = memfd_create("x", MFD_CLOEXEC);

	return fd >= 0 && ftruncate(fd, 4096) == 0 && write(fd, "x", 1) == 1;
}

static const struct {
	const char *what;
	bool (*run)(void);
	int end; /* 0: works, 1: refused with an error, else the signal */
} cases[] = {
	{ "open for reading", open_for_reading, 1 },
	{ "open for writing", open_for_writing, SIGSYS },
	{ "create a file", create_file, SIGSYS },
	{ "remove a file", remove_file, SIGSYS },
	{ "run a program", run_program, SIGSYS },
	{ "start a process", start_process, SIGSYS },
	{ "unix socket", unix_socket, SIGSYS },
	{ "raw socket", raw_socket, SIGSYS },
	{ "netlink socket", netlink_socket, SIGSYS },
	{ "trace", trace, SIGSYS },
	{ "signal another process", kill_parent, SIGSYS },
	{ "map executable memory", executable_memory, SIGSYS },
	{ "make memory executable", make_executable, SIGSYS },
	{ "raise limits", raise_limits, SIGSYS },
	{ "UDP socket", udp_socket, 0 },
	{ "TCP socket", tcp6_socket, 0 },
	{ "memory", memory, 0 },
	{ "memfd", anonymous_file, 0 },
};

static int run_locked(bool (*run)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct err err;

		if (!sandbox_limit(0, &err) || !sandbox_lock(false, &err)) {
			fprintf(stderr, "%s\n", err.text);
			_exit(99);
		}
		_exit(run() ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void test_lock(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int end = run_locked(cases[i].run);

		if (end != cases[i].end)
			fail_msg("%s: ended with %d, not %d", cases[i].what, end, cases[i].end);
	}
}

/* Who has a folder shares sockets with others of his kind: he sends, and cannot end them for all. */
static void test_lock_folder(void **state)
{
	static const struct {
		bool ends;
		int end;
	} rows[] = { { false, 0 }, { true, SIGSYS } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int fds[2], status;
		pid_t pid;

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
		pid = fork();
		if (pid == 0) {
			struct err err;

			if (!sandbox_limit(0, &err) || !sandbox_lock_folder(-1, &err))
				_exit(99);
			_exit((rows[i].ends ? shutdown(fds[0], SHUT_RDWR) == 0 : send(fds[0], "x", 1, 0) == 1) ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), rows[i].end);
		close(fds[0]);
		close(fds[1]);
	}
}

static void test_memory_limit(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	if (sandbox_impossible()) {
		print_message("not with AddressSanitizer\n");
		skip();
	}
	pid = fork();
	if (pid == 0) {
		struct err err;
		struct rlimit core;
		bool ok = sandbox_limit(1LL << 30, &err) && getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0;

		_exit(ok && malloc(2UL << 30) == NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void test_become(void **state)
{
	struct sandbox_user user;
	int status;
	pid_t pid;

	(void)state;
	assert_false(sandbox_user_find("no-such-user-here", &user));
	if (geteuid() != 0 || !sandbox_user_find("nobody", &user)) {
		print_message("not as root\n");
		skip();
	}
	pid = fork();
	if (pid == 0) {
		struct err err;

		if (!sandbox_become(&user, &err))
			_exit(1);
		_exit(getuid() == user.uid && geteuid() == user.uid && getgid() == user.gid && getgroups(0, NULL) == 1 && setuid(0) != 0 ? 0 : 2);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lock),
		cmocka_unit_test(test_lock_folder),
		cmocka_unit_test(test_memory_limit),
		cmocka_unit_test(test_become),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
