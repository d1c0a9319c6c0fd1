/* The letters of the Subject and of other fields. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "spamassassin/plugin_args.h"
#include "spamassassin/plugin_headereval.h"

#define TEXT(c, name) sa_header_text((c)->view, SPAN_LIT(name))

static bool has_space(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_isspace(s.p[i]))
			return true;
	}
	return false;
}

int headereval_all_caps(struct sa_call *c)
{
	struct span s = span_trim(TEXT(c, "Subject")), group[1];
	size_t letters = 0;

	if (headereval_has(c, RE_REPLY_PREFIX, s, group, 1))
		s = span_from(s, group[0].len);
	if (!has_space(s) || s.len < 10)
		return 0;
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_islower(s.p[i]))
			return 0;
		letters += ascii_isupper(s.p[i]);
	}
	return letters != 0 && !headereval_has(c, RE_CAPS_CHARSET, TEXT(c, "Subject:raw"), NULL, 0);
}

static bool is_word(char ch)
{
	return ascii_isalnum(ch) || ch == '_';
}

/* Perl's \b between two bytes, either of which may be missing. */
static bool is_boundary(struct span s, size_t at)
{
	bool before = at > 0 && is_word(s.p[at - 1]), behind = at < s.len && is_word(s.p[at]);

	return before != behind;
}

static bool has_whole(struct span s, struct span word)
{
	for (size_t at = 0, n; (n = span_case_find(span_from(s, at), word)) != SPAN_NPOS; at += n + 1) {
		if (is_boundary(s, at + n) && is_boundary(s, at + n + word.len))
			return true;
	}
	return false;
}

static bool is_mark(char ch)
{
	return ch == ',' || ch == ':' || ch == ';' || ch == '!' || ch == '?' || ch == '-';
}

static struct span skip_space(struct span s)
{
	while (s.len != 0 && ascii_isspace(s.p[0]))
		s = span_from(s, 1);
	return s;
}

/* "re: NAME", "re: hello NAME" and nothing behind it */
static bool is_reply_to(struct span s, struct span name)
{
	size_t n = 0;

	if (!span_case_starts(s, SPAN_LIT("re:")) && !span_case_starts(s, SPAN_LIT("fw:")))
		return false;
	s = skip_space(span_from(s, 3));
	if (span_case_eq(s, name))
		return true;
	while (n < s.len && is_word(s.p[n]))
		n++;
	return n > 0 && n < s.len && ascii_isspace(s.p[n]) && span_case_eq(skip_space(span_from(s, n)), name);
}

static bool addresses_name(struct span s, struct span name)
{
	struct span rest;

	if (span_ends(s, SPAN_LIT("\n")))
		s.len--;
	if (is_reply_to(s, name) || span_case_eq(s, name))
		return true;
	if (span_starts(s, name)) {
		rest = skip_space(span_from(s, name.len));
		if (rest.len != 0 && is_mark(rest.p[0]) && (rest.len == 1 || ascii_isspace(rest.p[1])))
			return true;
	}
	if (!span_starts(s, SPAN_LIT(",")))
		return false;
	rest = skip_space(span_from(s, 1));
	return rest.len == name.len + 1 && span_case_starts(rest, name) && is_mark(rest.p[name.len]);
}

int headereval_to_in_subject(struct sa_call *c)
{
	struct span to = TEXT(c, "To:addr"), subject = TEXT(c, "Subject");
	size_t at;

	if (to.len == 0 || c->nargs == 0)
		return 0;
	if (span_eq(c->args[0], SPAN_LIT("address")))
		return has_whole(subject, to);
	if (!span_eq(c->args[0], SPAN_LIT("user")))
		return 0;
	at = span_chr(to, '@');
	return addresses_name(subject, at == SPAN_NPOS ? to : span_sub(to, 0, at));
}

static bool is_control(uint8_t byte)
{
	return byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
}

int headereval_illegal_chars(struct sa_call *c)
{
	struct span s, name;
	size_t illegal = 0, exempt = 0, controls = 0, high = 0;

	if (c->nargs == 0)
		return 0;
	name = span_ends(c->args[0], SPAN_LIT(":raw")) ? c->args[0] : arena_printf(sa_view_arena(c->view), "%.*s:raw", SPAN_ARG(c->args[0]));
	s = sa_header_text(c->view, name);
	if (span_trim(s).len == 0)
		return 0;
	for (size_t i = 0; i < s.len; i++) {
		uint8_t byte = (uint8_t)s.p[i];

		controls += is_control(byte);
		high += byte >= 0x80;
		illegal += is_control(byte) || byte >= 0x7f;
		exempt += byte == 0xa2 || byte == 0xa3 || byte == 0xae;
	}
	if (high != 0 && controls == 0 && utf8_valid(s))
		return 0;
	/* A subject may have one sign for money or a trade mark. */
	if (illegal > 0 && exempt == 1 && span_case_eq(name, SPAN_LIT("Subject:raw")))
		illegal--;
	return (double)illegal / (double)s.len >= sa_arg_number(c, 1) && (double)illegal >= sa_arg_number(c, 2);
}

int headereval_faraway(struct sa_call *c)
{
	static const struct span names[] = { { "From:raw", 8 }, { "Subject:raw", 11 } };
	const struct headereval_state *state = c->state;
	struct span group[2];

	if (state->locales == NULL)
		return 0;
	for (size_t i = 0; i < 2; i++) {
		struct span rest = sa_header_text(c->view, names[i]);

		while (headereval_has(c, RE_ENCODED_WORD, rest, group, 2)) {
			if (!sa_text_charset_ok(group[1], state->locales))
				return 1;
			rest = span_range(span_end(group[0]), span_end(rest));
		}
	}
	return 0;
}
