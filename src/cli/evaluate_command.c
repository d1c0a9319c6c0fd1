/* winnow evaluate: how well the learned model does on labelled mail. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/evaluate.h"

static const char usage_text[] =
	"usage: winnow evaluate --index FILE [OPTIONS]\n"
	"       winnow evaluate --train FILE --test FILE [OPTIONS]\n\n"
	"Judges labelled mail with a model that begins empty, and learns from it. Files have lines \"spam|ham PATH\"; paths are\n"
	"relative to the file's folder. Nothing of the daemon is touched.\n\n"
	"  --index FILE       judge, then learn, in this order (TREC spam track)\n"
	"  --feedback WHEN    immediate (default); delayed:N, after N further messages; none\n"
	"  --train FILE       learn these, in order, then ...\n"
	"  --test FILE        ... judge these without learning\n"
	"  --user-column      lines are \"spam|ham PATH USER\": learned for the user, too, and judged with the user's taste\n"
	"  --without SPACES   leave out kinds of features, comma separated; \"help\" lists them\n"
	"  --bits N           2^N weights (default 22)\n"
	"  --scores FILE      write a line for each message judged: class, log-odds, probability, path\n"
	"  --save FILE        write the model as it is at the end\n"
	"  --plot FILE        draw ROC and learning curve (SVG)\n"
	"  --json             print JSON\n\n"
	"(1-AUC)% is the chance in percent that a ham scores above a spam. Recall is of spam, at the lowest threshold that at most\n"
	"that share of the ham reaches. Exit status: 0, 1 when something could not be read, 2 wrong usage.\n";

static const struct option long_options[] = {
	{ "index", required_argument, NULL, 'i' },   { "feedback", required_argument, NULL, 'f' }, { "train", required_argument, NULL, 't' },
	{ "test", required_argument, NULL, 'T' },    { "user-column", no_argument, NULL, 'u' },    { "without", required_argument, NULL, 'w' },
	{ "bits", required_argument, NULL, 'b' },    { "scores", required_argument, NULL, 's' },   { "save", required_argument, NULL, 'S' },
	{ "plot", required_argument, NULL, 'p' },    { "json", no_argument, NULL, 'j' },           { "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static bool bad(const char *option, const char *value)
{
	fprintf(stderr, "winnow evaluate: --%s %s: no such value\n", option, value);
	return false;
}

static bool set_feedback(struct evaluate_options *o, const char *value)
{
	struct span v = span_of(value);
	uint64_t n;

	if (span_eq(v, SPAN_LIT("immediate")))
		o->feedback = FEEDBACK_IMMEDIATE;
	else if (span_eq(v, SPAN_LIT("none")))
		o->feedback = FEEDBACK_NONE;
	else if (span_starts(v, SPAN_LIT("delayed:")) && span_uint(span_from(v, 8), 10000000, &n) && n > 0) {
		o->feedback = FEEDBACK_DELAYED;
		o->delay = (size_t)n;
	} else
		return bad("feedback", value);
	return true;
}

static bool set_without(struct evaluate_options *o, const char *value)
{
	struct span rest = span_of(value);

	while (rest.p != NULL) {
		struct span name = span_split(&rest, ',');
		unsigned i = 0;

		while (i < TOKEN_SPACES && !span_eq(name, span_of(token_space_name((enum token_space)i))))
			i++;
		if (i == TOKEN_SPACES) {
			for (i = 0; i < TOKEN_SPACES; i++)
				fprintf(stderr, "%-14s %s\n", token_space_name((enum token_space)i), token_space_doc((enum token_space)i));
			return false;
		}
		o->without |= 1u << i;
	}
	return true;
}

static bool set_option(struct evaluate_options *o, int opt)
{
	uint64_t n;

	switch (opt) {
	case 'i': o->index = optarg; return true;
	case 't': o->train = optarg; return true;
	case 'T': o->test = optarg; return true;
	case 'u': o->user_column = true; return true;
	case 's': o->scores = optarg; return true;
	case 'S': o->save = optarg; return true;
	case 'p': o->plot = optarg; return true;
	case 'j': o->json = true; return true;
	case 'f': return set_feedback(o, optarg);
	case 'w': return set_without(o, optarg);
	default: break;
	}
	if (!span_uint(span_of(optarg), MODEL_BITS_MAX, &n) || n < MODEL_BITS_MIN)
		return bad("bits", optarg);
	o->bits = (unsigned)n;
	return true;
}

static int evaluate(const struct evaluate_options *o)
{
	struct arena *arena = arena_new(0);
	struct evaluate_result r;
	struct err err;
	bool ok = evaluate_run(arena, o, &r, &err) && (o->plot == NULL || evaluate_plot(arena, o->plot, &r, &err));

	if (!ok)
		fprintf(stderr, "winnow evaluate: %s\n", err.text);
	else if (o->json)
		evaluate_print_json(stdout, &r);
	else
		evaluate_print(stdout, &r);
	ok = ok && r.nunread == 0 && fflush(stdout) == 0;
	arena_free(&arena);
	return ok ? 0 : 1;
}

int evaluate_command(int argc, char **argv)
{
	struct evaluate_options o = { .bits = MODEL_BITS };
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (opt == 'h' || opt == '?') {
			fputs(usage_text, opt == 'h' ? stdout : stderr);
			return opt == 'h' ? 0 : EXIT_USAGE;
		}
		if (!set_option(&o, opt))
			return EXIT_USAGE;
	}
	if (optind != argc || (o.index != NULL) == (o.train != NULL) || (o.train != NULL) != (o.test != NULL)) {
		fputs(usage_text, stderr);
		return EXIT_USAGE;
	}
	return evaluate(&o);
}
