#include "mail/message_decode.h"

#include <gmime/gmime.h>

#include "base/ascii.h"

bool decode_encoding_of(struct span name, enum mime_encoding *encoding_r)
{
	static const struct {
		const char *name;
		enum mime_encoding encoding;
	} known[] = {
		{ "7bit", ENCODING_IDENTITY }, { "8bit", ENCODING_IDENTITY },  { "binary", ENCODING_IDENTITY },
		{ "base64", ENCODING_BASE64 }, { "quoted-printable", ENCODING_QP }, { "uuencode", ENCODING_UU },
		{ "uue", ENCODING_UU },        { "uu", ENCODING_UU },          { "yenc", ENCODING_YENC },
		{ "yencode", ENCODING_YENC },
	};

	*encoding_r = ENCODING_IDENTITY;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct span bare = known[i].encoding >= ENCODING_UU && span_case_starts(name, SPAN_LIT("x-")) ? span_from(name, 2) : name;

		if (span_case_eq(bare, span_of(known[i].name))) {
			*encoding_r = known[i].encoding;
			return true;
		}
	}
	return false;
}

/* Values of the base64 alphabet; above 63: PAD, SPACE, BAD. */
enum { PAD = 64, SPACE = 65, BAD = 66 };
static const uint8_t base64_class[256] = {
#define B BAD
#define S SPACE
	B, B, B, B, B, B, B, B, B, S, S, S, S, S, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
	S, B, B, B, B, B, B, B, B, B, B, 62, B, B, B, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, B, B, B, PAD, B, B,
	B, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, B, B, B, B, B,
	B, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, B, B, B, B, B,
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
	B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B, B,
#undef B
#undef S
};

struct base64 {
	const uint8_t *p, *end;
	uint8_t *out;
	uint32_t bits;
	unsigned n;     /* characters of the open quantum, 0..3 */
	unsigned pad;   /* padding still due to the last quantum */
	bool padded;    /* padding was seen */
	struct facts *facts;
};

/* Four characters at a time while nothing but the alphabet comes. */
static void base64_fast(struct base64 *b)
{
	while (b->end - b->p >= 4) {
		uint32_t v0 = base64_class[b->p[0]], v1 = base64_class[b->p[1]];
		uint32_t v2 = base64_class[b->p[2]], v3 = base64_class[b->p[3]];

		if ((v0 | v1 | v2 | v3) & 0xc0)
			return;
		v0 = v0 << 18 | v1 << 12 | v2 << 6 | v3;
		b->out[0] = (uint8_t)(v0 >> 16);
		b->out[1] = (uint8_t)(v0 >> 8);
		b->out[2] = (uint8_t)v0;
		b->out += 3;
		b->p += 4;
	}
}

/* Writes the whole bytes of an open quantum. */
static void base64_close(struct base64 *b)
{
	if (b->n == 2) {
		*b->out++ = (uint8_t)(b->bits >> 4);
	} else if (b->n == 3) {
		*b->out++ = (uint8_t)(b->bits >> 10);
		*b->out++ = (uint8_t)(b->bits >> 2);
	}
	b->n = 0;
	b->bits = 0;
}

static void base64_padding(struct base64 *b)
{
	b->padded = true;
	if (b->pad != 0) {
		b->pad--;
		return;
	}
	if (b->n < 2)
		fact_add(b->facts, FACT_BASE64_BAD_PADDING);
	else
		b->pad = 3 - b->n;
	base64_close(b);
}

static void base64_value_add(struct base64 *b, uint32_t v)
{
	if (b->padded) {
		fact_add(b->facts, FACT_BASE64_BAD_PADDING);
		b->padded = false;
		b->pad = 0;
	}
	b->bits = b->bits << 6 | v;
	if (++b->n < 4)
		return;
	b->out[0] = (uint8_t)(b->bits >> 16);
	b->out[1] = (uint8_t)(b->bits >> 8);
	b->out[2] = (uint8_t)b->bits;
	b->out += 3;
	b->n = 0;
	b->bits = 0;
}

struct span decode_base64(struct arena *arena, struct span s, struct facts *facts)
{
	/* Three bytes for four characters, rounded up for an open quantum. */
	char *out = arena_bytes(arena, s.len / 4 * 3 + 4);
	struct base64 b = { .p = (const uint8_t *)s.p, .out = (uint8_t *)out, .facts = facts };

	if (s.len == 0)
		return SPAN_NONE;
	b.end = b.p + s.len;
	while (b.p < b.end) {
		uint8_t v;

		if (b.n == 0 && !b.padded)
			base64_fast(&b);
		if (b.p == b.end)
			break;
		v = base64_class[*b.p++];
		if (v < 64)
			base64_value_add(&b, v);
		else if (v == PAD)
			base64_padding(&b);
		else if (v == BAD)
			fact_add(facts, FACT_BASE64_BAD_CHAR);
	}
	if (b.n != 0 || b.pad != 0)
		fact_add(facts, FACT_BASE64_BAD_PADDING);
	base64_close(&b);
	return span_range(out, (char *)b.out);
}

/* Behind a '=': the length of a soft line break (white space may stand before the line end), 0 when it is none. */
static size_t soft_break(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && (*q == ' ' || *q == '\t'))
		q++;
	if (q == end)
		return (size_t)(q - p);
	if (*q == '\r' && q + 1 < end && q[1] == '\n')
		q++;
	return *q == '\n' ? (size_t)(q + 1 - p) : 0;
}

struct span decode_qp(struct arena *arena, struct span s, struct facts *facts)
{
	const char *p = s.p, *end = span_end(s), *eq = s.len != 0 ? memchr(p, '=', s.len) : NULL;
	bool upper = false, lower = false;
	char *out, *o;

	if (eq == NULL)
		return s;
	out = o = arena_bytes(arena, s.len);
	for (; eq != NULL; eq = memchr(p, '=', (size_t)(end - p))) {
		size_t n = (size_t)(eq - p);
		int hi, lo;

		memcpy(o, p, n);
		o += n;
		p = eq + 1;
		hi = end - p >= 2 ? ascii_xvalue(p[0]) : -1;
		lo = end - p >= 2 ? ascii_xvalue(p[1]) : -1;
		if (hi >= 0 && lo >= 0) {
			*o++ = (char)(hi << 4 | lo);
			upper = upper || ascii_isupper(p[0]) || ascii_isupper(p[1]);
			lower = lower || ascii_islower(p[0]) || ascii_islower(p[1]);
			p += 2;
		} else if (p == end || (n = soft_break(p, end)) != 0) {
			p = p == end ? end : p + n;
		} else {
			fact_add(facts, FACT_QP_BAD);
			*o++ = '=';
		}
		if (p == end)
			break;
	}
	memcpy(o, p, (size_t)(end - p));
	o += end - p;
	/* Programs write capitals (RFC 2045, 6.7) or, wrongly, small letters; only tricks mix them. */
	if (upper && lower)
		fact_add(facts, FACT_QP_BAD);
	return span_range(out, o);
}

/* The end of the line at p: of its text, and where the next line begins. */
static const char *line_end(const char *p, const char *end, const char **next_r)
{
	const char *nl = memchr(p, '\n', (size_t)(end - p));

	*next_r = nl != NULL ? nl + 1 : end;
	if (nl == NULL)
		return end;
	return nl > p && nl[-1] == '\r' ? nl - 1 : nl;
}

/* "begin 644 name": the name, p NULL when the line is none. */
static struct span uu_name(struct span line)
{
	struct span mode;

	if (!span_starts(line, SPAN_LIT("begin ")))
		return SPAN_NONE;
	line = span_from(line, 6);
	mode = span_split(&line, ' ');
	if (mode.len < 3 || mode.len > 4 || line.p == NULL || span_trim(line).len == 0)
		return SPAN_NONE;
	for (size_t i = 0; i < mode.len; i++) {
		if (mode.p[i] < '0' || mode.p[i] > '7')
			return SPAN_NONE;
	}
	return span_trim(line);
}

/* A data line of uuencode: its length byte agrees with its length, give or take what programs pad or cut. */
static bool uu_line_ok(struct span line)
{
	size_t want;

	if (line.len == 0 || line.p[0] < ' ' || line.p[0] > '`')
		return false;
	want = (((size_t)(line.p[0] - ' ') & 63) + 2) / 3 * 4;
	return line.len - 1 + 3 >= want && line.len - 1 <= want + 2;
}

static struct span yenc_name(struct span line)
{
	size_t at;

	if (!span_starts(line, SPAN_LIT("=ybegin ")))
		return SPAN_NONE;
	at = span_find(line, SPAN_LIT(" name="));
	return at == SPAN_NPOS ? SPAN_LIT("") : span_trim(span_from(line, at + 6));
}

static struct span begin_name(struct span line)
{
	return line.len == 0 ? SPAN_NONE : line.p[0] == 'b' ? uu_name(line) : yenc_name(line);
}

/* From the first data line to the line behind the file; the first line must already look right. */
static const char *embedded_end(const char *p, const char *end, bool yenc, bool *complete_r)
{
	const char *next;
	bool first = true;

	for (; p < end; p = next, first = false) {
		struct span line = span_range(p, line_end(p, end, &next));

		*complete_r = yenc ? span_starts(line, SPAN_LIT("=yend")) : span_eq(span_trim(line), SPAN_LIT("end"));
		if (*complete_r)
			return first ? NULL : next;
		/* Data of yEnc may be any text: a file that has no end must not swallow another. */
		if (yenc && begin_name(line).p != NULL)
			return first ? NULL : p;
		if (!yenc && !uu_line_ok(line) && !(span_trim(line).len == 0 && !first))
			return first ? NULL : p;
	}
	return first ? NULL : end;
}

struct span decode_uu(struct arena *arena, struct span lines)
{
	char *out = arena_bytes(arena, lines.len + 3);
	GMimeEncoding state;

	if (lines.len == 0)
		return SPAN_NONE;
	g_mime_encoding_init_decode(&state, GMIME_CONTENT_ENCODING_UUENCODE);
	return span_make(out, g_mime_encoding_step(&state, lines.p, lines.len, out));
}

/* yEnc: every byte plus 42; '=' escapes, adding another 64. Lines that begin with "=y" are its header and trailer. */
static struct span decode_yenc(struct arena *arena, struct span lines)
{
	char *out = arena_bytes(arena, lines.len), *o = out;
	const char *p = lines.p, *end = span_end(lines), *next;

	for (; p < end; p = next) {
		const char *stop = line_end(p, end, &next);

		if (stop - p >= 2 && p[0] == '=' && p[1] == 'y')
			continue;
		for (; p < stop; p++) {
			bool escaped = *p == '=' && p + 1 < stop;

			p += escaped;
			*o++ = (char)((uint8_t)*p - 42 - (escaped ? 64 : 0));
		}
	}
	return span_range(out, o);
}

bool decode_embedded_next(struct arena *arena, struct span text, size_t from, struct embedded *file_r)
{
	const char *end = span_end(text), *p, *next, *stop;
	bool complete = false;

	if (from >= text.len)
		return false;
	for (p = text.p + from; p < end; p = next) {
		struct span line, name;

		if (*p != 'b' && *p != '=') {
			const char *nl = memchr(p, '\n', (size_t)(end - p));

			next = nl != NULL ? nl + 1 : end;
			continue;
		}
		line = span_range(p, line_end(p, end, &next));
		name = begin_name(line);
		if (name.p == NULL)
			continue;
		stop = embedded_end(next, end, *p == '=', &complete);
		if (stop == NULL)
			continue;
		*file_r = (struct embedded){ .name = name, .begin = (size_t)(p - text.p), .end = (size_t)(stop - text.p),
		                             .yenc = *p == '=', .complete = complete };
		file_r->content = file_r->yenc ? decode_yenc(arena, span_range(p, stop)) : decode_uu(arena, span_range(next, stop));
		return true;
	}
	return false;
}
