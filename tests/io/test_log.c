#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "io/log.h"

struct files {
	char folder[32], path[64], target[80], text[70000];
};

static int set_up(void **state)
{
	struct files *f = calloc(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/winnow-log-XXXXXX");
	if (mkdtemp(f->folder) == NULL)
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/log", f->folder);
	snprintf(f->target, sizeof(f->target), "file:%s", f->path);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct files *f = *state;

	log_close();
	log_role("");
	unlink(f->path);
	rmdir(f->folder);
	free(f);
	return 0;
}

static void open_log(const struct files *f, enum log_level level)
{
	struct err err;

	if (!log_open(span_of(f->target), level, &err))
		fail_msg("%s", err.text);
}

static const char *content(struct files *f)
{
	FILE *file = fopen(f->path, "r");

	assert_non_null(file);
	f->text[fread(f->text, 1, sizeof(f->text) - 1, file)] = '\0';
	fclose(file);
	return f->text;
}

static void test_line(void **state)
{
	struct files *f = *state;
	struct log_line l;
	const char *text;

	open_log(f, LOG_LEVEL_INFO);
	log_role("scanner-1");
	log_begin(&l, LOG_LEVEL_WARN, "scan");
	log_cstr(&l, "id", "0123");
	log_int(&l, "size", -5);
	log_end(&l);
	text = content(f);
	assert_memory_equal(text, "time=20", 7);
	assert_string_equal(text + strlen("time=2026-11-21T18:26:00.123456"), "Z level=warn role=scanner-1 msg=scan id=0123 size=-5\n");
}

static void test_escaping(void **state)
{
	static const struct {
		const char *value, *logged;
	} cases[] = {
		{ "plain", "plain" },
		{ "", "\"\"" },
		{ "two words", "\"two words\"" },
		{ "a=b", "\"a=b\"" },
		{ "say \"hi\"", "\"say \\x22hi\\x22\"" },
		{ "\"", "\"\\x22\"" },
		{ "back\\slash", "back\\x5cslash" },
		{ "line\nmsg=forged", "\"line\\x0amsg=forged\"" },
		{ "cr\rtab\tdel\x7f", "cr\\x0dtab\\x09del\\x7f" },
		{ "esc\x1b[31m", "esc\\x1b[31m" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "bad\xff\xc3(", "bad\\xff\\xc3(" },
		{ "overlong\xc0\xaf", "overlong\\xc0\\xaf" },
		{ "c1\xc2\x85x", "c1\\xc2\\x85x" },
		{ "rtl\xe2\x80\xaetxt", "rtl\\xe2\\x80\\xaetxt" },
		{ "ls\xe2\x80\xa8", "ls\\xe2\\x80\\xa8" },
	};
	struct files *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct log_line l;
		char *at;

		assert_true(unlink(f->path) == 0 || i == 0);
		open_log(f, LOG_LEVEL_INFO);
		log_begin(&l, LOG_LEVEL_INFO, "m");
		log_cstr(&l, "v", cases[i].value);
		log_end(&l);
		at = strstr(content(f), " v=");
		assert_non_null(at);
		assert_int_equal(at[strlen(at) - 1], '\n');
		at[strlen(at) - 1] = '\0';
		assert_string_equal(at + 3, cases[i].logged);
	}
}

static void test_nul_and_length(void **state)
{
	struct files *f = *state;
	char value[3000], *at;
	struct log_line l;

	memset(value, 'x', sizeof(value));
	value[1] = '\0';
	value[1023] = '\xc3'; /* a character of two bytes where the cut would be */
	value[1024] = '\xbc';
	open_log(f, LOG_LEVEL_INFO);
	log_begin(&l, LOG_LEVEL_INFO, "m");
	log_str(&l, "v", span_make(value, sizeof(value)));
	log_cstr(&l, "after", "here");
	log_end(&l);
	at = strstr(content(f), " v=\"x\\x00xxx");
	assert_non_null(at);
	assert_non_null(strstr(at, "xxx...\" after=here\n"));
	assert_null(strstr(at, "\\xc3"));
	assert_int_equal(strchr(at, '\n') - at, strlen(" v=\"\" after=here") + 1023 + strlen("\\x00") - 1 + strlen("..."));
}

static void test_levels(void **state)
{
	struct files *f = *state;

	open_log(f, LOG_LEVEL_WARN);
	assert_true(log_wants(LOG_LEVEL_ERROR));
	assert_false(log_wants(LOG_LEVEL_INFO));
	log_info("not %s", "this");
	log_error("this: %d", 7);
	assert_null(strstr(content(f), "not"));
	assert_non_null(strstr(content(f), "level=error msg=\"this: 7\"\n"));
}

static void test_reopen_after_rotation(void **state)
{
	struct files *f = *state;
	char old[80];

	open_log(f, LOG_LEVEL_INFO);
	log_info("one");
	snprintf(old, sizeof(old), "%s.1", f->path);
	assert_int_equal(rename(f->path, old), 0);
	log_reopen();
	log_info("two");
	assert_null(strstr(content(f), "one"));
	assert_non_null(strstr(content(f), "msg=two"));
	unlink(old);
}

static void test_taken_descriptor(void **state)
{
	struct files *f = *state;

	open_log(f, LOG_LEVEL_INFO);
	assert_true(log_fd() >= 0);
	unlink(f->path);
	log_take(open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
	log_info("three");
	assert_non_null(strstr(content(f), "msg=three"));
}

static void test_lost_lines_are_counted(void **state)
{
	struct files *f = *state;
	struct err err;

	if (access("/dev/full", W_OK) != 0) {
		print_message("no /dev/full here\n");
		skip();
	}
	assert_true(log_open(SPAN_LIT("file:/dev/full"), LOG_LEVEL_INFO, &err));
	log_info("lost 1");
	log_info("lost 2");
	log_take(open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
	log_info("found");
	log_info("again");
	assert_null(strstr(content(f), "lost 1"));
	assert_non_null(strstr(content(f), "level=warn msg=\"log lines lost\" count=2\n"));
	assert_non_null(strstr(f->text, "msg=found\n"));
	assert_ptr_equal(strstr(strstr(f->text, "log lines lost") + 1, "log lines lost"), NULL);
}

static void test_bad_targets(void **state)
{
	static const char *const bad[] = { "", "stdout", "file:", "file:relative", "syslog:x", "file:/nonexistent-folder/x" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(log_open(span_of(bad[i]), LOG_LEVEL_INFO, &err));
}

static void test_settings_check(void **state)
{
	struct log_settings good = { .target = SPAN_LIT("file:/var/log/winnow.log") }, bad = { .target = SPAN_LIT("stdin") };
	struct err err;

	(void)state;
	assert_true(log_setting_set.check(&good, &err));
	assert_false(log_setting_set.check(&bad, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_escaping, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nul_and_length, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_levels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reopen_after_rotation, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_taken_descriptor, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lost_lines_are_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_targets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_settings_check, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
