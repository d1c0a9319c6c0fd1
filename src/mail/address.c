/*
 * Two steps, both linear: the field is cut into elements at top-level commas, semicolons and group colons; then each element is read alone.
 * Quoted strings, comments and domain literals are skipped as units. When one is not closed, its opening byte counts as an ordinary byte
 * and the search for that closing byte is not repeated, so that no input is scanned more than a fixed number of times.
 */
#include "mail/address.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/header.h"

/* What ends a plain run when elements are cut. */
static const bool cuts[256] = {
	['"'] = true, ['('] = true, ['<'] = true, ['>'] = true, [','] = true, [';'] = true, [':'] = true, ['@'] = true,
};

struct scan {
	struct span s;
	bool no_quote, no_comment, no_literal; /* no closing byte stands ahead */
};

struct reader {
	struct arena *arena;
	struct scan scan;
	size_t at;
	struct address *v;
	size_t n, cap;
	bool malformed, cut;
};

/* ---- units ---- */

static bool is_8bit(char c)
{
	return (uint8_t)c >= 0x80;
}

static size_t skip_space(struct span s, size_t i)
{
	while (i < s.len && ascii_isspace(s.p[i]))
		i++;
	return i;
}

/* The end of the quoted string at i, or i when it is never closed. */
static size_t quoted_end(struct scan *sc, size_t i)
{
	for (size_t j = i + 1; j < sc->s.len; j++) {
		if (sc->s.p[j] == '"')
			return j + 1;
		if (sc->s.p[j] == '\\')
			j++;
	}
	sc->no_quote = true;
	return i;
}

static size_t comment_end(struct scan *sc, size_t i)
{
	size_t depth = 0;

	for (size_t j = i; j < sc->s.len; j++) {
		char c = sc->s.p[j];

		if (c == '\\')
			j++;
		else if (c == '(')
			depth++;
		else if (c == ')' && --depth == 0)
			return j + 1;
	}
	sc->no_comment = true;
	return i;
}

static size_t literal_end(struct scan *sc, size_t i)
{
	size_t n = span_chr(span_from(sc->s, i), ']');

	if (n != SPAN_NPOS)
		return i + n + 1;
	sc->no_literal = true;
	return i;
}

/* The end of the quoted string or comment that begins at i; i when none does. */
static size_t unit_end(struct scan *sc, size_t i)
{
	char c = sc->s.p[i];

	if (c == '"' && !sc->no_quote)
		return quoted_end(sc, i);
	if (c == '(' && !sc->no_comment)
		return comment_end(sc, i);
	return i;
}

/* ---- display names ---- */

/* White space runs to one blank, none at the ends; s itself when it is so already. */
static struct span fold_space(struct arena *arena, struct span s)
{
	bool blank = false;
	size_t i, n = 0;
	char *p;

	s = span_trim(s);
	for (i = 0; i < s.len; i++) {
		bool space = ascii_isspace(s.p[i]);

		if (space && (blank || s.p[i] != ' '))
			break;
		blank = space;
	}
	if (i == s.len)
		return s;
	p = arena_bytes(arena, s.len);
	blank = false;
	for (i = 0; i < s.len; i++) {
		bool space = ascii_isspace(s.p[i]);

		if (!space)
			p[n++] = s.p[i];
		else if (!blank)
			p[n++] = ' ';
		blank = space;
	}
	return span_make(p, n);
}

static struct span decode_name(struct arena *arena, struct span s)
{
	if (span_has(s, SPAN_LIT("=?")) || utf8_ascii_len(s) != s.len) {
		struct facts ignored = { { 0 } };
		bool encoded;

		s = header_decode(arena, s, &ignored, &encoded);
	}
	return fold_space(arena, s);
}

/* Copies the inside of a quoted string or comment to out without the backslashes of quoted pairs. */
static size_t copy_unescaped(char *out, struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\\' && i + 1 < s.len)
			i++;
		out[n++] = s.p[i];
	}
	return n;
}

static struct span unescape(struct arena *arena, struct span s)
{
	char *p;

	if (span_chr(s, '\\') == SPAN_NPOS)
		return s;
	p = arena_bytes(arena, s.len);
	return span_make(p, copy_unescaped(p, s));
}

/* Quoted strings without their quotes; comments removed when drop_comments is set. */
static struct span unquote(struct arena *arena, struct span s, bool drop_comments)
{
	struct scan sc = { .s = s };
	char *p;
	size_t n = 0;

	if (span_chr(s, '"') == SPAN_NPOS && span_chr(s, '(') == SPAN_NPOS)
		return s;
	if (s.p[0] == '"' && quoted_end(&sc, 0) == s.len)
		return unescape(arena, span_sub(s, 1, s.len - 2));
	p = arena_bytes(arena, s.len);
	for (size_t i = 0, end; i < s.len; i = end) {
		end = unit_end(&sc, i);
		if (end == i)
			p[n++] = s.p[end++];
		else if (s.p[i] == '"')
			n += copy_unescaped(p + n, span_sub(s, i + 1, end - i - 2));
		else if (drop_comments)
			p[n++] = ' ';
		else
			n += copy_unescaped(p + n, span_sub(s, i, end - i));
	}
	return span_make(p, n);
}

/* Whether RFC 5322 allows the phrase, obsolete forms included. */
static bool phrase_ok(struct span s)
{
	struct scan sc = { .s = s };

	for (size_t i = 0, end; i < s.len; i = end) {
		end = unit_end(&sc, i);
		if (end != i)
			continue;
		if (!ascii_is(s.p[i], ASCII_ATEXT | ASCII_SPACE) && s.p[i] != '.' && !is_8bit(s.p[i]))
			return false;
		end++;
	}
	return true;
}

static struct span phrase_text(struct reader *r, struct span phrase)
{
	phrase = span_trim(phrase);
	if (phrase.len == 0)
		return SPAN_NONE;
	if (!phrase_ok(phrase))
		r->malformed = true;
	return decode_name(r->arena, unquote(r->arena, phrase, true));
}

/* comment: with its parentheses. */
static struct span comment_text(struct reader *r, struct span comment)
{
	if (comment.len < 2)
		return SPAN_NONE;
	return decode_name(r->arena, unescape(r->arena, span_sub(comment, 1, comment.len - 2)));
}

/* ---- addr-spec ---- */

static void split_spec(struct arena *arena, struct span text, size_t at, struct address *a)
{
	a->spec = text;
	a->local = at == SPAN_NPOS ? text : span_sub(text, 0, at);
	a->domain = at == SPAN_NPOS ? SPAN_NONE : span_from(text, at + 1);
	if (a->local.len != 0 && span_chr(a->local, '"') != SPAN_NPOS)
		a->local = unquote(arena, a->local, false);
}

/* Dot-atoms around one "@", as nearly all are: no copy. False: spec_slow must read it. */
static bool spec_fast(struct span s, struct address *a)
{
	size_t at = SPAN_NPOS;
	bool word = false, high = false;

	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (ascii_is(c, ASCII_ATEXT) || is_8bit(c)) {
			word = true;
			high |= is_8bit(c);
			continue;
		}
		if (!word || (c != '.' && (c != '@' || at != SPAN_NPOS)))
			return false;
		word = false;
		if (c == '@')
			at = i;
	}
	if (!word || at == SPAN_NPOS || (high && !utf8_valid(s)))
		return false;
	split_spec(NULL, s, at, a);
	return true;
}

enum spec_state { SPEC_START, SPEC_WORD, SPEC_DOT, SPEC_AT };

struct spec {
	struct scan sc;
	char *out;
	size_t n, at;
	unsigned nat;
	enum spec_state state;
	bool gap, bad;
};

static void spec_put(struct spec *sp, size_t from, size_t to)
{
	memcpy(sp->out + sp->n, sp->sc.s.p + from, to - from);
	sp->n += to - from;
}

/* A word of the local part or domain: bytes [from, to). Two words side by side are an error; what they were is kept. */
static void spec_word(struct spec *sp, size_t from, size_t to)
{
	if (sp->state == SPEC_WORD) {
		sp->bad = true;
		if (sp->gap)
			sp->out[sp->n++] = ' ';
	}
	spec_put(sp, from, to);
	sp->state = SPEC_WORD;
}

static size_t spec_plain(struct spec *sp, size_t i)
{
	struct span s = sp->sc.s;
	size_t end = i;

	while (end < s.len && (ascii_is(s.p[end], ASCII_ATEXT) || is_8bit(s.p[end])))
		end++;
	if (end == i) { /* a special or a control where none may be */
		sp->bad = true;
		end++;
	}
	spec_word(sp, i, end);
	return end;
}

/* Reads one token at i and returns its end. */
static size_t spec_token(struct spec *sp, size_t i)
{
	char c = sp->sc.s.p[i];
	size_t end = unit_end(&sp->sc, i);

	if (end != i) {
		if (c == '(') {
			sp->gap = true;
			return end;
		}
		sp->bad |= sp->nat != 0;
		spec_word(sp, i, end);
	} else if (c == '[' && sp->state == SPEC_AT && !sp->sc.no_literal && (end = literal_end(&sp->sc, i)) != i) {
		spec_word(sp, i, end);
	} else if (c == '.' || c == '@') {
		sp->bad |= sp->state != SPEC_WORD;
		if (c == '@') {
			sp->at = sp->n;
			sp->nat++;
		}
		sp->state = c == '@' ? SPEC_AT : SPEC_DOT;
		spec_put(sp, i, end = i + 1);
	} else {
		end = spec_plain(sp, i);
	}
	sp->gap = false;
	return end;
}

/* Everything else: quoted local parts, comments, white space, domain literals, and what is wrong. */
static void spec_slow(struct reader *r, struct span s, struct address *a)
{
	struct spec sp = { .sc.s = s, .at = SPAN_NPOS };
	size_t i = 0;

	/* A gap puts at most one byte where it took at least one. */
	sp.out = arena_bytes(r->arena, s.len);
	while (i < s.len) {
		if (ascii_isspace(s.p[i])) {
			sp.gap = true;
			i++;
		} else {
			i = spec_token(&sp, i);
		}
	}
	if (sp.bad || sp.nat != 1 || sp.state != SPEC_WORD || !utf8_valid(s))
		r->malformed = true;
	split_spec(r->arena, span_make(sp.out, sp.n), sp.at, a);
}

/* Without "@a,@b:" in front (RFC 5322, 4.4) and without "mailto:", which people paste. */
static struct span strip_route(struct span s, bool *malformed_r)
{
	size_t colon;

	s = span_trim(s);
	if (s.len != 0 && s.p[0] == '@' && (colon = span_chr(s, ':')) != SPAN_NPOS)
		return span_trim(span_from(s, colon + 1));
	if (span_case_starts(s, SPAN_LIT("mailto:"))) {
		*malformed_r = true;
		return span_from(s, 7);
	}
	return s;
}

static void spec_read(struct reader *r, struct span s, struct address *a)
{
	s = strip_route(s, &r->malformed);
	if (s.len == 0)
		r->malformed = true;
	else if (!spec_fast(s, a))
		spec_slow(r, s, a);
}

/* ---- elements ---- */

/* A new entry, or NULL when the list is full. */
static struct address *reader_add(struct reader *r)
{
	if (r->n == ADDRESS_LIMIT) {
		r->cut = true;
		return NULL;
	}
	return ARRAY_ADD(r->arena, r->v, r->n, r->cap);
}

/* phrase may be empty; then the comment, if any, is the display name. */
static void emit(struct reader *r, struct span phrase, struct span comment, struct span spec)
{
	struct address *a = reader_add(r);

	if (a == NULL)
		return;
	a->name = phrase_text(r, phrase);
	if (a->name.len == 0)
		a->name = comment_text(r, comment);
	spec_read(r, spec, a);
}

struct bare {
	struct scan sc;
	size_t phrase_end; /* words before the current run */
	size_t begin, end; /* the current run: an addr-spec or a word; empty when begin == end */
	bool at, glue, gap;
	bool emitted;
	struct span comment;
};

static void bare_run_done(struct reader *r, struct bare *b)
{
	struct span phrase = b->emitted ? SPAN_NONE : span_sub(b->sc.s, 0, b->phrase_end);

	if (b->at) {
		if (b->emitted || phrase.len != 0)
			r->malformed = true;
		emit(r, phrase, b->comment, span_sub(b->sc.s, b->begin, b->end - b->begin));
		b->emitted = true;
		b->comment = SPAN_NONE;
	}
	b->phrase_end = b->end;
	b->at = b->glue = false;
}

/* Takes bytes [i, end) into the current run or begins a new one. */
static void bare_take(struct reader *r, struct bare *b, size_t i, size_t end)
{
	char c = b->sc.s.p[i];
	bool joint = c == '.' || c == '@';

	if (b->begin != b->end && b->gap && !b->glue && !joint) {
		bare_run_done(r, b);
		b->begin = i;
	} else if (b->begin == b->end) {
		b->begin = i;
	}
	b->at |= c == '@';
	b->glue = joint;
	b->gap = false;
	b->end = end;
}

/* No "@" anywhere: a lone word is a local part without domain, several are a name without address. */
static void bare_without_at(struct reader *r, const struct bare *b)
{
	r->malformed = true;
	if (b->phrase_end == 0)
		emit(r, SPAN_NONE, b->comment, span_sub(b->sc.s, b->begin, b->end - b->begin));
	else
		emit(r, b->sc.s, SPAN_NONE, SPAN_NONE);
}

/* An element without angle brackets: addr-spec, or words and addr-specs side by side. */
static void bare_read(struct reader *r, struct span s)
{
	struct bare b = { .sc.s = s };

	for (size_t i = 0, end; i < s.len && !r->cut; i = end) {
		end = unit_end(&b.sc, i);
		if (end != i && s.p[i] == '(') {
			b.comment = span_sub(s, i, end - i);
			b.gap = true;
			continue;
		}
		if (end == i && s.p[i] == '[' && b.end == i && b.glue && !b.sc.no_literal)
			end = literal_end(&b.sc, i);
		if (end == i)
			end++;
		if (ascii_isspace(s.p[i]) || s.p[i] == '>') {
			r->malformed |= s.p[i] == '>';
			b.gap = true;
		} else {
			bare_take(r, &b, i, end);
		}
	}
	if (b.begin == b.end || s.p[0] == '@') /* comments only; a route outside of angle brackets */
		r->malformed = true;
	if (b.begin == b.end)
		return;
	if (b.at)
		bare_run_done(r, &b);
	else if (!b.emitted)
		bare_without_at(r, &b);
	else
		r->malformed = true;
}

/* What stands from i to the next top-level "<" or ">", or to the end. Comments on the way are reported. */
static size_t angle_find(struct scan *sc, size_t i, struct span *comment_r)
{
	size_t end;

	for (; i < sc->s.len; i = end) {
		if (sc->s.p[i] == '<' || sc->s.p[i] == '>')
			return i;
		end = unit_end(sc, i);
		if (end == i)
			end++;
		else if (sc->s.p[i] == '(')
			*comment_r = span_sub(sc->s, i, end - i);
	}
	return i;
}

/* Text behind an angle bracket: none is allowed. It is the name when there is no other. */
static struct span trailing_phrase(struct reader *r, struct span phrase, struct span rest, bool comment)
{
	rest = span_trim(rest);
	if (rest.len == 0 || (comment && rest.p[0] == '(' && span_ends(rest, SPAN_LIT(")"))))
		return phrase;
	r->malformed = true;
	return span_trim(phrase).len != 0 ? phrase : rest;
}

/* An element with "<" at lt. More than one angle-addr is an error, but all that hold an "@" are returned. */
static void angle_read(struct reader *r, struct span s, size_t lt)
{
	struct scan sc = { .s = s };
	size_t begin = 0;

	while (lt < s.len && !r->cut) {
		struct span none = SPAN_NONE, comment = SPAN_NONE, phrase = span_sub(s, begin, lt - begin), spec;
		size_t gt = angle_find(&sc, lt + 1, &none), next;

		if (gt < s.len && s.p[gt] == '<') { /* "a < b <c@d>" */
			r->malformed = true;
			lt = gt;
			continue;
		}
		r->malformed |= gt >= s.len;
		spec = span_sub(s, lt + 1, gt - lt - 1);
		next = angle_find(&sc, gt + 1, &comment);
		while (next < s.len && s.p[next] == '>') {
			r->malformed = true;
			next = angle_find(&sc, next + 1, &comment);
		}
		r->malformed |= next < s.len;
		lt = next;
		if (next < s.len && span_chr(spec, '@') == SPAN_NPOS)
			continue; /* "John <Jack> <j@example.org>": part of the name */
		if (next >= s.len)
			phrase = trailing_phrase(r, phrase, span_from(s, gt + 1), comment.len != 0);
		emit(r, phrase, comment, spec);
		begin = gt + 1;
	}
}

static void element_read(struct reader *r, struct span s)
{
	struct span comment = SPAN_NONE;
	struct scan sc;
	size_t i;

	s = span_trim(s);
	if (s.len == 0 || r->cut)
		return;
	if (spec_fast(s, &(struct address){ .name = SPAN_NONE })) {
		emit(r, SPAN_NONE, SPAN_NONE, s);
		return;
	}
	sc = (struct scan){ .s = s };
	for (i = angle_find(&sc, 0, &comment); i < s.len && s.p[i] != '<'; i = angle_find(&sc, i + 1, &comment))
		;
	if (i < s.len)
		angle_read(r, s, i);
	else
		bare_read(r, s);
}

/* ---- the list ---- */

/* What element_next has seen of an element. */
struct element {
	struct span text;
	char end; /* the delimiter; NUL at the end of the field */
	bool at;  /* an "@" outside of quotes and angle brackets */
	bool angle, route;
};

static bool element_ends(struct element *e, char c)
{
	switch (c) {
	case '<':
		e->angle = true;
		break;
	case '>':
		e->angle = e->route = false;
		break;
	case '@':
		e->at |= !e->angle;
		break;
	case ',':
	case ';':
		return !e->route;
	case ':':
		if (!e->angle && !e->route)
			return true;
		e->route = false;
		break;
	default:
		break;
	}
	return false;
}

/* Cuts the next element off; the reader stands behind its delimiter then. */
static struct element element_next(struct reader *r)
{
	struct span s = r->scan.s;
	size_t begin = r->at, i = skip_space(s, begin), end;
	struct element e = { .route = i < s.len && s.p[i] == '@' };

	for (; i < s.len; i = end) {
		if (!cuts[(uint8_t)s.p[i]]) {
			end = i + 1;
			continue;
		}
		end = unit_end(&r->scan, i);
		if (end != i)
			continue;
		end++;
		if (element_ends(&e, s.p[i])) {
			e.end = s.p[i];
			break;
		}
		if (s.p[i] == '<' && !e.route) {
			end = skip_space(s, end);
			e.route = end < s.len && s.p[end] == '@';
		}
	}
	e.text = span_sub(s, begin, i - begin);
	r->at = i < s.len ? i + 1 : s.len;
	return e;
}

/* A colon outside of angle brackets: what stood before names a group, unless it is an address itself. */
static void group_begin(struct reader *r, const struct element *e, bool in_group)
{
	if (in_group || span_trim(e->text).len == 0 || !phrase_ok(e->text))
		r->malformed = true;
	if (e->at)
		element_read(r, e->text);
}

void address_list_parse(struct arena *arena, struct span value, struct address_list *list_r)
{
	struct reader r = { .arena = arena, .scan.s = value };
	bool in_group = false, closed = false, group = false;
	struct element e;

	do {
		e = element_next(&r);
		if (closed && span_trim(e.text).len != 0)
			r.malformed = true; /* no comma behind a group */
		closed = false;
		if (e.end == ':') {
			group_begin(&r, &e, in_group);
			in_group = group = true;
			continue;
		}
		element_read(&r, e.text);
		if (e.end == ';') {
			r.malformed |= !in_group;
			closed = in_group;
			in_group = false;
		}
	} while (e.end != '\0' && !r.cut);
	if (in_group && !r.cut)
		r.malformed = true;
	if (r.n == 0 && !group)
		r.malformed = true;
	*list_r = (struct address_list){ .v = r.v, .n = r.n, .malformed = r.malformed, .cut = r.cut, .group = group };
}

/* ---- envelope ---- */

/* The end of the local part of a path (offset of "@" or s.len), SPAN_NPOS when it is not allowed. */
static size_t path_local(struct span s)
{
	struct scan sc = { .s = s };
	size_t i = 0;

	if (s.p[0] == '"') {
		i = quoted_end(&sc, 0);
		return i != 0 && (i == s.len || s.p[i] == '@') ? i : SPAN_NPOS;
	}
	while (i < s.len && (ascii_is(s.p[i], ASCII_ATEXT) || s.p[i] == '.' || is_8bit(s.p[i])))
		i++;
	return i != 0 && (i == s.len || s.p[i] == '@') ? i : SPAN_NPOS;
}

static bool path_domain_ok(struct span s)
{
	if (s.len == 0)
		return false;
	if (s.p[0] == '[')
		return span_chr(s, ']') == s.len - 1;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isalnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '_' && s.p[i] != '.' && !is_8bit(s.p[i]))
			return false;
	}
	return s.p[0] != '.';
}

bool address_parse_path(struct span path, struct address *address_r)
{
	bool ignored = false;
	size_t at;

	*address_r = (struct address){ .name = SPAN_NONE };
	path = span_trim(path);
	if (path.len >= 2 && path.p[0] == '<' && path.p[path.len - 1] == '>')
		path = span_sub(path, 1, path.len - 2);
	if (path.len != 0 && path.p[0] == '@')
		path = strip_route(path, &ignored);
	if (path.len == 0 || (at = path_local(path)) == SPAN_NPOS)
		return false;
	if (at != path.len && !path_domain_ok(span_from(path, at + 1)))
		return false;
	address_r->spec = path;
	address_r->local = path.p[0] == '"' ? span_sub(path, 1, at - 2) : span_sub(path, 0, at);
	address_r->domain = at == path.len ? SPAN_NONE : span_from(path, at + 1);
	return true;
}
