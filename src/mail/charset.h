/*
 * Charsets to UTF-8, with the aliases and habits of mail (RFC 2046, 4.1.2; WHATWG labels: ISO-8859-1 is read as Windows-1252, GB2312 as
 * GB18030, and so on). Single-byte charsets, UTF-16, UTF-32 and UTF-7 are decoded here; East Asian multi-byte ones by iconv. A label that is
 * not in our list never reaches iconv. Pure; linear.
 */
#ifndef WINNOW_MAIL_CHARSET_H
#define WINNOW_MAIL_CHARSET_H

#include "base/buf.h"
#include "mail/fact.h"

/*
 * Converts bytes in the named charset to valid UTF-8. An empty name means none was declared: UTF-8 if valid, else a byte order mark, else
 * Windows-1252 (or what a look at the bytes suggests). Bytes that the charset does not have become U+FFFD. An unknown charset is read like an
 * undeclared one. UTF-16 and UTF-32 without byte order mark: the order that makes the text look like text, else little-endian.
 * Returns bytes itself (no copy) when that is already right. max: bytes of output, TEXT_TRUNCATED beyond.
 * Facts: CHARSET_UNKNOWN, CHARSET_BAD_BYTES, CHARSET_MISSING_8BIT, CHARSET_UTF7, TEXT_TRUNCATED.
 */
struct span charset_to_utf8(struct arena *, struct span charset, struct span bytes, size_t max, struct facts *);

/*
 * Loads the C library's converters and keeps them loaded. Call once per process, before forking and before privileges or the file system are
 * given up. Without it everything works, but each conversion may load a converter anew (0.2 ms instead of 0.6 us).
 */
void charset_init(void);

#endif
