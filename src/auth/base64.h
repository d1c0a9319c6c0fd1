/* Base64 (RFC 4648, 4) as signatures and keys use it: strict, but with white space between the digits (RFC 6376, 2.10). Pure; linear. */
#ifndef WINNOW_AUTH_BASE64_H
#define WINNOW_AUTH_BASE64_H

#include "base/buf.h"
#include "base/err.h"

/* At most max bytes, in the arena. False: other bytes than digits and white space, wrong padding, nothing at all, or longer than max. */
bool base64_decode(struct arena *, struct span text, size_t max, struct span *bytes_r) MUST_USE;
/* Appends, without line breaks. */
void base64_add(struct buf *, struct span bytes);

#endif
