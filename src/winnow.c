/* winnow: the administrator's command line. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "scan", scan_command, "scan messages and print the verdicts" },
	{ "config", config_command, "show the configuration in force, explain a setting" },
	{ "evaluate", evaluate_command, "measure the learned model on labelled mail" },
	{ "rules", rules_command, "list the symbols of all checks" },
	{ "dkim", dkim_command, "make keys for signing, print what to publish" },
	{ "lists", lists_command, "show block and allow lists, test those in use" },
};

#define NCOMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *to)
{
	fputs("usage: winnow COMMAND [ARGUMENTS]\n\ncommands:\n", to);
	for (size_t i = 0; i < NCOMMANDS; i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].help);
	fputs("\n\"winnow COMMAND --help\" tells more; \"winnow --version\" the version.\n", to);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("winnow " WINNOW_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return 0;
	}
	for (size_t i = 0; i < NCOMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	}
	fprintf(stderr, "winnow: unknown command '%s'\n", argv[1]);
	usage(stderr);
	return EXIT_USAGE;
}
