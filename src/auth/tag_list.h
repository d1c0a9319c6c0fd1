/*
 * Lists of tag=value; (RFC 6376, 3.2), of which signatures, keys and DMARC records consist. Strict: a list with a bad name, a missing "=", a byte that cannot
 * stand in a value, a tag given twice, or an empty element (";;") is none. Bytes above 127 may stand in values (RFC 8616). Pure; linear; all points into the text.
 */
#ifndef WINNOW_AUTH_TAG_LIST_H
#define WINNOW_AUTH_TAG_LIST_H

#include "base/err.h"
#include "base/span.h"

#define TAG_LIST_MAX 40 /* tags of one list; more: it is none */

struct tag {
	struct span name;
	struct span value; /* without white space at both ends; folds inside stay */
	struct span raw;   /* all between "=" and ";" or the end: what "b=" leaves out when it is signed */
};

struct tag_list {
	struct tag v[TAG_LIST_MAX];
	size_t n;
};

bool tag_list_parse(struct span text, struct tag_list *list_r) MUST_USE;
/* By name; case matters. NULL: not given. */
const struct tag *tag_list_find(const struct tag_list *, const char *name);
/* The value; empty when not given (or given empty). */
struct span tag_list_value(const struct tag_list *, const char *name);

/* Whether a list "a:b:c", blanks around the items, has this item; ASCII case does not matter. */
bool tag_items_have(struct span items, struct span item);

#endif
