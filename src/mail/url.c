/* Splitting and normalising. Hosts follow the WHATWG URL standard (host parsing, IPv4 number parser) with libidn2 for what is not ASCII. */
#include "mail/url.h"

#include <idn2.h>
#include <libpsl.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/ip.h"
#include "base/utf8.h"
#include "mail/url_internal.h"

#define HOST_MAX 253     /* RFC 1035, 2.3.4, without the final dot */
#define LABEL_MAX 63
#define HOST_RAW_MAX 1000 /* longer ones are not worth converting */

struct url_context {
	const psl_ctx_t *psl;
};

struct url_context *url_context_new(void)
{
	struct url_context *ctx = malloc(sizeof(*ctx));

	if (ctx == NULL)
		abort();
	ctx->psl = psl_builtin();
	return ctx;
}

void url_context_free(struct url_context **ctx_r)
{
	free(*ctx_r);
	*ctx_r = NULL;
}

/* ---- public suffixes ---- */

struct span url_registered_domain(const struct url_context *ctx, struct span host)
{
	char name[HOST_MAX + 1];
	const char *domain;

	if (ctx->psl == NULL || host.len == 0 || host.len > HOST_MAX || span_chr(host, '\0') != SPAN_NPOS)
		return host;
	memcpy(name, host.p, host.len);
	name[host.len] = '\0';
	domain = psl_registrable_domain(ctx->psl, name);
	if (domain < name || domain > name + host.len) /* none, or not part of what was given */
		return host;
	return span_from(host, (size_t)(domain - name));
}

static bool is_suffix(const struct url_context *ctx, struct span s, int types)
{
	char name[HOST_MAX + 1];

	if (ctx->psl == NULL || s.len < 2 || s.len > HOST_MAX || span_chr(s, '\0') != SPAN_NPOS)
		return false;
	for (size_t i = 0; i < s.len; i++)
		name[i] = ascii_tolower(s.p[i]);
	name[s.len] = '\0';
	return psl_is_public_suffix2(ctx->psl, name, types | PSL_TYPE_NO_STAR_RULE) != 0;
}

bool url_known_tld(const struct url_context *ctx, struct span host)
{
	size_t dot = span_rchr(host, '.');

	if (dot != SPAN_NPOS && (span_case_ends(host, SPAN_LIT(".com")) || span_case_ends(host, SPAN_LIT(".org")) ||
				 span_case_ends(host, SPAN_LIT(".net"))))
		return true; /* most are */
	return is_suffix(ctx, dot == SPAN_NPOS ? host : span_from(host, dot + 1), PSL_TYPE_ANY);
}

bool url_is_suffix(const struct url_context *ctx, struct span host)
{
	return is_suffix(ctx, host, PSL_TYPE_ICANN);
}

/* ---- hosts ---- */

/* One number of an IPv4 address: decimal, 0 octal, 0x hexadecimal. odd_r is set unless it is plain decimal. */
static bool ipv4_number(struct span s, uint64_t *v_r, bool *odd_r)
{
	unsigned base = 10;
	uint64_t v = 0;

	if (s.len >= 2 && s.p[0] == '0') {
		bool hex = s.p[1] == 'x';

		*odd_r = true;
		base = hex ? 16 : 8;
		s = span_from(s, hex ? 2 : 1);
	} else if (s.len == 0) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		int d = ascii_xvalue(s.p[i]);

		if (d < 0 || (unsigned)d >= base)
			return false;
		v = v * base + (unsigned)d;
		if (v > UINT32_MAX)
			return false;
	}
	*v_r = v;
	return true;
}

/* Whether the last label makes the host an IPv4 address by WHATWG's rule ("ends in a number"). */
static bool ends_in_number(struct span host)
{
	size_t dot = span_rchr(host, '.');
	struct span last = dot == SPAN_NPOS ? host : span_from(host, dot + 1);
	uint64_t v;
	bool odd, digits = last.len != 0;

	if (last.len == 0 || !ascii_isdigit(last.p[0]))
		return false;
	for (size_t i = 0; i < last.len; i++)
		digits &= ascii_isdigit(last.p[i]);
	return digits || (last.len >= 2 && last.p[1] == 'x' && ipv4_number(last, &v, &odd));
}

static bool ipv4_read(struct span host, uint32_t *ip_r, bool *odd_r)
{
	uint64_t v = 0, ip = 0;
	unsigned n = 0;

	*odd_r = false;
	for (struct span rest = host; rest.p != NULL; n++) {
		if (n == 4 || (n > 0 && v > 255) || !ipv4_number(span_split(&rest, '.'), &v, odd_r))
			return false;
		if (rest.p != NULL)
			ip |= v << (24 - 8 * n);
	}
	*odd_r |= n != 4;
	/* The last number fills what is left. */
	if (v >> (8 * (5 - n)) != 0)
		return false;
	*ip_r = (uint32_t)(ip | v);
	return true;
}

static void host_bad(struct url *u)
{
	u->flags |= URL_HOST_BAD;
	u->host_ascii = u->domain = SPAN_NONE;
}

static void host_ipv4(struct arena *arena, struct span host, struct url *u)
{
	uint32_t ip;
	bool odd;

	if (!ipv4_read(host, &ip, &odd)) {
		host_bad(u);
		return;
	}
	u->flags |= odd ? URL_IP_ODD : URL_IP;
	u->host_ascii = arena_printf(arena, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
	u->domain = u->host_ascii;
}

static void host_ipv6(struct arena *arena, struct span host, struct url *u)
{
	char text[IP_TEXT_MAX];
	struct ip ip;

	if (host.len < 4 || host.p[host.len - 1] != ']' || !ip_parse(span_sub(host, 1, host.len - 2), &ip)) {
		host_bad(u);
		return;
	}
	u->flags |= URL_IP;
	u->host_ascii = arena_copy(arena, span_of(ip_text(&ip, text)));
	u->domain = u->host_ascii;
}

static struct span percent_decode(struct arena *arena, struct span s)
{
	char *p = arena_bytes(arena, s.len);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		int a = s.p[i] == '%' && i + 2 < s.len ? ascii_xvalue(s.p[i + 1]) : -1;
		int b = a >= 0 ? ascii_xvalue(s.p[i + 2]) : -1;

		p[n] = s.p[i];
		if (b >= 0) {
			p[n] = (char)(a << 4 | b);
			i += 2;
		}
		n++;
	}
	return span_make(p, n);
}

/* U-labels to A-labels; a copy in the arena, empty when libidn2 refuses. */
static struct span to_ascii(struct arena *arena, struct span host)
{
	struct span ascii;
	const char *name;
	char *out = NULL;

	if (host.len > HOST_RAW_MAX || span_chr(host, '\0') != SPAN_NPOS || !utf8_valid(host))
		return SPAN_NONE;
	name = arena_str(arena, host);
	if (idn2_to_ascii_8z(name, &out, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK &&
	    idn2_to_ascii_8z(name, &out, IDN2_NFC_INPUT | IDN2_TRANSITIONAL) != IDN2_OK)
		return SPAN_NONE;
	ascii = arena_copy(arena, span_of(out));
	idn2_free(out);
	return ascii;
}

/*
 * Copies a host in lower case and checks its labels in one pass: letters, digits, hyphens, underscores. Without its final dot. Empty: bad.
 * puny_r: it has an A-label.
 */
static struct span host_lower(struct arena *arena, struct span host, bool *puny_r)
{
	size_t label = 0;
	char *p;

	if (host.len > 1 && host.p[host.len - 1] == '.')
		host.len--;
	if (host.len == 0 || host.len > HOST_MAX)
		return SPAN_NONE;
	p = arena_bytes(arena, host.len);
	for (size_t i = 0; i <= host.len; i++) {
		if (i == host.len || host.p[i] == '.') {
			struct span l = span_make(p + i - label, label);

			if (label == 0 || label > LABEL_MAX)
				return SPAN_NONE;
			*puny_r |= label > 4 && span_starts(l, SPAN_LIT("xn--"));
			label = 0;
		} else if (ascii_isalnum(host.p[i]) || host.p[i] == '-' || host.p[i] == '_') {
			label++;
		} else {
			return SPAN_NONE;
		}
		if (i < host.len)
			p[i] = ascii_tolower(host.p[i]);
	}
	return span_make(p, host.len);
}

static void host_name(const struct url_context *ctx, struct arena *arena, struct span host, struct url *u)
{
	bool foreign = utf8_ascii_len(host) != host.len, puny = false;
	struct span ascii = foreign ? to_ascii(arena, host) : host;

	if (ascii.len != 0)
		ascii = host_lower(arena, ascii, &puny);
	if (foreign)
		u->flags |= URL_IDN | (puny ? 0 : URL_OBFUSCATED); /* full-width and other disguises of ASCII */
	if (puny)
		u->flags |= URL_IDN;
	if (ascii.len == 0) {
		host_bad(u);
		return;
	}
	if (ends_in_number(ascii)) {
		host_ipv4(arena, ascii, u);
		return;
	}
	u->host_ascii = ascii;
	if (!url_known_tld(ctx, ascii))
		u->flags |= URL_NO_PUBLIC_SUFFIX;
	u->domain = url_registered_domain(ctx, ascii);
}

/* Adds what the host says to a URL that is being read. */
static bool read_host(const struct url_context *ctx, struct arena *arena, struct span host, struct url *u)
{
	u->host = host;
	if (host.len == 0) {
		host_bad(u);
		return false;
	}
	if (host.p[0] == '[') {
		host_ipv6(arena, host, u);
		return (u->flags & URL_HOST_BAD) == 0;
	}
	if (span_chr(host, '%') != SPAN_NPOS) {
		host = percent_decode(arena, host);
		u->flags |= URL_HOST_ENCODED | URL_OBFUSCATED;
	}
	host_name(ctx, arena, host, u);
	return (u->flags & URL_HOST_BAD) == 0;
}

bool url_parse_host(const struct url_context *ctx, struct arena *arena, struct span host, struct url *u)
{
	*u = (struct url){ .raw = host };
	return read_host(ctx, arena, host, u);
}

/* ---- the parts of a URL ---- */

static bool is_special(struct span scheme)
{
	return span_eq(scheme, SPAN_LIT("http")) || span_eq(scheme, SPAN_LIT("https")) || span_eq(scheme, SPAN_LIT("ftp")) ||
	       span_eq(scheme, SPAN_LIT("ws")) || span_eq(scheme, SPAN_LIT("wss"));
}

static unsigned default_port(struct span scheme)
{
	if (span_eq(scheme, SPAN_LIT("http")) || span_eq(scheme, SPAN_LIT("ws")))
		return 80;
	if (span_eq(scheme, SPAN_LIT("https")) || span_eq(scheme, SPAN_LIT("wss")))
		return 443;
	return span_eq(scheme, SPAN_LIT("ftp")) ? 21 : 0;
}

/* Cuts ":port" off; what is no port makes the host bad. */
static struct span take_port(struct span authority, struct url *u)
{
	size_t colon = span_rchr(authority, ':');
	size_t bracket = span_rchr(authority, ']');
	struct span digits;
	uint64_t port;

	if (colon == SPAN_NPOS || (authority.p[0] == '[' && (bracket == SPAN_NPOS || bracket > colon)))
		return authority;
	digits = span_from(authority, colon + 1);
	if (digits.len != 0 && !span_uint(digits, UINT16_MAX, &port)) {
		u->flags |= URL_HOST_BAD;
	} else if (digits.len != 0) {
		u->port = (uint16_t)port;
		if (u->port != default_port(u->scheme))
			u->flags |= URL_PORT;
	}
	return span_sub(authority, 0, colon);
}

/* Splits what stands behind the authority. */
static void read_path(struct span rest, struct url *u)
{
	size_t at = span_chr(rest, '#');

	if (at != SPAN_NPOS) {
		u->fragment = span_from(rest, at + 1);
		rest = span_sub(rest, 0, at);
	}
	at = span_chr(rest, '?');
	if (at != SPAN_NPOS) {
		u->query = span_from(rest, at + 1);
		rest = span_sub(rest, 0, at);
	}
	if (rest.len != 0)
		u->path = span_from(rest, 1);
}

bool url_read_authority(const struct url_context *ctx, struct arena *arena, struct span rest, struct url *u)
{
	bool special = is_special(u->scheme);
	struct span authority;
	size_t end = 0, at;

	while (end < rest.len && rest.p[end] != '/' && rest.p[end] != '?' && rest.p[end] != '#' && !(special && rest.p[end] == '\\'))
		end++;
	if (end < rest.len && rest.p[end] == '\\')
		u->flags |= URL_BACKSLASH;
	authority = span_sub(rest, 0, end);
	at = span_rchr(authority, '@');
	if (at != SPAN_NPOS) {
		u->user = span_sub(authority, 0, at);
		u->flags |= URL_USERINFO;
		authority = span_from(authority, at + 1);
	}
	authority = take_port(authority, u);
	if (authority.len == 0)
		return false;
	read_host(ctx, arena, authority, u);
	if (u->flags & URL_HOST_BAD)
		host_bad(u);
	read_path(span_from(rest, end), u);
	return true;
}

void url_read_mailto(const struct url_context *ctx, struct arena *arena, struct span rest, struct url *u)
{
	size_t at;
	struct span first;

	u->flags |= URL_MAILTO;
	while (rest.len != 0 && rest.p[0] == '/') /* "mailto://a@b", which clients take */
		rest = span_from(rest, 1);
	read_path(rest, u);
	at = span_chr(rest, '#');
	rest = at != SPAN_NPOS ? span_sub(rest, 0, at) : rest;
	first = span_split(&rest, '?');
	u->path = first;
	first = span_split(&first, ',');
	at = span_rchr(first, '@');
	if (at == SPAN_NPOS) {
		u->user = first;
		return;
	}
	u->user = span_sub(first, 0, at);
	read_host(ctx, arena, span_trim(span_from(first, at + 1)), u);
}

/* ---- whole URLs ---- */

/* Without white space and controls at the ends and without tab, CR, LF inside (WHATWG, 4.4). first_r: where the first one stood. */
static struct span clean(struct arena *arena, struct span s, size_t *first_r)
{
	size_t i = 0, n;
	char *p;

	while (s.len != 0 && (uint8_t)s.p[0] <= ' ')
		s = span_from(s, 1);
	while (s.len != 0 && (uint8_t)s.p[s.len - 1] <= ' ')
		s.len--;
	while (i < s.len && s.p[i] != '\t' && s.p[i] != '\n' && s.p[i] != '\r')
		i++;
	*first_r = i;
	if (i == s.len)
		return s;
	p = arena_bytes(arena, s.len);
	memcpy(p, s.p, i);
	for (n = i; i < s.len; i++) {
		if (s.p[i] != '\t' && s.p[i] != '\n' && s.p[i] != '\r')
			p[n++] = s.p[i];
	}
	return span_make(p, n);
}

#define SCHEME_MAX 32

/* The length of a scheme before its colon, 0 when there is none. */
static size_t scheme_len(struct span s)
{
	size_t i = 0;

	if (s.len == 0 || !ascii_isalpha(s.p[0]))
		return 0;
	while (i < s.len && i <= SCHEME_MAX && (ascii_isalnum(s.p[i]) || s.p[i] == '+' || s.p[i] == '-' || s.p[i] == '.' || s.p[i] == '*'))
		i++;
	return i < s.len && i <= SCHEME_MAX && s.p[i] == ':' ? i : 0;
}

/* Lower case; the disguises of http undone. */
static struct span scheme_normal(struct arena *arena, struct span s, struct url *u)
{
	static const struct span plain[] = { { "http", 4 }, { "https", 5 }, { "mailto", 6 }, { "ftp", 3 } };
	bool s_end;
	char *p;

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		if (span_case_eq(s, plain[i]))
			return plain[i];
	}
	s_end = s.len == 5 && ascii_tolower(s.p[4]) == 's';
	if ((s.len == 4 || s_end) && ascii_tolower(s.p[0]) == 'h' && ascii_tolower(s.p[3]) == 'p' &&
	    (span_case_eq(span_sub(s, 1, 2), SPAN_LIT("xx")) || span_case_eq(span_sub(s, 1, 2), SPAN_LIT("tx")) ||
	     span_case_eq(span_sub(s, 1, 2), SPAN_LIT("xt")) || span_eq(span_sub(s, 1, 2), SPAN_LIT("**")))) {
		u->flags |= URL_OBFUSCATED;
		return plain[s_end ? 1 : 0];
	}
	if (span_case_eq(s, SPAN_LIT("fxp"))) {
		u->flags |= URL_OBFUSCATED;
		return plain[3];
	}
	p = arena_bytes(arena, s.len);
	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_tolower(s.p[i]);
	return span_make(p, s.len);
}

static struct span skip_slashes(struct span s, size_t max, struct url *u)
{
	while (s.len != 0 && max-- != 0 && (s.p[0] == '/' || s.p[0] == '\\')) {
		if (s.p[0] == '\\')
			u->flags |= URL_BACKSLASH;
		s = span_from(s, 1);
	}
	return s;
}

/* The host that a text without scheme begins with, as far as its bytes go. */
static struct span leading_host(struct span s)
{
	size_t i = 0;

	while (i < s.len && (ascii_isalnum(s.p[i]) || s.p[i] == '-' || s.p[i] == '.' || (uint8_t)s.p[i] >= 0x80))
		i++;
	return span_sub(s, 0, i);
}

static bool parse_schemeless(const struct url_context *ctx, struct arena *arena, struct span s, struct url *u)
{
	struct span host = leading_host(s), rest = span_from(s, host.len);

	if (rest.len != 0 && rest.p[0] != '/' && rest.p[0] != '?' && rest.p[0] != '#' && rest.p[0] != ':')
		return false;
	if (!url_looks_like_host(ctx, host, rest.len != 0))
		return false;
	u->flags |= URL_SCHEMELESS;
	u->scheme = SPAN_LIT("http");
	return url_read_authority(ctx, arena, s, u);
}

bool url_parse(const struct url_context *ctx, struct arena *arena, struct span text, struct url *u)
{
	size_t n, removed;
	struct span s = clean(arena, text, &removed), rest;
	bool ok;

	*u = (struct url){ .raw = text };
	n = scheme_len(s);
	rest = span_from(s, n + 1);
	if (n == 0 && s.len > 2 && (s.p[0] == '/' || s.p[0] == '\\') && (s.p[1] == '/' || s.p[1] == '\\')) {
		u->scheme = SPAN_LIT("http");
		u->flags |= URL_SCHEMELESS;
		ok = url_read_authority(ctx, arena, skip_slashes(s, SIZE_MAX, u), u);
	} else if (n == 0 || (span_chr(span_sub(s, 0, n), '.') != SPAN_NPOS && rest.len != 0 && ascii_isdigit(rest.p[0]))) {
		ok = parse_schemeless(ctx, arena, s, u);
	} else {
		u->scheme = scheme_normal(arena, span_sub(s, 0, n), u);
		if (span_eq(u->scheme, SPAN_LIT("mailto"))) {
			url_read_mailto(ctx, arena, rest, u);
			ok = true;
		} else if (is_special(u->scheme)) {
			ok = url_read_authority(ctx, arena, skip_slashes(rest, SIZE_MAX, u), u);
		} else {
			ok = span_starts(rest, SPAN_LIT("//")) && url_read_authority(ctx, arena, span_from(rest, 2), u);
		}
	}
	if (ok && u->host.len != 0 && removed < (size_t)(span_end(u->host) - s.p))
		u->flags |= URL_OBFUSCATED;
	return ok;
}
