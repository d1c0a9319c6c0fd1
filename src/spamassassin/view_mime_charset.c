#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/charset.h"
#include "spamassassin/view_private.h"

#define REPLACEMENT 0xfffd

/* Bytes 80 to 9f of Windows-1252; 0: not assigned. */
static const uint16_t windows_1252[32] = {
	0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0,
	0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
};

/* ---- UTF-8 as Encode's strict decoder has it: no noncharacters either ---- */

static bool is_noncharacter(uint32_t cp)
{
	return (cp & 0xfffe) == 0xfffe || (cp >= 0xfdd0 && cp <= 0xfdef);
}

static bool utf8_is_strict(struct span s)
{
	while (s.len != 0) {
		size_t n = utf8_ascii_len(s);

		s = span_from(s, n);
		while (s.len != 0 && (uint8_t)s.p[0] >= 0x80) {
			uint32_t cp = utf8_next(s, &n);

			if (cp == UTF8_BAD || is_noncharacter(cp))
				return false;
			s = span_from(s, n);
		}
	}
	return true;
}

/* Bytes of the malformed sequence at the front: as many as a good one could have begun with. */
static size_t bad_len(struct span s)
{
	uint8_t c = (uint8_t)s.p[0];
	size_t want = c >= 0xf0 && c <= 0xf4 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc2 && c < 0xe0 ? 2 : 1, n = 1;

	while (n < want && n < s.len && ((uint8_t)s.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static struct span utf8_mend(struct arena *arena, struct span s)
{
	struct buf b = BUF_INIT(arena);

	while (s.len != 0) {
		size_t n;
		uint32_t cp = utf8_next(s, &n);

		if (cp == UTF8_BAD || is_noncharacter(cp)) {
			n = cp == UTF8_BAD ? bad_len(s) : n;
			cp = REPLACEMENT;
		}
		utf8_add(&b, cp);
		s = span_from(s, n);
	}
	return buf_span(&b);
}

static struct span ascii_mend(struct arena *arena, struct span s)
{
	struct buf b = BUF_INIT(arena);

	for (size_t i = 0; i < s.len; i++)
		utf8_add(&b, (uint8_t)s.p[i] < 0x80 ? (uint8_t)s.p[i] : REPLACEMENT);
	return buf_span(&b);
}

/* ---- labels ---- */

/* Takes a prefix off the front whatever its case. */
static bool take(struct span *s, const char *prefix)
{
	struct span p = span_of(prefix);

	if (!span_case_starts(*s, p))
		return false;
	*s = span_from(*s, p.len);
	return true;
}

static void take_one_of(struct span *s, char a, char b)
{
	if (s->len != 0 && (s->p[0] == a || s->p[0] == b))
		*s = span_from(*s, 1);
}

static bool all_digits(struct span s, size_t min, size_t max)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_isdigit(s.p[i]))
			return false;
	}
	return s.len >= min && s.len <= max;
}

static bool is_us_ascii(struct span label)
{
	take(&label, "us-");
	return span_case_eq(label, SPAN_LIT("ascii"));
}

static bool is_utf8(struct span label)
{
	return span_case_eq(label, SPAN_LIT("utf-8")) || span_case_eq(label, SPAN_LIT("utf8"));
}

/* GB18030, for which Encode has no decoder of its own. */
static bool is_gb18030(struct span label)
{
	if (!take(&label, "gb"))
		return false;
	take_one_of(&label, ' ', '-');
	if (!take(&label, "18030"))
		return false;
	return label.len == 0 || (take(&label, "-20") && all_digits(label, 2, 2));
}

/* Labels under which ASCII is not decoded at all. */
static bool is_ascii_superset(struct span label)
{
	struct span s = label;

	if (is_us_ascii(s) || is_utf8(s) || is_gb18030(s) || span_case_eq(s, SPAN_LIT("iso646-us")) || span_case_eq(s, SPAN_LIT("big5")) || span_case_eq(s, SPAN_LIT("gbk")))
		return true;
	if (take(&s, "windows-"))
		return all_digits(s, 4, 4);
	if (take(&s, "koi8-") || take(&s, "euc-"))
		return s.len != 0 && s.len <= 2 && ascii_isalpha(s.p[0]) && ascii_isalpha(s.p[s.len - 1]);
	if (take(&s, "ansi")) {
		take_one_of(&s, '_', ' ');
		return span_case_eq(s, SPAN_LIT("x3.4-1968")) || span_case_eq(s, SPAN_LIT("x3.4-1986"));
	}
	if (!take(&s, "iso"))
		return false;
	take_one_of(&s, ' ', '-');
	if (!take(&s, "8859"))
		return false;
	return s.len == 0 || (take(&s, "-") && all_digits(s, 1, 2));
}

/* ---- decoders ---- */

/* False when a byte is not assigned and insist is not set. */
static bool decode_1252(struct arena *arena, struct span s, bool insist, struct span *text_r)
{
	struct buf b = BUF_INIT(arena);

	buf_grow(&b, s.len + s.len / 2 + 16);
	while (s.len != 0) {
		size_t n = utf8_ascii_len(s);

		buf_add(&b, span_sub(s, 0, n));
		for (; n < s.len && (uint8_t)s.p[n] >= 0x80; n++) {
			uint32_t cp = (uint8_t)s.p[n];

			if (cp < 0xa0)
				cp = windows_1252[cp - 0x80];
			if (cp == 0 && !insist)
				return false;
			utf8_add(&b, cp == 0 ? REPLACEMENT : cp);
		}
		s = span_from(s, n);
	}
	*text_r = buf_span(&b);
	return true;
}

/* EUC with two bytes of 94 each, as Encode's euc-cn and euc-kr want it. */
static bool is_euc(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c < 0x80)
			continue;
		i++;
		if (c < 0xa1 || c == 0xff || i == s.len || (uint8_t)s.p[i] < 0xa1 || (uint8_t)s.p[i] == 0xff)
			return false;
	}
	return true;
}

static bool is_c1(char c)
{
	return (uint8_t)c >= 0x80 && (uint8_t)c < 0xa0;
}

/* ISO-8859-2 and so on have control characters where their Windows kin, which our own decoders take for them, has letters. */
static struct span decode_iso(struct arena *arena, struct span s, struct span label, struct facts *facts)
{
	struct buf b = BUF_INIT(arena);

	while (s.len != 0) {
		size_t n = 0;

		while (n < s.len && !is_c1(s.p[n]))
			n++;
		buf_add(&b, charset_to_utf8(arena, label, span_sub(s, 0, n), n * 4 + 16, facts));
		for (; n < s.len && is_c1(s.p[n]); n++)
			utf8_add(&b, (uint8_t)s.p[n]);
		s = span_from(s, n);
	}
	return buf_span(&b);
}

static bool has_c1(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (is_c1(s.p[i]))
			return true;
	}
	return false;
}

/* Our own look-up passes over what is no letter or digit; Encode's does not. */
static bool is_sound_label(struct span label)
{
	for (size_t i = 0; i < label.len; i++) {
		if (!ascii_isalnum(label.p[i]) && span_chr(SPAN_LIT("-_.:+"), label.p[i]) == SPAN_NPOS && (label.p[i] != ' ' || i == 0 || i + 1 == label.len))
			return false;
	}
	return label.len != 0 && !span_case_eq(label, SPAN_LIT("x-none")) && !span_case_eq(label, SPAN_LIT("none"));
}

static bool decode_label(struct arena *arena, struct span bytes, struct span label, bool insist, struct span *text_r)
{
	struct facts facts = { 0 };

	if (span_case_eq(label, SPAN_LIT("iso-8859-1")) || span_case_eq(label, SPAN_LIT("iso8859-1")) || span_case_eq(label, SPAN_LIT("windows-1252")) ||
	    span_case_eq(label, SPAN_LIT("cp1252")) || span_case_eq(label, SPAN_LIT("latin1")))
		return decode_1252(arena, bytes, insist, text_r);
	if (is_utf8(label)) {
		*text_r = utf8_is_strict(bytes) ? bytes : insist ? utf8_mend(arena, bytes) : SPAN_NONE;
		return text_r->p != NULL;
	}
	if (!insist && (span_case_eq(label, SPAN_LIT("gb2312")) || span_case_eq(label, SPAN_LIT("euc-kr"))) && !is_euc(bytes))
		return false;
	if (is_us_ascii(label) && insist) {
		*text_r = ascii_mend(arena, bytes);
		return true;
	}
	if (is_us_ascii(label) || !is_sound_label(label))
		return false;
	if (span_case_starts(label, SPAN_LIT("iso-8859-")) && has_c1(bytes))
		*text_r = decode_iso(arena, bytes, label, &facts);
	else
		*text_r = charset_to_utf8(arena, label, bytes, bytes.len * 4 + 16, &facts);
	/* Encode reads on in broken ISO-2022 texts. */
	return !fact_has(&facts, FACT_CHARSET_UNKNOWN) && (insist || span_case_starts(label, SPAN_LIT("iso-2022-")) || !fact_has(&facts, FACT_CHARSET_BAD_BYTES));
}

/* Which byte order UTF-16 without a mark has, by its zeros; false when that cannot be told, or with a mark (then SpamAssassin has no decoder). */
static bool guess_utf16(struct span s, bool *big_r)
{
	size_t little = 0, big = 0, even = 0, odd = 0;

	if (span_starts(s, SPAN_LIT("\xff\xfe")) || span_starts(s, SPAN_LIT("\xfe\xff")))
		return false;
	for (size_t i = 0; i + 1 < s.len; i += 2) {
		uint8_t a = (uint8_t)s.p[i], b = (uint8_t)s.p[i + 1];

		even += (size_t)(a >> 4) + (a & 15u);
		odd += (size_t)(b >> 4) + (b & 15u);
		little += a == 0x20 && b == 0;
		big += a == 0 && b == 0x20;
	}
	little += even > odd * 4;
	big += odd * 4 > even;
	*big_r = big > little;
	return big != little;
}

static bool decode_utf16(struct arena *arena, struct span bytes, struct span *text_r)
{
	struct facts facts = { 0 };
	bool big;

	if (!guess_utf16(bytes, &big))
		return false;
	*text_r = charset_to_utf8(arena, big ? SPAN_LIT("utf-16be") : SPAN_LIT("utf-16le"), bytes, bytes.len * 4 + 16, &facts);
	return !fact_has(&facts, FACT_CHARSET_BAD_BYTES);
}

struct span sa_charset_normalize(struct arena *arena, struct span bytes, struct span charset, bool insist, bool *wide_r)
{
	bool ascii = utf8_ascii_len(bytes) == bytes.len, wide;
	struct span text;

	if (wide_r == NULL)
		wide_r = &wide;
	*wide_r = false;
	if (bytes.len == 0 || (ascii && is_ascii_superset(charset)))
		return bytes;
	*wide_r = true;
	if (!ascii && !insist && utf8_is_strict(bytes))
		return bytes;
	if (!insist && is_us_ascii(charset))
		text = SPAN_NONE; /* 8-bit bytes under the label ASCII */
	else if (span_case_starts(charset, SPAN_LIT("utf16")) || span_case_starts(charset, SPAN_LIT("utf-16")) || span_case_starts(charset, SPAN_LIT("utf 16"))) {
		if (decode_utf16(arena, bytes, &text))
			return text;
	} else if (is_gb18030(charset) ? decode_label(arena, bytes, SPAN_LIT("gbk"), insist, &text) : decode_label(arena, bytes, charset, insist, &text)) {
		return text;
	}
	if (ascii) {
		*wide_r = false;
		return bytes;
	}
	decode_1252(arena, bytes, true, &text);
	return text;
}

/* ---- encoded words ---- */

struct word {
	struct span charset, text;
	bool base64;
	size_t len; /* of the whole */
};

/* The encoded word at the front of s; its text may hold anything but "?". */
static bool read_word(struct span s, struct word *w_r)
{
	size_t i = 2, end;

	if (!span_starts(s, SPAN_LIT("=?")))
		return false;
	while (i < s.len && (ascii_isalnum(s.p[i]) || s.p[i] == '*' || s.p[i] == '_' || s.p[i] == '-'))
		i++;
	if (i == 2 || s.len - i < 3 || s.p[i] != '?' || s.p[i + 2] != '?')
		return false;
	w_r->charset = span_sub(s, 2, i - 2);
	w_r->base64 = ascii_tolower(s.p[i + 1]) == 'b';
	if (!w_r->base64 && ascii_tolower(s.p[i + 1]) != 'q')
		return false;
	w_r->text = span_from(s, i + 3);
	end = span_chr(w_r->text, '?');
	if (end == SPAN_NPOS || end + 1 >= w_r->text.len || w_r->text.p[end + 1] != '=')
		return false;
	w_r->text = span_sub(w_r->text, 0, end);
	w_r->len = i + 3 + end + 2;
	return true;
}

static struct span word_bytes(struct arena *arena, const struct word *w)
{
	char *copy;

	if (w->base64)
		return sa_base64_decode(arena, w->text);
	copy = arena_bytes(arena, w->text.len + 1);
	for (size_t i = 0; i < w->text.len; i++)
		copy[i] = (char)(w->text.p[i] == '_' ? ' ' : w->text.p[i]);
	/* A blank that stands for "_" is "=20" there, never trailing white space; and "=" before a line end cannot come, values are unfolded. */
	return sa_qp_decode(arena, span_make(copy, w->text.len));
}

struct sections {
	struct arena *arena;
	struct buf out;
	struct buf bytes;    /* of the words of one charset that stand side by side */
	struct span charset; /* empty: none waiting */
};

static void sections_flush(struct sections *s)
{
	size_t star = span_chr(s->charset, '*');

	if (s->charset.len == 0)
		return;
	if (star == 0)
		buf_add(&s->out, buf_span(&s->bytes));
	else
		buf_add(&s->out, sa_charset_normalize(s->arena, buf_span(&s->bytes), span_sub(s->charset, 0, star), true, NULL));
	s->charset = SPAN_NONE;
	s->bytes = BUF_INIT(s->arena); /* what was flushed may still be pointed to */
}

static struct span skip_space(struct span s)
{
	while (s.len != 0 && ascii_isspace(s.p[0]))
		s = span_from(s, 1);
	return s;
}

static struct span decode_words(struct arena *arena, struct span body)
{
	struct sections s = { .arena = arena, .out = BUF_INIT(arena), .bytes = BUF_INIT(arena) };
	struct word w, next;

	while (body.len != 0) {
		struct span after;
		size_t n;

		if (read_word(body, &w)) {
			if (s.charset.len != 0 && !span_case_eq(s.charset, w.charset))
				sections_flush(&s);
			s.charset = w.charset;
			buf_add(&s.bytes, word_bytes(arena, &w));
			body = span_from(body, w.len);
			after = skip_space(body);
			if (after.len != body.len && read_word(after, &next))
				body = after;
			continue;
		}
		sections_flush(&s);
		n = span_chr(span_from(body, 1), '=');
		n = body.p[0] == '=' ? 1 : n == SPAN_NPOS ? body.len : n + 1;
		buf_add(&s.out, span_sub(body, 0, n));
		body = span_from(body, n);
	}
	sections_flush(&s);
	return buf_span(&s.out);
}

/* Fields whose encoded words stay as they are. */
static bool is_never_encoded(struct span name)
{
	static const char *const names[] = { "Received", "MIME-Version", "References", "In-Reply-To", "Message-ID", "Date", "Resent-Message-ID", "Resent-Date" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (span_case_eq(name, span_of(names[i])))
			return true;
	}
	return span_case_starts(name, SPAN_LIT("list-"));
}

/* Line ends away; what stands behind them is one blank, if it was white space. */
static struct span unfold(struct arena *arena, struct span s)
{
	char *copy, *to;

	if (span_chr(s, '\n') == SPAN_NPOS)
		return s;
	copy = to = arena_bytes(arena, s.len);
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '\r' && i + 1 < s.len && s.p[i + 1] == '\n')
			continue;
		if (s.p[i] != '\n')
			*to++ = s.p[i];
		else if (i + 1 < s.len && s.p[i + 1] == '\t')
			*to++ = ' ', i++;
	}
	return span_range(copy, to);
}

struct span sa_decode_header(struct arena *arena, struct span body, struct span name)
{
	if (body.len == 0)
		return body;
	body = unfold(arena, body);
	if (utf8_ascii_len(body) != body.len)
		body = sa_charset_normalize(arena, body, SPAN_LIT("utf-8"), false, NULL);
	if (is_never_encoded(name) || !span_has(body, SPAN_LIT("=?")))
		return body;
	return decode_words(arena, body);
}
