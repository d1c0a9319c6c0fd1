/* winnowd: the daemon. The same program is the master, and, by fork and exec with --role, the loader. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proc/link.h"
#include "proc/options.h"

#define EXIT_USAGE 2

static const char usage[] =
	"Usage: winnowd [--config FILE] [--check-config] [--foreground]\n"
	"\n"
	"  --config FILE    configuration (default: /etc/winnow/winnow.lua when it exists, else built-in defaults)\n"
	"  --check-config   read the configuration, say what is wrong with it, end\n"
	"  --foreground     do not detach (winnowd never does)\n"
	"  --version        print the version\n"
	"  --help           print this\n"
	"\n"
	"SIGTERM stops, SIGHUP reads the configuration again, SIGUSR1 opens the log file again.\n";

enum { OPTION_CONFIG = 1, OPTION_CHECK, OPTION_FOREGROUND, OPTION_VERSION, OPTION_HELP, OPTION_ROLE };

static const struct option long_options[] = {
	{ "config", required_argument, NULL, OPTION_CONFIG },
	{ "check-config", no_argument, NULL, OPTION_CHECK },
	{ "foreground", no_argument, NULL, OPTION_FOREGROUND },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "role", required_argument, NULL, OPTION_ROLE },
	{ NULL, 0, NULL, 0 },
};

struct arguments {
	char *config; /* a copy: the command line is overwritten */
	bool check;
	bool loader, inspect_loader;
};

/* -1: go on; else the exit status. */
static int read_arguments(int argc, char **argv, struct arguments *a)
{
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (option) {
		case OPTION_CONFIG:
			free(a->config);
			a->config = strdup(optarg);
			if (a->config == NULL)
				abort();
			break;
		case OPTION_CHECK:
			a->check = true;
			break;
		case OPTION_FOREGROUND:
			break;
		case OPTION_VERSION:
			puts("winnowd " WINNOW_VERSION);
			return EXIT_SUCCESS;
		case OPTION_HELP:
			fputs(usage, stdout);
			return EXIT_SUCCESS;
		case OPTION_ROLE:
			a->loader = strcmp(optarg, "loader") == 0;
			a->inspect_loader = strcmp(optarg, "inspect-loader") == 0;
			if (a->loader || a->inspect_loader)
				break;
			fprintf(stderr, "winnowd: unknown role\n");
			return EXIT_USAGE;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	fputs(usage, stderr);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct arguments a = { .config = NULL };
	struct options options;
	struct stat st;
	int status = read_arguments(argc, argv, &a);

	if (status < 0) {
		signal(SIGPIPE, SIG_IGN);
		options.config = a.config;
		title_init(&options.title, argc, argv);
		if (a.check)
			status = loader_check(&options);
		else if (!a.loader && !a.inspect_loader)
			status = master_run(&options);
		else if (fstat(LINK_FD, &st) == 0 && S_ISSOCK(st.st_mode))
			status = a.loader ? loader_run(&options) : inspect_loader_run(&options);
		else
			status = EXIT_USAGE; /* not started by a master */
	}
	free(a.config);
	return status;
}
