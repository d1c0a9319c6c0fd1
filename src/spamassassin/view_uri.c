/* The URIs of a message, from its text, its HTML and its signatures (PerMsgStatus.pm, get_uri_list and get_uri_detail_list). */
#include "spamassassin/view_uri.h"

#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/html.h"

struct uri_build {
	struct sa_list cleaned, hosts, domains, texts;
	struct span raw;
	unsigned types;
	bool same_texts; /* texts are those of the HTML part at hand */
};

struct sa_uri_view {
	struct sa_uri *v;
	size_t n;
	struct sa_lines list;
	bool list_done, truncated;
};

struct gather {
	struct sa_view *view;
	struct uri_build *v;
	size_t n, cap;
	struct map by_raw; /* -> index */
	struct map seen;   /* texts that were looked at */
	bool truncated;
};

static void free_pattern(void *regex)
{
	struct regex *r = regex;

	regex_free(&r);
}

const struct sa_uri_config *sa_uri_config_new(struct arena *arena, const struct cf *cf)
{
	struct sa_uri_config *c = ARENA_NEW(arena, struct sa_uri_config);
	const struct cf_directive *d;

	c->dkim = true;
	for (d = NULL; (d = cf_directive_next(cf, SPAN_LIT("parse_dkim_uris"), d)) != NULL;)
		c->dkim = !span_eq(span_trim(d->args), SPAN_LIT("0")) && !span_case_eq(span_trim(d->args), SPAN_LIT("no"));
	for (d = NULL; (d = cf_directive_next(cf, SPAN_LIT("redirector_pattern"), d)) != NULL;) {
		struct span pattern;
		unsigned flags;
		struct err err;
		struct regex *regex;

		if (!regex_split(span_trim(d->args), &pattern, &flags, &err) || (regex = regex_new(pattern, flags, &err)) == NULL)
			continue;
		arena_cleanup(arena, free_pattern, regex);
		*ARRAY_ADD(arena, c->redirectors, c->nredirectors, c->cap_redirectors) = regex;
	}
	return c;
}

static void add_host(struct arena *arena, struct uri_build *u, struct span host, struct span domain)
{
	for (size_t i = 0; i < u->hosts.n; i++) {
		if (span_eq(u->hosts.v[i], host))
			return;
	}
	sa_list_add(arena, &u->hosts, host);
	sa_list_add(arena, &u->domains, domain);
}

static void add_host_of(struct gather *g, struct uri_build *u, struct span form)
{
	struct span domain, host;

	if (sa_uri_domain(g->view, form, &domain, &host))
		add_host(g->view->arena, u, host, domain);
}

/* A form that is too long is cut. */
static void cut_forms(struct gather *g, struct sa_list *forms)
{
	for (size_t i = 0; i < forms->n; i++) {
		if (forms->v[i].len > SA_URI_MAX) {
			forms->v[i].len = SA_URI_MAX;
			g->truncated = true;
		}
	}
}

static struct uri_build *entry_of(struct gather *g, struct span raw)
{
	size_t *index = map_get(&g->by_raw, raw);
	struct uri_build *u;

	if (index != NULL)
		return &g->v[*index];
	index = ARENA_NEW(g->view->arena, size_t);
	*index = g->n;
	u = ARRAY_ADD(g->view->arena, g->v, g->n, g->cap);
	u->raw = raw;
	map_put(&g->by_raw, raw, index);
	return u;
}

/* add_uri_detail_list(): NULL when nothing was added. With valid: only when a host is in it whose top-level domain exists. */
static struct uri_build *add_uri(struct gather *g, struct span raw, unsigned types, bool valid)
{
	struct uri_build found = { 0 }, *u;
	struct arena *arena = g->view->arena;

	if (g->n >= SA_URIS_MAX)
		return NULL;
	if (types == SA_URI_DOMAINKEYS)
		sa_list_add(arena, &found.cleaned, raw);
	else
		uri_canonicalize(g->view, raw, &found.cleaned);
	cut_forms(g, &found.cleaned);
	for (size_t i = 0; i < found.cleaned.n; i++)
		add_host_of(g, &found, found.cleaned.v[i]);
	if (valid && found.hosts.n == 0)
		return NULL;
	u = entry_of(g, raw);
	u->types |= types;
	for (size_t i = 0; i < found.cleaned.n && types != SA_URI_DOMAINKEYS; i++)
		sa_list_add_new(arena, &u->cleaned, found.cleaned.v[i]);
	for (size_t i = 0; i < found.hosts.n; i++)
		add_host(arena, u, found.hosts.v[i], found.domains.v[i]);
	return u;
}

/* What mail programs do not take into a link: from a ')' on that nothing opened, and punctuation at the end. */
static struct span trim_uri(struct span s)
{
	size_t close = span_chr(s, ')'), open = span_chr(s, '(');

	if (close != SPAN_NPOS && close < open)
		s.len = close;
	while (s.len != 0 && span_chr(SPAN_LIT("-~!@#^&*()_+=:;'?,."), s.p[s.len - 1]) != SPAN_NPOS)
		s.len--;
	return s;
}

static bool has_digits_dot(struct span s, size_t at, size_t max)
{
	size_t n = 0;

	while (at < s.len && n < max && ascii_isdigit(s.p[at])) {
		at++;
		n++;
	}
	return at < s.len && s.p[at] == '.';
}

static bool has_scheme(struct span s)
{
	return span_case_starts(s, SPAN_LIT("http:")) || span_case_starts(s, SPAN_LIT("https:")) || span_case_starts(s, SPAN_LIT("ftp:")) ||
	       span_case_starts(s, SPAN_LIT("mailto:"));
}

static struct span prefixed(struct arena *arena, const char *prefix, struct span s)
{
	return arena_printf(arena, "%s%.*s", prefix, SPAN_ARG(s));
}

/* "skype:a@b", "email:a@b", "::a@b" */
static struct span without_label(struct span s)
{
	static const struct span labels[] = { { "skype", 5 }, { "e-mail", 6 }, { "email", 5 }, { "mail", 4 }, { "", 0 } };

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		size_t n = labels[i].len;

		if (!span_case_starts(s, labels[i]) || n >= s.len || s.p[n] != ':')
			continue;
		while (n < s.len && s.p[n] == ':')
			n++;
		return span_from(s, n);
	}
	return s;
}

/* The URI that a text without scheme means; false: none. */
static bool complete_uri(struct gather *g, struct span *uri, unsigned *types)
{
	struct span s = *uri;
	struct arena *arena = g->view->arena;
	size_t at = span_chr(s, '@'), last_at = span_rchr(s, '@'), slash = span_chr(s, '/'), dot;

	*types |= SA_URI_SCHEMELESS;
	if (span_case_starts(s, SPAN_LIT("ftp."))) {
		*uri = prefixed(arena, "ftp://", s);
	} else if ((span_case_starts(s, SPAN_LIT("www")) && has_digits_dot(s, 3, 2)) || (at != SPAN_NPOS && slash != SPAN_NPOS && last_at > slash + 1)) {
		*uri = prefixed(arena, "http://", s);
	} else if (at != SPAN_NPOS) {
		dot = at + 2 < s.len ? span_chr(span_from(s, at + 2), '.') : SPAN_NPOS;
		if (dot == SPAN_NPOS || span_has(s, SPAN_LIT("&nbsp;")))
			return false;
		*uri = prefixed(arena, "mailto:", without_label(s));
	} else {
		if (span_chr(s, '.') == SPAN_NPOS)
			return false;
		*uri = prefixed(arena, "http://", s);
		*types |= SA_URI_UNLINKED;
	}
	return true;
}

static bool has_encoded(struct span s)
{
	for (size_t i = 0; i + 2 < s.len; i++) {
		if (s.p[i] == '%' && ascii_isxdigit(s.p[i + 1]) && ascii_isxdigit(s.p[i + 2]))
			return true;
	}
	return false;
}

/* Whether what stands behind the '@' of a mailto: is a host with a known top-level domain. */
static bool mail_is_valid(struct gather *g, struct span *uri)
{
	struct span host;
	size_t at, n = 0;

	if (has_encoded(*uri))
		*uri = uri_encode(g->view->arena, *uri);
	at = span_chr(*uri, '@');
	if (at == SPAN_NPOS)
		return false;
	host = span_from(*uri, at + 1);
	while (n < host.len && host.p[n] != '?' && host.p[n] != '&' && host.p[n] != '>')
		n++;
	host.len = n;
	while (span_ends(host, SPAN_LIT("%20")))
		host.len -= 3;
	return sa_domain_is_known(g->view, host);
}

/* "http://" and nothing else */
static bool is_empty_uri(struct span s)
{
	size_t n = 0;

	while (n < s.len && (ascii_isalnum(s.p[n]) || s.p[n] == '_'))
		n++;
	if (n == 0 || n == s.len || s.p[n] != ':')
		return false;
	for (n++; n < s.len && s.p[n] == '/'; n++)
		;
	return n == s.len && s.len - span_chr(s, ':') <= 3;
}

static void add_text_uri(struct gather *g, const struct text_uri *found)
{
	struct span uri = trim_uri(found->text);
	unsigned types = SA_URI_PARSED;

	if (map_put(&g->seen, uri, SA_PRESENT) != NULL)
		return;
	if (found->kind == URI_MAIL && span_chr(uri, '@') == SPAN_NPOS)
		return;
	if (found->kind == URI_BARE && !sa_host_is_valid(found->host))
		return;
	if (span_case_starts(uri, SPAN_LIT("cid:")) || span_case_starts(uri, SPAN_LIT("mid:")) || is_empty_uri(uri))
		return;
	if (!has_scheme(uri) && !complete_uri(g, &uri, &types))
		return;
	if (span_case_starts(uri, SPAN_LIT("mailto:")) && !mail_is_valid(g, &uri))
		return;
	add_uri(g, uri, types, true);
}

static void gather_text(struct gather *g)
{
	const struct sa_lines *body = sa_body(g->view);

	for (size_t i = 0; i < body->n; i++) {
		struct text_uri found;
		size_t at = 0;

		while (g->n < SA_URIS_MAX && uri_next(g->view->config->domain, body->v[i], &at, &found))
			add_text_uri(g, &found);
	}
}

static void gather_html(struct gather *g)
{
	size_t n;
	const struct sa_html *const *all = sa_html_all(g->view, &n);

	for (size_t i = 0; i < n; i++) {
		g->truncated = g->truncated || (all[i]->flags & SA_HTML_URI_TRUNCATED) != 0;
		for (size_t j = 0; j < all[i]->nlinks; j++) {
			const struct sa_html_link *link = &all[i]->links[j];
			struct uri_build *u = add_uri(g, link->uri, link->types != 0 ? link->types : SA_URI_PARSED, false);
			struct sa_list unique = { 0 };

			for (size_t k = 0; u != NULL && k < link->ntexts && unique.n < 200; k++)
				sa_list_add_new(g->view->arena, &unique, link->texts[k]);
			for (size_t k = 0; u != NULL && k < unique.n; k++)
				sa_list_add(g->view->arena, &u->texts, unique.v[k]);
		}
	}
}

/* "d=" of signatures. */
static void gather_signature(struct gather *g, struct span field)
{
	for (size_t at = 0; at < field.len; at++) {
		struct buf domain = BUF_INIT(g->view->arena);
		size_t n = at + 1;

		if (field.p[at] != 'd' || (at > 0 && (ascii_isalnum(field.p[at - 1]) || field.p[at - 1] == '_')))
			continue;
		while (n < field.len && ascii_isspace(field.p[n]))
			n++;
		if (n + 1 >= field.len || field.p[n] != '=')
			continue;
		for (n++; n < field.len && field.p[n] != ';'; n++) {
			if (!ascii_isspace(field.p[n]))
				buf_char(&domain, field.p[n]);
		}
		add_uri(g, prefixed(g->view->arena, "domainkeys:", buf_span(&domain)), SA_URI_DOMAINKEYS, true);
		at = n;
	}
}

static void gather_signatures(struct gather *g)
{
	static const char *const names[] = { "DomainKey-Signature", "DKIM-Signature" };

	for (size_t i = 0; i < 2; i++) {
		const struct sa_values *values = sa_header_values(g->view, span_of(names[i]));

		for (size_t j = 0; j < values->n; j++)
			gather_signature(g, values->v[j]);
	}
}

static void freeze(const struct gather *g, struct sa_uri_view *view)
{
	view->v = ARENA_ARRAY(g->view->arena, g->n + 1, struct sa_uri);
	view->n = g->n;
	for (size_t i = 0; i < g->n; i++) {
		const struct uri_build *u = &g->v[i];

		view->v[i] = (struct sa_uri){ .raw = u->raw, .cleaned = u->cleaned.v, .ncleaned = u->cleaned.n, .texts = u->texts.v, .ntexts = u->texts.n,
			                      .types = u->types, .hosts = u->hosts.v, .domains = u->domains.v, .nhosts = u->hosts.n };
	}
	view->truncated = g->truncated;
}

static struct sa_uri_view *uri_view(struct sa_view *v)
{
	struct gather g = { .view = v };

	if (v->uri != NULL)
		return v->uri;
	v->uri = ARENA_NEW(v->arena, struct sa_uri_view);
	sa_map_init(v, &g.by_raw, false);
	sa_map_init(v, &g.seen, false);
	gather_text(&g);
	gather_html(&g);
	if (v->config->uri->dkim)
		gather_signatures(&g);
	freeze(&g, v->uri);
	return v->uri;
}

const struct sa_uri *sa_uri_details(struct sa_view *v, size_t *n_r)
{
	const struct sa_uri_view *u = uri_view(v);

	*n_r = u->n;
	return u->v;
}

bool sa_uri_truncated(struct sa_view *v)
{
	return uri_view(v)->truncated;
}

const struct sa_lines *sa_uri_list(struct sa_view *v)
{
	struct sa_uri_view *u = uri_view(v);
	struct sa_list list = { 0 };
	struct buf joined = BUF_INIT(v->arena);
	struct map seen;

	if (u->list_done)
		return &u->list;
	u->list_done = true;
	sa_map_init(v, &seen, false);
	for (size_t i = 0; i < u->n; i++) {
		for (size_t j = 0; j < u->v[i].ncleaned; j++) {
			if (map_put(&seen, u->v[i].cleaned[j], SA_PRESENT) != NULL)
				continue;
			sa_list_add(v->arena, &list, u->v[i].cleaned[j]);
			buf_add(&joined, u->v[i].cleaned[j]);
			buf_char(&joined, '\n');
		}
	}
	u->list = (struct sa_lines){ .v = list.v, .n = list.n, .joined = buf_span(&joined) };
	return &u->list;
}
