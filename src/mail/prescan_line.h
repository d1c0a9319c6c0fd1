/* Lines of a message, for prescan.c (fields) and prescan_copy.c (structure), which must agree on where one ends. Private to them. */
#ifndef WINNOW_MAIL_PRESCAN_LINE_H
#define WINNOW_MAIL_PRESCAN_LINE_H

#include "base/span.h"

/* [from, end) without LF and the CR before it; next behind it. */
struct line {
	size_t from, end, next;
};

static inline struct line line_at(struct span bytes, size_t from)
{
	const char *nl = memchr(bytes.p + from, '\n', bytes.len - from);
	struct line l = { from, bytes.len, bytes.len };

	if (nl != NULL) {
		l.end = (size_t)(nl - bytes.p);
		l.next = l.end + 1;
		if (l.end > from && bytes.p[l.end - 1] == '\r')
			l.end--;
	}
	return l;
}

#endif
