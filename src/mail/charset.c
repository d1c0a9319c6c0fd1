#include "mail/charset.h"

#include <errno.h>
#include <iconv.h>

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/charset_table.h"

#define LABEL_MAX 40
#define REPLACEMENT 0xfffd
#define GUESS_BYTES 4096 /* looked at to guess */

/* Indexed by charset_id - CHARSET_SINGLE_N. */
static const char *const iconv_names[] = {
	"GB18030", "BIG5-HKSCS", "UHC", "CP932", "EUC-JP-MS", "ISO-2022-JP-3", "ISO-2022-KR",
};

void charset_init(void)
{
	/* Written once and never read: an open descriptor keeps its converter module in memory. */
	static iconv_t held[sizeof(iconv_names) / sizeof(*iconv_names)];

	for (size_t i = 0; i < sizeof(iconv_names) / sizeof(*iconv_names); i++) {
		if (held[i] == NULL)
			held[i] = iconv_open("UTF-8", iconv_names[i]);
	}
}

/* ---- labels ---- */

static enum charset_id find_label(struct span name)
{
	char label[LABEL_MAX + 1];
	size_t n = 0;

	if (span_case_eq(name, SPAN_LIT("utf-8")))
		return CHARSET_UTF8;
	if (span_case_starts(name, SPAN_LIT("x-")))
		name = span_from(name, 2);
	for (size_t i = 0; i < name.len && name.p[i] != '*'; i++) { /* "*": a language (RFC 2231, 5) */
		if (!ascii_isalnum(name.p[i]))
			continue;
		if (n == LABEL_MAX)
			return CHARSET_NONE;
		label[n++] = ascii_tolower(name.p[i]);
	}
	label[n] = '\0';
	return charset_of_label(label);
}

/* Whether bytes below 80 without shift sequences are ASCII in that charset. */
static bool plain_ascii(enum charset_id id, struct span bytes)
{
	switch (id) {
	case CHARSET_UTF16:
	case CHARSET_UTF16LE:
	case CHARSET_UTF16BE:
	case CHARSET_UTF32:
	case CHARSET_UTF32LE:
	case CHARSET_UTF32BE:
		return false;
	case CHARSET_UTF7:
		return span_chr(bytes, '+') == SPAN_NPOS;
	case CHARSET_ISO_2022_JP:
	case CHARSET_ISO_2022_KR:
		return span_chr(bytes, '\x1b') == SPAN_NPOS && span_chr(bytes, '\x0e') == SPAN_NPOS;
	default:
		return true;
	}
}

/* ---- guesses ---- */

/* Cyrillic in one of its two usual single-byte charsets: lower-case letters, which are the most, stand in different halves. */
static enum charset_id guess_cyrillic(struct span s)
{
	size_t low = 0, high = 0, letters = 0, words = 0;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c >= 0xc0) {
			letters++;
			low += c < 0xe0;
			high += c >= 0xe0;
			words += i != 0 && (uint8_t)s.p[i - 1] >= 0xc0;
		}
		letters += ascii_isalpha(s.p[i]);
	}
	/* In Latin scripts letters above 7F are few and seldom side by side. */
	if (low + high < 8 || (low + high) * 2 < letters || words * 2 < low + high)
		return CHARSET_NONE;
	if (high > low * 2)
		return CHARSET_WINDOWS_1251;
	return low > high * 2 ? CHARSET_KOI8_R : CHARSET_NONE;
}

/* Chinese in GB2312: bytes above A0 come in even runs, most of them of level-1 characters (B0 to D7 first). */
static bool guess_chinese(struct span s)
{
	size_t pairs = 0, common = 0;

	for (size_t i = 0; i < s.len; i++) {
		uint8_t a = (uint8_t)s.p[i];

		if (a < 0x80)
			continue;
		if (i + 1 == s.len)
			break;
		if (a < 0xa1 || a > 0xf7 || (uint8_t)s.p[i + 1] < 0xa1)
			return false;
		pairs++;
		common += (a >= 0xb0 && a <= 0xd7) || a == 0xa3 || a == 0xa1;
		i++;
	}
	return pairs >= 4 && common * 10 > pairs * 8;
}

/* The charset of bytes for which none was declared and that are no UTF-8. */
static enum charset_id guess(struct span bytes)
{
	struct span s = span_sub(bytes, 0, GUESS_BYTES);
	enum charset_id id;

	if (span_starts(bytes, SPAN_LIT("\xff\xfe")) || span_starts(bytes, SPAN_LIT("\xfe\xff")))
		return CHARSET_UTF16;
	id = guess_cyrillic(s);
	if (id != CHARSET_NONE && !(guess_chinese(s) && id == CHARSET_KOI8_R))
		return id;
	return guess_chinese(s) ? CHARSET_GB18030 : CHARSET_WINDOWS_1252;
}

static bool has_jis_escapes(struct span s)
{
	return span_has(s, SPAN_LIT("\x1b$B")) || span_has(s, SPAN_LIT("\x1b$@"));
}

/* ---- decoders: each appends to the buffer and returns whether all bytes were good ---- */

static bool decode_single(struct buf *b, struct span s, const uint16_t upper[static 128])
{
	bool good = true;

	while (s.len != 0 && !b->full) {
		size_t n = utf8_ascii_len(s);

		buf_add(b, span_sub(s, 0, n));
		for (; n < s.len && (uint8_t)s.p[n] >= 0x80; n++) {
			uint16_t cp = upper[(uint8_t)s.p[n] - 0x80];

			good &= cp != 0;
			utf8_add(b, cp != 0 ? cp : REPLACEMENT);
		}
		s = span_from(s, n);
	}
	return good;
}

/* Joins UTF-16 code units to code points. */
struct units {
	struct buf *b;
	uint32_t high; /* a waiting high surrogate, or 0 */
	bool good;
};

static void units_end(struct units *u)
{
	if (u->high != 0) {
		utf8_add(u->b, REPLACEMENT);
		u->good = false;
		u->high = 0;
	}
}

static void units_add(struct units *u, uint32_t unit)
{
	if (unit >= 0xdc00 && unit <= 0xdfff && u->high != 0) {
		utf8_add(u->b, 0x10000 + ((u->high - 0xd800) << 10) + (unit - 0xdc00));
		u->high = 0;
		return;
	}
	units_end(u);
	if (unit >= 0xd800 && unit <= 0xdbff) {
		u->high = unit;
	} else {
		u->good &= unit < 0xd800 || unit > 0xdfff;
		utf8_add(u->b, unit); /* a lone low surrogate becomes U+FFFD there */
	}
}

/* How many of the units (size bytes each) have "zero" as the byte at offset "at". */
static size_t count_zeros(struct span s, size_t size, size_t at)
{
	size_t n = 0;

	for (size_t i = at; i < s.len && i < GUESS_BYTES; i += size)
		n += s.p[i] == '\0';
	return n;
}

static bool decode_utf16(struct buf *b, struct span s, enum charset_id id)
{
	struct units u = { .b = b, .good = true };
	bool big = id == CHARSET_UTF16BE;
	size_t i;

	if (span_starts(s, SPAN_LIT("\xff\xfe")) || span_starts(s, SPAN_LIT("\xfe\xff"))) {
		big = s.p[0] == '\xfe';
		s = span_from(s, 2);
	} else if (id == CHARSET_UTF16) {
		big = count_zeros(s, 2, 0) > count_zeros(s, 2, 1);
	}
	for (i = 0; i + 1 < s.len && !b->full; i += 2) {
		uint8_t first = (uint8_t)s.p[i], second = (uint8_t)s.p[i + 1];

		units_add(&u, big ? (uint32_t)(first << 8 | second) : (uint32_t)(second << 8 | first));
	}
	units_end(&u);
	if (i + 1 == s.len)
		utf8_add(b, REPLACEMENT);
	return u.good && i + 1 != s.len;
}

static bool decode_utf32(struct buf *b, struct span s, enum charset_id id)
{
	bool big = id == CHARSET_UTF32BE, good = true;
	size_t i;

	if (span_starts(s, SPAN_LIT("\xff\xfe\0\0")) || span_starts(s, SPAN_LIT("\0\0\xfe\xff"))) {
		big = s.p[0] == '\0';
		s = span_from(s, 4);
	} else if (id == CHARSET_UTF32) {
		big = count_zeros(s, 4, 0) > count_zeros(s, 4, 3);
	}
	for (i = 0; i + 3 < s.len && !b->full; i += 4) {
		const uint8_t *p = (const uint8_t *)s.p + i;
		uint32_t cp = (uint32_t)p[big ? 0 : 3] << 24 | (uint32_t)p[big ? 1 : 2] << 16 | (uint32_t)p[big ? 2 : 1] << 8 | p[big ? 3 : 0];

		good &= cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
		utf8_add(b, cp);
	}
	if (i < s.len && !b->full) {
		utf8_add(b, REPLACEMENT);
		good = false;
	}
	return good;
}

static int base64_value(char c)
{
	if (ascii_isupper(c))
		return c - 'A';
	if (ascii_islower(c))
		return c - 'a' + 26;
	if (ascii_isdigit(c))
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The base64 run behind a "+" (RFC 2152); returns the offset behind it. */
static size_t utf7_run(struct units *u, struct span s, size_t i)
{
	uint32_t bits = 0;
	unsigned n = 0;
	int v;

	for (; i < s.len && (v = base64_value(s.p[i])) >= 0; i++) {
		bits = (bits << 6 | (uint32_t)v) & 0x3fffffu;
		n += 6;
		if (n >= 16) {
			n -= 16;
			units_add(u, bits >> n & 0xffff);
		}
	}
	units_end(u);
	if (n >= 6 || (bits & ((1u << n) - 1)) != 0)
		u->good = false;
	return i < s.len && s.p[i] == '-' ? i + 1 : i;
}

static bool decode_utf7(struct buf *b, struct span s)
{
	struct units u = { .b = b, .good = true };

	for (size_t i = 0; i < s.len && !b->full;) {
		char c = s.p[i++];

		if (c == '+' && i < s.len && s.p[i] == '-') {
			buf_char(b, '+');
			i++;
		} else if (c == '+') {
			i = utf7_run(&u, s, i);
		} else {
			u.good &= (uint8_t)c < 0x80;
			utf8_add(b, (uint8_t)c < 0x80 ? (uint8_t)c : REPLACEMENT);
		}
	}
	return u.good;
}

#define ICONV_ROOM 256 /* more than iconv needs to make progress */

/* Converts until the input ends, is bad (EILSEQ, EINVAL), or the buffer is at its limit (E2BIG). Returns errno, 0 at the end. */
static int iconv_some(iconv_t cd, struct buf *b, char **in, size_t *left)
{
	while (*left != 0) {
		size_t want = *left + ICONV_ROOM, room;
		char *out;

		buf_grow(b, want < b->max - b->len ? want : b->max - b->len);
		out = b->p + b->len;
		room = b->cap - b->len;
		if (iconv(cd, in, left, &out, &room) != (size_t)-1)
			errno = 0;
		b->len = (size_t)(out - b->p);
		if (errno != E2BIG || b->cap == b->max || room >= ICONV_ROOM)
			return errno;
	}
	return 0;
}

static bool decode_iconv(struct buf *b, struct span s, enum charset_id id)
{
	iconv_t cd = iconv_open("UTF-8", iconv_names[id - CHARSET_SINGLE_N]);
	char *in;
	size_t left = s.len;
	bool good = true;
	int failed;

	memcpy(&in, &s.p, sizeof(in)); /* iconv's type is not const; it does not write there */
	if ((intptr_t)cd == -1) { /* not installed: what is ASCII stays */
		decode_single(b, s, charset_upper[CHARSET_WINDOWS_1252]);
		return false;
	}
	while ((failed = iconv_some(cd, b, &in, &left)) != 0 && failed != E2BIG) {
		good = false;
		utf8_add(b, REPLACEMENT);
		in++;
		left--;
	}
	if (left == 0) { /* what a converter still holds back */
		char *out = b->p + b->len;
		size_t room = b->cap - b->len;

		iconv(cd, NULL, NULL, &out, &room);
		b->len = (size_t)(out - b->p);
	}
	iconv_close(cd);
	return good;
}

/* ---- the whole ---- */

/* At most max bytes, not ending inside a character. */
static struct span cut(struct span s, size_t max, struct facts *facts)
{
	if (s.len <= max)
		return s;
	fact_add(facts, FACT_TEXT_TRUNCATED);
	while (max > 0 && ((uint8_t)s.p[max] & 0xc0) == 0x80)
		max--;
	return span_sub(s, 0, max);
}

static struct span decode(struct arena *arena, enum charset_id id, struct span bytes, size_t max, struct facts *facts)
{
	/* Above the limit by more than the longest output of one character: cut() then sees that there was more, and mends the end. */
	struct buf b = { .arena = arena, .max = max + 16 };
	bool good;

	buf_grow(&b, bytes.len < max ? bytes.len + bytes.len / 4 : max);
	b.full = false;
	if (id < CHARSET_SINGLE_N)
		good = decode_single(&b, bytes, charset_upper[id]);
	else if (id < CHARSET_ICONV_END)
		good = decode_iconv(&b, bytes, id);
	else if (id == CHARSET_UTF7)
		good = decode_utf7(&b, bytes);
	else if (id == CHARSET_UTF16 || id == CHARSET_UTF16LE || id == CHARSET_UTF16BE)
		good = decode_utf16(&b, bytes, id);
	else
		good = decode_utf32(&b, bytes, id);
	if (!good)
		fact_add(facts, FACT_CHARSET_BAD_BYTES);
	return cut(buf_span(&b), max, facts);
}

static struct span repair(struct arena *arena, struct span bytes, size_t max, struct facts *facts)
{
	bool more = bytes.len > max;

	fact_add(facts, FACT_CHARSET_BAD_BYTES);
	bytes = utf8_repair(arena, more ? span_sub(bytes, 0, max) : bytes);
	if (more && bytes.len <= max)
		fact_add(facts, FACT_TEXT_TRUNCATED);
	return cut(bytes, max, facts);
}

/* 8-bit bytes under no usable label. */
static struct span undeclared(struct arena *arena, struct span bytes, size_t max, struct facts *facts)
{
	if (utf8_valid(bytes))
		return cut(bytes, max, facts);
	return decode(arena, guess(bytes), bytes, max, facts);
}

struct span charset_to_utf8(struct arena *arena, struct span charset, struct span bytes, size_t max, struct facts *facts)
{
	enum charset_id id = charset.len != 0 ? find_label(charset) : CHARSET_ASCII;
	bool ascii;

	if (id == CHARSET_UTF7)
		fact_add(facts, FACT_CHARSET_UTF7);
	if (id == CHARSET_NONE)
		fact_add(facts, FACT_CHARSET_UNKNOWN);
	ascii = plain_ascii(id, bytes) && utf8_ascii_len(bytes) == bytes.len;
	if (ascii && charset.len == 0 && has_jis_escapes(bytes))
		return decode(arena, CHARSET_ISO_2022_JP, bytes, max, facts);
	if (ascii)
		return cut(bytes, max, facts);
	if (span_starts(bytes, SPAN_LIT("\xef\xbb\xbf")) && utf8_valid(bytes)) /* a mark outranks the label, as browsers have it */
		id = CHARSET_UTF8;
	if (id == CHARSET_UTF8 && span_starts(bytes, SPAN_LIT("\xef\xbb\xbf")))
		bytes = span_from(bytes, 3);
	if (id == CHARSET_UTF8)
		return utf8_valid(bytes) ? cut(bytes, max, facts) : repair(arena, bytes, max, facts);
	if (id == CHARSET_ASCII)
		fact_add(facts, charset.len == 0 ? FACT_CHARSET_MISSING_8BIT : FACT_CHARSET_BAD_BYTES);
	if (id == CHARSET_ASCII || id == CHARSET_NONE)
		return undeclared(arena, bytes, max, facts);
	return decode(arena, id, bytes, max, facts);
}
