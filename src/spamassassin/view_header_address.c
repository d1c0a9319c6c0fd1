#include "base/array.h"
#include "base/ascii.h"
#include "spamassassin/view_header.h"

/* Pieces of the patterns. A quoted string, a comment without another in it, words outside of quotes, an address. */
#define QUOTED "\"(?:[^\"\\\\]++|\\\\.)*+\""
#define COMMENT "\\(((?:[^()\\\\]++|\\\\.)*+)\\)"
#define PHRASE "(?:" QUOTED "|[^\",;<]++)+"
#define LOCAL "(?:" QUOTED "|[^@\\s<>()\\[\\],:;]+)"
#define DOMAIN "(?:[^\"\\s<>()\\[\\],:;]+|\\[[\\d:.]+\\])"
#define MAILBOX LOCAL "@" DOMAIN

enum { GROUP_PHRASE = 1, GROUP_ANGLE, GROUP_MAILBOX, GROUP_WORDS, GROUP_COMMENT, GROUPS };

void sa_address_patterns(struct arena *arena, struct sa_header_config *c)
{
	/* What stands in brackets is bounded, for there is more than one way to read it. A phrase with an address in angle brackets (a second one behind it is passed over), or an address or a phrase alone; perhaps a comment; then the list goes on. */
	c->address = sa_pattern(arena,
	                        "^\\s*(?:(?:(" PHRASE ")\\s*)?<\\s*([^>@]{0,250}\\S{1,320}|\\s*)\\s*>(?:\\s*<\\s*(?:(?:" QUOTED ")?\\S+|\\s*)\\s*>)*|(?:(" MAILBOX ")|(" PHRASE
	                        ")))(?:\\s*" COMMENT ")?\\s*(?:[,;]|\\z)",
	                        REGEX_CASELESS);
	c->mailbox = sa_pattern(arena, "^" MAILBOX "$", REGEX_CASELESS);
	c->angle = sa_pattern(arena, "<(" MAILBOX ")>", REGEX_CASELESS);
}

/* Copies without the pairs of backslashes; s itself when there are none. */
static struct span without_pairs(struct arena *arena, struct span s)
{
	char *p;
	size_t n = 0;

	if (!span_has(s, SPAN_LIT("\\\\")))
		return s;
	p = arena_bytes(arena, s.len);
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\\' && i + 1 < s.len && s.p[i + 1] == '\\')
			i++;
		else
			p[n++] = s.p[i];
	}
	return span_make(p, n);
}

static struct span skip_space(struct span s)
{
	while (s.len != 0 && ascii_isspace(s.p[0]))
		s = span_from(s, 1);
	return s;
}

static bool ends_group_name(char c)
{
	return c == '"' || c == '(' || c == ')' || c == '<' || c == '>';
}

/* "undisclosed: a@b;" is what stands behind the colon. */
static struct span without_group(struct span s)
{
	size_t colon = SPAN_NPOS;

	for (size_t i = 0; i < s.len && !ends_group_name(s.p[i]); i++) {
		if (s.p[i] == ':' && i > 0)
			colon = i;
	}
	if (colon == SPAN_NPOS)
		return s;
	s = skip_space(span_from(s, colon + 1));
	return s.len != 0 && s.p[0] == ';' ? SPAN_NONE : s;
}

/* The length of a piece that begins with "open", holds no other "open" and ends with "close"; backslashes take the next byte. 0: there is none. */
static size_t enclosed_len(struct span s, char open, char close)
{
	if (s.len == 0 || s.p[0] != open)
		return 0;
	for (size_t i = 1; i < s.len; i++) {
		if (s.p[i] == close)
			return i + 1;
		if (s.p[i] == open)
			return 0;
		if (s.p[i] == '\\')
			i++;
	}
	return 0;
}

static void add_without_comments(struct buf *out, struct span s)
{
	while (s.len != 0) {
		size_t n = enclosed_len(s, '(', ')');

		if (n == 0) {
			buf_char(out, s.p[0]);
			n = 1;
		}
		s = span_from(s, n);
	}
}

/* Quotes and backslashes are taken off, comments outside of quotes dropped. */
static struct span plain_phrase(struct arena *arena, struct span s)
{
	struct buf out = BUF_INIT(arena);

	if (span_chr(s, '"') == SPAN_NPOS && span_chr(s, '(') == SPAN_NPOS)
		return s;
	while (s.len != 0) {
		size_t n = enclosed_len(s, '"', '"');

		if (n != 0) {
			for (size_t i = 1; i + 1 < n; i++) {
				if (s.p[i] != '\\')
					buf_char(&out, s.p[i]);
			}
		} else if (s.p[0] == '"') {
			n = 1; /* never closed */
		} else {
			n = span_chr(s, '"');
			n = n == SPAN_NPOS ? s.len : n;
			add_without_comments(&out, span_sub(s, 0, n));
		}
		s = span_from(s, n);
	}
	return out.len == 0 ? span_make("", 0) : buf_span(&out);
}

static bool is_mailbox(struct sa_view *v, struct span s)
{
	return regex_match(v->config->header->mailbox, v->config->memory, s, 0, NULL, 0) == REGEX_YES;
}

/* Two mistakes that the pattern lets pass: an empty quoted local part, a quote without another. */
static bool quotes_are_sound(struct span address)
{
	size_t quotes = 0;

	for (size_t i = 0; i < address.len; i++)
		quotes += address.p[i] == '"';
	return quotes != 1 && !span_starts(address, SPAN_LIT("\"\"@"));
}

static struct span sound_address(struct sa_view *v, const struct span *group)
{
	struct span address = group[GROUP_MAILBOX];

	if (group[GROUP_ANGLE].p != NULL) {
		struct buf out = BUF_INIT(v->arena);

		address = group[GROUP_ANGLE];
		if (span_chr(address, '(') != SPAN_NPOS) {
			add_without_comments(&out, address);
			address = buf_span(&out);
		}
		if (!is_mailbox(v, address))
			return SPAN_NONE;
	}
	return address.p != NULL && quotes_are_sound(address) ? address : SPAN_NONE;
}

/* What stands before a second '@'. */
static struct span first_address(struct span s)
{
	size_t at = span_chr(s, '@'), second;

	if (at == SPAN_NPOS)
		return s;
	second = span_chr(span_from(s, at + 1), '@');
	return second == SPAN_NPOS ? s : span_sub(s, 0, at + 1 + second);
}

static bool phrase_is_address(struct sa_view *v, struct span phrase)
{
	struct span first = first_address(phrase);

	return is_mailbox(v, phrase) && quotes_are_sound(phrase) && sa_host_is_valid(span_from(first, span_chr(first, '@') + 1));
}

static struct sa_address read_element(struct sa_view *v, const struct span *group)
{
	struct sa_address a = { .address = sound_address(v, group) };

	a.phrase = group[GROUP_PHRASE].p != NULL ? group[GROUP_PHRASE] : group[GROUP_WORDS];
	if (a.phrase.p != NULL) {
		a.phrase = plain_phrase(v->arena, a.phrase);
		if (a.address.p == NULL && phrase_is_address(v, a.phrase)) {
			a.address = a.phrase;
			a.phrase = SPAN_NONE;
		} else if (a.phrase.len == 0 || (a.address.p != NULL && span_eq(a.phrase, a.address))) {
			a.phrase = SPAN_NONE;
		}
	}
	if (a.phrase.p == NULL)
		a.phrase = group[GROUP_COMMENT];
	if (a.address.p != NULL)
		a.address = first_address(a.address);
	return a;
}

struct address_build {
	struct sa_address *v;
	size_t n, cap;
};

/* Addresses in angle brackets in what could not be read as a list. */
static void rescue_addresses(struct sa_view *v, struct span rest, struct address_build *b)
{
	struct span group[2];

	while (b->n < SA_ADDRESSES_MAX && regex_match(v->config->header->angle, v->config->memory, rest, 0, group, 2) == REGEX_YES) {
		if (quotes_are_sound(group[1]))
			ARRAY_ADD(v->arena, b->v, b->n, b->cap)->address = first_address(group[1]);
		rest = span_range(span_end(group[0]), span_end(rest));
	}
}

size_t sa_addresses(struct sa_view *v, struct span value, struct sa_address **list_r)
{
	struct address_build b = { 0 };
	struct span group[GROUPS];

	while (value.len != 0 && ascii_isspace(value.p[value.len - 1]))
		value.len--;
	value = without_group(without_pairs(v->arena, value));
	while (b.n < SA_ADDRESSES_MAX && span_trim(value).len != 0) {
		if (regex_match(v->config->header->address, v->config->memory, value, 0, group, GROUPS) != REGEX_YES)
			break;
		value = span_range(span_end(group[0]), span_end(value));
		*ARRAY_ADD(v->arena, b.v, b.n, b.cap) = read_element(v, group);
	}
	if (span_chr(value, '@') != SPAN_NPOS)
		rescue_addresses(v, value, &b);
	*list_r = b.v;
	return b.n;
}
