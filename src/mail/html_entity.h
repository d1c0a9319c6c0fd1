/* Character references of HTML (WHATWG HTML, 13.2.5.72 and 13.5), decoded as browsers do. */
#ifndef WINNOW_MAIL_HTML_ENTITY_H
#define WINNOW_MAIL_HTML_ENTITY_H

#include "base/span.h"

struct html_entity {
	uint32_t cp[2]; /* cp[1]: 0 when there is none */
	bool numeric;
};

/*
 * Reads the reference at the front of s (s.p[0] == '&'). Returns the bytes it takes, 0 when it is none. In attributes, a named one without
 * semicolon counts only when no '=' or alphanumeric follows. What it decodes to is never longer in UTF-8 than the reference.
 */
size_t html_entity_read(struct span s, bool attribute, struct html_entity *e_r);

/* Decodes all references of an attribute value into to, which has room for value.len bytes. Returns the bytes written and adds the
 * ASCII letters that were written as numbers to *letters. */
size_t html_entity_decode(struct span value, char *to, unsigned *letters);

#endif
