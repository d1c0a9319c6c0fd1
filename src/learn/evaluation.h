/*
 * How good scores are: the measures of the TREC spam track (Cormack, Lynam 2005). Pure.
 */
#ifndef WINNOW_LEARN_EVALUATION_H
#define WINNOW_LEARN_EVALUATION_H

#include <stdbool.h>
#include <stddef.h>

struct scored {
	double score; /* higher: more likely spam */
	bool spam;
};

#define EVALUATION_RATES 4
extern const double evaluation_rates[EVALUATION_RATES]; /* of false positives: 0, 0.001, 0.005, 0.01 */

struct evaluation {
	size_t ham, spam;
	double area_above;                 /* 1 - AUC: the chance that a ham scores above a spam; equal scores count half. 0 to 1 */
	double recall[EVALUATION_RATES];   /* of spam, at the lowest threshold that at most this share of the ham reaches */
	size_t ham_wrong, spam_wrong;      /* at a score of 0 (even odds) */
};

/* v is sorted by score, falling. Without ham or spam all is 0. */
void evaluation_measure(struct scored *v, size_t n, struct evaluation *evaluation_r);

struct roc_point {
	double ham_wrong, spam_missed; /* shares */
};
/* One point per distinct score of v sorted by evaluation_measure(); points: room for n. Returns how many. */
size_t evaluation_roc(const struct scored *v, size_t n, struct roc_point *points);

#endif
