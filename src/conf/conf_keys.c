/*
 * Lua tells the line in which a call begins, but not where a key of its table stands. So the keys are looked for in the source: from that line on, the
 * table of the block, its "key =" tokens. Where a table is made elsewhere (in a variable, by a function), the line of the call has to do.
 */
#include "base/array.h"
#include "base/ascii.h"
#include "conf/conf_load.h"

/* Bytes that one load reads in search of keys; a loop that makes a million blocks on one line reads that line a million times. */
#define SCAN_MAX ((size_t)256 * 1024 * 1024)

enum token { TOKEN_END, TOKEN_NAME, TOKEN_STRING, TOKEN_OTHER };

struct lexer {
	struct span text;
	size_t at;
	unsigned line;
	struct span word; /* of names; the inside of strings */
	size_t word_at;
	char byte;        /* of TOKEN_OTHER; "==" and the like give '~' */
};

static char peek(const struct lexer *lx, size_t ahead)
{
	if (lx->at + ahead >= lx->text.len)
		return 0;
	return lx->text.p[lx->at + ahead];
}

/* Lua counts CR, LF, CR LF and LF CR as one line end each. */
static void take(struct lexer *lx)
{
	char c = peek(lx, 0), next = peek(lx, 1);

	lx->at++;
	if (c != '\n' && c != '\r')
		return;
	lx->line++;
	if ((next == '\n' || next == '\r') && next != c && lx->at < lx->text.len)
		lx->at++;
}

/* At '[': the number of '=' of a long bracket, or -1. */
static int long_level(const struct lexer *lx)
{
	int n = 0;

	while (peek(lx, (size_t)n + 1) == '=')
		n++;
	return peek(lx, (size_t)n + 1) == '[' ? n : -1;
}

static void take_long(struct lexer *lx, int level)
{
	lx->at += (size_t)level + 2;
	while (lx->at < lx->text.len) {
		int n = 0;

		if (peek(lx, 0) != ']') {
			take(lx);
			continue;
		}
		lx->at++;
		for (; n < level && peek(lx, 0) == '='; n++)
			lx->at++;
		if (n == level && peek(lx, 0) == ']') {
			lx->at++;
			return;
		}
	}
}

static void take_comment(struct lexer *lx)
{
	int level;

	lx->at += 2;
	level = peek(lx, 0) == '[' ? long_level(lx) : -1;
	if (level >= 0) {
		take_long(lx, level);
		return;
	}
	while (lx->at < lx->text.len && peek(lx, 0) != '\n' && peek(lx, 0) != '\r')
		lx->at++;
}

static enum token take_string(struct lexer *lx, char quote)
{
	size_t from = ++lx->at;

	while (lx->at < lx->text.len && peek(lx, 0) != quote) {
		if (peek(lx, 0) == '\\')
			lx->at++;
		if (lx->at < lx->text.len)
			take(lx);
	}
	lx->word = span_sub(lx->text, from, lx->at - from);
	lx->at++;
	return TOKEN_STRING;
}

static void skip_blank(struct lexer *lx)
{
	for (;;) {
		if (lx->at < lx->text.len && ascii_isspace(peek(lx, 0)))
			take(lx);
		else if (peek(lx, 0) == '-' && peek(lx, 1) == '-')
			take_comment(lx);
		else
			return;
	}
}

static enum token next_token(struct lexer *lx)
{
	char c;

	skip_blank(lx);
	if (lx->at >= lx->text.len)
		return TOKEN_END;
	lx->word_at = lx->at;
	c = peek(lx, 0);
	if (ascii_isalnum(c) || c == '_') {
		while (ascii_isalnum(peek(lx, 0)) || peek(lx, 0) == '_')
			lx->at++;
		lx->word = span_sub(lx->text, lx->word_at, lx->at - lx->word_at);
		return TOKEN_NAME;
	}
	if (c == '"' || c == '\'')
		return take_string(lx, c);
	if (c == '[' && long_level(lx) >= 0) {
		take_long(lx, long_level(lx));
		lx->word = SPAN_NONE;
		return TOKEN_STRING;
	}
	lx->byte = c;
	lx->at++;
	if (peek(lx, 0) == '=' && (c == '=' || c == '~' || c == '<' || c == '>')) {
		lx->at++;
		lx->byte = '~';
	}
	return TOKEN_OTHER;
}

struct source *source_new(struct loader *ld, const char *name, struct span text)
{
	struct source *s = ARENA_NEW(ld->scratch, struct source);
	struct lexer lx = { .text = text, .line = 1 };
	uint32_t *lines = NULL;
	size_t cap = 0;

	s->name = name;
	s->text = text;
	s->nlines = 0;
	*ARRAY_ADD(ld->scratch, lines, s->nlines, cap) = 0;
	while (lx.at < text.len) {
		size_t before = lx.line;

		take(&lx);
		if (lx.line != before)
			*ARRAY_ADD(ld->scratch, lines, s->nlines, cap) = (uint32_t)lx.at;
	}
	s->lines = lines;
	map_put(&ld->sources, span_of(name), s);
	return s;
}

static bool is_byte(const struct lexer *lx, enum token t, char byte)
{
	return t == TOKEN_OTHER && lx->byte == byte;
}

/* Behind the bracket that closes the one just read. */
static void skip_brackets(struct lexer *lx)
{
	unsigned depth = 1;
	enum token t;

	while (depth > 0 && (t = next_token(lx)) != TOKEN_END) {
		if (is_byte(lx, t, '(') || is_byte(lx, t, '{'))
			depth++;
		else if (is_byte(lx, t, ')') || is_byte(lx, t, '}'))
			depth--;
	}
}

/* "which", ("wh" .. "ich") or { "which", "another" } */
static bool skip_argument(struct lexer *lx)
{
	enum token t = next_token(lx);

	if (is_byte(lx, t, '(') || is_byte(lx, t, '{')) {
		skip_brackets(lx);
		return true;
	}
	return t == TOKEN_STRING;
}

/* Moves behind the '{' of the table of the block whose call begins in the line at hand; false when it has none there. */
static bool find_table(struct lexer *lx, struct span block, bool named)
{
	unsigned line = lx->line;
	struct lexer start = *lx;
	enum token t;

	do {
		t = next_token(lx);
		if (t == TOKEN_NAME && lx->line == line && span_eq(lx->word, block)) {
			if (named && !skip_argument(lx))
				return false;
			t = next_token(lx);
			return is_byte(lx, is_byte(lx, t, '(') ? next_token(lx) : t, '{');
		}
	} while (t != TOKEN_END && lx->line == line);
	/* Called by another name: the first table of the line is the best guess. */
	*lx = start;
	do {
		t = next_token(lx);
	} while (t != TOKEN_END && lx->line == line && !is_byte(lx, t, '{'));
	return is_byte(lx, t, '{') && lx->line == line;
}

static void add_place(struct key_places *places, struct span key, unsigned line, unsigned depth, size_t at)
{
	if (places->n < KEYS_MAX)
		places->v[places->n++] = (struct key_place){ key, line, depth, at };
}

/* Reads a table up to its '}', collecting keys: NAME = and ["NAME"] =. */
static void scan_table(struct key_places *places, struct lexer *lx, size_t limit)
{
	unsigned depth = 1, line = 0;
	struct span word = SPAN_NONE;
	size_t at = 0;
	bool last_word = false; /* what came last can be a key */

	places->n = 0;
	while (depth > 0 && lx->at < limit) {
		enum token t = next_token(lx);

		if (t == TOKEN_END)
			return;
		if (t == TOKEN_NAME || t == TOKEN_STRING) {
			word = lx->word;
			at = lx->word_at;
			line = lx->line;
			last_word = true;
			continue;
		}
		if (lx->byte == '=' && last_word)
			add_place(places, word, line, depth, at);
		if (lx->byte == '{' || lx->byte == '(')
			depth++;
		else if (lx->byte == '}' || lx->byte == ')')
			depth--;
		last_word = last_word && lx->byte == ']';
	}
}

void keys_scan(struct loader *ld, const struct source *s, unsigned line, struct span block, bool named)
{
	struct key_places *places = &ld->places;
	struct lexer lx = { .text = s->text, .line = line };
	size_t from;

	places->n = 0;
	if (line == 0 || line > s->nlines || places->scanned >= SCAN_MAX)
		return;
	lx.at = from = s->lines[line - 1];
	if (find_table(&lx, block, named))
		scan_table(places, &lx, from + SCAN_MAX - places->scanned);
	places->scanned += lx.at - from;
}

const struct key_place *keys_find(const struct loader *ld, const struct key_place *in, struct span key)
{
	const struct key_places *places = &ld->places;
	size_t i = in != NULL ? (size_t)(in - places->v) + 1 : 0;

	for (; i < places->n; i++) {
		const struct key_place *p = &places->v[i];

		if (in != NULL && p->depth <= in->depth)
			return NULL;
		if (p->depth == (in != NULL ? in->depth + 1 : 1) && span_eq(p->key, key))
			return p;
	}
	return NULL;
}
