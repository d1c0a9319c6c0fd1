#include "mail/fold.h"

#include "base/ascii.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/fold_table.h"

#define FORM_MASK 0x3fff

struct folding {
	struct span in;
	struct buf out;
	bool pattern;
	bool in_class;     /* of a pattern: within [...] */
	bool strong;       /* the text has letters of other scripts that look like no Latin ones */
	bool latin;        /* what look-alikes become in the word that ends at ... */
	size_t decided;    /* ... this place */
	size_t word;       /* of a pattern: where the word began */
};

static unsigned value_of(uint32_t cp)
{
	size_t page = cp >> 7;

	return fold_value[fold_page[page < FOLD_PAGES ? page : FOLD_PAGES - 1]][cp & 127];
}

static unsigned next_value(struct span s, size_t at, size_t *taken_r)
{
	uint32_t cp = utf8_next(span_from(s, at), taken_r);

	return cp == UTF8_BAD ? FOLD_KEEP : value_of(cp);
}

/* A letter of another script for which no Latin one can be mistaken. */
static bool is_strong(unsigned value)
{
	return value == FOLD_LETTER || (value >= FOLD_FORM && !(value & (FOLD_LATIN | FOLD_LOOK)));
}

static bool has_strong(struct span s)
{
	for (size_t at = 0, n; at < s.len; at += n) {
		n = 1;
		if ((uint8_t)s.p[at] >= 128 && is_strong(next_value(s, at, &n)))
			return true;
	}
	return false;
}

/* Back to where the word began that holds the place "at". */
static size_t word_begin(struct span s, size_t at)
{
	size_t begin = at, n;

	while (at > 0) {
		unsigned value;

		for (at--; at > 0 && ((uint8_t)s.p[at] & 0xc0) == 0x80; at--)
			;
		if ((uint8_t)s.p[at] < 128 ? !ascii_isalnum(s.p[at]) : (value = next_value(s, at, &n)) == FOLD_KEEP || value == FOLD_BLANK || value == FOLD_LINE)
			break;
		begin = at;
	}
	return begin;
}

/* Whether look-alikes of the word become Latin letters: it has no letters of another script, and Latin ones, or stands in a text without letters of another script. */
static void decide(struct folding *f, size_t begin, size_t at)
{
	bool latin = false, strong = false;
	size_t n;

	for (at = begin; at < f->in.len; at += n) {
		unsigned value = FOLD_KEEP;

		n = 1;
		if ((uint8_t)f->in.p[at] < 128) {
			if (!ascii_isalnum(f->in.p[at]))
				break;
			latin = latin || ascii_isalpha(f->in.p[at]);
			continue;
		}
		value = next_value(f->in, at, &n);
		if (value == FOLD_KEEP || value == FOLD_BLANK || value == FOLD_LINE)
			break;
		latin = latin || (value & FOLD_LATIN) != 0;
		strong = strong || is_strong(value);
	}
	f->decided = at;
	f->latin = !strong && (latin || (!f->pattern && !f->strong));
}

static struct span form_at(size_t offset)
{
	return span_make((const char *)fold_forms + offset + 1, fold_forms[offset]);
}

static bool all_plain(struct span form)
{
	for (size_t i = 0; i < form.len; i++) {
		if ((uint8_t)form.p[i] < 128 && !ascii_isalnum(form.p[i]))
			return false;
	}
	return true;
}

static bool quantified(const struct folding *f, size_t at)
{
	return at < f->in.len && (f->in.p[at] == '?' || f->in.p[at] == '*' || f->in.p[at] == '+' || f->in.p[at] == '{');
}

/* As text of a pattern: no byte of it has a meaning there, and a repeat behind it is for all of it. */
static void write_pattern(struct folding *f, struct span form, size_t next)
{
	bool group = !f->in_class && form.len > 1 && quantified(f, next);

	if (f->in_class && form.len > 1 && (uint8_t)form.p[0] < 128)
		form.len = 1;
	if (group)
		buf_str(&f->out, "(?:");
	for (size_t i = 0; i < form.len; i++) {
		if ((uint8_t)form.p[i] < 128 && !ascii_isalnum(form.p[i]))
			buf_char(&f->out, '\\');
		buf_char(&f->out, form.p[i]);
	}
	if (group)
		buf_char(&f->out, ')');
}

static void write_form(struct folding *f, struct span form, size_t next)
{
	if (f->pattern && (!all_plain(form) || form.len > 1))
		write_pattern(f, form, next);
	else
		buf_add(&f->out, form);
}

/* One character that is not ASCII, at "at"; value is what the table says of it. */
static void write_char(struct folding *f, size_t at, size_t n, unsigned value)
{
	size_t offset = value & FORM_MASK;

	if (value == FOLD_DROP)
		return;
	if (value == FOLD_KEEP || value == FOLD_LETTER) {
		write_form(f, span_sub(f->in, at, n), at + n);
		return;
	}
	if ((value & FOLD_LOOK) != 0) {
		if (at >= f->decided)
			decide(f, f->pattern ? f->word : word_begin(f->in, at), at);
		if (!f->latin)
			offset += 1u + fold_forms[offset];
	}
	write_form(f, form_at(offset), at + n);
}

static bool is_blank_byte(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The length of the run of blanks at "at"; what it becomes. Invisible characters in it do not end it. */
static size_t blank_run(struct span s, size_t at, char *as_r)
{
	size_t i = at, n, end = at;

	*as_r = ' ';
	for (; i < s.len; i += n) {
		unsigned value = FOLD_KEEP;

		n = 1;
		if (is_blank_byte(s.p[i])) {
			value = s.p[i] == '\n' || s.p[i] == '\r' ? FOLD_LINE : FOLD_BLANK;
		} else if ((uint8_t)s.p[i] >= 128) {
			value = next_value(s, i, &n);
		}
		if (value != FOLD_BLANK && value != FOLD_LINE && value != FOLD_DROP)
			break;
		if (value == FOLD_LINE)
			*as_r = '\n';
		if (value != FOLD_DROP)
			end = i + n;
	}
	return end - at;
}

/* How far the text is in plain form already: ASCII without runs of blanks. */
static size_t plain_length(struct span s, size_t at)
{
	bool blank = false;

	for (; at < s.len; at++) {
		char c = s.p[at];

		if ((uint8_t)c >= 128)
			return blank ? at - 1 : at; /* more blanks may follow */
		if ((uint8_t)c > ' ') {
			blank = false;
			continue;
		}
		if (!is_blank_byte(c))
			blank = false;
		else if (blank || (c != ' ' && c != '\n'))
			return blank ? at - 1 : at;
		else
			blank = true;
	}
	return at;
}

struct span fold_text(struct arena *arena, struct span text)
{
	struct folding f = { .in = text, .out = BUF_INIT(arena) };
	size_t at = plain_length(text, 0);

	if (at == text.len)
		return text;
	f.strong = has_strong(text);
	buf_reserve(&f.out, text.len + text.len / 8);
	buf_add(&f.out, span_sub(text, 0, at));
	while (at < text.len) {
		size_t n = 1, end;
		unsigned value = FOLD_BLANK;
		char as;

		if ((uint8_t)text.p[at] >= 128)
			value = next_value(text, at, &n);
		if (value == FOLD_BLANK || value == FOLD_LINE) {
			n = blank_run(text, at, &as);
			buf_char(&f.out, as);
		} else {
			write_char(&f, at, n, value);
		}
		at += n;
		end = plain_length(text, at);
		buf_add(&f.out, span_sub(text, at, end - at));
		at = end;
	}
	return buf_span(&f.out);
}

/* The length of an escape at "at"; its letters are no word. */
static size_t escape_length(struct span p, size_t at)
{
	size_t i = at + 2, most = 2;

	if (i > p.len)
		return p.len - at;
	if ((uint8_t)p.p[at + 1] >= 128)
		return 1;
	if (ascii_tolower(p.p[at + 1]) != 'x' && ascii_tolower(p.p[at + 1]) != 'p')
		return 2;
	if (i < p.len && p.p[i] == '{') {
		size_t end = span_chr(span_from(p, i), '}');

		return end == SPAN_NPOS ? 2 : i + end + 1 - at;
	}
	for (; p.p[at + 1] == 'x' && most > 0 && i < p.len && ascii_isxdigit(p.p[i]); most--)
		i++;
	return i - at;
}

/* "[", "[^", "[]", "[^]": the "]" is a member. */
static size_t class_opening(struct span p, size_t at)
{
	size_t n = 1;

	if (at + n < p.len && p.p[at + n] == '^')
		n++;
	if (at + n < p.len && p.p[at + n] == ']')
		n++;
	return n;
}

static size_t ascii_item(struct folding *f, size_t at)
{
	char c = f->in.p[at];
	size_t end;

	if (c == '\\')
		return escape_length(f->in, at);
	if (c == '[' && !f->in_class) {
		f->in_class = true;
		return class_opening(f->in, at);
	}
	if (c == '[' && span_starts(span_from(f->in, at), SPAN_LIT("[:")) && (end = span_find(span_from(f->in, at), SPAN_LIT(":]"))) != SPAN_NPOS)
		return end + 2;
	if (c == ']')
		f->in_class = false;
	return 1;
}

static size_t write_ascii(struct folding *f, size_t at)
{
	size_t n = ascii_item(f, at);

	if (n != 1 || !ascii_isalnum(f->in.p[at]))
		f->word = at + n;
	buf_add(&f->out, span_sub(f->in, at, n));
	return n;
}

struct span fold_pattern(struct arena *arena, struct span pattern)
{
	struct folding f = { .in = pattern, .out = BUF_INIT(arena), .pattern = true };

	if (utf8_ascii_len(pattern) == pattern.len)
		return pattern;
	for (size_t at = 0, n; at < pattern.len; at += n) {
		unsigned value;

		if ((uint8_t)pattern.p[at] < 128) {
			n = write_ascii(&f, at);
			continue;
		}
		value = next_value(pattern, at, &n);
		if (value == FOLD_BLANK || value == FOLD_LINE)
			write_form(&f, value == FOLD_LINE ? SPAN_LIT("\n") : SPAN_LIT(" "), at + n);
		else
			write_char(&f, at, n, value);
		if (value == FOLD_KEEP || value == FOLD_BLANK || value == FOLD_LINE)
			f.word = at + n;
	}
	return buf_span(&f.out);
}
