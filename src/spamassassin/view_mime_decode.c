#include "base/ascii.h"
#include "spamassassin/view_private.h"

/* ---- base64 ---- */

#define BASE64_PAD 65

/* The value of a base64 digit plus one; 0: no digit. */
static const uint8_t base64_values[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8, ['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13,
	['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26,
	['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39,
	['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52,
	['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64, ['='] = 65,
};

struct span sa_base64_decode(struct arena *arena, struct span text)
{
	char *out = arena_bytes(arena, text.len / 4 * 3 + 3), *to = out;
	size_t len = text.len, chars = 0;
	unsigned bits = 0, n = 0, fill;
	bool clean = true;

	/* Padding counts only at the very end; inside of the text it is read as data. */
	for (size_t i = 0; i < text.len; i++) {
		if (base64_values[(uint8_t)text.p[i]] != 0)
			chars++;
		else if (!ascii_isspace(text.p[i]))
			clean = false;
	}
	fill = clean && chars % 4 == 0 ? 0 : 63; /* what SpamAssassin's two decoders make of "=" inside */
	while (len > 0 && base64_values[(uint8_t)text.p[len - 1]] % BASE64_PAD == 0)
		len--;
	for (size_t i = 0; i < len; i++) {
		unsigned v = base64_values[(uint8_t)text.p[i]];

		if (v == 0)
			continue;
		bits = (bits << 6 | (v == BASE64_PAD ? fill : v - 1)) & 0xffffff;
		if (++n == 4) {
			*to++ = (char)(bits >> 16);
			*to++ = (char)(bits >> 8);
			*to++ = (char)bits;
			n = 0;
		}
	}
	if (n >= 2)
		*to++ = (char)(n == 2 ? bits >> 4 : bits >> 10);
	if (n == 3)
		*to++ = (char)(bits >> 2);
	return span_range(out, to);
}

/* ---- quoted-printable ---- */

/* Appends a line without its trailing white space and soft line break. */
static char *qp_line(char *to, const char *line, const char *end)
{
	const char *stop = end;
	bool crlf;

	if (stop > line && stop[-1] == '\n')
		stop--;
	crlf = stop < end && stop > line && stop[-1] == '\r';
	stop -= crlf;
	if (stop < end) { /* only white space in front of a line end goes */
		const char *text = stop;

		while (text > line && (text[-1] == ' ' || text[-1] == '\t'))
			text--;
		memmove(to, line, (size_t)(text - line));
		to += text - line;
		if (text > line && text[-1] == '=')
			return to - 1;
		if (!crlf && text - line >= 2 && text[-1] == '\r' && text[-2] == '=') /* white space stood between CR and LF */
			return to - 2;
		if (crlf)
			*to++ = '\r';
		*to++ = '\n';
		return to;
	}
	memmove(to, line, (size_t)(end - line));
	return to + (end - line);
}

struct span sa_qp_decode(struct arena *arena, struct span text)
{
	char *out = arena_bytes(arena, text.len + 1), *to = out, *end;
	const char *p = text.p, *stop = span_end(text);

	while (p < stop) {
		const char *nl = memchr(p, '\n', (size_t)(stop - p)), *next = nl != NULL ? nl + 1 : stop;

		to = qp_line(to, p, next);
		p = next;
	}
	end = to;
	to = out;
	for (const char *from = out; from < end;) {
		const char *eq = memchr(from, '=', (size_t)(end - from));
		size_t n = (size_t)((eq != NULL ? eq : end) - from);

		memmove(to, from, n);
		to += n;
		from += n;
		if (from == end)
			break;
		if (end - from >= 3 && ascii_isxdigit(from[1]) && ascii_isxdigit(from[2])) {
			*to++ = (char)((unsigned)ascii_xvalue(from[1]) << 4 | (unsigned)ascii_xvalue(from[2]));
			from += 3;
		} else {
			*to++ = *from++;
		}
	}
	return span_range(out, to);
}
