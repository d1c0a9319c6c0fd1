#include "mail/html_text.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/html_entity.h"

/* Classes of bytes in text: 0 is copied as it is. */
enum { PLAIN, WHITE, AMPERSAND, CONTROL, LEAD };

/* Lead bytes behind which an invisible or white character can hide. */
static const uint8_t byte_class[256] = {
	[0x00] = CONTROL, [0x01] = CONTROL, [0x02] = CONTROL, [0x03] = CONTROL, [0x04] = CONTROL, [0x05] = CONTROL, [0x06] = CONTROL,
	[0x07] = CONTROL, [0x08] = CONTROL, ['\t'] = WHITE, ['\n'] = WHITE, [0x0b] = WHITE, ['\f'] = WHITE, ['\r'] = WHITE,
	[0x0e] = CONTROL, [0x0f] = CONTROL, [0x10] = CONTROL, [0x11] = CONTROL, [0x12] = CONTROL, [0x13] = CONTROL, [0x14] = CONTROL,
	[0x15] = CONTROL, [0x16] = CONTROL, [0x17] = CONTROL, [0x18] = CONTROL, [0x19] = CONTROL, [0x1a] = CONTROL, [0x1b] = CONTROL,
	[0x1c] = CONTROL, [0x1d] = CONTROL, [0x1e] = CONTROL, [0x1f] = CONTROL, [' '] = WHITE, ['&'] = AMPERSAND, [0x7f] = CONTROL,
	[0xc2] = LEAD, [0xcd] = LEAD, [0xd8] = LEAD, [0xe1] = LEAD, [0xe2] = LEAD, [0xe3] = LEAD, [0xef] = LEAD, [0xf3] = LEAD,
};

enum cp_kind { CP_PLAIN, CP_SPACE, CP_LINE, CP_INVISIBLE, CP_OVERRIDE, CP_CONTROL };

static enum cp_kind kind_low(uint32_t cp)
{
	if (cp >= 0x80 && cp < 0xa0)
		return CP_CONTROL;
	switch (cp) {
	case 0xa0:
		return CP_SPACE;
	case 0xad:
	case 0x34f:  /* combining grapheme joiner */
	case 0x61c:  /* Arabic letter mark */
	case 0x115f: /* Hangul fillers */
	case 0x1160:
	case 0x17b4: /* Khmer inherent vowels */
	case 0x17b5:
	case 0x180b: /* Mongolian selectors */
	case 0x180c:
	case 0x180d:
	case 0x180e:
		return CP_INVISIBLE;
	case 0x1680:
		return CP_SPACE;
	default:
		return CP_PLAIN;
	}
}

static enum cp_kind kind_general_punctuation(uint32_t cp)
{
	if (cp <= 0x200a || cp == 0x202f || cp == 0x205f)
		return CP_SPACE;
	if (cp <= 0x200f)
		return CP_INVISIBLE;
	if (cp == 0x2028 || cp == 0x2029)
		return CP_LINE;
	if (cp == 0x202d || cp == 0x202e)
		return CP_OVERRIDE;
	return (cp >= 0x202a && cp <= 0x202c) || cp >= 0x2060 ? CP_INVISIBLE : CP_PLAIN;
}

static enum cp_kind kind_of(uint32_t cp)
{
	if (cp < 0x80)
		return byte_class[cp] == WHITE ? CP_SPACE : byte_class[cp] == CONTROL ? CP_CONTROL : CP_PLAIN;
	if (cp < 0x2000)
		return kind_low(cp);
	if (cp < 0x2070)
		return kind_general_punctuation(cp);
	if (cp == 0x3000)
		return CP_SPACE;
	if (cp == 0x3164 || cp == 0xfeff || cp == 0xffa0 || (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0000 && cp <= 0xe0fff))
		return CP_INVISIBLE;
	return CP_PLAIN;
}

/*
 * Letters of scripts in which nothing invisible belongs inside of a word: ASCII, Latin, Greek, Cyrillic, Armenian. Joiners
 * are ordinary spelling in Arabic and Indic scripts.
 */
static bool is_letter(uint32_t cp)
{
	return cp < 0x80 ? ascii_isalnum((char)cp) : cp >= 0xc0 && cp < 0x590;
}

static bool is_letter_lead(uint8_t c)
{
	return c < 0x80 ? ascii_isalnum((char)c) : c >= 0xc3 && c <= 0xd5;
}

static bool behind_letter(const struct html_writer *w)
{
	if (w->len == 0 || w->gap != GAP_NONE)
		return false;
	if ((uint8_t)w->p[w->len - 1] < 0x80)
		return ascii_isalnum(w->p[w->len - 1]);
	return w->len >= 2 && (uint8_t)w->p[w->len - 2] >= 0xc3 && (uint8_t)w->p[w->len - 2] <= 0xd5;
}

bool html_text_in_word(const struct html_writer *w)
{
	return w->len != 0 && w->gap == GAP_NONE && ascii_isalnum(w->p[w->len - 1]);
}

static void flush_gap(struct html_writer *w)
{
	if (w->gap != GAP_NONE && w->len != 0)
		w->p[w->len++] = w->gap == GAP_LINE ? '\n' : ' ';
	w->gap = GAP_NONE;
}

static void report(struct html_writer *w, enum fact fact)
{
	if (w->facts != NULL)
		fact_add(w->facts, fact);
}

static void put_bytes(struct html_writer *w, uint32_t cp)
{
	char *o = w->p + w->len;

	if (cp < 0x80) {
		*o++ = (char)cp;
	} else if (cp < 0x800) {
		*o++ = (char)(0xc0 | cp >> 6);
		*o++ = (char)(0x80 | (cp & 0x3f));
	} else if (cp < 0x10000) {
		*o++ = (char)(0xe0 | cp >> 12);
		*o++ = (char)(0x80 | (cp >> 6 & 0x3f));
		*o++ = (char)(0x80 | (cp & 0x3f));
	} else {
		*o++ = (char)(0xf0 | cp >> 18);
		*o++ = (char)(0x80 | (cp >> 12 & 0x3f));
		*o++ = (char)(0x80 | (cp >> 6 & 0x3f));
		*o++ = (char)(0x80 | (cp & 0x3f));
	}
	w->len = (size_t)(o - w->p);
}

static void put(struct html_writer *w, uint32_t cp)
{
	switch (kind_of(cp)) {
	case CP_SPACE:
		html_text_gap(w, GAP_SPACE);
		w->zero_width = false;
		return;
	case CP_LINE:
		html_text_gap(w, GAP_LINE);
		w->zero_width = false;
		return;
	case CP_OVERRIDE:
		report(w, FACT_TEXT_BIDI_OVERRIDE);
		return;
	case CP_INVISIBLE:
		if (behind_letter(w))
			w->zero_width = true;
		return;
	case CP_CONTROL:
		return;
	case CP_PLAIN:
		if (w->zero_width && is_letter(cp))
			report(w, FACT_TEXT_ZERO_WIDTH);
		w->zero_width = false;
		flush_gap(w);
		put_bytes(w, cp);
	}
}

/* A reference at the front of rest; returns the bytes taken. */
static size_t write_reference(struct html_writer *w, struct span rest)
{
	struct html_entity e;
	size_t taken = html_entity_read(rest, false, &e);

	if (taken == 0) {
		put(w, '&');
		return 1;
	}
	if (e.numeric && e.cp[0] < 0x80 && ascii_isalpha((char)e.cp[0]) && w->letters != NULL)
		(*w->letters)++;
	put(w, e.cp[0]);
	if (e.cp[1] != 0)
		put(w, e.cp[1]);
	return taken;
}

/* What is neither plain nor white; returns the bytes taken. */
static size_t write_special(struct html_writer *w, struct span rest, unsigned flags)
{
	size_t taken = 1;
	uint32_t cp;

	switch (byte_class[(uint8_t)rest.p[0]]) {
	case AMPERSAND:
		if (flags & HTML_TEXT_REFERENCES)
			return write_reference(w, rest);
		put(w, '&');
		return 1;
	case LEAD:
		cp = utf8_next(rest, &taken);
		if (cp != UTF8_BAD) /* the source should have none */
			put(w, cp);
		return taken;
	default: /* control characters are not shown */
		return 1;
	}
}

/* Copies plain bytes, single blanks between them included; returns where it stopped. */
static const char *copy_plain(struct html_writer *w, const char *p, const char *end)
{
	char *o;

	if (w->zero_width && is_letter_lead((uint8_t)*p))
		report(w, FACT_TEXT_ZERO_WIDTH);
	w->zero_width = false;
	flush_gap(w);
	o = w->p + w->len;
	for (;;) {
		while (p < end && byte_class[(uint8_t)*p] == PLAIN)
			*o++ = *p++;
		if (end - p < 2 || *p != ' ' || byte_class[(uint8_t)p[1]] != PLAIN)
			break;
		*o++ = *p++;
	}
	w->len = (size_t)(o - w->p);
	return p;
}

static const char *skip_white(struct html_writer *w, const char *p, const char *end, unsigned flags)
{
	enum html_gap gap = GAP_SPACE;

	for (; p < end && byte_class[(uint8_t)*p] == WHITE; p++)
		if (*p == '\n' && (flags & HTML_TEXT_LINES))
			gap = GAP_LINE;
	html_text_gap(w, gap);
	w->zero_width = false;
	return p;
}

void html_text_write(struct html_writer *w, struct span run, unsigned flags)
{
	const char *p = run.p, *end = span_end(run);

	while (p < end) {
		switch (byte_class[(uint8_t)*p]) {
		case PLAIN:
			p = copy_plain(w, p, end);
			break;
		case WHITE:
			p = skip_white(w, p, end, flags);
			break;
		default:
			p += write_special(w, span_range(p, end), flags);
		}
	}
}

struct span html_text_fold(struct arena *arena, struct span raw)
{
	struct html_writer w = { .cap = HTML_TEXT_ROOM(raw.len) };

	raw = span_trim(raw);
	if (raw.len == 0)
		return SPAN_NONE;
	w.p = arena_bytes(arena, w.cap);
	html_text_write(&w, raw, HTML_TEXT_REFERENCES);
	return span_make(w.p, w.len);
}
