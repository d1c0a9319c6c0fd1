/* Encoded words of RFC 2047, read as mail programs read them: white space and 8-bit bytes inside pass, and words of any length. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/header.h"
#include "mail/message_decode.h"

/* Opening an iconv descriptor is dear; beyond this many conversions in one field, words stay as they are. */
#define MAX_CONVERSIONS 64
#define MAX_CHARSET_NAME 64

struct word {
	struct span charset, text; /* text still encoded */
	char encoding;             /* 'b' or 'q' */
	size_t len;                /* of the whole word, delimiters included */
};

struct decode {
	struct arena *arena;
	struct buf out;
	struct buf run;      /* bytes of adjacent words of one charset, not converted yet */
	struct span charset; /* of run */
	unsigned conversions;
	struct facts *facts;
	bool encoded;
};

static bool word_parse(struct span s, struct word *w_r)
{
	struct span rest = span_from(s, 2);
	size_t n = span_chr(span_sub(rest, 0, MAX_CHARSET_NAME), '?'), star;

	if (n == SPAN_NPOS || n == 0)
		return false;
	w_r->charset = span_sub(rest, 0, n);
	star = span_chr(w_r->charset, '*'); /* RFC 2231, 5: a language may follow */
	if (star != SPAN_NPOS)
		w_r->charset.len = star;
	rest = span_from(rest, n + 1);
	if (rest.len < 3 || rest.p[1] != '?')
		return false;
	w_r->encoding = ascii_tolower(rest.p[0]);
	if (w_r->encoding != 'b' && w_r->encoding != 'q')
		return false;
	rest = span_from(rest, 2);
	/* The text cannot hold a question mark: this look-ahead is what keeps hostile fields linear. */
	n = span_chr(rest, '?');
	if (n == SPAN_NPOS || n + 1 >= rest.len || rest.p[n + 1] != '=')
		return false;
	w_r->text = span_sub(rest, 0, n);
	w_r->len = (size_t)(rest.p + n + 2 - s.p);
	return true;
}

static void add_base64(struct decode *d, struct span text)
{
	struct facts facts = { 0 };

	buf_add(&d->run, decode_base64(d->arena, text, &facts));
	/* Missing padding is common and harmless; a lone character is not. */
	if (fact_has(&facts, FACT_BASE64_BAD_CHAR) || (text.len % 4 == 1 && fact_has(&facts, FACT_BASE64_BAD_PADDING)))
		fact_add(d->facts, FACT_HEADER_BAD_ENCODED_WORD);
}

static void add_q(struct decode *d, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.p[i];

		if (c == '_') {
			c = ' ';
		} else if (c == '=') {
			bool room = text.len - i > 2;
			int hi = room ? ascii_xvalue(text.p[i + 1]) : -1;
			int lo = room ? ascii_xvalue(text.p[i + 2]) : -1;

			if (hi < 0 || lo < 0) {
				fact_add(d->facts, FACT_HEADER_BAD_ENCODED_WORD);
			} else {
				c = (char)(hi << 4 | lo);
				i += 2;
			}
		}
		buf_char(&d->run, c);
	}
}

static void run_flush(struct decode *d)
{
	struct facts facts = { 0 };
	struct span text = buf_span(&d->run);

	if (text.len == 0)
		return;
	if (span_case_eq(d->charset, SPAN_LIT("utf-8")) || span_case_eq(d->charset, SPAN_LIT("us-ascii"))) {
		if (!utf8_valid(text)) {
			fact_add(d->facts, FACT_HEADER_BAD_ENCODED_WORD);
			text = charset_to_utf8(d->arena, SPAN_NONE, text, text.len * 3, &facts);
		}
	} else {
		text = charset_to_utf8(d->arena, d->charset, text, text.len * 4, &facts);
		d->conversions++;
		if (fact_has(&facts, FACT_CHARSET_UNKNOWN) || fact_has(&facts, FACT_CHARSET_BAD_BYTES))
			fact_add(d->facts, FACT_HEADER_BAD_ENCODED_WORD);
	}
	buf_add(&d->out, utf8_repair(d->arena, text));
	buf_clear(&d->run);
}

static void add_word(struct decode *d, const struct word *w)
{
	/* A character may be split over adjacent words of one charset. */
	if (!span_case_eq(d->charset, w->charset)) {
		run_flush(d);
		d->charset = w->charset;
	}
	d->encoded = true;
	if (w->encoding == 'b')
		add_base64(d, w->text);
	else
		add_q(d, w->text);
}

/* Text outside of encoded words. */
static void add_plain(struct decode *d, struct span s)
{
	struct facts facts = { 0 };

	if (s.len == 0)
		return;
	run_flush(d);
	if (utf8_ascii_len(s) < s.len) {
		if (utf8_valid(s)) {
			fact_add(d->facts, FACT_HEADER_UTF8);
		} else {
			fact_add(d->facts, FACT_HEADER_RAW_8BIT);
			s = utf8_repair(d->arena, charset_to_utf8(d->arena, SPAN_LIT("windows-1252"), s, s.len * 3, &facts));
		}
	}
	buf_add(&d->out, s);
}

static bool all_space(struct span s)
{
	return span_trim(s).len == 0;
}

static struct span decode_words(struct decode *d, struct span s)
{
	bool after_word = false;
	size_t from = 0, at = 0;
	struct word w;

	while (at < s.len) {
		size_t n = span_find(span_from(s, at), SPAN_LIT("=?"));

		if (n == SPAN_NPOS)
			break;
		at += n;
		if (d->conversions >= MAX_CONVERSIONS || !word_parse(span_from(s, at), &w)) {
			fact_add(d->facts, FACT_HEADER_BAD_ENCODED_WORD);
			at += 2;
			continue;
		}
		n = at - from;
		if (!after_word || !all_space(span_sub(s, from, n)))
			add_plain(d, span_sub(s, from, n));
		add_word(d, &w);
		at += w.len;
		from = at;
		after_word = true;
	}
	add_plain(d, span_from(s, from));
	run_flush(d);
	return buf_span(&d->out);
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether one of 8 bytes is 8-bit, a control character or a question mark. May err towards true. */
static bool word_is_odd(const char *p)
{
	uint64_t w, mark, del;

	memcpy(&w, p, sizeof(w));
	mark = w ^ EACH('?');
	del = w ^ EACH(0x7f);
	return ((w | (w - EACH(0x20)) | (mark - EACH(1)) | (del - EACH(1))) & EACH(0x80)) != 0;
}

/* What has to be looked at: bit 0 for a possible encoded word, 1 for 8-bit bytes, 2 for control characters. */
static unsigned survey(struct span s)
{
	unsigned found = 0;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c;

		while (s.len - i >= 8 && !word_is_odd(s.p + i))
			i += 8;
		if (i == s.len)
			break;
		c = (uint8_t)s.p[i];
		if (c == '?' && i != 0 && s.p[i - 1] == '=')
			found |= 1;
		found |= (c >> 7) * 2u;
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			found |= 4;
	}
	return found;
}

struct span header_decode(struct arena *arena, struct span unfolded, struct facts *facts, bool *encoded_r)
{
	struct decode d = { .arena = arena, .out = BUF_INIT(arena), .run = BUF_INIT(arena), .facts = facts };
	unsigned found = survey(unfolded);

	*encoded_r = false;
	if (found & 4)
		fact_add(facts, FACT_HEADER_CONTROL_CHAR);
	if ((found & 3) == 0)
		return unfolded;
	unfolded = decode_words(&d, unfolded);
	*encoded_r = d.encoded;
	return unfolded;
}
