/*
 * Expressions over symbols: meta rules of our own and of SpamAssassin.
 *
 *   A and (B or not C)      A && (B || !C)      A + B + 2 * C >= 3      (A > 1) + (B == 0)
 *
 * Numbers are doubles; comparisons and "not" give 1 or 0; "and" and "or" give one of their operands, as in Perl ("A && B": B when A is not 0, else A). Both sides are
 * always evaluated. Precedence: ! - (unary), * /, + -, < <= > >=, == !=, ^, &&, ||, ?:, not, and, or. Division by zero gives 0. "^" is Perl's: exclusive or of the bits.
 * Comparisons may be chained ("1 < A < 5").
 * Compiled into postfix form; depth and length are bounded; pure.
 */
#ifndef WINNOW_RULES_EXPR_H
#define WINNOW_RULES_EXPR_H

#include "base/arena.h"
#include "base/err.h"

#define EXPR_OPS_MAX 32768 /* names, numbers and operators together */
#define EXPR_DEPTH_MAX 64 /* of parentheses; also the evaluation's stack is bounded by it */

struct expr;

/* Gives the number of a name (as written: letters, digits, '_', ':', '.' and '-' not), or -1: unknown, an error "unknown symbol 'X'". */
typedef int expr_resolve(void *ctx, struct span name);
/* The value of a number that resolve gave. */
typedef double expr_value(void *ctx, unsigned number);

/* NULL: err tells what is wrong, with the offset's text. The expression lives in the arena. */
struct expr *expr_new(struct arena *, struct span text, expr_resolve *resolve, void *ctx, struct err *err_r) MUST_USE;
double expr_eval(const struct expr *, expr_value *value, void *ctx);
/* The numbers it depends on, each once, in order of appearance. */
const unsigned *expr_uses(const struct expr *, size_t *n_r);

#endif
