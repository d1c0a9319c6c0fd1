#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "proc/state.h"

struct place {
	char folder[32], path[64];
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	snprintf(p->folder, sizeof(p->folder), "/tmp/winnow-state-XXXXXX");
	if (mkdtemp(p->folder) == NULL)
		return -1;
	snprintf(p->path, sizeof(p->path), "%s/deep/er", p->folder);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "/deep/er/winnowd.pid", "/deep/er/fingerprint.key", "/deep/er/crash.log", "/deep/er", "/deep", "" };
	struct place *p = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s%s", p->folder, names[i]);
		remove(path);
	}
	free(p);
	return 0;
}

static void open_state(struct state *s, const struct place *p)
{
	struct err err;

	if (!state_open(s, p->path, &err))
		fail_msg("%s", err.text);
}

static void test_folder_and_pid(void **state)
{
	struct place *p = *state;
	struct state s;
	struct stat st;
	char path[128], text[32] = "";
	FILE *f;

	open_state(&s, p);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	snprintf(path, sizeof(path), "%s/winnowd.pid", p->path);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_int_equal(strtol(text, NULL, 10), getpid());
	state_close(&s);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void test_one_daemon_per_folder(void **state)
{
	struct place *p = *state;
	struct state s;
	int status;
	pid_t pid;

	open_state(&s, p);
	pid = fork();
	if (pid == 0) {
		struct state second;
		struct err err;
		bool ok = !state_open(&second, p->path, &err) && strstr(err.text, "another winnowd") != NULL;

		_exit(ok ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	state_close(&s);
	open_state(&s, p); /* free again */
	state_close(&s);
}

static void test_journal_survives(void **state)
{
	struct journal_entry e = { .message = 0xabcdef0123456789, .id = "0123456789ABC", .cause = "signal-11", .count = 1, .wall_us = 1800000000000000 };
	struct place *p = *state;
	struct poison *t;
	struct state s;
	struct err err;
	int fd;

	open_state(&s, p);
	journal_append(&s, &e);
	e.id = "forged\nwhen=1 message=1111111111111111";
	journal_append(&s, &e);
	state_close(&s);
	open_state(&s, p);
	assert_true(poison_new(&t, &fd, &err));
	assert_int_equal(journal_read(&s, t), 2);
	assert_int_equal(poison_count(t, 0xabcdef0123456789), 2);
	assert_int_equal(poison_count(t, 0x1111111111111111), 0);
	poison_free(&t);
	close(fd);
	state_close(&s);
}

static void test_key_survives(void **state)
{
	struct place *p = *state;
	struct state a, b;

	open_state(&a, p);
	state_close(&a);
	open_state(&b, p);
	state_close(&b);
	assert_memory_equal(&a.key, &b.key, sizeof(a.key));
	assert_true(a.key.k0 != 0 || a.key.k1 != 0);
}

static void test_journal_lines(void **state)
{
	static const struct {
		const char *line;
		bool ok;
		uint64_t message;
		uint32_t when;
	} cases[] = {
		{ "when=5 message=00000000000000ff id=A count=1 cause=signal-11", true, 0xff, 5 },
		{ "message=ABCDEF0123456789 when=4294967295", true, 0xabcdef0123456789, UINT32_MAX },
		{ "", false, 0, 0 },
		{ "when=5", false, 0, 0 },
		{ "message=00000000000000ff", false, 0, 0 },
		{ "when=5 message=ff", false, 0, 0 },
		{ "when=5 message=00000000000000fg", false, 0, 0 },
		{ "when=5 message=0000000000000000", false, 0, 0 },
		{ "when=-5 message=00000000000000ff", false, 0, 0 },
		{ "when=4294967296 message=00000000000000ff", false, 0, 0 },
		{ "when=5 message=00000000000000ffwhen=6 message=00000", false, 0, 0 }, /* torn by a full disk */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t message = 0;
		uint32_t when = 0;
		bool ok = journal_parse(span_of(cases[i].line), &message, &when);

		if (ok != cases[i].ok)
			fail_msg("'%s'", cases[i].line);
		if (ok) {
			assert_true(message == cases[i].message);
			assert_true(when == cases[i].when);
		}
	}
}

static void test_default_folder(void **state)
{
	char path[1024];
	struct err err;

	(void)state;
	assert_true(state_folder("/x/y", path, &err));
	assert_string_equal(path, "/x/y");
	if (geteuid() == 0) {
		assert_true(state_folder("", path, &err));
		assert_string_equal(path, "/var/lib/winnow");
		return;
	}
	setenv("XDG_STATE_HOME", "/xdg", 1);
	assert_true(state_folder("", path, &err));
	assert_string_equal(path, "/xdg/winnow");
	unsetenv("XDG_STATE_HOME");
	setenv("HOME", "/home/u", 1);
	assert_true(state_folder("", path, &err));
	assert_string_equal(path, "/home/u/.local/state/winnow");
	unsetenv("HOME");
	assert_false(state_folder("", path, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_folder_and_pid, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_one_daemon_per_folder, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_journal_survives, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_key_survives, set_up, tear_down),
		cmocka_unit_test(test_journal_lines),
		cmocka_unit_test(test_default_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
