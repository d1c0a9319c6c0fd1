#include "spamassassin/view_domain.h"

#include "base/ascii.h"

#define HOST_MAX 253
#define LABEL_MAX 63

struct span sa_lower(struct arena *arena, struct span s)
{
	char *p;
	size_t i = 0;

	while (i < s.len && !ascii_isupper(s.p[i]))
		i++;
	if (i == s.len)
		return s;
	p = arena_bytes(arena, s.len);
	for (i = 0; i < s.len; i++)
		p[i] = ascii_tolower(s.p[i]);
	return span_make(p, s.len);
}

static void add_words(struct arena *arena, struct map *map, struct span args, size_t dots)
{

	while (args.len != 0) {
		struct span word;
		size_t n = 0, have = 0;

		args = span_trim(args);
		while (n < args.len && !ascii_isspace(args.p[n]))
			have += args.p[n++] == '.';
		word = span_sub(args, 0, n);
		args = span_from(args, n);
		if (word.len != 0 && have == dots)
			map_put(map, sa_lower(arena, word), SA_PRESENT);
	}
}

static bool takes_before(const struct cf_directive *a, const struct cf_directive *b)
{
	return b == NULL || (a != NULL && a < b);
}

/* The lists are cleared by clear_util_rb, so the last of these decides where reading begins. */
const struct sa_domain_config *sa_domain_config_new(struct arena *arena, const struct cf *cf)
{
	static const struct {
		struct span keyword;
		size_t dots;
	} lists[] = { { { "util_rb_tld", 11 }, 0 }, { { "util_rb_2tld", 12 }, 1 }, { { "util_rb_3tld", 12 }, 2 } };
	struct sa_domain_config *c = ARENA_NEW(arena, struct sa_domain_config);
	struct map *maps[] = { &c->tld, &c->two_level, &c->three_level };
	const struct cf_directive *cleared = NULL, *d;

	for (d = NULL; (d = cf_directive_next(cf, SPAN_LIT("clear_util_rb"), d)) != NULL;)
		cleared = d;
	for (size_t i = 0; i < 3; i++) {
		map_init(maps[i], arena, true);
		for (d = NULL; (d = cf_directive_next(cf, lists[i].keyword, d)) != NULL;) {
			if (cleared == NULL || takes_before(cleared, d))
				add_words(arena, maps[i], d->args, lists[i].dots);
		}
	}
	return c;
}

static bool is_label_byte(char c)
{
	return ascii_isalnum(c) || c == '-';
}

size_t sa_tld_end(const struct sa_domain_config *c, struct span text, size_t at)
{
	size_t end = at;

	while (end < text.len && end - at <= LABEL_MAX && is_label_byte(text.p[end]))
		end++;
	if (end == at || (end + 1 < text.len && text.p[end] == '.' && ascii_isalnum(text.p[end + 1])))
		return 0;
	return map_get(&c->tld, span_sub(text, at, end - at)) != NULL ? end : 0;
}

static bool label_is_valid(struct span label, bool underscore)
{
	if (label.len == 0 || label.len > LABEL_MAX || label.p[0] == '-' || label.p[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++) {
		if (!is_label_byte(label.p[i]) && (label.p[i] != '_' || !underscore))
			return false;
	}
	return true;
}

bool sa_host_is_valid(struct span host)
{
	size_t labels = 1;

	while (host.len != 0 && host.p[host.len - 1] == '.')
		host.len--;
	if (host.len == 0 || host.len > HOST_MAX)
		return false;
	for (size_t i = 0; i < host.len; i++)
		labels += host.p[i] == '.';
	if (labels < 2)
		return false;
	for (struct span rest = host; rest.p != NULL; labels--) {
		if (!label_is_valid(span_split(&rest, '.'), labels > 2))
			return false;
	}
	return true;
}

bool sa_domain_is_known(struct sa_view *v, struct span host)
{
	size_t dot = span_rchr(host, '.');

	if (dot == SPAN_NPOS || dot + 1 == host.len)
		return false;
	for (size_t i = 0; i < host.len; i++) {
		if (ascii_isspace(host.p[i]))
			return false;
	}
	return map_get(&v->config->domain->tld, span_from(host, dot + 1)) != NULL;
}

static bool is_us_state(struct span s)
{
	static const char states[] = "akalarazcacoctdcdeflgaguhiiaidilinkskylamamdmemimnmomsmtncndnenhnjnmnvnyohokorpaprriscsdtntxutvavivtwawiwvwy";

	if (s.len != 2)
		return false;
	for (size_t i = 0; i + 1 < sizeof(states) - 1; i += 2) {
		if (states[i] == s.p[0] && states[i + 1] == s.p[1])
			return true;
	}
	return false;
}

/* The last n labels of a host that has at least as many. */
static struct span last_labels(struct span host, size_t n)
{
	for (size_t i = host.len; i > 0; i--) {
		if (host.p[i - 1] == '.' && --n == 0)
			return span_from(host, i);
	}
	return host;
}

static struct span label_at(struct span host, size_t index)
{
	struct span rest = host, label = SPAN_NONE;

	for (size_t i = 0; i <= index && rest.p != NULL; i++)
		label = span_split(&rest, '.');
	return label;
}

/* Whether the last n labels are where registries register. */
static bool is_registry(const struct sa_domain_config *c, struct span part, size_t n)
{
	if (n == 2)
		return map_get(&c->two_level, part) != NULL;
	if (!span_ends(part, SPAN_LIT(".us")))
		return n == 3 && map_get(&c->three_level, part) != NULL;
	if (n == 3)
		return is_us_state(label_at(part, 1));
	if (!is_us_state(label_at(part, 2)))
		return false;
	return span_eq(label_at(part, 0), SPAN_LIT("ci")) || span_eq(label_at(part, 0), SPAN_LIT("co")) ||
	       span_starts(part, SPAN_LIT("pvt.k12."));
}

/* Lower case, runs of dots made one, none at the ends. */
static struct span clean_host(struct arena *arena, struct span host)
{
	char *p;
	size_t n = 0;

	host = sa_lower(arena, host);
	while (host.len != 0 && host.p[0] == '.')
		host = span_from(host, 1);
	while (host.len != 0 && host.p[host.len - 1] == '.')
		host.len--;
	if (!span_has(host, SPAN_LIT("..")))
		return host;
	p = arena_bytes(arena, host.len);
	for (size_t i = 0; i < host.len; i++) {
		if (host.p[i] != '.' || host.p[i - 1] != '.')
			p[n++] = host.p[i];
	}
	return span_make(p, n);
}

struct span sa_domain_trim(struct sa_view *v, struct span host)
{
	size_t labels = 1, n;

	host = clean_host(v->arena, host);
	for (size_t i = 0; i < host.len; i++)
		labels += host.p[i] == '.';
	n = labels < 4 ? labels : 4;
	while (n > 1 && !is_registry(v->config->domain, last_labels(host, n), n))
		n--;
	return n < labels ? last_labels(host, n + 1) : host;
}

/* Behind "scheme:" and up to two slashes. */
static struct span without_scheme(struct span uri)
{
	size_t n = 0;

	while (n < uri.len && ascii_islower(uri.p[n]))
		n++;
	if (n == 0 || n == uri.len || uri.p[n] != ':')
		return uri;
	n++;
	for (unsigned slashes = 0; slashes < 2 && n < uri.len && uri.p[n] == '/'; slashes++)
		n++;
	return span_from(uri, n);
}

static bool host_of_mailto(struct span rest, struct span *host_r)
{
	size_t mark = span_chr(rest, '?'), at;

	rest = mark == SPAN_NPOS ? rest : span_sub(rest, 0, mark);
	at = span_chr(rest, '@');
	if (at == SPAN_NPOS || span_rchr(rest, '@') != at)
		return false;
	*host_r = span_from(rest, at + 1);
	return true;
}

static struct span host_of_url(struct span uri)
{
	size_t n = 0, at;

	uri = without_scheme(uri);
	while (n < uri.len && uri.p[n] != '/' && uri.p[n] != '?' && uri.p[n] != '#')
		n++;
	uri = span_sub(uri, 0, n);
	at = span_rchr(uri, '@');
	if (at != SPAN_NPOS)
		uri = span_from(uri, at + 1);
	n = uri.len;
	while (n > 0 && ascii_isdigit(uri.p[n - 1]))
		n--;
	return n > 0 && uri.p[n - 1] == ':' ? span_sub(uri, 0, n - 1) : uri;
}

/* Percent-encoded printable characters, which canonical URIs do not have. */
static bool has_encoded_printable(struct span s)
{
	for (size_t i = 0; i + 2 < s.len; i++) {
		int hi = s.p[i] == '%' ? ascii_xvalue(s.p[i + 1]) : -1, lo = ascii_xvalue(s.p[i + 2]);

		if (hi >= 2 && hi <= 7 && lo >= 0 && hi * 16 + lo > 0x20 && hi * 16 + lo < 0x7f)
			return true;
	}
	return false;
}

bool sa_uri_domain(struct sa_view *v, struct span uri, struct span *domain_r, struct span *host_r)
{
	struct span host;

	uri = sa_lower(v->arena, uri);
	if (span_starts(uri, SPAN_LIT("javascript:")) || span_starts(uri, SPAN_LIT("cid:")) || span_starts(uri, SPAN_LIT("file:")))
		return false;
	if (span_starts(uri, SPAN_LIT("mailto:"))) {
		if (!host_of_mailto(span_from(uri, 7), &host))
			return false;
	} else {
		host = host_of_url(uri);
	}
	if (has_encoded_printable(host))
		return false;
	*domain_r = host;
	if (!sa_is_ip(host)) {
		if (!sa_host_is_valid(host) || !sa_domain_is_known(v, host))
			return false;
		*domain_r = sa_domain_trim(v, host);
	}
	if (host_r != NULL)
		*host_r = host;
	return true;
}
