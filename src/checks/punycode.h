/* Punycode (RFC 3492) of one label: for a look at the letters; no IDNA validation. */
#ifndef WINNOW_CHECKS_PUNYCODE_H
#define WINNOW_CHECKS_PUNYCODE_H

#include "base/span.h"

#define PUNYCODE_MAX 63

/* label: "xn--..." in any case. Code points to v; returns how many, 0 when it is none or broken. */
size_t punycode_decode(struct span label, uint32_t v[static PUNYCODE_MAX]);

#endif
