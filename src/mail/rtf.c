#include "mail/rtf.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "mail/charset.h"
#include "mail/mapi.h"

/* ---- compression ---- */

#define LZ_WINDOW 4096
#define LZ_HEADER 16
#define LZ_MAGIC 0x75465a4c     /* "LZFu" */
#define LZ_MAGIC_RAW 0x414c454d /* "MELA" */

/* What the window holds at the start (MS-OXRTFCP, 2.1.2.1). */
static const struct span lz_begin = SPAN_LIT("{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArial"
	"Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx");

static uint32_t le32(struct span s, size_t at)
{
	const uint8_t *p = (const uint8_t *)s.p + at;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

struct lz {
	char window[LZ_WINDOW];
	unsigned at;
	struct buf out;
};

static void lz_put(struct lz *z, char c)
{
	z->window[z->at] = c;
	z->at = (z->at + 1) % LZ_WINDOW;
	buf_char(&z->out, c);
}

/* A reference: 12 bits where, 4 bits how long; false at the end mark. */
static bool lz_copy(struct lz *z, unsigned ref)
{
	unsigned from = ref >> 4, n = (ref & 15) + 2;

	if (from == z->at)
		return false;
	while (n-- != 0) {
		lz_put(z, z->window[from]);
		from = (from + 1) % LZ_WINDOW;
	}
	return true;
}

static void lz_unpack(struct lz *z, struct span in)
{
	size_t i = 0;

	while (i < in.len && z->out.len < z->out.max) {
		unsigned control = (uint8_t)in.p[i++];

		for (unsigned bit = 0; bit < 8 && i < in.len; bit++, control >>= 1) {
			if ((control & 1) == 0) {
				lz_put(z, in.p[i++]);
				continue;
			}
			if (i + 1 >= in.len || !lz_copy(z, (unsigned)(uint8_t)in.p[i] << 8 | (uint8_t)in.p[i + 1]))
				return;
			i += 2;
		}
	}
}

bool rtf_decompress(struct arena *arena, struct span s, size_t max, struct span *rtf_r)
{
	struct lz *z;
	size_t want;

	*rtf_r = SPAN_NONE;
	if (s.len < LZ_HEADER || max == 0)
		return false;
	want = le32(s, 4);
	if (want > max)
		want = max;
	if (le32(s, 8) == LZ_MAGIC_RAW) {
		*rtf_r = span_sub(s, LZ_HEADER, want);
		return true;
	}
	if (le32(s, 8) != LZ_MAGIC)
		return false;
	if (want == 0)
		return true;
	z = ARENA_NEW(arena, struct lz);
	memcpy(z->window, lz_begin.p, lz_begin.len);
	z->at = (unsigned)lz_begin.len;
	z->out = (struct buf){ .arena = arena, .max = want };
	lz_unpack(z, span_from(s, LZ_HEADER));
	*rtf_r = buf_span(&z->out);
	return true;
}

/* ---- reading ---- */

#define DEPTH 128
#define FONTS 64

enum dest { DEST_TEXT, DEST_SKIP, DEST_HTMLTAG, DEST_FONTS };

struct group {
	enum dest dest;
	bool htmlrtf;     /* what follows is there for RTF readers alone */
	unsigned uc;      /* bytes that stand for a \u */
	unsigned codepage; /* of the current font; 0: the document's */
};

struct rtf {
	struct arena *arena;
	struct span in;
	size_t at;
	struct group g[DEPTH];
	unsigned depth;       /* the innermost group; deeper ones are counted */
	unsigned deeper;
	bool html;
	bool star;            /* "\*" was just there */
	unsigned ansicpg;
	unsigned skip;        /* characters that a \u made superfluous */
	uint32_t high;        /* first half of a surrogate pair */
	struct {
		int number;
		unsigned codepage;
	} fonts[FONTS];
	unsigned nfonts;
	int font;             /* being described */
	struct buf raw;       /* bytes in raw_codepage that wait for conversion */
	unsigned raw_codepage;
	struct buf out;
};

static struct group *group(struct rtf *r)
{
	return &r->g[r->depth];
}

static void flush(struct rtf *r)
{
	struct facts facts = { 0 };
	struct span s = buf_span(&r->raw);

	if (s.len == 0)
		return;
	/* One \'hh at a time is common: the table of the charset is what costs. */
	buf_add(&r->out, utf8_ascii_len(s) == s.len ? s : charset_to_utf8(r->arena, mapi_charset(r->raw_codepage), s, s.len * 4, &facts));
	buf_clear(&r->raw);
}

static bool is_shown(struct rtf *r)
{
	const struct group *g = group(r);

	if (r->deeper != 0 || g->dest == DEST_SKIP || g->dest == DEST_FONTS)
		return false;
	return !r->html || !g->htmlrtf;
}

/* A byte of text in the current code page. */
static void put_byte(struct rtf *r, char c)
{
	unsigned codepage = group(r)->codepage != 0 ? group(r)->codepage : r->ansicpg;

	if (r->skip != 0) {
		r->skip--;
		return;
	}
	if (!is_shown(r) || r->out.len >= r->out.max)
		return;
	if (codepage != r->raw_codepage) {
		flush(r);
		r->raw_codepage = codepage;
	}
	buf_char(&r->raw, c);
}

static void put_string(struct rtf *r, const char *s)
{
	if (!is_shown(r))
		return;
	flush(r);
	buf_str(&r->out, s);
}

static void put_unicode(struct rtf *r, int value)
{
	uint32_t cp = (uint32_t)(value < 0 ? value + 65536 : value);

	r->skip = 0;
	if (is_shown(r)) {
		flush(r);
		if (cp >= 0xd800 && cp < 0xdc00) {
			r->high = cp;
		} else {
			if (cp >= 0xdc00 && cp < 0xe000 && r->high != 0)
				cp = 0x10000 + ((r->high - 0xd800) << 10) + (cp - 0xdc00);
			r->high = 0;
			utf8_add(&r->out, cp);
		}
	}
	r->skip = group(r)->uc;
}

/* Code pages of \fcharsetN (RTF 1.9.1, font table). */
static unsigned codepage_of_charset(int charset)
{
	static const struct {
		int charset;
		unsigned codepage;
	} rows[] = {
		{ 0, 1252 }, { 77, 10000 }, { 128, 932 }, { 129, 949 }, { 130, 1361 }, { 134, 936 }, { 136, 950 }, { 161, 1253 }, { 162, 1254 },
		{ 163, 1258 }, { 177, 1255 }, { 178, 1256 }, { 186, 1257 }, { 204, 1251 }, { 222, 874 }, { 238, 1250 }, { 254, 437 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].charset == charset)
			return rows[i].codepage;
	}
	return 0;
}

static void select_font(struct rtf *r, int number)
{
	if (group(r)->dest == DEST_FONTS) {
		r->font = number;
		return;
	}
	group(r)->codepage = 0;
	for (unsigned i = 0; i < r->nfonts; i++) {
		if (r->fonts[i].number == number)
			group(r)->codepage = r->fonts[i].codepage;
	}
}

static void font_charset(struct rtf *r, int charset)
{
	if (group(r)->dest != DEST_FONTS || r->nfonts == FONTS)
		return;
	r->fonts[r->nfonts].number = r->font;
	r->fonts[r->nfonts++].codepage = codepage_of_charset(charset);
}

enum word {
	W_PAR, W_LINE, W_TAB, W_CELL, W_ROW, W_U, W_UC, W_ANSICPG, W_F, W_FCHARSET, W_HTMLRTF, W_HTMLTAG, W_FROMHTML, W_FONTTBL, W_SKIP, W_PLAIN,
	W_LQUOTE, W_RQUOTE, W_LDBLQUOTE, W_RDBLQUOTE, W_BULLET, W_ENDASH, W_EMDASH, W_BIN, W_TEXT,
};

static const struct {
	struct span name;
	enum word word;
} words[] = {
	{ { "par", 3 }, W_PAR }, { { "line", 4 }, W_LINE }, { { "tab", 3 }, W_TAB }, { { "cell", 4 }, W_CELL }, { { "row", 3 }, W_ROW }, { { "u", 1 }, W_U },
	{ { "uc", 2 }, W_UC }, { { "ansicpg", 7 }, W_ANSICPG }, { { "f", 1 }, W_F }, { { "fcharset", 8 }, W_FCHARSET }, { { "htmlrtf", 7 }, W_HTMLRTF },
	{ { "htmltag", 7 }, W_HTMLTAG }, { { "fromhtml", 8 }, W_FROMHTML }, { { "fonttbl", 7 }, W_FONTTBL }, { { "colortbl", 8 }, W_SKIP },
	{ { "stylesheet", 10 }, W_SKIP }, { { "info", 4 }, W_SKIP }, { { "pict", 4 }, W_SKIP }, { { "object", 6 }, W_SKIP }, { { "fldinst", 7 }, W_SKIP },
	{ { "header", 6 }, W_SKIP }, { { "footer", 6 }, W_SKIP }, { { "plain", 5 }, W_PLAIN }, { { "lquote", 6 }, W_LQUOTE }, { { "rquote", 6 }, W_RQUOTE },
	{ { "ldblquote", 9 }, W_LDBLQUOTE }, { { "rdblquote", 9 }, W_RDBLQUOTE }, { { "bullet", 6 }, W_BULLET }, { { "endash", 6 }, W_ENDASH },
	{ { "emdash", 6 }, W_EMDASH }, { { "bin", 3 }, W_BIN }, { { "fldrslt", 7 }, W_TEXT },
};

/* Words that stand for characters, and those that open a destination; the others are below. */
static void do_simple_word(struct rtf *r, enum word w)
{
	static const char *const chars[] = {
		[W_PAR] = "\r\n", [W_LINE] = "\r\n", [W_TAB] = "\t", [W_CELL] = "\t", [W_ROW] = "\r\n", [W_LQUOTE] = "\xe2\x80\x98",
		[W_RQUOTE] = "\xe2\x80\x99", [W_LDBLQUOTE] = "\xe2\x80\x9c", [W_RDBLQUOTE] = "\xe2\x80\x9d", [W_BULLET] = "\xe2\x80\xa2",
		[W_ENDASH] = "\xe2\x80\x93", [W_EMDASH] = "\xe2\x80\x94", [W_TEXT] = NULL,
	};

	if (chars[w] != NULL)
		put_string(r, chars[w]);
}

static void do_word(struct rtf *r, enum word w, bool has_number, int number)
{
	struct group *g = group(r);

	switch (w) {
	case W_U:
		put_unicode(r, number);
		break;
	case W_UC:
		g->uc = number >= 0 && number < 16 ? (unsigned)number : 1;
		break;
	case W_ANSICPG:
		r->ansicpg = number > 0 ? (unsigned)number : 1252;
		break;
	case W_F:
		select_font(r, number);
		break;
	case W_FCHARSET:
		font_charset(r, number);
		break;
	case W_HTMLRTF:
		g->htmlrtf = !has_number || number != 0;
		break;
	case W_HTMLTAG:
		if (g->dest != DEST_SKIP)
			g->dest = r->html ? DEST_HTMLTAG : DEST_SKIP;
		break;
	case W_FROMHTML:
		r->html = true;
		break;
	case W_FONTTBL:
		g->dest = DEST_FONTS;
		break;
	case W_SKIP:
		g->dest = DEST_SKIP;
		break;
	case W_PLAIN:
		g->codepage = 0;
		break;
	case W_BIN:
		if (number > 0)
			r->at += (size_t)number < r->in.len - r->at ? (size_t)number : r->in.len - r->at;
		break;
	default:
		do_simple_word(r, w);
		break;
	}
}

/* A control word: letters, a number, one blank. An unknown one behind "\*" opens a destination that nobody needs. */
static void read_word(struct rtf *r)
{
	size_t begin = r->at;
	bool star = r->star, negative = false, has_number = false;
	struct span name;
	long number = 0;

	while (r->at < r->in.len && ascii_isalpha(r->in.p[r->at]))
		r->at++;
	name = span_sub(r->in, begin, r->at - begin);
	if (r->at < r->in.len && r->in.p[r->at] == '-') {
		negative = true;
		r->at++;
	}
	for (; r->at < r->in.len && ascii_isdigit(r->in.p[r->at]); r->at++) {
		has_number = true;
		if (number < 100000000)
			number = number * 10 + (r->in.p[r->at] - '0');
	}
	if (r->at < r->in.len && r->in.p[r->at] == ' ')
		r->at++;
	r->star = false;
	if (negative)
		number = -number;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (span_eq(words[i].name, name)) {
			if (r->deeper == 0 || words[i].word == W_BIN)
				do_word(r, words[i].word, has_number, (int)number);
			return;
		}
	}
	if (star && r->deeper == 0)
		group(r)->dest = DEST_SKIP;
}

static void read_hex(struct rtf *r)
{
	int high = r->at < r->in.len ? ascii_xvalue(r->in.p[r->at]) : -1;
	int low = r->at + 1 < r->in.len ? ascii_xvalue(r->in.p[r->at + 1]) : -1;

	if (high < 0 || low < 0)
		return;
	r->at += 2;
	put_byte(r, (char)((unsigned)high << 4 | (unsigned)low));
}

static void read_control(struct rtf *r)
{
	char c = (char)(r->at < r->in.len ? r->in.p[r->at] : '\0');

	if (ascii_isalpha(c)) {
		read_word(r);
		return;
	}
	r->at += r->at < r->in.len;
	switch (c) {
	case '\'':
		read_hex(r);
		break;
	case '*':
		r->star = true;
		break;
	case '~':
		put_byte(r, ' ');
		break;
	case '_':
		put_byte(r, '-');
		break;
	case '\r':
	case '\n':
		put_string(r, "\r\n");
		break;
	case '\\':
	case '{':
	case '}':
		put_byte(r, c);
		break;
	default:
		break;
	}
}

static void open_group(struct rtf *r)
{
	r->skip = 0;
	r->star = false;
	if (r->deeper != 0 || r->depth + 1 == DEPTH) {
		r->deeper++;
		return;
	}
	r->g[r->depth + 1] = r->g[r->depth];
	r->depth++;
}

static void close_group(struct rtf *r)
{
	r->skip = 0;
	r->star = false;
	if (r->deeper != 0)
		r->deeper--;
	else if (r->depth != 0)
		r->depth--;
}

void rtf_read(struct arena *arena, struct span rtf, size_t max, struct rtf_text *text_r)
{
	struct rtf *r = ARENA_NEW(arena, struct rtf);

	r->arena = arena;
	r->in = rtf;
	r->ansicpg = r->raw_codepage = 1252;
	r->g[0].uc = 1;
	r->raw = (struct buf){ .arena = arena };
	r->out = (struct buf){ .arena = arena, .max = max };
	while (r->at < rtf.len && r->out.len < max) {
		char c = rtf.p[r->at++];

		if (c == '{')
			open_group(r);
		else if (c == '}')
			close_group(r);
		else if (c == '\\')
			read_control(r);
		else if (c != '\r' && c != '\n' && c != '\0')
			put_byte(r, c);
	}
	flush(r);
	text_r->is_html = r->html;
	text_r->text = utf8_repair(arena, buf_span(&r->out));
}
