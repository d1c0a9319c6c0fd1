/*
 * Finding URLs in text. One pass looks for the bytes that every URL has (":", ".", "@") or that disguises have; each is then judged by what
 * stands around it. Linear: what was taken or refused as a run is not looked at again (finder.done), and looks back are bounded.
 */
#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/url_internal.h"

#define LOOK_MAX 253 /* bytes of a host or local part */

struct finder {
	const struct url_context *ctx;
	struct arena *arena;
	struct span s;
	size_t done;        /* nothing before it is taken again */
	size_t next_dot[2]; /* the next " dot " and " DOT ", or s.len */
	url_found *found;
	void *found_ctx;
	bool stop;
};

static const bool triggers[256] = {
	[':'] = true, ['.'] = true, ['@'] = true, ['['] = true, ['('] = true, ['{'] = true,
};

/* ASCII bytes that end a URL in text. Brackets are counted instead. */
static const bool ends_url[128] = {
	[0] = true, [1] = true, [2] = true, [3] = true, [4] = true, [5] = true, [6] = true, [7] = true, [8] = true, [9] = true,
	[10] = true, [11] = true, [12] = true, [13] = true, [14] = true, [15] = true, [16] = true, [17] = true, [18] = true, [19] = true,
	[20] = true, [21] = true, [22] = true, [23] = true, [24] = true, [25] = true, [26] = true, [27] = true, [28] = true, [29] = true,
	[30] = true, [31] = true, [' '] = true, ['"'] = true, ['<'] = true, ['>'] = true, ['`'] = true, ['\\'] = true, ['|'] = true,
	['^'] = true, [127] = true,
};

/* ---- judging hosts ---- */

/* Top-level domains under which a bare "name.tld" is meant as a host. Those that are words (at, be, in, is, it, me, no, so, to, us) or
 * file extensions (md, pl, py, rs, sh, zip) are not here: they need "www.", a path or a third label. */
static const char common_tlds[] =
	" com net org info biz edu gov mil int de uk fr nl eu ch dk se fi es pt cz sk hu ro ru su ua by kz br mx ar cl co jp cn tw hk kr nz za ca "
	"ie il tr gr io tv xyz top club online site shop store icu vip click link live website space tech app dev bg lt lv ee hr si lu asia "
	"mobi cat bid loan win work date review stream men trade science party racing download cyou buzz rest quest cfd sbs lol monster ";

static const char file_tlds[] = " md pl py rs sh zip mov so ps cc mm ms sc cab pm java tar gz doc app dev name ";

/* Words before " dot " that make it a word as well. */
static const char no_hosts[] = " the a an this that of and to in every any each one two new old big red first last early late polka your my is or ";

static bool in_list(const char *list, struct span word)
{
	char key[32];
	size_t n = 0;

	if (word.len == 0 || word.len > sizeof(key) - 2)
		return false;
	key[n++] = ' ';
	for (size_t i = 0; i < word.len; i++)
		key[n++] = ascii_tolower(word.p[i]);
	key[n++] = ' ';
	return span_has(span_of(list), span_make(key, n));
}

struct host_form {
	struct span tld, first;
	size_t labels;
	bool empty_label, upper, lower, tld_upper;
};

static struct host_form host_form(struct span host)
{
	struct host_form f = { .tld = host };
	size_t begin = 0;

	for (size_t i = 0; i <= host.len; i++) {
		if (i < host.len && host.p[i] != '.') {
			f.upper |= ascii_isupper(host.p[i]);
			f.lower |= ascii_islower(host.p[i]);
			continue;
		}
		f.empty_label |= i == begin;
		if (f.labels++ == 0)
			f.first = span_sub(host, 0, i);
		f.tld = span_sub(host, begin, i - begin);
		begin = i + 1;
	}
	for (size_t i = 0; i < f.tld.len; i++)
		f.tld_upper |= ascii_isupper(f.tld.p[i]);
	return f;
}

bool url_looks_like_host(const struct url_context *ctx, struct span host, bool linked)
{
	size_t dot = span_rchr(host, '.');
	struct host_form f;

	if (dot == SPAN_NPOS || dot + 1 == host.len || ascii_isdigit(host.p[dot + 1])) /* numbers and dates */
		return false;
	f = host_form(host);
	if (f.labels < 2 || f.empty_label || host.len > LOOK_MAX)
		return false;
	if (!linked && f.tld_upper && f.lower) /* "end.Next": a sentence */
		return false;
	if (utf8_ascii_len(f.tld) == f.tld.len && !url_known_tld(ctx, host))
		return false;
	if (url_is_suffix(ctx, host))
		return false;
	if (linked || (f.labels > 2 && span_case_eq(f.first, SPAN_LIT("www"))))
		return true;
	if (f.labels > 2) /* not foo.tar.zip, libc.so.6, com.example.app */
		return !in_list(file_tlds, f.tld) && !in_list(" com org net java javax ", f.first);
	/* Two labels: one case throughout, no single letter, no section number. */
	return in_list(common_tlds, f.tld) && !(f.upper && f.lower) && (f.first.len > 1 || span_case_eq(f.tld, SPAN_LIT("com"))) &&
	       !(f.first.len < 3 && ascii_isdigit(f.first.p[0]));
}

/* ---- bytes ---- */

static bool is_ldh(char c)
{
	return ascii_isalnum(c) || c == '-' || c == '_';
}

/* Letters that stand in hosts. Not those of scripts that are written without blanks: there a host ends where ASCII ends. */
static bool is_word_cp(uint32_t cp)
{
	return cp >= 0xc0 && cp != 0xd7 && cp != 0xf7 && !(cp >= 0x2000 && cp <= 0x2bff) && cp < 0x2e80;
}

/* The bytes of a host character at i (behind i when back), 0 when there is none. wide: letters beyond ASCII count. */
static size_t host_char(struct span s, size_t i, bool wide)
{
	size_t n;

	if (i >= s.len)
		return 0;
	if ((uint8_t)s.p[i] < 0x80)
		return is_ldh(s.p[i]) || s.p[i] == '.';
	return wide && is_word_cp(utf8_next(span_from(s, i), &n)) ? n : 0;
}

static size_t host_char_back(struct span s, size_t i, size_t floor, bool wide)
{
	size_t at = i;

	if (i <= floor)
		return 0;
	while (at > floor && i - at < 4 && ((uint8_t)s.p[--at] & 0xc0) == 0x80)
		;
	return host_char(s, at, wide) == i - at ? i - at : 0;
}

static size_t run_left(const struct finder *f, size_t i, bool wide)
{
	size_t begin = i, n;

	while (i - begin <= LOOK_MAX && (n = host_char_back(f->s, begin, f->done, wide)) != 0)
		begin -= n;
	return begin;
}

/* Not bounded by LOOK_MAX: what is too long is skipped whole. */
static size_t run_right(const struct finder *f, size_t i, bool wide)
{
	size_t n;

	while ((n = host_char(f->s, i, wide)) != 0)
		i += n;
	return i;
}

static char byte_at(struct span s, size_t i)
{
	if (i >= s.len)
		return '\0';
	return s.p[i];
}

/* ---- where a URL ends ---- */

static bool cp_ends_url(uint32_t cp)
{
	return cp == 0xa0 || cp == 0xab || cp == 0xbb || (cp >= 0x2000 && cp <= 0x200f) || (cp >= 0x2018 && cp <= 0x201f) || cp == 0x2026 ||
	       (cp >= 0x2028 && cp <= 0x202f) || cp == 0x2039 || cp == 0x203a || (cp >= 0x3000 && cp <= 0x3002) ||
	       (cp >= 0x3008 && cp <= 0x3011) || cp == 0xfeff || cp == 0xff01 || cp == 0xff08 || cp == 0xff09 || cp == 0xff0c ||
	       (cp >= 0xff1a && cp <= 0xff1f) || cp == UTF8_BAD;
}

/* Counts brackets; false at a closing one that was not opened. */
static bool balance(unsigned depth[static 3], char c)
{
	static const char open[] = "([{", close[] = ")]}";

	for (int k = 0; k < 3; k++) {
		if (c == open[k])
			depth[k]++;
		if (c == close[k])
			return depth[k]-- != 0;
	}
	return true;
}

static bool is_trailing(char c)
{
	switch (c) {
	case '.': case ',': case ';': case ':': case '!': case '?': case '\'': case '*': case '(': case '[': case '{':
		return true;
	default:
		return false;
	}
}

/* The end of the URL whose rest begins at i; *taken_r: where the search goes on. quote: ends it as well. */
static size_t url_extent(struct span s, size_t i, char quote, size_t *taken_r)
{
	unsigned depth[3] = { 0, 0, 0 };
	size_t end = i, n;

	for (; end < s.len; end += n) {
		char c = s.p[end];

		n = 1;
		if ((uint8_t)c >= 0x80) {
			if (cp_ends_url(utf8_next(span_from(s, end), &n)))
				break;
		} else if (ends_url[(uint8_t)c] || (quote != '\0' && c == quote) || !balance(depth, c)) {
			break;
		}
	}
	*taken_r = end;
	while (end > i && is_trailing(s.p[end - 1]))
		end--;
	return end;
}

static char quote_before(struct span s, size_t begin)
{
	if (begin > 0 && s.p[begin - 1] == '\'')
		return '\'';
	return '\0';
}

/* ---- disguised dots ---- */

static size_t bracket_dot(struct span s, size_t i)
{
	static const struct span forms[] = {
		{ "[.]", 3 }, { "(.)", 3 }, { "{.}", 3 }, { "[dot]", 5 }, { "(dot)", 5 }, { "{dot}", 5 },
	};

	for (size_t k = 0; k < sizeof(forms) / sizeof(*forms); k++) {
		if (span_case_starts(span_from(s, i), forms[k]))
			return forms[k].len;
	}
	return 0;
}

/* The length of a disguised dot at i, blanks around it included; 0 when there is none. */
static size_t odd_dot(struct span s, size_t i, bool *spaced_r)
{
	size_t blank = byte_at(s, i) == ' ', n;
	char next = byte_at(s, i + blank + 1);

	*spaced_r = false;
	if (next != '.' && next != 'd' && next != 'D' && next != 'o' && next != 'O')
		return 0; /* nearly always */
	n = bracket_dot(s, i + blank);
	if (n != 0)
		return blank + n + (blank && byte_at(s, i + blank + n) == ' ');
	if (blank && span_case_starts(span_from(s, i), SPAN_LIT(" dot "))) {
		*spaced_r = true;
		return 5;
	}
	return 0;
}

struct plain_host {
	char name[LOOK_MAX + 1];
	size_t n;
	size_t end; /* in the text */
	bool odd, spaced;
};

/* Reads labels from i with dots of any kind between them. */
static void host_collect(struct span s, size_t i, struct plain_host *h)
{
	h->n = 0;
	h->odd = h->spaced = false;
	while (h->n < LOOK_MAX && i < s.len) {
		bool spaced;
		size_t n;

		if (is_ldh(s.p[i]) || (uint8_t)s.p[i] >= 0x80 || (s.p[i] == '.' && i + 1 < s.len && ascii_isalnum(s.p[i + 1]))) {
			h->name[h->n++] = s.p[i++];
			continue;
		}
		n = odd_dot(s, i, &spaced);
		if (n == 0 || i + n >= s.len || !ascii_isalnum(s.p[i + n]))
			break;
		h->odd = true;
		h->spaced |= spaced;
		h->name[h->n++] = '.';
		i += n;
	}
	h->end = i;
}

/* ---- findings ---- */

static void report(struct finder *f, struct url *u, size_t begin, size_t end)
{
	u->raw = span_sub(f->s, begin, end - begin);
	f->stop = !f->found(f->found_ctx, u, begin);
}

/* A URL as it would have been written without disguise, for url_parse. */
static void report_built(struct finder *f, struct span prefix, const struct plain_host *h, struct span rest, size_t begin, size_t end)
{
	struct buf b = BUF_INIT(f->arena);
	struct url u;

	buf_grow(&b, prefix.len + h->n + rest.len);
	buf_add(&b, prefix);
	buf_add(&b, span_make(h->name, h->n));
	buf_add(&b, rest);
	if (!url_parse(f->ctx, f->arena, buf_span(&b), &u))
		return;
	u.flags |= URL_OBFUSCATED;
	report(f, &u, begin, end);
}

/* The scheme that ends at i: its length, 0 when it is none of ours. */
static size_t scheme_before(const struct finder *f, size_t i)
{
	static const struct span schemes[] = {
		{ "https", 5 }, { "http", 4 }, { "hxxps", 5 }, { "hxxp", 4 }, { "ftp", 3 }, { "h**ps", 5 }, { "h**p", 4 }, { "mailto", 6 },
		{ "htxps", 5 }, { "htxp", 4 }, { "fxp", 3 },
	};
	struct span before = span_sub(f->s, f->done, i - f->done);

	for (size_t k = 0; k < sizeof(schemes) / sizeof(*schemes); k++) {
		if (span_case_ends(before, schemes[k]))
			return schemes[k].len;
	}
	return 0;
}

/* A host with letters that no browser takes ("example.com" with CJK text behind it): cut in front of them. */
static bool retry_ascii(struct finder *f, size_t begin, size_t host, size_t *end, struct url *u)
{
	struct span rest = span_sub(f->s, host, *end - host);
	size_t n = utf8_ascii_len(rest);
	struct url again;

	if ((u->flags & (URL_HOST_BAD | URL_NO_PUBLIC_SUFFIX)) == 0 || n == 0 || n >= rest.len ||
	    !url_parse(f->ctx, f->arena, span_sub(f->s, begin, host + n - begin), &again) ||
	    (again.flags & (URL_HOST_BAD | URL_NO_PUBLIC_SUFFIX)) != 0)
		return false;
	*u = again;
	*end = host + n;
	return true;
}

static size_t try_mailto(struct finder *f, size_t begin, size_t i)
{
	size_t at = i + 1, end, taken;
	struct url u;

	while (at < f->s.len && at - i <= LOOK_MAX && (ascii_is(f->s.p[at], ASCII_ATEXT) || f->s.p[at] == '.'))
		at++;
	if (byte_at(f->s, at) != '@')
		return i + 1;
	end = url_extent(f->s, i + 1, quote_before(f->s, begin), &taken);
	if (url_parse(f->ctx, f->arena, span_sub(f->s, begin, end - begin), &u))
		report(f, &u, begin, end);
	f->done = taken;
	return taken;
}

static size_t skip_slashes(struct span s, size_t i)
{
	while (byte_at(s, i) == '/' || byte_at(s, i) == '\\')
		i++;
	return i;
}

/* ":" at i. */
static size_t try_scheme(struct finder *f, size_t i)
{
	bool odd = i > f->done && f->s.p[i - 1] == '[' && byte_at(f->s, i + 1) == ']';
	size_t name_end = odd ? i - 1 : i, colon_end = odd ? i + 2 : i + 1, host = skip_slashes(f->s, colon_end), n, begin, end, taken;
	struct plain_host h;
	struct url u;

	if (host - colon_end < 2 && (i == f->done || ascii_tolower(f->s.p[i - 1]) != 'o'))
		return i + 1; /* neither slashes nor "mailto" */
	n = scheme_before(f, name_end);
	begin = name_end - n;
	if (n == 6)
		return try_mailto(f, begin, i);
	if (n == 0 || host - colon_end < 2)
		return i + 1;
	host_collect(f->s, host, &h);
	if (h.spaced)
		h.odd = false; /* "http://example dot com": too free */
	if (h.odd || odd) {
		end = url_extent(f->s, h.end, quote_before(f->s, begin), &taken);
		report_built(f, ascii_tolower(f->s.p[name_end - 1]) == 's' ? SPAN_LIT("https://") : SPAN_LIT("http://"), &h,
			span_sub(f->s, h.end, end - h.end), begin, end);
	} else {
		end = url_extent(f->s, host, quote_before(f->s, begin), &taken);
		if (end > host && url_parse(f->ctx, f->arena, span_sub(f->s, begin, end - begin), &u)) {
			if (retry_ascii(f, begin, host, &end, &u))
				taken = end;
			report(f, &u, begin, end);
		}
	}
	f->done = taken;
	return taken;
}

/* Whether what follows a bare host makes it a link: a path, a query, a port. */
static bool is_linked(struct span s, size_t i)
{
	char c = byte_at(s, i), next = byte_at(s, i + 1);

	if (c == '/')
		return next != '/';
	if (c == ':')
		return ascii_isdigit(next);
	return (c == '?' || c == '#') && (ascii_isalnum(next) || next == '/');
}

static bool may_precede(struct span s, size_t begin, struct span host)
{
	char c;

	if (begin == 0)
		return true;
	c = s.p[begin - 1];
	if (c == '/')
		return span_case_starts(host, SPAN_LIT("www."));
	return c != '\\' && c != '@' && c != '&' && c != '%' && c != '#' && c != '$' && c != '~' && c != '+' && c != '.' && c != '-';
}

/* The host in the run [begin, end), without dots and hyphens at its ends; false when it is none. */
static bool bare_host(const struct finder *f, size_t *begin, size_t *end)
{
	struct span host;

	while (*begin < *end && !ascii_isalnum(f->s.p[*begin]) && (uint8_t)f->s.p[*begin] < 0x80)
		++*begin;
	while (*end > *begin && !ascii_isalnum(f->s.p[*end - 1]) && (uint8_t)f->s.p[*end - 1] < 0x80)
		--*end;
	host = span_sub(f->s, *begin, *end - *begin);
	return host.len <= LOOK_MAX && byte_at(f->s, *end) != '(' && may_precede(f->s, *begin, host) && url_looks_like_host(f->ctx, host, is_linked(f->s, *end));
}

/* "." at i: a host without scheme around it. */
static size_t try_bare(struct finder *f, size_t i)
{
	size_t begin, end, run_end, taken;
	bool spaced, ok, wide;
	struct url u;

	if (!host_char_back(f->s, i, f->done, true) || !host_char(f->s, i + 1, true) || f->s.p[i - 1] == '.' || byte_at(f->s, i + 1) == '.')
		return i + 1;
	begin = run_left(f, i, true);
	run_end = end = run_right(f, i, true);
	if (byte_at(f->s, end) == '@' || odd_dot(f->s, end, &spaced) != 0)
		return end;
	wide = utf8_ascii_len(span_sub(f->s, begin, end - begin)) != end - begin;
	ok = bare_host(f, &begin, &end);
	if (!ok && wide) { /* letters that belong to the text around it */
		begin = run_left(f, i, false);
		end = run_right(f, i, false);
		ok = end - begin >= 3 && bare_host(f, &begin, &end);
	}
	if (!ok)
		return run_end; /* not "done": it may be part of a local part */
	taken = end;
	if (is_linked(f->s, end))
		end = url_extent(f->s, end, quote_before(f->s, begin), &taken);
	u = (struct url){ .scheme = SPAN_LIT("http"), .flags = URL_SCHEMELESS };
	if (url_read_authority(f->ctx, f->arena, span_sub(f->s, begin, end - begin), &u) &&
	    !(u.flags & (URL_HOST_BAD | URL_NO_PUBLIC_SUFFIX)))
		report(f, &u, begin, end);
	f->done = taken;
	return taken;
}

static size_t local_begin(const struct finder *f, size_t at)
{
	size_t i = at;

	while (i > f->done && at - i < LOOK_MAX && (ascii_is(f->s.p[i - 1], ASCII_ATEXT) || f->s.p[i - 1] == '.'))
		i--;
	while (i < at && !ascii_isalnum(f->s.p[i]) && f->s.p[i] != '_')
		i++;
	return i;
}

/* The domain of an address at begin; its end, or begin when it is none. */
static size_t email_domain(const struct finder *f, size_t begin, bool wide)
{
	size_t end = run_right(f, begin, wide);
	struct span host;

	while (end > begin && !ascii_isalnum(f->s.p[end - 1]) && (uint8_t)f->s.p[end - 1] < 0x80)
		end--;
	host = span_sub(f->s, begin, end - begin);
	if (host.len > LOOK_MAX || span_chr(host, '.') == SPAN_NPOS)
		return begin;
	if (wide && utf8_ascii_len(host) != host.len)
		return end;
	return url_known_tld(f->ctx, host) ? end : begin;
}

static bool email_report(struct finder *f, size_t begin, size_t at, bool wide, size_t *end_r)
{
	struct url u = { .scheme = SPAN_LIT("mailto") };

	*end_r = email_domain(f, at + 1, wide);
	if (*end_r == at + 1)
		return false;
	url_read_mailto(f->ctx, f->arena, span_sub(f->s, begin, *end_r - begin), &u);
	if (u.host_ascii.len == 0 || (u.flags & URL_NO_PUBLIC_SUFFIX) != 0)
		return false;
	report(f, &u, begin, *end_r);
	return true;
}

/* "@" at i: an e-mail address around it. */
static size_t try_email(struct finder *f, size_t i)
{
	size_t begin = local_begin(f, i), end;

	if (begin == i)
		return i + 1;
	if (!email_report(f, begin, i, true, &end) && !email_report(f, begin, i, false, &end))
		return i + 1; /* what follows may be a local part, or go on with a disguised dot */
	f->done = end;
	return end;
}

/* A disguised dot at i (a bracket, or the blank of " dot "): the host around it, perhaps an address. */
static size_t try_odd(struct finder *f, size_t i)
{
	size_t n, host = i, begin, end, taken;
	bool spaced, mail;
	struct plain_host h;

	n = odd_dot(f->s, i, &spaced);
	if (n == 0)
		return i + 1;
	if (!spaced && host > f->done && f->s.p[host - 1] == ' ')
		host--;
	begin = host = run_left(f, host, false);
	while (begin < i && !ascii_isalnum(f->s.p[begin]))
		host = ++begin;
	if (begin >= i || f->s.p[begin] == ' ')
		return i + n;
	host_collect(f->s, begin, &h);
	mail = begin > f->done && f->s.p[begin - 1] == '@';
	if (mail)
		begin = local_begin(f, begin - 1);
	end = taken = h.end;
	if (!mail && is_linked(f->s, h.end))
		end = url_extent(f->s, h.end, quote_before(f->s, begin), &taken);
	if (h.end <= i || !url_looks_like_host(f->ctx, span_make(h.name, h.n), !h.spaced || end > h.end) ||
	    (h.spaced && in_list(no_hosts, span_sub(span_make(h.name, h.n), 0, span_chr(span_make(h.name, h.n), '.')))))
		return h.n > 64 && h.end > i + n ? h.end : i + n;
	if (mail)
		report_built(f, arena_printf(f->arena, "mailto:%.*s", SPAN_ARG(span_sub(f->s, begin, host - begin))), &h, SPAN_NONE, begin, end);
	else
		report_built(f, SPAN_LIT("http://"), &h, span_sub(f->s, h.end, end - h.end), begin, end);
	f->done = taken;
	return taken;
}

/* Moves the look-out for spelt-out dots to i; returns where the next one is. */
static size_t next_dot(struct finder *f, size_t i)
{
	static const struct span words[2] = { { " dot ", 5 }, { " DOT ", 5 } };

	for (int k = 0; k < 2; k++) {
		if (f->next_dot[k] < i || (f->next_dot[k] == 0 && i == 0)) {
			size_t at = span_find(span_from(f->s, i), words[k]);

			f->next_dot[k] = at == SPAN_NPOS ? f->s.len : i + at;
		}
	}
	return f->next_dot[0] < f->next_dot[1] ? f->next_dot[0] : f->next_dot[1];
}

void url_find(const struct url_context *ctx, struct arena *arena, struct span text, url_found *found, void *found_ctx)
{
	struct finder f = { .ctx = ctx, .arena = arena, .s = text, .found = found, .found_ctx = found_ctx };
	size_t i = 0;

	while (i < text.len && !f.stop) {
		size_t limit = next_dot(&f, i);

		while (i < limit && !triggers[(uint8_t)text.p[i]])
			i++;
		if (i == text.len)
			break;
		switch (text.p[i]) {
		case ':':
			i = try_scheme(&f, i);
			break;
		case '.':
			i = try_bare(&f, i);
			break;
		case '@':
			i = try_email(&f, i);
			break;
		default:
			i = try_odd(&f, i);
			break;
		}
	}
}
