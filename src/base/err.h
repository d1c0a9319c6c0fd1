/*
 * Errors of bad input: a text for a human, in an out-parameter. Functions that fill one return false (or -1) and are
 * marked warn_unused_result. Bugs and exhausted memory do not come this way: they assert.
 */
#ifndef WINNOW_BASE_ERR_H
#define WINNOW_BASE_ERR_H

#include <stdbool.h>

struct err {
	char text[256];
};

/* Sets the text (cut to fit) and returns false, so that callers write: return err_set(err_r, "..."); err_r may be NULL. */
bool err_set(struct err *err_r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Puts "fmt: " in front of what is there. */
bool err_prefix(struct err *err_r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define MUST_USE __attribute__((warn_unused_result))

#endif
