/* What "winnow evaluate" prints. */
#include "cli/evaluate.h"

void evaluate_print(FILE *to, const struct evaluate_result *r)
{
	const struct evaluation *e = &r->all;

	fprintf(to, "messages        %zu (%zu ham, %zu spam), %zu learned\n", r->nscored, e->ham, e->spam, r->nlearned);
	fprintf(to, "(1-AUC)%%        %.4f\n", e->area_above * 100);
	for (unsigned i = 0; i < EVALUATION_RATES; i++)
		fprintf(to, "recall at %-4g%% false positives  %.2f %%\n", evaluation_rates[i] * 100, e->recall[i] * 100);
	fprintf(to, "at even odds    %zu ham taken for spam, %zu spam for ham\n", e->ham_wrong, e->spam_wrong);
	fprintf(to, "CPU ms/message  %.4f features and verdict, %.4f learning, %.4f parsing; %.0f features\n", r->judge_ms, r->learn_ms, r->parse_ms, r->features);
	fprintf(to, "experts         form %.3f, text %.3f, header characters %.3f, text characters %.3f\n\n", r->state.weight[FEATURES_FORM], r->state.weight[FEATURES_TEXT],
		r->state.weight[FEATURES_GRAM_HEADER], r->state.weight[FEATURES_GRAM_TEXT]);
	fputs("messages   (1-AUC)% so far   since the line before\n", to);
	for (size_t i = 0; i < r->ncurve; i++)
		fprintf(to, "%8zu   %15.4f   %21.4f\n", r->curve[i].messages, r->curve[i].area_above * 100, r->curve[i].area_window * 100);
}

/* Numbers with six digits: shares, milliseconds. */
static void print_number(FILE *to, const char *name, double v)
{
	fprintf(to, ",\"%s\":%.6f", name, v);
}

void evaluate_print_json(FILE *to, const struct evaluate_result *r)
{
	static const char *const recall_names[EVALUATION_RATES] = { "recall_0", "recall_0.001", "recall_0.005", "recall_0.01" };
	const struct evaluation *e = &r->all;

	fprintf(to, "{\"messages\":%zu,\"ham\":%zu,\"spam\":%zu,\"learned\":%zu,\"ham_wrong\":%zu,\"spam_wrong\":%zu", r->nscored, e->ham, e->spam, r->nlearned, e->ham_wrong, e->spam_wrong);
	print_number(to, "area_above", e->area_above);
	for (unsigned i = 0; i < EVALUATION_RATES; i++)
		print_number(to, recall_names[i], e->recall[i]);
	print_number(to, "judge_ms", r->judge_ms);
	print_number(to, "learn_ms", r->learn_ms);
	print_number(to, "parse_ms", r->parse_ms);
	print_number(to, "features", r->features);
	fputs(",\"curve\":[", to);
	for (size_t i = 0; i < r->ncurve; i++)
		fprintf(to, "%s{\"messages\":%zu,\"area_above\":%.6f,\"area_window\":%.6f}", i != 0 ? "," : "", r->curve[i].messages, r->curve[i].area_above, r->curve[i].area_window);
	fputs("]}\n", to);
}
