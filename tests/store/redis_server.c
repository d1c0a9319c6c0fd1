#include "redis_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "/usr/bin/redis-check-rdb" /* what it does depends on the name by which it is called */

pid_t redis_server_start(const char *folder, const char *name, bool sentinel, const char *const *args)
{
	char *argv[40] = { sentinel ? "redis-sentinel" : "redis-server" };
	pid_t parent = getpid(), pid = fork();
	char log[256];
	int n = 1, fd;

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	while (*args != NULL && n < 39)
		argv[n++] = (char *)*args++;
	snprintf(log, sizeof(log), "%s/%s.log", folder, name);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	if (chdir(folder) != 0)
		_exit(1);
	execv(PROGRAM, argv);
	perror(PROGRAM " (package redis-tools)");
	_exit(1);
}

void redis_server_kill(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

static bool connects(const char *unix_path, int port)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(unix_path != NULL ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool ok;

	if (unix_path != NULL) {
		snprintf(un.sun_path, sizeof(un.sun_path), "%s", unix_path);
		ok = connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0;
	} else {
		ok = connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0;
	}
	close(fd);
	return ok;
}

bool redis_server_listens(const char *unix_path, int port)
{
	for (unsigned i = 0; i < 6000; i++) {
		if (connects(unix_path, port))
			return true;
		usleep(10000);
	}
	return false;
}

int redis_server_free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(in);

	if (bind(fd, (struct sockaddr *)&in, sizeof(in)) != 0)
		return 0;
	getsockname(fd, (struct sockaddr *)&in, &len);
	close(fd);
	return ntohs(in.sin_port);
}
