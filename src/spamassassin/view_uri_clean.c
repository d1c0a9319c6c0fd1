/* The forms in which a URI may be meant: as browsers and mail programs repair it, and where it redirects to. */
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/ip.h"
#include "spamassassin/view_uri.h"

struct cleaning {
	struct sa_view *view;
	struct arena *arena;
	struct sa_list uris;   /* those to be cleaned; more are added while they are */
	struct sa_list others; /* other forms */
};

/* "http://" "user@" "host" ":80/path" */
struct pieces {
	struct span proto, auth, host, rest, port;
	bool has_port;
};

static struct span concat(struct arena *arena, struct span a, struct span b, struct span c)
{
	char *p = arena_bytes(arena, a.len + b.len + c.len + 1);

	memcpy(p, a.p != NULL ? a.p : "", a.len);
	memcpy(p + a.len, b.p != NULL ? b.p : "", b.len);
	memcpy(p + a.len + b.len, c.p != NULL ? c.p : "", c.len);
	return span_make(p, a.len + b.len + c.len);
}

static void add_form(struct cleaning *c, struct span proto, struct span host, struct span rest)
{
	sa_list_add(c->arena, &c->others, concat(c->arena, proto, host, rest));
}

/* Without line ends, and without white space at the ends. */
static struct span one_line(struct arena *arena, struct span s)
{
	struct buf out = BUF_INIT(arena);

	s = span_trim(s);
	if (span_chr(s, '\n') == SPAN_NPOS && span_chr(s, '\r') == SPAN_NPOS)
		return s;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] != '\n' && s.p[i] != '\r')
			buf_char(&out, s.p[i]);
	}
	return buf_span(&out);
}

static bool is_encoded(struct span s, size_t at)
{
	return s.p[at] == '%' && at + 2 < s.len && ascii_isxdigit(s.p[at + 1]) && ascii_isxdigit(s.p[at + 2]);
}

static bool has_encoded(struct span s)
{
	for (size_t at = 0; at < s.len; at++) {
		if (is_encoded(s, at))
			return true;
	}
	return false;
}

struct span uri_encode(struct arena *arena, struct span s)
{
	struct buf out = BUF_INIT(arena);

	for (size_t i = 0; i < s.len; i++) {
		uint8_t byte = (uint8_t)s.p[i];

		if (is_encoded(s, i)) {
			int code = ascii_xvalue(s.p[i + 1]) * 16 + ascii_xvalue(s.p[i + 2]);

			if (code > 0x20 && code < 0x7f)
				buf_char(&out, (char)code);
			else
				buf_add(&out, span_sub(s, i, 3));
			i += 2;
		} else if (byte <= ' ' || byte >= 0x7f || byte == '"' || byte == '%' || byte == '<' || byte == '>') {
			buf_printf(&out, "%%%02x", byte);
		} else {
			buf_char(&out, s.p[i]);
		}
	}
	return out.len == 0 ? span_make("", 0) : buf_span(&out);
}

/* The length of a prefix "a@b" that ends where one of two bytes stands; 0: none. */
static size_t address_before(struct span s, char stop, char other)
{
	size_t at = span_chr(s, '@'), end;

	if (at == SPAN_NPOS || at == 0)
		return 0;
	for (end = at + 1; end < s.len && s.p[end] != stop && s.p[end] != other; end++)
		;
	return end > at + 1 && end < s.len && s.p[end] == stop ? end : 0;
}

static struct span skip_encoded_blanks(struct span s)
{
	while (span_starts(s, SPAN_LIT("%20")))
		s = span_from(s, 3);
	return s;
}

/* "Name%20<a@b>": the address in the last angle brackets that hold one. */
static void add_angle_address(struct cleaning *c, struct span uri)
{
	size_t end = 0, open;
	unsigned tries = 0;

	while (end < uri.len && uri.p[end] != '?' && uri.p[end] != '&')
		end++;
	end += end < uri.len;
	for (open = span_rchr(span_sub(uri, 0, end), '<'); open != SPAN_NPOS && tries < 20; open = span_rchr(span_sub(uri, 0, open), '<'), tries++) {
		struct span rest = span_from(uri, open + 1);
		size_t close = span_chr(rest, '>'), at = span_chr(rest, '@');

		if (close != SPAN_NPOS && at != SPAN_NPOS && at > 0 && at + 1 < close) {
			sa_list_add(c->arena, &c->others, concat(c->arena, SPAN_LIT("mailto:"), span_sub(rest, 0, close), SPAN_NONE));
			return;
		}
	}
}

static void clean_mail(struct cleaning *c, struct span uri)
{
	size_t n = address_before(uri, '?', '?');

	if (n != 0)
		sa_list_add(c->arena, &c->others, span_sub(uri, 0, n));
	n = address_before(uri, '&', '?');
	if (n != 0)
		sa_list_add(c->arena, &c->others, span_sub(uri, 0, n));
	if (span_has(uri, SPAN_LIT("%20"))) {
		struct span rest = skip_encoded_blanks(span_starts(uri, SPAN_LIT("mailto:")) ? span_from(uri, 7) : uri);
		size_t at = span_chr(rest, '@'), end = at + 1;

		while (at != SPAN_NPOS && end < rest.len && rest.p[end] != '?' && rest.p[end] != '&' && rest.p[end] != '%')
			end++;
		if (at != SPAN_NPOS && at > 0 && end > at + 1)
			sa_list_add(c->arena, &c->others, concat(c->arena, SPAN_LIT("mailto:"), span_sub(rest, 0, end), SPAN_NONE));
	}
	add_angle_address(c, uri);
}

static size_t http_len(struct span s)
{
	size_t n = span_case_starts(s, SPAN_LIT("https:")) ? 6 : span_case_starts(s, SPAN_LIT("http:")) ? 5 : 0;

	return n;
}

/* "http:host", "http:/host" get both slashes. */
static struct span with_slashes(struct arena *arena, struct span s)
{
	size_t n = http_len(s), slashes = 0;

	if (n == 0)
		return s;
	while (slashes < 2 && n + slashes < s.len && s.p[n + slashes] == '/')
		slashes++;
	return slashes == 2 ? s : concat(arena, span_sub(s, 0, n), SPAN_LIT("//"), span_from(s, n + slashes));
}

static struct span with_scheme(struct arena *arena, struct span s)
{
	size_t n = 0;

	while (n < s.len && (ascii_isalnum(s.p[n]) || s.p[n] == '-' || s.p[n] == '_'))
		n++;
	if (n > 0 && n < s.len && s.p[n] == ':')
		return s;
	return concat(arena, span_starts(s, SPAN_LIT("ftp.")) ? SPAN_LIT("ftp://") : SPAN_LIT("http://"), s, SPAN_NONE);
}

/* "http://host?a" is "http://host/?a". */
static struct span with_path(struct arena *arena, struct span s)
{
	size_t from = http_len(s), n;

	if (from == 0 || !span_starts(span_from(s, from), SPAN_LIT("//")))
		return s;
	from += 2;
	for (n = from; n < s.len && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#'; n++)
		;
	if (n == from || n == s.len || s.p[n] == '/')
		return s;
	return concat(arena, span_sub(s, 0, n), SPAN_LIT("/"), span_from(s, n));
}

/* A numeric reference at the front: its length, 0 when it is none of those that are decoded. */
static size_t reference_len(struct span s, char *byte_r)
{
	static const char *const dots[] = { "x2e", "12290", "x3002", "65294", "xff0e", "65377", "xff61" };
	size_t end = span_chr(span_sub(s, 0, 40), ';');
	struct span number;
	char *stop, text[40];
	unsigned long code;

	if (!span_starts(s, SPAN_LIT("&#")) || end == SPAN_NPOS || end < 3)
		return 0;
	number = span_sub(s, 2, end - 2);
	for (size_t i = 0; i < sizeof(dots) / sizeof(dots[0]); i++) {
		if (span_case_eq(number, span_of(dots[i]))) {
			*byte_r = '.';
			return end + 1;
		}
	}
	memcpy(text, number.p, number.len);
	text[number.len] = '\0';
	if (!ascii_isxdigit(text[text[0] == 'x']))
		return 0;
	code = strtoul(text + (text[0] == 'x'), &stop, text[0] == 'x' ? 16 : 10);
	if (*stop != '\0' || code < 33 || code > 126)
		return 0;
	*byte_r = (char)code;
	return end + 1;
}

static struct span decode_references(struct arena *arena, struct span s)
{
	struct buf out = BUF_INIT(arena);

	if (!span_has(s, SPAN_LIT("&#")))
		return s;
	while (s.len != 0) {
		char byte = s.p[0];
		size_t n = reference_len(s, &byte);

		buf_char(&out, byte);
		s = span_from(s, n == 0 ? 1 : n);
	}
	return buf_span(&out);
}

static struct span repair(struct arena *arena, struct span uri)
{
	struct span s = uri;

	if (span_chr(s, '\\') != SPAN_NPOS) {
		s = arena_copy(arena, s);
		for (char *p = memchr(s.p, '\\', s.len); p != NULL; p = memchr(p, '\\', (size_t)(span_end(s) - p)))
			*p = '/';
	}
	s = with_slashes(arena, s);
	if (has_encoded(s))
		s = uri_encode(arena, s);
	return decode_references(arena, with_path(arena, with_scheme(arena, s)));
}

static bool is_host_end(char c)
{
	return c == '/' || c == '?' || c == '#' || c == ':';
}

static bool split_pieces(struct span s, struct pieces *p)
{
	size_t from = http_len(s), n, port;

	if (from == 0 || !span_starts(span_from(s, from), SPAN_LIT("//")))
		return false;
	*p = (struct pieces){ .proto = span_sub(s, 0, from + 2) };
	s = span_from(s, from + 2);
	for (n = 0; n < s.len && s.p[n] != '@' && s.p[n] != '/' && s.p[n] != '?' && s.p[n] != '#'; n++)
		;
	if (n + 1 < s.len && s.p[n] == '@' && !is_host_end(s.p[n + 1])) {
		p->auth = span_sub(s, 0, n + 1);
		s = span_from(s, n + 1);
	}
	for (n = 0; n < s.len && !is_host_end(s.p[n]); n++)
		;
	p->host = span_sub(s, 0, n);
	p->rest = span_from(s, n);
	if (p->rest.len != 0 && p->rest.p[0] == ':') {
		for (port = 1; port < p->rest.len && ascii_isdigit(p->rest.p[port]); port++)
			;
		p->port = span_sub(p->rest, 1, port - 1);
	}
	return n != 0;
}

/* The scheme's own port says nothing. */
static void drop_port(struct cleaning *c, const struct pieces *p)
{
	struct span own = span_eq(p->proto, SPAN_LIT("http://")) ? SPAN_LIT("80") : SPAN_LIT("443"), rest;

	if (!span_eq(p->port, own))
		return;
	rest = span_from(p->rest, own.len + 1);
	if (rest.len == 0 || (!ascii_isalnum(rest.p[0]) && rest.p[0] != '_'))
		add_form(c, p->proto, p->host, rest);
}

static void drop_controls(struct cleaning *c, struct pieces *p)
{
	struct buf out = BUF_INIT(c->arena);

	for (size_t i = 0; i < p->host.len; i++) {
		if ((uint8_t)p->host.p[i] > ' ')
			buf_char(&out, p->host.p[i]);
	}
	if (out.len == p->host.len)
		return;
	p->host = buf_span(&out);
	add_form(c, p->proto, p->host, p->rest);
}

static bool add_redirect(struct cleaning *c, struct span target)
{
	if (target.p == NULL || span_chr(target, '.') == SPAN_NPOS)
		return false;
	if (c->uris.n < SA_REDIRECTS_MAX)
		sa_list_add(c->arena, &c->uris, target);
	return true;
}

/* "http:" somewhere behind the host, up to a '&' or '#'. */
static struct span inner_uri(struct span rest)
{
	for (size_t at = 0; at < rest.len; at++) {
		struct span s = span_from(rest, at);
		size_t n, slashes = 0;

		if (ascii_tolower(s.p[0]) != 'h' || (n = http_len(s)) == 0)
			continue;
		while (slashes < 2 && n + slashes < s.len && s.p[n + slashes] == '/')
			slashes++;
		for (n += slashes; n < s.len && s.p[n] != '&' && s.p[n] != '#'; n++)
			;
		/* At least one character: a slash will do. */
		if (n > http_len(s))
			return span_sub(s, 0, n);
	}
	return SPAN_NONE;
}

static void follow_redirects(struct cleaning *c, const struct pieces *p)
{
	const struct sa_uri_config *config = c->view->config->uri;
	struct span whole = SPAN_NONE, group[2];

	if (config->nredirectors != 0 && p->rest.len != 0)
		whole = concat(c->arena, p->proto, p->host, p->rest);
	for (size_t i = 0; whole.p != NULL && i < config->nredirectors; i++) {
		group[1] = SPAN_NONE;
		if (regex_match(config->redirectors[i], c->view->config->memory, whole, 0, group, 2) == REGEX_YES && add_redirect(c, group[1]))
			return;
	}
	add_redirect(c, inner_uri(p->rest));
}

/* Digits in octal behind zeros, up to 255; false: not so. */
static bool read_octal(struct span digits, unsigned *value_r)
{
	if (digits.len == 0 || digits.len > 3 || digits.p[0] == '0' || (digits.len == 3 && digits.p[0] > '3'))
		return false;
	*value_r = 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '7')
			return false;
		*value_r = *value_r * 8 + (unsigned)(digits.p[i] - '0');
	}
	return true;
}

/* One number of a disguised address: hexadecimal, octal, or decimal without its leading zeros (of "0" nothing is left, as in SpamAssassin). */
static void add_octet(struct buf *out, struct span text)
{
	char number[32];
	size_t zeros = 0;
	unsigned value;

	if (span_case_starts(text, SPAN_LIT("0x"))) {
		snprintf(number, sizeof(number), "%.*s", SPAN_ARG(span_sub(text, 2, 16)));
		snprintf(number, sizeof(number), "%llu", strtoull(number, NULL, 16));
		text = span_of(number);
	}
	while (zeros < text.len && text.p[zeros] == '0')
		zeros++;
	text = span_from(text, zeros);
	if (zeros > 0 && read_octal(text, &value))
		buf_printf(out, "%u", value);
	else
		buf_add(out, text);
}

static bool is_number(struct span s)
{
	bool hex = span_case_starts(s, SPAN_LIT("0x"));

	if (s.len == 0 || (hex && s.len == 2))
		return false;
	for (size_t i = hex ? 2 : 0; i < s.len; i++) {
		if (!(hex ? ascii_isxdigit(s.p[i]) : ascii_isdigit(s.p[i])))
			return false;
	}
	return true;
}

static bool add_four_numbers(struct cleaning *c, const struct pieces *p)
{
	struct buf out = BUF_INIT(c->arena);
	struct span rest = p->host;
	unsigned n = 0;

	for (; rest.p != NULL; n++) {
		if (n == 4 || !is_number(span_split(&rest, '.')))
			return false;
	}
	if (n != 4)
		return false;
	for (rest = p->host, n = 0; rest.p != NULL; n++) {
		if (n != 0)
			buf_char(&out, '.');
		add_octet(&out, span_split(&rest, '.'));
	}
	add_form(c, p->proto, buf_span(&out), p->rest);
	return true;
}

/* "0x7f000001", "2130706433" */
static bool add_one_number(struct cleaning *c, const struct pieces *p)
{
	bool hex = span_case_starts(p->host, SPAN_LIT("0x"));
	char text[64];
	struct span digits = p->host;
	unsigned long long value;

	if (!is_number(p->host))
		return false;
	if (hex)
		digits = digits.len > 10 ? span_from(digits, digits.len - 8) : span_from(digits, 2);
	snprintf(text, sizeof(text), "%.*s", SPAN_ARG(span_sub(digits, 0, 60)));
	value = strtoull(text, NULL, hex ? 16 : 10);
	while (value >> 32 != 0)
		value >>= 4;
	add_form(c, p->proto, arena_printf(c->arena, "%llu.%llu.%llu.%llu", value >> 24, value >> 16 & 255, value >> 8 & 255, value & 255), p->rest);
	return true;
}

/* "http://name" is "http://www.name.com" to browsers. */
static void add_dot_com(struct cleaning *c, const struct pieces *p, struct span host)
{
	struct span name = span_starts(host, SPAN_LIT("www.")) ? span_from(host, 4) : host;

	if (!span_eq(p->proto, SPAN_LIT("http://")) || p->auth.len != 0 || (p->port.len != 0 && !span_eq(p->port, SPAN_LIT("80"))))
		return;
	if (span_eq(host, SPAN_LIT("localhost")) || name.len == 0 || span_chr(name, '.') != SPAN_NPOS || sa_domain_is_known(c->view, host))
		return;
	add_form(c, p->proto, concat(c->arena, SPAN_LIT("www."), name, SPAN_LIT(".com")), p->rest);
}

static void clean_host(struct cleaning *c, struct pieces *p)
{
	struct span host = sa_lower(c->arena, p->host);
	size_t at, n;

	if (p->port.len != 0)
		drop_port(c, p);
	drop_controls(c, p);
	follow_redirects(c, p);
	at = span_chr(p->host, '@');
	if (at != SPAN_NPOS && at > 0) {
		p->host = span_from(p->host, at + 1);
		add_form(c, p->proto, p->host, p->rest);
	}
	for (n = p->host.len; n > 0 && !ascii_isalnum(p->host.p[n - 1]); n--)
		;
	if (n < p->host.len) {
		p->host.len = n;
		add_form(c, p->proto, p->host, p->rest);
	}
	if (!add_four_numbers(c, p) && !add_one_number(c, p))
		add_dot_com(c, p, host);
}

/* "#part", "?query", "/path": nothing that leads to another host. */
static bool leads_nowhere(struct span s)
{
	if (s.len <= 1)
		return true;
	return s.p[0] == '#' || s.p[0] == '?' || s.p[0] == '&' || (s.p[0] == '/' && s.p[1] != '/');
}

static bool is_mail(struct span s)
{
	size_t colon = span_chr(s, ':'), at = span_chr(s, '@');

	return span_case_starts(s, SPAN_LIT("mailto:")) || (at != SPAN_NPOS && at < colon);
}

static void clean_one(struct cleaning *c, struct span uri)
{
	struct span s;
	struct pieces p;

	if (leads_nowhere(uri))
		return;
	if (is_mail(uri)) {
		clean_mail(c, uri);
		return;
	}
	s = repair(c->arena, uri);
	if (!span_eq(s, uri))
		sa_list_add(c->arena, &c->others, s);
	if (split_pieces(s, &p))
		clean_host(c, &p);
}

void uri_canonicalize(struct sa_view *v, struct span uri, struct sa_list *forms)
{
	struct cleaning c = { .view = v, .arena = v->arena };

	sa_list_add(c.arena, &c.uris, uri);
	for (size_t i = 0; i < c.uris.n; i++) {
		c.uris.v[i] = one_line(c.arena, c.uris.v[i]);
		clean_one(&c, c.uris.v[i]);
	}
	for (size_t i = 0; i < c.uris.n; i++)
		sa_list_add_new(c.arena, forms, c.uris.v[i]);
	for (size_t i = 0; i < c.others.n; i++)
		sa_list_add_new(c.arena, forms, c.others.v[i]);
}
