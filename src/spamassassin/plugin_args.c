#include "spamassassin/plugin_args.h"

#include <assert.h>
#include <stdlib.h>

#include "base/ascii.h"

struct span sa_arg(const struct sa_call *call, size_t i)
{
	return i < call->nargs ? call->args[i] : SPAN_NONE;
}

double sa_number(struct span s)
{
	char digits[64] = { 0 };
	size_t n = 0;

	s = span_trim(s);
	while (n < s.len && n < sizeof(digits) - 1 && (ascii_isdigit(s.p[n]) || strchr("+-.eE", s.p[n]) != NULL)) {
		digits[n] = s.p[n];
		n++;
	}
	return strtod(digits, NULL);
}

double sa_arg_number(const struct sa_call *call, size_t i)
{
	return sa_number(sa_arg(call, i));
}

bool sa_arg_in_range(const struct sa_call *call, size_t i, double value)
{
	struct span max = sa_arg(call, i + 1);

	if (value <= sa_arg_number(call, i))
		return false;
	return max.p == NULL || span_eq(max, SPAN_LIT("inf")) || value <= sa_number(max);
}

const struct sa_lines *sa_call_lines(const struct sa_call *call)
{
	return call->kind == CF_RAWBODY ? sa_rawbody(call->view) : sa_body(call->view);
}

/* ---- patterns ---- */

static void free_pattern(void *ctx)
{
	struct regex *r = ctx;

	regex_free(&r);
}

static bool is_one_of(struct span name, const char *functions)
{
	struct span rest = span_of(functions);

	while (rest.p != NULL) {
		if (span_eq(span_split(&rest, ' '), name))
			return true;
	}
	return false;
}

void sa_patterns_init(struct sa_patterns *p, struct arena *arena, struct cf *cf, const char *functions, size_t index)
{
	map_init(&p->by_text, arena, false);
	for (size_t i = 0; i < cf->nrules; i++) {
		const struct cf_rule *rule = &cf->rules[i];
		struct cf_call call;
		struct regex *regex;
		struct err err;

		if (rule->kind != CF_EVAL || rule->dead || !cf_call_read(arena, rule->text, &call) || !is_one_of(call.function, functions) || call.nargs <= index ||
		    map_get(&p->by_text, call.args[index]) != NULL)
			continue;
		err = (struct err){ 0 };
		regex = regex_new(call.args[index], 0, &err);
		if (regex == NULL) {
			cf_problem_add(cf, rule->from, rule->name, false, "%.*s: pattern of %.*s: %s", SPAN_ARG(rule->name), SPAN_ARG(call.function), err.text);
			continue;
		}
		arena_cleanup(arena, free_pattern, regex);
		map_put(&p->by_text, call.args[index], regex);
	}
}

const struct regex *sa_arg_pattern(const struct sa_patterns *p, struct span text)
{
	return map_get(&p->by_text, text);
}

struct regex *sa_pattern_own(struct arena *arena, const char *pattern, unsigned flags)
{
	struct err err = { 0 };
	struct regex *regex = regex_new(span_of(pattern), flags, &err);

	assert(regex != NULL);
	arena_cleanup(arena, free_pattern, regex);
	return regex;
}

/* ---- locales ---- */

const char *sa_text_locales(struct arena *arena, const struct cf *cf)
{
	const struct cf_directive *d = NULL, *last = NULL;

	while ((d = cf_directive_next(cf, SPAN_LIT("ok_locales"), d)) != NULL)
		last = d;
	if (last == NULL || span_has(last->args, SPAN_LIT("all")))
		return NULL;
	return arena_str(arena, last->args);
}

#define RUSSIAN " KOI8R KOI8U KOI8T ISOIR111 CP1251 GEORGIANPS PT154 CP866 "

/* Charsets that a locale has beside those that all have. */
static const struct {
	const char *locale, *charsets;
} unusual[] = {
	{ "ja", " EUCJP JISX020119760 JISX020819830 JISX020819900 JISX020819970 JISX021219900 JISX021320001 JISX021320002 SHIFT_JIS SHIFTJIS ISO2022JP SJIS JIS7 JISX0201 JISX0208 JISX0212 " },
	{ "ko", " EUCKR KSC56011987 " },
	{ "ru", RUSSIAN }, { "ka", RUSSIAN }, { "tg", RUSSIAN }, { "be", RUSSIAN }, { "uk", RUSSIAN }, { "bg", RUSSIAN },
	{ "th", " TIS620 " },
	{ "zh", " GB1988 GB2312 GB231219800 GB18030 GBK BIG5HKSCS BIG5 EUCTW ISO2022CN " },
};

static bool is_common(struct span cs)
{
	static const char *const prefixes[] = { "ISO8859", "ISO10646", "UTF", "UCS", "CP125", "WINDOWS", "UNICODE11UTF7", "UNICODE11UTF8" };
	static const char *const names[] = { "USASCII", "ASCII", "IBM852", "XUNKNOWN", "ISO" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		if (span_starts(cs, span_of(prefixes[i])))
			return true;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (span_eq(cs, span_of(names[i])))
			return true;
	}
	return false;
}

bool sa_text_charset_ok(struct span charset, const char *locales)
{
	char name[64] = " ";
	size_t n = 1;
	struct span rest = span_of(locales);

	for (size_t i = 0; i < charset.len && n < sizeof(name) - 2; i++) {
		if (ascii_isalnum(charset.p[i]))
			name[n++] = (char)(ascii_islower(charset.p[i]) ? charset.p[i] - 32 : charset.p[i]);
	}
	if (is_common(span_make(name + 1, n - 1)))
		return true;
	name[n++] = ' ';
	while (rest.p != NULL) {
		struct span locale = span_sub(span_split(&rest, ' '), 0, 2);

		for (size_t i = 0; i < sizeof(unusual) / sizeof(*unusual); i++) {
			if (span_eq(locale, span_of(unusual[i].locale)) && span_has(span_of(unusual[i].charsets), span_make(name, n)))
				return true;
		}
	}
	return false;
}
