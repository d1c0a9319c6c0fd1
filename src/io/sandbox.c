#include "io/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif
#ifndef WITH_ASAN
#define WITH_ASAN 0
#endif

bool sandbox_impossible(void)
{
	return WITH_ASAN;
}

/* User and limits. */

bool sandbox_user_find(const char *name, struct sandbox_user *user_r)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		return false;
	*user_r = (struct sandbox_user){ .uid = pw->pw_uid, .gid = pw->pw_gid };
	snprintf(user_r->name, sizeof(user_r->name), "%s", name);
	return true;
}

bool sandbox_become(const struct sandbox_user *user, struct err *err_r)
{
	if (setgroups(1, &user->gid) != 0 || setresgid(user->gid, user->gid, user->gid) != 0 || setresuid(user->uid, user->uid, user->uid) != 0)
		return err_set(err_r, "cannot become user %s: %s", user->name, strerror(errno));
	if (user->uid != 0 && (setuid(0) == 0 || setgid(0) == 0))
		return err_set(err_r, "user %s can become root again", user->name);
#if WITH_ASAN
	prctl(PR_SET_DUMPABLE, 1); /* LeakSanitizer looks at its own process with ptrace */
#endif
	return true;
}

bool sandbox_limit(int64_t memory, struct err *err_r)
{
	struct rlimit none = { 0, 0 }, as = { (rlim_t)memory, (rlim_t)memory };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return err_set(err_r, "no_new_privs: %s", strerror(errno));
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return err_set(err_r, "RLIMIT_CORE: %s", strerror(errno));
	if (memory != 0 && !WITH_ASAN && setrlimit(RLIMIT_AS, &as) != 0)
		return err_set(err_r, "RLIMIT_AS: %s", strerror(errno));
	return true;
}

/* Landlock: all that it can restrict; the exception is one folder, or none. The numbers are the kernel's, since the C library's headers may be older. */

struct landlock_attr {
	uint64_t fs, net, scope;
};

struct landlock_beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

#define LANDLOCK_BENEATH 1
#define FOLDER_RIGHTS 0x41be /* read and write files, list, remove files and folders, make files and folders, truncate */

static bool except_folder(int ruleset, int folder, uint64_t handled)
{
	struct landlock_beneath rule = { .allowed = FOLDER_RIGHTS & handled, .parent = folder };

	return folder < 0 || syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_BENEATH, &rule, 0) == 0;
}

/* folder: -1 for none. */
static bool lock_files(int folder, struct err *err_r)
{
	/* What each version of the interface can restrict: bits of the file system, of TCP (bind), of signals and abstract sockets. */
	static const struct landlock_attr by_version[] = {
		{ 0x1fff, 0, 0 }, { 0x3fff, 0, 0 }, { 0x7fff, 0, 0 }, { 0x7fff, 1, 0 }, { 0xffff, 1, 0 }, { 0xffff, 1, 3 },
	};
	const long known = (long)(sizeof(by_version) / sizeof(by_version[0]));
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1), fd;
	const struct landlock_attr *attr;
	bool ok;

	if (version < 1)
		return true; /* a kernel without it */
	attr = &by_version[(version < known ? version : known) - 1];
	fd = syscall(SYS_landlock_create_ruleset, attr, sizeof(*attr), 0);
	if (fd < 0)
		return err_set(err_r, "landlock_create_ruleset: %s", strerror(errno));
	ok = except_folder((int)fd, folder, attr->fs) && syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	if (!ok)
		err_set(err_r, "landlock: %s", strerror(errno));
	close((int)fd);
	return ok;
}

/* System calls. */

static const int allowed[] = {
	/* input and output on what is open */
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(dup), SCMP_SYS(dup3), SCMP_SYS(ftruncate), SCMP_SYS(memfd_create),
	SCMP_SYS(sendfile), SCMP_SYS(splice), SCMP_SYS(fallocate),
	/* sockets that are open */
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg),
	/* waiting */
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_create1), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(eventfd2), SCMP_SYS(pipe2), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(futex),
	SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(sched_yield), SCMP_SYS(restart_syscall),
	/* memory; what is executable is limited below */
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(munlock),
	/* time, chance, itself */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(getrandom), SCMP_SYS(getpid),
	SCMP_SYS(gettid), SCMP_SYS(getppid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(getrusage), SCMP_SYS(getrlimit),
	SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu), SCMP_SYS(rseq), SCMP_SYS(set_robust_list), SCMP_SYS(membarrier),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(exit), SCMP_SYS(exit_group),
};

/* Who speaks to the network; making sockets is limited below. Others share their sockets: shutdown() would end them for all. */
static const int networking[] = {
	SCMP_SYS(accept4), SCMP_SYS(connect), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(bind),
	SCMP_SYS(socketpair), SCMP_SYS(shutdown),
};

/* Who has a folder; Landlock and the user's rights say which. */
static const int filing[] = {
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(rename), SCMP_SYS(chmod), SCMP_SYS(fchmod), SCMP_SYS(getdents64),
	SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(access), SCMP_SYS(umask), SCMP_SYS(fsync), SCMP_SYS(truncate), SCMP_SYS(fadvise64), SCMP_SYS(setitimer),
};

/* What libraries try on the way and can do without. */
static const int refused_paths[] = { SCMP_SYS(access), SCMP_SYS(stat), SCMP_SYS(lstat) };
static const int refused[] = {
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(prctl),
};

struct limited_call {
	int call;
	uint32_t action;
	unsigned n;
	struct scmp_arg_cmp args[2];
};

#define MASKED(arg, mask, value) { (arg), SCMP_CMP_MASKED_EQ, (mask), (value) }
#define EQUAL(arg, value) { (arg), SCMP_CMP_EQ, (value), 0 }
#define SOCK_KIND 0xf /* the type without SOCK_CLOEXEC and SOCK_NONBLOCK */
#define OPEN_WRITES (O_ACCMODE | O_CREAT | O_TRUNC)

static const struct limited_call inet_sockets[] = {
	{ SCMP_SYS(socket), SCMP_ACT_ALLOW, 2, { EQUAL(0, AF_INET), MASKED(1, SOCK_KIND, SOCK_STREAM) } },
	{ SCMP_SYS(socket), SCMP_ACT_ALLOW, 2, { EQUAL(0, AF_INET), MASKED(1, SOCK_KIND, SOCK_DGRAM) } },
	{ SCMP_SYS(socket), SCMP_ACT_ALLOW, 2, { EQUAL(0, AF_INET6), MASKED(1, SOCK_KIND, SOCK_STREAM) } },
	{ SCMP_SYS(socket), SCMP_ACT_ALLOW, 2, { EQUAL(0, AF_INET6), MASKED(1, SOCK_KIND, SOCK_DGRAM) } },
	{ SCMP_SYS(open), SCMP_ACT_ERRNO(EACCES), 1, { MASKED(1, OPEN_WRITES, 0) } },
	{ SCMP_SYS(openat), SCMP_ACT_ERRNO(EACCES), 1, { MASKED(2, OPEN_WRITES, 0) } },
};

static bool add_rows(scmp_filter_ctx filter, const struct limited_call *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (seccomp_rule_add_array(filter, rows[i].action, rows[i].call, rows[i].n, rows[i].args) != 0)
			return false;
	}
	return true;
}

static bool add_limited(scmp_filter_ctx filter)
{
	const struct limited_call rows[] = {
		{ SCMP_SYS(mmap), SCMP_ACT_ALLOW, 1, { MASKED(2, PROT_EXEC, 0) } },
		{ SCMP_SYS(mprotect), SCMP_ACT_ALLOW, 1, { MASKED(2, PROT_EXEC, 0) } },
		{ SCMP_SYS(prlimit64), SCMP_ACT_ALLOW, 1, { EQUAL(2, 0) } }, /* asking, not setting */
		{ SCMP_SYS(tgkill), SCMP_ACT_ALLOW, 1, { EQUAL(0, (scmp_datum_t)getpid()) } }, /* abort() */
		{ SCMP_SYS(ioctl), SCMP_ACT_ALLOW, 1, { EQUAL(1, FIONREAD) } },
		{ SCMP_SYS(ioctl), SCMP_ACT_ALLOW, 1, { EQUAL(1, FIONBIO) } },
		{ SCMP_SYS(ioctl), SCMP_ACT_ERRNO(ENOTTY), 1, { EQUAL(1, TCGETS) } },
		/* not F_SETOWN and O_ASYNC: they would send signals to the others */
		{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, { EQUAL(1, F_GETFD) } },
		{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, { EQUAL(1, F_SETFD) } },
		{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, { EQUAL(1, F_GETFL) } },
		{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 2, { EQUAL(1, F_SETFL), MASKED(2, O_ASYNC, 0) } },
		{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, { EQUAL(1, F_DUPFD_CLOEXEC) } },
		{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, { EQUAL(1, F_ADD_SEALS) } },
		{ SCMP_SYS(fcntl), SCMP_ACT_ALLOW, 1, { EQUAL(1, F_GET_SEALS) } },
	};

	return add_rows(filter, rows, sizeof(rows) / sizeof(rows[0]));
}

static bool add_calls(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (seccomp_rule_add(filter, action, calls[i], 0) != 0)
			return false;
	}
	return true;
}

#define CALLS(table) (table), sizeof(table) / sizeof((table)[0])

enum lock_kind { LOCK_INTERNET, LOCK_UNIX, LOCK_FOLDER };

/* What a process with a folder may do beyond the rest, or one that answers sockets. */
static bool add_special(scmp_filter_ctx filter, enum lock_kind kind)
{
	const struct limited_call unix_stream = { SCMP_SYS(socket), SCMP_ACT_ALLOW, 2, { EQUAL(0, AF_UNIX), MASKED(1, SOCK_KIND, SOCK_STREAM) } };

	if (kind == LOCK_FOLDER)
		return add_calls(filter, SCMP_ACT_ALLOW, CALLS(filing));
	if (kind == LOCK_UNIX && !add_rows(filter, &unix_stream, 1))
		return false;
	return add_calls(filter, SCMP_ACT_ALLOW, CALLS(networking)) && add_rows(filter, CALLS(inet_sockets)) &&
	       add_calls(filter, SCMP_ACT_ERRNO(EACCES), CALLS(refused_paths));
}

static bool lock_calls(enum lock_kind kind, struct err *err_r)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int failed;

	if (filter == NULL)
		return err_set(err_r, "seccomp: no memory");
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree instead of a list */
	if (!add_calls(filter, SCMP_ACT_ALLOW, CALLS(allowed)) || !add_calls(filter, SCMP_ACT_ERRNO(EACCES), CALLS(refused)) || !add_limited(filter) ||
	    !add_special(filter, kind)) {
		seccomp_release(filter);
		return err_set(err_r, "seccomp: the filter cannot be built");
	}
	failed = seccomp_load(filter);
	seccomp_release(filter);
	return failed == 0 ? true : err_set(err_r, "seccomp: %s", strerror(-failed));
}

bool sandbox_lock(bool unix_sockets, struct err *err_r)
{
	return lock_files(-1, err_r) && lock_calls(unix_sockets ? LOCK_UNIX : LOCK_INTERNET, err_r);
}

bool sandbox_lock_folder(int folder, struct err *err_r)
{
	return lock_files(folder, err_r) && lock_calls(LOCK_FOLDER, err_r);
}
