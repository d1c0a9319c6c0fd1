/* Mail::SpamAssassin::Plugin::MIMEEval: what the parts and their encodings look like. */
#include "base/array.h"
#include "base/ascii.h"
#include "base/utf8.h"
#include "spamassassin/plugin_args.h"
#include "spamassassin/view_private.h"

extern const struct sa_plugin sa_plugin_mimeeval;

struct state {
	const char *locales; /* welcome ones; NULL: all */
};

/* What one look at all parts finds: the names are those of check_for_mime(). */
struct notes {
	bool have_parts, have_base64, have_uppercase;
	size_t base64_count, body_html_count, body_text_count, attachment, qp_count, ascii_text_illegal;
	size_t qp_bytes, qp_excess, normal_chars, unicode_chars;
	bool base64_encoded_text, bad_iso_charset, faraway_charset, missing_boundary, multipart_alternative, qp_long_line;
	double multipart_ratio, qp_ratio, unicode_ratio;
	double last_text, last_html;   /* bytes of the last such part inside of an alternative; -1: none */
	struct buf charsets;           /* of all parts, a blank between them */
	size_t base64_length;
	double uppercase;              /* percent */
};

/* A part's fields, as this plugin reads them: lower case. */
struct part_view {
	const struct sa_part *part;
	struct sa_content_type ct;
	struct span cte, cd, charset;
};

static bool is_text(struct span type)
{
	return span_starts(type, SPAN_LIT("text"));
}

static struct span lower(struct arena *arena, struct span s)
{
	char *p = arena_bytes(arena, s.len + 1);

	for (size_t i = 0; i < s.len; i++)
		p[i] = ascii_tolower(s.p[i]);
	return (struct span){ s.p != NULL ? p : NULL, s.len };
}

/* A field in lower case without the line end that get_header() adds. */
static struct span field(struct sa_view *v, const struct sa_part *part, const char *name)
{
	struct span value;

	if (!sa_part_header(v, part, span_of(name), false, &value))
		return SPAN_NONE;
	if (span_ends(value, SPAN_LIT("\n")))
		value.len--;
	return lower(sa_view_arena(v), value);
}

static struct part_view part_view(struct sa_view *v, const struct sa_part *part)
{
	struct part_view p = { .part = part };
	struct span value = SPAN_NONE;

	sa_part_header(v, part, SPAN_LIT("content-type"), false, &value);
	sa_parse_content_type(sa_view_arena(v), value, &p.ct);
	p.charset = lower(sa_view_arena(v), p.ct.charset);
	p.cte = field(v, part, "content-transfer-encoding");
	p.cd = field(v, part, "content-disposition");
	return p;
}

/* ---- charsets ---- */

static bool is_word(char c)
{
	return ascii_isalnum(c) || c == '_';
}

/* "iso-8859-15", "iso-2022-jp": what may stand behind "iso-". */
static bool is_known_iso(struct span s)
{
	size_t n;

	if (span_starts(s, SPAN_LIT("8859-"))) {
		for (n = 5; n < s.len && n < 7 && ascii_isdigit(s.p[n]);)
			n++;
		return n > 5 && (n == s.len || !is_word(s.p[n]));
	}
	return (span_starts(s, SPAN_LIT("2022-jp")) || span_starts(s, SPAN_LIT("2022-kr"))) && (s.len == 7 || !is_word(s.p[7]));
}

/* Something that calls itself an ISO charset of two numbers, and is none that one knows. */
static bool is_bad_iso(struct span charset)
{
	bool looks_like = false, known = false;
	size_t at = 0, found;

	while ((found = span_find(span_from(charset, at), SPAN_LIT("iso-"))) != SPAN_NPOS) {
		struct span rest = span_from(charset, at + found + 4);
		size_t n = 0, dash;
		bool word = false;

		known |= is_known_iso(rest);
		while (n < rest.len && !ascii_isspace(rest.p[n]))
			n++;
		rest = span_sub(rest, 0, n);
		dash = span_chr(span_from(rest, 1), '-');
		for (n = dash != SPAN_NPOS ? dash + 2 : rest.len; n < rest.len; n++)
			word |= is_word(rest.p[n]);
		looks_like |= word;
		at += found + 4;
	}
	return looks_like && !known;
}

static bool has_ascii_name(struct span charset)
{
	static const char *const names[] = { "us-ascii", "ansi_x3.4-1968", "iso-ir-6", "ansi_x3.4-1986", "iso_646.irv:1991", "ascii", "iso646-us", "us", "ibm367", "cp367", "csascii" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (span_has(charset, span_of(names[i])))
			return true;
	}
	return false;
}

static bool has_letter(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_isalpha(s.p[i]))
			return true;
	}
	return false;
}

static void note_charset(const struct state *state, struct notes *n, struct span charset)
{
	n->bad_iso_charset |= is_bad_iso(charset);
	if (!has_letter(charset))
		return;
	if (n->charsets.len != 0)
		buf_char(&n->charsets, ' ');
	buf_add(&n->charsets, charset);
	n->faraway_charset |= state->locales != NULL && !sa_text_charset_ok(charset, state->locales);
}

static void note_header(const struct state *state, struct notes *n, const struct part_view *p)
{
	bool base64 = span_has(p->cte, SPAN_LIT("base64")), text = is_text(p->ct.type);

	n->body_html_count += span_eq(p->ct.type, SPAN_LIT("text/html"));
	n->body_text_count += text && !span_eq(p->ct.type, SPAN_LIT("text/html"));
	n->base64_count += base64;
	n->qp_count += !base64 && span_has(p->cte, SPAN_LIT("quoted-printable"));
	n->attachment += span_has(p->cd, SPAN_LIT("attachment"));
	if (text && base64 && (p->charset.len == 0 || has_ascii_name(p->charset)) && !span_starts(p->cd, SPAN_LIT("attachment")) && !span_starts(p->cd, SPAN_LIT("inline")))
		n->base64_encoded_text = true;
	note_charset(state, n, p->charset);
}

/* ---- lines of leaves ---- */

/* Whether "=XX" at s writes a printable character that needs no encoding: 09, 20-39, 3A-3C, 3E, 3F, 40-6F, 70-7E. */
static bool is_needless(const char *s)
{
	char a = s[1], b = s[2];

	switch (a) {
	case '0':
		return b == '9';
	case '3':
		return ascii_isdigit(b) || (b >= 'A' && b <= 'C') || b == 'E' || b == 'F';
	case '2':
	case '4':
	case '5':
	case '6':
		return ascii_isdigit(b) || (b >= 'A' && b <= 'F');
	case '7':
		return ascii_isdigit(b) || (b >= 'A' && b <= 'E');
	default:
		return false;
	}
}

/* How many encoded tabs and blanks stand at the end, where they must be encoded. */
static size_t trailing_blanks(struct span line)
{
	const char *end = span_end(line);
	size_t n = 0;

	while (end > line.p && ascii_isspace(end[-1]))
		end--;
	for (; end - line.p >= 3 && end[-3] == '=' && ((end[-2] == '0' && end[-1] == '9') || (end[-2] == '2' && end[-1] == '0')); end -= 3)
		n++;
	return n;
}

static void note_qp_line(struct notes *n, struct span line)
{
	const char *p = line.p, *end = span_end(line);
	size_t count = 0;

	if (span_starts(line, SPAN_LIT("SPAM: ")))
		return;
	n->qp_long_line |= line.len > 79;
	n->qp_bytes += line.len;
	while ((p = memchr(p, '=', (size_t)(end - p))) != NULL) {
		bool needless = end - p >= 3 && is_needless(p);

		count += needless;
		p += needless ? 3 : 1;
	}
	if (count != 0)
		n->qp_excess += count - trailing_blanks(line);
}

static bool has_illegal_ascii(struct span line)
{
	return utf8_ascii_len(line) != line.len || span_chr(line, '\0') != SPAN_NPOS || span_chr(line, '\r') != SPAN_NPOS;
}

/* References like "&#x20AC;" in plain text. */
static void note_references(struct notes *n, struct span line)
{
	const char *p = line.p, *end = span_end(line);
	size_t found = 0;

	while ((p = memchr(p, '&', (size_t)(end - p))) != NULL) {
		bool is_one = end - p >= 8 && p[1] == '#' && p[2] == 'x' && p[7] == ';';

		for (int i = 3; is_one && i < 7; i++)
			is_one = ascii_isdigit(p[i]) || (p[i] >= 'A' && p[i] <= 'F');
		found += is_one;
		p += is_one ? 8 : 1;
	}
	n->normal_chars += line.len - 8 * found;
	n->unicode_chars += found;
}

static void note_body(struct notes *n, const struct part_view *p)
{
	bool plain = span_eq(p->ct.type, SPAN_LIT("text/plain")), html = span_eq(p->ct.type, SPAN_LIT("text/html")), attached = span_has(p->cd, SPAN_LIT("attachment"));
	bool qp = span_eq(p->cte, SPAN_LIT("quoted-printable")), ascii = plain && (p->charset.p == NULL || span_eq(p->charset, SPAN_LIT("us-ascii")));
	bool references = plain && (p->cte.len == 0 || span_eq(p->cte, SPAN_LIT("7bit")) || span_eq(p->cte, SPAN_LIT("8bit")));
	const char *at = p->part->raw.p, *end = span_end(p->part->raw);
	double bytes = n->multipart_alternative && (plain || html) ? (double)p->part->raw.len : 0;

	if (html && !attached)
		n->last_html = bytes;
	if (plain && !attached)
		n->last_text = bytes;
	while ((qp || ascii || references) && at < end) {
		const char *nl = memchr(at, '\n', (size_t)(end - at)), *next = nl != NULL ? nl + 1 : end;
		struct span line = span_range(at, next);

		if (qp)
			note_qp_line(n, line);
		n->ascii_text_illegal += ascii && has_illegal_ascii(line);
		if (references)
			note_references(n, line);
		at = next;
	}
}

static void conclude(struct notes *n, unsigned flags)
{
	n->multipart_ratio = 1;
	if (n->qp_bytes != 0) {
		n->qp_count = n->qp_excess;
		n->qp_ratio = (double)n->qp_excess / (double)n->qp_bytes;
	}
	if (n->normal_chars != 0)
		n->unicode_ratio = (double)n->unicode_chars / (double)n->normal_chars;
	if (n->multipart_alternative && n->last_text >= 0 && n->last_html > 0)
		n->multipart_ratio = n->last_text / n->last_html;
	n->missing_boundary = (flags & SA_MISSING_BOUNDARY) != 0;
}

static struct notes *notes_of(const struct sa_call *call)
{
	struct notes *n = sa_view_memo(call->view, &sa_plugin_mimeeval, sizeof(*n));
	const struct sa_part *parts;
	size_t nparts;

	if (n->have_parts)
		return n;
	n->have_parts = true;
	n->charsets = BUF_INIT(sa_view_arena(call->view));
	n->last_text = n->last_html = -1;
	parts = sa_parts(call->view, &nparts);
	for (size_t i = 0; i < nparts; i++) {
		struct part_view p;

		if (parts[i].type.len == 0)
			continue;
		p = part_view(call->view, &parts[i]);
		n->multipart_alternative |= span_eq(p.ct.type, SPAN_LIT("multipart/alternative"));
		note_header(call->state, n, &p);
		if (parts[i].leaf)
			note_body(n, &p);
	}
	conclude(n, sa_parse_flags(call->view));
	return n;
}

/* ---- evals about parts ---- */

static int check_for_mime(struct sa_call *call)
{
	const struct notes *n = notes_of(call);
	const struct {
		const char *name;
		bool value;
	} tests[] = {
		{ "mime_base64_count", n->base64_count != 0 }, { "mime_base64_encoded_text", n->base64_encoded_text }, { "mime_body_html_count", n->body_html_count != 0 },
		{ "mime_body_text_count", n->body_text_count != 0 }, { "mime_faraway_charset", n->faraway_charset }, { "mime_missing_boundary", n->missing_boundary },
		{ "mime_multipart_alternative", n->multipart_alternative }, { "mime_multipart_ratio", n->multipart_ratio > 0 }, { "mime_qp_count", n->qp_count != 0 },
		{ "mime_qp_long_line", n->qp_long_line }, { "mime_qp_ratio", n->qp_ratio > 0 }, { "mime_qp_bytes", n->qp_bytes != 0 },
		{ "mime_ascii_text_illegal", n->ascii_text_illegal != 0 }, { "mime_text_unicode_ratio", n->unicode_ratio > 0 }, { "mime_attachment", n->attachment != 0 },
		{ "mime_bad_iso_charset", n->bad_iso_charset }, { "mime_html_charsets", n->charsets.len != 0 }, { "mime_checked_attachments", true },
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++) {
		if (span_eq(sa_arg(call, 0), span_of(tests[i].name)))
			return tests[i].value;
	}
	return 0;
}

static bool declares_html(const struct sa_call *call)
{
	struct span type;

	return sa_header(call->view, SPAN_LIT("Content-Type"), &type) && span_case_starts(type, SPAN_LIT("text/html"));
}

static int check_for_mime_html(struct sa_call *call)
{
	return declares_html(call) || notes_of(call)->body_html_count > 0;
}

static int check_for_mime_html_only(struct sa_call *call)
{
	const struct notes *n;

	if (declares_html(call))
		return 1;
	n = notes_of(call);
	return n->body_html_count > 0 && n->body_text_count == 0;
}

static int check_mime_multipart_ratio(struct sa_call *call)
{
	double ratio = notes_of(call)->multipart_ratio;

	return ratio >= sa_arg_number(call, 0) && ratio < sa_arg_number(call, 1);
}

static int check_for_ascii_text_illegal(struct sa_call *call)
{
	return notes_of(call)->ascii_text_illegal > 0;
}

/* The argument must be written with a point: "0.02". */
static int check_abundant_unicode_ratio(struct sa_call *call)
{
	struct span s = sa_arg(call, 0);
	size_t dot = span_chr(s, '.');

	if (dot > 3 || s.len - dot < 2 || s.len - dot > 4)
		return 0;
	for (size_t i = 0; i < s.len; i++) {
		if (i != dot && !ascii_isdigit(s.p[i]))
			return 0;
	}
	return notes_of(call)->unicode_ratio >= sa_number(s);
}

static int check_qp_ratio(struct sa_call *call)
{
	return notes_of(call)->qp_ratio >= sa_arg_number(call, 0);
}

static int check_msg_parse_flags(struct sa_call *call)
{
	static const struct {
		const char *name;
		unsigned flag;
	} names[] = {
		{ "missing_head_body_separator", SA_MISSING_HEAD_BODY_SEPARATOR }, { "missing_mime_headers", SA_MISSING_MIME_HEADERS },
		{ "missing_mime_head_body_separator", SA_MISSING_MIME_HEAD_BODY_SEPARATOR }, { "mime_epilogue_exists", SA_MIME_EPILOGUE_EXISTS },
		{ "truncated_header", SA_TRUNCATED_HEADER }, { "mimepart_limit_exceeded", SA_MIMEPART_LIMIT_EXCEEDED }, { "mbox_sep", SA_MBOX_SEPARATOR },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (span_eq(sa_arg(call, 0), span_of(names[i].name)))
			return (sa_parse_flags(call->view) & names[i].flag) != 0;
	}
	return 0;
}

/* Something but text, RTF and multiparts directly in an alternative. */
static int check_ma_non_text(struct sa_call *call)
{
	size_t n;
	const struct sa_part *parts = sa_parts(call->view, &n);

	for (size_t i = 1; i < n; i++) {
		if (parts[i].leaf && parts[i].type.len != 0 && span_eq(parts[parts[i].parent].type, SPAN_LIT("multipart/alternative")) &&
		    !span_eq(parts[i].type, SPAN_LIT("multipart/related")) && !span_eq(parts[i].type, SPAN_LIT("application/rtf")) && !span_starts(parts[i].type, SPAN_LIT("text/")))
			return 1;
	}
	return 0;
}

static size_t longest_line(struct span s)
{
	size_t longest = 0;

	while (s.len != 0) {
		size_t nl = span_chr(s, '\n'), len = nl != SPAN_NPOS ? nl + 1 : s.len;

		longest = len > longest ? len : longest;
		s = span_from(s, len);
	}
	return longest;
}

/* The longest line of a part in base64. */
static int check_base64_length(struct sa_call *call)
{
	struct notes *notes = notes_of(call);
	size_t n;
	const struct sa_part *parts = sa_parts(call->view, &n);

	for (size_t i = 0; i < n && !notes->have_base64; i++) {
		struct part_view p;
		size_t len;

		if (!parts[i].leaf || !span_case_eq(parts[i].encoding, SPAN_LIT("base64")))
			continue;
		p = part_view(call->view, &parts[i]);
		if (span_eq(p.ct.type, SPAN_LIT("application/ics")))
			continue;
		len = longest_line(parts[i].raw);
		notes->base64_length = len > notes->base64_length ? len : notes->base64_length;
	}
	notes->have_base64 = true;
	if (sa_arg(call, 1).p != NULL && (double)notes->base64_length > sa_arg_number(call, 1))
		return 0;
	return (double)notes->base64_length >= sa_arg_number(call, 0);
}

/* ---- capitals ---- */

/* What stands behind "charset=" in the message's own Content-Type; p == NULL: none. */
static struct span declared_charset(const struct sa_call *call)
{
	struct span type;
	size_t at, end;
	char quote;

	if (!sa_header(call->view, SPAN_LIT("Content-Type"), &type) || (at = span_case_find(type, SPAN_LIT("charset="))) == SPAN_NPOS)
		return SPAN_NONE;
	type = span_from(type, at + 8);
	quote = (char)(type.len != 0 ? type.p[0] : '\0');
	end = quote == '"' || quote == '\'' ? span_chr(span_from(type, 1), quote) : SPAN_NPOS;
	if (end != SPAN_NPOS && end != 0)
		return span_sub(type, 1, end);
	for (end = 0; end < type.len && !ascii_isspace(type.p[end]);)
		end++;
	return end != 0 ? span_sub(type, 0, end) : SPAN_NONE;
}

/* Charsets of scripts whose bytes look like capitals. */
static bool looks_like_capitals(struct span charset)
{
	static const char *const names[] = { "koi", "jp", "jis", "euc", "gb", "big5", "isoir", "cp1251", "windows-1251", "georgianps", "pt154", "tis" };

	for (size_t i = 0; i < charset.len; i++) {
		if (!is_word(charset.p[i]) && charset.p[i] != '-')
			return false;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (span_case_has(charset, span_of(names[i])))
			return true;
	}
	return false;
}

static bool has_foreign_capitals(const struct sa_call *call)
{
	struct span rest = buf_span(&notes_of(call)->charsets);

	if (looks_like_capitals(declared_charset(call)))
		return true;
	while (rest.p != NULL) {
		if (looks_like_capitals(span_split(&rest, ' ')))
			return true;
	}
	return false;
}

/* White space between other characters. */
static bool has_words(struct span s)
{
	s = span_trim(s);
	for (size_t i = 0; i < s.len; i++) {
		if (ascii_isspace(s.p[i]))
			return true;
	}
	return false;
}

/* Two runs of 60 to 76 base64 digits at the beginning, each with a blank behind it. */
static bool is_base64(struct span s)
{
	for (int run = 0; run < 2; run++) {
		size_t n = 0;

		while (n < s.len && (ascii_isalnum(s.p[n]) || s.p[n] == '+' || s.p[n] == '/' || s.p[n] == '='))
			n++;
		if (n < 60 || n > 76 || n == s.len || s.p[n] != ' ')
			return false;
		s = span_from(s, n + 1);
	}
	return true;
}

struct letters {
	size_t len, lower, upper;
};

static void count_letters(struct letters *l, struct span s)
{
	l->len += s.len;
	for (size_t i = 0; i < s.len; i++) {
		l->lower += ascii_islower(s.p[i]) || ascii_isdigit(s.p[i]);
		l->upper += ascii_isupper(s.p[i]);
	}
}

/* Without what stands in ISO-2022-JP's double bytes: from the first shift to the last one back. */
static void count_line(struct letters *l, struct span s)
{
	size_t in = span_find(s, SPAN_LIT("\x1b$B")), at = in, back = SPAN_NPOS, found;

	while (at != SPAN_NPOS && (found = span_find(span_from(s, at), SPAN_LIT("\x1b(B"))) != SPAN_NPOS) {
		back = at + found;
		at = back + 3;
	}
	if (back == SPAN_NPOS) {
		count_letters(l, s);
		return;
	}
	count_letters(l, span_sub(s, 0, in));
	count_letters(l, span_from(s, back + 3));
}

static double uppercase_of(const struct sa_call *call)
{
	const struct sa_lines *lines;
	struct letters l = { 0 };

	if (has_foreign_capitals(call))
		return 0;
	lines = sa_call_lines(call);
	for (size_t i = 0; i < lines->n; i++) {
		if (has_words(lines->v[i]) && !is_base64(lines->v[i]))
			count_line(&l, lines->v[i]);
	}
	return l.len < 200 || l.upper + l.lower == 0 ? 0 : (double)l.upper / (double)(l.upper + l.lower) * 100;
}

static int check_for_uppercase(struct sa_call *call)
{
	struct notes *n = notes_of(call);

	if (!n->have_uppercase) {
		n->have_uppercase = true;
		n->uppercase = uppercase_of(call);
	}
	return n->uppercase > sa_arg_number(call, 0) && n->uppercase <= sa_arg_number(call, 1);
}

/* ---- charsets of elsewhere ---- */

static int check_for_faraway_charset(struct sa_call *call)
{
	const struct state *state = call->state;
	const struct sa_lines *lines;
	struct span charset;
	size_t high = 0, low = 0;

	if (state->locales == NULL)
		return 0;
	charset = declared_charset(call);
	if (charset.p == NULL || sa_text_charset_ok(charset, state->locales))
		return 0;
	lines = sa_call_lines(call);
	for (size_t i = 0; i < lines->n; i++) {
		for (size_t k = 0; k < lines->v[i].len; k++)
			high += (uint8_t)lines->v[i].p[k] >= 0x80;
		low += lines->v[i].len + (i != 0);
	}
	low -= high;
	return low <= high && high > 3;
}

static const void *init(struct arena *arena, struct cf *cf)
{
	struct state *s = ARENA_NEW(arena, struct state);

	s->locales = sa_text_locales(arena, cf);
	return s;
}

static const char *const directives[] = { "ok_locales", NULL };

static const struct sa_eval evals[] = {
	{ "check_for_mime", check_for_mime }, { "check_for_mime_html", check_for_mime_html }, { "check_for_mime_html_only", check_for_mime_html_only },
	{ "check_mime_multipart_ratio", check_mime_multipart_ratio }, { "check_msg_parse_flags", check_msg_parse_flags },
	{ "check_for_ascii_text_illegal", check_for_ascii_text_illegal }, { "check_abundant_unicode_ratio", check_abundant_unicode_ratio },
	{ "check_for_faraway_charset", check_for_faraway_charset }, { "check_for_uppercase", check_for_uppercase }, { "check_ma_non_text", check_ma_non_text },
	{ "check_base64_length", check_base64_length }, { "check_qp_ratio", check_qp_ratio }, { NULL, NULL },
};

const struct sa_plugin sa_plugin_mimeeval = { .name = "Mail::SpamAssassin::Plugin::MIMEEval", .evals = evals, .directives = directives, .init = init };
