/* Mail::SpamAssassin::Plugin::HTMLEval: what the renderer noted about the HTML parts. Each eval hits when one of the parts does. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "spamassassin/html.h"
#include "spamassassin/plugin_args.h"

extern const struct sa_plugin sa_plugin_htmleval;

/* ---- small expressions: "$val" in front of "> 3", "!= 0", "+ 1 < 5" ---- */

static void skip_blanks(struct span *s)
{
	while (s->len != 0 && s->p[0] == ' ')
		*s = span_from(*s, 1);
}

static bool read_number(struct span *s, double *value_r)
{
	double sign = 1;
	size_t i = 0;

	for (skip_blanks(s); s->len != 0 && (s->p[0] == '-' || s->p[0] == '+'); skip_blanks(s)) {
		sign = s->p[0] == '-' ? -sign : sign;
		*s = span_from(*s, 1);
	}
	for (*value_r = 0; i < s->len && ascii_isdigit(s->p[i]); i++)
		*value_r = *value_r * 10 + (s->p[i] - '0');
	*value_r *= sign;
	*s = span_from(*s, i);
	return i != 0;
}

static bool read_sum(struct span *s, double *value_r)
{
	double next;

	for (skip_blanks(s); s->len != 0 && (s->p[0] == '-' || s->p[0] == '+'); skip_blanks(s)) {
		if (!read_number(s, &next))
			return false;
		*value_r += next;
	}
	return true;
}

static bool holds(double value, struct span expr)
{
	static const char *const operators[] = { "<=", ">=", "==", "!=", "<", ">" };
	double right;
	size_t op = 0;

	if (!read_sum(&expr, &value))
		return false;
	if (expr.len == 0)
		return value != 0;
	while (op < 6 && !span_starts(expr, span_of(operators[op])))
		op++;
	if (op == 6)
		return false;
	expr = span_from(expr, op < 4 ? 2 : 1);
	if (!read_number(&expr, &right) || !read_sum(&expr, &right) || expr.len != 0)
		return false;
	switch (op) {
	case 0:
		return value <= right;
	case 1:
		return value >= right;
	case 2:
		return value >= right && value <= right;
	case 3:
		return value < right || value > right;
	case 4:
		return value < right;
	default:
		return value > right;
	}
}

/* ---- evals ---- */

typedef bool html_test_fn(const struct sa_call *, const struct sa_html *);

static int any(const struct sa_call *call, html_test_fn *test)
{
	size_t n;
	const struct sa_html *const *html = sa_html_all(call->view, &n);

	for (size_t i = 0; i < n; i++) {
		if (test(call, html[i]))
			return 1;
	}
	return 0;
}

static bool tag_is_balanced(const struct sa_call *call, const struct sa_html *h)
{
	double count;

	return sa_html_inside(h, sa_arg(call, 0), &count) && holds(count, sa_arg(call, 1));
}

static int html_tag_balance(struct sa_call *call)
{
	struct span tag = sa_arg(call, 0);

	for (size_t i = 0; i < tag.len; i++) {
		if (!ascii_isalnum(tag.p[i]))
			return 0;
	}
	return tag.len != 0 ? any(call, tag_is_balanced) : 0;
}

static bool image_only(const struct sa_call *call, const struct sa_html *h)
{
	double count, length = h->number[SA_HTML_LENGTH];

	return sa_html_inside(h, SPAN_LIT("img"), &count) && length > sa_arg_number(call, 0) && length <= sa_arg_number(call, 1);
}

static int html_image_only(struct sa_call *call)
{
	return any(call, image_only);
}

static bool image_ratio(const struct sa_call *call, const struct sa_html *h)
{
	double area = h->number[SA_HTML_IMAGE_AREA], ratio;

	if (area <= 0)
		return false;
	ratio = h->number[SA_HTML_NON_SPACE_LEN] / area;
	return ratio > sa_arg_number(call, 0) && ratio <= sa_arg_number(call, 1);
}

static int html_image_ratio(struct sa_call *call)
{
	return any(call, image_ratio);
}

/* SpamAssassin 4 does not hand the charsets of meta elements on: it never hits. */
static int html_charset_faraway(struct sa_call *call)
{
	(void)call;
	return 0;
}

static bool tag_exists(const struct sa_call *call, const struct sa_html *h)
{
	double count;

	return sa_html_inside(h, sa_arg(call, 0), &count);
}

static int html_tag_exists(struct sa_call *call)
{
	return any(call, tag_exists);
}

static bool test_is_true(const struct sa_call *call, const struct sa_html *h)
{
	return sa_html_test(h, sa_arg(call, 0));
}

static int html_test(struct sa_call *call)
{
	return any(call, test_is_true);
}

static bool number_holds(const struct sa_call *call, const struct sa_html *h)
{
	double value;

	return sa_html_number(h, sa_arg(call, 0), &value) && holds(value, sa_arg(call, 1));
}

static int html_eval(struct sa_call *call)
{
	return any(call, number_holds);
}

static bool number_in_range(const struct sa_call *call, const struct sa_html *h)
{
	double value;

	return sa_html_number(h, sa_arg(call, 0), &value) && sa_arg_in_range(call, 1, value);
}

static int html_range(struct sa_call *call)
{
	return any(call, number_in_range);
}

/* Whether a string of the array matches (or, wanted false, does not match) the pattern. */
static bool some_string(const struct sa_call *call, const struct sa_html *h, bool wanted)
{
	const struct sa_html_strings *s = sa_html_strings(h, sa_arg(call, 0));
	const struct regex *pattern = call->state != NULL ? sa_arg_pattern(call->state, sa_arg(call, 1)) : NULL;

	for (size_t i = 0; s != NULL && pattern != NULL && i < s->n; i++) {
		if ((regex_match(pattern, call->memory, s->v[i], 0, NULL, 0) == REGEX_YES) == wanted)
			return true;
	}
	return false;
}

static bool some_match(const struct sa_call *call, const struct sa_html *h)
{
	return some_string(call, h, true);
}

static bool some_mismatch(const struct sa_call *call, const struct sa_html *h)
{
	return some_string(call, h, false);
}

static int html_text_match(struct sa_call *call)
{
	return any(call, some_match);
}

static int html_text_not_match(struct sa_call *call)
{
	return any(call, some_mismatch);
}

/* Characters of a string that is UTF-8 or Latin-1. */
static size_t count_chars(struct span s)
{
	size_t n = 0;

	if (!utf8_valid(s))
		return s.len;
	for (size_t i = 0; i < s.len; i++)
		n += ((uint8_t)s.p[i] & 0xc0) != 0x80;
	return n;
}

static bool long_title(const struct sa_call *call, const struct sa_html *h)
{
	double limit = sa_arg_number(call, 0);
	struct span subject;

	if (!sa_header(call->view, SPAN_LIT("Subject"), &subject) || subject.len == 0)
		return false;
	for (size_t i = 0; i < h->title.n; i++) {
		if ((double)count_chars(h->title.v[i]) / (double)subject.len > limit && h->title.v[i].len != 0)
			return true;
	}
	return false;
}

static int html_title_subject_ratio(struct sa_call *call)
{
	return any(call, long_title);
}

static bool has_iframe(const struct sa_call *call, const struct sa_html *h)
{
	(void)call;
	for (size_t i = 0; i < h->nlinks; i++) {
		if ((h->links[i].types & SA_URI_IFRAME) != 0)
			return true;
	}
	return false;
}

static int check_iframe_src(struct sa_call *call)
{
	return any(call, has_iframe);
}

static const void *init(struct arena *arena, struct cf *cf)
{
	struct sa_patterns *p = ARENA_NEW(arena, struct sa_patterns);

	sa_patterns_init(p, arena, cf, "html_text_match html_text_not_match", 1);
	return p;
}

static const struct sa_eval evals[] = {
	{ "html_tag_balance", html_tag_balance }, { "html_image_only", html_image_only }, { "html_image_ratio", html_image_ratio },
	{ "html_charset_faraway", html_charset_faraway }, { "html_tag_exists", html_tag_exists }, { "html_test", html_test }, { "html_eval", html_eval },
	{ "html_text_match", html_text_match }, { "html_title_subject_ratio", html_title_subject_ratio }, { "html_text_not_match", html_text_not_match },
	{ "html_range", html_range }, { "check_iframe_src", check_iframe_src }, { NULL, NULL },
};

const struct sa_plugin sa_plugin_htmleval = { .name = "Mail::SpamAssassin::Plugin::HTMLEval", .evals = evals, .init = init };
