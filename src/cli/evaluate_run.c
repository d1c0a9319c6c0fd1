/* winnow evaluate: judging and learning in order, as the TREC spam track does. */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/evaluate.h"
#include "cli/local.h"
#include "mail/message.h"

/* Fixed: the same run gives the same figures everywhere. */
static const struct hash_key evaluation_key = { 0x6576616c75617465u, 0x77696e6e6f77u };

bool evaluate_read_list(struct arena *arena, const char *path, bool user_column, struct evaluate_list *list, struct err *err_r)
{
	struct span text, folder = span_of(path);
	unsigned number = 0;

	*list = (struct evaluate_list){ 0 };
	if (!local_read(arena, path, &text, err_r))
		return err_prefix(err_r, "%s", path);
	folder.len = span_rchr(folder, '/') == SPAN_NPOS ? 0 : span_rchr(folder, '/') + 1;
	while (text.p != NULL) {
		struct span line = span_trim(span_split(&text, '\n')), class, file;
		struct evaluate_row *row;

		number++;
		if (line.len == 0)
			continue;
		class = span_split(&line, ' ');
		line = span_trim(line);
		file = user_column ? span_split(&line, ' ') : line;
		if (file.len == 0 || (!span_case_eq(class, SPAN_LIT("spam")) && !span_case_eq(class, SPAN_LIT("ham"))))
			return err_set(err_r, "%s:%u: not \"spam|ham PATH%s\"", path, number, user_column ? " USER" : "");
		row = ARRAY_ADD(arena, list->v, list->n, list->cap);
		*row = (struct evaluate_row){ .spam = span_case_eq(class, SPAN_LIT("spam")), .user = user_column ? span_trim(line) : SPAN_NONE };
		row->path = file.p[0] == '/' ? arena_str(arena, file) : arena_printf(arena, "%.*s%.*s", SPAN_ARG(folder), SPAN_ARG(file)).p;
	}
	return true;
}

/* What waits for its feedback. */
struct pending {
	struct features *features;
	struct learn_request what;
};

struct run {
	const struct evaluate_options *o;
	struct arena *arena;
	struct evaluate_result *r;
	struct model *model;
	struct tokens *tokens;
	struct url_context *urls;
	struct features features; /* of the message at hand */
	struct learn_event event;
	struct pending *pending;  /* a ring of "delay" */
	size_t npending, first;
	double judge_s, learn_s, parse_s;
	size_t nread, nfeatures;
	struct scored *window;    /* for the curve: a copy to sort */
	size_t done, all;
};

static double cpu_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void show_progress(struct run *run)
{
	int width = 40, filled = (int)(run->done * (size_t)width / run->all);

	if (run->done % 100 != 0 && run->done != run->all)
		return;
	fprintf(stderr, "\r[%.*s%*s] %zu/%zu", filled, "########################################", width - filled, "", run->done, run->all);
	if (run->done == run->all)
		fputs("\r\033[K", stderr);
}

/* An mbox From line is the mailbox's, not the message's. */
static struct span without_mbox_line(struct span raw)
{
	if (!span_starts(raw, SPAN_LIT("From ")) || span_chr(raw, '\n') == SPAN_NPOS)
		return raw;
	return span_from(raw, span_chr(raw, '\n') + 1);
}

/* Features and verdict; false: the file cannot be read. */
static bool judge(struct run *run, const struct evaluate_row *row, struct judgement *j)
{
	struct arena *arena = arena_new(0);
	double begin, parsed;
	struct span raw;
	struct err err;
	bool ok = local_read(arena, row->path, &raw, &err);

	if (ok) {
		struct token_input in = { 0 };

		begin = cpu_now();
		in.message = message_parse(arena, without_mbox_line(raw), &message_limits_default, run->urls);
		parsed = cpu_now();
		tokens_read(run->tokens, arena, &in, &run->features);
		model_judge(run->model, &run->features, j);
		if (row->user.len != 0)
			model_judge_user(run->model, &run->features, model_user(&evaluation_key, row->user), j);
		run->judge_s += cpu_now() - parsed;
		run->parse_s += parsed - begin;
		run->nfeatures += features_count(&run->features);
		run->nread++;
	} else {
		fprintf(stderr, "winnow evaluate: %s: %s\n", row->path, err.text);
		run->r->nunread++;
	}
	arena_free(&arena);
	return ok;
}

static void learn(struct run *run, const struct features *features, const struct learn_request *what)
{
	double begin = cpu_now();

	model_step(run->model, features, what, &run->event);
	model_apply(run->model, &run->event);
	run->learn_s += cpu_now() - begin;
	run->r->nlearned++;
}

static struct learn_request request_of(const struct evaluate_row *row)
{
	struct learn_request what = { .class = row->spam ? LEARN_SPAM : LEARN_HAM, .weight_all = LEARN_WEIGHT };

	if (row->user.len != 0) {
		what.user = model_user(&evaluation_key, row->user);
		what.weight_own = LEARN_WEIGHT;
	}
	return what;
}

static void learn_oldest(struct run *run)
{
	struct pending *p = &run->pending[run->first];

	learn(run, p->features, &p->what);
	free(p->features);
	run->first = (run->first + 1) % run->o->delay;
	run->npending--;
}

static void learn_later(struct run *run, const struct learn_request *what)
{
	size_t size = offsetof(struct features, v) + features_count(&run->features) * sizeof(uint32_t);
	struct pending *p;

	if (run->npending == run->o->delay)
		learn_oldest(run);
	p = &run->pending[(run->first + run->npending++) % run->o->delay];
	p->what = *what;
	p->features = malloc(size);
	if (p->features == NULL)
		abort();
	memcpy(p->features, &run->features, size);
}

static void feed_back(struct run *run, const struct evaluate_row *row, enum feedback feedback)
{
	struct learn_request what = request_of(row);

	if (feedback == FEEDBACK_IMMEDIATE)
		learn(run, &run->features, &what);
	else if (feedback == FEEDBACK_DELAYED)
		learn_later(run, &what);
}

static void add_to_curve(struct run *run, size_t since)
{
	struct evaluate_result *r = run->r;
	struct evaluate_step *step = &r->curve[r->ncurve++];
	struct evaluation e;

	step->messages = r->nscored;
	memcpy(run->window, r->scored, r->nscored * sizeof(*run->window));
	evaluation_measure(run->window, r->nscored, &e);
	step->area_above = e.area_above;
	memcpy(run->window, r->scored + since, (r->nscored - since) * sizeof(*run->window));
	evaluation_measure(run->window, r->nscored - since, &e);
	step->area_window = e.area_above;
}

static void judge_list(struct run *run, const struct evaluate_list *list, enum feedback feedback, FILE *scores)
{
	bool show = isatty(STDERR_FILENO) != 0;
	size_t since = 0;

	for (size_t i = 0; i < list->n; i++, run->done++) {
		struct judgement j;

		if (judge(run, &list->v[i], &j)) {
			double score = j.all + j.own;

			run->r->scored[run->r->nscored++] = (struct scored){ score, list->v[i].spam };
			if (scores != NULL)
				fprintf(scores, "%s %.6f %.6f %s\n", list->v[i].spam ? "spam" : "ham", score, j.probability, list->v[i].path);
			feed_back(run, &list->v[i], feedback);
		}
		if ((i + 1) * EVALUATE_CURVE / list->n > i * EVALUATE_CURVE / list->n && run->r->ncurve < EVALUATE_CURVE) {
			add_to_curve(run, since);
			since = run->r->nscored;
		}
		if (show)
			show_progress(run);
	}
}

static void learn_list(struct run *run, const struct evaluate_list *list)
{
	bool show = isatty(STDERR_FILENO) != 0;

	for (size_t i = 0; i < list->n; i++, run->done++) {
		struct judgement j;

		if (judge(run, &list->v[i], &j))
			feed_back(run, &list->v[i], FEEDBACK_IMMEDIATE);
		if (show)
			show_progress(run);
	}
}

static void run_begin(struct run *run, const struct evaluate_list *train, const struct evaluate_list *test)
{
	message_init();
	run->urls = url_context_new();
	run->tokens = tokens_new(&evaluation_key);
	tokens_without(run->tokens, run->o->without);
	run->model = model_new(run->o->bits, &evaluation_key);
	run->all = train->n + test->n;
	run->r->scored = ARENA_ARRAY(run->arena, test->n, struct scored);
	run->window = ARENA_ARRAY(run->arena, test->n, struct scored);
	run->pending = ARENA_ARRAY(run->arena, run->o->delay + 1, struct pending);
}

static void run_end(struct run *run)
{
	struct evaluate_result *r = run->r;
	double n = run->nread != 0 ? (double)run->nread : 1;

	for (; run->npending > 0; run->npending--, run->first = (run->first + 1) % run->o->delay)
		free(run->pending[run->first].features);
	evaluation_measure(r->scored, r->nscored, &r->all);
	r->judge_ms = run->judge_s * 1e3 / n;
	r->parse_ms = run->parse_s * 1e3 / n;
	r->features = (double)run->nfeatures / n;
	r->learn_ms = r->nlearned != 0 ? run->learn_s * 1e3 / (double)r->nlearned : 0;
	model_state(run->model, &r->state);
	model_free(&run->model);
	tokens_free(&run->tokens);
	url_context_free(&run->urls);
}

bool evaluate_run(struct arena *arena, const struct evaluate_options *o, struct evaluate_result *r, struct err *err_r)
{
	struct run *run = ARENA_NEW(arena, struct run);
	struct evaluate_list train = { 0 }, test;
	FILE *scores = NULL;
	bool ok = true;

	*r = (struct evaluate_result){ 0 };
	*run = (struct run){ .o = o, .arena = arena, .r = r };
	if (o->train != NULL && !evaluate_read_list(arena, o->train, o->user_column, &train, err_r))
		return false;
	if (!evaluate_read_list(arena, o->train != NULL ? o->test : o->index, o->user_column, &test, err_r))
		return false;
	if (o->scores != NULL && (scores = fopen(o->scores, "w")) == NULL)
		return err_set(err_r, "%s: %m", o->scores);
	run_begin(run, &train, &test);
	learn_list(run, &train);
	judge_list(run, &test, o->train != NULL ? FEEDBACK_NONE : o->feedback, scores);
	if (o->save != NULL)
		ok = model_save(run->model, o->save, err_r);
	run_end(run);
	if (scores != NULL && fclose(scores) != 0)
		ok = err_set(err_r, "%s: %m", o->scores);
	return ok;
}
