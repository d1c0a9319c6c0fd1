/* The parts of "winnow evaluate". */
#ifndef WINNOW_CLI_EVALUATE_H
#define WINNOW_CLI_EVALUATE_H

#include <stdio.h>

#include "learn/evaluation.h"
#include "learn/model.h"

enum feedback { FEEDBACK_IMMEDIATE, FEEDBACK_DELAYED, FEEDBACK_NONE };

struct evaluate_options {
	const char *index, *train, *test, *plot, *scores, *save;
	enum feedback feedback;
	size_t delay;
	unsigned bits;
	uint32_t without; /* bits of token spaces */
	bool user_column, json;
};

struct evaluate_row {
	const char *path;
	struct span user;
	bool spam;
};

struct evaluate_list {
	struct evaluate_row *v;
	size_t n, cap;
};

/* Lines "spam|ham PATH [USER]"; paths are relative to the file's folder. */
bool evaluate_read_list(struct arena *, const char *path, bool user_column, struct evaluate_list *list_r, struct err *err_r) MUST_USE;

#define EVALUATE_CURVE 20

struct evaluate_step {
	size_t messages;      /* judged so far */
	double area_above;    /* of all so far */
	double area_window;   /* of those since the step before */
};

struct evaluate_result {
	struct evaluation all;
	struct scored *scored; /* sorted by score */
	size_t nscored;
	struct evaluate_step curve[EVALUATE_CURVE];
	size_t ncurve;
	size_t nlearned, nunread;
	double judge_ms, learn_ms, parse_ms, features; /* per message */
	struct model_state state;
};

bool evaluate_run(struct arena *, const struct evaluate_options *, struct evaluate_result *result_r, struct err *err_r) MUST_USE;
void evaluate_print(FILE *, const struct evaluate_result *);
void evaluate_print_json(FILE *, const struct evaluate_result *);
bool evaluate_plot(struct arena *, const char *path, const struct evaluate_result *, struct err *err_r) MUST_USE;

#endif
