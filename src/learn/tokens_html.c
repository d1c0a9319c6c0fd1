/* Features of HTML source: how the text is dressed. Templates of campaigns outlive their words. */
#include "base/ascii.h"
#include "learn/tokens_private.h"

#define SOURCE_BYTES 16384
#define VALUE_LONGEST 40
#define DECLARATIONS 8 /* of one style attribute */

static struct span take_name(struct span *s)
{
	struct span name = *s;
	size_t n = 0;

	while (n < s->len && (ascii_isalnum(s->p[n]) || s->p[n] == '-' || s->p[n] == ':'))
		n++;
	name.len = n;
	*s = span_from(*s, n);
	return name;
}

static void skip_space(struct span *s)
{
	size_t n = 0;

	while (n < s->len && ascii_isspace(s->p[n]))
		n++;
	*s = span_from(*s, n);
}

static struct span take_value(struct span *s)
{
	struct span value;
	size_t n = 0;

	if (s->len > 0 && (s->p[0] == '"' || s->p[0] == '\'')) {
		char quote = s->p[0];

		*s = span_from(*s, 1);
		n = span_chr(*s, quote);
		n = n == SPAN_NPOS ? s->len : n;
		value = span_sub(*s, 0, n);
		*s = span_from(*s, n + 1);
		return value;
	}
	while (n < s->len && !ascii_isspace(s->p[n]) && s->p[n] != '>')
		n++;
	value = span_sub(*s, 0, n);
	*s = span_from(*s, n);
	return value;
}

static void add_style(struct tokens *t, struct span style)
{
	for (unsigned i = 0; i < DECLARATIONS && style.p != NULL; i++) {
		struct span one = span_trim(span_split(&style, ';'));

		if (one.len != 0 && one.len <= VALUE_LONGEST)
			token_add(t, TOKEN_HTML, hash_join(t, TOKEN_NAME(t, "style"), token_hash_lower(t, one)));
	}
}

static void add_attribute(struct tokens *t, uint64_t element, struct span name, struct span value)
{
	uint64_t attribute = token_hash_lower(t, name);

	token_add(t, TOKEN_HTML, hash_join(t, element, attribute));
	if (span_case_eq(name, SPAN_LIT("style")))
		add_style(t, value);
	else if (value.len != 0 && value.len <= VALUE_LONGEST && !span_case_eq(name, SPAN_LIT("href")) && !span_case_eq(name, SPAN_LIT("src")))
		token_add(t, TOKEN_HTML, hash_join(t, attribute, token_hash_lower(t, value)));
}

/* s: behind the "<". */
static void add_tag(struct tokens *t, struct span *s, uint64_t *before)
{
	bool end = s->len > 0 && s->p[0] == '/';
	struct span name;
	uint64_t element;

	if (end)
		*s = span_from(*s, 1);
	if (s->len == 0 || !ascii_isalpha(s->p[0]))
		return;
	name = take_name(s);
	element = token_hash_lower(t, name) + end;
	token_add(t, TOKEN_HTML, element);
	token_add(t, TOKEN_HTML, hash_join(t, *before, element));
	*before = element;
	for (skip_space(s); s->len > 0 && s->p[0] != '>' && s->p[0] != '<'; skip_space(s)) {
		struct span attribute = take_name(s), value = SPAN_NONE;

		if (attribute.len == 0) {
			*s = span_from(*s, 1);
			continue;
		}
		skip_space(s);
		if (s->len > 0 && s->p[0] == '=') {
			*s = span_from(*s, 1);
			skip_space(s);
			value = take_value(s);
		}
		add_attribute(t, element, attribute, value);
	}
}

void tokens_html(struct tokens *t, struct span source)
{
	struct span s = span_sub(source, 0, SOURCE_BYTES);
	uint64_t before = 0;
	size_t at;

	while (t->n < t->limit && (at = span_chr(s, '<')) != SPAN_NPOS) {
		s = span_from(s, at + 1);
		add_tag(t, &s, &before);
	}
}
