/* winnow lists: which lists there are, and whether those in use work. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/milli.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "io/log.h"
#include "lists/list_health.h"
#include "net/resolver.h"
#include "proc/settings.h"

static const char usage_text[] =
	"usage: winnow lists [--config FILE] [--enabled] [--codes]\n"
	"       winnow lists test [--config FILE]\n"
	"\n"
	"Shows the lists that lists.enable can name, with the limits of their free use. \"test\" asks those in use for\n"
	"their test points, as the daemon does, and ends with 1 when one of them does not work.\n"
	"\n"
	"  --config FILE   configuration (default: /etc/winnow/winnow.lua when it exists)\n"
	"  --enabled       only the lists in use\n"
	"  --codes         the symbols of each list, too\n";

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' }, { "enabled", no_argument, NULL, 'e' }, { "codes", no_argument, NULL, 'C' }, { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
};

struct command {
	const char *config;
	bool enabled, codes;
	struct arena *arena;
	struct conf *conf;
	struct lists *lists;
};

static bool open_lists(struct command *c, struct err *err_r)
{
	c->arena = arena_new(0);
	c->conf = conf_load(settings_path(c->config), settings_all(c->arena), err_r);
	if (c->conf == NULL)
		return false;
	c->lists = lists_load(c->arena, conf_get(c->conf, &lists_setting_set), err_r);
	return c->lists != NULL;
}

static void close_lists(struct command *c)
{
	conf_free(&c->conf);
	arena_free(&c->arena);
}

/* Showing. */

static bool in_use(const struct lists *l, const struct list_def *d)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i] == d)
			return true;
	}
	return false;
}

static void show_line(const char *what, const char *text)
{
	if (text != NULL)
		printf("    %-9s %s\n", what, text);
}

static void show_source(const struct list_def *d)
{
	switch (d->source) {
	case LIST_ZONE:
		/* A key is a secret: the zone of a list in use has it inside. */
		if (d->key != NULL)
			printf("    %-9s lists { keys = { \"%s=YOUR-KEY\" } }\n", "key", d->key);
		else
			printf("    %-9s %.*s\n", "zone", SPAN_ARG(d->zone));
		break;
	case LIST_FILE:
		show_line("file", d->file);
		break;
	case LIST_COUNTRY:
	case LIST_ASN:
		show_line("by", d->source == LIST_COUNTRY ? "country" : "network number (ASN)");
	}
}

static void show_list(const struct command *c, const struct list_def *d)
{
	bool used = in_use(c->lists, d);
	const char *sep = "";

	if (c->enabled && !used)
		return;
	printf("%-24s %-8s %s\n", d->name, d->dead ? "closed" : used ? "in use" : "-", d->title);
	show_source(d);
	printf("    %-9s ", "looks up");
	for (unsigned t = 0; t < LIST_TARGETS; t++) {
		if ((d->targets & 1u << t) != 0) {
			printf("%s%s", sep, list_target_name(t));
			sep = ", ";
		}
	}
	putchar('\n');
	show_line("limits", d->limits);
	show_line("note", d->note);
	show_line("see", d->site);
	for (size_t i = 0; c->codes && !d->dead && i < d->nsymbols; i++) {
		char score[16];

		printf("    %-32s %5s  %s\n", d->symbols[i].name, milli_text(d->symbols[i].score, 0, 3, score), d->symbols[i].doc);
	}
}

static int show(const struct command *c)
{
	for (size_t i = 0; i < c->lists->nall; i++)
		show_list(c, c->lists->all[i]);
	if (!c->enabled)
		puts("\nNo list in DNS is asked before you name it: lists { enable = { \"NAME\", ... } }. Ask through a resolver of your own; most lists\n"
		     "refuse public resolvers, and a hoster exceeds most of these limits. See docs/lists.md.");
	return 0;
}

/* Testing. */

static void tested(void *ctx, enum op_status status, const void *result)
{
	(void)status;
	(void)result;
	loop_stop(ctx);
}

static int print_states(const struct command *c, const struct list_states *states)
{
	int status = 0;

	for (unsigned i = 0; i < c->lists->n; i++) {
		enum list_health h = list_states_health(states, i);

		printf("%-24s %-16s %s\n", c->lists->v[i]->name, list_health_name(h), list_states_why(states, i));
		status |= h != LIST_WORKS;
	}
	return status;
}

static int test(const struct command *c)
{
	struct resolver_options o = { .set = conf_get(c->conf, &dns_setting_set), .quiet = true };
	struct loop *loop = loop_new();
	struct resolver *resolver;
	struct list_states *states;
	int status;

	dns_servers_find(o.set, NULL, &o.servers);
	resolver = resolver_new(loop, &o);
	states = list_states_new(loop, resolver_dns(resolver), c->lists, false);
	for (unsigned i = 0; i < c->lists->n; i++) {
		if (list_states_wait(states, i, tested, loop) != NULL)
			loop_run(loop);
	}
	status = print_states(c, states);
	if (c->lists->n == 0)
		puts("no list is in use: lists { enable = { ... } }");
	list_states_free(&states);
	resolver_free(&resolver);
	loop_free(&loop);
	return status;
}

int lists_command(int argc, char **argv)
{
	struct command c = { .config = NULL };
	bool testing;
	struct err err;
	int opt, status = 1;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		switch (opt) {
		case 'c': c.config = optarg; break;
		case 'e': c.enabled = true; break;
		case 'C': c.codes = true; break;
		default:
			fputs(usage_text, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : EXIT_USAGE;
		}
	}
	testing = argc == optind + 1 && strcmp(argv[optind], "test") == 0;
	if (argc != optind && !testing) {
		fputs(usage_text, stderr);
		return EXIT_USAGE;
	}
	if (!log_open(SPAN_LIT("stderr"), LOG_LEVEL_WARN, &err) || !open_lists(&c, &err))
		fprintf(stderr, "winnow lists: %s\n", err.text);
	else
		status = testing ? test(&c) : show(&c);
	close_lists(&c);
	return status;
}
