#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *err_r, const char *fmt, ...)
{
	va_list ap;

	if (err_r == NULL)
		return false;
	va_start(ap, fmt);
	vsnprintf(err_r->text, sizeof(err_r->text), fmt, ap);
	va_end(ap);
	return false;
}

bool err_prefix(struct err *err_r, const char *fmt, ...)
{
	struct err old;
	va_list ap;
	size_t len;

	if (err_r == NULL)
		return false;
	old = *err_r;
	va_start(ap, fmt);
	vsnprintf(err_r->text, sizeof(err_r->text), fmt, ap);
	va_end(ap);
	len = strlen(err_r->text);
	snprintf(err_r->text + len, sizeof(err_r->text) - len, ": %.*s", (int)sizeof(old.text), old.text);
	return false;
}
