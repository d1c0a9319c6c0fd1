#include "match/prefilter_syntax.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/ascii.h"
#include "match/regex_private.h"

#define DEEPEST 250
#define REPEAT_MOST 8 /* beyond, a repeat has no upper bound */
#define COPIES_MOST 400  /* bytes of a group times its repeats: beyond, it repeats any number of times */
#define COARSE_MOST 4    /* coarse: the same for repeats of single bytes */

struct translation {
	struct span p; /* the pattern */
	size_t i;      /* where reading stands in it */
	struct buf *out;
	unsigned groups;
	unsigned depth;
	enum prefilter_form form;
	bool anchors, caseless;
	bool quoting; /* between \Q and \E */
	bool bad;
};

/* What holds at a place of the pattern. */
struct state {
	bool caseless, dotall, extended;
	bool after_line_end; /* what was matched so far may end in '\n', or nothing was matched */
};

struct byte_set {
	uint64_t bits[4];
};

static bool has_byte(const struct byte_set *s, unsigned b)
{
	return (s->bits[b / 64] >> (b % 64)) & 1;
}

static bool ahead(const struct translation *t, const char *text)
{
	return span_starts(span_from(t->p, t->i), span_of(text));
}

static char peek(const struct translation *t, size_t n)
{
	if (t->i + n >= t->p.len)
		return '\0';
	return t->p.p[t->i + n];
}

static bool at_end(const struct translation *t)
{
	return t->i >= t->p.len || t->bad;
}

/* Moves behind the next "text"; a pattern without it is none of ours. */
static void skip_past(struct translation *t, const char *text)
{
	size_t at = span_find(span_from(t->p, t->i), span_of(text));

	if (at == SPAN_NPOS) {
		t->bad = true;
		t->i = t->p.len;
	} else {
		t->i += at + strlen(text);
	}
}

/* Comments, blanks that do not count, and empty quotings. */
static void skip_noise(struct translation *t, const struct state *st)
{
	while (!at_end(t)) {
		if (ahead(t, "\\E") || (!t->quoting && ahead(t, "\\Q"))) {
			t->quoting = peek(t, 1) == 'Q';
			t->i += 2;
			continue;
		}
		if (t->quoting)
			return;
		if (ahead(t, "(?#")) {
			skip_past(t, ")");
		} else if (st->extended && ascii_isspace(peek(t, 0))) {
			t->i++;
		} else if (st->extended && peek(t, 0) == '#') {
			size_t at = span_chr(span_from(t->p, t->i), '\n');

			t->i = at == SPAN_NPOS ? t->p.len : t->i + at + 1;
		} else {
			return;
		}
	}
}

/* Which single bytes a piece of the pattern matches, as PCRE2 has it. */
static bool probe(struct span piece, bool caseless, struct byte_set *set_r)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	uint32_t options = PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | (caseless ? PCRE2_CASELESS : 0);
	bool any = false;
	size_t at;
	int error;

	if (context != NULL && data != NULL) {
		pcre2_code *code;

		pcre2_set_newline(context, PCRE2_NEWLINE_LF);
		code = pcre2_compile((PCRE2_SPTR)piece.p, piece.len, options, &error, &at, context);
		pcre2_set_compile_extra_options(context, PCRE2_EXTRA_BAD_ESCAPE_IS_LITERAL);
		if (code == NULL)
			code = pcre2_compile((PCRE2_SPTR)piece.p, piece.len, options, &error, &at, context);
		for (unsigned b = 0; code != NULL && b < 256; b++) {
			PCRE2_UCHAR byte = (PCRE2_UCHAR)b;

			if (pcre2_match(code, &byte, 1, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED, data, NULL) >= 0) {
				set_r->bits[b / 64] |= (uint64_t)1 << (b % 64);
				any = true;
			}
		}
		pcre2_code_free(code);
	}
	pcre2_match_data_free(data);
	pcre2_compile_context_free(context);
	return any;
}

static void write_set(struct buf *out, const struct byte_set *set)
{
	buf_char(out, '[');
	for (unsigned b = 0; b < 256; b++) {
		unsigned from = b;

		if (!has_byte(set, b))
			continue;
		while (b < 255 && has_byte(set, b + 1))
			b++;
		buf_printf(out, "\\x%02x", from);
		if (b > from)
			buf_printf(out, "-\\x%02x", b);
	}
	buf_char(out, ']');
}

/* Whether it may end in '\n'. */
static bool write_probed(struct translation *t, const struct state *st, size_t len)
{
	struct byte_set set = { { 0 } };

	if (!probe(span_sub(t->p, t->i, len), st->caseless, &set))
		t->bad = true;
	t->i += len;
	write_set(t->out, &set);
	return has_byte(&set, '\n');
}

static bool write_literal(struct translation *t, const struct state *st, char c)
{
	t->i++;
	if (ascii_isalpha(c) && st->caseless && !t->caseless)
		buf_printf(t->out, "[%c%c]", c, c ^ 0x20);
	else if (ascii_isalnum(c))
		buf_char(t->out, c);
	else
		buf_printf(t->out, "\\x%02x", (unsigned)(uint8_t)c);
	return c == '\n';
}

struct repeat {
	bool any;
	unsigned min, max; /* max UINT_MAX: no bound */
};

static unsigned read_number(const struct translation *t, size_t *at)
{
	unsigned n = 0;

	for (; *at < t->p.len && ascii_isdigit(t->p.p[*at]) && n < 100000; (*at)++)
		n = n * 10 + (unsigned)(t->p.p[*at] - '0');
	return n;
}

/* "{n}", "{n,}", "{n,m}" */
static bool read_braces(struct translation *t, struct repeat *r)
{
	size_t at = t->i + 1;

	if (peek(t, 0) != '{' || !ascii_isdigit(peek(t, 1)))
		return false;
	r->min = r->max = read_number(t, &at);
	if (at < t->p.len && t->p.p[at] == ',') {
		at++;
		r->max = at < t->p.len && ascii_isdigit(t->p.p[at]) ? read_number(t, &at) : UINT32_MAX;
	}
	if (at >= t->p.len || t->p.p[at] != '}')
		return false;
	t->i = at + 1;
	return true;
}

static struct repeat read_repeat(struct translation *t, const struct state *st)
{
	struct repeat r = { .any = true, .min = 0, .max = UINT32_MAX };

	skip_noise(t, st);
	if (t->quoting || at_end(t))
		return (struct repeat){ .min = 1, .max = 1 };
	if (peek(t, 0) == '*') {
		t->i++;
	} else if (peek(t, 0) == '+') {
		r.min = 1;
		t->i++;
	} else if (peek(t, 0) == '?') {
		r.max = 1;
		t->i++;
	} else if (!read_braces(t, &r)) {
		return (struct repeat){ .min = 1, .max = 1 };
	}
	skip_noise(t, st);
	if (!t->quoting && (peek(t, 0) == '+' || peek(t, 0) == '?'))
		t->i++;
	return r;
}

static void write_counts(struct buf *out, const struct repeat *r)
{
	if (r->max == UINT32_MAX)
		buf_printf(out, "{%u,}", r->min);
	else
		buf_printf(out, "{%u,%u}", r->min, r->max);
}

/* Vectorscan writes out the repeats of what stands behind "mark", so many of something large become any number. */
static void write_repeat(const struct translation *t, size_t mark, const struct repeat *r)
{
	unsigned min = r->min < REPEAT_MOST ? r->min : REPEAT_MOST, copies = r->max > REPEAT_MOST ? min : r->max;
	bool group = t->out->p[t->out->len - 1] == ')';

	if (t->form == FORM_COUNTED)
		write_counts(t->out, r);
	else if (group && copies > 1 && (t->form == FORM_COARSE || copies * (t->out->len - mark) > COPIES_MOST))
		buf_char(t->out, min > 0 ? '+' : '*');
	else if (t->form == FORM_COARSE && copies > COARSE_MOST)
		buf_printf(t->out, "{%u,}", min < COARSE_MOST ? min : COARSE_MOST);
	else if (r->max > REPEAT_MOST)
		buf_printf(t->out, "{%u,}", min);
	else
		buf_printf(t->out, "{%u,%u}", min, r->max);
}

/* "\1" and its like: the bytes it takes, 0 when it is an octal number. */
static size_t numbered_reference(struct translation *t)
{
	size_t at = t->i + 1;
	unsigned n = read_number(t, &at);

	if (peek(t, 1) == '0')
		return 0;
	if (n < 10 || peek(t, 1) >= '8')
		return at - t->i;
	if (n <= t->groups) /* depends on how many of them stand before */
		t->bad = true;
	return 0;
}

static size_t digits(const struct translation *t, size_t from, size_t most, bool hex)
{
	size_t n = 0;

	while (n < most && (hex ? ascii_isxdigit(peek(t, from + n)) : peek(t, from + n) >= '0' && peek(t, from + n) <= '7'))
		n++;
	return n;
}

/* The length of an escape that stands for one byte. */
static size_t escape_length(const struct translation *t)
{
	char c = peek(t, 1);
	size_t end;

	if ((c == 'x' || c == 'o' || c == 'p' || c == 'P') && peek(t, 2) == '{') {
		end = span_chr(span_from(t->p, t->i), '}');
		return end == SPAN_NPOS ? 2 : end + 1;
	}
	if (c == 'x')
		return 2 + digits(t, 2, 2, true);
	if (c == 'c' || c == 'p' || c == 'P')
		return 3;
	return ascii_isdigit(c) ? 1 + digits(t, 1, 3, false) : 2;
}

/* "\g{..}", "\k<..>" and their like. */
static void skip_reference(struct translation *t)
{
	static const char open[] = "{<'", *const close[] = { "}", ">", "'" };
	const char *pair = peek(t, 2) != '\0' ? strchr(open, peek(t, 2)) : NULL;

	t->i += 2;
	if (pair != NULL) {
		t->i++;
		skip_past(t, close[pair - open]);
		return;
	}
	if (peek(t, 0) == '-' || peek(t, 0) == '+')
		t->i++;
	while (ascii_isdigit(peek(t, 0)))
		t->i++;
}

static bool write_anything(struct translation *t)
{
	buf_str(t->out, "(?:.*)");
	return true;
}

/* Escapes with a form of their own. Returns false for all others. */
static bool write_known_escape(struct translation *t, bool *line_end_r)
{
	static const struct {
		char letter;
		bool line_end;
		const char *form;
	} known[] = {
		{ 'd', false, "[0-9]" }, { 'D', true, "[^0-9]" }, { 'w', false, "[0-9A-Za-z_]" }, { 'W', true, "[^0-9A-Za-z_]" },
		{ 's', true, "[\\x09-\\x0d\\x20]" }, { 'S', false, "[^\\x09-\\x0d\\x20]" }, { 'N', false, "[^\\x0a]" },
		{ 'R', true, "(?:\\x0d\\x0a|[\\x0a-\\x0d\\x85])" }, { 'X', true, "(?:.+)" }, { 'C', true, "." },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (peek(t, 1) != known[i].letter || (known[i].letter == 'N' && peek(t, 2) == '{'))
			continue;
		t->i += 2;
		buf_str(t->out, known[i].form);
		*line_end_r = known[i].line_end;
		return true;
	}
	return false;
}

/* An escape that matches bytes. Returns whether it may end in '\n'. */
static bool write_escape(struct translation *t, const struct state *st)
{
	bool line_end = false;
	size_t n;

	if (write_known_escape(t, &line_end))
		return line_end;
	if (peek(t, 1) == 'g' || peek(t, 1) == 'k') {
		skip_reference(t);
		return write_anything(t);
	}
	if (ascii_isdigit(peek(t, 1))) {
		n = numbered_reference(t);
		if (n != 0) {
			t->i += n;
			return write_anything(t);
		}
	}
	if (t->i + 1 < t->p.len && !ascii_isalnum(peek(t, 1)) && (uint8_t)peek(t, 1) < 128) {
		t->i++;
		return write_literal(t, st, peek(t, 0));
	}
	return write_probed(t, st, escape_length(t));
}

/* Assertions that consume nothing; NULL: none stands here. form_r: what it becomes. */
static bool read_assertion(struct translation *t, const struct state *st, const char **form_r)
{
	char c = peek(t, 0), escaped = '\0';

	if (c == '\\')
		escaped = peek(t, 1);
	*form_r = "";
	if (c == '^' || escaped == 'A') {
		*form_r = t->anchors ? "^" : "";
	} else if (c == '$' || escaped == 'Z' || escaped == 'z') {
		*form_r = t->anchors && !st->after_line_end ? "$" : "";
	} else if (escaped == 'b') {
		*form_r = "\\b";
	} else if (ahead(t, "[[:<:]]") || ahead(t, "[[:>:]]")) {
		*form_r = "\\b";
		t->i += 7;
		return true;
	} else if (escaped != 'B' && escaped != 'G' && escaped != 'K') {
		return false;
	}
	t->i += c == '\\' ? 2 : 1;
	return true;
}

static bool write_alternatives(struct translation *t, struct state st);

/* The rest of a group behind its opening: alternatives and ")". */
static bool write_group(struct translation *t, const struct state *st)
{
	bool line_end;

	if (++t->depth > DEEPEST)
		t->bad = true;
	buf_str(t->out, "(?:");
	line_end = write_alternatives(t, *st);
	if (peek(t, 0) != ')' || t->quoting)
		t->bad = true;
	t->i++;
	buf_char(t->out, ')');
	t->depth--;
	return line_end;
}

/* Look-around holds or not: left out, something that matches more remains. */
static void skip_look_around(struct translation *t, const struct state *st)
{
	size_t mark = t->out->len;

	write_group(t, st);
	t->out->len = mark;
	read_repeat(t, st);
}

/* "i-sx" and what ends it, behind "(?". */
static void read_flags(struct translation *t, struct state *st)
{
	bool on = true;

	for (; !at_end(t) && peek(t, 0) != ')' && peek(t, 0) != ':'; t->i++) {
		switch (peek(t, 0)) {
		case '^': st->caseless = st->dotall = st->extended = false; break;
		case '-': on = false; break;
		case 'i': st->caseless = on; break;
		case 's': st->dotall = on; break;
		case 'x':
			st->extended = on;
			if (on && peek(t, 1) == 'x') /* blanks in classes */
				t->bad = true;
			break;
		case 'm': case 'n': case 'J': case 'U': break;
		default: t->bad = true;
		}
	}
}

/* "(?" and a letter or sign that opens a group; the length of the opening, 0 when it is none of these. */
static size_t group_opening(const struct translation *t)
{
	size_t end;

	if (peek(t, 1) != '?')
		return peek(t, 1) == '*' ? 0 : 1;
	if (peek(t, 2) == ':' || peek(t, 2) == '>' || peek(t, 2) == '|')
		return 3;
	if (!ahead(t, "(?<") && !ahead(t, "(?P<") && !ahead(t, "(?'"))
		return 0;
	end = span_chr(span_from(t->p, t->i + 4), peek(t, 2) == '\'' ? '\'' : '>');
	return end == SPAN_NPOS ? 0 : 4 + end + 1;
}

/* Past the opening of a look-around. */
static bool read_look_around(struct translation *t)
{
	static const char *const openings[] = { "(?=", "(?!", "(?<=", "(?<!", "(?*", "(?<*" };

	for (size_t i = 0; i < sizeof(openings) / sizeof(*openings); i++) {
		if (ahead(t, openings[i])) {
			t->i += strlen(openings[i]);
			return true;
		}
	}
	return false;
}

/* "(?R)", "(?1)", "(?+1)", "(?&name)", "(?P>name)", "(?P=name)" */
static bool is_reference(const struct translation *t)
{
	char c = peek(t, 2);

	if (c == 'R' || c == '&' || ascii_isdigit(c))
		return true;
	if (c == 'P')
		return peek(t, 3) == '>' || peek(t, 3) == '=';
	return (c == '+' || c == '-') && ascii_isdigit(peek(t, 3));
}

/* What begins with "(" and matches something. */
static bool write_parenthesis(struct translation *t, const struct state *st)
{
	struct state inner = *st;
	size_t opening = group_opening(t);

	if (opening != 0) {
		t->i += opening;
		return write_group(t, st);
	}
	if (is_reference(t)) {
		skip_past(t, ")");
		return write_anything(t);
	}
	if (!ahead(t, "(?") || ahead(t, "(?(") || ahead(t, "(?C")) { /* verbs, conditions, callouts */
		t->bad = true;
		return true;
	}
	t->i += 2;
	read_flags(t, &inner);
	t->i++;
	return write_group(t, &inner);
}

/* "(?i)": flags for the rest of the group. */
static bool read_flag_setting(struct translation *t, struct state *st)
{
	size_t i = t->i + 2;

	if (!ahead(t, "(?"))
		return false;
	while (i < t->p.len && (ascii_isalpha(t->p.p[i]) || t->p.p[i] == '^' || t->p.p[i] == '-'))
		i++;
	if (i >= t->p.len || t->p.p[i] != ')' || is_reference(t))
		return false;
	t->i += 2;
	read_flags(t, st);
	t->i++;
	return true;
}

static bool write_item(struct translation *t, const struct state *st)
{
	char c = peek(t, 0);

	if (t->quoting)
		return write_literal(t, st, c);
	switch (c) {
	case '(': return write_parenthesis(t, st);
	case '\\': return write_escape(t, st);
	case '[': return write_probed(t, st, regex_class_end(t->p, t->i) - t->i);
	case '.':
		t->i++;
		buf_str(t->out, st->dotall ? "." : "[^\\x0a]");
		return st->dotall;
	default: return write_literal(t, st, c);
	}
}

/* One thing that matches bytes, and its repeat. */
static void write_repeated(struct translation *t, struct state *st)
{
	size_t mark = t->out->len;
	bool line_end = write_item(t, st);
	struct repeat r = read_repeat(t, st);

	if (r.max == 0) {
		t->out->len = mark;
		return;
	}
	if (r.any)
		write_repeat(t, mark, &r);
	st->after_line_end = line_end || (r.min == 0 && st->after_line_end);
}

static bool write_alternatives(struct translation *t, struct state st)
{
	bool line_end = false;
	const char *form;

	st.after_line_end = true;
	for (;;) {
		skip_noise(t, &st);
		if (at_end(t) || (!t->quoting && peek(t, 0) == ')'))
			return line_end || st.after_line_end;
		if (!t->quoting && peek(t, 0) == '|') {
			buf_char(t->out, '|');
			t->i++;
			line_end = line_end || st.after_line_end;
			st.after_line_end = true;
		} else if (!t->quoting && read_look_around(t)) {
			skip_look_around(t, &st);
		} else if (!t->quoting && read_assertion(t, &st, &form)) {
			buf_str(t->out, read_repeat(t, &st).any ? "" : form);
		} else if (t->quoting || !read_flag_setting(t, &st)) {
			write_repeated(t, &st);
		}
	}
}

bool prefilter_translate(const struct regex *regex, unsigned flags, bool anchors, enum prefilter_form form, struct buf *out, bool *caseless_r)
{
	struct translation t = { .p = regex_text(regex), .out = out, .groups = regex_groups(regex), .form = form, .anchors = anchors,
		.caseless = (flags & REGEX_CASELESS) != 0 };
	struct state st = { .caseless = t.caseless, .dotall = (flags & REGEX_DOTALL) != 0, .extended = (flags & REGEX_EXTENDED) != 0 };

	*caseless_r = t.caseless;
	write_alternatives(&t, st);
	return !t.bad && t.i >= t.p.len && t.depth == 0;
}
