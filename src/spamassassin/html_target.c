#include "base/ascii.h"
#include "spamassassin/html_private.h"

/* A reference in its parts (RFC 3986, appendix B); p == NULL: not there. */
struct uri {
	struct span scheme, authority, path, query, fragment;
};

static void split(struct span s, struct uri *u_r)
{
	size_t i = 0;

	*u_r = (struct uri){ 0 };
	while (i < s.len && s.p[i] != ':' && s.p[i] != '/' && s.p[i] != '?' && s.p[i] != '#')
		i++;
	if (i > 0 && i < s.len && s.p[i] == ':') {
		u_r->scheme = span_sub(s, 0, i);
		s = span_from(s, i + 1);
	}
	if (span_starts(s, SPAN_LIT("//"))) {
		for (i = 2; i < s.len && s.p[i] != '/' && s.p[i] != '?' && s.p[i] != '#';)
			i++;
		u_r->authority = span_make(s.p + 2, i - 2);
		s = span_from(s, i);
	}
	for (i = 0; i < s.len && s.p[i] != '?' && s.p[i] != '#';)
		i++;
	u_r->path = span_make(s.p != NULL ? s.p : "", i);
	s = span_from(s, i);
	if (s.len != 0 && s.p[0] == '?') {
		for (i = 1; i < s.len && s.p[i] != '#';)
			i++;
		u_r->query = span_make(s.p + 1, i - 1);
		s = span_from(s, i);
	}
	if (s.len != 0 && s.p[0] == '#') {
		for (i = 1; i < s.len && s.p[i] != '\n';)
			i++;
		u_r->fragment = span_make(s.p + 1, i - 1);
	}
}

/* "/./" and "/../" away. */
static void add_without_dots(struct buf *out, struct span s)
{
	size_t begin = out->len;

	if (span_starts(s, SPAN_LIT("./")))
		s = span_from(s, 1);
	else if (span_starts(s, SPAN_LIT("../")))
		s = span_from(s, 2);
	while (s.len != 0 && !(s.len == 1 && s.p[0] == '0')) { /* what Perl takes for false ends the loop */
		size_t i;

		if (span_starts(s, SPAN_LIT("/./")) || span_eq(s, SPAN_LIT("/."))) {
			s = s.len > 2 ? span_from(s, 2) : SPAN_LIT("/");
			continue;
		}
		if (span_starts(s, SPAN_LIT("/../")) || span_eq(s, SPAN_LIT("/.."))) {
			s = s.len > 3 ? span_from(s, 3) : SPAN_LIT("/");
			while (out->len > begin && out->p[out->len - 1] != '/')
				out->len--;
			out->len -= out->len > begin;
			continue;
		}
		for (i = 1; i < s.len && s.p[i] != '/';)
			i++;
		buf_add(out, span_sub(s, 0, i));
		s = span_from(s, i);
	}
}

static void add_merged(struct arena *arena, struct buf *out, const struct uri *base, struct span path)
{
	struct buf merged = BUF_INIT(arena);
	size_t slash = span_rchr(base->path, '/');

	if (base->authority.p != NULL && (base->path.len == 0 || span_eq(base->path, SPAN_LIT("0"))))
		buf_char(&merged, '/');
	else if (slash != SPAN_NPOS)
		buf_add(&merged, span_sub(base->path, 0, slash + 1));
	buf_add(&merged, path);
	add_without_dots(out, buf_span(&merged));
}

static bool is_numbered(struct span host, struct span name)
{
	size_t i = name.len;

	if (!span_case_starts(host, name))
		return false;
	while (i < host.len && ascii_isdigit(host.p[i]))
		i++;
	return i < host.len && host.p[i] == '.';
}

static void add_scheme(struct buf *out, struct span scheme, struct span authority)
{
	if (scheme.len != 0 && !span_eq(scheme, SPAN_LIT("0"))) {
		buf_add(out, scheme);
		buf_char(out, ':');
	} else if (authority.p != NULL) {
		if (is_numbered(authority, SPAN_LIT("www")))
			buf_str(out, "http:");
		else if (is_numbered(authority, SPAN_LIT("ftp")))
			buf_str(out, "ftp:");
	}
}

static void add_part(struct buf *out, const char *mark, struct span s)
{
	if (s.p == NULL)
		return;
	buf_str(out, mark);
	buf_add(out, s);
}

struct span html_target(struct arena *arena, struct span base_text, struct span text)
{
	struct buf out = BUF_INIT(arena);
	struct uri base, u;

	split(base_text, &base);
	split(text, &u);
	if (u.scheme.p != NULL && base.scheme.p != NULL && span_eq(u.scheme, base.scheme))
		u.scheme = SPAN_NONE;
	if (u.scheme.p != NULL) {
		base.authority = u.authority;
	} else {
		u.scheme = base.scheme;
		if (u.authority.p == NULL && u.path.len == 0 && u.query.p == NULL)
			u.query = base.query;
	}
	if (u.authority.p != NULL || (u.scheme.p != base.scheme.p && u.scheme.p != NULL)) {
		add_scheme(&out, u.scheme, u.authority);
		add_part(&out, "//", u.authority);
		add_without_dots(&out, u.path);
	} else {
		add_scheme(&out, u.scheme, base.authority);
		add_part(&out, "//", base.authority);
		if (u.path.len == 0)
			buf_add(&out, base.path);
		else if (u.path.p[0] == '/')
			add_without_dots(&out, u.path);
		else
			add_merged(arena, &out, &base, u.path);
	}
	add_part(&out, "?", u.query);
	add_part(&out, "#", u.fragment);
	return buf_span(&out);
}
