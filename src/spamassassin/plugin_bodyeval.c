/* Mail::SpamAssassin::Plugin::BodyEval: shape and length of the text. */
#include "base/ascii.h"
#include "base/utf8.h"
#include "spamassassin/html.h"
#include "spamassassin/plugin_args.h"
#include "spamassassin/view_private.h"

#define WORDS_MAX 65536 /* different ones of one alternative */

extern const struct sa_plugin sa_plugin_bodyeval;

struct state {
	const struct regex *item, *stock; /* "Target price: 3"; which of these are of stocks */
};

struct notes {
	bool have_difference, have_vertical, have_stock, have_signature, have_blank;
	double difference;             /* percent */
	double html_words, text_words;
	int vertical;
	size_t stock;
	size_t lines, blank_lines;
	bool has_text;
	size_t text_len, signature_len;
};

static struct notes *notes_of(const struct sa_call *call)
{
	return sa_view_memo(call->view, &sa_plugin_bodyeval, sizeof(struct notes));
}

/* ---- multipart/alternative: words that the HTML has and the plain text has not ---- */

struct words {
	struct map counts; /* word -> int * */
	size_t n;
};

static bool has_word_char(struct span s, bool wide)
{
	while (s.len != 0) {
		size_t n;
		uint32_t cp = utf8_next(s, &n);

		if (cp != UTF8_BAD && sa_is_word(cp, wide))
			return true;
		s = span_from(s, n);
	}
	return false;
}

static void count_word(struct arena *arena, struct words *w, struct span word)
{
	int *count = map_get(&w->counts, word);

	if (count == NULL && w->n < WORDS_MAX) {
		count = ARENA_NEW(arena, int);
		map_put(&w->counts, word, count);
		w->n++;
	}
	if (count != NULL)
		++*count;
}

static void count_words(struct arena *arena, struct words *w, const struct sa_rendering *r)
{
	const char *p = r->text.p, *end = span_end(r->text);

	while (p < end) {
		const char *begin = p;
		size_t n = 0;

		while (p < end && ((uint8_t)*p > ' ' && (uint8_t)*p < 0x80 ? 0 : (n = sa_space_len(p, end, r->wide))) == 0)
			p++;
		if (p > begin && has_word_char(span_range(begin, p), r->wide))
			count_word(arena, w, span_range(begin, p));
		p += p < end ? n : 0;
	}
}

static bool is_below(const struct sa_part *parts, size_t part, size_t top)
{
	int at = (int)part;

	while (at > (int)top)
		at = parts[at].parent;
	return at == (int)top;
}

/* Words of the HTML that do not stand as often in the text. */
static size_t missing_words(const struct words *html, const struct words *text)
{
	size_t missing = 0;

	for (size_t i = 0; i < html->counts.cap; i++) {
		const struct map_entry *e = &html->counts.slots[i];
		const int *have;

		if (e->value == NULL)
			continue;
		have = map_get(&text->counts, e->key);
		missing += have == NULL || *(const int *)e->value > *have;
	}
	return missing;
}

static void compare_alternatives(const struct sa_call *call, struct notes *notes, const struct sa_part *parts, size_t n, size_t top)
{
	struct arena *arena = sa_view_arena(call->view);
	struct words html = { .n = 0 }, text = { .n = 0 };
	bool image = false;
	double difference, count;

	map_init(&html.counts, arena, false);
	map_init(&text.counts, arena, false);
	for (size_t i = top; i < n && is_below(parts, i, top); i++) {
		const struct sa_rendering *r = span_starts(parts[i].type, SPAN_LIT("text")) ? sa_part_rendered(call->view, &parts[i]) : NULL;

		if (r == NULL)
			continue;
		count_words(arena, r->html ? &html : &text, r);
		image |= r->html && html.n == 0 && sa_html_inside(r->meta, SPAN_LIT("img"), &count);
	}
	if (html.n == 0 && image)
		count_word(arena, &html, SPAN_LIT("\n"));
	if (html.n == 0)
		return;
	notes->html_words = (double)html.n;
	notes->text_words = (double)text.n;
	difference = (double)missing_words(&html, &text) / (double)html.n * 100;
	notes->difference = difference > notes->difference ? difference : notes->difference;
}

/* A meeting request: nothing but HTML and a calendar. */
static bool is_meeting(const struct sa_part *parts, size_t n)
{
	return n == 3 && parts[1].parent == 0 && parts[2].parent == 0 && span_eq(parts[0].type, SPAN_LIT("multipart/alternative")) &&
	       span_eq(parts[1].type, SPAN_LIT("text/html")) && span_eq(parts[2].type, SPAN_LIT("text/calendar"));
}

static struct notes *difference_of(const struct sa_call *call)
{
	struct notes *notes = notes_of(call);
	const struct sa_part *parts;
	size_t n;

	if (notes->have_difference)
		return notes;
	notes->have_difference = true;
	parts = sa_parts(call->view, &n);
	if (is_meeting(parts, n))
		return notes;
	for (size_t i = 0; i < n; i++) {
		struct span type = parts[i].type;

		if (span_starts(type, SPAN_LIT("multipart/alternative")) && (type.len == 21 || !(ascii_isalnum(type.p[21]) || type.p[21] == '_')))
			compare_alternatives(call, notes, parts, n, i);
	}
	return notes;
}

static int multipart_alternative_difference(struct sa_call *call)
{
	double min = sa_arg_number(call, 0), difference = difference_of(call)->difference;

	return (min == 0 || difference > min) && (span_eq(sa_arg(call, 1), SPAN_LIT("undef")) || difference <= sa_arg_number(call, 1));
}

static int multipart_alternative_difference_count(struct sa_call *call)
{
	const struct notes *notes = difference_of(call);

	return notes->html_words > sa_arg_number(call, 1) && notes->html_words > 0 && notes->text_words / notes->html_words > sa_arg_number(call, 0);
}

/* ---- lines ---- */

static void count_lines(struct notes *notes, struct span s)
{
	const char *p = s.p, *end = span_end(s);

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p)), *next = nl != NULL ? nl + 1 : end;

		notes->lines++;
		while (p < next && ascii_isspace(*p))
			p++;
		notes->blank_lines += p == next;
		p = next;
	}
}

static int check_blank_line_ratio(struct sa_call *call)
{
	struct notes *notes = notes_of(call);
	double min = sa_arg_number(call, 0), max = sa_arg_number(call, 1), min_lines = sa_arg_number(call, 2), ratio;

	if (!notes->have_blank) {
		const struct sa_lines *raw = sa_rawbody(call->view);

		notes->have_blank = true;
		for (size_t i = 0; i < raw->n; i++)
			count_lines(notes, raw->v[i]);
	}
	min_lines = min_lines < 1 ? 1 : min_lines;
	ratio = (double)notes->lines < min_lines ? -1 : 100 * (double)notes->blank_lines / (double)notes->lines;
	return (min == 0 || ratio > min) && ratio <= max;
}

/* Percent of blanks, over other characters. */
static int blank_share(struct span s)
{
	size_t blanks = 0;

	for (size_t i = 0; i < s.len; i++)
		blanks += s.p[i] == ' ';
	return blanks >= s.len - blanks ? 100 : (int)(100 * blanks / (s.len - blanks));
}

static int tvd_vertical_words(struct sa_call *call)
{
	struct notes *notes = notes_of(call);
	double min = sa_arg_number(call, 0), max = sa_arg_number(call, 1);

	if (!notes->have_vertical) {
		const struct sa_lines *lines = sa_call_lines(call);

		notes->have_vertical = true;
		notes->vertical = -1;
		for (size_t i = 0; i < lines->n; i++) {
			int share = lines->v[i].len > 5 ? blank_share(lines->v[i]) : -1;

			notes->vertical = share > notes->vertical ? share : notes->vertical;
		}
	}
	return notes->vertical >= min && notes->vertical < (max >= 100 ? 101 : max);
}

static int check_body_length(struct sa_call *call)
{
	return (double)sa_pristine_body(call->view).len <= sa_arg_number(call, 0);
}

/* ---- stocks ---- */

#define STOCK_PIECE ((size_t)2048) /* matched at a time */
#define STOCK_HITS 64

struct stock {
	const struct sa_call *call;
	const struct state *state;
	struct span hits[STOCK_HITS];
	size_t n;
};

/* The letters of an item's name, lower case; hits once per kind. */
static void add_item(struct stock *s, struct span name)
{
	char letters[32], *copy;
	size_t n = 0;
	struct span found[2];

	for (size_t i = 0; i < name.len && n < sizeof(letters); i++) {
		if (ascii_isalpha(name.p[i]))
			letters[n++] = ascii_tolower(name.p[i]);
	}
	if (regex_match(s->state->stock, s->call->memory, span_make(letters, n), 0, found, 2) != REGEX_YES)
		return;
	for (size_t i = 0; i < s->n; i++) {
		if (span_eq(s->hits[i], found[1]))
			return;
	}
	if (s->n == STOCK_HITS)
		return;
	copy = arena_bytes(sa_view_arena(s->call->view), found[1].len + 1);
	memcpy(copy, found[1].p, found[1].len);
	s->hits[s->n++] = span_make(copy, found[1].len);
}

static void find_items(struct stock *s, struct span piece)
{
	struct span found[2];
	size_t from = 0;

	while (from < piece.len && regex_match(s->state->item, s->call->memory, piece, from, found, 2) == REGEX_YES) {
		add_item(s, found[1]);
		from = (size_t)(span_end(found[0]) - piece.p);
	}
}

static size_t stock_of(const struct sa_call *call)
{
	struct notes *notes = notes_of(call);
	struct stock s = { .call = call, .state = call->state };
	const struct sa_rendering *r = NULL;
	const struct sa_part *parts;
	struct span rest;
	size_t n;

	if (notes->have_stock || call->state == NULL)
		return notes->stock;
	notes->have_stock = true;
	parts = sa_parts(call->view, &n);
	for (size_t i = 0; i < n; i++) {
		if (span_eq(parts[i].type, SPAN_LIT("text/plain"))) {
			r = sa_part_rendered(call->view, &parts[i]);
			break;
		}
	}
	for (rest = r != NULL ? r->text : SPAN_NONE; rest.len != 0;) {
		struct span piece = span_sub(rest, 0, STOCK_PIECE);
		size_t nl = rest.len > 2 * STOCK_PIECE ? span_chr(span_sub(rest, STOCK_PIECE, STOCK_PIECE), '\n') : SPAN_NPOS;

		piece = rest.len <= 2 * STOCK_PIECE ? rest : nl != SPAN_NPOS ? span_sub(rest, 0, STOCK_PIECE + nl + 1) : piece;
		find_items(&s, piece);
		rest = span_from(rest, piece.len);
	}
	notes->stock = s.n;
	return s.n;
}

static int check_stock_info(struct sa_call *call)
{
	double min = sa_arg_number(call, 0);

	return (double)stock_of(call) >= min || min == 0;
}

/* ---- signatures ---- */

/* "-- " alone in a line at p; *after_r: behind it, in front of the line end. */
static bool is_delimiter(const char *p, const char *end, const char **after_r)
{
	if (end - p < 2 || p[0] != '-' || p[1] != '-')
		return false;
	p += 2;
	p += p < end && *p == ' ';
	p += p < end && *p == '\r';
	*after_r = p;
	return p == end || *p == '\n';
}

/* The last delimiter with more than 4 bytes behind it divides text and signature. */
static const struct notes *signature_of(const struct sa_call *call)
{
	struct notes *notes = notes_of(call);
	const struct sa_part *parts;
	struct span text;
	size_t n, i = 0;

	if (notes->have_signature)
		return notes;
	notes->have_signature = true;
	parts = sa_parts(call->view, &n);
	while (i < n && !span_starts(parts[i].type, SPAN_LIT("text/plain")))
		i++;
	if (i == n)
		return notes;
	text = sa_part_decoded(call->view, &parts[i]);
	notes->has_text = true;
	notes->text_len = text.len;
	for (const char *p = text.p, *end = span_end(text), *nl, *after; p < end; p = nl + 1) {
		if (is_delimiter(p, end, &after) && end - after > 4) {
			notes->text_len = (size_t)(p - text.p);
			notes->signature_len = (size_t)(end - after);
		}
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			break;
	}
	return notes;
}

static int in_limits(const struct sa_call *call, double value)
{
	return value >= sa_arg_number(call, 0) && (sa_arg(call, 1).p == NULL || value <= sa_arg_number(call, 1));
}

static int plaintext_body_length(struct sa_call *call)
{
	const struct notes *notes = signature_of(call);

	return notes->has_text && in_limits(call, (double)notes->text_len);
}

static int plaintext_sig_length(struct sa_call *call)
{
	const struct notes *notes = signature_of(call);

	return notes->has_text && in_limits(call, (double)notes->signature_len);
}

static int plaintext_body_sig_ratio(struct sa_call *call)
{
	const struct notes *notes = signature_of(call);

	return notes->has_text && in_limits(call, notes->signature_len != 0 ? (double)notes->text_len / (double)notes->signature_len : 1e6);
}

static const void *init(struct arena *arena, struct cf *cf)
{
	struct state *s = ARENA_NEW(arena, struct state);

	(void)cf;
	s->item = sa_pattern_own(arena, "^\\s*([^:\\s][^:\\n]{2,29})\\s*:\\s*\\S", REGEX_MULTILINE);
	s->stock = sa_pattern_own(arena,
		"(^trad(?:e|ing)date|company(?:name)?|s\\w?(?:t\\w?o\\w?c\\w?k|y\\w?m(?:\\w?b\\w?o\\w?l)?)|t(?:arget|icker)|(?:opening|current)p(?:rice)?|p(?:rojected|osition)"
		"|expectations|weeks?high|marketperformance|(?:year|week|month|day|price)(?:target|estimates?)|sector|r(?:ecommendation|ating))$", 0);
	return s;
}

static const struct sa_eval evals[] = {
	{ "multipart_alternative_difference", multipart_alternative_difference }, { "multipart_alternative_difference_count", multipart_alternative_difference_count },
	{ "check_blank_line_ratio", check_blank_line_ratio }, { "tvd_vertical_words", tvd_vertical_words }, { "check_stock_info", check_stock_info },
	{ "check_body_length", check_body_length }, { "plaintext_body_length", plaintext_body_length }, { "plaintext_sig_length", plaintext_sig_length },
	{ "plaintext_body_sig_ratio", plaintext_body_sig_ratio }, { NULL, NULL },
};

const struct sa_plugin sa_plugin_bodyeval = { .name = "Mail::SpamAssassin::Plugin::BodyEval", .evals = evals, .init = init };
