/* What stands behind the names of rules, taken apart: headers and their modifiers, delimiters and flags of patterns, criteria, calls. */
#include "base/ascii.h"
#include "base/buf.h"
#include "match/regex.h"
#include "spamassassin/cf_private.h"

static bool is_word(char c)
{
	return ascii_isalnum(c) || c == '_';
}

/* The delimiter that ends a pattern, and where the pattern begins; '\0': there is none. */
static char open_delimiter(struct span s, size_t *begin_r)
{
	static const char pairs[] = "{}()<>[]";
	size_t i = 0;
	const char *pair;

	if (s.len != 0 && s.p[0] == '/') {
		*begin_r = 1;
		return '/';
	}
	if (span_starts(s, SPAN_LIT("m")))
		i = 1;
	else if (span_starts(s, SPAN_LIT("qr")))
		i = 2;
	if (i == 0 || i >= s.len || is_word(s.p[i]) || s.p[i] == '\\')
		return '\0';
	*begin_r = i + 1;
	pair = memchr(pairs, s.p[i], sizeof(pairs) - 1);
	if (pair != NULL && (pair - pairs) % 2 == 0)
		return pair[1];
	return s.p[i];
}

static bool has_bare(struct span pattern, char delimiter)
{
	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.p[i] == '\\')
			i++;
		else if (pattern.p[i] == delimiter)
			return true;
	}
	return false;
}

static bool read_flags(struct span letters, unsigned *flags_r, bool *plain_groups_r, struct err *err_r)
{
	for (size_t i = 0; i < letters.len; i++) {
		switch (letters.p[i]) {
		case 'i': *flags_r |= REGEX_CASELESS; break;
		case 'm': *flags_r |= REGEX_MULTILINE; break;
		case 's': *flags_r |= REGEX_DOTALL; break;
		case 'x': *flags_r |= REGEX_EXTENDED; break;
		case 'n': *plain_groups_r = true; break;
		case 'a': case 'd': case 'l': case 'p': case 'u': break; /* nothing changes for bytes */
		default: return err_set(err_r, "the flag '%c' means nothing here", letters.p[i]);
		}
	}
	return true;
}

/* "/PATTERN/FLAGS", "m{PATTERN}FLAGS" as SpamAssassin takes them: the delimiter stays escaped in the pattern. */
static bool read_delimited(struct arena *arena, struct span s, struct span *pattern_r, unsigned *flags_r, struct err *err_r)
{
	size_t begin = 0, end = s.len;
	char delimiter = open_delimiter(s, &begin);
	bool plain_groups = false;

	*flags_r = 0;
	if (delimiter == '\0')
		return err_set(err_r, "a pattern between delimiters expected, as /PATTERN/");
	while (end > begin && ascii_islower(s.p[end - 1]))
		end--;
	if (end <= begin || s.p[end - 1] != delimiter)
		return err_set(err_r, "the pattern has no end");
	*pattern_r = span_sub(s, begin, end - 1 - begin);
	if (!read_flags(span_from(s, end), flags_r, &plain_groups, err_r))
		return false;
	if (delimiter != '}' && delimiter != ')' && delimiter != ']' && has_bare(*pattern_r, delimiter))
		return err_set(err_r, "the delimiter '%c' stands in the pattern", delimiter);
	if (span_has(*pattern_r, SPAN_LIT("(?{")) || span_has(*pattern_r, SPAN_LIT("(??{")))
		return err_set(err_r, "code in a pattern is not taken");
	if (plain_groups)
		*pattern_r = arena_printf(arena, "(?n)%.*s", SPAN_ARG(*pattern_r));
	return true;
}

/* " [if-unset: TEXT]" at the end. */
static struct span take_unset(struct span s, struct cf_pattern *pattern)
{
	const struct span mark = SPAN_LIT("[if-unset:");
	size_t at = span_find(s, mark);

	if (at == SPAN_NPOS || at == 0 || !ascii_isspace(s.p[at - 1]) || s.p[s.len - 1] != ']' || at + mark.len + 1 >= s.len || !ascii_isspace(s.p[at + mark.len]))
		return s;
	pattern->has_unset = true;
	pattern->if_unset = span_sub(s, at + mark.len, s.len - 1 - at - mark.len);
	while (pattern->if_unset.len != 0 && ascii_isspace(pattern->if_unset.p[0]))
		pattern->if_unset = span_from(pattern->if_unset, 1);
	return span_trim(span_sub(s, 0, at));
}

/* Modifiers of a header's name, each ":word": those that SpamAssassin knows, two at most. */
static bool modifiers_known(struct span name)
{
	static const char *const known[] = { "raw", "addr", "name", "host", "domain", "ip", "revip", "first", "last", NULL };
	struct span rest = name;

	span_split(&rest, ':');
	for (size_t n = 0; rest.p != NULL; n++) {
		struct span word = span_split(&rest, ':');
		size_t i = n < 2 ? 0 : sizeof(known) / sizeof(known[0]) - 1;

		while (known[i] != NULL && !span_case_eq(word, span_of(known[i])))
			i++;
		if (known[i] == NULL)
			return false;
	}
	return true;
}

static struct span take_header(struct span *rest, bool colons)
{
	size_t n = 0;
	struct span name;

	while (n < rest->len && (is_word(rest->p[n]) || rest->p[n] == '.' || rest->p[n] == '-' || (colons && rest->p[n] == ':')))
		n++;
	name = span_sub(*rest, 0, n);
	*rest = span_trim(span_from(*rest, n));
	if (name.len != 0 && name.p[name.len - 1] == ':')
		name.len--;
	return name;
}

static bool read_exists(struct span text, struct cf_pattern *pattern, struct err *err_r)
{
	struct span rest = text;
	bool colon = rest.len != 0 && rest.p[rest.len - 1] == ':';

	if (colon)
		rest.len--;
	pattern->exists = true;
	pattern->header = take_header(&rest, false);
	return (pattern->header.len != 0 && rest.len == 0) || err_set(err_r, "'exists:%.*s': no name of a header", SPAN_ARG(span_sub(text, 0, 80)));
}

/* "HEADER =~ /PATTERN/". Names of MIME headers may have any byte but white space and colons. */
static bool read_header(struct arena *arena, enum cf_kind kind, struct span text, struct cf_pattern *pattern, struct err *err_r)
{
	struct span rest = text;

	if (kind == CF_HEADER && span_starts(text, SPAN_LIT("exists:")))
		return read_exists(span_from(text, 7), pattern, err_r);
	pattern->header = take_header(&rest, true);
	if (pattern->header.len == 0 || rest.len < 3 || rest.p[1] != '~' || (rest.p[0] != '=' && rest.p[0] != '!'))
		return err_set(err_r, "'HEADER =~ /PATTERN/' expected");
	if (!modifiers_known(pattern->header) || (kind == CF_MIMEHEADER && span_has(pattern->header, SPAN_LIT(":")) && !span_ends(pattern->header, SPAN_LIT(":raw"))))
		return err_set(err_r, "unknown modifier in '%.*s'", SPAN_ARG(span_sub(pattern->header, 0, 80)));
	pattern->negated = rest.p[0] == '!';
	rest = take_unset(span_trim(span_from(rest, 2)), pattern);
	return read_delimited(arena, rest, &pattern->pattern, &pattern->flags, err_r);
}

bool cf_pattern_read(struct arena *arena, enum cf_kind kind, struct span text, struct cf_pattern *pattern_r, struct err *err_r)
{
	*pattern_r = (struct cf_pattern){ .negated = false };
	if (kind == CF_HEADER || kind == CF_MIMEHEADER)
		return read_header(arena, kind, text, pattern_r, err_r);
	return read_delimited(arena, text, &pattern_r->pattern, &pattern_r->flags, err_r);
}

/* Where a pattern of uri_detail ends: at the first delimiter behind which flags and then white space or the end stand. 0: nowhere. */
static size_t criterion_end(struct span s)
{
	size_t begin = s.len != 0 && s.p[0] == 'm' ? 2 : 1;

	if (s.len <= begin || (begin == 1 && s.p[0] != '/') || is_word(s.p[begin - 1]))
		return 0;
	for (size_t i = begin; i < s.len; i++) {
		size_t n = i + 1;

		if (s.p[i] != s.p[begin - 1])
			continue;
		while (n < s.len && span_chr(SPAN_LIT("imsx"), s.p[n]) != SPAN_NPOS)
			n++;
		if (n == s.len || ascii_isspace(s.p[n]))
			return n;
	}
	return 0;
}

static bool key_known(struct span key)
{
	static const char *const keys[CF_CRITERIA_MAX] = { "raw", "type", "cleaned", "text", "domain", "host" };

	for (size_t i = 0; i < CF_CRITERIA_MAX; i++) {
		if (span_eq(key, span_of(keys[i])))
			return true;
	}
	return false;
}

/* One "key =~ /pattern/" off the front. */
static bool read_criterion(struct arena *arena, struct span *rest, struct cf_criterion *c, struct err *err_r)
{
	size_t n = 0;

	while (n < rest->len && is_word(rest->p[n]))
		n++;
	c->key = span_sub(*rest, 0, n);
	*rest = span_trim(span_from(*rest, n));
	if (!key_known(c->key) || rest->len < 3 || rest->p[1] != '~' || (rest->p[0] != '=' && rest->p[0] != '!'))
		return err_set(err_r, "'raw|type|cleaned|text|domain|host =~ /PATTERN/' expected at '%.*s'", SPAN_ARG(span_sub(c->key, 0, 80)));
	c->negated = rest->p[0] == '!';
	*rest = span_trim(span_from(*rest, 2));
	n = criterion_end(*rest);
	if (n == 0)
		return err_set(err_r, "a pattern between delimiters expected, as /PATTERN/");
	if (!read_delimited(arena, span_sub(*rest, 0, n), &c->pattern, &c->flags, err_r))
		return false;
	*rest = span_trim(span_from(*rest, n));
	return true;
}

size_t cf_criteria_read(struct arena *arena, struct span text, struct cf_criterion criteria_r[static CF_CRITERIA_MAX], struct err *err_r)
{
	struct span rest = span_trim(text);
	size_t n = 0;

	while (rest.len != 0) {
		struct cf_criterion c;
		size_t i = 0;

		if (!read_criterion(arena, &rest, &c, err_r))
			return 0;
		while (i < n && !span_eq(criteria_r[i].key, c.key))
			i++;
		criteria_r[i] = c;
		n += i == n;
	}
	if (n == 0)
		(void)err_set(err_r, "'KEY =~ /PATTERN/' expected");
	return n;
}

/* Behind an argument: a comma or the end, white space around it. Gives the offset of what follows; SPAN_NPOS: something else stands there. */
static size_t argument_end(struct span s, size_t at)
{
	while (at < s.len && ascii_isspace(s.p[at]))
		at++;
	if (at == s.len)
		return at;
	if (s.p[at] != ',')
		return SPAN_NPOS;
	for (at++; at < s.len && ascii_isspace(s.p[at]); at++)
		;
	return at;
}

/* One argument off the front: in quotes, or a bare word of letters, digits, '.', ':' and '-'. */
static bool take_argument(struct span *rest, struct span *arg_r)
{
	struct span s = span_trim(*rest);
	size_t n = 0, next = SPAN_NPOS;

	if (s.len != 0 && (s.p[0] == '"' || s.p[0] == '\'')) {
		for (n = 1; n < s.len && next == SPAN_NPOS; n++)
			next = s.p[n] == s.p[0] ? argument_end(s, n + 1) : SPAN_NPOS;
		*arg_r = span_sub(s, 1, n >= 2 ? n - 2 : 0);
	} else {
		while (n < s.len && (ascii_isalnum(s.p[n]) || s.p[n] == '.' || s.p[n] == ':' || s.p[n] == '-'))
			n++;
		next = n != 0 ? argument_end(s, n) : SPAN_NPOS;
		*arg_r = span_sub(s, 0, n);
	}
	if (next == SPAN_NPOS)
		return false;
	*rest = span_from(s, next);
	return true;
}

bool cf_call_read(struct arena *arena, struct span text, struct cf_call *call_r)
{
	size_t open = span_chr(text, '(');
	struct span rest;

	*call_r = (struct cf_call){ .function = span_sub(text, 0, open == SPAN_NPOS ? 0 : open) };
	if (call_r->function.len == 0 || text.p[text.len - 1] != ')')
		return false;
	rest = span_trim(span_sub(text, open + 1, text.len - open - 2));
	while (rest.len != 0) {
		struct span arg;

		if (!take_argument(&rest, &arg))
			return false;
		*ARRAY_ADD(arena, call_r->args, call_r->nargs, call_r->cap_args) = arg;
	}
	return true;
}
