#include <stdio.h>

#include "base/ascii.h"
#include "spamassassin/html_color_table.h"
#include "spamassassin/html_private.h"

#define NAME_MAX_LEN 20 /* lightgoldenrodyellow */

static const struct {
	char name[NAME_MAX_LEN + 1];
	int32_t rgb;
} colors[] = {
#define X(name_, rgb_) { .name = #name_, .rgb = (rgb_) },
	SA_HTML_COLORS(X)
#undef X
};

static bool find_name(struct span name, int32_t *rgb_r)
{
	char lower[NAME_MAX_LEN + 1] = { 0 };
	size_t low = 0, high = sizeof(colors) / sizeof(*colors);

	if (name.len > NAME_MAX_LEN || span_chr(name, '\0') != SPAN_NPOS)
		return false;
	for (size_t i = 0; i < name.len; i++)
		lower[i] = ascii_tolower(name.p[i]);
	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = strcmp(lower, colors[mid].name);

		if (order == 0) {
			*rgb_r = colors[mid].rgb;
			return true;
		}
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return false;
}

/* Hexadecimal digits behind "#": six count, three are doubled, anything else is cut or filled up. */
static int32_t from_digits(const char *digits, size_t n)
{
	char d[6];
	int32_t rgb = 0;

	if (n == 0)
		return COLOR_EMPTY;
	if (n < 6) {
		for (size_t i = 0; i < 3; i++)
			d[2 * i] = d[2 * i + 1] = (char)(i < n ? digits[i] : '0');
	} else {
		memcpy(d, digits, 6);
	}
	for (size_t i = 0; i < 6; i++)
		rgb = rgb << 4 | ascii_xvalue(d[i]);
	return rgb;
}

static int32_t from_hex(struct span s)
{
	char digits[6];
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < sizeof(digits); i++) {
		if (ascii_isxdigit(s.p[i]))
			digits[n++] = s.p[i];
	}
	return from_digits(digits, n);
}

/* A number of "rgb(...)"; percent_r: a "%" follows. */
static bool read_value(struct span *s, bool first, bool percent, double *value_r)
{
	size_t i = 0;

	if (!first) {
		if (s->len == 0 || s->p[0] != ',')
			return false;
		*s = span_from(*s, 1);
		while (s->len != 0 && ascii_isspace(s->p[0]))
			*s = span_from(*s, 1);
	}
	*value_r = 0;
	for (; i < s->len && ascii_isdigit(s->p[i]); i++)
		*value_r = *value_r * 10 + (s->p[i] - '0');
	*s = span_from(*s, i);
	if (i == 0 || (percent && (s->len == 0 || s->p[0] != '%')))
		return false;
	if (percent) {
		*s = span_from(*s, 1);
		*value_r = (double)(int64_t)(*value_r > 1e9 ? 1e9 : *value_r / 100 * 255);
	}
	return true;
}

/* Two or more hexadecimal digits each, then read like those behind "#": values above 255 shift the others. */
static int32_t from_values(const double v[3])
{
	char digits[64];
	int n = snprintf(digits, sizeof(digits), "%02llx%02llx%02llx", (unsigned long long)(v[0] > 1e15 ? 1e15 : v[0]), (unsigned long long)(v[1] > 1e15 ? 1e15 : v[1]),
		(unsigned long long)(v[2] > 1e15 ? 1e15 : v[2]));

	return from_digits(digits, (size_t)n);
}

static bool read_rgb(struct span s, bool percent, int32_t *rgb_r)
{
	double v[3];

	if (!read_value(&s, true, percent, &v[0]) || !read_value(&s, false, percent, &v[1]) || !read_value(&s, false, percent, &v[2]))
		return false;
	while (s.len != 0 && ascii_isspace(s.p[0]))
		s = span_from(s, 1);
	if (s.len == 0 || s.p[0] != ')')
		return false;
	*rgb_r = from_values(v);
	return true;
}

/* "rgb(" with nothing but digits, "%", "," and blanks in it, anywhere. */
static bool find_rgb(struct span s, struct span *inside_r)
{
	for (size_t at = 0; at < s.len;) {
		size_t found = span_case_find(span_from(s, at), SPAN_LIT("rgb(")), i;

		if (found == SPAN_NPOS)
			return false;
		at += found + 4;
		for (i = at; i < s.len && (ascii_isdigit(s.p[i]) || s.p[i] == '%' || s.p[i] == ',' || s.p[i] == ' ');)
			i++;
		if (i < s.len && s.p[i] == ')') {
			*inside_r = span_from(s, at);
			return true;
		}
	}
	return false;
}

int32_t html_color(struct span written)
{
	struct span s = span_trim(written), inside;
	size_t i = 0;
	int32_t rgb;

	if (find_name(s, &rgb))
		return rgb;
	while (i < s.len && (s.p[i] == '#' || ascii_isxdigit(s.p[i])))
		i++;
	if (i < s.len) {
		if (!find_rgb(s, &inside))
			return COLOR_INVALID;
		if (read_rgb(inside, true, &rgb) || read_rgb(inside, false, &rgb))
			return rgb;
	}
	return s.len != 0 && s.p[0] == '#' ? from_hex(s) : COLOR_INVALID;
}

/* All digits and commas of it: the first three numbers. */
static int32_t loose_rgb(struct span s)
{
	int32_t v[3] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < 3; i++) {
		if (s.p[i] == ',')
			n++;
		else if (ascii_isdigit(s.p[i]) && v[n] <= 255)
			v[n] = v[n] * 10 + (s.p[i] - '0');
	}
	for (n = 0; n < 3; n++)
		v[n] = v[n] > 255 ? 255 : v[n];
	return v[0] << 16 | v[1] << 8 | v[2];
}

/* Without "!important" at the end. */
static struct span without_important(struct span s)
{
	struct span t = s;

	if (!span_case_ends(t, SPAN_LIT("important")))
		return s;
	t = span_trim(span_sub(t, 0, t.len - 9));
	if (t.len == 0 || t.p[t.len - 1] != '!')
		return s;
	t.len--;
	while (t.len != 0 && ascii_isspace(t.p[t.len - 1]))
		t.len--;
	return span_range(s.p, span_end(t));
}

int32_t html_color_css(struct span written)
{
	struct span s = without_important(written);

	if (span_case_has(s, SPAN_LIT("rgb")))
		return loose_rgb(s);
	if (span_case_eq(s, SPAN_LIT("inherit")))
		return COLOR_INHERIT;
	if (span_case_eq(s, SPAN_LIT("transparent")))
		return COLOR_TRANSPARENT;
	return html_color(s);
}

/* One layer after the other; a colour of the last one counts. */
struct background {
	bool any, found, last_found; /* tokens in this layer; a colour in it; in the last finished one */
	int32_t color, last_color;
};

static void end_token(struct background *b, struct span token)
{
	int32_t color;

	if (token.len == 0)
		return;
	b->any = true;
	if (!b->found && (color = html_color(token)) != COLOR_INVALID) {
		b->found = true;
		b->color = color;
	}
}

static void end_layer(struct background *b)
{
	b->last_found = b->found;
	b->last_color = b->color;
	b->any = b->found = false;
}

bool html_color_background(struct span s, int32_t *color_r)
{
	struct background b = { 0 };
	char quote = '\0';
	bool bracket = false;
	size_t begin = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (quote != '\0') {
			quote = (char)(c == quote ? '\0' : quote);
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (bracket) {
			bracket = c != ')';
			if (!bracket) {
				end_token(&b, span_range(s.p + begin, s.p + i + 1));
				begin = i + 1;
			}
		} else if (c == '(') {
			bracket = true;
		} else if (c == ' ' || c == ',') {
			end_token(&b, span_range(s.p + begin, s.p + i));
			begin = i + 1;
			if (c == ',')
				end_layer(&b);
		}
	}
	end_token(&b, span_from(s, begin));
	if (b.any)
		end_layer(&b);
	*color_r = b.last_color;
	return b.last_found;
}
