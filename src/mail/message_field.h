/*
 * MIME fields with parameters: Content-Type and Content-Disposition. RFC 2045, 5.1; RFC 2183; RFC 2231. Read as mail programs do, and told
 * where the grammar says otherwise. Part of message.c.
 */
#ifndef WINNOW_MAIL_MESSAGE_FIELD_H
#define WINNOW_MAIL_MESSAGE_FIELD_H

#include "base/arena.h"
#include "mail/fact.h"

struct mime_param {
	struct span name;  /* lower case, without the marks of RFC 2231 */
	struct span value; /* unquoted; continuations joined, percent and charset decoded (then UTF-8); else bytes as written */
};

struct mime_field {
	struct span type; /* lower case "text/plain" or "attachment"; empty when it cannot be read */
	struct mime_param *v;
	size_t n, cap;
};

enum mime_field_kind { MIME_CONTENT_TYPE, MIME_DISPOSITION };

/*
 * value: unfolded. Of a parameter given twice the first one counts; one in the form of RFC 2231 wins over a plain one. Linear.
 * Facts: CONTENT_TYPE_BAD, CONTENT_TYPE_CONFLICT (of a disposition: NAME_CONFLICT), PARAMETER_BAD, PARAMETER_TOO_MANY.
 */
void mime_field_parse(struct arena *, struct span value, enum mime_field_kind, size_t max_params, struct facts *,
                      struct mime_field *field_r);
/* The parameter's value; p is NULL when there is none. */
struct span mime_field_param(const struct mime_field *, struct span name);
/* An ASCII-lowered copy. */
struct span mime_lower(struct arena *, struct span);

#endif
