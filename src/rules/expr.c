#include "rules/expr.h"

#include <math.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/map.h"

#define STACK_MAX 256 /* values that wait on the stack of an evaluation */

enum op_code {
	OP_NUMBER, OP_SYMBOL,
	OP_NOT, OP_NEGATE,
	OP_MULTIPLY, OP_DIVIDE, OP_ADD, OP_SUBTRACT,
	OP_LESS, OP_LESS_EQUAL, OP_GREATER, OP_GREATER_EQUAL, OP_EQUAL, OP_UNEQUAL,
	OP_XOR, OP_AND, OP_OR,
	OP_KEEP_RIGHT, /* a b -> b: what stands between two comparisons of a chain; the operator follows in the next op */
	OP_CHOOSE,     /* a b c -> a ? b : c */
};

struct op {
	enum op_code code;
	unsigned number; /* OP_SYMBOL; OP_KEEP_RIGHT: the comparison's code */
	double value;    /* OP_NUMBER */
};

struct expr {
	struct op *ops;
	size_t nops, cap_ops;
	unsigned *uses;
	size_t nuses;
};

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_NAME, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_QUESTION, TOKEN_COLON, TOKEN_NOT, TOKEN_WORD_NOT, TOKEN_BINARY, TOKEN_BAD };

struct token {
	enum token_kind kind;
	struct span text;
	double value;
	enum op_code code; /* TOKEN_BINARY */
	unsigned level;    /* TOKEN_BINARY: which of the levels it belongs to */
};

/* How tightly binary operators bind: a higher level binds tighter. */
enum level { LEVEL_WORD_OR, LEVEL_WORD_AND, LEVEL_WORD_NOT, LEVEL_CHOICE, LEVEL_OR, LEVEL_AND, LEVEL_XOR, LEVEL_EQUAL, LEVEL_LESS, LEVEL_ADD, LEVEL_MULTIPLY, LEVEL_UNARY };

struct parser {
	struct arena *arena;
	struct expr *expr;
	struct span text;
	size_t at;           /* behind the token */
	struct token token;  /* the one that is looked at */
	unsigned depth;
	size_t stack;        /* values on the stack where we are */
	expr_resolve *resolve;
	void *ctx;
	struct err *err_r;
};

/* Operators as they are written; longer ones first. */
static const struct {
	char text[4];
	enum op_code code;
	unsigned level;
} operators[] = {
	{ "||", OP_OR, LEVEL_OR }, { "&&", OP_AND, LEVEL_AND }, { "==", OP_EQUAL, LEVEL_EQUAL }, { "!=", OP_UNEQUAL, LEVEL_EQUAL },
	{ "<=", OP_LESS_EQUAL, LEVEL_LESS }, { ">=", OP_GREATER_EQUAL, LEVEL_LESS }, { "<", OP_LESS, LEVEL_LESS }, { ">", OP_GREATER, LEVEL_LESS },
	{ "+", OP_ADD, LEVEL_ADD }, { "-", OP_SUBTRACT, LEVEL_ADD }, { "*", OP_MULTIPLY, LEVEL_MULTIPLY }, { "/", OP_DIVIDE, LEVEL_MULTIPLY }, { "^", OP_XOR, LEVEL_XOR },
};

static bool is_name_char(char c)
{
	return ascii_isalnum(c) || c == '_' || c == ':';
}

/* Digits, with a fraction or without; returns the bytes taken. */
static size_t read_number(struct span s, double *value_r)
{
	double value = 0;
	double unit = 1;
	size_t i = 0;

	for (; i < s.len && ascii_isdigit(s.p[i]); i++)
		value = value * 10 + (s.p[i] - '0');
	if (i + 1 < s.len && s.p[i] == '.' && ascii_isdigit(s.p[i + 1])) {
		for (i++; i < s.len && ascii_isdigit(s.p[i]); i++) {
			unit /= 10;
			value += (s.p[i] - '0') * unit;
		}
	}
	*value_r = value;
	return i;
}

static struct token read_word(struct span rest)
{
	struct token t = { .kind = TOKEN_NAME };
	size_t n = 1;

	while (n < rest.len && is_name_char(rest.p[n]))
		n++;
	while (n > 1 && rest.p[n - 1] == ':') /* the one of "a ? B: c" */
		n--;
	t.text = span_make(rest.p, n);
	if (span_eq(t.text, SPAN_LIT("not")))
		t.kind = TOKEN_WORD_NOT;
	if (span_eq(t.text, SPAN_LIT("and"))) {
		t.kind = TOKEN_BINARY;
		t.code = OP_AND;
		t.level = LEVEL_WORD_AND;
	}
	if (span_eq(t.text, SPAN_LIT("or"))) {
		t.kind = TOKEN_BINARY;
		t.code = OP_OR;
		t.level = LEVEL_WORD_OR;
	}
	return t;
}

static struct token read_sign(struct span rest)
{
	struct token t = { .kind = TOKEN_BAD, .text = span_make(rest.p, 1) };

	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		struct span sign = span_of(operators[i].text);

		if (span_starts(rest, sign)) {
			t.kind = TOKEN_BINARY;
			t.text = span_make(rest.p, sign.len);
			t.code = operators[i].code;
			t.level = operators[i].level;
			return t;
		}
	}
	switch (rest.p[0]) {
	case '(': t.kind = TOKEN_OPEN; break;
	case ')': t.kind = TOKEN_CLOSE; break;
	case '?': t.kind = TOKEN_QUESTION; break;
	case ':': t.kind = TOKEN_COLON; break;
	case '!': t.kind = TOKEN_NOT; break;
	default: break;
	}
	return t;
}

static void next_token(struct parser *p)
{
	struct span rest;
	struct token t = { .kind = TOKEN_END };

	while (p->at < p->text.len && ascii_isspace(p->text.p[p->at]))
		p->at++;
	rest = span_from(p->text, p->at);
	if (rest.len == 0) {
		t.text = rest;
	} else if (ascii_isdigit(rest.p[0])) {
		t.kind = TOKEN_NUMBER;
		t.text = span_make(rest.p, read_number(rest, &t.value));
	} else if (ascii_isalpha(rest.p[0]) || rest.p[0] == '_') {
		t = read_word(rest);
	} else {
		t = read_sign(rest);
	}
	p->at += t.text.len;
	p->token = t;
}

/* An error at the token that is looked at. */
static bool fail(struct parser *p, const char *what)
{
	if (p->token.kind == TOKEN_END)
		return err_set(p->err_r, "%s at the end", what);
	return err_set(p->err_r, "%s at '%.*s' (byte %zu)", what, SPAN_ARG(span_sub(p->token.text, 0, 60)), p->at - p->token.text.len + 1);
}

/* Adds an op that takes "pops" values off the stack and puts one there. */
static bool emit(struct parser *p, struct op op, size_t pops)
{
	if (p->expr->nops == EXPR_OPS_MAX)
		return err_set(p->err_r, "the expression has more than %d parts", EXPR_OPS_MAX);
	*ARRAY_ADD(p->arena, p->expr->ops, p->expr->nops, p->expr->cap_ops) = op;
	p->stack = p->stack + 1 - pops;
	if (p->stack > STACK_MAX)
		return err_set(p->err_r, "the expression is nested too deeply");
	return true;
}

static bool parse_level(struct parser *p, unsigned level);

static bool parse_symbol(struct parser *p)
{
	int number = p->resolve(p->ctx, p->token.text);

	if (number < 0)
		return err_set(p->err_r, "unknown symbol '%.*s'", SPAN_ARG(span_sub(p->token.text, 0, 128)));
	next_token(p);
	return emit(p, (struct op){ .code = OP_SYMBOL, .number = (unsigned)number }, 0);
}

static bool parse_nested(struct parser *p, unsigned level)
{
	bool ok;

	if (p->depth == EXPR_DEPTH_MAX)
		return fail(p, "nested too deeply");
	p->depth++;
	next_token(p);
	ok = parse_level(p, level);
	p->depth--;
	return ok;
}

static bool parse_operand(struct parser *p)
{
	double value = p->token.value;

	switch (p->token.kind) {
	case TOKEN_NUMBER:
		next_token(p);
		return emit(p, (struct op){ .code = OP_NUMBER, .value = value }, 0);
	case TOKEN_NAME:
		return parse_symbol(p);
	case TOKEN_OPEN:
		if (!parse_nested(p, LEVEL_WORD_OR))
			return false;
		if (p->token.kind != TOKEN_CLOSE)
			return fail(p, "')' expected");
		next_token(p);
		return true;
	case TOKEN_WORD_NOT: /* as an operand of a tighter operator: "A && not B" */
		return parse_nested(p, LEVEL_WORD_NOT) && emit(p, (struct op){ .code = OP_NOT }, 1);
	default:
		return fail(p, "a name or number expected");
	}
}

/* "!" and "-", any number of them: the last "!" before the operand is what counts first, so they are applied from the right. */
static bool parse_unary(struct parser *p)
{
	enum op_code pending[EXPR_DEPTH_MAX];
	size_t n = 0;

	for (;;) {
		bool minus = p->token.kind == TOKEN_BINARY && p->token.code == OP_SUBTRACT;

		if (p->token.kind != TOKEN_NOT && !minus && !(p->token.kind == TOKEN_BINARY && p->token.code == OP_ADD))
			break;
		if (n == EXPR_DEPTH_MAX)
			return fail(p, "nested too deeply");
		if (p->token.kind == TOKEN_NOT || minus)
			pending[n++] = minus ? OP_NEGATE : OP_NOT;
		next_token(p);
	}
	if (!parse_operand(p))
		return false;
	while (n > 0) {
		if (!emit(p, (struct op){ .code = pending[--n] }, 1))
			return false;
	}
	return true;
}

static bool parse_choice(struct parser *p)
{
	if (!parse_level(p, LEVEL_CHOICE + 1))
		return false;
	if (p->token.kind != TOKEN_QUESTION)
		return true;
	if (!parse_nested(p, LEVEL_CHOICE))
		return false;
	if (p->token.kind != TOKEN_COLON)
		return fail(p, "':' expected");
	return parse_nested(p, LEVEL_CHOICE) && emit(p, (struct op){ .code = OP_CHOOSE }, 3);
}

static bool at_level(const struct parser *p, unsigned level)
{
	return p->token.kind == TOKEN_BINARY && p->token.level == level;
}

/* Operators of one level from the left. Comparisons may be chained: "1 < A < 5" is "1 < A && A < 5". */
static bool parse_binary(struct parser *p, unsigned level)
{
	bool compares = level == LEVEL_EQUAL || level == LEVEL_LESS;
	unsigned chained = 0;

	if (!parse_level(p, level + 1))
		return false;
	while (at_level(p, level)) {
		enum op_code code = p->token.code;
		bool chain;

		next_token(p);
		if (!parse_level(p, level + 1))
			return false;
		chain = compares && at_level(p, level);
		chained += chain;
		/* a b -> (a op b) b: the right side stays for the next comparison. */
		if (!(chain ? emit(p, (struct op){ .code = OP_KEEP_RIGHT, .number = code }, 1) : emit(p, (struct op){ .code = code }, 2)))
			return false;
	}
	for (; chained > 0; chained--) {
		if (!emit(p, (struct op){ .code = OP_AND }, 2))
			return false;
	}
	return true;
}

static bool parse_level(struct parser *p, unsigned level)
{
	size_t nots = 0;

	switch (level) {
	case LEVEL_WORD_NOT:
		for (; p->token.kind == TOKEN_WORD_NOT; nots++)
			next_token(p);
		if (!parse_level(p, LEVEL_CHOICE))
			return false;
		for (; nots > 0; nots--) {
			if (!emit(p, (struct op){ .code = OP_NOT }, 1))
				return false;
		}
		return true;
	case LEVEL_CHOICE: return parse_choice(p);
	case LEVEL_UNARY: return parse_unary(p);
	default: return parse_binary(p, level);
	}
}

static void collect_uses(struct arena *arena, struct expr *e)
{
	struct map seen;

	map_init(&seen, arena, false);
	e->uses = ARENA_ARRAY(arena, e->nops, unsigned);
	for (size_t i = 0; i < e->nops; i++) {
		struct span key = span_make((const char *)&e->ops[i].number, sizeof(e->ops[i].number));

		if (e->ops[i].code == OP_SYMBOL && map_put(&seen, key, &e->ops[i]) == NULL)
			e->uses[e->nuses++] = e->ops[i].number;
	}
}

struct expr *expr_new(struct arena *arena, struct span text, expr_resolve *resolve, void *ctx, struct err *err_r)
{
	struct parser p = { .arena = arena, .expr = ARENA_NEW(arena, struct expr), .text = text, .resolve = resolve, .ctx = ctx, .err_r = err_r };

	next_token(&p);
	if (!parse_level(&p, LEVEL_WORD_OR))
		return NULL;
	if (p.token.kind != TOKEN_END) {
		(void)fail(&p, "an operator expected");
		return NULL;
	}
	collect_uses(arena, p.expr);
	return p.expr;
}

/* Perl's "^" on numbers: as unsigned integers. */
static double bits_xor(double a, double b)
{
	uint64_t x = a >= 0 && a < 9e18 ? (uint64_t)a : 0;
	uint64_t y = b >= 0 && b < 9e18 ? (uint64_t)b : 0;

	return (double)(x ^ y);
}

static double apply(enum op_code code, double a, double b)
{
	switch (code) {
	case OP_MULTIPLY: return a * b;
	case OP_DIVIDE: return b != 0 ? a / b : 0;
	case OP_ADD: return a + b;
	case OP_SUBTRACT: return a - b;
	case OP_LESS: return a < b;
	case OP_LESS_EQUAL: return a <= b;
	case OP_GREATER: return a > b;
	case OP_GREATER_EQUAL: return a >= b;
	case OP_EQUAL: return a == b;
	case OP_UNEQUAL: return a != b;
	case OP_XOR: return bits_xor(a, b);
	case OP_AND: return a != 0 ? b : a;
	case OP_OR: return a != 0 ? a : b;
	default: return 0;
	}
}

double expr_eval(const struct expr *e, expr_value *value, void *ctx)
{
	double stack[STACK_MAX + 1];
	size_t n = 0;
	double result;

	/* NOLINTBEGIN(clang-analyzer-core.*): emit() has counted, n is never too small */
	for (size_t i = 0; i < e->nops; i++) {
		const struct op *op = &e->ops[i];

		switch (op->code) {
		case OP_NUMBER: stack[n++] = op->value; break;
		case OP_SYMBOL: stack[n++] = value(ctx, op->number); break;
		case OP_NOT: stack[n - 1] = stack[n - 1] == 0; break;
		case OP_NEGATE: stack[n - 1] = -stack[n - 1]; break;
		case OP_KEEP_RIGHT: stack[n - 2] = apply((enum op_code)op->number, stack[n - 2], stack[n - 1]); break;
		case OP_CHOOSE:
			n -= 2;
			stack[n - 1] = stack[n - 1] != 0 ? stack[n] : stack[n + 1];
			break;
		default:
			n--;
			stack[n - 1] = apply(op->code, stack[n - 1], stack[n]);
			break;
		}
	}
	result = stack[0];
	/* NOLINTEND(clang-analyzer-core.*) */
	return isfinite(result) ? result : 0;
}

const unsigned *expr_uses(const struct expr *e, size_t *n_r)
{
	*n_r = e->nuses;
	return e->uses;
}
