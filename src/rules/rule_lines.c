/*
 * Lua tells the line in which a call begins, but not where a value of its table stands. So the way to the value is walked in the source: from the call on, the table's entries,
 * and tables in them. Where a table is made elsewhere (in a variable, by a function), the line of what leads to it has to do. Only for errors.
 */
#include "base/ascii.h"
#include "rules/rule_read_private.h"

enum token { TOKEN_END, TOKEN_NAME, TOKEN_STRING, TOKEN_OTHER };

struct lexer {
	struct span text;
	size_t at;
	unsigned line;
	enum token token;
	unsigned token_line; /* where the token begins */
	struct span word;    /* of names; the inside of strings */
	char byte;           /* of TOKEN_OTHER; "==" and the like give '~' */
};

static char peek(const struct lexer *lx, size_t ahead)
{
	if (lx->at + ahead >= lx->text.len)
		return '\0';
	return lx->text.p[lx->at + ahead];
}

static bool more(const struct lexer *lx)
{
	return lx->at < lx->text.len;
}

/* Lua counts CR, LF, CR LF and LF CR as one line end each. */
static void take(struct lexer *lx)
{
	char c = peek(lx, 0), next = peek(lx, 1);

	lx->at++;
	if (c != '\n' && c != '\r')
		return;
	lx->line++;
	if ((next == '\n' || next == '\r') && next != c && more(lx))
		lx->at++;
}

/* At '[': the number of '=' of a long bracket, or -1. */
static int long_level(const struct lexer *lx)
{
	size_t n = 1;

	while (peek(lx, n) == '=')
		n++;
	return peek(lx, n) == '[' ? (int)n - 1 : -1;
}

static void take_long(struct lexer *lx, int level)
{
	size_t from;

	lx->at += (size_t)level + 2;
	from = lx->at;
	while (more(lx)) {
		size_t end = lx->at;
		int n = 0;

		if (peek(lx, 0) != ']') {
			take(lx);
			continue;
		}
		lx->at++;
		for (; n < level && peek(lx, 0) == '='; n++)
			lx->at++;
		if (n == level && peek(lx, 0) == ']') {
			lx->word = span_sub(lx->text, from, end - from);
			lx->at++;
			return;
		}
	}
}

static void take_string(struct lexer *lx)
{
	char quote = peek(lx, 0);
	size_t from = ++lx->at;

	while (more(lx) && peek(lx, 0) != quote) {
		if (peek(lx, 0) == '\\')
			lx->at++;
		if (more(lx))
			take(lx);
	}
	lx->word = span_sub(lx->text, from, lx->at - from);
	lx->at++;
}

static void skip_blank(struct lexer *lx)
{
	for (;;) {
		if (more(lx) && ascii_isspace(peek(lx, 0))) {
			take(lx);
		} else if (peek(lx, 0) == '-' && peek(lx, 1) == '-') {
			lx->at += 2;
			if (peek(lx, 0) == '[' && long_level(lx) >= 0) {
				take_long(lx, long_level(lx));
				continue;
			}
			while (more(lx) && peek(lx, 0) != '\n' && peek(lx, 0) != '\r')
				lx->at++;
		} else {
			return;
		}
	}
}

static void take_other(struct lexer *lx)
{
	char c = peek(lx, 0);

	lx->token = TOKEN_OTHER;
	lx->byte = c;
	lx->at++;
	if (peek(lx, 0) == '=' && (c == '=' || c == '~' || c == '<' || c == '>')) {
		lx->at++;
		lx->byte = '~';
	}
}

static void next(struct lexer *lx)
{
	size_t from;
	char c;

	skip_blank(lx);
	lx->token_line = lx->line;
	from = lx->at;
	c = peek(lx, 0);
	if (!more(lx)) {
		lx->token = TOKEN_END;
	} else if (ascii_isalnum(c) || c == '_') {
		while (ascii_isalnum(peek(lx, 0)) || peek(lx, 0) == '_')
			lx->at++;
		lx->token = TOKEN_NAME;
		lx->word = span_sub(lx->text, from, lx->at - from);
	} else if (c == '"' || c == '\'') {
		lx->token = TOKEN_STRING;
		take_string(lx);
	} else if (c == '[' && long_level(lx) >= 0) {
		lx->token = TOKEN_STRING;
		take_long(lx, long_level(lx));
	} else {
		take_other(lx);
	}
}

static bool is(const struct lexer *lx, char byte)
{
	return lx->token == TOKEN_OTHER && lx->byte == byte;
}

static bool is_word(const struct lexer *lx, struct span word)
{
	return lx->token == TOKEN_NAME && span_eq(lx->word, word);
}

/* The body of a function may have commas between its statements' values: what begins there is skipped to its end. */
static bool opens(const struct lexer *lx, unsigned depth)
{
	if (is(lx, '{') || is(lx, '(') || is(lx, '[') || is_word(lx, SPAN_LIT("function")))
		return true;
	return depth != 0 && (is_word(lx, SPAN_LIT("if")) || is_word(lx, SPAN_LIT("do")));
}

/* At the first token of an expression in a table: moves to the ',', ';' or '}' behind it. */
static void skip_value(struct lexer *lx)
{
	unsigned depth = 0;

	for (; lx->token != TOKEN_END; next(lx)) {
		if (depth == 0 && (is(lx, ',') || is(lx, ';') || is(lx, '}')))
			return;
		if (opens(lx, depth))
			depth++;
		else if (is(lx, '}') || is(lx, ')') || is(lx, ']') || (is_word(lx, SPAN_LIT("end")) && depth != 0))
			depth--;
	}
}

/* At the first token of an entry: its key, if it has one, is taken, with the '='. */
static struct span take_key(struct lexer *lx)
{
	struct lexer start = *lx;
	struct span key = lx->word;

	if (lx->token == TOKEN_NAME) {
		next(lx);
		if (is(lx, '=')) {
			next(lx);
			return key;
		}
	} else if (is(lx, '[')) {
		next(lx);
		key = lx->word;
		if (lx->token == TOKEN_STRING) {
			next(lx);
			next(lx);
			if (is(lx, '=')) {
				next(lx);
				return key;
			}
		}
	}
	*lx = start;
	return SPAN_NONE;
}

/* At the '{' of a table: moves to the value of the entry; false when it is not written here. */
static bool find_entry(struct lexer *lx, const struct rule_step *step, unsigned *line_r)
{
	unsigned index = 0;

	next(lx);
	while (lx->token != TOKEN_END && !is(lx, '}')) {
		unsigned line = lx->token_line;
		struct span key = take_key(lx);

		index += key.p == NULL;
		if (step->key.p != NULL ? key.p != NULL && span_eq(key, step->key) : key.p == NULL && index == step->index) {
			*line_r = line;
			return true;
		}
		skip_value(lx);
		if (is(lx, ',') || is(lx, ';'))
			next(lx);
	}
	return false;
}

static size_t line_begin(struct span text, unsigned line)
{
	struct lexer lx = { .text = text, .line = 1 };

	while (more(&lx) && lx.line < line)
		take(&lx);
	return lx.at;
}

unsigned rule_lines_find(struct span text, unsigned line, const struct rule_step *path, size_t n)
{
	struct lexer lx = { .text = text, .at = line_begin(text, line), .line = line };

	if (n > PATH_MAX_STEPS)
		n = PATH_MAX_STEPS;
	do {
		next(&lx);
	} while (lx.token != TOKEN_END && lx.token_line == line && !is(&lx, '{'));
	if (lx.token_line != line)
		return line;
	for (size_t i = 0; i < n && is(&lx, '{'); i++) {
		if (!find_entry(&lx, &path[i], &line))
			break;
	}
	return line;
}
