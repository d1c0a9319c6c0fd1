#include "learn/evaluation.h"

#include <stdlib.h>

const double evaluation_rates[EVALUATION_RATES] = { 0, 0.001, 0.005, 0.01 };

static int by_score(const void *a, const void *b)
{
	double x = ((const struct scored *)a)->score, y = ((const struct scored *)b)->score;

	return (x < y) - (x > y);
}

/* All that have the score of v[at]. */
static size_t count_equal(const struct scored *v, size_t n, size_t at, size_t *ham_r, size_t *spam_r)
{
	size_t i = at;

	*ham_r = *spam_r = 0;
	for (; i < n && !(v[i].score < v[at].score); i++)
		*(v[i].spam ? spam_r : ham_r) += 1;
	return i;
}

void evaluation_measure(struct scored *v, size_t n, struct evaluation *e)
{
	size_t ham = 0, spam = 0, h, s;
	double above = 0;

	*e = (struct evaluation){ 0 };
	qsort(v, n, sizeof(*v), by_score);
	for (size_t i = 0; i < n; i++) {
		*(v[i].spam ? &e->spam : &e->ham) += 1;
		e->ham_wrong += !v[i].spam && v[i].score >= 0;
		e->spam_wrong += v[i].spam && v[i].score < 0;
	}
	if (e->ham == 0 || e->spam == 0)
		return;
	for (size_t i = 0; i < n;) {
		i = count_equal(v, n, i, &h, &s);
		above += (double)h * ((double)(e->spam - spam) - (double)s / 2);
		ham += h;
		spam += s;
		for (unsigned r = 0; r < EVALUATION_RATES; r++) {
			if ((double)ham <= evaluation_rates[r] * (double)e->ham)
				e->recall[r] = (double)spam / (double)e->spam;
		}
	}
	e->area_above = above / ((double)e->ham * (double)e->spam);
}

size_t evaluation_roc(const struct scored *v, size_t n, struct roc_point *points)
{
	size_t ham_all = 0, ham = 0, spam = 0, np = 0, h, s;

	for (size_t i = 0; i < n; i++)
		ham_all += !v[i].spam;
	if (ham_all == 0 || ham_all == n)
		return 0;
	for (size_t i = 0; i < n;) {
		i = count_equal(v, n, i, &h, &s);
		ham += h;
		spam += s;
		points[np++] = (struct roc_point){ (double)ham / (double)ham_all, 1 - (double)spam / (double)(n - ham_all) };
	}
	return np;
}
