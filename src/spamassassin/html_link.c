#include "base/ascii.h"
#include "spamassassin/html_private.h"

static unsigned type_bit(enum tag tag)
{
	switch (tag) {
	case TAG_A:
		return SA_URI_A;
	case TAG_AREA:
		return SA_URI_AREA;
	case TAG_IMG:
		return SA_URI_IMG;
	case TAG_LINK:
		return SA_URI_LINK;
	case TAG_FORM:
		return SA_URI_FORM;
	case TAG_FRAME:
		return SA_URI_FRAME;
	case TAG_IFRAME:
		return SA_URI_IFRAME;
	case TAG_EMBED:
		return SA_URI_EMBED;
	case TAG_SCRIPT:
		return SA_URI_SCRIPT;
	case TAG_BASE:
		return SA_URI_BASE;
	case TAG_BGSOUND:
		return SA_URI_BGSOUND;
	case TAG_META:
		return SA_URI_META;
	case TAG_BODY:
		return SA_URI_BODY;
	case TAG_TABLE:
		return SA_URI_TABLE;
	case TAG_TR:
		return SA_URI_TR;
	case TAG_TD:
		return SA_URI_TD;
	default:
		return SA_URI_OTHER;
	}
}

/* The entry of a URI, made when there is none; NULL: too many. */
static struct html_link_work *link_of(struct html_render *r, struct html_string uri)
{
	size_t *index = map_get(&r->by_uri, uri.s);
	struct html_link_work *l;

	if (index != NULL)
		return &r->links[*index];
	if (r->nlinks >= SA_HTML_URIS_MAX)
		return NULL;
	l = ARRAY_ADD(r->arena, r->links, r->nlinks, r->cap_links);
	l->link.uri = uri.s.p != NULL ? uri.s : SPAN_LIT("");
	l->wide = uri.wide;
	index = ARENA_NEW(r->arena, size_t);
	*index = r->nlinks - 1;
	map_put(&r->by_uri, l->link.uri, index);
	return l;
}

/* Bytes of the white space or no-break space at p. */
static size_t space_or_nbsp(const struct html_string *s, const char *p)
{
	if (span_end(s->s) - p >= 2 && memcmp(p, "\xc2\xa0", 2) == 0)
		return 2;
	return html_space(s, p);
}

/* Without white space at both ends, and not too long: canon_uri(). */
static struct html_string trim(struct html_render *r, struct html_string s)
{
	size_t n, at = 0;

	while (s.s.len != 0 && (n = space_or_nbsp(&s, s.s.p)) != 0)
		s.s = span_from(s.s, n);
	while (s.s.len != 0) {
		const char *p = span_end(s.s) - 1;

		while (p > s.s.p && ((uint8_t)*p & 0xc0) == 0x80)
			p--;
		if (space_or_nbsp(&s, p) != (size_t)(span_end(s.s) - p))
			break;
		s.s = span_range(s.s.p, p);
	}
	if (s.s.len <= SA_HTML_URI_MAX || html_count_chars(s.s) <= SA_HTML_URI_MAX)
		return s;
	html_set_flag(r, SA_HTML_URI_TRUNCATED);
	for (n = 0; at < s.s.len; at++) {
		n += ((uint8_t)s.s.p[at] & 0xc0) != 0x80;
		if (n > SA_HTML_URI_MAX)
			break;
	}
	s.s = span_sub(s.s, 0, at);
	return s;
}

static bool is_plain_scheme(struct span s)
{
	return span_case_starts(s, SPAN_LIT("data:")) || span_case_starts(s, SPAN_LIT("mailto:")) || span_case_starts(s, SPAN_LIT("file:")) || span_case_starts(s, SPAN_LIT("cid:")) ||
	       span_case_starts(s, SPAN_LIT("tel:"));
}

/* Without a base and without dots or schemes to supply, the target is the URI itself. */
static bool is_its_own_target(const struct html_render *r, struct span s)
{
	return r->base.s.len == 0 && (span_starts(s, SPAN_LIT("http://")) || span_starts(s, SPAN_LIT("https://"))) && !span_has(s, SPAN_LIT("/.")) && span_chr(s, '\n') == SPAN_NPOS;
}

static void push(struct html_render *r, enum tag tag, struct html_string uri)
{
	struct html_link_work *l;

	uri = trim(r, uri);
	if (uri.s.len == 0)
		return;
	if (!is_plain_scheme(uri.s) && !is_its_own_target(r, uri.s)) {
		if (r->link_bytes > SA_HTML_URI_BYTES)
			return;
		uri.s = html_target(r->arena, r->base.s, uri.s);
		uri.wide |= r->base.wide;
		r->link_bytes += uri.s.len;
		if (uri.s.len == 0)
			return;
	}
	l = link_of(r, uri);
	if (l != NULL)
		l->link.types |= type_bit(tag);
}

static void push_attr(struct html_render *r, enum tag tag, const char *name)
{
	const struct html_string *value = sa_html_attr_find(r, name);

	if (value != NULL)
		push(r, tag, *value);
}

/* A name like "style/href", which careless HTML makes, counts as href and outranks it. */
static void mend_attr(struct html_render *r, const char *name)
{
	struct html_value *target = NULL;
	struct html_string value = { .s = SPAN_NONE };
	bool found = false;

	for (size_t i = 0; i < r->nattrs; i++) {
		struct span n = r->attrs[i].name.s, suffix = span_of(name);
		size_t slash = span_chr(n, '/');

		if (span_case_eq(n, suffix) && target == NULL)
			target = &r->attrs[i];
		if (slash == SPAN_NPOS || slash == 0 || !span_case_starts(span_from(n, slash + 1), suffix) || !(ascii_isalnum(n.p[slash - 1]) || n.p[slash - 1] == '_'))
			continue;
		value = r->attrs[i].value;
		found = true;
		if (target == NULL)
			target = &r->attrs[i];
	}
	if (found) {
		target->name = (struct html_string){ .s = span_of(name) };
		target->value = value;
	}
}

/* U+FEFF away. */
static void strip_marks(struct html_render *r, struct html_string *s)
{
	struct buf b = BUF_INIT(r->arena);
	struct span mark = SPAN_LIT("\xef\xbb\xbf"), rest = s->s;

	if (!s->wide || !span_has(rest, mark))
		return;
	while (rest.len != 0) {
		size_t n = span_find(rest, mark);

		buf_add(&b, span_sub(rest, 0, n));
		rest = n == SPAN_NPOS ? SPAN_NONE : span_from(rest, n + mark.len);
	}
	s->s = buf_span(&b);
}

/* Behind "scheme:", slashes, a host and "/": the offset; 0 when the URI has no path. */
static size_t path_offset(struct span s)
{
	size_t i = 0, host;

	while (i < s.len && ascii_isalpha(s.p[i]))
		i++;
	if (i == 0 || i == s.len || s.p[i] != ':')
		return 0;
	for (i++, host = 0; host < 2 && i < s.len && s.p[i] == '/'; host++)
		i++;
	for (host = i; i < s.len && s.p[i] != '/';)
		i++;
	return i > host && i < s.len ? i + 1 : 0;
}

/* Without the file name at its end, if there is one with an extension of 2 to 4 characters. */
static struct span without_file(struct span s)
{
	size_t path = path_offset(s), dot = s.len, name;

	while (dot > 0 && s.p[dot - 1] != '.' && s.p[dot - 1] != '/')
		dot--;
	if (path == 0 || dot == 0 || s.p[dot - 1] != '.' || s.len - dot < 2 || s.len - dot > 4)
		return s;
	for (name = --dot; name > path && s.p[name - 1] != '.' && s.p[name - 1] != '/';)
		name--;
	return name < dot && name >= path ? span_sub(s, 0, name) : s;
}

static void set_base(struct html_render *r)
{
	const struct html_string *href = sa_html_attr_find(r, "href");
	struct html_string uri;
	struct buf b = BUF_INIT(r->arena);
	struct span s;

	if (href == NULL || href->s.len == 0 || span_eq(href->s, SPAN_LIT("0")))
		return;
	uri = trim(r, *href);
	push(r, TAG_BASE, uri);
	s = uri.s;
	if (!span_case_starts(s, SPAN_LIT("http:")) && !span_case_starts(s, SPAN_LIT("https:")) && !span_case_starts(s, SPAN_LIT("ftp:")))
		return;
	buf_add(&b, without_file(s));
	if (b.len != 0 && b.p[b.len - 1] != '/')
		buf_char(&b, '/');
	r->base = (struct html_string){ .s = buf_span(&b), .wide = uri.wide };
}

/* Behind the last "url" and "=" of the first line where they stand. */
static bool refresh_target(struct span s, struct span *uri_r)
{
	bool found = false;
	size_t from = 0, stop = s.len;

	while (from < stop) {
		size_t at = span_case_find(span_sub(s, from, stop - from), SPAN_LIT("url")), i;

		if (at == SPAN_NPOS)
			break;
		at += from;
		from = at + 1;
		for (i = at + 3; i < s.len && ascii_isspace(s.p[i]);)
			i++;
		if (i >= s.len || s.p[i] != '=' || (at > 0 && (ascii_isalnum(s.p[at - 1]) || s.p[at - 1] == '_')))
			continue;
		for (i++; i < s.len && ascii_isspace(s.p[i]);)
			i++;
		*uri_r = span_from(s, i);
		found = true;
	}
	return found;
}

static void push_refresh(struct html_render *r)
{
	const struct html_string *equiv = sa_html_attr_find(r, "http-equiv"), *content = sa_html_attr_find(r, "content");
	struct html_string uri;
	size_t end;

	if (equiv == NULL || content == NULL || !span_case_has(equiv->s, SPAN_LIT("refresh")))
		return;
	uri = *content;
	if (!refresh_target(content->s, &uri.s))
		return;
	end = span_chr(uri.s, ';');
	uri.s = span_sub(uri.s, 0, end);
	push(r, TAG_META, uri);
}

void sa_html_link_tag(struct html_render *r, enum tag tag)
{
	switch (tag) {
	case TAG_BODY:
	case TAG_TABLE:
	case TAG_TR:
	case TAG_TD:
		push_attr(r, tag, "background");
		break;
	case TAG_A:
	case TAG_AREA:
	case TAG_LINK:
		mend_attr(r, "href");
		for (size_t i = 0; i < r->nattrs; i++) {
			if (span_case_eq(r->attrs[i].name.s, SPAN_LIT("href")))
				strip_marks(r, &r->attrs[i].value);
		}
		push_attr(r, tag, "href");
		push_attr(r, tag, "data-saferedirecturl");
		break;
	case TAG_FORM:
		push_attr(r, tag, "action");
		break;
	case TAG_BASE:
		set_base(r);
		break;
	case TAG_META:
		push_refresh(r);
		break;
	default:
		mend_attr(r, "src");
		push_attr(r, tag, "src");
		break;
	}
}

void html_link_anchor(struct html_render *r)
{
	const struct html_string *href = sa_html_attr_find(r, "href");
	struct html_string uri = href != NULL ? trim(r, *href) : (struct html_string){ .s = SPAN_LIT("") };
	struct html_link_work *l = link_of(r, uri);
	struct html_anchor *a;

	html_list_start(r, &r->anchor);
	if (l == NULL)
		return;
	a = ARRAY_ADD(r->arena, r->anchors, r->nanchors, r->cap_anchors);
	*a = (struct html_anchor){ .link = (size_t)(l - r->links), .index = r->anchor.n - 1 };
	l->link.ntexts++;
}

void html_link_text(struct html_render *r, struct html_string text)
{
	html_list_add(r, &r->anchor, text);
}

/* Gives each link its texts and everything the bytes that Perl has. html->anchor is complete. */
void html_link_end(struct html_render *r)
{
	struct sa_html_link *links = ARENA_ARRAY(r->arena, r->nlinks, struct sa_html_link);
	struct span *texts = ARENA_ARRAY(r->arena, r->nanchors, struct span);
	size_t n = 0;

	for (size_t i = 0; i < r->nlinks; i++) {
		links[i] = r->links[i].link;
		links[i].uri = html_bytes(r->arena, links[i].uri, r->links[i].wide);
		links[i].texts = texts + n;
		n += links[i].ntexts;
		links[i].ntexts = 0;
	}
	for (size_t i = 0; i < r->nanchors; i++) {
		struct sa_html_link *l = &links[r->anchors[i].link];

		texts[l->texts - texts + (ptrdiff_t)l->ntexts++] = r->html->anchor.v[r->anchors[i].index];
	}
	r->html->links = links;
	r->html->nlinks = r->nlinks;
}
