/* winnow rules: the symbols that checks can give, with their weights. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/milli.h"
#include "checks/registry.h"
#include "cli/cli.h"

static const char usage_text[] =
	"usage: winnow rules list [--markdown]\n"
	"       winnow rules show SYMBOL\n\n"
	"list prints every symbol with its weight, evidence group, check and meaning; --markdown as a page of documentation.\n";

static void print_row(const struct check *c, const struct symbol *s, bool markdown)
{
	char score[16];
	const char *weight = milli_text(s->score, 0, 3, score);

	if (markdown)
		printf("| `%s` | %s | %s | %s%s |\n", s->name, weight, s->group, s->doc, s->force != ACTION_NONE ? " (forced action)" : "");
	else
		printf("%-28s %6s  %-8s %-22s %s\n", s->name, weight, s->group, c->name, s->doc);
}

static void list(bool markdown)
{
	if (markdown) {
		puts("# Symbols\n\nPrinted by `winnow rules list --markdown`. Weights can be changed by profile: `profile { scores = { SYMBOL = 1.5 } }`.\n"
		     "The sum of an evidence group is capped (`group \"content\" { cap = 12 }`); group `policy` informs and is no evidence.\n");
	}
	for (const struct check *const *c = checks_all; *c != NULL; c++) {
		if (markdown)
			printf("## %s\n\n| symbol | weight | group | meaning |\n|---|---|---|---|\n", (*c)->name);
		for (size_t i = 0; i < (*c)->nsymbols; i++)
			print_row(*c, &(*c)->symbols[i], markdown);
		if (markdown)
			putchar('\n');
	}
}

static int show(const char *name)
{
	char score[16];

	for (const struct check *const *c = checks_all; *c != NULL; c++) {
		for (size_t i = 0; i < (*c)->nsymbols; i++) {
			const struct symbol *s = &(*c)->symbols[i];

			if (strcmp(s->name, name) != 0)
				continue;
			printf("%s\n  weight  %s\n  group   %s\n  check   %s\n  forces  %s\n  %s\n", s->name, milli_text(s->score, 0, 3, score), s->group, (*c)->name,
			       action_name(s->force), s->doc);
			return 0;
		}
	}
	fprintf(stderr, "winnow rules: unknown symbol '%s'\n", name);
	return 1;
}

int rules_command(int argc, char **argv)
{
	static const struct option options[] = { { "markdown", no_argument, NULL, 'm' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 } };
	bool markdown = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt != 'm') {
			fputs(usage_text, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : EXIT_USAGE;
		}
		markdown = true;
	}
	argc -= optind;
	argv += optind;
	if (argc == 1 && strcmp(argv[0], "list") == 0) {
		list(markdown);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	if (argc == 2 && strcmp(argv[0], "show") == 0)
		return show(argv[1]);
	fputs(usage_text, stderr);
	return EXIT_USAGE;
}
