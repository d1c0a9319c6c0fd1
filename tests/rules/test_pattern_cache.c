/* Compiled patterns: from the helper, from the cache, and what happens when either fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rules/pattern_cache.h"

static char folder[] = "/tmp/winnow-patterns-XXXXXX";

static const char *const patterns[] = { "viagra", "\\bcialis\\b", "foo.{1,20}bar", "^begin", "end$", "[0-9]{8,}", "(a|b)c\\1", "x+y" };

static struct pattern_set *make(struct arena *arena, const char *more)
{
	struct pattern_set *set = pattern_set_new(arena, "body");
	unsigned id;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		assert_true(pattern_set_add(set, span_of(patterns[i]), REGEX_CASELESS, &id, NULL));
	if (more != NULL)
		assert_true(pattern_set_add(set, span_of(more), 0, &id, NULL));
	return set;
}

/* Whether a prefilter works: a text without any hit has few candidates; a hit is never missed. */
static bool filtered(const struct pattern_set *set)
{
	uint64_t bits[1] = { 0 }, none[1] = { 0 };

	pattern_set_candidates(set, SPAN_LIT("cheap VIAGRA"), bits, NULL);
	assert_true(pattern_bit(bits, 0));
	pattern_set_candidates(set, SPAN_LIT("zzz"), none, NULL);
	return !pattern_bit(none, 0);
}

static unsigned files(char *last_r, size_t size)
{
	DIR *dir = opendir(folder);
	unsigned n = 0;

	assert_non_null(dir);
	for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		snprintf(last_r, size, "%s/%s", folder, e->d_name);
	}
	closedir(dir);
	return n;
}

static void empty_folder(void)
{
	char path[512];

	while (files(path, sizeof(path)) != 0)
		assert_int_equal(unlink(path), 0);
}

static bool run(struct pattern_set *set, const char *where, bool compile)
{
	struct pattern_cache_options options = { .folder = where, .compile = compile };

	return pattern_cache_attach(&set, 1, &options);
}

static void test_compiled_then_cached(void **state)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *first = make(arena, NULL), *second = make(arena, NULL), *other = make(arena, "other"), *uncached = make(arena, NULL);
	char path[512];

	(void)state;
	empty_folder();
	assert_false(run(uncached, folder, false));
	assert_false(filtered(uncached));
	assert_true(run(first, folder, true) && filtered(first));
	assert_int_equal(files(path, sizeof(path)), 1);
	assert_true(run(second, folder, false) && filtered(second));
	assert_false(run(other, folder, false)); /* other patterns, other file */
	assert_true(run(uncached, NULL, true) && filtered(uncached));
	assert_int_equal(files(path, sizeof(path)), 1);
	arena_free(&arena);
}

/* Whatever byte of the file is wrong: it is compiled again and replaced. */
static void test_broken_file(void **state)
{
	static const long at[] = { 0, 10, 45, 75, 90, -1 };
	char path[512];

	(void)state;
	for (size_t i = 0; i <= sizeof(at) / sizeof(*at); i++) {
		struct arena *arena = arena_new(0);
		struct pattern_set *set = make(arena, NULL), *again = make(arena, NULL), *healed = make(arena, NULL);
		FILE *f;

		empty_folder();
		assert_true(run(set, folder, true));
		assert_int_equal(files(path, sizeof(path)), 1);
		if (i == sizeof(at) / sizeof(*at)) {
			assert_int_equal(truncate(path, 100), 0);
		} else {
			f = fopen(path, "r+b");
			assert_non_null(f);
			fseek(f, at[i], at[i] < 0 ? SEEK_END : SEEK_SET);
			fputc(fgetc(f) ^ 0x55, (fseek(f, at[i], at[i] < 0 ? SEEK_END : SEEK_SET), f));
			fclose(f);
		}
		assert_false(run(again, folder, false));
		assert_false(filtered(again));
		assert_true(run(again, folder, true) && filtered(again));
		assert_true(run(healed, folder, false) && filtered(healed));
		arena_free(&arena);
	}
}

static void test_no_folder(void **state)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *set = make(arena, NULL), *file = make(arena, NULL);

	(void)state;
	assert_true(run(set, "/nonexistent/folder", true) && filtered(set));
	assert_true(run(file, "/dev/null", true) && filtered(file));
	arena_free(&arena);
}

/* A folder that cannot be written to: compiled all the same. The superuser may write anywhere, so it tries in a child that is not. */
static void test_read_only_folder(void **state)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *set = make(arena, "read only");
	char path[512];
	int status = 0;
	pid_t pid;

	(void)state;
	empty_folder();
	assert_int_equal(chmod(folder, 0555), 0);
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(2);
		_exit(run(set, folder, true) && filtered(set) ? 0 : 1);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(files(path, sizeof(path)), 0);
	arena_free(&arena);
}

/* A pattern that takes the compiler longer than it may is left out; the others are filtered. */
static void test_slow_pattern(void **state)
{
	struct arena *arena = arena_new(0);
	struct buf slow = BUF_INIT(arena);
	struct pattern_set *set;
	struct pattern_cache_options options = { .folder = NULL, .compile = true, .vet_us = 50000 };
	uint64_t bits[1] = { 0 };

	(void)state;
	/* No literals, and ways without end to divide a text among its pieces. */
	for (int i = 0; i < 12; i++)
		buf_str(&slow, "(?:[a-m]{1,8}|[^x]{2,8}\\d){1,7}");
	buf_char(&slow, '\0');
	set = make(arena, slow.p);
	assert_true(pattern_cache_attach(&set, 1, &options));
	assert_true(filtered(set));
	pattern_set_candidates(set, SPAN_LIT("-"), bits, NULL);
	assert_true(pattern_bit(bits, sizeof(patterns) / sizeof(*patterns)));
	arena_free(&arena);
}

/* No time at all: PCRE2 alone, and no helper is left behind. */
static void test_no_time(void **state)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *set = make(arena, NULL);
	struct pattern_cache_options options = { .folder = folder, .compile = true, .compile_us = 1 };
	char path[512];

	(void)state;
	empty_folder();
	assert_false(pattern_cache_attach(&set, 1, &options));
	assert_false(filtered(set));
	assert_int_equal(files(path, sizeof(path)), 0);
	assert_true(waitpid(-1, NULL, WNOHANG) < 0);
	arena_free(&arena);
}

/* Ends every child of "parent" as long as the pipe is open, as an administrator or the kernel might; then stops. */
static _Noreturn void murderer(pid_t parent, int pipe_end)
{
	char path[64], buf[1], list[256];
	struct timespec tick = { 0, 2000000 };

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children", (long)parent, (long)parent);
	fcntl(pipe_end, F_SETFL, O_NONBLOCK);
	while (read(pipe_end, buf, 1) != 0) {
		FILE *f = fopen(path, "re");
		size_t n = f != NULL ? fread(list, 1, sizeof(list) - 1, f) : 0;
		char *at = list;

		list[n] = '\0';
		for (long pid; (pid = strtol(at, &at, 10)) > 0;) {
			if (pid != getpid())
				kill((pid_t)pid, SIGKILL);
		}
		if (f != NULL)
			fclose(f);
		nanosleep(&tick, NULL);
	}
	_exit(0);
}

static void test_helper_killed(void **state)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *set = make(arena, "[a-z]{1,50}[0-9a-f]{1,60}x{1,40}"), *after = make(arena, "after");
	pid_t parent = getpid(), pid;
	int fds[2], status;

	(void)state;
	empty_folder();
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[1]);
		murderer(parent, fds[0]);
	}
	assert_true(pid > 0);
	close(fds[0]);
	/* How far the helpers come is a matter of chance; that it ends, and that nothing is missed, is not. */
	(void)run(set, folder, true);
	(void)filtered(set);
	close(fds[1]);
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_true(run(after, folder, true) && filtered(after));
	arena_free(&arena);
}

static void test_old_files(void **state)
{
	static const char old_name[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.patterns";
	struct timespec long_ago[2] = { { 1000000000, 0 }, { 1000000000, 0 } };
	struct arena *arena = arena_new(0);
	struct pattern_set *set = make(arena, NULL), *again = make(arena, NULL);
	char own[512], path[512], other[512];
	int fd;

	(void)state;
	empty_folder();
	assert_true(run(set, folder, true));
	assert_int_equal(files(own, sizeof(own)), 1);
	snprintf(path, sizeof(path), "%s/%s", folder, old_name);
	snprintf(other, sizeof(other), "%s/notes.txt", folder);
	for (int i = 0; i < 2; i++) {
		fd = open(i == 0 ? path : other, O_WRONLY | O_CREAT, 0600);
		assert_true(fd >= 0 && futimens(fd, long_ago) == 0);
		close(fd);
	}
	assert_int_equal(utimensat(AT_FDCWD, own, long_ago, 0), 0);
	assert_true(run(again, folder, true) && filtered(again)); /* those who only look clean nothing */
	assert_int_not_equal(access(path, F_OK), 0); /* old, of nobody */
	assert_int_equal(access(other, F_OK), 0);    /* not ours */
	assert_int_equal(access(own, F_OK), 0);      /* old, in use */
	arena_free(&arena);
}

static size_t told;

static void progress(void *ctx, const char *set, size_t done, size_t of)
{
	assert_ptr_equal(ctx, &told);
	assert_string_equal(set, "body");
	assert_true(done <= of);
	told++;
}

static void test_few(void **state)
{
	struct arena *arena = arena_new(0);
	struct pattern_set *set = pattern_set_new(arena, "body");
	struct pattern_cache_options options = { .folder = folder, .compile = true, .progress = progress, .ctx = &told };
	char path[512];
	unsigned id;

	(void)state;
	empty_folder();
	assert_true(pattern_set_add(set, SPAN_LIT("a"), 0, &id, NULL));
	assert_true(pattern_cache_attach(&set, 1, &options));
	assert_true(pattern_cache_attach(NULL, 0, &options));
	assert_int_equal(files(path, sizeof(path)), 0);
	assert_int_equal(told, 0);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compiled_then_cached), cmocka_unit_test(test_broken_file), cmocka_unit_test(test_no_folder), cmocka_unit_test(test_read_only_folder),
		cmocka_unit_test(test_slow_pattern), cmocka_unit_test(test_no_time), cmocka_unit_test(test_helper_killed), cmocka_unit_test(test_old_files),
		cmocka_unit_test(test_few),
	};
	int failed;

	if (!prefilter_available()) {
		printf("no vectorscan here: nothing to compile\n");
		return 0;
	}
	if (mkdtemp(folder) == NULL)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	empty_folder();
	rmdir(folder);
	return failed;
}
