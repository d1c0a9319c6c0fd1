#include "base/ascii.h"
#include "base/buf.h"
#include "spamassassin/view_private.h"

#define CONTINUATIONS_MAX 100

static bool is_word(char c)
{
	return ascii_isalnum(c) || c == '_';
}

static size_t skip_space(struct span s, size_t i)
{
	while (i < s.len && ascii_isspace(s.p[i]))
		i++;
	return i;
}

/* The value behind "name", optional white space and "=": the offset where it begins, or SPAN_NPOS. "at": where name begins. */
static size_t value_at(struct span ct, size_t at, struct span name)
{
	size_t i = skip_space(ct, at + name.len);

	if (i >= ct.len || ct.p[i] != '=')
		return SPAN_NPOS;
	return skip_space(ct, i + 1);
}

/* The next place at or behind "from" where name stands as the beginning of a word. */
static size_t find_word(struct span ct, size_t from, struct span name)
{
	while (from < ct.len) {
		size_t at = span_case_find(span_from(ct, from), name);

		if (at == SPAN_NPOS)
			return SPAN_NPOS;
		at += from;
		if (at == 0 || !is_word(ct.p[at - 1]))
			return at;
		from = at + 1;
	}
	return SPAN_NPOS;
}

/* One quote at each end is dropped; the value ends at ";" or the end. False: a line end stands in it. */
static bool loose_value(struct span ct, size_t i, struct span *value_r)
{
	size_t begin = i < ct.len && (ct.p[i] == '"' || ct.p[i] == '\'') ? i + 1 : i, end = begin;

	while (end < ct.len && ct.p[end] != ';' && ct.p[end] != '\n')
		end++;
	if (end < ct.len && ct.p[end] == '\n' && end + 1 != ct.len)
		return false;
	if (end > begin && (ct.p[end - 1] == '"' || ct.p[end - 1] == '\''))
		end--;
	*value_r = span_make(ct.p + begin, end - begin);
	return true;
}

static struct span loose_param(struct span ct, struct span name)
{
	struct span value;

	for (size_t at = find_word(ct, 0, name); at != SPAN_NPOS; at = find_word(ct, at + 1, name)) {
		size_t i = value_at(ct, at, name);

		if (i != SPAN_NPOS && loose_value(ct, i, &value))
			return value;
	}
	return SPAN_NONE;
}

/* "name" or "filename" as the beginning of a word, whichever comes first; *len_r: how long it is. */
static size_t find_name(struct span ct, size_t from, size_t *len_r)
{
	size_t a = find_word(ct, from, SPAN_LIT("name")), b = find_word(ct, from, SPAN_LIT("filename"));

	*len_r = a < b ? 4 : 8;
	return a < b ? a : b;
}

static struct span file_name(struct span ct)
{
	struct span value;
	size_t len;

	for (size_t at = find_name(ct, 0, &len); at != SPAN_NPOS; at = find_name(ct, at + 1, &len)) {
		size_t i = value_at(ct, at, span_sub(ct, at, len));

		if (i != SPAN_NPOS && loose_value(ct, i, &value))
			return value;
	}
	return SPAN_NONE;
}

/* RFC 2231, 3: name*0=, name*1= ... joined in the order of their numbers. */
static struct span continued_name(struct arena *arena, struct span ct)
{
	struct span parts[CONTINUATIONS_MAX] = { { 0 } };
	struct buf b = BUF_INIT(arena);
	size_t len;
	bool any = false;

	for (size_t at = find_name(ct, 0, &len); at != SPAN_NPOS; at = find_name(ct, at + 1, &len)) {
		size_t i = at + len, number = 0, digits;

		if (i >= ct.len || ct.p[i] != '*')
			continue;
		for (digits = ++i; i < ct.len && ascii_isdigit(ct.p[i]); i++)
			number = number < CONTINUATIONS_MAX ? number * 10 + (size_t)(ct.p[i] - '0') : number;
		i = skip_space(ct, i);
		if (i == digits || number >= CONTINUATIONS_MAX || i >= ct.len || ct.p[i] != '=')
			continue;
		any |= number == 0;
		loose_value(ct, skip_space(ct, i + 1), &parts[number]);
	}
	if (!any)
		return SPAN_NONE;
	for (size_t i = 0; i < CONTINUATIONS_MAX; i++)
		buf_add(&b, parts[i]);
	return buf_span(&b);
}

/* A quoted boundary needs no closing quote; another one ends at white space, ";" or the end, and has no quote inside. */
static struct span boundary_of(struct arena *arena, struct span ct)
{
	static const struct span name = { "boundary", 8 };

	for (size_t at = find_word(ct, 0, name); at != SPAN_NPOS; at = find_word(ct, at + 1, name)) {
		size_t i = value_at(ct, at, name), end;

		if (i == SPAN_NPOS || i == ct.len)
			continue;
		if (ct.p[i] == '"') {
			end = span_chr(span_from(ct, i + 1), '"');
			if (end != 0 && i + 1 < ct.len)
				return arena_copy(arena, span_sub(ct, i + 1, end));
			continue;
		}
		for (end = i; end < ct.len && !ascii_isspace(ct.p[end]) && ct.p[end] != ';' && ct.p[end] != '"';)
			end++;
		if (end > i && (end == ct.len || ct.p[end] != '"'))
			return span_sub(ct, i, end - i);
	}
	return SPAN_NONE;
}

/* What must not stand in a type. */
static bool is_type_char(char c)
{
	uint8_t b = (uint8_t)c;

	return b > ' ' && b < 0x7f && strchr("(),\":;<=>?@[\\]", c) == NULL;
}

static struct span lower_type(struct arena *arena, struct span ct, size_t len)
{
	char *p = arena_bytes(arena, len + 1);

	for (size_t i = 0; i < len; i++)
		p[i] = ascii_tolower(ct.p[i]);
	return span_make(p, len);
}

static struct span type_of(struct arena *arena, struct span ct, bool *missing_r)
{
	struct span type;
	size_t i = skip_space(ct, 0), slash, n = 0;
	char *p;

	ct = span_from(ct, i);
	ct = span_sub(ct, 0, span_chr(ct, ';'));
	slash = span_chr(ct, '/');
	if (slash != 0 && slash != SPAN_NPOS) {
		for (i = slash + 1; i < ct.len && ct.p[i] != '/' && !ascii_isspace(ct.p[i]);)
			i++;
		ct = span_sub(ct, 0, i);
	}
	type = lower_type(arena, ct, ct.len);
	if (type.len == 0 || span_eq(type, SPAN_LIT("0"))) {
		*missing_r = true;
		return SPAN_LIT("text/plain");
	}
	if (span_starts(type, SPAN_LIT("text")) && (type.len == 4 || !is_word(type.p[4])) && !span_eq(type, SPAN_LIT("text/x-vcard")) &&
	    !span_eq(type, SPAN_LIT("text/calendar")) && !span_eq(type, SPAN_LIT("text/html")))
		return SPAN_LIT("text/plain");
	p = arena_bytes(arena, type.len + 1);
	for (i = 0; i < type.len; i++) {
		if (is_type_char(type.p[i]))
			p[n++] = type.p[i];
	}
	return span_make(p, n);
}

void sa_parse_content_type(struct arena *arena, struct span ct, struct sa_content_type *ct_r)
{
	*ct_r = (struct sa_content_type){ .missing = ct.len == 0 || span_eq(ct, SPAN_LIT("0")) };
	if (ct_r->missing)
		ct = SPAN_LIT("text/plain; charset=us-ascii");
	ct_r->boundary = boundary_of(arena, ct);
	ct_r->charset = loose_param(ct, SPAN_LIT("charset"));
	ct_r->name = file_name(ct);
	if (ct_r->name.len == 0 || span_eq(ct_r->name, SPAN_LIT("0"))) {
		struct span name = continued_name(arena, ct);

		ct_r->name = name.p != NULL ? name : ct_r->name;
	}
	ct_r->type = type_of(arena, ct, &ct_r->missing);
}
