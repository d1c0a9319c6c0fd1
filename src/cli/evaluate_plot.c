/* ROC and learning curve as SVG: both axes of the ROC logarithmic, as all that matters lies in one corner. */
#include <math.h>
#include <stdlib.h>

#include "cli/evaluate.h"

#define LEFT 70.0
#define TOP 40.0
#define SIDE 400.0
#define GAP 110.0

struct axis {
	int low, high; /* powers of ten */
};

static double place(const struct axis *a, double v)
{
	double at = v > 0 ? (log10(v) - a->low) / (a->high - a->low) : 0;

	return at < 0 ? 0 : at > 1 ? 1 : at;
}

static void text_at(FILE *f, double x, double y, const char *anchor, const char *text)
{
	fprintf(f, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, text);
}

static void grid_x(FILE *f, double left, const struct axis *a)
{
	char label[32];

	for (int p = a->low; p <= a->high; p++) {
		double x = left + SIDE * ((double)(p - a->low) / (a->high - a->low));

		fprintf(f, "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", x, TOP, x, TOP + SIDE);
		snprintf(label, sizeof(label), "%g", pow(10, p));
		text_at(f, x, TOP + SIDE + 18, "middle", label);
	}
}

static void grid_y(FILE *f, double left, const struct axis *a)
{
	char label[32];

	for (int p = a->low; p <= a->high; p++) {
		double y = TOP + SIDE * (1 - (double)(p - a->low) / (a->high - a->low));

		fprintf(f, "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", left, y, left + SIDE, y);
		snprintf(label, sizeof(label), "%g", pow(10, p));
		text_at(f, left - 6, y + 4, "end", label);
	}
}

static void draw_roc(FILE *f, double left, const struct evaluate_result *r, const struct roc_point *points, size_t n)
{
	static const struct axis x = { -2, 2 }, y = { -2, 2 };

	grid_x(f, left, &x);
	grid_y(f, left, &y);
	text_at(f, left + SIDE / 2, TOP - 14, "middle", "ROC");
	text_at(f, left + SIDE / 2, TOP + SIDE + 36, "middle", "ham taken for spam, %");
	text_at(f, left, TOP - 14, "middle", "spam missed, %");
	fputs("<polyline points=\"", f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%.1f,%.1f ", left + SIDE * place(&x, points[i].ham_wrong * 100), TOP + SIDE * (1 - place(&y, points[i].spam_missed * 100)));
	fprintf(f, "\"/>\n<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">(1-AUC)%% %.4f</text>\n", left + SIDE - 8, TOP + 18, r->all.area_above * 100);
}

static void draw_curve(FILE *f, double left, const struct evaluate_result *r)
{
	double most = r->ncurve != 0 ? (double)r->curve[r->ncurve - 1].messages : 1;
	static const struct axis y = { -4, 1 };
	char label[32];

	grid_y(f, left, &y);
	text_at(f, left + SIDE / 2, TOP - 14, "middle", "learning curve: (1-AUC)% so far (line), since the point before (points)");
	text_at(f, left + SIDE / 2, TOP + SIDE + 36, "middle", "messages");
	fputs("<polyline points=\"", f);
	for (size_t i = 0; i < r->ncurve; i++)
		fprintf(f, "%.1f,%.1f ", left + SIDE * (double)r->curve[i].messages / most, TOP + SIDE * (1 - place(&y, r->curve[i].area_above * 100)));
	fputs("\"/>\n", f);
	for (size_t i = 0; i < r->ncurve; i++)
		fprintf(f, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>\n", left + SIDE * (double)r->curve[i].messages / most, TOP + SIDE * (1 - place(&y, r->curve[i].area_window * 100)));
	snprintf(label, sizeof(label), "%.0f", most);
	text_at(f, left, TOP + SIDE + 18, "middle", "0");
	text_at(f, left + SIDE, TOP + SIDE + 18, "middle", label);
}

bool evaluate_plot(struct arena *arena, const char *path, const struct evaluate_result *r, struct err *err_r)
{
	struct roc_point *points = ARENA_ARRAY(arena, r->nscored, struct roc_point);
	size_t n = evaluation_roc(r->scored, r->nscored, points);
	FILE *f = fopen(path, "w");
	bool ok;

	if (f == NULL)
		return err_set(err_r, "%s: %m", path);
	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" font-size=\"12\">\n", 2 * LEFT + 2 * SIDE + GAP, TOP + SIDE + 60);
	fputs("<style>.grid{stroke:#ddd}polyline{fill:none;stroke:#06c;stroke-width:1.5}circle{fill:#c60}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n", f);
	draw_roc(f, LEFT, r, points, n);
	draw_curve(f, LEFT + SIDE + GAP, r);
	fputs("</svg>\n", f);
	ok = !ferror(f);
	ok = fclose(f) == 0 && ok;
	return ok || err_set(err_r, "%s: %m", path);
}
