/* winnow rules: what can hit, and trying it out. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/rules_options.h"

static const char usage_text[] =
	"usage: winnow rules list [--config FILE] [--markdown | --unsupported]\n"
	"       winnow rules show NAME [--config FILE]\n"
	"       winnow rules test [OPTIONS] MAIL|FOLDER...\n"
	"       winnow rules try [OPTIONS] RULES.lua MAIL|FOLDER...\n"
	"       winnow rules profile [OPTIONS] MAIL|FOLDER...\n\n"
	"list     every symbol with its weight, evidence group, meaning, and who gives it. --markdown: the built-in ones as a page of documentation.\n"
	"         --unsupported: what of the SpamAssassin files cannot be run here, and why\n"
	"show     all about one\n"
	"test     what hits in these mails, and what was seen\n"
	"try      the same with the rules of one more file, which alone are shown; the daemon knows nothing of it\n"
	"profile  time of every rule over these mails, and the rules that never hit\n\n"
	"  --config FILE   configuration to read (default /etc/winnow/winnow.lua, if it exists)\n"
	"  --json          test, try: one JSON object a line, parts (\"__NAME\") included\n"
	"  --dns           test, try: ask the name servers; without it, what needs them is left out\n"
	"  --from, --rcpt, --ip, --helo, --user VALUE   what the MTA would tell, for test, try and profile\n";

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' }, { "markdown", no_argument, NULL, 'm' },     { "unsupported", no_argument, NULL, 'U' },
	{ "json", no_argument, NULL, 'j' },         { "from", required_argument, NULL, 'f' },   { "rcpt", required_argument, NULL, 'r' },
	{ "ip", required_argument, NULL, 'i' },     { "helo", required_argument, NULL, 'H' },   { "user", required_argument, NULL, 'u' },
	{ "help", no_argument, NULL, 'h' },         { "dns", no_argument, NULL, 'd' },          { NULL, 0, NULL, 0 },
};

static const struct {
	const char *name;
	int (*run)(const struct rules_options *, int argc, char **argv);
	int min, max; /* arguments; max -1: any number */
} commands[] = {
	{ "list", rules_list, 0, 0 }, { "show", rules_show, 1, 1 }, { "test", rules_test, 1, -1 }, { "try", rules_try, 2, -1 }, { "profile", rules_profile, 1, -1 },
};

static void set_option(struct rules_options *o, int opt)
{
	switch (opt) {
	case 'c': o->config = optarg; break;
	case 'd': o->dns = true; break;
	case 'm': o->markdown = true; break;
	case 'U': o->unsupported = true; break;
	case 'j': o->json = true; break;
	case 'f': o->from = optarg; break;
	case 'r': o->rcpt = optarg; break;
	case 'i': o->ip = optarg; break;
	case 'H': o->helo = optarg; break;
	default: o->user = optarg; break;
	}
}

int rules_command(int argc, char **argv)
{
	struct rules_options o = { .config = NULL };
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (opt == 'h' || opt == '?') {
			fputs(usage_text, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : EXIT_USAGE;
		}
		set_option(&o, opt);
	}
	argc -= optind;
	argv += optind;
	for (size_t i = 0; argc > 0 && i < sizeof(commands) / sizeof(commands[0]); i++) {
		int status, n = argc - 1;

		if (strcmp(argv[0], commands[i].name) != 0 || n < commands[i].min || (commands[i].max >= 0 && n > commands[i].max))
			continue;
		status = commands[i].run(&o, n, argv + 1);
		return fflush(stdout) == 0 ? status : 1;
	}
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}
