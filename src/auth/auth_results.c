/* Reading Authentication-Results: RFC 8601, 2.2, and the liberties that real writers take with it. */
#include "auth/auth_results.h"

#include "auth/dmarc.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/buf.h"

/* A closed comment at the front of *s is taken off; one that never ends takes all. */
static struct span read_comment(struct span *s)
{
	size_t depth = 0, i = 0;
	struct span inside;

	for (; i < s->len; i++) {
		char c = s->p[i];

		if (c == '\\')
			i++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			break;
	}
	if (i > s->len)
		i = s->len;
	inside = span_sub(*s, 1, i > 0 ? i - 1 : 0);
	*s = i < s->len ? span_from(*s, i + 1) : SPAN_NONE;
	return inside;
}

/* White space and comments; the first comment is kept when somebody wants it. */
static void skip(struct span *s, struct span *comment_r)
{
	while (s->len != 0) {
		if (ascii_isspace(s->p[0])) {
			*s = span_from(*s, 1);
		} else if (s->p[0] == '(') {
			struct span comment = read_comment(s);

			if (comment_r != NULL && comment_r->len == 0)
				*comment_r = comment;
		} else {
			return;
		}
	}
}

static bool take(struct span *s, char c)
{
	if (s->len == 0 || s->p[0] != c)
		return false;
	*s = span_from(*s, 1);
	return true;
}

/* Keywords, property names: letters, digits, '-', '_'. */
static struct span read_word(struct span *s)
{
	size_t n = 0;
	struct span word;

	while (n < s->len && (ascii_isalnum(s->p[n]) || s->p[n] == '-' || s->p[n] == '_'))
		n++;
	word = span_sub(*s, 0, n);
	*s = span_from(*s, n);
	return word;
}

/* The length of a quoted string at the front, quotes included; to the end when it is not closed. */
static size_t quoted_length(struct span s)
{
	size_t i = 1;

	while (i < s.len && s.p[i] != '"')
		i += s.p[i] == '\\' ? 2 : 1;
	return i < s.len ? i + 1 : s.len;
}

static struct span unquote(struct arena *arena, struct span quoted)
{
	struct span s = span_sub(quoted, 1, quoted.len > 1 && quoted.p[quoted.len - 1] == '"' ? quoted.len - 2 : quoted.len - 1);
	struct buf b = BUF_INIT(arena);

	if (span_chr(s, '\\') == SPAN_NPOS && span_chr(s, '\n') == SPAN_NPOS)
		return s;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\\' && i + 1 < s.len)
			buf_char(&b, s.p[++i]);
		else if (s.p[i] != '\r' && s.p[i] != '\n')
			buf_char(&b, s.p[i]);
	}
	return buf_span(&b);
}

/* A token, a quoted string, an address with a quoted local part; anything up to white space, ';' or a comment, as it is found in the wild. */
static struct span read_value(struct arena *arena, struct span *s)
{
	size_t n = 0;
	struct span value;

	while (n < s->len && !ascii_isspace(s->p[n]) && s->p[n] != ';' && s->p[n] != '(')
		n += s->p[n] == '"' ? quoted_length(span_from(*s, n)) : 1;
	value = span_sub(*s, 0, n);
	*s = span_from(*s, value.len);
	if (value.len != 0 && value.p[0] == '"' && quoted_length(value) == value.len)
		return unquote(arena, value);
	return value;
}

static bool read_number(struct span *s, uint64_t *number_r)
{
	size_t n = 0;

	while (n < s->len && ascii_isdigit(s->p[n]))
		n++;
	if (!span_uint(span_sub(*s, 0, n), UINT32_MAX, number_r))
		return false;
	*s = span_from(*s, n);
	return true;
}

struct reader {
	struct arena *arena;
	struct span rest;
	struct auth_results *r;
	size_t cap;
};

/* What cannot be read, up to the next result. */
static void skip_result(struct reader *d)
{
	d->r->malformed = true;
	while (d->rest.len != 0 && d->rest.p[0] != ';') {
		size_t n = d->rest.p[0] == '"' ? quoted_length(d->rest) : 1;

		if (d->rest.p[0] == '(')
			read_comment(&d->rest);
		else
			d->rest = span_from(d->rest, n);
	}
}

/* "reason=..." or "ptype.property=value" or, by some, "property=value". */
static bool read_property(struct reader *d, struct auth_method *m, size_t *cap)
{
	struct auth_property p = { 0 };
	bool dotted;

	p.property = read_word(&d->rest);
	skip(&d->rest, NULL);
	dotted = take(&d->rest, '.');
	if (dotted) {
		p.ptype = p.property;
		skip(&d->rest, NULL);
		p.property = read_word(&d->rest);
		skip(&d->rest, NULL);
	}
	if (p.property.len == 0 || !take(&d->rest, '='))
		return false;
	skip(&d->rest, NULL);
	p.value = read_value(d->arena, &d->rest);
	if (!dotted && span_case_eq(p.property, SPAN_LIT("reason"))) {
		m->reason = p.value;
		return true;
	}
	d->r->malformed = d->r->malformed || !dotted;
	if (m->n == AUTH_PROPERTIES_MAX) {
		d->r->cut = true;
		return true;
	}
	*ARRAY_ADD(d->arena, m->v, m->n, *cap) = p;
	return true;
}

/* Behind "method": the rest of one result. */
static bool read_result(struct reader *d, struct auth_method *m)
{
	size_t cap = 0;

	skip(&d->rest, NULL);
	if (take(&d->rest, '/')) {
		skip(&d->rest, NULL);
		if (!read_number(&d->rest, &m->version))
			return false;
		skip(&d->rest, NULL);
	}
	if (!take(&d->rest, '='))
		return false;
	skip(&d->rest, NULL);
	m->result = read_word(&d->rest);
	if (m->result.len == 0)
		return false;
	for (;;) {
		skip(&d->rest, &m->comment);
		if (d->rest.len == 0 || d->rest.p[0] == ';')
			return true;
		if (!read_property(d, m, &cap))
			return false;
	}
}

static void read_results(struct reader *d)
{
	bool none = false;

	for (;;) {
		struct auth_method m = { .version = 1 };
		bool good;

		skip(&d->rest, NULL);
		while (take(&d->rest, ';')) /* empty results are in the wild */
			skip(&d->rest, NULL);
		if (d->rest.len == 0)
			break;
		if (d->r->n == AUTH_RESULTS_MAX) {
			d->r->cut = true;
			break;
		}
		m.method = read_word(&d->rest);
		if (span_case_eq(m.method, SPAN_LIT("none")) && d->r->n == 0) {
			skip(&d->rest, NULL);
			none = d->rest.len == 0;
			if (none)
				break;
		}
		good = m.method.len != 0 && read_result(d, &m);
		if (m.result.len != 0)
			*ARRAY_ADD(d->arena, d->r->v, d->r->n, d->cap) = m; /* also what is half readable */
		if (!good)
			skip_result(d);
	}
	d->r->malformed = d->r->malformed || (d->r->n == 0 && !none);
}

/* "i=1;" of ARC. */
static void read_instance(struct reader *d)
{
	struct span s = d->rest;
	uint64_t i = 0;

	if (!take(&s, 'i') && !take(&s, 'I'))
		return;
	skip(&s, NULL);
	if (!take(&s, '='))
		return;
	skip(&s, NULL);
	if (!read_number(&s, &i))
		return;
	skip(&s, NULL);
	if (!take(&s, ';') || i == 0)
		return;
	d->r->instance = (unsigned)i;
	d->rest = s;
	skip(&d->rest, NULL);
}

/* Whether the identifier was left out: what stands first is a result, "method=...". */
static bool begins_with_result(struct span s)
{
	read_word(&s);
	skip(&s, NULL);
	if (take(&s, '/')) {
		uint64_t version;

		skip(&s, NULL);
		if (!read_number(&s, &version))
			return false;
		skip(&s, NULL);
	}
	return take(&s, '=');
}

/* Up to the identifier. False: there is none. */
static bool read_identifier(struct reader *d)
{
	skip(&d->rest, NULL);
	read_instance(d);
	if (begins_with_result(d->rest))
		return false;
	d->r->authserv_id = read_value(d->arena, &d->rest);
	return true;
}

struct span auth_results_id(struct arena *arena, struct span payload)
{
	struct auth_results r = { .n = 0 };
	struct reader d = { .arena = arena, .rest = payload, .r = &r };

	(void)read_identifier(&d);
	return r.authserv_id;
}

bool auth_results_parse(struct arena *arena, struct span payload, struct auth_results *r)
{
	struct reader d = { .arena = arena, .rest = span_sub(payload, 0, AUTH_RESULTS_BYTES), .r = r };

	*r = (struct auth_results){ .version = 1, .cut = payload.len > AUTH_RESULTS_BYTES };
	if (!read_identifier(&d)) {
		r->malformed = true;
	} else {
		skip(&d.rest, NULL);
		if (d.rest.len != 0 && ascii_isdigit(d.rest.p[0]) && read_number(&d.rest, &r->version))
			skip(&d.rest, NULL);
		if (d.rest.len != 0 && d.rest.p[0] != ';')
			skip_result(&d);
	}
	read_results(&d);
	return r->authserv_id.len != 0 || r->n != 0;
}

struct span auth_method_property(const struct auth_method *m, const char *ptype, const char *property)
{
	for (size_t i = 0; i < m->n; i++) {
		if (span_case_eq(m->v[i].ptype, span_of(ptype)) && span_case_eq(m->v[i].property, span_of(property)))
			return m->v[i].value;
	}
	return SPAN_NONE;
}

bool auth_method_is(const struct auth_method *m, const char *method, enum auth_result result)
{
	return m->version == 1 && span_case_eq(m->method, span_of(method)) && span_case_eq(m->result, span_of(auth_result_name(result)));
}

static struct span domain_of(struct span address)
{
	size_t at = span_rchr(address, '@');

	return at == SPAN_NPOS ? address : span_from(address, at + 1);
}

/* The domain that a result of DKIM or SPF is about; empty when it does not tell. */
static struct span identifier_of(const struct auth_method *m)
{
	struct span s;

	if (auth_method_is(m, "dkim", AUTH_PASS)) {
		s = auth_method_property(m, "header", "d");
		return s.len != 0 ? s : domain_of(auth_method_property(m, "header", "i"));
	}
	if (auth_method_is(m, "spf", AUTH_PASS))
		return domain_of(auth_method_property(m, "smtp", "mailfrom"));
	return SPAN_NONE;
}

bool auth_results_vouch(const struct url_context *urls, struct arena *arena, const struct auth_results *r, struct span from_domain)
{
	bool dmarc = false, aligned = false;

	for (size_t i = 0; i < r->n; i++) {
		const struct auth_method *m = &r->v[i];
		struct span from = dmarc_domain(urls, arena, domain_of(auth_method_property(m, "header", "from"))), identifier = identifier_of(m);

		if (span_case_eq(m->method, SPAN_LIT("dmarc"))) {
			if (auth_method_is(m, "dmarc", AUTH_PASS) && (from.len == 0 || span_eq(from, from_domain)))
				return true;
			dmarc = true;
		}
		if (identifier.len != 0)
			aligned = aligned || dmarc_aligned(urls, arena, from_domain, identifier, false);
	}
	return aligned && !dmarc;
}
