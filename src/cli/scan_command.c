/* winnow scan: messages in, verdicts out, readable or as JSON lines. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/local.h"
#include "cli/scan_options.h"
#include "cli/scan_print.h"

static const char usage_text[] =
	"usage: winnow scan [OPTIONS] FILE|FOLDER|-...\n\n"
	"  --json           one JSON object a line, as POST /checkv2 answers, with \"file\"\n"
	"  --local          scan in this process, without the daemon; attached files are not opened or scanned for viruses\n"
	"  --no-dns         with --local: ask no name servers; what needs them is left out\n"
	"  --config FILE    configuration to read (default /etc/winnow/winnow.lua, if it exists)\n"
	"  --socket ADDRESS of the daemon: inet:HOST:PORT or unix:/PATH (default: http.listen of the configuration)\n"
	"  --from ADDRESS   envelope sender\n"
	"  --rcpt ADDRESS   envelope recipient; may be given several times\n"
	"  --ip ADDRESS     client address\n"
	"  --helo NAME      client's HELO\n"
	"  --user LOGIN     authenticated sender\n"
	"  --exit-code      exit with the worst verdict: 0 none, 10 tag, 11 junk, 12 redirect, 13 discard, 14 defer, 15 hold, 16 reject\n\n"
	"Exit status otherwise: 0 all were scanned, 1 some could not be, 2 wrong usage.\n";

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },       { "local", no_argument, NULL, 'l' },        { "config", required_argument, NULL, 'c' },
	{ "socket", required_argument, NULL, 's' }, { "from", required_argument, NULL, 'f' }, { "rcpt", required_argument, NULL, 'r' },
	{ "ip", required_argument, NULL, 'i' },   { "helo", required_argument, NULL, 'H' },   { "user", required_argument, NULL, 'u' },
	{ "exit-code", no_argument, NULL, 'e' },  { "help", no_argument, NULL, 'h' },         { "no-dns", no_argument, NULL, 'N' },
	{ NULL, 0, NULL, 0 },
};

static void set_option(struct scan_options *o, int opt)
{
	switch (opt) {
	case 'j': o->json = true; break;
	case 'l': o->local = true; break;
	case 'e': o->exit_code = true; break;
	case 'N': o->no_dns = true; break;
	case 'c': o->config = optarg; break;
	case 's': o->socket = optarg; break;
	case 'f': o->from = optarg; break;
	case 'i': o->ip = optarg; break;
	case 'H': o->helo = optarg; break;
	case 'u': o->user = optarg; break;
	default: o->rcpt[o->nrcpt++] = optarg; break;
	}
}

/* Control characters would end up in a header line of the request. */
static bool is_clean(const char *s)
{
	for (; s != NULL && *s != '\0'; s++) {
		if ((unsigned char)*s < 32)
			return false;
	}
	return true;
}

static bool check_options(const struct scan_options *o)
{
	bool ok = is_clean(o->from) && is_clean(o->ip) && is_clean(o->helo) && is_clean(o->user);

	for (size_t i = 0; i < o->nrcpt; i++)
		ok = ok && is_clean(o->rcpt[i]);
	if (!ok)
		fputs("winnow scan: control characters in an option\n", stderr);
	if (o->local && o->socket != NULL) {
		fputs("winnow scan: --local and --socket exclude each other\n", stderr);
		ok = false;
	}
	return ok;
}

static void progress(size_t done, size_t all)
{
	int width = 40, filled = (int)(done * (size_t)width / all);

	fprintf(stderr, "\r[%.*s%*s] %zu/%zu", filled, "########################################", width - filled, "", done, all);
	if (done == all)
		fputs("\r\033[K", stderr);
}

static bool scan_file(struct scanner *s, const struct scan_options *o, const char *path, enum action *worst)
{
	struct arena *arena = arena_new(0);
	struct span raw = SPAN_NONE, json = SPAN_NONE;
	struct err err;
	bool ok = local_read(arena, path, &raw, &err) && s->scan(s, arena, raw, &json, &err) && scan_print(path, json, o->json, worst, &err);

	if (!ok)
		fprintf(stderr, "winnow scan: %s: %s\n", path, err.text);
	arena_free(&arena);
	return ok;
}

static int scan_files(const struct scan_options *o, const struct file_list *files)
{
	bool show = files->n > 20 && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO), ok = true;
	enum action worst = ACTION_NONE;
	struct scanner *s;
	struct err err;

	s = o->local ? scanner_local_new(o, &err) : scanner_remote_new(o, &err);
	if (s == NULL) {
		fprintf(stderr, "winnow scan: %s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < files->n; i++) {
		ok = scan_file(s, o, files->v[i], &worst) && ok;
		if (show)
			progress(i + 1, files->n);
	}
	s->free(s);
	if (fflush(stdout) != 0 || !ok)
		return 1;
	return o->exit_code && worst != ACTION_NONE ? 9 + (int)worst : 0;
}

int scan_command(int argc, char **argv)
{
	struct arena *arena = arena_new(0);
	struct scan_options o = { .rcpt = ARENA_ARRAY(arena, (size_t)argc, const char *) };
	struct file_list files = { .arena = arena };
	int status = EXIT_USAGE, opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (opt == 'h' || opt == '?') {
			fputs(usage_text, opt == 'h' ? stdout : stderr);
			arena_free(&arena);
			return opt == 'h' ? 0 : EXIT_USAGE;
		}
		set_option(&o, opt);
	}
	for (int i = optind; i < argc; i++)
		file_list_add(&files, argv[i]);
	if (files.n == 0)
		fputs(optind < argc ? "winnow scan: no files found\n" : usage_text, stderr);
	else if (check_options(&o)) {
		signal(SIGPIPE, SIG_IGN);
		status = scan_files(&o, &files);
	}
	arena_free(&arena);
	return status;
}
