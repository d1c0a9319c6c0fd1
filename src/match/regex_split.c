#include "base/ascii.h"
#include "match/regex.h"

/* Takes "m" or "qr" away and finds the delimiters. */
static bool delimiters(struct span *rest, char *close_r, struct err *err_r)
{
	static const char open[] = "{([<", close[] = "})]>";
	bool prefixed = true;
	const char *pair;

	if (span_starts(*rest, SPAN_LIT("qr")))
		*rest = span_from(*rest, 2);
	else if (span_starts(*rest, SPAN_LIT("m")))
		*rest = span_from(*rest, 1);
	else
		prefixed = false;
	if (rest->len == 0 || (!prefixed && rest->p[0] != '/'))
		return err_set(err_r, "a pattern stands between slashes, or between other delimiters after \"m\"");
	*close_r = rest->p[0];
	if (ascii_isalnum(*close_r) || ascii_isspace(*close_r) || *close_r == '_' || *close_r == '\\' || *close_r == '\0')
		return err_set(err_r, "byte 0x%02x is no delimiter of a pattern", (unsigned)(uint8_t)*close_r);
	pair = strchr(open, *close_r);
	if (pair != NULL)
		*close_r = close[pair - open];
	*rest = span_from(*rest, 1);
	return true;
}

static bool read_flags(struct span letters, unsigned *flags_r, struct err *err_r)
{
	*flags_r = 0;
	for (size_t i = 0; i < letters.len; i++) {
		switch (letters.p[i]) {
		case 'i': *flags_r |= REGEX_CASELESS; break;
		case 'm': *flags_r |= REGEX_MULTILINE; break;
		case 's': *flags_r |= REGEX_DOTALL; break;
		case 'x': *flags_r |= REGEX_EXTENDED; break;
		/* What Perl has for other uses, character sets and captures. */
		case 'a': case 'c': case 'd': case 'g': case 'l': case 'n': case 'o': case 'p': case 'u': break;
		default: return err_set(err_r, "unknown flag '%c' behind a pattern", letters.p[i]);
		}
	}
	return true;
}

/* Whether the delimiter stands in the pattern without a backslash. */
static bool bare_delimiter(struct span pattern, char delimiter)
{
	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.p[i] == '\\')
			i++;
		else if (pattern.p[i] == delimiter)
			return true;
	}
	return false;
}

bool regex_split(struct span written, struct span *pattern_r, unsigned *flags_r, struct err *err_r)
{
	struct span rest = written;
	char close = 0;
	size_t end;

	if (!delimiters(&rest, &close, err_r))
		return false;
	end = span_rchr(rest, close);
	if (end == SPAN_NPOS)
		return err_set(err_r, "the pattern has no end (%c)", close);
	for (size_t i = end + 1; i < rest.len; i++) {
		if (!ascii_islower(rest.p[i]))
			return err_set(err_r, "the pattern has no end, or more than flags behind it");
	}
	*pattern_r = span_sub(rest, 0, end);
	/* Brackets may stand in pairs; they are not counted. */
	if (strchr(")]}>", close) == NULL && bare_delimiter(*pattern_r, close))
		return err_set(err_r, "'%c' within the pattern needs a backslash", close);
	return read_flags(span_from(rest, end + 1), flags_r, err_r);
}
