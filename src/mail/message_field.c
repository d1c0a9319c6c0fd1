#include "mail/message_field.h"

#include <gmime/gmime.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/header.h"

struct reader {
	struct arena *arena;
	struct span rest;
	struct facts *facts;
	enum mime_field_kind kind;
	struct mime_field *field;
	struct mime_param *extended; /* names with a '*', for RFC 2231 */
	size_t nextended, cap_extended;
};

struct span mime_lower(struct arena *arena, struct span s)
{
	char *p = arena_bytes(arena, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_tolower(s.p[i]);
	return span_make(p, s.len);
}

static struct span take_token(struct span *s)
{
	struct span token;
	size_t n = 0;

	header_skip_cfws(s);
	while (n < s->len && ascii_is(s->p[n], ASCII_TOKEN))
		n++;
	token = span_sub(*s, 0, n);
	*s = span_from(*s, n);
	return token;
}

static void read_type(struct reader *r)
{
	struct span type = take_token(&r->rest), sub;
	char *p;

	if (r->kind == MIME_DISPOSITION) {
		r->field->type = mime_lower(r->arena, type);
		if (type.len == 0)
			fact_add(r->facts, FACT_PARAMETER_BAD);
		return;
	}
	header_skip_cfws(&r->rest);
	if (type.len == 0 || r->rest.len == 0 || r->rest.p[0] != '/') {
		fact_add(r->facts, FACT_CONTENT_TYPE_BAD);
		return;
	}
	r->rest = span_from(r->rest, 1);
	sub = take_token(&r->rest);
	if (sub.len == 0) {
		fact_add(r->facts, FACT_CONTENT_TYPE_BAD);
		return;
	}
	p = arena_bytes(r->arena, type.len + sub.len + 2);
	memcpy(p, type.p, type.len);
	p[type.len] = '/';
	memcpy(p + type.len + 1, sub.p, sub.len);
	for (size_t i = 0; i < type.len + 1 + sub.len; i++)
		p[i] = ascii_tolower(p[i]);
	r->field->type = span_make(p, type.len + 1 + sub.len);
}

/* Up to the next ';' outside of quotes, which stays. */
static void skip_to_semicolon(struct span *s)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < s->len; i++) {
		if (s->p[i] == '\\')
			i++;
		else if (s->p[i] == '"')
			quoted = !quoted;
		else if (s->p[i] == ';' && !quoted)
			break;
	}
	*s = span_from(*s, i);
}

static struct span take_quoted(struct reader *r)
{
	struct span s = span_from(r->rest, 1);
	char *out, *o;
	size_t end = 0;

	while (end < s.len && s.p[end] != '"')
		end += s.p[end] == '\\' && end + 1 < s.len ? 2u : 1u;
	if (end == s.len)
		fact_add(r->facts, FACT_PARAMETER_BAD); /* no closing quote */
	out = o = arena_bytes(r->arena, end + 1);
	for (size_t i = 0; i < end; i++) {
		if (s.p[i] == '\\' && i + 1 < end)
			i++;
		*o++ = s.p[i];
	}
	r->rest = span_from(s, end + 1);
	return span_range(out, o);
}

/* An unquoted value. What ought to be quoted is let pass: "name=my file.pdf" is a name with a space. */
static struct span take_unquoted(struct reader *r)
{
	struct span whole = r->rest, value, behind;
	size_t n = 0;

	while (n < whole.len && whole.p[n] != ';' && whole.p[n] != '(' && !ascii_isspace(whole.p[n]))
		n++;
	value = span_sub(whole, 0, n);
	for (size_t i = 0; i < n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\' || value.p[i] == ',' || (uint8_t)value.p[i] < 0x20) {
			fact_add(r->facts, FACT_PARAMETER_BAD);
			break;
		}
	}
	behind = span_from(whole, n);
	header_skip_cfws(&behind);
	if (behind.len != 0 && behind.p[0] != ';') {
		fact_add(r->facts, FACT_PARAMETER_BAD);
		behind = whole;
		skip_to_semicolon(&behind);
		value = span_trim(span_sub(whole, 0, whole.len - behind.len));
	}
	r->rest = behind;
	return value;
}

static struct mime_param *find_param(struct mime_param *v, size_t n, struct span name)
{
	for (size_t i = 0; i < n; i++) {
		if (span_eq(v[i].name, name))
			return &v[i];
	}
	return NULL;
}

static void tell_conflict(struct reader *r, struct span a, struct span b)
{
	if (!span_eq(a, b))
		fact_add(r->facts, r->kind == MIME_CONTENT_TYPE ? FACT_CONTENT_TYPE_CONFLICT : FACT_NAME_CONFLICT);
}

static void add_param(struct reader *r, struct span name, struct span value)
{
	bool extended = span_chr(name, '*') != SPAN_NPOS;
	struct mime_param *p = extended ? find_param(r->extended, r->nextended, name)
	                                : find_param(r->field->v, r->field->n, name);

	if (p != NULL) {
		tell_conflict(r, p->value, value);
		return;
	}
	p = extended ? ARRAY_ADD(r->arena, r->extended, r->nextended, r->cap_extended)
	             : ARRAY_ADD(r->arena, r->field->v, r->field->n, r->field->cap);
	p->name = name;
	p->value = value;
}

/* Reads one parameter; false at the end. */
static bool read_param(struct reader *r)
{
	struct span name, value;
	size_t n = 0;

	header_skip_cfws(&r->rest);
	if (r->rest.len != 0 && r->rest.p[0] == ';') {
		r->rest = span_from(r->rest, 1);
		return true;
	}
	if (r->rest.len == 0)
		return false;
	while (n < r->rest.len && span_chr(SPAN_LIT("=;( \t\r\n\v\f"), r->rest.p[n]) == SPAN_NPOS)
		n++;
	name = mime_lower(r->arena, span_sub(r->rest, 0, n));
	r->rest = span_from(r->rest, n);
	header_skip_cfws(&r->rest);
	if (name.len == 0 || r->rest.len == 0 || r->rest.p[0] != '=') {
		fact_add(r->facts, FACT_PARAMETER_BAD);
		if (r->rest.len != 0 && n == 0)
			r->rest = span_from(r->rest, 1); /* always forward */
		skip_to_semicolon(&r->rest);
		return true;
	}
	r->rest = span_from(r->rest, 1);
	header_skip_cfws(&r->rest);
	value = r->rest.len != 0 && r->rest.p[0] == '"' ? take_quoted(r) : take_unquoted(r);
	add_param(r, name, value);
	header_skip_cfws(&r->rest);
	if (r->rest.len != 0 && r->rest.p[0] != ';') {
		fact_add(r->facts, FACT_PARAMETER_BAD);
		skip_to_semicolon(&r->rest);
	}
	return true;
}

/*
 * gmime joins and decodes RFC 2231. It sees nothing but the parameters with a '*' in their names, each once, in one form,
 * and no more of them than the limit.
 */
static GMimeParamList *extended_list(struct reader *r)
{
	struct buf b = BUF_INIT(r->arena);

	for (size_t i = 0; i < r->nextended; i++) {
		buf_str(&b, i != 0 ? "; " : "");
		buf_add(&b, r->extended[i].name);
		buf_str(&b, "=\"");
		for (size_t j = 0; j < r->extended[i].value.len; j++) {
			char c = r->extended[i].value.p[j];

			if (c == '"' || c == '\\')
				buf_char(&b, '\\');
			buf_char(&b, c);
		}
		buf_char(&b, '"');
	}
	buf_char(&b, '\0');
	return g_mime_param_list_parse(NULL, b.p);
}

static void add_extended(struct reader *r)
{
	GMimeParamList *list = extended_list(r);

	for (int i = 0; i < g_mime_param_list_length(list); i++) {
		GMimeParam *param = g_mime_param_list_get_parameter_at(list, i);
		struct span name = mime_lower(r->arena, span_of(g_mime_param_get_name(param)));
		struct span value = arena_copy(r->arena, span_of(g_mime_param_get_value(param)));
		struct mime_param *p = find_param(r->field->v, r->field->n, name);

		value = utf8_repair(r->arena, value);
		if (p != NULL)
			tell_conflict(r, p->value, value);
		else
			p = ARRAY_ADD(r->arena, r->field->v, r->field->n, r->field->cap);
		p->name = name;
		p->value = value;
	}
	/* A mark that gmime did not take for one: not RFC 2231. */
	for (size_t i = 0; i < r->field->n; i++) {
		if (span_chr(r->field->v[i].name, '*') != SPAN_NPOS)
			fact_add(r->facts, FACT_PARAMETER_BAD);
	}
	g_object_unref(list);
}

void mime_field_parse(struct arena *arena, struct span value, enum mime_field_kind kind, size_t max_params, struct facts *facts,
                      struct mime_field *field_r)
{
	struct reader r = { .arena = arena, .rest = value, .facts = facts, .kind = kind, .field = field_r };

	*field_r = (struct mime_field){ 0 };
	read_type(&r);
	if (field_r->type.len == 0)
		skip_to_semicolon(&r.rest);
	header_skip_cfws(&r.rest);
	if (r.rest.len != 0 && r.rest.p[0] != ';')
		fact_add(facts, FACT_PARAMETER_BAD); /* "text/plain charset=x" is read as if a semicolon stood there */
	while (read_param(&r)) {
		if (field_r->n + r.nextended >= max_params) {
			header_skip_cfws(&r.rest);
			if (r.rest.len > 1)
				fact_add(facts, FACT_PARAMETER_TOO_MANY);
			break;
		}
	}
	if (r.nextended != 0)
		add_extended(&r);
}

struct span mime_field_param(const struct mime_field *field, struct span name)
{
	const struct mime_param *p = find_param(field->v, field->n, name);

	return p == NULL ? SPAN_NONE : p->value.p != NULL ? p->value : SPAN_LIT("");
}
