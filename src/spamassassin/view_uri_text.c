/* Where a line of text has something that mail programs take for a link (PerMsgStatus.pm, _tbirdurire). */
#include "base/ascii.h"
#include "spamassassin/view_uri.h"

#define REST_MAX 2048
#define PART_MAX 251
#define PORT_DIGITS 5

enum {
	END = 1,       /* ends a URI */
	MAIL_END = 2,  /* ends an address */
	LOCAL_END = 4, /* ends a local part */
	START = 8,     /* one may begin behind it */
	BARE = 16,     /* a bare host name may begin behind it */
	WORD = 32,
	HOST = 64,
};

#define SPACE_CLASS (END | MAIL_END | LOCAL_END | START | BARE)
#define DIGIT_CLASS (WORD | HOST)
/* clang-format off */
static const uint8_t classes[256] = {
	['\t'] = SPACE_CLASS, ['\n'] = SPACE_CLASS, ['\v'] = SPACE_CLASS, ['\f'] = SPACE_CLASS, ['\r'] = SPACE_CLASS, [' '] = SPACE_CLASS, [0x1b] = SPACE_CLASS,
	['<'] = SPACE_CLASS, ['"'] = SPACE_CLASS, ['`'] = SPACE_CLASS, ['{'] = SPACE_CLASS, ['['] = SPACE_CLASS, ['|'] = SPACE_CLASS, ['>'] = SPACE_CLASS,
	['}'] = END | MAIL_END | LOCAL_END | BARE, [']'] = END | MAIL_END | LOCAL_END | BARE,
	[','] = MAIL_END | LOCAL_END | START | BARE, ['('] = MAIL_END | LOCAL_END | START | BARE, ['\''] = MAIL_END | LOCAL_END | START | BARE,
	['@'] = LOCAL_END | BARE,
	['!'] = BARE, ['#'] = BARE, ['$'] = BARE, ['&'] = BARE, [')'] = BARE, ['*'] = BARE, ['+'] = BARE, ['/'] = BARE, [':'] = BARE, [';'] = BARE, ['='] = BARE,
	['?'] = BARE, ['\\'] = BARE, ['^'] = BARE, ['~'] = BARE,
	['.'] = HOST, ['-'] = HOST, ['_'] = WORD | HOST,
	['0'] = DIGIT_CLASS, ['1'] = DIGIT_CLASS, ['2'] = DIGIT_CLASS, ['3'] = DIGIT_CLASS, ['4'] = DIGIT_CLASS, ['5'] = DIGIT_CLASS, ['6'] = DIGIT_CLASS,
	['7'] = DIGIT_CLASS, ['8'] = DIGIT_CLASS, ['9'] = DIGIT_CLASS,
	['A' ... 'Z'] = WORD | HOST, ['a' ... 'z'] = WORD | HOST,
	/* The bytes of other letters: no addresses; 0xa0 also is a blank of Latin-1. */
	[0x80 ... 0x9f] = MAIL_END | LOCAL_END, [0xa1 ... 0xff] = MAIL_END | LOCAL_END, [0xa0] = SPACE_CLASS,
};
/* clang-format on */

static bool is(char c, unsigned mask)
{
	return (classes[(uint8_t)c] & mask) != 0;
}

static size_t run_end(struct span line, size_t at, unsigned mask, size_t max)
{
	size_t end = at, limit = line.len - at < max ? line.len : at + max;

	while (end < limit && !is(line.p[end], mask))
		end++;
	return end;
}

static size_t run_end_of(struct span line, size_t at)
{
	while (at < line.len && is(line.p[at], HOST))
		at++;
	return at;
}

/* At least one byte and at most max up to one of the class or the end of the line; 0: not so. */
static size_t whole_run(struct span line, size_t at, unsigned mask, size_t max)
{
	size_t end = run_end(line, at, mask, max + 1);

	return end > at && end - at <= max ? end : 0;
}

static size_t skip_digits(struct span line, size_t at, size_t max)
{
	size_t end = at;

	while (end < line.len && end - at < max && ascii_isdigit(line.p[end]))
		end++;
	return end;
}

/* "http://", "https://", "ftp://", "www.", "www1.", "ftp."; the offset behind it, 0: none. */
static size_t scheme_end(struct span line, size_t at)
{
	struct span rest = span_from(line, at);
	size_t n;

	switch (ascii_tolower(line.p[at])) {
	case 'h':
		return span_case_starts(rest, SPAN_LIT("http://")) ? at + 7 : span_case_starts(rest, SPAN_LIT("https://")) ? at + 8 : 0;
	case 'f':
		return span_case_starts(rest, SPAN_LIT("ftp://")) ? at + 6 : span_case_starts(rest, SPAN_LIT("ftp.")) ? at + 4 : 0;
	case 'w':
		if (!span_case_starts(rest, SPAN_LIT("www")))
			return 0;
		n = skip_digits(line, at + 3, 2);
		return n < line.len && line.p[n] == '.' ? n + 1 : 0;
	default:
		return 0;
	}
}

/* local: an '@' follows that ends a local part beginning here. */
static size_t mail_end(struct span line, size_t at, bool local, size_t sign)
{
	size_t end;

	if (ascii_tolower(line.p[at]) == 'm' && span_case_starts(span_from(line, at), SPAN_LIT("mailto:"))) {
		end = whole_run(line, at + 7, MAIL_END, REST_MAX);
		if (end != 0)
			return end;
	}
	return local ? whole_run(line, sign + 1, MAIL_END, PART_MAX) : 0;
}

/* What may follow a bare host: a dot, a port, a path; then the URI must end. */
static size_t bare_rest(struct span line, size_t at)
{
	size_t from[2] = { at < line.len && line.p[at] == '.' ? at + 1 : at, at };

	for (size_t i = 0; i < 2; i++) {
		size_t end = from[i], port;

		if (end < line.len && line.p[end] == ':') {
			port = skip_digits(line, end + 1, PORT_DIGITS);
			end = port > end + 1 ? port : end;
		}
		if (end + 1 < line.len && line.p[end] == '/') {
			size_t path = whole_run(line, end + 1, END, REST_MAX);

			if (path != 0)
				return path;
		}
		if (end == line.len || is(line.p[end], END))
			return end;
	}
	return 0;
}

static size_t bare_end(const struct sa_domain_config *c, struct span line, size_t at, struct span *host_r)
{
	size_t end = at, first_dot = 0, tld, rest;

	if (at > 0 && !is(line.p[at - 1], BARE))
		return 0;
	for (; end < line.len && end - at <= PART_MAX + 1 && is(line.p[end], HOST); end++) {
		if (line.p[end] == '.' && first_dot == 0)
			first_dot = end;
	}
	if (first_dot == 0 || first_dot + 1 == end)
		return 0;
	for (size_t dot = end; dot > first_dot; dot--) {
		if (line.p[dot - 1] != '.' || (tld = sa_tld_end(c, line, dot)) == 0)
			continue;
		rest = bare_rest(line, tld);
		if (rest != 0) {
			*host_r = span_sub(line, at, tld - at);
			return rest;
		}
	}
	return 0;
}

/* Where addresses and bare hosts may begin at all, found from the next '@' and the next dot: so most words are not looked into. */
struct scan {
	struct span line;
	size_t sign, local;   /* the next '@'; its local part may begin from there on */
	size_t host;          /* where the next run of a host's bytes begins that has a dot inside */
	bool escapes;         /* ISO 2022 */
};

static size_t find_byte(struct span line, size_t from, char byte)
{
	const char *p = from < line.len ? memchr(line.p + from, byte, line.len - from) : NULL;

	return p == NULL ? line.len : (size_t)(p - line.p);
}

static void next_sign(struct scan *s, size_t at)
{
	s->sign = find_byte(s->line, at, '@');
	s->local = s->sign;
	while (s->sign < s->line.len && s->local > at && s->sign - s->local < PART_MAX && !is(s->line.p[s->local - 1], LOCAL_END))
		s->local--;
}

static void next_host(struct scan *s, size_t at)
{
	for (size_t from = at;;) {
		size_t dot = find_byte(s->line, from, '.'), begin = dot;

		s->host = dot;
		if (dot == s->line.len)
			return;
		while (begin > at && is(s->line.p[begin - 1], HOST))
			begin--;
		s->host = begin;
		/* A run that began before is no host's: only at its beginning one may be. */
		if (begin > at || at == 0 || !is(s->line.p[at - 1], HOST))
			return;
		from = run_end_of(s->line, dot);
	}
}

/* What begins at "at"; its end, 0: nothing does. */
static size_t uri_at(const struct sa_domain_config *c, const struct scan *s, size_t at, struct text_uri *uri_r)
{
	size_t end = scheme_end(s->line, at);

	*uri_r = (struct text_uri){ .kind = URI_SCHEME };
	end = end == 0 ? 0 : whole_run(s->line, end, END, REST_MAX);
	if (end == 0) {
		uri_r->kind = URI_MAIL;
		end = mail_end(s->line, at, at >= s->local && at < s->sign && s->sign < s->line.len, s->sign);
	}
	if (end == 0 && at == s->host && ascii_isalnum(s->line.p[at])) {
		uri_r->kind = URI_BARE;
		end = bare_end(c, s->line, at, &uri_r->host);
	}
	return end;
}

static bool behind_escape(const struct scan *s, size_t at)
{
	return s->escapes && at >= 3 && s->line.p[at - 3] == 0x1b && s->line.p[at - 2] == '(';
}

bool uri_next(const struct sa_domain_config *c, struct span line, size_t *at_r, struct text_uri *uri_r)
{
	struct scan s = { .line = line, .escapes = find_byte(line, *at_r, 0x1b) < line.len };
	unsigned before = *at_r > 0 && *at_r < line.len ? classes[(uint8_t)line.p[*at_r - 1]] : 0, here;

	next_sign(&s, *at_r);
	next_host(&s, *at_r);
	for (size_t at = *at_r; at < line.len; at++, before = here) {
		size_t end;

		here = classes[(uint8_t)line.p[at]];
		/* Where a word begins or ends, or behind a blank and the like. */
		if (!((before ^ here) & WORD) && !(before & START) && !behind_escape(&s, at))
			continue;
		if (at > s.sign)
			next_sign(&s, at);
		if (at > s.host)
			next_host(&s, at);
		end = uri_at(c, &s, at, uri_r);
		if (end == 0)
			continue;
		uri_r->text = span_sub(line, at, end - at);
		*at_r = end;
		return true;
	}
	*at_r = line.len;
	return false;
}
