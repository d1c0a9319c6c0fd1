/* winnow config: what is in force, and why. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "conf/conf.h"
#include "proc/settings.h"

static const char usage_text[] =
	"usage: winnow config dump [--config FILE]\n"
	"       winnow config explain BLOCK.KEY [ADDRESS] [--config FILE]\n"
	"       winnow config reference\n\n"
	"dump prints the whole configuration in force, as a file that can be loaded again;\n"
	"explain tells one setting and which layer of the configuration spoke last, for one recipient if given;\n"
	"reference prints the documentation of all settings as Markdown.\n";

static int fail(const struct err *err)
{
	fprintf(stderr, "winnow config: %s\n", err->text);
	return 1;
}

static int print(struct buf *out)
{
	fwrite(out->p ? out->p : "", 1, out->len, stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}

static int with_conf(const struct conf *conf, int argc, char **argv, struct buf *out)
{
	struct err err;

	if (strcmp(argv[0], "dump") == 0 && argc == 1) {
		conf_dump(conf, out);
		return print(out);
	}
	if (strcmp(argv[0], "explain") == 0 && (argc == 2 || argc == 3)) {
		if (!conf_explain(conf, span_of(argv[1]), span_of(argc == 3 ? argv[2] : NULL), out, &err))
			return fail(&err);
		return print(out);
	}
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}

static int run(const char *config, int argc, char **argv, struct arena *arena)
{
	const struct setting_set *const *sets = settings_all(arena);
	struct buf out = BUF_INIT(arena);
	struct conf *conf;
	struct err err;
	int status;

	if (argc == 0) {
		fputs(usage_text, stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[0], "reference") == 0 && argc == 1) {
		conf_reference(sets, &out);
		return print(&out);
	}
	conf = conf_load(settings_path(config), sets, &err);
	if (conf == NULL)
		return fail(&err);
	status = with_conf(conf, argc, argv, &out);
	conf_free(&conf);
	return status;
}

int config_command(int argc, char **argv)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
	};
	const char *config = NULL;
	struct arena *arena;
	int opt, status;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 'c') {
			config = optarg;
			continue;
		}
		fputs(usage_text, opt == 'h' ? stdout : stderr);
		return opt == 'h' ? 0 : EXIT_USAGE;
	}
	arena = arena_new(0);
	status = run(config, argc - optind, argv + optind, arena);
	arena_free(&arena);
	return status;
}
