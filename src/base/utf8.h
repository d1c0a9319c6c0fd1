/* UTF-8 as in RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef WINNOW_BASE_UTF8_H
#define WINNOW_BASE_UTF8_H

#include "base/buf.h"

#define UTF8_BAD ((uint32_t)0xffffffff)

/*
 * Reads one code point at the front of s (s.len > 0) and sets the bytes it took. A malformed sequence gives UTF8_BAD and
 * takes 1 byte.
 */
uint32_t utf8_next(struct span s, size_t *taken_r);
bool utf8_valid(struct span s);
/* Offset of the first byte >= 128, or s.len. */
size_t utf8_ascii_len(struct span s);
/* Appends a code point; what is not one becomes U+FFFD. */
void utf8_add(struct buf *, uint32_t cp);
/* s itself when valid, else a copy in the arena with each malformed byte replaced by U+FFFD. */
struct span utf8_repair(struct arena *, struct span s);

#endif
