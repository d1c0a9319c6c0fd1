/* Thousandths as decimal text: scores are counted in thousandths of a point. */
#ifndef WINNOW_BASE_MILLI_H
#define WINNOW_BASE_MILLI_H

#include <stdint.h>

/*
 * With at least min and at most max decimals (both at most 3): digits beyond max are cut off, zeros beyond min are left out. milli_text(7200, 0, 3)
 * is "7.2", (7200, 2, 2) is "7.20", (-50, 0, 3) is "-0.05". Returns a place inside buf.
 */
const char *milli_text(int32_t milli, unsigned min, unsigned max, char buf[static 16]);

#endif
