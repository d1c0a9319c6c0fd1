/* Macros (RFC 7208, 7) and the names that come of them. */
#include "auth/spf_private.h"
#include "base/ascii.h"

/* One macro-expand, read. */
struct macro {
	char letter;       /* lower case; '%', '_', '-' of the short ones */
	bool escape;       /* the letter was upper case */
	bool reverse;
	unsigned keep;     /* labels from the right; 0: all */
	struct span delimiters; /* empty: "." */
	size_t len;        /* of the text read */
};

static bool is_delimiter(char c)
{
	return c == '.' || c == '-' || c == '+' || c == ',' || c == '/' || c == '_' || c == '=';
}

/* text begins with '%'. */
static bool macro_read(struct span text, struct macro *m_r)
{
	size_t i = 3, begin;

	*m_r = (struct macro){ .len = 2 };
	if (text.len < 2)
		return false;
	m_r->letter = text.p[1];
	if (m_r->letter == '%' || m_r->letter == '_' || m_r->letter == '-')
		return true;
	if (text.p[1] != '{' || text.len < 4)
		return false;
	m_r->letter = ascii_tolower(text.p[2]);
	m_r->escape = ascii_isupper(text.p[2]);
	if (span_chr(SPAN_LIT("slodiphcrtv"), m_r->letter) == SPAN_NPOS)
		return false;
	for (begin = i; i < text.len && ascii_isdigit(text.p[i]); i++)
		m_r->keep = m_r->keep > 100000 ? m_r->keep : m_r->keep * 10 + (unsigned)(text.p[i] - '0');
	if (i != begin && m_r->keep == 0)
		return false;
	if (i < text.len && ascii_tolower(text.p[i]) == 'r') {
		m_r->reverse = true;
		i++;
	}
	for (begin = i; i < text.len && is_delimiter(text.p[i]); i++)
		;
	m_r->delimiters = span_sub(text, begin, i - begin);
	m_r->len = i + 1;
	return i < text.len && text.p[i] == '}';
}

/* Walks a macro-string; *tail_r: what stands behind the last macro. blanks: may hold them; explanation: %{c}, %{r}, %{t} too. */
static bool macro_string_read(struct span text, bool blanks, bool explanation, size_t *tail_r)
{
	struct macro m;

	*tail_r = 0;
	for (size_t i = 0; i < text.len;) {
		uint8_t c = (uint8_t)text.p[i];

		if (c != '%') {
			if ((c < 0x21 || c > 0x7e) && !(c == ' ' && blanks))
				return false;
			i++;
			continue;
		}
		if (!macro_read(span_from(text, i), &m))
			return false;
		if (!explanation && (m.letter == 'c' || m.letter == 'r' || m.letter == 't'))
			return false;
		i += m.len;
		*tail_r = i;
	}
	return true;
}

static bool is_top_label(struct span s)
{
	bool letter = false;

	if (s.len == 0 || !ascii_isalnum(s.p[0]) || !ascii_isalnum(s.p[s.len - 1]))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isalnum(s.p[i]) && s.p[i] != '-')
			return false;
		letter = letter || !ascii_isdigit(s.p[i]);
	}
	return letter;
}

bool spf_domain_spec_valid(struct span text)
{
	struct span tail;
	size_t begin, dot;

	if (text.len == 0 || !macro_string_read(text, false, false, &begin))
		return false;
	tail = span_from(text, begin);
	if (tail.len == 0)
		return true;
	if (tail.p[tail.len - 1] == '.')
		tail.len--;
	dot = span_rchr(tail, '.');
	return dot != SPAN_NPOS && is_top_label(span_from(tail, dot + 1));
}

bool spf_macro_string_valid(struct span text, bool blanks)
{
	size_t tail;

	return macro_string_read(text, blanks, true, &tail);
}

bool spf_macro_needs_name(struct span text)
{
	struct macro m;
	size_t at;

	while ((at = span_chr(text, '%')) != SPAN_NPOS) {
		text = span_from(text, at);
		if (!macro_read(text, &m))
			return false;
		if (m.letter == 'p')
			return true;
		text = span_from(text, m.len);
	}
	return false;
}

static bool out_add(struct spf_expanded *out, struct span s)
{
	if (s.len > sizeof(out->p) - out->len)
		return false;
	if (s.len != 0)
		memcpy(out->p + out->len, s.p, s.len);
	out->len += s.len;
	return true;
}

/* Characters that are not unreserved (RFC 3986, 2.3) as %XX. */
static bool out_add_escaped(struct spf_expanded *out, struct span s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];
		char escaped[3] = { '%', digits[c >> 4], digits[c & 15] };
		bool plain = ascii_isalnum(s.p[i]) || c == '-' || c == '.' || c == '_' || c == '~';

		if (!out_add(out, plain ? span_sub(s, i, 1) : span_make(escaped, 3)))
			return false;
	}
	return true;
}

/* Address as %{i} has it: dotted bytes, or dotted nibbles. */
static struct span ip_dotted(const struct ip *ip, char buf[static 64])
{
	static const char digits[] = "0123456789ABCDEF";
	size_t n = 0;

	if (ip_is_v4(ip)) {
		ip_text(ip, buf);
		return span_of(buf);
	}
	for (size_t i = 0; i < 32; i++) {
		buf[n++] = digits[ip->b[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15];
		buf[n++] = '.';
	}
	return span_make(buf, n - 1);
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((uint8_t)s.p[i] > 127)
			return false;
	}
	return true;
}

static struct span number(int64_t n, char *end)
{
	char *p = end;

	for (n = n > 0 ? n : 0; p == end || n != 0; n /= 10)
		*--p = (char)('0' + n % 10);
	return span_range(p, end);
}

#define VALUE_MAX 1024

/* What a letter stands for; buf for what is made here. False: RFC 8616 forbids it, or too long. */
static bool macro_value(const struct spf_macros *v, char letter, char buf[static VALUE_MAX], struct span *value_r)
{
	switch (letter) {
	case 's':
		if (v->local.len + v->origin.len + 1 > VALUE_MAX)
			return false;
		memcpy(buf, v->local.p, v->local.len);
		buf[v->local.len] = '@';
		if (v->origin.len != 0)
			memcpy(buf + v->local.len + 1, v->origin.p, v->origin.len);
		*value_r = span_make(buf, v->local.len + 1 + v->origin.len);
		return is_ascii(v->local);
	case 'l':
		*value_r = v->local;
		return v->local.len <= VALUE_MAX && is_ascii(v->local);
	case 'o':
		*value_r = v->origin;
		return true;
	case 'd':
		*value_r = v->domain;
		return true;
	case 'i':
		*value_r = ip_dotted(&v->ip, buf);
		return true;
	case 'p':
		*value_r = v->validated.len != 0 ? v->validated : SPAN_LIT("unknown");
		return true;
	case 'v':
		*value_r = ip_is_v4(&v->ip) ? SPAN_LIT("in-addr") : SPAN_LIT("ip6");
		return true;
	case 'h':
		*value_r = v->helo.len != 0 ? v->helo : SPAN_LIT("unknown");
		return v->helo.len <= VALUE_MAX;
	case 'c':
		*value_r = span_of(ip_text(&v->ip, buf));
		return true;
	case 'r':
		*value_r = v->receiver.len != 0 ? v->receiver : SPAN_LIT("unknown");
		return true;
	default: /* 't' */
		*value_r = number(v->time, buf + 32);
		return true;
	}
}

static bool is_in(struct span delimiters, char c)
{
	return delimiters.len == 0 ? c == '.' : span_chr(delimiters, c) != SPAN_NPOS;
}

/* Splits at the delimiters, reverses, keeps the rightmost parts, joins with dots. */
static bool add_transformed(struct spf_expanded *out, const struct macro *m, struct span value)
{
	bool (*add)(struct spf_expanded *, struct span) = m->escape ? out_add_escaped : out_add;
	size_t parts = 1, part = 0, begin = 0, end = value.len;
	bool first = true;

	if (!m->reverse && m->keep == 0 && m->delimiters.len == 0)
		return add(out, value);
	for (size_t i = 0; i < value.len; i++)
		parts += is_in(m->delimiters, value.p[i]);
	if (m->reverse) {
		/* From the right; kept are those that come last, the first of the value. */
		for (size_t i = value.len + 1; i-- > 0;) {
			if (i != 0 && !is_in(m->delimiters, value.p[i - 1]))
				continue;
			part++;
			if (m->keep == 0 || parts - part < m->keep) {
				if ((!first && !out_add(out, SPAN_LIT("."))) || !add(out, span_sub(value, i, end - i)))
					return false;
				first = false;
			}
			end = i != 0 ? i - 1 : 0;
		}
		return true;
	}
	for (size_t i = 0; i <= value.len; i++) {
		if (i != value.len && !is_in(m->delimiters, value.p[i]))
			continue;
		if (m->keep == 0 || parts - part <= m->keep) {
			if ((!first && !out_add(out, SPAN_LIT("."))) || !add(out, span_sub(value, begin, i - begin)))
				return false;
			first = false;
		}
		part++;
		begin = i + 1;
	}
	return true;
}

static bool add_macro(const struct spf_macros *v, const struct macro *m, struct spf_expanded *out)
{
	char buf[VALUE_MAX];
	struct span value;

	switch (m->letter) {
	case '%':
		return out_add(out, SPAN_LIT("%"));
	case '_':
		return out_add(out, SPAN_LIT(" "));
	case '-':
		return out_add(out, SPAN_LIT("%20"));
	default:
		return macro_value(v, m->letter, buf, &value) && add_transformed(out, m, value);
	}
}

bool spf_macro_expand(const struct spf_macros *v, struct span text, struct spf_expanded *out)
{
	struct macro m;
	size_t at;

	out->len = 0;
	while ((at = span_chr(text, '%')) != SPAN_NPOS) {
		if (!out_add(out, span_sub(text, 0, at)))
			return false;
		text = span_from(text, at);
		if (!macro_read(text, &m) || !add_macro(v, &m, out))
			return false;
		text = span_from(text, m.len);
	}
	return out_add(out, text);
}

bool spf_macro_target(const struct spf_macros *v, struct span text, struct spf_expanded *out, struct span *name_r)
{
	struct span name = text;

	if (span_chr(text, '%') != SPAN_NPOS) {
		if (!spf_macro_expand(v, text, out))
			return false;
		name = span_make(out->p, out->len);
	}
	if (name.len != 0 && name.p[name.len - 1] == '.')
		name.len--;
	while (name.len > DNS_NAME_MAX) {
		size_t dot = span_chr(name, '.');

		if (dot == SPAN_NPOS)
			return false;
		name = span_from(name, dot + 1);
	}
	*name_r = name;
	return true;
}
