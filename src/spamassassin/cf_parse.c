/* Lines of SpamAssassin's configuration files: comments, languages, conditional blocks, and the way to what defines and directs. */
#include <stdarg.h>
#include <stdio.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "spamassassin/cf_private.h"
#include "spamassassin/plugin.h"

#define LANGUAGE "en_US" /* SpamAssassin's own default */

bool cf_mistake(struct cf_parser *p, struct span rule, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cf_problem_add(p->cf, p->at, rule, false, "%s", text);
	return false;
}

struct span cf_word(struct span *rest)
{
	struct span s = span_trim(*rest);
	size_t n = 0;

	while (n < s.len && !ascii_isspace(s.p[n]))
		n++;
	*rest = span_trim(span_from(s, n));
	return span_sub(s, 0, n);
}

bool cf_number(struct span s, double *value_r)
{
	bool minus = s.len != 0 && s.p[0] == '-';
	double value = 0, unit = 1;
	size_t i = minus ? 1 : 0;
	size_t digits = i;

	for (; i < s.len && ascii_isdigit(s.p[i]); i++)
		value = value * 10 + (s.p[i] - '0');
	if (i == digits)
		return false;
	if (i < s.len) {
		if (s.p[i++] != '.' || i == s.len)
			return false;
		for (; i < s.len && ascii_isdigit(s.p[i]); i++) {
			unit *= 10;
			value = value * 10 + (s.p[i] - '0');
		}
	}
	*value_r = (minus ? -value : value) / unit;
	return i == s.len;
}

/* '#' begins a comment, "\#" is a '#'. */
static struct span without_comment(struct arena *arena, struct span line)
{
	struct buf b = BUF_INIT(arena);
	bool escaped = false;

	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] != '#')
			continue;
		if (i == 0 || line.p[i - 1] != '\\') {
			line = span_sub(line, 0, i);
			break;
		}
		escaped = true;
	}
	if (!escaped)
		return line;
	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] == '\\' && i + 1 < line.len && line.p[i + 1] == '#')
			continue;
		buf_char(&b, line.p[i]);
	}
	return buf_span(&b);
}

/* "lang xx REST": the rest when it is for us, else nothing. */
static struct span for_language(struct span line)
{
	struct span rest = line, language;

	if (!span_starts(line, SPAN_LIT("lang")) || line.len < 6 || !ascii_isspace(line.p[4]))
		return line;
	cf_word(&rest);
	language = cf_word(&rest);
	if (rest.len == 0)
		return line;
	return span_case_starts(SPAN_LIT(LANGUAGE), language) ? rest : SPAN_NONE;
}

static void block_open(struct cf_parser *p, struct span condition, bool plugin)
{
	struct cf_if *f;

	if (condition.len == 0) {
		cf_mistake(p, SPAN_NONE, "a condition is missing");
		return;
	}
	if (p->nifs == CF_IF_DEPTH) {
		cf_mistake(p, SPAN_NONE, "blocks are nested too deeply");
		return;
	}
	f = ARRAY_ADD(p->arena, p->ifs, p->nifs, p->cap_ifs);
	*f = (struct cf_if){ .skip = p->skip, .line = p->at.line };
	if (!p->skip)
		p->skip = !(plugin ? cf_plugin_loaded(p, cf_word(&condition)) : cf_condition(p, condition));
}

static void block_else(struct cf_parser *p)
{
	bool outside = false;

	if (p->nifs == 0) {
		cf_mistake(p, SPAN_NONE, "'else' without 'if'");
		return;
	}
	for (size_t i = 0; i < p->nifs; i++)
		outside |= p->ifs[i].skip;
	p->skip = outside || !p->skip;
}

static void block_end(struct cf_parser *p)
{
	if (p->nifs == 0)
		cf_mistake(p, SPAN_NONE, "'endif' without 'if'");
	else
		p->skip = p->ifs[--p->nifs].skip;
}

/* Keywords that steer the reading itself, also in blocks that are passed over. */
static bool steer(struct cf_parser *p, struct span keyword, struct span value)
{
	if (span_eq(keyword, SPAN_LIT("if")) || span_eq(keyword, SPAN_LIT("ifplugin")))
		block_open(p, value, keyword.len != 2);
	else if (span_eq(keyword, SPAN_LIT("else")) && value.len == 0)
		block_else(p);
	else if (span_eq(keyword, SPAN_LIT("endif")) && value.len == 0)
		block_end(p);
	else if (span_eq(keyword, SPAN_LIT("else")) || span_eq(keyword, SPAN_LIT("endif")))
		cf_mistake(p, SPAN_NONE, "'%.*s' must stand alone", SPAN_ARG(keyword));
	else if (span_eq(keyword, SPAN_LIT("include")))
		cf_include(p, value);
	else
		return false;
	return true;
}

static bool makes_rule(struct span keyword)
{
	static const char *const words[] = { "header", "body", "rawbody", "full", "uri", "uri_detail", "mimeheader", "meta", "reuse", "askdns", NULL };

	for (size_t i = 0; words[i] != NULL; i++) {
		if (span_eq(keyword, span_of(words[i])))
			return true;
	}
	return false;
}

/* Remembers the name of a rule that is not ours to define. */
static void passed_over(struct cf_parser *p, struct span value)
{
	struct span name = cf_word(&value);

	if (cf_name_valid(name))
		map_put(&p->cf->elsewhere, name, p->cf);
}

static void directive(struct cf_parser *p, struct span keyword, struct span value)
{
	const struct cf_context *cx = p->context;

	if (!cf_keyword_core(keyword) && !(cx->has_directive != NULL && cx->has_directive(cx->ctx, keyword))) {
		cf_mistake(p, SPAN_NONE, "unknown directive '%.*s'", SPAN_ARG(span_sub(keyword, 0, 80)));
		return;
	}
	*ARRAY_ADD(p->arena, p->cf->directives, p->cf->ndirectives, p->cf->cap_directives) =
		(struct cf_directive){ .keyword = keyword, .args = value, .from = p->at };
	if (makes_rule(keyword))
		passed_over(p, value);
}

static void parse_line(struct cf_parser *p, struct span line)
{
	struct span value, keyword;

	value = for_language(span_trim(without_comment(p->arena, line)));
	keyword = cf_word(&value);
	if (keyword.len == 0)
		return;
	keyword = cf_keyword(p->arena, keyword);
	if (steer(p, keyword, value))
		return;
	if (p->skip) {
		if (makes_rule(keyword))
			passed_over(p, value);
		return;
	}
	if (!cf_define(p, keyword, value))
		directive(p, keyword, value);
}

void cf_parse(struct cf_parser *p, struct span text, const char *file)
{
	struct cf_origin outer = p->at;

	p->at = (struct cf_origin){ file, 0 };
	while (text.p != NULL) {
		struct span line = span_split(&text, '\n');

		p->at.line++;
		parse_line(p, line);
	}
	/* Blocks end with their file, also those of the file that included this one. */
	for (size_t i = 0; i < p->nifs; i++) {
		p->at.line = p->ifs[i].line;
		cf_mistake(p, SPAN_NONE, "'if' without 'endif'");
	}
	p->nifs = 0;
	p->skip = false;
	p->at = outer;
}
