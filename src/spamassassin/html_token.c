#include "spamassassin/html_token.h"

#include "base/ascii.h"

#define WASTE_MAX (1u << 22)

enum literal { LITERAL_NONE, LITERAL_SCRIPT, LITERAL_STYLE, LITERAL_XMP, LITERAL_IFRAME, LITERAL_PLAINTEXT, LITERAL_TITLE, LITERAL_TEXTAREA, LITERAL_N };

static const char *const literal_names[] = { "", "script", "style", "xmp", "iframe", "plaintext", "title", "textarea" };

enum section { SECTION_NONE, SECTION_INCLUDE, SECTION_RCDATA, SECTION_CDATA, SECTION_IGNORE };

struct tokenizer {
	const struct html_events *ev;
	const char *end;              /* *end is NUL */
	enum literal literal;
	bool cdata;
	bool loose_comments;          /* at the end of the document: a ">" ends a comment */
	bool unclosed[LITERAL_N];     /* no end tag of that element is left */
	size_t wasted;                /* bytes of comments in marked sections that were none */
	const char *pending_end;      /* an element that was left open and ends before the next tag */
	enum section sections[HTML_SECTIONS_MAX];
	size_t nsections;
	enum section section;         /* the strongest of them */
	struct html_attr attrs[HTML_ATTRS_MAX];
};

static bool is_name_first(char c)
{
	return ascii_isalpha(c) || c == '_' || c == ':';
}

static bool is_name_char(char c)
{
	return ascii_isalnum(c) || c == '_' || c == ':' || c == '.' || c == '-';
}

static bool is_space(char c)
{
	return ascii_isspace(c);
}

static bool is_word(char c)
{
	return c != '>' && !ascii_isspace(c);
}

static const char *skip_space(const char *s)
{
	while (is_space(*s))
		s++;
	return s;
}

static const char *find(const char *s, const char *end, char c)
{
	const char *p = s < end ? memchr(s, c, (size_t)(end - s)) : NULL;

	return p != NULL ? p : end;
}

/* ---- events ---- */

static bool ignored(const struct tokenizer *t)
{
	return t->section == SECTION_IGNORE;
}

static void flush_pending_end(struct tokenizer *t)
{
	const char *name = t->pending_end;

	t->pending_end = NULL;
	if (name != NULL && !ignored(t))
		t->ev->end(t->ev->ctx, span_of(name));
}

static void emit_text(struct tokenizer *t, const char *from, const char *to)
{
	if (!ignored(t))
		t->ev->text(t->ev->ctx, span_range(from, to), t->cdata);
}

static void emit_comment(struct tokenizer *t, const char *from, const char *to)
{
	if (!ignored(t))
		t->ev->comment(t->ev->ctx, span_range(from, to));
}

static void emit_declaration(struct tokenizer *t, const char *from, const char *to)
{
	flush_pending_end(t);
	if (!ignored(t))
		t->ev->declaration(t->ev->ctx, span_range(from, to));
}

static void emit_end(struct tokenizer *t, struct span name)
{
	flush_pending_end(t);
	if (!ignored(t))
		t->ev->end(t->ev->ctx, name);
}

static void emit_start(struct tokenizer *t, struct span name, size_t nattrs)
{
	flush_pending_end(t);
	if (!ignored(t))
		t->ev->start(t->ev->ctx, name, t->attrs, nattrs);
}

/* ---- marked sections ---- */

static void update_section(struct tokenizer *t)
{
	t->section = SECTION_NONE;
	for (size_t i = 0; i < t->nsections; i++) {
		if (t->sections[i] > t->section)
			t->section = t->sections[i];
	}
	t->cdata = t->section == SECTION_CDATA;
}

static void close_section(struct tokenizer *t)
{
	flush_pending_end(t);
	if (t->nsections > 0)
		t->nsections--;
	update_section(t);
}

static enum section section_named(struct span name)
{
	static const char *const names[] = { "", "include", "rcdata", "cdata", "ignore" };

	for (size_t i = 1; i < sizeof(names) / sizeof(*names); i++) {
		if (span_case_eq(name, span_of(names[i])))
			return (enum section)i;
	}
	return SECTION_NONE;
}

/*
 * What the readers below return: behind the markup; the place where it begins when the document ends inside of it; or NULL when it is no
 * markup and so text.
 */

/* "<![": names, then "[". */
static const char *read_section(struct tokenizer *t, const char *beg)
{
	const char *s = beg + 3;
	enum section strongest = SECTION_NONE;
	bool named = false;

	for (;;) {
		s = skip_space(s);
		while (is_name_first(*s)) {
			const char *name = s;
			enum section which;

			while (is_name_char(*s))
				s++;
			which = section_named(span_range(name, s));
			strongest = which > strongest ? which : strongest;
			named = true;
			s = skip_space(s);
			if (s == t->end)
				return beg;
		}
		if (s[0] != '-')
			break;
		if (s[1] != '-' || t->wasted > WASTE_MAX) /* they are read again: a document made of them must not cost its square */
			return NULL;
		for (s += 2;; s++) {
			s = find(s, t->end, '-');
			if (s == t->end)
				return beg;
			if (s[1] == '-')
				break;
		}
		s += 2;
		t->wasted += (size_t)(s - beg);
	}
	if (*s != '[' || t->nsections == HTML_SECTIONS_MAX)
		return NULL;
	t->sections[t->nsections++] = named ? strongest : SECTION_INCLUDE;
	update_section(t);
	flush_pending_end(t);
	return s + 1;
}

/* ---- declarations and comments ---- */

/* beg: "<!--". */
static const char *read_comment(struct tokenizer *t, const char *beg)
{
	const char *s = beg + 4;

	if (t->loose_comments) {
		s = find(s, t->end, '>');
		if (s == t->end)
			return beg;
		emit_comment(t, beg, s + 1);
		return s + 1;
	}
	for (; (s = find(s, t->end, '-')) < t->end; s++) {
		const char *close;

		if (s[1] != '-')
			continue;
		close = skip_space(s + 2);
		if (*close == '>') {
			emit_comment(t, beg, close + 1);
			return close + 1;
		}
	}
	return beg;
}

/* Behind the name of a declaration: words, strings, comments up to ">". NULL: it is none after all; *at is where that showed. */
static const char *read_declaration_rest(struct tokenizer *t, const char **at, const char *beg)
{
	const char *s = *at;

	for (;;) {
		s = skip_space(s);
		if (s == t->end)
			return beg;
		if (*s == '>')
			return s + 1;
		if (*s == '"' || *s == '\'') {
			s = find(s + 1, t->end, *s);
		} else if (*s == '-') {
			*at = ++s;
			if (s == t->end)
				return beg;
			if (*s != '-')
				return NULL;
			for (s++; (s = find(s, t->end, '-')) < t->end && s[1] != '-';)
				s++;
			s = s < t->end ? s + 1 : s;
		} else {
			while (s < t->end && is_word(*s))
				s++;
			if (s == t->end)
				return beg;
			continue;
		}
		if (s == t->end)
			return beg;
		s++;
	}
}

/* "<!" and a letter. NULL: no declaration that we know; *s: from where its end is to be looked for. */
static const char *read_declaration(struct tokenizer *t, const char *beg, const char **s)
{
	struct span name;
	const char *next;

	while (*s < t->end && is_name_char(**s))
		++*s;
	if (*s == t->end)
		return beg;
	name = span_range(beg + 2, *s);
	if (!span_case_eq(name, SPAN_LIT("doctype")) && !span_case_eq(name, SPAN_LIT("entity")))
		return NULL;
	next = read_declaration_rest(t, s, beg);
	if (next != NULL && next != beg)
		emit_declaration(t, beg, next);
	return next;
}

/* "<!". */
static const char *read_markup_declaration(struct tokenizer *t, const char *beg)
{
	const char *s = beg + 2, *next = NULL;

	if (*s == '-') {
		if (s + 1 == t->end)
			return beg;
		if (s[1] == '-')
			return read_comment(t, beg);
		s++;
	} else if (*s == '[') {
		next = read_section(t, beg);
	} else if (ascii_isalpha(*s)) {
		next = read_declaration(t, beg, &s);
	}
	if (next != NULL)
		return next;
	/* Whatever it is, it ends at the first ">". */
	s = find(s, t->end, '>');
	if (s == t->end)
		return beg;
	emit_comment(t, beg, s + 1);
	return s + 1;
}

/* ---- tags ---- */

/* One attribute; NULL: the document ends inside. stop_r: "=" was followed by ">". */
static const char *read_attribute(struct tokenizer *t, const char *s, struct html_attr *a_r, bool *stop_r)
{
	const char *name = s, *value;

	for (s++; s < t->end && is_word(*s) && *s != '=';)
		s++;
	a_r->name = a_r->value = span_range(name, s);
	a_r->boolean = true;
	s = skip_space(s);
	if (s == t->end)
		return NULL;
	if (*s != '=')
		return s;
	s = skip_space(s + 1);
	if (s == t->end)
		return NULL;
	a_r->boolean = false;
	a_r->value = span_make(s, 0);
	if (*s == '>') {
		*stop_r = true;
		return s;
	}
	value = s;
	if (*s == '"' || *s == '\'') {
		s = find(s + 1, t->end, *s);
		if (s == t->end)
			return NULL;
		a_r->value = span_range(value + 1, s);
		s++;
	} else {
		while (s < t->end && is_word(*s))
			s++;
		a_r->value = span_range(value, s);
	}
	s = skip_space(s);
	return s == t->end ? NULL : s;
}

static void enter_literal(struct tokenizer *t, struct span name)
{
	for (unsigned i = LITERAL_SCRIPT; i <= LITERAL_TEXTAREA; i++) {
		if (span_case_eq(name, span_of(literal_names[i]))) {
			t->literal = (enum literal)i;
			t->cdata = i < LITERAL_TITLE;
			return;
		}
	}
}

static const char *read_start(struct tokenizer *t, const char *beg)
{
	const char *s = beg + 2;
	struct html_attr beyond;
	struct span name;
	size_t n = 0;
	bool stop = false;

	while (s < t->end && is_word(*s))
		s++;
	name = span_range(beg + 1, s);
	s = skip_space(s);
	if (s == t->end)
		return beg;
	while (!stop && is_word(*s)) {
		s = read_attribute(t, s, n < HTML_ATTRS_MAX ? &t->attrs[n] : &beyond, &stop);
		if (s == NULL)
			return beg;
		n += n < HTML_ATTRS_MAX;
	}
	if (*s != '>')
		return NULL;
	emit_start(t, name, n);
	enter_literal(t, name);
	return s + 1;
}

/* The ">" that ends an end tag; quoted ones are passed over where an attribute may begin. */
static const char *find_tag_end(const char *s, const char *end)
{
	char quote = '\0', previous = ' ';

	for (; s < end; previous = *s++) {
		if (quote == '\0' && *s == '>')
			return s;
		if (*s != '"' && *s != '\'')
			continue;
		if (*s == quote)
			quote = '\0';
		else if (quote == '\0' && (previous == ' ' || previous == '='))
			quote = *s;
	}
	return end;
}

/* "</". */
static const char *read_end(struct tokenizer *t, const char *beg)
{
	const char *s = beg + 2, *close;

	while (s < t->end && is_word(*s))
		s++;
	close = find_tag_end(s, t->end);
	if (close == t->end)
		return beg;
	if (s == beg + 2)
		emit_comment(t, beg, close + 1);
	else
		emit_end(t, span_range(beg + 2, s));
	return close + 1;
}

static const char *read_markup(struct tokenizer *t, const char *beg)
{
	const char *s;

	switch (beg[1]) {
	case '/':
		return read_end(t, beg);
	case '!':
		return read_markup_declaration(t, beg);
	case '?':
		s = find(beg + 2, t->end, '>');
		if (s == t->end)
			return beg;
		flush_pending_end(t);
		return s + 1;
	default:
		return is_name_first(beg[1]) ? read_start(t, beg) : NULL;
	}
}

/* ---- text ---- */

/* Inside of script, title and such: up to the end tag. False: there is none. */
static bool read_literal(struct tokenizer *t, const char **at)
{
	const char *name = literal_names[t->literal];
	size_t len = strlen(name);

	for (const char *s = *at; !t->unclosed[t->literal] && (s = find(s, t->end, '<')) < t->end; s++) {
		const char *close;

		if (s[1] != '/' || (size_t)(t->end - s) < 2 + len || !span_case_eq(span_make(s + 2, len), span_make(name, len)) || t->literal == LITERAL_PLAINTEXT)
			continue;
		close = skip_space(s + 2 + len);
		if (*close != '>')
			continue;
		if (s != *at)
			emit_text(t, *at, s);
		emit_end(t, span_make(s + 2, len));
		t->literal = LITERAL_NONE;
		t->cdata = false;
		*at = close + 1;
		return true;
	}
	t->unclosed[t->literal] = true;
	return false;
}

/* Inside of CDATA or RCDATA: up to "]]>". */
static bool read_section_text(struct tokenizer *t, const char **at)
{
	for (const char *s = *at; (s = find(s, t->end, ']')) < t->end; s++) {
		if (s[1] != ']' || s[2] != '>')
			continue;
		if (s != *at)
			emit_text(t, *at, s);
		close_section(t);
		*at = s + 3;
		return true;
	}
	return false;
}

/* Text inside of another marked section; "]]>" ends the section. A single "]" hides what stands behind it. */
static const char *skip_section_text(struct tokenizer *t, const char **from, const char *s)
{
	while (s < t->end && *s != '<') {
		if (t->section == SECTION_NONE || *s != ']') {
			s++;
		} else if (s[1] == ']' && s[2] == '>') {
			emit_text(t, *from, s);
			close_section(t);
			s += 3;
			*from = s;
		} else {
			s += s[1] == ']' ? 3 : 2;
		}
	}
	return s < t->end ? s : t->end;
}

/* At the end of the input white space, or the last word with the white space before it, waits for more. */
static const char *hold_back(const char *from, const char *s)
{
	if (!is_space(s[-1])) {
		while (s > from && !is_space(s[-1]))
			s--;
	}
	while (s > from && is_space(s[-1]))
		s--;
	return s;
}

/* The next "<" at or behind s; *from: where the text begins. */
static const char *skip_text(struct tokenizer *t, const char **from, const char *s)
{
	return t->section != SECTION_NONE ? skip_section_text(t, from, s) : find(s, t->end, '<');
}

enum progress { PROGRESS, STOPPED, NO_MARKUP };

/* Text from *at to s, then the markup at s. *at: behind the markup, or where to go on from when more comes (STOPPED), or the "<" that is none. */
static enum progress read_after_text(struct tokenizer *t, const char **at, const char *s)
{
	const char *next;

	if (s != *at && s == t->end) {
		s = hold_back(*at, s);
		if (s != *at)
			emit_text(t, *at, s);
		*at = s;
		return STOPPED;
	}
	if (s != *at)
		emit_text(t, *at, s);
	*at = s;
	if (t->end - s < 3)
		return STOPPED;
	next = read_markup(t, s);
	if (next == NULL)
		return NO_MARKUP;
	*at = next;
	return next == s ? STOPPED : PROGRESS;
}

/* Reads as far as it can; returns the beginning of what is left. */
static const char *read_some(struct tokenizer *t, const char *at)
{
	enum progress progress = PROGRESS;

	while (progress != STOPPED) {
		if (t->literal != LITERAL_NONE && !read_literal(t, &at))
			break;
		if (t->section == SECTION_CDATA || t->section == SECTION_RCDATA) {
			if (!read_section_text(t, &at))
				break;
			continue;
		}
		progress = read_after_text(t, &at, skip_text(t, &at, at));
		while (progress == NO_MARKUP) /* a "<" that is no tag begins a new piece of text */
			progress = read_after_text(t, &at, skip_text(t, &at, at + 1));
	}
	return at;
}

/* ---- the end ---- */

static void end_literal(struct tokenizer *t)
{
	enum literal literal = t->literal;

	t->literal = LITERAL_NONE;
	if (literal == LITERAL_SCRIPT || literal == LITERAL_STYLE)
		emit_end(t, span_of(literal_names[literal]));
	else
		t->pending_end = literal_names[literal];
}

static bool is_markup(const char *s, const char *end)
{
	return s + 1 == end || is_name_first(s[1]) || s[1] == '/' || s[1] == '!' || s[1] == '?';
}

static void read_rest(struct tokenizer *t, const char *s)
{
	while (s < t->end) {
		if (t->literal != LITERAL_NONE) {
			if (t->literal == LITERAL_PLAINTEXT || t->literal == LITERAL_XMP || t->literal == LITERAL_IFRAME || t->literal == LITERAL_TEXTAREA)
				break;
			end_literal(t);
			s = read_some(t, s);
		} else if (*s == '<' && !t->loose_comments) {
			t->loose_comments = true;
			s = read_some(t, s);
		} else {
			if (*s == '<' && is_markup(s, t->end)) {
				emit_comment(t, s, t->end);
				s = t->end;
			}
			break;
		}
	}
	if (s < t->end)
		emit_text(t, s, t->end);
	flush_pending_end(t);
}

/* As if "</style>" followed. */
static const char *close_element(struct tokenizer *t, const char *s, char **end, const char *tag, const char *name)
{
	if (!t->ev->is_open(t->ev->ctx, name))
		return s;
	memcpy(*end, tag, strlen(tag) + 1);
	*end += strlen(tag);
	t->end = *end;
	memset(t->unclosed, 0, sizeof(t->unclosed));
	return read_some(t, s);
}

bool html_tokenize(char *source, size_t len, const struct html_events *ev)
{
	struct tokenizer t = { .ev = ev, .end = source + len };
	char *end = source + len;
	const char *s;

	*end = '\0';
	s = len != 0 ? read_some(&t, source) : source;
	s = close_element(&t, s, &end, "</style>", "style");
	s = close_element(&t, s, &end, "</script>", "script");
	read_rest(&t, s);
	return !ignored(&t);
}
