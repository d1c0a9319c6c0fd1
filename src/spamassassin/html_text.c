#include "base/ascii.h"
#include "base/utf8.h"
#include "spamassassin/html_private.h"

static struct span piece_text(const struct html_render *r, const struct html_piece *p)
{
	return span_make(r->text.p + p->at, p->len);
}

static struct html_piece *last_piece(struct html_render *r)
{
	return r->npieces != 0 ? &r->pieces[r->npieces - 1] : NULL;
}

static void add_piece(struct html_render *r, size_t at, unsigned flags)
{
	struct html_piece *p = ARRAY_ADD(r->arena, r->pieces, r->npieces, r->cap_pieces);

	*p = (struct html_piece){ .at = (uint32_t)at, .len = (uint32_t)(r->text.len - at), .flags = (uint8_t)flags };
	r->any_wide |= (flags & PIECE_WIDE) != 0;
}

void html_text_space(struct html_render *r, const char *what)
{
	struct html_piece *last = last_piece(r);
	size_t at;

	/* A blank at the end of visible text goes. */
	if (last != NULL && (last->flags & (PIECE_SPACE | PIECE_INVISIBLE)) == 0 && last->len != 0 && r->text.p[r->text.len - 1] == ' ') {
		last->len--;
		r->text.len--;
	}
	at = r->text.len;
	buf_str(&r->text, what);
	add_piece(r, at, PIECE_SPACE);
}

/* C3 82 C2 A0: what UTF-8 of a no-break space looks like when its bytes are taken for characters. */
static bool is_mangled_nbsp(const char *p, const char *end)
{
	return end - p >= 4 && memcmp(p, "\xc3\x82\xc2\xa0", 4) == 0;
}

static bool is_blank(struct span s)
{
	const char *p = s.p, *end = span_end(s);

	while (p < end) {
		if (ascii_isspace(*p))
			p++;
		else if (is_mangled_nbsp(p, end))
			p += 4;
		else
			return false;
	}
	return true;
}

/* Runs of white space become one blank each. */
static void add_squeezed(struct buf *to, struct span s)
{
	const char *p = s.p, *end = span_end(s);
	char *out = buf_reserve(to, s.len);

	if (out == NULL)
		return;
	while (p < end) {
		if (ascii_isspace(*p)) {
			while (p < end && ascii_isspace(*p))
				p++;
			*out++ = ' ';
		} else if (*p == '\xc3' && is_mangled_nbsp(p, end)) {
			p += 4;
			*out++ = ' ';
		} else {
			*out++ = *p++;
		}
	}
	to->len = (size_t)(out - to->p);
}

/* ---- words that tags cut ---- */

/* Neither white space nor ASCII punctuation: the bytes of the character at p; 0: it is one of these. */
static size_t plain_len(const char *p, const char *end, bool wide)
{
	size_t taken;

	if (ascii_isalnum(*p))
		return 1;
	if ((uint8_t)*p < 0x80)
		return ((uint8_t)*p < ' ' && !ascii_isspace(*p)) || *p == 0x7f;
	if (sa_space_len(p, end, wide) != 0)
		return 0;
	utf8_next(span_range(p, end), &taken);
	return taken;
}

/* Begin of the character in front of p. */
static const char *step_back(const char *p, const char *begin)
{
	do
		p--;
	while (p > begin && ((uint8_t)*p & 0xc0) == 0x80);
	return p;
}

static bool is_word(const char *p, const char *end, bool wide)
{
	size_t taken;

	return sa_is_word(utf8_next(span_range(p, end), &taken), wide);
}

/* Length (1-7) of the run of plain characters at the end that begins at a word boundary; the longest. 0: none. */
static unsigned tail_run(struct span s, bool wide)
{
	const char *p = span_end(s);
	unsigned best = 0;

	for (unsigned n = 1; n <= 7 && p > s.p; n++) {
		bool word;

		p = step_back(p, s.p);
		if (plain_len(p, span_end(s), wide) == 0)
			break;
		word = is_word(p, span_end(s), wide);
		if (p == s.p ? word : word != is_word(step_back(p, s.p), span_end(s), wide))
			best = n;
	}
	return best;
}

static unsigned head_run(struct span s, bool wide)
{
	const char *p = s.p, *end = span_end(s);
	unsigned best = 0;

	for (unsigned n = 1; n <= 7 && p < end; n++) {
		size_t len = plain_len(p, end, wide);
		bool word = is_word(p, end, wide);

		if (len == 0)
			break;
		p += len;
		if (p >= end ? word : word != is_word(p, end, wide))
			best = n;
	}
	return best;
}

static void note_cut_word(struct html_render *r, const struct html_piece *last, struct html_string text)
{
	struct span before = piece_text(r, last);
	bool wide = (last->flags & PIECE_WIDE) != 0;
	unsigned tail, head;

	if (text.s.len == 0 || before.len == 0 || plain_len(text.s.p, span_end(text.s), text.wide) == 0 ||
	    plain_len(step_back(span_end(before), before.p), span_end(before), wide) == 0)
		return;
	r->obfuscation++;
	tail = tail_run(before, wide);
	head = tail != 0 ? head_run(text.s, text.wide) : 0;
	if (head != 0)
		r->backhair |= 1ull << ((tail - 1) * 7 + head - 1);
}

void html_text_add(struct html_render *r, struct html_string text)
{
	const struct html_piece *last = last_piece(r);
	bool invisible = !is_blank(text.s) && html_look_invisible(r);
	size_t at = r->text.len;

	if (last != NULL)
		note_cut_word(r, last, text);
	add_squeezed(&r->text, text.s);
	if (last != NULL && !invisible && (last->flags & PIECE_SPACE) != 0 && r->text.len > at && r->text.p[at] == ' ') {
		r->text.len--;
		memmove(r->text.p + at, r->text.p + at + 1, r->text.len - at);
	}
	add_piece(r, at, (invisible ? PIECE_INVISIBLE : 0u) | (text.wide ? PIECE_WIDE : 0u));
}

static struct span join(const struct html_render *r, bool invisible, bool *wide_r)
{
	struct buf b = BUF_INIT(r->arena);

	*wide_r = false;
	for (size_t i = 0; i < r->npieces; i++) {
		const struct html_piece *p = &r->pieces[i];

		if (((p->flags & PIECE_INVISIBLE) != 0) != invisible)
			continue;
		buf_add(&b, piece_text(r, p));
		*wide_r |= (p->flags & PIECE_WIDE) != 0;
	}
	return buf_span(&b);
}

void html_text_end(struct html_render *r, struct sa_html_text *text_r)
{
	bool hidden = false;

	for (size_t i = 0; i < r->npieces; i++)
		hidden |= (r->pieces[i].flags & PIECE_INVISIBLE) != 0;
	*text_r = (struct sa_html_text){ .all = buf_span(&r->text), .visible = buf_span(&r->text), .wide = r->any_wide, .visible_wide = r->any_wide };
	if (hidden) {
		text_r->visible = join(r, false, &text_r->visible_wide);
		text_r->invisible = join(r, true, &text_r->invisible_wide);
	}
	text_r->chars = html_count_chars(text_r->all);
}
